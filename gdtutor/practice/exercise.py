"""An exercise: drawn from a row of the table, its answer computed by the engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from gdtutor.engine.building import build_graph
from gdtutor.engine.expression import names_in
from gdtutor.engine.graph import Graph, Leaf, Role
from gdtutor.engine.operations import Array, Arrays, evaluate, parse_formula
from gdtutor.engine.trace import Trace, frozen, trace
from gdtutor.practice.templates import MOST_LEVEL, NUMBERS, TEMPLATES, Template
from gdtutor.session.slips import SlipMatch
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.updates import update
from gdtutor.values import Struct

APART = 50
"""Exercises among which none comes twice."""
DIGITS = 4
"""Most significant digits of any number of an exercise."""
_TRIES = 400


class Exercise(Struct, frozen=True, eq=False):
    """One exercise with its answer."""

    template: Template
    given: Arrays
    rate: float
    """The learning rate; 1 where nothing is updated."""
    cell: tuple[int, ...]
    """The cell that is asked for; empty for a plain number or a shape."""
    answer: float | tuple[int, ...]
    """A number, or a shape."""

    @property
    def kind(self) -> str:
        """A key of `KINDS`."""
        return self.template.kind

    @property
    def lines(self) -> tuple[str, ...]:
        """What is shown above the question: formulas and given values."""
        shown = self.template.lines
        if self.template.shown:
            shown = shown[: max(self.template.shown, 0)]
        if self.template.question and self.template.asks == "value":
            shown = ()
        return (*shown, *_given_lines(self))

    @property
    def question(self) -> str:
        """What is asked."""
        template = self.template
        at = f"[{','.join(map(str, self.cell))}]" if self.cell else ""
        if template.question:
            # The examples lie along the axis m.
            widths = [self.given[n].shape[1] for n, d in template.draws.items() if d[-1] == "m"]
            first = self.cell[0] if self.cell else 0
            return template.question.format(cell=first, m=max(widths, default=0))
        root = template.lines[-1].partition(" = ")[0]
        match template.asks:
            case "gradient":
                return f"What is d{root}/d{template.node}?"
            case "local":
                return f"What is the local gradient d{root}/d{template.node}?"
            case "update":
                return (
                    f"What is {template.node} after one step with the learning rate {self.rate:g}?"
                )
            case "shape":
                return f"What is the shape of {template.node}?"
        return f"What is the value of {template.node}{at}?"

    @property
    def key(self) -> str:
        """Its text, which no other exercise nearby has."""
        return "\n".join([*self.lines, self.question])

    @property
    def answer_text(self) -> str:
        """The answer as it is written."""
        if isinstance(self.answer, tuple):
            return "x".join(map(str, self.answer))
        return f"{self.answer:.{DIGITS}g}"


def exercises(seed: int, kinds: Sequence[str], level: int = 0) -> Iterator[Exercise]:
    """Yield exercises without end, none twice within `APART`.

    Args:
        seed: Two calls with one seed give the same exercises.
        kinds: Which kinds, in turn.
        level: Of all of them; it rises with the turns where 0.
    """
    rng = np.random.RandomState(seed)
    recent: list[str] = []
    turn = 0
    while True:
        wanted = level or 1 + (turn // len(kinds)) % MOST_LEVEL
        made = drawn(rng, kinds[turn % len(kinds)], wanted, recent)
        recent = [*recent, made.key][-APART:]
        turn += 1
        yield made


def drawn(
    rng: np.random.RandomState, kind: str, level: int, recent: Sequence[str] = ()
) -> Exercise:
    """Draw one exercise; of another level where those of this one have all been seen.

    Args:
        rng: What is drawn from.
        kind: A key of `KINDS`.
        level: From 1 to `MOST_LEVEL`.
        recent: The keys of the exercises before it.
    """
    seen = set(recent)
    for tries in range(_TRIES):
        is_any = tries > _TRIES // 2
        rows = [t for t in TEMPLATES if t.kind == kind and (is_any or t.level == level)]
        made = _made(rng, rows[rng.randint(len(rows))])
        if made is not None and made.key not in seen:
            return made
    raise ValueError(f"no exercise of the kind {kind} is left")


def _made(rng: np.random.RandomState, template: Template) -> Exercise | None:
    """Return an exercise with drawn numbers; None where its answer is not short, or 0."""
    given = _draw(rng, template)
    rate = float(rng.choice(NUMBERS["rate"])) if template.asks == "update" else 1.0
    if template.asks == "shape":
        shape = tuple(int(n) for n in trace_of(template, given).values[template.node].shape)
        return Exercise(template, given, rate, (), shape)
    found = _result(template, given, rate)
    cell = tuple(int(rng.randint(n)) for n in found.shape)
    answer = float(found[cell])
    if answer == 0 or not is_short(answer):
        return None
    made = Exercise(template, given, rate, cell, answer)
    if template.asks in ("gradient", "local"):
        wrong = [value for _, value in own_slips(made)]
        if template.asks == "gradient":
            wrong += _other_products(template, trace_of(template, given))
        if any(abs(value - answer) <= 1e-9 for value in wrong):
            return None
    return made


def _other_products(template: Template, done: Trace) -> Iterator[float]:
    """Yield what usual slips make of a gradient, which the numbers have to tell from the answer.

    A factor that is 1 whatever the numbers are is left out: that of a sum, of relu, of the root.
    """
    received = [
        (float(c.upstream), float(np.asarray(0.0 if c.local is None else c.local)), c)
        for c in done.contributions[template.node]
    ]
    own = float(done.values[template.node])
    formulas = [c.local_formula for _, _, c in received]
    is_linear = not any(formula is not None and any(names_in(formula)) for formula in formulas)
    if not is_linear and "relu" not in template.lines[0]:
        yield sum(upstream for upstream, _, _ in received)
    if "*" in template.lines[-1]:
        yield sum(local for _, local, _ in received)
        yield sum(upstream * float(done.values[c.consumer]) for upstream, _, c in received)
    yield sum(upstream * own for upstream, _, _ in received)
    if len(received) > 1:
        yield from (upstream * local for upstream, local, _ in received)


def is_short(number: float) -> bool:
    """Say whether a number is written in few digits without being rounded."""
    return abs(float(f"{number:.{DIGITS}g}") - number) <= 1e-12 * max(1.0, abs(number))


def _draw(rng: np.random.RandomState, template: Template) -> dict[str, Array]:
    sizes = {name: int(rng.randint(2, 7)) for name in "nkm"}
    given: dict[str, Array] = {}
    for name, drawn_from in template.draws.items():
        key, _, shape = drawn_from.partition(" ")
        if template.asks == "shape":
            axes = [sizes.get(part, 1) for part in drawn_from.split(" x ")]
            given[name] = frozen(np.ones(axes))
        elif shape:
            axes = [int(part) for part in shape.split("x")]
            given[name] = frozen(rng.choice(NUMBERS[key], axes))
        else:
            given[name] = frozen(rng.choice(NUMBERS[key]))
    return given


def _result(template: Template, given: Arrays, rate: float) -> Array:
    done = trace_of(template, given)
    match template.asks:
        case "gradient":
            return done.gradients[template.node]
        case "local":
            parts = [c.local for c in done.contributions[template.node] if c.local is not None]
            return np.asarray(sum(parts))
        case "update":
            value, gradient = given[template.node], done.gradients[template.node]
            return update(OPTIMISERS["sgd"], value, gradient, {}, {"learning_rate": rate}).p
    return done.values[template.node]


def trace_of(template: Template, given: Arrays) -> Trace:
    """Return everything that the engine computes of an exercise."""
    return trace(graph_of(template), given)


@cache
def _graph(lines: tuple[str, ...], leaves: tuple[str, ...]) -> Graph:
    parts = [line.partition(" = ") for line in lines]
    return build_graph(
        [Leaf(name, Role.PARAMETER) for name in leaves],
        [(name, parse_formula(text), text) for name, _, text in parts],
    )


def graph_of(template: Template) -> Graph:
    """Return the graph of a row; every given name has a gradient."""
    return _graph(template.lines, tuple(template.draws))


def own_slips(exercise: Exercise) -> Iterator[tuple[SlipMatch, float]]:
    """Yield the wrong answers of the row itself, each with its slip."""
    for slip, text, about in exercise.template.slips:
        value = np.asarray(evaluate(parse_formula(text), exercise.given))
        yield SlipMatch(slip, about), float(value[exercise.cell] if value.ndim else value)


def _given_lines(exercise: Exercise) -> Iterator[str]:
    plain, wide = [], []
    for name, value in exercise.given.items():
        called = exercise.template.called.get(name, name)
        if exercise.template.asks == "shape":
            plain.append(f"{called} is {'x'.join(map(str, value.shape))}")
        elif value.ndim:
            wide.append(f"{called} = {_matrix(value)}")
        else:
            plain.append(f"{called} = {float(value):g}")
    if plain:
        yield ", ".join(plain)
    yield from wide


def _matrix(value: Array) -> str:
    if value.shape[-1] == 1:
        return "[" + ", ".join(f"{float(v):g}" for v in value[:, 0]) + "] (a column)"
    rows = (" ".join(f"{float(v):g}" for v in row) for row in value)
    return "[" + "; ".join(rows) + "]"
