"""A network as layer classes in NumPy: each layer keeps on the way there what it needs coming back.

The classes, the cost and the loop are written from the lesson's own graph: a chain of
`Z = W @ A + b` and activations of one operand, then one line for the cost, as it is read here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Apply, Expr, Name, Number, chained, names_in, substitute
from gdtutor.engine.graph import Graph, Line, Role
from gdtutor.engine.layers import link_of
from gdtutor.engine.local import BATCH_SIZE, UPSTREAM, edge_rule
from gdtutor.engine.numpy_text import NumpyWriter, helper_names, helper_source, value_text
from gdtutor.engine.operations import OPERATIONS, Operation, local_formula, vjp_formula
from gdtutor.engine.simplify import simplify
from gdtutor.export.script import about
from gdtutor.files import template_parts
from gdtutor.lesson.model import Lesson, Start
from gdtutor.session.moment import Moment
from gdtutor.session.moving import moved
from gdtutor.session.state import Walk
from gdtutor.training.initialise import INITIALISATIONS
from gdtutor.training.settings import Settings
from gdtutor.values import Struct, replace


class Layer(Struct, frozen=True):
    """One layer of a network: the names of its parameters, and its activation."""

    weights: str
    bias: str
    activation: str
    """A name of the table of operations; empty where the sums themselves go on."""


class Chain(Struct, frozen=True):
    """A graph that is a chain of layers and a cost."""

    inputs: str
    layers: tuple[Layer, ...]
    prediction: str
    in_rows: bool
    """Whether an example is a row, so that a layer is `A @ W + b`."""


def chain_of(graph: Graph) -> Chain:
    """Return the layers of a graph.

    Raises:
        GdTutorError: A line is neither a layer nor the cost behind the last one.
    """
    roles = {leaf.name: leaf.role for leaf in graph.leaves}
    in_rows = graph.in_rows
    layers: list[Layer] = []
    inputs = before = ""
    for line in graph.lines[:-1]:
        source, link = link_of(line, in_rows=in_rows)
        follows = source == before if layers else roles.get(source) is Role.INPUT
        match link:
            case ("linear", _, w, b) if follows and roles.get(w) is roles.get(b) is Role.PARAMETER:
                inputs = inputs or source
                layers.append(Layer(w, b, ""))
            case ("call", _, op) if (
                layers and follows and not layers[-1].activation and _is_along(line, op, in_rows)
            ):
                layers[-1] = replace(layers[-1], activation=op)
            case ("call", _, "identity") if layers and follows:
                pass
            case () if layers and line.expr == Name(before):
                pass
            case _:
                raise _no_chain(line.name, in_rows)
        before = line.name
    root = graph.lines[-1]
    known = {BATCH_SIZE, before, *(n for n, role in roles.items() if role is Role.TARGET)}
    if not layers or not {name.name for name in names_in(root.expr)} <= known:
        raise _no_chain(root.name, in_rows)
    return Chain(inputs, tuple(layers), before, in_rows)


def _is_along(line: Line, op: str, in_rows: bool) -> bool:
    """Say whether an operation takes every example by itself."""
    axis = line.expr.attribute if isinstance(line.expr, Apply) else None
    return OPERATIONS[op].axis_of(axis) in (None, int(in_rows))


def _no_chain(name: str, in_rows: bool) -> GdTutorError:
    layer = "A @ W + b" if in_rows else "W @ A + b"
    cases = f"Z = {layer}, an activation of it, or the cost at the end"
    return GdTutorError(f"line {name} is no layer: {cases}")


TOLD = 10
"""About how many costs of a run are printed and held against the lesson's."""

_PREDICTION, _TARGET = "Yhat", "Y"
_KEPT_INPUT, _KEPT_OUTPUT, _RECEIVED = "self.Z", "self.A", "dA"

_COLUMNS = {
    "layer": "W @ A + b", "neuron": "row", "example": "column", "forward": "self.W @ A + self.b",
    "weights": "dZ @ self.A.T", "biases": "np.sum(dZ, axis=1, keepdims=True)",
    "back": "self.W.T @ dZ",
}  # fmt: skip
_ROWS = {
    "layer": "A @ W + b", "neuron": "column", "example": "row", "forward": "A @ self.W + self.b",
    "weights": "self.A.T @ dZ", "biases": "np.sum(dZ, axis=0).reshape(self.b.shape)",
    "back": "dZ @ self.W.T",
}  # fmt: skip
"""What a linear layer computes where an example is a row, as `_COLUMNS` where it is a column."""
_PARTS = template_parts(__file__, "layers.txt")


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
    drawn, made = _made(session, moment, lesson, chain)
    needs_m = Name(BATCH_SIZE) in (*names_in(cost), *names_in(slope))
    write = NumpyWriter().write
    return _PARTS["script"].substitute(
        _ROWS if chain.in_rows else _COLUMNS,
        about=about(lesson, command),
        costs="\n".join(_costs(session, settings)),
        helpers="".join(f"{helper_source(OPERATIONS[name])}\n\n" for name in helpers),
        activations="".join(_activation_class(row, int(chain.in_rows)) for row in rows),
        initialise="" if drawn is None else _initialise(drawn.init),
        size=f"    {BATCH_SIZE} = Y.shape[{int(not chain.in_rows)}]\n" if needs_m else "",
        cost=write(cost), slope=write(slope),
        inputs=value_text(moment.trace.values[chain.inputs]),
        targets=value_text(moment.trace.values[target]),
        generator="" if drawn is None else f"    rng = np.random.RandomState({drawn.seed})\n",
        made="\n".join(made),
        rate=repr(float(settings.learning_rate)), epochs=settings.epochs,
    )  # fmt: skip


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
    return _PARTS["activation"].substitute(
        name=_class_name(row.name),
        says=row.says.format(a="its input").capitalize(),
        keeps="        self.Z = Z\n" if Name("a") in names_in(back) else "",
        forward=forward.replace(_KEPT_INPUT, "Z"),
        back=_own(back),
    )


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


def _made(
    session: Walk, moment: Moment, lesson: Lesson, chain: Chain
) -> tuple[Start | None, list[str]]:
    """Return how all layers are drawn, None where they are not, and the lines that make them."""
    starts = [lesson.starts[layer.weights] for layer in chain.layers]
    values = moment.state.parameters
    is_zero = not any(np.any(values[x.bias]) for x in chain.layers)
    is_drawn = is_zero and not (session.changes or chain.in_rows) and _is_drawn(starts)
    rows = []
    for layer, start in zip(chain.layers, starts, strict=True):
        if is_drawn:
            made = f"*initialize_parameters(rng, {start.shape[1]}, {start.shape[0]})"
        else:
            weights, bias = (value_text(values[name]) for name in (layer.weights, layer.bias))
            made = f"np.array({weights}), np.array({bias})"
        activation = f", {_class_name(layer.activation)}()" if layer.activation else ""
        rows.append(f"        Linear({made}){activation},")
    return starts[0] if is_drawn else None, rows


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
    known = ((name, row.numpy) for name, row in INITIALISATIONS.items() if row.numpy)
    rules = "\n".join(f'        "{name}": lambda: {text},' for name, text in known)
    return _PARTS["initialise"].substitute(init=init, rules=rules)


def _costs(session: Walk, settings: Settings) -> Iterator[str]:
    """Yield the rows of the table of the lesson's own costs, by epoch."""
    for epoch in range(0, settings.epochs, max(settings.epochs // TOLD, 1)):
        moment = moved(session, epoch, 1).moment
        yield f"    {epoch}: {value_text(moment.trace.values[moment.root])},"
