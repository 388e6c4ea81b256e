"""Whether a lesson's graph can give the pictures that its front matter asks for."""

from __future__ import annotations

from collections.abc import Collection

from gdtutor.engine.batch_axis import fitting_this_size
from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.expression import Apply
from gdtutor.engine.graph import Graph, Role
from gdtutor.engine.operations import FUNCTIONS, OPERATIONS, Kind
from gdtutor.engine.shapes import Shape, has_cell, shape_text
from gdtutor.lesson.mistakes import located
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_scope import GRADIENT, PictureScope, Unfit, check_known
from gdtutor.lesson.reports import shown
from gdtutor.lesson.selectors import parse_cell, parse_selector
from gdtutor.lesson.steps import absent_from
from gdtutor.lesson.variants import check_variant

MAX_CURVES = 6
"""Most activations side by side."""

_OVERLAYS = ("variants", "optimizers", "batches", "rates")


def check_options(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where what all kinds have in common does not fit the lesson.

    Raises:
        Wrong: With the option at fault.
    """
    _check_places(wish, scope)
    for key in ("range", "range2"):
        limits = wish.option(key)
        if isinstance(limits, tuple) and (len(limits) != 2 or limits[0] >= limits[1]):
            raise Unfit("the range is no interval", "write range = [-4, 4]", key)
    for key in ("functions", "optimizers", "batches", "rates", "variants", "values", "weights",
                "examples", "of", "at"):  # fmt: skip
        if wish.option(key) == ():
            raise Unfit("the list is empty", "name one, or leave the key out", key)


def _check_places(wish: PictureWish, scope: PictureScope) -> None:
    for place in wish.texts("at"):
        with located("at", code="picture"):
            selector = parse_selector(place)
        if selector.iteration or selector.step is not None or selector.cell is not None:
            what = f"'{shown(place)}' is not a step of every iteration"
            raise Unfit(what, 'write at = "backward:w1" or at = "update"', "at")
        if problem := absent_from(scope.walks, selector.phase, selector.node):
            raise Unfit(*problem[1:], "at")


def check_curve(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where it does not name functions or an activation."""
    functions = wish.texts("functions")
    curves = [name for name in FUNCTIONS if is_curve(name)]
    for name in functions:
        hint = f"known are {', '.join(curves)}"
        check_known(name, curves, "is no operation of one operand", hint, "functions")
    if len(functions) > MAX_CURVES:
        raise Unfit(f"{len(functions)} curves side by side", f"{MAX_CURVES} at most", "functions")
    lines = [line for graph in scope.graphs for line in activation_lines(graph)]
    if wish.option("node") is not None:
        node, hint = str(wish.option("node")), "name a line that is a call, as a = sigmoid(z)"
        if node not in lines and any(node in graph.line_by_name for graph in scope.graphs):
            raise Unfit(f"'{shown(node)}' is no activation", hint, "node")
        check_known(node, lines, "is no line of the graph", hint, "node")
    if not functions and not lines:
        what = "a curve in a lesson without an activation"
        raise Unfit(what, 'name some: functions = ["sigmoid", "tanh"]')


def is_curve(name: str) -> bool:
    """Say whether an operation can be drawn as a curve: elementwise, of one operand."""
    row = OPERATIONS.get(name)
    if row is None or name not in FUNCTIONS or row.is_held:
        return False
    return row.kind is Kind.ELEMENTWISE and row.operands == 1


def activation_lines(graph: Graph) -> tuple[str, ...]:
    """Return the lines that are one call of an operation of one operand."""
    return tuple(
        line.name for line in graph.lines if isinstance(line.expr, Apply) and is_curve(line.expr.op)
    )


def check_slice(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where it does not name one cell of a parameter, and a value that it moves."""
    names = wish.texts("along")
    if len(names) != 1:
        what = f"a slice goes along one number, not {len(names)}"
        raise Unfit(what, 'write along = "w1"', *(("along",) if names else ()))
    with located("along", code="picture"):
        name, cell = parse_cell(names[0])
    hint = "name a parameter, another given value, or a line"
    check_known(name, scope.shapes, "is no name of the graph", hint, "along")
    walk = next(walk for walk in scope.walks if name in walk.shapes)
    _check_single(names[0], walk.shapes[name], cell)
    root, what = str(wish.option("of", walk.graph.root)), f"is no line beside {name}"
    check_known(root, walk.graph.line_by_name, what, "name a line of the graph", "of")
    shape = walk.shapes[root]
    if walk.graph.by_rows is False and any(length != 1 for length in shape):
        what = f"{root} has the shape {shape_text(shape)}: a slice needs one number"
        raise Unfit(what, "end the graph in a loss, or name a line that is a number")
    if root == name:
        raise Unfit(f"{name} along itself", "go along what it is computed from")
    if wish.option("rates") is not None and name not in scope.trained:
        what = f"several rates along '{shown(name)}', which no update changes"
        raise Unfit(what, "go along a parameter that trains", "rates")


def check_contour(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where it does not name two cells and paths that it can train."""
    names = wish.texts("along")
    if len(names) != 2:
        what = f"a contour goes along two parameters, not {len(names)}"
        raise Unfit(what, 'write along = ["w1", "w2"]', *(("along",) if names else ()))
    last = scope.walks[-1]
    parameters = last.graph.parameters
    for written in names:
        with located("along", code="picture"):
            name, cell = parse_cell(written)
        hint = "name a parameter of the last graph"
        check_known(name, parameters, "is no parameter", hint, "along")
        _check_single(written, last.shapes[name], cell)
    if names[0] == names[1]:
        raise Unfit(f"{names[0]} twice", "name two parameters", "along")
    shape = last.shapes[last.graph.root]
    if any(length != 1 for length in shape):
        what = f"the last line, {last.graph.root}, has the shape {shape_text(shape)}"
        raise Unfit(what, "a contour needs one number: end the graph in a cost")
    overlays = [key for key in _OVERLAYS if wish.option(key) is not None]
    if len(overlays) > 1:
        what = f"{overlays[0]} and {overlays[1]} in one picture"
        raise Unfit(what, "overlay by one of them", overlays[1], "=")
    if overlays and not scope.trained:
        what = "paths in a lesson that does not train"
        raise Unfit(what, "add a [training] table", overlays[0], "=")
    _check_batches(wish, scope)
    _check_variants(wish, scope)


def _check_variants(wish: PictureWish, scope: PictureScope) -> None:
    several = (("variants", name) for name in wish.texts("variants"))
    for key, wanted in (("variant", wish.option("variant")), *several):
        if wanted is not None:
            with located(key, code="picture"):
                check_variant(str(wanted), scope.variants)


def _check_batches(wish: PictureWish, scope: PictureScope) -> None:
    batches = wish.option("batches", ())
    sizes = batches if isinstance(batches, tuple) else ()
    last = scope.walks[-1]
    inputs = last.graph.of_role(Role.INPUT)
    is_single = last.graph.by_rows and any(last.shapes[name] == () for name in inputs)
    if is_single and any(size != 1 for size in sizes):
        what = "larger batches where the lesson's own holds one example"
        raise Unfit(what, "make them variants: variants = [...]", "batches")
    for size in sizes:
        if isinstance(size, int) and size > scope.examples:
            what = f"a batch of {size} of {scope.examples} examples"
            raise Unfit(what, f"use 1 to {scope.examples}", "batches")


def check_weights(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where it does not name matrices of the graph."""
    _check_shown(wish, scope, scope.parameters, "is no parameter", "name a parameter")
    if not scope.parameters:
        raise Unfit("weights in a lesson without parameters", "add [parameters]")


def check_values(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where it does not name values or gradients of the graph."""
    if wish.option("of") is None:
        raise Unfit("the picture does not say of what", 'write of = ["A1", "grad A1"]')
    _check_shown(wish, scope, scope.shapes, "has no value", "name a line or a parameter")


def _check_shown(
    wish: PictureWish, scope: PictureScope, known: Collection[str], what: str, otherwise: str
) -> None:
    """Refuse names, or gradients of names, that a picture of values cannot show."""
    for name in wish.texts("of"):
        if name.startswith(GRADIENT):
            _check_gradient(name, scope)
        elif name not in known:
            hint = _meant(name, known) or otherwise
            if name in scope.shapes:
                hint = f'write "{GRADIENT}{name}", or a histogram shows {name}'
            raise Unfit(f"'{shown(name)}' {what}", hint, "of")


def _meant(name: str, known: Collection[str]) -> str:
    """Return what a name was meant for: `dW1` is the gradient of W1 in many books."""
    is_gradient = name[:1] == "d" and name[1:] in known
    return f"did you mean '{GRADIENT}{name[1:]}'?" if is_gradient else did_you_mean(name, known)


def _check_gradient(written: str, scope: PictureScope) -> None:
    """Refuse a gradient that the walk does not come to."""
    name = written.removeprefix(GRADIENT)
    if absent_from(scope.walks, "backward", name):
        what = f"there is no gradient of '{shown(name)}'"
        raise Unfit(what, 'name a parameter, or a line that goes backward, as of = "grad W1"', "of")


def check_timing(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where it does not name examples of an input that can be taken together."""
    graph = scope.walks[-1].graph
    if not graph.of_role(Role.INPUT) or not scope.examples:
        raise Unfit("a race over the examples without examples", "add a [data] table")
    fault = fitting_this_size(graph, scope.walks[-1].shapes)
    if fault is not None:
        what = f"a race over the examples where '{fault.partition('.')[0]}' fits one number of them"
        raise Unfit(what, "leave the picture out")


def check_seeds(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where it does not name starts of what trains, and a cost."""
    if not scope.trained:
        raise Unfit("runs in a lesson that does not train", "add a [training] table")
    if wish.option("below") is None:
        what = "the picture does not say which cost is low"
        raise Unfit(what, "write below = 0.01, a cost between the two places")
    _check_variants(wish, scope)


def _check_single(written: str, shape: Shape, cell: tuple[int, ...] | None) -> None:
    if not has_cell(shape, cell or ()):
        if not shape:
            what = f"'{shown(written)}' is no cell: it is a plain number"
            raise Unfit(what, "leave the brackets out", "along")
        what = f"'{shown(written)}' is no single number: the shape is {shape_text(shape)}"
        raise Unfit(what, f"name a cell, from [{','.join('0' * len(shape))}] on", "along")
