"""Students over SSH: following, walking alone, coming back, and what a connection may not do."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from weakref import ref

import asyncssh
import pytest
from asyncssh.packet import Boolean, String, UInt32
from classes import (
    CODE,
    RunningClass,
    after,
    lesson_session,
    pressed,
    running_class,
    screen_rows,
    until,
)

from gdtutor.classroom import server, student
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.polls import own_question
from gdtutor.classroom.room import joined, locked
from gdtutor.classroom.seats import opened_room
from gdtutor.classroom.student import StudentSession
from gdtutor.play.options import playground_of
from gdtutor.session.playing import play_session
from gdtutor.session.press import Press
from gdtutor.session.state import Playing, Session
from gdtutor.session.update import Posed, update
from gdtutor.view.screen import Reader

SIZES = ((40, 12), (80, 24), (132, 43))


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_all_who_follow_see_the_teachers_step_at_their_own_size() -> None:
    async def work() -> None:
        session = lesson_session("bias", "forward:z")
        async with running_class(session) as room:
            students = [await room.join(f"s{n}", size) for n, size in enumerate(SIZES)]
            readers = [Reader() for _ in SIZES]
            for keys in ((), ("n",), ("N",), ("P", "x")):
                session = room.teach(session, *keys)
                for student, size, reader in zip(students, SIZES, readers, strict=True):
                    wanted = screen_rows(room.hub.room.shared, *size, reader)
                    await student.sees(lambda rows, wanted=wanted: rows[:-2] == wanted)

    run(work())


def test_a_student_walks_alone_and_comes_back() -> None:
    async def work() -> None:
        session = lesson_session("bias", "forward:z")
        async with running_class(session) as room:
            anna, ben = await room.join("anna"), await room.join("ben")
            anna.press("ew1=0.9\r")
            await anna.shows("alone, . returns, ! help", "w₁ 0.9")
            session = room.teach(session, "n")
            await ben.shows("step 3/13", "w₁ 0.1")
            anna.press(".")
            await anna.shows("You follow the class", "step 3/13", "w₁ 0.1")
            assert room.hub.room.taught is session

    run(work())


def test_a_locked_class_follows() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            anna = await room.join("anna")
            anna.press("n")
            await anna.shows("alone, . returns, ! help")
            room.hub.lock()
            await anna.shows("The teacher has everyone follow", "step 2/13")
            anna.press("n")
            await anna.shows("follow for now")
            room.hub.lock()
            anna.press("n")
            await anna.shows("alone, . returns, ! help", "step 3/13")

    run(work())


async def pin_of(room: RunningClass, name: str) -> str:
    anna = await room.join(name)
    await anna.shows("PIN")
    found = re.search(r"PIN (\d{6})", "\n".join(anna.rows))
    assert found is not None
    return found[1]


def test_a_seat_survives_a_lost_connection_and_is_opened_by_its_pin_alone() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            anna = await room.join("anna")
            await anna.shows("PIN")
            anna.press("ew1=0.9\r")
            await anna.shows("w₁ 0.9")
            pin = room.hub.seat("anna").pin
            other = await room.join("anna")
            await other.shows("keeps your seat, anna-2")
            back = await room.join("anna", password=f"{CODE} {pin}")
            await back.shows("alone, . returns, ! help", "w₁ 0.9")
            assert b"Your seat was taken" in await anna.ended()
            wrong = "1" * 6 if pin != "1" * 6 else "2" * 6
            with pytest.raises(asyncssh.PermissionDenied):
                await room.join("anna", password=f"{CODE} {wrong}")

    run(work())


@asynccontextmanager
async def network(room: RunningClass) -> AsyncIterator[tuple[RunningClass, asyncio.Event]]:
    """Yield a class behind a network, and what is clear while that is frozen: up, but silent."""
    carries, writers, tasks = asyncio.Event(), list[asyncio.StreamWriter](), list[Any]()
    carries.set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            await carries.wait()
            writer.write(data)

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, out = await asyncio.open_connection("127.0.0.1", room.port)
        writers.extend((writer, out))
        tasks.extend(
            asyncio.ensure_future(carry(*ends)) for ends in ((reader, out), (there, writer))
        )

    between = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield RunningClass(room.hub, room.server, between.sockets[0].getsockname()[1]), carries
    finally:
        between.close()
        for task in tasks:
            task.cancel()
        for writer in writers:
            writer.close()
        await asyncio.gather(
            *tasks, *(writer.wait_closed() for writer in writers), return_exceptions=True
        )


def test_a_frozen_network_holds_nobody_up_and_the_seat_is_taken_again() -> None:
    async def work() -> None:
        session = lesson_session("bias", "forward:z")
        async with (
            running_class(session) as room,
            network(room) as (one, carries),
            network(room) as (other, others),
        ):
            anna = await one.join("anna")
            await anna.shows("step 2/13")
            (frozen,) = room.server.connections
            ben = await room.join("ben")
            await ben.shows("step 2/13")
            carries.clear()
            session = room.teach(session, "n")
            await ben.shows("step 3/13")
            assert room.hub.seat("anna").is_here
            # Who comes back over another network is let in before the frozen one is missed.
            bens = set(room.server.connections) - {frozen}
            back = await other.join("anna", password=f"{CODE} {room.hub.seat('anna').pin}")
            await back.shows("step 3/13")
            (again,) = set(room.server.connections) - bens - {frozen}
            # A class asks four times, every 15 seconds.
            frozen.set_keepalive(0.02, 2)
            await until(lambda: frozen not in room.server.connections)
            assert room.hub.seat("anna").is_here
            others.clear()
            again.set_keepalive(0.02, 2)
            await until(lambda: not room.hub.seat("anna").is_here)
            room.teach(session, "n")
            await ben.shows("step 4/13")
            for student in (anna, back):
                student.connection.abort()

    run(work())


class Ahead(asyncio.SelectorEventLoop):
    """An event loop whose clock a test sets ahead."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead

    async def pass_by(self, seconds: float) -> None:
        """Let time pass at once, and what was due by then be done."""
        self.ahead += seconds
        for _ in range(50):
            await asyncio.sleep(0)


def run_ahead(work: Callable[[Ahead], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=Ahead) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, Ahead)
        runner.run(work(loop))


def test_a_student_whose_network_is_gone_is_gone_after_a_minute() -> None:
    async def work(loop: Ahead) -> None:
        async with (
            running_class(lesson_session("bias", "forward:z")) as room,
            network(room) as (one, carries),
        ):
            anna, ben = await one.join("anna"), await room.join("ben")
            await anna.shows("step 2/13")
            await ben.shows("step 2/13")
            carries.clear()
            for _ in range(3):
                await loop.pass_by(server.KEEPALIVE_SECONDS)
                assert room.hub.seat("anna").is_here
                # Who is there answers each time.
                await until(lambda: 0 in [one._keepalive_count for one in room.server.connections])
            await loop.pass_by(server.KEEPALIVE_SECONDS)
            await until(lambda: not room.hub.seat("anna").is_here)
            assert room.hub.seat("ben").is_here
            anna.connection.abort()

    run_ahead(work)


def test_a_terminal_that_reads_nothing_for_a_minute_is_hung_up() -> None:
    async def work(loop: Ahead) -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            connection = await room.connect("anna")
            process = await connection.create_process(
                term_type="xterm", term_size=(200, 60), encoding=None, window=4096
            )
            await until(lambda: bool(room.hub._lines))
            (line,) = room.hub._lines.values()
            assert isinstance(line, StudentSession)
            for number in range(1000):
                if line._stall_timer is not None:
                    break
                # Each is a whole screen, which nobody reads.
                width = 200 + number % 2
                process.change_terminal_size(width, 60)
                await until(lambda width=width: line._screen.terminal.width == width)
                await loop.pass_by(student.PAINT_EVERY)
                await until(lambda: not line._is_stale and line._painting is None)
            assert line._stall_timer is not None
            for passes in (student.STALLED - 1, 2):
                assert room.hub.seat("anna").is_here
                await loop.pass_by(passes)
            await until(lambda: not room.hub.seat("anna").is_here)

    run_ahead(work)


def test_a_class_that_is_begun_again_is_joined_anew(tmp_path: Path) -> None:
    # Clients that know the host know it again.
    first, second = (server.host_key(tmp_path).get_fingerprint() for _ in range(2))
    assert first == second

    async def work() -> None:
        session = lesson_session("bias", "forward:z")
        async with running_class(session) as room:
            anna = await room.join("anna")
            await anna.shows("step 2/13")
            pin = room.hub.seat("anna").pin
            # The teacher's machine is gone without a word.
            room.server.hub.end = lambda: None  # type: ignore[method-assign]
        with pytest.raises((asyncssh.Error, OSError)):
            await anna.ended()
        async with running_class(session) as room:
            # A PIN of the class before opens nothing; the code does, and the seat is new.
            with pytest.raises(asyncssh.PermissionDenied):
                await room.join("anna", password=f"{CODE} {pin}")
            back = await room.join("anna")
            await back.shows("step 2/13", "PIN")
            assert list(room.hub.room.seats) == ["anna"]

    run(work())


def test_a_student_is_told_that_nothing_is_trained_and_walks_on() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            anna = await room.join("anna", size=(120, 36))
            await anna.shows("step 2/13")
            anna.press("tS")
            await anna.shows("sweep")
            anna.press("learning_rate=0.1,1\r")
            await anna.shows("Nothing is trained here")
            anna.press(".")
            await anna.shows("step 2/13")

    run(work())


def test_a_student_opens_no_file_and_learns_of_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "\n".join(f"{n},{-n},{n % 2}" for n in range(12))
    (tmp_path / "grades.csv").write_text(f"one,two,pass\n{rows}\n")
    (tmp_path / "open.csv").write_text(f"wide,high,kind\n{rows}\n")
    monkeypatch.chdir(tmp_path)
    room = opened_room(play_session(Session(), playground_of({"data": "open.csv"})))
    room = joined(room, "anna", "1234", "")

    def tells(name: str) -> str:
        nonlocal room
        for key in ("e", "ctrl+u", *name, "enter"):
            room = pressed(room, "anna", Press(key, key if len(key) == 1 else None))
        own = room.seats["anna"].own
        assert isinstance(own, Playing)
        assert own.prompt is not None or own.play.playground.data == name
        told = own.prompt.error if own.prompt else ""
        room = pressed(room, "anna", Press("escape"))
        return told

    assert "a class reads no files of yours" in tells("grades.csv")
    assert tells("grades.csv") == tells("nothing.csv") == tells("../grades.csv") != ""
    for name in ("moons", "open.csv"):
        assert tells(name) == ""


def test_the_end_of_the_class_gives_terminals_back() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            anna = await room.join("anna")
            await anna.shows("The bias to the rescue")
            room.hub.end()
            received = await anna.ended()
            assert received.endswith(b"\x1b[?1049lThe teacher has ended the class.\r\n")

    run(work())


def test_q_leaves_and_the_seat_stays() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            anna = await room.join("anna")
            await anna.shows("The bias to the rescue")
            anna.press("q")
            pin = room.hub.seat("anna").pin
            told = (await anna.ended()).decode().replace("\r\n", " ")
            assert f"the PIN {pin}, brings you back" in told
            await until(lambda: not room.hub.seat("anna").is_here)

    run(work())


@pytest.mark.sampled
@pytest.mark.parametrize("password", ["", "482914", f"{CODE}0", "\x00", "é" * 100])
def test_a_wrong_code_does_not_come_in(password: str) -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            with pytest.raises(asyncssh.DisconnectError):
                await room.connect("anna", password)
            assert not room.hub.room.seats

    run(work())


def test_a_packet_is_encrypted_in_one_step_and_a_client_without_has_another_cipher() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            connection = await room.connect("anna")
            assert connection.get_extra_info("send_cipher").endswith("-gcm@openssh.com")
            old = await room.connect("ben", encryption_algs=["aes128-ctr"])
            assert old.get_extra_info("recv_cipher") == "aes128-ctr"

    run(work())


def test_nothing_but_the_class_is_to_be_had() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            connection = await room.connect("anna")
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.create_process("id", encoding=None)
            connection = await room.connect("anna")
            with pytest.raises((asyncssh.ChannelOpenError, asyncssh.SFTPError)):
                await connection.start_sftp_client()
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_connection("127.0.0.1", room.port)
            with pytest.raises(asyncssh.ChannelListenError):
                await connection.start_server(lambda *_: None, "127.0.0.1", 0)
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_unix_connection("/tmp/no-socket")
            with pytest.raises(asyncssh.ChannelListenError):
                await connection.start_unix_server(lambda *_: None, "/tmp/no-socket")
            assert not room.hub.room.seats

    run(work())


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("request_name", "what"),
    [
        (b"auth-agent-req@openssh.com", ()),
        (b"auth-agent-req", ()),
        (b"x11-req", (Boolean(False), String(b"MIT-MAGIC-COOKIE-1"), String(b"00"), UInt32(0))),
        (b"exec", (String(b"id"),)),
        (b"subsystem", (String(b"sftp"),)),
        (b"shell", ()),
    ],
)
def test_a_terminal_of_the_class_is_given_nothing_more(
    request_name: bytes, what: tuple[bytes, ...]
) -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            anna = await room.join("anna")
            await anna.shows("step 2/13")
            channel = anna.process.channel
            assert not await channel._make_request(request_name, *what)
            # Nor is it asked back for a way to the student's machine, and the class goes on.
            room.teach(room.hub.room.taught, "n")
            await anna.shows("step 3/13")
            assert list(room.hub.room.seats) == ["anna"]

    run(work())


def test_a_name_is_shown_as_it_is_and_run_by_nothing() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            student = await room.join("[b]日本 $(id)")
            await student.shows("[b]", "PIN")
            assert list(room.hub.room.seats) == ["[b]日本 $(id)"]

    run(work())


def test_a_flood_of_keys_is_thinned_and_the_class_goes_on() -> None:
    async def work() -> None:
        session = lesson_session("bias", "forward:z")
        async with running_class(session) as room:
            anna, ben = await room.join("anna"), await room.join("ben")
            anna.press("\x1b[200~" + "x" * (1 << 20))
            for number in range(20):
                anna.process.change_terminal_size(40 + number, 12 + number)
            room.teach(session, "n")
            await ben.shows("step 3/13")
            anna.process.change_terminal_size(80, 24)
            anna.connection.abort()

    run(work())


def test_the_last_frame_after_a_storm_of_sizes_is_the_one_of_the_last_size() -> None:
    async def work() -> None:
        session = lesson_session("bias", "forward:z")
        async with running_class(session) as room:
            anna = await room.join("anna", (80, 24))
            await anna.shows("step 2/13")
            for number, size in enumerate((w, h) for w in (31, 60, 132, 7) for h in (9, 43, 24)):
                anna.process.change_terminal_size(*size)
                if number % 3 == 0:
                    session = room.teach(session, "np"[number % 2])
                await asyncio.sleep(0)
            for size in SIZES:
                anna.process.change_terminal_size(*size)
            # The emulator is as large as the terminal at last.
            anna.screen.resize(size[1], size[0])
            wanted = [row.rstrip() for row in screen_rows(room.hub.room.shared, *size)]
            await anna.sees(lambda rows: rows[:-2] == wanted)
            # Nothing of another size comes after it.
            anna.press("!")
            await anna.shows("sees that you ask for help")
            assert anna.rows[:-2] == wanted

    run(work())


@pytest.mark.slow
@pytest.mark.parametrize("is_paste", [True, False])
def test_a_long_line_reaches_the_input_whole(is_paste: bool) -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            anna = await room.join("anna", size=(240, 40))
            await anna.shows("step 2/13")
            anna.press("n:")
            await anna.shows("go to")
            line = "abcdefghij" * 19
            anna.press(f"\x1b[200~{line}\x1b[201~" if is_paste else line)
            await anna.shows(line)

    run(work())


def test_a_key_with_alt_walks_on_from_a_question_and_those_behind_it_are_heard() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            anna = await room.join("anna")
            await anna.shows("step 2/13")
            anna.press("rn")
            await anna.shows("step 3/13", "your answer")
            anna.press("\x1bn")
            await anna.shows("step 3/13", "This is the worked line")
            anna.press(".")
            await anna.shows("You follow")
            asked = Posed(own_question(room.hub.room.taught, "value"))
            room.teach(update(room.hub.room.taught, asked)[0])
            await anna.shows("your answer")
            anna.press("0.5")
            anna.press("\x1bn")
            await anna.shows("alone, . returns", "step 4/13")
            poll = room.hub.room.poll
            assert poll is not None
            assert poll.has_answer("anna")
            anna.press("n")
            await anna.shows("alone, . returns", "backward")

    run(work())


@pytest.mark.slow
def test_a_paste_without_an_end_is_over_after_a_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(student, "SILENCE", 0.005)

    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            anna = await room.join("anna")
            await anna.shows("step 2/13")
            anna.press("\x1b[200~n")
            (session,) = room.hub._lines.values()
            assert isinstance(session, StudentSession)
            await until(lambda: session._keyboard.is_waiting)
            await until(lambda: not session._keyboard.is_waiting)
            anna.press("n")
            await anna.shows("step 3/13")

    run(work())


@pytest.mark.slow
def test_who_types_too_fast_is_told_that_keys_were_dropped() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            anna = await room.join("anna", size=(120, 36))
            await anna.shows("step 2/13")
            anna.press("np" * 300)
            await anna.shows("some keys were dropped")

    run(work())


def test_who_reads_nothing_holds_nobody_up() -> None:
    async def work() -> None:
        session = lesson_session("bias", "forward:z")
        async with running_class(session) as room:
            connection = await room.connect("anna")
            # A window as small as one frame, which is never read.
            await connection.create_process(
                term_type="xterm", term_size=(200, 60), encoding=None, window=4096
            )
            ben = await room.join("ben")
            await ben.shows("step 2/13")
            for _ in range(30):
                session = room.teach(session, "n")
                await asyncio.sleep(0)
            await ben.sees(lambda rows: rows[0] == screen_rows(room.hub.room.shared, 80, 24)[0])
            assert after(session, "p") is not session

    run(work())


def test_who_gives_no_name_has_one_and_leaves_the_seat_when_gone() -> None:
    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            nobody = await room.join("")
            await nobody.shows("keeps your seat, somebody")
            nobody.connection.abort()
            await until(lambda: not room.hub.seat("somebody").is_here)

    run(work())


def test_what_was_changed_alone_is_kept_while_one_follows() -> None:
    room = joined(opened_room(lesson_session("bias", "forward:z")), "anna", "123456", "")
    for key in ("e", *"w1=0.9", "enter", "full_stop"):
        room = pressed(room, "anna", Press(key, key if len(key) == 1 else None))
    assert room.seats["anna"].own is None
    assert "goes back to your own walk" in room.seats["anna"].notice
    room = pressed(room, "anna", Press("full_stop", "."))
    own = room.seats["anna"].own
    assert own is not None
    assert own.changes[0].text() == "w1=0.9"
    room = locked(room)
    room = pressed(room, "anna", Press("full_stop", "."))
    assert room.seats["anna"].own is None


@pytest.mark.slow
def test_a_refused_code_or_pin_is_named_where_it_is_asked_for_again_after_a_longer_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sleep, waits = asyncio.sleep, []

    async def at_once(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr(server.asyncio, "sleep", at_once)

    class Asked(asyncssh.SSHClient):
        def __init__(self, given: list[str]) -> None:
            self.given, self.heard = given, ""

        def kbdint_auth_requested(self) -> str:
            return ""

        def kbdint_challenge_received(
            self, name: str, instructions: str, lang: str, prompts: list[tuple[str, bool]]
        ) -> list[str]:
            self.heard += "".join(text for text, _ in prompts)
            return [self.given.pop(0) for _ in prompts]

    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            await (await room.join("vic")).shows("PIN")
            pin = room.hub.seat("vic").pin
            client = Asked(["000000", CODE, "no", CODE, pin])
            await asyncssh.connect(
                "127.0.0.1", room.port, username="vic", known_hosts=None, client_keys=None,
                config=None, agent_path=None, client_factory=lambda: client,
                preferred_auth=["keyboard-interactive"],
            )  # fmt: skip
            assert not client.given
            assert "That is not the code of this class. Join code: " in client.heard
            assert "PIN of the seat of vic (Enter" in client.heard
            assert "That is not the PIN of the seat of that name. Join code: " in client.heard
        assert waits == [0.5, 0.5, 1.0, 1.0]

    run(work())


def test_wrong_pins_shut_nobody_out() -> None:
    hub = ClassHub()
    hub.teach(lesson_session("bias"))
    room = joined(hub.room, "vic", "123456", "")
    hub.room = room
    assert not any(hub.opens_seat("vic", f"{wrong:06}") for wrong in range(500))
    assert hub.opens_seat("vic", "123456")


def test_connections_that_say_nothing_keep_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "DOOR_SECONDS", 0.01)

    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            silent = [
                await asyncio.open_connection("127.0.0.1", room.port)
                for _ in range(2 * server.DOORS)
            ]
            anna = await room.join("anna")
            await anna.shows("keeps your seat, anna")
            for _, writer in silent:
                writer.close()

    run(work())


def test_a_connection_that_is_gone_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(student, "LINGERING", 1e6)

    async def work() -> None:
        async with running_class(lesson_session("bias")) as room:
            anna = await room.join("anna")
            await anna.shows("PIN")
            (kept,) = map(ref, room.server.connections)
            anna.connection.abort()

            def is_gone() -> bool:
                gc.collect()
                return kept() is None

            await until(is_gone)

    run(work())
