"""What the text of a program says: where each name is given its value, and how."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gdtutor.judge.process import ProgramRefused
from gdtutor.values import Struct, field

_FILLING = frozenset({"at", "copyto", "put", "fill_diagonal"})
_GROWING = frozenset({"append", "extend", "insert", "update", "setdefault"})
"""Methods that put values into what they are called on."""
_BLANK = (type(...), type(None))
_MEND = "mend it, and judge again"
_ROUGH = re.compile(r"float16|float32|half|single|astype|dtype|round|\bint\b|trunc|rint|floor|//")
"""What loses digits."""
_SMALL = re.compile(r"\b(\d[\d.]*e-\d+|0\.000+\d+|eps(ilon)?)\b", re.IGNORECASE)


class SourceSigns(Struct, frozen=True):
    """What the source shows of a name."""

    text: str
    """The statement that gives it its value."""
    is_overwritten: bool
    """Whether several statements, or one in a loop, give it a value anew."""
    rough: float
    """How far lost digits may take a float64, as a share of its largest number: 0 where nothing in
    the program loses any."""
    small: str
    """The small number that the statement has, such as `1e-8`; empty where it has none."""


class ProgramText(Struct, frozen=True):
    """A program's text, with the lines on which names are given values."""

    text: str
    path: str = ""
    """The file that messages name."""
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By name, or the last part of `self.dW`, every line that gives it a value, from 1."""
    names: Mapping[str, str] = field(default_factory=dict)
    """By the lesson's name, the program's own, as its table `names` says."""
    functions: tuple[tuple[str, int, int], ...] = ()
    """The name, first and last line of every function, an inner one behind the one around it."""

    def lines_of(self, name: str) -> tuple[int, ...]:
        """Return the lines that give a name of the lesson its value."""
        called = last_part(self.names.get(name, name))
        return self.lines.get(called, ())

    def line_of(self, name: str) -> int:
        """Return the last line that gives a name of the lesson its value, 0 where none does."""
        return max(self.lines_of(name), default=0)

    def called_of(self, line: int, bound: Sequence[int]) -> tuple[str, int]:
        """Return the function that a line stands in, and which of some lines calls it first."""
        for name, first, last in reversed(self.functions):
            if first <= line <= last:
                calls = (n for n in bound if re.search(rf"\b{name}\(", self.statement(n)))
                at = next((n for n in calls if not first <= n <= last), 0)
                return (name, at) if at else ("", 0)
        return "", 0

    def binds_alike(self, line: int, name: str) -> bool:
        """Say whether a line gives a value to a name such as `dz` for `dZ2`."""
        bare = name.rstrip("0123456789").lower()
        own = [n for n, lines in self.lines.items() if line in lines]
        return name not in own and any(n.rstrip("0123456789_").lower() == bare for n in own)

    def written(self, line: int) -> str:
        """Return a line of the text, stripped; empty where there is none."""
        return "".join(self.text.splitlines()[line - 1 : line]).strip()

    def indent(self, line: int) -> int:
        """Return how far a line is moved in."""
        row = "".join(self.text.splitlines()[line - 1 : line])
        return len(row) - len(row.lstrip())

    def statement(self, line: int) -> str:
        """Return the text of the line, and of those that its brackets go on over."""
        rows = self.text.splitlines()[max(line - 1, 0) :]
        taken: list[str] = []
        for row in rows[:12]:
            taken.append(row.partition("#")[0])
            whole = "".join(taken)
            if all(whole.count(a) <= whole.count(b) for a, b in ("()", "[]", "{}")):
                break
        return " ".join(taken)

    def shown(self, name: str, line: int) -> SourceSigns:
        """Return what the source shows of a name of the lesson whose value comes from a line."""
        plain = [n for n in self.lines_of(name) if "+=" not in self.written(n)]
        is_overwritten = len(plain) > 1 or any(self.indent(n) for n in plain)
        statement = self.statement(line)
        rough = 1e-2 if _ROUGH.search(statement) else 1e-5 if _ROUGH.search(self.text) else 0.0
        small = _SMALL.search(statement)
        return SourceSigns(statement, is_overwritten, rough, small[0] if small else "")


def parts_in(tree: ast.AST) -> list[ast.AST]:
    """Return the statements and expressions of a tree, outer ones first: `ast.walk` in half of the
    time, without what stands for an operator or says whether a name is read."""
    found = [tree]
    for node in found:
        for name in node._fields:
            value = getattr(node, name, None) if name not in ("ctx", "op", "ops") else None
            parts = value if isinstance(value, list) else (value,)
            found += [part for part in parts if isinstance(part, ast.AST)]
    return found


def read_program(text: str, path: str = "") -> ProgramText:
    """Read a program.

    Raises:
        ProgramRefused: It is no Python.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        where = f"{path}:{error.lineno}: " if error.lineno else f"{path}: "
        raise ProgramRefused(f"{where}{error.msg or 'it is no Python'}", _MEND) from None
    except (ValueError, RecursionError, MemoryError) as error:
        why = str(error) or "it is nested too deeply"
        raise ProgramRefused(f"{path}: {why}", _MEND) from None
    bound: dict[str, tuple[int, ...]] = {}
    for name, line in _bound(tree):
        bound[name] = (*bound.get(name, ()), line)
    functions = (part for part in parts_in(tree) if isinstance(part, ast.FunctionDef))
    spans = sorted((f.lineno, f.end_lineno or f.lineno, f.name) for f in functions)
    named = tuple((name, first, last) for first, last, name in spans)
    return ProgramText(text, path, bound, names_table(tree), named)


def names_table(tree: ast.Module) -> dict[str, str]:
    """Return the `names = {...}` table of a program."""
    for value in _assigned(tree, "names"):
        try:
            table = ast.literal_eval(value)
        except (ValueError, TypeError, RecursionError):
            # Not a table of texts: computed, with a list as a key, or nested without end.
            return {}
        if isinstance(table, dict):
            return {k: v for k, v in table.items() if isinstance(k, str) and isinstance(v, str)}
    return {}


def declares_rows(tree: ast.Module) -> bool:
    """Say whether a program says `rows = True`."""
    return any(isinstance(v, ast.Constant) and v.value is True for v in _assigned(tree, "rows"))


def _assigned(tree: ast.Module, name: str) -> Iterator[ast.expr]:
    """Yield what a name is given at the top of a program."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and name in map(name_of, node.targets):
            yield node.value


def turned_in(tree: ast.Module) -> list[str]:
    """Return the names whose transpose a program gives another name: `W` of `w = W.T`."""
    values = (n.value for n in parts_in(tree) if isinstance(n, ast.Assign))
    parts = (p for v in values for p in (v.elts if isinstance(v, ast.Tuple) else [v]))
    turned = (_turned(_copied(part)) for part in parts)
    return sorted({name for name, is_turned in turned if is_turned and name})


def _copied(value: ast.expr) -> ast.expr:
    """Return what is copied: `W.T` of `W.T.copy()` and of `np.array(W.T)`."""
    match value:
        case ast.Call(func=ast.Attribute(attr="array" | "asarray" | "copy"), args=[whole, *_]):
            return whole
        case ast.Call(func=ast.Attribute(value=whole, attr="copy" | "astype")):
            return whole
    return value


def last_part(path: str) -> str:
    """Return `dW` of `layer1.dW` and of `grads['dW']`, `fc.W` of `grads['fc.W']`."""
    if path.endswith(("']", '"]')):
        return path[path.rindex("[") + 2 : -2]
    return re.split(r"[.\[]", path)[-1].strip("]'\"")


def targets_of(statement: ast.AST) -> Iterator[ast.expr]:
    """Yield what a statement gives values to, tuples taken apart."""
    waiting: list[ast.expr] = []
    match statement:
        case ast.Assign():
            waiting = list(statement.targets)
        case ast.AugAssign() | ast.AnnAssign() | ast.NamedExpr() | ast.For():
            waiting = [statement.target]
    while waiting:
        target = waiting.pop()
        if isinstance(target, ast.Tuple | ast.List):
            waiting.extend(target.elts)
        elif isinstance(target, ast.Starred):
            waiting.append(target.value)
        else:
            yield target


def name_of(target: ast.expr) -> str:
    """Return the name that a target writes to: `self.dW`, `dW[i]` and `grads["dW"]` are `dW`."""
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
        case ast.Subscript(value=whole):
            return name_of(whole)
    return ""


class AssignedAt(NamedTuple):
    """What a statement gives values to."""

    line: int
    """Its first."""
    targets: tuple[ast.expr, ...]
    changes: bool
    """Whether it changes what was there."""


def bindings_of(tree: ast.Module) -> dict[int, tuple[AssignedAt, ...]]:
    """Return the bindings of a program by every line of their statements, of which one line may
    have several."""
    found: dict[int, tuple[AssignedAt, ...]] = {}
    for node in parts_in(tree):
        targets, changes = tuple(targets_of(node)), isinstance(node, ast.AugAssign)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            targets, changes = _changed_by(node.value), True
        if targets and isinstance(node, ast.stmt):
            binding = AssignedAt(node.lineno, targets, changes)
            # A loop over values binds them on its first line.
            last = node.lineno if isinstance(node, ast.For) else node.end_lineno or node.lineno
            found |= {n: (*found.get(n, ()), binding) for n in range(node.lineno, last + 1)}
    return found


def _changed_by(call: ast.Call) -> tuple[ast.expr, ...]:
    """Return what a call changes: `a` of `a.append(v)`, of `np.add.at(a, k, v)` and `out=a`."""
    out = tuple(word.value for word in call.keywords if word.arg == "out")
    if not isinstance(call.func, ast.Attribute):
        return out
    is_filled = call.func.attr in _FILLING and call.args
    owner = call.func.value if call.func.attr in _GROWING else None
    return (*out, *([owner] if owner else ()), *(call.args[:1] if is_filled else ()))


def factors_in(statement: str) -> Iterator[list[tuple[str, bool]]]:
    """Yield the two factors of each product of matrices, and whether each is turned around."""
    try:
        tree = ast.parse(statement.strip())
    except (SyntaxError, ValueError):
        return
    for node in parts_in(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield [_turned(node.left), _turned(node.right)]
        elif isinstance(node, ast.Call) and name_of(node.func) in ("dot", "matmul"):
            yield [_turned(arg) for arg in node.args]


def _turned(factor: ast.expr) -> tuple[str, bool]:
    if isinstance(factor, ast.Attribute) and factor.attr == "T":
        return name_of(factor.value), True
    return name_of(factor), False


def _bound(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that gets a value, with its line; not what another name is handed on as."""
    for node in parts_in(tree):
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant) and isinstance(value.value, _BLANK):
            continue
        yield from _bound_by_key(node)
        for target in targets_of(node):
            if not (isinstance(value, ast.expr) and name_of(value) == name_of(target)):
                yield name_of(target), getattr(node, "lineno", 0)
        entries = (node.keys, node.values) if isinstance(node, ast.Dict) else ((), ())
        for key, entry in zip(*entries, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and not name_of(entry):
                yield key.value, key.lineno


def _bound_by_key(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield what `for k in ("W1", "b1"):` binds by its key: `setattr(self, k, …)`, `p[k] = …`."""
    if not (isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple | ast.List)):
        return
    keys = [e.value for e in node.iter.elts if isinstance(e, ast.Constant)]
    for inner in parts_in(node):
        written = [t.slice for t in targets_of(inner) if isinstance(t, ast.Subscript)]
        if isinstance(inner, ast.Call) and name_of(inner.func) == "setattr":
            written = inner.args[1:2]
        if name_of(node.target) in map(name_of, written):
            yield from ((key, getattr(inner, "lineno", 0)) for key in keys if isinstance(key, str))
