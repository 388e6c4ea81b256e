"""What a key does: the command of its row, or its part in an input that is open."""

from __future__ import annotations

from gdtutor.engine.errors import GdTutorError
from gdtutor.session.commands import command_for, symbol_of
from gdtutor.session.curve_cursor import goto_from_curve
from gdtutor.session.display_options import with_trail
from gdtutor.session.edits import apply_edit
from gdtutor.session.effects import Outcome, Result, result_of
from gdtutor.session.library import found, with_search, without_search
from gdtutor.session.navigation import goto, looking, said
from gdtutor.session.play_keys import control_typed
from gdtutor.session.predict import answer, question_left
from gdtutor.session.press import Press
from gdtutor.session.prompting import edited
from gdtutor.session.state import Playing, Prompt, PromptKind, Screen, Session, Walk, challenge_of
from gdtutor.session.trials import sweep
from gdtutor.session.works_at import training
from gdtutor.values import replace

_OF_THE_WALK = frozenset(
    {"up", "down", "pageup", "pagedown", "tab", *(f"f{number}" for number in range(1, 13))}
)
"""Keys that an answer has no use for, and the walk has."""
TYPE_FIRST = "Type an answer, then Enter; Esc leaves the question."
FOR_TYPING = "This line is typed in: Enter does it, Esc leaves."


def pressed(session: Session, press: Press) -> Result:
    """Return the session after a key, and what the outside has to do."""
    if press.key == "ctrl+c":
        return _run(session, press)
    if session.prompt is not None:
        return _prompted(session, session.prompt, press)
    press = _without_alt(press)
    if session.look.is_blank:
        return looking(session, is_blank=False), ()
    showed_command = bool(session.command)
    session = replace(session, message="", is_error=False, command="")
    if showed_command and press.key == "escape":
        return replace(session, count=""), ()
    is_digit = press.character is not None and press.character in "0123456789"
    if is_digit and (session.count.isdigit() or command_for(session.screen, press.key) is None):
        count = (session.count if session.count.isdigit() else "") + (press.character or "")
        return replace(session, count=count[:7]), ()
    if press.key == "g" and session.count != "g" and command_for(session.screen, "g") is None:
        return replace(session, count="g"), ()
    return _run(session, press)


def _without_alt(press: Press) -> Press:
    """Return the key that Alt was held with; it does the same where nothing is typed."""
    key = press.key.removeprefix("alt+")
    return press if key == press.key else Press(key, key if len(key) == 1 else None)


def _run(session: Session, press: Press) -> Result:
    screen, key = session.screen, press.key
    command = command_for(screen, key) or command_for(screen, f"{key} {key}")
    if command is None:
        walks = command_for(Screen.STUDY, press.key)
        name = symbol_of(press.key) or (press.character or "").strip() or press.key
        told = f"{name} does nothing here; ? lists the keys."
        if session.screen is Screen.TRAIN and walks is not None:
            told = f"{name} is a key of the walk: Esc, then {name}."
        elif session.screen is Screen.STUDY and isinstance(session, Walk):
            is_of_training = command_for(Screen.TRAIN, key) and not training(session)
            told = (
                f"{name} is a key of training: the key t leads there." if is_of_training else told
            )
        return said(replace(session, count=""), told), ()
    why = command.why_not(session)
    if why:
        return said(replace(session, count=""), why), ()
    try:
        after, effects = result_of(command.do(session))
    except GdTutorError as error:
        after, effects = said(session, str(error), error=True), ()
    return replace(after, count=""), effects


def _prompted(session: Session, prompt: Prompt, press: Press) -> Result:
    is_asked = prompt.kind is PromptKind.ANSWER
    is_refused = prompt.is_selected and bool(prompt.error) and not is_asked
    if press.is_scripted and is_refused and press.key != "escape":
        # The keys that a script has then are for what this was to lead to.
        return session, ()
    is_empty = press.key == "enter" and not prompt.text.strip()
    if is_empty and is_asked:
        return replace(session, prompt=replace(prompt, error=TYPE_FIRST)), ()
    if press.key == "escape" or is_empty:
        return _left(session, prompt), ()
    if is_asked and press.key.startswith("alt+"):
        # Alt lets a key of the walk through: it leaves the question as Esc does.
        left = _left(session, prompt)
        after, effects = _run(left, _without_alt(press))
        # How one comes back to it says nothing once it is gone.
        is_gone = challenge_of(after) is None or after.screen is not left.screen
        is_stale = is_gone and after.message == left.message
        return said(after, "") if is_stale else after, effects
    # A refused answer is one that the next character replaces, so that arrows do nothing in it.
    is_free = not prompt.text or prompt.is_selected
    is_to_walk = press.key in ("left", "right") and is_free
    if is_asked and (press.key in _OF_THE_WALK or is_to_walk):
        return _of_the_walk(session, prompt, press)
    if press.key in _OF_THE_WALK:
        if prompt.kind is PromptKind.SEARCH and press.key in ("up", "down"):
            return _run(session, press)
        return replace(session, prompt=replace(prompt, error=FOR_TYPING)), ()
    if press.key != "enter":
        typed = edited(prompt, press.key, press.character)
        if is_asked and typed == prompt:
            return _of_the_walk(session, prompt, press)
        after = replace(session, prompt=typed)
        if prompt.kind is PromptKind.SEARCH and after.prompt is not None:
            after = with_search(after, after.prompt.text)
        return after, ()
    try:
        answered, effects = result_of(_answered(session, prompt))
    except GdTutorError as error:
        told = said(session, str(error)).message
        return replace(session, prompt=replace(prompt, error=told, is_selected=True)), ()
    # A wrong answer keeps the input open.
    keeps = prompt.kind is PromptKind.ANSWER
    return answered if keeps else replace(answered, prompt=None), effects


def _of_the_walk(session: Session, prompt: Prompt, press: Press) -> Result:
    """Scroll the question, or say how the keys of the walk are reached from it."""
    if press.key in ("up", "down"):
        after, effects = _run(session, press)
        if session.look.scroll if press.key == "up" else session.look.below:
            return after, effects
    told = "Esc leaves the question; then the keys of the walk work again, or with Alt at once."
    return replace(session, prompt=replace(prompt, error=told)), ()


def _left(session: Session, prompt: Prompt) -> Session:
    """Close the input without an answer, and say how to go on where that is not plain."""
    after = replace(session, prompt=None)
    match prompt.kind:
        case PromptKind.SEARCH:
            return without_search(after)
        case PromptKind.ANSWER if isinstance(after, Walk):
            return question_left(after)
        case _:
            return after


def _answered(session: Session, prompt: Prompt) -> Outcome:
    text = prompt.text.strip()
    match prompt.kind:
        case PromptKind.FIND:
            return replace(session, help=replace(session.help, find=text))
        case PromptKind.SEARCH:
            return found(session)
        case _:
            return _typed(session, prompt.kind, text) if isinstance(session, Walk) else session


def _typed(session: Walk, kind: PromptKind, text: str) -> Outcome:
    match kind:
        case PromptKind.GOTO if session.screen in (Screen.TRAIN, Screen.PLAY):
            return goto_from_curve(session, text)
        case PromptKind.EDIT:
            return apply_edit(session, text)
        case PromptKind.SWEEP:
            return sweep(session, text)
        case PromptKind.CONTROL if isinstance(session, Playing):
            return control_typed(session, text)
        case PromptKind.ANSWER:
            return answer(session, text)
        case _:
            return goto(with_trail(session), text)
