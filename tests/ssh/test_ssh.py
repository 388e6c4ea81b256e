"""The program through a real OpenSSH server: walking, training, resizing, every way to leave."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pseudo_terminal import PseudoTerminal
from ssh_server import PROGRAM, SAVING, SshServer, is_gone

ENDLESS = "xor-hidden 3n"
"""A lesson and keys after which there is much left to train."""


def shows(*texts: str) -> Callable[[str], bool]:
    return lambda screen: all(text in screen for text in texts)


def told(command: str) -> str:
    """Return a command that says its process id first."""
    return f"echo process $$ here; exec {command}"


def process_of(terminal: PseudoTerminal) -> int:
    terminal.wait_for(lambda _: b" here" in terminal.received)
    found = re.search(rb"process (\d+) here", terminal.received)
    assert found is not None
    return int(found[1])


def test_a_lesson_is_walked_trained_and_resized(server: SshServer) -> None:
    with server.terminal(f"{PROGRAM} bias --no-save") as terminal:
        terminal.wait_for(shows("The bias to the rescue", "all keys"))
        terminal.send("nn")
        terminal.wait_for(shows("step 2/13", "forward"))
        terminal.send("t")
        terminal.wait_for(shows("finished", "200 of 200 epochs"))
        terminal.send("\x1b")
        terminal.wait_for(shows("step 2/13"))
        for columns, lines, sign in ((40, 12, "[node]"), (120, 36, "values"), (80, 24, "step 2/")):
            terminal.send("")
            terminal.resize(columns, lines)
            terminal.wait_for(shows(sign, "2/13"))
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert b"\x1b[?1049l" in terminal.received
        assert terminal.is_cooked()


def kill_client(terminal: PseudoTerminal, _: int) -> None:
    terminal.process.kill()


def close_terminal(terminal: PseudoTerminal, _: int) -> None:
    terminal.hang_up()


def disconnect(terminal: PseudoTerminal, _: int) -> None:
    terminal.send("\r~.")


def hang_up(_: PseudoTerminal, pid: int) -> None:
    os.kill(pid, signal.SIGHUP)


def terminate(_: PseudoTerminal, pid: int) -> None:
    os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize("shell", ["", "trap '' HUP; "], ids=["heeded", "ignored"])
@pytest.mark.parametrize("keys", ["", " t"], ids=["walking", "training"])
@pytest.mark.parametrize("end", [kill_client, close_terminal, disconnect, hang_up, terminate])
def test_no_process_is_left_and_the_place_is_saved(
    server: SshServer,
    end: Callable[[PseudoTerminal, int], None],
    keys: str,
    shell: str,
    tmp_path: Path,
) -> None:
    place = tmp_path / "place"
    lesson, walk = ENDLESS.split()
    command = f"{SAVING} {place} {lesson} '{walk}{keys}'"
    with server.terminal(shell + told(command)) as terminal:
        pid = process_of(terminal)
        terminal.wait_for(shows("running" if keys else "step 3/"))
        end(terminal, pid)
        assert is_gone(pid)
    assert place.read_text().startswith("0/step:3 ")


def test_a_signal_on_the_server_leaves_the_terminal_as_it_was(server: SshServer) -> None:
    with server.terminal(told(f"{PROGRAM} bias --no-save")) as terminal:
        pid = process_of(terminal)
        terminal.wait_for(shows("all keys"))
        terminal.send("")
        terminate(terminal, pid)
        assert terminal.wait_for_end() == 143
        assert b"\x1b[?1049l" in terminal.received
        assert b"\x1b[?25h" in terminal.received


def test_a_key_that_forces_the_command_opens_the_program_whatever_is_asked(
    server: SshServer,
) -> None:
    with server.terminal("cat /etc/passwd", key="visitor") as terminal:
        terminal.wait_for(shows("The bias to the rescue", "all keys"))
        terminal.send("q")
        assert terminal.wait_for_end() == 0


def test_without_a_terminal_the_screens_say_so_and_the_linear_mode_talks(
    server: SshServer,
) -> None:
    screens, linear = (
        subprocess.run(
            [*server.client("-T"), f"TERM=xterm {PROGRAM} bias --no-save {option}"],
            input=b"n\nn\n", capture_output=True, timeout=60, check=False,
        )
        for option in ("", "--linear")
    )  # fmt: skip
    assert screens.returncode == 2
    assert b"not a terminal" in screens.stderr
    assert linear.returncode == 0
    assert b"[2/13] iteration 0, forward" in linear.stdout


@pytest.fixture
def tmux(tmp_path: Path) -> str:
    return f"tmux -f /dev/null -S {tmp_path}/socket"


def test_tmux_keeps_the_place_over_a_lost_connection_and_ends_with_its_server(
    server: SshServer, tmux: str
) -> None:
    start = f"{tmux} new-session -s class '{told(f'{PROGRAM} bias --no-save --no-mouse')}'"
    with server.terminal(start) as teacher:
        pid = process_of(teacher)
        teacher.wait_for(shows("all keys"))
        teacher.send("3n")
        teacher.wait_for(shows("step 3/13"))
        with server.terminal(f"{tmux} attach -r -t class") as pupil:
            pupil.wait_for(shows("step 3/13"))
            teacher.send("n")
            pupil.wait_for(shows("step 4/13"))
        teacher.process.kill()
    with server.terminal(f"{tmux} attach -t class") as again:
        again.wait_for(shows("step 4/13"))
        again.send("")
        again.resize(100, 30)
        again.wait_for(shows("step 4/13"))
        again.send("t")
        again.wait_for(shows("finished"))
        subprocess.run([*tmux.split(), "kill-server"], check=True)
        assert is_gone(pid)
