"""What plots and pictures are drawn with: no mark is a key, so that a legend names none."""

from __future__ import annotations

from gdtutor.values import Struct, replace
from gdtutor.view.frame import Chars

EXAMPLE = "%"
"""An example that has no class; one that has is marked by it."""
HELD = "^"
"""What is held back for validation, in plots and tables."""
MEAN = "~"
"""The mean of a curve over some epochs."""
START = "#"
"""Where a path begins."""
UNCHANGED = "_"
"""The curve of the present run without the learner's changes."""


class Marks(Struct, frozen=True):
    """Marks that depend on what a terminal can show."""

    curve: str
    """How a curve looks in a legend."""
    curve_mark: str
    """What the painter is told; empty where it draws in Braille dots."""
    beside: str
    here: str
    after: str
    paths: str
    """The points of one path each; those of one alone have the first."""
    kept: str
    """The curves of runs beside the present one."""
    held_classes: str
    """Held-back examples of each class; those trained on have its number."""
    held_signs: str
    """Held-back examples whose target is above 0, and not."""
    best: str
    """The run with the lowest cost."""


_UNICODE = Marks(
    "⠶", "", "·", "●", "◆", "◇□△▽■▲", "□△◇▽■▲▼◎@%&$§¶†#", "₀₁₂₃₄₅", "₊₋", "★"
)  # fmt: skip
_ASCII = Marks("*", "*", ".", "@", "#", "%&$;{}", "#@%&$;{}()\\',`\"|", "ABCDEF", "PN", "<")


def marks_of(chars: Chars) -> Marks:
    """Return the marks of a terminal."""
    if not chars.unicode:
        return _ASCII
    return _UNICODE if chars.braille else replace(_UNICODE, curve="•", curve_mark="•")
