"""An OpenSSH server with keys, port and configuration of its own, and clients in terminals."""

import getpass
import os
import select
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from pseudo_terminal import PATIENCE, PseudoTerminal

SSHD = "/usr/sbin/sshd"
PROGRAM = shlex.join([sys.executable, "-m", "gdtutor"])
SAVING = shlex.join([sys.executable, str(Path(__file__).parents[1] / "ui" / "saving_app.py")])
FORCED = f"{PROGRAM} bias --no-save --no-mouse"

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PidFile none
PrintMotd no
KexAlgorithms curve25519-sha256
"""
"""The exchange of keys that the client would choose by itself takes most of a login's time."""


def is_gone(pid: int, seconds: float = PATIENCE) -> bool:
    """Wait until a process has ended, at most so long; also where it had ended before."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


class SshServer:
    """Runs `sshd` in the foreground as the user of the tests, who alone may log in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self._port = found.getsockname()[1]
        self._make_key("host")
        user, visitor = self._make_key("user"), self._make_key("visitor")
        forced = f'restrict,pty,command="{FORCED}"'
        (folder / "authorized").write_text(f"{user}{forced} {visitor}")
        (folder / "config").write_text(CONFIG.format(port=self._port, folder=folder))

    def __enter__(self) -> "SshServer":
        if os.getuid() == 0:
            # Debian's service makes this folder as it starts.
            Path("/run/sshd").mkdir(exist_ok=True)
        command = [SSHD, "-D", "-e", "-f", str(self._folder / "config")]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        line = self._process.stderr.readline() if self._process.stderr is not None else b""
        if b"Server listening" not in line:
            raise OSError(f"sshd did not start: {line.decode()}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def _make_key(self, name: str) -> str:
        """Make a pair of keys and return the public one."""
        path = self._folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
        return path.with_suffix(".pub").read_text()

    def let_in(self, key: str, options: str) -> None:
        """Make one more key, which may log in under options as `authorized_keys` has them."""
        with (self._folder / "authorized").open("a") as keys:
            keys.write(f"{options} {self._make_key(key)}")

    def settings_of(self, more: str, user: str) -> str:
        """Return what sshd makes of its configuration with some more of it, for a user."""
        path = self._folder / "more"
        path.write_text((self._folder / "config").read_text() + more)
        who = f"user={user},host=localhost,addr=127.0.0.1"
        command = [SSHD, "-T", "-f", str(path), "-C", who]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def client(self, *options: str, key: str = "user") -> list[str]:
        """Return the command of a client without what it runs there."""
        known = ("UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR")
        told = [word for option in known for word in ("-o", option)]
        where = ["-p", str(self._port), "-i", str(self._folder / key)]
        return ["ssh", "-F", "none", *told, *where, *options, f"{getpass.getuser()}@127.0.0.1"]

    def terminal(self, remote: str, key: str = "user", **options: object) -> PseudoTerminal:
        """Log in from a terminal and run a command there."""
        command = tuple(self.client("-tt", key=key))
        return PseudoTerminal(remote, command=command, **options)  # type: ignore[arg-type]
