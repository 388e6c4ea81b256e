"""The line of progress fits the terminal, and tells first what matters first."""

import csv
from pathlib import Path

import pytest
from lesson_texts import NEURON_GRAPH, lesson_of, lesson_text

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.lesson.load import load_lesson, with_variant
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.sweeps import members_of
from gdtutor.report.run import progress_line, progress_text, result_data, result_of, summary_lines
from gdtutor.report.sweep import (
    plan_lines,
    sweep_csv_lines,
    sweep_data,
    sweep_lines,
    sweep_progress_text,
)
from gdtutor.training.run import Run, RunSegment
from gdtutor.training.sweep import Sweep
from gdtutor.values import replace

FACTS = ("epoch 4999", "cost 0.0009288")


@pytest.mark.sampled
@pytest.mark.parametrize("width", range(130))
def test_a_bar_is_no_wider_than_its_terminal(width: int) -> None:
    assert len(progress_line(0.25, FACTS, 41.1, width)) <= width


def test_the_bar_gives_way_before_the_facts_and_the_last_fact_first() -> None:
    def told(width: int) -> str:
        return progress_line(0.25, FACTS, 41.1, width)

    assert told(59) == " ##........  25%  epoch 4999  cost 0.0009288  123.3 s left"
    assert told(39) == " #...  25%  epoch 4999  cost 0.0009288"
    assert progress_line(1.0, FACTS, 1.0, 4) == "100%"
    assert progress_line(0.999, FACTS, 1.0, 5) == "  99%"


def test_a_run_tells_its_epoch_cost_and_time_left() -> None:
    run = run_of(load_lesson(lesson_path("bias")))
    assert progress_text(run, 0.0, 60) == f" {'.' * 44}   0%  epoch 0"
    run.advance(iterations=50)
    text = progress_text(run, 2.0, 60)
    assert text.startswith(" ####............  25%  epoch 50  cost 0.0")
    assert text.endswith("6.0 s left")


def test_a_sweep_tells_how_far_all_its_runs_are_together() -> None:
    sweep = Sweep(members_of(load_lesson(lesson_path("bias")), None, "epochs=100,300"))
    sweep.advance(epochs=50)
    assert sweep_progress_text(sweep, 1.0, 70) == (
        " ######..................  25%  2 runs  100 of 400 epochs  3.0 s left"
    )
    sweep.advance()
    assert "100%  2 runs  400 of 400 epochs" in sweep_progress_text(sweep, 1.0, 70)


def test_the_plan_of_a_sweep_names_the_runs_that_share_it() -> None:
    lesson = load_lesson(lesson_path("bias"))
    together = list(plan_lines(Sweep(members_of(lesson, None, "learning_rate=0.1,1"))))
    assert together[0] == "# learning_rate 0.1, learning_rate 1"
    assert len(together) == 2
    alone = list(plan_lines(Sweep(members_of(lesson, None, "epochs=10,20"))))
    assert alone[::2] == ["# epochs 10", "# epochs 20"]
    assert all("def steps" in source for source in (together[1], *alone[1::2]))


HELD = """\
[parameters]
w = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 2], [2, 4], [3, 6], [1, 0], [2, 0]]
[training]
learning_rate = 0.1
epochs = 50
validation = 0.4
"""


def test_what_is_held_back_is_told_apart_from_what_is_trained_on(tmp_path: Path) -> None:
    lesson = lesson_of(lesson_text(NEURON_GRAPH, HELD), tmp_path)
    run = run_of(lesson)
    run.advance()
    result = result_of(run, 1.0)
    w = float(result.parameters["w"])
    assert abs(w - 2) < 1e-6
    assert result.final_cost == pytest.approx((w - 2) ** 2 * (1 + 4 + 9) / 6, abs=1e-12)
    assert result.validation_cost == pytest.approx((w**2 + (2 * w) ** 2) / 4)
    data = result_data(lesson, None, run, result)
    assert data["final_validation_cost"] == result.validation_cost
    text = "\n".join(summary_lines(lesson, run, result))
    assert "on the examples trained on, 5 on those held back" in text
    assert "of these the last 2 are held back" in text
    assert f"validation {float(run.validation_costs[0]):.6g}" in text


def test_without_validation_there_is_one_final_cost() -> None:
    lesson = load_lesson(lesson_path("bias"))
    run = run_of(lesson)
    run.advance()
    result = result_of(run, 1.0)
    assert "final_validation_cost" not in result_data(lesson, None, run, result)
    assert "held back" not in "\n".join(summary_lines(lesson, run, result))


@pytest.mark.slow
def test_a_run_that_a_condition_has_ended_says_so_in_the_table() -> None:
    lesson = with_variant(load_lesson(lesson_path("and-or")), "a looser goal")
    assert lesson.settings is not None
    lesson = replace(lesson, settings=replace(lesson.settings, epochs=1000))
    sweep = Sweep(members_of(lesson, None, "learning_rate=0.001,50"))
    sweep.advance()
    _, slow, fast = sweep_lines(lesson, sweep)
    data = sweep_data(lesson, sweep)["runs"]
    for told, run, member in zip((slow, fast), data, sweep.members, strict=True):
        alone = Run((RunSegment(0, member.problem, member.settings),))
        alone.advance()
        cost = result_of(alone, 1.0).final_cost
        assert run["final_cost"] == pytest.approx(cost, rel=1e-9) != run["costs"][-1]
        assert f"  cost {cost:.6g} " in f"{told} "
    assert "stopped" not in slow
    assert fast.endswith("stopped: loss of a batch below 1e-6")


def test_the_curves_of_a_swept_cell_stay_apart_in_csv() -> None:
    lesson = load_lesson(lesson_path("xor-hidden"))
    sweep = Sweep(members_of(lesson, None, "W1[0,1]=1,2"))
    sweep.advance(epochs=2)
    header, *rows = csv.reader(sweep_csv_lines(sweep))
    assert header == ["epoch", "W1[0,1] 1", "W1[0,1] 2"]
    assert [len(row) for row in rows] == [3, 3]


WIDE = """\
[parameters]
W = {{ init = "normal", shape = [{rows}, {columns}], seed = 1 }}
[data]
inputs = {{ X = ["x"] }}
targets = {{ Y = ["y"] }}
examples = [{examples}]
[training]
epochs = 2
learning_rate = 0.01
"""


def summary_of(rows: int, columns: int, examples: int, path: Path) -> list[str]:
    """Return the summary of a trained lesson with a matrix and so many examples."""
    listed = ", ".join(f"[{k}, {k % 2}]" for k in range(examples))
    more = WIDE.format(rows=rows, columns=columns, examples=listed)
    body = "```graph\nYhat = mean(W)*X\nC = mean((Yhat - Y)**2)\n```\n"
    lesson = lesson_of(lesson_text(body, more), path)
    run = run_of(lesson)
    run.advance()
    return list(summary_lines(lesson, run, result_of(run, 1.0)))


def test_the_ends_of_a_large_parameter_and_of_many_predictions_are_shown(tmp_path: Path) -> None:
    lines = summary_of(50, 40, 200, tmp_path)
    assert max(map(len, lines)) < 300
    [weights] = [line for line in lines if line.startswith("W = ")]
    assert weights.endswith("]] (50x40; --json has all)")
    assert weights.count("[") == 5
    assert weights.count("...") == 5
    [targets] = [line for line in lines if line.startswith("targets ")]
    assert targets == "targets     [[0, 1, 0, ..., 1]] (1x200; --json has all)"
    assert any(line.startswith("predictions [[") and "1x200" in line for line in lines)


def test_a_small_parameter_is_shown_whole(tmp_path: Path) -> None:
    lines = summary_of(8, 8, 2, tmp_path)
    [weights] = [line for line in lines if line.startswith("W = ")]
    assert "..." not in weights
    assert weights.count(",") == 63
