"""Programs that are killed while they save, and programs that save at the same time."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gdtutor.progress.store import ProgressStore

pytestmark = pytest.mark.slow

SESSION = Path(__file__).with_name("session_that_saves.py")
ROUNDS = 100
KEPT_STEPS = 400
"""Beyond this the file is begun again, so that opening it stays quick."""


def start(path: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(SESSION), str(path), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0)


def run_together(sessions: list[subprocess.Popen[bytes]]) -> None:
    """Wait until all have ended, each having saved everything."""
    for session in sessions:
        session.communicate()
    assert [session.returncode for session in sessions] == [0] * len(sessions)


@pytest.fixture(scope="module")
def sessions() -> Iterator[subprocess.Popen[bytes]]:
    """Begins a session for every line, as a copy of itself: the import takes most of a start."""
    command = [sys.executable, str(SESSION)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0) as running:
        yield running


def kill_at_a_random_moment(
    sessions: subprocess.Popen[bytes], path: Path, rng: random.Random
) -> int | None:
    """Kill a session that saves; return the last step that it called saved, if it came to that."""
    assert sessions.stdin is not None
    assert sessions.stdout is not None
    sessions.stdin.write(f"{path} bias\n".encode())
    said: list[bytes] = []

    def hear(enough: Callable[[], bool]) -> None:
        while not enough():
            line = sessions.stdout.readline()
            assert line, "nothing more comes"
            said.append(line)

    # Which process it is may be told after the first step that it has saved.
    lines = 1 + rng.randrange(4)
    hear(lambda: len(said) >= lines and any(line.startswith(b"process") for line in said))
    # An acknowledgement comes every few milliseconds. Waiting for the next one for a part of
    # that, or for nothing, spreads the kills over all that happens between two.
    select.select([sessions.stdout], [], [], rng.choice([0.0, rng.random() * 0.006]))
    child = next(line for line in said if line.startswith(b"process"))
    os.kill(int(child.split()[1]), signal.SIGKILL)
    hear(lambda: said[-1] == b"ended\n")
    steps = [int(line) for line in said if line[:1].isdigit()]
    return steps[-1] if steps else None


def saved_step(path: Path) -> int:
    """Return the step that the file holds, having checked that it holds together."""
    with ProgressStore(path) as store:
        assert store.is_saving
        assert all("was empty" in message for message in store.messages)
        answers = [int(one.answer) for one in store.attempts("bias")]
        place = store.places().get("bias")
    assert answers == list(range(1, len(answers) + 1))
    # The attempt of the next step may have been written before its place was.
    step = place.step if place is not None else 0
    assert step in (len(answers), len(answers) - 1)
    return step


def test_a_session_killed_at_any_moment_keeps_what_it_called_saved(
    sessions: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    rng = random.Random(48)
    path, acknowledged = tmp_path / "progress.sqlite", 0
    rounds_with_news = 0
    for number in range(ROUNDS):
        said = kill_at_a_random_moment(sessions, path, rng)
        step = saved_step(path)
        assert step >= (said or acknowledged)
        rounds_with_news += said is not None
        acknowledged = step
        if step > KEPT_STEPS:
            path, acknowledged = tmp_path / f"progress-{number}.sqlite", 0
    assert rounds_with_news > ROUNDS // 2
    assert not list(tmp_path.glob("*.damaged-*"))


CUT_OFF = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE place SET command = zeroblob(9), step = 0")
connection.execute("UPDATE attempt SET answer = zeroblob(length(answer))")
os.kill(os.getpid(), signal.SIGKILL)
"""
"""Overflows its page cache, so that half of a transaction is in the file when it dies."""


def test_half_a_transaction_in_the_file_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    run_together([start(path, "bias", "200")])
    before = path.read_bytes()
    subprocess.run([sys.executable, "-c", CUT_OFF, str(path)], check=False)
    assert path.read_bytes() != before
    assert path.with_name("progress.sqlite-journal").exists()
    assert saved_step(path) == 200
    assert path.read_bytes() == before


def test_two_sessions_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    sessions = [start(path, lesson, "60") for lesson in ("bias", "xor-hidden")]
    run_together(sessions)
    with ProgressStore(path) as store:
        assert store.messages == ()
        for lesson in ("bias", "xor-hidden"):
            answers = [int(one.answer) for one in store.attempts(lesson)]
            assert answers == list(range(1, 61))
            assert store.places()[lesson].step == 60


def test_two_sessions_on_one_lesson_keep_the_attempts_of_both(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    ProgressStore(path).close()
    sessions = [start(path, "bias", "40") for _ in range(2)]
    run_together(sessions)
    with ProgressStore(path) as store:
        assert len(store.attempts("bias")) == 80


def test_sessions_that_find_one_damaged_file_move_it_once(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    path.write_bytes(b"damaged" * 1000)
    lessons = [f"lesson-{number}" for number in range(4)]
    sessions = [start(path, lesson, "5") for lesson in lessons]
    run_together(sessions)
    assert [one.name for one in tmp_path.glob("*.damaged-*")] == ["progress.sqlite.damaged-1"]
    with ProgressStore(path) as store:
        assert {lesson: len(store.attempts(lesson)) for lesson in lessons} == dict.fromkeys(
            lessons, 5
        )
