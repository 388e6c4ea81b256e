"""A right program for every lesson, written from the engine's own rules."""

from __future__ import annotations

from functools import partial

from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.numpy_text import NumpyWriter, helper_names, helper_source
from gdtutor.engine.operations import OPERATIONS
from gdtutor.engine.shapes import expression_shape
from gdtutor.export.script import HELPERS
from gdtutor.judge.asked import AskedProgram
from gdtutor.session.working import node_expr


def right_program(program: AskedProgram) -> str:
    """Return every name that a lesson asks for, computed as the walk's panels say."""
    names = {(a.step.scene, a.node): a.name for a in program.asked if a.is_gradient}
    rows, needed = [], []
    for asked in program.asked:
        scene = asked.step.scene
        trace = program.moments[0].traces[scene]
        if not asked.is_gradient:
            expr = node_expr(trace, asked.node)
            needed.append(expr)
            rows.append(f"{asked.name} = {NumpyWriter(shapes=trace.shapes).write(expr)}")
            continue
        shares = []
        for c in trace.contributions[asked.node]:
            shapes = {**trace.shapes, UPSTREAM: c.upstream.shape}
            called = names.get((scene, c.consumer), "1.0")
            upstream = partial(lambda up, name: up if name == UPSTREAM else name, called)
            share = NumpyWriter(upstream, shapes).write(c.rule)
            if expression_shape(c.rule, shapes) != c.value.shape:
                share = f"np.broadcast_to({share}, np.shape({asked.node}))"
            shares.append(share)
            needed.append(c.rule)
        rows.append(f"{asked.name} = {' + '.join(shares)}")
    helpers = dict.fromkeys(name for expr in needed for name in helper_names(expr))
    sources = [helper_source(OPERATIONS[name]) for name in helpers]
    called = "\n".join([*sources, *rows])
    used = (text for name, text in HELPERS.items() if f"{name}(" in called)
    return "\n".join(["import numpy as np", *used, *sources, *rows]) + "\n"
