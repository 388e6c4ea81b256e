"""Tasks of the closing page: a text and a goal that the engine judges."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from gdtutor.lesson.body import TaskBlock
from gdtutor.lesson.conditions import ConditionError, check_names, parse_condition
from gdtutor.lesson.front_matter import report_mistakes
from gdtutor.lesson.model import Task
from gdtutor.lesson.readers import Mistake, key, keyed, line, list_of, paragraph, read_table
from gdtutor.lesson.reports import Findings, shown
from gdtutor.lesson.toml_text import read_toml

MAX_TASKS = 9
"""Most tasks of a lesson."""
MAX_HINTS = 5
"""Most hints of a task."""
MAX_EDITS = 20
"""Most steps of a solution, and most names that may be changed."""
SETTINGS = ("learning_rate", "optimizer", "activation", "variant", "train")
"""What a task may name in `change` besides the lesson's own values."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}$")


@keyed
class TaskTable:
    """The keys of a task block."""

    id: str = key(line(40, 1), says='write id = "undecided"; progress is kept under it')
    """A short word that progress is kept under."""
    text: str = key(paragraph, says="write what is to be reached")
    """What is to be reached."""
    goal: str = key(line(500, 1), says='write goal = "u == 0"')
    """The condition that the engine judges."""
    change: tuple[str, ...] = key(list_of(line(64, 1), MAX_EDITS), ())
    """What may differ from the lesson's own, and some of it must where `train` is not among it;
    anything where it is left out."""
    hints: tuple[str, ...] = key(list_of(paragraph, MAX_HINTS), ())
    """Shown one after the other."""
    done: str = key(paragraph, "")
    """What is said once it is done."""
    solution: tuple[str, ...] = key(list_of(line(200, 1), MAX_EDITS), ())
    """Edits, `variant NAME`, `train`, `train 500` or `iteration 3` that reach the goal; `check`
    proves it, and nothing shows it."""


def read_tasks(
    blocks: Sequence[TaskBlock], names: Container[str], findings: Findings
) -> tuple[Task, ...]:
    """Return the tasks of a lesson; those that cannot be judged are reported.

    Args:
        blocks: The task blocks as written.
        names: Every value of the lesson's graphs.
        findings: Where mistakes are reported.
    """
    tasks: dict[str, Task] = {}
    for block in blocks:
        mistakes: list[Mistake] = []
        raw = read_toml(block.toml, block.line, findings)
        table = None if raw is None else read_table(TaskTable, raw, (), mistakes)
        if table is not None and not mistakes:
            task = _task(table, block)
            mistakes += _mistakes(table, tasks, names)
            tasks.setdefault(task.id, task)
        report_mistakes(mistakes, block.toml, block.line, findings)
    if len(tasks) > MAX_TASKS:
        what = f"{len(tasks)} tasks"
        report_mistakes([Mistake((), "bound", what, f"the bound is {MAX_TASKS}")],
                        blocks[MAX_TASKS].toml, blocks[MAX_TASKS].line, findings)  # fmt: skip
    return tuple(tasks.values())


def _task(table: TaskTable, block: TaskBlock) -> Task:
    return Task(
        table.id, table.text, table.goal, table.change, table.hints, table.done, table.solution,
        block.line - 1, block.at,
    )  # fmt: skip


def _mistakes(table: TaskTable, earlier: Container[str], names: Container[str]) -> list[Mistake]:
    found = []
    if not _ID.match(table.id):
        hint = "small letters, digits and hyphens, as in never-lit"
        found.append(Mistake(("id",), "task", f"'{shown(table.id)}' is no id", hint))
    if table.id in earlier:
        what = f"a second task with the id '{table.id}'"
        found.append(Mistake(("id",), "task", what, "progress is kept under it; choose another"))
    try:
        check_names(parse_condition(table.goal), names)
    except ConditionError as error:
        found.append(Mistake(("goal",), "task", error.what, error.hint))
    for position, name in enumerate(table.change):
        if name not in names and name not in SETTINGS:
            what = f"'{shown(name)}' is nothing that can be changed"
            hint = f"a given value of the lesson, or one of {', '.join(SETTINGS)}"
            found.append(Mistake(("change", position), "task", what, hint))
    return found
