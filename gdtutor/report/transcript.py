"""Every step of a walk as plain text, and as data for other tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from gdtutor.engine.cells import open_cell
from gdtutor.engine.expression import Apply, Name, names_in, substitute, to_text
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.places import places_of
from gdtutor.engine.trace import Contribution
from gdtutor.lesson.model import Lesson
from gdtutor.report.jsondata import Json, plain
from gdtutor.session.figures import offered_figures, shown_figure
from gdtutor.session.moment import Moment
from gdtutor.session.moving import moved
from gdtutor.session.navigation import steps_forward
from gdtutor.session.notes import comes_after_training
from gdtutor.session.state import Walk
from gdtutor.session.steps import Phase
from gdtutor.session.story import is_folded_away
from gdtutor.session.tasks import open_tasks
from gdtutor.session.trials import tried
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.values import replace
from gdtutor.view.asking import operand_lines
from gdtutor.view.closing import closing_prose
from gdtutor.view.context import Context
from gdtutor.view.equation import numbers_writer
from gdtutor.view.explain import context_of, node_lines, note_lines
from gdtutor.view.figures import source_of
from gdtutor.view.filling import filled_note
from gdtutor.view.frame import Chars
from gdtutor.view.lines import text_of, wrapped
from gdtutor.view.notation import plain as plain_text
from gdtutor.view.pictures import title_of, told
from gdtutor.view.prose import prose_lines
from gdtutor.view.sentences import sentence
from gdtutor.view.values import known_lines

FORMAT = 1
"""Version of the JSON."""
WIDTH = 78
"""Cells of a line of the plain transcript."""


def steps_data(session: Walk, iterations: int, chars: Chars) -> dict[str, Json]:
    """Return the whole transcript as JSON data: full float64, batches whole."""
    steps = [
        {"n": n, **step_data(walk, context)}
        for n, (walk, context) in enumerate(_walk(session, iterations, chars), start=1)
    ]
    tasks = session.lesson.tasks
    waiting = open_tasks(session)
    told: list[Json] = [
        {"id": task.id, "text": task.text, "done": task not in waiting} for task in tasks
    ]
    return {"format": FORMAT, "lesson": session.lesson.id, "steps": steps, "tasks": told}


def _walk(session: Walk, iterations: int, chars: Chars) -> Iterator[tuple[Walk, Context]]:
    """Yield every step from the session's own on, to the end of so many iterations."""
    first = session.moment.iteration
    last = first + (iterations if session.lesson.trains else 1)
    # A message that the lesson opened with is not the one that ends the walk.
    session = replace(moved(session, first, max(session.step, 1)), message="")
    while True:
        session = tried(session)
        context = context_of(session, chars)
        if context is None:
            return
        yield session, context
        after = steps_forward(session, 1)
        while is_folded_away(after):
            after = steps_forward(after, 1)
        is_over = bool(after.message) or after.look.is_closing
        if is_over or after.moment.iteration >= last:
            return
        session = after


def step_data(session: Walk, context: Context) -> dict[str, Json]:
    """Return one step as JSON data."""
    step, moment = context.step, context.moment
    common: dict[str, Json] = {
        "step": step.number,
        "iteration": moment.iteration,
        "after_training": comes_after_training(session),
        "epoch": moment.epoch,
        "phase": step.phase.value,
        "node": step.node,
        "op": _operation(context),
        "text": sentence(context),
        "note": filled_note(session, context),
        "shape": list(context.shape(step.node)) if step.node else [],
    }
    match step.phase:
        case Phase.GIVEN:
            names = [leaf.name for leaf in context.graph.leaves]
            return common | {"values": {name: plain(context.trace.values[name]) for name in names}}
        case Phase.FORWARD:
            return common | _forward(context)
        case Phase.BACKWARD:
            return common | _backward(context)
        case Phase.UPDATE:
            return common | _update(context, moment)


def _operation(context: Context) -> str:
    step = context.step
    if step.phase is Phase.UPDATE and context.moment.settings is not None:
        return context.moment.settings.optimizer
    index = context.graph.node_by_name.get(step.node)
    return "" if index is None else context.graph.nodes[index].op


def _forward(context: Context) -> dict[str, Json]:
    node = context.step.node
    visible = places_of(context.trace).visible[node]
    line = context.graph.lines[visible.line]
    expr = context.node_expr(node)
    is_inner = line.name in context.look.unfolded and line.first != line.last
    return {
        "formula": f"{node} = {to_text(expr)}",
        "numbers": _numbers(context),
        "value": plain(context.trace.values[node]),
        "edges": [{"from": e.source, "occurrence": e.occurrence} for e in visible.edges],
        "parent": line.name if is_inner else None,
    }


def _numbers(context: Context) -> str:
    """Return the formula with numbers; of an array its first cell for the followed example."""
    node = context.step.node
    expr = context.node_expr(node)
    value = context.trace.values[node]
    cell = context.cell_of_example(node)
    if isinstance(expr, Apply) or any(True for _ in names_in(expr)):
        opened = open_cell(expr, cell, context.shapes, context.arrays)
        written = numbers_writer(context, opened.values).write(opened.formula)
        return f"{written} {' '.join(context.equal(float(value[cell])))}"
    return context.number(float(value[cell]))


def _backward(context: Context) -> dict[str, Json]:
    node = context.step.node
    return {
        "gradient": plain(context.trace.gradients[node]),
        "contributions": [
            {
                "from": c.consumer,
                "occurrence": c.occurrence,
                "upstream": plain(c.upstream),
                "local": None if c.local is None else plain(c.local),
                "rule": rule_text(c),
                "value": plain(c.value),
            }
            for c in context.trace.contributions[node]
        ],
    }


def rule_text(c: Contribution) -> str:
    """Return how a contribution is computed, in the grammar of lessons over `upstream`."""
    if c.local_formula is None:
        return to_text(substitute(c.rule, {UPSTREAM: Name("upstream")}))
    product = to_text(Apply("mul", (Name("upstream"), c.local_formula)))
    return f"sum over examples of {product}" if c.sums else product


def _update(context: Context, moment: Moment) -> dict[str, Json]:
    name, variable = context.step.node, context.step.variable
    done = moment.updates[name]
    before = moment.state.parameters[name]
    if variable != "p":
        before = moment.state.optimizer.get(name, {}).get(variable, np.zeros_like(before))
    state = {} if moment.settings is None else done.state
    row = None if moment.settings is None else OPTIMISERS[moment.settings.optimizer]
    return {
        "before": plain(before),
        "gradient": plain(done.gradient),
        "after": plain(done.values[variable]),
        "learning_rate": moment.learning_rate,
        "state": {key: plain(value) for key, value in state.items()},
        "formula": f"{variable} = {done.formulas[variable]}",
        "variable": variable if row is not None and row.state else "p",
    }


def transcript_text(session: Walk, iterations: int, chars: Chars) -> Iterator[str]:
    """Yield the transcript as blocks of plain lines, the opening page first.

    A wide screen has the lesson's first picture at every step: it is told where it changes.
    """
    lesson = session.lesson
    if session.step == 0:
        yield opening_text(session, chars)
    else:
        yield f"{_title(lesson, chars)}\n"
    seen: tuple[str, ...] = ()
    for walk, context in _walk(session, iterations, chars):
        yield step_text(walk, context)
        number = next(iter(offered_figures(walk)), 0)
        first = picture_lines(walk, number, chars)
        if first and first != seen and shown_figure(walk) != number:
            yield "\n".join([*first, ""])
        seen = first
        session = walk
    moment = session.moment
    is_at_end = session.step == len(moment.steps)
    if is_at_end and moment.iteration >= lesson.story - 1:
        yield "\n".join([*closing_rows(session, chars), ""])


def closing_rows(
    session: Walk, chars: Chars, told: Callable[[str], str] = lambda page: page
) -> list[str]:
    """Return the lesson's closing page as plain lines, its tasks open or done; `told` may change
    what the page says."""
    return [text_of(row) for row in prose_lines(told(closing_prose(session)), WIDTH, chars)]


def _title(lesson: Lesson, chars: Chars) -> str:
    return plain_text(lesson.called, chars)


def opening_text(session: Walk, chars: Chars) -> str:
    """Return the lesson's name and its opening page as plain lines."""
    page = [text_of(row) for row in prose_lines(session.lesson.prose, WIDTH, chars)]
    return "\n".join([_title(session.lesson, chars), "", *page, ""])


def read_aloud(chars: Chars) -> Chars:
    """Return the characters of lines that are read one by one: nothing drawn over several."""
    return replace(chars, braille=False, draws=False)


def step_text(session: Walk, context: Context) -> str:
    """Return one step as plain lines: its panel, its note, and all that is known by then."""
    context = replace(context, chars=read_aloud(context.chars))
    step, moment = context.step, context.moment
    node = f" {context.name(step.node)}" if step.node else ""
    if step.variable not in ("", "p"):
        node += f".{step.variable}"
    beyond = " (after training)" if comes_after_training(session) else ""
    at = f"iteration {moment.iteration}{beyond}"
    head = f"[{step.number}/{len(moment.steps)}] {at}, {step.phase.value}"
    body = [f"  {text_of(row)}".rstrip() for row in node_lines(context, WIDTH - 2)]
    note = [f"  {text_of(row)}".rstrip() for row in note_lines(session, context, WIDTH - 2)]
    has_shapes = any(context.shape(leaf.name) for leaf in context.graph.leaves)
    stands_above = step.phase is Phase.GIVEN and not has_shapes
    known = () if stands_above else known_lines(context, WIDTH - 2)
    after = ["", *(f"  {text_of(row)}" for row in known)] if known else []
    after += [f"  {text_of(row)}".rstrip() for row in operand_lines(context, WIDTH - 4)]
    picture = picture_lines(session, shown_figure(session), context.chars)
    after += ["", *picture] if picture else []
    return "\n".join([head + node, *body, "", *note, *after, ""])


def picture_lines(session: Walk, number: int, chars: Chars) -> tuple[str, ...]:
    """Return one of the lesson's pictures in plain lines, nothing where there is none to show.

    Args:
        session: The session.
        number: Which one, from 1.
        chars: The characters.
    """
    lesson, source = session.lesson, source_of(session, read_aloud(chars))
    if not 0 < number <= len(lesson.pictures):
        return ()
    if session.challenge is not None:
        # A picture may give the answer away.
        return ()
    wish, count = lesson.pictures[number - 1], len(lesson.pictures)
    place = f" {number} of {count}" if count > 1 else ""
    lines = [f"  picture{place}: {plain_text(title_of(source, wish), chars)}"]
    for fact in told(source, wish):
        lines += _indented(fact)
    return tuple(lines)


def _indented(fact: str) -> list[str]:
    """Return a fact below its picture; what fits a line keeps its columns."""
    if len(fact) <= WIDTH - 4:
        return [f"    {fact}"]
    indent = "    " + " " * (len(fact) - len(fact.lstrip()))
    first, *rest = (text_of(row) for row in wrapped(fact, WIDTH - len(indent) - 2))
    return [indent + first, *(f"{indent}  {text}" for text in rest)]
