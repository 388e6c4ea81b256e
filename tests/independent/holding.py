"""What the program prints of a lesson, held figure by figure against the second computation."""

from __future__ import annotations

from functools import partial, reduce

import numpy as np

from tests.independent import bounded as B
from tests.independent import program, reading
from tests.independent.bounded import exact
from tests.independent.comparing import DiffersError, Held, compare, identical
from tests.independent.optimisers import Remembered, rule_of
from tests.independent.tape import Tape, taped
from tests.independent.trained import hold_training


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
    held, tapes = Held(), {}
    if "folded" in kinds or "train" in kinds:
        _hold_walk(lesson, program.data(*asked), held, "", tapes)
    if "unfolded" in kinds:
        other = Held()
        _hold_walk(lesson, program.data(*asked, "--unfold", "all"), other, " unfolded", tapes)
        hold_finite(held, other)
        held.figures, held.left_open = (
            held.figures + other.figures, held.left_open + other.left_open
        )  # fmt: skip
    if "train" in kinds and lesson.training:
        hold_training(lesson, program.data("train", path, *words), held)
    if "export" in kinds and not any(at for at, *_ in lesson.edits):
        _hold_export(program.printed("export", path, "--iterations", min(iterations, 3), *words))
    return held


def hold_finite(folded, unfolded):
    """Require folded and unfolded lines to agree about which gradients are numbers: there the
    second computation leaves them open."""
    for place, gradient in folded.shown.items():
        if isinstance(place, tuple) and len(place) == 3 and place in unfolded.shown:
            other = unfolded.shown[place]
            if not np.array_equal(np.isfinite(gradient), np.isfinite(other)):
                raise DiffersError(
                    f"{place}: folded {gradient.tolist()}, unfolded {other.tolist()}"
                )


def _options(words):
    return zip(words[::2], words[1::2], strict=True)


def _edits(words):
    return [value for option, value in _options(words) if option == "--set"]


class _Walk:
    """The walk through a lesson, from one step to the next."""

    def __init__(self, lesson, held, label, tapes):
        self.lesson, self.held, self.label, self.tapes = lesson, held, label, tapes
        self.parameters = dict(lesson.given)
        self.state = {}
        self.since = {}
        self.implicit, self.given, self.lines = {}, {}, []
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
        if self.implicit:
            with np.errstate(all="ignore"):
                self._hold_implicit()
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
        for name, value in shown.items():
            self._hold_given(name, value, data, len(chosen), f"{where} {name}")
        lines = reading.scenes_of(lesson, self.iteration)[self.scene]
        root = lines[-1][0]
        self.given, self.lines = shown, lines
        self.tape, self.gradients = self._computed(shown, lines)
        if is_last:
            self.held.shown[self.iteration, "cost"] = (self.tape.value(root), len(chosen))
            found = [self.gradients[n] for n in lesson.trained if n in self.gradients]
            squares = [B.total(B.square(g)) for g in found]
            self.held.shown[self.iteration, "norm"] = B.sqrt(reduce(B.add, squares, exact(0.0)))

    def _computed(self, shown, lines):
        """Return the tape and the gradients over what is given; both foldings have the same."""
        given = (self.iteration, self.scene, *((n, v.tobytes()) for n, v in shown.items()))
        if given not in self.tapes:
            tape = taped(shown, lines)
            self.tapes[given] = tape, tape.gradients(lines[-1][0])
        return self.tapes[given]

    def _hold_given(self, name, value, data, count, where):
        self.held.figures += value.size
        if name in data:
            if not np.any(data[name].bound):
                identical(where, value, data[name].value)
            compare(self.held, where, value, data[name])
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
        loose = self._rounding_of_training(step["node"], shown)
        for part in step["contributions"]:
            upstream = program.numbers(part["upstream"])
            known = self.held.shown.get((self.iteration, self.scene, part["from"]))
            if known is not None:
                identical(f"{where} upstream from {part['from']}", upstream, known)
            value = program.numbers(part["value"])
            total = B.add(total, exact(value))
            if part["local"] is not None:
                product = B.mul(exact(upstream), exact(program.numbers(part["local"])))
                product = B.add(B.summed_to(product, value.shape), loose)
                compare(self.held, f"{where} from {part['from']}", value, product,
                        is_gradient=True)  # fmt: skip
        if self.label and not np.isfinite(shown).all():
            # Where one line gives no number the way written out may; `hold_finite` holds the rest.
            return
        compare(self.held, f"{where} as a sum", shown, B.add(total, loose), is_gradient=True)

    def _rounding_of_training(self, name, shown):
        """Return 0 with the bound of the gradient of a parameter: what the step back shows is what
        training takes, which is added up in another order than what arrives."""
        known = self.gradients.get(name) if name in self.lesson.trained else None
        bound = np.zeros(shown.shape) if known is None else known.bound
        return B.Bounded(np.zeros(shown.shape, B.Wide), np.asarray(bound, B.Wide))

    def _update(self, step, where):
        name, variable = step["node"], step["variable"]
        self.seen.add(("update", name))
        named, constants, since = reading.optimizer_of(self.lesson, self.iteration)
        before = program.numbers(step["before"])
        after = program.numbers(step["after"])
        rate = reading.rate_of(self.lesson, self.iteration)
        compare(self.held, f"{where} learning_rate", step["learning_rate"],
                _about(rate))  # fmt: skip
        if since == self.iteration > self.since.get(name, 0):
            # Another optimiser remembers nothing yet.
            self.state[name], self.since[name] = {}, since
        state = self.state.setdefault(name, {})
        kept = state if variable != "p" else self.parameters
        key = variable if variable != "p" else name
        identical(f"{where}.{variable} before", before, kept.get(key, 0 * before))
        kept[key] = before
        gradient = program.numbers(step["gradient"])
        none = exact(np.zeros(gradient.shape))
        expected = self.gradients.get(name, none)
        compare(self.held, f"{where} gradient", gradient, expected, is_gradient=True)
        back = self.held.shown.get((self.iteration, self.scene, name))
        if back is not None and named != "implicit":
            identical(f"{where} gradient", gradient, back)
        if named != "implicit":
            used, t = self._used(name, gradient), exact(self.iteration - since + 1)
            decayed = self.lesson.training["decayed"]
            if decayed is not None and name not in decayed:
                constants = constants | {"weight_decay": 0.0}
            rule = partial(rule_of(named), t=t, **constants)
            new = self._updated(name, rule, used, step["learning_rate"])
            compare(self.held, f"{where}.{variable}", after, new[variable])
        else:
            self.implicit[name] = before, after, step["learning_rate"]
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

    def _updated(self, name, rule, gradient, rate):
        p = self.parameters[name]
        old = Remembered({key: exact(value) for key, value in self.state[name].items()})
        with np.errstate(all="ignore"):
            new, kept = rule(exact(p), gradient, exact(rate), old)
        return {"p": new, **kept}

    def _hold_implicit(self):
        """Hold steps whose gradient is the one at the parameters after all of them."""
        tape = Tape()
        for name, value in self.given.items():
            tape.leaf(name, value)
        for name, (before, after, rate) in self.implicit.items():
            # What is at last the root is rounded, and what the step is multiplied by may be 0
            # within it: as much as that moves the gradient is open.
            size = np.abs(before) + np.abs(after)
            least = B.LEAST * np.abs(rate * self.gradients[name].value)
            bound = 8 * B.ROUNDING * size + least
            tape.put(name, B.Bounded(np.asarray(after, B.Wide), bound))
        for name, tree in self.lines:
            tape.line(name, tree)
        gradients = tape.gradients(self.lines[-1][0])
        for name, (before, after, rate) in self.implicit.items():
            wanted = B.sub(exact(before), B.mul(exact(rate), gradients[name]))
            compare(self.held, f"{name} after an implicit step", after, wanted, is_gradient=True)
        self.implicit.clear()


def _about(rate):
    return B.Bounded(np.asarray(rate, B.Wide), np.asarray(abs(rate) * 4 * B.ROUNDING, B.Wide))


def _hold_walk(lesson, told, held, label, tapes):
    walk = _Walk(lesson, held, label, tapes)
    for step in told["steps"]:
        walk.step(step)
    walk.finish()
    held.shown["parameters"] = walk.parameters
    held.shown["state"] = walk.state
    held.shown["iterations"] = walk.iteration + 1


def _hold_export(script):
    try:
        program.executed(script)
    except Exception as error:  # an exported script may raise anything
        raise DiffersError(f"export: {type(error).__name__}: {error}") from error
