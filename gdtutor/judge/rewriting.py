"""A program made ready to be run on any start: what it types in is asked for, loops pass once.

A header such as `W1 = np.array(...)` gives a value that the judge has to choose, so the line asks
for it, in the layout in which the program typed it. A loop over epochs is left after one pass: the
iteration is what is compared.
"""

from __future__ import annotations

import ast
import importlib.machinery
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import islice, pairwise
from types import CodeType
from typing import Any

import numpy as np

from gdtutor.judge.givens import EPOCHS, FIRST, ask_for_given, globals_read, spelled
from gdtutor.judge.source import name_of, parts_in, targets_of

RATES = frozenset({"lr", "eta"})
"""What a learning rate may be called besides its own name."""
_STEPS = RATES | {"learning_rate"}
_SETTERS = frozenset({"setattr", "subtract", "__setitem__"})
"""Calls that give a parameter its value, of a learning rate among their arguments."""
_LOOPS = ast.For, ast.While, ast.ListComp
_PASS = "__gdtutor_pass__"
_COUNTS = frozenset({"range", "trange", "count"})
"""Calls over whose numbers a loop counts."""
_PASSES = frozenset({"epoch", "iteration", "it", "ep", "step"})


class CutLoops:
    """The loops of a run that train: how many passes each does, and the lines of those left early.

    Args:
        each: How many passes one does.
    """

    def __init__(self, each: int) -> None:
        self.each, self.begun, self.after, self.depth = each, 0, 0, 0
        """`after` is the line that stands behind one of them, 0 where none does; `depth`, how many
        of them are being done, one inside the other."""
        self._lines: list[tuple[int, int]] = []

    def passes_of(self, passes: Iterable[Any], first: int, last: int, after: int) -> Iterator[Any]:
        """Yield the first passes of a loop from one line to another."""
        self._lines.append((first, last))
        self.after = self.after or after
        is_inner = self.depth > 0
        self.depth += 1
        try:
            # A loop over batches within epochs: the first batch is what is compared.
            for each in islice(iter(passes), 1 if is_inner else self.each):
                self.begun += not is_inner
                yield each
        finally:
            self.depth -= 1

    def are_left_before(self, lines: list[int]) -> bool:
        """Say whether an error of these lines is after a loop, whose other passes it may lack."""
        return bool(self._lines) and not any(a <= n <= b for n in lines for a, b in self._lines)


class TreeLoader(importlib.machinery.SourceFileLoader):
    """Runs a program from its tree, as a module is run."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self._code: CodeType = self.source_to_code(tree, path)

    def get_code(self, fullname: str) -> CodeType:
        """Return what the tree compiles to."""
        return self._code


def loader_of(
    job: Mapping[str, Any], names: Mapping[str, str], known: Set[str]
) -> tuple[TreeLoader, Set[str]]:
    """Return what runs a job's program, and which of the names that are known it reads."""
    tree = ast.parse(job["text"], job["path"])
    parameters = {p for n in job["parameters"] for p in (n, spelled(names.get(n, n)))}
    if not job.get("whole"):
        tree = rewritten(tree, known, set(job["wanted"]), parameters)
    loader = TreeLoader("__main__", job["path"], tree)
    return loader, globals_read(loader.get_code("__main__"), known)


def rewritten(
    tree: ast.Module, given: Set[str], computed: Set[str], parameters: Set[str]
) -> ast.Module:
    """Return the program as it is run.

    Args:
        tree: The program.
        given: Names that it is given.
        computed: Names that it computes; a value made from one of them is no given value.
        parameters: The given names that an update changes.
    """
    if any(isinstance(part, _LOOPS) for part in parts_in(tree)):
        _OnePass(tree, parameters, computed).visit(tree)
    ask_for_given(tree, given, computed | parameters)
    return tree


class _OnePass(ast.NodeTransformer):
    """Has loops that train pass once: over epochs, or with an update that every pass does alike."""

    def __init__(self, tree: ast.Module, parameters: Set[str], computed: Set[str]) -> None:
        self._parameters, self._computed = parameters, computed
        nodes = parts_in(tree)
        bodies = (getattr(node, "body", ()) for node in nodes)
        self._after = {id(a): b.lineno for body in bodies if isinstance(body, list)
                       for a, b in pairwise(body) if not isinstance(b, ast.Return)}  # fmt: skip
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
        self._training: set[str] = set()
        """Functions with an update, in themselves or in what they call."""
        self._whole = {f.name for f in functions if any(map(_is_product, parts_in(f)))}
        """Functions with a product of matrices: with an update too, they do a pass by themselves,
        also over what a loop hands to them."""
        for _ in functions:
            found = {f.name for f in functions if any(self._updates(f))}
            if found == self._training:
                break
            self._training = found

    def visit_For(self, node: ast.For) -> ast.AST:
        """Change the loop where its variable or what it changes says that it trains."""
        self.generic_visit(node)
        is_over = isinstance(node.iter, ast.Call) and name_of(node.iter.func) in _COUNTS
        is_named = name_of(node.target) in _PASSES or bool(_words(node.iter) & EPOCHS)
        own = set() if is_over and self._does_passes(node, node.target) else _names(node.target)
        if (is_over and is_named) or self._trains(node, own):
            node.iter = self._first(node.iter, node)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        """Change a loop with an update into one pass; `break` and `continue` hold in it."""
        self.generic_visit(node)
        own = set() if self._does_passes(node, node.test) else _names(node.test)
        if not self._trains(node, own):
            return node
        tests = ast.copy_location(ast.List([node.test, node.test], ast.Load()), node.test)
        once, name = self._first(tests, node), ast.Name(_PASS, ast.Store())
        return ast.copy_location(ast.For(ast.copy_location(name, tests), once, node.body, []), node)

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        """Change `[step() for _ in range(100)]` as the loop."""
        self.generic_visit(node)
        first = node.generators[0]
        if self._trains(node.elt, _names(first.target)):
            first.iter = self._first(first.iter, node)
        return node

    def _first(self, passes: ast.expr, loop: ast.stmt | ast.expr) -> ast.expr:
        numbers = loop.lineno, loop.end_lineno or loop.lineno, self._after.get(id(loop), 0)
        words = [passes, *map(ast.Constant, numbers)]
        call = ast.copy_location(ast.Call(ast.Name(FIRST, ast.Load()), words, []), passes)
        return ast.fix_missing_locations(call)

    def _does_passes(self, loop: ast.For | ast.While, variable: ast.expr) -> bool:
        """Say whether a loop computes what is asked for, or a product of matrices, and has its own
        variables for counting alone: `beta**t`, `costs[t] = C`, and no `X[:, t]`."""
        own, parts = _names(variable), parts_in(loop)
        kept = [id(t) for n in parts if isinstance(n, ast.Assign) for t in targets_of(n)]
        picked = [n.slice for n in parts if isinstance(n, ast.Subscript) and id(n) not in kept]
        bound = {name_of(target) for n in parts for target in targets_of(n)}
        is_pass = bool(bound & self._computed) or any(map(_is_product, parts))
        return is_pass and not any(own & _names(index) for index in picked)

    def _trains(self, part: ast.AST, own: Set[str]) -> bool:
        """Say whether an update is done alike in every pass, not with the loop's own variables.

        A loop that takes what is sent to it, `dw = yield w @ x`, passes when another loop asks.
        """
        if _is_sent_to(part):
            return False
        return any(
            self._is_pass(update, own) or not own & _names(update) for update in self._updates(part)
        )

    def _is_pass(self, update: ast.AST, own: Set[str]) -> bool:
        """Say whether an update is a call that does a pass, not a method of the loop's variable."""
        if not isinstance(update, ast.Call) or name_of(update.func) not in self._whole:
            return False
        return not own & _names(update.func)

    def _updates(self, part: ast.AST) -> Iterator[ast.AST]:
        """Yield what changes a parameter, or takes a step of a learning rate, or calls it."""
        for node in parts_in(part):
            if isinstance(node, ast.Call) and name_of(node.func) in self._training:
                yield node
            is_setter = isinstance(node, ast.Call) and name_of(node.func) in _SETTERS
            if is_setter and isinstance(node, ast.expr) and _words(node) & _STEPS:
                yield node
            if isinstance(node, ast.For) and self._goes_over_parameters(node):
                yield node
            if isinstance(node, ast.Return) and node.value and self._is_step(node.value):
                yield node
            if not isinstance(node, ast.Assign | ast.AugAssign):
                continue
            words = _words(node.value)
            changed = {name_of(t) for t in targets_of(node)} & self._parameters
            is_own = isinstance(node, ast.AugAssign) or (
                bool(changed & words) and isinstance(node.value, ast.BinOp | ast.Call | ast.Tuple)
            )
            if (changed and is_own) or words & _STEPS:
                yield node

    def _goes_over_parameters(self, loop: ast.For) -> bool:
        """Say whether a loop changes parameters one after the other: `for p, g in ((W, dW), …)`."""
        own = _names(loop.target)
        changed = {name_of(n.target) for n in parts_in(loop) if isinstance(n, ast.AugAssign)}
        # `p[...] = p - g` and `np.subtract(p, g, out=p)` change it in place as well.
        changed |= {name_of(t) for n in parts_in(loop) if isinstance(n, ast.Assign)
                    for t in targets_of(n) if isinstance(t, ast.Subscript)}  # fmt: skip
        changed |= {name_of(n.value) for n in parts_in(loop)
                    if isinstance(n, ast.keyword) and n.arg == "out"}  # fmt: skip
        return bool(own & changed and _words(loop.iter) & self._parameters)

    def _is_step(self, value: ast.expr) -> bool:
        """Say whether a value has a parameter less a product: what an update returns."""
        return any(
            isinstance(part, ast.BinOp)
            and isinstance(part.op, ast.Sub)
            and isinstance(part.right, ast.BinOp | ast.Name)
            and name_of(part.left) in self._parameters
            for part in parts_in(value)
        )


def _is_sent_to(part: ast.AST) -> bool:
    alone = {id(n.value) for n in parts_in(part) if isinstance(n, ast.Expr)}
    return any(isinstance(n, ast.Yield) and id(n) not in alone for n in parts_in(part))


def _is_product(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.MatMult)
    return isinstance(node, ast.Call) and name_of(node.func) in ("dot", "matmul", "einsum")


def _names(part: ast.AST) -> set[str]:
    """Return the variables of a part of a program."""
    return {n.id for n in parts_in(part) if isinstance(n, ast.Name)}


def _words(value: ast.expr) -> set[str]:
    """Return its variables, and what it reaches in them: attributes and keys."""
    return {name_of(n) for n in parts_in(value) if isinstance(n, ast.expr)}


def unread_as(value: Any) -> str:
    """Return what a value is that is no array of numbers; empty where there is none."""
    if value is None or value is ...:
        return ""
    try:
        kind = np.asarray(value).dtype.kind
    except Exception:  # of a class of the program's own, which may raise anything
        is_list = isinstance(value, list | tuple)
        return "a list of parts of different lengths" if is_list else "unread"
    if not isinstance(value, np.ndarray | np.generic):
        return f"of the type {type(value).__name__}"
    called = {"c": "complex numbers", "O": "objects", "U": "text"}
    return f"of {called.get(kind, 'too many numbers or none')}"
