"""A network as layer classes in NumPy: each layer keeps on the way there what it needs coming back.

The classes, the cost and the loop are written from the lesson's own graph: a chain of
`Z = W @ A + b` and activations of one operand, then one line for the cost.
"""

from __future__ import annotations

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply, Expr, Name, Number, chained, names_in, substitute
from gdtutor.engine.graph import Role
from gdtutor.engine.local import BATCH_SIZE, UPSTREAM, edge_rule
from gdtutor.engine.numpy_text import NumpyWriter, helper_names, helper_source, value_text
from gdtutor.engine.operations import OPERATIONS, Operation, local_formula, vjp_formula
from gdtutor.engine.simplify import simplify
from gdtutor.export.chain import Chain, chain_of
from gdtutor.export.script import about
from gdtutor.lesson.model import Lesson, Start
from gdtutor.session.moment import Moment
from gdtutor.session.moving import moved
from gdtutor.session.state import Walk
from gdtutor.training.initialise import INITIALISATIONS
from gdtutor.training.settings import Settings

TOLD = 10
"""About how many costs of a run are printed and held against the lesson's."""

_PREDICTION, _TARGET = "Yhat", "Y"
_KEPT_INPUT, _KEPT_OUTPUT, _RECEIVED = "self.Z", "self.A", "dA"

_HEAD = '''\
"""The layers of a lesson as classes in NumPy alone, and the loop that trains them."""

'''

_LINEAR = '''\
class Linear:
    """Z = W @ A + b: one row of W and one bias for each neuron, one column for each example."""

    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, A):
        self.A = A
        return self.W @ A + self.b

    def backward(self, dZ):
        self.dW = dZ @ self.A.T
        self.db = np.sum(dZ, axis=1, keepdims=True)
        return self.W.T @ dZ

    def update(self, learning_rate):
        self.W = self.W - learning_rate*self.dW
        self.b = self.b - learning_rate*self.db
'''
_LINEAR_ROWS = (
    _LINEAR.replace("Z = W @ A + b: one row of W", "Z = A @ W + b: one column of W")
    .replace("one column for each", "one row for each")
    .replace("self.W @ A + self.b", "A @ self.W + self.b")
    .replace("dZ @ self.A.T", "self.A.T @ dZ")
    .replace("np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ, axis=0).reshape(self.b.shape)")
    .replace("self.W.T @ dZ", "dZ @ self.W.T")
)
"""The same where an example is a row."""

_TRAIN = '''\
def train(X, Y, layers, learning_rate, epochs):
    """Return the cost of every epoch, each before the update of that epoch."""
    costs = []
    for _ in range(epochs):
        A = X
        for layer in layers:
            A = layer.forward(A)
        cost, dA = compute_cost(A, Y)
        costs.append(cost)
        for layer in reversed(layers):
            dA = layer.backward(dA)
        for layer in layers:
            if isinstance(layer, Linear):
                layer.update(learning_rate)
    return costs
'''

_MAIN = '''\
def main():
    """Train as the lesson does, and hold the costs against the lesson's."""
    X = np.array({inputs})
    Y = np.array({targets})
{layers}
    costs = train(X, Y, layers, learning_rate={rate!r}, epochs={epochs})
    for epoch, expected in COSTS.items():
        print(f"epoch {{epoch}}: cost {{costs[epoch]:.6g}}")
        if not np.isclose(costs[epoch], expected, rtol=1e-6, atol=1e-15, equal_nan=True):
            raise AssertionError(f"epoch {{epoch}}: the lesson has {{expected}}")


if __name__ == "__main__":
    main()
'''


def classes_text(session: Walk, command: str = "") -> str:
    """Return a session's network as a script of layer classes.

    Args:
        session: The lesson at its start, with the changes that hold from there.
        command: The command line that makes the script, for a comment.

    Raises:
        GdTutorError: The lesson does not train, is no chain of layers, or is not trained by plain
            gradient descent over all examples.
    """
    lesson, moment = session.lesson, session.moment
    settings, chain = _plain(lesson, moment)
    graph = moment.problem.graph
    activations = dict.fromkeys(x.activation for x in chain.layers if x.activation)
    rows = [OPERATIONS[name] for name in activations]
    # What an activation calls that NumPy lacks.
    lacking = [row for row in rows if not row.numpy]
    helpers = dict.fromkeys(name for row in lacking for name in helper_names(_backward(row, 0)))
    cost, slope = _cost(moment, chain)
    helpers.update(dict.fromkeys((*helper_names(cost), *helper_names(slope))))
    target = graph.of_role(Role.TARGET)[0]
    layers, initialise = _layers(session, moment, lesson, chain)
    main = _MAIN.format(
        inputs=value_text(moment.trace.values[chain.inputs]),
        targets=value_text(moment.trace.values[target]),
        layers=layers, rate=float(settings.learning_rate), epochs=settings.epochs,
    )  # fmt: skip
    parts = (
        f"{_HEAD}{about(lesson, command)}"
        + '\nimport numpy as np\n\nnp.seterr(all="ignore")\n\n'
        + _costs(session, settings),
        *(helper_source(OPERATIONS[name]) for name in helpers),
        _LINEAR_ROWS if chain.in_rows else _LINEAR,
        *(_activation_class(row, int(chain.in_rows)) for row in rows),
        initialise,
        _cost_function(cost, slope, int(not chain.in_rows)),
        _TRAIN,
        main,
    )
    return "\n\n".join(part for part in parts if part)


def _plain(lesson: Lesson, moment: Moment) -> tuple[Settings, Chain]:
    """Return the settings and the layers of a lesson that the script can train.

    Raises:
        GdTutorError: It does something that the script does not; names all of it.
    """
    settings = moment.settings
    way = "leave out --classes: every lesson can be written as a script"
    if settings is None:
        raise GdTutorError("the lesson does not train", way)
    plain = {
        "its optimizer": settings.optimizer == "sgd",
        "its batches": len(moment.batch) == moment.problem.size,
        "its schedule": settings.schedule.kind == "constant",
        "the examples that it holds back": not settings.validation,
        "the parameters that it keeps": not lesson.frozen,
        "the condition that ends it": settings.stop == type(settings.stop)(),
    }
    others = [what for what, is_plain in plain.items() if not is_plain]
    causes = [f"the classes know plain gradient descent, not {', '.join(others)}"] if others else []
    try:
        chain = chain_of(moment.problem.graph)
    except GdTutorError as error:
        raise GdTutorError("; ".join([*causes, error.what]), way) from None
    if causes:
        raise GdTutorError(causes[0], way)
    return settings, chain


_NAMES = {"a": _KEPT_INPUT, "out": _KEPT_OUTPUT, "g": _RECEIVED}
_own = NumpyWriter(lambda name: _NAMES.get(name, name), is_inline=True).write


def _backward(row: Operation, axis: int) -> Expr:
    """Return the gradient of an activation's operand, over a, out and the upstream g."""
    if row.local:
        return simplify(Apply("mul", (Name("g"), local_formula(row, 0))))
    return vjp_formula(row, 0, (2,), axis)


def _activation_class(row: Operation, axis: int) -> str:
    """Return the class of an activation, with what its way back reads of the way there."""
    back, along = _backward(row, axis), axis if row.takes_axis else None
    forward = _own(Apply(row.name, (Name("a"),), along))
    keeps_input = Name("a") in names_in(back)
    lines = [
        f"class {_class_name(row.name)}:",
        f'    """{row.says.format(a="its input").capitalize()}."""',
        "",
        "    def forward(self, Z):",
        *(["        self.Z = Z"] if keeps_input else []),
        f"        self.A = {forward.replace(_KEPT_INPUT, 'Z')}",
        "        return self.A",
        "",
        f"    def backward(self, {_RECEIVED}):",
        f"        return {_own(back)}",
    ]
    return "\n".join(lines) + "\n"


def _class_name(op: str) -> str:
    return "".join(word.capitalize() for word in op.split("_"))


def _cost(moment: Moment, chain: Chain) -> tuple[Expr, Expr]:
    """Return the cost and its gradient with respect to the prediction, as formulas."""
    graph = moment.problem.graph
    root = graph.lines[-1]
    names = {chain.prediction: Name(_PREDICTION)}
    names |= dict.fromkeys(graph.of_role(Role.TARGET), Name(_TARGET))
    parts = []
    for c in moment.trace.contributions[chain.prediction]:
        rule = edge_rule(graph, c.edge, moment.trace.shapes, counts=False).rule
        parts.append(simplify(substitute(rule, {UPSTREAM: Number(1.0)})))
    return substitute(root.expr, names), substitute(chained(parts, "add"), names)


def _cost_function(cost: Expr, slope: Expr, examples: int) -> str:
    write = NumpyWriter().write
    needs_m = Name(BATCH_SIZE) in (*names_in(cost), *names_in(slope))
    lines = [
        "def compute_cost(Yhat, Y):",
        '    """Return the cost of all examples, and its gradient with respect to Yhat."""',
        *([f"    {BATCH_SIZE} = Y.shape[{examples}]"] if needs_m else []),
        f"    cost = {write(cost)}",
        f"    return cost, {write(slope)}",
    ]
    return "\n".join(lines) + "\n"


def _layers(session: Walk, moment: Moment, lesson: Lesson, chain: Chain) -> tuple[str, str]:
    """Return the lines that make the layers, and the function that draws them where they are."""
    starts = [lesson.starts[layer.weights] for layer in chain.layers]
    values = moment.state.parameters
    is_zero = not any(np.any(values[x.bias]) for x in chain.layers)
    is_drawn = is_zero and not (session.changes or chain.in_rows) and _is_drawn(starts)
    rows, initialise = [], ""
    if is_drawn:
        rows = [f"    rng = np.random.RandomState({starts[0].seed})"]
        initialise = _initialise(starts[0].init)
    rows.append("    layers = [")
    for layer, start in zip(chain.layers, starts, strict=True):
        if is_drawn:
            made = f"*initialize_parameters(rng, {start.shape[1]}, {start.shape[0]})"
        else:
            weights, bias = (value_text(values[name]) for name in (layer.weights, layer.bias))
            made = f"np.array({weights}), np.array({bias})"
        activation = f", {_class_name(layer.activation)}()" if layer.activation else ""
        rows.append(f"        Linear({made}){activation},")
    rows.append("    ]")
    return "\n".join(rows), initialise


def _is_drawn(starts: list[Start]) -> bool:
    """Tell whether the weights come one after the other from one generator, by one rule."""
    first = starts[0]
    return bool(INITIALISATIONS[first.init].numpy if first.init else "") and all(
        start.stream is not None
        and (start.init, start.seed, start.stream) == (first.init, first.seed, first.stream)
        for start in starts
    )


def _initialise(init: str) -> str:
    """Return the function that draws the start of a layer by any rule that has NumPy text."""
    rows = [
        f'def initialize_parameters(rng, n_in, n_out, ini_type="{init}"):',
        '    """Return the weights of a layer, drawn from rng, and its biases, which are zeros."""',
        "    rules = {",
        *(
            f'        "{name}": lambda: {row.numpy},'
            for name, row in INITIALISATIONS.items()
            if row.numpy
        ),
        "    }",
        "    return rules[ini_type](), np.zeros((n_out, 1))",
    ]
    return "\n".join(rows) + "\n"


def _costs(session: Walk, settings: Settings) -> str:
    """Return the table of the lesson's own costs, by epoch."""
    rows = ["# What the lesson has, by epoch.", "COSTS = {"]
    for epoch in range(0, settings.epochs, max(settings.epochs // TOLD, 1)):
        moment = moved(session, epoch, 1).moment
        rows.append(f"    {epoch}: {value_text(moment.trace.values[moment.root])},")
    return "\n".join([*rows, "}"]) + "\n"
