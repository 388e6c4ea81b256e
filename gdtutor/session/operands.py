"""What a step is computed from: its formula, and the operands that the formula names."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.expression import Apply, Expr
from gdtutor.engine.operations import Array
from gdtutor.engine.places import places_of
from gdtutor.engine.trace import Trace
from gdtutor.session.moment import Moment
from gdtutor.training.implicit import constants_at
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.updates import zero_state


def node_expr(trace: Trace, name: str) -> Expr:
    """Return the formula of a visible node: its line's, or its own operation."""
    graph = trace.graph
    node = places_of(trace).visible[name]
    line, inner = graph.lines[node.line], graph.nodes[node.last]
    if node.folded or line.first == line.last:
        return line.expr
    return Apply(inner.op, inner.args, inner.attribute)


def update_operands(moment: Moment, name: str, variable: str) -> dict[str, Array]:
    """Return what an optimiser's line is computed from, by the names in its formula."""
    values: dict[str, Array] = {
        "p": moment.state.parameters[name],
        "g": moment.updates[name].gradient,
        "t": np.asarray(float(moment.state.t + 1)),
        "learning_rate": np.asarray(moment.learning_rate),
    }
    if moment.settings is not None:
        row = OPTIMISERS[moment.settings.optimizer]
        facts = moment.problem, moment.settings, moment.state.parameters, moment.batch
        constants = constants_at(*facts, moment.learning_rate)
        values |= {key: np.asarray(value) for key, value in constants.items()}
        values |= zero_state(row, values["p"])
    values |= moment.state.optimizer.get(name, {})
    for line_name, _, value in moment.updates[name].lines:
        if line_name == variable:
            break
        values[line_name] = value
    return values
