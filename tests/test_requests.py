"""Effects are closed: some are answered alike for all, the others are each front end's own."""

from pathlib import Path
from typing import get_args

import pytest

from gdtutor.drive import effects as headless
from gdtutor.drive.effects import REHEARSED, Outside, answered
from gdtutor.session.effects import (
    CopyText,
    Effect,
    OpenLesson,
    OwnEffect,
    Request,
    SweepRuns,
    Train,
    WriteFile,
)
from gdtutor.session.state import Session

OWN = get_args(OwnEffect)


def blank(kind: type) -> Effect:
    required = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
    return kind(*[""] * required)


def test_every_effect_is_a_request_or_each_front_end_s_own() -> None:
    assert {*get_args(Request), *OWN} == set(get_args(Effect))
    assert not {*get_args(Request)} & {*OWN}


def test_requests_are_answered_and_the_others_are_left_in_their_order(tmp_path: Path) -> None:
    outside, own = Outside(), [blank(kind) for kind in OWN]
    missing = tmp_path / "no.md"
    effects = (*own[:2], OpenLesson(str(missing)), *own[2:])
    session, left = answered(Session(), effects, outside)
    assert left == tuple(own)
    assert "there is no such file" in session.message


@pytest.mark.parametrize("kind", sorted({*OWN} - {Train, SweepRuns}, key=str))
def test_nothing_that_is_done_on_a_screen_is_missed_without_one(kind: type) -> None:
    session = Session()
    assert headless.carried_out(session, [blank(kind)]) is session


def test_a_file_is_written_under_a_name_that_is_free_and_told(tmp_path: Path) -> None:
    def written(text: str, **told: object) -> str:
        effect = WriteFile(tmp_path / "a.txt", lambda name: f"{name}: {text}", **told)
        session, left = answered(Session(), [effect], Outside())
        assert not left
        assert not session.is_error
        return session.message

    where = tmp_path.resolve()
    assert written("one") == f"Wrote it to {where / 'a.txt'}"
    assert written("two", what="that", leads=lambda path: f": see {path}.") == (
        f"Wrote that to {where / 'a-2.txt'}: see {tmp_path / 'a-2.txt'}."
    )
    assert written("one") == f"{where / 'a.txt'} holds it already"
    assert written("two") == f"{where / 'a-2.txt'} holds it already"
    found = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert found == {"a.txt": "a: one", "a-2.txt": "a-2: two"}


def test_what_is_rehearsed_writes_no_file_and_says_so(tmp_path: Path) -> None:
    effect = WriteFile(tmp_path / "a.txt", lambda _: "")
    session, left = answered(Session(), [effect, CopyText("link")], REHEARSED)
    assert "No file is written here" in session.message
    assert left == (CopyText("link"),)
    assert not [*tmp_path.iterdir()]
