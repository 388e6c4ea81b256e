"""A random case from a seed: a lesson with formulas of its own, or a network in short."""

from __future__ import annotations

import random
from dataclasses import replace

from gdtutor.lesson.activation import CELLWISE
from gdtutor.lesson.tables import NETWORK_ACTIVATIONS
from tests.independent.authors import Author, Case, table_rows
from tests.independent.sources import CLOUDS, COSTS, GATES

OUTPUTS = ("sigmoid", "tanh", "linear", "softmax")
FEATURES = ("{0}", "{1}", "{0}*{1}", "{0}**2", "sin(3*{0})", "tanh({0} - {1}/2)", "abs({1})",
            "maximum({0}, 0.5)", "step({0}) - {1}")  # fmt: skip
"""Formulas of inputs that a network is given in their place."""
WEIGHTS = ("plain", "xavier", "he", "uniform", "normal")


def drawn(seed):
    """Return the case of a seed."""
    rng = random.Random(seed)
    kind = rng.random()
    if kind < 0.03:
        return implicit(rng)
    case = (NetworkAuthor if kind < 0.2 else Author)(rng).case()
    return replace(case, in_csv=rng.random() < 0.1)


def implicit(rng):
    """Return a case of one neuron that descends implicitly."""
    author = Author(rng)
    author.examples, author.kind = rng.randint(1, 5), "scalar"
    author.inputs, author.targets = {"x1": None, "x2": None}, {"y": None}
    author.parameters = dict.fromkeys(("w1", "w2", "b"))
    rows = [f"{name} = {author.number()!r}" for name in author.parameters]
    rules = ("hyperparameters", "decayed")
    training = [row for row in author.training_rows() if not row.startswith(rules)]
    training[3] = 'optimizer = "implicit"'
    front = ["format = 1", 'id = "drawn-case"', 'title = "Drawn"', "[parameters]", *rows, "[data]",
             'inputs = ["x1", "x2"]', 'targets = ["y"]', f"examples = {author.rows()}",
             "[training]", *training]  # fmt: skip
    if rng.random() < 0.3:
        front.insert(3, f'frozen = ["{rng.choice(("w1", "b"))}"]')
    lines = ["z = w1*x1 + w2*x2 + b", f"yhat = {rng.choice(('sigmoid(z)', 'identity(z)'))}",
             "L = (yhat - y)**2/2"]  # fmt: skip
    return Case("\n".join(["+++", *front, "+++", "```graph", *lines, "```", ""]))


class NetworkAuthor(Author):
    """Writes one random `[network]` lesson."""

    def __init__(self, rng):
        super().__init__(rng)
        self.kind, self.is_gate = "matrices", rng.random() < 0.3
        self.cloud = rng.choice(list(CLOUDS)) if not self.is_gate and rng.random() < 0.4 else ""
        self.constants = {}

    def case(self):
        """Return a random case."""
        rng = self.rng
        wide = 2 if self.is_gate or self.cloud else rng.randint(1, 3)
        self.classes = rng.randint(2, 3) if self.cloud in ("gaussians", "spiral") else 1
        out = 1 if self.is_gate else self.classes if self.cloud else rng.randint(1, 3)
        self.examples = 4 if self.is_gate else rng.randint(2 if self.cloud else 1, 6)
        self.layers = [wide, *(rng.randint(1, 3) for _ in range(rng.randint(0, 2))), out]
        self.inputs = {"X": [f"x{i + 1}" for i in range(wide)]}
        self.targets = {"Y": ["y"] if out == 1 else [f"y{i + 1}" for i in range(out)]}
        self.features = self._features() if rng.random() < 0.3 else []
        wide = len(self.features) or wide
        self.constants = {name: None for name in ("l1", "l2") if rng.random() < 0.15}
        for k, inputs in enumerate((wide, *self.layers[1:-1]), 1):
            way = -1 if self.in_rows else 1
            self.shapes[f"W{k}"] = (self.layers[k], inputs)[::way]
            self.shapes[f"b{k}"] = (self.layers[k], 1)[::way]
        self.parameters = dict.fromkeys(self.shapes)
        self.shapes |= dict.fromkeys(self.constants, ())
        self.lines = " ".join((*self.parameters, *self.constants, "X"))
        return Case(self._text_of_network(), self.words())

    def _text_of_network(self):
        rng = self.rng
        front = ["format = 1", 'id = "drawn-case"', 'title = "Drawn"']
        if rng.random() < 0.2:
            front.append(f'frozen = ["{rng.choice(list(self.parameters))}"]')
        if self.in_rows:
            front.append('orientation = "rows"')
        given = [name for name in self.parameters if rng.random() < 0.2]
        if given:
            values = {name: self.array(self.shapes[name]) for name in given}
            front += ["", "[parameters]", *table_rows(values)]
        front += ["", "[data]"]
        if self.is_gate:
            front.append(f'dataset = "{rng.choice(list(GATES))}"')
        else:
            names = {"inputs": self.inputs["X"], "targets": self.targets["Y"]}
            front += [f"{side} = {columns}".replace("'", '"') for side, columns in names.items()]
            front += self.data_rows()
        front += ["", "[network]", *self._network(), "", "[training]", *self.training_rows()]
        self.variant = ""
        if rng.random() < 0.2:
            self.variant = "another"
            front += ["", "[[variants]]", 'name = "another"', f"network.seed = {rng.randint(0, 9)}"]
        return "\n".join(["+++", *front, "+++", ""])

    def data_rows(self):
        """Return the rows of the `[data]` table that say what the examples are."""
        rng, rows = self.rng, super().data_rows()
        if self.cloud:
            rows[0] = f'dataset = "{self.cloud}"\ncount = {self.examples}'
            rows += [f"seed = {rng.randint(0, 99)}"] * (rng.random() < 0.7)
            rows += [f"noise = {rng.choice((0, 0.1, 2.5))}"] * (rng.random() < 0.6)
            rows += [f"classes = {self.classes}"] * (self.classes > 1)
        return rows

    def _features(self):
        """Return formulas of the inputs, each once."""
        names = [f"x{i + 1}" for i in range(self.layers[0])]
        forms = [form.format(self.rng.choice(names), self.rng.choice(names)) for form in FEATURES]
        return list(dict.fromkeys(self.rng.sample(forms, self.rng.randint(1, 4))))

    def _network(self):
        rng = self.rng
        rows = [f"layers = {self.layers}", f'cost = "{rng.choice(list(COSTS))}"',
                f'init = "{rng.choice(WEIGHTS)}"', f"seed = {rng.randint(0, 99)}"]  # fmt: skip
        if rng.random() < 0.3:
            rows.append(f'biases = "{rng.choice(WEIGHTS)}"')
        if self.features:
            rows.append(f"features = {self.features}".replace("'", '"'))
        rows += [f"{name} = {rng.choice((0.01, 0.3, 2))}" for name in self.constants]
        hidden = [rng.choice(NETWORK_ACTIVATIONS) for _ in self.layers[1:-1]]
        if hidden and rng.random() < 0.5:
            rows.append(f"activation = {hidden}".replace("'", '"'))
        elif hidden:
            rows.append(f'activation = "{hidden[0]}"')
        if rng.random() < 0.5:
            rows.append(f'output = "{rng.choice(OUTPUTS)}"')
        return rows

    def edit(self):
        """Return what `--set` gets."""
        if self.rng.random() < 0.2:
            return f"{self.rng.choice(('', '1:'))}activation={self.rng.choice(CELLWISE)}"
        return super().edit()
