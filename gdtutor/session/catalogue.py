"""The library as state: the lessons, the cursor on them, and what is remembered of each."""

from __future__ import annotations

from collections.abc import Mapping

from gdtutor.lesson.summary import LessonEntry
from gdtutor.values import Struct, field

TASK = "task:"
"""What the name of a task begins with where it is kept beside the answers to questions."""
WRITTEN = "the program"
"""What a program that was written and is right is kept as among the tasks; no task has this id."""
PRACTICE = "practice"
"""What answers to exercises are kept under; no lesson may be called so, since a command is."""
AGAIN = " again"
"""What ends the name of an exercise under which a further answer to it is kept."""
READ = "the tasks"
"""What is kept among the tasks once they were shown to the learner; no task has this id."""


LEAST_SOUGHT = 3
"""Characters from which on the lessons' texts are searched, too."""
AROUND = 30
"""Characters that are shown before what was found in a text, and half of those behind it."""


class LeftPlace(Struct, frozen=True):
    """Where the learner left a lesson."""

    words: str = ""
    """The place in words; empty where none is remembered."""
    command: str = ""
    """The command line that opens it."""
    edits: tuple[str, ...] = ()
    """What the learner had changed there when the program began."""


class Library(Struct, frozen=True):
    """The lessons, and the cursor on them."""

    entries: tuple[LessonEntry, ...] = ()
    cursor: int = 0
    search: str = ""
    before: int = 0
    """Where the cursor was among all lessons as the search began."""
    words: Mapping[str, str] = field(default_factory=dict)
    """By lesson id the words of its text, once they were searched for the first time."""
    is_new: bool = False
    """Whether nothing is remembered yet: this is a first visit."""
    finished: frozenset[str] = frozenset()
    tasks_done: frozenset[tuple[str, str]] = frozenset()
    """Lesson id and task id of every task that is done."""
    left: Mapping[str, LeftPlace] = field(default_factory=dict)
    """By lesson id where the learner left it."""

    def left_at(self, lesson_id: str) -> LeftPlace:
        """Return where the learner left a lesson."""
        return self.left.get(lesson_id, LeftPlace())


def shown_entries(library: Library) -> tuple[LessonEntry, ...]:
    """Return the lessons that match the search, those first whose own name does; all where there
    is none.
    """
    found = [e for e in library.entries if _is_named(e, library) or found_at(e, library)]
    return tuple(sorted(found, key=lambda e: not _has(f"{e.number} {e.id} {e.title}", library)))


def _is_named(entry: LessonEntry, library: Library) -> bool:
    return _has(f"{entry.number} {entry.id} {entry.title} {entry.chapter} {entry.summary}", library)


def _has(text: str, library: Library) -> bool:
    return all(word in text.lower() for word in library.search.lower().split())


def found_at(entry: LessonEntry, library: Library) -> str:
    """Return where a lesson's text has what is searched; nothing where it does not, where less
    than a word is searched, and where title or summary have it.
    """
    sought = " ".join(library.search.lower().split())
    text = library.words.get(entry.id, "")
    at = text.lower().find(sought)
    if at < 0 or len(sought) < LEAST_SOUGHT or _is_named(entry, library):
        return ""
    before, behind = text[max(at - AROUND, 0) : at], text[at : at + len(sought) + 2 * AROUND]
    return f"… {before.partition(' ')[2]}{behind.rpartition(' ')[0]} …"


def place_text(
    iteration: int,
    step: int | None,
    total: int,
    edits: tuple[str, ...],
    *,
    is_finished: bool = False,
) -> str:
    """Return where a learner is in a lesson, in words: at its end, that it is finished.

    Step 0 is the opening page, and None the closing page.
    """
    where = (
        f"step {step} of {total}" if step else "closing page" if step is None else "opening page"
    )
    at = f"iteration {iteration}, {where}" if iteration else where
    changed = f", {len(edits)} change{'s' if len(edits) > 1 else ''}" if edits else ""
    return ("finished" if is_finished and step in (total, None) else at) + changed


def opens_closing(command: str) -> bool:
    """Say whether a command line that `link.command_of` has made opens the closing page."""
    _, option, keys = command.rpartition(" --keys ")
    return bool(option) and "z" in keys.strip("'").split()
