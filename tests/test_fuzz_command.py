"""The fuzzing: what it counts, and that it notices every way in which a reader goes wrong."""

import re

import pytest

from tests.fuzz import Plan, main, rows
from tests.fuzz_cases import KINDS
from tests.fuzz_work import Bounds
from tests.planted_readers import MARK

pytestmark = pytest.mark.slow


def fuzz(capsys, *words):
    """Run the command on one process; return its exit code and what it prints."""
    code = main(["--processes", "1", "--seconds", "600", *words])
    return code, capsys.readouterr().out


def test_every_case_is_counted_and_the_cost_is_told(capsys):
    code, out = fuzz(capsys, "--cases", "300")
    assert code == 0
    assert out.startswith("300 of 300 cases in ")
    lessons, reported = (int(count) for count in re.findall(r"(\d+) (?:are|have)", out))
    assert lessons + reported == 300
    assert lessons > 0
    assert re.search(r"slowest \d\.\d\d s of 2 s \(.*\); peak memory \d+ MiB of 1,024 MiB\n\Z", out)


def test_a_seed_makes_the_same_cases_again_and_another_one_others(capsys):
    outs = [fuzz(capsys, "--cases", "60", "--seed", seed)[1] for seed in ("3", "3", "4")]
    counts = [re.findall(r"(\d+) (?:are|have)", out) for out in outs]
    assert counts[0] == counts[1] != counts[2]


def test_cases_that_the_time_left_out_are_told(capsys):
    code, out = fuzz(capsys, "--cases", "1000", "--seconds", "0")
    assert (code, out.startswith("0 of 1,000 cases")) == (0, True)
    assert out.endswith("fewer than asked for: 0 s were over\n")


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        ("raising", "KeyError: 'sigmoid'"),
        ("silent", "AssertionError: a lesson with errors, or none without"),
        ("misplacing", r"AssertionError: line \d+ of \d+"),
        ("slow", r"TooSlowError: it took \d\.\d\d s, and may take 2 s"),
        ("hanging", r"Timeout \(0:00:01"),
        ("greedy", "MemoryError"),
        ("deep", "RecursionError"),
        ("crashing", "the process ended with exit code 3"),
    ],
)
def test_a_reader_that_goes_wrong_is_noticed_and_its_case_shortened_and_saved(
    tmp_path, capsys, reader, why
):
    words = ["--reader", f"tests.planted_readers:{reader}", "--save", str(tmp_path)]
    shrinking = "90" if reader == "raising" else "0"
    words += ["--limit", "0.2" if reader == "hanging" else "2", "--shrinking", shrinking]
    code, out = fuzz(capsys, *words, "--cases", "400")
    assert code == 1
    assert re.search(why, out), out
    [saved] = tmp_path.iterdir()
    assert MARK in saved.read_bytes()
    assert shrinking == "0" or len(saved.read_bytes()) < 600
    assert f"--again {saved}" in out
    code, out = fuzz(capsys, *words, "--again", str(saved))
    assert (code, bool(re.search(why, out))) == (1, True)


def test_a_saved_case_that_holds_again_is_told(tmp_path, capsys):
    saved = tmp_path / "case.md"
    saved.write_bytes(b"+++\nid = 1\n")
    code, out = fuzz(capsys, "--again", str(saved))
    assert (code, out.startswith("1 of 1 cases")) == (0, True)


def test_every_kind_of_case_has_its_turn_with_a_seed_of_its_own():
    coming = rows(Plan(0, 0, 5, 1, Bounds()))
    first = [next(coming) for _ in range(len(KINDS) + 1)]
    assert {row.kind for row in first} == set(KINDS)
    assert len({row.seed for row in first}) == len(first)
