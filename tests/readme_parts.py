"""The parts of the README that the program itself makes; run it to write them anew.

python -m tests.readme_parts
"""

from __future__ import annotations

import re
from pathlib import Path

from gdtutor.cli.arguments import COMMANDS as CLI_COMMANDS
from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.judge.asked import asked_of
from gdtutor.judge.blanks import blank_program
from gdtutor.judge.board import Board, board_frame
from gdtutor.judge.outcome import Outcome
from gdtutor.judge.telling import verdict_lines
from gdtutor.judge.verdict import judge
from gdtutor.lesson.load import load_lesson
from gdtutor.paint.colours import choose_colours
from gdtutor.play.options import playground_of_line
from gdtutor.practice.conversation import PracticeServices, practise
from gdtutor.practice.exercise import exercises
from gdtutor.session.commands import COMMANDS, commands_of
from gdtutor.session.playing import play_session
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Screen, Session, Status
from gdtutor.session.update import Progressed, update
from gdtutor.ui.picture import frame_svg
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of
from tests.judge.corpus import HIDDEN

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PICTURES = ROOT / ".pictures"
ONE_WRONG = HIDDEN.replace("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat")
SEED = 21
"""Of the exercise that is answered."""
JUDGED = (106, 24)
"""Columns and rows of the picture of a judged program."""

_TITLES = {
    Screen.STUDY: "The walk",
    Screen.TRAIN: "Training",
    Screen.PLAY: "The playground",
    Screen.LIBRARY: "The library",
    Screen.HELP: "Help",
}


def keys_part() -> str:
    """Return the tables of keys, one a screen; what all screens share comes last."""
    shared = [c for c in COMMANDS if len(c.screens) == len(Screen)]
    blocks = []
    for screen, title in _TITLES.items():
        own = [c for c in commands_of(screen) if c not in shared]
        blocks.append(_table(title, own))
    blocks.append(_table("Everywhere", shared))
    return "\n\n".join(blocks)


def _table(title: str, commands: list) -> str:  # type: ignore[type-arg]
    rows = [f"| `{c.symbols}` | {c.title.replace('|', chr(92) + '|')} |" for c in commands]
    return "\n".join([f"**{title}**", "", "| key | does |", "|---|---|", *rows])


def commands_part() -> str:
    """Return the table of commands."""
    rows = [f"| `{f'gdtutor {c.name}'.strip()}` | {c.summary} |" for c in CLI_COMMANDS]
    return "\n".join(["| command | does |", "|---|---|", *rows])


def judge_part() -> str:
    """Return what is said of the blanks of `--new` filled in, with one line wrong."""
    lesson, path = load_lesson(lesson_path("xor-hidden")), Path("mine.py")
    text = blank_program(asked_of(lesson), "gdtutor judge xor-hidden mine.py")
    definition, _, lines = ONE_WRONG.removeprefix("import numpy as np\n").partition("\n\n")
    for name, _, formula in (row.partition(" = ") for row in lines.split("\n") if row):
        text = re.sub(rf"^{name} = \.\.\..*$", f"{name} = {formula}", text, flags=re.MULTILINE)
    text = text.replace("import numpy as np\n", f"import numpy as np\n\n{definition}\n")
    return "\n".join(["```", *verdict_lines(judge(lesson, text, path), path, None), "```"])


def practice_part() -> str:
    """Return an exercise, answered with the upstream gradient alone and then right."""
    made = next(exercises(SEED, ("contribution",)))
    answers = iter((f"{float(made.given['g']):g}", made.answer_text))
    said: list[str] = []

    def ask() -> str:
        said.append(f"> {next(answers)}")
        return said[-1].removeprefix("> ")

    practise(("contribution",), 1, SEED, None, PracticeServices(said.append, ask, lambda *_: None))
    rows = "\n".join(said).split("\n")
    return "\n".join(["```", *rows[rows.index("") + 1 :], "```"])


PARTS = {
    "keys": keys_part, "commands": commands_part, "judge": judge_part, "practice": practice_part,
}  # fmt: skip


def with_parts(text: str) -> str:
    """Return the README with its generated parts as they are now."""
    for name, part in PARTS.items():
        pattern = re.compile(rf"(<!-- {name}:[^>]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = pattern.sub(lambda m, p=part: f"{m[1]}\n{p()}\n\n{m[2]}", text)
    return text


def study_picture() -> str:
    """Return the Study screen of the README."""
    return _svg(session_at(lesson_path("bias"), at="backward:b"), "gdtutor bias")


def train_picture() -> str:
    """Return the Train screen of the README; its speed is left out, for it differs everywhere."""
    session, _ = update(session_at(lesson_path("xor-hidden")), Press("t", "t"))
    session.run.advance()
    session, _ = update(session, Progressed(snapshot_of(session.run, Status.FINISHED)))
    session, _ = update(session, Press("y", "y"))
    return _svg(session, "gdtutor xor-hidden, trained")


def play_picture() -> str:
    """Return the Play screen of the README."""
    line = "--data circle --layers 2-4-2-1 --epochs 300"
    session = pressed(play_session(Session(), playground_of_line(line)), parse_keys("space tab"))
    return _svg(session, f"gdtutor play {line}", (120, 36))


def judge_picture() -> str:
    """Return what --watch shows of a program with one line wrong."""
    path, lesson = Path("mine.py"), load_lesson(lesson_path("xor-hidden"))
    judged = Outcome(judge(lesson, ONE_WRONG, path), None, None)
    frame = board_frame(Board(lesson, path, judged, is_judging=False), *JUDGED, UNICODE)
    title = "gdtutor judge xor-hidden mine.py --watch"
    return frame_svg(frame, UNICODE, choose_colours("truecolor", {}), title)


def _svg(session: Session, title: str, size: tuple[int, int] = (80, 24)) -> str:
    colours = choose_colours("truecolor", {})
    return frame_svg(frame_of(session, *size, UNICODE), UNICODE, colours, title)


PICTURE_FILES = {
    "study.svg": study_picture,
    "train.svg": train_picture,
    "play.svg": play_picture,
    "judge.svg": judge_picture,
}

if __name__ == "__main__":
    README.write_text(with_parts(README.read_text("utf-8")), "utf-8")
    PICTURES.mkdir(exist_ok=True)
    for name, make in PICTURE_FILES.items():
        (PICTURES / name).write_text(make(), "utf-8")
