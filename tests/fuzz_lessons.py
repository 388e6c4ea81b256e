"""Lessons made by the grammar of the format: every table, note and question, mostly sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gdtutor.engine.operations import OPERATIONS, Kind
from gdtutor.lesson.tables import NETWORK_ACTIVATIONS, NETWORK_COSTS
from gdtutor.training.datasets import DATASETS
from gdtutor.training.initialise import INITIALISATIONS, UNDRAWN
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.order import ORDERS
from gdtutor.training.rates import SCHEDULES
from gdtutor.training.scaling import SCALINGS
from tests.fuzz_tape import Tape

NUMBERS = ("0.5", "1", "0", "2", "-1.5", "1e-3", "3e7", "0.1")
CALLS = tuple(
    name
    for name, row in OPERATIONS.items()
    if row.kind is Kind.ELEMENTWISE and row.operands == 1 and name != "neg"
)
SIGNS = (" + ", " - ", "*", "/", "**", " > ", " <= ")
Table = Mapping[str, Sequence[str]]
TRAINING: Table = {
    "learning_rate": ("0.1", "1.0", "25", "1e-9"),
    "epochs": ("10", "1", "1000", "5000000"),
    "batch": ('"full"', "1", "2", "3"),
    "order": tuple(f'"{name}"' for name in ORDERS),
    "seed": ("0", "7", "4294967295"),
    "schedule": tuple(
        f'{{ kind = "{name}"{more} }}' for name in SCHEDULES for more in ("", ", every = 5")
    ),
    "stop": ("{ cost_below = 0.1 }", "{ loss_below = 1e-3, gradient_below = 0.1 }"),
    "validation": ("0.0", "0.25", "0.5"),
}
RULES = (
    *(f'optimizer = "{name}"' for name in OPTIMISERS),
    'optimizer = "momentum"\nhyperparameters = { beta = 0.5 }',
    'optimizer = "rmsprop"\nhyperparameters = { epsilon = 1e-6 }',
    "hyperparameters = { weight_decay = 0.01 }",
    'hyperparameters = { weight_decay = 0.01 }\ndecayed = ["w"]',
    'optimizer = "adamw"\ndecayed = ["W1"]',
    'optimizer = "adamw"\nhyperparameters = { weight_decay = 0.5 }',
)
NETWORK: Table = {
    "activation": tuple(f'"{name}"' for name in NETWORK_ACTIVATIONS),
    "output": tuple(f'"{name}"' for name in NETWORK_ACTIVATIONS),
    "cost": tuple(f'"{name}"' for name in NETWORK_COSTS),
    "init": tuple(f'"{name}"' for name in INITIALISATIONS if name not in UNDRAWN),
    "biases": ('"zeros"', '"normal"'),
    "seed": ("0", "48"),
}
TOP = (
    'chapter = "Made"', 'summary = "By a grammar"', 'source = "none"', "backward = false",
    "predict = true", "diverges = true", 'frozen = ["b"]', "gradients = []",
)  # fmt: skip
VARIANTS = (
    "training.learning_rate = 0.5", 'training.optimizer = "adam"', "training.batch = 2",
    "parameters.w = 2.0", "parameters.w = [[0.3, 0.4]]", 'activation = "tanh"',
    'data.dataset = "or"', "data.examples = [[3, 1], [4, 0]]", "network.seed = 9",
    'frozen = ["b"]', "constants.k = 3", 'data.scale = "standardise"', 'data.scale = "none"',
    "training.hyperparameters = { weight_decay = 0.1 }",
)  # fmt: skip
PICTURES = (
    'kind = "table"\ndigits = 3', 'kind = "curve"\nfunctions = ["sigmoid", "tanh"]',
    'kind = "curve"\nnode = "z"', 'kind = "slice"\nalong = "w"\nrates = [0.1, 1]',
    'kind = "slice"\nalong = "w[0,0]"', 'kind = "slice"\nalong = "W1[0,0]"',
    'kind = "contour"\nalong = ["w", "b"]\nsteps = 9', 'kind = "boundary"\nhidden = true',
    'kind = "space"\nalong = ["A1[0]", "A1[1]"]', 'kind = "space"\nalong = ["z", "x"]',
    'kind = "weights"\nof = ["grad w"]', 'kind = "histogram"\nof = ["w", "grad w"]\nbins = 4',
    'kind = "histogram"\nof = "z"', 'kind = "seeds"\nseeds = 3\nbelow = 0.1',
    'kind = "weights"', 'kind = "weights"\nof = ["w"]', 'kind = "table"\nat = "given"',
    'kind = "counts"\nvalues = [2, 100]\nweights = [3]', 'kind = "timing"\nexamples = [10]',
    'kind = "seeds"\nvariants = ["v0"]\nseeds = 3\nbelow = 0.1',
)  # fmt: skip
SENTENCES = (
    "Here is {%s}.", "What is the shape of {name %s}, {shape %s}?", "The slope is {grad %s}.",
    "From {%s} to {new %s}.", "The cost is {cost}, at {learning_rate}.", "Braces: {{ and }}.",
    "Iteration {iteration} of {epochs} epochs, batch {batch} of {examples}.", "- one\n- **two**",
    "With digits {%s:7}, {cost:3}.", "It is so. {check: %s == %s}\n{check: cost >= 0}",
    "> A quotation, `code`\n\n### A heading of its own\n", "One *word*.",
)  # fmt: skip
QUESTIONS = (
    'kind = "value"', 'kind = "sign"', 'kind = "shape"', 'kind = "next"',
    'kind = "choice"\nchoices = ["w + 1", "w - 1"]', 'kind = "value"\nhints = ["Look closely."]',
    'kind = "why"\nchoices = [{ text = "up", when = "cost > 0.1" }, '
    '{ text = "down", when = "not cost > 0.1" }]',
    'kind = "choice"\nchoices = [{ text = "it is 0", when = "sum(%s) == 0" }, '
    '{ text = "it is not", when = "sum(%s) != 0 at every example" }]',
    'kind = "compare"\nof = ["%s", "2*%s"]\nsmallest = true',
    'kind = "compare"\nof = ["abs(grad %s)", "new %s", "1"]',
)  # fmt: skip
TIMES = ("", "", "", 'when = "iteration 1"', 'when = "from iteration 1"', 'when = "trained"',
         'when = "always"', 'when = "variant v0"', 'when = "variant v0, iteration 1"')  # fmt: skip
HEADLESS = 'csv = "no-header.csv"\ncolumns = ["x", "y", "other"]\nseparator = ";"'
SCALAR_DATA = (
    ("x", 'inputs = ["x"]\ntargets = ["y"]\nexamples = [[1, 0], [2, 1], [3, 0.5]]'),
    ("x", 'inputs = ["x"]\ntargets = ["y"]\nexamples = [[2, 3]]'),
    ("x", 'inputs = ["x"]\ntargets = ["y"]\ncsv = "three-columns.csv"'),
    ("x", f'inputs = ["x"]\ntargets = ["y"]\n{HEADLESS}'),
    ("x1", 'inputs = ["x1", "x2"]\ntargets = ["y"]\nexamples = [[0, 1, 1], [1, 1, 0]]'),
    *(("x1", f'dataset = "{name}"') for name in DATASETS),
    *(("x1", f'dataset = "xor"\nscale = "{name}"') for name in SCALINGS),
)
MATRIX_DATA = (
    'inputs = { X = ["x1", "x2"] }\ntargets = { Y = ["y"] }\ndataset = "or"',
    'inputs = { X = ["x1", "x2"] }\ntargets = { Y = ["y"] }\nexamples = [[0, 1, 1]]',
    'inputs = { X = ["x1", "x2"] }\ntargets = { Y = ["y"] }\ndataset = "spiral"\ncount = 12',
    'inputs = { X = ["x1", "x2"] }\n'
    'targets = { Y = { column = "y", values = { no = -1, yes = 1 } } }\n'
    'examples = [[0, 1, "no"], [2, 1, "yes"], [1, 1, "no"]]',
    'inputs = { X = ["x1", "x2"] }\ntargets = { Y = { column = "y", one_hot = true } }'
    '\nexamples = [[0, 1, 3], [2, 1, 5]]\nscale = "none"',
    'inputs = { X = ["x", "y"] }\n'
    f'targets = {{ Y = {{ column = "other", one_hot = true }} }}\n{HEADLESS}',
    'inputs = { X = { column = "x", one_hot = true } }\ntargets = { Y = ["y"] }\n'
    'examples = [["a", 1], ["b", 0], ["a", 0.5]]',
)
ROWS = ('orientation = "rows"',)
LAYERS = (
    ("Z = w @ X + b",),
    ("H = tanh(V @ X)", "Z = sum(H) + w @ X + b"),
    ("H = relu(V @ X)", "Z = U @ H + b*sum(w)"),
    ("H = V @ X", "K = H.T", "Z = U @ K.T + b*mean(w)"),
    ("H = clip(V @ X, -1, 1)", "Z = U @ softmax(H, axis=0) + b*std(w)"),
    ("H = V @ X", "K = where(step(H), H, min(H, axis=0))", "Z = U @ K + b*var(w, axis=1)"),
    ("H = concat(V @ X[0:2], X, V[1:] @ X)", "K = reshape(H[:, :], 7, -1)", "Z = K[1:2, :] + b"),
    ("for t in 0..1:\n  H{t} = tanh(V @ X)*w[0, t]", "Z = U @ H1 + b*sum(H0)"),
    ("H = softmax(V @ X, axis=-2)*(V @ X > 0)", "Z = U @ H + b*sum(w >= 0.5, axis=-1)"),
    ("H = embed(V, w*0)", "Z = U @ (V @ X) + b*H[0, 1] + sum(outer(V[0], w[0]))"),
    ("H = flatten(w)", "Z = w @ X + b*dot(H, H) + H[-1]"),
    ("H = V @ X", "Z = logsumexp(H, axis=0) - stop_gradient(w @ X) + b*argmax(w)"),
)
ROW_LAYERS = (
    ("Z = X @ w + b",),
    ("H = tanh(X @ V)", "Z = sum(H) + X @ w + b"),
    ("H = softmax(X @ V)", "Z = H @ U + b*sum(w)"),
    ("H = softmax(X @ V, axis=-1)*(X @ V < 0.1)", "Z = where(X @ w > b, H @ U, b)"),
    ("H = X @ V", "K = H.T", "Z = K.T @ U + b*mean(w)"),
)
DRAWN = {
    "V": 'V = {{ init = "xavier", shape = {}, seed = 1 }}',
    "U": 'U = {{ init = "uniform", low = -1, high = 1, shape = {}, seed = 2 }}',
}
AFTER = 'U = {{ init = "normal", std = 0.5, shape = {}, after = "V" }}'
"""U drawn from the generator of V, next to it."""
SHAPES = {"V": ([3, 2], [2, 3]), "U": ([1, 3], [3, 1])}
"""The shapes of the drawn weights, in columns and in rows."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a lesson is made of before its notes are."""

    tables: tuple[str, ...]
    """The tables of the front matter that say what is computed."""
    graph: tuple[str, ...]
    """The lines of its graph; none where a `[network]` table makes them."""
    parameters: tuple[str, ...]
    lines: tuple[str, ...]
    """Names of the lines."""
    top: tuple[str, ...] = ()
    """Keys of the top level that go with them."""


def table(tape: Tape, keys: Table, most: int) -> str:
    """Return a few keys of a table, with their values."""
    return "\n".join(f"{key} = {tape.pick(keys[key])}" for key in tape.some(tuple(keys), most))


def formula(tape: Tape, names: Sequence[str]) -> str:
    """Return a formula of elementwise operations that begins with the last of the names."""
    operands = (*names, *names, *NUMBERS)
    text = names[-1]
    for _ in range(1 + tape.below(4)):
        call = tape.pick(("", "", "-", *CALLS))
        text = f"{call}({text}{tape.pick(SIGNS)}{tape.pick(operands)})"
    return text


def scalar_parts(tape: Tape) -> Parts:
    """Return a lesson about one example."""
    drawn = f'{{ init = "{tape.pick(tuple(INITIALISATIONS))}", seed = 3 }}'
    start = drawn if tape.one_in(4) else tape.pick(NUMBERS)
    column, data = tape.pick(SCALAR_DATA)
    lines, graph = ["z"], [f"z = w*{column} + b"]
    for name in tape.some(("q", "a", "yhat"), 3):
        graph.append(f"{name} = {formula(tape, ('w', 'b', column, *lines))}")
        lines.append(name)
    root = tape.pick(("({} - y)**2 / 2", "{} + w*b*y", "-y*log({})"))
    graph.append(f"L = {root.format(lines[-1])}")
    tables = [f"[parameters]\nw = {start}\nb = 0.25", f"[data]\n{data}"]
    tables += ["[constants]\nk = 2"] if tape.one_in(4) else []
    return Parts(tuple(tables), tuple(graph), ("w", "b"), (*lines, "L"))


def matrix_parts(tape: Tape) -> Parts:
    """Return a lesson about a batch, in matrices."""
    in_rows = tape.one_in(3)
    layers = tape.pick(ROW_LAYERS if in_rows else LAYERS)
    reduced = tape.pick(("sum({})", "mean({})", "sum(sum({}))", "max({})", "{}"))
    graph = (
        *layers,
        f"Yhat = {formula(tape, ('b', 'Z'))}",
        f"C = {reduced.format('(Yhat - Y)**2')} / (2*m)",
    )
    drawn = [name for name in DRAWN if any(name in line for line in layers)]
    bias = tape.pick(("b = [[0.0]]", "b = 0.5", "b = [0.1]"))
    starts = ["[parameters]", "w = [[0.1], [0.6]]" if in_rows else "w = [[0.1, 0.6]]", bias]
    drawings = {**DRAWN, "U": AFTER} if "V" in drawn and tape.one_in(3) else DRAWN
    starts += [drawings[name].format(SHAPES[name][in_rows]) for name in drawn]
    tables = ("\n".join(starts), f"[data]\n{tape.pick(MATRIX_DATA)}")
    # Of a repetition its line as it is written: a note of every count.
    lines = tuple(line.rpartition("\n")[2].split(" =")[0].strip() for line in graph)
    return Parts(tables, graph, ("w", "b", *drawn), lines, ROWS if in_rows else ())


def network_parts(tape: Tape) -> Parts:
    """Return a lesson in short."""
    hidden = [tape.pick(("2", "3", "1", "40")) for _ in range(tape.below(4))]
    layers = f"layers = [{', '.join(['2', *hidden, '1'])}]"
    depth = range(1, len(hidden) + 1)
    lines = [f"{name}{n}" for n in depth for name in "ZA"] + [f"Z{len(hidden) + 1}", "Yhat", "C"]
    parameters = [f"{name}{n}" for n in (*depth, len(hidden) + 1) for name in "Wb"]
    tables = (
        f"[network]\n{layers}\n{table(tape, NETWORK, 3)}",
        f'[data]\ndataset = "{tape.pick(tuple(DATASETS))}"',
    )
    return Parts(tables, (), tuple(parameters), tuple(lines), ROWS if tape.one_in(3) else ())


def note(tape: Tape, parts: Parts, trains: bool) -> str:
    """Return one note, perhaps with a question."""
    phase = tape.pick(("forward", "backward", "given", *(("update",) if trains else ())))
    names = {
        "forward": parts.lines,
        "backward": (*parts.parameters, *parts.lines),
        "update": parts.parameters,
        "given": ("",),
    }[phase]
    node = tape.pick(names)
    always = ", always" if tape.one_in(3) else ""
    text = tape.pick(SENTENCES).replace("%s", node or parts.parameters[0])
    text = f"## {phase} {node}".rstrip() + f"{always}\n{text}\n"
    if tape.one_in(4):
        asked = tape.pick(QUESTIONS).replace("%s", node or parts.parameters[0])
        asked = f'text = "What do you expect?"\n{asked}\n{tape.pick(TIMES)}'
        text += f"\n```question\n{asked}\n```\n"
    return text


def grammar_lesson(tape: Tape) -> str:
    """Return the text of a lesson."""
    parts = tape.pick((scalar_parts, matrix_parts, network_parts))(tape)
    tables = list(parts.tables)
    trains = not tape.one_in(4)
    if trains:
        tables.append(f"[training]\n{tape.pick(RULES)}\n{table(tape, TRAINING, 4)}")
    overrides = tape.some(VARIANTS, 2) if tape.one_in(3) else []
    tables += [f'[[variants]]\nname = "v{n}"\n{text}' for n, text in enumerate(overrides)]
    pictures = tape.some(PICTURES, 2) if tape.one_in(3) else []
    tables += [f"[[pictures]]\n{wish}" for wish in pictures]
    top = tape.some(TOP, 2) if tape.one_in(3) else []
    front = ["format = 1", 'id = "made"', 'title = "Made"', *parts.top, *top]
    graph = "\n".join(["```graph", *parts.graph, "```"]) if parts.graph else ""
    notes = [note(tape, parts, trains) for _ in range(tape.below(4))]
    told = {text.split("\n")[0]: text for text in notes}.values()
    closing = ["# What to try next\n- Train it.\n"] if tape.one_in(2) else []
    body = ["# Made", "Prose with {cost}.", graph, *told, *closing]
    return "\n".join(["+++", *front, *tables, "+++", *body])
