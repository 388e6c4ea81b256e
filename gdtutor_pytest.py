"""The pytest plugin: a `lesson` fixture, and screens held as text with `--update-screens`.

pytest loads it in every project of the environment, so it imports nothing of the program, nor
NumPy, until a fixture is used. It stands beside the package: pytest compiles what holds a plugin
anew, for its assertions, which would be all of gdtutor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gdtutor.testing.lessons import GoldenScreens, LessonUnderTest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-screens`."""
    group = parser.getgroup("gdtutor", "lessons of gdtutor")
    group.addoption(
        "--update-screens",
        action="store_true",
        default=False,
        help="write the screens that tests hold lessons to, instead of comparing",
    )


@pytest.fixture
def assert_screen(request: pytest.FixtureRequest) -> GoldenScreens:
    """Hold a screen, or any text, to the file of a name beside the test.

    `assert_screen(text, "name")` compares with `screens/<test file>/<name>.txt`;
    `--update-screens` writes it.
    """
    from gdtutor.testing.lessons import GoldenScreens

    folder = request.path.parent / "screens" / request.path.stem
    return GoldenScreens(folder, writes=bool(request.config.getoption("--update-screens")))


@pytest.fixture
def lesson(
    request: pytest.FixtureRequest, assert_screen: GoldenScreens
) -> Callable[[str], LessonUnderTest]:
    """Open lessons: `lesson("my.md")` is the file beside the test, or else below pytest's root.

    An id or a number names a lesson that came with the program.
    """
    from gdtutor.testing.lessons import LessonUnderTest, find

    def open_one(name: str) -> LessonUnderTest:
        folders = (request.path.parent, request.config.rootpath)
        return LessonUnderTest(find(name, folders), assert_screen)

    return open_one
