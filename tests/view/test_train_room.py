"""The panel beside the curve shows more where there is room, and no sign loses its word."""

import re
from itertools import product

import numpy as np
import pytest
from walks import NEURON, screen, walk

from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, find_lesson, shipped_lessons_folder
from gdtutor.session.state import Screen, Snapshot, Status, TrainLook
from gdtutor.ui.picture import frame_text
from gdtutor.values import replace
from gdtutor.view.cost_plot import cost_plot
from gdtutor.view.frame import UNICODE, Size
from gdtutor.view.lines import text_of
from gdtutor.view.pictures.source import stacked_notes
from gdtutor.view.screen import frame_of
from gdtutor.view.train import _sides
from gdtutor.view.train_lines import header_line
from tests.tries import in_turn


def trained(name, keys="20t"):
    session = session_at(find_lesson(name, shipped_lessons_folder()))
    return pressed(session, parse_keys(keys))


def beside_curve(session, width, height):
    """Return the lines of the panel beside the curve."""
    rows = screen(session, width, height).splitlines()
    return [row.rpartition("││ ")[2].removesuffix("│").rstrip() for row in rows if "││ " in row]


@pytest.mark.sampled
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
@pytest.mark.parametrize("name", ["cost", "or-vectorised", "xor-hidden"])
def test_every_example_stands_below_the_plane(name, size):
    rows = beside_curve(trained(name), *size)
    head = rows.index("# x₁ x₂ target learned")
    assert [row.split()[0] for row in rows[head + 1 : head + 5]] == ["0", "1", "2", "3"]
    assert any("x₁    1.25" in row or row.endswith("1.25") for row in rows[:head])


@pytest.mark.parametrize("name", ["bias", "or-vectorised", "xor-hidden"])
def test_blank_lines_give_way_to_a_message_and_leave_the_plane_as_it_is(name):
    def told(message):
        rows = beside_curve(replace(trained(name), message=message), 120, 36)
        return [row for row in rows if row]

    assert told("There is nothing to undo.") == told("")


def test_a_message_takes_no_example_away():
    told = [row[:1] for row in beside_curve(trained("xor-hidden", "t space"), 80, 24)]
    assert told[told.index("#") :][:5] == [*"#0123"]


def test_a_plane_takes_the_room_that_nothing_else_needs():
    rows = beside_curve(trained("or-vectorised"), 120, 36)
    plane = [row for row in rows if row.partition("│")[2]]
    assert len(plane) >= 17
    assert not rows[-1] == rows[-2] == ""


def test_predictions_and_a_plane_stand_below_weights():
    rows = beside_curve(trained("initialisation"), 120, 36)
    kinds = ("+++ large", "# x₁", "░ Ŷ")
    at = [next(n for n, row in enumerate(rows) if row.startswith(start)) for start in kinds]
    assert at == sorted(at)
    assert "# x₁" in "\n".join(beside_curve(trained("initialisation"), 80, 24))


@pytest.mark.parametrize(
    ("note", "width", "lines"),
    [
        ("● w 2.469, L 7.655, · slope −0.0049", 26, ["● w 2.469, L 7.655,", "· slope −0.0049"]),
        ("S start, o plain, × momentum", 19, ["S start, o plain,", "× momentum"]),
        ("• 0.1·x₁ + 0.6·x₂ − 2.83 = 0, outside", 27, ["• 0.1·x₁ + 0.6·x₂ − 2.83", "= 0, outside"]),
        ("Seeds 0 … 19, a line", 15, ["Seeds 0 … 19, a", "line"]),
    ],
)  # fmt: skip
def test_a_sign_stands_on_the_line_of_its_word(note, width, lines):
    assert [text_of(row) for row in stacked_notes((note,), Size(width, 9))] == lines


@pytest.mark.parametrize(
    ("costs", "low"), [((0.09, 0.02), 0.0), ((0.15, 0.09), 0.09), ((0.5, -0.1), -0.1)]
)
def test_an_axis_begins_at_0_where_that_is_not_far(costs, low):
    snapshot = Snapshot(status=Status.FINISHED, costs=np.array(costs))
    session = walk(NEURON, "given").with_train(snapshot=snapshot)
    assert cost_plot(session, UNICODE).y_range == (low, max(costs))
    logged = session.with_train(look=TrainLook(log_y=True))
    assert cost_plot(logged, UNICODE).y_range[0] > 0


def test_a_mean_is_named_once():
    session = replace(walk(NEURON), screen=Screen.TRAIN)
    session = session.with_train(snapshot=Snapshot(costs=np.linspace(1, 0.5, 60)))
    meant = session.with_train(look=TrainLook(mean=25))
    for width in (80, 60):
        assert frame_text(frame_of(meant, width, 24, UNICODE), UNICODE).count("~ mean") == 1


@pytest.mark.sampled(1)
@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_header_counts_in_whole_words_where_they_have_room(width):
    session = trained("and-or", "t")
    text = text_of(header_line(session, width, UNICODE))
    assert "epoch 11028, iteration 44114" in text


@pytest.mark.slow
def test_below_the_runs_stand_the_predictions_of_the_present_one():
    keys = "t S learning_rate=0.1,0.5,5 enter"
    rows = beside_curve(trained("xor-hidden", keys), 120, 36)
    at = rows.index("⠶ the lesson's own", 3)
    assert rows[at - 1 : at + 2] == ["", "⠶ the lesson's own", "# x₁ x₂ target learned"]
    assert rows[at + 2].startswith("0  0  0      0  0.0363")
    earlier = beside_curve(trained("xor-hidden", f"{keys} 40left"), 120, 36)
    at = next(n for n, row in enumerate(earlier) if row.startswith("⠶ the lesson's own at epoch"))
    assert not earlier[at + 2].startswith("0  0  0      0  0.0363")
    assert not any(
        "target learned" in row for row in beside_curve(trained("xor-hidden", keys), 80, 24)
    )


SIGNS, SIGNED = "●o×+◆▲□S•", ("slice", "contour")


@pytest.mark.slow
@pytest.mark.parametrize("path", discover(shipped_lessons_folder()), ids=lambda path: path.stem)
def test_every_sign_that_is_explained_is_drawn_and_every_sign_drawn_is_explained(path):
    session = session_at(path)
    if not session.lesson.trains:
        return
    session = pressed(session, parse_keys("t"))
    plots = [n for n, one in enumerate(_sides(session)) if getattr(one, "kind", "") in SIGNED]
    sizes = in_turn(len(path.stem), ((80, 24), (120, 36), (200, 50)))
    for tab, size in product(plots, sizes):
        look = replace(session.train.look, tab=tab)
        frame = frame_of(session.with_train(look=look), *size, UNICODE)
        text = frame_text(frame, UNICODE).splitlines()
        rows = [row.rpartition("││ ")[2].removesuffix("│") for row in text if "││ " in row]
        # Below the picture stand others that have room.
        at = next(n for n, row in enumerate(rows) if "└" in row or re.match(r" +−?[\d.]+ ", row))
        end = next((n for n, row in enumerate(rows) if n > at and not row.strip()), len(rows))
        drawn = {sign for row in rows[: at + 1] for sign in "".join(re.split("[│┤]", row)[1:])} & {
            *SIGNS
        }
        told = re.findall(rf"(?:^|, |: |; )([{SIGNS}]) (?=\S)", "\n".join(rows[at:end]), re.M)
        assert drawn == set(told), (size, tab)
