"""The whole program in a pseudo-terminal: how it starts, obeys its options, and ends."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pseudo_terminal import IN_ORDER, PATIENCE, PYTHON, PseudoTerminal
from walks import DATA

from gdtutor.ui.restoring import ENTER
from tests.forked import ended

pytestmark = pytest.mark.slow

SAVING = str(Path(__file__).with_name("saving_app.py"))
MOUSE_ON = b"\x1b[?1003h"
ALTERNATE_OFF = b"\x1b[?1049l"
LESSON = "xor-hidden"


def gdtutor(*arguments: str, **options: object) -> PseudoTerminal:
    words = ("-m", "gdtutor", *arguments, "--no-save")
    return PseudoTerminal(*words, **options)  # type: ignore[arg-type]


def saving(place: Path, keys: str = "", **options: object) -> PseudoTerminal:
    return PseudoTerminal(SAVING, str(place), LESSON, keys, **options)  # type: ignore[arg-type]


def shows(*texts: str):
    return lambda screen: all(text in screen for text in texts)


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_quitting_restores_the_terminal(key: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    with saving(place, "3n") as terminal:
        terminal.wait_for(shows("step 3/"))
        assert not terminal.is_cooked()
        terminal.send(key)
        assert terminal.wait_for_end() == 0
        assert ALTERNATE_OFF in terminal.received
        assert terminal.is_cooked()
    assert place.read_text().startswith("0/step:3 ")


@pytest.mark.parametrize(("keys", "left"), [("3n", "not started"), ("3n t", "running")])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["TERM", "HUP"]
)
def test_a_signal_ends_walk_and_training_in_order(
    number: int, code: int, keys: str, left: str, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    with saving(place, keys) as terminal:
        terminal.wait_for(shows("running" if "t" in keys else "step 3/"))
        terminal.send("")
        os.kill(terminal.process.pid, number)
        assert terminal.wait_for_end() == code
        assert ALTERNATE_OFF in terminal.received
        assert terminal.is_cooked()
    assert place.read_text() == f"0/step:3 {left}"


@pytest.mark.parametrize("controls", [True, False])
@pytest.mark.parametrize("command", [(), ("sh", "-c", "trap '' HUP; exec \"$@\"")])
def test_a_terminal_that_closes_ends_the_program(
    controls: bool, command: tuple[str, ...], tmp_path: Path
) -> None:
    """With and without a signal, and where the parent had the signal ignored."""
    place = tmp_path / "place"
    arguments = ("sh", *PYTHON) if command else ()
    with PseudoTerminal(
        *arguments, SAVING, str(place), LESSON, "3n t", command=command, controls=controls
    ) as terminal:
        terminal.wait_for(shows("running"))
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE) == 129
    assert place.read_text() == "0/step:3 running"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_the_place_is_in_the_progress_store_after_a_signal(number: int, tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    with PseudoTerminal("-c", IN_ORDER, "bias", "--no-mouse", environ=home) as terminal:
        terminal.wait_for(shows("all keys"))
        terminal.send("5n")
        terminal.wait_for(shows("step 5/13"))
        os.kill(terminal.process.pid, number)
        assert terminal.wait_for_end() == 128 + number
    kept = ended(("-m", "gdtutor", "progress"), environ=os.environ | home)
    assert b"backward:L" in kept.stdout


@pytest.mark.parametrize("stdin", ["</dev/null", "<&-", "</dev/null 2>/dev/null"])
def test_without_a_terminal_the_program_says_so_and_ends(stdin: str) -> None:
    line = f'"$@" {stdin}'
    told = subprocess.run(
        ["sh", "-c", line, "sh", sys.executable, "-m", "gdtutor", "bias"],
        capture_output=True, text=True, timeout=60, env=os.environ | {"TERM": "xterm"}, check=False,
    )  # fmt: skip
    assert told.returncode == 2
    assert "2>" in stdin or "not a terminal" in told.stderr


def test_mouse_tracking_is_off_with_no_mouse() -> None:
    for options, tracked in (((), True), (("--no-mouse",), False)):
        with gdtutor("bias", *options) as terminal:
            received = terminal.wait_for(shows("all keys"))
            assert received.count(ENTER.encode()) == 1
            assert (MOUSE_ON in received) is tracked


@pytest.mark.parametrize(
    ("color", "holds", "lacks"),
    [
        ("truecolor", b";2;", b"\x1b[31m"),
        ("256", b";5;", b";2;"),
        ("256,dark", b"48;5;234", b"48;5;231"),
        ("256,light", b"48;5;231", b"48;5;234"),
        ("16", b"\x1b[", b";5;"),
        ("none", b"\x1b[", b";5;"),
    ],
)
def test_color_says_which_codes_are_sent(color: str, holds: bytes, lacks: bytes) -> None:
    with gdtutor("bias", "--at", "backward:b", "--color", color, "--no-mouse") as terminal:
        received = terminal.wait_for(shows("step 10/13", "all keys"))
        assert holds in received
        assert lacks not in received


def test_chars_ascii_sends_nothing_but_ascii() -> None:
    with gdtutor("bias", "--at", "backward:b", "--chars", "ascii", "--no-mouse") as terminal:
        received = terminal.wait_for(shows("step 10/13", "d L/d b", "all keys"))
        assert received.isascii()


def test_every_panel_is_a_tab_away_on_the_smallest_terminal() -> None:
    with gdtutor("bias", "--at", "backward:b", "--no-mouse", columns=40, lines=12) as terminal:
        terminal.wait_for(shows("[node]", "0.125"))
        for tab in ("[graph]", "[values]", "[note]", "[node]"):
            terminal.send("\t")
            terminal.wait_for(shows(tab))


def test_resizing_keeps_the_place_at_every_size() -> None:
    with gdtutor("bias", "--at", "backward:b", "--no-mouse") as terminal:
        terminal.wait_for(shows("step 10/13"))
        for columns, lines, sign in (
            (40, 12, "10/13"),
            (39, 11, "too small: 40x12"),
            (120, 36, "step 10/13"),
            (20, 5, "too small: 40x12"),
            (80, 24, "step 10/13"),
        ):
            terminal.send("")
            terminal.resize(columns, lines)
            terminal.wait_for(shows(sign))
        terminal.send("n")
        terminal.wait_for(shows("step 11/13"))


def test_hints_hide_the_screen_blanks_and_auto_play_walks() -> None:
    with gdtutor("xor-hidden", "--at", "step:2", "--no-mouse") as terminal:
        terminal.wait_for(shows("step 2/", "all keys"))
        terminal.send("h")
        terminal.wait_for(lambda screen: "all keys" not in screen and "step 2/" in screen)
        terminal.send("b")
        terminal.wait_for(lambda screen: not screen.strip())
        terminal.send("b")
        terminal.wait_for(shows("step 2/"))
        terminal.send("a+++++++")
        # A step that was shown while nobody looked is not seen.
        terminal.wait_for(lambda screen: re.search(r"step ([4-9]|\d\d)/", screen) is not None)
        terminal.send("a")
        terminal.wait_for(shows("paused"))


def test_a_stop_and_a_continuation_from_outside_leave_the_settings_as_they_were() -> None:
    with gdtutor("bias", command=PYTHON) as terminal:
        terminal.wait_for(shows("all keys"))
        os.kill(terminal.process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED)
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.send("n")
        terminal.wait_for(shows("step 1/13"))
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert terminal.is_restored()


def test_while_it_is_suspended_the_terminal_is_the_shells() -> None:
    with gdtutor("bias", command=PYTHON) as terminal:
        terminal.wait_for(shows("all keys"))
        os.kill(terminal.process.pid, signal.SIGTSTP)
        os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED)
        while not terminal.is_restored():
            assert terminal.read_once(PATIENCE)
        terminal.screen.reset()
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.wait_for(shows("all keys"))
        terminal.send("nq")
        assert terminal.wait_for_end() == 0
        assert terminal.is_restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_program_whose_terminal_does_not_read_ends_all_the_same(number: int) -> None:
    with gdtutor("bias") as terminal:
        terminal.wait_for(shows("all keys"))
        # Nobody reads any more, and no frame of this size fits in between.
        while terminal.read_once(0):
            pass
        terminal.resize(500, 200)
        assert terminal.has_unread(PATIENCE)
        os.kill(terminal.process.pid, number)
        code = terminal.process.wait(PATIENCE)
        assert code == (-number if number == signal.SIGQUIT else 128 + number)
        while terminal.read_once(0):
            pass
        assert terminal.is_restored()


@pytest.mark.parametrize("last", ["q", "\x03"])
def test_a_flood_of_keys_is_dropped_but_for_the_one_that_ends(last: str) -> None:
    # A lesson that asks nothing: while a question is open, a letter belongs to the answer.
    with gdtutor(str(DATA / "lessons" / "neuron.md"), "--no-mouse") as terminal:
        terminal.wait_for(shows("all keys"))
        flood = threading.Thread(target=terminal.pour, args=(b"np" * 50_000 + last.encode(),))
        flood.start()
        assert terminal.wait_for_end() == 0
        flood.join()
        assert terminal.is_restored()


@pytest.mark.parametrize(
    "bad", [b"\xe9", b"\x1b[M#\xe0\x30", b"\x1b[99999999999;5u", b"\x1b[48;99999;99999;9;9t"]
)
def test_bad_bytes_end_nothing(bad: bytes) -> None:
    with gdtutor("bias") as terminal:
        terminal.wait_for(shows("all keys"))
        terminal.send(bad)
        terminal.send("n")
        terminal.wait_for(shows("step 1/13"))
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert terminal.is_restored()


def test_the_palette_closes_where_it_has_no_room() -> None:
    with gdtutor("bias", "--no-mouse") as terminal:
        terminal.wait_for(shows("all keys"))
        terminal.send("\x10")
        terminal.wait_for(shows("Search for commands"))
        for columns, lines in ((80, 3), (4, 24), (1, 1)):
            terminal.resize(columns, lines)
            terminal.wait_for(shows("too small"[:columns].strip()))
            terminal.send("\x10\x1b[6~")
        terminal.resize(80, 24)
        # The last keys may be answered on the small terminal, or once there is room again.
        terminal.wait_for(lambda screen: "all keys" in screen or "Search for commands" in screen)
        terminal.send("\x03")
        assert terminal.wait_for_end() == 0


def test_ctrl_c_ends_the_program_from_the_palette_too() -> None:
    with gdtutor("bias", "--no-mouse") as terminal:
        terminal.wait_for(shows("all keys"))
        terminal.send("\x10")
        terminal.wait_for(shows("Search for commands"))
        terminal.send("\x03")
        assert terminal.wait_for_end() == 0
        assert terminal.is_restored()


WRONG = """
import sys, threading
import gdtutor.ui.answering as answering
from gdtutor.cli import main
from gdtutor.ui.program import Program

def wrong(session, action):
    if type(action).__name__ == sys.argv[1] and getattr(action, "key", "n") == "n":
        if sys.argv[2] == "late":
            is_late.wait()
        raise KeyError("planted")
    return right(session, action)

def tell(program):
    tell_waiting(program)
    is_late.set()

is_late = threading.Event()
right, answering.update = answering.update, wrong
tell_waiting, Program._tell_waiting = Program._tell_waiting, tell
sys.exit(main(["bias", "--no-save", "--no-mouse"]))
"""


@pytest.mark.parametrize(
    ("action", "when", "keys"),
    [
        ("Press", "soon", "n"),
        ("Press", "late", "n"),
        ("Tick", "soon", "a+++++++"),
        ("Progressed", "soon", "t"),
    ],
)
def test_an_error_of_the_program_ends_it_with_a_report(action: str, when: str, keys: str) -> None:
    with PseudoTerminal("-c", WRONG, action, when, lines=60) as terminal:
        terminal.wait_for(shows("all keys"))
        terminal.send(keys)
        assert terminal.wait_for_end() == 1
        assert terminal.is_restored()
        said = b"KeyError: 'planted'\r\nThis is an error of gdtutor itself"
        assert said in terminal.all_received.partition(ALTERNATE_OFF)[2]


def test_the_terminal_is_asked_for_its_size_and_gets_its_own_encoding() -> None:
    environ = {"COLUMNS": "300", "LINES": "90", "PYTHONIOENCODING": "cp037"}
    with gdtutor("bias", environ=environ) as terminal:
        terminal.wait_for(shows("all keys"))
        terminal.resize(100, 30)
        terminal.wait_for(lambda screen: "all keys" in screen.split("\n")[28])
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert terminal.is_restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_the_notes_leaves_the_terminal_as_it_was(number: int) -> None:
    with PseudoTerminal("-m", "gdtutor", "notes") as terminal:
        terminal.wait_for(shows("Ctrl-C leaves the notes"))
        assert not terminal.is_cooked()
        os.kill(terminal.process.pid, number)
        assert terminal.wait_for_end() == 128 + number
        assert terminal.is_restored()


WITHOUT_TEXTUAL = """
import os, sys
from gdtutor.__main__ import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("textual"):
            {}

for name in [name for name in sys.modules if name.startswith("textual") or ".ui.app" in name]:
    del sys.modules[name]
sys.meta_path.insert(0, Finder())
main()
"""


@pytest.mark.parametrize("lesson", [("bias",), ()], ids=["lesson", "library"])
@pytest.mark.parametrize(
    ("comes", "code"),
    [
        ("raise ImportError", 1),
        ("os.kill(os.getpid(), 15)", 143),
        ("os.kill(os.getpid(), 2)", 130),
        ("os.kill(os.getpid(), 10)", -10),
    ],
)
def test_the_first_page_stands_before_textual_and_whatever_comes_then_takes_it_back(
    comes: str, code: int, lesson: tuple[str, ...]
) -> None:
    with PseudoTerminal("-c", WITHOUT_TEXTUAL.format(comes), *lesson, "--no-save") as terminal:
        assert terminal.wait_for_end() == code
        assert "opening…".encode() in terminal.all_received
        assert terminal.is_restored()


def test_a_start_imports_no_tls() -> None:
    code = """
import os, sys
from gdtutor.__main__ import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "ssl":
            os._exit(3)

sys.meta_path.insert(0, Finder())
main()
"""
    words = ("-c", code, "bias", "--no-save", "--keys", "q")
    with PseudoTerminal(*words, command=PYTHON) as terminal:
        assert terminal.wait_for_end() == 0
