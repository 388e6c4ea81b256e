"""A run that went wrong, in words: what, where, why, and the stability limit beside the rate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from gdtutor.engine.cells import cell_name
from gdtutor.engine.characters import cells
from gdtutor.engine.operations import OPERATIONS
from gdtutor.engine.places import places_of
from gdtutor.session.digits import raised
from gdtutor.session.lookups import MOST_NODES, asleep_in
from gdtutor.session.state import Walk
from gdtutor.training.curvature import Bend
from gdtutor.training.diagnosis import Asleep, Diagnosis
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.run import Run
from gdtutor.training.trouble import AT_AVERAGE, JUMPS, STILL, Trouble
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.frame import Chars, Lines, Style
from gdtutor.view.lines import line, wrapped

_STEP = "each step multiplies the distance"


def diagnosis_lines(session: Walk, width: int, chars: Chars, most: int | None = None) -> Lines:
    """Return what is wrong with the run as far as it was trained, empty where nothing is; of `most`
    lines, the most that they hold.
    """
    found = session.train.snapshot.diagnosis
    if found is None:
        return ()
    words = _words(session.run, session.look.digits, chars)
    style = Style.ERROR if found.trouble is Trouble.NOT_FINITE else Style.WARNING
    ways = (wrapped(" ".join(said), width, style) for said in _ways(found, words))
    fitting = (lines for lines in ways if most is None or len(lines) <= most)
    brief = line((short_diagnosis(session, width, chars), style))
    return next(fitting, (brief,))


def short_diagnosis(session: Walk, width: int, chars: Chars) -> str:
    """Return the diagnosis in one sentence, for a single line; the longest that has room."""
    found = session.train.snapshot.diagnosis
    if found is None:
        return ""
    words = _words(session.run, session.look.digits, chars)
    brief, word, by = _brief(found, words)[0], _word(found).capitalize(), _factor(found, words)
    limit = _limits(found, words)[-1] if found.trouble is not Trouble.NOT_FINITE else ""
    full = f"{word}: {_STEP} {by}." if by and limit else _heads(found, words)[0][0]
    ends = (brief.partition(end)[0].rstrip(".") for end in (", ", " for "))
    said = full, f"{word}: {limit}" if limit else brief, brief, *(f"{end}." for end in ends)
    return next((one for one in said if cells(one) <= width), f"{word}.")


def _ways(found: Diagnosis, words: _Words) -> Iterator[Sequence[str]]:
    """Yield the diagnosis in sentences, and in fewer and fewer words."""
    heads = _heads(found, words)
    yield [*heads[0], *_limit(found, words)]
    for head, limit in product(heads, _limits(found, words)):
        yield [*head, limit] if limit else head


def diagnosis_sentences(found: Diagnosis, run: Run, chars: Chars) -> tuple[str, ...]:
    """Return the diagnosis of a run that no session shows, a sentence each."""
    return tuple(next(_ways(found, _words(run, 4, chars))))


def _words(run: Run, digits: int, chars: Chars) -> _Words:
    """Return how a run is told; the limit is that of plain steps on all examples."""
    settings = run.segments[-1].settings
    of = "" if settings.is_whole(run.trained_examples) else " of full batches"
    of = of if settings.optimizer == "sgd" else " of plain gradient descent"
    is_averaged = optimiser_of(settings)[0].predicts_with != "p"
    cost = f"the cost, not {AT_AVERAGE}," if is_averaged else "the cost"
    most = notation.DEFAULT_DIGITS
    return _Words(min(digits, most), chars, of, cost, is_exact=digits > most)


class _Words(Struct, frozen=True):
    digits: int
    chars: Chars
    limit_of: str
    """What has the stability limit, where that is not the run itself."""
    cost: str
    is_exact: bool
    """Whether more digits are asked for, which show what is 0 but for rounding."""

    def counted(self, value: float) -> str:
        """Return a number; a large one with how many digits it has."""
        return notation.counted(value, self.digits, self.chars)

    def number(self, value: float) -> str:
        return notation.shown(value, self.digits, self.chars)

    def norm(self, found: Diagnosis) -> str:
        """Return the norm of the gradient; how large rounding alone may make it where it is 0 but
        for that."""
        norm, most = (self.number(n) for n in (found.gradient_norm, raised(found.rounding, 2)))
        if not found.is_rounding:
            return norm
        norm = norm if self.is_exact else notation.about_zero(self.chars)
        return f"{norm}: rounding alone may make it {most}"

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


def _heads(found: Diagnosis, words: _Words) -> Sequence[Sequence[str]]:
    """Return what is wrong in more and in fewer words, without the limit of the rate."""
    brief, by, word = _brief(found, words), _factor(found, words), _word(found).capitalize()
    each = [f"{_STEP.capitalize()} to the lowest point {by}."] * bool(by)
    match found.trouble:
        case Trouble.NOT_FINITE:
            full = _not_finite(found, words)
            return [*full, *each], [*brief, *full[1:]], brief
        case Trouble.GROWING:
            costs, first = (found.first_cost, found.last_cost), found.epoch - found.window
            start, end = notation.counted_apart(costs, words.digits, words.chars)
            when = f"from epoch {first:,} to epoch {found.epoch:,}"
            rose = f"{word}: {when} {words.cost} rose from {start} to {end}."
            return [rose, *each], [f"{brief[0][:-1]}: {_STEP} {by}." if by else rose], brief
        case Trouble.STUCK:
            # At what a cost is that is not at the average is not to be left out.
            by_step = [[f"{word}: {_STEP} {by}."]] * bool(by and AT_AVERAGE not in words.cost)
            return [*_stuck(found, words), *each], *by_step, brief


def _brief(found: Diagnosis, words: _Words) -> Sequence[str]:
    """Return what is wrong in a short line, and a short one for each node whose units sleep."""
    if found.trouble is Trouble.STUCK:
        asleep = [f"{words.name(a.node)}: {a.units} of {a.of} {a.how}." for a in found.asleep]
        cost, at = words.counted(found.last_cost), words.cost.removeprefix("the ")
        flat = f"{_kind(found)} at {at} {cost} for {found.window:,} epochs"
        return [f"{flat}, gradient {words.norm(found)}.", *asleep]
    if found.trouble is Trouble.GROWING:
        dash = "–" if words.chars.unicode else "-"
        return [f"Diverges (epochs {found.epoch - found.window:,}{dash}{found.epoch:,})."]
    return [f"Not finite: {words.name(found.node)} at iteration {found.iteration}."]


def _limits(found: Diagnosis, words: _Words) -> Sequence[str]:
    """Return the rate beside its limit, with and without what λ is; nothing where there is none."""
    if found.limit == math.inf:
        return ("",)
    rate, most = words.apart(found.learning_rate, found.limit)
    signs = {"above": f" = {rate} >", "below": f" = {rate} <", "at": " ="}
    sign = signs[_beside(found.learning_rate, found.limit)]
    most = words.number(found.limit) if sign == " =" else most
    plain = f"{words.rate}{sign} 2/{words.lambda_max} = {most}"
    return f"{plain}, {words.lambda_max} the largest curvature.", f"{plain}."


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
    """Return what limits the rate, in full; nothing where that explains nothing."""
    is_stuck, is_broken = (found.trouble is one for one in (Trouble.STUCK, Trouble.NOT_FINITE))
    if (is_stuck and found.limit == math.inf) or (is_broken and found.step is None):
        return []
    rate, stability, bend = words.number(found.learning_rate), found.stability, found.bend
    at = f"t iteration {found.stability_at}"
    if stability is None or found.limit == math.inf:
        said = "its limit was not found" if stability is None else "no bend limits it"
        return [f"The {words.rate} was {rate}; a{at} {said}."]
    limit, most = words.number(found.limit), words.number(stability.curvature)
    slope = "the slope and its weight decay change" if stability.decay else "the slope changes"
    way = " over a way of 1" if stability.is_everywhere else ""
    head = f"A{at} {slope}{way}"
    if bend is not None:
        most = f"{_second(bend, words)} = {most}" if bend.of else most
        head = f"Over a way of 1 {slope}"
    return [
        f"{head} by at most {words.lambda_max} = {most}{'' if way else ' times a short way'}, so "
        f"the stability limit{words.limit_of} is 2/{words.lambda_max} = {limit}: {words.rate} = "
        f"{rate} is {_beside(found.learning_rate, found.limit)} it.",
    ]


def _second(bend: Bend, words: _Words) -> str:
    """Return the second derivative in the lesson's own names."""
    square = words.name(bend.of) + notation.superscript(2, words.chars)
    mean = f"mean({square})" if bend.is_mean else square
    return mean if bend.factor == 1 else f"2{words.chars.times}{mean}"


def _factor(found: Diagnosis, words: _Words) -> str:
    """Return by what a step multiplies the distance to the lowest point of a parabola, empty where
    the cost is none."""
    bend, minus = found.bend, words.chars.minus
    if bend is None or found.limit == math.inf:
        return ""
    taken = found.learning_rate * bend.curvature
    second = _second(bend, words) if bend.of else words.lambda_max
    is_small = abs(taken) < 1e-3
    result = f"1 {minus} {words.number(taken)}" if is_small else words.number(1 - taken)
    return f"by 1 {minus} {words.rate.replace(' ', '_')}{words.chars.times}{second} = {result}"


def _beside(rate: float, limit: float) -> str:
    """Return where a rate is; the limit is known to some four digits."""
    if abs(rate - limit) <= 1e-3 * limit:
        return "at"
    return "above" if rate > limit else "below"


def _stuck(found: Diagnosis, words: _Words) -> list[str]:
    cost, norm = words.counted(found.last_cost), words.norm(found)
    said = [
        f"{_kind(found)}: {words.cost} is almost flat at {cost}: it moved by less than {STILL:.1%} "
        f"in the last {found.window:,} epochs; the gradient's norm is {norm}."
    ]
    return said + [f"{asleep_text(asleep, words.name(asleep.node))}." for asleep in found.asleep]


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


def asleep_marks(context: Context) -> dict[str, str]:
    """Return, for each node with saturated or dead units, the mark it carries in the graph.

    `!2` says that two units sleep. An inner node's mark stands at its line where that is folded.
    """
    return _marks(
        context,
        {asleep.node: asleep.units for asleep in asleep_in(context.moment, context.step.scene)},
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
        for asleep in asleep_in(context.moment, context.step.scene)
        if asleep.node == context.step.node
        for called in (context.name(asleep.node),)
        for row in wrapped(f"! {asleep_text(asleep, called)}.", width, Style.WARNING)
    )
