"""Problems of the lessons' kinds, built by hand for tests of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.building import build_graph
from gdtutor.engine.graph import Leaf, Role
from gdtutor.engine.operations import parse_formula
from gdtutor.training.problem import Binding, Problem

Array = NDArray[np.float64]

GATE_INPUTS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
GATES = {"or": (0, 1, 1, 1), "xor": (0, 1, 1, 0), "and": (0, 0, 0, 1)}


def gate_examples(gate: str) -> Array:
    rows = [(*pair, target) for pair, target in zip(GATE_INPUTS, GATES[gate], strict=True)]
    return np.array(rows, dtype=np.float64)


def make_problem(
    lines: Sequence[tuple[str, str]],
    parameters: Mapping[str, object],
    examples: Array,
    bindings: Sequence[tuple[str, Role, tuple[int, ...], bool]],
    *,
    is_single: bool = False,
    constants: Mapping[str, object] | None = None,
    frozen: Sequence[str] = (),
    prediction: str | None = None,
    target: str | None = None,
    in_rows: bool = False,
) -> Problem:
    """Build a problem; a scalar one that sees several examples gets `C = mean(L)` appended."""
    is_matrix = any(binding[3] for binding in bindings)
    leaves = [Leaf(name, role, in_rows) for name, role, _, _ in bindings]
    leaves += [Leaf(name, Role.PARAMETER) for name in parameters]
    leaves += [Leaf(name, Role.CONSTANT) for name in constants or {}]
    if not is_single:
        leaves.append(Leaf("m", Role.CONSTANT))
    written = [(name, parse_formula(text), text) for name, text in lines]
    appended: set[str] = set()
    if not is_matrix and not is_single:
        text = f"mean({lines[-1][0]})"
        written.append(("C", parse_formula(text), text))
        appended.add("C")
    graph = build_graph(leaves, written, by_rows=not is_matrix, appended=appended)
    return Problem(
        graph,
        {name: np.array(value, dtype=np.float64) for name, value in parameters.items()},
        frozenset(frozen),
        {name: np.array(value, dtype=np.float64) for name, value in (constants or {}).items()},
        tuple(Binding(name, columns, matrix, in_rows) for name, _, columns, matrix in bindings),
        np.asarray(examples, dtype=np.float64),
        tuple(f"c{i}" for i in range(np.shape(examples)[1])),
        is_single,
        prediction,
        target,
    )


def scalar_or(*, is_single: bool, gate: str = "or") -> Problem:
    """OR as formulas about one example."""
    return make_problem(
        [("z", "w1*x1 + w2*x2 + b"), ("yhat", "sigmoid(z)"), ("L", "(yhat - y)**2 / 2")],
        {"w1": 0.1, "w2": 0.6, "b": 0.0},
        gate_examples(gate),
        [
            ("x1", Role.INPUT, (0,), False),
            ("x2", Role.INPUT, (1,), False),
            ("y", Role.TARGET, (2,), False),
        ],
        is_single=is_single,
        prediction="yhat",
        target="y",
    )


def xor_cross() -> Problem:
    """XOR with the product of the inputs as a third one, one neuron."""
    pairs = np.array(GATE_INPUTS)
    targets = np.array(GATES["xor"], dtype=np.float64)
    examples = np.column_stack([pairs, pairs[:, 0] * pairs[:, 1], targets])
    return network((3, 1), examples, {"W1": [[0.1, 0.6, 0.2]], "b1": [[0.0]]})


def xavier(layers: Sequence[int], seed: int) -> dict[str, Array]:
    """Xavier starts from one stream, biases 0."""
    rng = np.random.RandomState(seed)
    starts: dict[str, Array] = {}
    for number, (n_in, n_out) in enumerate(pairwise(layers), 1):
        starts[f"W{number}"] = rng.randn(n_out, n_in) / np.sqrt(n_in)
        starts[f"b{number}"] = np.zeros((n_out, 1))
    return starts


def network(
    layers: Sequence[int],
    examples: Array,
    parameters: Mapping[str, object],
    *,
    activation: str = "sigmoid",
    output: str = "sigmoid",
    cost: str = "sum((Yhat - Y)**2) / (2*m)",
    frozen: Sequence[str] = (),
    in_rows: bool = False,
) -> Problem:
    """A network of dense layers as matrix formulas; in rows the parameters are turned."""
    if in_rows:
        parameters = {name: np.transpose(value) for name, value in parameters.items()}
    lines: list[tuple[str, str]] = []
    last = "X"
    depth = len(layers) - 1
    for number in range(1, depth + 1):
        product = f"{last} @ W{number}" if in_rows else f"W{number} @ {last}"
        lines.append((f"Z{number}", f"{product} + b{number}"))
        is_last = number == depth
        last = "Yhat" if is_last else f"A{number}"
        name = output if is_last else activation
        lines.append((last, f"{name}(Z{number})" if name != "linear" else f"Z{number}"))
    lines.append(("C", cost))
    inputs = tuple(range(layers[0]))
    targets = tuple(range(layers[0], np.shape(examples)[1]))
    return make_problem(
        lines,
        parameters,
        examples,
        [("X", Role.INPUT, inputs, True), ("Y", Role.TARGET, targets, True)],
        frozen=frozen,
        prediction="Yhat",
        target="Y",
        in_rows=in_rows,
    )


def vectorised_or() -> Problem:
    return network((2, 1), gate_examples("or"), {"W1": [[0.1, 0.6]], "b1": [[0.0]]})


def xor_231(seed: int = 48) -> Problem:
    """The XOR network whose start the reference values fix."""
    return network((2, 3, 1), gate_examples("xor"), xavier((2, 3, 1), seed))
