"""The runs on the Train screen side by side: last costs, the best one, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtutor.engine.characters import cells, padded
from gdtutor.engine.operations import Array
from gdtutor.session.runs import OWN, own_curve, run_label, unchanged_curve
from gdtutor.session.state import Walk
from gdtutor.training.diagnosis import bend_at
from gdtutor.training.settings import Stop
from gdtutor.training.trouble import (
    AT_AVERAGE,
    LOWEST,
    SAME,
    TrainedCurve,
    ending,
    have_ended,
    lowest,
)
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.frame import Chars, Chosen, Line, Lines, Segment, Style
from gdtutor.view.lines import line, shortened, wrapped
from gdtutor.view.marks import UNCHANGED, marks_of

MANY = 8
"""Runs from which on the best one is named above them, since it may not show among them."""

Fact = tuple[str, Style]

_STYLES = (Style.RUN_2, Style.RUN_3, Style.RUN_4, Style.RUN_5, Style.RUN_6)


class ShownCurve(Struct, frozen=True, eq=False):
    """A cost curve and what it is drawn with."""

    curve: TrainedCurve
    mark: str = ""
    """One or two characters of a kept curve; empty for the line of the present run."""
    style: Style = Style.RUN_1
    name: str = ""
    """Its label, without the setting that one sweep varies."""
    same_as: str = ""
    """The name of a curve before it with the same costs; empty where there is none."""
    start: int = 0
    """The epoch from which on it is drawn."""


def mark_of(place: int, chars: Chars) -> str:
    """Return what a curve is drawn with, by its place among all that are kept: one mark as long as
    these last, then two, so that as many are told apart without colour as a sweep has.
    """
    marks = marks_of(chars).kept
    turns, at = divmod(place, len(marks))
    turns %= len(marks)
    return marks[at] + (marks[(at + turns) % len(marks)] if turns else "")


def curves_shown(session: Walk, chars: Chars) -> tuple[ShownCurve, ...]:
    """Return the present run's curve, where it has one, that without the changes, and the kept.

    A kept curve's mark depends on its place among all that are kept, so that it keeps its mark
    whatever comes to stand beside it. An earlier curve of the present run does not show.
    """
    label, setting = run_label(session), swept_setting(session)
    beside = {one.label.partition(", ")[2] for one in session.train.kept if one.setting}
    shown = [ShownCurve(curve, name=label) for curve in own_curve(session)]
    if (start := _unchanged_from(session)) is not None:
        curve = unchanged_curve(session.original, session.original.farthest)
        shown.append(ShownCurve(curve, UNCHANGED, Style.RUN_3, curve.label, start=start))
    for place, curve in enumerate(session.train.kept):
        if curve.label != label:
            mark, style = mark_of(place, chars), _STYLES[place % len(_STYLES)]
            name = curve.label.removeprefix(f"{setting} ") if setting else curve.label
            # What all sweeps share tells none from another.
            name = name.partition(", ")[0] if curve.setting and len(beside) == 1 else name
            shown.append(ShownCurve(curve, mark, style, name, _twin(curve, shown)))
    return tuple(shown)


def _unchanged_from(session: Walk) -> int | None:
    """Return the epoch from which on the run without the changes has a curve of its own: before it
    that of the present run lies on it. None where it has none, or is kept under its own name.
    """
    now, before = session.train.snapshot.costs, session.original.costs
    kept = [len(one.costs) for one in session.train.kept if one.label == (session.variant or OWN)]
    if not session.changes or len(before) <= max(kept, default=0):
        return None
    both = min(len(now), len(before))
    is_one = np.isclose(now[:both], before[:both], rtol=1e-9, atol=0.0, equal_nan=True)
    start = both if is_one.all() else int(np.argmin(is_one))
    return max(start - 1, 0) if start < len(before) else None


def swept_setting(session: Walk) -> str:
    """Return the setting that the kept sweeps vary, empty where there is none or several."""
    settings = {curve.setting for curve in session.train.kept if curve.setting}
    return settings.pop() if len(settings) == 1 else ""


def _twin(curve: TrainedCurve, before: list[ShownCurve]) -> str:
    """Return the name of a curve with the same costs."""
    if not len(curve.costs):
        return ""
    twins = (other.name for other in before if _are_same(other.curve.costs, curve.costs))
    return next(twins, "")


def _are_same(costs: Array, others: Array) -> bool:
    """Say whether two curves are one; every frame asks this of every pair."""
    if len(costs) != len(others):
        return False
    # Most differ in the end already; NaN, which is not larger, is looked at whole.
    last, other = float(costs[-1]), float(others[-1])
    if abs(last - other) > 2 * SAME * abs(other):
        return False
    return bool(np.allclose(costs, others, rtol=SAME, atol=0.0, equal_nan=True))


DescribedCurve = tuple[ShownCurve, tuple[Fact, ...]]
OTHER = "of other data, or another cost"
"""Is said of a run whose costs cannot be compared with those of the present one."""
NO_BEST = "the lowest cost, so none is best"
"""Is said of the lowest run where something is wrong with it."""


def described_curves(session: Walk, chars: Chars) -> tuple[DescribedCurve, ...]:
    """Return each run with what is to say of it: its last cost, and how it did.

    Costs of other data or by another formula say nothing about which run is better, so the best is
    one of those that share both with the present run.
    """
    shown = curves_shown(session, chars)
    measure = shown[0].curve.measure if shown else ""
    alike = [one for one in shown if not measure or one.curve.measure in ("", measure)]
    # Of two that are the same curve the one that both are told by is the best.
    told = [one for one in alike if not one.same_as]
    places = lowest([one.curve for one in told]) if len(alike) > 1 else ()
    best = [told[place] for place in places]
    at_end = have_ended([one.curve for one in shown])

    def facts(one: ShownCurve) -> Iterator[Fact]:
        if one.same_as:
            yield f"the same curve as {one.same_as}", Style.DIM
            return
        (cost, is_after), epochs = one.curve.cost(at_end), len(one.curve.costs)
        number = notation.counted(cost, session.look.digits, chars)
        at_average = f" {AT_AVERAGE}" * (is_after and one.curve.is_averaged)
        at = f"after {epochs:,} epochs{at_average}" if is_after else f"at epoch {epochs - 1:,}"
        yield f"{number} {at}" if epochs else "no epoch finished", Style.DIM
        if one not in alike:
            yield OTHER, Style.DIM
        if (one.curve.stopped_by or "").endswith("_below"):
            where = "there" if epochs else "in epoch 0"
            yield f"ended {where}: {ending(one.curve.stopped_by, Stop())}", Style.DIM
        if one.curve.remark:
            yield one.curve.remark, Style.WARNING
            if one in best:
                yield NO_BEST, Style.DIM
        elif one in best:
            yield LOWEST, Style.GOOD

    return tuple((one, tuple(facts(one))) for one in shown)


def run_lines(session: Walk, width: int, chars: Chars, height: int | None = None) -> Lines:
    """Return each run with what is to say of it, the best one marked; where that takes more lines
    than the height, each run has one, and what the runs come of stands above them if they have to
    be scrolled even so."""
    told = described_curves(session, chars)
    lines, below = _in_full(session, told, width, chars), _why(session, told, width, chars)
    if height is not None and len(lines) + len(below) > height:
        lines = _in_short(session, told, width, chars)
        if len(lines) + len(below) > height:
            return (*below, *lines)
    return (*lines, *below)


def _why(session: Walk, told: tuple[DescribedCurve, ...], width: int, chars: Chars) -> Lines:
    """Return what the lowest and the broken runs come of, where that is known."""
    lines: Lines = ()
    best = (one.curve for one, facts in told if (LOWEST, Style.GOOD) in facts)
    if factors := [f for curve in best if (f := step_factor(session, curve)) is not None]:
        cross = "×" if chars.unicode else "*"
        by = ", ".join(notation.shown(f, session.look.digits, chars) for f in factors)
        star = marks_of(chars).best
        lines = wrapped(f"{star} each step: distance {cross} {by}", width, Style.GOOD)
    broken = [
        one
        for one, _ in told
        if one.curve.verdict and not one.same_as and one.mark not in ("", UNCHANGED)
    ]
    if not broken:
        return lines
    name = short_name(broken[0].name, tuple(one for one, _ in told))
    return (*lines, *wrapped(f"Why? Press : run {name} Enter", width, Style.DIM))


def _in_short(session: Walk, told: tuple[DescribedCurve, ...], width: int, chars: Chars) -> Lines:
    star, other = (marks_of(chars).best, "≠" if chars.unicode else "/=")
    shown = tuple(one for one, _ in told)
    signs = _signs(shown, chars)
    epochs = {len(one.curve.costs) for one in shown if not one.same_as and len(one.curve.costs)}
    at_end, last = have_ended([one.curve for one in shown]), max(epochs, default=0)
    head = f"cost {f'after {last:,} epochs' if at_end else f'at epoch {last - 1:,}'}"
    head = head if len(epochs) == 1 else "cost @ epoch"
    setting = swept_setting(session)
    lines = [line((text, Style.DIM)) for text in (f"by {setting}" * bool(setting), head) if text]
    for one, facts in told:
        is_best, is_other = (LOWEST, Style.GOOD) in facts, (OTHER, Style.DIM) in facts
        mark = _mark(session, one, signs[one.name], chars)
        number = notation.counted(one.curve.cost(at_end)[0], session.look.digits, chars)
        at = f" @{len(one.curve.costs) - (not at_end):,}" if len(epochs) > 1 else ""
        flag = star if is_best else other if is_other else one.curve.remark
        text = f"{number}{at} {flag}".rstrip()
        if one.same_as:
            text = f"same as {short_name(one.same_as, shown)}"
            if cells(text) + cells(short_name(one.name, shown)) + len(mark.text) + 1 > width:
                text = f"same as {signs[one.same_as].strip()}"
        elif one.curve.is_broken or not len(one.curve.costs):
            text = one.curve.verdict or "no epoch"
        room = width - len(mark.text) - 1 - cells(text)
        name = padded(shortened(short_name(one.name, shown), room, chars), room)
        style = Style.GOOD if is_best else Style.WARNING if one.curve.remark else Style.DIM
        lines.append(line(mark, f"{name} ", (text, style)))
    flawed = (one.curve.remark for one, facts in told if (NO_BEST, Style.DIM) in facts)
    signs_told = [f"no {star}: the lowest run, but {remark}" for remark in flawed][:1]
    if at_end and any(one.is_averaged for one in (each.curve for each in shown)):
        signs_told.append(f"costs of averaged runs: {AT_AVERAGE}")
    for sign, fact in ((star, (LOWEST, Style.GOOD)), (other, (OTHER, Style.DIM))):
        signs_told += [f"{sign} {fact[0]}"] * any(fact in facts for _, facts in told)
    for text in signs_told:
        lines += wrapped(text, width, Style.DIM)
    return tuple(lines)


def _in_full(session: Walk, told: tuple[DescribedCurve, ...], width: int, chars: Chars) -> Lines:
    setting = swept_setting(session)
    lines = [line((f"by {setting}", Style.DIM))] if setting else []
    best = [one for one, facts in told if (LOWEST, Style.GOOD) in facts]
    signs = _signs(tuple(one for one, _ in told), chars)
    star = marks_of(chars).best
    if best and len(told) >= MANY:
        names = ", ".join(one.name for one in best)
        lines.extend(wrapped(f"{star} lowest: {names}", width, Style.GOOD))
    for one, facts in told:
        mark = _mark(session, one, signs[one.name], chars)
        name = _indented(one.name, mark, width, Style.GOOD if one in best else Style.TEXT)
        lines += [line(mark, *name[0][1:]), *name[1:]]
        for text, style in facts:
            lines += _indented(f"{star} {text}" if text == LOWEST else text, mark, width, style)
    return tuple(lines)


def _signs(shown: tuple[ShownCurve, ...], chars: Chars) -> dict[str, str]:
    """Return what the curves are drawn with, by their names, in a column as wide as the widest."""
    signs = {one.name: one.mark or marks_of(chars).curve for one in shown}
    width = max(map(cells, signs.values()), default=0)
    return {name: padded(sign, width) for name, sign in signs.items()}


def _mark(session: Walk, one: ShownCurve, sign: str, chars: Chars) -> Segment:
    """Return what stands before a run: what its curve is drawn with, and whether Enter opens it."""
    if one.mark and one.curve.label == session.train.look.run:
        return Segment(f"{sign}{chars.pointer}", one.style, Chosen())
    return Segment(f"{sign} ", one.style)


def _indented(text: str, mark: Segment, width: int, style: Style) -> list[Line]:
    indent = " " * len(mark.text)
    return [line(indent, *row) for row in wrapped(text, width - len(indent), style)]


def short_name(name: str, shown: tuple[ShownCurve, ...]) -> str:
    """Return the name of a run for the legend, where many share a line: `50` for `50: diverges`,
    where no other run that shows begins so.
    """
    head, colon, rest = name.partition(": ")
    if ", " in rest and "=" in rest and head != "yours":
        # What was changed in a variant tells its run from the variant's own.
        return rest.partition(", ")[2]
    alike = {one.name for one in shown if one.name.startswith(head + colon)} - {name}
    return "own" if name == OWN else name if alike else head


def step_factor(session: Walk, curve: TrainedCurve) -> float | None:
    """Return by what each step of a swept rate multiplies the distance to the lowest point; None
    where that is no one number, as of a kept run of another optimiser.
    """
    bend = bend_at(session.run, 0) if curve.setting == "learning_rate" else None
    if bend is None or len(curve.costs) < 3:
        return None
    factor = 1 - float(curve.value) * bend.curvature
    first, second, third = (float(cost) for cost in curve.costs[:3])
    is_own = abs(third - second - factor**2 * (second - first)) <= 1e-6 * abs(second - first)
    return factor if is_own else None
