"""The shipped lessons pass the same check that authors run."""

import pytest

from gdtutor.check.paths import check_paths
from gdtutor.engine.gradient_check import TOLERANCE
from gdtutor.lesson.discovery import discover, shipped_lessons_folder

pytestmark = pytest.mark.slow


def test_the_shipped_lessons_have_no_errors_and_every_gradient_is_confirmed():
    folder = shipped_lessons_folder()
    result = check_paths([folder])
    assert [report.text() for report in result.problems if report.level == "error"] == []
    assert result.files == len(discover(folder))
    # Beside a cost of an eighth, a difference has few digits of a gradient of a thousand-millionth.
    assert 0 < result.worst <= 10 * TOLERANCE
