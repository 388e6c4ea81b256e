"""Whether steps fit the design size: each panel, each look, and what names the step."""

import pytest
from lesson_texts import NEURON_GRAPH, lesson_text, neuron

from gdtutor.check import fit
from gdtutor.check.fit import fit_of
from gdtutor.drive.opening import run_of
from gdtutor.lesson.load import parse_lesson
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session, current_step
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.screen import frame_of

NAMED = "```graph\nprediction = w*x\nL = (prediction - y)**2 / 2\n```\n"


def session_of(text, path):
    lesson, reports = parse_lesson(text, path / "07-lesson.md")
    assert lesson is not None, [report.text() for report in reports]
    return opened(Session(), Opened(lesson, run_of(lesson)))


def misfits_of(text, path, iterations=(0,)):
    return fit_of(session_of(text, path), iterations)[0]


def note(step, lines):
    """Return a note of so many lines on the screen, each one paragraph's hard end."""
    words = "word " * 14
    return f"## {step}\n" + f"{words}\n" * lines


def test_a_small_lesson_fits(tmp_path):
    assert misfits_of(neuron(), tmp_path) == []


def test_a_note_is_too_long_from_one_line_more_than_its_room_on(tmp_path):
    assert misfits_of(neuron(NEURON_GRAPH + note("forward z", 4)), tmp_path) == []
    [found] = misfits_of(neuron(NEURON_GRAPH + note("forward z", 5)), tmp_path)
    assert (found.panel, found.selector, found.lines_over, found.cells_over) == (
        "note", "forward:z", 1, 0,
    )  # fmt: skip
    assert found.text() == "at forward:z the note is 1 line too long for 80x24"
    assert found.options() == "--at forward:z"


def test_what_is_reported_is_cut_on_the_screen_and_what_is_not_is_whole(tmp_path):
    for lines, is_cut in ((4, False), (5, True)):
        session = session_of(neuron(NEURON_GRAPH + note("forward z", lines)), tmp_path)
        frame = frame_of(goto(session, "forward:z"), 80, 24, UNICODE)
        assert ("more" in frame.text()) == is_cut


def test_a_line_too_wide_for_the_node_panel_is_reported_in_cells(tmp_path):
    name = "a_name_of_the_greatest_length_32"
    text = neuron(f"```graph\n{name} = w*x\nL = ({name} - y)**2 / 2\n```\n")
    found = [m for m in misfits_of(text, tmp_path) if m.panel == "node panel"]
    assert found
    assert all(m.cells_over > 0 or m.lines_over > 0 for m in found)


def test_a_title_that_is_cut_is_reported_once(tmp_path):
    title = "A title of so many letters that it fills"
    found = misfits_of(neuron(NAMED, title=title), tmp_path)
    assert [(m.panel, m.selector, m.cells_over) for m in found] == [
        ("title", "forward:prediction", 5),
    ]  # fmt: skip


def test_a_misfit_seen_only_unfolded_says_so(tmp_path, monkeypatch):
    assert misfits_of(neuron(), tmp_path) == []
    whole = fit.node_lines

    def longer(context, width):
        return whole(context, width) + (((),) * 20 if context.look.unfolded else ())

    monkeypatch.setattr(fit, "node_lines", longer)
    found = {misfit.selector: misfit for misfit in misfits_of(neuron(), tmp_path)}
    assert "forward:L" in found
    assert "given" not in found
    assert "80x24 (with L unfolded)" in found["forward:L"].text()
    assert found["forward:L"].options() == "--at forward:L --unfold L"


def test_a_later_iteration_is_named_in_the_selector(tmp_path):
    body = NEURON_GRAPH + note("forward z, always", 5)
    first, *_ = misfits_of(neuron(body), tmp_path, (1,))
    assert first.selector == "1/forward:z"
    session = session_of(neuron(body), tmp_path)
    assert current_step(goto(session, first.selector)) == first.step


def test_a_step_of_a_second_graph_is_named_by_its_number_and_in_words(tmp_path):
    text = lesson_text(
        "```graph\na = w*w\n```\n## given\nOne.\n```graph\nb = 3*w\n```\n" + note("given", 5),
        "[parameters]\nw = 2.0",
    )
    [found] = misfits_of(text, tmp_path)
    assert found.selector == f"step:{found.step.number}"
    assert f"{found.selector} (given)" in found.text()
    assert current_step(goto(session_of(text, tmp_path), found.selector)) == found.step


def test_a_misfit_in_ascii_alone_says_so(tmp_path):
    session = session_of(neuron(), tmp_path)
    misfit = fit.Misfit(session.moment.steps[0], "given", "note", 2, 3, unicode=False, example=1)
    assert misfit.text() == (
        "at given the note is 2 lines too long and 3 cells too wide for 80x24 "
        "(in ASCII, following example 1)"
    )
    assert misfit.options() == "--at given --chars ascii --example 1"


def test_another_example_is_followed_where_the_batch_holds_several(tmp_path):
    text = neuron().replace("batch = 1", 'batch = "full"')
    text = text.replace("[[2, 3]]", "[[2, 3], [4, 5], [6, 7]]")
    session = session_of(text, tmp_path)
    looks = {look.look.example for look, _ in fit._looks(session, (0,))}
    assert looks == {0, 1, 2}


LAYER = """\
[parameters]
W = { init = "normal", shape = [3, 9], seed = 1 }
[data]
inputs = { X = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9"] }
targets = { Y = ["y1", "y2", "y3"] }
examples = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3]]
"""


def test_cells_are_opened_from_the_first_to_the_last_and_a_plain_number_is_not(tmp_path):
    text = lesson_text("```graph\nZ = W @ X\nC = sum((Z - Y)**2)\n```\n", LAYER)
    opened = {}
    for look, step in fit._looks(session_of(text, tmp_path), (0,)):
        if look.look.cell is not None:
            opened.setdefault(step.node, []).append(look.look.cell)
    assert opened["Z"] == [(0, 0), (1, 0), (2, 0)] * 2
    assert opened["W"] == [(0, 0), (0, 8), (1, 8), (2, 8)]
    assert "C" not in opened


def test_a_misfit_seen_with_a_cell_open_alone_says_so(tmp_path, monkeypatch):
    text = lesson_text("```graph\nZ = W @ X\nC = sum((Z - Y)**2)\n```\n", LAYER)
    assert misfits_of(text, tmp_path) == []
    whole = fit.node_lines

    def longer(context, width):
        return whole(context, width) + (((),) * 20 if context.look.cell == (2, 0) else ())

    monkeypatch.setattr(fit, "node_lines", longer)
    found = next(m for m in misfits_of(text, tmp_path) if m.selector == "forward:Z")
    assert "80x24 (with the cell [2,0] open)" in found.text()
    assert found.options() == "--at 'forward:Z[2,0]'"
    at = goto(session_of(text, tmp_path), "forward:Z[2,0]")
    assert at.look.cell == found.cell == (2, 0)


def test_a_title_may_shrink_for_the_digits_of_a_late_iteration(tmp_path):
    title = "A title of so many letters that it"
    for iteration, is_cut in ((0, False), (15, True)):
        session = session_of(neuron(NAMED, title=title), tmp_path)
        at = goto(session, f"{iteration}/backward:prediction")
        assert (title not in frame_of(at, 80, 24, UNICODE).text()) == is_cut
        found = misfits_of(neuron(NAMED, title=title), tmp_path, (iteration,))
        assert "title" not in [m.panel for m in found]
    assert [m.panel for m in misfits_of(neuron(NAMED, title=f"{title}s"), tmp_path)] == ["title"]


def test_more_steps_than_the_bound_are_not_all_looked_at(tmp_path):
    assert not fit_of(session_of(neuron(), tmp_path), most=3)[1]
    assert fit_of(session_of(neuron(), tmp_path), most=300)[1]


@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_unfolding_a_line_looks_at_every_step_that_it_changes(tmp_path, chars):
    session = session_of(neuron(), tmp_path)
    steps = {step.node for look, step in fit._unfolded(session, "L")}
    assert {"L.1", "L.2", "L", "z"} <= steps
    assert "w" not in steps


def test_the_session_that_is_looked_at_is_not_changed(tmp_path):
    session = session_of(neuron(), tmp_path)
    before = replace(session)
    fit_of(session, (0, 1))
    assert session.step == before.step
    assert session.moment is before.moment
