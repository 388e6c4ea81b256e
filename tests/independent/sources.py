"""Where a lesson's numbers come from, read a second time: drawn starts, networks, gates, scales."""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path

import numpy as np

from tests.independent import bounded as B
from tests.independent import program

GATES = {
    "and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0),
    "nand": (1, 1, 1, 0), "nor": (1, 0, 0, 0), "xnor": (1, 0, 0, 1),
}  # fmt: skip
"""The targets of the rows 00, 01, 10, 11."""
CLOUDS = {
    "circle": lambda a, b: (np.hypot(a, b) <= 0.5) + 0.5 * (np.abs(np.hypot(a, b) - 0.6) < 0.1),
    "quadrants": lambda a, b: (a * b < 0) + 0.5 * (np.minimum(np.abs(a), np.abs(b)) < 0.05),
    "checkerboard": lambda a, b: (np.floor(2 * a) + np.floor(2 * b)) % 2,
    "plane": lambda a, b: (a + b) / 2, "gaussians": None, "spiral": None, "moons": None,
    "bumps": None,
}  # fmt: skip
"""What the page on lessons says that a target is without noise; a half more where no point is."""
COSTS = {
    "squared": "sum((Yhat - Y)**2)/(2*m)",
    "binary_cross_entropy": "sum(binary_cross_entropy(Yhat, Y))/m",
    "cross_entropy": "sum(cross_entropy(Yhat, Y))/m",
}
"""The cost of a network by its name."""


def started(values, in_rows=False):
    """Return starting values as arrays by name: given, or drawn by the tables of their rules, each
    from a generator of its own or from that of the one it comes after."""
    found, streams = {}, {}
    for name, value in values.items():
        if not isinstance(value, dict):
            found[name] = np.array(value, dtype=float)
            continue
        own = np.random.RandomState(value.get("seed", 0))
        rng = streams[name] = streams.get(value.get("after"), own)
        told = {k: value[k] for k in ("value", "low", "high", "std") if k in value}
        shape = tuple(value.get("shape", ()))
        found[name] = _drawn(value["init"], shape, rng, in_rows, **told)
    return found


def _drawn(init, shape, rng, in_rows=False, **told):
    inputs = shape[0 if in_rows else -1] if shape else 1
    match init:
        case "zeros":
            return np.zeros(shape)
        case "constant":
            return np.full(shape, float(told["value"]))
        case "uniform":
            low, high = told.get("low", 0.0), told.get("high", 1.0)
            return np.array(rng.random_sample(shape)) * (high - low) + low
    factors = {"plain": 0.01, "he": math.sqrt(2 / inputs), "normal": told.get("std", 1.0)}
    if init not in (*factors, "xavier"):
        raise LookupError(f"{init} is to be written in _drawn of {__name__}")
    normal = np.array(rng.standard_normal(shape))
    return normal / math.sqrt(inputs) if init == "xavier" else normal * factors[init]


def expanded(front):
    """Replace a `[network]` table by its starts; return the lines of its graph as text."""
    network, in_rows = front.pop("network"), front.get("orientation") == "rows"
    layers, hidden = network["layers"], network.get("activation", "sigmoid")
    cost = network.get("cost", "squared")
    output = network.get("output") or ("softmax" if cost == "cross_entropy" else "sigmoid")
    rng = np.random.RandomState(network.get("seed", 0))
    features = network.get("features", [])
    layers = [len(features) or layers[0], *layers[1:]]
    drawn, lines, before = {}, [], "X"
    for k in range(1, len(layers)):
        if f"W{k}" not in front.get("parameters", {}):
            shape = (layers[k], layers[k - 1])
            drawn[f"W{k}"] = _turned(_drawn(network.get("init", "xavier"), shape, rng), in_rows)
        if f"b{k}" not in front.get("parameters", {}):
            bias = _drawn(network.get("biases", "zeros"), (layers[k], 1), rng)
            drawn[f"b{k}"] = _turned(bias, in_rows)
        product = f"{before} @ W{k}" if in_rows else f"W{k} @ {before}"
        lines.append((f"Z{k}", f"{product} + b{k}"))
        is_last = k == len(layers) - 1
        called = output if is_last else hidden if isinstance(hidden, str) else hidden[k - 1]
        before = "Yhat" if is_last else f"A{k}"
        lines.append((before, f"Z{k}" if called == "linear" else f"{called}(Z{k})"))
    front["parameters"] = {**drawn, **front.get("parameters", {})}
    data = front["data"]
    columns = data.get("inputs", ["x1", "x2"]), data.get("targets", ["y"])
    data |= {"inputs": {"X": features or columns[0]}, "targets": {"Y": columns[1]},
             "columns": columns[0], "features": features}  # fmt: skip
    return [*lines, *_costs(network, COSTS[cost], range(1, len(layers)), front)]


def _costs(network, cost, layers, front):
    """Return the last lines: the cost, or what it is made of where weights cost something."""
    terms = {
        "l1": f"l1*({' + '.join(f'sum(abs(W{k}))' for k in layers)})",
        "l2": f"l2*({' + '.join(f'sum(W{k}**2)' for k in layers)})/2",
    }
    told = {name: network[name] for name in terms if network.get(name)}
    if not told:
        return [("C", cost)]
    front["constants"] = {**told, **front.get("constants", {})}
    lines = [("E", cost), *((name.upper(), terms[name]) for name in told)]
    return [*lines, ("C", " + ".join(name for name, _ in lines))]


def _turned(value, in_rows):
    return np.ascontiguousarray(value.T) if in_rows else value


def examples_of(data):
    """Return the examples and how far off rounding may have brought each."""
    if data.get("dataset") in CLOUDS:
        rows = _rows_shown(data)
    elif "dataset" in data:
        targets = GATES[data["dataset"]]
        rows = np.array([(k // 2, k % 2, targets[k]) for k in range(4)], dtype=float)
        data.setdefault("inputs", ["x1", "x2"])
        data.setdefault("targets", ["y"])
    else:
        rows = np.array(_counted(data), dtype=float)
    if "scale" not in data:
        return rows, np.zeros(rows.shape)
    names = data.get("columns") or data["inputs"]
    width = sum(map(len, names.values())) if isinstance(names, dict) else len(names)
    columns = rows[:, :width].astype(B.Wide)
    if data["scale"] == "standardise":
        shift = columns.mean(axis=0)
        scale = np.sqrt(((columns - shift) ** 2).mean(axis=0))
    else:
        shift, scale = columns.min(axis=0), np.ptp(columns, axis=0)
    bound = np.zeros(rows.shape)
    bound[:, :width] = 8 * B.ROUNDING * (np.abs(columns).max(axis=0) / scale + 1)
    rows[:, :width] = ((columns - shift) / scale).astype(float)
    return rows, bound


def _rows_shown(data):
    """Read the rows of a data set off a lesson without training, and hold them to what is said of
    the set."""
    keys = ("dataset", "count", "noise", "classes", "seed")
    told = [f"{key} = {json.dumps(data[key])}" for key in keys if key in data]
    names = [f"y{k + 1}" for k in range(data["classes"])] if "classes" in data else ["y"]
    bound = ['inputs = { X = ["x1", "x2"] }', f"targets = {{ Y = {json.dumps(names)} }}"]
    front = ["format = 1", 'id = "rows"', 'title = "R"', "[parameters]", "w = 1.0", "[data]"]
    text = "\n".join(["+++", *front, *told, *bound, "+++", "```graph", "C = w*(sum(X) + sum(Y))"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.md"
        path.write_text(text + "\n```\n", encoding="utf-8")
        shown = program.data("transcript", path)["steps"][0]["values"]
    rows = np.vstack([program.numbers(shown["X"]), program.numbers(shown["Y"])]).T
    rule = CLOUDS[data["dataset"]]
    if rule is not None and not data.get("noise"):
        expected = np.asarray(rule(*rows[:, :2].T), dtype=float)
        expected = expected if len(names) == 1 else np.stack([1 - expected, expected], axis=1)
        assert np.allclose(rows[:, 2:].squeeze(), expected, atol=1e-15), f"rows of {told}: {rows}"
    return rows


def _counted(data):
    """Return the rows of the examples with numbers in place of labels."""
    # Features stand in the place of the inputs, which the rows still have.
    parts = [data.get("columns") or data.get("inputs", []), data.get("targets", [])]
    sides = [s for part in parts for s in (part.values() if isinstance(part, dict) else [part])]
    found = []
    for row in data.get("examples", []):
        counted, rest = [], list(row)
        for side in sides:
            if not isinstance(side, dict):
                counted, rest = counted + rest[: len(side)], rest[len(side) :]
                continue
            label = rest.pop(0)
            values = side.get("values")
            counted += [values[label]] if values else [float(label == c) for c in side["classes"]]
        found.append(counted)
    return found
