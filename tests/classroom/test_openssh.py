"""The command itself: a teacher in a terminal, and students with OpenSSH's own client."""

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import asyncssh
import pytest
from classes import Student
from pseudo_terminal import IN_ORDER, PATIENCE, PseudoTerminal

from gdtutor.cli import join, main
from tests.forked import ended

CODE = "482913"
SIZES = ((40, 12), (80, 24), (132, 43))
QUIET = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")

needs_ssh = pytest.mark.skipif(shutil.which("ssh") is None, reason="needs openssh-client")


def student(port: int, name: str, size: tuple[int, int]) -> PseudoTerminal:
    options = [word for option in QUIET for word in ("-o", option)]
    command = ("ssh", "-F", "none", *options, "-p", str(port), f"{name}@127.0.0.1")
    return PseudoTerminal(command=command, columns=size[0], lines=size[1])


def shot(*arguments: str) -> list[str]:
    done = ended(["-m", "gdtutor", "shot", "bias", *arguments])
    return done.stdout.decode().split("\n")


@pytest.mark.slow
@needs_ssh
def test_students_see_what_shot_prints_and_get_their_terminals_back(tmp_path: Path) -> None:
    words = ("-c", IN_ORDER, "class", "bias", "--at", "forward:z", "--port", "0", "--code", CODE)
    with ExitStack() as stack:
        home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
        teacher = stack.enter_context(PseudoTerminal(*words, columns=100, environ=home))
        teacher.wait_for(lambda text: "0 here" in text and "NAME@localhost" in text)
        found = re.search(r"ssh -p (\d+) NAME@localhost", teacher.text())
        assert found is not None
        students = []
        for number, size in enumerate(SIZES):
            terminal = stack.enter_context(student(int(found[1]), f"s{number}", size))
            terminal.wait_for(lambda text: "Join code:" in text)
            terminal.send(f"{CODE}\r")
            rows = shot("--at", "forward:z", "--size", "x".join(map(str, size)))[: size[1] - 2]
            terminal.wait_for(lambda text, rows=rows: text.split("\n")[: len(rows)] == rows)
            students.append(terminal)
        teacher.send("n")
        for terminal, (width, height) in zip(students, SIZES, strict=True):
            # The signs of its graph are explained to the class by now.
            where, *_ = shot("--at", "forward:yhat", "--size", f"{width}x{height}")
            terminal.wait_for(lambda text, where=where: text.split("\n")[0] == where)
        students[0].send("q")
        assert students[0].wait_for_end() == 0
        teacher.hang_up()
        for terminal in students[1:]:
            assert terminal.wait_for_end() == 0
            assert b"\x1b[?1049lThe teacher has ended the class." in terminal.all_received
            assert terminal.is_restored()
        assert teacher.process.wait(PATIENCE) in (129, -1)


@pytest.mark.slow
def test_a_teachers_terminal_that_reads_nothing_holds_nobody_up(tmp_path: Path) -> None:
    words = ("-m", "gdtutor", "class", "bias", "--at", "forward:z", "--port", "0", "--code", CODE)
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}

    async def follow(port: int, press: Callable[[bytes], object]) -> None:
        connection = await asyncssh.connect(
            "127.0.0.1", port, username="anna", password=CODE, known_hosts=None,
            client_keys=None, config=None, agent_path=None, preferred_auth=["password"],
        )  # fmt: skip
        process = await connection.create_process(
            term_type="xterm", term_size=(80, 24), encoding=None
        )
        anna = Student(connection, process, (80, 24))
        await anna.shows("step 2/13")
        for _ in range(22):
            # All of a large screen changes, more often than texts may wait for it to be read.
            press(b"b")
            await anna.sees(lambda rows: "step" not in rows[0])
            press(b"b")
            await anna.shows("step 2/13")
        press(b"n")
        await anna.shows("step 3/13")
        connection.abort()

    with PseudoTerminal(*words, columns=200, lines=60, environ=home) as teacher:
        teacher.wait_for(lambda text: "0 here" in text)
        found = re.search(r"ssh -p (\d+) NAME@localhost", teacher.text())
        assert found is not None
        asyncio.run(follow(int(found[1]), teacher.pour))
        teacher.wait_for(lambda text: "step 3/13" in text)


def test_without_asyncssh_the_command_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(join, "find_spec", lambda _: None)
    assert main(["class"]) == 2
    assert "pip install 'gdtutor[class]'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_class_computes_a_product_in_one_thread() -> None:
    text = (
        "import os; from gdtutor.cli import main; main(['class', '--code', '1']); import numpy;"
        "numpy.ones((300, 300)) @ numpy.ones((300, 300)); print(len(os.listdir('/proc/self/task')))"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert "--code has 1 character" in done.stderr
    assert done.stdout == "1\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--code", "123"], "--code has 3 characters"),
        (["--listen", "256.1.1.1", "--port", "0"], "cannot listen on 256.1.1.1"),
        (["--listen", "127.0.0.1", "--port", "0"], "is not a terminal"),
    ],
)
def test_what_cannot_be_had_is_said_in_a_line(
    arguments: list[str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["class", *arguments]) == 2
    assert told in capsys.readouterr().err
