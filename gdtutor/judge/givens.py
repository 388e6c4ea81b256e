"""What a program is given, by the names and in the layout it uses; its lines that ask for it."""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator, Mapping, Set
from types import CodeType
from typing import Any, NamedTuple

import numpy as np

from gdtutor.judge.source import name_of, parts_in
from gdtutor.judge.value_watch import Space

EPOCHS = frozenset(
    {"epochs", "n_epochs", "num_epochs", "iterations", "n_iterations", "num_iterations"}
)
_READS = ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS")
GIVEN = "__gdtutor_given__"
"""What a line that types a given value calls, with the name, the value, and whether it takes it out
of what its function was handed."""
FIRST = "__gdtutor_first__"
"""What a loop over epochs goes over: the first of its passes."""
_DRAWN = frozenset(
    {"rand", "randn", "random", "random_sample", "normal", "standard_normal", "uniform", "randint",
     "integers", "zeros", "ones", "full", "eye"}
)  # fmt: skip
"""Calls that make a start of a parameter."""


def ask_for_given(tree: ast.Module, given: Set[str], own: Set[str]) -> None:
    """Have the lines of a program ask that type values in.

    Args:
        tree: The program, changed in place; its loops that train are cut.
        given: Names that it is given.
        own: Names that it computes or updates.
    """
    for body, handed in _bodies(tree):
        for statement in body:
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                _ask(statement, _Asks(given, own, handed))


class _Asks(NamedTuple):
    """Which values are asked for in a body."""

    given: Set[str]
    own: Set[str]
    """Names that the program computes or updates."""
    handed: Set[str]
    """Names of the function around it, whose values are of the program's own making."""


def _bodies(tree: ast.Module) -> Iterator[tuple[list[ast.stmt], Set[str]]]:
    """Yield where values may be typed in, with the names of the function around it: not behind a
    loop that trains, where parameters are what has become of them."""
    trains = (k for k, part in enumerate(tree.body) if _is_cut(part))
    yield tree.body[: next(trains, len(tree.body))], frozenset()
    for node in parts_in(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.body, _local_names(node)
    for statement in tree.body:
        if isinstance(statement, ast.If):
            yield statement.body, frozenset()


def _is_cut(part: ast.stmt) -> bool:
    match part:
        case ast.For(iter=ast.Call(func=ast.Name(id=called))):
            return called == FIRST
    return False


def _local_names(function: ast.FunctionDef) -> Set[str]:
    """Return the names that a function has by itself: what it is handed, and what it binds."""
    bound = (n.id for n in parts_in(function)
             if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))  # fmt: skip
    handed = (n.arg for n in parts_in(function.args) if isinstance(n, ast.arg))
    return {*bound, *handed}


def _ask(statement: ast.Assign, asks: _Asks) -> None:
    """Have an assignment ask for what it types in; one of several values at once, for each."""
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        if len(target.elts) == len(value.elts):
            pairs = zip(target.elts, value.elts, strict=True)
            value.elts = [_asking(t, v, asks) for t, v in pairs]
    elif isinstance(value, ast.Dict):
        of = zip(value.keys, value.values, strict=True)
        value.values = [_asking(ast.Subscript(target, k), v, asks) if k else v for k, v in of]
    else:
        statement.value = _asking(target, value, asks)


def _asking(target: ast.expr, value: ast.expr, asks: _Asks) -> ast.expr:
    called = target.id if isinstance(target, ast.Name) else ast.unparse(target)
    if called not in asks.given:
        return value
    read = {
        ast.unparse(node)
        for node in parts_in(value)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
        and isinstance(node.ctx, ast.Load)
    }
    # W1 may be drawn with X.shape in its formula; X made from X, as X.T, is the program's own way.
    if read & asks.own or called in read or (read & asks.given and called not in asks.own):
        return value
    is_handed = bool(read & asks.handed) and not any(map(_is_drawn, parts_in(value)))
    words = [ast.Constant(called), value, ast.Constant(is_handed)]
    call = ast.copy_location(ast.Call(ast.Name(GIVEN, ast.Load()), words, keywords=[]), value)
    return ast.fix_missing_locations(call)


def _is_drawn(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) in _DRAWN


def spelled(path: str) -> str:
    """Return a path as Python writes it: `p['W1']` for `p["W1"]`."""
    try:
        return ast.unparse(ast.parse(path, mode="eval"))
    except (SyntaxError, ValueError):
        return path


class Givens:
    """The given values of a run.

    Args:
        values: By the lesson's names.
        names: By the lesson's name, the program's own, a path such as `p['W1']` among them.
        layout: By the lesson's name, how a program has typed a value; filled in here.
        by_rows: The data of a program that says it has rows and turns none itself. One of them
            typed as the lesson has it says that all is, and rows are what the program is given.
    """

    def __init__(
        self, values: Space, names: Mapping[str, str], layout: dict[str, str], by_rows: Set[str]
    ) -> None:
        self._by_rows, self._is_turned = by_rows, False
        theirs = {spelled(names.get(name, name)): name for name in values}
        self._names, self._layout = theirs, layout
        self.values = {**values, **{own: values[name] for own, name in theirs.items()}}
        self._asked: set[str] = set()
        self._put: set[str] = set()
        """Names whose given values are put in the place of what a function takes, every time."""
        self._read: Set[str] = frozenset()

    def take(self, called: str, typed: Any, epochs: int) -> Any:
        """Return what is in the place of what a function takes out of what it is handed, as
        `W = p["W"]`: that very value, so that updates last.

        A parameter that the program has drawn in no line that asks, as `p["W" + str(l)]`, gets its
        given numbers here, where the program keeps it.
        """
        name = self._names.get(called, called)
        if called in EPOCHS or called not in self.values:
            return self.ask(called, typed, epochs)
        is_there = name not in self._put and {called, name} & (self._read | self._asked)
        if is_there or name == "m" or np.size(typed) != np.size(self.values[called]):
            return typed
        value = self.ask(called, typed, epochs)
        if isinstance(typed, np.ndarray) and typed.flags.writeable and typed.dtype.kind == "f":
            typed[...] = value
            return typed
        self._put.add(name)
        return value

    def ask(self, called: str, typed: Any, epochs: int) -> Any:
        """Return what is given in the place of what a program types under a name.

        Raises:
            LookupError: It has another shape.
        """
        if called in EPOCHS:
            return epochs
        name = self._names.get(called, called)
        self._asked.add(name)
        given = self.values.get(called, self.values.get("learning_rate"))
        value, own = np.asarray(given), np.asarray(typed)
        if own.shape == value.shape:
            self._layout[name] = "same"
        elif own.shape == value.T.shape and (self._is_turned or name in self._by_rows):
            self._layout[name], self._is_turned = "same", True
        elif own.shape == value.T.shape:
            value, self._layout[name] = value.T.copy(), "transposed"
        elif own.size == value.size and own.ndim <= 2:
            value, self._layout[name] = value.reshape(own.shape), "flat"
        else:
            shapes = f"{called} has the shape {list(own.shape)}, the lesson's {name} has"
            raise LookupError(f"{shapes} {list(value.shape)}")
        is_whole = own.dtype.kind in "iu" and np.array_equal(value, np.round(value))
        value = value.astype(own.dtype) if is_whole or own.dtype.kind == "f" else value.copy()
        return value if isinstance(typed, np.ndarray) else value.tolist()

    def reads(self, names: Set[str]) -> None:
        """Note which names a program reads that is about to run."""
        self._read = names

    def unread(self) -> list[str]:
        """Return the lesson's names that a program neither reads nor types."""
        read = self._read
        found = {name for own, name in self._names.items() if own in read or not own.isidentifier()}
        return [n for n in self._names.values() if n not in self._asked | found | read]


def globals_read(code: CodeType, known: Set[str]) -> set[str]:
    """Return which of some names of a module it reads, and its functions."""
    found: set[str] = set()
    if not known.isdisjoint(code.co_names):
        found = {i.argval for i in dis.get_instructions(code) if i.opname in _READS} & known
    parts = (c for c in code.co_consts if isinstance(c, CodeType))
    return found.union(*(globals_read(c, known) for c in parts))
