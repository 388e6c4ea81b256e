"""Examples from a CSV file."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import numpy as np
import pytest

from gdtutor.training.csvdata import MAX_BYTES, parse_csv, read_csv, resolve_inside
from gdtutor.training.datasets import MAX_EXAMPLES
from gdtutor.training.errors import CsvError

GOOD = b"x1,x2,y\n0,0.5,0\n1,-1e-3,1\n"
ROWS = [[0.0, 0.5, 0.0], [1.0, -0.001, 1.0]]


def parse(data: bytes) -> np.ndarray:
    return parse_csv(data, ["x1", "x2"], ["y"]).cells


def test_named_columns_come_as_rows_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(GOOD)
    rows = read_csv(path, ["x1", "x2"], ["y"]).cells
    np.testing.assert_array_equal(rows, ROWS)
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 2.0


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"\n", b"\r"),
        GOOD.rstrip(b"\n"),
        GOOD.replace(b"\n", b"\n\n"),
        b' x1 ,"x2",y\n 0 ,"0.5",0\n1, -1e-3,1\n  \n',
        "x1,Größe,x2,y\n0,viel,0.5,0\n1,,-1e-3,1\n".encode(),
        b"y,x2,x1\n0,0.5,0\n1,-1e-3,1\n",
    ],
    ids=["mark", "crlf", "cr", "no last end", "blank lines", "spaces", "more columns", "order"],
)
def test_ways_of_writing_the_same_file_give_the_same_rows(data: bytes) -> None:
    np.testing.assert_array_equal(parse(data), ROWS)


@pytest.mark.parametrize(
    ("data", "row", "column", "message"),
    [
        (b"x1,x2,y\n0,,0\n", 2, "x2", "missing"),
        (b"x1,x2,y\n0,0,0\n1,1\n", 3, "y", "missing"),
        (b"x1,x2,y\n0,0,0\n,,\n", 3, "x1", "missing"),
        (b"x1,x2,y\n0,0,0\n\n1,two,1\n", 4, "x2", "'two' is not a number"),
        (b"x1,x2,y\n0,1_0,0\n", 2, "x2", "'1_0' is not a number"),
        ("x1,x2,y\n0,٣,0\n".encode(), 2, "x2", "is not a number"),
        (b"x1,x2,y\n0,0x10,0\n", 2, "x2", "is not a number"),
        (b"x1,x2,y\n0,nan,0\n", 2, "x2", "not finite"),
        (b"x1,x2,y\n0,1e999,0\n", 2, "x2", "not finite"),
        (b'x1,x2,y\n0,"a\x1b[2J",0\n', 2, "x2", r"\\x1b"),
        (b"x1,x2,y\n0," + b"z" * 500 + b",0\n", 2, "x2", "'zzzzzzzzzzzzzzzzzzzzzzz…'"),
        (b"x1,x2,y\n0,1,5,0\n", 2, None, "4 cells under 3 names"),
        (b"x1,X2,y\n0,0,0\n", 1, "x2", "write 'X2', as in the file"),
        (b"x1,x22,y\n0,0,0\n", 1, "x2", "did you mean 'x22'"),
        (b"x1,x2,x2,y\n0,0,0,0\n", 1, "x2", "2 columns have this name"),
        (b"x1;x2;y\n0;0;0\n", 1, "x1", "write separator"),
        (b"0,0,0\n1,1,1\n", 1, "x1", "name the columns"),
        (b"", 1, "x1", "no such column"),
        (b"x1,x2,y\n", None, None, "no rows"),
        (b"x1,x2,y\n0,0,1\n1,1,1\n", None, "y", "one class only"),
        (b"x1,x2,y\n0,0,1\n", None, "y", "one class only"),
        (b"x1,x2,y\n0,\x00,0\n", 2, None, "NUL"),
        (b"x1,x2,y\n0,0,0\n1,1,\xff\n", 3, None, "not UTF-8"),
        ("x1,x2,y\n0,0,0\n".encode("utf-16"), 1, None, "NUL"),
        (b'x1,x2,y\n0,"1,0\n1,1,1\n', 2, None, "not valid CSV"),
        (b'x1,x2,y\n"0\n",0,0\n1,bad,1\n', 4, "x2", "'bad'"),
    ],
)
def test_a_mistake_is_reported_with_its_place(
    data: bytes, row: int | None, column: str | None, message: str
) -> None:
    with pytest.raises(CsvError, match=message) as caught:
        parse(data)
    assert (caught.value.row, caught.value.column) == (row, column)
    if row is not None:
        assert f"row {row}" in str(caught.value)
    if column is not None:
        assert f"'{column}'" in str(caught.value)


def test_targets_of_several_columns_are_one_class_only_when_all_rows_agree() -> None:
    data = b"x,a,b\n0,1,0\n1,1,1\n"
    assert parse_csv(data, ["x"], ["a", "b"]).cells.shape == (2, 3)
    with pytest.raises(CsvError, match="one class only"):
        parse_csv(b"x,a,b\n0,1,0\n1,1,0\n", ["x"], ["a", "b"])


@pytest.mark.slow
def test_the_greatest_number_of_rows_is_read_and_one_more_is_refused() -> None:
    pairs = b"0,0,0\n1,1,1\n" * (MAX_EXAMPLES // 2)
    assert len(parse(b"x1,x2,y\n" + pairs)) == MAX_EXAMPLES
    with pytest.raises(CsvError, match="more than 100,000 rows") as caught:
        parse(b"x1,x2,y\n" + pairs + b"0,0,0\n")
    assert caught.value.row == MAX_EXAMPLES + 2


def test_a_file_above_the_size_bound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(CsvError, match="larger than 16 MiB"):
        read_csv(path, ["x1"], ["y"])


def test_a_missing_file_a_folder_and_a_pipe_are_refused_without_waiting(tmp_path: Path) -> None:
    with pytest.raises(CsvError, match="cannot be read"):
        read_csv(tmp_path / "none.csv", ["x"], ["y"])
    with pytest.raises(CsvError, match=r"cannot be read|not a regular file"):
        read_csv(tmp_path, ["x"], ["y"])
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(CsvError, match="not a regular file"):
        read_csv(tmp_path / "pipe.csv", ["x"], ["y"])


@pytest.fixture
def lesson_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "lessons"
    (folder / "data").mkdir(parents=True)
    (folder / "mine.csv").write_bytes(GOOD)
    (folder / "data" / "other.csv").write_bytes(GOOD)
    (tmp_path / "secret.csv").write_bytes(GOOD)
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "in.csv").symlink_to(folder / "mine.csv")
    (folder / "dangling.csv").symlink_to(tmp_path / "none.csv")
    (folder / "up").symlink_to(tmp_path)
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    os.mkfifo(folder / "pipe.csv")
    return folder


@pytest.mark.parametrize("name", ["mine.csv", "data/other.csv", "data/../mine.csv", "in.csv"])
def test_a_file_inside_the_folder_is_found(lesson_folder: Path, name: str) -> None:
    assert resolve_inside(lesson_folder, name).read_bytes() == GOOD


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "no file name"),
        ("a\0b", "no file name"),
        ("/etc/passwd", "absolute"),
        ("none.csv", "there is no file"),
        ("../secret.csv", "leads out"),
        ("data/../../secret.csv", "leads out"),
        ("out.csv", "leads out"),
        ("up/secret.csv", "leads out"),
        ("loop.csv", "cannot be followed"),
        ("mine.csv/x", "there is no file"),
        ("x" * 5000, "there is no file"),
        ("../none.csv", "leads out"),
        ("up/none.csv", "leads out"),
        ("dangling.csv", "leads out"),
        ("data", "not a regular file"),
        (".", "not a regular file"),
        ("pipe.csv", "not a regular file"),
    ],
)
def test_what_is_no_file_of_the_folder_is_refused(
    lesson_folder: Path, name: str, message: str
) -> None:
    with pytest.raises(CsvError, match=message):
        resolve_inside(lesson_folder, name)
