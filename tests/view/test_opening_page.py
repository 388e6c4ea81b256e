"""The opening page uses the room of its terminal, and is set closer before it is cut."""

import re

import pytest
from room import used

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.page import PAGE
from gdtutor.view.screen import frame_of

LESSONS = discover(shipped_lessons_folder())


@pytest.mark.sampled
@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_large_opening_page_has_the_graph_and_more_beside_its_text(path, size):
    session = session_at(path)
    frame = frame_of(session, *size, UNICODE)
    rows = frame.text().splitlines()
    assert rows[1][PAGE:].startswith("╭─ graph ")
    is_short = not any(row.startswith("╰") and " more " in row[:PAGE] for row in rows)
    has_tasks = bool(session.lesson.tasks)
    assert not is_short or any(row.startswith("╭─ tasks ") for row in rows) == has_tasks
    assert "more: Tab" not in frame.text()
    assert size > (120, 36) or sum(used(frame)) >= 0.85, "its opening text is short"
    # The program has no gradients yet.
    assert not re.search(r"│ [▸ ] d\w+ = ", frame.text())
    assert ("╭─ NumPy" in frame.text()) == bool(re.search(r"│ [▸ ] \w+ = ", frame.text()))


@pytest.mark.sampled
@pytest.mark.parametrize("number", [3, 5, 7, 14, 18, 21])
@pytest.mark.parametrize("chars", [UNICODE, ASCII])
def test_a_page_a_few_lines_too_long_is_set_closer(number, chars):
    session = session_at(LESSONS[number - 1])
    rows = frame_of(session, 80, 24, chars).text().splitlines()
    assert not any("more" in row and row[0] in "╰+" for row in rows)
    last = session.lesson.prose.split()[-1].strip("*`.")
    assert last in " ".join(rows[10:22])


@pytest.mark.sampled
@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
@pytest.mark.parametrize(("number", "graphs"), [(1, 2), (5, 3), (12, 3), (13, 3)])
def test_a_large_opening_page_shows_all_graphs_of_the_lesson(number, graphs, size):
    frame = frame_of(session_at(LESSONS[number - 1]), *size, UNICODE)
    titles = re.findall(r"─ (graph|values|NumPy) (\d)/(\d) ─", frame.text())
    wanted = [str(n) for n in range(1, graphs + 1)]
    assert [n for kind, n, _ in titles if kind == "graph"] == wanted
    assert {of for *_, of in titles} == {str(graphs)}
    if size > (120, 36):
        assert [n for kind, n, _ in titles if kind == "values"] == wanted
        assert used(frame)[1] >= 0.45
