"""Random whole graphs over every operation, written as text, with domains kept safe.

Shapes are carried along by this module's own rules, so that what it writes always fits.
"""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from small_graphs import graph_of

from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import Array, Kind
from tests.independent.authors import REDUCTIONS, called, missing

UNARY = (
    "-({0})",
    "({0})**2",
    "({0})**3/4",
    "2*({0})/3",
    "({0}) - 0.5",
    "1 - ({0})",
    "0*({0})",
    "({0})**0",
    "identity({0})",
    "square({0})",
    "sqrt(0.5 + square({0}))",
    "exp(tanh({0}))",
    "log(0.5 + ({0})**2)",
    "log1p(softplus({0}))",
    "abs({0})",
    "sign({0})",
    "sigmoid({0})",
    "tanh({0})",
    "relu({0})",
    "leaky_relu({0})",
    "softplus({0})",
    "step({0})",
    "sin({0})",
    "cos({0})",
    "clip({0}, -0.5, 0.5)",
    "({0})*stop_gradient({0})",
)
UNARY += missing(called(Kind.ELEMENTWISE, 1), UNARY)
BINARY = (
    "{0} + {1}",
    "{0} - ({1})",
    "({0})*({1})",
    "({0})/(1 + ({1})**2)",
    "sigmoid({0})**tanh({1})",
    "maximum({0}, {1})",
    "minimum({0}, {1})",
    "clip({0}, -1, tanh({1}))",
    "where(step({0}), {1}, {0})",
    "where(step({1} - 0.25), sin({0}), {1})",
    "binary_cross_entropy(sigmoid({0}), sigmoid({1}))",
    "binary_cross_entropy_logits({0}, {1})",
)
BINARY += missing(called(Kind.ELEMENTWISE, 2), BINARY)
COLUMNS = ("softmax({0}{2})", "softmax({0}{2})*({0})")
COLUMN_LOSSES = ("cross_entropy(softmax({0}{2}), {1}{2})", "cross_entropy_logits({0}, {1}{2})")

LEAVES = {
    "s": (),
    "t": (),
    "v": (3,),
    "u": (2,),
    "A": (2, 3),
    "B": (3, 2),
    "c": (2, 1),
    "r": (1, 3),
}
ROW_LEAVES = {"w": (), "k": (), "x": (4,), "y": (4,)}


@dataclass(frozen=True)
class Sample:
    """A graph, the values of its leaves, and the lines that are to be shown unfolded."""

    text: str
    graph: Graph
    given: dict[str, Array]
    unfolded: frozenset[str]

    def __repr__(self) -> str:
        return f"{self.text}\nunfolded: {sorted(self.unfolded)}\ngiven: {self.given}"


def _broadcast(left, right):
    try:
        return np.broadcast_shapes(left, right)
    except ValueError:
        return None


class _Writer:
    def __init__(self, draw, shapes, *, by_rows):
        self.draw = draw
        self.shapes = dict(shapes)
        self.by_rows = by_rows

    def formula(self, depth):
        """Return a random formula and its shape."""
        forms = ["name", "unary", "binary"]
        if not self.by_rows:
            forms += ["matmul", "transpose", "reduction", "columns", "loss"]
            forms += ["pick", "joined", "reshaped", "product"]
        form = self.draw(st.sampled_from(forms)) if depth else "name"
        if form == "name":
            name = self.draw(st.sampled_from(sorted(self.shapes)))
            return name, self.shapes[name]
        return getattr(self, f"_{form}")(depth - 1)

    def _unary(self, depth):
        inner, shape = self.formula(depth)
        return self.draw(st.sampled_from(UNARY)).format(inner), shape

    def _binary(self, depth):
        left, right, shape = self._pair(depth, _broadcast)
        return self.draw(st.sampled_from(BINARY)).format(left, right), shape

    def _pair(self, depth, fit):
        left, shape = self.formula(depth)
        right, other = self.formula(depth)
        fitted = fit(shape, other)
        if fitted is None:
            return left, f"tanh({left})", fit(shape, shape)
        return left, right, fitted

    def _matmul(self, depth):
        left, shape = self.formula(depth)
        right, other = self.formula(depth)
        if not shape:
            return left, shape
        if not other or shape[-1] != other[0]:
            right, other = f"({left}).T", shape[::-1]
        return f"({left}) @ ({right})", shape[:-1] + other[1:]

    def _transpose(self, depth):
        inner, shape = self.formula(depth)
        return f"({inner}).T", shape[::-1]

    def _reduction(self, depth):
        inner, shape = self.formula(depth)
        name = self.draw(st.sampled_from(REDUCTIONS))
        axis = self.draw(st.sampled_from((None, *range(len(shape)))))
        if axis is None:
            return f"{name}({inner})", ()
        named = self.draw(st.sampled_from(("", "axis=")))
        return f"{name}({inner}, {named}{axis})", (*shape[:axis], 1, *shape[axis + 1 :])

    def _pick(self, depth):
        inner, shape = self.formula(depth)
        if not shape:
            return inner, shape
        parts, picked = [], []
        for length in shape[: self.draw(st.integers(1, len(shape)))]:
            start = self.draw(st.integers(0, length - 1))
            stop = self.draw(st.integers(start + 1, length))
            forms = [f"{start}:{stop}", f"{start - length}:", str(start), ":"]
            lengths = [stop - start, length - start, None, length]
            number = self.draw(st.integers(0, 3))
            parts.append(forms[number])
            picked += [] if lengths[number] is None else [lengths[number]]
        return f"({inner})[{', '.join(parts)}]", (*picked, *shape[len(parts) :])

    def _joined(self, depth):
        left, right, shape = self._pair(depth, lambda a, b: a if a == b else None)
        if not shape:
            return left, shape
        axis = self.draw(st.integers(0, len(shape) - 1))
        more = self.draw(st.sampled_from(("", f", {left}")))
        count = 3 if more else 2
        joined = tuple(n * count if i == axis else n for i, n in enumerate(shape))
        return f"concat({left}, {right}{more}, axis={axis})", joined

    def _reshaped(self, depth):
        inner, shape = self.formula(depth)
        cells = int(np.prod(shape))
        rows = self.draw(st.sampled_from([n for n in range(1, cells + 1) if cells % n == 0]))
        form = self.draw(st.sampled_from(("flatten({0})", "reshape({0}, {1}, -1)")))
        return form.format(inner, rows), (cells,) if "flat" in form else (rows, cells // rows)

    def _product(self, depth):
        inner, shape = self.formula(depth)
        if len(shape) == 1:
            return f"outer({inner}, v)", (*shape, 3)
        if len(shape) == 2:
            return f"embed({inner}, {'0*' if shape[0] == 1 else ''}step(u))", (2, shape[1])
        return inner, shape

    def _columns(self, depth):
        inner, shape = self.formula(depth)
        if not shape:
            return inner, shape
        _, named = self._axis(shape)
        return self.draw(st.sampled_from(COLUMNS)).format(inner, "", named), shape

    def _loss(self, depth):
        left, right, shape = self._pair(depth, lambda a, b: a if a == b else None)
        if not shape:
            return left, shape
        axis, named = self._axis(shape)
        text = self.draw(st.sampled_from(COLUMN_LOSSES)).format(left, right, named)
        return text, (*shape[:axis], 1, *shape[axis + 1 :])

    def _axis(self, shape):
        """Return an axis, and how a call names it; the first one needs no name."""
        axis = self.draw(st.integers(0, len(shape) - 1))
        names = (", axis=1", ", axis=-1") if axis else ("", ", axis=0", ", axis=-2")
        return axis, self.draw(st.sampled_from(names if len(shape) == 2 else names[:2]))


@st.composite
def samples(draw, *, by_rows=False):
    """Draw a graph of one to four lines and a root that depends on a few of them."""
    leaves = ROW_LEAVES if by_rows else LEAVES
    writer = _Writer(draw, leaves, by_rows=by_rows)
    lines = []
    for number in range(draw(st.integers(1, 4))):
        text, shape = writer.formula(draw(st.integers(1, 3)))
        lines.append(f"n{number} = {text}")
        writer.shapes[f"n{number}"] = shape
    names = [f"n{number}" for number in range(len(lines))]
    if by_rows:
        lines += [f"L = {' + '.join(names)}", "C = mean(L)"]
    else:
        lines.append("C = " + " + ".join(f"mean({name})" for name in names))
    text = "\n".join(lines)
    graph = graph_of(text, leaves, by_rows=by_rows, appended=frozenset({"C"}))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    given = {name: rng.uniform(-1.5, 1.5, shape) for name, shape in leaves.items()}
    unfolded = draw(st.frozensets(st.sampled_from([line.name for line in graph.lines])))
    return Sample(text, graph, given, unfolded)
