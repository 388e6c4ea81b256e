"""The docstring of every pass shows what becomes of XOR's network: it is what the pass does."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.plan.lower import lower, lower_turned
from gdtutor.training.plan.rule import rule_of
from gdtutor.training.plan.scalar_program import ScalarProgram
from gdtutor.training.plan.terms import Op, operation_text
from gdtutor.training.settings import Settings
from gdtutor.training.state import layout_of
from tests.training.test_plan import xor_231

PASSES = (
    "lower", "algebra", "packing", "placing", "scalar_program", "schedule", "rule", "numpy_lines",
    "update_lines", "scalar_text", "losses", "kernel",
)  # fmt: skip


def operations(ops: tuple[Op, ...], notes: dict[int, str]) -> set[str]:
    """Return every operation of a program, as a docstring writes it."""

    def label(index: int) -> str:
        return ops[index].name or notes.get(index, f"v{index}")

    return {f"{label(i)} = {operation_text(ops, i, label)}" for i, op in enumerate(ops) if op.args}


@pytest.fixture(scope="module")
def told() -> set[str]:
    """Return all that is computed for XOR: operations, lines of source, and their comments."""
    problem, settings = xor_231(), Settings()
    flat, rule = lower(problem, 4), rule_of(settings)
    turned = lower_turned(problem, 4)
    found = operations(turned.ops, dict(turned.notes))
    parts = layout_of(problem, rule.optimiser).parts
    given = problem.given(problem.parameters, np.arange(4))
    known = {name: given[name] for name in ("X", "Y")}
    numbers = ScalarProgram(parts, flat, rule, known)
    found |= operations(tuple(numbers.ops), dict(numbers.notes))
    for kind in ("numpy", "scalar"):
        for line in compile_plan(problem, settings, kind).source.splitlines():
            found |= {part.strip() for part in line.split("  # ")}
    return found


@pytest.mark.parametrize("name", PASSES)
def test_a_pass_does_to_xor_what_its_docstring_shows(name: str, told: set[str]) -> None:
    text = importlib.import_module(f"gdtutor.training.plan.{name}").__doc__
    assert text is not None
    indented = [line for line in text.splitlines() if line.startswith("    ")]
    shown = [line.rpartition("→")[2].strip() for line in indented]
    assert shown
    assert not [line for line in shown if line not in told]
