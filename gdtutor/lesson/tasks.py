"""What the closing page asks for: tasks with a goal that the engine judges, and a program."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from gdtutor.lesson.blocks import TomlBlock
from gdtutor.lesson.conditions import check_names, parse_condition
from gdtutor.lesson.front_matter import read_block
from gdtutor.lesson.mistakes import Mistake, Mistakes, collected
from gdtutor.lesson.model import Task, Writing
from gdtutor.lesson.reports import Findings, Place, shown
from gdtutor.values import replace

MAX_TASKS = 9
"""Most tasks of a lesson."""
SETTINGS = ("learning_rate", "optimizer", "activation", "variant", "train")
"""What a task may name in `change` besides the lesson's own values."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}$")


def read_tasks(
    blocks: Sequence[TomlBlock], names: Container[str], findings: Findings
) -> tuple[Task, ...]:
    """Return the tasks of a lesson; those that cannot be judged are reported.

    Args:
        blocks: The task blocks as written.
        names: Every value of the lesson's graphs.
        findings: Where mistakes are reported.
    """
    tasks: dict[str, Task] = {}
    for block in blocks:
        with read_block(Task, block, findings) as (task, mistakes):
            if task is not None and not mistakes:
                _check(task, tasks, names, mistakes)
                tasks.setdefault(task.id, replace(task, line=block.line - 1, at=block.at))
    if len(tasks) > MAX_TASKS:
        place = Place(blocks[MAX_TASKS].line - 1, 1)
        findings.error(place, "bound", f"{len(tasks)} tasks", f"the bound is {MAX_TASKS}")
    return tuple(tasks.values())


def _check(task: Task, earlier: Container[str], names: Container[str], mistakes: Mistakes) -> None:
    if not _ID.match(task.id):
        hint = "small letters, digits and hyphens, as in never-lit"
        mistakes.append(Mistake(("id",), "task", f"'{shown(task.id)}' is no id", hint))
    if task.id in earlier:
        what = f"a second task with the id '{task.id}'"
        mistakes.append(Mistake(("id",), "task", what, "progress is kept under it; choose another"))
    with collected(mistakes, "goal", code="task"):
        check_names(parse_condition(task.goal), names)
    for position, name in enumerate(task.change):
        if name not in names and name not in SETTINGS:
            what = f"'{shown(name)}' is nothing that can be changed"
            hint = f"a given value of the lesson, or one of {', '.join(SETTINGS)}"
            mistakes.append(Mistake(("change", position), "task", what, hint))


def read_writing(
    blocks: Sequence[TomlBlock], names: Container[str], findings: Findings
) -> Writing | None:
    """Return the program that a lesson asks for, which `gdtutor judge` compares with the walk; what
    cannot be judged is reported.

    Args:
        blocks: The write blocks as written; one is enough.
        names: Every value of the lesson's graphs.
        findings: Where mistakes are reported.
    """
    writing: Writing | None = None
    for number, block in enumerate(blocks):
        with read_block(Writing, block, findings) as (table, mistakes):
            for at, name in enumerate(table.names if table and not mistakes else ()):
                if name not in names and not (name.startswith("d") and name[1:] in names):
                    what = f"the walk has no '{shown(name)}'"
                    hint = "name a line of the graph, or d and a name for its gradient"
                    mistakes.append(Mistake(("names", at), "write", what, hint))
            if number:
                hint = "one program is judged by all its names"
                mistakes.append(Mistake(("text",), "write", "a second write block", hint))
            writing = table
    return writing
