"""What every test shares: how Hypothesis looks for a counterexample, lessons read once, a home."""

import gc
import subprocess
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings

from gdtutor.judge import process
from gdtutor.lesson import load
from gdtutor.lesson.discovery import LessonEntry
from gdtutor.lesson.model import Lesson
from gdtutor.library import lessons
from gdtutor.training.plan import source
from gdtutor.view import once
from gdtutor.view.graph import panel
from tests.forked import ForkedWithPipes
from tests.tries import MANY, QUICK, USUAL, sampled

PARSE, VARY, LIST = load.parse_lesson, load.with_variant, lessons.entry_of
KEPT = (Path(__file__).parents[1] / "lessons", Path(__file__).parent / "data")
"""No test changes a file there, so that its lesson is the same value however often it is read."""

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=USUAL,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("many", settings.get_profile("repeatable"), max_examples=MANY)
settings.register_profile("quick", settings.get_profile("repeatable"), max_examples=QUICK)
settings.load_profile("repeatable")


parsed_once, varied_once, listed_once = cache(PARSE), lru_cache(256)(VARY), cache(LIST)


def is_kept(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in KEPT)


def parse_lesson(text: str, path: Path):
    """Read a lesson as the program does; one that no test changes once, as thousands open it."""
    return (parsed_once if is_kept(path) else PARSE)(text, path)


def with_variant(lesson: Lesson, name: str) -> Lesson:
    """Return a variant as the program does, of a lesson that no test changes once."""
    return (varied_once if is_kept(lesson.path) else VARY)(lesson, name)


def entry_of(path: Path) -> LessonEntry:
    """List a lesson as the program does, one that no test changes once."""
    return (listed_once if is_kept(path) else LIST)(path)


# Before any test module, as some of them open lessons when they are imported.
load.parse_lesson, load.with_variant, lessons.entry_of = parse_lesson, with_variant, entry_of
# Equal lines of a plan are compiled once.
source.compile = lru_cache(1000)(compile)
# What one test has measured or drawn another one finds: more of it is kept than a screen needs.
once._done = lru_cache(2000)(once._done.__wrapped__)
panel._drawn = lru_cache(2000)(panel._drawn.__wrapped__)


def pytest_configure(config: pytest.Config) -> None:
    if config.option.markexpr == "not slow":
        # Who leaves out what takes long wants an answer soon; the whole run tries more examples.
        settings.load_profile("quick")
    if config.getoption("dist", "no") == "load":
        # A process that has nothing left takes over what another has.
        config.option.dist = "worksteal"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each of two processes begin with files that take long, and fill up with short tests.

    Who leaves out what takes long gets some cases of what tries the same on many.
    """
    if config.option.markexpr == "not slow":
        items[:] = sampled(items)
    if not hasattr(config, "workerinput"):
        return
    slow = [item for item in items if item.get_closest_marker("slow") is not None]
    short = [item for item in items if item.get_closest_marker("slow") is None]
    files = list(dict.fromkeys(item.path for item in slow))
    one = [item for item in slow if files.index(item.path) % 2 == 0]
    other = [item for item in slow if files.index(item.path) % 2]
    room = max(0, len(items) // 2 - len(one))
    items[:] = [*one, *short[:room], *other, *short[room:]]


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what stays to the end, and most of its rounds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True, scope="session")
def judge_in_copies():
    """Run learners' programs in copies of one process, where no test is about their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "subprocess", SimpleNamespace(Popen=ForkedWithPipes, PIPE=None))
        yield


@pytest.fixture
def judge_in_its_own_process(monkeypatch):
    """Run a learner's program as the judge does."""
    monkeypatch.setattr(process, "subprocess", subprocess)


@pytest.fixture(autouse=True, scope="session")
def home_of_its_own(tmp_path_factory):
    """Keep what the program remembers out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("XDG_DATA_HOME", raising=False)
        yield
