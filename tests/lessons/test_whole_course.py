"""The course can be played from its first lesson to its last, with keys alone."""

import re
from collections import Counter
from pathlib import Path

import pytest
from course import Learner, play
from memory_store import MemoryStore

from gdtutor.cli.show_progress import lines_of
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for
from gdtutor.session.opening import Opened, opened
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Training
from gdtutor.session.tasks import is_done
from gdtutor.session.update import update
from gdtutor.values import replace
from gdtutor.view.glossary import WORDS

every_lesson = pytest.mark.parametrize(
    "path", discover(shipped_lessons_folder()), ids=lambda path: path.stem
)


@pytest.mark.slow
def test_a_learner_finishes_every_lesson_and_does_every_task() -> None:
    store = MemoryStore()
    learner = Learner(shipped_lessons_folder(), store)
    played = list(play(learner))
    entries = learner.session.library.entries
    assert [one.lesson.split()[1] for one in played] == [entry.id for entry in entries]
    assert store.finished_lessons().keys() == {entry.id for entry in entries}
    assert all(len(one.tasks) == entry.tasks for one, entry in zip(played, entries, strict=True))
    said = {line.split()[1]: line for line in lines_of(store) if line[0] != " "}
    for entry in entries:
        assert ": finished, " in said[entry.id]
        assert f"{entry.tasks} of {entry.tasks} tasks done" in said[entry.id]
    for one in played:
        assert 2 <= len(one.questions) <= 4, one.lesson
        assert all("ot yet: " in said for said in one.missed), one.missed


def in_bold(path: Path) -> set[str]:
    """Return what stands in bold in a lesson, in small letters and without a plural's s."""
    found = re.findall(r"\*\*([A-Za-z][^*]*?[A-Za-z])\*\*", path.read_text("utf-8"))
    return {" ".join(phrase.split()).lower().removesuffix("s") for phrase in found}


def test_every_word_of_the_glossary_is_introduced_once_in_bold() -> None:
    bold = Counter(
        phrase for path in discover(shipped_lessons_folder()) for phrase in in_bold(path)
    )
    said = {"convex": "not convex", "diverging": "diverge", "Xavier and He": "xavier"}
    # Slips are named by the program's own screens.
    words = [word for word, _, _ in WORDS if word != "slip"]
    counts = {word: bold[said.get(word, word.lower().removesuffix("s"))] for word in words}
    assert {word: count for word, count in counts.items() if count != 1} == {}


@every_lesson
def test_a_lesson_asks_two_to_four_questions_and_sets_two_or_three_tasks(path: Path) -> None:
    lesson = load_lesson(path)
    asked = sum(len(scene.questions) for scene in lesson.scenes)
    assert 2 <= asked <= 4, f"{asked} questions"
    assert 2 <= len(lesson.tasks) <= 3, f"{len(lesson.tasks)} tasks"
    for task in lesson.tasks:
        for key in ("hints", "done", "solution"):
            assert getattr(task, key), f"task {task.id!r} has no {key}"


@pytest.mark.sampled
@every_lesson
def test_the_steps_of_a_lesson_and_its_training_do_only_tasks_that_ask_for_them(path: Path) -> None:
    lesson = load_lesson(path)
    session = opened(Session(), Opened(lesson, run_of(lesson)))
    places = [session]
    if lesson.trains:
        places += [moved(session, iteration, 1) for iteration in (1, 2, 3, 10, 80)]
        trained = run_of(lesson)
        trained.advance(epochs=200)
        places.append(replace(session, run=trained, train=Training(snapshot_of(trained))))
    done = {task for place in places for task in lesson.tasks if is_done(task, place)}
    for task in done:
        others = [s for s in task.solution if s.split()[0] not in ("train", "iteration")]
        assert others == [], (
            f"task {task.id!r}: a walk or training reaches its goal with nothing changed. Ask for "
            "more in its goal, or solve it by `train` and `iteration` alone"
        )


@pytest.mark.sampled
@every_lesson
def test_every_question_of_the_story_is_met_once_on_the_way_to_the_closing_page(path: Path) -> None:
    session, met = session_at(path), list[str]()
    while not session.look.is_closing:
        session, _ = update(session, Press("right"))
        if session.challenge is not None:
            met += [session.challenge.name] if session.challenge.text else []
            answered = session.answered | {session.challenge.name}
            session = replace(session, challenge=None, prompt=None, answered=answered)
    questions = [question for scene in session.lesson.scenes for question in scene.questions]
    within = [q for q in questions if q.when.first < session.lesson.story]
    told = [q for q in within if not q.when.variant and not q.when.trained]
    assert len(met) == len(set(met)) == len(told)


@pytest.mark.sampled
@every_lesson
def test_every_step_has_a_written_note_in_every_variant_and_in_later_iterations(
    path: Path,
) -> None:
    silent = []
    lesson = load_lesson(path)
    for variant in ("", *(one.name for one in lesson.variants)):
        start = session_at(path, variant=variant) if variant else session_at(path)
        for iteration in range(max(3, lesson.story)) if lesson.trains else (0,):
            there = moved(start, iteration, 0)
            for step in there.moment.steps:
                note = note_for(moved(there, iteration, step.number), step)
                if note is None or not note.text.strip():
                    silent.append(f"{variant} {iteration}: {step.phase.value} {step.node}")
    assert silent == [], "no note is written for these steps of a variant, or of later iterations"
