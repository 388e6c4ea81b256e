"""Ordinary networks fit the design size, whatever their layers and their optimiser."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest

from gdtutor.check.fit import fit_of
from gdtutor.engine.gradient_check import spread_cells
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.session.moving import moved
from gdtutor.session.navigation import cell_shape, goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session, Walk
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.lines import ROOM, text_of, width_of
from tests.independent.authors import EXPLICIT

TEXT = """+++
format = 1
id = "grid"
title = "Grid"

[network]
layers = {layers}
activation = "tanh"
output = "sigmoid"
cost = "squared"
init = "xavier"
seed = 1

[data]
dataset = "xor"

[training]
learning_rate = 0.5
epochs = 40
optimizer = "{optimizer}"
+++
Hello.
"""
LARGE = [[2, 6, 1], [2, 16, 1], [2, 4, 4, 1], [2, 12, 8, 1]]
NETWORKS = list(zip(([2, 8, 1], *LARGE), cycle(("adam", "sgd")), strict=False))


def network(layers: list[int], optimizer: str = "sgd") -> Walk:
    lesson, reports = parse_lesson(TEXT.format(layers=layers, optimizer=optimizer), Path("grid.md"))
    assert lesson is not None, reports
    return opened(Session(), Opened(lesson, run_of(lesson)))


@pytest.mark.slow
@pytest.mark.parametrize(("layers", "optimizer"), NETWORKS)
def test_every_step_of_a_network_fits(layers: list[int], optimizer: str) -> None:
    session = network(layers, optimizer)
    session.run.advance()
    assert [misfit.text() for misfit in fit_of(session, (0, 39))[0]] == []


@pytest.mark.sampled(1)
@pytest.mark.parametrize("optimizer", EXPLICIT)
def test_every_update_fits_whatever_the_optimiser(optimizer: str) -> None:
    """In both sets of characters, whole and with a cell open; all else is as with any other."""
    session = network([2, 8, 1], optimizer)
    session.run.advance()
    for iteration in (0, 39):
        session = moved(session, iteration, 1)
        for step in (step for step in session.moment.steps if step.phase is Phase.UPDATE):
            at = moved(session, iteration, step.number)
            shape = cell_shape(at)
            for cell in (None, *(spread_cells(shape, 2) if shape else ())):
                opened = replace(at, look=replace(at.look, cell=cell))
                for chars in (UNICODE, ASCII):
                    context = context_of(opened, chars)
                    assert context is not None
                    lines = node_lines(context, 38)
                    room = f"{ROOM} fit at 80×24: a shorter formula, or fewer lines"
                    assert len(lines) <= ROOM, f"{optimizer}: an update of {len(lines)}; {room}"
                    assert max(map(width_of, lines)) <= 38, (optimizer, step, cell)


def given(layers: list[int], chars: Chars = UNICODE) -> list[str]:
    context = context_of(goto(network(layers), "given"), chars)
    assert context is not None
    return [text_of(content) for content in node_lines(context, 38)]


def test_the_parameters_give_way_before_the_data_do() -> None:
    shown = "\n".join(given([2, 30, 20, 10, 1]))
    assert "⎡ 0 0 1 1 ⎤" in shown
    assert "W₁ 30×2  1.149 … " in shown
    assert "b₁ 30×1, all 0" in shown


def test_the_parameters_of_many_layers_show_their_shapes() -> None:
    shown = "\n".join(given([2, *[5] * 18, 1]))
    assert "W₁₈ 5×5" in shown
    assert "more" not in shown


@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_of_more_parameters_than_there_is_room_for_the_first_and_last_are_named(
    chars: Chars,
) -> None:
    text = TEXT.format(layers=[2, *[4] * 18, 1], optimizer="sgd")
    # Longer names for the same network, written out: fewer of them stand in a line.
    names = [f"weights_{n}" for n in range(40)]
    parameters = "\n".join(f"{name} = [[0.1, 0.2], [0.3, {n}]]" for n, name in enumerate(names))
    head, _, rest = text.partition("[network]")
    _, _, training = rest.partition("[data]")
    graph = "\n".join(
        f"H{n} = {name} @ {f'H{n - 1}' if n else 'X'}" for n, name in enumerate(names)
    )
    data = '[data]\ninputs = { X = ["x1", "x2"] }\ntargets = { Y = ["y"] }'
    body = f"\n```graph\n{graph}\nC = mean((H39 - Y)**2)\n```\n"
    lesson, reports = parse_lesson(
        f"{head}[parameters]\n{parameters}\n\n{data}{training}{body}", Path("grid.md")
    )
    assert lesson is not None, [report.text() for report in reports]
    context = context_of(goto(opened(Session(), Opened(lesson, run_of(lesson))), "given"), chars)
    assert context is not None
    lines = [text_of(content) for content in node_lines(context, 38)]
    assert len(lines) <= ROOM
    shown = " ".join(lines)
    assert "weights_0 " in shown
    assert "weights_39 " in shown
    assert "30 more" in shown
