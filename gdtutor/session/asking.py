"""Which question a step gets in predict mode, and which ones a lesson places there.

Of its choices: which one is right where the walk stands, and which one was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from gdtutor.lesson.conditions import holds
from gdtutor.lesson.model import Choice, Question
from gdtutor.lesson.questions import name_of
from gdtutor.session.answers import AnswerError
from gdtutor.session.challenge import Ask, Challenge
from gdtutor.session.lookups import known_at_step
from gdtutor.session.moment import Moment
from gdtutor.session.notes import holds_at
from gdtutor.session.state import Walk, current_step
from gdtutor.session.steps import Phase, Step
from gdtutor.session.working import working_of

_AS_TYPED = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "×": "*", "σ": "sigmoid", "²": "**2", "³": "**3",
     **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))}
)  # fmt: skip


def right_choices(session: Walk, choices: Sequence[Choice], scene: int) -> tuple[Choice, ...]:
    """Return the choices whose condition holds where the walk stands: one, where all is well.

    Args:
        session: The session at the step.
        choices: The choices.
        scene: The graph whose values the conditions look at first.
    """
    values = known_at_step(session, scene)
    return tuple(choice for choice in choices if holds(choice.when, values))


_COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def in_shown_order(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return choices as they are numbered: numbers by their size, so that 3 is three where it can
    be, others by the alphabet, since the right one may come first in the file.
    """
    if all(_head(choice) in _COUNTED for choice in choices):
        return tuple(sorted(choices, key=lambda choice: _COUNTED.index(_head(choice))))
    return tuple(sorted(choices, key=lambda choice: choice.text))


def _head(choice: Choice) -> str:
    """Return the first word of a choice."""
    return re.split(r"\W", choice.text, maxsplit=1)[0].lower()


def read_choice(text: str, choices: Sequence[Choice]) -> Choice:
    """Read a choice: its number, or its text as it is written or shown.

    Raises:
        AnswerError: For anything else.
    """
    word = text.strip()
    if word.isascii() and word.isdigit() and 1 <= int(word) <= len(choices):
        return choices[int(word) - 1]
    folded = _folded(word)
    meant = [choice for choice in choices if folded in _forms(choice)]
    if len(meant) != 1:
        raise AnswerError("that is none of them", f"type a number from 1 to {len(choices)}")
    return meant[0]


def _forms(choice: Choice) -> Iterator[str]:
    """Yield the ways to write a choice, folded: what stands before a colon, of a gradient dW1."""
    yield _folded(choice.text)
    yield _folded(choice.text.partition(": ")[0])
    if choice.side is not None:
        yield _folded(re.sub(r"\bgrad\s+", "d", choice.text))


def _folded(text: str) -> str:
    """Return a text without what differs between typing and showing: ∂L/∂w₁ and grad w1 alike."""
    spread = unicodedata.normalize("NFD", text.translate(_AS_TYPED)).replace("\u0302", "hat")
    plain = re.sub(r"∂\w+/∂|\bd \w+/d ", "grad ", spread)
    plain = re.sub(r"\|([^|]*)\|", r"abs(\1)", plain)
    return re.sub(r"\s+", "", plain).casefold()


_NEXT_EVERY = 5
"""Every so many steps predict mode asks which node comes next."""
_SIGN_EVERY = 3
"""Every so many steps back it asks for a sign alone."""


def question_for(session: Walk, step: Step, *, is_named: bool = False) -> Challenge | None:
    """Return what is asked on arriving at a step: the lesson's question, else predict mode's.

    Args:
        session: The session at that step.
        step: The step.
        is_named: Whether it was asked already which node comes next, so that its value is.
    """
    placed = placed_question(session, step)
    if placed is not None:
        return placed
    if not session.predict or not step.node:
        return None
    asked, here = predicted(session, step, is_named=is_named), session.moment.iteration
    # An operand led back from what was answered, and the way there shows it.
    is_back = any((at, left.number) >= (here, step.number) for at, left, _ in session.trail)
    return None if is_back and asked.name in session.answered else asked


def predicted(session: Walk, step: Step, *, is_named: bool = False) -> Challenge:
    """Return what predict mode asks at a step with a node, in turn one kind of question."""
    kind = _kind(session.moment, step, is_named=is_named)
    return challenge_at(session.moment, step, kind, session.look.example)


def placed_question(session: Walk, step: Step) -> Challenge | None:
    """Return the lesson's next question about a step that is not answered yet, None where all are.

    Which node comes next is asked as the step is left.
    """
    for question in placed_at(session, step):
        is_here = question.kind != "next" and _name(question, step) not in session.answered
        if is_here and _is_decided(session, question, step):
            return placed_challenge(question, session.moment, step, session.look.example)
    return None


def question_on_leaving(session: Walk) -> Challenge | None:
    """Return what the lesson asks before the current step is left, None where it asks nothing."""
    moment, step = session.moment, current_step(session)
    if step is None or step.number == len(moment.steps):
        return None
    placed = placed_at(session, step)
    here = [q for q in placed if _name(q, step) not in session.answered]
    begun = len(here) < len(placed)
    for question in (q for q in here if _is_decided(session, q, step)):
        if question.kind == "next":
            following = moment.steps[step.number]
            return placed_challenge(question, moment, following, session.look.example)
        if begun:
            return placed_challenge(question, moment, step, session.look.example)
    return None


def placed_at(session: Walk, step: Step) -> tuple[Question, ...]:
    """Return the lesson's questions at a step of the present iteration, answered or not.

    One without a node is asked at its phase's first step.
    """
    lesson, moment = session.lesson, session.moment
    if not lesson.scenes[step.scene].questions:
        return ()
    first = next(s for s in moment.steps if (s.scene, s.phase) == (step.scene, step.phase))
    return tuple(
        question
        for question in lesson.scenes[step.scene].questions
        if question.phase == step.phase.value
        and (question.node == (step.state or step.node) or (not question.node and step == first))
        and holds_at(session, moment, question.when, step)
    )


def _name(question: Question, step: Step) -> str:
    """Return what a question is remembered by: the same name may stand in several graphs."""
    return f"{_graph(step)}{name_of(question)}"


def _graph(step: Step) -> str:
    return f"graph {step.scene + 1} " if step.scene else ""


def _is_decided(session: Walk, question: Question, step: Step) -> bool:
    """Say whether one choice is right at the step, where there are any: edits may change that."""
    if not question.choices:
        return True
    return len(right_choices(session, question.choices, step.scene)) == 1


def placed_challenge(question: Question, moment: Moment, step: Step, example: int) -> Challenge:
    """Return a lesson's question as it is asked."""
    ask = Ask(question.kind)
    cell: tuple[int, ...] = ()
    if ask in (Ask.VALUE, Ask.SIGN):
        cell = question.cell or followed_cell(moment, step, example)
    choices = question.choices
    if ask is not Ask.COMPARE:
        choices = in_shown_order(choices)
    name = _name(question, step)
    return Challenge(ask, step, cell, name, question.text, question.hints, choices)


def challenge_at(moment: Moment, step: Step, ask: Ask, example: int) -> Challenge:
    """Return a question of a kind about a step, in the program's own words."""
    turn = step.number + moment.iteration
    cell = followed_cell(moment, step, example, turn) if ask in (Ask.VALUE, Ask.SIGN) else ()
    cells = f"[{','.join(map(str, cell))}]" if cell else ""
    variable = f".{step.variable}" if step.variable not in ("", "p") else ""
    place = f"{moment.iteration}/{_graph(step)}{step.phase.value}:{step.node}{variable}{cells}"
    return Challenge(ask, step, cell, f"{place}?{ask.value}")


def _kind(moment: Moment, step: Step, *, is_named: bool) -> Ask:
    turn = step.number + moment.iteration
    is_turn = turn % _NEXT_EVERY == _NEXT_EVERY - 1
    if is_turn and not is_named and step.phase is not Phase.UPDATE:
        return Ask.NEXT
    shape, by_rows = working_of(moment, step).result.shape, moment.traces[step.scene].graph.by_rows
    is_matrix = bool(shape) and not by_rows
    if is_matrix and step.phase is Phase.FORWARD and turn % 2 == 0:
        return Ask.SHAPE
    if step.phase is Phase.BACKWARD and turn % _SIGN_EVERY == 0:
        return Ask.SIGN
    return Ask.VALUE


def followed_cell(moment: Moment, step: Step, example: int, turn: int = 0) -> tuple[int, ...]:
    """Return a cell of a step's result: of the followed example, and rows in turn."""
    shape = working_of(moment, step).result.shape
    if not shape:
        return ()
    cell = [turn % length for length in shape]
    for axis in moment.traces[step.scene].axes.get(step.node, ()):
        cell[axis] = min(example, shape[axis] - 1)
    return tuple(cell)


def ready_nodes(moment: Moment, step: Step) -> dict[str, str]:
    """Return, for each node that is still to come, a node it waits for; empty where it is ready.

    Args:
        moment: The iteration.
        step: The step that comes next in the walk, in whose phase nodes are looked at.
    """
    trace = moment.traces[step.scene]
    before = [
        s for s in moment.steps[: step.number - 1] if (s.scene, s.phase) == (step.scene, step.phase)
    ]
    done = {s.node for s in before}
    match step.phase:
        case Phase.FORWARD:
            known = done | {leaf.name for leaf in trace.graph.leaves}
            needs = {v.name: [edge.source for edge in v.edges] for v in trace.visible}
        case Phase.BACKWARD:
            known = done
            needs = {n: [c.consumer for c in trace.contributions[n]] for n in trace.backward_order}
        case _:
            finished = {s.node for s in before if s.variable == "p"}
            return {s.node: "" for s in moment.steps[step.number - 1 :] if s.node not in finished}
    return {
        name: next((need for need in wanted if need not in known), "")
        for name, wanted in needs.items()
        if name not in done
    }
