"""Predict before reveal: the next result is hidden and asked for, and the answer is judged."""

from __future__ import annotations

from collections.abc import Iterable

from gdtutor.session.answers import AnswerError, read_name, read_numbers, read_shape, read_sign
from gdtutor.session.asking import (
    placed_question,
    question_for,
    read_choice,
    ready_nodes,
    right_choices,
)
from gdtutor.session.challenge import Ask, Challenge, Tried
from gdtutor.session.effects import KeepAttempt, Result
from gdtutor.session.fitting import slips_that_fit
from gdtutor.session.moment import Moment
from gdtutor.session.moving import moved
from gdtutor.session.navigation import looking, said
from gdtutor.session.prompting import asked
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.session.state import AutoPlay, ClassRole, Prompt, PromptKind, Tab, W, Walk
from gdtutor.session.steps import Step
from gdtutor.session.working import working_of
from gdtutor.values import replace

HINT = "?"
"""Typed in place of an answer it asks for a hint."""
_END = 1000
"""More lines than a question has."""
CLASS_ANSWERS = "The class answers this question; Esc, then `n` closes it and shows the answer."


def posed(session: W, challenge: Challenge, before: str = "") -> W:
    """Open a question, perhaps with a word before the input."""
    auto = AutoPlay(seconds=session.auto.seconds)
    asking = replace(session, challenge=challenge, auto=auto)
    node = looking(asking, tab=Tab.NODE, proof=False, mistakes=False, scroll=0)
    return back_to_question(node, before)


def back_to_question(session: W, before: str = "") -> W:
    """Open the input of a question, as once it was left with Esc."""
    return asked(session, PromptKind.ANSWER, f"{before} your answer".strip())


def question_left(session: Walk) -> Walk:
    """Close the input of a question unanswered, and say how to go on from there."""
    session = replace(session, prompt=None)
    if session.challenge is None:
        return session
    ending = ", `r` ends predict mode" if session.predict else ""
    after = replace(session, left=session.left | {session.challenge.name})
    return said(after, f"Enter: back to the question; `n` shows the answer{ending}.")


def toggle_predict(session: Walk) -> Walk:
    """Begin to ask for each next value, or stop asking."""
    if session.predict:
        after = replace(session, predict=False, challenge=None)
        return said(after, "Predict mode is off: values show as you step.")
    after = replace(session, predict=True, left=frozenset())
    return said(after, "Predict mode: each next value is hidden and asked for; `r` ends it.")


def answer(session: Walk, text: str) -> Result:
    """Judge what was typed: right, wrong with a diagnosis and the next hint, or a wish for a hint.

    Raises:
        AnswerError: For what is no answer of the kind asked for; it is no attempt.
    """
    challenge = session.challenge
    if challenge is None:
        return replace(session, prompt=None), ()
    is_hint = text.strip() == HINT and challenge.has_hint
    if session.around.class_role is ClassRole.TEACHER and not is_hint:
        # The class's screen is everyone's: it judges nothing and tells nothing while it is asked.
        told = said(session, CLASS_ANSWERS).message
        return replace(session, prompt=Prompt(PromptKind.ANSWER, "your answer", error=told)), ()
    if text.strip() == HINT:
        return _hinted(session, challenge), ()
    wrong = judged(session, challenge, text)
    slip = wrong.fits[0].slip.value if wrong is not None and wrong.fits else None
    kept = KeepAttempt(session.lesson.id, challenge.name, text.strip(), wrong is None, slip)
    if wrong is None:
        return _solved(session, challenge, text), (kept,)
    tried = replace(challenge, tried=(*challenge.tried, wrong))
    # A wrong value has a reason to be told; a wrong choice has the author's hint alone.
    if len(tried.tried) == 1 and not (tried.choices and tried.hints):
        return _says_more(session, tried), (kept,)
    return _hinted(session, tried), (kept,)


def _hinted(session: Walk, challenge: Challenge) -> Walk:
    """Show the next hint; after the last one the worked line."""
    if not challenge.has_hint:
        return revealed(replace(session, challenge=challenge))
    return _says_more(session, replace(challenge, hints_shown=challenge.hints_shown + 1))


def _says_more(session: Walk, challenge: Challenge) -> Walk:
    """Return the session whose question says more, at its end, scrolled there."""
    return back_to_question(looking(replace(session, challenge=challenge), scroll=_END))


def revealed(session: Walk) -> Walk:
    """Show the worked line, and count the question as asked."""
    challenge = session.challenge
    if challenge is None:
        return session
    after = _closed(session, challenge)
    if challenge.choices:
        right = right_choices(session, challenge.choices, challenge.step.scene)
        found = tuple((n, c) for n, c in enumerate(challenge.choices, 1) if c in right)
        return said(
            replace(after, named_choices=found), answer_words((n, c.text) for n, c in found)
        )
    if challenge.hides:
        return said(after, "This is the worked line; `n` goes on.")
    told = f"Next comes {challenge.step.node}: all that it needs was there."
    return _at_named(after, challenge.step, told)


def answer_words(choices: Iterable[tuple[int, str]]) -> str:
    """Return the sentence that tells which choices are right, each by its number and its text."""
    return f"The answer is {', '.join(f'{number}: {text}' for number, text in choices)}."


def _solved(session: Walk, challenge: Challenge, text: str) -> Walk:
    after = _closed(session, challenge)
    if challenge.hides:
        # Another question about the step comes before its result shows.
        following = placed_question(after, challenge.step) if challenge.text else None
        if following is not None:
            return posed(after, following, "Right. Now")
        is_named = any(tried.fits for tried in challenge.tried)
        is_kept = session.saving == "saved" and session.around.class_role is ClassRole.NONE
        kept = " gdtutor progress lists the slips that were named." if is_named and is_kept else ""
        return said(after, f"Right.{kept}")
    named, node = read_name(text, _known(session, challenge)), challenge.step.node
    other = f"Right, {named} is ready too. The walk takes {node} first."
    return _at_named(after, challenge.step, "Right." if named == node else other)


def _at_named(session: Walk, step: Step, told: str) -> Walk:
    """Go to the node that was asked for by its name, whose value is still to be asked."""
    after = moved(session, session.moment.iteration, step.number)
    after = replace(after, is_answered=True)
    following = question_for(after, step, is_named=True)
    return said(after, told) if following is None else posed(after, following, f"{told} Now")


def _closed(session: Walk, challenge: Challenge) -> Walk:
    done = session.answered | {challenge.name}
    return replace(session, challenge=None, prompt=None, answered=done, is_answered=True)


def judged(
    session: Walk, challenge: Challenge, text: str, *, explains: bool = True
) -> Tried | None:
    """Return what is wrong with an answer in a session with a lesson; None where it is right.

    Args:
        session: Where it was asked.
        challenge: The question.
        text: The answer.
        explains: Whether slips are looked for that a wrong value comes from, which takes longer.

    Raises:
        AnswerError: For what is no answer of the kind asked for.
    """
    moment = session.moment
    match challenge.ask:
        case Ask.VALUE:
            return _value(moment, challenge, text, session.look.digits, explains=explains)
        case Ask.SIGN:
            sign = working_of(moment, challenge.step).sign(challenge.cell)
            return None if read_sign(text) == sign else Tried(text)
        case Ask.SHAPE:
            return _shape(moment, challenge, text)
        case Ask.NEXT:
            return _next(session, moment, challenge, text)
        case Ask.CHOICE | Ask.WHY | Ask.COMPARE:
            chosen = read_choice(text, challenge.choices)
            right = right_choices(session, challenge.choices, challenge.step.scene)
            return None if chosen in right else Tried(text)


def _value(
    moment: Moment, challenge: Challenge, text: str, digits: int, *, explains: bool
) -> Tried | None:
    working = working_of(moment, challenge.step)
    shape, cell = working.result.shape, challenge.cell
    row = shape[-1] if shape and not moment.traces[challenge.step.scene].graph.by_rows else 1
    numbers = read_numbers(text, row)
    cells = [cell] if len(numbers) == 1 else [(*cell[:-1], k) for k in range(row)]
    for at, number in zip(cells, numbers, strict=True):
        if not working.interval(at, digits).is_right(number):
            fits = slips_that_fit(working, at, number, digits) if explains else ()
            return Tried(text, fits)
    return None


def _shape(moment: Moment, challenge: Challenge, text: str) -> Tried | None:
    right, given = working_of(moment, challenge.step).result.shape, read_shape(text)
    if given == right:
        return None
    return Tried(text, (SlipMatch(Slip.TRANSPOSED),) if given == right[::-1] else ())


def _known(session: Walk, challenge: Challenge) -> frozenset[str]:
    steps = session.moment.steps
    scene, phase = challenge.step.scene, challenge.step.phase
    return frozenset(s.node for s in steps if (s.scene, s.phase) == (scene, phase))


def _next(session: Walk, moment: Moment, challenge: Challenge, text: str) -> Tried | None:
    known = _known(session, challenge)
    graph = moment.traces[challenge.step.scene].graph
    name = read_name(text, known | {leaf.name for leaf in graph.leaves})
    if name not in known:
        raise AnswerError(f"{name} is given, not computed here", "name a node that is computed")
    waiting = ready_nodes(moment, challenge.step)
    if name not in waiting:
        return Tried(text, is_done=True)
    return Tried(text, waits_for=waiting[name]) if waiting[name] else None
