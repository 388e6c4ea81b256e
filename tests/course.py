"""The course as a learner plays it, with keys alone; `python -m tests.course` prints the log.

From the library through every lesson at 80×24: → to the closing page, the questions answered on the
way, the tasks done by their solutions, Enter to the next lesson. Progress goes into a store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gdtutor.cli.shell import print_lines
from gdtutor.cli.show_progress import lines_of
from gdtutor.drive.effects import carried_out, trained
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.lesson.model import Task
from gdtutor.library.lessons import library_of
from gdtutor.progress.keeper import place_of_session
from gdtutor.progress.schema import Attempt, Finished, Record
from gdtutor.progress.store import ProgressStore
from gdtutor.session.asking import right_choices
from gdtutor.session.catalogue import with_memory
from gdtutor.session.challenge import Ask, Challenge
from gdtutor.session.digits import number
from gdtutor.session.effects import KeepAttempt, Train
from gdtutor.session.press import Press
from gdtutor.session.state import PromptKind, Screen, Session, differs
from gdtutor.session.story import has_ended
from gdtutor.session.tasks import open_tasks
from gdtutor.session.update import Action, Progressed, update
from gdtutor.session.working import working_of
from gdtutor.values import Struct
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of

SIGNS = {1: "+", -1: "-", 0: "0"}
MOST_KEYS = 3000
"""Keys of one lesson beyond which its end is not to be reached."""


class StuckError(Exception):
    """The course cannot be played on; says where, and what the screen showed."""


class Played(Struct, frozen=True):
    """What was met in one lesson."""

    lesson: str
    steps: int
    keys: int
    questions: tuple[str, ...]
    tasks: tuple[str, ...]
    missed: tuple[str, ...]
    """What was said of tasks that took a second try, from the start of the lesson."""

    def line(self) -> str:
        """Return it as a line of the log."""
        return (
            f"{self.lesson:<22} {self.steps:3} steps {self.keys:4} keys"
            f" {len(self.questions)} questions {len(self.tasks)} tasks"
            f"{f', {len(self.missed)} at the second try' if self.missed else ''}"
        )


class Learner:
    """Presses keys and keeps what the program wants kept."""

    def __init__(self, folder: Path, store: ProgressStore) -> None:
        self.store = store
        self.keys = 0
        self.told = ""
        """What the program said when a task was done last."""
        self.nearly = ""
        """What it said of a near miss last."""
        library = with_memory(library_of(folder), store)
        self.session = Session(screen=Screen.LIBRARY, library=library)

    def press(self, *keys: str) -> None:
        """Press keys, each by its name or its character; training comes to its end in between."""
        for key in keys:
            self.keys += 1
            before = self.session
            self._act(Press(key, key if len(key) == 1 else None))
            if self.session.message.startswith("Task done: "):
                self.told = self.session.message.removeprefix("Task done: ")
            if "ot yet: " in self.session.message:
                self.nearly = self.session.message
            if differs(before, self.session, "step", "look"):
                self._save()

    def type(self, text: str) -> None:
        """Type into the open input, and press Enter."""
        assert self.session.prompt is not None, self.screen()
        self.press(*text, "enter")
        prompt = self.session.prompt
        if prompt is not None and prompt.error:
            raise StuckError(f"{text!r} is refused: {prompt.error}\n{self.screen()}")

    def screen(self) -> str:
        """Return what stands on a small terminal."""
        return frame_of(self.session, 80, 24, UNICODE).text()

    def _act(self, action: Action) -> None:
        self.session, effects = update(self.session, action)
        for effect in effects:
            if isinstance(effect, KeepAttempt):
                self._keep(effect)
            elif isinstance(effect, Train):
                self._act(Progressed(trained(effect)))
            else:
                self.session = carried_out(self.session, [effect])

    def _keep(self, effect: KeepAttempt) -> None:
        name, answer = effect.question, effect.answer
        kept = Attempt(effect.lesson_id, name, answer, effect.correct, effect.slip, 1.0)
        self.store.apply([kept])

    def _save(self) -> None:
        record = place_of_session(self.session, 1.0)
        if record is None:
            return
        records: list[Record] = [record]
        if has_ended(self.session):
            records.append(Finished(record.lesson_id, 1.0))
        self.store.apply(records)


def answer_to(session: Session, challenge: Challenge) -> str:
    """Return the right answer to an open question, as a learner types it."""
    moment = session.moment
    if challenge.choices:
        (right,) = right_choices(session, challenge.choices, challenge.step.scene)
        return str(challenge.choices.index(right) + 1)
    if challenge.ask is Ask.NEXT:
        return challenge.step.node
    working = working_of(moment, challenge.step)
    if challenge.ask is Ask.SHAPE:
        return "x".join(map(str, working.result.shape))
    if challenge.ask is Ask.SIGN:
        return SIGNS[working.sign(challenge.cell)]
    return number(float(working.result[challenge.cell]), session.look.digits)


def play_lesson(learner: Learner) -> Played:
    """Play the open lesson from its first page to its closing page, then its tasks."""
    lesson = learner.session.lesson
    learner.keys, steps, questions = 0, set(), []
    while not learner.session.look.is_closing:
        if learner.keys > MOST_KEYS:
            raise StuckError(f"{lesson.id}: no end after {MOST_KEYS} keys\n{learner.screen()}")
        challenge = learner.session.challenge
        if challenge is None:
            learner.press("right")
        else:
            if challenge.text:
                questions.append(f"{challenge.name} {challenge.ask.value}")
                if not stands_in(challenge.text, learner.screen()):
                    raise StuckError(f"{lesson.id}: no question is seen\n{learner.screen()}")
            learner.type(answer_to(learner.session, challenge))
            if learner.session.challenge is not None and learner.session.challenge.tried:
                raise StuckError(f"{lesson.id}: the answer is taken for wrong\n{learner.screen()}")
        if learner.session.lesson is not lesson:
            raise StuckError(f"{lesson.id}: left before its closing page")
        moment = learner.session.moment
        steps.add((moment.iteration if moment else 0, learner.session.step))
    missed = tuple(said for task in lesson.tasks for said in do_task(learner, task))
    name = f"{lesson.number} {lesson.id}"
    done = tuple(f"{task.id}: {task.text}" for task in lesson.tasks)
    return Played(name, len(steps), learner.keys, tuple(questions), done, missed)


def stands_in(text: str, screen: str) -> bool:
    """Say whether a text is seen whole, but for its marks and its formulas."""
    seen = set(re.findall(r"[a-z]{4,}", screen.lower()))
    return set(re.findall(r"[a-z]{4,}", re.sub(r"`[^`]*`|{[^}]*}", "", text).lower())) <= seen


def do_task(learner: Learner, task: Task) -> list[str]:
    """Do a task with keys and put everything back; return what was said if the first try failed."""
    learner.told = learner.nearly = ""
    take_steps(learner, task)
    missed = []
    if task in open_tasks(learner.session):
        missed.append(f"{task.id}: {learner.nearly}")
        # Not from here: the second try begins where the lesson does.
        to_walk(learner)
        learner.press("R", "home", "home")
        take_steps(learner, task)
    if task in open_tasks(learner.session) or not learner.told:
        raise StuckError(f"the task {task.id} is not done\n{learner.screen()}")
    to_walk(learner)
    if learner.session.changes:
        learner.press("R")
    while learner.session.variant:
        learner.press("V")
    return missed


def take_steps(learner: Learner, task: Task) -> None:
    """Carry out a task's solution with keys."""
    for step in task.solution:
        word, _, rest = step.strip().partition(" ")
        rest = rest.strip()
        if word == "variant":
            while learner.session.variant != rest:
                learner.press("V")
        elif word == "train":
            learner.press("t")
            if rest:
                learner.press("0", *rest, "n")
            elif not learner.session.train.snapshot.is_at_end:
                # Where a change has left the run at rest, t shows it and Space goes on.
                learner.press("space")
        elif word == "iteration":
            to_walk(learner)
            learner.press("colon")
            learner.type(step)
        else:
            to_walk(learner)
            learner.press("e")
            learner.type(step)


def to_walk(learner: Learner) -> None:
    """Leave the training screen, a question that has come meanwhile, and a closing page."""
    if learner.session.screen is Screen.TRAIN:
        learner.press("escape")
    prompt = learner.session.prompt
    if prompt is not None and prompt.kind is PromptKind.ANSWER:
        learner.press("escape")


def play(learner: Learner) -> Iterator[Played]:
    """Play every lesson of the library from where the learner is to the last."""
    learner.press("enter")
    while learner.session.screen is not Screen.LIBRARY:
        before = learner.session.lesson
        yield play_lesson(learner)
        if not learner.session.look.is_closing:
            learner.press("z")
        learner.press("enter")
        if learner.session.lesson is before and learner.session.screen is not Screen.LIBRARY:
            raise StuckError(f"Enter leads nowhere\n{learner.screen()}")


def main() -> None:
    """Play the course and print what was met."""
    with TemporaryDirectory() as folder, ProgressStore(Path(folder) / "progress.sqlite") as store:
        played = []
        for one in play(Learner(shipped_lessons_folder(), store)):
            played.append(one)
            met = (*one.questions, *one.tasks, *one.missed)
            print_lines([one.line(), *(f"      {what}" for what in met)])
        print_lines(lines_of(store))
    steps, keys = sum(one.steps for one in played), sum(one.keys for one in played)
    questions = sum(len(one.questions) for one in played)
    tasks = sum(len(one.tasks) for one in played)
    counts = f"{steps:,} steps, {keys:,} keys, {questions} questions, {tasks} tasks"
    print_lines([f"{len(played)} lessons, {counts}"])


if __name__ == "__main__":
    main()
