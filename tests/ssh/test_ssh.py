"""The program through a real OpenSSH server: walking, training, resizing, every way to leave."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pseudo_terminal import PseudoTerminal
from readme_parts import README
from ssh_server import PROGRAM, SAVING, SshServer, is_gone

pytestmark = pytest.mark.slow

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


ENDS = (kill_client, close_terminal, disconnect, hang_up, terminate)
HANG_UPS = {"heeded": "", "ignored": "trap '' HUP; "}
KEYS = {"walking": "", "training": " t"}


@pytest.mark.parametrize(
    ("end", "keys", "shell"),
    [
        # Each end where the hang-up is heeded and where it is ignored, in either of them another.
        pytest.param(end, KEYS[what], shell, id=f"{end.__name__}-{what}-{heed}")
        for number, end in enumerate(ENDS)
        for (heed, shell), what in zip(
            HANG_UPS.items(), sorted(KEYS, reverse=bool(number % 2)), strict=True
        )
    ],
)
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


INSTALLED = "/opt/gdtutor/.venv/bin/gdtutor"
"""How the README calls the program on a server."""


def readme_line(start: str) -> str:
    """Return the line of the README's blocks that begins so."""
    lines = [line for line in README.read_text("utf-8").splitlines() if line.startswith(start)]
    assert len(lines) == 1
    return lines[0]


def test_the_configuration_of_the_readme_forces_the_program_on_the_class(
    server: SshServer,
) -> None:
    text = README.read_text("utf-8")
    block = re.search(r"^Match User class\n(?: .*\n)+", text, re.MULTILINE)
    assert block is not None
    of_class, of_others = (server.settings_of(block[0], user) for user in ("class", "root"))
    forced = f"forcecommand {INSTALLED} --no-save --no-mouse"
    for setting in (forced, "permittty yes", "disableforwarding yes", "clientaliveinterval 15"):
        assert setting in of_class.splitlines()
    assert "forcecommand none" in of_others.splitlines()


def test_a_class_watches_read_only_as_the_readme_says(server: SshServer, tmp_path: Path) -> None:
    """One account, two keys; the smallest terminal decides how large the window is."""
    own = f"tmux -f /dev/null -S {tmp_path}/socket"

    def here(line: str) -> str:
        called = line.replace(INSTALLED, PROGRAM).replace("xor-hidden", "xor-hidden --no-save")
        return called.replace("tmux -u -L lesson", f"{own} -u").replace("tmux -L lesson", own)

    options, _, _ = readme_line('restrict,pty,command="tmux').rpartition(" ssh-")
    server.let_in("class", here(options))
    smallest = here("tmux -L lesson set -g window-size smallest")
    assert "tmux -L lesson set -g window-size smallest" in README.read_text("utf-8")
    start = here(readme_line("tmux -u -L lesson new-session"))
    with server.terminal(start, columns=120, lines=36) as teacher:
        teacher.wait_for(shows("all keys"))
        subprocess.run(smallest.split(), check=True)
        with server.terminal("cat /etc/passwd", key="class", lines=25) as pupil:
            pupil.wait_for(shows("all keys"))
            # What is not read of one terminal holds up its keys: tmux fills the room with dots.
            teacher.wait_for(shows("·····", "all keys"))
            assert size_of(own) == "80x24"
            teacher.send("n")
            teacher.wait_for(shows("step 1/", "all keys"))
            pupil.wait_for(shows("step 1/", "all keys"))
            pupil.send("nnn")
            teacher.send("e")
            pupil.wait_for(shows("step 1/", "Enter do it"))
    subprocess.run([*own.split(), "kill-server"], check=True)


def size_of(tmux: str) -> str:
    """Return columns and lines of a server's only window."""
    form = "#{window_width}x#{window_height}"
    command = [*tmux.split(), "display-message", "-p", "-t", "lesson", form]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
