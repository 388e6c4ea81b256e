"""No sentence says that something goes from a number to the same number, whatever the scale."""

from __future__ import annotations

import random
import re
from io import StringIO

import pytest

from gdtutor.cli import main
from tests.fuzz_cases import CHOICES
from tests.fuzz_lessons import grammar_lesson
from tests.fuzz_tape import Tape

_NUMBER = r"([−-]?[0-9](?:[^\s,;:]*[0-9⁰-⁹])?)"
_SPAN = re.compile(rf"(?:from|between) (?:\S+ )?{_NUMBER} (?:to|and) {_NUMBER}(?![0-9⁰-⁹])")
NEAR = """+++
format = 1
id = "near"
title = "Numbers that are nearly one"

[parameters]
w = 1.76
b = 0.25

[data]
inputs = ["x"]
targets = ["y"]
examples = [[1.0000001, 2.0000001], [1.0000002, 2.0000002], [1.0000003, 2.0000003]]

[training]
learning_rate = 1e-9
epochs = 20

[[pictures]]
{}
+++
```graph
z = w*x + b
L = (z - y)**2
```
## update w
The curvatures are {{curvatures}}.
"""


def spans(text: str) -> list[tuple[str, str]]:
    """Return the two numbers of every span that a text tells."""
    return _SPAN.findall(" ".join(text.split()))


@pytest.mark.sampled
@pytest.mark.parametrize(
    "picture",
    [
        'kind = "contour"\nalong = ["w", "b"]\nrange = [1.7601, 1.7602]',
        'kind = "slice"\nalong = "w"\nrange = [1.7601, 1.7602]',
        'kind = "curve"\nfunctions = ["tanh"]\nrange = [1.7601, 1.7602]',
        'kind = "fit"',
        'kind = "histogram"\nof = ["z", "w"]\nbins = 4',
        'kind = "space"\nalong = ["z", "x"]',
    ],
)
def test_a_picture_in_words_tells_its_ends_apart(tmp_path, capsys, monkeypatch, picture) -> None:
    path = tmp_path / "near.md"
    path.write_text(NEAR.format(picture), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", StringIO("f\nt\nn\nq\n"))
    assert main([str(path), "--linear", "--at", "update:w"]) == 0
    found = spans(capsys.readouterr().out)
    assert len(found) > 1
    assert [one for one in found if len(set(one)) == 1] == []


def test_a_histogram_of_nothing_finite_says_so_alone(tmp_path, capsys) -> None:
    path = tmp_path / "near.md"
    text = NEAR.format('kind = "histogram"\nof = "z"').replace("w*x + b", "log(0*w - x)")
    path.write_text(text.replace("title", "diverges = true\ntitle", 1), encoding="utf-8")
    words = ["shot", str(path), "--at", "forward:z", "--keys", "f", "--size", "120x36"]
    assert main(words) == 0
    assert "z, 3 cells, 3 not finite" in capsys.readouterr().out
    assert main(["transcript", str(path)]) == 0
    assert spans(capsys.readouterr().out) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_no_span_of_a_random_walk_is_from_a_number_to_itself(tmp_path, capsys, seed) -> None:
    draws, told = random.Random(seed), 0
    for _ in range(20):
        path = tmp_path / "made.md"
        path.write_text(grammar_lesson(Tape(draws.randbytes(CHOICES))), encoding="utf-8")
        main(["transcript", str(path), "--iterations", "2"])
        found = spans(capsys.readouterr().out)
        told += len(found)
        assert [one for one in found if len(set(one)) == 1] == []
    assert told
