"""What a key costs on the wire, in bytes: the walk and the training, over several lessons.

The bounds are those promised for 80×24; each step is also compared with the frame it should show.
"""

from pathlib import Path
from statistics import quantiles

import pytest
from pseudo_terminal import PseudoTerminal

from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.state import Session
from gdtutor.session.update import update
from gdtutor.ui.picture import frame_text
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import shown

pytestmark = pytest.mark.slow

TRAINING = str(Path(__file__).with_name("training_app.py"))
COLORS = {"256": ("bias", "xor-hidden"), "16": ("or-vectorised", "xor-hidden")}
"""The lessons that are walked and trained in each kind of colours."""
BOUNDS = {"256": (2_000, 4_000), "16": (1_000, 3_000)}
"""Bytes of a step: the median, and what nineteen of twenty keep within."""
STEPS = 40
FRAMES = 20
FRAMES_A_SECOND = 4
"""What `--fps` is over SSH."""
PATIENT = """
import math, sys
from gdtutor.cli import main, open_app
open_app.PATIENCE = math.inf
sys.exit(main(sys.argv[1:]))
"""
"""The program, which on no machine takes so long for an answer that it says so first."""


def expected(session: Session) -> tuple[Session, str]:
    session, frame = shown(session, 80, 24, UNICODE)
    return session, frame_text(frame, UNICODE).rstrip("\n")


def bytes_of_steps(name: str, color: str, key: str = "n") -> list[int]:
    """Return the bytes that each step sends, each screen compared with a full repaint."""
    session = session_at(find_lesson(name, shipped_lessons_folder()), at="given")
    options = ("--at", "given", "--color", color, "--no-mouse", "--no-save")
    counts = []
    session, first = expected(session)
    with PseudoTerminal("-c", PATIENT, name, *options) as terminal:
        terminal.wait_for(lambda screen: screen.rstrip("\n") == first)
        for _ in range(STEPS):
            for press in parse_keys(key):
                session, _ = update(session, press)
            session, wanted = expected(session)
            terminal.send(key)
            counts.append(len(terminal.wait_for(lambda screen, w=wanted: screen.rstrip("\n") == w)))
    return counts


SCREENS = pytest.mark.parametrize(
    ("name", "color"), [(name, color) for color, names in COLORS.items() for name in names]
)


@SCREENS
def test_a_step_stays_within_its_bytes(name: str, color: str) -> None:
    median, most = BOUNDS[color]
    counts = sorted(bytes_of_steps(name, color))
    cuts = quantiles(counts, n=20)
    assert cuts[9] <= median, counts
    assert cuts[18] <= most, counts


@SCREENS
def test_training_stays_within_20_kilobytes_a_second(name: str, color: str) -> None:
    with PseudoTerminal(TRAINING, name, color, str(FRAMES)) as terminal:
        terminal.wait_for(lambda screen: "all keys" in screen)
        terminal.drained()
        began = len(terminal.all_received)
        for _ in range(FRAMES):
            before = terminal.text()
            terminal.send("n")
            terminal.wait_for(lambda screen, b=before: screen != b and "s left" in screen)
        terminal.drained()
        sent = len(terminal.all_received) - began
    assert sent / FRAMES * FRAMES_A_SECOND <= 20_000, sent
