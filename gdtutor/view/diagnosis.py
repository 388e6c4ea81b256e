"""A run that went wrong, in words: what, where, why, and the stability limit beside the rate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from gdtutor.engine.cells import cell_name
from gdtutor.engine.characters import cells
from gdtutor.engine.operations import OPERATIONS
from gdtutor.engine.places import places_of
from gdtutor.session.moment import Moment
from gdtutor.session.state import Walk
from gdtutor.training.curvature import Bend
from gdtutor.training.diagnosis import Asleep, Diagnosis, asleep_over, asleep_units
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.run import Run
from gdtutor.training.settings import Settings
from gdtutor.training.trouble import AT_AVERAGE, JUMPS, STILL, Trouble
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.frame import Chars, Lines, Style
from gdtutor.view.lines import wrapped

ROOMY = 70
"""Cells of a line below which a run that went wrong is told in few words."""
MOST_NODES = 2_000
"""Nodes of a graph above which saturated units are not looked for at every key."""
MOST_VALUES = 1_000_000
"""Nodes times examples above which they are not, where the batch does not hold all examples."""


def diagnosis_lines(session: Walk, width: int, chars: Chars, most: int | None = None) -> Lines:
    """Return what is wrong with the run as far as it was trained, empty where nothing is.

    In few words where the lines are narrow; of `most` lines, the most that they hold.
    """
    diagnosis = session.train.snapshot.diagnosis
    if diagnosis is None:
        return ()
    words = _words(session.run, session.look.digits, chars)
    style = Style.ERROR if diagnosis.trouble is Trouble.NOT_FINITE else Style.WARNING
    full, brief = _sentences(diagnosis, words), _brief(diagnosis, words)
    told = [full, brief]
    if diagnosis.trouble is not Trouble.STUCK:
        told[1:1] = [[*brief, *full[1:n]] for n in range(len(full) - 1, 1, -1)]
        told.insert(-1, [_by_step(diagnosis, words) or brief[0], *brief[1:]])
    elif not diagnosis.asleep:
        told.insert(1, full[:1])
    ways = [wrapped(" ".join(one), width, style) for one in told]
    if most is None:
        return ways[-(width < ROOMY)]
    return next((lines for lines in ways if len(lines) <= most), ways[-1][:most])


def short_diagnosis(session: Walk, width: int, chars: Chars) -> str:
    """Return the diagnosis in one sentence, for a single line; the longest that has room."""
    found = session.train.snapshot.diagnosis
    words = _words(session.run, session.look.digits, chars)
    if found is None:
        return ""
    brief, full = _brief(found, words)[0], _by_step(found, words) or _sentences(found, words)[0]
    said = full, brief, f"{brief.partition(',')[0].rstrip('.')}."
    return next((one for one in said if cells(one) <= width), f"{_word(found).capitalize()}.")


def _by_step(found: Diagnosis, words: _Words) -> str:
    """Return by what each step multiplies the distance, empty where that is not one number."""
    if found.trouble is Trouble.NOT_FINITE or found.bend is None:
        return ""
    by = _factor(found, found.bend, words)
    return f"{_word(found).capitalize()}: each step multiplies the distance by {by}."


def diagnosis_sentences(found: Diagnosis, run: Run, chars: Chars) -> tuple[str, ...]:
    """Return the diagnosis of a run that no session shows, a sentence each."""
    return tuple(_sentences(found, _words(run, 4, chars)))


def _words(run: Run, digits: int, chars: Chars) -> _Words:
    """Return how a run is told; the limit is that of plain steps on all examples."""
    settings = run.segments[-1].settings
    of = "" if settings.is_whole(run.trained_examples) else " of full batches"
    of = of if settings.optimizer == "sgd" else " of plain gradient descent"
    is_averaged = optimiser_of(settings)[0].predicts_with != "p"
    cost = f"the cost, not {AT_AVERAGE}," if is_averaged else "the cost"
    return _Words(min(digits, 4), chars, of, cost)


class _Words(Struct, frozen=True):
    digits: int
    chars: Chars
    limit_of: str
    """What has the stability limit, where that is not the run itself."""
    cost: str

    def counted(self, value: float) -> str:
        """Return a number; a large one with how many digits it has."""
        return notation.counted(value, self.digits, self.chars)

    def number(self, value: float) -> str:
        return notation.shown(value, self.digits, self.chars)

    def apart(self, *values: float) -> tuple[str, ...]:
        """Return numbers with as many digits as tell them apart."""
        return notation.apart(values, self.digits, self.chars)

    def name(self, text: str) -> str:
        return notation.name(text, self.chars)

    @property
    def lambda_max(self) -> str:
        return "λmax" if self.chars.unicode else "lambda_max"

    @property
    def rate(self) -> str:
        return "α" if self.chars.unicode else "learning rate"


def _sentences(found: Diagnosis, words: _Words) -> list[str]:
    match found.trouble:
        case Trouble.NOT_FINITE:
            said = _not_finite(found, words)
            return said if found.step is None else [*said, *_limit(found, words)]
        case Trouble.GROWING:
            costs = found.first_cost, found.last_cost
            start, end = notation.counted_apart(costs, words.digits, words.chars)
            when = f"from epoch {found.epoch - found.window:,} to epoch {found.epoch:,}"
            rose = f"Diverges: {when} {words.cost} rose from {start} to {end}."
            return [rose, *_limit(found, words)]
        case Trouble.STUCK:
            return _stuck(found, words)


def _brief(found: Diagnosis, words: _Words) -> list[str]:
    """Return the same in three short lines."""
    if found.trouble is Trouble.STUCK:
        asleep = [f"{words.name(a.node)}: {a.units} of {a.of} {a.how}." for a in found.asleep]
        cost, norm = words.counted(found.last_cost), words.number(found.gradient_norm)
        at = words.cost.removeprefix("the ")
        return [f"{_kind(found)} at {at} {cost}, gradient {norm}.", *asleep]
    limit = ""
    if found.limit < math.inf:
        sign = ">" if found.learning_rate > found.limit else "<"
        rate, most = words.apart(found.learning_rate, found.limit)
        limit = f"{words.rate} = {rate} {sign} 2/{words.lambda_max} = {most}."
    if found.trouble is Trouble.GROWING:
        return [f"Diverges over the last {found.window} epochs.", limit]
    return [f"Not finite: {words.name(found.node)} at iteration {found.iteration}.", limit]


def _not_finite(found: Diagnosis, words: _Words) -> list[str]:
    said = [f"Not finite: first in {words.name(found.node)} at iteration {found.iteration}."]
    step = found.step
    if step is None:
        said.append("No update was done yet: the values given at the start bring it about.")
    else:
        called = cell_name(words.name(step.parameter), step.cell)
        before, after = words.apart(step.before, step.after)
        said.append(
            f"The update of iteration {step.iteration} moved {called} from {before} to {after}; "
            f"its gradient was {words.number(step.gradient)}."
        )
    return said


def _limit(found: Diagnosis, words: _Words) -> list[str]:
    rate, stability, bend = words.number(found.learning_rate), found.stability, found.bend
    at = f"t iteration {found.stability_at}"
    if stability is None or found.limit == math.inf:
        said = "its limit was not found" if stability is None else "no bend limits it"
        return [f"The {words.rate} was {rate}; a{at} {said}."]
    limit, most = words.number(found.limit), words.number(stability.curvature)
    slope = "the slope and its weight decay change" if stability.decay else "the slope changes"
    each, way = list[str](), " over a way of 1" if stability.is_everywhere else ""
    head = f"A{at} {slope}{way}"
    if bend is not None:
        by = _factor(found, bend, words)
        each = [f"Each step multiplies the distance to the lowest point by {by}."]
        most = f"{_second(bend, words)} = {most}" if bend.of else most
        head = f"Over a way of 1 {slope}"
    return [
        *each,
        f"{head} by at most {words.lambda_max} = {most}{'' if way else ' times a short way'}, so "
        f"the stability limit{words.limit_of} is 2/{words.lambda_max} = {limit}: {words.rate} = "
        f"{rate} is {_beside(found.learning_rate, found.limit)} it.",
    ]


def _second(bend: Bend, words: _Words) -> str:
    """Return the second derivative in the lesson's own names."""
    square = words.name(bend.of) + notation.superscript(2, words.chars)
    mean = f"mean({square})" if bend.is_mean else square
    return mean if bend.factor == 1 else f"2{words.chars.times}{mean}"


def _factor(found: Diagnosis, bend: Bend, words: _Words) -> str:
    """Return by what a step multiplies the distance to the lowest point of a parabola."""
    taken, minus = found.learning_rate * bend.curvature, words.chars.minus
    second = _second(bend, words) if bend.of else words.lambda_max
    is_small = abs(taken) < 1e-3
    result = f"1 {minus} {words.number(taken)}" if is_small else words.number(1 - taken)
    return f"1 {minus} {words.rate.replace(' ', '_')}{words.chars.times}{second} = {result}"


def _beside(rate: float, limit: float) -> str:
    """Return where a rate is; the limit is known to some four digits."""
    if abs(rate - limit) <= 1e-3 * limit:
        return "at"
    return "above" if rate > limit else "below"


def _stuck(found: Diagnosis, words: _Words) -> list[str]:
    cost, norm = words.counted(found.last_cost), words.number(found.gradient_norm)
    said = [
        f"{_kind(found)}: {words.cost} is almost flat at {cost}: it moved by less than {STILL:.1%} "
        f"in the last {found.window} epochs; "
        f"the gradient's norm is {norm}."
    ]
    said += [f"{asleep_text(asleep, words.name(asleep.node))}." for asleep in found.asleep]
    return [*said, *_limit(found, words)] if found.limit < math.inf else said


def _kind(found: Diagnosis) -> str:
    return (found.asleep[0].how if found.asleep else _word(found)).capitalize()


def _word(found: Diagnosis) -> str:
    return JUMPS if found.jumps else found.trouble.value


def asleep_text(asleep: Asleep, called: str) -> str:
    """Return `In A₁ 2 of 3 units are dead`."""
    what = f"{asleep.how} ({'0 on every example' if asleep.is_dead else 'almost no slope'})"
    if asleep.of == 1:
        return f"{called} is {what}"
    verb = "is" if asleep.units == 1 else "are"
    return f"In {called} {asleep.units} of {asleep.of} units {verb} {what}"


@lru_cache(maxsize=4)
def _asleep_in(moment: Moment, scene: int) -> tuple[Asleep, ...]:
    """Look for units that sleep on every example once in an iteration; the walk stays in one for
    many keys. Of a graph that does not train, and sees a part of the examples, nothing is said.
    """
    trace, problem = moment.traces[scene], moment.problem
    trained = (moment.settings or Settings()).trained_on(problem.size)
    nodes, is_last = len(trace.graph.nodes), scene == len(moment.traces) - 1
    # NumPy's `unique` imports what takes as long as a frame.
    if len(set(moment.batch.tolist())) == trained or not trace.graph.sees_examples:
        return asleep_units(trace) if nodes <= MOST_NODES else ()
    if not is_last or trained * nodes > MOST_VALUES:
        return ()
    return asleep_over(problem, moment.state.parameters, trained)


def asleep_marks(context: Context) -> dict[str, str]:
    """Return, for each node with saturated or dead units, the mark it carries in the graph.

    `!2` says that two units sleep. An inner node's mark stands at its line where that is folded.
    """
    return _marks(
        context,
        {asleep.node: asleep.units for asleep in _asleep_in(context.moment, context.step.scene)},
    )


def widest_marks(context: Context) -> dict[str, str]:
    """Return the widest mark that each node could carry, were all of its units asleep."""
    trace, nodes = context.trace, context.graph.nodes
    rows = [node.name for node in nodes if OPERATIONS[node.op].steepness]
    if len(nodes) > MOST_NODES:
        return {}
    axes = {name: enumerate(trace.shapes[name]) for name in rows}
    units = {n: math.prod(k for at, k in axes[n] if at not in trace.axes[n]) for n in rows}
    return _marks(context, units)


def _marks(context: Context, units: Mapping[str, int]) -> dict[str, str]:
    """Return the mark of each node, of so many units asleep in one."""
    visible, marks = places_of(context.trace).visible, {}
    for name, count in units.items():
        shown = name if name in visible else name.partition(".")[0]
        marks[shown] = f"!{count}" if context.trace.shapes[name] else "!"
    return marks


def asleep_lines(context: Context, width: int) -> Lines:
    """Return, for the current node, how many of its units are saturated or dead."""
    return tuple(
        row
        for asleep in _asleep_in(context.moment, context.step.scene)
        if asleep.node == context.step.node
        for called in (context.name(asleep.node),)
        for row in wrapped(f"! {asleep_text(asleep, called)}.", width, Style.WARNING)
    )
