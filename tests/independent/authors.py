"""Random lessons: every operation, optimiser, schedule and order, plain numbers and odd ones."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from gdtutor.engine.operations import FUNCTIONS, OPERATIONS, Kind
from gdtutor.training.initialise import INITIALISATIONS, UNDRAWN
from gdtutor.training.optimisers import DECOUPLED, OPTIMISERS
from gdtutor.training.order import ORDERS
from gdtutor.training.rates import SCHEDULES
from gdtutor.training.settings import Stop

SAFE = (
    "-({0})", "({0})**2", "({0})**3/4", "2*({0})/3", "({0}) - 0.5", "1 - ({0})", "0*({0})",
    "({0})**0", "identity({0})", "square({0})", "sqrt(0.5 + square({0}))", "exp(tanh({0}))",
    "log(0.5 + ({0})**2)", "log1p(softplus({0}))", "abs({0})", "sign({0})", "sigmoid({0})",
    "tanh({0})", "relu({0})", "leaky_relu({0})", "softplus({0})", "step({0})", "sin({0})",
    "cos({0})", "({0})**1", "2**tanh({0})", "-({0})**2", "1/(1 + square({0}))", "({0})/2",
    "({0}) - ({0})", "({0})*({0})", "maximum({0}, 0)", "maximum(0.5, {0})",
    "minimum({0}, 1)", "clip({0}, -0.5, 0.5)", "({0})*stop_gradient({0})",
    "({0})*({0} > 0)", "(0.25 >= {0})", "1 - (0 < {0})",
)  # fmt: skip
BARE = ("exp({0})", "log({0})", "sqrt({0})", "log1p({0})", "({0})**0.5", "1/({0})", "({0})**-2",
        "({0})**7", "exp(square({0}))")  # fmt: skip
"""What may leave its domain or overflow."""
BINARY = (
    "{0} + {1}", "{0} - ({1})", "({0})*({1})", "({0})/(1 + ({1})**2)", "sigmoid({0})**tanh({1})",
    "maximum({0}, {1})", "binary_cross_entropy(sigmoid({0}), sigmoid({1}))",
    "binary_cross_entropy_logits({0}, {1})", "({0}) + ({0})*({1})",
    "minimum({0}, {1})", "where(step({0} - 0.3), {1}, {0})", "clip({0}, -1, square({1}))",
    "({0} > {1})*({0})", "where({0} <= {1}, {1}, {0})",
)  # fmt: skip
BARE_BINARY = ("({0})/({1})", "({0})**({1})", "binary_cross_entropy({0}, {1})")
COLUMN_LOSSES = ("cross_entropy(softmax({0}), sigmoid({0}){1})",
                 "cross_entropy_logits({0}, tanh({0}){1})")  # fmt: skip
LOSSES = ("({0} - {1})**2/2", "({0} - {1})**2", "abs({0} - {1})", "square({1} - ({0}))",
          "binary_cross_entropy(sigmoid({0}), {1})",
          "binary_cross_entropy_logits({0}, {1})")  # fmt: skip
EXPLICIT = tuple(name for name, row in OPTIMISERS.items() if not row.solves)
ODD = (0.0, -0.0, 1.0, -1.0, 2.0, 1e-300, -1e-300, 1e300, -1e300, 1e154, 1e-162, 1e-8, 1e8, 40.0,
       -40.0, 745.0, -745.0, 1e-17, 5e-324, 1e16, 0.1, 0.30000000000000004)  # fmt: skip
"""Numbers at the edges: signed zeros, borders of overflow and underflow, saturation."""


def called(kind, *operands):
    """Return the operations that lessons call by name, of a kind and with so many operands."""
    rows = (OPERATIONS[name] for name in FUNCTIONS)
    return tuple(row for row in rows if row.kind is kind and row.operands in operands)


def missing(rows, forms, last=""):
    """Return a call of every operation that no form names, over numbers such as it is tested on."""
    written = " ".join(forms)
    return tuple(_call(row, last) for row in rows if not re.search(rf"\b{row.name}\(", written))


def _call(row, last):
    parts = []
    for place in range(row.operands):
        low, high = row.samples[min(place, len(row.samples) - 1)]
        operand = ("{0}", "tanh({0})" if last else "{1}", "tanh({0})")[place]
        squashed = f"{low} + {high - low}*sigmoid({operand})"
        parts.append(operand if (low, high) == (-3, 3) else squashed)
    return f"{row.name}({', '.join(parts)}{last})"


SAFE += missing(called(Kind.ELEMENTWISE, 1), SAFE)
BINARY += missing(called(Kind.ELEMENTWISE, 2, 3), BINARY)
COLUMN_LOSSES += missing(called(Kind.COLUMN_LOSS, 2), COLUMN_LOSSES, "{1}")
COLUMNS = tuple(row.name for row in called(Kind.COLUMNS, 1))
REDUCTIONS = tuple(row.name for row in called(Kind.REDUCTION, 1))


@dataclass(frozen=True)
class Case:
    """A lesson's text, and the words that the commands get besides its path."""

    text: str
    words: tuple[str, ...] = ()
    in_csv: bool = False
    """Whether the program gets the examples as a CSV file, where that can be."""


class Written(str):
    """What stands in the file as it is."""

    __slots__ = ()

    def __repr__(self):
        return str(self)


class Author:
    """Writes one random lesson."""

    def __init__(self, rng):
        self.rng = rng
        self.kind = rng.choice(("scalar", "rows", "matrices", "matrices", "plain"))
        self.in_rows = self.kind == "matrices" and rng.random() < 0.4
        self.is_odd = rng.random() < 0.15
        self.is_bare = self.is_odd or rng.random() < 0.15
        self.style = rng.choice(("short", "normal", "normal", "ties"))
        self.shapes, self.labels, self.colours = {}, [], []

    def case(self):
        """Return a random case."""
        rng = self.rng
        self.examples = rng.randint(1, 7)
        self.parameters, self.constants, self.inputs, self.targets = {}, {}, {}, {}
        if self.kind == "matrices":
            self._matrix_leaves()
        else:
            self._number_leaves()
        scenes = [self._scene(number, number == 0) for number in range(rng.choice((1, 1, 1, 2)))]
        scenes[-1] = self._scene(9, False, ends=True)
        self.lines = " ".join(formula for lines in scenes for _, formula in lines)
        text = self._text(scenes)
        return Case(text, self.words())

    def number(self):
        """Return a number in this lesson's style."""
        rng = self.rng
        if self.is_odd and rng.random() < 0.3:
            return rng.choice(ODD)
        if self.style == "ties":
            return float(rng.choice((0, 0, 1, 1, -1, 2)))
        if self.style == "short":
            return rng.randint(-8, 8) / 4
        return round(rng.uniform(-1.5, 1.5), rng.choice((1, 2, 5)))

    def array(self, shape):
        """Return an array of numbers as nested lists."""
        if not shape:
            return self.number()
        return [self.array(shape[1:]) for _ in range(shape[0])]

    def _number_leaves(self):
        rng = self.rng
        for name in ("w", "k", "b", "a2")[: rng.randint(1, 4)]:
            self._leaf(self.parameters, name, (), may_draw=True)
        if rng.random() < 0.4:
            self._leaf(self.constants, "c0", ())
        if self.kind != "plain":
            self.inputs = {"x": None, "x2": None} if rng.random() < 0.5 else {"x": None}
            self.targets = {"y": None}
            self.shapes.update(dict.fromkeys((*self.inputs, *self.targets), ()))

    def _leaf(self, table, name, shape, may_draw=False):
        is_drawn = may_draw and self.rng.random() < 0.12
        table[name] = Written(self._start(shape)) if is_drawn else self.array(shape)
        self.shapes[name] = shape

    def _start(self, shape):
        """Return the table of a parameter that is drawn."""
        init = self.rng.choice(tuple(INITIALISATIONS))
        needed = (name for name, own in INITIALISATIONS[init].constants.items() if own is None)
        rest = "".join(f", {name} = {self.number()}" for name in needed)
        if init not in UNDRAWN:
            # The one that was drawn last, if any was, may be followed.
            last = [n for n, value in self.parameters.items() if "seed" in str(value)][-1:]
            is_after = last and self.rng.random() < 0.5
            rest += f', after = "{last[0]}"' if is_after else f", seed = {self.rng.randint(0, 99)}"
        return f'{{ init = "{init}", shape = {list(shape)}{rest} }}'

    def _matrix_leaves(self):
        rng = self.rng
        rows, hidden, m = rng.randint(1, 3), rng.randint(1, 3), self.examples
        self.inputs = {"X": [f"x{i}" for i in range(rows)]}
        self.colours = list("abc"[:rows]) if rng.random() < 0.1 else []
        if self.colours:
            label = f'{{ column = "colour", one_hot = true, classes = {self.colours} }}'
            self.inputs = {"X": Written(label)}
        self.targets = {"Y": [f"y{i}" for i in range(hidden)]}
        self.labels = list("pqr"[:hidden]) if rng.random() < 0.15 else []
        if self.labels:
            self.targets = {"Y": Written(self._label())}
        self.m = m
        way = -1 if self.in_rows else 1
        # One axis stands for the examples, whatever their number in a batch.
        self.shapes.update({"X": (rows, "m")[::way], "Y": (hidden, "m")[::way]})
        self._leaf(self.parameters, "W", (hidden, rows)[::way], may_draw=True)
        if rng.random() < 0.7:
            self._leaf(self.parameters, "b", (hidden, 1)[::way], may_draw=True)
        if rng.random() < 0.4:
            self._leaf(self.parameters, "v", (rng.choice((rows, hidden)),))
        if rng.random() < 0.3:
            self._leaf(self.parameters, "s", ())
        if rng.random() < 0.3:
            self._leaf(self.constants, "K", (hidden, hidden))

    def _label(self):
        """Return the table of a target that is a label."""
        if len(self.labels) > 1 or self.rng.random() < 0.3:
            return f'{{ column = "kind", one_hot = true, classes = {self.labels} }}'
        self.labels = ["no", "yes"]
        return '{ column = "kind", values = { no = -1, yes = 0.75 } }'

    def _repeated(self, number):
        """Return a line and a repetition that goes on from it, and the name of the last."""
        first, shape = self._formula(1)
        name, times = f"q{number}s", self.rng.randint(1, 3)
        form = self.rng.choice((*SAFE, "tanh({0}) + t/4"))
        inner = form.format(f"{name}{{t-1}}")
        self.shapes |= {f"{name}{t}": shape for t in range(times + 1)}
        lines = [(f"{name}0", f"0.5*({first})"),
                 (f"for t in 1..{times}:\n    {name}{{t}}", inner)]  # fmt: skip
        return lines, f"{name}{times}"

    def _scene(self, number, is_first, ends=False):
        rng, lines = self.rng, []
        before = dict(self.shapes)
        for i in range(rng.randint(1, 3)):
            text, shape = self._formula(rng.randint(1, 3))
            if text in self.shapes:
                text = f"identity({text})"
            lines.append((f"n{number}{i}", text))
            self.shapes[f"n{number}{i}"] = shape
        names = [name for name, _ in lines]
        if rng.random() < 0.12:
            again, last = self._repeated(number)
            lines += again
            names.append(last)
        lines.append(self._root(number, names, ends))
        self.shapes = before
        return lines

    def _root(self, number, names, ends):
        """Return a last line that is one number (of one example), over the lines and a target."""
        rng = self.rng
        name = "L" if ends else f"r{number}"
        anchor = next(iter(self.parameters))
        if self.kind == "plain":
            parts = [*names, f"({anchor} - 0.5)**2"]
            return name, " + ".join(parts)
        if self.kind in ("scalar", "rows"):
            loss = rng.choice(LOSSES).format(f"({' + '.join(names)} + {anchor})", "y")
            return name, loss
        reductions = [rng.choice(("sum({0})/m", "mean({0})", "sum({0})", "max({0})")).format(n)
                      for n in names]  # fmt: skip
        loss = rng.choice((
            "sum(square(W @ X - Y))/(2*m)", "sum(cross_entropy(softmax(W @ X), Y))/m",
            "mean(cross_entropy_logits(W @ X, Y))",
            "sum(binary_cross_entropy(sigmoid(W @ X), Y))/m",
        ))  # fmt: skip
        if self.in_rows:
            loss = loss.replace("W @ X", "X @ W")
        return name, " + ".join([*reductions, loss])

    def _formula(self, depth):
        rng = self.rng
        if depth == 0:
            name = rng.choice(sorted(self.shapes))
            return name, self.shapes[name]
        forms = ["unary", "binary", "binary"]
        if self.kind == "matrices":
            forms += ["matmul", "transpose", "reduction", "columns", "loss"]
            forms += ["pick", "joined", "reshaped", "product"]
        return getattr(self, f"_{rng.choice(forms)}")(depth - 1)

    def _unary(self, depth):
        inner, shape = self._formula(depth)
        forms = (*SAFE, *BARE * 3) if self.is_bare else SAFE
        return self.rng.choice(forms).format(inner), shape

    def _binary(self, depth):
        left, shape = self._formula(depth)
        right, other = self._formula(depth)
        fitted = _broadcast(shape, other)
        if fitted is None:
            right, fitted = f"tanh({left})", shape
        forms = (*BINARY, *BARE_BINARY * 2) if self.is_bare else BINARY
        return self.rng.choice(forms).format(left, right), fitted

    def _matmul(self, depth):
        left, shape = self._formula(depth)
        right, other = self._formula(depth)
        if not shape:
            return f"({left})*2", shape
        if not other or shape[-1] != other[0]:
            right, other = f"({left}).T", shape[::-1]
        return f"({left}) @ ({right})", shape[:-1] + other[1:]

    def _transpose(self, depth):
        inner, shape = self._formula(depth)
        return f"({inner}).T", shape[::-1]

    def _reduction(self, depth):
        inner, shape = self._formula(depth)
        name = self.rng.choice((*("sum", "mean", "max"), *REDUCTIONS))
        axis = self.rng.choice((None, *range(len(shape))))
        if axis is None:
            return f"{name}({inner})", ()
        ways = (f"{axis}", f"axis={axis}", f"axis={axis - 2}")
        way = self.rng.choice(ways[: len(shape) + 1])
        return f"{name}({inner}, {way})", (*shape[:axis], 1, *shape[axis + 1 :])

    def _pick(self, depth):
        inner, shape = self._formula(depth)
        parts, picked = [], []
        for length in shape[: self.rng.randint(1, 2)]:
            if length == "m":
                parts.append(self.rng.choice((":", ":", "0", "-1")))
                picked += [length] if parts[-1] == ":" else []
                continue
            start = self.rng.randrange(length)
            stop = self.rng.randint(start + 1, length)
            form, left = self.rng.choice(
                (
                    (f"{start}:{stop}", [stop - start]),
                    (f"{start - length}:", [length - start]),
                    (str(start), []),
                    (":", [length]),
                )
            )
            parts.append(form)
            picked += left
        if not parts:
            return inner, shape
        return f"({inner})[{', '.join(parts)}]", (*picked, *shape[len(parts) :])

    def _joined(self, depth):
        inner, shape = self._formula(depth)
        if not shape:
            return inner, shape
        axis = self.rng.choice([i for i, n in enumerate(shape) if n != "m"] or [None])
        if axis is None:
            return inner, shape
        joined = tuple(n * 2 if i == axis else n for i, n in enumerate(shape))
        told = axis - 2 if len(shape) == 2 and self.rng.random() < 0.3 else axis
        return f"concat({inner}, tanh({inner}), axis={told})", joined

    def _reshaped(self, depth):
        inner, shape = self._formula(depth)
        if "m" in shape:
            return f"square({inner})", shape
        cells = math.prod(shape)
        if self.rng.random() < 0.5:
            return f"flatten({inner})", (cells,)
        return f"reshape({inner}, -1, 1)", (cells, 1)

    def _product(self, depth):
        inner, shape = self._formula(depth)
        if len(shape) == 1:
            return f"outer({inner}, {inner})", shape * 2
        if len(shape) == 2:
            return f"embed({inner}, 0*({inner})[:, 0])", shape
        return inner, shape

    def _columns(self, depth):
        inner, shape = self._formula(depth)
        if not shape:
            return f"tanh({inner})", shape
        along = self._along(shape)
        return f"{self.rng.choice(COLUMNS)}({inner}{along})", shape

    def _loss(self, depth):
        left, shape = self._formula(depth)
        if not shape:
            return f"square({left})", shape
        form = self.rng.choice(COLUMN_LOSSES)
        along = self._along(shape)
        axis = int(along[-1]) if along else int(self.in_rows)
        return form.format(left, along), (*shape[:axis], 1, *shape[axis + 1 :])

    def _along(self, shape):
        """Return the axis that a call names; a vector of a lesson in rows has to."""
        if len(shape) == 1:
            return ", 0"
        return self.rng.choice((", 0", ", 1", ", axis=-1")) if self.rng.random() < 0.3 else ""

    def rows(self):
        """Return the examples."""
        rng = self.rng
        width = sum(len(v) if v else 1 for v in self.inputs.values())
        wide = 0 if self.labels else sum(len(v) if v else 1 for v in self.targets.values())
        first = [[rng.choice(self.colours)] if self.colours else
                 [self.number() for _ in range(width)] for _ in range(self.examples)]  # fmt: skip
        is_classes = rng.random() < 0.7
        last = [[float(rng.randint(0, 1)) if is_classes else self.number() for _ in range(wide)]
                for _ in range(self.examples)]  # fmt: skip
        if self.labels:
            last = [[rng.choice(self.labels)] for _ in range(self.examples)]
        return [[*inputs, *targets] for inputs, targets in zip(first, last, strict=True)]

    def data_rows(self):
        """Return the rows of the `[data]` table that say what the examples are."""
        rng = self.rng
        rows = [f"examples = {self.rows()}"]
        if self.examples > 2 and rng.random() < 0.2 and not self.colours:
            rows.append(f'scale = "{rng.choice(("standardise", "min_max"))}"')
        return rows

    def training_rows(self):
        """Return the rows of the `[training]` table."""
        rng = self.rng
        batch = {"scalar": 1, "plain": '"full"'}.get(self.kind)
        if batch is None:
            batch = rng.choice(('"full"', 1, *range(1, self.examples + 1)))
            if self.kind == "rows" and batch == 1:
                batch = '"full"' if self.examples > 1 else 1
        self.optimizer = rng.choice(EXPLICIT)
        rows = [f"learning_rate = {rng.choice((0.1, 0.5, 1.0, 0.01, 3.7))}",
                f"epochs = {rng.randint(1, 3)}", f"batch = {batch}",
                f'optimizer = "{self.optimizer}"']  # fmt: skip
        if self.inputs and self.examples > 2 and rng.random() < 0.15:
            rows.append("validation = 0.3")
            rows[2] = f"batch = {rng.choice((1, 2)) if self.kind == 'matrices' else batch}"
            batch = 2 if self.kind == "rows" and batch != '"full"' else batch
            rows[2] = f"batch = {batch}" if self.kind != "matrices" else rows[2]
        if self.inputs:
            rows.append(f'order = "{rng.choice(tuple(ORDERS))}"')
            rows.append(f"seed = {rng.randint(0, 99)}")
        constants = [constant.name for constant in OPTIMISERS[self.optimizer].hyperparameters]
        if constants and rng.random() < 0.3:
            rows.append(f"hyperparameters = {{ {rng.choice(constants)} = 0.7 }}")
        elif self.optimizer not in DECOUPLED and rng.random() < 0.15:
            rows.append("hyperparameters = { weight_decay = 0.1 }")
        if "weight_decay" in rows[-1] or self.optimizer in DECOUPLED:
            names = [n for n in self.parameters if rng.random() < 0.5]
            rows += [f"decayed = {names!r}"] if names and rng.random() < 0.5 else []
        kind = rng.choice(tuple(SCHEDULES))
        if rng.random() < 0.5:
            every = f", every = {rng.randint(1, 3)}" if rng.random() < 0.7 else ""
            factor = ", factor = 0.3" if "factor" in SCHEDULES[kind].formula else ""
            rows.append(f'schedule = {{ kind = "{kind}"{factor}{every} }}')
        if rng.random() < 0.2:
            stop = rng.choice(Stop.__struct_fields__)
            rows.append(f"stop = {{ {stop} = {rng.choice((0.05, 0.3, 1.0, 5.0))} }}")
        self.batch = batch
        return rows

    def _is_used(self, name):
        return re.search(rf"\b{name}\b", self.lines) is not None

    def _text(self, scenes):
        rng = self.rng
        front = ["format = 1", 'id = "drawn-case"', 'title = "Drawn"']
        if self.in_rows:
            front.append('orientation = "rows"')
        names = list(self.parameters)
        if len(names) > 1 and rng.random() < 0.3:
            front.append(f'frozen = ["{rng.choice(names[1:])}"]')
        if self.inputs and rng.random() < 0.3:
            front.append(f'gradients = ["{next(iter(self.inputs))}"]')
        front += ["", "[parameters]", *table_rows(self.parameters)]
        if self.constants:
            front += ["", "[constants]", *table_rows(self.constants)]
        if self.inputs:
            front += ["", "[data]", f"inputs = {_leaves(self.inputs)}",
                      f"targets = {_leaves(self.targets)}", *self.data_rows()]  # fmt: skip
        front += ["", "[training]", *self.training_rows()]
        self.variant = ""
        if rng.random() < 0.25:
            self.variant = "another"
            front += ["", "[[variants]]", 'name = "another"', *self._overrides()]
        blocks = ["```graph\n" + "\n".join(f"{n} = {f}" for n, f in lines) + "\n```"
                  for lines in scenes]  # fmt: skip
        return "\n".join(["+++", *front, "+++", *blocks, ""])

    def _overrides(self):
        rng = self.rng
        name = rng.choice(list(self.parameters))
        return rng.choice((
            ["training.learning_rate = 0.25"], [f'training.optimizer = "{rng.choice(EXPLICIT)}"',
             "training.hyperparameters = {}"],
            [f"data.examples = {self.rows()}" if self.inputs
             else "training.learning_rate = 0.75"],
            [f"parameters.{name} = {self.array(self.shapes[name])}"], ["training.epochs = 2"],
        ))  # fmt: skip

    def words(self):
        """Return the words of the commands."""
        rng, words = self.rng, []
        if self.variant and rng.random() < 0.7:
            words += ["--variant", self.variant]
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
            words += ["--set", self.edit()]
        return tuple(words)

    def edit(self):
        """Return what `--set` gets."""
        rng = self.rng
        at = rng.choice(("", "", "1:"))
        if rng.random() < 0.1:
            return f"{at}optimizer={rng.choice(EXPLICIT)}"
        if rng.random() < 0.2:
            return f"{at}learning_rate={rng.choice((0.2, 0.05, 2.0))}"
        if rng.random() < 0.2 and self.inputs and self._is_used(next(iter(self.inputs))):
            k = rng.randrange(self.examples)
            name = next(iter(self.inputs))
            cell = f"[{k},0]" if self.in_rows else f"[0,{k}]" if self.inputs[name] else f"[{k}]"
            return f"{at}{name}{cell}={self.number()}"
        name = rng.choice([n for n in (*self.parameters, *self.constants) if self._is_used(n)])
        cell = "".join(str(rng.randrange(n)) + "," for n in self.shapes[name]).rstrip(",")
        return f"{at}{name}{f'[{cell}]' if cell else ''}={self.number()}"


def table_rows(values):
    """Return a table of a lesson file, a name a row."""
    return [f"{name} = {value!r}" for name, value in values.items()]


def _leaves(table):
    names = list(table)
    if table[names[0]] is None:
        return str(names).replace("'", '"')
    inner = ", ".join(f"{n} = {columns}" for n, columns in table.items())
    return f"{{ {inner} }}".replace("'", '"')


def _broadcast(left, right):
    if len(left) < len(right):
        left, right = right, left
    pad = (1,) * (len(left) - len(right)) + right
    found = []
    for a, b in zip(left, pad, strict=True):
        if a != b and 1 not in (a, b):
            return None
        found.append(b if a == 1 else a)
    return tuple(found)
