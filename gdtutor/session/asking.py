"""Which question a step gets in predict mode, and which ones a lesson places there."""

from __future__ import annotations

from gdtutor.lesson.model import Lesson, Question
from gdtutor.session.challenge import Ask, Challenge
from gdtutor.session.moment import Moment
from gdtutor.session.state import Session, current_step
from gdtutor.session.steps import Phase, Step
from gdtutor.session.working import working_of

_NEXT_EVERY = 5
"""Every so many steps predict mode asks which node comes next."""
_SIGN_EVERY = 3
"""Every so many steps back it asks for a sign alone."""


def question_for(session: Session, step: Step) -> Challenge | None:
    """Return what is asked on arriving at a step: the lesson's question, else predict mode's.

    Args:
        session: The session at that step.
        step: The step.
    """
    lesson, moment = session.lesson, session.moment
    if lesson is None or moment is None:
        return None
    for question in _placed(lesson, moment, step):
        name = name_of(question)
        if question.kind != "next" and name not in session.answered:
            return placed_challenge(question, moment, step, session.look.example)
    if session.predict and step.node:
        return _own_challenge(moment, step, session.look.example)
    return None


def question_on_leaving(session: Session) -> Challenge | None:
    """Return what the lesson asks before the current step is left, None where it asks nothing."""
    lesson, moment, step = session.lesson, session.moment, current_step(session)
    if lesson is None or moment is None or step is None or step.number == len(moment.steps):
        return None
    here = [q for q in _placed(lesson, moment, step) if name_of(q) not in session.answered]
    begun = len(here) < len(_placed(lesson, moment, step))
    for question in here:
        if question.kind == "next":
            following = moment.steps[step.number]
            return placed_challenge(question, moment, following, session.look.example)
        if begun:
            return placed_challenge(question, moment, step, session.look.example)
    return None


def _placed(lesson: Lesson, moment: Moment, step: Step) -> tuple[Question, ...]:
    """Return the lesson's questions at a step; one without a node is asked at its phase's first."""
    if not lesson.scenes[step.scene].questions:
        return ()
    first = next(s for s in moment.steps if (s.scene, s.phase) == (step.scene, step.phase))
    is_last_line = step.phase is not Phase.UPDATE or step.variable == "p"
    return tuple(
        question
        for question in lesson.scenes[step.scene].questions
        if question.phase == step.phase.value
        and is_last_line
        and (question.node == step.node or (not question.node and step == first))
    )


def name_of(question: Question) -> str:
    """Return the name under which a lesson's question is remembered; it outlives a new wording."""
    return f"{question.phase}:{question.node}?{question.kind}"


def placed_challenge(question: Question, moment: Moment, step: Step, example: int) -> Challenge:
    """Return a lesson's question as it is asked."""
    ask = Ask(question.kind)
    cell: tuple[int, ...] = ()
    if ask in (Ask.VALUE, Ask.SIGN):
        cell = question.cell or _cell(moment, step, example, turn=0)
    return Challenge(
        ask, step, cell, name_of(question), question.text, question.hints,
        # The right one comes first in the file, so the order shown is that of the alphabet.
        tuple(sorted(question.choices)), question.choices[0] if question.choices else "",
    )  # fmt: skip


def _own_challenge(moment: Moment, step: Step, example: int) -> Challenge:
    turn = step.number + moment.iteration
    ask = _kind(moment, step, turn)
    cell = _cell(moment, step, example, turn) if ask in (Ask.VALUE, Ask.SIGN) else ()
    cells = f"[{','.join(map(str, cell))}]" if cell else ""
    variable = f".{step.variable}" if step.variable not in ("", "p") else ""
    place = f"{moment.iteration}/{step.phase.value}:{step.node}{variable}{cells}"
    return Challenge(ask, step, cell, f"{place}?{ask.value}")


def _kind(moment: Moment, step: Step, turn: int) -> Ask:
    if turn % _NEXT_EVERY == _NEXT_EVERY - 1 and step.phase is not Phase.UPDATE:
        return Ask.NEXT
    is_matrix = not moment.traces[step.scene].graph.by_rows and _result_shape(moment, step) != ()
    if is_matrix and step.phase is Phase.FORWARD and turn % 2 == 0:
        return Ask.SHAPE
    if step.phase is Phase.BACKWARD and turn % _SIGN_EVERY == 0:
        return Ask.SIGN
    return Ask.VALUE


def _result_shape(moment: Moment, step: Step) -> tuple[int, ...]:
    return working_of(moment, step).result.shape


def _cell(moment: Moment, step: Step, example: int, turn: int) -> tuple[int, ...]:
    """Return the cell that is asked for: of the followed example, and rows in turn."""
    shape = _result_shape(moment, step)
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
