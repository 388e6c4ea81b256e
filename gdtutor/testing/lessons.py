"""Lessons under test: what the `lesson` fixture of the pytest plugin gives to an author's tests."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from gdtutor.check.paths import check_paths
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import placed, session_at
from gdtutor.engine.operations import Array
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.digits import DEFAULT_DIGITS
from gdtutor.session.link import selector_of
from gdtutor.session.moving import moved
from gdtutor.session.navigation import refolded, steps_forward
from gdtutor.session.state import Walk, current_step
from gdtutor.session.steps import Phase, Step
from gdtutor.session.trials import tried
from gdtutor.testing.judged import Judged, judge_program
from gdtutor.ui.picture import frame_text
from gdtutor.values import Struct, field, replace
from gdtutor.view.explain import context_of, node_lines, note_lines
from gdtutor.view.frame import CHARACTERS, UNICODE, Line
from gdtutor.view.lines import text_of
from gdtutor.view.screen import Reader

SIZE = "80x24"
"""The size of a screen where a test asks for no other."""
_PANEL_WIDTH = 78


class GoldenScreens(Struct, frozen=True):
    """The files that screens are held to."""

    folder: Path
    """Where they are."""
    writes: bool
    """Whether they are written anew instead of compared with."""

    def __call__(self, text: str, name: str) -> None:
        """Hold a text to the file of a name.

        Raises:
            AssertionError: There is no such file, or the text differs from it.
        """
        __tracebackhide__ = True
        path = self.folder / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)}.txt"
        text = text.rstrip("\n") + "\n"
        if self.writes:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        if not path.is_file():
            what = f"no screen is kept as {path} yet"
            raise AssertionError(f"{what}; pytest --update-screens writes it, for you to read")
        wanted = path.read_text(encoding="utf-8")
        if text != wanted:
            lines = difflib.unified_diff(
                wanted.split("\n"), text.split("\n"), str(path), "the screen now", lineterm=""
            )
            hint = "pytest --update-screens accepts it"
            raise AssertionError("\n".join(["the screen has changed; " + hint, *lines]))


class WalkStep(Struct, frozen=True, eq=False):
    """One step of a lesson's walk."""

    session: Walk
    """The session at this step."""
    step: Step
    screens: GoldenScreens
    readers: dict[tuple[str, str], Reader] = field(default_factory=dict)
    """Who has read the screens of its walk, by size and characters."""

    @property
    def number(self) -> int:
        """The step's number within the iteration, from 1."""
        return self.step.number

    @property
    def iteration(self) -> int:
        """Updates done before it."""
        return self.session.moment.iteration

    @property
    def phase(self) -> str:
        """given, forward, backward or update."""
        return self.step.phase.value

    @property
    def node(self) -> str:
        """The node or parameter; empty at the given values."""
        return self.step.node

    @property
    def at(self) -> str:
        """The step as `--at` takes it."""
        return selector_of(self.session.moment, self.step).text()

    @property
    def value(self) -> float | Array | None:
        """The node's value, for an update the parameter's value after it; None where all values
        are given. A number, or a read-only array."""
        moment = self.session.moment
        if not self.node:
            return None
        if self.step.phase is Phase.UPDATE:
            return _plain(moment.updates[self.node].p)
        return _plain(moment.traces[self.step.scene].values[self.node])

    @property
    def gradient(self) -> float | Array | None:
        """The gradient of the root with respect to the node; None before the way back."""
        moment = self.session.moment
        if self.step.phase not in (Phase.BACKWARD, Phase.UPDATE):
            return None
        return _plain(moment.traces[self.step.scene].gradients[self.node])

    @property
    def text(self) -> str:
        """The note that the learner reads, its placeholders filled, or the program's sentence."""
        context = context_of(self.session, UNICODE)
        return "" if context is None else _joined(note_lines(self.session, context, _PANEL_WIDTH))

    @property
    def panel(self) -> str:
        """What the node panel says: formulas, numbers, contributions."""
        context = context_of(self.session, UNICODE)
        lines = () if context is None else node_lines(context, _PANEL_WIDTH)
        return "\n".join(text_of(line).rstrip() for line in lines)

    def screen(self, size: str = SIZE, *, chars: str = "unicode", keys: str = "") -> str:
        """Return the whole screen as plain text, after some keys as `--keys` takes them.

        Each sign is explained on the first of a walk's screens that has it.
        """
        reader, drawn = self.readers.setdefault((size, chars), Reader()), CHARACTERS[chars]
        session, (width, height) = (
            pressed(self.session, parse_keys(keys)),
            map(int, size.split("x")),
        )
        return frame_text(reader.frame(tried(session), width, height, drawn), drawn)

    def assert_screen(
        self, size: str = SIZE, *, chars: str = "unicode", keys: str = "", name: str = ""
    ) -> None:
        """Hold the screen to a text file beside the test; `--update-screens` writes it.

        Raises:
            AssertionError: There is no such file, or the screen differs from it.
        """
        __tracebackhide__ = True
        extra = [chars] if chars != "unicode" else []
        extra += [keys] if keys else []
        default = "-".join([self.session.lesson.id, self.at, size, *extra])
        self.screens(self.screen(size, chars=chars, keys=keys), name or default)


def _plain(array: Array) -> float | Array:
    return float(array) if array.ndim == 0 else array


def _joined(lines: Iterable[Line]) -> str:
    return " ".join(text for line in lines if (text := text_of(line).strip()))


class LessonUnderTest(Struct, frozen=True):
    """One lesson file."""

    path: Path
    screens: GoldenScreens

    def check(self, *, warnings: bool = False) -> LessonUnderTest:
        """Do what `gdtutor check` does, and return the lesson.

        Args:
            warnings: Whether a warning fails as well.

        Raises:
            AssertionError: With every report, where something is wrong.
        """
        __tracebackhide__ = True
        result = check_paths([self.path])
        if result.has_errors or (warnings and result.problems):
            reports = "\n".join(report.text() for report in result.problems)
            raise AssertionError(f"gdtutor check found:\n{reports}")
        return self

    def judge(
        self, program: ModuleType | str | Path | Mapping[str, Any], *, raises: bool = True
    ) -> Judged:
        """Judge a learner's program: a module, the path of its file, or its values by name.

        Args:
            program: A module and a file are run in a process of their own, on several starts.
            raises: Whether a name that departs or is missing fails the test.

        Raises:
            AssertionError: A name departs or is missing.
            GdTutorError: The program cannot be run.
        """
        __tracebackhide__ = True
        judged = judge_program(self.path, program)
        if raises:
            judged.assert_right()
        return judged

    def at(
        self,
        place: str = "",
        *,
        changes: Iterable[str] = (),
        seed: int | None = None,
        unfold: Iterable[str] = (),
        example: int = 0,
        digits: int = DEFAULT_DIGITS,
    ) -> WalkStep:
        """Return one step.

        Args:
            place: As `--at` takes it; the first step where empty.
            changes: As `--set` takes them: `["w=0.9"]`.
            seed: Replaces the lesson's own seeds.
            unfold: Lines that show their elementary operations.
            example: The column of the batch that is followed.
            digits: Significant digits.

        Raises:
            GdTutorError: For a lesson, a change or a place that cannot be used.
        """
        session = session_at(self.path, seed=seed, changes=changes, patience=math.inf)
        session = replace(session, look=replace(session.look, example=example, digits=digits))
        if names := frozenset(unfold):
            session = refolded(session, names)
        session = placed(session, place) if place else moved(session, 0, 1)
        step = current_step(session)
        if step is None:
            raise AssertionError(f"{self.path} has no step '{place}'")
        return WalkStep(session, step, self.screens)

    def walk(
        self,
        iterations: int = 1,
        *,
        changes: Iterable[str] = (),
        seed: int | None = None,
        unfold: Iterable[str] = (),
    ) -> Iterator[WalkStep]:
        """Yield every step of the first iterations, in order; see `at`."""
        here = self.at(changes=changes, seed=seed, unfold=unfold)
        while True:
            yield here
            after = steps_forward(here.session, 1)
            step = current_step(after)
            is_still = step == here.step and after.moment is here.session.moment
            if step is None or is_still or after.moment.iteration >= iterations:
                return
            here = WalkStep(after, step, self.screens, here.readers)


def find(name: str, folders: Iterable[Path]) -> Path:
    """Return the file of a lesson: in the first folder that has it, or one of the program's own.

    Raises:
        GdTutorError: No lesson is called so.
    """
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    return find_lesson(name, shipped_lessons_folder())
