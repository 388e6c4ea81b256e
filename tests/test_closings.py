"""What the lessons ask to try can be done as it is written there."""

import re
from pathlib import Path

import pytest

from gdtutor.drive.effects import pressed as done
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.lesson.sweeps import members_of
from gdtutor.session.edits import apply_edit
from gdtutor.session.moving import moved
from gdtutor.session.state import Session
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of

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


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
@pytest.mark.parametrize(
    ("number", "edit", "results"),
    [
        (2, "z=0", ("s 0.5 (own 0.7311)", "∂s/∂z 0.25 (own 0.1966)")),
        (5, "u=0", ("s 0.5 (own 0.6457)", "∂s/∂u 0.25 (own 0.2288)")),
        (6, "b=2", ("L 0.3879 (own 0.125)", "∂L/∂b 0.09248 (own 0.125)")),
        (9, "b=0.617", ("C 0.0783 (own 0.08891)", "∂C/∂b 1.383e−5 (own −0.03702)")),
    ],
)
def test_what_an_edit_has_made_of_the_loss_and_of_gradients_stands_on_the_page(
    number: int, edit: str, results: tuple[str, ...], size: tuple[int, int]
) -> None:
    session = moved(session_at(PATHS[number - 1]), 0, 1)
    edited = done(session, parse_keys(f"T e {edit} enter"))
    assert edited.look.is_closing
    text = frame_of(edited, *size, UNICODE).text()
    assert [result for result in results if result not in text] == []
    plain = frame_of(done(edited, parse_keys("u")), *size, UNICODE).text()
    assert "(own" not in plain


def test_beside_the_page_stands_the_graph_that_an_edit_has_changed() -> None:
    edited = done(session_at(PATHS[4]), parse_keys("T e u=0 enter"))
    rows = frame_of(edited, 120, 36, UNICODE).text().splitlines()
    assert any("u 0* ◀" in row and "s 0.5*" in row for row in rows)
