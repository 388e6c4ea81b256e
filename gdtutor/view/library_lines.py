"""The library: the lessons in chapters, what each teaches, and where the learner is."""

from __future__ import annotations

from collections.abc import Callable

from gdtutor.engine.characters import cells, padded
from gdtutor.lesson.discovery import LessonEntry
from gdtutor.session.catalogue import READ, WRITTEN, Library, found_at, shown_entries
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.boxes import hidden
from gdtutor.view.frame import Area, Chars, Line, Lines, Style
from gdtutor.view.lines import fitted, line, shortened, text_of, width_of, wrapped

TWO_COLUMNS = 60
"""Width from which on several columns stand behind a title."""
SUMMARIES = 120
"""Width from which on every line says what its lesson teaches."""
LONGEST_TITLE = 36
"""Cells of a title before which summaries line up."""
NO_MATCH = (
    "No lesson has all these words in its title, chapter, summary or text. Fewer words find more; "
    "Esc shows all lessons."
)
"""What stands in place of the lessons where none matches."""
LEAST_SUMMARY = 24
"""Cells of a summary that the place where the learner left gives way to."""


def library_lines(library: Library, saving: str, area: Area) -> Lines:
    """Return a heading, the list, and what the lesson at hand teaches, in all lines of the area.

    Args:
        library: The lessons and the cursor on them.
        saving: How far saving has come, in a word.
        area: Where it is drawn.
    """
    width, rows, chars = area.width, area.height - 4, area.chars
    counted = f"   {len(library.entries)} {notation.plural(len(library.entries), 'lesson')}"
    counted += f"   {saving}" if saving else ""
    motto = "a debugger for gradient descent"
    motto = motto if cells(f" gdtutor {motto}{counted}") <= width else ""
    header = line((" gdtutor ", Style.TITLE), (f"{motto}{counted}", Style.DIM))
    entries = shown_entries(library)
    lines, cursor_at = _listing(library, entries, area, has_chapters=not library.search)
    if len(lines) > rows >= len(entries):
        # All lessons at once are worth more than the names of their chapters.
        lines, cursor_at = _listing(library, entries, area, has_chapters=False)
    start = _page(cursor_at, len(lines), rows)
    body = [*lines[start : start + rows]]
    body += [()] * (rows - len(body))
    lessons = [n for n, row in enumerate(lines) if row[0].style is not Style.TITLE]
    before, behind = sum(n < start for n in lessons), sum(n >= start + rows for n in lessons)
    more = hidden(((),) * len(lessons), before, len(lessons) - before - behind, chars)
    room = width - len(more.text) - bool(more.text)
    above = (*fitted(_legend(entries, room, chars), room, chars), *line(more))
    at_hand = text_of(lines[cursor_at]) if lines else ""
    return (header, above, *body, *_about(library, entries, area, at_hand))


def _legend(entries: tuple[LessonEntry, ...], room: int, chars: Chars) -> Line:
    """Return what the signs beside the lessons say, where there are any."""
    told = " ✓ before a lesson: finished   its tasks: ✓ done, ○ open"
    has_signs = room >= cells(told) and any(entry.tasks for entry in entries)
    return line((notation.plain(told, chars) if has_signs else "", Style.DIM))


def _page(cursor: int, total: int, rows: int) -> int:
    """Return the first line shown; the list scrolls by pages, so that few lines change."""
    if total <= rows:
        return 0
    stride = max(rows * 2 // 3, 1)
    start = max((cursor - rows // 6) // stride, 0) * stride
    return min(start, total - rows)


def _listing(
    library: Library, entries: tuple[LessonEntry, ...], area: Area, *, has_chapters: bool
) -> tuple[list[Line], int]:
    lines: list[Line] = []
    cursor_at = 0
    chapter = None
    titles = [cells(notation.plain(entry.title, area.chars)) for entry in entries]
    wide = min(max(titles, default=0), LONGEST_TITLE) if area.width >= SUMMARIES else 0
    for index, entry in enumerate(entries):
        if has_chapters and entry.chapter != chapter:
            chapter = entry.chapter
            lines.append(line((f" {notation.plain(chapter, area.chars)}", Style.TITLE)))
        is_here = index == library.cursor
        if is_here:
            cursor_at = len(lines)
        lines.append(_entry(library, entry, area, wide, is_here=is_here))
    if not entries:
        told = NO_MATCH if library.search else "There are no lessons here."
        lines += [line(" ", *row) for row in wrapped(told, area.width - 2, Style.WARNING)]
    return lines, cursor_at


def _entry(library: Library, entry: LessonEntry, area: Area, titles: int, *, is_here: bool) -> Line:
    """Return a lesson's line: its title, where it was left, and the columns that show.

    The title gives way to the columns. Where titles line up in so many cells, its summary stands
    behind it and gives way in its place.
    """
    width, chars = area.width, area.chars
    left_off = library.words_left(entry.id)
    state = "cannot be opened" if entry.problem else left_off
    if not state and entry.id in library.finished:
        state = "finished"
    done = "✓" if chars.unicode else "x"
    mark = done if entry.id in library.finished else " "
    shown = (c.told(library, entry) for c in COLUMNS if width >= c.shows_from)
    columns = notation.plain(" ".join(told for told in shown if told), chars)
    head = f" {chars.pointer if is_here else ' '} {mark} {entry.number:>2}  "
    most = titles or width - len(head) - cells(columns) - 2
    title = shortened(notation.plain(entry.title, chars), most, chars)
    front = head + padded(title, titles)
    room = width - cells(front) - cells(columns) - 4
    style = Style.CURRENT if is_here else (Style.ERROR if entry.problem else Style.TEXT)
    if titles:
        middle = _summary(entry, state, room, chars)
    else:
        said = f"  {shortened(state, room, chars)}" if state and room > 2 else ""
        middle = line((said, Style.DIM))
    gap = max(width - cells(front) - width_of(middle) - cells(columns) - 1, 1)
    if is_here:
        # The cursor is a bar across the whole line.
        return line((f"{front}{text_of(middle)}{' ' * gap}{columns} ", Style.CURRENT))
    return (*line((front, style)), *middle, *line(" " * gap, (columns, Style.DIM)))


def _summary(entry: LessonEntry, state: str, room: int, chars: Chars) -> Line:
    """Return what a lesson teaches, and at the end of the room where the learner left it."""
    summary = notation.plain(entry.summary, chars)
    state = shortened(state, room - LEAST_SUMMARY - 2, chars)
    behind = f"  {state}" if state else ""
    own = room - cells(behind)
    return line((f"  {padded(shortened(summary, own, chars), own)}", Style.DIM), behind)


def _tasks(library: Library, entry: LessonEntry) -> str:
    """Return a sign for each task of a lesson, the done ones first."""
    most = max((one.tasks for one in library.entries), default=0)
    done = sum(whose == entry.id and t not in (READ, WRITTEN) for whose, t in library.tasks_done)
    signs = "✓" * min(done, entry.tasks) + "○" * max(entry.tasks - done, 0)
    return signs.ljust(most)


def _steps(_: Library, entry: LessonEntry) -> str:
    """Return how long a lesson is, as wide before that is counted."""
    steps = entry.count("steps")
    return f"{steps} steps".rjust(8) if steps else " " * 8


def _trains(_: Library, entry: LessonEntry) -> str:
    return f"{'trains' if entry.trains else '':<6}"


class LibraryColumn(Struct, frozen=True):
    """What stands at the end of each lesson's line."""

    told: Callable[[Library, LessonEntry], str]
    """What it says of a lesson, as wide for every one: nothing moves once lessons are counted."""
    shows_from: int
    """Width of the screen from which on it shows."""


COLUMNS = (
    LibraryColumn(_tasks, TWO_COLUMNS),
    LibraryColumn(_steps, 0),
    LibraryColumn(_trains, TWO_COLUMNS),
)
"""The columns from left to right. They leave no room at 80 cells, where a title stands whole beside
the place where its lesson was left, and none at 120 beside the summaries: a further one shows from
`SUMMARIES` on, its own cells and the one before it added.
"""


def _about(
    library: Library, entries: tuple[LessonEntry, ...], area: Area, at_hand: str
) -> tuple[Line, Line]:
    """Return what the lesson under the cursor teaches, or why it cannot be opened; where its own
    line says the one whole, where it is from.
    """
    if not entries:
        return (), ()
    chars, entry = area.chars, entries[min(library.cursor, len(entries) - 1)]
    summary = notation.plain(entry.summary, chars)
    source = notation.plain(f"From: {entry.source}" if entry.source else "", chars)
    about = source if summary in at_hand else summary
    text = notation.plain(entry.problem or found_at(entry, library) or about, chars)
    style = Style.ERROR if entry.problem else Style.TEXT
    first, second, *more = (*wrapped(text, area.width - 2, style), (), ())
    # What does not fit stays one line with its rest, which is cut by an ellipsis.
    rest = (text_of(row) for row in more if row)
    return line(" ", *first), line(" ", *second, (" ".join(("", *rest)).rstrip(), style))
