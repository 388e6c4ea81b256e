"""Following a lesson and its data: what counts as saved, and what a save comes to."""

import os

import pytest
from lesson_texts import NEURON_GRAPH, neuron

from gdtutor.drive.watching import GONE_LOOKS, Watcher
from gdtutor.session.opening import Broke, Reloaded
from gdtutor.session.state import Session
from gdtutor.session.update import update


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "07-lesson.md"
    path.write_text(neuron(), encoding="utf-8")
    return path


def save(path, text, seconds):
    """Write a file as an editor would, at a time of its own."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (seconds, seconds))


def test_nothing_is_told_where_nothing_was_saved(lesson):
    watcher = Watcher(lesson)
    assert [watcher.look() for _ in range(3)] == [None] * 3


def test_a_save_is_told_once_after_the_file_has_settled(lesson):
    watcher = Watcher(lesson)
    save(lesson, neuron(title="Another"), 1000)
    assert watcher.look() is None
    told = watcher.look()
    assert isinstance(told, Reloaded)
    assert told.lesson.title == "Another"
    assert watcher.look() is None


def test_a_file_that_still_grows_is_not_read(lesson):
    watcher = Watcher(lesson)
    for seconds, text in enumerate(("+++\nfor", "+++\nformat = 1\n", neuron()), start=1000):
        save(lesson, text, seconds)
        assert watcher.look() is None
    assert isinstance(watcher.look(), Reloaded)


def test_a_save_of_equal_size_is_seen_by_its_time(lesson):
    watcher = Watcher(lesson)
    save(lesson, neuron(title="B lesson"), 2000)
    watcher.look()
    assert isinstance(watcher.look(), Reloaded)


def test_a_file_put_in_the_place_of_the_old_one_is_seen(lesson, tmp_path):
    watcher = Watcher(lesson)
    stat = lesson.stat()
    other = tmp_path / "other"
    other.write_text(neuron(title="C lesson"), encoding="utf-8")
    os.utime(other, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
    os.replace(other, lesson)
    watcher.look()
    assert isinstance(watcher.look(), Reloaded)


def test_a_file_that_is_gone_for_a_moment_is_waited_for(lesson):
    watcher = Watcher(lesson)
    text = lesson.read_text(encoding="utf-8")
    lesson.unlink()
    assert [watcher.look(), watcher.look()] == [None, None]
    save(lesson, text + "\n", 3000)
    assert watcher.look() is None
    assert isinstance(watcher.look(), Reloaded)


def test_a_file_that_stays_away_is_told_once_and_read_when_it_is_back(lesson):
    watcher = Watcher(lesson)
    away = lesson.with_suffix(".away")
    lesson.rename(away)
    told = [watcher.look() for _ in range(2 * GONE_LOOKS)]
    [report] = [one for one in told if one is not None]
    assert isinstance(report, Broke)
    assert report.reports == (
        "07-lesson.md: error: the file is gone — the last good lesson stays; saved again, it is "
        "read again",
    )
    away.rename(lesson)
    assert watcher.look() is None
    assert isinstance(watcher.look(), Reloaded)
    assert watcher.look() is None


def test_a_broken_save_tells_every_report_under_the_files_name(lesson):
    watcher = Watcher(lesson)
    save(lesson, neuron(NEURON_GRAPH.replace("w*x", "w*q").replace("- y", "- r")), 4000)
    watcher.look()
    told = watcher.look()
    assert isinstance(told, Broke)
    assert told.path == lesson
    assert len(told.reports) >= 2
    assert all(report.startswith("07-lesson.md:") for report in told.reports)


def test_a_run_that_cannot_be_had_is_told_as_well(lesson):
    save(lesson, neuron().replace("epochs = 20", "epochs = 10000000"), 5000)
    told = Watcher(lesson).read()
    assert isinstance(told, Broke)
    assert "07-lesson.md" in told.reports[0]


ROWS = "x,y\n2,3\n4,5\n"


@pytest.fixture
def from_csv(tmp_path):
    """Return a lesson file that reads its examples from rows.csv."""
    save(tmp_path / "rows.csv", ROWS, 100)
    path = tmp_path / "07-lesson.md"
    save(path, neuron().replace("examples = [[2, 3]]", 'csv = "rows.csv"'), 100)
    return path


def test_a_saved_csv_file_is_told_once_after_it_has_settled(from_csv):
    watcher = Watcher(from_csv)
    save(from_csv.with_name("rows.csv"), ROWS.replace("4,5", "7,8"), 1000)
    assert watcher.look() is None
    told = watcher.look()
    assert isinstance(told, Reloaded)
    assert told.lesson.examples.tolist() == [[2, 3], [7, 8]]
    assert watcher.look() is None


def test_a_broken_csv_file_is_told_with_row_and_column_and_mended_again(from_csv):
    watcher = Watcher(from_csv)
    save(from_csv.with_name("rows.csv"), ROWS.replace("5", "five"), 1000)
    watcher.look()
    told = watcher.look()
    assert isinstance(told, Broke)
    assert told.path == from_csv
    assert told.reports[0].startswith("07-lesson.md:")
    assert "'five' is not a number" in told.reports[0]
    save(from_csv.with_name("rows.csv"), ROWS, 2000)
    watcher.look()
    assert isinstance(watcher.look(), Reloaded)


def test_a_csv_file_that_is_gone_is_told_and_followed_until_it_is_back(from_csv):
    watcher = Watcher(from_csv)
    rows = from_csv.with_name("rows.csv")
    rows.unlink()
    assert watcher.look() is None
    told = watcher.look()
    assert isinstance(told, Broke)
    assert "there is no file 'rows.csv'" in told.reports[0]
    assert watcher.look() is None
    save(rows, ROWS, 2000)
    watcher.look()
    assert isinstance(watcher.look(), Reloaded)


def test_a_csv_file_that_a_save_names_first_is_followed_from_then_on(lesson):
    watcher = Watcher(lesson)
    other = lesson.with_name("other.csv")
    save(other, ROWS, 100)
    save(lesson, neuron().replace("examples = [[2, 3]]", 'csv = "other.csv"'), 1000)
    watcher.look()
    assert isinstance(watcher.look(), Reloaded)
    save(other, ROWS.replace("5", "6"), 2000)
    watcher.look()
    told = watcher.look()
    assert isinstance(told, Reloaded)
    assert told.lesson.examples.tolist() == [[2, 3], [4, 6]]


def test_a_csv_file_is_followed_while_the_lesson_itself_is_broken(from_csv):
    watcher = Watcher(from_csv)
    save(from_csv, from_csv.read_text(encoding="utf-8").replace("format = 1", "format ="), 1000)
    watcher.look()
    assert isinstance(watcher.look(), Broke)
    save(from_csv.with_name("rows.csv"), ROWS.replace("5", "6"), 2000)
    watcher.look()
    assert isinstance(watcher.look(), Broke)


def test_a_variants_csv_file_is_followed(lesson):
    text = neuron().replace("\n+++\n`", '\n[[variants]]\nname = "v"\ndata.csv = "v.csv"\n+++\n`')
    save(lesson.with_name("v.csv"), ROWS, 100)
    save(lesson, text.replace("examples = [[2, 3]]", 'csv = "v.csv"'), 100)
    watcher = Watcher(lesson)
    save(lesson.with_name("v.csv"), "x,z\n1,2\n", 1000)
    watcher.look()
    assert isinstance(watcher.look(), Broke)


def test_a_save_that_computes_and_is_not_meant_tells_its_warnings(lesson):
    flat = neuron(NEURON_GRAPH.replace("z = w*x", "z = step(w*x)"))
    save(lesson, flat, 6000)
    told = Watcher(lesson).read()
    assert isinstance(told, Reloaded)
    at = flat.split("\n").index(told.warnings[0].source) + 1
    assert told.warned.startswith("1 warning: no gradient reaches w: step in z passes none, line ")
    assert told.warned.endswith(f"line {at}; gdtutor check tells all")
    walk = update(Session(), told)[0]
    assert walk.message == told.warned
    assert update(walk, told)[0].message == f"Reloaded. {told.warned}"
