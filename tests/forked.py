"""Python programs that start at once, as copies of a process that has imported gdtutor already.

What they import takes most of the time of most programs that tests start. A copy is a process like
any other, with a terminal, streams, variables and signals of its own; what happens before `main`
is not as it was, so that some tests start Python itself.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module

import gdtutor

PATIENCE = 90.0
"""Seconds that a wait lasts at most: no test waits that long when it passes, however busy the
machine is."""
KEPT = ""
"""A stream whose text is given or wanted."""


class Forked:
    """A running program; what `subprocess.Popen` can do that tests need."""

    returncode: int | None = None

    def __init__(self, pid: int, told: int) -> None:
        self.pid, self._told = pid, told

    def poll(self) -> int | None:
        """Return the exit code as `Popen` does, None while it runs."""
        return self._heard(0)

    def wait(self, seconds: float | None = None) -> int:
        """Wait for its end; return the exit code.

        Raises:
            TimeoutError: It did not end within `seconds`.
        """
        code = self._heard(seconds)
        if code is None:
            raise TimeoutError(f"process {self.pid} has not ended")
        return code

    def kill(self) -> None:
        """End it, where it has not ended yet."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _heard(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], seconds)[0]:
            self.returncode = os.waitstatus_to_exitcode(int(os.read(self._told, 16)))
            os.close(self._told)
        return self.returncode


def fork(
    arguments: Sequence[str],
    streams: Sequence[int | None],
    environ: Mapping[str, str],
    *,
    controls: bool = False,
) -> Forked:
    """Start a program.

    Args:
        arguments: What Python would get: a file or `-m MODULE` or `-c TEXT`, and its arguments.
        streams: The files that become standard input, output and error; None for a closed one.
        environ: Its variables.
        controls: Whether standard input is its controlling terminal.
    """
    told, tells = os.pipe()
    given = [stream for stream in streams if stream is not None]
    words = {
        "arguments": list(arguments), "open": [stream is not None for stream in streams],
        "environ": dict(environ), "folder": os.getcwd(), "controls": controls,
    }  # fmt: skip
    server, _ = _server()
    socket.send_fds(server, [json.dumps(words).encode() + b"\n"], [tells, *given])
    os.close(tells)
    return Forked(int(server.recv(16)), told)


def ended(
    arguments: Sequence[str],
    given: bytes = b"",
    environ: Mapping[str, str] | None = None,
    paths: Sequence[str | None] = (KEPT, KEPT, KEPT),
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; return its exit code, and what it wrote to streams that are kept.

    Args:
        arguments: As in `fork`.
        given: Standard input, where that is kept.
        environ: Its variables; those of this process where None.
        paths: The file that each stream is opened on, None where it is closed.
    """
    with contextlib.ExitStack() as stack:
        files = [
            path and stack.enter_context(open(path, mode))
            if path != KEPT
            else stack.enter_context(tempfile.TemporaryFile())
            for path, mode in zip(paths, ("rb", "wb", "wb"), strict=True)
        ]
        if given:
            os.pwrite(files[0].fileno(), given, 0)
        streams = [None if file is None else file.fileno() for file in files]
        program = fork(arguments, streams, os.environ if environ is None else environ)
        try:
            code = program.wait(PATIENCE)
        finally:
            program.kill()
        said = [
            os.pread(file.fileno(), 1 << 24, 0) if path == KEPT else b""
            for path, file in zip(paths[1:], files[1:], strict=True)
        ]
    return subprocess.CompletedProcess(arguments, code, *said)


class ForkedWithPipes(Forked):
    """A running program in the place of `subprocess.Popen`, with a pipe for each stream."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], **_: object) -> None:
        (given, gives), *says = os.pipe(), os.pipe(), os.pipe()
        theirs = given, *(writes for _, writes in says)
        started = fork(command[command.index("-m") :], theirs, env)
        super().__init__(started.pid, started._told)
        for stream in theirs:
            os.close(stream)
        self.stdin = os.fdopen(gives, "wb")
        self.stdout, self.stderr = (os.fdopen(reads, "rb") for reads, _ in says)


@cache
def _server() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Return the line to the process that copies are made of, and it; it ends with this one."""
    here, there = socket.socketpair()
    command = [sys.executable, "-m", "tests.forked", str(there.fileno())]
    folder = os.path.dirname(os.path.dirname(__file__))
    # Matrices of a lesson are small, and the threads for large ones do not live on in a copy.
    environ = os.environ | {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(command, pass_fds=[there.fileno()], cwd=folder, env=environ)
    there.close()
    return here, process


def _next_program(line: socket.socket) -> dict[str, object]:
    """Make copies as they are asked for; only a copy returns, with what it has to run."""
    while True:
        text, files, _, _ = socket.recv_fds(line, 1 << 16, 4)
        while text and not text.endswith(b"\n"):
            text += line.recv(1 << 16)
        if not text:
            os._exit(0)
        words, (tells, *given) = json.loads(text), files
        if os.fork() == 0:
            # This one waits for the program, so that the next can be started meanwhile.
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            started = os.fork()
            if started == 0:
                os.close(tells)
                line.close()
                _take(given, words)
                return words
            line.send(str(started).encode())
            for file in given:
                os.close(file)
            os.write(tells, str(os.waitpid(started, 0)[1]).encode())
            os._exit(0)
        for file in files:
            os.close(file)


def _take(given: Sequence[int], words: Mapping[str, object]) -> None:
    """Take streams, terminal, variables, folder and signals, as a process that starts does."""
    files = iter(given)
    for number, is_open in enumerate(words["open"]):
        if is_open:
            os.dup2(next(files), number)
        else:
            os.close(number)
    for file in given:
        os.close(file)
    if words["controls"]:
        os.login_tty(os.dup(0))
    else:
        os.setsid()
    os.chdir(words["folder"])
    os.environ.clear()
    os.environ.update(words["environ"])
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # As Python opens them.
    encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
    for number, (name, mode, errors, buffering) in enumerate(STREAMS):
        stream = None
        if words["open"][number]:
            stream = open(number, mode, buffering, encoding, errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


STREAMS = (
    ("stdin", "r", "strict", -1),
    ("stdout", "w", "strict", -1),
    ("stderr", "w", "backslashreplace", 1),
)
"""Name, mode, what is done about characters, and buffering."""


def _run(kind: str, *words: str) -> None:
    """Run what Python would get as its arguments."""
    if kind == "-c":
        sys.argv = ["-c", *words[1:]]
        exec(words[0], {"__name__": "__main__"})
    elif kind == "-m":
        sys.argv = list(words)
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [kind, *words]
        sys.path.insert(0, os.path.dirname(kind))
        runpy.run_path(kind, run_name="__main__")


def main() -> None:
    """Import the program, and become each of the copies that are asked for."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # As the program does before it imports Textual.
    import_module("gdtutor.paint.colours").prepare_environment(os.environ)
    # Which a first page needs alone.
    import_module("markdown_it")
    for module in pkgutil.walk_packages(gdtutor.__path__, "gdtutor."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    gc.freeze()
    # What follows belongs to a copy, which ends as any program does.
    words = _next_program(socket.socket(fileno=int(sys.argv[1])))
    _run(*words["arguments"])


if __name__ == "__main__":
    main()
