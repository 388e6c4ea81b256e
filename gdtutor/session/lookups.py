"""What a condition looks up: values, gradients and updates of a walk, and facts about its run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import forward
from gdtutor.lesson.conditions import Known, Values, Wanted
from gdtutor.session.moment import Moment
from gdtutor.session.rounded import bounds_of
from gdtutor.session.state import Walk
from gdtutor.training.classes import accuracy
from gdtutor.training.curvature import curvatures
from gdtutor.training.diagnosis import Asleep, asleep_over, asleep_units
from gdtutor.training.evaluation import fitting_batches
from gdtutor.training.run import Run
from gdtutor.training.settings import Settings
from gdtutor.training.walked import norm_of
from gdtutor.values import Struct, replace

MOST_NODES = 2_000
"""Nodes of a graph above which saturated units are not looked for at every key."""
MOST_VALUES = 1_000_000
"""Nodes times examples above which they are not, where the batch does not hold all examples."""


class Situation(Struct, frozen=True, eq=False):
    """Where a condition is looked at: an iteration that is walked, or the end of training."""

    run: Run
    iteration: int
    moment: Moment | None
    """The iteration as it is walked; None at the end of a run."""
    has_diverged: bool
    scene: int | None = None
    """The graph whose values come first; None where the last one's do."""
    is_goal: bool = False
    """Whether it is what iterations before it have led to: their rates are its learning rate."""


@lru_cache(maxsize=4)
def known_in(situation: Situation) -> Values:
    """Return what a condition may look up; all is computed when it is asked for first."""
    return cache(partial(_known, situation))


def known_at_step(session: Walk, scene: int) -> Values:
    """Return what a condition may look up where the walk stands.

    Args:
        session: The session.
        scene: The graph whose values come first.
    """
    return known_in(situation_of(session, scene))


def situation_of(session: Walk, scene: int | None = None) -> Situation:
    """Return where the walk stands; `scene` as in `Situation`."""
    run, moment, training = session.run, session.moment, session.train.snapshot
    has_diverged = training.stopped_by == "not_finite" and training.of is run
    return Situation(run, moment.iteration, moment, has_diverged, scene)


def _known(place: Situation, wish: Wanted) -> Known:
    found = _value(place, wish)
    if wish.cell is None:
        return found
    try:
        return Known(np.asarray(found.value[wish.cell]), found.error)
    except IndexError:
        return Known(np.asarray(np.nan))


def _value(place: Situation, wish: Wanted) -> Known:
    moment, nothing = place.moment, np.asarray(np.nan)
    fact = _fact(place, wish.name) if wish.about == "value" and wish.cell is None else None
    if fact is not None:
        return Known(np.asarray(fact, dtype=np.float64))
    name, _, kept = wish.name.partition(".")
    if kept and wish.about == "value":
        state = place.run.state(place.iteration)
        return Known(state.optimizer.get(name, {}).get(kept, nothing))
    if moment is None or wish.everywhere:
        is_value = wish.about == "value"
        values = _forward_over_all(place.run, place.iteration) if is_value else {}
        return Known(values.get(wish.name, nothing))
    if wish.about == "new":
        update = moment.updates.get(name)
        after = {} if update is None else {**update.values, "": update.p}
        return Known(after.get(kept, nothing))
    return _of_trace(moment, wish, place.scene)


def _fact(place: Situation, name: str) -> Array | float | None:
    graph = place.run.segment_at(place.iteration).problem.graph
    is_fact = name in _FACTS and name not in graph.node_by_name
    return _FACTS[name](place.run, place.iteration, place) if is_fact else None


def _cost(run: Run, iteration: int, place: Situation) -> float:
    parameters = run.predicting(run.state(iteration))
    return run.evaluate(parameters, np.arange(run.trained_examples)).cost


def _rates(run: Run, iteration: int, place: Situation) -> Array | float:
    """Return the rate of an iteration; of a goal, those that each stretch before it began and ended
    with, one where they are alike."""
    if not (place.is_goal and iteration):
        return run.learning_rate(iteration)
    firsts = [s.first_iteration for s in run.segments if s.first_iteration < iteration]
    ends = (first - 1 for first in (*firsts[1:], iteration))
    rates = np.unique([run.learning_rate(at) for at in (*firsts, *ends)])
    return rates if rates.size > 1 else rates[0]


def _accuracy(run: Run, iteration: int, place: Situation) -> float:
    problem, parameters = run.segment_at(iteration).problem, run.predicting(run.state(iteration))
    right = accuracy(problem, dict(parameters), run.trained_examples)
    return np.nan if right is None else right


def gradient_norm(run: Run, iteration: int) -> float:
    """Return the Euclidean length of the gradient of all trained parameters, in one iteration."""
    return norm_of(np.array([norm_of(g) for g in run.gradients(iteration).values()]))


@lru_cache(maxsize=4)
def asleep_in(moment: Moment, scene: int) -> tuple[Asleep, ...]:
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


@lru_cache(maxsize=4)
def curvatures_at(run: Run, iteration: int) -> Array:
    """Return the curvatures of the cost of an iteration's batch, the lowest first.

    One NaN where they are not worked out.
    """
    found = curvatures(*run.point(iteration))
    return np.full(1, np.nan) if found is None else found


_FACTS: Mapping[str, Callable[[Run, int, Situation], Array | float]] = {
    "iteration": lambda run, k, place: k,
    "epochs": lambda run, k, place: run.epoch_of(k),
    "learning_rate": _rates,
    "diverged": lambda run, k, place: place.has_diverged,
    "cost": _cost,
    "accuracy": _accuracy,
    "gradient_norm": lambda run, k, place: gradient_norm(run, k),
    "lowest_curvature": lambda run, k, place: float(curvatures_at(run, k)[0]),
    "highest_curvature": lambda run, k, place: float(curvatures_at(run, k)[-1]),
}
"""How every fact of `lesson/conditions.py` is looked up."""


def _of_trace(moment: Moment, wish: Wanted, scene: int | None) -> Known:
    """Return a value or a gradient: of the scene, else of the last graph that has it."""
    first = () if scene is None else (moment.traces[scene],)
    for trace in (*first, *reversed(moment.traces)):
        found = trace.gradients if wish.about == "grad" else trace.values
        if wish.name in found:
            bounds = bounds_of(trace)
            errors = bounds.gradients if wish.about == "grad" else bounds.values
            error = np.max(errors.get(wish.name, np.zeros(1)), initial=0.0)
            return Known(found[wish.name], float(error) if np.isfinite(error) else 0.0)
    return Known(np.asarray(np.nan))


@lru_cache(maxsize=4)
def _forward_over_all(run: Run, iteration: int) -> dict[str, Array]:
    """Return every value of the last graph over all examples, at one iteration's parameters."""
    problem = run.segment_at(iteration).problem
    rows = replace(problem, is_single=False) if problem.size else problem
    examples = np.arange(problem.size)
    if len(fitting_batches(problem, examples)) > 1:
        return {}
    given = rows.given(run.state(iteration).parameters, examples)
    with np.errstate(all="ignore"):
        return dict(forward(rows.graph, given))
