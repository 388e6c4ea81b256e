"""Ten things that a beginner wants to do at 80×24, with keys that the screen at hand has named."""

import re
import shlex

import pytest

from gdtutor.cli.arguments import COMMANDS as COMMAND_ROWS
from gdtutor.cli.arguments import parser_of
from gdtutor.cli.starting import session_of
from gdtutor.drive import effects as headless
from gdtutor.drive.keys import parse_keys
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.library.lessons import counted_library, library_of
from gdtutor.session.commands import COMMANDS
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Status, current_step
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE, Style
from gdtutor.view.screen import frame_of


@pytest.fixture(scope="module")
def shelf():
    """The library at a first visit."""
    library = counted_library(library_of(shipped_lessons_folder()))
    return Session(screen=Screen.LIBRARY, library=replace(library, is_new=True))


class Learner:
    """Presses keys of which each is named on the screen on which it is pressed."""

    def __init__(self, session):
        self.session = session
        self.keys = 0

    @property
    def frame(self):
        return frame_of(self.session, 80, 24, UNICODE)

    @property
    def screen(self):
        return self.frame.text()

    def press(self, *keys):
        for key in keys:
            assert is_named(self.frame, self.session, key), f"{key} is not named on\n{self.screen}"
            self._do(key)

    def type(self, text):
        """Answer what an input asks for, whose line names Enter."""
        assert self.session.prompt is not None
        for character in text:
            self.session = headless.pressed(self.session, [Press(character, character)])
            self.keys += 1
        self.press("enter")

    def _do(self, key):
        self.session = headless.pressed(self.session, parse_keys(key))
        self.keys += 1

    @property
    def node(self):
        step = current_step(self.session)
        return None if step is None else (step.phase.value, step.node)

    def walk_to(self, phase, node):
        for _ in range(60):
            if self.node == (phase, node):
                return
            if self.session.prompt is not None:
                self.press("escape")
            if self.session.challenge is not None:
                self.press("n")
                continue
            self.press("right")
        raise AssertionError(f"no way to {phase} {node}")


def is_named(frame, session, key):
    """Say whether a key is marked as one, in the line of keys or in the text above, or a message
    says what it does.
    """
    name = parse_keys(key)[0].key
    command = next((c for c in COMMANDS if session.screen in c.screens and name in c.keys), None)
    symbols = {key.title(), "Esc" if name == "escape" else key}
    if session.prompt is None and command is not None:
        symbols |= set(command.symbols.split())
    marked = [part.text for row in frame.lines for part in row if part.style is Style.KEY]
    said = re.findall(r"(?:^|[;,.] )(\S+?)(?:: | shows | goes | leads )", session.message)
    # What is folded into a pair stands beside it: ← → step.
    return bool(symbols & {*" ".join(marked).split(), *said})


def opened(shelf, number):
    learner = Learner(shelf)
    learner.press("down", *["down"] * (number - 2)) if number > 1 else None
    learner.press("enter")
    return learner


def test_a_lesson_is_opened_and_stepped_through(shelf):
    learner = opened(shelf, 6)
    assert learner.session.lesson.id == "bias"
    learner.press("right", "right")
    assert learner.session.step == 2


def test_a_cell_is_opened_and_closed(shelf):
    learner = opened(shelf, 16)
    learner.walk_to("forward", "Z1")
    learner.press("c")
    assert learner.session.look.cell == (0, 0)
    learner.press("escape")
    assert learner.session.look.cell is None


def test_a_value_is_changed_and_the_change_undone(shelf):
    learner = opened(shelf, 6)
    learner.press("right", "e")
    learner.type("w1 0.9")
    assert learner.session.changes
    learner.press("u")
    assert not learner.session.changes


def test_the_step_is_found_where_the_gradient_dies(shelf):
    learner = opened(shelf, 6)
    learner.walk_to("backward", "w1")
    # The lesson asks about it first; who does not answer is shown it.
    learner.press("escape", "n")
    assert "= 0" in learner.screen


def test_training_runs_and_iteration_3071_opens_in_seven_keys(shelf):
    learner = opened(shelf, 16)
    learner.press("right", "t")
    assert learner.session.train.snapshot.status is Status.FINISHED
    before = learner.keys
    learner.press(":")
    learner.type("3071")
    assert learner.session.moment.iteration == 3071
    assert learner.keys - before <= 7


@pytest.mark.slow
def test_two_learning_rates_are_compared(shelf):
    learner = opened(shelf, 6)
    learner.press("right", "t", "S")
    learner.type("learning_rate=0.5,2")
    assert len(learner.session.train.kept) == 2
    assert "0.5" in learner.screen


def test_a_question_is_answered(shelf):
    learner = opened(shelf, 6)
    for _ in range(40):
        if learner.session.prompt is not None:
            break
        learner.press("right")
    learner.type("?")
    assert learner.session.challenge is not None
    assert "Esc" in learner.screen
    for answer in "123":
        if learner.session.prompt is not None:
            assert "Enter answer" in learner.screen
            assert "Ctrl-C quit" in learner.screen
            learner.type(answer)
    assert learner.session.prompt is None
    assert learner.session.answered


def test_a_task_is_read_and_the_next_lesson_opened(shelf):
    learner = opened(shelf, 6)
    learner.press("right", "right", "T")
    assert learner.session.look.is_closing
    learner.press("enter")
    assert learner.session.lesson.id == "learning-rate"


def test_a_task_is_done_and_its_sign_stands_on_the_closing_page_and_in_the_library(shelf):
    learner = opened(shelf, 1)
    learner.press("right", "T")
    assert "○ " in learner.screen
    first = learner.session.lesson.tasks[0]
    learner.press("e")
    learner.type(first.solution[0])
    assert ("neuron", first.id) in learner.session.library.tasks_done
    assert "Task done: " in learner.screen
    learner.press("z") if not learner.session.look.is_closing else None
    assert "✓ " in learner.screen
    learner.press("enter", "right", "right", "l")
    (row,) = [row for row in learner.screen.splitlines() if "What is a neuron?" in row]
    assert "✓○" in row


def test_a_run_with_another_rate_is_handed_on_by_its_command(shelf):
    learner = opened(shelf, 7)
    learner.press("right", "t", "+", "n", "k")
    words = shlex.split(learner.session.command)
    assert " ".join(words[:4]) in learner.screen
    arguments = parser_of(COMMAND_ROWS[0]).parse_args(words[1:])
    again = headless.pressed(session_of(arguments), parse_keys(arguments.keys))
    assert (again.screen, again.train.snapshot.iterations) == (Screen.TRAIN, 51)
    assert [change.text() for change in again.changes] == ["50:learning_rate=1"]
