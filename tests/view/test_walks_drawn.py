"""What holds of every screen of the walk of every lesson, at three sizes that take turns."""

import re
from itertools import chain, groupby, pairwise, takewhile
from pathlib import Path
from typing import NamedTuple

import pytest
from room import SIZES, boxes, corners, opened, steps_of

from gdtutor.engine.characters import cells
from gdtutor.engine.places import places_of
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.state import Walk, current_step
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.context import Context
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE, Area, Frame, Hides, Style
from gdtutor.view.lines import text_of
from gdtutor.view.numpy_line import code_steps, plain_name
from gdtutor.view.screen import frame_of, shown
from gdtutor.view.values import MOST_ROWS
from tests.tries import in_turn

LESSONS = discover(shipped_lessons_folder())
BLANK = 6
"""Blank rows below each other that have room for the cells of any matrix, as they are listed, under
a rule, with one left before what the panel ends with."""
NUMBER = 10
"""Cells that a drawing keeps at its end for a number that no step of an iteration tells."""


class Walked(NamedTuple):
    """The walk of a lesson: its sessions, and what shows of each at the size whose turn it is."""

    path: Path
    sessions: list[Walk]
    contexts: list[Context]
    frames: dict[tuple[int, int], list[Frame]]

    @property
    def large(self) -> list[tuple[int, int]]:
        """The sizes with room for more panels than two."""
        return [size for size in self.frames if size in SIZES[1:]]


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def walked(request):
    """Return the walk of each lesson, which every test here asks something of before the next."""
    # What is said as a lesson opens is gone with the first step.
    sessions = [replace(one, message="") for one in steps_of(request.param)]
    contexts = [context_of(session, UNICODE) for session in sessions]
    turn = in_turn(LESSONS.index(request.param), SIZES)
    frames = {size: [frame_of(one, *size, UNICODE) for one in sessions] for size in turn}
    return Walked(request.param, sessions, contexts, frames)


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
    # What goes on below another panel has an end of its own.
    end = next(n for n, row in enumerate(inside) if row.startswith(("╰", "├")))
    return inside[: end + 1]


def graph_rows(frame: Frame) -> list[str]:
    """Return the rows inside the graph panel, which is the first one, without its signs."""
    rows = [
        "".join(" " * cells(s.text) if s.style is Style.DIM else s.text for s in row)
        for row in frame.lines[1:]
    ]
    last = next(n for n, row in enumerate(rows) if row[0] == "╰")
    return [row[2 : rows[0].index("╮") - 1] for row in rows[1:last]]


def label_places(rows: list[str], context: Context) -> dict[str, set[tuple[int, int]]]:
    """Return the cells in which the label of each node may stand."""
    labels = {
        name: re.compile(rf"(?<=[ ▶◀●]){re.escape(context.name(name))}(?=[ !]|$)")
        for name in places_of(context.trace).used
    }
    return {
        name: {(m.start(), y) for y, row in enumerate(rows) for m in label.finditer(row)}
        for name, label in labels.items()
    }


def counted(text: str, arrow: str) -> int:
    """Return the lines that a note counts, 0 where there is none."""
    found = re.search(rf"{arrow}(\d+)", text)
    return int(found[1]) if found else 0


@pytest.mark.slow
def test_panels_stand_still_through_an_iteration(walked):
    for frames in walked.frames.values():
        scenes = [current_step(session).scene for session in walked.sessions]
        places = {scene: [] for scene in scenes}
        for scene, frame in zip(scenes, frames, strict=True):
            places[scene].append(corners(frame))
        assert all(found == found[:1] * len(found) for found in places.values())


@pytest.mark.slow
def test_a_graph_stands_still_in_the_middle_of_its_panel_with_room_around_it(walked):
    by_scene = lambda pair: current_step(pair[0]).scene  # noqa: E731
    for size in walked.large:
        pairs = zip(walked.sessions, walked.frames[size], strict=True)
        for _, walk in groupby(pairs, by_scene):
            sessions, frames = zip(*walk, strict=True)
            graphs = [graph_rows(frame) for frame in frames]
            drawn = [row for rows in graphs for row in rows if row.strip()]
            at = [n for rows in graphs for n, row in enumerate(rows) if row.strip()]
            left = min(len(row) - len(row.lstrip()) for row in drawn)
            right = min(len(row) - len(row.rstrip()) for row in drawn)
            above, below = min(at), len(graphs[0]) - 1 - max(at)
            assert abs(left - right) <= NUMBER
            assert min(above, below) >= min(1, (above + below) // 2)
            context = context_of(sessions[0], UNICODE)
            first, *others = (label_places(rows, context) for rows in graphs)
            assert all(first[name].intersection(*(o[name] for o in others)) for name in first)


@pytest.mark.slow
def test_each_arrow_head_touches_the_text_of_a_node(walked):
    """A blank or the mark of the current node may stand between them, above and below nothing. A
    graph in pages leads on at their ends."""
    beside = {"▶": (1, 0), "◀": (-1, 0), "▼": (0, 1), "▲": (0, -1)}
    found = ""
    for frame in (frame for frames in walked.frames.values() for frame in frames):
        rows = graph_rows(frame)
        if any("more node" in text_of(row) for row in frame.lines):
            continue
        cell = {(x, y): char for y, row in enumerate(rows) for x, char in enumerate(row)}
        for (x, y), char in cell.items():
            dx, dy = beside.get(char, (0, 0))
            is_mark = cell.get((x + 1, y), " ") not in " ─┬┐┴┘•┤▶"
            if (dx or dy) and not is_mark:
                near = [cell.get((x + n * dx, y + n * dy), " ") for n in (1, 2)[: 1 + abs(dx)]]
                assert any(c not in " ─│┌┐└┘├┤┬┴•▼▲" for c in near), "\n".join(rows)
                found += char
    assert set(found) & {*"▶▼"}


@pytest.mark.slow
def test_signs_can_be_told_without_colour(walked):
    segments = (
        part
        for frames in walked.frames.values()
        for frame in frames
        for row in frame.lines
        for part in row
    )
    negative = [part.text for part in segments if part.style is Style.NEGATIVE]
    assert [text for text in negative if not re.search(r"[−-]\d", text)] == []


@pytest.mark.slow
def test_values_and_program_say_at_each_end_how_much_is_cut(walked):
    for number, (session, context) in enumerate(zip(walked.sessions, walked.contexts, strict=True)):
        places = places_of(context.trace)
        names = [context.name(name) for name in places.names]
        code = [plain_name(s.node if s.phase.value != "backward" else f"d{s.node}")
                for s in code_steps(context)]  # fmt: skip
        for size in walked.large:
            frame = walked.frames[size][number]
            top, *table = panel_rows(frame, "values") or [""]
            assert not [row for row in table if re.search(r"\d… ?│", row)], (size, session.step)
            if table and len(names) <= MOST_ROWS:
                # Behind a blank line, or the loss, stand the cells of matrices.
                head, *table = table
                table = list(takewhile(lambda row: row[2:12].strip(), table))
                listed = [name for name in names if any(f" {name} " in row for row in table)]
                at = [names.index(word) for row in table if (word := row[4:].split()[0]) in names]
                if max(map(head.count, ("value", "∇"))) > 1:
                    assert listed == names, (size, session.step)
                else:
                    at = at[: at.index(names.index(context.name(context.root))) + 1]
                    assert at[0] == counted(top, "↑"), (size, session.step)
                    jump = sum(b - a - 1 for a, b in pairwise(at))
                    table = table[: len(at) + bool(jump)]
                    assert jump == counted("".join(row[:12] for row in table), "↓")
            top, *program = panel_rows(frame, "NumPy") or [""]
            if program:
                shown = [re.match(r"│ [▸ ] (\S+) = ", row) for row in program]
                at = [m[1] for m in shown if m]
                assert at[0] == code[counted(top, "↑")], (size, session.step)
                assert counted(top, "↑") + len(at) + counted(program[-1], "↓") == len(code)


def test_the_marks_stand_at_the_end_that_is_cut():
    rows = boxed(Panel("list", ((),), cut=(3, 11)), Area(30, 4, UNICODE))
    assert text_of(rows[0]).endswith("─ ↑3 more ─╮")
    assert text_of(rows[-1]).endswith("─ ↓11 more ─╯")


TOO_LONG = {
    ("17-two-and-one", (120, 36)): 9,
    ("18-deeper", (120, 36)): 1,
    ("26-write-it", (120, 36)): 19,
}
"""Screens on which a name of the table or a line of the program has no room: a table keeps the
columns of its phase before its rows."""


@pytest.mark.slow
def test_table_and_program_are_whole_on_a_large_terminal(walked):
    for size in walked.large:
        found = 0
        for frame, context in zip(walked.frames[size], walked.contexts, strict=True):
            table, program = (panel_rows(frame, title) for title in ("values", "NumPy"))
            names = map(context.name, places_of(context.trace).names)
            is_cut = table and not all(any(f" {name} " in row for row in table) for name in names)
            found += bool(is_cut or (program and re.search(r"[↑↓]", program[0] + program[-1])))
        assert found == TOO_LONG.get((walked.path.stem, size), 0)


@pytest.mark.slow
def test_each_step_has_its_numpy_and_no_cells_are_left_out_beside_blank_rows(walked):
    later = [replace(one, message="") for one in [*steps_of(walked.path, 1)][::3]]
    for size in walked.large:
        frames = [*walked.frames[size], *(frame_of(one, *size, UNICODE) for one in later)]
        for session, frame in zip([*walked.sessions, *later], frames, strict=True):
            text, all_panels = frame.text(), boxes(frame)
            assert current_step(session).phase is Phase.GIVEN or "NumPy" in text
            panels = [panel for panel in all_panels if not panel.title.startswith("graph")]
            is_cut = any("more: 2Tab" in panel.foot for panel in panels)
            assert not is_cut or max(panel.blank for panel in panels) < BLANK
            first = all_panels[0]
            assert (
                size < (200, 50)
                or len(first.rows) - len(first.told) < 4 * BLANK
                or "─ tasks ─" in text
            )


@pytest.mark.slow
def test_a_list_of_cells_says_where_it_goes_on_and_has_none_twice(walked):
    for frame in (frame for size in walked.large for frame in walked.frames[size]):
        panels = {panel.title: panel for panel in boxes(frame)}
        ways = [re.fullmatch("goes on under (.*)", panel.foot) for panel in panels.values()]
        hosts = [title for title, p in panels.items() if any(", continued ─" in r for r in p.rows)]
        named = (re.sub(r".* \d/\d|.*\?.*", "the picture", title) for title in hosts)
        assert sorted(way[1] for way in ways if way) == sorted(named)
        listed = [panels[title].foot for title in ("values", "cells") if title in panels]
        assert not hosts or any(foot.startswith("goes on under ") for foot in listed)
        # What is quoted of the steps before stands there as it stood, to the end of its panel.
        rows = (
            takewhile(lambda r: "─ before: " not in r, (f"─ {p.title}", *p.rows))
            for p in panels.values()
        )
        text = "".join(chain.from_iterable(rows))
        cells_of = re.findall(r"(?<=  )(∇?[^\s∇]+) [⎡\[]", text)
        assert len(cells_of) == len(set(cells_of))


def unreached(frame: Frame) -> list[str]:
    """Return the notes on what has no room of which no key shows the rest."""
    parts = [part for row in frame.lines for part in row if re.search(r"[↑↓]\d+ more", part.text)]
    way = re.compile(r"more: (\d?Tab|→|←)")
    return [p.text for p in parts if not isinstance(p.found_as, Hides) and not way.search(p.text)]


@pytest.mark.slow
def test_every_note_on_what_has_no_room_scrolls_or_names_the_key(walked):
    found = {
        text for size in walked.large for one in walked.frames[size] for text in unreached(one)
    }
    assert found == set()


@pytest.mark.sampled
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem[:2])
def test_what_stands_beside_an_opening_page_scrolls_to_its_end(path):
    for size in in_turn(LESSONS.index(path), SIZES[1:]):
        session, frame = shown(replace(opened(path), message=""), *size, UNICODE)
        assert unreached(frame) == []
        look = replace(session.look, scroll=1000)
        _, below = shown(replace(session, look=look), *size, UNICODE)
        assert not re.search(r"↓\d+ more(?!:)", below.text())
