"""`gdtutor progress`: what is remembered of the lessons, and how to forget it."""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections import Counter
from shutil import get_terminal_size

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.cli.shell import print_as, print_json, print_lines
from gdtutor.engine.characters import padded, shell_line
from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.discovery import (
    UnknownLessonError,
    discover,
    read_summary,
    shipped_lessons_folder,
)
from gdtutor.lesson.reports import shown
from gdtutor.play.lesson_text import ID
from gdtutor.progress.schema import Reset
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.catalogue import AGAIN, PRACTICE, READ, TASK, WRITTEN, LessonPlace, place_text

_COLUMN = 25
"""Cells before what is remembered of a lesson: its id and a blank."""


def run(arguments: argparse.Namespace) -> None:
    """Print the progress, or forget a lesson."""
    is_reset = arguments.words[:1] == ["reset"]
    named = " ".join(arguments.words[is_reset:])
    if is_reset and not named:
        raise GdTutorError("no lesson is named", "write gdtutor progress reset LESSON")
    with ProgressStore(default_path()) as store:
        lesson = _id_of(store, named)
        if is_reset:
            store.apply((Reset(lesson),))
            told = [f"Everything about {lesson} is forgotten."]
            print_as(arguments.json, lambda: {"forgotten": lesson}, lambda: told)
        elif arguments.json:
            data = store.as_json()
            own = [one for one in data["lessons"] if lesson in ("", one["lesson"])]
            print_json({**data, "lessons": own})
        else:
            print_lines(_wrapped_lines(lines_of(store, lesson)))


def _id_of(store: ProgressStore, named: str) -> str:
    """Return the id of a lesson named by id, number or path, or of what else is remembered.

    Raises:
        GdTutorError: There is no such lesson, and nothing is remembered under that name.
    """
    known = store.lessons()
    if not named or named in (*known, PRACTICE, ID):
        return named
    try:
        entry = read_summary(lesson_path(named))
    except UnknownLessonError as error:
        near = did_you_mean(named, known)
        raise GdTutorError(error.what, near or error.hint) from None
    if entry is None or not entry.id:
        raise GdTutorError(f"there is no lesson in '{shown(named)}'", "see `gdtutor list`")
    return entry.id


def lines_of(store: ProgressStore, only: str = "") -> list[str]:
    """Return what is remembered, a lesson after the other, or of one alone."""
    places, finished = store.places(), store.finished_lessons()
    lines, done = list(store.messages), store.tasks_done()
    read = (read_summary(path) for path in discover(shipped_lessons_folder()))
    shelf = {entry.id: entry for entry in read if entry is not None}
    # The course in its order, with its names of the library; then what else is remembered.
    known = sorted(store.lessons(), key=lambda one: [*shelf].index(one) if one in shelf else 1000)
    for lesson in [one for one in known if only in ("", one)]:
        kept = [one for one in store.attempts(lesson) if not one.question.startswith(TASK)]
        tried = [one for one in kept if not one.question.endswith(AGAIN)]
        right = sum(1 for one in tried if one.correct)
        place = places.get(lesson)
        is_over = lesson in finished
        where = "" if place is None else _where(place, is_finished=is_over)
        parts = [where, "finished" if is_over and not where.startswith("finished") else ""]
        counted = "exercises right at the first try" if lesson == PRACTICE else "attempts right"
        parts.append(f"{right} of {len(tried)} {counted}" if tried else "")
        tasks = sum(whose == lesson and t not in (READ, WRITTEN) for whose, t in done)
        entry = shelf.get(lesson)
        of = f" of {entry.tasks}" if entry is not None and entry.tasks else ""
        parts.append(f"{tasks}{of} tasks done" if tasks or of else "")
        parts.append("program written" if (lesson, WRITTEN) in done else "")
        name = lesson if entry is None else f"{entry.number} {lesson}"
        title = "" if entry is None else f"{entry.title}: "
        lines.append(
            f"{padded(name, 24)} {title}{', '.join(part for part in parts if part)}".rstrip()
        )
        slips = Counter(one.slip for one in kept if one.slip).most_common()
        if slips:
            lines.append(f"{'':<24} slips: {', '.join(f'{slip} ({n})' for slip, n in slips)}")
        if place is not None:
            lines.append(f"{'':<24} {shell_line(place.command)}")
    if not known or (only and only not in known):
        lines.append(f"Nothing is remembered {f'of {only} ' if only else ''}yet.")
    if store.location:
        lines.append(f"Kept in {store.location}")
    return lines


def _wrapped_lines(lines: list[str]) -> list[str]:
    """Return lines broken between words where a terminal would break them anywhere."""
    if not sys.stdout.isatty():
        return lines
    width = max(get_terminal_size().columns, _COLUMN + 20)
    return [row for told in lines for row in _wrapped(told, width)]


def _wrapped(told: str, width: int) -> list[str]:
    # A command line, by whatever path it calls the program, is copied as a whole; so is a path.
    # Where it has no room beneath the lesson's title it begins farther to the left.
    if "gdtutor" in told and told.startswith(" " * _COLUMN):
        room = width - len(told.strip())
        return [" " * min(max(room, 2), _COLUMN) + told.strip()]
    if len(told) <= width or told.startswith("Kept in "):
        return [told]
    indent = " " * _COLUMN if told[_COLUMN - 1 : _COLUMN] == " " else ""
    head, rest = told[: len(indent)], told[len(indent) :]
    return textwrap.wrap(
        rest, width, initial_indent=head, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _where(place: LessonPlace, *, is_finished: bool) -> str:
    """Return where a learner is, in words; in the playground, how far it is trained."""
    is_walked = "--at" in place.command or re.search(r" : \d+/", place.command)
    if "play" in place.command.split()[:4] and not is_walked:
        # Its command line trains as far as it was trained.
        trained = re.search(r"--keys '?(\d+)n", place.command)
        return f"epoch {int(trained[1]) if trained else 0:,}"
    return place_text(place, is_finished=is_finished)
