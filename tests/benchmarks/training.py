"""Prints how fast plans train beside the same training written by hand.

    python -m tests.benchmarks.training [WORKLOAD …]

Every contender first has to give the same costs. They are then timed in interleaved rounds in one
process; the table shows medians, as microseconds an epoch for the hand-written plan and as
multiples of it for the others. `rows` is the same network told with an example a row.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import compileall
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from subprocess import PIPE

import numpy as np
from numpy.typing import NDArray

import gdtutor
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run, RunSegment
from gdtutor.training.settings import Settings
from gdtutor.training.stack import RunStack
from gdtutor.training.state import layout_of
from gdtutor.training.sweep import Member, Sweep
from gdtutor.values import replace
from tests.benchmarks.yardsticks import (
    Train,
    hand_one,
    hand_three,
    hand_two,
    hand_wide,
    layer_objects,
    plain,
)
from tests.training.problems import gate_examples, network, xavier

Array = NDArray[np.float64]
ROUNDS = 25
COLUMNS = ("numpy", "rows", "scalar", "plain", "layers")


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """One network with its data."""

    name: str
    layers: tuple[int, ...]
    examples: Array
    batch: int
    hand: Callable[..., Train]
    epochs: int
    """Epochs in one round."""
    has_scalar: bool
    targets: Mapping[str, float]
    """The most that a contender may take, as a multiple of another one (`kind/other`)."""


def _random(seed: int, rows: int, inputs: int, outputs: int) -> Array:
    rng = np.random.RandomState(seed)
    classes = rng.randint(0, outputs, rows)
    targets = np.eye(outputs)[classes] if outputs > 1 else (rng.rand(rows, 1) > 0.5) * 1.0
    return np.column_stack([rng.rand(rows, inputs), targets])


GATE = {"numpy/hand": 1.1, "numpy/plain": 0.25, "numpy/layers": 0.25}
LARGE = {"numpy/hand": 1.05}

WORKLOADS = (
    Workload(
        "OR 2-1, full batch", (2, 1), gate_examples("or"), 4, hand_one, 4000, True,
        GATE | {"scalar/hand": 0.3},
    ),
    Workload(
        "XOR 2-3-1, full batch", (2, 3, 1), gate_examples("xor"), 4, hand_two, 3000, True,
        GATE | {"scalar/hand": 0.65},
    ),
    Workload(
        "XOR 2-3-1, one at a time", (2, 3, 1), gate_examples("xor"), 1, hand_two, 1000, True,
        GATE | {"scalar/hand": 0.18},
    ),
    Workload(
        "2-8-8-1, 500 by 10", (2, 8, 8, 1), _random(1, 500, 2, 1), 10, hand_three, 30, False, GATE
    ),
    Workload(
        "64-32-10, 1797 by 64", (64, 32, 10), _random(2, 1797, 64, 10), 64, hand_two, 20, False,
        LARGE,
    ),
    Workload(
        "784-128-10, 10000 by 128", (784, 128, 10), _random(3, 10_000, 784, 10), 128, hand_wide,
        1, False, LARGE,
    ),
)  # fmt: skip


def compiled(problem: Problem, batch: int, kind: str) -> Train:
    """Return a plan as a function like the yardsticks."""
    settings = Settings(batch=batch)
    plan = compile_plan(problem, settings, kind)
    layout = layout_of(problem, OPTIMISERS["sgd"])
    state = {"vector": layout.join(problem.parameters, {}), "at": 0}
    per = plan.iterations_per_epoch
    sizes = np.full(per, float(batch))
    sizes[-1] = problem.size - batch * (per - 1)

    def train(epochs: int) -> Array:
        outcome = plan.run(state["vector"], state["at"], state["at"], epochs * per)
        state["vector"], state["at"] = outcome.vector, state["at"] + epochs * per
        return np.asarray((outcome.losses.reshape(epochs, per) * sizes).sum(axis=1) / problem.size)

    return train


def contenders(workload: Workload) -> dict[str, Train]:
    """Return every way to train a workload, each from the same start."""
    starts = xavier(workload.layers, 48)
    problem = network(workload.layers, workload.examples, starts)
    in_rows = network(workload.layers, workload.examples, starts, in_rows=True)
    arguments = (workload.layers, workload.examples, workload.batch, starts)
    found = {
        "hand": workload.hand(*arguments),
        "numpy": compiled(problem, workload.batch, "numpy"),
        "rows": compiled(in_rows, workload.batch, "numpy"),
        "plain": plain(*arguments),
        "layers": layer_objects(*arguments),
    }
    if workload.has_scalar:
        found["scalar"] = compiled(problem, workload.batch, "scalar")
    return found


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def timed(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return seconds of every round, the ways taking turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        names = list(ways)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            begin = time.perf_counter()
            ways[name]()
            found[name].append(time.perf_counter() - begin)
    return found


def ratio_of(seconds: Mapping[str, list[float]], one: str, other: str) -> float:
    """Return the median of the ratios within rounds, whose machine is in one mood for both."""
    return median(a / b for a, b in zip(seconds[one], seconds[other], strict=True))


def compare(workload: Workload) -> bool:
    """Print a workload's row; return whether every target is met."""
    ways = contenders(workload)
    wanted = ways["hand"](3)
    for name, train in ways.items():
        if name != "hand":
            np.testing.assert_allclose(train(3), wanted, rtol=1e-9, err_msg=name)
    rounds = ROUNDS if workload.epochs > 1 else 7
    calls = {name: partial(train, workload.epochs) for name, train in ways.items()}
    seconds = timed(calls, rounds)
    hand = median(seconds["hand"])
    cells = [f"{workload.name:<26}{hand / workload.epochs * 1e6:>11.1f}"]
    cells += [
        f"{ratio_of(seconds, name, 'hand'):>9.2f}" if name in seconds else f"{'–':>9}"
        for name in COLUMNS
    ]
    misses = []
    for pair, most in workload.targets.items():
        ratio = ratio_of(seconds, *pair.split("/"))
        if ratio > most:
            misses.append(f"{pair} {ratio:.2f} > {most}")
    say("".join(cells) + ("   ok" if not misses else "   " + ", ".join(misses)))
    return not misses


def compare_sweep(runs: int = 64, epochs: int = 1500) -> bool:
    """Print what one run of a stack costs beside a run by itself."""
    problems = [
        network((2, 3, 1), gate_examples("xor"), xavier((2, 3, 1), seed)) for seed in range(runs)
    ]
    first = problems[0]
    problems = [replace(first, parameters=p.parameters) for p in problems]
    most = epochs * (ROUNDS + 5)
    members = [
        Member(str(i), p, Settings(0.1 + 0.05 * i, epochs=most)) for i, p in enumerate(problems)
    ]
    sweep = Sweep(members)
    (stack,) = sweep._parts
    assert isinstance(stack, RunStack)
    numpy_plan, scalar_plan = compiled(first, 4, "numpy"), compiled(first, 4, "scalar")
    seconds = timed(
        {
            "stack": lambda: sweep.advance(epochs=epochs),
            "numpy": lambda: numpy_plan(epochs),
            "scalar": lambda: scalar_plan(epochs),
        },
        ROUNDS,
    )
    ok = True
    for name, bound in (("numpy", 0.1), ("scalar", 0.2)):
        ratio = ratio_of(seconds, "stack", name) / runs
        ok = ok and ratio <= bound
        say(f"sweep of {runs} XOR runs beside {runs} runs in {name}: {ratio:.3f} (≤ {bound})")
    return ok


def compare_history() -> bool:
    """Print how long an epoch takes after 100,000 epochs beside after 100."""
    problem = network((2, 3, 1), gate_examples("xor"), xavier((2, 3, 1), 48))
    ratios = []
    for _ in range(9):
        ways = {}
        for name, epochs in (("old", 100_000), ("new", 100)):
            run = Run((RunSegment(0, problem, Settings(epochs=200_000)),))
            run.advance(epochs=epochs)
            ways[name] = partial(run.advance, epochs=4000)
        ratios.append(ratio_of(timed(ways, 5), "old", "new"))
    ratio = median(ratios)
    say(f"an epoch after 100,000 epochs beside one after 100: {ratio:.3f} (≤ 1.1)")
    return ratio <= 1.1


def compare_travel() -> bool:
    """Print how long the slowest of some iterations of a long run takes to open."""
    problem = network((2, 3, 1), gate_examples("xor"), xavier((2, 3, 1), 48))
    run = Run((RunSegment(0, problem, Settings(epochs=50_000)),))
    run.advance()
    slowest = 0.0
    for iteration in np.random.RandomState(0).randint(0, 50_000, 60):
        begin = time.perf_counter()
        run.state(int(iteration))
        slowest = max(slowest, time.perf_counter() - begin)
    say(f"opening an iteration of 50,000 epochs: {slowest * 1e3:.1f} ms at most (< 100)")
    return slowest < 0.1


def compare_shell() -> bool:
    """Print how long the program takes to train XOR beside a script, both as whole processes."""
    script = str(Path(__file__).with_name("plain_xor.py"))
    program = ["-m", "gdtutor", "train", "xor-hidden"]
    own = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}

    def run(*words: str) -> str:
        command = [sys.executable, *words]
        return subprocess.run(command, env=own, stdout=PIPE, check=True, text=True).stdout

    last = run(script).strip()
    assert f"epoch     4999  cost {last}\n" in run(*program), last
    ways = {"program": lambda: run(*program), "script": lambda: run(script)}
    seconds = timed(ways, ROUNDS)
    ratio = ratio_of(seconds, "program", "script")
    whole, plainly = (median(seconds[name]) * 1e3 for name in ("program", "script"))
    say(
        f"from the shell to trained XOR: {whole:.0f} ms beside {plainly:.0f} ms by a plain NumPy "
        f"script: {ratio:.2f} (≤ 1)"
    )
    return ratio <= 1


def main(names: Sequence[str]) -> int:
    """Run the benchmark; return 1 where a target is missed."""
    # An installed program is compiled; a checkout is not before its first start.
    compileall.compile_dir(Path(gdtutor.__file__).parent, quiet=2)
    chosen = [w for w in WORKLOADS if not names or any(n in w.name for n in names)]
    say(f"NumPy {np.__version__}, {ROUNDS} interleaved rounds, medians, multiples of hand")
    say(f"{'':<26}{'hand µs':>11}" + "".join(f"{n:>9}" for n in COLUMNS))
    met = [compare(workload) for workload in chosen]
    if not names:
        met += [compare_sweep(), compare_history(), compare_travel(), compare_shell()]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
