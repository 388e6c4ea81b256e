"""An edit, a variant or a seed reaches every reader: walk, plans, sweep, transcript, training,
export and link.

Of each shipped lesson a sample is drawn, the same in every run. EVERY_EDIT=1 in the environment
tries all edits and variants of all lessons, which takes minutes.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from gdtutor.cli import main
from gdtutor.drive.opening import session_at
from gdtutor.engine.errors import GdTutorError
from gdtutor.export.script import export_text
from gdtutor.lesson.activation import with_activation
from gdtutor.lesson.load import load_lesson, read_lesson, with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import outcome_of, problem_of, settings_of
from gdtutor.lesson.selectors import Assignment, parse_assignment
from gdtutor.lesson.sweeps import members_of
from gdtutor.report.transcript import steps_data
from gdtutor.session.link import command_of
from gdtutor.session.moving import moved
from gdtutor.session.state import Session
from gdtutor.training.evaluation import evaluate
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.order import iterations_per_epoch
from gdtutor.training.problem import Problem
from gdtutor.training.rates import rate
from gdtutor.training.run import State
from gdtutor.training.settings import Settings
from gdtutor.training.sweep import Sweep
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from tests.test_export import SHIPPED, run
from tests.training.test_shipped_plans import Trainer
from tests.training.walking import Walked, assert_close, start, walk

COUNT = 3
"""Iterations that are looked at."""
EVERYTHING = """\
+++
format = 1
id = "everything"
title = "Everything that can be edited"
frozen = ["k"]
[parameters]
w = [[0.5, -0.3]]
k = [[1.5, 0.5]]
b = 0.2
[constants]
c = 0.3
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y"] }
examples = [[1, 2, 0.5], [3, 1, -0.3], [0.5, 0.7, 0.1], [0.2, -1, 0.4]]
[training]
learning_rate = 0.1
epochs = 3
optimizer = "momentum"
+++
```graph
Z = (w*k) @ X + b
Yhat = tanh(Z)
C = sum((Yhat - Y)**2)/(2*m) + c*sum(w**2)
```
"""


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lessons") / "07-everything.md"
    path.write_text(EVERYTHING, encoding="utf-8")
    return path


def cell_of(array: object) -> str:
    shape = np.shape(array)
    return f"[{','.join(str(n - 1) for n in shape)}]" if shape else ""


def edits_of(lesson: Lesson) -> Iterator[str]:
    """Yield an edit of every kind that a lesson takes."""
    problem = problem_of(lesson)
    for names in (problem.trained, sorted(problem.frozen), problem.constants):
        for name in list(names)[-1:]:
            values = {**problem.parameters, **problem.constants}
            yield f"{name}{cell_of(values[name])}=0.35"
    for binding in (problem.bindings[0], problem.bindings[-1]) if problem.size else ():
        cell = "[0,0]" if binding.is_matrix else "[0]"
        yield f"{binding.leaf}{cell}=0.25"
    yield "learning_rate=0.05"
    yield "optimizer=adagrad"
    try:
        with_activation(lesson, "softplus")
    except GdTutorError:
        return
    yield "activation=softplus"


class Reference:
    """What a lesson's iterations are, with an edit made by hand at one of them."""

    def __init__(self, lesson: Lesson, edit: Assignment | None, seed: int | None) -> None:
        self.lesson = lesson
        self.problem: Problem = problem_of(lesson, seed=seed)
        settings = settings_of(lesson, seed=seed)
        assert settings is not None
        train = settings.trained_on(self.problem.size)
        # What is held back is never seen by an iteration.
        self.problem = replace(self.problem, examples=self.problem.examples[:train])
        self.settings: Settings = replace(settings, validation=0.0)
        per = iterations_per_epoch(max(1, train), settings.batch_size(train))
        self.states: list[State] = []
        self.steps: list[Walked] = []
        self.problems: list[Problem] = []
        self.all_settings: list[Settings] = []
        state = start(self.problem)
        for k in range(COUNT + 1):
            if edit is not None and edit.iteration == k:
                state = self._edited(state, edit)
            self.states.append(state)
            self.problems.append(self.problem)
            self.all_settings.append(self.settings)
            alpha = rate(self.settings.schedule, self.settings.learning_rate, k // per)
            step = walk(self.problem, self.settings, state, alpha)
            self.steps.append(step)
            state = State(k + 1, step.parameters, step.optimizer, state.t + 1)

    def _edited(self, state: State, edit: Assignment) -> State:
        name, value = edit.name, edit.value
        if name == "learning_rate":
            self.settings = replace(self.settings, learning_rate=value)
        elif name == "optimizer":
            self.settings = replace(self.settings, optimizer=value, hyperparameters=())
            return State(state.iteration, state.parameters, {}, 0)
        elif name == "activation":
            graph = with_activation(self.lesson, str(value)).scenes[-1].graph
            self.problem = replace(self.problem, graph=graph)
        elif name in self.problem.parameters:
            parameters = {**state.parameters, name: changed(state.parameters[name], edit)}
            return replace(state, parameters=parameters)
        elif name in self.problem.constants:
            constants = self.problem.constants
            constants = {**constants, name: changed(constants[name], edit)}
            self.problem = replace(self.problem, constants=constants)
        else:
            binding = next(b for b in self.problem.bindings if b.leaf == name)
            cell = edit.cell or (0,)
            examples = np.array(self.problem.examples)
            examples[cell[-1], binding.columns[cell[0] if len(cell) > 1 else 0]] = value
            self.problem = replace(self.problem, examples=examples)
        return state


def changed(array: np.ndarray, edit: Assignment) -> np.ndarray:
    made = np.array(array)
    made[edit.cell or ...] = edit.value
    return made


@cache
def lesson_at(path: Path) -> Lesson:
    return load_lesson(path)


T = TypeVar("T")
READ = {path: read_lesson(path)[0] for path in SHIPPED}
TRAINS = [path for path, lesson in READ.items() if lesson is not None and lesson.trains]
"""The lessons that train; of one with a mistake the tests of lessons tell it."""


def drawn(items: list[T], path: Path, count: int) -> list[T]:
    """Return as many of the items as are tried of a lesson, all where that is asked for."""
    if os.environ.get("EVERY_EDIT") or len(items) <= count:
        return items
    return random.Random(path.stem).sample(items, count)


def cases(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        for text in edits_of(lesson_at(path)):
            for k in (0, 2):
                yield path, f"{k}:{text}"


def assert_readers_agree(
    path: Path, reference: Reference, tmp_path: Path, changes: list[str], **options: object
) -> None:
    session = session_at(path, changes=changes, **options)  # type: ignore[arg-type]
    assert_walks(session, reference)
    assert_plans(session, reference)
    assert_trains(session_at(path, changes=changes, **options), reference)  # type: ignore[arg-type]
    words = shlex.split(command_of(moved(session, COUNT, 1)))
    assert_same_link(path, words, session)
    if not any(parse_assignment(text).iteration for text in changes):
        assert_sweeps(session, reference)
        script = run(tmp_path, export_text(session, COUNT))
        assert len(script["SHOWN"]) == COUNT


def assert_walks(session: Session, reference: Reference) -> None:
    """Hold the walk and its transcript against the reference."""
    data = steps_data(moved(session, 0, 1), COUNT, UNICODE)["steps"]
    given: dict[int, dict[str, object]] = {}
    for step in data:  # type: ignore[union-attr]
        if step["phase"] == "given":  # type: ignore[index, call-overload]
            given[step["iteration"]] = step["values"]  # type: ignore[index, call-overload]
    for k in range(COUNT):
        moment = moved(session, k, 1).moment
        step = reference.steps[k]
        assert_close(np.mean(moment.trace.values[moment.root]), np.asarray(step.loss), size=1.0)
        for name, value in reference.states[k].parameters.items():
            assert_close(moment.state.parameters[name], value, size=1.0)
            assert_close(np.array(given[k][name]), value, size=1.0)
        for name, update in moment.updates.items():
            assert_close(update.p, step.parameters[name], size=1.0)


def assert_plans(session: Session, reference: Reference) -> None:
    """Hold every plan of the problem in force at an iteration against the reference."""
    made = cache(Trainer)
    for k in range(COUNT):
        segment = session.run.segment_at(k)
        settings = segment.settings
        kinds = ("implicit",) if OPTIMISERS[settings.optimizer].solves else ("numpy", "scalar")
        for kind in kinds:
            _, after = made(segment.problem, settings, kind).run(reference.states[k], 1)
            for name, value in reference.steps[k].parameters.items():
                assert_close(after.parameters[name], value, size=1.0)


def assert_trains(session: Session, reference: Reference) -> None:
    """Hold training and the final cost against the reference."""
    trained = session.run
    assert trained is not None
    trained.advance(iterations=COUNT, beyond=True)
    parameters = trained.state(COUNT).parameters
    for name, value in reference.states[COUNT].parameters.items():
        assert_close(parameters[name], value, size=1.0)
    final = evaluate(reference.problems[COUNT], trained.predicting(trained.state(COUNT)))
    if trained.trained_examples == reference.problem.size:
        assert_close(outcome_of(trained).final_cost, np.asarray(final.cost), size=1.0)


def assert_same_link(path: Path, words: list[str], session: Session) -> None:
    """Hold the walk that the command line opens against the one that it was made from."""
    at = {"--set": [], "--variant": [], "--seed": [], "--at": []}  # type: ignore[var-annotated]
    for word, value in itertools.pairwise(words):
        if word in at:
            at[word].append(value)
    again = session_at(
        path,
        changes=at["--set"],
        variant=next(iter(at["--variant"]), ""),
        seed=int(at["--seed"][0]) if at["--seed"] else None,
        at=next(iter(at["--at"]), ""),
    )
    here = moved(session, COUNT, 1).moment
    assert here is not None
    assert again.moment.iteration == COUNT
    for name, value in here.trace.values.items():
        assert np.array_equal(again.moment.trace.values[name], value, equal_nan=True)


def assert_sweeps(session: Session, reference: Reference) -> None:
    """Hold the runs of a sweep against the reference, whose rate one of them has."""
    settings = reference.all_settings[0]
    if session.run.iterations_per_epoch > 1 or OPTIMISERS[settings.optimizer].solves:
        return
    rate = settings.learning_rate
    text = f"learning_rate={rate!r},{rate / 2!r},{rate / 4!r}"
    sweep = Sweep(members_of(session.lesson, session.seed, text, session.run.segments))
    sweep.advance(epochs=COUNT)
    costs = sweep.found()[0].costs
    wanted = np.array([step.loss for step in reference.steps[: len(costs)]])
    if session.run.trained_examples == reference.problem.size:
        assert_close(costs[: len(wanted)], wanted, size=1.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "text"),
    [case for path in TRAINS for case in drawn(list(cases([path])), path, 1)],
    ids=lambda v: getattr(v, "stem", v),
)
def test_an_edit_of_a_shipped_lesson_reaches_every_reader(
    path: Path, text: str, tmp_path: Path
) -> None:
    reference = Reference(lesson_at(path), parse_assignment(text), None)
    assert_readers_agree(path, reference, tmp_path, [text])


@pytest.mark.slow
def test_every_kind_of_edit_reaches_every_reader(everything: Path, tmp_path: Path) -> None:
    texts = [text for _, text in cases([everything])]
    names = {parse_assignment(text).name for text in texts}
    assert names == {"b", "k", "c", "X", "Y", "learning_rate", "optimizer", "activation"}
    for text in texts:
        reference = Reference(lesson_at(everything), parse_assignment(text), None)
        assert_readers_agree(everything, reference, tmp_path, [text])


@pytest.mark.slow
@pytest.mark.parametrize("path", TRAINS, ids=lambda path: path.stem)
def test_a_seed_and_a_variant_reach_every_reader(path: Path, tmp_path: Path) -> None:
    lesson = lesson_at(path)
    for variant in drawn([v.name for v in lesson.variants], path, 1) or [""]:
        varied = with_variant(lesson, variant) if variant else lesson
        if varied.trains:
            reference = Reference(varied, None, 7)
            assert_readers_agree(path, reference, tmp_path, [], seed=7, variant=variant)


@pytest.mark.parametrize("text", ["0:k[0,1]=0.35", "1:k[0,1]=0.35", "1:c=0.7", "2:X[1,3]=5"])
def test_an_edit_reaches_the_report_of_training(
    everything: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(everything), "--set", text, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    reference = Reference(lesson_at(everything), parse_assignment(text), None)
    assert_close(np.array(told["costs"]), np.array([s.loss for s in reference.steps[:3]]))
    for name, value in reference.states[3].parameters.items():
        assert_close(np.array(told["parameters"][name]), value)
