"""The pytest plugin by a name in the package, as `-p gdtutor.testing.pytest_plugin` asks for it."""

from gdtutor_pytest import assert_screen, lesson, pytest_addoption

__all__ = ["assert_screen", "lesson", "pytest_addoption"]
