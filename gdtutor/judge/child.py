"""What runs in the process of its own: a program on every start, and the values that it left.

`python -m gdtutor.judge.child` reads a pickled job from standard input and writes the arrays to
the job's file; what the program prints goes to standard output.
"""

from __future__ import annotations

import ast
import copy
import faulthandler
import importlib.machinery
import importlib.util
import json
import os
import pickle
import sys
import traceback
from collections.abc import Iterator, Mapping
from itertools import islice
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

from gdtutor.judge.calling import Layers, Space, cache_in, call_by_names
from gdtutor.judge.rewriting import EPOCHS, FIRST, GIVEN, rewritten
from gdtutor.judge.source import declares_rows, name_of, names_table, targets_of

MOST_CELLS = 1_000_000
"""Largest array that is taken for the value of a name."""
Job = dict[str, Any]


class _Loader(importlib.machinery.SourceFileLoader):
    """Runs a program from its tree, as a module is run."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self._tree, self.path)


class _Watch:
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


def main() -> None:
    """Do the job that standard input holds, and end the process with its threads."""
    job: Job = pickle.load(sys.stdin.buffer)
    _bound_memory(job["memory"])
    faulthandler.dump_traceback_later(job["seconds"], exit=True)
    arrays: dict[str, Any] = {}
    facts = []
    for number, program in enumerate(job["programs"]):
        told, found = _done(program)
        facts.append(told)
        for case, values in enumerate(found):
            arrays |= {f"{number}/{case}/{name}": value for name, value in values.items()}
    # A program that looks at its own process finds nothing open yet.
    with open(job["out"], "wb") as file:
        np.savez(file, facts=np.array(json.dumps(facts)), **arrays)
    sys.stdout.flush()
    os._exit(0)


def _bound_memory(limit: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        # Windows has no such bound, and macOS does not hold to it.
        return


def _done(program: Job) -> tuple[Job, list[Space]]:
    """Run a program on every case; one that cannot be run says why, for each case."""
    told: Job = {"cases": []}
    found: list[Space] = []
    run = _ProgramRun(program)
    for case in program["cases"]:
        facts, values = run.on(case["given"], bool(case.get("continues")))
        told["cases"].append(facts)
        found.append(values)
        if facts.get("error", {}).get("ends"):
            break
    return told, found


class _ProgramRun:
    """A program on one case after the other."""

    def __init__(self, program: Job) -> None:
        self._program = program
        self._module: ModuleType | None = None
        self._layers: Layers | None = None
        self._layout: dict[str, str] = {}
        self._rows = False

    def on(self, given: Space, continues: bool) -> tuple[Job, Space]:
        """Return what happened on a case, and the values left."""
        facts: Job = {}
        job = self._program
        tree = ast.parse(job["text"], job["path"])
        names = {**{n: n for n in job["wanted"]}, **names_table(tree)}
        self._rows = declares_rows(tree)
        bound = _bound_lines(tree)
        watch = _Watch(job["path"], set(names.values()), bound)
        laid = {name: self._laid(value) for name, value in given.items()}
        if "m" in laid:
            # A count, which shapes and ranges take.
            laid["m"] = int(laid["m"])
        kept = copy.deepcopy({name: laid[name] for name in job["data"]})
        space: Space = dict(laid)
        found: Space = {}
        if not job.get("whole"):
            sys.settrace(watch.trace)
        try:
            space = self._run(tree, laid, continues and self._layers is not None)
            found = self._found(space, names, watch)
            if len(found) < len(job["wanted"]):
                self._call(names, laid, watch, found)
        except BaseException as error:
            facts["error"] = _told(error, job["path"])
            space = self._module.__dict__ if self._module is not None else space
        finally:
            sys.settrace(None)
        found = {**found, **self._found(space, names, watch)}
        values = {
            name: array for name, value in found.items() if (array := _array(value)) is not None
        }
        own = {n: a for n in laid if (a := _array(space.get(n))) is not None}
        changed = [n for n in kept if not np.array_equal(laid[n], kept[n])]
        facts |= {
            "rows": self._rows,
            "layout": self._layout,
            "changed": {n: line for n, (_, line) in watch.changed.items()},
            "inputs_changed": changed,
        }
        before = {f"was {n}": v for n, (v, _) in watch.changed.items() if n in names.values()}
        costs = _array(space.get("costs", space.get("losses")))
        more = {} if costs is None else {"costs": costs}
        return facts, {**values, **{f"own {n}": v for n, v in own.items()}, **before, **more}

    def _laid(self, value: Any) -> Any:
        """Return a given value as the program's layout has it."""
        array = np.array(value)
        if array.ndim == 0:
            return float(array)
        return array.T.copy() if self._rows and array.ndim == 2 else array

    def _run(self, tree: ast.Module, given: Space, is_loaded: bool) -> Space:
        if is_loaded and self._module is not None:
            return self._module.__dict__
        job = self._program
        parameters = set(job["parameters"])
        if not job.get("whole"):
            tree = rewritten(tree, set(given) | EPOCHS, set(job["wanted"]), parameters)
        loader = _Loader("__main__", job["path"], tree)
        spec = importlib.util.spec_from_loader("learner", loader)
        if spec is None:
            raise LookupError("the program cannot be loaded")
        module = ModuleType("__main__")
        module.__file__ = job["path"]
        self._module, self._layers = module, None
        sys.modules["__main__"] = module
        space = module.__dict__
        space |= given | {
            "epochs": job.get("epochs", 1),
            GIVEN: self._given(given),
            FIRST: _first_pass,
        }
        sys.path[0] = job["folder"]
        loader.exec_module(module)
        return space

    def _given(self, given: Space) -> Any:
        def ask(name: str, typed: Any) -> Any:
            if name in EPOCHS:
                return 1
            value, own = np.asarray(given[name]), np.asarray(typed)
            if own.shape == value.shape:
                self._layout[name] = "same"
            elif own.shape == value.T.shape:
                value, self._layout[name] = value.T.copy(), "transposed"
            elif own.size == value.size and own.ndim <= 2:
                value, self._layout[name] = value.reshape(own.shape), "flat"
            else:
                shapes = (
                    f"{name} has the shape {list(own.shape)}, the lesson's has {list(value.shape)}"
                )
                raise LookupError(shapes)
            is_whole = own.dtype.kind in "iu" and np.array_equal(value, np.round(value))
            value = value.astype(own.dtype) if is_whole or own.dtype.kind == "f" else value.copy()
            return value if isinstance(typed, np.ndarray) else value.tolist()

        return ask

    def _found(self, space: Space, names: Mapping[str, str], watch: _Watch) -> Space:
        """Return the value of every name that has one."""
        found: Space = {}
        for name in self._program["wanted"]:
            theirs = names[name]
            options = (_at(space, theirs), _in_tables(space, theirs), watch.left.get(theirs))
            value = next((o for o in options if _array(o) is not None), None)
            if value is not None:
                found[name] = value
        return found

    def _call(self, names: Mapping[str, str], given: Space, watch: _Watch, found: Space) -> None:
        """Call the program's functions, or run its layers, for the names that have no value yet."""
        space = self._module.__dict__ if self._module is not None else {}
        job = self._program
        forward, backward = space.get("forward"), space.get("backward")
        if callable(forward) and not isinstance(forward, type):
            theirs = {names[n]: v for n, v in found.items()}
            params = {n: given[n] for n in job["parameters"]}
            known = {**given, **space, **theirs, "params": params}
            returned = call_by_names(forward, known, None)
            self._take(returned, names, found, watch, "")
            if callable(backward):
                known |= {names[n]: v for n, v in found.items()}
                slopes = call_by_names(backward, known, cache_in(returned))
                self._take(slopes, names, found, watch, "d")
        elif job["chain"] and any(
            isinstance(v, type) and hasattr(v, "backward") for v in space.values()
        ):
            if self._layers is None:
                self._layers = Layers(space, job["chain"])
            made = self._layers.run(given, job["ends"])
            found |= {n: v for n, v in made.items() if n in job["wanted"] and n not in found}

    def _take(
        self, returned: Any, names: Mapping[str, str], found: Space, watch: _Watch, prefix: str
    ) -> None:
        """Take what a function returned, by its keys; what it left in its own names otherwise."""
        tables = [returned] if isinstance(returned, dict) else []
        if isinstance(returned, tuple | list):
            tables += [part for part in returned if isinstance(part, dict)]
        for name, theirs in names.items():
            if name not in self._program["wanted"]:
                continue
            for table in tables:
                keys = (theirs, name.removeprefix("d")) if prefix and name[0] == "d" else (theirs,)
                value = next((table[k] for k in keys if k in table), None)
                if _array(value) is not None:
                    found[name] = value
            if name not in found and _array(watch.left.get(theirs)) is not None:
                found[name] = watch.left[theirs]


def _first_pass(passes: Any) -> Iterator[Any]:
    return islice(iter(passes), 1)


def _at(space: Space, path: str) -> Any:
    """Return the value of a name, or of a path as `layer1.dW` and `grads['W1']`."""
    if path in space:
        return space[path]
    value: Any = space
    for part in path.replace("[", ".").replace("]", "").split("."):
        key = part.strip("'\"")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list | tuple) and key.lstrip("-").isdigit():
            value = value[int(key)] if abs(int(key)) < len(value) else None
        else:
            value = getattr(value, key, None)
    return value


def _in_tables(space: Space, name: str) -> Any:
    """Return what a dictionary of the program has under a name; `grads["W1"]` is dW1."""
    for called, table in list(space.items()):
        if not isinstance(table, dict) or called.startswith("__"):
            continue
        if name in table:
            return table[name]
        if called.startswith("grad") and name.startswith("d") and name[1:] in table:
            return table[name[1:]]
    return None


def _array(value: Any) -> Any:
    """Return a value as an array of numbers of no great size; None where it is none."""
    if value is None or value is ... or isinstance(value, str | dict | set | bool | type):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError):
        return None
    if array.dtype.kind == "O" and array.size:
        try:
            array = array.astype(np.float64)
        except (ValueError, TypeError):
            return None
    is_number = array.dtype.kind in "iufb" and 0 < array.size <= MOST_CELLS and array.ndim <= 4
    return array.copy() if is_number else None


def _bound_lines(tree: ast.Module) -> dict[str, set[int]]:
    """Return, by name, the lines of every statement that gives it a value."""
    bound: dict[str, set[int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.NamedExpr):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            for target in targets_of(node):
                bound.setdefault(name_of(target), set()).update(lines)
    return bound


def _told(error: BaseException, path: str) -> Job:
    """Return what is said about an exception: its kind, its words, and the program's own line."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno or 0 for frame in frames if frame.filename == path]
    ends = isinstance(error, SystemExit | MemoryError | KeyboardInterrupt)
    return {
        "type": type(error).__name__,
        "message": str(error)[:300],
        "line": own[-1] if own else 0,
        "outer": own[0] if own else 0,
        "ends": ends,
    }


if __name__ == "__main__":
    main()
