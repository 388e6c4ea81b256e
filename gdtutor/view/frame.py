"""What a screen is made of: lines of styled plain text, and pictures as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, Self

from gdtutor.values import Struct, replace


class Style(Enum):
    """What a piece of text means; `paint/` decides how it looks, never by colour alone."""

    # A frame has thousands of cells, each with its style, and rows are looked up by their cells.
    __hash__ = object.__hash__

    TEXT = "text"
    DIM = "dim"
    TITLE = "title"
    BORDER = "border"
    FOCUS = "focus"
    """The border or label of the panel that the keys act on."""
    KEY = "key"
    """A key that can be pressed."""
    CURRENT = "current"
    """The node, cell or row under the cursor."""
    FORWARD = "forward"
    BACKWARD = "backward"
    UPDATE = "update"
    INPUT = "input"
    """A given value that does not train."""
    PARAMETER = "parameter"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    CHANGED = "changed"
    """A value that the learner changed."""
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"
    REGION_LOW = "region-low"
    """Background of the plane where the prediction is below one half."""
    REGION_HIGH = "region-high"
    RUN_1 = "run-1"
    """Curves of overlaid runs, told apart by glyph as well."""
    RUN_2 = "run-2"
    RUN_3 = "run-3"
    RUN_4 = "run-4"
    RUN_5 = "run-5"
    RUN_6 = "run-6"


class Hides(NamedTuple):
    """What a note on lines that do not show counts."""

    above: int
    below: int


class Explains(NamedTuple):
    """What a line of an explanation is about."""

    sign: str
    """The sign; empty before its last line."""


class Depicts(NamedTuple):
    """What the title of a panel stands over."""

    picture: int
    """The number of the lesson's picture, from 1."""


class Holds(Struct, frozen=True, eq=False):
    """What all cells stand of, here and below."""

    array: object


class Chosen(NamedTuple):
    """What the cursor is on."""


class Segment(NamedTuple):
    """A run of text in one style. Text holds no control characters and no line breaks."""

    text: str
    style: Style = Style.TEXT
    found_as: Hides | Explains | Depicts | Holds | Chosen | None = None
    """What it is found by on a screen, whatever its text is."""


Mark = tuple[str, Style]
"""One character of a drawing."""
Line = tuple[Segment, ...]
"""One row of a screen or panel, left to right."""
Lines = tuple[Line, ...]
"""Rows below each other."""


class Chars(Struct, frozen=True):
    """The characters that a terminal can show."""

    unicode: bool = True
    """Box drawing, Greek, sub- and superscripts; otherwise ASCII alone."""
    braille: bool = True
    """Braille dots in plots; only where `unicode` holds."""
    draws: bool = True
    """Whether signs may run over several lines, as the brackets of a matrix, and things stand side
    by side; otherwise every line can be read aloud alone."""

    @property
    def cut_mark(self) -> str:
        """The sign of one cell at the end of what is cut."""
        return "…" if self.unicode else "~"

    @property
    def ellipsis(self) -> str:
        """The sign that something is left out."""
        return "…" if self.unicode else "..."

    @property
    def pointer(self) -> str:
        """The sign of what is chosen or current, and between the words of where we are."""
        return "▸" if self.unicode else ">"

    @property
    def becomes(self) -> str:
        """The sign between what a value was and what an update makes of it."""
        return "→" if self.unicode else "=>"

    @property
    def minus(self) -> str:
        """The sign of a difference, and of a negative number."""
        return "−" if self.unicode else "-"

    @property
    def times(self) -> str:
        """The sign of a product of numbers."""
        return "·" if self.unicode else "*"


UNICODE = Chars()
ASCII = Chars(unicode=False, braille=False)
CHARACTERS = {"unicode": UNICODE, "ascii": ASCII}
"""Characters by the name that `--chars` takes."""


def chars_for(option: str | None, encoding: str | None) -> Chars:
    """Return the characters that a stream is written with.

    Args:
        option: The value of `--chars`; None looks at the stream.
        encoding: The stream's encoding. Python itself makes it UTF-8 in the C locale.
    """
    return CHARACTERS[option or ("unicode" if is_utf8(encoding) else "ascii")]


def is_utf8(encoding: str | None) -> bool:
    """Tell whether this is the name of the encoding that holds every character."""
    return (encoding or "").lower().replace("-", "").replace("_", "") in ("utf8", "utf8sig")


class Size(Struct, frozen=True):
    """A rectangle in cells: a screen, a panel, or what lies in one."""

    width: int
    height: int

    def wide(self, width: int) -> Self:
        """Return the same in another width."""
        return replace(self, width=width)

    def high(self, height: int) -> Self:
        """Return the same in another height."""
        return replace(self, height=height)

    def less(self, columns: int = 0, rows: int = 0) -> Self:
        """Return what so many columns and rows leave of it."""
        return replace(self, width=self.width - columns, height=self.height - rows)

    @property
    def inside(self) -> Self:
        """What a border leaves of it, with a blank beside each side of that."""
        return self.less(4, 2)


class Area(Size, frozen=True):
    """Where something is drawn: a size, and the characters that are there to draw with."""

    chars: Chars


class Series(Struct, frozen=True):
    """One curve or cloud of points of a plot."""

    label: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    """Same length as `xs`; may hold NaN and infinities, which the painter leaves out."""
    style: Style = Style.RUN_1
    joined: bool = True
    """True: a line through the points; False: separate marks."""
    mark: str = ""
    """The character of separate marks, of a thin line one or two; empty for the painter's own."""
    thin: bool = False
    """A line of dots with the mark here and there: what only stands beside another curve."""
    told: str = ""
    """What it is called where it is told in words."""


LARGEST = 1e12
"""A plot draws numbers beyond this size here: axes of larger ones cannot be read."""


class Plot(Struct, frozen=True):
    """A plot as data; `paint/plots.py` turns it into text with plotext."""

    title: str
    series: tuple[Series, ...]
    x_label: str = ""
    y_label: str = ""
    log_y: bool = False
    empty: str = "no points to draw"
    """What is said where there is no point."""
    x_integer: bool = False
    """Ticks of the x axis stand at whole numbers (epochs, iterations)."""
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    cursor: float | None = None
    """A vertical line at this x."""
    on_top: int | None = None
    """The series that is drawn last, over the others; None where the last one is."""


LEAST_PLOT = 6
"""Lines that a plot takes which is partly covered; one that has fewer is left out."""


class Placed(Struct, frozen=True):
    """A plot with the rectangle of the frame that it fills, in cells from the top left."""

    plot: Plot
    x: int
    y: int
    width: int
    height: int
    cut: int = 0
    """Its last rows, which something stands over for a moment: the others stay as they are."""


Block = tuple[Lines, tuple[Placed, ...]]
"""A part of a screen: its rows, and the plots that lie on them, placed from its top left."""


class Frame(Struct, frozen=True):
    """One whole screen: `height` lines of exactly `width` cells, and plots that lie on them."""

    width: int
    height: int
    lines: Lines
    plots: tuple[Placed, ...] = ()

    @property
    def size(self) -> Size:
        """Its width and height."""
        return Size(self.width, self.height)

    def covered(self, first: int, rows: Sequence[Line]) -> Frame:
        """Return the frame with rows over its own from one line on; a plot that reaches them is
        drawn in what room is left, if that is enough for one.
        """
        lines = (*self.lines[:first], *rows, *self.lines[first + len(rows) :])
        left = ((plot, min(plot.height, first - plot.y)) for plot in self.plots)
        plots = tuple(
            replace(plot, height=height)
            for plot, height in left
            if height == plot.height or height >= LEAST_PLOT
        )
        return Frame(self.width, self.height, lines, plots)

    def text(self) -> str:
        """Return the frame as plain text, trailing blanks removed, plots left out."""
        return "\n".join("".join([s.text for s in line]).rstrip() for line in self.lines)
