"""A row of the operations that says that it is an activation is one everywhere."""

import subprocess
import sys

import numpy as np
import pytest

from gdtutor.engine.operations import (
    ACTIVATIONS,
    OPERANDS,
    OPERATIONS,
    apply,
    evaluate,
    local_formula,
    parse_rule,
)

WITH_A_ROW = '''
import importlib.util, sys
name = "gdtutor.engine.operations"
spec = importlib.util.find_spec(name)
row = """_ALL = (
    Operation(
        "swish", 1, Kind.ELEMENTWISE, "lets {a} through by its sigmoid",
        formula="a*sigmoid(a)", local=("sigmoid(a) + out*(1 - sigmoid(a))",),
        because=("both factors move",), is_activation=True,
    ),
"""
source = spec.loader.get_source(name).replace("_ALL = (\\n", row, 1)
operations = sys.modules[name] = importlib.util.module_from_spec(spec)
exec(compile(source, spec.origin, "exec"), operations.__dict__)

from gdtutor.cli import main
from gdtutor.lesson.activation import CELLWISE
from gdtutor.lesson.tables import NETWORK_ACTIVATIONS
from gdtutor.play.options import ACTIVATIONS

assert all("swish" in names for names in (CELLWISE, NETWORK_ACTIVATIONS, ACTIVATIONS))
for line in (
    "train xor-hidden --set activation=swish --epochs 3 --json",
    "play --data xor --activation swish --epochs 3 --json",
):
    assert main(line.split()) == 0
'''


@pytest.mark.slow
def test_a_new_row_is_an_activation_everywhere() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_A_ROW], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"epochs": 3') == 2, done.stdout


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if OPERATIONS[name].steepness])
def test_its_steepness_is_its_slope_as_a_share_of_the_steepest(name: str) -> None:
    row = OPERATIONS[name]
    given = np.linspace(-8.0, 8.0, 4001)
    values = {OPERANDS[0]: given, "out": apply(row, (given,))}
    slopes = evaluate(local_formula(row, 0), values)
    shares = evaluate(parse_rule(row.steepness), values)
    np.testing.assert_allclose(shares, slopes / slopes.max(), atol=1e-12)
