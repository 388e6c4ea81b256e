"""The linear mode: a lesson as a conversation in plain lines, for screen readers and pipes.

It drives the same state machine as the screens and prints each step as the transcript does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from time import perf_counter
from typing import assert_never

from gdtutor.drive.background import heard, unless_stopped
from gdtutor.drive.effects import Outside, answered, trained
from gdtutor.engine.characters import shell_line
from gdtutor.engine.errors import GdTutorError
from gdtutor.linear.commands import (
    closing_in_lines,
    filled,
    help_lines,
    in_words,
    library_lines,
    obey,
    opening_in_lines,
)
from gdtutor.linear.training import sweep_lines, training_lines
from gdtutor.report.transcript import opening_text, picture_lines, step_text
from gdtutor.session import effects
from gdtutor.session.challenge import Ask
from gdtutor.session.figures import shown_figure
from gdtutor.session.navigation import said
from gdtutor.session.opening import has_opened, whereabouts
from gdtutor.session.predict import back_to_question
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import PromptKind, Screen, Session, Status, Walk, challenge_of, differs
from gdtutor.session.trials import news_of, trial_of
from gdtutor.session.update import Action, Failed, Progressed, settled, update
from gdtutor.values import Struct, replace
from gdtutor.view.explain import context_of, with_symbols
from gdtutor.view.frame import Chars
from gdtutor.view.notation import plain

PARTING = "Enter goes on, ? lists the commands, q leaves."
STOPPED = "Stopped."
"""Is said at once where it takes a while to say what training has come to."""
_ANSWERS = {
    Ask.VALUE: "a number or a calculation", Ask.SIGN: "+, - or 0", Ask.SHAPE: "a shape, as 3x4,",
    Ask.NEXT: "the name of a node",
}  # fmt: skip
"""What answers a question that has no choices."""
UNCHANGED = "Nothing has changed."
AWAY = "No picture now; f tells the first one again."


class ConversationServices(Struct, frozen=True):
    """What the conversation needs from outside; tests pass their own."""

    chars: Chars
    say: Callable[[str], None]
    """Prints some lines."""
    ask: Callable[[], str | None]
    """Returns the next line of input, None at its end."""
    save: Callable[[Session], None]
    """Keeps where the learner is."""
    stoppable: Callable[[], AbstractContextManager[Callable[[], bool]]]
    """While it is open Ctrl-C ends nothing; what it gives says whether it was pressed."""
    keep: Callable[[effects.KeepAttempt], None] = lambda _: None
    """Keeps an answer to a question."""
    outside: Outside = Outside()


def converse(session: Session, presses: tuple[Press, ...], services: ConversationServices) -> int:
    """Talk until the learner leaves or the input ends; return the exit code.

    The place is saved also where a signal ends it, which comes as an exception; nobody waits for
    the end of what is computed then.
    """
    code: int | None = None
    arrived = whereabouts(walking(session))
    try:
        for press in presses:
            if code is None:
                session, code = _carry_out(_updated(session, press), services)
        trained, told = session.screen is Screen.TRAIN, session.message.partition(";")[0]
        session = _shown(heard(partial(walking, session)), services)
        if trained and isinstance(session, Walk):
            rows = heard(partial(training_lines, session, services.chars))
            services.say("\n".join([f"{told}." if told else "Trained.", *rows]))
        services.say(heard(partial(_first, session, services.chars, told=trained)))
        while code is None:
            text = services.ask()
            if text is None:
                return 0
            before = session
            session, code = _turn(before, text, services)
            if has_opened(before, session):
                if whereabouts(before) != arrived:
                    services.save(before)
                arrived = whereabouts(session)
    except KeyboardInterrupt:
        return 0
    finally:
        # A lesson that was opened alone leaves the place before it.
        if whereabouts(session) != arrived:
            services.save(session)
    return code


def _turn(
    session: Session, text: str, services: ConversationServices
) -> tuple[Session, int | None]:
    """Do what a line says and tell what came of it."""
    is_asked = session.prompt is not None and session.prompt.kind is PromptKind.ANSWER
    if text.strip() == ":?" or (text.strip() == "?" and not is_asked):
        services.say("\n".join(map(filled, help_lines(session.screen))))
        return session, None
    after, code = _carry_out(heard(lambda: answered_line(session, text)), services)
    after = heard(partial(walking, after))
    if code is None:
        after = _shown(after, services)
        services.say(heard(partial(news, session, after, services.chars)) or UNCHANGED)
    return after, code


def answered_line(session: Session, text: str) -> effects.Result:
    """Return what a line does: an answer where a question is open, else a command."""
    prompt = session.prompt
    if prompt is not None and not text.lstrip().startswith(":") and text.strip():
        session = replace(session, prompt=replace(prompt, text=text.strip(), cursor=0))
        return update(session, Press("enter"))
    session = replace(session, message="", is_error=False, command="")
    try:
        return obey(replace(session, prompt=None), text.strip().removeprefix(":").strip())
    except GdTutorError as error:
        return said(session, str(error), error=True), ()


def _carry_out(
    outcome: effects.Result, services: ConversationServices
) -> tuple[Session, int | None]:
    """Return the session after the effects, and an exit code where it ends here."""
    session, left = heard(lambda: answered(*outcome, services.outside))
    code = None
    for effect in left:
        match effect:
            case effects.Train():
                session, _ = _carry_out(_updated(session, _trained(effect, services)), services)
            case effects.SweepRuns():
                session = _swept(session, effect, services)
            case effects.KeepAttempt():
                services.keep(effect)
            case effects.Quit():
                code = effect.code
            case effects.PauseTraining() | effects.CopyText() | effects.ShowPalette():
                # Training ends before the next line, links are printed, commands have no palette.
                pass
            case _:
                assert_never(effect)
    return session, code


def _updated(session: Session, action: Action) -> effects.Result:
    """Return the session after an action, while Ctrl-C is heard."""
    return heard(lambda: update(session, action))


def _shown(session: Session, services: ConversationServices) -> Session:
    """Return the session with what its picture waits for, whatever led to it."""
    return _carry_out(heard(lambda: settled(session, session)), services)[0]


def _trained(effect: effects.Train, services: ConversationServices) -> Progressed | Failed:
    """Train until Ctrl-C; a burst that does not end at once is left out."""

    def drop() -> None:
        for run in filter(None, (effect.run, effect.beside)):
            run.drop_burst()

    try:
        with services.stoppable() as is_stopped:
            # Said where it holds: before, Ctrl-C would end the conversation.
            services.say("Training; Ctrl-C stops it.")
            found = unless_stopped(
                lambda: trained(effect, is_stopped, perf_counter), is_stopped, drop
            )
    except GdTutorError as error:
        return Failed(str(error))
    if found is None:
        services.say(STOPPED)
        found = heard(lambda: snapshot_of(effect.run, Status.PAUSED))
    return Progressed(found)


def _swept(session: Session, effect: effects.SweepRuns, services: ConversationServices) -> Session:
    """Return the session with the curves of a sweep; one that was stopped is ended."""
    sweep, trial = effect.sweep, trial_of(session, effect.sweep)
    what = "several runs"
    if trial is not None:
        what = f"{len(trial.ends)} starts for the picture, for about {trial.seconds:,.0f} seconds"
    with services.stoppable() as is_stopped:
        if trial is None or trial.seconds > 1:
            services.say(f"Training {what}; Ctrl-C stops them.")
        unless_stopped(
            lambda: sweep.advance(deadline=is_stopped, clock=perf_counter),
            is_stopped,
            sweep.drop_burst,
        )
    after, _ = _updated(session, news_of(sweep, Status.PAUSED))
    if trial is not None:
        return after
    # What the screens say of it speaks of their keys.
    told = replace(after, message=after.message if after.is_error else "")
    return told.with_train(sweeping=None) if isinstance(told, Walk) else told


def walking(session: Session) -> Session:
    """Return the session where it stands in words: there is no screen of training or of help."""
    if not isinstance(session, Walk) or session.screen is Screen.LIBRARY:
        return replace(session, screen=Screen.LIBRARY)
    session = replace(session, screen=Screen.STUDY)
    # An open question takes every answer; there is no Esc to come back from.
    is_left = session.challenge is not None and session.prompt is None
    return back_to_question(session) if is_left else session


def news(before: Session, session: Session, chars: Chars) -> str:
    """Return what has changed, in words: the message, the training, the step, the question."""
    parts: list[str] = []
    session = with_symbols(session, chars)
    if isinstance(before, Walk) and isinstance(session, Walk):
        was, now = before.train, session.train
        if now.snapshot is not was.snapshot and len(now.snapshot.parameters):
            parts += training_lines(session, chars)
        if now.kept != was.kept and now.kept:
            parts += sweep_lines(session, chars)
    if session.message:
        parts.append(_marked(session.message, session.is_error, chars))
    if session.command:
        parts.append(shell_line(session.command))
    if isinstance(session, Walk) and _is_other_picture(before, session):
        return "\n".join(
            [*parts, *(picture_lines(session, shown_figure(session), chars) or (AWAY,))]
        )
    if differs(before, session, "screen", "lesson", "moment", "step", "look", "challenge"):
        return "\n".join([*parts, whole(session, chars)]).rstrip("\n")
    parts += _question(session, chars)
    return "\n".join(parts)


def _is_other_picture(before: Session, session: Walk) -> bool:
    """Say whether nothing but the picture has changed, so that the step need not be told again."""
    look = replace(before.look, figure=session.look.figure)
    return not differs(before, session, "step", "moment") and before.look != session.look == look


def whole(session: Session, chars: Chars) -> str:
    """Return where the learner is: the library, the opening page, or the step."""
    if not isinstance(session, Walk) or session.screen is Screen.LIBRARY:
        return "\n".join(library_lines(session, chars))
    context = context_of(session, chars)
    if session.look.is_closing:
        return "\n".join(closing_in_lines(session, chars))
    if context is None:
        return f"{opening_in_lines(opening_text(session, chars))}\n{PARTING}"
    return "\n".join([step_text(session, context), *_question(session, chars)])


def _first(session: Session, chars: Chars, *, told: bool) -> str:
    """Return what is said first: what is new of the start, where it is, and how to go on."""
    session = with_symbols(session, chars)
    is_new = bool(session.message) and not told
    start = [_marked(session.message, session.is_error, chars), ""] if is_new else []
    # Each of the others says itself how to go on.
    is_step = isinstance(session, Walk) and session.screen is Screen.STUDY and session.step > 0
    is_step = is_step and session.prompt is None and not session.look.is_closing
    return "\n".join([*start, whole(session, chars), *[PARTING] * is_step])


def _question(session: Session, chars: Chars) -> list[str]:
    prompt = session.prompt
    if prompt is None:
        return []
    # What is typed is selected where it is wrong; else it is told how to go on.
    lines = [_marked(prompt.error, prompt.is_selected, chars)] if prompt.error else []
    challenge = challenge_of(session)
    answer = "a number or a calculation"
    if challenge is not None:
        answer = "a choice's number" if challenge.choices else _ANSWERS[challenge.ask]
    hint = "? a hint, " if challenge is not None and challenge.has_hint else ""
    keys = f"{hint}Enter alone shows it; commands start with a colon, as in :n"
    what = f"{answer} is an answer, {keys}" if prompt.kind is PromptKind.ANSWER else ""
    return [*lines, filled(f"{prompt.label}: {what}")]


def _marked(message: str, is_error: bool, chars: Chars) -> str:
    told = plain("error: " * is_error + in_words(message), chars)
    return told if "\n" in told else filled(told)
