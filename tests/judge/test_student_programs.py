"""No right program of a student is blamed, and of a wrong one the slip is named, or none."""

import pytest

from gdtutor.judge.verdict import Verdict
from tests.judge.judging import judged
from tests.judge.student_programs import RIGHT, WRONG


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict | Exception]:
    wrong = [(RIGHT[s][0], RIGHT[s][1].replace(old, new)) for s, old, new, _, _ in WRONG]
    return judged([*RIGHT.values(), *wrong], tmp_path_factory.mktemp("students"))


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_of_a_student_is_not_blamed(
    found: list[Verdict | Exception], name: str
) -> None:
    verdict = found[list(RIGHT).index(name)]
    assert isinstance(verdict, Verdict), verdict
    assert verdict.is_right
    assert verdict.mishap is None


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(WRONG)), ids=[f"{w[0]}: {w[2]}" for w in WRONG])
def test_a_mistake_of_a_student_is_named_truly_or_not_at_all(
    found: list[Verdict | Exception], number: int
) -> None:
    style, old, _, name, slip = WRONG[number]
    assert old in RIGHT[style][1]
    verdict = found[len(RIGHT) + number]
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert (verdict.first.name.name, verdict.first.slip and verdict.first.slip.slip) == (name, slip)
    assert verdict.source.written(verdict.first.line)
