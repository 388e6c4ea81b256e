"""The source of a plan, as --show-plan prints it, says of every line what it computes."""

from __future__ import annotations

import re
from functools import cache

import pytest

from gdtutor.engine.operations import OPERATIONS
from gdtutor.lesson.runs import run_of
from gdtutor.training.settings import Schedule, Stop
from gdtutor.values import replace
from tests.independent.authors import EXPLICIT
from tests.training.test_shipped_plans import CASES, Trainer, lesson_of


@cache
def source_of(name: str, kind: str, **changes: object) -> str:
    segment = run_of(lesson_of(name)).segments[0]
    return Trainer(segment.problem, replace(segment.settings, **changes), kind).source


def comments_of(source: str) -> list[str]:
    """Return the comment of every line, empty where there is none."""
    lines = [line for line in source.splitlines() if line.strip()]
    return [f"  {line}".partition("  # ")[2] for line in lines]


@pytest.mark.sampled
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_every_line_has_a_comment(name: str, kind: str) -> None:
    source = source_of(name, kind)
    assert all(comments_of(source)), source


@pytest.mark.sampled
@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if case[1] != "implicit"])
def test_every_line_of_the_lesson_is_named_also_where_it_is_folded_away(
    name: str, kind: str
) -> None:
    told = "\n".join(comments_of(source_of(name, kind)))
    for line in lesson_of(name).scenes[-1].graph.lines:
        if (name, kind) == ("attention", "scalar") and line.name in ("Q", "K"):
            # Words are one-hot: a cell of Q is a cell of its weights, and nothing is computed.
            continue
        assert re.search(rf"(?<![\w/∂]){line.name}(?!\w)", told), f"{line.name} is not in {told}"


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize("optimizer", EXPLICIT)
def test_every_line_of_every_optimiser_has_a_comment(optimizer: str, kind: str) -> None:
    changes = {"optimizer": optimizer, "hyperparameters": (), "schedule": Schedule("step")}
    source = source_of("xor-hidden", kind, **changes, stop=Stop(gradient_below=1e-9))
    assert all(comments_of(source)), source


def test_a_sum_that_is_folded_into_the_activation_is_named_beside_it() -> None:
    assert "exp(-p2) + 1.0)         # yhat, with z\n" in source_of("bias", "scalar")


def test_what_has_no_name_is_told_by_its_operation_on_named_values() -> None:
    told = comments_of(source_of("optimisers", "scalar"))
    assert "mul(w1, 1.5)" in told
    unnamed = [re.match(r"(\w+)\(", comment) for comment in told]
    assert {found[1] for found in unnamed if found} <= set(OPERATIONS)
