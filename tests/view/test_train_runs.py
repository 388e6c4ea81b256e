"""Runs beside each other on the Train screen: each kept curve has its own mark and keeps it."""

import re

import numpy as np
import pytest
from walks import NEURON, screen, walk

from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.linear.training import training_lines
from gdtutor.paint.plots import plot_rows
from gdtutor.session.commands import COMMANDS, commands_of
from gdtutor.session.press import Press
from gdtutor.session.runs import with_swept
from gdtutor.session.state import Screen, Session, Snapshot, Training, TrainLook
from gdtutor.training.sweep import MAX_RUNS
from gdtutor.training.trouble import TrainedCurve
from gdtutor.ui.picture import frame_text
from gdtutor.values import replace
from gdtutor.view.cost_plot import cost_plot
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.glossary import SIGNS
from gdtutor.view.lines import text_of
from gdtutor.view.marks import EXAMPLE, HELD, MEAN, START, UNCHANGED, marks_of
from gdtutor.view.runs import curves_shown, mark_of, run_lines, short_name
from gdtutor.view.screen import frame_of, settled

RATES = session_at(find_lesson("learning-rate", shipped_lessons_folder()))

FASTER = [Press("0", "0"), Press("plus", "+"), Press("space", " ")]


def pressing(session: Session, keys: str) -> Session:
    return pressed(session, [Press(key, key) for key in keys])


def marks(session: Session) -> dict[str, str]:
    """Return what each curve of the plot is drawn with, by its label."""
    return {series.label: series.mark for series in cost_plot(session, UNICODE).series}


def beside(*curves: tuple[str, list[float]], own: tuple[float, ...] = ()) -> Session:
    """Return a session with kept curves, and perhaps one of its own."""
    session = walk(NEURON).with_train(snapshot=Snapshot(costs=np.array(own)))
    return with_swept(session, tuple(TrainedCurve(name, np.array(ys)) for name, ys in curves))


@pytest.mark.slow
def test_a_kept_curve_keeps_its_mark_while_others_come_and_go():
    session = pressing(RATES, "tV")
    seen: dict[str, str] = {}
    for _ in range(24):
        session = pressing(session, "V")
        now = {label: mark for label, mark in marks(session).items() if mark}
        assert {label: now[label] for label in now if label in seen} == {
            label: seen[label] for label in now if label in seen
        }
        seen |= now
    assert len(seen) >= 7


def test_a_kept_curve_keeps_its_mark_when_the_run_beside_it_is_reset():
    session = beside(("a", [2.0, 1.0]), ("b", [3.0, 1.0]), own=(4.0, 1.0))
    before = marks(session)
    after = marks(session.with_train(snapshot=Snapshot()))
    assert (before["a"], before["b"]) == (after["a"], after["b"]) == ("□", "△")


def test_a_sweep_repeated_takes_the_places_of_its_curves():
    session = beside(("a", [2.0]), ("b", [3.0]), ("c", [4.0]))
    again = with_swept(
        session, (TrainedCurve("b", np.array([5.0])), TrainedCurve("d", np.array([6.0])))
    )
    assert [curve.label for curve in again.train.kept] == ["a", "b", "c", "d"]
    assert again.train.kept[1].costs[0] == 5.0


@pytest.mark.parametrize("chars", [UNICODE, ASCII])
def test_as_many_curves_as_a_sweep_has_are_told_apart_without_colour_by_marks_that_are_no_keys(
    chars,
):
    session = beside(*((f"rate {n}", [float(n), 0.5 + n]) for n in range(MAX_RUNS)))
    drawn = {one.mark for one in curves_shown(session, chars)}
    assert len(drawn) == MAX_RUNS
    signs, known = {sign for mark in drawn for sign in mark}, marks_of(chars)
    assert not {*"*.·>▸", UNCHANGED, HELD, MEAN, known.best} & signs
    signs |= {EXAMPLE, HELD, MEAN, START, UNCHANGED}
    signs |= {*known.curve, *known.beside, *known.here, *known.after, *known.paths, *known.best}
    keys = {key for command in COMMANDS for key in command.keys}
    assert not keys & {press.key for sign in signs for press in parse_keys(sign)}
    of_play = {*known.held_classes, *known.held_signs}
    assert not of_play & {key for command in commands_of(Screen.PLAY) for key in command.keys}
    assert chars.unicode or all(sign.isascii() for sign in signs)


def test_the_same_costs_are_drawn_once_and_named_twice():
    session = beside(("twin", [2.0, 1.0]), ("other", [2.0, 0.5]), own=(2.0, 1.0))
    assert "twin" not in marks(session)
    assert "other" in marks(session)
    text = "\n".join(text_of(row) for row in run_lines(session, 40, UNICODE))
    assert "the same curve as the lesson's own" in text
    assert text.count("at epoch 1") == 2


def test_the_own_run_is_marked_as_the_best_where_a_sweep_repeats_it():
    session = beside(("twin", [2.0, 1.0 - 1e-12]), ("other", [2.0, 1.5]), own=(2.0, 1.0))
    rows = [text_of(row) for row in run_lines(session, 40, UNICODE)]
    assert rows.index("  ★ the lowest cost") == 2
    assert "lesson's own" in rows[0]


@pytest.mark.parametrize("chars", [UNICODE, ASCII])
@pytest.mark.parametrize("height", [None, 5])
def test_no_mark_stands_for_a_run_and_for_the_lowest_cost(chars, height):
    session = beside(*((f"rate {n}", [2.0, 0.5 + n]) for n in range(9)), own=(2.0, 1.0))
    rows = [text_of(row) for row in run_lines(session, 40, chars, height)]
    told = next(row.split()[0] for row in rows if "the lowest cost" in row)
    assert told not in {one.mark or marks_of(chars).curve for one in curves_shown(session, chars)}


def test_an_earlier_curve_of_the_present_run_does_not_stand_beside_it():
    session = pressing(RATES, "t" + "V" * 10)
    assert session.variant == ""
    assert "the lesson's own" in [curve.label for curve in session.train.kept]
    shown = [one.curve.label for one in curves_shown(session, UNICODE)]
    assert shown.count("the lesson's own") == 1
    assert not curves_shown(session, UNICODE)[0].mark


def test_the_run_without_the_changes_is_not_drawn_twice():
    session = pressing(RATES, "tVV")
    changed = pressed(session, FASTER)
    labels = [series.label for series in cost_plot(changed, UNICODE).series]
    assert "without changes" in labels
    own, kept = marks(changed)["without changes"], {*marks(changed).values()} - {""}
    assert own not in ("·", "*", "~", HELD)
    assert [*marks(changed).values()].count(own) == 1
    assert len(kept) > 1
    back = pressing(changed, "V" * 10)
    assert back.variant == changed.variant
    kept = with_swept(back, (TrainedCurve(back.variant, back.train.snapshot.costs),))
    again = pressed(kept, FASTER)
    labels = [series.label for series in cost_plot(again, UNICODE).series]
    assert "without the changes" not in labels
    assert labels.count(back.variant) == 1
    assert "5" not in labels


def test_a_run_without_an_epoch_says_so():
    text = "\n".join(text_of(row) for row in run_lines(beside(("a", [])), 40, ASCII))
    assert "no epoch finished" in text
    assert "-1" not in text


@pytest.mark.slow
def test_a_run_that_a_batch_ends_in_epoch_0_says_so_everywhere():
    """So far off, the second batch of one example happens to have no loss at all."""
    start = find_lesson("two-and-one", shipped_lessons_folder())
    own = pressed(session_at(start, changes=["learning_rate=1e60"]), parse_keys("t"))
    assert (own.train.snapshot.iterations, own.train.snapshot.stopped_by) == (2, "loss")
    assert cost_plot(own, UNICODE).empty == "no point: the run ended in epoch 0"
    assert "\nIt ended in epoch 0.\n" in "\n".join(training_lines(own, UNICODE))
    swept = pressed(session_at(start), parse_keys("4t S learning_rate=1e60 enter"))
    told = " ".join(text_of(row).strip() for row in run_lines(swept, 60, UNICODE))
    assert "no epoch finished ended in epoch 0: loss of a batch low enough" in told
    short = "\n".join(text_of(row) for row in run_lines(swept, 40, UNICODE, 4))
    assert re.search(r"1e60 +no epoch$", short, re.MULTILINE)


def test_a_sweep_names_its_setting_once_and_its_values_in_the_legend():
    session = pressing(RATES, "t")
    for key in ("S", *"learning_rate=0.05,0.7", "enter"):
        session = pressed(session, [Press(key, key)])
    drawn = marks(session)
    assert [label for label in drawn if label != "own"] == ["0.05", "0.7"]
    text = screen(replace(session, screen=Screen.TRAIN), 80, 24)
    assert "cost curve, by learning_rate" in text
    for label, mark in drawn.items():
        if mark:
            assert any(f"│ {mark} {label} " in row for row in text.splitlines())


def test_sweeps_of_two_settings_keep_them_in_the_labels():
    curves = (
        TrainedCurve("learning_rate 1", np.array([1.0]), setting="learning_rate"),
        TrainedCurve("batch 2", np.array([2.0]), setting="batch"),
    )
    session = with_swept(walk(NEURON).with_train(snapshot=Snapshot(costs=np.array([3.0]))), curves)
    assert set(marks(session)) == {"own", "learning_rate 1", "batch 2"}


def many_runs(count: int) -> Session:
    curves = [(f"run {i}", [2.0, 1.0 / (i + 1)]) for i in range(count)]
    session = beside(*curves, own=(4.0, 3.0))
    return replace(session, screen=Screen.TRAIN).with_train(look=TrainLook(tab=-1))


def test_among_many_runs_the_best_is_named_above_them_all():
    few, many = (
        [text_of(row).strip() for row in run_lines(many_runs(count), 40, UNICODE)]
        for count in (3, 12)
    )
    assert few[0] == "⠶ the lesson's own"
    assert many[0] == "★ lowest: run 11"


def test_runs_that_have_ended_are_compared_by_their_cost_over_all_the_data():
    session, costs = walk(NEURON), np.array([1.0, 0.1])
    one, other = TrainedCurve("one", costs, end=2.0), TrainedCurve("other", 2 * costs, end=0.5)
    for kept, rows in (
        ((one, other), ["one", "2 after 2 epochs", "other", "0.5 after 2 epochs", "★"]),
        (
            (one, replace(other, end=None)),
            ["one", "0.1 at epoch 1", "★", "other", "0.2 at epoch 1"],
        ),
    ):
        shown = [text_of(row)[2:] for row in run_lines(session.with_train(kept=kept), 40, UNICODE)]
        assert [row.removesuffix(" the lowest cost") for row in shown] == rows


def test_a_run_is_listed_with_the_cost_that_stands_above_the_curve():
    session = pressed(session_at(find_lesson("and-or", shipped_lessons_folder())), parse_keys("t"))
    session = pressed(session, parse_keys("space S learning_rate=5 enter"))
    own = text_of(run_lines(session, 40, UNICODE)[2]).split()[0]
    assert f"cost now {own} after" in screen(session, 120, 36)


def test_a_run_that_jumps_to_and_fro_is_not_called_what_stands_still():
    session = pressed(RATES, parse_keys("t S learning_rate=12.5,5e-10 enter"))
    rows = [text_of(row).strip() for row in run_lines(session, 40, UNICODE)]
    assert [row for row in rows if row in ("jumps to and fro", "stuck")] == [
        "jumps to and fro",
        "stuck",
    ]


def test_runs_that_end_alike_are_all_the_lowest():
    for count in (2, 9):
        ends = [(f"run {i}", [2.0 + i, 0.0]) for i in range(count)]
        session = beside(*ends, ("above", [5.0, 1e-300]), own=(1.5, 0.0))
        rows = [text_of(row).strip() for row in run_lines(session, 200, UNICODE)]
        assert rows.count("★ the lowest cost") == count + 1
        if count == 9:
            assert rows[0] == f"★ lowest: the lesson's own, {', '.join(name for name, _ in ends)}"


def test_a_run_that_broke_off_at_a_low_cost_is_not_the_lowest():
    session = beside(("run", [2.0, 1.5]), ("broken", [0.1]), own=(4.0, 3.0))
    broken = replace(session.train.kept[-1], verdict="not finite")
    session = session.with_train(kept=(*session.train.kept[:-1], broken))
    rows = [text_of(row).strip() for row in run_lines(session, 40, UNICODE)]
    assert rows[rows.index("★ the lowest cost") - 1].startswith("1.5")


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_the_runs_that_have_no_room_are_scrolled_to_and_no_further(size):
    session = many_runs(24)
    if size[0] < 80:
        session = pressed(session, [Press("4", "4"), Press("tab")])
    assert "★ the lowest cost" not in (first := frame_of(session, *size, UNICODE).text())
    once = settled(pressed(session, [Press("down")]), *size, UNICODE)
    assert frame_of(once, *size, UNICODE).text() != first
    end = pressed(session, [Press("9", "9"), Press("9", "9"), Press("down")])
    end = settled(end, *size, UNICODE)
    assert "★ the lowest cost" in (last := frame_of(end, *size, UNICODE).text())
    assert frame_of(pressed(end, [Press("up")]), *size, UNICODE).text() != last
    assert pressed(end, [Press("tab")]).train.look.scroll == 0


def test_a_run_changed_in_a_variant_is_called_by_the_change():
    shown = curves_shown(beside(("5: jumps", [2.0, 1.5]), ("5: jumps, w1=12", [1.0, 0.5])), UNICODE)
    assert [short_name(one.name, shown) for one in shown] == ["5: jumps", "w1=12"]


def test_a_run_trained_beside_others_is_the_same_curve_as_one_trained_alone():
    session = pressed(walk(NEURON, "given"), [Press("t")])
    session.run.advance(epochs=20)
    costs = session.run.costs
    rounded = costs * (1 + 1e-12)
    assert not np.array_equal(costs, rounded)
    shown = curves_shown(beside(("again", rounded), ("other", costs * 1.001), own=costs), UNICODE)
    assert [one.same_as != "" for one in shown] == [False, True, False]


def test_what_a_large_terminal_has_left_beside_the_curve_shows_the_hidden_neurons():
    session = session_at(find_lesson("xor-hidden", shipped_lessons_folder()))
    session = replace(session, screen=Screen.TRAIN)
    large, small = (frame_of(session, *size, UNICODE).text() for size in ((200, 50), (120, 36)))
    for text in ("Ŷ≥0.5", "2 of 4 right", "A₁[0]", "A₁[1]", "A₁[2]"):
        assert text in large
    assert "2 of 4 right" in small
    assert "A₁[" not in small
    assert large.count("A₁[1]") == 1


@pytest.mark.parametrize("chars", [UNICODE, ASCII])
def test_runs_that_do_not_fit_take_a_line_each_so_that_all_of_a_sweep_show(chars):
    session = pressing(RATES, "t")
    for key in ("S", *"learning_rate=0.05,0.1,0.5,1,2,5,10,20", "enter"):
        session = pressed(session, [Press(key, key)])
    text = frame_of(session, 80, 24, chars).text()
    assert "more" not in text
    rows = [
        row.split("|" if chars is ASCII else "│")[-2] for row in text.splitlines() if " 0.05" in row
    ]
    assert rows == [f" {mark_of(0, chars)} 0.05              0.1433 "]
    marks = [re.escape(mark_of(place, chars)) for place in range(8)]
    assert re.search(rf"{marks[7]} 20 +diverges", text)
    (star,) = [a if chars is ASCII else u for u, a, what in SIGNS if "lowest cost" in what]
    assert re.search(rf"{marks[5]} 5 +0 {re.escape(star)}", text)
    assert re.search(rf"{marks[2]} 0.5 +same as own", text)
    full = [text_of(row) for row in run_lines(session, 26, chars)]
    assert len(full) > 17 >= len(run_lines(session, 26, chars, 17))
    assert "  0.1433 after 50 epochs" in full


def test_runs_of_other_data_and_of_other_lengths_are_told_apart_in_their_lines():
    session = pressing(RATES, "t" + "V" * 9)
    rows = [text_of(row) for row in run_lines(session, 26, UNICODE, 12)]
    assert any(row.endswith("≠") for row in rows)
    assert "≠ of other data, or" in rows
    session = many_runs(12)
    long = TrainedCurve("long", np.array([2.0] * 9))
    session = session.with_train(kept=(long, *session.train.kept))
    rows = [text_of(row) for row in run_lines(session, 26, UNICODE, 20)]
    assert rows[0] == "cost @ epoch"
    assert any(row.startswith("□ long") and row.endswith("2 @8") for row in rows)


def test_a_run_that_ended_early_says_why_and_one_that_broke_off_where_it_is_told() -> None:
    costs = np.linspace(1, 0.1, 9)
    kept = (
        TrainedCurve("learning_rate 5", costs, "", "learning_rate", stopped_by="cost_below"),
        TrainedCurve("learning_rate 9", costs * 2, "not finite", "learning_rate"),
    )
    session = replace(RATES, screen=Screen.TRAIN, train=Training(kept=kept))
    for width in (30, 60):
        told = " ".join(text_of(row).strip() for row in run_lines(session, width, UNICODE))
        assert "ended there: cost low enough" in told
        assert "Why? Press : run 9 Enter" in told
        # Beside a run that is the same curve the line above says it already.
        twin = replace(kept[1], label="learning_rate 7", costs=kept[1].costs)
        both = replace(session, train=Training(kept=(kept[0], twin, kept[1])))
        told = " ".join(text_of(row).strip() for row in run_lines(both, width, UNICODE))
        assert "Why? Press : run 7 Enter" in told
        assert "run 9" not in told


def test_where_the_runs_have_to_be_scrolled_what_they_come_of_stands_above_them() -> None:
    kept = tuple(
        TrainedCurve(f"learning_rate {n}", np.linspace(1, n / 10, 9), "stuck", "learning_rate")
        for n in range(1, 9)
    )
    session = replace(RATES, screen=Screen.TRAIN, train=Training(kept=kept))
    for height in (9, 20):
        rows = [text_of(row) for row in run_lines(session, 40, UNICODE, height)]
        assert rows[0 if len(rows) > height else -1] == "Why? Press : run 1 Enter"
        assert (len(rows) > height) is (height == 9)


def test_the_best_rate_of_a_sweep_says_by_what_a_step_multiplies_the_distance() -> None:
    def told(keys: str, height: int) -> list[str]:
        session = pressed(session_at(RATES.lesson.path), parse_keys(keys))
        return [text_of(row) for row in run_lines(session, 28, UNICODE, height)]

    swept = "t S learning_rate=0.5,5,50 enter"
    for height in (15, 14):
        rows = told(swept, height)
        assert len(rows) <= height
        assert rows[-2:] == ["★ each step: distance × 0.2", "Why? Press : run 50 Enter"]
    assert not any("each step" in row for row in told("e optimizer=adam enter " + swept, 20))
    assert not any("each step" in row for row in told("t S w=0.5,5 enter", 20))


def test_the_run_without_the_changes_has_a_curve_from_where_it_parts_on():
    path = find_lesson("xor-hidden", shipped_lessons_folder())
    session = pressing(session_at(path), "t")
    later = pressed(session, [Press("plus", "+")])
    assert np.array_equal(later.train.snapshot.costs, later.original.costs)
    assert list(marks(later)) == ["now"]
    assert "without changes" not in screen(later, 120, 36)
    later = pressing(later, "nnn")
    now, before = cost_plot(later, UNICODE).series
    assert (now.label, before.label) == ("now", "without changes")
    # An epoch's cost is seen before its update, so that the first that differs is the one after.
    assert (now.xs[-1], before.xs[0], before.xs[-1]) == (5002.0, 5000.0, 5002.0)
    early = pressing(session_at(path, changes=("W2[0,0]=0.5",)), "t")
    assert cost_plot(early, UNICODE).series[1].xs[0] == 0.0


@pytest.mark.sampled(1)
@pytest.mark.parametrize("of", [("xor-hidden", ""), ("scaling", "two flats held out")])
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_every_curve_has_its_row_and_every_row_its_curve(of, size):
    session = session_at(find_lesson(of[0], shipped_lessons_folder()), variant=of[1])
    session = pressed(session, parse_keys("t 0 + space S learning_rate=0.1,0.002 enter"))
    text = frame_text(frame_of(session, *size, UNICODE), UNICODE)
    rows = [row.split("│") for row in text.splitlines() if row.count("│") > 2]
    left, listed = rows[0][1], [row[-2][1:3] for row in rows]
    drawn = cost_plot(session, UNICODE).series
    assert "without changes" in [one.label for one in drawn]
    for mark, label in ((one.mark or marks_of(UNICODE).curve, one.label) for one in drawn):
        assert (f"{mark} " in listed) != (f"{mark} {label}" in left), label
    runs = listed[1 : listed.index("Ba") - 1]
    signs = {one.mark or marks_of(UNICODE).curve for one in drawn}
    assert {row[0] for row in runs if row[1] == " "} - {*" ★"} == signs - {HELD}


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("lesson", "sweep"),
    [
        ("optimisers", "optimizer=sgd,momentum,adam,adagrad,rmsprop,nesterov"),
        ("softmax", "2,10,100"),
        ("learning-rate", "1,2,3,4,5,6,6.5,7,8,12"),
    ],
)
@pytest.mark.parametrize("chars", [UNICODE, ASCII])
def test_every_curve_of_a_sweep_shows_its_mark_whatever_lies_on_it(lesson, sweep, chars):
    session = session_at(find_lesson(lesson, shipped_lessons_folder()))
    session = pressed(session, parse_keys(f"t S {sweep} enter"))
    for width, height in (80, 24), (120, 36), (200, 50):
        plot = cost_plot(session, chars)
        rows = plot_rows(plot, width // 2, height - 8, chars)
        low, high = plot.y_range or (-np.inf, np.inf)
        for one in plot.series[1:]:
            if np.any((np.array(one.ys) >= low) & (np.array(one.ys) <= high)):
                drawn = [cell for row in rows[1:] for cell in row if cell.text == one.mark]
                assert any(cell.style is one.style for cell in drawn), (one.label, width)


def test_the_run_without_the_changes_is_told_as_what_it_was():
    path = find_lesson("learning-rate", shipped_lessons_folder())
    session = pressed(session_at(path), parse_keys("5V t 0 3- space"))
    _, unchanged, *_ = curves_shown(session, UNICODE)
    assert (unchanged.name, unchanged.curve.verdict) == ("without changes", "diverges")
    assert "run without" not in " ".join(map(text_of, run_lines(session, 40, UNICODE)))
    assert "without changes: out at the top" in cost_plot(session, UNICODE).title


@pytest.mark.parametrize("height", [None, 24])
def test_names_stand_below_each_other_where_some_curves_have_two_marks(height):
    rows = [text_of(row) for row in run_lines(many_runs(20), 40, UNICODE, height)]
    runs = [row for row in rows if re.match(r"\S+ +run \d+", row)]
    assert len(runs) == 20
    assert {row.index("run") for row in runs} == {3}
    assert runs[16].startswith("□△ run 16")


def test_where_something_is_wrong_with_the_lowest_run_it_is_said_that_none_is_best():
    kept = tuple(
        TrainedCurve(f"rate {n}", np.full(9, 1.0 + n), verdict)
        for n, verdict in enumerate(("stuck", ""))
    )
    session = replace(RATES, screen=Screen.TRAIN, train=Training(kept=kept))
    full = [text_of(row).strip() for row in run_lines(session, 60, UNICODE)]
    assert full[full.index("stuck") + 1] == "the lowest cost, so none is best"
    short = [text_of(row) for row in run_lines(session, 60, UNICODE, 5)]
    assert "no ★: the lowest run, but stuck" in short
    assert "★" not in "".join(full)
