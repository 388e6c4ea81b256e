"""What is said beside a verdict: of the file, of the program's own cost, of its training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdtutor.engine.errors import GdTutorError
from gdtutor.judge import cost
from gdtutor.judge.asked import asked_of
from gdtutor.judge.blanks import blank_layers, blank_program
from gdtutor.judge.cost import CostSlope, cost_curves, curve_facts, slope_of_cost
from gdtutor.judge.outcome import MOST_BYTES, kept_learners, read_learners, verdict_data
from gdtutor.judge.process import ProgramCase, ProgramRefused
from gdtutor.judge.source import read_program
from gdtutor.judge.verdict import Verdict
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.play.lesson_text import text_of
from gdtutor.play.options import playground_of_line
from gdtutor.session.slips import Slip
from tests.judge.corpus import EPOCHS, HIDDEN
from tests.judge.judging import assignment, judged

FORGOTTEN = "dW1 = np.zeros((3, 2), int)\ndW1 += dZ1 @ X.T\n"
PATH = Path("mine.py")


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Any]:
    programs = [
        HIDDEN,
        HIDDEN.replace("A1.T", "(A1 + 0.3).T"),
        HIDDEN.replace("C = np", "cost = np").replace("A1.T", "(A1 + 0.3).T"),
        HIDDEN.replace("dW1 = dZ1 @ X.T\n", FORGOTTEN),
    ]
    return judged([("16", text) for text in programs], tmp_path_factory.mktemp("outcome"))


def test_an_update_of_whole_numbers_by_others_is_told_as_lost_digits(
    verdicts: Sequence[Any],
) -> None:
    verdict = verdicts[3]
    assert isinstance(verdict, Verdict)
    assert verdict.first is not None
    assert verdict.first.slip is not None
    assert (verdict.first.name.name, verdict.first.slip.slip) == ("dW1", Slip.PRECISION)
    error = verdict_data(verdict, None)["error"]
    assert isinstance(error, dict)
    assert "Cannot cast" in error["message"]


def test_the_difference_of_a_cost_is_in_the_data_beside_the_cost(verdicts: Sequence[Any]) -> None:
    slope = CostSlope("dW2", np.ones((1, 3)), np.array([[1.0, np.inf, np.nan]]), False)
    told = verdict_data(verdicts[1], slope)["cost"]
    assert isinstance(told, dict)
    gradient = {"name": "dW2", "central_difference": [[1.0, "inf", "nan"]], "agrees": False}
    assert told["gradient"] == gradient
    # Without a cost there is nothing to say of it.
    assert verdict_data(verdicts[2], slope)["cost"] is None


def test_a_cost_has_a_difference_only_where_a_gradient_departs_and_it_can_be_computed(
    verdicts: Sequence[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong, costless, _ = verdicts
    answers: list[Any] = []

    def run(jobs: Sequence[Any], _: Any) -> Any:
        cases = [ProgramCase({"C": value}, {}) for value in answers or [np.array([1.0, 2.0])]]
        if not answers:
            raise ProgramRefused("it takes too long")
        return [cases * len(jobs[0]["cases"])]

    monkeypatch.setattr(cost, "run_programs", run)
    assert slope_of_cost(right, PATH) is None
    assert slope_of_cost(costless, PATH) is None
    # Refused, of several numbers, or as it was wherever the parameter is moved.
    assert slope_of_cost(wrong, PATH) is None
    for answers[:] in ([np.array([1.0, 2.0])], [np.array(0.5)]):
        assert slope_of_cost(wrong, PATH) is None


@pytest.mark.parametrize(
    ("every", "change", "facts"),
    [
        (1, 0.0, ["training 9 costs, all of them the run's"]),
        (7, 0.0, ["training 9 costs, one in 7 epochs, all of them the run's"]),
        (1, 0.01, ["training the first epoch that differs is 0: yours",
                   "         It starts from other parameters, or has another cost."]),
    ],
)  # fmt: skip
def test_costs_are_held_against_those_of_the_run(
    every: int, change: float, facts: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, source = assignment("16"), read_program(EPOCHS, "mine.py")
    run = run_of(asked.lesson)
    run.advance(iterations=100)
    values: list[Any] = []

    def done(_: Any, __: Any) -> Any:
        if not values:
            raise ProgramRefused("it takes too long")
        return [[ProgramCase({} if values[0] is None else {"costs": values[0]}, {})]]

    monkeypatch.setattr(cost, "run_programs", done)
    assert cost_curves(asked, source, PATH) is None
    for values[:] in ([None], [np.ones((2, 2))], [np.ones(1)]):
        assert cost_curves(asked, source, PATH) is None
    values[:] = [np.asarray(run.costs)[::every][:9] + change]
    curves = cost_curves(asked, source, PATH)
    assert curves is not None
    told = list(curve_facts(curves))
    assert [row[: len(fact)] for row, fact in zip(told, facts, strict=True)] == list(facts)
    # No list of costs, and nothing to hold one against.
    assert cost_curves(asked, read_program(HIDDEN, "mine.py"), PATH) is None
    assert cost_curves(assignment("05"), source, PATH) is None


def test_a_file_that_is_no_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GdTutorError, match="is a folder"):
        read_learners(tmp_path)
    with pytest.raises(GdTutorError, match=r"No such file or directory.*--new"):
        read_learners(tmp_path / "none.py")
    path = tmp_path / "mine.py"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(GdTutorError, match="no UTF-8 text"):
        read_learners(path)
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(GdTutorError, match="larger than 1 MB"):
        read_learners(path)
    path.write_bytes(b"\xef\xbb\xbfZ = 1\n")
    assert read_learners(path) == "Z = 1\n"


def test_a_file_that_goes_while_it_is_judged_is_written_back(tmp_path: Path) -> None:
    path, told = tmp_path / "mine.py", list[str]()
    path.write_text("Z = 1\n", encoding="utf-8")
    with kept_learners(path, told.append):
        pass
    assert told == []
    with kept_learners(path, told.append):
        path.unlink()
    assert path.read_text(encoding="utf-8") == "Z = 1\n"
    assert told == ["The program deleted mine.py; it was written back."]


def test_blanks_leave_out_large_data_and_layers_are_only_for_a_chain_of_them() -> None:
    text = text_of(playground_of_line("--data moons --points 400 --batch full --layers 2-3-1"))
    lesson, reports = parse_lesson(text, Path("large.md"))
    assert lesson is not None, reports
    rows = blank_program(asked_of(lesson), "gdtutor judge large.md mine.py").split("\n")
    assert "# X is given by the judge: 2×280" in rows
    assert any(row.startswith("W1 = np.array([[") for row in rows)
    with pytest.raises(GdTutorError, match="is no chain of layers"):
        blank_layers(assignment("05"), "")


def test_blanks_of_several_scenes_have_a_heading_where_the_pass_turns() -> None:
    rows = blank_program(assignment("01"), "gdtutor judge").split("\n")
    assert rows.count("# Forward: the lines of the lesson") == 1
    turned = blank_program(assignment("02"), "gdtutor judge").split("\n")
    told = [row.split(":")[0] for row in turned if row.startswith(("# Forward", "# Backward"))]
    assert told == ["# Forward", "# Backward"] * (len(told) // 2)
    assert told[2:]
