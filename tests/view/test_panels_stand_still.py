"""A learner finds each panel and each node of the graph where it was a step before."""

import re
from itertools import groupby, product

import pytest
import room
from room import SIZES, corners, opened, steps_of
from walks import answered, knowing, pressed

from gdtutor.drive.effects import pressed as done
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.play.options import playground_of_line
from gdtutor.session.asking import placed_at, placed_challenge, question_for
from gdtutor.session.challenge import Ask, Tried
from gdtutor.session.moment import roughly
from gdtutor.session.moving import moved
from gdtutor.session.playing import play_session
from gdtutor.session.predict import posed, revealed
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.session.state import Screen, Session, current_step
from gdtutor.ui.picture import frame_text
from gdtutor.values import replace
from gdtutor.view.boxes import hidden_around
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import UNICODE
from gdtutor.view.graph import panel
from gdtutor.view.graph.drawing import draw_graph
from gdtutor.view.graph.panel import graph_drawing
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of, shown
from tests.tries import in_turn, some

LESSONS = discover(shipped_lessons_folder())
GRAPHS = ((34, 15), (62, 29), (86, 43))
"""Cells and lines of a graph at 80×24, 120×36 and 200×50."""
NUMBER = r"[−≈\d.e×]+"
HIDDEN = re.compile(
    rf"!?\d*( *∇ {NUMBER}| ?{NUMBER}|→ (by |by ≤|most \S+ )?{NUMBER}( → {NUMBER})?|→)?\*? ?[◀▲]?"
)
"""What a question takes from a line of a graph, and the end of a stroke that fills its place; of a
new weight the arrow alone where the gradient that comes in its place has the same digits."""


def walks(path):
    """Return the sessions of iteration 0, those of one graph together: from given to update."""
    key = lambda session: current_step(session).scene  # noqa: E731
    return [list(group) for _, group in groupby(steps_of(path), key)]


def graph_rows(session, size):
    """Return the lines of a graph, as long each."""
    drawing = graph_drawing(context_of(session, UNICODE), *size)
    return [text_of(row).ljust(size[0]) for row in drawing.lines]


def places_of(context, size):
    """Return the row and the column of each node of a drawing that is whole."""
    drawing = graph_drawing(context, *size)
    assert drawing.is_whole
    rows = [text_of(row) for row in drawing.lines]
    found = {}
    for node, y in drawing.places:
        label = re.escape(context.name(node))
        found[node] = y, re.search(rf"(?<![^\W\d_]){label}(?!\w)", rows[y]).start()
    return found


def columns(frame):
    """Return how many columns the table of values has."""
    return max(row.count(" value ") for row in frame.text().splitlines())


def same_but_for_a_message(session, size, text="There is nothing to undo."):
    """Hold that a message has its own lines and that all else is where it was; return its lines."""
    (plain, pictures), (told, others) = (
        (frame.text().split("\n"), frame.plots)
        for one in ("", text)
        for frame in [frame_of(replace(session, message=one), *size, UNICODE)]
    )
    assert pictures == others
    lines = [n for n, row in enumerate(told) if row != plain[n]]
    assert " ".join(told[n].strip() for n in lines) == text
    return [n - size[1] for n in lines]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("path", LESSONS[1::9], ids=lambda path: path.stem)
def test_a_message_moves_nothing_on_a_large_terminal(path):
    for session in (session_at(path), pressed(opened(path), "z"), *[*steps_of(path)][::5]):
        session = replace(session, prompt=None)
        # It stands over the further keys.
        assert same_but_for_a_message(session, (120, 36)) == [-1]


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_message_moves_nothing_at_any_step(path):
    number = LESSONS.index(path)
    opening, *steps = session_at(path), *steps_of(path)
    closing = replace(pressed(steps[-1], "z"), prompt=None)
    for session in (opening, *some(number, steps, 2), closing):
        assert same_but_for_a_message(session, SIZES[number % 3]) == [-1]


@pytest.mark.sampled
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("number", "keys"), [(7, "t y y"), (11, "20t tab"), (14, "t s"), (16, "20t tab"), (22, "2t i")]
)
def test_a_message_moves_nothing_beside_training(number, keys, size):
    session = done(session_at(LESSONS[number - 1]), parse_keys(keys))
    assert session.screen is Screen.TRAIN
    assert same_but_for_a_message(session, size) == [-1]


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_message_moves_nothing_beside_any_training(path):
    session = opened(path)
    for keys in ("t s", "2t", "2t tab", "2t tab tab") if session.lesson.trains else ():
        trained = done(session, parse_keys(keys))
        for size in in_turn(LESSONS.index(path) + len(keys), SIZES):
            assert same_but_for_a_message(trained, size) == [-1]


@pytest.mark.sampled
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("number", "keys", "told"),
    [(14, "t", "Stuck"), (7, "e learning_rate space 16 enter t", "Diverges")],
)
def test_what_is_wrong_with_a_run_moves_nothing_beside_training(number, keys, told, size):
    trained = done(session_at(LESSONS[number - 1]), parse_keys(keys))
    reset = done(trained, parse_keys("0"))
    before, after = (frame_of(one, *size, UNICODE) for one in (reset, trained))
    assert [told in frame.text() for frame in (before, after)] == [False, True]
    assert corners(before) == corners(after)
    assert before.plots[0].height == after.plots[0].height
    # The limit is told at any size.
    assert number != 7 or re.search(r"= −1\.56[\s\S]+12\.5", after.text())


@pytest.mark.sampled
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", [7, 14])
def test_a_long_link_covers_no_border_and_leaves_the_curve_as_it_is(number, size):
    trained = done(session_at(LESSONS[number - 1]), parse_keys("20t"))
    told = replace(trained, command="gdtutor xor --at given --keys '" + "20t S " * 33 + "'")
    before, after = (frame_of(one, *size, UNICODE) for one in (trained, told))
    assert corners(before) == corners(after)
    rows, others = (frame_text(one, UNICODE).splitlines()[:-2] for one in (before, after))
    apart = [n for n, row in enumerate(others) if row != rows[n]]
    # Nothing but its own lines, which stand together, is another.
    assert len(apart) == apart[-1] - apart[0] + 1 <= 6
    assert "".join(others[apart[0] : apart[-1] + 1]).count("20t") >= 32


@pytest.mark.parametrize("size", SIZES)
def test_a_message_moves_nothing_in_the_playground_and_none_does_in_help(size):
    playing = play_session(Session(), playground_of_line("--points 20 --epochs 3"))
    for keys in ("", "tab", "tab tab", "space", "?"):
        assert same_but_for_a_message(done(playing, parse_keys(keys)), size) == [-1]


@pytest.mark.slow
@pytest.mark.parametrize("number", [14, 18, 19, 22, 25])
def test_a_message_of_several_lines_covers_those_above_the_keys_alone(number):
    text = "There is nothing to undo here. " * 8 + "Oh"
    steps = [*steps_of(LESSONS[number - 1])][::4]
    for session, size in product(steps, in_turn(number, SIZES[1:])):
        plain = frame_of(session, *size, UNICODE)
        told = frame_of(replace(session, message=text), *size, UNICODE)
        count = -(-len(text) // (size[0] - 2))
        assert told.plots == plain.plots
        rows, before = told.text().split("\n"), plain.text().split("\n")
        assert rows[: -count - 1] == before[: -count - 1]
        assert rows[-count - 1] == before[-2]
        # What a border says of lines that have no room is still there.
        assert hidden_around(told.lines) == hidden_around(plain.lines)


@pytest.mark.slow
@pytest.mark.parametrize("words", [70, 130])
@pytest.mark.parametrize("size", [(100, 30), (160, 34)])
def test_a_long_message_leaves_a_panel_that_a_list_goes_on_under_its_border(size, words):
    for session in [*steps_of(LESSONS[17])][::5]:
        session = replace(session, message="word " * words)
        assert len(frame_of(session, *size, UNICODE).lines) == size[1]


@pytest.mark.sampled
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_explains_signs_takes_no_column_of_the_table_and_moves_no_panel(path):
    session, _ = shown(session_at(path), 120, 36, UNICODE)
    for number in some(LESSONS.index(path), (1, 2, 3)):
        session = replace(moved(session, 0, number), challenge=None)
        session, told = shown(session, 120, 36, UNICODE)
        plain = frame_of(knowing(session), 120, 36, UNICODE)
        assert columns(plain) == columns(told)
        assert corners(plain) == corners(told)


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_question_of_the_lesson_moves_no_panel_and_no_other_cell_of_the_graph(path):
    for session in steps_of(path):
        step, example = current_step(session), session.look.example
        for question in placed_at(session, step):
            if question.kind != "next":
                asked = placed_challenge(question, session.moment, step, example)
                both = [replace(session, message="", challenge=one) for one in (None, asked)]
                plain, told = (corners(frame_of(one, 120, 36, UNICODE)) for one in both)
                assert plain == told
                for size in in_turn(session.step, GRAPHS):
                    for row, other in zip(*(graph_rows(one, size) for one in both), strict=True):
                        apart = [n for n, c in enumerate(row) if c != other[n]]
                        taken = row[apart[0] : apart[-1] + 1] if apart else ""
                        assert HIDDEN.fullmatch(taken), (size, row, other)


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nodes_of_the_graph_stand_still_through_an_iteration(path):
    for walk in walks(path):
        contexts = [context_of(session, UNICODE) for session in walk]
        for size in GRAPHS[1:]:
            places = [places_of(context, size) for context in contexts]
            assert places == places[:1] * len(places)


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nodes_of_a_narrow_graph_stand_still_at_least_through_a_phase(path):
    phase_of = lambda context: context.step.phase  # noqa: E731
    for walk in walks(path):
        contexts = [context_of(session, UNICODE) for session in walk]
        for _, phase in groupby(contexts, phase_of):
            of_phase = list(phase)
            if all(graph_drawing(context, *GRAPHS[0]).is_whole for context in of_phase):
                places = [places_of(context, GRAPHS[0]) for context in of_phase]
                assert places == places[:1] * len(places)


@pytest.mark.parametrize("place", ["given", "forward:Z1", "forward:C"])
def test_a_narrow_graph_that_is_whole_going_forward_is_drawn_whole(place):
    context = context_of(session_at(LESSONS[15], at=place), UNICODE)
    assert graph_drawing(context, 34, 15).is_whole


@pytest.mark.sampled
@pytest.mark.parametrize("number", [16, 20, 24, 26, 28])
def test_a_network_is_drawn_whole_at_every_step_of_a_small_terminal(number):
    for session in steps_of(LESSONS[number - 1]):
        assert graph_drawing(context_of(session, UNICODE), 34, 15).is_whole


def test_what_is_left_out_of_a_graph_is_counted_with_the_key_that_shows_it():
    session = session_at(LESSONS[16], at="backward:z2")
    pages = [session, pressed(session, "tab"), session_at(LESSONS[17], at="update:W1")]
    narrow, whole, paged = (frame_of(one, 80, 24, UNICODE).text() for one in pages)
    assert "… 9 more nodes to L 0.27997: Tab" in narrow
    assert "more node" not in whole
    assert "… 3 more nodes to C 0.1258: Tab" in paged


def test_a_step_of_a_narrow_graph_is_drawn_once(monkeypatch):
    monkeypatch.setattr(room, "opened", session_at)
    drawings = []
    monkeypatch.setattr(panel, "_drawn", lambda *of: drawings.append(of) or draw_graph(*of))
    first, *steps = list(steps_of(LESSONS[17]))[1:6]
    graph_drawing(context_of(first, UNICODE), 34, 15)
    assert len(drawings) > 1
    for session in steps:
        drawings.clear()
        assert graph_drawing(context_of(session, UNICODE), 34, 15).is_whole
        assert len(drawings) == 1


def test_panels_stand_still_while_questions_are_asked():
    session = pressed(session_at(LESSONS[15], at="backward:C"), "r right")
    screens = []
    for _ in range(4):
        session = answered(session)
        unasked = replace(session, challenge=None, prompt=None, message="")
        assert session.challenge is not None
        screens += [corners(frame_of(one, 120, 36, UNICODE)) for one in (session, unasked)]
    assert screens == screens[:1] * len(screens)


@pytest.mark.parametrize("path", [LESSONS[5], LESSONS[15], LESSONS[17]], ids=lambda path: path.stem)
def test_a_step_is_measured_by_as_many_lines_as_it_has(path):
    for session in steps_of(path):
        context = context_of(session, UNICODE)
        measured = replace(context, moment=roughly(context.moment), is_measured=True)
        for width in (50, 62):
            assert len(node_lines(measured, width)) == len(node_lines(context, width))


def test_the_first_frame_works_out_no_update(monkeypatch):
    session = session_at(LESSONS[15], at="given")
    monkeypatch.setattr("gdtutor.session.moment.Run.updated", None)
    frame_of(session, 120, 36, UNICODE)
    with pytest.raises(TypeError):
        _ = session.moment.updates["b1"]


@pytest.mark.parametrize(
    "later",
    ["engine.trace._Back.through", "session.moment.rounding_of", "session.lookups.asleep_units"],
)
def test_the_first_frame_looks_at_what_it_shows_alone(monkeypatch, later):
    monkeypatch.setattr(f"gdtutor.{later}", None)
    frame_of(session_at(LESSONS[15], at="given"), 80, 24, UNICODE)
    monkeypatch.setattr(room, "opened", session_at)
    frames = (frame_of(session, 80, 24, UNICODE) for session in steps_of(LESSONS[15]))
    with pytest.raises(TypeError):
        list(frames)


def looks_of(session):
    """Return a step of predict mode as it is asked, with its hints and what is said of a wrong
    answer, with the worked line, and without a question."""
    session = replace(session, message="", prompt=None, predict=True)
    asked = question_for(session, current_step(session))
    wrong = [Tried(sign) for sign in ("+-0" if asked.ask is Ask.SIGN else ("17",))]
    if asked.ask is Ask.VALUE:
        wrong.append(Tried("17", (SlipMatch(Slip.NO_FUNCTION, "z"),)))
    hinted = [replace(asked, tried=(one,), hints_shown=asked.stages) for one in wrong]
    tried = (replace(asked, tried=(wrong[0],)), *hinted)
    return [
        session,
        *(posed(session, one) for one in (asked, *tried)),
        revealed(posed(session, hinted[0])),
    ]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("number", "first", "size"), [(6, 7, (80, 24)), (13, 20, (120, 36)), (27, 11, (200, 50))]
)
def test_hints_wrong_answers_and_worked_lines_move_no_panel_in_predict_mode(number, first, size):
    for session in list(steps_of(LESSONS[number - 1]))[first : first + 3]:
        screens = [corners(frame_of(look, *size, UNICODE)) for look in looks_of(session)]
        assert screens == screens[:1] * len(screens)


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nothing_that_is_said_of_a_question_moves_a_panel_in_predict_mode(path):
    number = LESSONS.index(path)
    steps = [session for session in steps_of(path) if current_step(session).node]
    for session in some(number, steps):
        looks = looks_of(session)
        screens = [corners(frame_of(look, *SIZES[number % 3], UNICODE)) for look in looks]
        assert screens == screens[:1] * len(screens)


def test_an_open_cell_has_the_room_that_it_needs():
    session = session_at(LESSONS[15], at="forward:Z1")
    opened = pressed(session, "c")
    assert opened.look.cell is not None
    closed = corners(frame_of(session, 200, 50, UNICODE))
    assert corners(frame_of(pressed(opened, "esc"), 200, 50, UNICODE)) == closed
