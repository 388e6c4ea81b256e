"""A talk: its file of stops, the way through them, and the speaker's notes."""

import asyncio
import os
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest
from classes import PATIENCE, after, lesson_session
from pseudo_terminal import PseudoTerminal

from gdtutor.classroom.board import CLASS_KEYS, TALK_KEYS
from gdtutor.classroom.podium import NEXT, PREVIOUS, Podium, PodiumServices
from gdtutor.classroom.polls import own_question
from gdtutor.classroom.seats import shared_session
from gdtutor.classroom.speaker import SpeakerScreens
from gdtutor.classroom.stops import (
    SpeakerNotes,
    append_stop,
    notes_text,
    read_notes,
    read_talk,
    write_notes,
)
from gdtutor.cli.speaker_notes import NotesScreen, silent_keys
from gdtutor.cli.talk import session_of_link
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.commands import COMMANDS, Command
from gdtutor.session.link import command_of
from gdtutor.session.opening import placed_at
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Surroundings
from gdtutor.session.update import Action, Posed, Told, update
from gdtutor.ui.keyboard import Keyboard, presses_of
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.help import help_lines
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of

TALK = """\
title = "Bias"

[[stops]]
link = "gdtutor bias --at forward:z"
note = "Ask first."
minutes = 2

[[stops]]
link = "gdtutor bias --set w1=0.9 --at backward:b"
minutes = 3
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "STOPS.toml"
    path.write_text(TALK)
    return path


def test_a_file_of_stops_is_read(file: Path) -> None:
    talk = read_talk(file)
    assert talk.title == "Bias"
    assert [stop.minutes for stop in talk.stops] == [2, 3]
    assert talk.planned(1) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "stops are needed"),
        ("stops = []", "stops are needed"),
        ("[[stop]]\nlink = 'gdtutor bias'", "'stop' is not known"),
        ("[[stops]]\nlink = 'rm -rf /'", "stop 1: its link does not begin with gdtutor"),
        ("[[stops]]\nlink = 'gdtutor bias'\nnotes = ''", "stop 1 is no table"),
        ("[[stops]]\nlink = 'gdtutor bias'\nminutes = 'two'", "minutes a number"),
        ("[[stops]", "cannot be read"),
    ],
)
def test_a_mistake_in_it_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "S.toml"
    path.write_text(text)
    with pytest.raises(GdTutorError, match=told):
        read_talk(path)


def test_a_place_is_appended_as_a_stop(file: Path) -> None:
    link = command_of(lesson_session("xor-hidden", "forward:Z1"))
    assert append_stop(file, link) == 3
    assert read_talk(file).stops[-1].link == link
    assert file.read_text().startswith(TALK)
    assert read_talk(file).stops[-1].minutes == 0
    assert file.read_text().endswith('note = ""\nminutes = 0\n')
    fresh = file.with_name("new.toml")
    assert append_stop(fresh, link) == 1


def test_a_kept_question_opens_with_its_input_where_it_stood_open(file: Path) -> None:
    asked = after(lesson_session("bias", "step:8"), "r", "n")
    podium = Podium(file, PodiumServices(session_of_link, None, lambda: 1e9))
    speaker = SpeakerScreens(UNICODE, podium)
    for session, is_open in ((asked, True), (after(asked, "escape"), False)):
        speaker.shows(session)
        assert speaker.takes(Press("alt+shift+k"))
        opened = session_of_link(read_talk(file).stops[-1].link)
        assert (opened.challenge and opened.challenge.name) == asked.challenge.name  # type: ignore[union-attr]
        assert (opened.prompt is not None) is is_open


def test_the_stops_are_walked_in_both_directions(file: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes" / "talk.json"
    podium = Podium(file, PodiumServices(session_of_link, notes, lambda: 1e9))
    actions: list[Action] = []
    opened: SimpleQueue[Callable[[], None]] = SimpleQueue()
    podium.begin(actions.append, opened.put)
    session = lesson_session("xor-hidden")
    for key, at in ((None, 0), (NEXT, 1), (PREVIOUS, 0)):
        assert key is None or podium.takes(Press(key))
        while podium.at != at:
            opened.get(timeout=PATIENCE)()
        session = update(session, actions[-1])[0]
    assert command_of(session) == "gdtutor bias --at forward:z"
    assert podium.takes(Press(PREVIOUS))
    assert update(session, actions[-1])[0].message == "This is the first stop."
    assert not podium.takes(Press("n"))


def test_the_notes_say_what_comes_and_how_the_clock_stands(tmp_path: Path) -> None:
    path = tmp_path / "a" / "talk.json"
    assert read_notes(path) is None
    notes = SpeakerNotes("Bias", 2, 8, "Ask first.", "gdtutor bias", 5, 3, 1e9, "3 here")
    write_notes(path, notes)
    assert read_notes(path) == notes
    told = notes_text(notes, 1e9 + 6 * 60)
    assert "stop 2/8" in told
    assert "3 min, by the plan until 8:00\n6:00 of the talk\n" in told
    # What has passed, and not what is next.
    assert "8:47 of the talk, 0:47 late\n" in notes_text(notes, 1e9 + 527.9)
    assert "Ask first." in told
    assert "next: gdtutor bias" in told
    late = notes_text(notes, 1e9 + 10 * 60, 20)
    assert "10:00 of the talk,\n2:00 late" in late
    assert max(map(len, late.split("\n"))) <= 20
    assert "by the plan\nuntil 8:00" in late
    alone = replace(notes, stops=0, stop=0, note="", room="3 here\nright: anna 0.5")
    assert notes_text(alone, 1e9 + 60) == "1:00 of the class\n\n3 here\nright: anna 0.5"
    # A process that has been killed gives no talk.
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    write_notes(path, replace(notes, process=ended.pid))
    assert read_notes(path) is None


def test_a_talk_is_rehearsed_without_a_class(file: Path) -> None:
    with PseudoTerminal("-m", "gdtutor", "talk", str(file), columns=90) as terminal:
        terminal.wait_for(lambda text: "stop 1/2, 2 min" in text and "step 2/13" in text)
        terminal.send(">")
        terminal.wait_for(lambda text: "stop 2/2" in text and "*edited" in text)
        terminal.send("O")
        terminal.wait_for(lambda text: "stops" in text and "bias --at forward:z" in text)
        terminal.send("OK")
        terminal.wait_for(lambda text: "Stop 3 of STOPS.toml" in text)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    assert len(read_talk(file).stops) == 3


def test_a_stop_that_opens_nothing_is_named_at_the_start_and_holds_nobody_up(
    tmp_path: Path,
) -> None:
    path = tmp_path / "S.toml"
    links = ("bias --at forward:z", "bias --at forward:nope", "bias --at backward:b", "xor-hidden")
    path.write_text("".join(f"[[stops]]\nlink = 'gdtutor {link}'\n" for link in links))
    podium = Podium(path, PodiumServices(session_of_link, None, lambda: 1e9))
    actions: list[Action] = []
    opened: SimpleQueue[Callable[[], None]] = SimpleQueue()
    podium.begin(actions.append, opened.put)
    while not podium.problems:
        opened.get(timeout=PATIENCE)()
    (problem,) = podium.problems
    assert "stop 2: 'nope' has no forward step" in problem
    assert problem in text_of(podium.rows()[0])
    for press, count, at in ((NEXT, 1, 1), (NEXT, 1, 2), (PREVIOUS, 2, 0), (NEXT, 9, 3)):
        assert podium.takes(Press(press), count)
        opened.get(timeout=PATIENCE)()
        assert podium.at == at


def test_a_stop_whose_keys_are_refused_is_named_as_one_that_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "S.toml"
    path.write_text("[[stops]]\nlink = \"gdtutor bias --keys 't S depth=1 enter'\"\n")
    podium = Podium(path, PodiumServices(session_of_link, None, lambda: 1e9))
    opened: SimpleQueue[Callable[[], None]] = SimpleQueue()
    podium.begin(lambda _: None, opened.put)
    while not podium.problems:
        opened.get(timeout=PATIENCE)()
    assert podium.problems[0].startswith("stop 1: there is no sweep over 'depth'")


@pytest.mark.parametrize("rows", [1, 60])
def test_the_notes_in_a_terminal_name_the_key_that_leaves_them(
    rows: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "80")
    notes = SpeakerNotes("talk", 1, 1, "\n".join(["note"] * rows), "", 0.0, 0.0, 0.0)
    assert NotesScreen().show(notes)
    shown = capsys.readouterr().out.rstrip("\n").split("\n")
    assert shown[-1] == "Ctrl-C leaves the notes."
    assert len(shown) < 24


def test_keys_leave_no_mark_on_the_notes_and_the_terminal_is_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = os.openpty()

    def echoes() -> bool:
        return bool(termios.tcgetattr(theirs)[3] & termios.ECHO)

    with open(ours, "wb", buffering=0), open(theirs, "rb", buffering=0) as keys:
        monkeypatch.setattr(sys, "stdin", keys)
        assert echoes()
        during: list[bool] = []

        def watch() -> None:
            with silent_keys():
                during.append(echoes())
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            watch()
        assert during == [False]
        assert echoes()


def test_the_library_is_no_stop(file: Path) -> None:
    acted: list[Action] = []
    speaker = SpeakerScreens(
        UNICODE, Podium(file, PodiumServices(session_of_link, None, lambda: 1e9))
    )
    speaker._act = acted.append  # type: ignore[method-assign]
    speaker.shows(replace(lesson_session("bias", "forward:z"), screen=Screen.LIBRARY))
    assert speaker.takes(Press("K", "K"))
    told = acted[-1]
    assert isinstance(told, Told)
    assert told.is_error
    assert "no lesson is open" in told.message
    assert len(read_talk(file).stops) == 2


def test_keys_of_a_talk_need_alt_while_something_is_typed(file: Path) -> None:
    podium = Podium(file, PodiumServices(session_of_link, None, lambda: 1e9))
    speaker = SpeakerScreens(UNICODE, podium)
    speaker.shows(lesson_session("bias", "forward:z"))
    assert speaker.takes(Press("O", "O"))
    frame = frame_of(Session(), 80, 23, UNICODE)
    assert "2  3 min  bias --set" in speaker.dressed(frame).text()
    assert "Esc closes: stops" in speaker.dressed(frame).text()
    assert speaker.takes(Press("O", "O"))
    session = lesson_session("bias", "forward:z")
    speaker.shows(update(session, Posed(own_question(session, "value")))[0])
    assert not speaker.takes(Press("O", "O"))
    assert "Alt+> next" in speaker.dressed(frame).text()
    assert not speaker.takes(Press("greater_than_sign", ">"))
    assert all(speaker.takes(press) for press in presses_of(Keyboard().feed(b"\x1b>")))
    assert speaker.takes(Press("alt+shift+o"))
    shown = speaker.dressed(frame)
    assert "2  3 min  bias --set" in shown.text()
    assert (shown.height, speaker.rows) == (24, 1)


def test_the_overview_follows_its_file_and_stays_at_its_stop(file: Path) -> None:
    podium = Podium(file, PodiumServices(session_of_link, None, lambda: 1e9))
    podium.at = 1
    links = [stop.link for stop in read_talk(file).stops]
    file.write_text("".join(f"[[stops]]\nlink = '{one}'\n" for one in (links[1], "gdtutor or")))
    podium.follow_file()
    rows = [text_of(row) for row in podium.rows()]
    assert rows[1] == f"notes: edit {file.name}; O follows it"
    assert rows[2].startswith(">   1")
    assert rows[3].endswith("  or")
    told: list[Action] = []
    podium._act = told.append  # type: ignore[method-assign]
    file.write_text("[[stops]]\nlink = 3\n")
    podium.follow_file()
    assert isinstance(told[0], Told)
    assert "does not begin with gdtutor" in told[0].message
    assert text_of(podium.rows()[2]).startswith(">   1")


def test_the_present_stop_is_moved_and_removed_in_the_overview(file: Path) -> None:
    third = '# mine\n[[stops]]\nlink = \'gdtutor or\'\nnote = """\nlook:\n[[here]]"""\n'
    file.write_text(f"# my talk\n{TALK}\n{third}")
    podium = Podium(file, PodiumServices(session_of_link, None, lambda: 1e9))
    speaker, told = SpeakerScreens(UNICODE, podium), list[Action]()
    speaker._act = podium._act = told.append  # type: ignore[method-assign]
    speaker.shows(lesson_session("bias"))
    up, down, delete = (
        Press(key) for key in ("left_square_bracket", "right_square_bracket", "delete")
    )
    assert not speaker.takes(up)
    assert speaker.takes(Press("O", "O"))
    shown = speaker.dressed(frame_of(Session(), 80, 23, UNICODE)).text()
    assert "[ ] move >, Delete twice removes it" in shown
    podium.at = 0
    one, two, three = read_talk(file).stops
    for press, stops, at in (
        (down, (two, one, three), 1), (down, (two, three, one), 2), (down, (two, three, one), 2),
        (up, (two, one, three), 1), (delete, (two, one, three), 1), (up, (one, two, three), 0),
        (delete, (one, two, three), 0), (delete, (two, three), -1),
    ):  # fmt: skip
        assert speaker.takes(press)
        assert (read_talk(file).stops, podium.at) == (stops, at)
    assert file.read_text().startswith('# my talk\ntitle = "Bias"\n')
    assert [one.message for one in told if isinstance(one, Told)][2:] == [
        "stop 3 is the last one", "Stop 3 is stop 2 now.",
        "Delete again removes stop 2, with its note.", "Stop 2 is stop 1 now.",
        "Delete again removes stop 1, with its note.", "Stop 1 is removed, with its note.",
    ]  # fmt: skip
    # What is written in another way stays as it is.
    file.write_text("stops = [{link = 'gdtutor or'}, {link = 'gdtutor bias'}]\n")
    podium.follow_file()
    podium.at = 0
    before = file.read_text()
    assert speaker.takes(down)
    assert isinstance(told[-1], Told)
    assert "edit it in an editor" in told[-1].message
    assert file.read_text() == before


def test_every_key_of_a_talk_stands_in_help_and_students_see_none_of_them() -> None:
    keys = (*CLASS_KEYS, *TALK_KEYS)
    session = replace(lesson_session("bias"), around=Surroundings(keys=keys))
    told = [text_of(row) for row in help_lines(Screen.STUDY, 76, UNICODE, session.around.keys)]
    for key in keys:
        assert any(row.split()[:1] == [key.symbol] and key.title[:40] in row for row in told)
    assert shared_session(session).around.keys == ()
    assert placed_at(session, lesson_session("xor-hidden")).around is session.around


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_no_key_of_a_command_is_one_of_a_talk_or_a_class(command: Command) -> None:
    taken = {name: key.title for key in (*CLASS_KEYS, *TALK_KEYS) for name in (key.key, key.symbol)}
    both = {key: taken[key] for key in command.keys if key in taken}
    assert not both, f"a class or a talk takes it before '{command.name}': {both}; choose another"


def test_a_paste_is_typed_into_the_line_below_and_scrolls_with_its_cursor() -> None:
    speaker = SpeakerScreens(
        UNICODE, Podium(None, PodiumServices(session_of_link, None, lambda: 1e9))
    )
    speaker.shows(lesson_session("bias", "forward:z"))
    assert not speaker.pastes("what is no input's")
    speaker.takes(Press("K", "K"))
    assert speaker.pastes("x" * 120 + "the end\nand more\n")
    for width, height in ((40, 12), (80, 24)):
        rows = speaker.dressed(frame_of(Session(), width, height - 1, UNICODE)).text().split("\n")
        assert len(rows) == height
        shown = " ".join(row.strip() for row in rows[-4:])
        assert "xthe end" in shown
        assert "Of a paste, one line of 200 characters is typed." in shown


def test_what_comes_of_a_key_with_alt_is_told_below_the_input(file: Path) -> None:
    speaker = SpeakerScreens(
        UNICODE, Podium(file, PodiumServices(session_of_link, None, lambda: 1e9))
    )
    session = lesson_session("bias", "forward:z")
    asking = update(session, Posed(own_question(session, "value")))[0]

    def act(action: Action) -> None:
        speaker.shows(update(asking, action)[0])

    async def work() -> None:
        speaker.begin(lambda: None, act)

    asyncio.run(work())
    speaker.shows(replace(asking, screen=Screen.LIBRARY))
    for width in (40, 80):
        frame = frame_of(asking, width, 23, UNICODE)
        assert speaker.takes(Press("alt+shift+k"))
        assert "no lesson is open" in speaker.dressed(frame).text().split("\n")[-1]
        speaker.shows(replace(asking, screen=Screen.LIBRARY))
    # It is gone with the next key, and what stands there always is back.
    assert not speaker.takes(Press("1", "1"))
    assert "no lesson" not in speaker.dressed(frame).text()
