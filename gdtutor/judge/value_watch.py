"""Sees the values of names while a program runs: what changes them, which line made a value, which
of the given examples it holds, and which operands do not go together where it fails."""

from __future__ import annotations

import ast
import sys
import traceback
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.judge.source import AssignedAt, last_part, name_of

MOST_CELLS = 1_000_000
"""Largest array that is taken for the value of a name."""
_MOST, _MOST_MADE = 2000, 20_000
"""Values whose lines are remembered, and cells of the largest: they stay in memory as long."""
_MOST_TAKEN = 8
"""Choices of examples that are remembered, and values of a list that a line has put there."""
Space = dict[str, Any]
"""The names of a module."""
Whole = Mapping[str, tuple[NDArray[Any], int]]
"""The given data by name, each with its axis of examples."""

_MOST_EXAMPLES = 1000
"""Examples of the largest data that are looked for."""


class ValueWatch:
    """Sees values of names as lines of the program are done, also those inside functions.

    Args:
        path: The program's file.
        names: The names that are looked for.
        bindings: By line, what its statements give values to.
        whole: The given data.
        given: What is given, by the program's names.
    """

    def __init__(
        self,
        path: str,
        names: set[str],
        bindings: Mapping[int, Sequence[AssignedAt]],
        whole: Whole,
        given: Set[str],
    ) -> None:
        self._path, self._names, self._bindings, self._given = path, names, bindings, given
        self._seen: dict[tuple[str, str], tuple[Any, Any]] = {}
        self._made: dict[int, tuple[Any, list[int]]] = {}
        self._at: dict[int, int] = {}
        self.changed: dict[str, tuple[Any, int]] = {}
        """By name, its value before another line changed it in place, and that line."""
        self.revised: dict[str, tuple[Any, int]] = {}
        """The same of a line of its own, such as `X -= 1`."""
        self.after: Space = {}
        """By name, its value after it was changed in place for the first time."""
        self.left: Space = {}
        """By name, its value when the function that has it returned; of names that are not looked
        for, where it is small."""
        self.taken: list[list[int]] = []
        """The examples that arrays of the program have held, those of a later one first."""
        self._whole = whole
        self._each: dict[str, deque[Any]] = {}
        self._called = {last_part(name): name for name in names}
        self._beside: Any = None
        """The tracer that was there before; None where none was."""

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what runs meanwhile; a tracer that is there, a debugger's or coverage's, goes on to
        see all but the program."""
        self._beside = sys.gettrace()
        sys.settrace(self.trace)
        try:
            yield
        finally:
            sys.settrace(self._beside)

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Follow the program's own frames alone, from their calls on."""
        if frame.f_code.co_filename != self._path:
            if self._beside is None:
                return None
            follow = self._beside(frame, event, argument)
            # Coverage's puts itself in the place of this one.
            sys.settrace(self.trace)
            return follow
        for name in frame.f_code.co_varnames[: frame.f_code.co_argcount]:
            self._look_for_examples(frame.f_locals.get(name))
        return self._follow

    def each(self, name: str) -> Any:
        """Return the values that a name was given one after the other, where all have one shape."""
        found = [as_array for v in self._each.get(name, ()) if (as_array := np.asarray(v)).size]
        return np.stack(found) if len({v.shape for v in found}) == 1 < len(found) else None

    def _look_for_examples(self, value: Any) -> None:
        for taken in examples_in(value, self._whole):
            kept = [other for other in self.taken if other != taken]
            self.taken = [taken, *kept][:_MOST_TAKEN]

    def _follow(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event in ("line", "return"):
            space, line = frame.f_locals, self._at.pop(id(frame), 0)
            for name in (self._names | self._given) & space.keys():
                self._look(frame.f_code.co_name, name, space[name], line)
            for binding in self._bindings.get(line, ()):
                for target in binding.targets:
                    self._bind(target, {**frame.f_globals, **space}, binding)
            if event == "line":
                self._at[id(frame)] = frame.f_lineno
            else:
                self._leave(frame, space, argument)
        return self._follow

    def _look(self, scope: str, name: str, value: Any, line: int) -> None:
        if not isinstance(value, np.ndarray) or value.size > MOST_CELLS:
            return
        before = self._seen.get((scope, name))
        targets = (t for binding in self._bindings.get(line, ()) for t in binding.targets)
        is_own_line = name in map(name_of, targets)
        is_same = before is not None and before[0] is value
        if before is not None and is_same and _is_other(before[1], value):
            kept = self.revised if is_own_line else self.changed
            kept.setdefault(name, (before[1], line))
            self.after.setdefault(name, value.copy())
        elif is_same and not is_own_line:
            return
        self._seen[scope, name] = (value, value.copy())

    def _leave(self, frame: FrameType, space: Mapping[str, Any], returned: Any) -> None:
        parts = returned.values() if isinstance(returned, dict) else returned
        for value in (returned, *(parts if isinstance(returned, tuple | list | dict) else ())):
            if id(value) not in self._made:
                self._note(value, frame.f_lineno)
        taken = frame.f_code.co_varnames[: frame.f_code.co_argcount]
        for name, value in space.items():
            # What a helper is handed under a name is no value of its own.
            if name in taken or frame.f_code.co_name == "<module>":
                continue
            is_small = isinstance(value, np.ndarray | float) and np.size(value) <= _MOST_MADE
            if name in self._names or is_small:
                self.left[name] = value

    def _bind(self, target: ast.expr, space: Space, binding: AssignedAt) -> None:
        """Note the line of a value at a target, and of an array or a list that it changes."""
        value = _value(target, space)
        whole = _value(target.value, space) if isinstance(target, ast.Subscript) else None
        for changed in (value if binding.changes else None, whole):
            if isinstance(changed, np.ndarray | list):
                self._made.pop(id(changed), None)
                self._note(changed, binding.line)
        self._note(value, binding.line)
        for part in value[-_MOST_TAKEN:] if isinstance(value, list | tuple) else ():
            if id(part) not in self._made or (binding.changes and part is value[-1]):
                self._note(part, binding.line)
        called = self._called.get(name_of(target))
        if not called:
            # What is computed may have the numbers of an input by chance.
            self._look_for_examples(value)
        elif isinstance(value, np.ndarray | np.generic | float) and np.size(value) < _MOST:
            self._each.setdefault(called, deque(maxlen=_MOST)).append(np.copy(value))

    def _note(self, value: Any, line: int) -> None:
        is_large = isinstance(value, np.ndarray) and value.size > _MOST_MADE
        if not is_large and isinstance(value, np.ndarray | np.generic | float | list):
            _, lines = self._made.setdefault(id(value), (value, []))
            lines += [line] * (line not in lines and len(lines) < 3)
            if len(self._made) > _MOST:
                self._made.pop(next(iter(self._made)))

    def made(self, value: Any) -> list[int]:
        """Return the identity of a value, and the lines that made and bound it, in order."""
        return [id(value), *self._made.get(id(value), (None, []))[1]]


def names_in(frame: FrameType) -> Space:
    """Return what has a name where a line of the program stands."""
    return {**frame.f_globals, **frame.f_locals}


def _is_other(before: NDArray[Any], value: NDArray[Any]) -> bool:
    """Say whether an array has other numbers than before."""
    # Its bytes, alike after most lines, say so in a tenth of the time.
    is_same = before.tobytes() == value.tobytes()
    return not (is_same or np.array_equal(before, value, equal_nan=True))


def _value(target: ast.expr, space: Space) -> Any:
    """Return what stands at a target; None where it cannot be told without running anything."""
    match target:
        case ast.Name(id=name):
            return space.get(name)
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case ast.Tuple(elts=elements):
            return tuple(_value(element, space) for element in elements)
        case ast.Attribute(value=owner, attr=name):
            return getattr(_value(owner, space), "__dict__", {}).get(name)
        case ast.Subscript(value=owner, slice=key):
            whole = _value(owner, space)
            at = _value(key, space)
            parts = at if isinstance(at, tuple) else (at,)
            if isinstance(whole, dict) and all(isinstance(part, int | str) for part in parts):
                return whole.get(at)
            if isinstance(whole, list) and isinstance(at, int) and -len(whole) <= at < len(whole):
                return whole[at]
    return None


def examples_in(value: Any, whole: Whole) -> Iterator[list[int]]:
    """Yield the numbers of the examples that an array holds, in the layout of the data last; none
    where it holds anything else, or all of them in their order."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf" or not value.size:
        return
    for data, axis in whole.values():
        is_large = data.ndim != 2 or data.shape[axis] > _MOST_EXAMPLES
        if is_large or value.size > data.size or value is data:
            continue
        rows = data if axis == 0 else data.T
        sides = (value[None],) if value.ndim < 2 else (value, value.T)
        for part in sides if axis else sides[::-1]:
            if part.ndim == 2 and part.shape[1] == rows.shape[1]:
                same = np.all(np.isclose(part[:, None], rows[None], 1e-9, 1e-12), axis=2)
                found = [int(k) for k in np.argmax(same, axis=1)]
                is_whole = len(part) == len(rows) and bool(np.all(np.diagonal(same)))
                if np.all(np.any(same, axis=1)) and not is_whole:
                    yield found


def own_lines(error: BaseException, path: str) -> list[int]:
    """Return the program's own lines that an exception went through, the outermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame.lineno or 0 for frame in frames if frame.filename == path]


def error_facts(error: BaseException, path: str, text: str) -> dict[str, Any]:
    """Return what is said about an exception: its kind, its words, the program's own line, and the
    operands that do not go together."""
    own = own_lines(error, path)
    ends = isinstance(error, SystemExit | MemoryError | KeyboardInterrupt)
    return {
        "type": type(error).__name__,
        "message": str(error)[:300],
        "line": own[-1] if own else 0,
        "outer": own[0] if own else 0,
        "ends": ends,
        "operands": _operands_of(error, path, text) if isinstance(error, ValueError) else [],
    }


def _operands_of(error: BaseException, path: str, text: str) -> list[tuple[str, Any]]:
    """Return the two operands of the operation that failed, as they are written, with the shape of
    what calls nothing; none where it is no operation of two."""
    trace = error.__traceback__
    frames = zip(traceback.walk_tb(trace), traceback.extract_tb(trace), strict=True)
    own = [(frame, at) for (frame, _), at in frames if at.filename == path]
    if not own:
        return []
    frame, at = own[-1]
    place = ast.Pass(lineno=at.lineno or 0, col_offset=at.colno or 0,
                     end_lineno=at.end_lineno, end_col_offset=at.end_colno)  # fmt: skip
    try:
        (failed,) = ast.parse(ast.get_source_segment(text, place) or "").body
    except (SyntaxError, ValueError, TypeError, IndexError, AttributeError):
        return []
    match failed:
        case (
            ast.Expr(ast.BinOp(left=one, right=other) | ast.Call(args=[one, other]))
            | ast.AugAssign(target=one, value=other)
        ):
            return [(ast.unparse(part), _shape_in(frame, part)) for part in (one, other)]
    return []


def _shape_in(frame: FrameType, part: ast.expr) -> list[int] | None:
    """Return the shape of what has a name, or of its transpose."""
    is_turned = isinstance(part, ast.Attribute) and part.attr == "T"
    named = part.value if isinstance(part, ast.Attribute) and is_turned else part
    value = _value(named, {**frame.f_globals, **frame.f_locals})
    shape = list(value.shape) if isinstance(value, np.ndarray) else None
    return shape[::-1] if shape and is_turned else shape
