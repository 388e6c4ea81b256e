"""No list on a large terminal hides an end without a mark where it is cut."""

import re
from itertools import pairwise, takewhile

import pytest
from room import steps_of

from gdtutor.engine.places import places_of
from gdtutor.lesson.characters import cells
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.view.boxes import Panel
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE, Area
from gdtutor.view.lines import text_of
from gdtutor.view.numpy_line import code_steps, plain_name
from gdtutor.view.screen import frame_of
from gdtutor.view.values import MOST_ROWS

LESSONS = discover(shipped_lessons_folder())


def panel_rows(frame, title: str) -> list[str]:
    """Return the rows of a panel, its borders included; none where it is not shown."""
    rows = [text_of(row) for row in frame.lines]
    top = next((n for n, row in enumerate(rows) if f"╭─ {title} ─" in row), None)
    if top is None:
        return []
    left = cells(rows[top][: rows[top].index(f"╭─ {title} ─")])

    def part(row: str) -> str:
        at, found = 0, ""
        for character in row:
            found += character if at >= left else ""
            at += cells(character)
        return found

    width = part(rows[top]).index("╮") + 1
    inside = [part(row)[:width] for row in rows[top:]]
    end = next(n for n, row in enumerate(inside) if row.startswith("╰"))
    return inside[: end + 1]


def counted(text: str, arrow: str) -> int:
    """Return the lines that a note counts, 0 where there is none."""
    found = re.search(rf"{arrow}(\d+)", text)
    return int(found[1]) if found else 0


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_values_and_program_say_at_each_end_how_much_is_cut(path):
    for session in steps_of(path):
        context = context_of(session, UNICODE)
        places = places_of(context.trace)
        names = [context.name(name) for name in places.names]
        code = [plain_name(s.node if s.phase.value != "backward" else f"d{s.node}")
                for s in code_steps(context)]  # fmt: skip
        for size in ((120, 36), (200, 50)):
            frame = frame_of(session, *size, UNICODE)
            top, *table = panel_rows(frame, "values") or [""]
            assert not [row for row in table if re.search(r"\d… ?│", row)], (size, session.step)
            if table and len(names) <= MOST_ROWS:
                # Behind a blank line stand the cells of matrices.
                head, *table = table
                table = list(takewhile(lambda row: row[2:12].strip(), table))
                listed = [name for name in names if any(f" {name} " in row for row in table)]
                at = [names.index(word) for row in table if (word := row[4:].split()[0]) in names]
                if head.count("value") > 1:
                    assert listed == names, (size, session.step)
                else:
                    assert at[0] == counted(top, "↑"), (size, session.step)
                    jump = sum(b - a - 1 for a, b in pairwise(at))
                    assert jump == counted("".join(row[:12] for row in table), "↓")
            top, *program = panel_rows(frame, "NumPy") or [""]
            if program:
                shown = [re.match(r"│ [▸ ] (\S+) = ", row) for row in program]
                at = [m[1] for m in shown if m]
                assert at[0] == code[counted(top, "↑")], (size, session.step)
                assert counted(top, "↑") + len(at) + counted(program[-1], "↓") == len(code)


def test_the_marks_stand_at_the_end_that_is_cut():
    from gdtutor.view.boxes import boxed

    rows = boxed(Panel("list", ((),), cut=(3, 11)), Area(30, 4, UNICODE))
    assert text_of(rows[0]).endswith("─ ↑3 more ─╮")
    assert text_of(rows[-1]).endswith("─ ↓11 more ─╯")


TOO_LONG = {"09-cost": 1, "16-xor-hidden": 2, "17-two-and-one": 3, "18-deeper": 14}
"""Screens whose table has no room whole in columns either, beside a note with blank lines."""


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_value_is_left_out_while_the_note_has_lines_to_spare(path):
    found = 0
    for session in steps_of(path):
        frame = frame_of(session, 120, 36, UNICODE)
        note, table = panel_rows(frame, "note"), panel_rows(frame, "values")
        blank = sum(not row.strip("│ ") for row in note[1:-1])
        context = context_of(session, UNICODE)
        names = map(context.name, places_of(context.trace).names)
        is_cut = table and not all(any(f" {name} " in row for row in table) for name in names)
        found += blank >= 3 and bool(is_cut)
    assert found <= TOO_LONG.get(path.stem, 0)
