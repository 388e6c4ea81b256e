"""Which small faults the tests would not see: `python -m tests.mutants --sample 50 --seed 1`.

Each trial plants one fault (an operator, a comparison, a truth, a number) in a copy of the
repository and runs the tests there, those first that import the module. A fault that no test sees
survives: it asks for a test, or its code does not matter.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import cache_from_source
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from tests.house import PACKAGE, ROOT

PAIRS: tuple[tuple[type[ast.AST], type[ast.AST]], ...] = (
    (ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.In, ast.NotIn),
    (ast.Is, ast.IsNot), (ast.And, ast.Or), (ast.Add, ast.Sub), (ast.Mult, ast.Div),
)  # fmt: skip
SWAPS = {ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult}
SWAPS |= dict(PAIRS) | {other: one for one, other in PAIRS}


class Mutant(NamedTuple):
    """One fault, and the whole module that has it."""

    path: Path
    line: int
    before: str
    after: str
    module: str


def plant(node: ast.AST) -> bool:
    """Give a node its fault; return False where it can have none."""
    match node:
        case ast.Compare(ops=[first, *rest]) if type(first) in SWAPS:
            node.ops = [SWAPS[type(first)](), *rest]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in SWAPS:
            node.op = SWAPS[type(op)]()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            node.operand = ast.UnaryOp(ast.Not(), operand)
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value) | float(value)):
            node.value = value + 1
        case _:
            return False
    return True


def places(root: Path, folder: str) -> list[tuple[Path, int]]:
    """Return every place of a folder's modules, or of one module, that can have a fault."""
    within = root / folder
    return [
        (file, number)
        for file in (sorted(within.rglob("*.py")) if within.is_dir() else [within])
        for number, node in enumerate(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        if plant(node)
    ]


def mutant_at(root: Path, file: Path, number: int) -> Mutant:
    """Return a place's fault."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    node = next(node for at, node in enumerate(ast.walk(tree)) if at == number)
    before = ast.unparse(node)
    plant(node)
    told = file.relative_to(root), getattr(node, "lineno", 0), before, ast.unparse(node)
    return Mutant(*told, ast.unparse(tree))


def tests_for(root: Path, module: Path, folders: list[str]) -> list[str]:
    """Return the test files of some folders, those that import a module first."""
    name = ".".join(module.with_suffix("").parts)
    within = [root / one for one in folders]
    files = [file for one in within for file in (sorted(one.rglob("test_*.py")) or [one])]
    files.sort(key=lambda file: name not in file.read_text(encoding="utf-8"))
    return [str(file) for file in files]


def has_failed(root: Path, tests: list[str], seconds: float | None) -> bool:
    """Run tests in a copy; say whether one failed, or they took longer than that."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    where = {**os.environ, "PYTHONPATH": str(root)}
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(command, cwd=root, env=where, capture_output=True, timeout=seconds)
        return done.returncode != 0
    return True


def trial(
    root: Path, folder: str, tests: list[str], sample: int, seed: int
) -> Iterator[tuple[Mutant, bool]]:
    """Yield faults of a folder drawn at random, each with whether the tests saw it."""
    found = places(root, folder)
    chosen = random.Random(seed).sample(found, min(sample, len(found)))
    with tempfile.TemporaryDirectory() as made:
        copied = Path(made) / "copy"
        shutil.copytree(root, copied, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        started = perf_counter()
        if has_failed(copied, tests_for(copied, Path(folder), tests), None):
            raise SystemExit("the tests fail without any fault; choose others with --tests")
        # What makes the tests so much slower has no end, and is seen.
        most = 4 * (perf_counter() - started) + 20.0
        for file, number in chosen:
            mutant = mutant_at(root, file, number)
            _write(copied / mutant.path, mutant.module)
            yield mutant, has_failed(copied, tests_for(copied, mutant.path, tests), most)
            _write(copied / mutant.path, file.read_text(encoding="utf-8"))


def _write(module: Path, text: str) -> None:
    module.write_text(text, encoding="utf-8")
    # A change within one second, of the same size, is none for a compiled module.
    Path(cache_from_source(str(module))).unlink(missing_ok=True)


def main(
    arguments: list[str] | None = None, say: Callable[[str], None] = print, root: Path = ROOT
) -> None:
    """Say of every fault whether it was seen, and the share that was."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--folder", default=f"{PACKAGE}/session", help="or a module")
    parser.add_argument("--tests", nargs="*", help="folders or files; else as the folder's name")
    parser.add_argument("--sample", type=int, default=50, help="how many faults")
    parser.add_argument("--seed", type=int, default=0, help="draws them")
    options = parser.parse_args(arguments)
    tests = options.tests or [str(Path("tests", *Path(options.folder).parts[1:2]))]
    seen: list[bool] = []
    for mutant, is_killed in trial(root, options.folder, tests, options.sample, options.seed):
        seen.append(is_killed)
        what = f"{mutant.path}:{mutant.line}  {mutant.before}  ->  {mutant.after}"
        say(f"{'killed  ' if is_killed else 'SURVIVED'}  {what}")
    say(f"{sum(seen)} of {len(seen)} faults were seen, {sum(seen) / max(len(seen), 1):.0%}")


if __name__ == "__main__":
    main()
