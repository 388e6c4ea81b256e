"""A lesson file is read whole, within bounds, and never waits for anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from lessons_for_tests import SCALAR

from gdtutor.engine.characters import pictured, shell_line, shell_word
from gdtutor.lesson.load import load_lesson, read_lesson
from gdtutor.lesson.reports import LessonError
from gdtutor.lesson.source import MAX_BYTES, read_source


def refused(path: Path) -> str:
    with pytest.raises(LessonError) as caught:
        read_source(path)
    return str(caught.value)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    plain, windows = tmp_path / "plain.md", tmp_path / "windows.md"
    plain.write_bytes(SCALAR.encode())
    windows.write_bytes(b"\xef\xbb\xbf" + SCALAR.replace("\n", "\r\n").encode())
    assert read_source(windows) == read_source(plain) == SCALAR
    assert load_lesson(windows).scenes[0].notes == load_lesson(plain).scenes[0].notes


def test_a_missing_file_is_reported_with_its_path_alone(tmp_path: Path) -> None:
    path = tmp_path / "none.md"
    assert refused(path).startswith(f"{path}: error: there is no such file")


@pytest.mark.parametrize("name", ["rates.md", "2-rates.md", "07-rate.md", "rates"])
def test_a_missing_file_offers_the_near_one_of_its_folder(name: str, tmp_path: Path) -> None:
    for known in ("07-rates.md", "08-rate-me.md", "README.md", "rates.csv"):
        (tmp_path / known).write_text("", encoding="utf-8")
    report = refused(tmp_path / name)
    assert report.endswith(f"no such file — did you mean '{tmp_path / '07-rates.md'}'?")


@pytest.mark.parametrize("name", ["zzz.md", "readme.md", "nowhere/rates.md", "rates/rates.md"])
def test_a_missing_file_without_a_near_one_says_where_to_look(name: str, tmp_path: Path) -> None:
    (tmp_path / "rates").write_text("", encoding="utf-8")
    (tmp_path / "README.md").write_text("", encoding="utf-8")
    assert "check" in refused(tmp_path / name)


def test_the_near_name_is_free_of_control_characters(tmp_path: Path) -> None:
    (tmp_path / "07-rates\x1b[31m.md").write_text("", encoding="utf-8")
    assert "07-rates␛[31m.md'?" in refused(tmp_path / "07-rates.md")


def test_a_folder_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.md"
    os.mkfifo(pipe)
    assert "not a regular file" in refused(pipe)
    assert "not a regular file" in refused(Path("/dev/zero"))
    assert "folder" in refused(tmp_path)


def test_a_file_over_the_bound_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.md"
    path.write_bytes(b"x" * (MAX_BYTES + 1))
    assert "larger than 1024 KiB" in refused(path)
    path.write_bytes(SCALAR.encode() + b"\n" * (MAX_BYTES - len(SCALAR.encode())))
    assert "KiB" not in read_lesson(path)[1][0].text()


def test_bytes_that_are_not_utf_8_are_located(tmp_path: Path) -> None:
    path = tmp_path / "latin.md"
    path.write_bytes("+++\né: ü".encode() + b"\xff")
    assert refused(path).startswith(f"{path}:2:5: error: the byte 0xff")


def test_a_name_with_a_nul_is_a_file_that_cannot_be_read() -> None:
    assert "cannot be read" in refused(Path("a\0b.md"))


def test_control_characters_become_pictures() -> None:
    assert pictured("\x00\x07\x1b[31m\x7f") == "␀␇␛[31m␡"
    assert pictured("\x85\x9b\u202e\u2066\u2028\ufeff\udcff") == "�" * 7
    assert pictured("a\nb\tc\r", keep="\n\t") == "a\nb\tc␍"
    assert pictured("σ ∂ ŷ é 重") == "σ ∂ ŷ é 重"


def test_characters_that_do_not_show_become_ones_that_do() -> None:
    hidden = "\u00ad\u034f\u115f\u180e\u200b\u200c\u200d\u2060\u2064\u3164\ufff9\U000e0041"
    assert pictured(f"a{hidden}b") == f"a{'�' * len(hidden)}b"


@pytest.mark.parametrize(
    "word",
    [
        "plain.md",
        "two words",
        "a\nb",
        "it's \x1b[31mred\x07",
        "\u202ename\u200b\udcff\x7f",
        "\\x1b'\x1b",
    ],
)
def test_a_word_for_a_shell_has_no_control_character_and_is_read_back_whole(word: str) -> None:
    quoted = shell_word(word)
    assert pictured(quoted) == quoted
    read = subprocess.run(["bash", "-c", f"printf %s {quoted}"], capture_output=True, check=True)
    assert os.fsdecode(read.stdout) == word


def test_a_kept_command_that_is_none_is_shown_as_it_is() -> None:
    assert shell_line("gdtutor 'a\x1b") == "gdtutor 'a␛"


def test_no_control_character_survives_in_any_text_of_a_lesson(tmp_path: Path) -> None:
    text = SCALAR.replace("Opening prose.", "\x1b[2J\x07Opening\u202e prose.\x9b")
    escaped = 'title = "\\u001b[31m\\nBase\\u009b"\nsummary = "\\r\\u0007"'
    text = text.replace('title = "Base"', escaped)
    text = text.replace("The sum is", "The\x08 sum is")
    path = tmp_path / "hostile.md"
    path.write_bytes(text.encode())
    lesson = load_lesson(path)
    texts = (lesson.title, lesson.summary, lesson.prose, lesson.scenes[0].notes[0].text)
    for shown in texts:
        assert pictured(shown, keep="\n\t") == shown
    assert "\n" not in lesson.title
    assert "␛[2J" in lesson.prose
