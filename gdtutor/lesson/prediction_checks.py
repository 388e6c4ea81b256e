"""Whether a lesson's graph can give pictures of its predictions: boundary, fit, and table."""

from __future__ import annotations

import math

from gdtutor.engine.batch_axis import apart, batch_axes
from gdtutor.engine.graph import Role
from gdtutor.engine.shapes import shape_text
from gdtutor.lesson.activation import prediction_of
from gdtutor.lesson.mistakes import located
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_scope import PictureScope, Unfit, check_known
from gdtutor.lesson.reports import shown
from gdtutor.lesson.selectors import parse_unit
from gdtutor.lesson.steps import Steps


def check_boundary(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where there is no plane of two inputs with a value on it."""
    if scope.inputs != 2:
        what = f"a decision boundary where there are not two inputs but {scope.inputs}"
        raise Unfit(what, "it is a picture of the plane")
    if wish.option("level") is not None and wish.option("lines"):
        raise Unfit("a level, and lines where sums are 0", "leave one of them out", "level")
    graph = scope.walks[-1].graph
    name = _drawn_line(wish, scope.walks[-1], "a decision boundary")
    shape = scope.walks[-1].shapes[name]
    if graph.by_rows or len(batch_axes(graph, scope.walks[-1].shapes)[name]) == 1:
        _check_alone(scope, name)
        return
    kind = f"has the shape {shape_text(shape)}" if shape else "is a number"
    what = f"{name} {kind}, not one value for each example"
    raise Unfit(what, "name a line that is computed from the inputs", "of")


def _check_alone(scope: PictureScope, name: str) -> None:
    """Raise `Wrong` where a line has no value at a point that is none of the examples."""
    walk = scope.walks[-1]
    fault = apart(walk.graph, walk.shapes, (name,)).fault
    if fault is not None:
        line = fault.partition(".")[0]
        what = f"{name} has no value between the examples: {line} takes them all together"
        raise Unfit(what, 'name a line of one example, or draw kind = "table"', "of")


def check_space(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where the two axes are not two values that every example has."""
    written = wish.texts("along")
    if len(written) != 2:
        what = f"a space has two axes, not {len(written)}"
        raise Unfit(what, 'write along = ["A1[0]", "A1[1]"]', *(("along",) if written else ()))
    for text in written:
        _check_axis(text, scope)
    if parse_unit(written[0]) == parse_unit(written[1]):
        raise Unfit(f"{written[1]} twice", "name two values", "along")


def _check_axis(text: str, scope: PictureScope) -> None:
    """Raise `Wrong` where a name of the last graph has not one value for each example."""
    walk = scope.walks[-1]
    graph, shapes = walk.graph, walk.shapes
    with located("along", code="picture"):
        name, cell = parse_unit(text)
    inputs, targets = graph.of_role(Role.INPUT), graph.of_role(Role.TARGET)
    known = (*inputs, *graph.line_by_name)
    hint = "name an input or a line of the last graph"
    check_known(name, known, "is no input and no line of the graph", hint, "along")
    if name in graph.depending_on(targets):
        what = f"{name} is computed from the target"
        raise Unfit(what, "name what the prediction is computed from", "along")
    shape, axes = shapes[name], batch_axes(graph, shapes)[name]
    is_each = graph.by_rows or len(axes) == 1
    if name not in graph.depending_on(inputs) or not is_each:
        what = f"{name} has not one value for each example"
        raise Unfit(what, "name a line that is computed from the inputs", "along")
    if name in graph.line_by_name:
        _check_alone(scope, name)
    rows = 1 if graph.by_rows else math.prod(n for i, n in enumerate(shape) if i not in axes)
    is_plain = rows == 1 and len(shape) < 2
    is_whole = cell is None and rows == 1
    is_column = axes == (0,) and not is_plain
    unit, last = ("column", f":,{rows - 1}") if is_column else ("row", f"{rows - 1}")
    is_unit = cell is not None and len(cell) == 1 and cell[0] < rows and not is_plain
    if not is_whole and (not is_unit or (":" in text and not is_column)):
        hint = "leave the brackets out" if is_plain else f"name a {unit}, up to {name}[{last}]"
        raise Unfit(f"'{shown(text)}' is no {unit} of {name}", hint, "along")


def check_fit(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where there is no curve of one value over one input."""
    if scope.inputs != 1:
        what = f"a fit where there is not one input but {scope.inputs}"
        plane = 'over a plane of two the picture is kind = "boundary"'
        hint = plane if scope.inputs == 2 else "it is a curve over one column of the data"
        raise Unfit(what, hint)
    if scope.targets != 1:
        what = f"a fit where there is not one target but {scope.targets}"
        hint = 'classes are counted by kind = "table"' if scope.targets else "add one to [data]"
        raise Unfit(what, hint)
    walk = scope.walks[-1]
    name = _drawn_line(wish, walk, "a fit")
    inputs, targets = walk.graph.of_role(Role.INPUT), walk.graph.of_role(Role.TARGET)
    if name not in walk.graph.depending_on(inputs):
        raise Unfit(f"{name} is not computed from the input", "name a line that is", "of")
    if name in walk.graph.depending_on(targets):
        what = f"{name} is computed from the target"
        raise Unfit(what, "name the prediction, which is compared with it", "of")
    shape, given = walk.shapes[name], walk.shapes[inputs[0]]
    axes = batch_axes(walk.graph, walk.shapes)[name]
    if len(axes) != (1 if given else 0) or math.prod(shape) != math.prod(given):
        what = f"{name} has the shape {shape_text(shape)}, the input {shape_text(given)}"
        raise Unfit(what, "name a line of one value for each example", "of")
    _check_alone(scope, name)


def _drawn_line(wish: PictureWish, walk: Steps, picture: str) -> str:
    """Return the line that a picture draws: the one asked for, else the prediction."""
    name = wish.option("of", prediction_of(walk.graph, walk.shapes)[0])
    if name is None:
        raise Unfit(f"{picture} without a prediction", 'name the line: of = "yhat"')
    lines, hint = walk.graph.line_by_name, "name a line of the last graph"
    check_known(str(name), lines, "is no line of the graph", hint, "of")
    return str(name)


def check_table(wish: PictureWish, scope: PictureScope) -> None:
    """Raise `Wrong` where no prediction stands beside a target."""
    if not scope.targets:
        raise Unfit("a table of predictions without targets", "add targets to [data]")
    if prediction_of(scope.walks[-1].graph, scope.walks[-1].shapes)[0] is None:
        what = "a table of predictions where no line is compared with a target"
        raise Unfit(what, "name the prediction yhat or Yhat")
