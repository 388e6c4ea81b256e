"""The table of operations: what each computes, and its local gradient, each written once.

A row's formulas are in the grammar of lessons, over the operands `a`, `b` and `c`, the result `out`
and, in a vector-Jacobian rule, the upstream gradient `g`; `axis` stands for the axis that a call
names. What the screens print, the walk evaluates, the plan compiles and the export writes all comes
from these texts. To add an operation, add a row.

A rule is written so that nothing in it overflows before its result does, and where a value is equal
to another it says so of the values that the forward pass left: a rule never computes one again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine import arrangements
from gdtutor.engine.expression import Apply, Attribute, Expr, Name, Number, substitute
from gdtutor.engine.parsing import Arity, parse
from gdtutor.values import Struct, field

Array = NDArray[np.float64]
Arrays = Mapping[str, Array]
"""Arrays by their names."""

OPERANDS = "abc"
"""What the operands are called in the formulas and texts of a row."""


class Kind(Enum):
    """How an operation meets the shapes of its operands."""

    ELEMENTWISE = "elementwise"
    """Cell by cell, with NumPy's broadcasting."""
    MATMUL = "matmul"
    TRANSPOSE = "transpose"
    REDUCTION = "reduction"
    """All cells to one number, or one axis to length 1."""
    COLUMNS = "columns"
    """Over the cells of each column; the shape stays."""
    COLUMN_LOSS = "column loss"
    """Two arrays of one shape; each column gives one number."""
    OUTER = "outer"
    """Every cell of a vector with every cell of another."""
    PICK = "index"
    """Some cells along each axis; an axis of which one place is picked is gone."""
    RESHAPE = "new shape"
    """The same cells in rows of another length."""
    CONCAT = "joined"
    """One array behind the other along an axis."""
    EMBED = "rows by number"
    PART = "part"
    """Gradient bookkeeping: the cells of the first operand that the second stands for."""
    SPREAD = "spread"
    """Gradient bookkeeping: brings the first operand to the shape of the second."""


class Operation(Struct, frozen=True):
    """One row of the table."""

    name: str
    """The name in formulas; operators have names too (`add` is `+`)."""
    operands: int
    """How many operands it takes."""
    kind: Kind
    says: str
    """What it does, for the sentence of a step, over {a}, {b}, {c}."""
    formula: str = ""
    """Its definition, for learners; also how it is computed where nothing else is given."""
    computed: str = ""
    """A formula that equals the definition and is computed instead, where that is more accurate."""
    function: Callable[..., Array] | None = None
    """The NumPy function that computes it directly."""
    numpy: str = ""
    """The name of `function` in NumPy source, or the whole call over {a}, {b} and {c}."""
    local: tuple[str, ...] = ()
    """Local gradient with respect to each operand (elementwise operations and reductions)."""
    vjp: tuple[str, ...] = ()
    """Gradient of each operand from the upstream gradient `g` (all other operations)."""
    vjp_by_rank: Mapping[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    """`vjp` for operands that are vectors, by the number of their axes."""
    because: tuple[str, ...] = ()
    """Why each local gradient is what it is, in words, over {a}, {b}, {c}."""
    repeats: bool = False
    """Whether a call may have more operands, which are taken two by two from the left."""
    has_target: bool = False
    """Whether it holds its first operand, a prediction, against its second, a target."""
    squashes: str | None = None
    """The operation by which a loss of shares makes them of its prediction; empty where it is given
    them, None where it is no loss of shares."""
    kink: str = ""
    """A formula over a, b and out that is 0 exactly where the derivative does not exist."""
    convention: str = ""
    """Which value the gradient takes at the kink."""
    samples: tuple[tuple[float, float], ...] = ((-3.0, 3.0),)
    """For each operand the interval that tests draw from (the last one repeats)."""
    attribute: str = ""
    """What a call may fix in plain numbers: its axis, index or shape; rules call it so, too."""
    is_held: bool = False
    """Whether its result counts as given: no derivative sees it move."""
    is_activation: bool = False
    """Whether a layer may have it: a network names it, and one may be put in another's place."""
    steepness: str = ""
    """A unit's slope as a share of the steepest one, over `out`. Where it is 0 on every example a
    unit with a kink is dead, and where it is next to it one without is saturated; both are told.
    An activation that is flat somewhere gives it; without it nothing is told of its units."""
    errors: str = ""
    """What errors `da`, `db` and `dc` of the operands come to in the result at the most. A row with
    a `function` and no `local` gives it, or no 0 behind it is told from rounding; one with `local`
    where that is too little, as in a product by 0, since else they count by the local gradients. A
    row that a formula computes needs none: the operations of the formula say theirs. Nor does one
    that only moves cells: their errors move with them."""
    rounds: float = 2.0
    """Half units in the last place by which the result itself may be off: 0 where it is exact, 1 of
    what is rounded to the nearest number, 2 of what may be the number on either side, which is safe
    for a function of NumPy. A row that a formula computes needs none here either."""
    adds_up: bool = False
    """Whether each number of the result adds many terms up, every one of which is rounded."""
    counts: bool = False
    """Whether it numbers or counts cells: NumPy's function gives integers then, which overflow and
    take no negative power, and no cell of an operand shows the result."""
    zero_is_exact: bool = False
    """Whether a result of 0 has no error, as among equal cells, also where it is divided by 0."""
    internal: bool = False
    """Used by rules of other rows; not part of the grammar of lessons."""

    @property
    def takes_axis(self) -> bool:
        """Whether a call may name an axis."""
        return self.attribute == "axis"

    @property
    def is_arrangement(self) -> bool:
        """Whether cells only come to other places, as `arranged` tells, and none is computed."""
        return self.kind in (Kind.PICK, Kind.RESHAPE, Kind.CONCAT, Kind.PART)

    def axis_of(self, named: Attribute) -> Attribute:
        """Return the axis that a call goes along: of columns the first where it names none."""
        is_of_columns = self.kind is not Kind.REDUCTION and not self.internal
        return 0 if named is None and is_of_columns and self.takes_axis else named


def _gathering(function: Callable[..., Array]) -> Callable[..., Array]:
    """Return a function of NumPy that gathers cells, as one that keeps an axis with length 1."""

    def gather(a: Array, axis: int | None = None) -> Array:
        return np.asarray(function(a, axis=axis, keepdims=axis is not None))

    return gather


def _where(a: Array, b: Array, c: Array) -> Array:
    return np.where(np.not_equal(a, 0), b, c)


def _step(a: Array) -> Array:
    return np.asarray(np.heaviside(a, 1.0))


def _mul_or_zero(a: Array, b: Array) -> Array:
    return np.where(np.equal(a, 0), 0.0, np.multiply(a, b))


def _count(a: Array) -> Array:
    return np.asarray(float(np.size(a)))


def _spread(a: Array, b: Array) -> Array:
    return np.asarray(np.broadcast_to(a, np.shape(b)))


def sum_to(a: Array, b: Array) -> Array:
    """Sum a gradient over the axes along which an operand of the shape of `b` was broadcast."""
    axes = broadcast_axes(np.shape(a), np.shape(b))
    return np.asarray(np.sum(a, axis=axes).reshape(np.shape(b))) if axes else np.asarray(a)


def broadcast_axes(wide: tuple[int, ...], narrow: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes of a shape along which an operand of a narrower one was broadcast."""
    extra = len(wide) - len(narrow)
    own = (extra + i for i, n in enumerate(narrow) if n == 1 and wide[extra + i] != 1)
    return (*range(extra), *own)


_POSITIVE = ((0.2, 3.0),)

_ALL = (
    Operation("add", 2, Kind.ELEMENTWISE, "adds {a} and {b}",
            function=np.add, numpy="np.add", local=("1", "1"),
            because=("{a} is added", "{b} is added"), rounds=1),
    Operation("sub", 2, Kind.ELEMENTWISE, "subtracts {b} from {a}",
            function=np.subtract, numpy="np.subtract", local=("1", "-1"),
            because=("{b} is only subtracted from it", "{b} is subtracted"), rounds=1),
    Operation("mul", 2, Kind.ELEMENTWISE, "multiplies {a} by {b}",
            function=np.multiply, numpy="np.multiply", local=("b", "a"),
            because=("{a} is multiplied by {b}", "{b} is multiplied by {a}"),
            errors="abs(a)*db + da*(abs(b) + db)", rounds=1),
    # Its slope in what divides leaves the range of float64 early.
    Operation("div", 2, Kind.ELEMENTWISE, "divides {a} by {b}",
            function=np.divide, numpy="np.divide", local=("1/b", "-out/b"),
            because=("{a} is divided by {b}", "{b} divides {a}"), samples=((-3.0, 3.0), (0.3, 3.0)),
            errors="(da + abs(out)*db)/abs(b)", rounds=1),
    Operation("pow", 2, Kind.ELEMENTWISE, "raises {a} to the power {b}",
            function=np.power, numpy="np.power",
            local=("mul_or_zero(b, a**(b - 1))", "mul_or_zero(out, log(a))"),
            because=("the exponent comes down as a factor",
                     "a power grows with its exponent; 0 times log(0) counts as 0"),
            samples=((0.3, 3.0), (-2.0, 3.0))),
    Operation("neg", 1, Kind.ELEMENTWISE, "turns the sign of {a}",
            function=np.negative, numpy="np.negative", local=("-1",),
            because=("the sign is turned",), rounds=0),
    Operation("identity", 1, Kind.ELEMENTWISE, "passes {a} on unchanged",
            formula="a", local=("1",), because=("{a} is passed on unchanged",), is_activation=True),
    Operation("square", 1, Kind.ELEMENTWISE, "squares {a}",
            formula="a**2", function=np.square, numpy="np.square", local=("2*a",),
            because=("a square grows twice as fast as its side",), rounds=1),
    Operation("sqrt", 1, Kind.ELEMENTWISE, "takes the square root of {a}",
            function=np.sqrt, numpy="np.sqrt", local=("1/(2*out)",),
            because=("a root flattens as it grows",), samples=_POSITIVE, rounds=1),
    Operation("exp", 1, Kind.ELEMENTWISE, "raises e to the power {a}",
            function=np.exp, numpy="np.exp", local=("out",),
            because=("the exponential is its own slope",)),
    Operation("log", 1, Kind.ELEMENTWISE, "takes the natural logarithm of {a}",
            function=np.log, numpy="np.log", local=("1/a",),
            because=("the logarithm flattens as 1/x",), samples=_POSITIVE),
    Operation("log1p", 1, Kind.ELEMENTWISE, "takes the natural logarithm of 1 + {a}",
            formula="log(1 + a)", function=np.log1p, numpy="np.log1p", local=("1/(1 + a)",),
            because=("the logarithm flattens as 1/x",), samples=_POSITIVE),
    Operation("abs", 1, Kind.ELEMENTWISE, "takes the size of {a} without its sign",
            function=np.absolute, numpy="np.abs", local=("sign(a)",),
            because=("the slope is the sign of {a}",), kink="a", convention="0 is used there",
            rounds=0),
    Operation("sign", 1, Kind.ELEMENTWISE, "takes the sign of {a}",
            function=np.sign, numpy="np.sign", local=("0",), because=("it is flat on both sides",),
            kink="a", convention="0 is used there", rounds=0),
    Operation("maximum", 2, Kind.ELEMENTWISE, "takes the larger of {a} and {b}",
            function=np.maximum, numpy="np.maximum",
            local=("(1 + sign(a - b))/2", "(1 + sign(b - a))/2"),
            because=("1 where {a} is the larger, else 0", "1 where {b} is the larger, else 0"),
            kink="a - b", convention="equal ones share it equally", rounds=0),
    Operation("minimum", 2, Kind.ELEMENTWISE, "takes the smaller of {a} and {b}",
            function=np.minimum, numpy="np.minimum",
            local=("(1 + sign(b - a))/2", "(1 + sign(a - b))/2"),
            because=("1 where {a} is the smaller, else 0", "1 where {b} is the smaller, else 0"),
            kink="a - b", convention="equal ones share it equally", rounds=0),
    Operation("clip", 3, Kind.ELEMENTWISE, "keeps {a} between {b} and {c}",
            formula="minimum(maximum(a, b), c)",
            local=("(1 + sign(a - b))/2*(1 + sign(c - maximum(a, b)))/2",
                   "(1 + sign(b - a))/2*(1 + sign(c - maximum(a, b)))/2",
                   "(1 + sign(maximum(a, b) - c))/2"),
            because=("1 between the bounds, else 0", "1 where {a} is below it, else 0",
                     "1 where {a} is above it, else 0"),
            samples=((-3.0, 3.0), (-2.0, -1.0), (1.0, 2.0)),
            kink="minimum(abs(a - b), abs(maximum(a, b) - c))",
            convention="equal ones share it equally"),
    Operation("where", 3, Kind.ELEMENTWISE, "takes {b} where {a} is not 0, and {c} where it is",
            function=_where, numpy="np.where({a} != 0, {b}, {c})",
            local=("0", "where(a, 1, 0)", "where(a, 0, 1)"),
            because=("which of both is taken does not change with a little of {a}",
                     "1 where {a} is not 0, else 0", "1 where {a} is 0, else 0"), rounds=0),
    Operation("stop_gradient", 1, Kind.ELEMENTWISE, "passes {a} on, and no gradient back",
            formula="a", local=("0",), because=("what stands in it counts as given",),
            is_held=True),
    Operation("sigmoid", 1, Kind.ELEMENTWISE, "squashes {a} to between 0 and 1",
            formula="1/(1 + exp(-a))", local=("out*(1 - out)",),
            because=("the S curve is steepest, 1/4, in its middle",), is_activation=True,
            steepness="4*out*(1 - out)"),
    Operation("tanh", 1, Kind.ELEMENTWISE, "squashes {a} to between -1 and 1",
            formula="(exp(a) - exp(-a))/(exp(a) + exp(-a))", function=np.tanh, numpy="np.tanh",
            local=("1 - out**2",), because=("the S curve is steepest, 1, in its middle",),
            is_activation=True, steepness="1 - out**2"),
    Operation("relu", 1, Kind.ELEMENTWISE, "lets {a} through where it is positive, else gives 0",
            formula="maximum(0, a)", local=("maximum(0, sign(a))",),
            because=("1 where {a} is positive, else 0",), kink="a", convention="0 is used there",
            is_activation=True, steepness="sign(out)"),
    Operation("leaky_relu", 1, Kind.ELEMENTWISE,
            "lets {a} through, a hundredth of it where negative",
            formula="maximum(0.01*a, a)", local=("maximum(0.01, sign(a))",),
            because=("1 where {a} is positive, else 0.01",), kink="a",
            convention="0.01 is used there", is_activation=True),
    Operation("softplus", 1, Kind.ELEMENTWISE, "rounds off the corner of relu at {a}",
            formula="log(1 + exp(a))", computed="maximum(0, a) + log1p(exp(-abs(a)))",
            local=("sigmoid(a)",), because=("its slope is the sigmoid",), is_activation=True),
    Operation("step", 1, Kind.ELEMENTWISE, "gives 1 where {a} is at or above 0, else 0",
            function=_step, numpy="np.heaviside({a}, 1.0)", local=("0",),
            because=("a threshold is flat on both sides",), kink="a", convention="0 is used there",
            is_activation=True, rounds=0),
    Operation("sin", 1, Kind.ELEMENTWISE, "takes the sine of {a}",
            function=np.sin, numpy="np.sin", local=("cos(a)",),
            because=("the slope of the sine is the cosine",), is_activation=True),
    Operation("cos", 1, Kind.ELEMENTWISE, "takes the cosine of {a}",
            function=np.cos, numpy="np.cos", local=("-sin(a)",),
            because=("the slope of the cosine is minus the sine",), is_activation=True),
    Operation("binary_cross_entropy", 2, Kind.ELEMENTWISE,
            "measures how surprised the prediction {a} is by the target {b}",
            formula="-(b*maximum(log(a), -100) + (1 - b)*maximum(log(1 - a), -100))",
            local=("(a - b)/maximum(a*(1 - a), 1e-12)",
                   "maximum(log(1 - a), -100) - maximum(log(a), -100)"),
            because=("the error over the variance of the prediction",
                     "the log odds of the prediction"), samples=((0.1, 0.9), (0.0, 1.0)),
            has_target=True, squashes=""),
    Operation("binary_cross_entropy_logits", 2, Kind.ELEMENTWISE,
            "measures how surprised sigmoid({a}) is by the target {b}",
            formula="softplus(a) - a*b", local=("sigmoid(a) - b", "-a"),
            because=("prediction minus target", "the log odds of the prediction"),
            samples=((-3.0, 3.0), (0.0, 1.0)), has_target=True, squashes="sigmoid"),
    Operation("matmul", 2, Kind.MATMUL, "multiplies the matrices {a} and {b}, rows by columns",
            function=np.matmul, numpy="np.matmul", vjp=("g @ b.T", "a.T @ g"),
            vjp_by_rank={(1, 1): ("g*b", "g*a"), (1, 2): ("b @ g", "outer(a, g)"),
                         (2, 1): ("outer(g, b)", "a.T @ g")},
            because=("each row of {a} meets every column of {b}",) * 2,
            errors="abs(a) @ db + da @ (abs(b) + db)", rounds=1, adds_up=True),
    Operation("outer", 2, Kind.OUTER, "multiplies every cell of {a} by every cell of {b}",
            function=np.outer, numpy="np.outer", vjp=("g @ b", "g.T @ a"),
            because=("each cell of {a} meets all of {b}", "each cell of {b} meets all of {a}"),
            errors="outer(abs(a), db) + outer(da, abs(b) + db)", rounds=1),
    Operation("pick", 1, Kind.PICK, "picks cells of {a}",
            function=arrangements.pick, numpy="{a}{index}", vjp=("place(g, a, index)",),
            because=("what is picked gets its gradient, the rest gets 0",), attribute="index"),
    Operation("reshape", 1, Kind.RESHAPE, "puts the cells of {a} in another shape",
            function=arrangements.reshape, numpy="np.reshape({a}, {shape})", vjp=("refit(g, a)",),
            because=("each gradient goes back to where its cell was",), attribute="shape"),
    Operation("concat", 2, Kind.CONCAT, "puts {b} behind {a}",
            function=arrangements.concat, numpy="np.concatenate(({a}, {b}), axis={axis})",
            vjp=("first(g, a, axis)", "last(g, b, axis)"),
            because=("each part gets its own gradient",) * 2, attribute="axis", repeats=True),
    Operation("embed", 2, Kind.EMBED, "picks the rows of {a} that {b} numbers",
            formula="one_hot(b, a) @ a", vjp=("one_hot(b, a).T @ g", "0*b"),
            because=("a row gets the gradients of all its uses", "a number of a row has no slope")),
    Operation("transpose", 1, Kind.TRANSPOSE, "turns the rows of {a} into columns",
            function=np.transpose, numpy="np.transpose", vjp=("g.T",),
            because=("turning back is the same turn",), errors="da.T", rounds=0),
    Operation("sum", 1, Kind.REDUCTION, "adds up the cells of {a}",
            function=_gathering(np.sum), numpy="np.sum", local=("1",),
            because=("every cell is added, so each gets the whole upstream gradient",),
            attribute="axis", rounds=1, adds_up=True),
    Operation("mean", 1, Kind.REDUCTION, "averages the cells of {a}",
            function=_gathering(np.mean), numpy="np.mean", local=("count(out)/count(a)",),
            because=("every cell counts for one share of the average",), attribute="axis", rounds=1,
            adds_up=True),
    Operation("max", 1, Kind.REDUCTION, "takes the largest cell of {a}",
            function=_gathering(np.max), numpy="np.max", local=("step(a - out)/ties(a, axis)",),
            because=("only the largest cell moves the result; equal ones share the gradient",),
            kink="maximum(0, 2 - ties(a, axis))", convention="equal ones share it equally",
            attribute="axis", errors="max(da, axis)", rounds=0),
    Operation("min", 1, Kind.REDUCTION, "takes the smallest cell of {a}",
            function=_gathering(np.min), numpy="np.min", local=("step(out - a)/ties(-a, axis)",),
            because=("only the smallest cell moves the result; equal ones share the gradient",),
            kink="maximum(0, 2 - ties(-a, axis))", convention="equal ones share it equally",
            attribute="axis", errors="max(da, axis)", rounds=0),
    Operation("argmax", 1, Kind.REDUCTION, "counts up to the largest cell of {a}, from 0",
            function=_gathering(np.argmax), numpy="np.argmax", local=("0",),
            because=("a place does not change with a little of {a}",),
            kink="maximum(0, 2 - ties(a, axis))", convention="0 is used there", attribute="axis",
            rounds=0, counts=True),
    Operation("var", 1, Kind.REDUCTION,
            "averages how far the cells of {a} are from their mean, squared",
            formula="mean(square(a - mean(a, axis)), axis)",
            computed="mean(square(deviation(a, axis)), axis)",
            local=("2*deviation(a, axis)*count(out)/count(a)",),
            because=("a cell far from the mean counts most",), attribute="axis"),
    # Below every root of a float64 above 0, so that it stands for 0 alone.
    Operation("std", 1, Kind.REDUCTION, "takes the root of the variance of {a}",
            formula="sqrt(var(a, axis))",
            local=("deviation(a, axis)*count(out)/count(a)/maximum(out, 1e-162)",),
            because=("a cell far from the mean counts most",), kink="out",
            convention="0 is used there", attribute="axis"),
    Operation("logsumexp", 1, Kind.REDUCTION,
            "takes the logarithm of the sum of e to each cell of {a}",
            formula="log(sum(exp(a), axis))",
            computed="max(a, axis) + log(sum(exp(a - max(a, axis)), axis))",
            local=("exp(a - max(a, axis))/sum(exp(a - max(a, axis)), axis)",),
            because=("each cell counts by its share of the sum",), attribute="axis"),
    Operation("softmax", 1, Kind.COLUMNS, "turns each column of {a} into shares that add up to 1",
            formula="exp(a)/sum(exp(a), axis)",
            computed="exp(a - max(a, axis))/sum(exp(a - max(a, axis)), axis)",
            vjp=("out*(g - sum(g*out, axis))",),
            because=("a share grows at the expense of the others",), attribute="axis",
            is_activation=True),
    Operation("cross_entropy", 2, Kind.COLUMN_LOSS,
            "measures for each column how surprised the shares {a} are by the target {b}",
            formula="-sum(b*maximum(log(a), -100), axis)",
            vjp=("-g*b/maximum(a, 1e-12)", "-g*maximum(log(a), -100)"),
            because=("only the share of the true class counts", "the surprise of each class"),
            samples=((0.1, 0.9), (0.0, 1.0)), has_target=True, squashes="", attribute="axis"),
    Operation("cross_entropy_logits", 2, Kind.COLUMN_LOSS,
            "measures for each column how surprised softmax({a}) is by the target {b}",
            formula="log(sum(exp(a), axis)) - sum(a*b, axis)",
            computed="max(a, axis) + log(sum(exp(a - max(a, axis)), axis)) - sum(a*b, axis)",
            vjp=("g*(softmax(a, axis) - b)", "-g*a"),
            because=("prediction minus target", "the scores themselves"),
            samples=((-3.0, 3.0), (0.0, 1.0)), has_target=True, squashes="softmax",
            attribute="axis"),
    Operation("mul_or_zero", 2, Kind.ELEMENTWISE,
            "multiplies {a} by {b}, and gives 0 where {a} is 0",
            function=_mul_or_zero, numpy="np.where({a} == 0, 0.0, {a}*{b})", internal=True,
            errors="mul_or_zero(abs(a), db) + mul_or_zero(da, abs(b) + db)", rounds=1),
    Operation("ties", 1, Kind.REDUCTION, "counts the largest cells of {a}",
            formula="sum(step(a - max(a, axis)), axis)", internal=True, attribute="axis",
            counts=True),
    # From the largest cell first: among equal cells a mean is off by its own rounding.
    Operation("deviation", 1, Kind.COLUMNS, "takes from {a} the mean of its cells",
            formula="a - mean(a, axis)", computed="a - max(a, axis) - mean(a - max(a, axis), axis)",
            internal=True, attribute="axis", zero_is_exact=True),
    Operation("count", 1, Kind.REDUCTION, "counts the cells of {a}",
            function=_count, numpy="np.size", internal=True, errors="0", rounds=0, counts=True),
    Operation("place", 2, Kind.PART, "puts {a} where it was picked from {b}, and 0 elsewhere",
            function=arrangements.place, numpy="place({a}, {b}, np.s_{index})", internal=True,
            attribute="index"),
    Operation("refit", 2, Kind.PART, "puts the cells of {a} in the shape of {b}",
            function=arrangements.refit, numpy="np.reshape({a}, np.shape({b}))", internal=True),
    Operation("first", 2, Kind.PART, "takes the part of {a} that {b} stands for",
            function=arrangements.first, numpy="np.take({a}, range(np.shape({b})[{axis}]), {axis})",
            internal=True, attribute="axis"),
    Operation("last", 2, Kind.PART, "takes the part of {a} that {b} stands for",
            function=arrangements.last,
            numpy="np.take({a}, range(-np.shape({b})[{axis}], 0), {axis})", internal=True,
            attribute="axis"),
    Operation("is_place", 3, Kind.ELEMENTWISE, "gives 1 where {a} is {b}, of {c} places",
            function=arrangements.is_place, numpy="is_place", internal=True, errors="0", rounds=0),
    Operation("one_hot", 2, Kind.EMBED, "gives a row for each cell of {a}, with a 1 at its place",
            function=arrangements.one_hot, internal=True, numpy="one_hot({a}, {b})", errors="0",
            rounds=0, counts=True),
    Operation("spread", 2, Kind.SPREAD, "gives every cell of {b} the value of {a}",
            function=_spread, numpy="np.broadcast_to({a}, np.shape({b}))", internal=True,
            errors="spread(da, b)", rounds=0),
    Operation("sum_to", 2, Kind.SPREAD, "sums {a} over the axes along which {b} was broadcast",
            function=sum_to, numpy="sum_to", internal=True, errors="sum_to(da, b)", rounds=1,
            adds_up=True),
)  # fmt: skip

OPERATIONS: Mapping[str, Operation] = {row.name: row for row in _ALL}
"""Every operation by its name."""

ACTIVATIONS = tuple(row.name for row in _ALL if row.is_activation)
"""The operations that a layer may have as its activation."""

_OPERATORS = frozenset({"add", "sub", "mul", "div", "pow", "neg", "matmul", "transpose", "pick"})

FUNCTIONS: Mapping[str, Arity] = {
    row.name: Arity(row.operands, row.attribute, row.repeats)
    for row in _ALL
    if not row.internal and row.name not in _OPERATORS
}
"""The operations that a lesson's formulas may call by name."""

_ALL_FUNCTIONS = {row.name: Arity(row.operands, row.attribute, row.repeats) for row in _ALL}


def parse_formula(text: str) -> Expr:
    """Read a lesson's formula; FormulaError where it is not in the grammar."""
    return parse(text, FUNCTIONS)


@cache
def parse_rule(text: str, attribute: Attribute = None) -> Expr:
    """Read a rule of the table or a printed local formula, which may use internal operations.

    Args:
        text: The rule.
        attribute: What `axis` or `index` stands for in it.
    """
    return parse(text, _ALL_FUNCTIONS, {"axis": attribute, "index": attribute})


def body_of(op: Operation, attribute: Attribute = None) -> Expr:
    """Return the formula by which an operation without a function of NumPy is computed."""
    return parse_rule(op.computed or op.formula, op.axis_of(attribute))


def definition(op: Operation, attribute: Attribute = None) -> Expr | None:
    """Return the formula over the operands that computes the operation, None where NumPy does."""
    return body_of(op, attribute) if op.computed or not op.function else None


def arranged(op: Operation, shapes: tuple[tuple[int, ...], ...], attribute: Attribute) -> Array:
    """Return where each cell of an arrangement comes from.

    Args:
        op: An operation that only brings cells to other places.
        shapes: The shapes of its operands.
        attribute: What its call fixes.

    Returns:
        For each cell of the result its number among all cells of the operands, one after the other,
        from 1; 0 where it is 0.
    """
    numbers, first = [], 1
    for shape in shapes:
        cells = int(np.prod(shape, dtype=int))
        numbers.append(np.arange(float(first), first + cells).reshape(shape))
        first += cells
    return apply(op, tuple(numbers), attribute).astype(int)


def apply(op: Operation, args: tuple[Array, ...], attribute: Attribute = None) -> Array:
    """Compute one operation on arrays; NumPy's warnings are the caller's to silence."""
    if op.function is not None:
        fixed = () if attribute is None else (attribute,)
        return np.asarray(op.function(*args, *fixed), dtype=np.float64)
    return evaluate(body_of(op, attribute), dict(zip(OPERANDS, args, strict=False)))


def evaluate(expr: Expr, values: Arrays) -> Array:
    """Compute a formula from the arrays of its names."""
    if isinstance(expr, Number):
        return np.asarray(expr.value)
    if isinstance(expr, Name):
        return values[expr.name]
    args = tuple(evaluate(arg, values) for arg in expr.args)
    return apply(OPERATIONS[expr.op], args, expr.attribute)


def written_out(expr: Apply) -> Expr:
    """Return a call with its row's definition, as learners see it, in its place."""
    row = OPERATIONS[expr.op]
    body = parse_rule(row.formula, row.axis_of(expr.attribute))
    return substitute(body, dict(zip(OPERANDS, expr.args, strict=False)))


def local_formula(op: Operation, operand: int, attribute: Attribute = None) -> Expr:
    """Return the local gradient of an elementwise operation or a reduction, for one operand."""
    return parse_rule(op.local[operand], op.axis_of(attribute))


def vjp_formula(
    op: Operation, operand: int, ranks: tuple[int, ...], attribute: Attribute = None
) -> Expr:
    """Return the rule from the upstream gradient to one operand, for operands of these ranks."""
    if len(ranks) == 2 and (ranks[0], ranks[1]) in op.vjp_by_rank:
        return parse_rule(op.vjp_by_rank[ranks[0], ranks[1]][operand])
    return parse_rule(op.vjp[operand], op.axis_of(attribute))
