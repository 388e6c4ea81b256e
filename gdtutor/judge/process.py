"""The process that a learner's program runs in: bounded in time, memory and output."""

from __future__ import annotations

import io
import json
import math
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.errors import GdTutorError
from gdtutor.values import Struct

SECONDS = 10
"""How long a program may take, on all starts together."""
MEMORY = 1 << 30
"""Bytes that its process may have, Python and NumPy among them."""
OUTPUT = 1 << 20
"""Bytes that it may print."""
FILE = 256 << 20
"""Bytes of the largest file that it may write."""
PROCESSES = 64
"""Processes that it may start; those that it has started may start none."""
_GRACE = 5
"""Seconds more after which the process is ended from outside."""
_STARTS = frozenset({"os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"})
_LOOK = 0.01
"""Seconds between two looks at whether it has ended."""
_HUNG = re.compile(r'File "(?P<path>[^"]+)", line (?P<line>\d+)')

Values = Mapping[str, NDArray[Any]]


class ProgramCase(Struct, frozen=True, eq=False):
    """What a program did on one start. Arrays have the program's own shapes and types."""

    values: Values
    """By the lesson's name; `own W1` is a given name as it was left, `was A1` a value before
    another line changed it."""
    facts: Mapping[str, Any]
    """What happened: `error`, `rows`, `layout`, `changed`, `inputs_changed`."""


class Bounds(Struct, frozen=True):
    """How long programs may run."""

    seconds: float = SECONDS
    is_wanted: Callable[[], bool] = lambda: True
    """Says whether somebody waits for them; where nobody does, the process is ended."""


BOUNDS = Bounds()


class ProgramRefused(GdTutorError):
    """A program that could not be run to its end."""


def run_programs(
    programs: Sequence[Mapping[str, Any]], bounds: Bounds = BOUNDS
) -> tuple[tuple[ProgramCase, ...], ...]:
    """Run programs in one process, and return what each did on each of its starts.

    Args:
        programs: For each `text`, `path`, `folder`, `wanted`, `parameters`, `data`, `chain`,
            `ends` and `cases`; see `child`.
        bounds: What holds for all of them together.

    Raises:
        ProgramRefused: They took too long, printed too much, or ended their process.
    """
    with tempfile.TemporaryDirectory(prefix="gdtutor-judge-") as folder:
        out = Path(folder) / "values.npz"
        job = {"programs": programs, "out": str(out), "memory": MEMORY, "seconds": bounds.seconds}
        child = _Child()
        child.run(pickle.dumps(job), bounds)
        if child.is_flood:
            what = f"{programs[0]['path']}: the program prints more than {OUTPUT >> 20} MB"
            raise ProgramRefused(what, "print less, and outside the loop")
        if not out.exists():
            raise _refusal(child, str(programs[0]["path"]), bounds.seconds)
        try:
            return _read(out, len(programs))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, BadZipFile) as error:
            what = f"what the program left cannot be read: {error}"
            raise ProgramRefused(what, "it may have written over the judge's own file") from None


def bound(memory: int) -> None:
    """Bound the memory, the files and the processes of the process that this is, and have it end
    none but its own.

    That is for what a learner does by mistake; who wants to gets around it.
    """
    started, own = iter(range(PROCESSES)), os.getpid()

    def heard(event: str, words: tuple[Any, ...]) -> None:
        if event in ("os.kill", "os.killpg") and words[0]:
            is_process = event == "os.kill" and words[0] > 0
            if (os.getpgid(words[0]) if is_process else abs(words[0])) != os.getpgid(0):
                raise PermissionError("a program may end no process but its own")
        if event in _STARTS and (os.getpid() != own or next(started, None) is None):
            raise RuntimeError(f"the program starts more than {PROCESSES} processes")

    sys.addaudithook(heard)
    # Windows has no such bounds, and macOS does not hold to that of memory.
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class _Child:
    """The process: what it prints is read and the end of it kept; without end, it is ended."""

    def __init__(self) -> None:
        # One thread for linear algebra: each reserves memory that would count against the program.
        one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "gdtutor.judge.child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **one_thread, "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )  # fmt: skip
        self._errors = b""
        self.is_flood = self.is_late = False
        """Whether it printed too much, and whether it was ended from outside after its time."""

    @property
    def code(self) -> int | None:
        """What it returned; None while it runs."""
        return self._process.returncode

    @property
    def errors(self) -> str:
        """The end of what it said on standard error."""
        return self._errors.decode("utf-8", "replace")

    def run(self, job: bytes, bounds: Bounds) -> None:
        """Hand a job over, and wait for the end, so long."""
        pipes = self._process.stdout, self._process.stderr
        threads = [threading.Thread(target=self._drain, args=[p], daemon=True) for p in pipes]
        for thread in threads:
            thread.start()
        try:
            # One that is gone already takes no job.
            with suppress(OSError), cast("IO[bytes]", self._process.stdin) as pipe:
                pipe.write(job)
            self._wait(bounds)
        finally:
            self._end()
        for thread in threads:
            thread.join(1.0)

    def _wait(self, bounds: Bounds) -> None:
        """Wait for the end, so long; `Popen.wait` would go on for a while after Ctrl-C."""
        until = monotonic() + bounds.seconds + _GRACE
        while self._process.poll() is None and not self.is_late:
            self.is_late = monotonic() > until or not bounds.is_wanted()
            sleep(_LOOK)

    def _drain(self, pipe: IO[bytes]) -> None:
        count = 0
        with pipe:
            while chunk := os.read(pipe.fileno(), 65536):
                count += len(chunk)
                if pipe is self._process.stderr:
                    self._errors = (self._errors + chunk)[-8192:]
                if count > OUTPUT and not self.is_flood:
                    self.is_flood = True
                    self._end()

    def _end(self) -> None:
        """End it, and whatever it has started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (AttributeError, ProcessLookupError, PermissionError):
            self._process.kill()
        self._process.wait()


def _refusal(ended: _Child, path: str, seconds: float) -> ProgramRefused:
    """Return why a process left nothing."""
    told, code = ended.errors, ended.code
    at = [int(m["line"]) for m in _HUNG.finditer(told) if m["path"] == path]
    where = f"{path}:{at[0]}: " if at else ""
    if "Timeout (" in told or ended.is_late:
        what = f"{where}the program takes longer than {seconds:g} seconds"
        return ProgramRefused(what, "is there a loop without an end?")
    if "MemoryError" in told or "Unable to allocate" in told:
        return memory_refusal(where)
    if code == 1 and "Traceback (" in told:
        # What the program does itself is told by the process.
        what = f"{path}: judging failed in the program's process: {told.strip().splitlines()[-1]}"
        return ProgramRefused(
            what, "put nothing in the place of Python's and NumPy's own functions"
        )
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    what = f"{path}: the program ended its process before it was judged ({how})"
    return ProgramRefused(what, "take out what ends it, such as exit() or os.kill()")


def memory_refusal(where: str) -> ProgramRefused:
    """Return what is said where a program asks for more memory than it may have."""
    what = f"{where}the program asks for more than {MEMORY >> 30} GB of memory"
    return ProgramRefused(what, "make smaller arrays")


def _read(out: Path, count: int) -> tuple[tuple[ProgramCase, ...], ...]:
    with np.load(out, allow_pickle=False) as held:
        facts = json.loads(str(held["facts"]))
        cells = io.BytesIO(held["cells"].tobytes())
    if len(facts) != count:
        raise ValueError(f"{len(facts)} programs were told of, not {count}")
    return tuple(tuple(_case(told, cells) for told in program["cases"]) for program in facts)


def _case(told: dict[str, Any], cells: IO[bytes]) -> ProgramCase:
    """Return what is told of a program's run on a start, with its arrays, which come next."""
    values = {}
    for name, (kind, shape) in told.pop("arrays").items():
        dtype, size = np.dtype(kind), math.prod(shape)
        held = cells.read(dtype.itemsize * size)
        values[name] = np.frombuffer(held, dtype, size).reshape(shape).copy()
    return ProgramCase(values, told)
