"""The steps of one iteration, in order; how many and which depend on the folding alone."""

from __future__ import annotations

from enum import Enum

from gdtutor.engine.graph import Graph
from gdtutor.engine.trace import Trace
from gdtutor.lesson.model import Lesson
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.settings import Settings
from gdtutor.values import Struct


class Phase(Enum):
    """A part of an iteration."""

    GIVEN = "given"
    FORWARD = "forward"
    BACKWARD = "backward"
    UPDATE = "update"


class Step(Struct, frozen=True):
    """One stop of the walk."""

    number: int
    """From 1 within the iteration, as the screen shows it."""
    scene: int
    """Index of the graph it belongs to."""
    phase: Phase
    node: str
    """The node or parameter; empty where all given values are shown."""
    variable: str = ""
    """In an update, the optimiser's line it shows: a state variable, or `p` for the parameter."""

    @property
    def state(self) -> str:
        """What an author calls a step of what the optimiser remembers, `w1.v`; else empty."""
        return "" if self.variable in ("", "p") else f"{self.node}.{self.variable}"


def wanted_gradients(lesson: Lesson, graph: Graph) -> tuple[str, ...]:
    """Return the leaves of a graph that get a backward step, parameters first."""
    asked = (*lesson.starts, *lesson.gradients)
    return tuple(name for name in asked if name in graph.leaf_by_name)


def steps_of(
    lesson: Lesson, settings: Settings | None, trained: tuple[str, ...], traces: tuple[Trace, ...]
) -> tuple[Step, ...]:
    """Return the steps of an iteration.

    Args:
        lesson: The lesson.
        settings: How it trains at this iteration; None where it does not.
        trained: The parameters that updates change.
        traces: One for each scene, whose nodes and backward orders the steps follow.
    """
    steps: list[Step] = []

    def add(scene: int, phase: Phase, node: str = "", variable: str = "") -> None:
        steps.append(Step(len(steps) + 1, scene, phase, node, variable))

    for index, (scene, trace) in enumerate(zip(lesson.scenes, traces, strict=True)):
        add(index, Phase.GIVEN)
        for node in trace.visible:
            add(index, Phase.FORWARD, node.name)
        # Without steps back there is an order for the update alone.
        for name in trace.backward_order if scene.backward else ():
            add(index, Phase.BACKWARD, name)
    if settings is not None:
        last = len(lesson.scenes) - 1
        for name in trained:
            for variable, _ in OPTIMISERS[settings.optimizer].lines:
                add(last, Phase.UPDATE, name, variable)
    return tuple(steps)


def find_step(steps: tuple[Step, ...], phase: Phase, node: str) -> Step | None:
    """Return the first step of a phase, or the step of a node in it, None where there is none.

    An inner node of a folded line is found at its line; a line of which only the elementary
    operations show is found at its own, outermost one.
    """
    of_phase = [step for step in steps if step.phase is phase]
    if not node:
        return of_phase[0] if of_phase else None
    exact = [step for step in of_phase if node in (step.node, step.state)]
    if exact:
        return exact[-1] if phase is Phase.UPDATE else exact[0]
    if phase is Phase.UPDATE:
        return None
    line = node.partition(".")[0]
    at_line = [step for step in of_phase if step.node == line]
    return at_line[0] if at_line else None
