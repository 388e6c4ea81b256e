"""Whether anything on a screen gives an open question's answer away.

What is asked for, and all that follows from it, is replaced by other numbers; the screens of the
open question have to stay as they are.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import numpy as np

from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.places import places_of
from gdtutor.engine.trace import Contribution, Trace, frozen
from gdtutor.lesson.model import Question
from gdtutor.session.asking import placed_challenge
from gdtutor.session.challenge import Ask, Challenge
from gdtutor.session.moment import Moment
from gdtutor.session.predict import posed
from gdtutor.session.state import Tab, Walk
from gdtutor.session.steps import Phase, Step
from gdtutor.training.updates import OptimiserStep
from gdtutor.values import replace
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE, Area
from gdtutor.view.lines import text_of
from gdtutor.view.study import study_frame
from gdtutor.view.values import known_lines

SCREENS = (
    ((80, 24), (Tab.NODE, Tab.VALUES), UNICODE),
    ((40, 12), (Tab.GRAPH, Tab.NODE, Tab.NOTE), ASCII),
    ((120, 36), (Tab.NODE,), UNICODE),
)
"""The sizes and panels that are looked at, each with its characters."""
_LINEAR = 78
"""Cells of a line of the linear mode."""


def shown_answer(session: Walk, question: Question, step: Step) -> str:
    """Return a line of a screen that depends on the answer of an open question, empty without one.

    The answers of `next` and `shape` are no numbers: for them nothing is replaced.

    Args:
        session: The session at the question's step.
        question: The question.
        step: The step.
    """
    moment = session.moment
    if question.kind in (Ask.NEXT.value, Ask.SHAPE.value):
        return ""
    challenge = placed_challenge(question, moment, step, session.look.example)
    other = replace(session, moment=with_other_results(moment, step))
    here = replace(posed(session, challenge), prompt=None)
    there = replace(posed(other, _with_conditions_turned(challenge)), prompt=None)
    for (where, line), (_, changed) in zip(_lines(here), _lines(there), strict=False):
        if line != changed:
            return f"{where}: {' '.join(line.split())}"
    return ""


def _with_conditions_turned(challenge: Challenge) -> Challenge:
    """Return a question with the condition of each choice given to the next one."""
    choices = challenge.choices
    turned = (*choices[1:], *choices[:1])
    pairs = zip(choices, turned, strict=True)
    return replace(challenge, choices=tuple(replace(a, when=b.when) for a, b in pairs))


def _lines(session: Walk) -> Iterator[tuple[str, str]]:
    """Yield every line that an open question shows, its hints included, with the screen that it
    stands on."""
    for (width, height), tabs, chars in SCREENS:
        for tab in tabs:
            look = replace(session.look, tab=tab)
            frame = study_frame(replace(session, look=look), Area(width, height, chars))
            for row in frame.text().split("\n"):
                yield f"{width}x{height}", row
    if session.challenge is not None:
        # A hint adds lines to the node panel, and to nothing else of a screen.
        challenge = replace(session.challenge, hints_shown=session.challenge.stages)
        session = replace(session, challenge=challenge)
    context = context_of(session, replace(UNICODE, braille=False, draws=False))
    if context is not None:
        for told in (*node_lines(context, _LINEAR), *known_lines(context, _LINEAR)):
            yield "linear mode", text_of(told)


def with_other_results(moment: Moment, step: Step) -> Moment:
    """Return an iteration in which all is another number that a step and those behind it compute.

    Args:
        moment: The iteration.
        step: The step whose result is asked for.
    """
    traces = tuple(
        done if at < step.scene else _other_trace(done, step if at == step.scene else None)
        for at, done in enumerate(moment.traces)
    )
    known: Container[str] = ()
    if step.phase is Phase.UPDATE:
        known = {
            one.node for one in moment.steps[: step.number - 1] if one.phase is Phase.UPDATE
        } - {step.node}
    updates = {
        name: done if name in known else _other_update(done, name == step.node)
        for name, done in moment.updates.items()
    }
    return replace(moment, traces=traces, updates=updates)


def _other_trace(done: Trace, step: Step | None) -> Trace:
    """Return a trace with other values from a step on; all of them where its graph comes later."""
    if step is not None and step.phase is Phase.UPDATE:
        return done
    is_back = step is not None and step.phase is Phase.BACKWARD
    values: Arrays = done.values
    if not is_back:
        first = done.graph.node_by_name[step.node] if step is not None and step.node else 0
        hidden = {node.name for node in done.graph.nodes[first:]}
        values = {k: _other(v) if k in hidden else v for k, v in values.items()}
    reached = places_of(done).reached
    last = reached[step.node] if is_back and step is not None and step.node else 0
    told = {name for name, place in reached.items() if is_back and place < last}
    gradients = {k: v if k in told else _other(v) for k, v in done.gradients.items()}
    contributions = {
        name: received if name in told else tuple(_other_share(c, told) for c in received)
        for name, received in done.contributions.items()
    }
    return replace(done, values=values, gradients=gradients, contributions=contributions)


def _other_share(share: Contribution, told: Container[str]) -> Contribution:
    upstream = share.upstream if share.consumer in told else _other(share.upstream)
    return replace(share, upstream=upstream, value=_other(share.value))


def _other_update(done: OptimiserStep, is_asked: bool) -> OptimiserStep:
    """Return an update with another result; of the parameter asked about its lines are known."""
    lines = tuple(
        (name, formula, value if is_asked and name != "p" else _other(value))
        for name, formula, value in done.lines
    )
    return replace(done, lines=lines, p=_other(done.p))


def _other(array: Array) -> Array:
    """Return other numbers of the same shape: other signs, other digits."""
    return frozen(np.where(np.isfinite(array), -1.7 * array + 3.1, 0.5))
