"""What the heading of a note says: its step, and when it holds, as a question may say it too:
`, iteration 1`, `, variant Adam`, `, trained`, `, always`."""

from __future__ import annotations

import re

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.reports import shown
from gdtutor.values import Struct

WORDS = {
    "always": "whatever the values are, in every iteration",
    "iteration N": "in iteration N alone, at the lesson's own values",
    "from iteration N": "in iteration N and all later ones",
    "variant NAME": "in this variant, at its own values",
    "trained": "in the iteration that training ends with",
}
"""What may stand behind the comma, with what it means; several are joined by commas."""

PHASES = ("given", "forward", "backward", "update")
"""The phases of an iteration, in order."""

_MOST = 1_000_000_000
_STEP = re.compile(r"(?P<phase>[^\s,]+)(?:[ \t]+(?P<node>[^\s,]+))?[ \t]*(?:,[ \t]*(?P<rest>.*))?$")
_ITERATION = re.compile(r"(from[ \t]+)?iteration[ \t]+([0-9]{1,10})$")
_VARIANT = re.compile(r"variant[ \t]+(\S.*)$")


class WhenError(GdTutorError):
    """Words behind a comma that say nothing known."""


class When(Struct, frozen=True):
    """The iterations, the variant and the values at which something holds."""

    first: int = 0
    """The first iteration."""
    last: int | None = 0
    """The last iteration; None where it holds in all later ones."""
    variant: str = ""
    """The variant it is for; empty where none is named."""
    always: bool = False
    """Whether it holds for any values, not only the lesson's own."""
    trained: bool = False
    """Whether it holds only in the iteration that training ends with."""

    @property
    def specificity(self) -> tuple[bool, bool, bool, int, bool]:
        """How much it asks for: of two that hold, the greater one is meant."""
        is_one = self.last is not None
        return bool(self.variant), self.trained, is_one, self.first, not self.always

    def words(self) -> str:
        """Return when it is, as it is written; empty for the first iteration and for always."""
        said = [f"variant {self.variant}"] if self.variant else []
        if self.trained:
            said.append("trained")
        elif self.first:
            said.append(f"{'from ' if self.last is None else ''}iteration {self.first}")
        return ", ".join(said)


def read_heading(text: str) -> tuple[str, str, When]:
    """Read the heading of a note: its phase, its node, empty where it names none, and when it is.

    Raises:
        WhenError: It names no step, or does not say when.
    """
    match = _STEP.match(text)
    hint = "write `## forward z`, or `## backward w1, always`; prose headings use # or ###"
    if match is None:
        raise WhenError("this is not a step" if text else "a ## heading without a step", hint)
    phase, node, rest = match["phase"], match["node"] or "", match["rest"]
    if phase not in PHASES:
        raise WhenError(f"'{shown(phase)}' is not a phase", did_you_mean(phase, PHASES) or hint)
    return phase, node, When() if rest is None else read_when(rest)


def read_when(text: str) -> When:
    """Read the words behind the comma of a heading, themselves separated by commas.

    Raises:
        WhenError: Words that are not in `WORDS`, or said twice.
    """
    said: dict[str, object] = {}
    for word in (part.strip() for part in text.split(",")):
        for key, value in _read_word(word).items():
            if key in said:
                raise WhenError(f"'{shown(word)}' says again what is said", "say it once")
            said[key] = value
    if said.get("trained") and "first" in said:
        raise WhenError("an iteration beside `trained`", "`trained` names the iteration itself")
    if (said.get("always") or said.get("trained")) and "first" not in said:
        said["last"] = None
    return When(**said)  # type: ignore[arg-type]


def _read_word(word: str) -> dict[str, object]:
    if word in ("always", "trained"):
        return {word: True}
    match = _ITERATION.match(word)
    if match is not None:
        first = int(match[2])
        if first > _MOST:
            raise WhenError(f"iteration {first}", f"the bound is {_MOST:,}")
        return {"first": first, "last": None if match[1] else first}
    match = _VARIANT.match(word)
    if match is not None:
        return {"variant": match[1]}
    near = did_you_mean(word, WORDS) or f"there stands {', '.join(f'`{w}`' for w in WORDS)}"
    raise WhenError(f"'{shown(word)}' behind the comma", near)
