"""What runs in the process of its own: a program on every start, and the values that it left.

`python -m gdtutor.judge.child` reads a pickled job from standard input and writes the arrays to
the job's file, one behind the other; what the program prints goes to standard output.
"""

from __future__ import annotations

import ast
import faulthandler
import json
import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Set
from contextlib import nullcontext
from itertools import chain
from types import ModuleType
from typing import Any

import numpy as np

from gdtutor.judge.calling import (
    Layers,
    call_besides,
    call_by_names,
    functions_in,
    laid_by,
    layer_class,
)
from gdtutor.judge.givens import EPOCHS, FIRST, GIVEN, Givens
from gdtutor.judge.left_values import (
    HeldParameters,
    as_numbers,
    cache_in,
    classes_of,
    in_returned,
    others_of,
    renewed_in,
    updated_in,
    value_at,
    values_under,
)
from gdtutor.judge.process import bound
from gdtutor.judge.rewriting import RATES, CutLoops, TreeLoader, loader_of, unread_as
from gdtutor.judge.source import bindings_of, declares_rows, names_table, turned_in
from gdtutor.judge.value_watch import Space, ValueWatch, error_facts, names_in, own_lines

Job = dict[str, Any]


def main() -> None:
    """Do the job that standard input holds, and end the process with its threads."""
    job: Job = pickle.load(sys.stdin.buffer)
    bound(job["memory"])
    faulthandler.dump_traceback_later(job["seconds"], exit=True)
    arrays, facts = list[bytes](), list[Job]()
    for program in job["programs"]:
        told, found = _done(program)
        facts.append(told)
        for case, values in zip(told["cases"], found, strict=True):
            laid = {name: np.asarray(value) for name, value in values.items()}
            case["arrays"] = {name: (a.dtype.str, a.shape) for name, a in laid.items()}
            arrays += [a.tobytes() for a in laid.values()]
    # A program that looks at its own process finds nothing open yet.
    with open(job["out"], "wb") as file:
        cells = np.frombuffer(b"".join(arrays), np.uint8)
        np.savez(file, facts=np.array(json.dumps(facts)), cells=cells)
    sys.stdout.flush()
    os._exit(0)


def _done(program: Job) -> tuple[Job, list[Space]]:
    """Run a program on every case; one that cannot be run says why, for each case."""
    told, found = Job(cases=[]), list[Space]()
    run, own = _ProgramRun(program), os.getpid()
    for case in program["cases"]:
        facts, values = run.on_case(case)
        if os.getpid() != own:
            # A process that the program has started has no part in what is told of it.
            os._exit(0)
        told["cases"], found = [*told["cases"], facts], [*found, values]
        if facts.get("error", {}).get("ends"):
            break
    return told, found


class _ProgramRun:
    """A program on one case after the other."""

    def __init__(self, program: Job) -> None:
        self._program = program
        tree = ast.parse(program["text"], program["path"])
        self._names: dict[str, str] = {**{n: n for n in program["wanted"]}, **names_table(tree)}
        """By the lesson's name, the program's own."""
        self._rows, self._turned = declares_rows(tree), turned_in(tree)
        self._bindings = bindings_of(tree)
        self._loaders: dict[frozenset[str], tuple[TreeLoader, Set[str]]] = {}
        """By the names that the program is given, what runs it, and what it reads."""
        self._space: Space = {}
        """The names of its module; before there is one, what it is given."""
        self._layers: Layers | None = None
        self._tried: Layers | None = None
        self._layout: dict[str, str] = {}
        self._loops = CutLoops(1)
        self._unread: list[str] = []
        """Given names that the program has no use of."""
        self._watch = ValueWatch("", set(), {}, {}, set())
        self._lines: dict[str, list[int]] = {}
        self._after_pass: Space = {}
        """What the names had when a loop that trains was left: what it has learned may be shown."""
        self._local: Space = {}
        """The names of the function that the loop stands in, when it was left."""

    def on_case(self, case: Job) -> tuple[Job, Space]:
        """Return what happened on a case; a second iteration, by a second pass where there is one.

        A gradient that is never reset and a velocity show in a second pass alone.
        """
        if case.get("earlier") and self._loops.begun == 1:
            self._loops = CutLoops(2)
            facts, values = self.on(case["earlier"], False)
            if self._loops.begun == 2:
                return {**facts, "passes": 2}, values
        self._loops = CutLoops(1)
        return self.on(case["given"], bool(case.get("continues")))

    def on(self, given: Space, continues: bool) -> tuple[Job, Space]:
        """Return what happened on values given, and the values left."""
        facts, job, names = Job(), self._program, self._names
        laid = {name: laid_by(value, self._rows) for name, value in given.items()}
        # A count, which shapes and ranges take.
        laid |= {n: int(v) for n, v in laid.items() if n == "m"}
        self._after_pass, self._local, self._lines, self._unread, self._tried = {}, {}, {}, [], None
        self._held = HeldParameters({n: v for n, v in given.items() if n in job["parameters"]})
        data = {*job["data"]}
        by_rows = data if self._rows and not data & {*self._turned} else set()
        givens = Givens(laid, names, self._layout, by_rows)
        laid = givens.values
        whole = {n: (np.asarray(laid[n]), axis ^ self._rows) for n, axis in job["data"].items()
                 if axis is not None}  # fmt: skip
        theirs = {n: names.get(n, n) for n in (*job["data"], *job["parameters"])}
        watch = self._watch = ValueWatch(job["path"], {names[n] for n in job["wanted"]},
                                         self._bindings, whole, {*theirs.values()})  # fmt: skip
        is_loaded = continues and self._layers is not None
        self._space = self._space if is_loaded else dict(laid)
        found: Space = {}
        with nullcontext() if job.get("whole") else watch.watching():
            try:
                try:
                    if not is_loaded:
                        self._run(givens)
                except Exception as error:  # of a student's program: it may raise anything
                    if not self._loops.are_left_before(own_lines(error, job["path"])):
                        raise
                found = self._found(self._space)
                if len(found) < len(job["wanted"]):
                    self._call(laid, found)
            except BaseException as error:  # SystemExit and all others are told as well
                facts["error"] = error_facts(error, job["path"], job["text"])
                facts["error"]["of"] = self._tried.computing if self._tried else {}
        space = self._space
        found |= self._found(space)
        facts["lines"] = {n: watch.made(v) for n, v in found.items()} | self._lines
        found |= self._after_pass
        values = {n: a for n, v in found.items() if (a := as_numbers(v)) is not None}
        left = {**space, **self._local}
        own = self._own(left, given)
        renewed = {n: new for n in self._held.as_given(own)
                   if (new := renewed_in({**watch.left, **left}, names.get(n, n)))}  # fmt: skip
        if not self._loops.begun:
            # A loop that does not take it over begins its next pass from the old one.
            own |= {n: value for n, (_, value) in renewed.items()}
        is_whole, known = len(found) == len(job["wanted"]), {*laid, *names.values()}
        is_moved = len(self._held.as_given(own)) < len(job["parameters"])
        others = {} if is_whole and is_moved else others_of(left, watch.left, known)
        facts |= {
            "unread_as": {n: kind for n in job["wanted"] if n not in values
                          and (kind := unread_as(value_at(left, names[n])))},
            "lists": [n for n, v in found.items() if isinstance(v, list)],
            "rows": self._rows, "layout": self._layout, "others": list(others),
            "inputs_changed": {n: (watch.revised.get(t) or watch.changed[t])[1]
                               for n, t in theirs.items() if t in watch.after},
            "unread": self._unread, "taken": watch.taken, "turned": self._turned,
            "changed": {n: line for n, (_, line) in watch.changed.items()},
            "revised": {n: line for n, (_, line) in watch.revised.items()},
            "renewed": {n: called for n, (called, _) in renewed.items()},
            "loops": self._loops.begun, "after": self._loops.after,
            "again": continues and self._layers is not None,
            "held": {n: watch.made(v) for n, v in self._held.own.items()},
            "network": bool(classes_of(space)) and self._tried is None,
        }  # fmt: skip
        seen = watch.revised | watch.changed
        before = {f"was {n}": seen[t][0] for n, t in names.items() if t in seen}
        # Data may be changed example by example; parameters are by updates, after all else.
        before |= {f"now {n}": own[n] if n in job["data"] and n in own else watch.after[t]
                   for n, t in theirs.items() if t in watch.after}  # fmt: skip
        more = self._held.values | {"costs": as_numbers(space.get("costs", space.get("losses")))}
        more |= {f"each {n}": watch.each(names[n]) for n in job["wanted"]}
        more |= {f"other {index}": value for index, value in enumerate(others.values())}
        arrays = {**values, **{f"own {n}": v for n, v in own.items()}, **before, **more}
        return facts, {n: v for n, v in arrays.items() if v is not None}

    def _run(self, givens: Givens) -> None:
        job, given = self._program, givens.values
        known = frozenset(given) | EPOCHS | (RATES if "learning_rate" in given else frozenset())
        if known not in self._loaders:
            self._loaders[known] = loader_of(job, self._names, known)
        loader, read = self._loaders[known]
        module = ModuleType("__main__")
        module.__file__ = job["path"]
        self._space, self._layers = module.__dict__, None
        sys.modules["__main__"] = module
        self._space |= given | {
            "epochs": job.get("epochs", self._loops.each),
            GIVEN: lambda name, typed, is_handed: (givens.take if is_handed else givens.ask)(
                name, typed, self._loops.each
            ),
            FIRST: self._first_pass,
        }
        sys.path[0] = job["folder"]
        givens.reads(read)
        loader.exec_module(module)
        self._unread = givens.unread()

    def _first_pass(self, passes: Any, *lines: int) -> Iterator[Any]:
        is_first = self._held.begin(names_in(sys._getframe(1)))
        try:
            yield from self._loops.passes_of(passes, *lines)
        finally:
            frame = sys._getframe(1)
            if is_first:
                self._held.end(names_in(frame))
            found = self._found(names_in(frame))
            if len(found) > len(self._after_pass) or self._loops.depth:
                self._after_pass = {name: as_numbers(value) for name, value in found.items()}
                self._lines = {name: self._watch.made(value) for name, value in found.items()}
            if frame.f_code.co_name != "<module>":
                self._local = dict(frame.f_locals)

    def _found(self, space: Space) -> Space:
        """Return the value of every name that has one."""
        found: Space = {}
        for name in self._program["wanted"]:
            theirs = self._names[name]
            options = chain(values_under(space, theirs), [self._watch.left.get(theirs)])
            value = next((o for o in options if as_numbers(o) is not None), None)
            if value is not None:
                found[name] = value
        return found

    def _call(self, given: Space, found: Space) -> None:
        """Call the program's functions, or run its layers, for the names that have no value yet."""
        space, job, names = self._space, self._program, self._names
        params = {n: v for n, v in given.items() if n in job["parameters"]}
        # Of the pass after which a loop was left, whose parameters have moved since.
        seen = {names[n]: v for n, v in self._after_pass.items()}
        data = {n: v for n, v in given.items() if n not in params} | {"params": {}}
        found |= call_besides(space, data | seen, job["ends"][2], None) if seen else {}
        if len(found) == len(job["wanted"]):
            return
        known = {**given, **space, "params": params, **{names[n]: v for n, v in found.items()}}
        of = functions_in(space, known)
        forward, backward = of.get("forward"), of.get("backward")
        if callable(forward) and not isinstance(forward, type):
            self._unread = []
            self._take(returned := call_by_names(forward, known, None), found, "")
            if callable(backward):
                known |= {names[n]: v for n, v in found.items()}
                self._take(grads := call_by_names(backward, known, cache_in(returned)), found, "d")
                is_first = len(self._held.as_given(self._own(space, params))) == len(params)
                known |= {**found, "grads": grads}
                if not seen:
                    found |= call_besides(of, known, job["ends"][2], space if is_first else None)
        elif job["chain"] and layer_class(space):
            self._unread = []
            self._tried = layers = self._layers or Layers(space, job["chain"])
            made: Space = {}
            try:
                is_whole = layers.run(given, job["ends"], made)
            finally:
                found |= {n: v for n, v in made.items()
                          if n in job["wanted"] and n not in found and v is not None}  # fmt: skip
            self._layers = layers if is_whole else None
            space["params"] = layers.moved or params
        if isinstance(left := space.get("params"), dict):
            moved = {n: v for n, v in left.items() if v is not params.get(n)}
            self._lines |= {f"new {n}": self._watch.made(v) for n, v in moved.items()}

    def _own(self, space: Space, given: Iterable[str]) -> Space:
        """Return what the program has at the names that it is given."""
        named = ((n, as_numbers(updated_in(space, self._names.get(n, n)))) for n in given)
        return {n: value for n, value in named if value is not None}

    def _take(self, returned: Any, found: Space, prefix: str) -> None:
        """Take what a function returned, by its keys; what it left in its own names otherwise."""
        wanted = {n: self._names[n] for n in self._program["wanted"]}
        found |= in_returned(returned, wanted, prefix)
        for name, theirs in wanted.items():
            left = self._watch.left.get(theirs)
            if name not in found and as_numbers(left) is not None:
                found[name] = left


if __name__ == "__main__":
    main()
