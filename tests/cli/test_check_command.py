"""`gdtutor check`: exit codes, what it prints, and where."""

import json

import pytest
from lesson_texts import NEURON_GRAPH, neuron

from gdtutor.cli import main


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "07-lesson.md"
    path.write_text(neuron(), encoding="utf-8")
    return path


def test_a_sound_lesson_exits_0(sound, capsys):
    assert main(["check", str(sound)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("1 file, 0 errors")
    assert err == ""


def test_an_invalid_lesson_exits_1_with_its_report_on_standard_output(tmp_path, capsys):
    path = tmp_path / "08-lesson.md"
    path.write_text(neuron(NEURON_GRAPH.replace("z - y", "zz - y")), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    out, err = capsys.readouterr()
    [head, source, caret, *_] = out.split("\n")
    line = path.read_text().split("\n").index("L = (zz - y)**2 / 2") + 1
    assert head.startswith(f"{path}:{line}:6: error: ")
    assert source == "    L = (zz - y)**2 / 2"
    assert caret == "         ^"
    assert err == ""


def test_a_warning_alone_exits_0(sound, capsys):
    sound.write_text(neuron(more="[constants]\nc = 1.0"), encoding="utf-8")
    assert main(["check", str(sound)]) == 0
    assert ": warning: " in capsys.readouterr().out


def test_a_path_that_does_not_exist_exits_2_on_standard_error(tmp_path, capsys):
    assert main(["check", str(tmp_path / "nowhere")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "there is no file or folder" in err


def test_json_holds_files_problems_and_gradients(sound, capsys):
    assert main(["check", "--json", str(sound)]) == 0
    data = json.loads(capsys.readouterr().out)
    assert list(data) == ["format", "files", "problems", "gradients"]
    assert data["gradients"][0]["parameter"] == "w"


def test_nothing_of_a_file_outside_a_course_is_shown(tmp_path, capsys):
    course = tmp_path / "course"
    course.mkdir()
    (tmp_path / "secret").write_text("top secret\n", encoding="utf-8")
    (course / "01-link.md").symlink_to(tmp_path / "secret")
    assert main(["check", str(course)]) == 1
    assert main(["list", str(course)]) == 0
    said = "".join(capsys.readouterr())
    assert "01-link.md: error: the file is a link that leads out of the folder" in said
    assert "secret" not in said


def test_no_control_character_of_a_file_name_reaches_the_terminal(tmp_path, capsys):
    path = tmp_path / "09-\x1b[31mred.md"
    path.write_text(neuron(NEURON_GRAPH.replace("w*x", "w*q")), encoding="utf-8")
    main(["check", str(path)])
    main(["check", "--json", str(path)])
    main(["check", str(path) + "x"])
    assert "\x1b" not in "".join(capsys.readouterr())
