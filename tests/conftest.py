"""What every test shares: how Hypothesis looks for a counterexample, and a home of its own."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", settings.get_profile("repeatable"), max_examples=10)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Let `--update-screens` write the screens that are held without the plugin's fixtures, too."""
    if config.getoption("--update-screens", False):
        os.environ["WRITE_SCREENS"] = "1"
    if config.option.markexpr == "not slow":
        # Who leaves out what takes long wants an answer soon; the whole run tries more examples.
        settings.load_profile("quick")
    if config.getoption("dist", "no") == "load":
        # A process that has nothing left takes over what another has.
        config.option.dist = "worksteal"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each of two processes begin with files that take long, and fill up with short tests."""
    if not hasattr(config, "workerinput"):
        return
    slow = [item for item in items if item.get_closest_marker("slow") is not None]
    short = [item for item in items if item.get_closest_marker("slow") is None]
    files = list(dict.fromkeys(item.path for item in slow))
    one = [item for item in slow if files.index(item.path) % 2 == 0]
    other = [item for item in slow if files.index(item.path) % 2]
    room = max(0, len(items) // 2 - len(one))
    items[:] = [*one, *short[:room], *other, *short[room:]]


@pytest.fixture(autouse=True, scope="session")
def home_of_its_own(tmp_path_factory):
    """Keep what the program remembers out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("XDG_DATA_HOME", raising=False)
        yield
