"""In the next iteration what the update has changed carries what it was."""

import re

import numpy as np
import pytest

from gdtutor.drive.effects import pressed
from gdtutor.drive.opening import session_at
from gdtutor.engine.graph import Role
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.press import Press
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import UNICODE, Style
from gdtutor.view.lines import text_of, width_of
from gdtutor.view.notation import number
from gdtutor.view.screen import frame_of
from gdtutor.view.study import room_for
from tests.tries import in_turn
from tests.walks import screen

LESSONS = discover(shipped_lessons_folder())
TRAINED = [path for path in LESSONS if "[training]" in path.read_text("utf-8")]
WAS = re.compile(r"(\(|\] )was |\] \S+ → ")


@pytest.mark.slow
@pytest.mark.parametrize("path", TRAINED, ids=lambda path: path.stem)
def test_a_changed_value_says_what_it_was_in_every_lesson(path):
    session = session_at(path)
    session = moved(session, 1, 1)
    told = changed = 0
    for step in session.moment.steps:
        at = replace(moved(session, 1, step.number), challenge=None)
        context = context_of(at, UNICODE)
        if step.phase not in (Phase.GIVEN, Phase.FORWARD):
            continue
        names = [step.node] if step.node else [leaf.name for leaf in context.graph.leaves]
        now, old = context.trace.values, at.previous.traces[step.scene].values
        if all(not context.was(n) or np.array_equal(now[n], old[n]) for n in names):
            continue
        changed += 1
        panel = "\n".join(map(text_of, node_lines(context, 38)))
        told += bool(WAS.search(panel))
        for size in in_turn(changed, (None, (120, 36), None, (200, 50))):
            assert not size or WAS.search(frame_of(at, *size, UNICODE).text()), (size, step)
    assert told == changed


@pytest.mark.sampled
@pytest.mark.parametrize("path", TRAINED, ids=lambda path: path.stem)
def test_parameters_and_a_cost_of_the_same_examples_always_say_what_they_were(path):
    """Whatever examples the iterations see, and in whatever order: in the first five."""
    session = session_at(path)
    for iteration in range(1, 6):
        before, session = session.moment, moved(session, iteration, 1)
        now, context = session.moment, context_of(session, UNICODE)
        names = list(now.updates)
        if sorted(now.batch) == sorted(before.batch) and not now.trace.shapes[now.root]:
            names.append(now.root)
        for name in names:
            scene = replace(context, step=replace(context.step, scene=len(now.traces) - 1))
            new, old = now.trace.values[name], before.trace.values[name]
            is_told = bool(scene.was(name))
            assert is_told != np.array_equal(new, old) or _look_the_same(new, old), name


def _look_the_same(new, old):
    """Say whether a number and what it was are shown alike."""
    return new.ndim == 0 and number(float(new)) == number(float(old))


def test_of_other_examples_a_loss_is_not_said_to_have_been_another():
    for at, told in (("2/forward:L", 0), ("1/forward:C", 1), ("1/forward:L", 0)):
        lesson = LESSONS[16] if at.startswith("2") else LESSONS[21]
        panel = node_lines(context_of(session_at(lesson, at=at), UNICODE), 60)
        assert sum("(was" in text_of(row) for row in panel) == told, at


@pytest.mark.sampled
@pytest.mark.parametrize("path", TRAINED, ids=lambda path: path.stem)
def test_where_an_iteration_begins_each_changed_parameter_says_what_it_was_or_is_counted(path):
    """A width each of 40×12 and 80×24, of 120×36, and of 200×50; the table that Tab leads to has
    what is counted."""
    session = moved(session_at(path), 1, 1)
    given = [step.number for step in session.moment.steps if step.phase is Phase.GIVEN]
    session = replace(moved(session, 1, given[-1]), challenge=None)
    context = context_of(session, UNICODE)
    parameters = [leaf.name for leaf in context.graph.leaves if leaf.role is Role.PARAMETER]
    changed = sum(bool(context.was(name)) for name in parameters)
    for width in (38, 48, 62):
        lines = node_lines(context, width)
        assert max(map(width_of, lines)) <= width
        marked = [part.text for row in lines for part in row if part.style is Style.CHANGED]
        assert marked == [text.strip() for text in marked]
        text = "\n".join(map(text_of, lines))
        counted = re.search(r" (\d+)(?: more)?(?: updated)?: Tab", text)
        assert len(re.findall(r"\bwas\b", text)) + int(counted[1] if counted else 0) == changed
    table = screen(pressed(session, [Press("tab"), Press("tab")]), 80, 24)
    assert len(re.findall(r"was \S+\)", table)) == changed > 0


def test_a_message_lays_the_given_values_out_no_second_time(monkeypatch):
    session = session_at(LESSONS[15], at="1/given")
    frame_of(session, 120, 36, UNICODE)
    monkeypatch.setattr("gdtutor.view.given._given", None)
    told = frame_of(replace(session, message="There is nothing to undo."), 120, 36, UNICODE)
    assert "There is nothing to undo." in told.text()
    with pytest.raises(TypeError):
        frame_of(replace(session, look=replace(session.look, digits=5)), 120, 36, UNICODE)


def test_where_an_iteration_begins_graph_step_and_table_say_what_the_bias_was():
    rows = screen(session_at(LESSONS[5], at="1/given"), 120, 36)
    assert rows.count("(was 0)") == 3


def test_a_step_later_the_step_alone_says_it_in_its_panel_and_in_the_table():
    session = session_at(LESSONS[5], at="1/forward:z")
    assert screen(session, 120, 36).count("(was ") == 2


def test_of_a_matrix_the_cell_that_has_changed_most_is_named_before_what_it_was():
    vectorised = next(path for path in LESSONS if "vectorised" in path.stem)
    below = screen(session_at(vectorised, at="1/given"), 80, 24).partition(" W 1×2 [")[2]
    assert below.splitlines()[1].strip("│ ").endswith("([0,0] was 0.1)")
    at_sum = screen(session_at(vectorised, at="1/forward:Z"), 120, 36)
    assert "changed most: [0,3] was 0.7" in at_sum
    assert "1×4  ([0,3] was 0.7)" in at_sum


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_given_matrices_are_said_to_name_the_cell_that_has_changed_most(size):
    session = session_at(LESSONS[15], at="1/given")
    lines = node_lines(context_of(session, UNICODE), room_for(*size).node_width)
    text = " ".join(map(text_of, lines))
    assert "parameters, most changed:" in text
    assert ": Tab" not in text
    assert [text.count(was) for was in ("([2,0] was 0)", "([0,2] was 0.9669)")] == [1, 1]


def test_late_in_training_what_has_changed_most_is_told_apart_from_what_it_was():
    """A shorter number is no rounded one."""
    hidden = next(path for path in LESSONS if "xor-hidden" in path.stem)
    given = session_at(hidden, at="3071/given")
    rows = [screen(moved(given, 3071, step), 80, 24) for step in (1, 3, 16, 19, 19)]
    for row, told in zip(
        rows,
        (
            "   ([0,2] was 7.118)",
            "changed most: [2,1] 0.82720 → 0.82722",
            "From −5.7878 to −5.7880 in the first cell.",
            "before  → by −0.000353",
            "   → by −0.000353",
        ),
        strict=True,
    ):
        assert told in row


@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
@pytest.mark.parametrize(("number", "node"), [(6, "b"), (17, "w22")])
def test_at_an_update_the_table_says_what_the_loss_was(number, node, size):
    session = session_at(LESSONS[number - 1], at=f"1/update:{node}")
    rows = screen(session, *size).splitlines()
    # Behind the gradient, in the blank cells of the new values, it is named.
    assert any(re.search(r" L +0\.\d+ .*\((L )?was 0\.\d+\)", row) for row in rows)


@pytest.mark.sampled
@pytest.mark.parametrize("path", TRAINED, ids=lambda path: path.stem)
def test_beside_each_step_the_graph_or_its_border_says_what_the_loss_was(path):
    session = moved(session_at(path), 1, 1)
    steps, told = session.moment.steps, 0
    for step in (*(s for s in steps if s.node == session.moment.root), steps[-1]):
        at = replace(moved(session, 1, step.number), challenge=None)
        was = context_of(at, UNICODE).was(at.moment.root)
        left = [row[:42] for row in screen(at, 80, 24).splitlines()[1:-4]]
        assert any(was in row for row in left), step
        # The sizes take turns.
        size = ((120, 36), (200, 50))[step.number % 2]
        assert was in screen(at, *size), (size, step)
        told += bool(was)
    # Only what sees other examples, or no others than before an update of 0, has no loss to name.
    assert told or session.moment.batch.tolist() != session.previous.batch.tolist()


@pytest.mark.parametrize("at", ["1/forward:L", "1/backward:b", "1/update:b"])
def test_in_the_graph_what_the_loss_was_stands_below_it(at):
    rows = screen(session_at(LESSONS[5], at=at), 80, 24).splitlines()
    place = next(row.index("L 0.1099") for row in rows if "L 0.1099" in row[:40])
    assert [row.index("(was 0.125)") for row in rows if "(was 0.125)" in row[:40]] == [place]
