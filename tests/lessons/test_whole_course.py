"""The course can be played from its first lesson to its last, with keys alone."""

from course import Learner, play
from memory_store import MemoryStore

from gdtutor.cli.show_progress import lines_of
from gdtutor.lesson.discovery import shipped_lessons_folder


def test_a_learner_finishes_every_lesson_and_does_every_task() -> None:
    store = MemoryStore()
    learner = Learner(shipped_lessons_folder(), store)
    played = list(play(learner))
    entries = learner.session.library.entries
    assert [one.lesson.split()[1] for one in played] == [entry.id for entry in entries]
    assert store.finished_lessons().keys() == {entry.id for entry in entries}
    assert all(len(one.tasks) == entry.tasks for one, entry in zip(played, entries, strict=True))
    said = {line.split()[0]: line for line in lines_of(store)}
    for entry in entries:
        assert ", finished, " in said[entry.id]
        assert f"{entry.tasks} of {entry.tasks} tasks done" in said[entry.id]
    for one in played:
        assert 2 <= len(one.questions) <= 4, one.lesson
        assert all("Not yet: " in said for said in one.missed), one.missed
