"""One's own gdtutor follows a class by reference, and its answers reach the class."""

import asyncio
import json
import re
import threading
from pathlib import Path

import pytest
from classes import CODE, KEY, PATIENCE, after, lesson_session, running_class, until
from pseudo_terminal import PseudoTerminal

from gdtutor.classroom.joining import SUBSYSTEM, read_answer, read_place
from gdtutor.classroom.own_question import own_question
from gdtutor.cli import main
from gdtutor.session.update import Posed, update


def test_the_class_is_told_by_reference_and_answers_count() -> None:
    async def work() -> None:
        session = lesson_session("bias", "backward:yhat")
        async with running_class(session) as room:
            connection = await room.connect("anna")
            process = await connection.create_process(subsystem=SUBSYSTEM, encoding=None)

            async def place() -> tuple[str, bool]:
                told = read_place(await asyncio.wait_for(process.stdout.readline(), PATIENCE))
                assert told is not None
                return told.link, told.is_asked

            assert await place() == ("gdtutor bias --at backward:yhat", False)
            session = update(session, Posed(own_question(session, "value")))[0]
            room.teach(session)
            assert (await place())[1]
            process.stdin.write(json.dumps({"answer": "0.125"}).encode() + b"\n")
            process.stdin.write(b'{"answer": 7}\nnonsense\n')
            await until(lambda: bool(room.hub.room.poll and room.hub.room.poll.replies))
            room.teach(after(session, "escape", "n"))
            assert await place() == ("gdtutor bias --at backward:z", False)
            assert room.hub.room.polls[-1].replies["anna"].verdict == "right"

    asyncio.run(work())


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"link": 1}', b"\xff"])
def test_what_is_no_place_is_left_out(text: bytes) -> None:
    assert read_place(text) is None
    assert read_answer(text.decode("latin-1")) == ""


def test_another_gdtutor_follows_and_comes_back(tmp_path: Path) -> None:
    """The class runs in an event loop of its own thread, the follower in a terminal."""
    session = lesson_session("bias", "forward:z")
    ready: list[tuple[asyncio.AbstractEventLoop, object]] = []
    is_ready, is_over = threading.Event(), threading.Event()

    async def work() -> None:
        async with running_class(session) as room:
            ready.append((asyncio.get_running_loop(), room))
            is_ready.set()
            await asyncio.to_thread(is_over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert is_ready.wait(PATIENCE)
        loop, room = ready[0]
        words = ("-m", "gdtutor", "join", f"anna@127.0.0.1:{room.port}")  # type: ignore[attr-defined]
        key = ("--fingerprint", KEY.get_fingerprint())
        with PseudoTerminal(*words, *key, environ={"HOME": str(tmp_path)}) as terminal:
            terminal.wait_for(lambda text: "Join code" in text)
            terminal.send(f"{CODE}\r")
            terminal.wait_for(lambda text: "step 2/13" in text and "tests: following" in text)
            terminal.send("n")
            terminal.wait_for(lambda text: "step 3/13" in text and "on your own" in text)
            loop.call_soon_threadsafe(room.teach, session, "p")  # type: ignore[attr-defined]
            terminal.send(".")
            terminal.wait_for(lambda text: re.search("step 1/13", text) is not None)
            terminal.send("q")
            assert terminal.wait_for_end() == 0
    finally:
        is_over.set()
        thread.join(PATIENCE)


def test_what_names_no_class_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["join", "nobody"]) == 2
    assert "names no class" in capsys.readouterr().err
