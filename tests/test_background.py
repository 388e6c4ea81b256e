"""Work in the background is waited for where signals are heard, and left where somebody leaves."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from tempfile import TemporaryFile

import pytest

from gdtutor.drive.background import heard, passing_on, unless_stopped
from tests.forked import ended, fork

BOUND = 60.0
"""Seconds after which a test that would hang fails."""


def test_what_work_comes_to_comes_to_the_one_who_waits() -> None:
    assert heard(lambda: threading.current_thread() is threading.main_thread()) is False


def test_what_work_raises_is_raised_where_it_is_waited_for() -> None:
    def fail() -> None:
        raise SystemExit(7)

    with pytest.raises(SystemExit, match="7"):
        heard(fail)


def test_what_comes_after_the_end_of_a_loop_is_forgotten() -> None:
    async def begun():
        return passing_on(asyncio.get_running_loop())

    pass_on = asyncio.run(begun())
    pass_on(lambda: pytest.fail("nobody is left to be told"))


def test_who_wants_to_leave_does_not_wait_for_work_that_does_not_end() -> None:
    may_end = threading.Event()
    ended = threading.Event()

    def work() -> bool:
        may_end.wait(BOUND)
        return True

    assert unless_stopped(work, lambda: True, ended.set) is None
    assert ended.is_set()
    may_end.set()


def test_work_that_ends_is_waited_for_and_not_dropped() -> None:
    dropped: list[int] = []
    assert unless_stopped(lambda: 7, lambda: False, lambda: dropped.append(1)) == 7
    assert not dropped


BLOCKED = """
import sys, threading
from gdtutor.training.plan.numpy_plan import NumpyPlan
from gdtutor.training.plan.scalar_plan import ScalarPlan

def blocked(*_):
    print("in an iteration", file=sys.stderr, flush=True)
    threading.Event().wait(60)

NumpyPlan.run = ScalarPlan.run = blocked
from gdtutor.__main__ import main
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "written"),
    [
        (("train", "xor-hidden"), "stopped by you"),
        (("train", "xor-hidden", "--sweep", "seed=1,2"), "0 epochs"),
        (("check", "lessons/16-xor-hidden.md"), ""),
        (("transcript", "xor-hidden", "--at", "300/given"), ""),
        (("shot", "xor-hidden", "--keys", "t"), ""),
    ],
)
def test_ctrl_c_ends_every_command_in_an_iteration_that_does_not_end(words, written) -> None:
    told, tells = os.pipe()
    with TemporaryFile("w+") as out, open(told) as err, open(os.devnull) as nothing:
        streams = (nothing.fileno(), out.fileno(), tells)
        program = fork(("-c", BLOCKED, *words), streams, os.environ)
        os.close(tells)
        try:
            assert err.readline() == "in an iteration\n"
            os.kill(program.pid, signal.SIGINT)
            code = program.wait(BOUND / 2)
        finally:
            program.kill()
        out.seek(0)
        assert (code, err.read()) == (130, "")
        assert written in out.read()


@pytest.mark.parametrize("words", ["--version", "bias --linear --no-save", "nowhere"])
def test_the_program_ends_at_its_last_word_and_is_not_taken_apart_first(words) -> None:
    seen = "import atexit; atexit.register(print, 'taken apart')"
    program = f"{seen}; import sys; from gdtutor.__main__ import main; sys.exit(main())"
    told = ended(("-c", program, *words.split()))
    assert told.returncode == (2 if words == "nowhere" else 0)
    assert told.stdout + told.stderr
    assert b"taken apart" not in told.stdout


@pytest.mark.slow
def test_ctrl_c_leaves_an_iteration_of_the_linear_mode_and_the_talk_goes_on() -> None:
    words = "xor-hidden", "--linear", "--no-save"
    with subprocess.Popen(
        [sys.executable, "-c", BLOCKED, *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdin is not None
            assert process.stderr is not None
            process.stdin.write("t\n")
            process.stdin.flush()
            assert process.stderr.readline() == "in an iteration\n"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate("n\n", timeout=BOUND / 2)
        finally:
            process.kill()
    assert process.returncode == 0, err
    assert "0 of 5000 epochs, 0 iterations: paused." in out
    assert "[1/" in out
