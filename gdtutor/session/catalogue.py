"""The library as state: the lessons, the cursor on them, and what is remembered of each."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping
from typing import Protocol

from gdtutor.lesson.discovery import LessonEntry
from gdtutor.values import Struct, field, replace

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
MAX_NUMBER = 2**63 - 1
"""The largest iteration or step that a store can hold."""


class GivenAnswer(Struct, frozen=True):
    """An answer to a question, as it is remembered."""

    lesson_id: str
    question: str
    """What was asked, as a name that stays the same when the lesson is worded anew."""
    answer: str
    """What the learner typed."""
    correct: bool
    slip: str | None
    """The diagnosis of a wrong answer, if one fitted."""


def check_time(when: float) -> None:
    """Raise ValueError for a time that is no number of seconds."""
    if not math.isfinite(when):
        raise ValueError(f"a time must be finite, not {when}")


class LessonPlace(Struct, frozen=True):
    """Where the learner is in one lesson.

    Raises:
        ValueError: a count is negative or above `MAX_NUMBER`, or the time is not finite.
    """

    iteration: int
    """The iteration, from 0."""
    step: int
    """The step within the iteration, from 1, as on the screen."""
    steps_total: int
    """How many steps the iteration has."""
    edits: tuple[str, ...]
    """What the learner changed, as the values of `--set`; in the playground the command lines of
    what was there before each change."""
    command: str
    """The command line that opens this very place."""
    updated: float
    """When the learner was there, in seconds since 1970."""

    def __post_init__(self) -> None:
        if not all(0 <= n <= MAX_NUMBER for n in (self.iteration, self.step, self.steps_total)):
            raise ValueError("iteration and steps must lie between 0 and 2**63 - 1")
        check_time(self.updated)


class LibraryMemory(Protocol):
    """What is remembered; each method raises GdTutorError where it cannot be read."""

    def places(self) -> Mapping[str, LessonPlace]:
        """Return where the learner is in each lesson, the lesson last saved last."""

    def finished_lessons(self) -> Mapping[str, float]:
        """Return the lessons that were finished, with the time of the first finish."""

    def tasks_done(self) -> frozenset[tuple[str, str]]:
        """Return lesson id and task id of every task that is done."""


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
    left: Mapping[str, LessonPlace] = field(default_factory=dict)
    """By lesson id where the learner left it."""

    def command_left(self, lesson_id: str) -> str:
        """Return the command line of the place where a lesson was left; empty where it was not."""
        return self.left[lesson_id].command if lesson_id in self.left else ""

    def words_left(self, lesson_id: str) -> str:
        """Return the place where a lesson was left in words; empty where it was not."""
        place = self.left.get(lesson_id)
        return "" if place is None else place_text(place, is_finished=lesson_id in self.finished)


def with_memory(library: Library, memory: LibraryMemory) -> Library:
    """Return the library with what is remembered, the cursor where the learner left.

    Raises:
        GdTutorError: It cannot be read.
    """
    places, finished = memory.places(), frozenset(memory.finished_lessons())
    ids, last = [entry.id for entry in library.entries], next(reversed([*places]), None)
    return replace(
        library,
        left=places,
        is_new=not places and not finished,
        finished=finished,
        tasks_done=memory.tasks_done(),
        cursor=ids.index(last) if last in ids else library.cursor,
    )


def shown_entries(library: Library) -> tuple[LessonEntry, ...]:
    """Return the lessons that have every word of the search: those first whose own name has them,
    then those whose text has them in a row; all lessons where there is no search.
    """
    found = [e for e in library.entries if _is_named(e, library) or found_at(e, library)]
    named = {e.id: _has(f"{e.number} {e.id} {e.title}", library) for e in found}
    sought = _sought(library)
    in_a_row = {e.id: sought in library.words.get(e.id, "").lower() for e in found}
    return tuple(sorted(found, key=lambda e: (not named[e.id], not in_a_row[e.id])))


def _is_named(entry: LessonEntry, library: Library) -> bool:
    return _has(_named(entry), library)


def _named(entry: LessonEntry) -> str:
    return f"{entry.number} {entry.id} {entry.title} {entry.chapter} {entry.summary}"


def _has(text: str, library: Library) -> bool:
    return all(word in text.lower() for word in library.search.lower().split())


def _sought(library: Library) -> str:
    return " ".join(library.search.lower().split())


def found_at(entry: LessonEntry, library: Library) -> str:
    """Return where a lesson's text has what is searched; nothing where it does not, where less
    than a word is searched, and where title or summary have it.
    """
    sought, text = _sought(library), library.words.get(entry.id, "")
    if len(sought) < LEAST_SOUGHT or _is_named(entry, library):
        return ""
    if not _has(f"{_named(entry)} {text}", library):
        return ""
    # In a row if it stands so, else the rarest of the words, which says most.
    lower = text.lower()
    words = [word for word in sought.split() if word in lower]
    part = sought if sought in lower else min(words, key=lower.count, default="")
    at = lower.find(part)
    before, behind = text[max(at - AROUND, 0) : at], text[at : at + len(part) + 2 * AROUND]
    return f"… {before.partition(' ')[2]}{behind.rpartition(' ')[0]} …"


def place_text(place: LessonPlace, *, is_finished: bool = False) -> str:
    """Return in words what a place opens: at the end of a lesson, that it is finished; nothing at
    its start, which was merely opened.
    """
    step, total, iteration, edits = place.step, place.steps_total, place.iteration, len(place.edits)
    words = shlex.split(place.command)
    keys = words[-1].split() if "--keys" in words else []
    # Space goes on to the end.
    trained = re.findall(r"\b(\d*)t\b(?! space)|\b\d*t space\b", " ".join(keys))
    if not (iteration or edits or keys or "--at" in words):
        return ""
    where = "closing page" if "z" in keys else f"step {step} of {total}" if step else "opening page"
    told = f"iteration {iteration}, {where}" if iteration else where
    if trained:
        told = f"iteration {trained[-1]}, Train" if trained[-1] else "Train, at the end"
    elif is_finished and where in ("closing page", f"step {total} of {total}"):
        told = "finished"
    return told + (f", {edits} change{'s' * (edits > 1)}" if edits else "")
