"""The table of exercises: formulas, what is drawn for their names, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping

from gdtutor.session.slips import Slip
from gdtutor.values import Struct, field

KINDS: Mapping[str, str] = {
    "forward": "the value of a line",
    "local": "a local gradient",
    "contribution": "local gradient times upstream gradient",
    "sum": "the gradient of what is used twice",
    "shape": "the shape of a product or a gradient",
    "update": "a parameter after its update",
    "softmax": "shares, and their gradient",
    "product": "a cell of a matrix product",
}
"""Every kind of exercise, with what it asks for."""

MOST_LEVEL = 3

NUMBERS: Mapping[str, tuple[float, ...]] = {
    "whole": tuple(float(n) for n in range(-9, 10) if n),
    "small": tuple(float(n) for n in range(-4, 6) if n),
    "half": tuple(n / 2 for n in range(-9, 10) if n),
    "tenth": tuple(n / 10 for n in range(-15, 16) if n),
    "share": tuple(n / 10 for n in range(1, 10)),
    "target": (0.0, 1.0),
    "rate": (0.1, 0.2, 0.5, 0.01),
    "keep": (0.9, 0.5, 0.8),
    "count": tuple(float(n) for n in range(1, 13)),
}
"""What is drawn from."""


class Template(Struct, frozen=True):
    """One row: an exercise but for its numbers."""

    kind: str
    level: int
    """From 1, the easiest, to `MOST_LEVEL`."""
    lines: tuple[str, ...]
    """Formulas in the grammar of lessons; the last one is the root."""
    draws: Mapping[str, str]
    """By given name, a key of `NUMBERS`, with a shape where it is a matrix: `small 2x3`."""
    node: str
    """The line or the parameter that is asked about."""
    asks: str = "value"
    """value, gradient, local, update or shape."""
    shown: int = 0
    """How many of the lines are shown; all of them where 0."""
    called: Mapping[str, str] = field(default_factory=dict)
    """How a given name is written, where not as itself: an upstream gradient is `dL/dz`."""
    question: str = ""
    slips: tuple[tuple[Slip, str, str], ...] = ()
    """Wrong formulas of this row alone, each with what it is about, beside the table of slips."""


_UPSTREAM_Z = {"g": "dL/dz"}

TEMPLATES: tuple[Template, ...] = (
    Template("forward", 1, ("z = w*x + b",), {"w": "small", "x": "small", "b": "small"}, "z"),
    Template("forward", 1, ("L = (yhat - y)**2 / 2",), {"yhat": "whole", "y": "small"}, "L"),
    Template("forward", 2, ("z = w1*x1 + w2*x2 + b",),
             {"w1": "half", "x1": "small", "w2": "half", "x2": "small", "b": "half"}, "z"),
    Template(
        "forward", 2, ("z = w*x + b", "a = relu(z)"), {"w": "half", "x": "small", "b": "small"}, "a"
    ),
    Template("forward", 3, ("L = (yhat - y)**2 / 2",), {"yhat": "tenth", "y": "half"}, "L"),
    Template("forward", 3, ("z = w1*x1 + w2*x2 + b",),
             {"w1": "tenth", "x1": "half", "w2": "tenth", "x2": "small", "b": "tenth"}, "z"),
    Template("local", 1, ("q = a*b",), {"a": "whole", "b": "whole"}, "a", "local",
             slips=((Slip.OTHER_VALUE, "a", "a"), (Slip.OTHER_DERIVATIVE, "1", "a + b"),
                    (Slip.OTHER_VALUE, "a*b", "q"))),
    Template("local", 1, ("s = a**2",), {"a": "whole"}, "a", "local",
             slips=((Slip.NO_SHARE, "a", "2"), (Slip.OTHER_VALUE, "a**2", "s"),
                    (Slip.NO_SHARE, "2", "a"))),
    Template("local", 2, ("L = (yhat - y)**2 / 2",), {"yhat": "half", "y": "half"}, "yhat", "local",
             slips=((Slip.SIGN, "y - yhat", ""), (Slip.NO_SHARE, "2*(yhat - y)", "1/2"))),
    Template("local", 2, ("q = 3*a + b",), {"a": "half", "b": "half"}, "a", "local",
             slips=((Slip.OTHER_VALUE, "3*a", "3*a"), (Slip.NO_SHARE, "1", "3"))),
    Template("local", 3, ("s = a**3",), {"a": "tenth"}, "a", "local",
             slips=((Slip.NO_SHARE, "a**2", "3"), (Slip.OTHER_VALUE, "a**3", "s"))),
    Template("local", 3, ("p = a*(1 - a)",), {"a": "share"}, "p",
             question="a = sigmoid(z). What is the local gradient da/dz?",
             slips=((Slip.NO_SHARE, "1 - a", "a"), (Slip.NO_SHARE, "a", "1 - a"))),
    Template("contribution", 1, ("z = w*x", "L = g*z"), {"w": "small", "x": "small", "g": "small"},
             "w", "gradient", 1, _UPSTREAM_Z),
    Template("contribution", 1, ("z = a + b", "L = g*z"), {"a": "small", "b": "small", "g": "half"},
             "a", "gradient", 1, _UPSTREAM_Z),
    Template(
        "contribution", 2, ("z = w*x + b", "L = g*z"),
        {"w": "half", "x": "half", "b": "small", "g": "half"}, "w", "gradient", 1, _UPSTREAM_Z,
    ),
    Template("contribution", 2, ("z = a**2", "L = g*z"), {"a": "half", "g": "half"},
             "a", "gradient", 1, _UPSTREAM_Z),
    Template("contribution", 3, ("z = relu(a)", "L = g*z"), {"a": "tenth", "g": "tenth"},
             "a", "gradient", 1, _UPSTREAM_Z),
    Template("contribution", 3, ("z = w*x - b", "L = (z - y)**2 / 2"),
             {"w": "half", "x": "half", "b": "small", "y": "small"}, "w", "gradient"),
    Template("sum", 1, ("u = a*b", "L = u + a"), {"a": "whole", "b": "whole"}, "a", "gradient"),
    Template(
        "sum", 1, ("z1 = w*x1", "z2 = w*x2", "L = g1*z1 + g2*z2"),
        {"w": "small", "x1": "small", "x2": "small", "g1": "small", "g2": "small"}, "w", "gradient",
        2, {"g1": "dL/dz1", "g2": "dL/dz2"},
    ),
    Template("sum", 2, ("u = a + b", "v = a*c", "L = u*v"),
             {"a": "small", "b": "small", "c": "small"}, "a", "gradient"),
    Template("sum", 3, ("u = a*b", "v = a - c", "L = u*v"),
             {"a": "half", "b": "half", "c": "half"}, "a", "gradient"),
    Template("shape", 1, ("Z = W @ X",), {"W": "n x k", "X": "k x m"}, "Z", "shape"),
    Template("shape", 2, ("Z = W @ X",), {"W": "n x k", "X": "k x m"}, "W", "shape",
             question="dZ is the gradient at Z. Which shape has dW = dZ @ X.T?"),
    Template(
        "shape", 2, ("Z = W @ A + b",), {"W": "n x k", "A": "k x m", "b": "n x 1"}, "b", "shape",
        question="There are {m} examples. Which shape has db, the gradient of b?",
    ),
    Template("shape", 3, ("Z = W @ A",), {"W": "n x k", "A": "k x m"}, "A", "shape",
             question="dZ is the gradient at Z. Which shape has dA = W.T @ dZ?"),
    Template(
        "update", 1, ("L = g*w",), {"w": "small", "g": "small"}, "w", "update", -1, {"g": "dL/dw"},
    ),
    Template(
        "update", 2, ("L = g*w",), {"w": "half", "g": "half"}, "w", "update", -1, {"g": "dL/dw"},
    ),
    Template(
        "update", 3, ("L = g*w",), {"w": "tenth", "g": "tenth"}, "w", "update", -1, {"g": "dL/dw"},
    ),
    Template("softmax", 1, ("S = sum(e)", "p = e / S"), {"e": "count 3x1"}, "p",
             called={"e": "exp(z)"}, question="p = softmax(z). What is p[{cell}]?",
             slips=((Slip.NO_SHARE, "e", "1/sum(exp(z))"),)),
    Template(
        "softmax", 2, ("dz = p - y",), {"p": "share", "y": "target"}, "dz",
        question="p is a share of a softmax, y its target, and L the cross-entropy. What is dL/dz?",
        slips=((Slip.SIGN, "y - p", ""), (Slip.ONE_TERM, "p", ""),
               (Slip.OTHER_VALUE, "p - 1", "1"), (Slip.OTHER_DERIVATIVE, "p*(1 - p)", "sigmoid")),
    ),
    Template("softmax", 3, ("S = sum(e)", "p = e / S"), {"e": "count 4x1"}, "p",
             called={"e": "exp(z)"}, question="p = softmax(z). What is p[{cell}]?",
             slips=((Slip.NO_SHARE, "e", "1/sum(exp(z))"),)),
    Template("product", 1, ("C = A @ B",), {"A": "small 2x2", "B": "small 2x1"}, "C"),
    Template("product", 2, ("C = A @ B",), {"A": "small 2x2", "B": "small 2x2"}, "C"),
    Template("product", 3, ("C = A @ B",), {"A": "half 2x3", "B": "small 3x2"}, "C"),
)  # fmt: skip
