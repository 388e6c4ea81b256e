"""What a program is asked for: a name for every line and gradient of the walk, or layers.

The iterations that it is held against are the lesson's first ones, then other starts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Expr, names_in
from gdtutor.engine.graph import Graph, Role
from gdtutor.engine.layers import Link, link_of
from gdtutor.engine.numpy_text import plain_name
from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import Shape
from gdtutor.engine.trace import Trace, frozen
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import run_of
from gdtutor.session.changes import earlier_values
from gdtutor.session.moment import Moment, moment_at
from gdtutor.session.steps import Phase, Step
from gdtutor.session.working import node_expr
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace


class AskedName(Struct, frozen=True):
    """A name that a program gives a value, and the step of the walk that it belongs to."""

    name: str
    """`Z1` for a line, `dW1` for a gradient."""
    step: Step
    root: str
    """What the gradient is of: the last line of the step's graph."""

    @property
    def node(self) -> str:
        """The line or the parameter."""
        return self.step.node

    @property
    def is_gradient(self) -> bool:
        """Whether a gradient is asked for."""
        return self.step.phase is Phase.BACKWARD


def asked_names(lesson: Lesson, moment: Moment) -> tuple[AskedName, ...]:
    """Return every name that a program is asked for, in the order of the walk.

    The gradient of the root is 1 and not asked for. Where several graphs have a gradient of one
    parameter, those before the last carry their root: `dw1_L1`.
    """
    steps = [s for s in moment.steps if s.phase in (Phase.FORWARD, Phase.BACKWARD) and s.node]
    roots = [scene.graph.root for scene in lesson.scenes]
    going_back = [s for s in steps if s.phase is Phase.BACKWARD and s.node != roots[s.scene]]
    last = {s.node: s.scene for s in going_back}
    taken = {s.node for s in steps if s.phase is Phase.FORWARD} | set(lesson.constants)
    taken |= {binding.leaf for binding in lesson.bindings} | set(lesson.starts)
    found = []
    for step in steps:
        if step.phase is Phase.FORWARD:
            found.append(AskedName(plain_name(step.node), step, roots[step.scene]))
        elif step.node != roots[step.scene]:
            name = f"d{step.node}" if f"d{step.node}" not in taken else f"grad_{step.node}"
            if last[step.node] != step.scene:
                name = f"{name}_{roots[step.scene]}"
            found.append(AskedName(name, step, roots[step.scene]))
    counts = Counter(one.name for one in found)
    return tuple(one for one in found if counts[one.name] == 1)


def given_values(moment: Moment) -> dict[str, Array]:
    """Return the value of every leaf by its name."""
    traces = moment.traces
    return {leaf.name: trace.values[leaf.name] for trace in traces for leaf in trace.graph.leaves}


def data_names(moment: Moment) -> frozenset[str]:
    """Return the names of the inputs and targets."""
    graphs = [trace.graph for trace in moment.traces]
    return frozenset(n for g in graphs for r in (Role.INPUT, Role.TARGET) for n in g.of_role(r))


def data_axes(moment: Moment) -> dict[str, int | None]:
    """Return the axis of examples of every input and target."""
    axes = {name: axes for trace in moment.traces for name, axes in trace.axes.items()}
    return {name: next(iter(axes[name]), None) for name in sorted(data_names(moment))}


def engine_value(moment: Moment, asked: AskedName) -> Array:
    """Return the value or the gradient that the walk has for a name."""
    trace = moment.traces[asked.step.scene]
    return (trace.gradients if asked.is_gradient else trace.values)[asked.node]


def is_over_batch(moment: Moment, asked: AskedName) -> bool:
    """Say whether a value has an axis of examples."""
    return bool(moment.traces[asked.step.scene].axes.get(asked.node, ()))


def rules_of(name: AskedName, trace: Trace) -> list[tuple[Expr, str]]:
    """Return the formulas that make a value: a line's own, or one for every line that hands a
    gradient on, each with that line; '' beside a line's own."""
    if name.is_gradient:
        return [(c.rule, c.consumer) for c in trace.contributions[name.node]]
    return [(node_expr(trace, name.node), "")]


def operands_of(
    name: AskedName, asked: Sequence[AskedName], moment: Moment, there: Container[str]
) -> set[str]:
    """Return the names that a value is made of; in the place of one that is not there, its own."""
    rules = rules_of(name, moment.traces[name.step.scene])
    used = {(n.name, False) for rule, _ in rules for n in names_in(rule)}
    used |= {(consumer, True) for _, consumer in rules}
    found = set()
    for one in asked:
        if one.step.scene == name.step.scene and (one.node, one.is_gradient) in used:
            found |= {one.name} if one.name in there else operands_of(one, asked, moment, there)
    return found


def shape_text(shape: Shape) -> str:
    """Return a shape as the blanks name it: `3×4`, or `a number`."""
    if len(shape) == 1:
        return f"{shape[0]} numbers"
    return "×".join(map(str, shape)) or "a number"


def chain_of(graph: Graph) -> tuple[Link, ...]:
    """Return the layers from the input to the prediction; empty where a graph is no such chain."""
    inputs = graph.of_role(Role.INPUT)
    if len(inputs) != 1:
        return ()
    before, chain = inputs[0], []
    for line in graph.lines[:-1]:
        source, link = link_of(line, in_rows=graph.in_rows)
        if source != before:
            return ()
        chain.append(link)
        before = line.name
    return tuple(chain)


def ends_of(graph: Graph) -> tuple[str, str, str]:
    """Return the input, the target and the cost of a graph; empty where there are none."""
    inputs, targets = graph.of_role(Role.INPUT), graph.of_role(Role.TARGET)
    return "".join(inputs[-1:]), "".join(targets[-1:]), graph.root


def class_of(link: Link) -> str:
    """Return how the class of a layer is called in the blanks."""
    known = {"linear": "Linear", "relu": "ReLU", "leaky_relu": "LeakyReLU"}
    called = link[0] if link[0] == "linear" else link[2]
    return known.get(called, called.title().replace("_", ""))


RANDOM_STARTS = 2
"""Starts besides the lesson's own; the last one has other inputs as well."""
SEED = 2019
"""Of the random starts, so that two looks at one program say the same."""


class AskedProgram(Struct, frozen=True, eq=False):
    """What programs of a lesson are asked for, and the starts that they are held against."""

    lesson: Lesson
    moments: tuple[Moment, ...]
    own: int
    """How many of them are the lesson's own first iterations."""
    asked: tuple[AskedName, ...]

    @property
    def wanted(self) -> tuple[AskedName, ...]:
        """The names that have to be there: every one, or those that the lesson's author lists."""
        writing = self.lesson.writing
        listed = writing.names if writing is not None else ()
        return tuple(a for a in self.asked if a.name in listed) or self.asked

    @property
    def update_steps(self) -> tuple[Step, ...]:
        """The step of every parameter that an iteration updates."""
        steps = self.moments[0].steps
        return tuple(s for s in steps if s.phase is Phase.UPDATE and s.variable == "p")

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """The names of each part of an iteration; the loss begins where a target is read first."""
        graphs = [scene.graph for scene in self.lesson.scenes]
        aimed = [graph.depending_on(graph.of_role(Role.TARGET)) for graph in graphs]
        loss = [{later.name for line in graph.lines if line.name in names
                 for later in graph.lines if later.first >= line.first}
                for graph, names in zip(graphs, aimed, strict=True)]  # fmt: skip
        parts: dict[str, tuple[str, ...]] = dict.fromkeys(("forward", "loss", "gradients"), ())
        for name in self.asked:
            is_loss = name.node in loss[name.step.scene]
            part = "gradients" if name.is_gradient else "loss" if is_loss else "forward"
            parts[part] += (name.name,)
        return parts | {"update": tuple(step.node for step in self.update_steps)}


def asked_of(lesson: Lesson) -> AskedProgram:
    """Return what a lesson asks of a program."""
    own = own_moments(lesson)
    moments = (*own, *_at_random(lesson))
    return AskedProgram(lesson, moments, len(own), asked_names(lesson, own[0]))


def own_moments(lesson: Lesson) -> tuple[Moment, ...]:
    """Return the first iterations of the lesson's own run: two where it trains, else one."""
    run = run_of(lesson)
    return tuple(_moment(lesson, run, iteration) for iteration in range(1 + lesson.trains))


def of_examples(lesson: Lesson, moment: Moment, taken: Sequence[int]) -> Moment:
    """Return iteration 0 from a moment's parameters over some of its examples, in this order.

    Raises:
        GdTutorError, ValueError, IndexError: It cannot be computed.
    """
    segment = run_of(lesson).segments[0]
    picked = moment.problem.examples[moment.batch[np.asarray(taken)]]
    problem = replace(moment.problem, examples=frozen(picked), parameters=moment.state.parameters)
    settings = replace(segment.settings, batch=None, order="given", validation=0.0)
    run = Run((replace(segment, problem=problem, settings=settings),))
    return _moment(lesson, run, 0)


def _moment(lesson: Lesson, run: Run, iteration: int) -> Moment:
    earlier = earlier_values(lesson, None, (), iteration, run.batch(iteration))
    return moment_at(lesson, run, iteration, frozenset(), earlier)


def _at_random(lesson: Lesson) -> Iterator[Moment]:
    """Yield iteration 0 at random starts, those left out that the engine cannot compute."""
    segment = run_of(lesson).segments[0]
    rng = np.random.RandomState(SEED)
    for number in range(RANDOM_STARTS):
        problem = _moved(segment.problem, rng, with_inputs=number == RANDOM_STARTS - 1)
        other = Run((replace(segment, problem=problem),))
        try:
            batch = other.batch(0)
            # What the last graph has as well is its own; see `moment_at`.
            scenes = earlier_values(lesson, None, (), 0, batch)
            known = {name: v for values in scenes for name, v in values.items()}
            moved = {n: _like(v, rng) if n in lesson.starts else v for n, v in known.items()}
            earlier = tuple({name: moved[name] for name in values} for values in scenes)
            moment = moment_at(lesson, other, 0, frozenset(), earlier)
        except (GdTutorError, ValueError, IndexError):
            continue
        if all(np.all(np.isfinite(v)) for t in moment.traces for v in t.values.values()):
            yield moment


def _like(value: Array, rng: np.random.RandomState) -> Array:
    """Return random numbers in the place of a parameter's, at some distance from 0."""
    shape = np.shape(value)
    return frozen(rng.uniform(0.2, 1.2, shape) * rng.choice([-1.0, 1.0], shape))


def _moved(problem: Problem, rng: np.random.RandomState, with_inputs: bool) -> Problem:
    parameters = {name: _like(value, rng) for name, value in problem.parameters.items()}
    examples = np.array(problem.examples)
    if with_inputs:
        inputs = problem.graph.of_role(Role.INPUT)
        for binding in problem.bindings:
            if binding.leaf in inputs:
                columns = list(binding.columns)
                shift = rng.uniform(-0.4, 0.4, examples[:, columns].shape)
                examples[:, columns] = examples[:, columns] + shift
    return replace(problem, parameters=parameters, examples=frozen(examples))
