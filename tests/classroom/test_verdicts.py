"""A program that is judged on a student's own machine: the class hears names and counts of it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import asyncssh
import pytest
from classes import CODE, KEY, PATIENCE, RunningClass, Watched, lesson_session, running_class, until

from gdtutor.classroom import record
from gdtutor.classroom.board import Invitation, noted, panel_rows, programs
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.polls import ToldVerdict
from gdtutor.classroom.record import ClassRecorder, kept_classes
from gdtutor.classroom.screens import SharedScreens
from gdtutor.classroom.student import Guest
from gdtutor.classroom.telling import NOTES_SUBSYSTEM, SUBSYSTEM, VERDICT
from gdtutor.classroom.verdicts import NO_VERDICT, taken
from gdtutor.cli import judge_program, main
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from tests.judge.corpus import HIDDEN

WRONG = HIDDEN.replace("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat")
AT_DZ2 = ToldVerdict("xor-hidden", 6, 13, "dZ2", "local factor missing")
ALL_RIGHT = ToldVerdict("xor-hidden", 13, 13, "", "")


@contextmanager
def class_in_a_thread() -> Iterator[RunningClass]:
    """Run a class in an event loop of its own thread: who judges has the main one."""
    ready: list[RunningClass] = []
    is_ready, is_over = threading.Event(), threading.Event()

    async def work() -> None:
        async with running_class(lesson_session("xor-hidden", "backward:Z2")) as room:
            ready.append(room)
            is_ready.set()
            await asyncio.to_thread(is_over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert is_ready.wait(PATIENCE)
        yield ready[0]
    finally:
        is_over.set()
        thread.join(PATIENCE)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a program with one line wrong, of somebody who types the class's code."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    typed(monkeypatch, CODE)
    path = tmp_path / "mine.py"
    path.write_text(WRONG, encoding="utf-8")
    return path


def typed(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr("gdtutor.cli.join.getpass", lambda *_: code)


def judged(path: Path, port: int, *more: str) -> int:
    told = ("--class", f"anna@127.0.0.1:{port}", "--fingerprint", KEY.get_fingerprint())
    return main(["judge", "xor-hidden", str(path), *told, *more])


def panel(hub: ClassHub) -> str:
    invitation = Invitation("ML", "host", 8022, CODE, "SHA256:x")
    return "\n".join(text_of(row) for row in panel_rows(hub.room, invitation, 80, UNICODE))


@pytest.mark.slow
def test_a_verdict_reaches_the_class_and_no_other_seat_than_ones_own(
    program: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with class_in_a_thread() as room:
        assert judged(program, room.port, "--json") == 1
        said = capsys.readouterr()
        seat = room.hub.seat("anna")
        assert seat.verdict == AT_DZ2
        assert not seat.is_here
        assert said.err == (
            f"The class has anna's verdict. PIN {seat.pin}, after the code, opens the seat again.\n"
        )
        assert json.loads(said.out)["first"]["name"] == "dZ2"
        assert "own machine: 1 at dZ2" in panel(room.hub)
        assert "6 of 13" not in panel(room.hub)
        # Who has had a program judged may never have been here.
        assert "1 not here: anna" in panel(room.hub)
        assert "program 6 of 13 at dZ2" in noted(room.hub.room)
        # Without the PIN it could be anybody.
        program.write_text(HIDDEN, encoding="utf-8")
        assert judged(program, room.port) == 0
        assert "anna has a seat; type its PIN" in capsys.readouterr().err
        assert room.hub.seat("anna").verdict == AT_DZ2
        typed(monkeypatch, f"{CODE} {seat.pin}")
        assert judged(program, room.port) == 0
        assert capsys.readouterr().err == "The class has anna's verdict.\n"
        assert room.hub.seat("anna").verdict == ALL_RIGHT
        assert list(room.hub.room.seats) == ["anna"]
        typed(monkeypatch, "000000")
        assert judged(program, room.port) == 0
        refused = capsys.readouterr()
        assert "All 13 names are right" in refused.out
        assert refused.err == "The class has no verdict: the code, or the PIN, is another one\n"
    assert judged(program, room.port) == 0
    assert "The class has no verdict: there is no class" in capsys.readouterr().err
    assert main(["judge", "xor-hidden", str(program), "--class", "nobody"]) == 2


@pytest.mark.slow
def test_a_program_that_is_watched_is_told_whenever_its_verdict_changes(
    program: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [f"{WRONG}\n# the same", "Z1 = (", HIDDEN]

    def save_or_end(_: float) -> None:
        if not texts:
            raise KeyboardInterrupt
        program.write_text(texts.pop(0), encoding="utf-8")

    monkeypatch.setattr(judge_program, "sleep", save_or_end)
    with class_in_a_thread() as room:
        assert judged(program, room.port, "--watch") == 130
        assert room.hub.seat("anna").verdict == ALL_RIGHT
    said = capsys.readouterr()
    assert said.out.count("6 of 13 names are right") == 2
    assert said.err.count("The class has anna's verdict") == 2


@pytest.mark.slow
def test_who_follows_stays_and_one_word_is_all_that_is_heard() -> None:
    async def work() -> None:
        async with running_class(lesson_session("xor-hidden", "backward:Z2")) as room:
            anna = await room.join("anna")
            await anna.shows("PIN")
            password = f"{CODE} {room.hub.seat('anna').pin}"
            text = '{"lesson": "xor-hidden", "right": %d, "asked": 13, "first": "", "slip": ""}'
            word = f'{{"verdict": {text}}}\n'.encode()
            connection = await room.connect(f"anna{VERDICT}", password)
            process = await connection.create_process(subsystem=SUBSYSTEM, encoding=None)
            process.stdin.write(word % 5 + word % 6)
            assert json.loads(await process.stdout.read())["problem"] == ""
            assert room.hub.seat("anna").verdict == ToldVerdict("xor-hidden", 5, 13, "", "")
            assert room.hub.seat("anna").is_here
            anna.press("n")
            await anna.shows("on your own")
            # Nothing else is given to it, and on another channel it is not heard.
            other = await room.connect(f"anna{VERDICT}", password)
            for wish in ({"subsystem": NOTES_SUBSYSTEM}, {"term_type": "xterm"}, {"command": "ls"}):
                with pytest.raises(asyncssh.ChannelOpenError):
                    await other.create_process(encoding=None, **wish)
            follower = await room.connect("ben")
            process = await follower.create_process(subsystem=SUBSYSTEM, encoding=None)
            process.stdin.write(word % 1 + b'{"help": true}\n')
            await until(lambda: "ben" in room.hub.room.seats and room.hub.seat("ben").wants_help)
            assert room.hub.seat("ben").verdict is None

    asyncio.run(work())


@pytest.mark.sampled
@pytest.mark.parametrize(
    "told",
    [
        ToldVerdict("nowhere", 1, 13, "", ""),
        ToldVerdict("../mine", 1, 13, "", ""),
        ToldVerdict("xor-hidden", 14, 13, "", ""),
        ToldVerdict("xor-hidden", -1, 13, "", ""),
        ToldVerdict("xor-hidden", 7, 12, "", ""),
        ToldVerdict("xor-hidden", 7, 10**30, "", ""),
        ToldVerdict("xor-hidden", 7, 13, "dZ9", ""),
        ToldVerdict("xor-hidden", 7, 13, "\x1b[31m", ""),
        ToldVerdict("xor-hidden", 7, 13, "dZ2", "a slip of my own"),
        ToldVerdict("xor-hidden", 7, 13, "", "sign flipped"),
    ],
)
def test_what_no_program_of_the_lesson_comes_to_is_dropped(told: ToldVerdict) -> None:
    async def work() -> None:
        hub = ClassHub()
        hub.teach(lesson_session("bias", "backward:z"))
        assert (await taken(hub, Guest("anna"), told)).problem == NO_VERDICT
        assert not hub.room.seats
        assert not (await taken(hub, Guest("anna"), AT_DZ2)).problem
        assert (await taken(hub, Guest("anna", returns=True), told)).problem == NO_VERDICT
        assert hub.seat("anna").verdict == AT_DZ2
        assert "has a seat" in (await taken(hub, Guest("Anna"), AT_DZ2)).problem

    asyncio.run(work())


def test_an_update_may_depart_where_the_lesson_trains() -> None:
    async def work() -> None:
        hub = ClassHub()
        hub.teach(lesson_session("bias"))
        told = ToldVerdict("xor-hidden", 13, 13, "W1", "step in the wrong direction")
        assert not (await taken(hub, Guest("anna"), told)).problem
        assert programs(hub.room)[0].endswith(": 1 at W1 in xor-hidden")

    asyncio.run(work())


def test_verdicts_are_kept_and_told_in_the_report_and_older_records_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(record, "CLOSING_SECONDS", PATIENCE)
    path = tmp_path / "c"
    recorder = ClassRecorder(path, "ML", lambda: 1e9)
    hub = ClassHub(recorder=recorder)
    hub.teach(lesson_session("xor-hidden", "backward:Z2"))
    hub.join("anna", Watched(hub, SharedScreens(), (80, 24)), returns=False)

    async def work() -> None:
        for told in (AT_DZ2, AT_DZ2, ALL_RIGHT):
            reply = await taken(hub, Guest("anna", returns=True), told)
            assert reply.is_kept
        await taken(hub, Guest("ben"), AT_DZ2)

    asyncio.run(work())
    assert programs(hub.room)[0].endswith(": 1 right, 1 at dZ2")
    hub.end()
    recorder.close()
    assert not recorder.problem
    (kept,) = kept_classes(path)
    assert [(v.name, v.right) for v in kept.verdicts] == [("anna", 6), ("anna", 13), ("ben", 6)]
    assert main(["class-report", str(path)]) == 0
    told = capsys.readouterr().out
    assert "      2 xor-hidden, dZ2 (local factor missing)" in told
    assert "anna: 0 of 0 right; program of xor-hidden 13 of 13; here" in told
    assert "ben: 0 of 0 right; program of xor-hidden 6 of 13, dZ2 (local factor missing)" in told
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE verdict")
    assert kept_classes(path)[0].verdicts == ()
