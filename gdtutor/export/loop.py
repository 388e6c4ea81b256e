"""The function of an exported script that walks and trains: its start, its batches, its loop."""

from __future__ import annotations

import textwrap

from gdtutor.engine.expression import names_in
from gdtutor.engine.graph import Role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.numpy_text import value_text
from gdtutor.engine.operations import parse_rule
from gdtutor.export.phases import Code, CodeLine, rounded_name
from gdtutor.session.moment import Moment
from gdtutor.training.neuron import neuron_of
from gdtutor.training.optimisers import OPTIMISERS, optimiser_of, root_of
from gdtutor.training.order import iterations_per_epoch
from gdtutor.training.rates import SCHEDULES
from gdtutor.training.settings import Schedule, Settings
from gdtutor.values import Struct

WIDTH = 100
"""Cells of a line that is wrapped."""
_NOTE = 56
"""The column of the comments."""


class ScriptPhase(Struct, frozen=True, eq=False):
    """One phase of one graph: its lines, and what a call of `check` compares."""

    title: str
    lines: tuple[CodeLine, ...]
    is_given: bool = False


def train_source(code: Code, moment: Moment, phases: tuple[ScriptPhase, ...]) -> str:
    """Return the function that does every iteration."""
    settings, problem = moment.settings, moment.problem
    per_epoch = 1
    if settings is not None and problem.size:
        n = settings.trained_on(problem.size)
        per_epoch = iterations_per_epoch(n, settings.batch_size(n))
    body = _loop_head(settings, per_epoch)
    body[2:2] = _starts(code, moment)
    body += _batch(code, moment, per_epoch)
    for phase in phases:
        if phase.title == "update":
            body += _count_cost(code, moment, per_epoch)
        body += ["", f"        # {phase.title}"] if phase.lines else []
        body += _shrink(code, moment) if phase.title == "update" else []
        body += [] if phase.is_given else [_assignment(line) for line in phase.lines if line.source]
        body += _settled(code) if phase.title == "update" else []
        body += _check_call(phase)
    body += _stop(code, moment, per_epoch)
    return "\n".join(body) + "\n"


def _loop_head(settings: Settings | None, per_epoch: int) -> list[str]:
    """Return the head of the function and of its loop."""
    if settings is None:
        says = "Go through the lesson once, and hold it against the walk."
        return ["def walk():", f'    """{says}"""', "    for k in range(1):"]
    says = "Train, and hold the first iterations against the walk."
    rows = ["def train(epochs):", f'    """{says}"""']
    if per_epoch == 1:
        return [*rows, "    for k in range(max(epochs, len(SHOWN))):", "        epoch = k"]
    return [
        *rows,
        "    total = seen = 0.0",
        f"    for k in range(max(epochs*{per_epoch}, len(SHOWN))):",
        f"        epoch, turn = divmod(k, {per_epoch})",
    ]


def _starts(code: Code, moment: Moment) -> list[str]:
    """Return where every given value starts that no example gives."""
    bound = {binding.leaf for binding in code.bindings if moment.problem.size}
    rows: dict[str, str] = {}
    for trace in moment.traces:
        for leaf in trace.graph.leaves:
            if leaf.name in bound or _is_count(moment, leaf.name):
                continue
            value = value_text(trace.values[leaf.name])
            note = "" if leaf.role is Role.PARAMETER else f"  # {leaf.role.value}"
            rows[leaf.name] = f"    {code.names.value(leaf.name)} = np.array({value}){note}"
    found = list(rows.values())
    if moment.settings is None:
        return found
    row, constants = optimiser_of(moment.settings)
    for name, number in constants.items():
        found.append(f"    {code.variable('', name)} = {number!r}")
    for parameter in moment.problem.trained:
        for state in row.state:
            name = code.variable(parameter, state.name)
            of = code.names.value(parameter)
            found.append(f"    {name} = np.zeros_like({of})  # {state.meaning}")
    return found


def _is_count(moment: Moment, name: str) -> bool:
    return name == BATCH_SIZE and name not in moment.problem.constants


def _batch(code: Code, moment: Moment, per_epoch: int) -> list[str]:
    """Return how the data of an iteration are cut from the examples."""
    problem, settings = moment.problem, moment.settings
    if not problem.size:
        return []
    if settings is None:
        rows = [f"        batch = np.arange({problem.size})"]
    else:
        n = settings.trained_on(problem.size)
        size = settings.batch_size(n)
        listed = f"np.arange({n})"
        order = listed if settings.order == "given" else "order_of(epoch)"
        part = f"[turn*{size}:(turn + 1)*{size}]" if per_epoch > 1 else ""
        rows = [f"        batch = {order}{part}"]
    for binding in code.bindings:
        name = code.names.value(binding.leaf)
        if binding.is_matrix:
            columns = ", ".join(map(str, binding.columns))
            turned = "" if binding.examples_first else ".T"
            rows.append(f"        {name} = EXAMPLES[batch][:, [{columns}]]{turned}")
        elif problem.is_single:
            rows.append(f"        {name} = EXAMPLES[batch[0], {binding.columns[0]}]")
        else:
            rows.append(f"        {name} = EXAMPLES[batch, {binding.columns[0]}]")
    leaves = {leaf.name for trace in moment.traces for leaf in trace.graph.leaves}
    if BATCH_SIZE in leaves and _is_count(moment, BATCH_SIZE):
        rows.append(f"        {code.names.value(BATCH_SIZE)} = float(len(batch))")
    return rows


def _assignment(line: CodeLine) -> str:
    text = f"        {line.target} = {line.source}"
    return f"{text:<{_NOTE}}  # {line.note}" if line.note else text


def _settled(code: Code) -> list[str]:
    """Return what takes the walk's result over where a step is made of rounding alone."""
    return [
        f'        {target} = settled(k, "{rounded_name(parameter)}", "{target}", {target})'
        for parameter, targets in code.settled.items()
        for target in targets
    ]


def _check_call(phase: ScriptPhase) -> list[str]:
    """Return the call that compares a phase's values."""
    if not phase.lines:
        return []
    names = dict.fromkeys(line.target for line in phase.lines if line.source or phase.is_given)
    call = f'check(k, "{phase.title}", {", ".join(f"{name}={name}" for name in names)})'
    return textwrap.wrap(
        call, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 14, break_long_words=False
    )


def rate_source(settings: Settings) -> str:
    """Return the learning rate of an epoch."""
    schedule: Schedule = settings.schedule
    factor = f"np.float64({schedule.factor!r})"
    base = repr(float(settings.learning_rate))
    return SCHEDULES[schedule.kind].numpy.format(base=base, factor=factor, every=schedule.every)


def _shrink(code: Code, moment: Moment) -> list[str]:
    """Return the factor of an implicit update, where that is the optimiser."""
    settings = moment.settings
    if settings is None or not root_of(settings):
        return ["        t = k + 1"] if settings is not None and _counts(settings) else []
    problem = moment.problem
    neuron = neuron_of(problem, settings, settings.trained_on(problem.size))
    z, y = (f"float(np.reshape({code.names.value(n)}, ()))" for n in (neuron.z, neuron.target))
    slope = f"float(np.reshape({code.names.gradient(neuron.z)}, ()))"
    squares = " + ".join(
        f"np.sum(({code.names.gradient(name)}/slope)**2)" for name in problem.trained
    )
    return [
        f"        slope = {slope}",
        f"        step = {rate_source(settings)}*({squares}) if slope else 0.0",
        f"        shrink = shrunk(slope, {z}, {y}, step, {neuron.is_sigmoid}) if slope else 1.0",
    ]


def _counts(settings: Settings) -> bool:
    """Say whether the optimiser's lines name the number of the update."""
    lines = OPTIMISERS[settings.optimizer].lines
    return any(name.name == "t" for _, text in lines for name in names_in(parse_rule(text)))


def _count_cost(code: Code, moment: Moment, per_epoch: int) -> list[str]:
    """Return how the cost of an epoch is gathered and told."""
    root = code.names.value(moment.root)
    size = "len(batch)" if moment.problem.size else "1"
    tell = 'print(f"epoch {epoch}: cost {cost:.6g}")'
    if per_epoch == 1:
        return [
            "",
            f"        cost = np.mean({root})",
            "        if epoch % max(epochs // 10, 1) == 0:",
            f"            {tell}",
        ]
    return [
        "",
        f"        total, seen = total + np.mean({root})*{size}, seen + {size}",
        f"        if turn == {per_epoch - 1}:",
        "            cost, total, seen = total/seen, 0.0, 0.0",
        "            if epoch % max(epochs // 10, 1) == 0:",
        f"                {tell}",
    ]


def _stop(code: Code, moment: Moment, per_epoch: int) -> list[str]:
    """Return what ends training early, as the lesson's settings say."""
    if moment.settings is None:
        return []
    stop, rows = moment.settings.stop, []
    root = moment.trace.graph.root
    names = code.names
    if stop.cost_below is not None:
        at_end = f"turn == {per_epoch - 1} and " if per_epoch > 1 else ""
        rows.append(f"{at_end}cost < {stop.cost_below!r}")
    if stop.loss_below is not None:
        rows.append(f"np.mean({names.value(root)}) < {stop.loss_below!r}")
    if stop.gradient_below is not None:
        squares = " + ".join(
            f"np.sum({names.gradient(name)}**2)" for name in moment.problem.trained
        )
        rows.append(f"np.sqrt({squares}) < {stop.gradient_below!r}")
    found = []
    for condition in rows:
        found += ["", f"        if k + 1 >= len(SHOWN) and {condition}:", "            break"]
    return found
