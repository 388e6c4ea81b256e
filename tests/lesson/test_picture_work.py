"""The work of the runs that a picture trains by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdtutor.lesson.load import load_lesson, with_variant
from gdtutor.lesson.model import Lesson, PictureWish
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.work import (
    MAX_SECONDS,
    MAX_STARTS_SECONDS,
    TrainingWork,
    overworked,
    picture_work,
    training_work,
)
from gdtutor.training.sweep import MAX_RUNS
from gdtutor.values import replace

LESSONS = Path(__file__).parents[2] / "lessons"
OWN = TrainingWork(setup=1000.0, iteration=10.0, iterations=100)


@pytest.fixture(scope="module")
def batches() -> Lesson:
    return load_lesson(LESSONS / "22-batches.md")


def test_the_iterations_are_the_batches_of_all_epochs(batches: Lesson) -> None:
    assert batches.settings is not None
    one_by_one = replace(batches, settings=replace(batches.settings, batch=1))
    assert training_work(batches).iterations == batches.settings.epochs
    assert training_work(one_by_one).iterations == 4 * batches.settings.epochs


def test_an_iteration_of_more_examples_or_of_a_solver_is_more_work(batches: Lesson) -> None:
    assert batches.settings is not None
    one_by_one = replace(batches, settings=replace(batches.settings, batch=1))
    solved = replace(batches, settings=replace(batches.settings, optimizer="implicit"))
    works = [training_work(lesson).iteration for lesson in (one_by_one, batches, solved)]
    assert works == sorted(works)
    assert len(set(works)) == 3


def test_an_iteration_is_as_much_work_to_the_lesson_as_to_its_run(batches: Lesson) -> None:
    assert batches.settings is not None
    changes = ({"batch": 1}, {"batch": 3}, {"validation": 0.5})
    lessons = [replace(batches, settings=replace(batches.settings, **c)) for c in changes]
    solved = with_variant(load_lesson(LESSONS / "23-optimisers.md"), "implicit")
    for lesson in (*lessons, solved):
        one = run_of(lesson).seconds_beyond(1) * 1e6
        assert training_work(lesson).iteration == pytest.approx(one), lesson.settings


def test_a_picture_of_seeds_trains_every_variant_from_every_seed() -> None:
    options = (("variants", ("a", "b")), ("seeds", 3), ("below", 0.1))
    longer = replace(OWN, iterations=200)
    work = picture_work(PictureWish("seeds", options), OWN, {"a": OWN, "b": longer})
    assert (work.runs, work.iterations) == (6, 900)
    assert work.seconds == pytest.approx((6 * 1000 + 900 * 10) / 1e6)


def test_every_path_of_a_contour_takes_the_picture_s_own_steps() -> None:
    options = (("along", ("w", "b")), ("rates", (0.1, 0.5)), ("steps", 30))
    work = picture_work(PictureWish("contour", options), OWN, {})
    assert (work.runs, work.iterations) == (2, 60)


def test_a_contour_with_steps_alone_follows_the_run_ahead() -> None:
    options = (("along", ("w", "b")), ("steps", 30))
    work = picture_work(PictureWish("contour", options), OWN, {})
    assert (work.runs, work.iterations) == (1, 30)


@pytest.mark.parametrize("kind", ["slice", "boundary", "table"])
def test_a_picture_of_the_learner_s_own_run_trains_none(kind: str) -> None:
    assert picture_work(PictureWish(kind), OWN, {}).runs == 0


def test_only_pictures_over_the_bound_are_told() -> None:
    wish = PictureWish("slice", (("along", "w"), ("rates", (0.1, 0.5)), ("steps", 20)))
    over = replace(OWN, iteration=MAX_SECONDS * 1e6 / 40)
    assert not list(overworked((wish,), OWN, {}))
    [(place, what, hint)] = overworked((PictureWish("table"), wish), over, {})
    assert place == 1
    assert "2 runs, 40 iterations" in what
    assert hint == "the bound is 1 second: use fewer steps or paths"


@pytest.mark.parametrize("variants", [(), ("a",)])
@pytest.mark.parametrize(("share", "is_told"), [(0.9, False), (1.1, True)])
def test_starts_may_train_long_since_the_worker_trains_them(
    share: float, is_told: bool, variants: tuple[str, ...]
) -> None:
    own = replace(OWN, iterations=int(share * MAX_STARTS_SECONDS * 1e6 / 2 / OWN.iteration))
    wish = PictureWish("seeds", (("seeds", 2), ("variants", variants)))
    told = list(overworked((wish,), own, {"a": own}))
    assert bool(told) is is_told
    assert all("the bound is 3,600 seconds" in hint for _, _, hint in told)


def test_a_picture_has_no_more_starts_than_a_sweep_has_runs() -> None:
    wish = PictureWish("seeds", (("seeds", 100), ("variants", ("a", "b", "c"))))
    [(_, what, hint)] = overworked((wish,), OWN, dict.fromkeys("abc", OWN))
    assert what == "the picture would train 300 runs"
    assert hint == f"the bound is {MAX_RUNS}: use fewer seeds or variants"
