"""The first line, which says where we are, and the last, which says what to press."""

from __future__ import annotations

from itertools import takewhile

from gdtutor.lesson.characters import cells
from gdtutor.session.commands import COMMANDS, Command
from gdtutor.session.notes import comes_after_training
from gdtutor.session.state import Prompt, PromptKind, Session, Walk
from gdtutor.session.steps import Phase
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.frame import Chars, Line, Segment, Style
from gdtutor.view.heading import OPENING, heading_line, title_of
from gdtutor.view.lines import line, shortened, width_of

PHASE_STYLES = {
    Phase.GIVEN: Style.INPUT,
    Phase.FORWARD: Style.FORWARD,
    Phase.BACKWARD: Style.BACKWARD,
    Phase.UPDATE: Style.UPDATE,
}


def header_line(session: Walk, context: Context | None, width: int, chars: Chars) -> Line:
    """Return lesson, iteration, phase, node, and step n of N."""
    lesson, moment = session.lesson, session.moment
    title = title_of(lesson.number, lesson.title, chars)
    arrow = "▸" if chars.unicode else ">"
    marks = _marks(session, chars)
    if session.look.is_closing:
        place = line("closing page", *marks)
        count = line((f"{len(moment.steps)} steps", Style.DIM))
    elif context is None:
        place = (*OPENING, *marks)
        count = line((f"{len(moment.steps)} steps", Style.DIM))
    else:
        place = _place(session, context, arrow, is_short=width < 72)
        count = line("step ", (f"{context.step.number}/{len(moment.steps)}", Style.TITLE))
        left_out = passed_over(session)
        passed = line((f" ({left_out} passed over)", Style.DIM)) if left_out else ()
        # The title comes first: where it has no room beside, a line above the keys says it.
        if width_of((*place, *count, *passed)) + cells(title) + 6 <= width:
            count = (*count, *passed)
    return heading_line(title, place, count, width, chars)


def passed_over(session: Walk) -> str:
    """Return the numbers of the steps just before this one that → skips, empty where it is none.

    It holds however the learner has come here: by a link or by `:` nothing was skipped.
    """
    steps = reversed(session.moment.steps[: max(session.step - 1, 0)])
    is_passed = session.lesson.passes.__contains__
    passed = [s.number for s in takewhile(lambda s: is_passed((s.phase.value, s.node)), steps)]
    if not passed or session.look.is_closing:
        return ""
    return f"{passed[-1]}-{passed[0]}" if len(passed) > 1 else f"{passed[0]}"


def _place(session: Walk, context: Context, arrow: str, *, is_short: bool) -> Line:
    moment = context.moment
    step = context.step
    word = "it." if is_short else "iteration"
    beyond = " (after training)" if comes_after_training(session) and not is_short else ""
    parts: list[tuple[str, Style]] = [(f"{word} {moment.iteration}{beyond}", Style.TEXT)]
    if len(moment.traces) > 1:
        parts.append((f"graph {step.scene + 1}/{len(moment.traces)}", Style.TEXT))
    parts.append((step.phase.value, PHASE_STYLES[step.phase]))
    if step.node:
        variable = "" if step.variable in ("", "p") else f".{step.variable}"
        parts.append((context.name(step.node) + variable, Style.CURRENT))
    segments: list[Segment] = []
    for index, (text, style) in enumerate(parts):
        if index:
            segments.append(Segment(f" {arrow} ", Style.DIM))
        segments.append(Segment(text, style))
    return (*segments, *_marks(session, context.chars))


def _marks(session: Walk, chars: Chars) -> Line:
    """Return what holds at every step: predict mode, auto-play, the variant, the changes."""
    segments: list[Segment] = []
    if session.predict:
        segments.append(Segment("  ?", Style.KEY))
    if session.auto.is_on:
        segments.append(Segment(f"  auto {session.auto.seconds:g} s", Style.KEY))
    if session.variant:
        called = shortened(notation.plain(session.variant, chars), 16, chars)
        segments.append(Segment(f"  V: {called}", Style.CHANGED))
    if session.changes:
        segments.append(Segment("  *edited", Style.CHANGED))
    return tuple(segments)


def footer_lines(commands: tuple[Command, ...], width: int, chars: Chars) -> tuple[Line, Line]:
    """Return the keys of a screen with their words in two lines: the further ones, then the first.

    The lower line ends in help and quit, always. What has room in neither is named by Help.
    """
    last = [c for c in commands if c.name in ("help", "quit")]
    others = [c for c in commands if c.footer and c not in last]
    kept = _fitting(others, last, width, chars)
    further = _fitting([c for c in others if c not in kept], [], width, chars)
    return _keys(further, chars), _keys([*kept, *last], chars)


def left_over_line(commands: tuple[Command, ...], width: int, chars: Chars) -> Line:
    """Return the keys that have room in neither line of keys, for a line above them."""
    last = [c for c in commands if c.name in ("help", "quit")]
    left = [c for c in commands if c.footer and c not in last]
    for end in (last, []):
        kept = _fitting(left, end, width, chars)
        left = [c for c in left if c not in kept]
    return _keys(_fitting(left, [], width, chars), chars)


def _fitting(
    commands: list[Command], last: list[Command], width: int, chars: Chars
) -> list[Command]:
    """Return as many commands as have room in a line that ends in others."""
    kept: list[Command] = []
    room = width - width_of(_keys(last, chars)) - (0 if last else 1)
    for command in commands:
        # Two blanks stand before each but the first, which has one.
        filled = width_of(_key(command, chars)) + (2 if kept or last else 0)
        if filled <= room:
            kept.append(command)
            room -= filled
    return kept


def _keys(commands: list[Command], chars: Chars) -> Line:
    segments: list[Segment] = []
    for command in commands:
        segments += [Segment("  " if segments else " "), *_key(command, chars)]
    return tuple(segments)


def _key(command: Command, chars: Chars) -> Line:
    before = [c for c in COMMANDS if c.name == command.pair]
    shown = " ".join(c.shown(chars.unicode) for c in (*before, command))
    return Segment(shown, Style.KEY), Segment(f" {command.footer}", Style.DIM)


def prompt_line(session: Session, width: int, chars: Chars) -> Line:
    """Return the input that has the focus, else the message, else digits typed so far."""
    prompt = session.prompt
    if prompt is None:
        if session.message:
            return line(" ", (session.message, Style.ERROR if session.is_error else Style.GOOD))
        pending = f"{session.count}…" if chars.unicode else f"{session.count}..."
        return line(" ", (pending, Style.DIM)) if session.count else ()
    typed = input_line(prompt, width)
    if not prompt.error or not fits_beside(prompt, width):
        return typed
    return (*typed, *line("   ", (prompt.error, Style.ERROR)))


def input_line(prompt: Prompt, width: int) -> Line:
    """Return the input with its cursor; a text that is selected is marked as a whole.

    A text that has no room scrolls with its cursor; a long label makes way for it.
    """
    label = (f"{prompt.label}: ", Style.KEY)
    room, first = width - cells(label[0]) - 2, 0
    if prompt.text and cells(prompt.text) > room and cells(label[0]) * 2 > width:
        label, room = ("", Style.KEY), width - 2
    while cells(prompt.text[first : prompt.cursor]) > max(room, 0):
        first += 1
    text, cursor = prompt.text[first:], prompt.cursor - first
    if prompt.is_selected:
        return line(" ", label, (text, Style.CURRENT), " ")
    at = text[cursor : cursor + 1] or " "
    return line(" ", label, text[:cursor], (at, Style.CURRENT), text[cursor + 1 :])


def fits_beside(prompt: Prompt, width: int) -> bool:
    """Say whether the complaint fits beside the input."""
    return width_of(input_line(prompt, width)) + 3 + cells(prompt.error) <= width


_PROMPT_KEYS = {
    PromptKind.ANSWER: (
        ("Enter", "answer"), ("? Enter", "hint"), ("Esc", "leave"), ("Ctrl-C", "quit"),
        ("Alt-n", "next step at once"),
    ),
    PromptKind.CONTROL: (
        ("Enter", "do it"), ("Esc", "leave"), ("Ctrl-U", "empty"), ("Ctrl-C", "quit"),
    ),
    PromptKind.SEARCH: (("Enter", "keep these"), ("Esc", "show all"), ("Ctrl-C", "quit")),
}  # fmt: skip


def prompt_keys(prompt: Prompt, width: int) -> Line:
    """Return the keys of the input with their words, as many as have room."""
    keys = _PROMPT_KEYS.get(prompt.kind, (("Enter", "do it"), ("Esc", "leave"), ("Ctrl-C", "quit")))
    told = line(" ")
    for place, (key, word) in enumerate(keys):
        longer = (*told, *line("  " if place else "", (key, Style.KEY), (f" {word}", Style.DIM)))
        told = longer if width_of(longer) <= width else told
    return told
