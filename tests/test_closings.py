"""What the lessons ask to try can be done as it is written there."""

import re
from pathlib import Path

import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.lesson.sweeps import members_of
from gdtutor.session.edits import apply_edit
from gdtutor.session.moving import moved
from gdtutor.session.state import Session

PATHS = discover(shipped_lessons_folder())
EDIT = re.compile(r"`(\w+(?:\[[\d,]+\])? -?[\w.]+)`")
SWEEP = re.compile(r"`(\w+=[^`]*,[^`]*)`")
EMPHASIS = {"seed", "can"}
"""Words in bold that name no variant."""
BOLD = re.compile(r"\*\*([^*]+)\*\*")
EDITS = [
    (path, text) for path in PATHS for text in EDIT.findall(path.read_text("utf-8"))
    if not text.startswith("gdtutor ")
]  # fmt: skip


def opened(path: Path) -> Session:
    return moved(session_at(path), 0, 1)


def closing(path: Path) -> str:
    lesson = opened(path).lesson
    return lesson.closing


@pytest.mark.parametrize(("path", "text"), EDITS, ids=[f"{p.stem}-{t}" for p, t in EDITS])
def test_an_edit_that_is_asked_for_is_taken(path: Path, text: str) -> None:
    assert apply_edit(opened(path), text).changes


def test_edits_are_asked_for() -> None:
    assert len(EDITS) > 5


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_sweep_that_is_asked_for_can_be_made(path: Path) -> None:
    for text in SWEEP.findall(closing(path)):
        lesson = opened(path).lesson
        assert len(members_of(lesson, None, text)) > 1


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_variant_that_is_named_exists(path: Path) -> None:
    lesson = opened(path).lesson
    known = {variant.name for variant in lesson.variants}
    assert set(BOLD.findall(lesson.closing)) - EMPHASIS <= known


@pytest.mark.slow
def test_no_closing_asks_for_what_has_no_key() -> None:
    """Constants of an optimiser are no values that an edit changes, but a sweep takes them."""
    for path in PATHS:
        assert not re.search(r"[Ss]et `(beta|epsilon|rho)`", closing(path))
