"""A program that failed: at which line, and which slip makes NumPy complain so; and what the lines
of a program say of a slip that its numbers suggest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gdtutor.engine.expression import Apply, Expr, Name, names_in
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.trace import Trace
from gdtutor.judge.asked import AskedName, AskedProgram, data_names, rules_of, shape_text
from gdtutor.judge.naming import Departure, OneStart
from gdtutor.judge.process import ProgramCase, ProgramRefused, memory_refusal
from gdtutor.judge.source import ProgramText, factors_in, last_part
from gdtutor.session.formula_changes import has_operation, parts_of
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.values import Struct

_SHAPES = re.compile(r"broadcast|matmul|not aligned|core dimension|einstein|operand")
_OF_PRODUCT = re.compile(r"matmul|not aligned|core dimension")
"""What NumPy says where the factors of a product do not go together."""
_SHAPE = re.compile(r"\((\d+(?:,\d+)+|\d+,)\)")
_PRODUCT = re.compile(r"@|dot\b|matmul|einsum|\binner\b")


COUNT = "count "
"""How what is said about a count begins that is not the number of examples."""
_COUNTED = re.compile(r"=\s*(?:len\((\w+)\)|(\w+)\.shape\[(-?\d)\])\s*$")


class Mishap(Struct, frozen=True):
    """An exception that ended a program on one of the starts."""

    kind: str
    """Its type: ValueError."""
    message: str
    line: int
    """The program's own line, from 1; 0 where none is known."""
    name: str
    """The name that the line gives its value, where it is asked for; else empty."""
    slip: SlipMatch | None
    start: int


def mishap_of(
    cases: Sequence[ProgramCase], program: AskedProgram, source: ProgramText
) -> Mishap | None:
    """Return what ended a program on the first start on which anything did.

    Raises:
        ProgramRefused: It ended itself, asked for too much memory, or failed before any name that
            is asked for had a value.
    """
    number, error = next(
        ((i, c.facts["error"]) for i, c in enumerate(cases) if "error" in c.facts), (0, None)
    )
    if error is None:
        return None
    line = int(error["line"])
    where = f"{source.path}:{line}: " if line else f"{source.path}: "
    if error["type"] == "MemoryError" or "Unable to allocate" in error["message"]:
        raise memory_refusal(where)
    if error["ends"]:
        what = f"{where}the program ends itself ({error['type']})"
        raise ProgramRefused(what, "take out what ends it, such as exit()")
    asked, beside = {a.name: a for a in program.asked}, _beside(error)
    of = error["of"]
    own = next((n for n in of if line in source.lines.get(n, ())), "")
    at = of[own] if of else _named_at(int(error["outer"]) or line, line, asked, source)
    at = at if at in asked else ""
    if not at and not any(name in cases[number].values for name in asked):
        kind = "" if error["type"] == "LookupError" else f"{error['type']}: "
        message = error["message"] or error["type"]
        is_true = error["type"] == "NameError" and "'true'" in message
        hint = "Python writes True: rows = True" if is_true else "mend it, and judge again"
        raise ProgramRefused(f"{where}{kind}{message.rstrip()}{beside}", hint)
    blank = _blank_in(source.statement(line), cases[number], asked, source)
    if blank and error["type"] not in ("NameError", "UnboundLocalError"):
        # What the line computes is not wrong: it waits for another.
        message = f"{blank} has no value yet"
        return Mishap("a blank is still there", message, line, "", None, number)
    slip = _slip(error, asked[at], program, source, line) if at else None
    return Mishap(error["type"], error["message"].rstrip() + beside, line, at, slip, number)


def _beside(error: Mapping[str, Any]) -> str:
    """Return what two operands are that do not go together: `: dA1 is 3×4, X is 2×4`."""
    told = [tuple(map(int, s.strip(",").split(","))) for s in _SHAPE.findall(error["message"])]
    operands = error.get("operands", ())
    if not _SHAPES.search(error["message"]) or len(operands) != 2:
        return ""
    shapes = [shape for _, shape in operands]
    shapes = list(told[:2]) if None in shapes else shapes
    pairs = zip(operands, shapes, strict=False)
    said = [f"{name} is {shape_text(tuple(shape))}" for (name, _), shape in pairs]
    return f": {', '.join(said)}" if len(said) == 2 else ""


def refuse_unread(
    own: Sequence[Departure], unread: Sequence[str], starts: Sequence[OneStart], source: ProgramText
) -> None:
    """Refuse a program whose first value departs because it has no use of what it is given.

    Raises:
        ProgramRefused: No slip of its own explains what departs, and a value that it is made of is
            under no name of the program.
    """
    known = (None, Slip.TYPED, Slip.STALE_CACHE, Slip.OTHER_VALUE)
    if not own or (own[0].slip and own[0].slip.slip) not in known:
        return
    trace = starts[0].moment.traces[own[0].name.step.scene]
    read = {n.name for rule, _ in rules_of(own[0].name, trace) for n in names_in(rule)}
    given = data_names(starts[0].moment) | set(starts[0].moment.problem.parameters)
    lost = [n for n in unread if n in given]
    if read & set(lost):
        are = "is" if len(lost) == 1 else "are"
        table = ", ".join(f'"{n}": "…"' for n in lost)
        raise ProgramRefused(
            f"{source.path}: {' '.join(lost)} {are} not found in your program",
            "take what is given by its name, in the place of numbers of your own; or name yours at "
            f"the top: names = {{{table}}}",
        )


def _blank_in(
    statement: str, case: ProgramCase, asked: Mapping[str, AskedName], source: ProgramText
) -> str:
    """Return the first name that a statement reads and that was left blank; empty where none is."""
    _, _, right = statement.partition("=")
    words = set(re.findall(r"[A-Za-z_]\w*", right))
    theirs = {name: source.names.get(name, name) for name in asked}
    return next((t for n, t in theirs.items() if t in words and n not in case.values), "")


def _named_at(outer: int, inner: int, asked: dict[str, AskedName], source: ProgramText) -> str:
    """Return the name that one of two lines gives its value: the innermost, else the outermost."""
    for line in (inner, outer):
        for name in asked:
            if line in source.lines_of(name):
                return name
    return ""


def _slip(
    error: Mapping[str, Any], name: AskedName, program: AskedProgram, source: ProgramText, line: int
) -> SlipMatch | None:
    if "Cannot cast" in error["message"]:
        return SlipMatch(Slip.PRECISION)
    if not _SHAPES.search(error["message"]):
        return None
    trace = program.moments[0].traces[name.step.scene]
    if not any(has_operation(rule, "matmul") for rule, _ in rules_of(name, trace)):
        return None
    written = source.statement(line)
    if not _PRODUCT.search(written):
        return SlipMatch(Slip.ELEMENTWISE) if re.search(r"\*|multiply", written) else None
    turned = turned_factors(name, trace, source, line)
    is_product = _OF_PRODUCT.search(error["message"]) is not None
    return SlipMatch(Slip.TRANSPOSED, turned) if turned or is_product else None


def turned_factors(name: AskedName, trace: Trace, source: ProgramText, line: int) -> str:
    """Return which factors of a line's product stand turned around: `A1 lacks .T`; else empty."""
    wanted: list[list[tuple[str, bool]]] = []
    for rule, consumer in rules_of(name, trace):
        for part in parts_of(rule):
            if part.op == "matmul":
                factors = [_factor(arg) for arg in part.args]
                wanted.append([(f"d{consumer}" if n == UPSTREAM else n, t) for n, t in factors])
    for written in factors_in(source.statement(line)):
        for product in wanted:
            theirs = [last_part(source.names.get(n, n)) for n, _ in product]
            # A layer has W for W1 and for W2.
            bare = [n.rstrip("0123456789") for n in theirs]
            if [n for n, _ in written] in (theirs, bare):
                pairs = zip(written, product, strict=True)
                said = [f"{n} {'lacks .T' if t else 'has a .T too many'}"
                        for (n, own), (_, t) in pairs if own != t]  # fmt: skip
                return ", ".join(said)
    return ""


def _factor(expr: Expr) -> tuple[str, bool]:
    is_turned = isinstance(expr, Apply) and expr.op == "transpose"
    inner = expr.args[0] if isinstance(expr, Apply) and is_turned else expr
    return (inner.name if isinstance(inner, Name) else "", is_turned)


def with_the_line(
    slip: SlipMatch | None, line: int, name: AskedName, start: OneStart, source: ProgramText
) -> tuple[SlipMatch | None, int]:
    """Return a slip and its line by what the program shows: a sum that its line has is over the
    wrong axis, a factor that it has is of another count, and what is added up may be reset."""
    if slip is None:
        return slip, line
    statement = source.statement(line)
    if slip.slip is Slip.NO_SUM and name.is_gradient and re.search(r"\bsum\(", statement):
        return SlipMatch(Slip.OTHER_AXIS), line
    if slip.slip is Slip.OVERWRITTEN and "+=" in statement:
        before = (n for n in source.lines_of(name.name) if n < line and _is_reset(n, source))
        reset = next(before, 0)
        return (SlipMatch(Slip.RESET), reset) if reset else (slip, line)
    if slip.slip in (Slip.NO_SHARE, Slip.SHARE_TWICE):
        for called in re.findall(r"/\s*\(?(?:2\s*\*\s*)?([A-Za-z_]\w*)", statement):
            for at in source.lines.get(called, ()):
                count = _counted(source.written(at), start)
                if count and count != len(start.taken or start.moment.batch):
                    return SlipMatch(Slip.OTHER_VALUE, f"{COUNT}{called}"), at
    return slip, line


def _is_reset(line: int, source: ProgramText) -> bool:
    """Say whether a line in a loop gives a value anew."""
    written = source.written(line)
    above = (n for n in range(line, 0, -1)
             if source.written(n) and source.indent(n) < source.indent(line))  # fmt: skip
    is_in_loop = re.match(r"(for|while)\b", source.written(next(above, 0))) is not None
    return is_in_loop and "+=" not in written and "zeros" in written


def _counted(written: str, start: OneStart) -> int:
    """Return what `N = X.shape[0]` comes to of the data; 0 where it cannot be told."""
    found = _COUNTED.search(written.partition("#")[0])
    own = start.case.values.get(f"own {found[1] or found[2]}") if found else None
    if found is None or own is None or (found[1] or found[2]) not in data_names(start.moment):
        return 0
    axis = int(found[3] or 0)
    return int(own.shape[axis]) if -own.ndim <= axis < own.ndim else 0
