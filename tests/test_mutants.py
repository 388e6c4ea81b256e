"""The trial of planted faults: one that no test sees is named, one that a test sees is not."""

from pathlib import Path

import pytest

from tests.mutants import main, mutant_at, places

MODULE = """\
def is_more(a, b):
    return a > b


def total(a, b):
    return a + b
"""
TESTS = """\
from gdtutor.session.sums import is_more, total


def test_sums():
    assert is_more(2, 1)
    assert not is_more(1, 2)
    assert total(2, 1) == 3
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {
        "gdtutor/__init__.py": "",
        "gdtutor/session/sums.py": MODULE,
        "tests/session/test_sums.py": TESTS,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.slow
def test_a_fault_that_no_test_sees_survives_and_one_that_a_test_sees_is_killed(
    repository: Path,
) -> None:
    said: list[str] = []
    main(["--folder", "gdtutor/session"], said.append, repository)
    assert sorted(said[:-1]) == [
        "SURVIVED  gdtutor/session/sums.py:2  a > b  ->  a >= b",
        "killed    gdtutor/session/sums.py:6  a + b  ->  a - b",
    ]
    assert said[-1] == "1 of 2 faults were seen, 50%"
    assert (repository / "gdtutor/session/sums.py").read_text() == MODULE


@pytest.mark.slow
def test_tests_that_fail_without_a_fault_tell_nothing(repository: Path) -> None:
    (repository / "tests/session/test_sums.py").write_text("def test_fails():\n    assert False\n")
    with pytest.raises(SystemExit, match="fail without any fault"):
        main(["--folder", "gdtutor/session"], root=repository)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a <= b", "a < b"),
        ("a is None", "a is not None"),
        ("a and b", "a or b"),
        ("not a", "not not a"),
        ("True", "False"),
        ("7", "8"),
        ("a // b", "a * b"),
    ],
)
def test_each_fault_is_one_change_of_one_place(before: str, after: str, tmp_path: Path) -> None:
    module = tmp_path / "one.py"
    module.write_text(f"x = {before}\n")
    [(file, number)] = list(places(tmp_path, "one.py"))
    found = mutant_at(tmp_path, file, number)
    assert (found.before, found.after, found.module) == (before, after, f"x = {after}")
