"""No lesson makes `check` use more than a gibibyte of memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.forked import ended

pytestmark = pytest.mark.slow

MEBIBYTES = 1024
MEASURED = """
import resource, sys
from gdtutor.cli import main

main(["check", sys.argv[1]])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak // (1024 * 1024 if sys.platform == "darwin" else 1024))
"""


def variants(count: int) -> str:
    return "".join(f'[[variants]]\nname = "v{n}"\ntraining.seed = {n}\n' for n in range(count))


def lesson(parameters: str, formulas: str, others: str = "") -> str:
    return f"""+++
format = 1
id = "large"
title = "Large"

[parameters]
{parameters}

[data]
inputs = {{ X = ["x"] }}
targets = {{ Y = ["y"] }}
examples = [[1, 0], [2, 1]]

[training]
learning_rate = 0.1
epochs = 3
optimizer = "adam"
{others}
+++
Hello.

```graph
{formulas}
C = sum((Z - Y)**2)
```
"""


def drawn(name: str, rows: int, columns: int) -> str:
    return f'{name} = {{ shape = [{rows}, {columns}], init = "xavier", seed = 1 }}'


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        # As much as the bounds let through: the parameter, and what adam keeps of it, twice.
        (lesson(drawn("W", 700, 660), "Z = mean(W)*X", variants(1)), "1 gradient,"),
        (
            lesson("\n".join(drawn(n, 1150, 1150) for n in "WVU"), "Z = mean(W + V + U)*X"),
            "an array may have at most",
        ),
        (
            lesson(drawn("W", 1900, 2000), "Z = mean(W)*X", variants(20)),
            "an array may have at most",
        ),
        (
            lesson(drawn("u", 1900, 1) + "\n" + drawn("v", 1, 1900), "Z = mean(u @ v)*X"),
            "an array may have at most",
        ),
    ],
    ids=["largest", "adam", "variants", "outer product"],
)
def test_check_stays_under_a_gibibyte(text: str, summary: str, tmp_path: Path) -> None:
    path = tmp_path / "large.md"
    path.write_text(text, encoding="utf-8")
    *report, peak = ended(("-c", MEASURED, str(path))).stdout.decode().splitlines()
    assert summary in "\n".join(report)
    assert int(peak) < MEBIBYTES
