"""A program to fill in: what the lesson gives, and a blank for every name of the walk; and what is
to be written so that a part of an iteration is judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.numpy_text import plain_name
from gdtutor.engine.operations import Array
from gdtutor.files import template_parts
from gdtutor.judge.asked import (
    AskedName,
    AskedProgram,
    chain_of,
    class_of,
    ends_of,
    engine_value,
    given_values,
    shape_text,
)
from gdtutor.judge.source import ProgramText
from gdtutor.lesson.readers import fields_of
from gdtutor.session.moment import Moment
from gdtutor.training.optimisers import optimiser_of, row_for

_WIDTH = 96
_PARTS = template_parts(__file__, "blanks.txt")


def blank_program(program: AskedProgram, command: str) -> str:
    """Return a script with the lesson's given values and a blank for every name.

    Args:
        program: What is asked for.
        command: The command line that judges it.
    """
    rows, previous = [], None
    for name in program.wanted:
        back = f"# Backward: the gradients of {name.root}"
        heading = back if name.is_gradient else "# Forward: the lines of the lesson"
        if heading != previous:
            rows += ["", heading]
            previous = heading
        rows.append(_blank(program.moments[0], name))
    settings, updates = program.lesson.settings, program.moments[0].updates
    if program.wanted == program.asked and settings is not None:
        rule, _ = optimiser_of(settings)
        rows += ["", f"# Update: the parameters after one step of {rule.title}"]
        rows += [f"{plain_name(s.node)}_new = ...  # {shape_text(updates[s.node].p.shape)}"
                 for s in program.update_steps]  # fmt: skip
    return _PARTS["program"].substitute(
        fields_of(program.lesson, "title", "summary"),
        command=command,
        givens="\n".join(_givens(program.moments[0])),
        blanks="\n".join(rows),
    )


def is_blank(name: str, source: ProgramText) -> bool:
    """Say whether a line of a program leaves a name blank."""
    return re.search(rf"^\s*{name}\s*=\s*(\.\.\.|None)", source.text, re.MULTILINE) is not None


def how_seen(part: str, unseen: Sequence[str], program: AskedProgram, source: ProgramText) -> str:
    """Return what to do so that some names of a part of an iteration are judged."""
    if part != "update":
        return "Not asked for here, and judged too where it has these names."
    if any(is_blank(f"{name}_new", source) for name in unseen):
        return "It is judged once its blanks are filled in."
    loop = rf"for \(?(\w+)\b[^\n]*\b(?:{'|'.join(unseen)})\b[^\n]*:.*?\n\s+\1 = \1 -"
    bound = re.search(loop, source.text, re.DOTALL)
    if bound:
        return (f"In its loop {bound[1]} is bound anew and the parameter stays as it is: "
                f"{bound[1]} -= … changes it in place.")  # fmt: skip
    first, settings, step = unseen[0], program.lesson.settings, "…"
    if settings is not None and len((rule := row_for(settings, first)).lines) == 1:
        gradients = [a.name for a in program.asked if a.node == first]
        own = {"p": first} | dict.fromkeys("g", gradients[-1])
        step = re.sub(r"\b[pg]\b", lambda name: own.get(name[0], name[0]), rule.lines[0][1])
    return (f"Where your program takes the step, {first} = {step}, it is judged; under the name "
            f'{first}_new too, under another one where names = {{"{first}": "…"}} at the top says '
            "it.")  # fmt: skip


def blank_layers(program: AskedProgram, command: str) -> str:
    """Return layer classes with blanks for what their methods return.

    Raises:
        GdTutorError: The lesson's network is no chain of layers.
    """
    graph = program.lesson.scenes[-1].graph
    chain = chain_of(graph)
    if not chain:
        what = f"'{program.lesson.id}' is no chain of layers"
        raise GdTutorError(what, "leave out --layers for a script")
    names = {class_of(link): link[0] == "linear" for link in chain}
    classes = (_PARTS["linear" if is_linear else "function"].substitute(name=name)
               for name, is_linear in names.items())  # fmt: skip
    _, target, cost = ends_of(graph)
    return _PARTS["layers"].substitute(
        fields_of(program.lesson, "title", "summary"),
        command=command,
        layers="".join(classes),
        prediction=chain[-1][1], target=target, cost=cost, examples=int(not graph.in_rows),
    )  # fmt: skip


def _givens(moment: Moment) -> Iterator[str]:
    given = given_values(moment)
    if len(moment.batch):
        given.setdefault("m", np.asarray(float(len(moment.batch))))
    if moment.updates:
        given["learning_rate"] = np.asarray(moment.learning_rate)
    for name, value in given.items():
        yield from _given(plain_name(name), value)


def _given(name: str, value: Array) -> Iterator[str]:
    if value.ndim == 0:
        number = float(value)
        yield f"{name} = {int(number) if number.is_integer() else repr(number)}"
        return
    if value.size > 400:
        yield f"# {name} is given by the judge: {shape_text(value.shape)}"
        return
    start = f"{name} = np.array("
    text = np.array2string(value, _WIDTH + len(start), separator=", ", prefix=start,
                           threshold=1000, floatmode="unique")  # fmt: skip
    yield f"{start}{text})  # {shape_text(value.shape)}"


def _blank(moment: Moment, name: AskedName) -> str:
    blank = f"{name.name} = ...  # {shape_text(engine_value(moment, name).shape)}"
    of = f", the gradient of {name.root} with respect to {name.node}"
    return blank + (of if name.is_gradient else "")
