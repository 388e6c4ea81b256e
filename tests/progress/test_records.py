"""What every store of progress does, on a disk or in memory."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from memory_store import MemoryStore

from gdtutor.progress.schema import Attempt, Finished, Reset, SavedPlace
from gdtutor.progress.store import ProgressStore
from gdtutor.session.catalogue import LessonPlace

Open = Callable[[], ProgressStore]


def place(step: int, *, updated: float = 1000.0, edits: tuple[str, ...] = ()) -> LessonPlace:
    return LessonPlace(37, step, 13, edits, f"gdtutor bias --at 37/step:{step}", updated)


def attempt(lesson: str, answer: str, *, correct: bool, slip: str | None = None) -> Attempt:
    return Attempt(lesson, "backward b", answer, correct, slip, 5.0)


@pytest.fixture(params=["file", "memory"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "file":
        return lambda: ProgressStore(tmp_path / "data" / "progress.sqlite")
    memory = MemoryStore()
    return lambda: memory


def test_a_new_store_remembers_nothing(open_store: Open) -> None:
    with open_store() as store:
        assert store.places() == {}
        assert store.finished_lessons() == {}
        assert store.attempts("bias") == ()
        assert store.lessons() == ()
        assert store.last_lesson() is None
        assert store.messages == ()


def test_a_place_comes_back_as_it_was_saved(open_store: Open) -> None:
    saved = place(4, edits=("W1[0,1]=0.9", "20:learning_rate=5", "größe=½ \udcff"))
    with open_store() as store:
        store.apply([SavedPlace("bias", saved)])
    with open_store() as store:
        assert store.places() == {"bias": saved}


def test_a_place_takes_the_place_of_the_one_before(open_store: Open) -> None:
    with open_store() as store:
        store.apply([SavedPlace("bias", place(4))])
        store.apply([SavedPlace("bias", place(5))])
        assert store.places() == {"bias": place(5)}


def test_the_last_lesson_is_the_one_saved_last_even_when_the_clock_goes_back(
    open_store: Open,
) -> None:
    with open_store() as store:
        store.apply([SavedPlace("bias", place(1, updated=2000.0))])
        store.apply([SavedPlace("xor-hidden", place(1, updated=3000.0))])
        assert store.last_lesson() == "xor-hidden"
        store.apply([SavedPlace("bias", place(2, updated=1000.0))])
        assert store.last_lesson() == "bias"
        assert list(store.places()) == ["xor-hidden", "bias"]


def test_attempts_are_all_kept_in_order(open_store: Open) -> None:
    wrong = attempt("bias", "-0.125", correct=False, slip="sign")
    right = attempt("bias", "1/8", correct=True)
    with open_store() as store:
        for one in (wrong, attempt("or-vectorised", "x\udc80", correct=False), wrong, right):
            store.apply([one])
    with open_store() as store:
        assert store.attempts("bias") == (wrong, wrong, right)
        assert len(store.attempts("or-vectorised")) == 1


def test_the_first_finish_counts(open_store: Open) -> None:
    with open_store() as store:
        store.apply([Finished("bias", 10.0)])
        store.apply([Finished("bias", 20.0)])
        assert store.finished_lessons() == {"bias": 10.0}


def test_a_reset_forgets_one_lesson_and_no_other(open_store: Open) -> None:
    with open_store() as store:
        for lesson in ("bias", "xor-hidden"):
            store.apply([SavedPlace(lesson, place(1))])
            store.apply([Finished(lesson, 10.0)])
            store.apply([attempt(lesson, "1", correct=True)])
        store.apply([Reset("bias")])
        assert store.lessons() == ("xor-hidden",)
        assert list(store.places()) == list(store.finished_lessons()) == ["xor-hidden"]
        assert store.attempts("bias") == ()
        assert len(store.attempts("xor-hidden")) == 1


def test_records_are_applied_in_their_order(open_store: Open) -> None:
    with open_store() as store:
        store.apply(
            (SavedPlace("bias", place(1)), Reset("bias"), Finished("bias", 3.0), Reset("other"))
        )
        assert store.places() == {}
        assert store.finished_lessons() == {"bias": 3.0}


def test_everything_comes_out_as_json(open_store: Open) -> None:
    with open_store() as store:
        store.apply([SavedPlace("bias", place(4, edits=("b=1",)))])
        store.apply([attempt("xor-hidden", "2", correct=False, slip="sign")])
        store.apply([Finished("xor-hidden", 9.0)])
        written = json.loads(json.dumps(store.as_json(), allow_nan=False))
    assert written["format"] == 1
    assert written["last"] == "bias"
    bias, xor = written["lessons"]
    assert bias["lesson"] == "bias"
    assert bias["place"] == {
        "iteration": 37,
        "step": 4,
        "steps_total": 13,
        "edits": ["b=1"],
        "command": "gdtutor bias --at 37/step:4",
        "updated": 1000.0,
    }
    assert (bias["finished"], bias["attempts"]) == (None, [])
    assert (xor["place"], xor["finished"]) == (None, 9.0)
    assert xor["attempts"] == [
        {"question": "backward b", "answer": "2", "correct": False, "slip": "sign", "when": 5.0}
    ]


def test_only_a_file_says_that_it_saves(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    with ProgressStore(path) as store:
        assert store.is_saving
        assert store.as_json()["path"] == str(path)
    memory = MemoryStore()
    assert not memory.is_saving
    assert memory.as_json()["path"] is None


@pytest.mark.parametrize("number", [-1, 2**63])
def test_a_place_that_no_store_can_hold_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="must lie between"):
        LessonPlace(number, 1, 1, (), "", 0.0)


@pytest.mark.parametrize("when", [math.nan, math.inf])
def test_a_time_that_is_not_finite_is_refused(when: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        place(1, updated=when)
    with pytest.raises(ValueError, match="finite"):
        Finished("bias", when)
    with pytest.raises(ValueError, match="finite"):
        Attempt("bias", "q", "a", True, None, when)
