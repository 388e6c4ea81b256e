"""The one-line input: every printable key is text, Enter answers, Esc returns to stepping."""

from __future__ import annotations

from gdtutor.session.state import Prompt, PromptKind, S
from gdtutor.values import replace

MAX_INPUT = 200
"""Longest input, in characters."""


def asked(
    session: S, kind: PromptKind, label: str, text: str = "", *, is_selected: bool = False
) -> S:
    """Open the input."""
    return replace(session, prompt=Prompt(kind, label, text, len(text), "", is_selected))


def edited(prompt: Prompt, key: str, character: str | None) -> Prompt:
    """Return the input after a key that is not Enter or Esc.

    A selected text is replaced by the first character typed; any other key keeps it, to be mended.
    """
    is_typed = character is not None and character.isprintable()
    if prompt.is_selected:
        kept = replace(prompt, is_selected=False)
        return edited(replace(kept, text="", cursor=0) if is_typed else kept, key, character)
    text, at = prompt.text, prompt.cursor
    left, end = max(at - 1, 0), len(text)
    places = {"left": left, "right": min(at + 1, end), "home": 0, "end": end}
    places |= {"ctrl+a": 0, "ctrl+e": end}
    cuts = {"backspace": (left, at), "delete": (at, at + 1), "ctrl+u": (0, end)}
    if key in places:
        return replace(prompt, cursor=places[key])
    if key in cuts:
        first, behind = cuts[key]
        return replace(prompt, text=text[:first] + text[behind:], cursor=first)
    if character is None or not is_typed or len(text) >= MAX_INPUT:
        return prompt
    return replace(
        prompt, text=text[:at] + character + text[at:], cursor=at + len(character), error=""
    )


def pasted(prompt: Prompt, text: str) -> Prompt:
    """Return the input after a paste of which the first line is typed; what is left out is told."""
    lines = text.strip().splitlines()
    for character in "".join(lines[:1])[:MAX_INPUT]:
        prompt = edited(prompt, character, character)
    if len(lines) < 2 and len(text.strip()) <= MAX_INPUT:
        return prompt
    return replace(prompt, error=f"Of a paste, one line of {MAX_INPUT} characters is typed.")
