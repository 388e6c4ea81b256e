"""What a class has answered is kept in a file, and reported as text and as CSV."""

import csv
import io
import random
import re
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from classes import Watched, after, lesson_session

from gdtutor.classroom import record
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.polls import ToldVerdict, own_question
from gdtutor.classroom.record import ClassRecorder, kept_classes
from gdtutor.classroom.screens import SharedScreens
from gdtutor.cli import main
from gdtutor.cli.report_class import _program_lines, _safe
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.press import Press
from gdtutor.session.update import Posed, update


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a recorder wait for its disk at the end, however busy that is."""
    monkeypatch.setattr(record, "CLOSING_SECONDS", 90.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the record of a class of two, asked once; its end closes the question."""
    path = tmp_path / "class.sqlite"
    now = count(1_000_000_000)
    recorder = ClassRecorder(path, "ML 1", lambda: next(now))
    hub, shared = ClassHub(recorder=recorder), SharedScreens()
    session = lesson_session("bias", "backward:yhat")
    hub.teach(session)
    for name in ("anna", "=ben"):
        hub.join(name, Watched(hub, shared, (80, 24)), returns=False)
    assert "Your answers are kept" in hub.seat("anna").notice
    session = update(session, Posed(own_question(session, "value")))[0]
    hub.teach(session)
    for name, text in (("anna", "0.125"), ("=ben", "0.5")):
        for key in (*text, "enter"):
            hub.press(name, Press(key, key if len(key) == 1 else None))
    hub.end()
    recorder.close()
    assert not recorder.problem
    return path


def test_attendance_and_answers_are_kept(file: Path) -> None:
    (kept,) = kept_classes(file)
    assert kept.title == "ML 1"
    assert {record.name for record in kept.attendance} == {"anna", "=ben"}
    assert [(a.name, a.answer, a.verdict) for a in kept.answers] == [
        ("=ben", "0.5", "local factor missing"),
        ("anna", "0.125", "right"),
    ]
    # Each has the time at which it was given, not that of the end.
    times = {answer.name: answer.at for answer in kept.answers}
    assert times["anna"] < times["=ben"] < max(move.at for move in kept.attendance) + 60


def test_the_report_says_how_answers_are_spread_and_what_was_right_at_last(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["class-report", str(file)]) == 0
    told = capsys.readouterr().out
    assert "1 local factor missing (0.5)" in told
    assert "anna: 1 of 1 right" in told


def test_each_row_of_the_csv_is_read_alone(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorder = ClassRecorder(file, "=ML 2", lambda: 2e9)
    hub = ClassHub(recorder=recorder)
    for right, first, slip in ((5, "dz", "local factor missing"), (6, "", ""), (7, "", "")):
        hub.judged("cleo", ToldVerdict("bias", right, 7, first, slip))
    recorder.close()
    assert main(["class-report", str(file), "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    came, asked, left = (
        [row for row in rows if row["kind"] == kind] for kind in ("came", "asked", "left")
    )
    assert [row["name"] for row in came] == ["anna", "'=ben"]
    # Who stayed has left at the end.
    assert [row["name"] for row in left] == ["anna", "'=ben"]
    assert len({row["at"] for row in left}) == 1
    assert [(row["poll"], row["name"]) for row in asked] == [("1", "")]
    text = asked[0]["text"]
    assert text == "What is ∂L/∂z?"
    answers = [row for row in rows if row["kind"] == "answer"]
    assert [(row["text"], row["name"], row["answer"], row["verdict"]) for row in answers] == [
        (text, "anna", "0.125", "right"),
        (text, "'=ben", "0.5", "local factor missing"),
    ]
    # Where no program departs, nothing is counted.
    assert not list(_program_lines((kept_classes(file)[1].verdicts[1],)))
    programs = [row for row in rows if row["kind"] == "program"]
    assert {row["class"] for row in programs} == {"'=ML 2"}
    assert [(row["lesson"], row["text"], row["answer"], row["verdict"]) for row in programs] == [
        ("bias", "own program: first departs at dz", "5 of 7", "local factor missing"),
        ("bias", "own program: nothing departs", "6 of 7", "right so far"),
        ("bias", "own program: nothing departs", "7 of 7", "right"),
    ]
    times = [row["at"] for row in rows if row["class"] == "ML 1"]
    assert times == sorted(times)


def test_a_table_computes_nothing_of_what_students_type_and_reads_numbers_as_such() -> None:
    texts = ["=1+1", "+cmd|x", "-0.125", "+2e-3", "-", "@x", "-1-1", "w"]
    assert [_safe(text) for text in texts] == [
        "'=1+1", "'+cmd|x", "-0.125", "+2e-3", "'-", "'@x", "'-1-1", "w"
    ]  # fmt: skip


def test_a_second_class_stands_behind_the_first(file: Path) -> None:
    ClassRecorder(file, "ML 2", lambda: 2e9).close()
    assert [kept.title for kept in kept_classes(file)] == ["ML 1", "ML 2"]


@pytest.mark.slow
def test_a_record_with_any_byte_flipped_is_told_or_said_to_be_damaged(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, codes = file.read_bytes(), set()
    written = [at for at, byte in enumerate(good) if byte]
    for at in (*range(40), *random.Random(12).sample(written, 120)):
        for mask in (0x01, 0x80):
            file.write_bytes(good[:at] + bytes([good[at] ^ mask]) + good[at + 1 :])
            codes |= {main(["class-report", str(file), *words]) for words in ((), ("--csv",))}
    assert codes == {0, 2}
    capsys.readouterr()


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("not a record, and longer than a header of SQLite would be " * 20)
    with pytest.raises(GdTutorError, match=r"notes\.txt"):
        ClassRecorder(other, "ML", lambda: 0.0)
    assert other.read_text().startswith("not a record")
    with pytest.raises(GdTutorError, match="there is no file"):
        kept_classes(tmp_path / "nowhere")


def test_a_question_that_was_answered_by_nobody_is_no_record(tmp_path: Path) -> None:
    recorder = ClassRecorder(tmp_path / "c", "ML", lambda: 0.0)
    hub = ClassHub(recorder=recorder)
    session = lesson_session("bias", "backward:yhat")
    hub.teach(update(session, Posed(own_question(session, "sign")))[0])
    hub.teach(after(hub.room.taught, "escape", "n"))
    recorder.close()
    assert kept_classes(tmp_path / "c")[0].answers == ()


def test_a_report_says_what_was_asked_how_often_what_was_answered_and_who_was_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, now = tmp_path / "c", count(1_000_000_000)
    recorder = ClassRecorder(path, "ML", lambda: next(now))
    hub, shared = ClassHub(recorder=recorder), SharedScreens()
    session = lesson_session("bias", "backward:yhat")
    hub.teach(session)
    seats = {name: Watched(hub, shared, (80, 24)) for name in ("anna", "ben", "cleo")}
    for name, line in seats.items():
        hub.join(name, line, returns=False)
    asked = update(session, Posed(own_question(session, "Which way? | up | *down | stay")))[0]
    hub.teach(asked)
    for name, key in (("anna", "1"), ("ben", "1"), ("cleo", "3")):
        for typed in (key, "enter"):
            hub.press(name, Press(typed, typed if typed == key else None))
    session = after(hub.room.taught, "escape", "n")
    hub.teach(session)
    hub.teach(update(session, Posed(own_question(session, "sign")))[0])
    hub.leave("ben", seats["ben"])
    hub.end()
    recorder.close()
    assert main(["class-report", str(path)]) == 0
    told = capsys.readouterr().out
    assert ": 3 names, 3 answered\n" in told
    assert "1. Which way? (up; down; stay): 3 answers\n" in told
    assert "3 another answer (up 2, stay)" in told
    assert "2. What is the sign of" in told
    assert "?: nobody answered" in told
    assert "anna: 0 of 1 right; 1. another answer" in told
    at_last = told.partition("at last\n")[2].split("\n")
    anna, ben = (next(row for row in at_last if f"{name}: " in row) for name in ("anna", "ben"))
    assert re.search(r"another answer; here \d\d:\d\d-\d\d:\d\d$", anna)
    assert re.search(r"another answer; here \d\d:\d\d-\d\d:\d\d$", ben)


def test_a_record_of_before_without_its_questions_is_told_and_goes_on(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE question")
    assert main(["class-report", str(file)]) == 0
    assert "1. 2 answers\n     bias, backward:z?value" in capsys.readouterr().out
    ClassRecorder(file, "ML 2", lambda: 2e9).close()
    assert [kept.questions for kept in kept_classes(file)] == [(), ()]


def test_two_rounds_of_a_question_are_kept_and_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, now = tmp_path / "c", count(1_000_000_000)
    recorder = ClassRecorder(path, "ML", lambda: next(now))
    hub = ClassHub(recorder=recorder)
    hub.teach(lesson_session("bias", "backward:yhat"))
    for name in ("anna", "ben", "cleo"):
        hub.join(name, Watched(hub, SharedScreens(), (80, 24)), returns=False)
    for texts in (("0.5", "0.125", "0.5"), ("0.125", "0.125", "")):
        session = hub.room.taught
        hub.teach(update(session, Posed(own_question(session, "value")))[0])
        for name, text in zip(("anna", "ben", "cleo"), texts, strict=True):
            for key in (*text, "enter"):
                hub.press(name, Press(key, key if len(key) == 1 else None))
    hub.end()
    recorder.close()
    assert main(["class-report", str(path)]) == 0
    told = capsys.readouterr().out
    assert told.partition("answered\n")[2].partition("  at last")[0] == (
        "  1, 2. What is ∂L/∂z?: round 1, 3 answers; round 2, 2 answers\n"
        "     bias, backward:z?value\n"
        "      1   2 right (0.125 3)\n"
        "      2   0 local factor missing (0.5 2)\n"
    )
    assert "anna: 1 of 1 right" in told
    assert main(["class-report", str(path), "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    columns = ("round", "answer", "answer_before", "verdict_before")
    answers = {(row["name"], *(row[one] for one in columns)) for row in rows if row["answer"]}
    assert answers == {
        ("anna", "1", "0.5", "", ""), ("ben", "1", "0.125", "", ""), ("cleo", "1", "0.5", "", ""),
        ("anna", "2", "0.125", "0.5", "local factor missing"),
        ("ben", "2", "0.125", "0.125", "right"),
    }  # fmt: skip
