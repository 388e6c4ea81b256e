"""The pytest plugin, as an author's repository uses it: the README's own example is run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

README = Path(__file__).parent.parent / "README.md"


def part(name):
    """Return the code of a marked part of the README."""
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n`+\w+\n(.*?)\n`+\n<!-- /{name} -->", text, re.DOTALL)
    assert found is not None
    return found[1] + "\n"


def run_pytest(folder, *words):
    """Run pytest in a folder, as its author would; return its exit code and what it prints."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-q",
        "-p",
        "no:hypothesispytest",
    ]
    done = subprocess.run(
        [*command, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path):
    (tmp_path / "half.md").write_text(part("lesson"), encoding="utf-8")
    (tmp_path / "test_half.py").write_text(part("lesson test"), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return tmp_path


def test_the_example_of_the_readme_passes_once_its_screens_are_written_until_one_changes(project):
    assert run_pytest(project, "--update-screens")[0] == 0
    screens = sorted(path.name for path in (project / "screens" / "test_half").iterdir())
    assert screens[0] == "half-1-backward-L-80x24.txt"
    assert len(screens) == 14
    assert run_pytest(project)[0] == 0
    lesson = project / "half.md"
    lesson.write_text(lesson.read_text().replace("Should the", "Should this"), encoding="utf-8")
    code, out = run_pytest(project, "-k", "screens")
    assert code == 1
    assert "-" in out
    assert "- The gradient is 4. Should the weight grow or shrink?" in out
    assert "+ The gradient is 4. Should this weight grow or shrink?" in out


def test_a_lesson_with_a_mistake_fails_its_check_with_the_report(project):
    lesson = project / "half.md"
    lesson.write_text(lesson.read_text().replace("z - y", "z - u"), encoding="utf-8")
    code, out = run_pytest(project, "-k", "sound")
    assert code == 1
    assert re.search(r"half\.md:\d+:\d+: error: 'u'", out)


def test_the_plugin_loads_neither_numpy_nor_textual(tmp_path):
    (tmp_path / "test_nothing.py").write_text(
        "import sys\n\n\ndef test_nothing():\n"
        "    assert 'gdtutor_pytest' in sys.modules\n"
        "    assert not {'numpy', 'textual', 'rich.console', 'plotext'} & set(sys.modules)\n",
        encoding="utf-8",
    )
    code, out = run_pytest(tmp_path)
    assert code == 0, out
