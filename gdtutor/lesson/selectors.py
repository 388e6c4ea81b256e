"""One notation for a step of the walk, `37/backward:W1[0,1]`, and for an edit, `20:b=0.5`."""

from __future__ import annotations

import math
import re

import numpy as np

from gdtutor.engine.errors import FormulaError, GdTutorError, did_you_mean
from gdtutor.engine.expression import calls_in, names_in, number_text
from gdtutor.engine.operations import evaluate
from gdtutor.engine.parsing import parse
from gdtutor.lesson.names import SETTABLE
from gdtutor.lesson.reports import shown
from gdtutor.lesson.when import PHASES
from gdtutor.values import Struct

MAX_ITERATION = 10**12
"""The largest iteration or step that a selector names."""
_LONGEST = 200
_NODE = re.compile(
    r"(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]{1,8})?)(?:\[(?P<cell>[0-9]{1,8}(?:,[0-9]{1,8})?)\])?\Z"
)
_NUMERIC = frozenset({"add", "sub", "mul", "div", "pow", "neg"})


class SelectorError(GdTutorError):
    """A selector or an edit that cannot be read."""


class Selector(Struct, frozen=True):
    """A step of the walk."""

    iteration: int = 0
    phase: str = "given"
    """given, forward, backward or update; empty where `step` says which one."""
    node: str = ""
    """Empty for the first step of the phase."""
    cell: tuple[int, ...] | None = None
    """The cell of the node that is opened."""
    step: int | None = None
    """The number of the step within the iteration, from 1, as on the screen."""

    def text(self) -> str:
        """Return the selector as it is written; parsed again it is the same."""
        before = f"{self.iteration}/" if self.iteration else ""
        if self.step is not None:
            return f"{before}step:{self.step}{cell_text(self.cell)}"
        node = f":{self.node}" if self.node else ""
        return f"{before}{self.phase}{node}{cell_text(self.cell)}"


class Assignment(Struct, frozen=True):
    """An edit: from this iteration on, a name has this value."""

    name: str
    """A parameter, constant, input or target; or learning_rate, optimizer,
    activation, or what ends a run, as loss_below."""
    cell: tuple[int, ...] | None
    """The cell of an array; for a value by example, the example."""
    value: float | str
    """A number; a name for optimizer and activation."""
    iteration: int = 0

    def text(self) -> str:
        """Return the edit as it is written; parsed again it is the same."""
        before = f"{self.iteration}:" if self.iteration else ""
        value = self.value if isinstance(self.value, str) else number_text(self.value)
        return f"{before}{self.name}{cell_text(self.cell)}={value}"


def cell_text(cell: tuple[int, ...] | None) -> str:
    """Return `[0,1]`, or nothing where there is no cell."""
    return "" if cell is None else f"[{','.join(map(str, cell))}]"


def cell_of(text: str | None) -> tuple[int, ...] | None:
    """Return the cell of `0,1`, or nothing where there is no text."""
    return tuple(map(int, text.split(","))) if text else None


def parse_selector(text: str) -> Selector:
    """Read `[ITER/]PHASE[:NODE[CELL]]`, `step:N[CELL]`, `12` for step:12, or `iteration 37`.

    A space may stand for the colon.

    Raises:
        SelectorError: For anything else.
    """
    words = text.strip()
    if not words or len(words) > _LONGEST:
        raise SelectorError("no step is named", "write a step such as backward:w1 or 12")
    words = re.sub(r"[ \t]*([:/,\[\]])[ \t]*", r"\1", words)
    words = re.sub(r"[ \t]+", ":", words)
    before, slash, rest = words.partition("/")
    iteration = _whole(before, "iteration") if slash else 0
    rest = rest if slash else words
    if not slash and rest.isascii() and rest.isdigit():
        return Selector(phase="", step=_step(rest))
    phase, colon, node = rest.partition(":")
    if phase == "iteration" and not slash:
        return Selector(_whole(node, "iteration"))
    if phase == "step":
        number, bracket, inside = node.partition("[")
        opened = parse_cell(f"step[{inside}")[1] if bracket else None
        return Selector(iteration, "", "", opened, _step(number))
    if phase not in PHASES:
        known = (*PHASES, "step", "iteration")
        hint = did_you_mean(phase, known) or "phases are given, forward, backward and update"
        raise SelectorError(f"'{shown(phase)}' is not a phase", hint)
    if colon and not node:
        raise SelectorError(f"no node is named after '{phase}:'", f"write {phase}:z, or {phase}")
    if not node:
        return Selector(iteration, phase)
    name, cell = parse_cell(node)
    return Selector(iteration, phase, name, cell)


def parse_cell(text: str) -> tuple[str, tuple[int, ...] | None]:
    """Read `W1`, `x1[3]` or `W1[0,1]`.

    Raises:
        SelectorError: For anything else.
    """
    match = _NODE.match(text)
    if match is None:
        raise SelectorError(f"'{shown(text)}' is no name", "write w1, x1[3] or W1[0,1]")
    return match["name"], cell_of(match["cell"])


def parse_unit(text: str) -> tuple[str, tuple[int, ...] | None]:
    """Read which value of every example is meant: `z`, the row `A1[2]`, or the column `A1[:,2]`.

    Raises:
        SelectorError: For anything else.
    """
    return parse_cell(re.sub(r"\[:, ?(?=\d+\]$)", "[", text))


def parse_assignment(text: str) -> Assignment:
    """Read `[ITER:]NAME=VALUE`; which optimisers and activations there are, their tables say.

    Raises:
        SelectorError: For anything else, and for a number that is not finite.
    """
    left, equals, right = text.partition("=")
    if not equals or len(text) > _LONGEST * 10:
        raise SelectorError(f"'{shown(text)}' is no edit", "write NAME=VALUE, as w1=0.9")
    before, colon, name = left.rpartition(":")
    iteration = _whole(before.strip(), "iteration") if colon else 0
    name, cell = parse_cell(re.sub(r"[ \t]", "", name))
    if name in SETTABLE and cell is not None:
        raise SelectorError(f"{name} has no cells", f"write {name}={shown(right.strip())}")
    if name in SETTABLE[1:]:
        return Assignment(name, None, right.strip(), iteration)
    value = parse_number(right)
    if name == "learning_rate" and value <= 0:
        what = f"the learning rate is {number_text(value)}"
        raise SelectorError(what, "use a finite number above 0")
    return Assignment(name, cell, value, iteration)


def parse_number(text: str) -> float:
    """Read a number or a formula of numbers, such as `1/3` or `-2.5e-3`.

    Raises:
        SelectorError: For anything else, and where the result is not finite.
    """
    hint = "write a number, as 0.5, 1e-3 or 1/3"
    try:
        expr = parse(text, {})
    except FormulaError as error:
        raise SelectorError(f"'{shown(text.strip())}' is no number: {error.what}", hint) from None
    if any(names_in(expr)) or not {call.op for call in calls_in(expr)} <= _NUMERIC:
        raise SelectorError(f"'{shown(text.strip())}' is no number", hint)
    with np.errstate(all="ignore"):
        value = float(evaluate(expr, {}))
    if not math.isfinite(value):
        raise SelectorError(f"'{shown(text.strip())}' is not finite", hint)
    return value


def _whole(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 13 or int(text) > MAX_ITERATION:
        hint = f"use a whole number from 0 to {MAX_ITERATION:,}"
        raise SelectorError(f"'{shown(text)}' is no {what}", hint)
    return int(text)


def _step(text: str) -> int:
    number = _whole(text, "step")
    if number < 1:
        raise SelectorError("steps count from 1", "write step:1")
    return number
