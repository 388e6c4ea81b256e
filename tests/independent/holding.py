"""What the program prints of a lesson, held figure by figure against the second computation."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tests.independent import bounded as B
from tests.independent import program, reading
from tests.independent.bounded import exact
from tests.independent.optimisers import UPDATES
from tests.independent.tape import Tape

SLACK = 8
"""By how much a figure may exceed its first-order bound: another order of the same operations."""


class DiffersError(AssertionError):
    """A figure that is not what it should be."""


@dataclass
class Held:
    """What was compared of one case."""

    figures: int = 0
    left_open: int = 0
    """Figures that rounding leaves open, or that are not finite going backward."""
    shown: dict = field(default_factory=dict)
    """What the walk showed, by (iteration, phase, name)."""


def hold(text, path, words=(), kinds=("folded", "unfolded", "train", "export")):
    """Hold everything that the program prints of a lesson; DiffersError at the first difference.

    Args:
        text: The lesson.
        path: Where it lies as a file.
        words: `--variant` and `--set` with what they take.
        kinds: What is asked for.
    """
    options = dict(_options(words))
    try:
        lesson = reading.read(text, options.get("--variant", ""), _edits(words))
    except Exception:
        # Where the program refuses the lesson there is nothing to read.
        program.data("transcript", path, *words)
        raise
    iterations = 1
    if lesson.training:
        iterations = min(lesson.training["epochs"] * lesson.per_epoch, 6)
    asked = ["transcript", path, "--iterations", iterations, *words]
    held = Held()
    if "folded" in kinds or "train" in kinds:
        _hold_walk(lesson, program.data(*asked), held, "")
    if "unfolded" in kinds:
        other = Held()
        _hold_walk(lesson, program.data(*asked, "--unfold", "all"), other, " unfolded")
        held.figures, held.left_open = (
            held.figures + other.figures, held.left_open + other.left_open
        )  # fmt: skip
    if "train" in kinds and lesson.training:
        _hold_training(lesson, program.data("train", path, *words), held, iterations)
    if "export" in kinds and not any(at for at, *_ in lesson.edits):
        _hold_export(program.printed("export", path, "--iterations", min(iterations, 3), *words))
    return held


def _options(words):
    return zip(words[::2], words[1::2], strict=True)


def _edits(words):
    return [value for option, value in _options(words) if option == "--set"]


def compare(held, where, shown, expected, slack=SLACK, is_gradient=False):
    """Compare one array; cells that rounding leaves open are counted and passed by."""
    shown = np.asarray(shown, dtype=float)
    if shown.shape != expected.shape:
        raise DiffersError(f"{where} has the shape {shown.shape}, not {expected.shape}")
    value, bound = expected.value, expected.bound
    with np.errstate(all="ignore"):
        off = np.abs(shown - value) > slack * bound + slack * B.LEAST
    is_wrong = np.where(np.isfinite(value), off | ~np.isfinite(shown), ~_same(shown, value))
    open_cells = np.isinf(bound)
    if is_gradient:
        open_cells = open_cells | ~np.isfinite(value)
    held.figures += shown.size
    held.left_open += int(np.sum(open_cells))
    if np.any(is_wrong & ~open_cells):
        raise DiffersError(
            f"{where} is {shown.tolist()}, not {value.astype(float).tolist()} "
            f"within {(slack * bound).astype(float).tolist()}"
        )


def _same(shown, value):
    return (shown == value) | (np.isnan(shown) & np.isnan(value))


def identical(where, shown, other):
    """Require two arrays to be the same bit for bit."""
    shown, other = np.asarray(shown, dtype=float), np.asarray(other, dtype=float)
    same = shown.shape == other.shape and np.all(
        _same(shown, other) & (np.isnan(shown) | (np.signbit(shown) == np.signbit(other)))
    )
    if not same:
        raise DiffersError(f"{where}: {shown.tolist()} is not {other.tolist()}")


class _Walk:
    """The walk through a lesson, from one step to the next."""

    def __init__(self, lesson, held, label):
        self.lesson, self.held, self.label = lesson, held, label
        self.parameters = dict(lesson.given)
        self.state = {}
        self.iteration, self.scene = 0, -1
        self.tape = self.gradients = None
        self.seen = set()

    def step(self, step):
        """Hold one step."""
        if step["iteration"] != self.iteration:
            self.finish()
            self.iteration, self.scene = step["iteration"], -1
        where = f"{step['iteration']}/{step['phase']}:{step['node']}{self.label}"
        getattr(self, f"_{step['phase']}")(step, where)

    def finish(self):
        """Require every line, gradient and update of an iteration to have been shown."""
        lesson = self.lesson
        wanted = {("forward", name) for lines in lesson.scenes for name, _ in lines}
        if lesson.training:
            wanted |= {
                ("update", name) for name in lesson.trained if name in self.tape.places
            }  # fmt: skip
        if missing := wanted - self.seen:
            raise DiffersError(f"iteration {self.iteration}{self.label}: no step {sorted(missing)}")
        self.seen.clear()

    def _given(self, step, where):
        lesson = self.lesson
        self.scene += 1
        shown = {name: program.numbers(value) for name, value in step["values"].items()}
        chosen = reading.chosen_examples(lesson, self.iteration)
        is_last = self.scene == len(lesson.scenes) - 1
        data = reading.data_given(lesson, self.iteration, chosen) if lesson.inputs else {}
        self.tape = Tape()
        for name, value in shown.items():
            self._hold_given(name, value, data, len(chosen), f"{where} {name}")
            self.tape.leaf(name, value)
        with np.errstate(all="ignore"):
            for name, tree in lesson.scenes[self.scene]:
                self.tape.line(name, tree)
            root = lesson.scenes[self.scene][-1][0]
            self.gradients = self.tape.gradients(root)
        if is_last:
            self.held.shown[self.iteration, "cost"] = (self.tape.value(root), len(chosen))

    def _hold_given(self, name, value, data, count, where):
        self.held.figures += value.size
        if name in data:
            identical(where, value, data[name])
        elif name in self.parameters:
            expected = self.parameters[name]
            if (self.iteration, name) not in self.held.shown:
                expected = reading.edited(self.lesson, self.iteration, name, expected)
                self.held.shown[self.iteration, name] = expected
            self.parameters[name] = value
            identical(where, value, expected)
        else:
            identical(where, value, np.array(float(count)))

    def _forward(self, step, where):
        name = step["node"]
        self.seen.add(("forward", name))
        compare(self.held, where, program.numbers(step["value"]), self.tape.value(name))

    def _backward(self, step, where):
        name = step["node"]
        shown = program.numbers(step["gradient"])
        self.held.shown[self.iteration, self.scene, name] = shown
        none = exact(np.zeros(self.tape.value(name).shape))
        compare(self.held, where, shown, self.gradients.get(name, none), is_gradient=True)
        with np.errstate(all="ignore"):
            self._hold_contributions(step, shown, where)

    def _hold_contributions(self, step, shown, where):
        if not step["contributions"]:
            return
        total = exact(np.zeros(shown.shape))
        for part in step["contributions"]:
            upstream = program.numbers(part["upstream"])
            known = self.held.shown.get((self.iteration, self.scene, part["from"]))
            if known is not None:
                identical(f"{where} upstream from {part['from']}", upstream, known)
            value = program.numbers(part["value"])
            total = B.add(total, exact(value))
            if part["local"] is not None:
                product = B.mul(exact(upstream), exact(program.numbers(part["local"])))
                product = B.summed_to(product, value.shape)
                compare(self.held, f"{where} from {part['from']}", value, product)
        compare(self.held, f"{where} as a sum", shown, total)

    def _update(self, step, where):
        name, variable = step["node"], step["variable"]
        self.seen.add(("update", name))
        named = reading.optimizer_of(self.lesson, self.iteration)
        before = program.numbers(step["before"])
        after = program.numbers(step["after"])
        rate = reading.rate_of(self.lesson, self.iteration)
        compare(self.held, f"{where} learning_rate", step["learning_rate"],
                _about(rate))  # fmt: skip
        state = self.state.setdefault(name, {})
        kept = state if variable != "p" else self.parameters
        key = variable if variable != "p" else name
        identical(f"{where}.{variable} before", before, kept.get(key, 0 * before))
        kept[key] = before
        gradient = program.numbers(step["gradient"])
        none = exact(np.zeros(gradient.shape))
        expected = self.gradients.get(name, none)
        compare(self.held, f"{where} gradient", gradient, expected, is_gradient=True)
        if named != "implicit":
            new = self._updated(name, named, self._used(name, gradient), step["learning_rate"])
            compare(self.held, f"{where}.{variable}", after, new[variable])
        else:
            self._hold_implicit(name, before, after)
        if variable == "p":
            self.parameters[name] = after
            self.state[name] = {
                key: program.numbers(value) for key, value in step["state"].items()
            }  # fmt: skip

    def _used(self, name, shown):
        """Return the gradient that training used: the one shown, but for its rounding."""
        exactly = self.gradients.get(name)
        if exactly is None:
            return exact(shown)
        bound = np.where(np.isfinite(exactly.value), 2 * exactly.bound, np.inf)
        return B.Bounded(np.asarray(shown, B.Wide), bound)

    def _updated(self, name, named, gradient, rate):
        p, state = self.parameters[name], self.state[name]
        rule = UPDATES[named]
        names = {"momentum": "v", "nesterov": "v", "adagrad": "s", "rmsprop": "s",
                 "adam": "m1 m2", "averaged": "average"}.get(named, "").split()  # fmt: skip
        old = {key: exact(state.get(key, np.zeros(np.shape(p)))) for key in names}
        constants = self.lesson.training["hyperparameters"]
        with np.errstate(all="ignore"):
            new, kept = rule(exact(p), gradient, exact(rate), old, self.iteration + 1, **constants)
        return {"p": new, **kept}

    def _hold_implicit(self, name, before, after):
        """The step is the gradient's at the parameters after it: all are needed to tell."""


def _about(rate):
    return B.Bounded(np.asarray(rate, B.Wide), np.asarray(abs(rate) * 4 * B.ROUNDING, B.Wide))


def _hold_walk(lesson, told, held, label):
    walk = _Walk(lesson, held, label)
    for step in told["steps"]:
        walk.step(step)
    walk.finish()
    held.shown["parameters"] = walk.parameters
    held.shown["state"] = walk.state
    held.shown["iterations"] = walk.iteration + 1


def _hold_training(lesson, told, held, iterations):
    costs, per_epoch = told["costs"], lesson.per_epoch
    for epoch in range(min(len(costs), iterations // per_epoch)):
        total, seen = exact(0.0), 0
        for k in range(epoch * per_epoch, (epoch + 1) * per_epoch):
            if (k, "cost") not in held.shown:
                return
            cost, count = held.shown[k, "cost"]
            total, seen = B.add(total, B.mul(exact(count), cost)), seen + count
        mean = B.div(total, exact(seen))
        if per_epoch == 1:
            mean = cost
        compare(held, f"train: cost of epoch {epoch}", program.numbers(costs[epoch]), mean,
                is_gradient=True)  # fmt: skip
    if told["stopped_by"] != "epochs":
        return
    if len(costs) != lesson.training["epochs"]:
        raise DiffersError(f"train: {len(costs)} epochs, not {lesson.training['epochs']}")
    if len(costs) * per_epoch == held.shown["iterations"]:
        for name, value in told["parameters"].items():
            held.figures += 1
            final = held.shown["parameters"].get(name)
            if final is not None:
                identical(f"train: {name} at the end", program.numbers(value), final)


def _hold_export(script):
    try:
        program.executed(script)
    except Exception as error:
        raise DiffersError(f"export: {type(error).__name__}: {error}") from error
