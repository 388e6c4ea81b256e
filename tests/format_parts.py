"""The parts of lessons/README.md that come from the program's tables; run it to write them anew.

python -m tests.format_parts
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from gdtutor.engine import expression, parsing
from gdtutor.engine.expression import number_text
from gdtutor.engine.operations import FUNCTIONS, OPERANDS, OPERATIONS, Kind, Operation
from gdtutor.engine.shapes import MAX_CELLS
from gdtutor.lesson import (
    body,
    choices,
    conditions,
    graphs,
    model,
    names,
    questions,
    readers,
    source,
    tables,
    toml_text,
    training_table,
    when,
    work,
)
from gdtutor.lesson.pictures import PICTURES, TRAIN_TITLE, WALK_PLACE, WALK_TITLE
from gdtutor.lesson.placeholders import ABOUT, WORDS
from gdtutor.lesson.variants import MAX_LABEL, SECTIONS, WHOLE
from gdtutor.training import datasets as training_datasets
from gdtutor.training.datasets import DATASETS, MAX_EXAMPLES
from gdtutor.training.initialise import INITIALISATIONS
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.order import ORDERS
from gdtutor.training.rates import SCHEDULES
from gdtutor.training.scaling import SCALINGS
from gdtutor.values import NODEFAULT

PAGE = Path(__file__).resolve().parent.parent / "lessons" / "README.md"

_SEE = {
    "init": "see [Starting values](#starting-values)",
    "dataset": "see [Data sets](#data-sets)",
    "scale": f"{' or '.join(f'`{name}`' for name in SCALINGS)}",
    "order": ", ".join(f"`{name}`: {text}" for name, text in ORDERS.items()),
    "watch": ", ".join(f"`{name}`: {text}" for name, text in tables.PACES.items()),
    "optimizer": "see [Optimisers](#optimisers)",
    "hyperparameters": "see [Optimisers](#optimisers)",
    "activation": ", ".join(f"`{name}`" for name in tables.NETWORK_ACTIVATIONS),
    "cost": ", ".join(f"`{name}`" for name in tables.NETWORK_COSTS),
    "schedule": "a name, or a table with the keys below",
}
_KIND_SEE = {
    tables.ScheduleTable: ", ".join(f"`{row.name}`: {row.formula}" for row in SCHEDULES.values()),
    questions.QuestionTable: ", ".join(f"`{kind}`" for kind in questions.KINDS),
}

_OPTIONS = {
    "title": f"above the picture; of up to {WALK_TITLE - WALK_PLACE} characters (a single picture: "
    f"{WALK_TITLE}) it is whole at 80×24, beside training of up to {TRAIN_TITLE}",
    "at": 'the steps at which it stands in place of the graph, as `"backward:w"` or a list',
    "show": "true: it stands there at every step; false: at none",
    "functions": "operations of one operand, side by side",
    "node": "the line whose activation is drawn",
    "range": "`[low, high]` of the first axis",
    "range2": "`[low, high]` of the second axis",
    "derivative": "whether the derivative is drawn as well",
    "along": "what is varied: a parameter, or one cell as `W1[0,1]`; two for a contour; the two "
    "axes of a space, each an input, a line, or a row of it as `A1[0]` (a column "
    "where examples are rows: `A1[:,0]`)",
    "rates": "learning rates whose steps are overlaid",
    "steps": "how many updates are drawn",
    "over": "`batch`: the examples of the iteration; `all`",
    "of": 'the line or the parameters that are drawn, `"grad W1"` of a gradient',
    "bins": "how many stretches the sizes are counted in",
    "variant": "the variant that it is drawn for",
    "variants": "variants that are compared",
    "optimizers": "optimisers whose paths are overlaid",
    "batches": "batch sizes whose paths are overlaid",
    "hidden": "whether hidden neurons are drawn too, without room by themselves",
    "level": "the value at which the plane is divided; needed where targets are no classes",
    "lines": "whether the boundary is drawn as a line",
    "digits": "significant digits",
    "values": "how many values each weight may take",
    "weights": "how many weights there are",
    "per_second": "tries in a second",
    "examples": "how many examples are timed",
    "seeds": "how many starts are tried of each variant",
    "below": "the cost below which a run has arrived",
}
_PICTURES = {
    "curve": "activations and their derivatives, the present point on them",
    "slice": "the loss along one number, with the tangent and the steps",
    "contour": "the loss over two parameters, with the path of the training",
    "boundary": "the plane of two inputs, shaded by the prediction",
    "space": "the examples in the space of two values, as of two hidden neurons, shaded by "
    "the prediction; what else it sees is held at its mean",
    "fit": "the data as points over one input, and the prediction as a curve through them",
    "table": "predictions beside targets",
    "weights": 'the parameters as shaded cells, and gradients, as `of = "grad W1"`',
    "histogram": "the cells of lines, parameters or gradients counted by their size",
    "counts": "how many tries a search of all weights takes",
    "timing": "a loop over the examples against one product, timed",
    "seeds": "how many of several starts end below a cost, of the lesson or of each variant",
}


def described(name: str, texts: Mapping[str, str], table: str) -> str:
    """Return what a table of this module says of a name.

    Raises:
        SystemExit: It says nothing; the message asks for it.
    """
    if name not in texts:
        raise SystemExit(f"{table} in tests/format_parts.py has no {name!r}: say there what it is")
    return texts[name]


def meanings(table: type) -> dict[str, str]:
    """Return the docstring below each key of a table."""
    [tree] = ast.parse(inspect.getsource(table)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            assert isinstance(field.target, ast.Name)
            found[field.target.id] = ast.literal_eval(text.value)
    return found


def toml(value: object) -> str:
    """Return a default as it would be written in TOML; empty where there is none."""
    if value is NODEFAULT:
        return "*required*"
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def rows(head: str, lines: list[str]) -> str:
    """Return a Markdown table."""
    columns = head.count("|") + 1
    return "\n".join([f"| {head} |", "|" + "---|" * columns, *(f"| {line} |" for line in lines)])


def keys_of(table: type) -> str:
    """Return every key of a table, with its default and what it is."""
    texts = meanings(table)
    lines = []
    for name, (field, entry) in readers.keys_of(table).items():
        meaning = " ".join(texts[field].split()).rstrip(".").replace("None is", "without it")
        see = _KIND_SEE.get(table) if name == "kind" else _SEE.get(field)
        lines.append(f"`{name}` | {toml(entry.default)} | {meaning}{f'; {see}' if see else ''}")
    return rows("key | default | what it is", lines)


def _call(row: Operation) -> str:
    operands = ", ".join(OPERANDS[: row.operands])
    if row.attribute == "shape":
        return f"`{row.name}({operands}, 2, 6)`"
    if row.repeats:
        return f"`{row.name}({operands})` or `{row.name}({operands}, …, axis=1)`"
    axis = f" or `{row.name}({operands}, axis=0)`" if row.takes_axis else ""
    return f"`{row.name}({operands})`{axis}"


def operations() -> str:
    """Return every operation that formulas may call, and the operators."""
    signs = {
        "add": "a + b", "sub": "a - b", "mul": "a*b", "div": "a/b", "pow": "a**b", "neg": "-a",
        "matmul": "a @ b", "transpose": "a.T", "pick": "a[0, 1:3]",
    }  # fmt: skip
    lines = []
    for row in OPERATIONS.values():
        if row.internal:
            continue
        written = f"`{signs[row.name]}`" if row.name not in FUNCTIONS else _call(row)
        says = row.says.format(**{letter: letter for letter in OPERANDS})
        formula = f"`{row.formula}`" if row.formula else ""
        rule = ", ".join(f"`{text}`" for text in row.local or row.vjp)
        where = "" if row.kind is Kind.ELEMENTWISE else row.kind.value
        lines.append(f"{written} | {says} | {formula} | {rule} | {where}")
    return rows("written | what it does | definition | gradient | shapes", lines)


def optimisers() -> str:
    """Return every optimiser with its lines and constants."""
    lines = []
    for row in OPTIMISERS.values():
        formulas = "; ".join(f"`{name} = {formula}`" for name, formula in row.lines)
        constants = ", ".join(f"`{h.name} = {number_text(h.default)}`" for h in row.hyperparameters)
        lines.append(f"`{row.name}` | {row.title} | {formulas} | {constants}")
    return rows("name | what it is | each update | hyperparameters", lines)


def datasets() -> str:
    """Return every data set."""
    lines = []
    for name, row in DATASETS.items():
        count = f"{row.count}" + ("" if row.is_gate else f", noise {row.noise:g}")
        says = (inspect.getdoc(row.make) or "").replace("\n", " ").rstrip(".")
        says = says.format(**vars(training_datasets))
        says = says if says[1].isupper() else f"{says[0].lower()}{says[1:]}"
        lines.append(f"`{name}` | {says} | {count}")
    return rows("name | what it is | rows", lines)


def starts() -> str:
    """Return every rule for starting values."""
    lines = []
    for name, row in INITIALISATIONS.items():
        own = (f"`{k} = {v:g}`" if v is not None else f"`{k}`" for k, v in row.constants.items())
        lines.append(f"`{name}` | {row.formula} | {', '.join(own)} | {row.summary}")
    return rows("init | each value | constants | what it is good for", lines)


def placeholders() -> str:
    """Return every placeholder."""
    lines = ["`{z}`, `{W1[0,1]}` | the value of NAME, or of one of its cells"]
    lines += [f"`{{{word} NAME}}` | {text}" for word, text in ABOUT.items()]
    lines += [f"`{{{word}}}` | {text}" for word, text in WORDS.items()]
    lines.append("`{z:7}`, `{grad z:7}` | the same with 7 significant digits, 1 to 17")
    lines.append("`{check: z > 0}` | nothing; `check` proves that it is so wherever the note shows")
    return rows("placeholder | what it becomes", lines)


def words_of(table: Mapping[str, str]) -> str:
    """Return words with what each means."""
    return rows("word | what it means", [f"`{word}` | {text}" for word, text in table.items()])


def kinds() -> str:
    """Return what every kind of question asks for."""
    lines = [f"`{kind}` | {text}" for kind, text in questions.KINDS.items()]
    return rows("kind | what it asks for", lines)


def pictures() -> str:
    """Return every picture with its options, and every option."""
    lines = [
        f"`{kind}` | {described(kind, _PICTURES, '_PICTURES')} | "
        f"{', '.join(f'`{name}`' for name in rules.options)} | {'yes' if rules.in_training else ''}"
        for kind, rules in PICTURES.items()
    ]
    used = {name for rules in PICTURES.values() for name in rules.options} | {"title", "at", "show"}
    options = [f"`{name}` | {described(name, _OPTIONS, '_OPTIONS')}" for name in sorted(used)]
    return (
        rows("kind | what it shows | its own options | beside training", lines)
        + "\n\n"
        + rows("option | what it is", options)
    )


def bounds() -> str:
    """Return the bounds of a lesson."""
    listed = {
        "a lesson file": f"{source.MAX_BYTES // 1024} KiB",
        "the title": f"{tables.MAX_TITLE} characters",
        "a name": f"{expression.MAX_NAME} characters",
        "a number": f"{toml_text.MAX_DIGITS} digits",
        "a formula": f"{parsing.MAX_CHARACTERS:,} characters, {parsing.MAX_OPERATIONS} "
        f"operations, nested {parsing.MAX_NESTING} deep",
        "all graphs": f"{graphs.MAX_NODES:,} operations, {body.MAX_SCENES} blocks",
        "given values": f"{names.MAX_GIVEN:,}",
        "an array": f"{MAX_CELLS:,} cells",
        "all values of all graphs": f"{work.MAX_TOTAL_CELLS:,} cells for one batch, with what "
        f"the optimizer keeps; in a pass over all examples {work.MAX_PASS_CELLS:,}",
        "examples": f"{MAX_EXAMPLES:,}",
        "epochs": f"{tables.MAX_EPOCHS:,}, and {training_table.MAX_ITERATIONS:,} iterations",
        "notes and questions": f"{body.MAX_NOTES:,}",
        "variants": f"{tables.MAX_VARIANTS}, their names {MAX_LABEL} characters",
        "pictures": f"{tables.MAX_PICTURES}",
        "the graph of a slice, contour, boundary or fit": f"{work.MAX_DRAWN_CELLS:,} cells "
        f"and {work.MAX_DRAWN_PRODUCTS:,} multiplications in products of matrices "
        "for one example",
        "the runs of one picture": f"about {work.MAX_SECONDS:.0f} second of training; of a "
        f"`seeds` picture {work.MAX_STARTS} runs and about an hour, without a terminal "
        f"{work.HEADLESS_SECONDS:.0f} seconds",
    }
    return rows("what | at most", [f"{what} | {most}" for what, most in listed.items()])


def overrides() -> str:
    """Return what a variant may override."""
    sections = ", ".join(f"`{name}.KEY`" for name in SECTIONS)
    return f"{sections}, {', '.join(f'`{name}`' for name in (*WHOLE, 'activation'))}"


PARTS: Mapping[str, Callable[[], str]] = {
    "front": lambda: keys_of(tables.FrontMatter),
    "drawn": lambda: keys_of(tables.DrawnTable),
    "labels": lambda: keys_of(tables.LabelTable),
    "data": lambda: keys_of(tables.DataTable),
    "network": lambda: keys_of(tables.NetworkTable),
    "training": lambda: keys_of(tables.TrainingTable),
    "schedule": lambda: keys_of(tables.ScheduleTable),
    "stop": lambda: keys_of(tables.StopTable),
    "question": lambda: keys_of(questions.QuestionTable),
    "choice": lambda: keys_of(choices.ChoiceTable),
    "kinds": kinds,
    "when": lambda: words_of(when.WORDS),
    "task": lambda: keys_of(model.Task),
    "write": lambda: keys_of(model.Writing),
    "facts": lambda: words_of(conditions.FACTS),
    "operations": operations,
    "optimisers": optimisers,
    "datasets": datasets,
    "starts": starts,
    "placeholders": placeholders,
    "pictures": pictures,
    "overrides": overrides,
    "bounds": bounds,
}
"""Every generated part by its mark in the page."""


def with_parts(text: str) -> str:
    """Return the page with every generated part as the program has it now."""
    for name, part in PARTS.items():
        mark = re.compile(rf"(<!-- {name}: [^>]* -->\n)(.*?)(<!-- /{name} -->)", re.DOTALL)
        found = mark.search(text)
        assert found is not None, f"the page has no part {name}"
        text = f"{text[: found.end(1)]}\n{part()}\n\n{text[found.start(3) :]}"
    return text


def codes_listed() -> list[dict[str, str]]:
    """Return what the page says of every code of a report, those of a file by itself first, then of
    its numbers and screens, then of files beside each other."""
    tables = re.findall(r"^\| code \|.*\n\|---.*\n((?:\| `.*\n)+)", PAGE.read_text("utf-8"), re.M)
    return [dict(re.findall(r"^\| `(.+)` \| (.+) \|$", table, re.M)) for table in tables]


def examples(text: str) -> list[str]:
    """Return every whole lesson that the page shows."""
    return re.findall(r"^````markdown\n(\+\+\+\n.*?)^````$", text, re.DOTALL | re.MULTILINE)


if __name__ == "__main__":
    PAGE.write_text(with_parts(PAGE.read_text("utf-8")), encoding="utf-8")
