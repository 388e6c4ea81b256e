"""The panel of an update."""

import re

import numpy as np
import pytest

from gdtutor.drive.opening import session_at
from gdtutor.engine.cells import largest_change
from gdtutor.lesson.discovery import discover, find_lesson, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.notation import shown
from gdtutor.view.sentences import sentence
from tests.lesson_texts import lesson_text
from tests.tries import some
from tests.walks import NETWORK, NEURON, screen, walk


def test_an_implicit_update_says_what_its_root_is():
    text = screen(walk(NEURON, "update:b", changes=("optimizer=implicit",)))
    assert "α·shrink·∂L/∂b" in text
    assert "shrink is how many times as steep" in text


@pytest.mark.parametrize(
    ("optimizer", "told"),
    [
        ("sgd", "drawn by its decay"),
        ("rmsprop", "drawn by its decay"),
        ("momentum", "drawn by its decay or carried by earlier steps"),
        ("adamw", "drawn by its decay or carried by earlier steps"),
    ],
)
def test_a_step_along_the_gradient_is_told_by_what_makes_it(tmp_path, optimizer, told):
    """The weight is far from 0 and the slope is small, so that the decay moves it the other way."""
    path = tmp_path / "decay.md"
    path.write_text(DECAY.replace("OPTIMIZER", optimizer), encoding="utf-8")
    assert f"w goes up, {told}, from −2 to" in " ".join(screen(walk(path, "update:w")).split())


DECAY = """+++
format = 1
id = "decay"
title = "Decay"
[parameters]
w = -2.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, -2.001]]
[training]
learning_rate = 0.5
batch = 1
optimizer = "OPTIMIZER"
hyperparameters = { weight_decay = 0.7 }
+++
```graph
L = (w*x - y)**2
```
"""


def test_the_square_of_a_slope_is_no_slope_along_a_square():
    text = screen(walk(NEURON, "update:b.m2", changes=("optimizer=adam",)))
    assert "(1 − β₂)·(∂L/∂b)²" in text
    plain = screen(walk(NEURON, "update:b.m2", changes=("optimizer=adam",)), ascii_only=True)
    assert "(d L/d b)**2" in plain


def test_a_plain_update_speaks_of_no_root():
    assert "shrink" not in screen(walk(NEURON, "update:b"))


@pytest.mark.parametrize(
    ("size", "told"),
    [((80, 24), r"→ by ≤([\d.]+)"), ((120, 36), r"→ most \[(\d),(\d)\] (\S+) → (\S+)")],
)
def test_the_graph_shows_the_largest_change_of_a_matrix(size, told):
    session = walk(NETWORK, "update:W1")
    update = session.moment.updates["W1"]
    change = np.abs(update.p - session.moment.state.parameters["W1"])
    found = re.search(told, screen(session, *size))
    if len(found.groups()) == 1:
        assert float(found[1]) == pytest.approx(change.max(), rel=0.05)
        return
    cell = int(found[1]), int(found[2])
    assert cell == np.unravel_index(int(np.argmax(change)), change.shape)
    assert float(found[4].replace("−", "-")) == pytest.approx(update.p[cell], rel=1e-3)


def test_what_no_cell_moves_by_more_than_is_rounded_up():
    """The nearest number of four digits lies below the largest change here."""
    session = walk(NETWORK, "update:W1", changes=("learning_rate=1.3",))
    _, change = largest_change(
        session.moment.state.parameters["W1"], session.moment.updates["W1"].p
    )
    assert float(shown(change, 4, UNICODE)) < change
    told = sentence(context_of(session, UNICODE)), screen(session, 80, 24)
    for text, words in zip(told, (r"by more than ([\d.]+);", r"→ by ≤([\d.]+)"), strict=True):
        assert change <= float(re.search(words, text)[1]) < 1.001 * change


def test_a_note_on_an_update_tells_before_from_after_with_as_many_digits_as_it_takes():
    path = find_lesson("and-or", shipped_lessons_folder())
    text = screen(walk(path, "9000/update:b"))
    before, after = re.search(r"From (\S+) to (\S+)\. One row", text).groups()
    assert before != after


TRAINED = [p for p in discover(shipped_lessons_folder()) if "[training]" in p.read_text("utf-8")]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("path", TRAINED, ids=lambda path: path.stem)
def test_a_step_too_small_for_the_digits_says_how_far_it_goes(path):
    """With a rate of 1e-9 old and new look alike in every lesson."""
    session = session_at(path, changes=["1:learning_rate=1e-9"], at="1/given")
    updates = {step.node: step for step in session.moment.steps if step.phase is Phase.UPDATE}
    alike = []
    for name, step in updates.items():
        at = replace(moved(session, 1, step.number), challenge=None)
        context = replace(context_of(at, UNICODE), step=step)
        before, after = context.trace.values[name], context.moment.updates[name].p
        cell, _ = largest_change(before, after)
        old, new = (context.number(float(array[cell])) for array in (before, after))
        if old == new and np.any(before != after):
            change = shown(float(after[cell] - before[cell]), context.look.digits, UNICODE)
            alike.append((name, at, before, change))
    assert alike
    for name, at, before, change in some(TRAINED.index(path), alike):
        told = rf"before  (\S+  )?(→|most \S+) by {change} "
        assert re.search(told, screen(at, 80, 24)), name
        if before.ndim and before.size == 1:
            # The graph says it as the panel does.
            assert screen(at, 120, 36).count(f"→ by {change} ") == 2, name


def test_an_opened_cell_of_an_update_is_assigned_as_the_parameter_is():
    text = screen(walk(NETWORK, "update:W1", "c"), 120, 36)
    assert re.search(r"W₁\[0,0\] ← W₁\[0,0\] − α·", text)
    assert "W₁[0,0] =" not in text


NAMED = """\
[parameters]
w = 0.7
v = -0.3
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 2]]
[training]
learning_rate = 0.1
optimizer = "{optimizer}"
epochs = 20
batch = 1
"""
GRAPH = "```graph\nz = w*x + v\nL = (z - y)**2 / 2\n```\n"


@pytest.mark.parametrize(
    ("at", "line", "told"),
    [
        ("update:w.v", "w_v ← β·w_v + ∂L/∂w", "remembers w_v for w,"),
        ("update:w", "w ← w − α·w_v", ""),
        ("update:v.v", "v_v ← β·v_v + ∂L/∂v", "remembers v_v for v,"),
        ("update:v", "v ← v − α·v_v", ""),
    ],
)
def test_what_is_remembered_has_no_name_of_the_lesson(tmp_path, at, line, told):
    path = tmp_path / "07-named.md"
    path.write_text(lesson_text(GRAPH, NAMED.format(optimizer="momentum")), "utf-8")
    text = screen(walk(path, at), 100, 30)
    assert f"{line} " in text
    assert told in text


def test_what_is_remembered_keeps_its_symbol_where_no_value_has_it(tmp_path):
    path = tmp_path / "07-named.md"
    path.write_text(lesson_text(GRAPH, NAMED.format(optimizer="adam")), "utf-8")
    assert "m₁ ← β₁·m₁ + " in screen(walk(path, "update:v.m1"), 100, 30)
