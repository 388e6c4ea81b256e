"""Sees the values of names while a program runs, in functions too, and what changes them later."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import Any

import numpy as np

MOST_CELLS = 1_000_000
"""Largest array that is taken for the value of a name."""
Space = dict[str, Any]


class ValueWatch:
    """Sees values of names as lines of the program are done, also those inside functions.

    Args:
        path: The program's file.
        names: The names that are looked for.
        bound: By name, the lines that give it a value.
    """

    def __init__(self, path: str, names: set[str], bound: Mapping[str, set[int]]) -> None:
        self._path, self._names, self._bound = path, names, bound
        self._seen: dict[tuple[str, str], tuple[Any, Any]] = {}
        self._line = 0
        self.changed: dict[str, tuple[Any, int]] = {}
        """By name, its value before another line changed it in place, and that line."""
        self.left: Space = {}
        """By name, its value when the function that has it returned."""

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        """Follow the program's own frames alone."""
        return self._follow if frame.f_code.co_filename == self._path else None

    def _follow(self, frame: FrameType, event: str, _: Any) -> Any:
        if event in ("line", "return"):
            space = frame.f_locals
            for name in self._names & space.keys():
                self._look(frame.f_code.co_name, name, space[name])
            self._line = frame.f_lineno
            if event == "return" and frame.f_code.co_name != "<module>":
                self._leave(frame, space)
        return self._follow

    def _look(self, scope: str, name: str, value: Any) -> None:
        if not isinstance(value, np.ndarray) or value.size > MOST_CELLS:
            return
        before = self._seen.get((scope, name))
        is_own_line = self._line in self._bound.get(name, ())
        if before is None or before[0] is not value or is_own_line:
            self._seen[scope, name] = (value, value.copy())
        elif not np.array_equal(before[1], value, equal_nan=True):
            self.changed.setdefault(name, (before[1], self._line))
            self._seen[scope, name] = (value, value.copy())

    def _leave(self, frame: FrameType, space: Mapping[str, Any]) -> None:
        taken = frame.f_code.co_varnames[: frame.f_code.co_argcount]
        for name in self._names & space.keys():
            # What a helper is handed under a name is no value of its own.
            if name not in taken:
                self.left[name] = space[name]
