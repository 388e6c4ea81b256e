"""`gdtutor worksheet`: exercises or the walk of a lesson on paper, and the solutions."""

from __future__ import annotations

import argparse
from pathlib import Path

from gdtutor.cli.lesson_files import check_target, lesson_path
from gdtutor.cli.shell import format_of, put_out
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import load_lesson
from gdtutor.practice.sheet import (
    PAPERS,
    Sheet,
    lesson_sheet,
    markdown_lines,
    practice_sheet,
    svg_pages,
    text_lines,
)

EXERCISES = 10
"""How many a sheet has where no count is given."""


def run(arguments: argparse.Namespace) -> None:
    """Print a sheet, or write it to a file; pages of SVG after the first are numbered."""
    if bool(arguments.lesson) == arguments.practice:
        raise GdTutorError("name a lesson, or --practice", "gdtutor worksheet --practice")
    arguments.format = format_of(arguments.format, arguments.out)
    sheet = _sheet(arguments)
    if arguments.out and arguments.lesson:
        check_target(arguments.out, lesson_path(arguments.lesson))
    if arguments.format == "svg":
        _put_out(svg_pages(sheet, arguments.solutions, PAPERS[arguments.paper]), arguments.out)
    else:
        lines = markdown_lines if arguments.format == "markdown" else text_lines
        text = "\n".join(lines(sheet, arguments.solutions)).rstrip("\n") + "\n"
        put_out(text, arguments.out)


def _sheet(arguments: argparse.Namespace) -> Sheet:
    if arguments.practice:
        return practice_sheet(arguments.count or EXERCISES, arguments.seed)
    lesson = load_lesson(lesson_path(arguments.lesson))
    return lesson_sheet(lesson, arguments.count, arguments.seed)


def _put_out(pages: tuple[str, ...], out: str) -> None:
    if not out and len(pages) > 1:
        what = f"the sheet has {len(pages)} pages, and standard output takes one"
        raise GdTutorError(what, "write it with --out sheet.svg, or lower --count")
    put_out(pages[0], out)
    for number, page in enumerate(pages[1:], 2):
        path = Path(out)
        put_out(page, str(path.with_stem(f"{path.stem}-{number}")))
