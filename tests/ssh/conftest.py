"""A real OpenSSH server on loopback for the tests beside this file; without one they are left out.

They are deselected, and the end of the run says so: a skipped test would look like a passed one.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ssh_server import SSHD, SshServer

HERE = Path(__file__).parent
MISSING = tuple(name for name in (SSHD, "ssh", "ssh-keygen", "tmux") if shutil.which(name) is None)
HINT = "apt-get install openssh-server openssh-client tmux"
LEFT_OUT = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    mine = [item for item in items if item.path.parent == HERE] if MISSING else []
    if mine:
        items[:] = [item for item in items if item.path.parent != HERE]
        config.hook.pytest_deselected(items=mine)
        config.stash[LEFT_OUT] = len(mine)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if LEFT_OUT in config.stash:
        terminalreporter.section("left out")
        terminalreporter.line(
            f"{config.stash[LEFT_OUT]} tests over SSH in {HERE.name}/ did not run, "
            f"for want of {', '.join(MISSING)}: {HINT}"
        )


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with SshServer(tmp_path_factory.mktemp("ssh")) as running:
        yield running
