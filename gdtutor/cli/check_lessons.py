"""`gdtutor check`: every problem of some lessons; its report is its result."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import process_time

from gdtutor.check.paths import check_data, check_lines, check_paths
from gdtutor.cli.shell import print_as
from gdtutor.lesson.discovery import shipped_lessons_folder


def run(arguments: argparse.Namespace) -> int:
    """Check the paths, the shipped lessons without any; 1 where an error was found."""
    paths = [Path(text) for text in arguments.paths] or [shipped_lessons_folder()]
    result = check_paths(paths, process_time)
    print_as(arguments.json, lambda: check_data(result), lambda: check_lines(result))
    return 1 if result.has_errors else 0
