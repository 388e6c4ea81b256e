import pytest
from walks import pressed

from gdtutor.drive.opening import run_of
from gdtutor.lesson.load import parse_lesson
from gdtutor.session.effects import TimeExamples
from gdtutor.session.figures import shown_figure
from gdtutor.session.link import command_of
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.update import Timed, update
from gdtutor.training.timing import Timing
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of

TEXT = """\
+++
format = 1
id = "figures"
title = "Figures"
[parameters]
w = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[2, 3]]
[training]
batch = 1
[[pictures]]
kind = "slice"
along = "w"
at = ["backward:w", "update"]
[[pictures]]
kind = "timing"
examples = [3, 7]
+++
```graph
z = w*x
L = (z - y)**2 / 2
```
"""


@pytest.fixture
def start(tmp_path):
    path = tmp_path / "01-figures.md"
    lesson, reports = parse_lesson(TEXT, path)
    assert lesson is not None, reports
    return moved(opened(Session(), Opened(lesson, run_of(lesson))), 0, 1)


def test_a_picture_shows_by_itself_at_its_steps_alone(start):
    shown = {}
    for step in start.moment.steps:
        shown[step.phase.value, step.node] = shown_figure(moved(start, 0, step.number))
    assert shown == {
        ("given", ""): 0, ("forward", "z"): 0, ("forward", "L"): 0, ("backward", "L"): 0,
        ("backward", "z"): 0, ("backward", "w"): 1, ("update", "w"): 1,
    }  # fmt: skip


def test_f_goes_through_the_pictures_and_back_to_the_graph(start):
    assert [shown_figure(pressed(start, " ".join("f" * n))) for n in range(4)] == [0, 1, 2, 0]
    at_own = goto(start, "backward:w")
    assert [shown_figure(pressed(at_own, " ".join("f" * n))) for n in range(4)] == [1, 2, 0, 1]


def test_a_number_chooses_its_picture_and_0_the_graph(start):
    at_own = goto(start, "backward:w")
    assert [shown_figure(pressed(at_own, f"{n}f")) for n in range(4)] == [0, 1, 2, 2]


def test_a_chosen_picture_stays_over_the_steps(start):
    assert shown_figure(pressed(start, "f n n")) == 1


def test_a_picture_that_was_put_away_comes_back_where_it_shows_by_itself(start):
    away = pressed(goto(start, "backward:w"), "0f")
    assert shown_figure(away) == 0
    assert shown_figure(pressed(away, "n")) == 1


def test_a_lesson_without_pictures_says_so(start):
    text = TEXT[: TEXT.index("[[pictures]]")] + TEXT[TEXT.rindex("+++") :]
    lesson, _ = parse_lesson(text, start.lesson.path)
    bare = moved(opened(Session(), Opened(lesson, run_of(lesson))), 0, 1)
    assert "no pictures" in pressed(bare, "f").message


def test_the_timing_picture_asks_for_its_times_once(start):
    session, effects = update(pressed(start, "f"), Press("f", "f"))
    (wanted,) = effects
    assert isinstance(wanted, TimeExamples)
    assert wanted.sizes == (3, 7)
    timed, effects = update(session, Timed((Timing(3, 2.0, 1.0),)))
    assert effects == ()
    assert timed.timings == (Timing(3, 2.0, 1.0),)
    assert update(timed, Press("n", "n"))[1] == ()
    # Timed, it stands beside the graph by itself: the key takes it away.
    known = replace(start, look=replace(start.look, beside=2), timings=timed.timings)
    assert shown_figure(update(known, Press("f", "f"))[0]) == 0


def test_the_command_line_brings_the_picture_back(start):
    # By its number: how many presses lead to it hangs on what the screen shows by itself.
    assert "--keys 1f" in command_of(pressed(start, "f"))
    assert "--keys" not in command_of(goto(start, "backward:w"))


TWO_GRAPHS = TEXT.replace("[[pictures]]\nkind = \"timing\"\nexamples = [3, 7]\n", "").replace(
    "```graph\nz", "```graph\ns = w**2\n```\n\n```graph\nz"
).replace('"backward:w", "update"', '"forward:z", "update"')  # fmt: skip


@pytest.fixture
def first_graph(tmp_path):
    path = tmp_path / "01-figures.md"
    lesson, reports = parse_lesson(TWO_GRAPHS, path)
    assert lesson is not None, reports
    return moved(opened(Session(), Opened(lesson, run_of(lesson))), 0, 1)


def test_a_picture_with_steps_is_offered_beside_the_graphs_that_have_them(first_graph):
    asked = pressed(first_graph, "f")
    assert shown_figure(asked) == 0
    assert "another one has" in asked.message
    last = moved(first_graph, 0, len(first_graph.moment.steps))
    assert shown_figure(last) == 1
    assert [shown_figure(pressed(last, " ".join("f" * n))) for n in range(3)] == [1, 0, 1]
    assert "pictures" not in frame_of(first_graph, 120, 36, UNICODE).text()
    assert command_of(pressed(last, "f")).endswith("--keys 0f")


def test_a_chosen_picture_waits_where_it_is_not_offered(first_graph):
    later = goto(first_graph, "backward:z")
    chosen = pressed(later, "f")
    assert shown_figure(chosen) == 1
    assert shown_figure(goto(chosen, "step:1")) == 0
    assert shown_figure(goto(goto(chosen, "step:1"), "backward:z")) == 1
