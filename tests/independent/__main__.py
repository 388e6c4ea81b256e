"""Random lessons through the program's commands, held against a second computation.

    python -m tests.independent --cases 400 --seconds 60

Each case is a lesson drawn from the seed; `transcript`, `transcript --unfold all`, `train` and
`export` run on it, and every figure is compared within the bound that rounding allows. A case that
differs is shortened, saved and printed with the command that tries it again; the exit code is 1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shlex
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, time

import numpy as np

from tests.independent.drawing import Case, drawn
from tests.independent.shrinking import shrunk
from tests.independent.trying import of_seed, seldom_collected, tried

SHRINKING = 10.0
"""Seconds for making a failing case shorter."""
SPREAD = 1_000_003
"""Seeds of two runs have so many cases between them."""


def told_failure(failed, case, folder, seconds=SHRINKING):
    """Shorten and save a failing case; return what is said about it."""
    is_error = failed.why.startswith("Traceback")

    def fails(smaller):
        why = tried(failed.seed, smaller).why
        return bool(why) and why.startswith("Traceback") == is_error

    case = shrunk(case, fails, seconds)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{failed.seed}.md"
    path.write_text(case.text, encoding="utf-8")
    words = " ".join(shlex.quote(f"--word={word}") for word in case.words)
    words += " --csv" * case.in_csv
    why = tried(failed.seed, case).why
    return [
        f"DIFFERS: case {failed.seed}",
        (why or failed.why)[:1500],
        case.text,
        "this tries it again:",
        f"    python -m tests.independent --again {path} {words}".rstrip(),
        "",
    ]


def parser():
    """Return what reads the arguments."""
    made = argparse.ArgumentParser(prog="python -m tests.independent")
    made.add_argument("--cases", type=int, default=200, help="how many")
    made.add_argument("--seed", type=int, help="of the first case; of the clock, if not given")
    made.add_argument("--seconds", type=float, default=600.0, help="when to stop")
    made.add_argument("--jobs", type=int, default=1, help="processes")
    made.add_argument("--failures", type=int, default=5, help="after how many to stop")
    made.add_argument("--again", type=Path, metavar="FILE", help="try this one lesson")
    made.add_argument("--csv", action="store_true", help="with --again: its examples in a file")
    made.add_argument("--word", action="append", default=[], help="for the commands, with --again")
    made.add_argument(
        "--save", type=Path, default=Path(tempfile.gettempdir()) / "gdtutor-independent",
        metavar="DIR", help="where failing cases are saved",
    )  # fmt: skip
    return made


def main(words=None):
    """Run the command and return its exit code: 0, or 1 where a case differs."""
    asked = parser().parse_args(words)
    if np.finfo(np.longdouble).nmant <= np.finfo(np.float64).nmant:
        print("a long double is no wider than a float64 here: nothing to compare with")
        return 2
    if asked.again is not None:
        one = tried(0, Case(asked.again.read_text(encoding="utf-8"), tuple(asked.word), asked.csv))
        print(one.why or one.refused or f"{one.figures:,} figures hold")
        return 1 if one.why else 0
    first = int(time()) % SPREAD if asked.seed is None else asked.seed
    print(f"seed {first}", flush=True)
    return _report(asked, first, *_all_tried(asked, first))


@contextmanager
def _mapping(jobs):
    """Give a `map`, over so many processes, which end with it."""
    if jobs == 1:
        seldom_collected()
        yield map
        return
    with multiprocessing.get_context("spawn").Pool(jobs, seldom_collected) as pool:
        yield pool.imap_unordered


def _all_tried(asked, first):
    seeds = (first * SPREAD + i for i in range(asked.cases))
    began, done = monotonic(), []
    failed = 0
    with _mapping(asked.jobs) as each:
        for one in each(of_seed, seeds):
            done.append(one)
            failed += bool(one.why)
            if failed >= asked.failures or monotonic() - began > asked.seconds:
                break
    return done, monotonic() - began


def _report(asked, first, done, seconds):
    failures = [one for one in done if one.why]
    refused = [one for one in done if one.refused]
    figures, left = (sum(getattr(one, n) for one in done) for n in ("figures", "left_open"))
    print(
        f"{len(done):,} of {asked.cases:,} cases in {seconds:.1f} s, seed {first}: "
        f"{figures:,} figures, of which {left:,} are left open by rounding or not finite; "
        f"{len(refused):,} cases refused, {len(failures):,} differ"
    )
    for reason in sorted({one.refused[-100:] for one in refused})[:5]:
        print(f"  refused: {reason}")
    for one in failures:
        print("\n".join(told_failure(one, drawn(one.seed), asked.save)), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
