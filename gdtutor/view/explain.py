"""A step explained: the lines of its node panel, and the note or sentence below it."""

from __future__ import annotations

import re

from gdtutor.session.predict import answer_words
from gdtutor.session.state import ClassRole, PromptKind, S, Walk, current_step
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.diagnosis import asleep_lines, asleep_marks
from gdtutor.view.frame import Chars, Explains, Frame, Hides, Lines, Segment, Style
from gdtutor.view.glossary import SIGNS
from gdtutor.view.lines import found_in, line, stacked, text_of, width_of, wrapped
from gdtutor.view.prose import prose_lines

_MARKS = {Phase.FORWARD: "▶", Phase.BACKWARD: "◀", Phase.UPDATE: "●"}
JOINT, WAYS, MADE, HERE, OWN = "─•─", "─▶ ◀─", "→ 0.5", "▸", "(own 1)"
"""Signs of the graph, of an open cell and of a change, by which Help lists them."""
EDGES = (JOINT, WAYS, MADE)
_HEADS = frozenset("▶◀▲▼")
_STROKES = frozenset((Style.BORDER, Style.FORWARD, Style.BACKWARD, Style.DIM))
"""How lines of the graph are drawn, unlike the mark of its node."""
_SOUGHT = {
    "∇": "∇", "▾": "▾", "⊙": "⊙", "≈0": "≈0", JOINT: "─•", "≤": "by ≤", OWN: "(own ",
}  # fmt: skip
"""What signs are found by on a screen wherever they stand."""
_LEFT_OUT = re.compile(r"(?:^|\s)…(?:\s|$)")
_NUMBER = re.compile(r"(?<![\w.])[−-]?\d+(?:\.\d+)?(?:e[−-]?\d+)?")
"""A number in a note, but no digit of a name."""
_NAMED = re.compile(
    r"\"[^\"]*\"|(?:Hint \d|Task done:).*"
    r"|(?<![\w/:.-])(?P<about>grad )?(?P<name>[A-Za-z_]\w*)(?:\.\d+)?(?![\w/-]|\.\w)"
)
"""What may name a value in a message, but for an author's words, a path and a place that is typed.
"""


def context_of(session: Walk, chars: Chars) -> Context | None:
    """Return what the current step is explained with, None where there is no step."""
    moment, step = session.moment, current_step(session)
    if step is None:
        return None
    changes = tuple(c for c in session.changes if c.iteration <= moment.iteration)
    prompt = session.prompt
    is_typed = prompt is not None and prompt.kind is PromptKind.ANSWER
    return Context(
        moment, step, session.look, chars, session.lesson,
        own=session.own_moment, previous=session.previous, changes=changes,
        challenge=session.challenge, seed=session.seed,
        is_left=not is_typed and session.around.class_role is not ClassRole.FOLLOWER,
    )  # fmt: skip


def with_symbols(session: S, chars: Chars) -> S:
    """Return the session with what its message and its question tell in the characters and the
    symbols of the panels. A complaint names what is typed as it is typed, and an author's words
    stand as they are written.
    """
    told, prompt = session.message, session.prompt
    if isinstance(session, Walk):
        told = (
            told if session.is_error else _in_symbols(session, _with_choices(session, chars), chars)
        )
        if prompt is not None and prompt.kind is PromptKind.ANSWER:
            prompt = replace(prompt, label=_in_symbols(session, prompt.label, chars))
    if prompt is not None:
        prompt = replace(prompt, error=notation.plain(prompt.error, chars))
    return replace(session, message=notation.plain(told, chars), prompt=prompt)


def _with_choices(session: Walk, chars: Chars) -> str:
    """Return the message with the choices that it tells as the question showed them."""
    context, choices = context_of(session, chars), session.named_choices
    if context is None or not choices:
        return session.message
    from gdtutor.view.asking import choice_text

    written = answer_words((number, choice.text) for number, choice in choices)
    shown = answer_words((number, choice_text(context, choice)) for number, choice in choices)
    return session.message.replace(written, shown)


def _in_symbols(session: Walk, text: str, chars: Chars) -> str:
    names = {name for trace in session.moment.traces for name in trace.values}
    context = context_of(session, chars)

    def shown(at: re.Match[str]) -> str:
        if at["name"] not in names:
            return at[0]
        if at["about"] and context is not None:
            return context.gradient_name(at["name"])
        return notation.name(at[0], chars)

    return _NAMED.sub(shown, text)


def node_lines(context: Context, width: int) -> Lines:
    """Return what the node panel says about the step, in lines no wider than `width`."""
    # Each imported with the first step that has it: the first page shows sooner.
    if context.challenge is not None:
        from gdtutor.view.asking import asking_lines

        return asking_lines(context, context.challenge, width)
    match context.step.phase:
        case Phase.GIVEN:
            from gdtutor.view.given import given_lines
            from gdtutor.view.whatif import changes_lines

            return stacked([changes_lines(context, width), given_lines(context, width)])
        case Phase.FORWARD:
            from gdtutor.view.forward import forward_lines

            lines = forward_lines(context, width, asleep_lines(context, width))
        case Phase.BACKWARD if context.look.proof:
            from gdtutor.view.proof import proof_lines

            return proof_lines(context, width)
        case Phase.BACKWARD:
            from gdtutor.view.backward import backward_lines, mistake_lines

            if context.look.mistakes:
                return mistake_lines(context, width)
            lines = backward_lines(context, width)
        case Phase.UPDATE:
            from gdtutor.view.updates import update_lines

            lines = update_lines(context, width)
    from gdtutor.view.whatif import with_old_value

    return _with_one_mark(
        context, _with_length(context, with_old_value(context, lines, width), width)
    )


def _with_one_mark(context: Context, lines: Lines) -> Lines:
    """Return the lines of a step of which only the open cell stands out as current, if one is."""
    if context.look.cell is None:
        return lines

    def told(part: Segment) -> Segment:
        is_cell = part.text.startswith(context.chars.pointer)
        is_other = part.style is Style.CURRENT and not is_cell
        return part._replace(style=Style.TITLE) if is_other else part

    return tuple(tuple(map(told, row)) for row in lines)


def _with_length(context: Context, lines: Lines, width: int) -> Lines:
    """Return the lines of a forward step with how long a loss is that is too large to be read."""
    step, root = context.step, context.trace.values[context.root]
    if step.phase is not Phase.FORWARD or step.node != context.root or root.ndim:
        return lines
    long = notation.length(float(root))
    result = Segment(context.number(float(root)), Style.CURRENT)
    at = next((n for n, row in enumerate(lines) if result in row), None)
    if not long or at is None:
        return lines
    told, place = (line((long, Style.CURRENT)), lines[at].index(result) + 1)
    beside = (*lines[at][:place], *told, *lines[at][place:])
    rows = (beside,) if width_of(beside) <= width else (lines[at], line("   ", *told))
    return (*lines[:at], *rows, *lines[at + 1 :])


def with_signs(context: Context, lines: Lines, width: int) -> Lines:
    """Return a panel's lines, the blank last ones explaining as many signs as have room there."""
    blank = next((n for n, row in enumerate(reversed(lines)) if text_of(row).strip()), len(lines))
    told = met_lines(context, width, blank)
    return (*lines[: len(lines) - len(told)], *told)


def explained_signs(rows: Lines) -> frozenset[str]:
    """Return the signs that rows explain to the end."""
    return frozenset(found.sign for found in found_in(rows, Explains) if found.sign)


def has_signs(context: Context, rows: Lines) -> bool:
    """Say whether rows explain all signs met here."""
    return explained_signs(rows).issuperset(met_signs(context))


def met_lines(
    context: Context, width: int, most: int, above: frozenset[str] = frozenset()
) -> Lines:
    """Return the lines that explain the signs met here, but for those that are explained above.

    Where these are more lines than there is room for, what was met last goes before.
    """
    told: dict[str, Lines] = {}
    signs, order = met_signs(context), [sign for sign, *_ in context.look.met or ()]
    for sign in sorted(signs, key=order.index, reverse=True):
        rows = _explained(sign, width, context.chars)
        if sign not in above and sum(map(len, told.values())) + len(rows) <= most:
            told[sign] = rows
    return tuple(row for sign in signs for row in told.get(sign, ()))


def _explained(sign: str, width: int, chars: Chars) -> Lines:
    """Return the lines that explain a sign, by the last of which it is found."""
    *rows, last = wrapped(explanation(sign, chars), width, Style.DIM)
    told = *((row, "") for row in rows), (last, sign)
    return tuple(tuple(s._replace(found_as=Explains(of)) for s in row) for row, of in told)


def explanation(sign: str, chars: Chars) -> str:
    """Return a sign with what it says."""
    unicode, plain, text = next(row for row in SIGNS if row[0] == sign)
    return f"{unicode if chars.unicode else plain} {notation.plain(text, chars)}"


def met_signs(context: Context) -> tuple[str, ...]:
    """Return the signs that are explained at this step: those that a screen had first here."""
    place = context.moment.iteration, context.step.number
    met = frozenset(sign for sign, *seen in context.look.met or () if tuple(seen) == place)
    met -= frozenset() if context.changes else {"*", OWN}
    return tuple(sign for sign, *_ in SIGNS if sign in met)


def drawn_signs(context: Context, frame: Frame) -> frozenset[str]:
    """Return the signs that stand on a screen in Unicode, which may show a picture for the graph.

    Its first line, which says where the walk is, what explains signs, and the keys are no part.
    """
    told = [
        tuple(part for part in row if not isinstance(part.found_as, Explains))
        for row in frame.lines
    ]
    text, called = "\n".join(map(text_of, told)), context.name(context.step.node)
    # What is cut by a note on hidden lines is all there, a key away.
    parts = [part for row in told[1:-2] if not found_in([row], Hides) for part in row]
    found = {sign for sign, words in _SOUGHT.items() if words in text}
    mark = _MARKS.get(context.step.phase, "")
    found |= {mark} if called and mark and f"{mark}{called}" in text else set()
    found |= {WAYS for words, style, _ in parts if style in _STROKES and _HEADS & {*words}}
    found |= {MADE for words, style, _ in parts if style is Style.UPDATE and words[0] == "→"}
    found |= {HERE for words, style, _ in parts if style is Style.CURRENT and HERE in words}
    found |= {"*" for words, style, _ in parts if style is Style.CHANGED and words[-1] == "*"}
    found |= {"…" for words, *_ in parts if _LEFT_OUT.search(words)}
    # Looked for among all nodes, which takes long in a large graph, only where one may stand.
    marks = asleep_marks(context).items() if "!" in text else ()
    warned = any(part.style is Style.WARNING and part.text.startswith("! ") for part in parts)
    if warned or any(f"{context.name(name)}{mark}" in text for name, mark in marks):
        found.add("!")
    return frozenset(found)


def note_lines(session: Walk, context: Context, width: int) -> Lines:
    """Return the author's note with its placeholders filled, or the program's sentence.

    Where its lines are measured every number has the width of a long one: what a question asks for,
    and the note tells, would show in the height of its panel.
    """
    from gdtutor.view.filling import filled_note
    from gdtutor.view.sentences import sentence

    if context.challenge is not None:
        # A note speaks of the result, or of what comes next.
        return ()
    note = filled_note(session, context)
    text = sentence(context) if note is None else note
    if context.is_measured:
        text = _NUMBER.sub("0" * (context.look.digits + 4), text)
    if note is None:
        # In a sentence of the program's own there is nothing that Markdown would read.
        text = "".join(f"\\{c}" if c in "\\`*_[]<>#+-|" else c for c in text)
    return prose_lines(text, width, context.chars)
