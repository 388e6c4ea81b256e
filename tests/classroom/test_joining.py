"""One's own gdtutor follows a class by reference, and its answers reach the class."""

import asyncio
import io
import threading
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import asyncssh
import pytest
from classes import CODE, KEY, PATIENCE, after, lesson_session, running_class, screen_rows, until
from pseudo_terminal import PseudoTerminal

from gdtutor.classroom.admission import NOTES_NAME, SECRET_DIGITS, random_digits
from gdtutor.classroom.board import counts
from gdtutor.classroom.joining import OPEN_KEYS, Following
from gdtutor.classroom.login import ClassLogin, hear_notes
from gdtutor.classroom.podium import Podium, PodiumServices
from gdtutor.classroom.polls import own_question
from gdtutor.classroom.room import joined
from gdtutor.classroom.screens import LOCKED_KEYS
from gdtutor.classroom.seats import Classroom, opened_room
from gdtutor.classroom.stops import SpeakerNotes, notes_text
from gdtutor.classroom.telling import (
    NOTES_SUBSYSTEM,
    SUBSYSTEM,
    ClassPlace,
    FollowerWord,
    PlaceTeller,
    ToldQuestion,
    at_place,
    read_notes_line,
    read_place,
    read_word,
)
from gdtutor.cli import main
from gdtutor.cli.join import confirm
from gdtutor.cli.talk import session_of_link
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.state import Status, Walk
from gdtutor.session.update import Posed, StopOpened, update
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of


def class_at(room: Classroom) -> str:
    return " ".join(counts(room))


async def told_until(
    process: asyncssh.SSHClientProcess[bytes], wanted: Callable[[ClassPlace], bool]
) -> ClassPlace:
    """Read what a follower is told until it is as wanted."""
    while True:
        place = read_place(await asyncio.wait_for(process.stdout.readline(), PATIENCE))
        assert place is not None
        if wanted(place):
            return place


def test_the_class_and_its_question_are_told_by_reference_and_answers_count() -> None:
    async def work() -> None:
        session = lesson_session("bias", "backward:yhat")
        async with running_class(session) as room:
            connection = await room.connect("anna")
            process = await connection.create_process(subsystem=SUBSYSTEM, encoding=None)
            first = await told_until(process, lambda _: True)
            assert (first.link, first.question) == ("gdtutor bias --at backward:yhat", None)
            assert "PIN" in first.notice
            asked = own_question(session, "Should the bias grow? | grow | *shrink")
            session = update(session, Posed(asked))[0]
            room.teach(session)
            place = await told_until(process, lambda told: told.question is not None)
            assert place.question is not None
            assert place.question.text == "Should the bias grow?"
            assert place.question.choices == ("grow", "shrink")
            # What is asked here is asked there, on the same screen.
            theirs = at_place(session_of_link(place.link), place)
            assert screen_rows(theirs, 80, 24) == screen_rows(room.hub.room.shared, 80, 24)
            for text in (b'{"answer": 7}', b"nonsense", b'{"answer": "blue"}', b'{"answer": "2"}'):
                process.stdin.write(text + b"\n")
            place = await told_until(process, lambda told: "is in" in told.notice)
            assert "right" not in place.notice
            room.teach(after(session, "escape", "n"))
            place = await told_until(process, lambda told: told.question is None)
            assert place.notice == "Your answer shrink: right."
            room.hub.show_results(True)
            place = await told_until(process, lambda told: bool(told.answers))
            assert "shrink (right)" in " ".join(place.answers)
            assert place.heard == 4
            process.stdin.write(b'{"away": true}\n{"help": true}\n')
            await until(lambda: room.hub.seat("anna").wants_help)
            assert room.hub.seat("anna").own is not None
            process.stdin.write(b'{"away": true, "at": "update:w1\\u001b[31m"}\n')
            await until(lambda: "elsewhere at update:w1␛[31m" in class_at(room.hub.room))
            room.hub.lock()
            await told_until(process, lambda told: not told.is_away)

    asyncio.run(work())


@pytest.mark.parametrize("text", [b"", b"[]", b'{"question": 1}', b'{"link": 1}', b"\xff"])
def test_what_is_no_place_is_left_out(text: bytes) -> None:
    assert read_place(text) is None
    assert read_word(text.decode("latin-1")) == FollowerWord()


def test_places_are_opened_one_after_the_other_and_shown_although_the_class_goes_on() -> None:
    """Training makes a new place several times a second, each of which takes its time to open."""
    opened, may_go = list[str](), threading.Event()

    def open_link(link: str) -> Walk:
        may_go.wait(PATIENCE)
        opened.append(link)
        return lesson_session("bias")

    async def work() -> None:
        acted = list[object]()
        following = Following(UNICODE, ClassLogin("anna", "", 0, "", KEY), open_link)
        following._act = acted.append
        for link in "abc":
            following._take(ClassPlace(link))
        may_go.set()
        await until(lambda: len(acted) == 2)
        assert opened == ["a", "c"]

    asyncio.run(work())


def test_who_catches_up_with_the_classs_training_is_told_so_and_not_that_it_rests() -> None:
    async def work() -> None:
        acted = list[StopOpened]()
        following = Following(UNICODE, ClassLogin("anna", "", 0, "", KEY), session_of_link)
        following._act = acted.append  # type: ignore[assignment]
        playing = session_of_link("gdtutor play --keys 3n")
        for status, told in ((Status.RUNNING, "catching up"), (Status.PAUSED, "paused")):
            # Both have come as far, and so the link is the same.
            training = replace(playing.train.snapshot, status=status)
            room = opened_room(playing.with_train(snapshot=training))
            room = joined(room, "anna", "1234", "")
            place = read_place(PlaceTeller().told(room, room.seats["anna"], 0))
            assert place is not None
            following._take(place)
            await until(lambda: len(acted) == 1)
            text = following.dressed(frame_of(acted.pop().session, 80, 24, UNICODE)).text()
            assert told in text.splitlines()[0]
            assert ("you are catching up" in text) == (status is Status.RUNNING)

    asyncio.run(work())


def test_the_keys_are_those_that_work() -> None:
    following = Following(UNICODE, ClassLogin("anna", "", 0, "", KEY), session_of_link)
    frame = frame_of(lesson_session("bias", "forward:z"), 80, 24, UNICODE)
    assert "walks on your own" in following.dressed(frame).text()
    assert "q quit" in following.dressed(frame).text()
    following._take(ClassPlace(is_locked=True))
    assert LOCKED_KEYS[0] in following.dressed(frame).text()
    assert "q quit" not in following.dressed(frame).text()
    question = ToldQuestion("sign", 2, (), "q", "", ())
    following._take(ClassPlace(question=question, may_answer=True))
    rows = following.dressed(frame).text().splitlines()
    assert rows[-1].strip() == OPEN_KEYS
    assert "q quit" not in "\n".join(rows)
    # What is typed into a question of one's own walk is text, a point as well.
    following._process = following._telling = Mock()
    following._take(ClassPlace(is_away=True))
    following.shows(after(lesson_session("bias", "step:8"), "r", "n"))
    told = following.dressed(frame).text()
    assert "on your own, Esc, then . returns." in told
    assert "Esc leaves the input, then . returns" in told
    following.shows(lesson_session("bias", "forward:z"))
    assert "on your own, . returns." in following.dressed(frame).text()
    following._tell("has ended; q leaves")
    told = following.dressed(frame).text()
    assert "The class: has ended; q leaves." in told
    assert "returns" not in told


def test_a_host_key_is_confirmed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n\n"))
    for _ in range(2):
        confirm("host:8022", "SHA256:one", "")
    assert capsys.readouterr().err.count("Type yes") == 1
    with pytest.raises(GdTutorError, match="was not confirmed"):
        confirm("host:8022", "SHA256:two", "")
    assert "another one than last time (SHA256:one)" in capsys.readouterr().err


@pytest.mark.slow
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
        home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
        with PseudoTerminal(*words, *key, environ=home) as terminal:
            terminal.wait_for(lambda text: "Join code" in text)
            terminal.send(f"{CODE}\r")
            terminal.wait_for(lambda text: "step 2/13" in text and "PIN" in text)
            terminal.send("n")
            terminal.wait_for(lambda text: "step 3/13" in text and "on your own" in text)
            told = until(lambda: "elsewhere at forward:yhat" in class_at(room.hub.room))  # type: ignore[attr-defined]
            asyncio.run_coroutine_threadsafe(told, loop).result(PATIENCE)
            # What was changed is kept while one follows.
            terminal.send("ew1 0.7\r")
            terminal.wait_for(lambda text: "*edited" in text)
            terminal.send(".")
            terminal.wait_for(lambda text: "step 2/13" in text and "goes back to your own" in text)
            terminal.send(".")
            terminal.wait_for(lambda text: "*edited" in text and "on your own" in text)
            asking = update(session, Posed(own_question(session, "sign")))[0]
            loop.call_soon_threadsafe(room.teach, asking)  # type: ignore[attr-defined]
            terminal.send(".")
            terminal.wait_for(lambda text: "your answer:" in text and "step 3/13" in text)
            loop.call_soon_threadsafe(room.teach, session)  # type: ignore[attr-defined]
            terminal.wait_for(lambda text: "step 2/13" in text)
            loop.call_soon_threadsafe(room.teach, asking)  # type: ignore[attr-defined]
            terminal.wait_for(lambda text: "your answer:" in text)
            terminal.send("+\r")
            terminal.wait_for(lambda text: "Your answer + is in" in text)
            assert "ŷ 0.5" not in terminal.text()
            loop.call_soon_threadsafe(room.teach, asking, "escape", "n")  # type: ignore[attr-defined]
            terminal.wait_for(lambda text: "step 3/13" in text and "Your answer +: right" in text)
            terminal.send("q")
            assert terminal.wait_for_end() == 0
    finally:
        is_over.set()
        thread.join(PATIENCE)


def test_the_teachers_secret_alone_shows_the_notes_on_another_machine(tmp_path: Path) -> None:
    file = tmp_path / "S.toml"
    file.write_text("[[stops]]\nlink = 'gdtutor bias --at forward:z'\nnote = 'Ask first.'\n")
    podium = Podium(file, PodiumServices(session_of_link, None, lambda: 1e9))
    secret, key = random_digits(SECRET_DIGITS), KEY.convert_to_public()
    seen: list[SpeakerNotes] = []

    def show(notes: SpeakerNotes | None) -> bool:
        seen.extend([notes] if notes is not None and notes not in seen else [])
        return True

    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z"), podium) as room:
            # Without a secret nothing opens them, an empty one neither.
            for wrong in ("", CODE):
                with pytest.raises(asyncssh.PermissionDenied):
                    await room.connect(NOTES_NAME, wrong)
            podium.open_to("here:8022", secret)
            hearings = [
                hear_notes(ClassLogin(NOTES_NAME, "127.0.0.1", room.port, given, key), show, 0.01)
                for given in (CODE, "0" * len(secret), secret)
            ]
            for refused in hearings[:2]:
                with pytest.raises(GdTutorError, match="not the teacher's secret"):
                    await refused
            with pytest.raises(asyncssh.PermissionDenied):
                await room.connect("anna", secret)
            assert not seen
            hearing = asyncio.ensure_future(hearings[2])
            await until(lambda: bool(podium.listeners))
            podium.at = 0
            podium.tell("1 here")
            await until(lambda: bool(seen))
            assert podium.notes is not None
            # Both clocks stand at the same minute, whatever they say.
            there = notes_text(seen[0], seen[0].began + 90)
            assert there == notes_text(podium.notes, podium.notes.began + 90)
            for text in ("Ask first.", "next: the end", "1 here", f"secret {secret}"):
                assert text in there
            # Nothing else is given to it: no shell, no seat, and no key is heard.
            other = await room.connect(NOTES_NAME, secret)
            with pytest.raises(asyncssh.ChannelOpenError):
                await other.create_process(term_type="xterm")
            process = await (await room.connect(NOTES_NAME, secret)).create_process(
                subsystem=NOTES_SUBSYSTEM, encoding=None
            )
            process.stdin.write(b"n" * 4000 + b"\n")
            await asyncio.wait_for(process.stdout.readline(), PATIENCE)
            podium.tell("2 here")
            await until(lambda: seen[-1].room == "2 here")
            assert not room.hub.room.seats
            student = await room.join("anna", size=(120, 36))
            await student.shows("step 2/13")
            assert secret not in "".join(student.rows)
            podium.end()
            await asyncio.wait_for(hearing, PATIENCE)

    asyncio.run(work())
    assert read_notes_line(b"nonsense", 0.0) is None


def test_what_names_no_class_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["join", "nobody"]) == 2
    assert "names no class" in capsys.readouterr().err
    assert main(["join", "an\x1bna@127.0.0.1:1"]) == 2
    assert "'an␛na@127.0.0.1:1' has a character that does not show" in capsys.readouterr().err
