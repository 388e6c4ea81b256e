"""The walk uses the terminal: what is left over shows more, not borders around nothing."""

import re

import pytest
from room import boxes, measured, shares, steps_of, used
from signs import unexplained
from walks import NEURON, knowing, pressed, screen, typed, walk

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.session.challenge import Ask, Challenge
from gdtutor.session.moving import moved
from gdtutor.session.opening import resumed
from gdtutor.session.state import Session
from gdtutor.session.steps import Phase
from gdtutor.training.timing import Timing
from gdtutor.values import replace
from gdtutor.view import wide_panels
from gdtutor.view.explain import context_of, explained_signs, explanation, node_lines
from gdtutor.view.frame import ASCII, UNICODE, Frame, Style
from gdtutor.view.glossary import SIGNS
from gdtutor.view.lines import line, text_of
from gdtutor.view.screen import Reader, frame_of, shown
from gdtutor.view.study import pictured

LEAST = 0.7
"""Share of the rows of a 120×36 terminal that carry something, in each half of its width."""


@pytest.mark.slow
def test_the_walks_of_lessons_03_to_17_use_both_halves_of_a_comfortable_terminal():
    left, right, steps = shares(measured(), (120, 36))
    assert steps > 200
    assert min(left, right) >= LEAST


@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
def test_borders_alone_are_no_use_of_a_row(size):
    frame = frame_of(walk(NEURON, "backward:b"), *size, UNICODE)
    bordered = [row for row in frame.text().splitlines() if row.strip("│ ") == ""]
    assert all(share <= 1 - len(bordered) / size[1] for share in used(frame))


@pytest.mark.parametrize("place", ["given", "forward:z", "backward:w1", "update:b"])
def test_a_large_terminal_shows_graph_node_note_values_and_the_program(place):
    text = frame_of(walk(NEURON, place), 120, 36, UNICODE).text()
    assert all(f"─ {title} " in text for title in ("graph", "note", "values", "NumPy"))


@pytest.mark.parametrize("tabs", ["tab", "2tab", "tab tab tab"])
@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
def test_each_panel_at_full_size_fits_a_large_terminal(tabs, size):
    frame = frame_of(walk(NEURON, "backward:b", tabs), *size, UNICODE)
    assert len(frame.lines) == size[1]


def test_a_very_large_terminal_shows_the_cells_of_matrices_and_the_keys_of_an_open_cell():
    session = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at="backward:W2[0,1]")
    rows = frame_of(session, 200, 50, UNICODE).text().splitlines()
    column = "\n".join(row.rsplit("││", 1)[-1] for row in rows)
    for text in ("⎡ −0.7026 −0.7519 ⎤", "[ 0 1 1 0 ]", "⎡ 0 0 1 1 ⎤"):
        assert text in column
    assert len(re.findall(r"  (?=\S)", rows[-1])) >= 8


@pytest.mark.sampled(1)
@pytest.mark.parametrize("place", ["forward:Z1", "backward:W1", "update:W2"])
def test_values_show_the_step_and_the_cost_where_they_have_few_lines_and_count_what_is_left_out(
    place,
):
    session = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at=place)
    called = context_of(session, UNICODE).name(place.partition(":")[2])
    for size in ((120, 36), (200, 50)):
        rows = frame_of(session, *size, UNICODE).text().splitlines()
        column = [part for row in rows for part in re.split("[│╯╮]│", row)]
        assert any(f" ▸ {called} " in row for row in column)
        assert any("   C  " in row for row in column)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["14-xor-one-neuron.md", "23-optimisers.md"])
def test_numbers_that_have_room_beside_a_short_note_are_all_in_the_table(name):
    for session in steps_of(shipped_lessons_folder() / name):
        if session.moment.steps[session.step - 1].scene == 0:
            # What explains signs, once, takes lines.
            panels = boxes(frame_of(knowing(session), 120, 36, UNICODE))
            table = next(panel for panel in panels if panel.title == "values")
            assert not any("more: 2Tab" in row for row in table.rows)


@pytest.mark.parametrize("place", ["15-feature-cross/forward:C", "22-batches/forward:L"])
def test_blank_lines_give_way_to_the_cells_of_a_matrix(place):
    name, _, at = place.partition("/")
    session = session_at(shipped_lessons_folder() / f"{name}.md", at=at)
    *_, row, cells = boxes(frame_of(session, 120, 36, UNICODE))[-1].rows
    assert all(re.fullmatch(r"(  +\S+ \[ .* \])+ +", told) for told in (row, cells))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("at", "shown", "listed"),
    [
        ("forward:Z2", {"Z₂"}, {"A₁", "Z₁"}),
        ("backward:Z2", {"∇Z₂", "∇Ŷ"}, {"Z₂", "W₂"}),
        ("update:W2", {"W₂"}, {"∇W₂"}),
    ],
)
def test_cells_that_the_node_shows_are_not_listed_beside_it(at, shown, listed):
    session = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at=at)
    text = frame_of(session, 200, 50, UNICODE).text()
    named = set(re.findall(r"(?<=  )(∇?[^\s∇]+) [⎡\[]", text))
    assert listed <= named
    assert not shown & named
    alone = frame_of(pressed(session, "2tab"), 200, 50, UNICODE).text()
    assert all(re.search(f" {name} [⎡\\[]", alone) for name in shown | listed)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lesson", "at", "listed"),
    [
        ("18-deeper", "backward:W3", ["A₂", "Y", "W₃"]),
        ("16-xor-hidden", "backward:W2", ["A₁", "X"]),
        ("24-brute-force", "backward:W2", ["A₁", "X"]),
        ("16-xor-hidden", "forward:Z2", ["W₂", "A₁", "X"]),
        ("16-xor-hidden", "update:W2", ["∇W₂", "X"]),
    ],
)
def test_cells_are_listed_of_what_the_step_is_computed_from_then_as_the_table_stands(
    lesson, at, listed
):
    session = knowing(session_at(shipped_lessons_folder() / f"{lesson}.md", at=at))
    panels = boxes(frame_of(session, 120, 36, UNICODE))
    # The list goes on below those that are above it, but for the picture, which is the last.
    rows = [row for panel in panels if "1/" not in panel.title for row in panel.rows]
    named = re.findall(r"(?<=  )(∇?[^\s∇]+) [⎡\[]", "\n".join(rows))
    assert named[: len(listed)] == listed


def test_a_list_beside_an_opening_page_names_the_keys_that_show_what_it_has_no_room_for():
    session = replace(session_at(shipped_lessons_folder() / "26-write-it.md"), message="")
    foot = boxes(frame_of(session, 120, 36, UNICODE))[-1].foot
    assert foot == "↓2 more: → 2Tab"
    alone = frame_of(pressed(session, "right 2tab"), 120, 36, UNICODE).text()
    assert all(f" {name} " in alone for name in ("W₁ ⎡", "W₂ [", "b₁ ⎡"))


@pytest.mark.slow
def test_values_at_full_size_show_all_cells_and_scroll_to_the_last():
    session = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at="update:b2")
    text = ""
    for number in range(60):
        at = pressed(session, f"2tab {number}down" if number else "2tab")
        text += frame_of(at, 80, 24, UNICODE).text()
    context = context_of(session, UNICODE)
    names = [
        context.name(n) for n, s in context.shapes.items() if s not in ((), (1, 1)) and "." not in n
    ]
    gradients = [f"∇{name}" for name in names if name not in ("X", "Y")]
    assert [name for name in (*names, *gradients) if f"{name} " not in text] == []


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_one_panel_has_the_eye(size):
    frame = frame_of(walk(NEURON, "backward:b"), *size, UNICODE)
    segments = [segment for row in frame.lines for segment in row]
    titles = [s.text.strip() for s in segments if s.style is Style.TITLE and s.text[0] == " "]
    corners = [s for s in segments if s.text.startswith("╭─") and s.style is Style.FOCUS]
    assert (titles, len(corners)) == (["b"], 1)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
@pytest.mark.parametrize("lesson", ["02-activations.md", "09-cost.md", "16-xor-hidden.md"])
def test_each_sign_is_explained_once_where_the_walk_meets_it_first(lesson, size):
    steps, reader = list(steps_of(shipped_lessons_folder() / lesson)), Reader()
    screens = [reader.frame(session, *size, UNICODE).text() for session in steps]
    for sign, text in {"▶": "the step's node, going f", "●": "the step's node, at"}.items():
        phase = Phase.FORWARD if sign == "▶" else Phase.UPDATE
        contexts = [context_of(session, UNICODE) for session in steps]
        marked = [(c.step.phase is phase, f"{sign}{c.name(c.step.node)}") for c in contexts]
        met = [n for n, (is_its, at) in enumerate(marked) if is_its and at in screens[n]][:1]
        assert [n for n, screen in enumerate(screens) if f"{sign} {text}" in screen] == met
    for sign, text in {
        "▾": "the column of",
        "⊙": "times, cell",
        "!": "saturated or dead: a",
    }.items():
        lines = [node_lines(context_of(session, UNICODE), 38) for session in steps]
        met = [n for n, rows in enumerate(lines) if sign in "".join(map(text_of, rows))][:1]
        assert [n for n, screen in enumerate(screens) if f"{sign} {text}" in screen] == met


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_signs_are_explained_beside_a_question_and_an_edge_to_the_left_is_no_node_mark(size):
    update = moved(session_at(shipped_lessons_folder() / "07-learning-rate.md"), 0, 9)
    update = pressed(update, "left right")
    assert update.challenge is not None
    for session in (update, pressed(update, "escape")):
        told = explained(session, size)[1]
        assert ("●" in told, "◀" in told) == ("●w" in screen(session, *size), False)
    given = session_at(shipped_lessons_folder() / "03-forward.md", at="given")
    assert size[0] > 80 or "z ◀──" in screen(given, *size)
    told = explained(given, size)[1]
    assert ("─▶ ◀─" in told, "◀" in told) == (True, False)


def explained(session, size=(80, 24)):
    session, frame = shown(session, *size, UNICODE)
    texts = {u: f"{u} {text}"[:20] for u, _, text in SIGNS}
    return session, {u for u, text in texts.items() if text in frame.text()}


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_a_sign_is_explained_on_the_screen_that_has_it_first_in_whatever_iteration(size):
    session, told = explained(session_at(shipped_lessons_folder() / "09-cost.md"), size)
    # On a large terminal the graph stands beside the opening page.
    lines = {"─•─", "─▶ ◀─"}
    joint = set() if size[0] > 80 else lines
    # So does the table, whose title has the sign of a gradient.
    titled = {"∇"} if size[0] > 80 else set()
    assert told == (lines - joint) | titled
    table = {"▸"} if size[0] > 80 else set()
    session, told = explained(moved(session, 3, 2), size)
    assert told == {"▶", "▾", *joint, *table}
    session, told = explained(moved(session, 0, 2), size)
    assert told == set()
    session, told = explained(moved(session, 3, 2), size)
    assert told == {"▶", "▾", *joint, *table}
    session, told = explained(pressed(session, "N"), size)
    assert told == {"◀", "∇"} - titled


@pytest.mark.parametrize(("lesson", "root"), [("07-learning-rate", "L"), ("10-or-vectorised", "C")])
def test_where_a_gradient_first_stands_in_the_graph_it_is_said_to_be_that_of_formulas(lesson, root):
    session = session_at(shipped_lessons_folder() / f"{lesson}.md", at=f"backward:{root}")
    for chars, said in (
        (UNICODE, "∇ gradient: ∂L/∂z, of arrays dZ"),
        (ASCII, "g gradient: d L/d z"),
    ):
        assert said in frame_of(session, 80, 24, chars).text()


def test_a_walk_that_goes_on_where_it_was_left_explains_what_its_way_there_has_not_met():
    left = session_at(shipped_lessons_folder() / "09-cost.md", at="3/forward:z")
    session, told = explained(resumed(Session(), left))
    assert told == set()
    session, told = explained(pressed(session, "N"))
    assert told == {"◀", "∇"}


def test_a_sign_that_a_picture_hides_or_that_has_no_room_is_explained_where_it_is_seen():
    session = session_at(shipped_lessons_folder() / "09-cost.md", at="forward:z")
    hidden, told = explained(pressed(session, "f"))
    assert told == {"▾"}
    assert explained(pressed(hidden, "f"))[1] == {"▶", "▾", "─•─", "─▶ ◀─"}
    session, told = explained(session, (50, 12))
    assert told == set()
    assert explained(session)[1] == {"▶", "▾"}


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("keys", "size", "gone"),
    [
        ("w", (80, 24), {"▾", "…"}),
        ("c", (80, 24), {"▾", "…"}),
        ("2tab", (80, 24), {"▾", "◀", "…"}),
        ("w", (120, 36), {"▾"}),
        ("2tab", (120, 36), {"▾", "◀"}),
    ],
)
def test_what_hides_a_sign_hides_what_explains_it(keys, size, gone):
    session = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at="3071/backward:W1")
    session, told = explained(session, size)
    assert told >= gone
    session, hidden = explained(pressed(session, keys), size)
    assert not hidden & {*gone, "─•─" if keys == "2tab" else ""}
    if (keys, size) == ("w", (80, 24)):
        assert explained(pressed(session, keys), size)[1] >= {"▾", "◀", "∇"}


@pytest.mark.parametrize(
    ("lesson", "at", "operands"),
    [("18-deeper", "forward:Z3", "W₃ A₂"), ("16-xor-hidden", "forward:Z1", "W₁ X b₁")],
)
def test_what_a_step_is_computed_from_has_room_before_what_explains_signs(lesson, at, operands):
    session = session_at(shipped_lessons_folder() / f"{lesson}.md", at=at)
    _, frame = shown(session, 120, 36, UNICODE)
    assert {"▶", "▸"} <= explained_signs(frame.lines)
    text = frame.text()
    assert [name for name in operands.split() if not re.search(f" {name} [⎡\\[]", text)] == []


@pytest.mark.slow
def test_what_an_edit_and_an_update_show_is_explained():
    session = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at="update:W2")
    session, told = explained(session)
    assert told == {"●", "≤", "∇", "─▶ ◀─"}
    session, told = explained(pressed(session, "right"))
    assert told == {"→ 0.5", "─•─"}
    session, told = explained(typed(pressed(session, "P e"), "b2=1"))
    assert "*" in told
    undone, told = explained(pressed(session, "u"))
    assert "*" not in told
    assert "*" in explained(pressed(undone, "ctrl+r"))[1]


@pytest.mark.slow
def test_what_is_called_own_is_explained_on_the_screen_that_says_so_first():
    session = session_at(shipped_lessons_folder() / "06-bias.md", at="forward:z")
    session, told = explained(session, (120, 36))
    session, told = explained(typed(pressed(session, "e"), "w1=0.5"), (120, 36))
    assert {"*", "(own 1)"} <= told
    assert "own" not in "".join(text for sign, _, text in SIGNS if sign == "*")
    assert "(own 1)" not in explained(pressed(session, "u"), (120, 36))[1]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_a_joint_and_an_open_cell_are_explained_where_they_are_seen_first(size):
    start = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at="given")
    session, told = explained(start, size)
    assert told == {"─•─", "─▶ ◀─"} | ({"∇"} if size[0] > 80 else set())
    session, told = explained(moved(session, 0, 2), size)
    assert told == {"▶", "▾"} | ({"▸"} if size[0] > 80 else set())
    session, told = explained(pressed(session, "c"), size)
    assert "▸" in told


@pytest.mark.parametrize(("name", "has"), [("03-forward.md", False), ("06-bias.md", True)])
def test_a_table_has_a_column_of_gradients_where_the_walk_goes_back(name, has):
    session = session_at(shipped_lessons_folder() / name, at="given")
    text = frame_of(replace(session, challenge=None), 120, 36, UNICODE).text()
    assert bool(re.search("value  ∇", text)) is has


def test_the_program_stands_whole_below_the_values_where_the_column_of_the_step_would_cut_it():
    session = session_at(shipped_lessons_folder() / "12-gradients-add-up.md", at="backward:q")
    rows = frame_of(session, 120, 36, UNICODE).text().splitlines()
    top = next(n for n, row in enumerate(rows) if row.startswith("╭─ NumPy ──"))
    assert "more" not in rows[top][:66]
    assert [row[4:].split()[0] for row in rows[top + 1 : top + 10]] == [
        "u", "v", "J", "dJ", "dv", "dr", "du", "dp", "dq",
    ]  # fmt: skip


def test_a_picture_of_times_has_room_once_they_are_taken_and_its_key_is_named_before():
    session = session_at(shipped_lessons_folder() / "09-cost.md", at="backward:z")
    timed = replace(session, timings=(Timing(10, 2e-4, 1e-5),))
    asked = pressed(session, "f")
    screens = [frame_of(one, 120, 36, UNICODE).text() for one in (session, timed, asked)]
    assert ["╭─ loop or together ─" in text for text in screens] == [False, True, True]
    assert ["f times loop or together ─╯" in text for text in screens] == [True, False, False]
    assert all(" f picture " in text for text in screens)
    closing = screen(pressed(session, "z"), 120, 36)
    assert "╭─ loop or together ─" not in closing
    assert "─ f at a step: loop or together ─╯" in closing


def test_what_all_examples_have_stands_below_the_table_of_a_very_large_terminal():
    session = session_at(shipped_lessons_folder() / "09-cost.md", at="backward:z")
    rows = frame_of(session, 200, 50, UNICODE).text().splitlines()
    assert any("[ 0 0.6 0.1 0.7 ]" in row[156:] for row in rows)
    assert any("[ 0.125 −0.08859 −0.1188 −0.08295 ]" in row[156:] for row in rows)


@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
def test_the_other_graphs_of_a_lesson_stand_below_the_present_one(size):
    session = session_at(shipped_lessons_folder() / "05-backward.md", at="backward:u")
    found = {panel.title: "".join(panel.rows) for panel in boxes(frame_of(session, *size, UNICODE))}
    graphs = {title: text for title, text in found.items() if title.startswith("graph")}
    assert list(graphs) == ["graph 2/3", "graph 1/3", "graph 3/3"]
    # The walk has left the first with all that it told there; of the last only what is given.
    assert [len(re.findall(r"∇ [−\d]", text)) for text in graphs.values()] == [2, 5, 0]
    assert [bool(re.search(r"[▶◀▲▼]{2}|◀[a-zŷ]", text)) for text in graphs.values()] == [
        True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("at", ["backward:p", "forward:v", "backward:v"])
def test_the_step_before_is_told_below_the_present_one_as_it_was(at):
    session = session_at(shipped_lessons_folder() / "12-gradients-add-up.md", at=at)
    now = frame_of(session, 120, 36, UNICODE).text()
    earlier = context_of(pressed(session, "left"), UNICODE)
    below = now[now.index("─ before: ") :]
    assert all(text_of(row) in below for row in node_lines(earlier, 48))
    graph = below[: below.index("─╮")] if "─╮" in below else below
    called = earlier.step.node
    is_back = earlier.step.phase is Phase.BACKWARD
    assert (earlier.gradient_name(called) if is_back else called) in graph


@pytest.mark.parametrize("name", ["01-neuron", "07-learning-rate", "10-or-vectorised"])
def test_where_no_step_is_before_its_panel_tells_the_steps_to_come_and_none_is_empty(name):
    session = session_at(shipped_lessons_folder() / f"{name}.md", at="given")
    frame = frame_of(replace(session, challenge=None), 200, 50, UNICODE)
    panels = {panel.title: " ".join(" ".join(panel.rows).split()) for panel in boxes(frame)}
    assert [title for title, text in panels.items() if not text] == []
    context, coming = context_of(session, UNICODE), panels["steps to come"]
    nodes = [step.node for step in session.moment.steps[1:] if step.phase is Phase.FORWARD]
    assert [node for node in nodes if f" {context.name(node)}" not in coming] == []
    asked = Challenge(Ask.NEXT, session.moment.steps[1])
    text = frame_of(replace(session, challenge=asked), 200, 50, UNICODE).text()
    assert "The order comes with the answer." in text
    assert "forward: " in coming
    assert "forward: " not in text


def test_tasks_stand_where_the_same_lines_are_blank_at_every_step():
    places = set()
    for session in steps_of(shipped_lessons_folder() / "08-and-or.md"):
        rows = frame_of(session, 120, 36, UNICODE).text().splitlines()
        places.add(next(n for n, row in enumerate(rows) if "─ tasks ─" in row))
    assert len(places) == 1


@pytest.mark.parametrize(("name", "step"), [("08-and-or.md", 7), ("28-attention.md", 10)])
def test_a_program_of_which_most_has_no_room_leaves_its_one_line_to_the_step(name, step):
    session = moved(session_at(shipped_lessons_folder() / name), 1, step)
    text = frame_of(replace(session, challenge=None), 120, 36, UNICODE).text()
    assert "─ NumPy ─" not in text
    assert re.search("│ NumPy  d", text)


@pytest.mark.parametrize("name", ["05-backward.md", "26-write-it.md"])
def test_a_sign_is_explained_right_below_a_graph_in_the_middle_of_a_large_panel(name):
    session = steps_of(shipped_lessons_folder() / name)
    at = next(one for one in session if one.moment.steps[one.step - 1].phase is Phase.FORWARD)
    rows = [row[2:86].strip() for row in frame_of(at, 200, 50, UNICODE).text().splitlines()]
    signs = tuple(f"{sign} {text}"[:12] for sign, _, text in SIGNS)
    sign = next(n for n, row in enumerate(rows) if row.startswith(signs))
    assert next(n for n in range(1, 9) if rows[sign - n]) <= 4


def test_a_picture_and_an_explanation_are_found_by_their_marks_and_not_by_their_words():
    session = session_at(shipped_lessons_folder() / "09-cost.md", at="forward:z")
    session = replace(session, timings=(Timing(10, 2e-4, 1e-5),))
    frame = frame_of(session, 120, 36, UNICODE)
    assert (pictured(session, frame), len(explained_signs(frame.lines))) == (1, 6)
    words = Frame(120, 36, tuple(line(row) for row in frame.text().splitlines()))
    assert (pictured(session, words), len(explained_signs(words.lines))) == (0, 0)


@pytest.mark.parametrize("name", ["03-forward", "09-cost", "16-xor-hidden"])
def test_the_panel_of_the_graph_is_made_once_for_a_screen(name, monkeypatch):
    widths = []

    def noted(context, lines, width, *above):
        widths.append(width)
        return with_signs(context, lines, width, *above)

    with_signs = wide_panels.with_signs
    monkeypatch.setattr(wide_panels, "with_signs", noted)
    session = session_at(shipped_lessons_folder() / f"{name}.md", at="forward")
    frame_of(knowing(session), 120, 36, UNICODE)
    assert len(widths) == len(set(widths)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.parametrize("name", ["11-train", "06-bias"])
def test_every_sign_is_explained_on_the_first_screen_that_has_it(name, size):
    """`python -m tests.signs` walks all lessons so."""
    assert list(unexplained(shipped_lessons_folder() / f"{name}.md", size)) == []


def test_what_explains_signs_takes_lines_of_a_note_that_scrolls_and_not_the_other_way_round():
    session = moved(session_at(shipped_lessons_folder() / "11-train.md"), 0, 3)
    note, down = (screen(one).splitlines()[-6:-2] for one in (session, pressed(session, "down")))
    assert (note[2][-7:], down[2][-7:]) == ("↓1 more", "↑1 more")
    assert note[3] == down[3] == f" {explanation('▾', UNICODE)}"


def test_lines_of_the_graph_are_explained_in_what_a_note_leaves():
    session = moved(session_at(shipped_lessons_folder() / "09-cost.md"), 0, 7)
    assert not {"─•─", "─▶ ◀─"} & explained(session)[1]
    assert "more" not in "".join(screen(session).splitlines()[-6:-2])


def test_the_graph_above_both_columns_leaves_none_of_them_empty_where_no_picture_is_chosen():
    start = session_at(shipped_lessons_folder() / "18-deeper.md", at="forward:Z1")
    for session in (start, pressed(start, "0f")):
        assert len(frame_of(session, 200, 50, UNICODE).lines) == 50
