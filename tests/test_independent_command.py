"""The second computation agrees with sound lessons, and notices every planted fault."""

import random
import re
from itertools import count
from pathlib import Path

import pytest

from gdtutor.engine.operations import FUNCTIONS, OPERATIONS, Kind
from gdtutor.lesson.activation import CELLWISE
from gdtutor.lesson.tables import NETWORK_COSTS
from gdtutor.training import csvdata, rates
from gdtutor.training.datasets import DATASETS
from gdtutor.training.initialise import INITIALISATIONS
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.order import ORDERS
from gdtutor.training.scaling import SCALINGS
from gdtutor.training.settings import Stop
from gdtutor.values import replace
from tests.independent import (
    authors,
    bounded,
    drawing,
    holding,
    program,
    shrinking,
    sources,
    tape,
)
from tests.independent.__main__ import main, told_failure
from tests.independent.drawing import Case, drawn
from tests.independent.trying import tried

pytestmark = pytest.mark.slow

FAULTS = sorted((Path(__file__).parent / "data" / "faults").glob("*.md"))
"""Lessons of which a figure was wrong once; `# with:` gives the words of the command."""
LESSON = """+++
format = 1
id = "planted"
title = "Planted"

[parameters]
w = 0.5
b = 0.25

[data]
inputs = ["x"]
targets = ["y"]
examples = [[1.5, 0.0], [-0.5, 1.0], [2.0, 1.0]]

[training]
learning_rate = 0.5
epochs = 2
batch = 2
order = "shuffled"
optimizer = "OPTIMIZER"
schedule = { kind = "SCHEDULE", every = 1 }
+++
```graph
z = w*x + b
yhat = sigmoid(z) - 0.1*tanh(w)
L = (yhat - y)**2
```
"""


def case(optimizer="momentum", schedule="step"):
    """Return a lesson in which rows, a short last batch and a memory meet."""
    return Case(LESSON.replace("OPTIMIZER", optimizer).replace("SCHEDULE", schedule))


def why(given):
    """Return what differs."""
    return tried(0, given).why


def test_a_sound_lesson_holds():
    assert why(case("sgd")) == ""


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_a_lesson_that_was_wrong_once_holds(path):
    text = path.read_text(encoding="utf-8")
    words = re.search(r"^# with: (.*)$", text, re.MULTILINE)
    came = tried(0, Case(text, tuple(words[1].split()) if words else ()))
    assert (came.why, came.refused) == ("", "")


@pytest.mark.parametrize("seed", range(3))
def test_a_seed_draws_the_same_case_again_and_another_one_another(seed):
    assert drawn(seed) == drawn(seed)
    assert drawn(seed) != drawn(seed + 1)


SAMPLE = tuple(drawn(seed) for seed in range(600))
WRITTEN = "\n".join((*(case.text for case in SAMPLE), *(" ".join(c.words) for c in SAMPLE)))
SIGNS = {
    "add": r" \+ ", "sub": r" - ", "mul": r"\*", "div": "/", "pow": r"\*\*",
    "neg": r"= -\(|\(-\(", "matmul": " @ ", "transpose": r"\.T",
    "pick": r"\)\[",
}  # fmt: skip
"""How operations without a name of their own are written."""


@pytest.mark.parametrize("name", [row.name for row in OPERATIONS.values() if not row.internal])
def test_every_operation_is_drawn_sometimes_and_differentiated(name):
    assert re.search(SIGNS.get(name, rf"\b{name}\("), WRITTEN)
    assert tape.known(name, tape.FORWARD)
    assert tape.known(name, tape.BACKWARD)


def test_a_row_is_drawn_by_itself_and_the_engine_says_where_it_does_not_know_it(monkeypatch):
    for other in ("sigmoid", "sqrt", "where", "cross_entropy"):
        # The end of a name that is drawn, and an operation of its own all the same.
        name = other[1:]
        monkeypatch.setitem(OPERATIONS, name, replace(OPERATIONS[other], name=name))
        monkeypatch.setitem(FUNCTIONS, name, FUNCTIONS[other])
    one, two = authors.called(Kind.ELEMENTWISE, 1), authors.called(Kind.ELEMENTWISE, 2, 3)
    assert authors.missing(one, authors.SAFE) == (
        "igmoid({0})", "qrt(0.2 + 2.8*sigmoid({0}))",
    )  # fmt: skip
    assert authors.missing(two, authors.BINARY) == ("here({0}, {1}, tanh({0}))",)
    losses = authors.missing(authors.called(Kind.COLUMN_LOSS, 2), authors.COLUMN_LOSSES, "{1}")
    assert [loss.split("(")[0] for loss in losses] == ["ross_entropy"]
    assert why(Case(case().text.replace("sigmoid", "igmoid"))).endswith(
        "LookupError: igmoid is to be written in FORWARD and BACKWARD of tests.independent.tape\n"
    )


def test_the_engine_changes_every_activation_that_the_program_does():
    assert set(tape.ACTIVATIONS) == set(CELLWISE)


DRAWN_BY = {
    "dataset = ": "a row of CLOUDS, or of GATES, in tests.independent.sources",
    "cost = ": "a row of COSTS in tests.independent.sources",
    "biases = ": "a name among WEIGHTS in tests.independent.drawing",
}
"""What has a part drawn that is not written in `tests.independent.authors`."""


@pytest.mark.parametrize(
    "pattern",
    [
        *(f'optimizer = "{name}"' for name in OPTIMISERS),
        *(f'kind = "{name}"' for name in rates.SCHEDULES),
        *(f'init = "{name}"' for name in INITIALISATIONS),
        *(f'dataset = "{name}"' for name in DATASETS),
        *(f'cost = "{name}"' for name in NETWORK_COSTS),
        *(f'scale = "{name}"' for name in SCALINGS),
        *(f'order = "{name}"' for name in ORDERS),
        *(f"stop = {{ {name} = " for name in Stop.__struct_fields__),
        *(f"{name}=" for name in ("learning_rate", "optimizer", "activation")),
        *("frozen = ", "gradients = ", "validation = ", "hyperparameters = ", "[constants]"),
        *("[network]", "[[variants]]", "data.examples = ", "parameters.W = ", "1:w=", "1:X[0,"),
        *(f'biases = "{name}"' for name in drawing.WEIGHTS),
        *('after = "W"', 'after = "w"'),
        *("1e-300", "1e+300", "5e-324", "-0.0", "745.0"),
        *(" > 0)", " < ", " >= ", " <= ", "axis=-1", "axis=-2"),
    ],
)
def test_every_part_of_a_lesson_is_drawn_sometimes(pattern):
    where = (told for start, told in DRAWN_BY.items() if pattern.startswith(start))
    needs = next(where, "to be written in tests.independent.authors")
    assert pattern in WRITTEN, f"no random lesson has {pattern}: it needs {needs}"


@pytest.mark.parametrize(
    ("operation", "change"),
    [
        ("sigmoid", {"local": ("out*(1 + out)",)}),
        ("sigmoid", {"local": ("-out*(1 - out)",)}),
        ("tanh", {"local": ("1 - out",)}),
        ("mul", {"local": ("a", "b")}),
        ("sub", {"local": ("1", "1")}),
        ("mean", {"local": ("1",)}),
        ("pow", {"local": ("b*a**b", "out*log(a)")}),
    ],
)
def test_a_wrong_derivative_is_noticed(monkeypatch, operation, change):
    monkeypatch.setitem(OPERATIONS, operation, replace(OPERATIONS[operation], **change))
    assert re.search(r"\d/backward:\w+", why(case()))


@pytest.mark.parametrize(
    ("optimizer", "lines"),
    [
        ("sgd", (("p", "p + learning_rate*g"),)),
        ("momentum", (("v", "beta*v - g"), ("p", "p - learning_rate*v"))),
        ("momentum", (("v", "beta*v + (1 - beta)*g"), ("p", "p - learning_rate*v"))),
        ("nesterov", (("v", "beta*v + g"), ("p", "p - learning_rate*(beta*g + v)"))),
        ("adagrad", (("s", "s + g"), ("p", "p - learning_rate*g/(sqrt(s) + epsilon)"))),
        (
            "adam",
            (
                ("m1", "beta1*m1 + (1 - beta1)*g"),
                ("m2", "beta2*m2 + (1 - beta2)*g**2"),
                ("p", "p - learning_rate*m1/(sqrt(m2) + epsilon)"),
            ),
        ),
    ],
)
def test_a_wrong_line_of_an_optimiser_is_noticed(monkeypatch, optimizer, lines):
    monkeypatch.setitem(OPTIMISERS, optimizer, replace(OPTIMISERS[optimizer], lines=lines))
    assert re.search(r"\d/update:w", why(case(optimizer)))


def test_an_implicit_step_by_the_gradient_before_it_is_noticed(monkeypatch):
    implicit = drawing.implicit(random.Random(5))
    assert why(implicit) == ""
    wrong = replace(OPTIMISERS["implicit"], lines=(("p", "p - learning_rate*g"),))
    monkeypatch.setitem(OPTIMISERS, "implicit", wrong)
    assert "after an implicit step" in why(implicit)


def test_examples_that_come_from_a_file_hold_and_one_that_is_off_is_noticed(monkeypatch):
    in_csv = Case(case("sgd").text, in_csv=True)
    assert why(in_csv) == ""
    monkeypatch.setattr(csvdata, "float", lambda text: float(text) + 2**-50, raising=False)
    assert "given" in why(in_csv)


NETWORK = """+++
format = 1
id = "planted"
title = "Planted"

[data]
inputs = ["x1", "x2", "x3"]
targets = ["y1", "y2"]
examples = [[1.5, 0.25, -1.0, 0.0, 1.0], [-0.5, 2.0, 0.5, 1.0, 0.0]]

[network]
layers = [3, 2]
features = FEATURES

[training]
epochs = 2
+++
"""


@pytest.mark.parametrize("is_scaled", [False, True])
@pytest.mark.parametrize("in_csv", [False, True])
@pytest.mark.parametrize("features", [["x2"], ["x3", "x1*x2"], ["x1", "x1**2", "x2", "abs(x3)"]])
def test_a_network_with_fewer_or_more_features_than_columns_holds(features, in_csv, is_scaled):
    text = NETWORK.replace("FEATURES", str(features).replace("'", '"'))
    text = text.replace("[network]", 'scale = "min_max"\n[network]') if is_scaled else text
    came = tried(0, Case(text, in_csv=in_csv))
    assert (came.why, came.refused) == ("", "")
    assert came.figures


def test_rows_of_a_data_set_that_are_not_as_it_is_told_are_noticed(monkeypatch):
    data = {"dataset": "plane", "count": 5}
    assert len(sources.examples_of(data)[0]) == 5
    wrong = replace(DATASETS["plane"], make=DATASETS["bumps"].make)
    monkeypatch.setitem(DATASETS, "plane", wrong)
    with pytest.raises(AssertionError, match="plane"):
        sources.examples_of(data)


def test_a_wrong_schedule_is_noticed(monkeypatch):
    wrong = replace(rates.SCHEDULES["step"], compute=lambda schedule, base, epoch: base)
    monkeypatch.setitem(rates.SCHEDULES, "step", wrong)
    assert "learning_rate" in why(case("sgd"))


def planted(monkeypatch, change):
    """Change what every command prints as JSON."""
    plain = program.data

    def data(*words):
        told = plain(*words)
        change(told)
        return told

    monkeypatch.setattr(program, "data", data)


def _steps(told, phase):
    return [step for step in told.get("steps", ()) if step["phase"] == phase]


def _next_given(told):
    for step in _steps(told, "given"):
        if step["iteration"] == 1:
            step["values"]["w"] += 2**-50


def _value(told):
    for step in _steps(told, "forward"):
        step["value"] = (program.numbers(step["value"]) * (1 + 1e-13)).tolist()


def _lost_step(told):
    if "steps" in told:
        told["steps"].remove(_steps(told, "update")[-1])


def _upstream(told):
    for step in _steps(told, "backward"):
        for part in step["contributions"]:
            part["upstream"] = (2 * program.numbers(part["upstream"])).tolist()


def _cost(told):
    if "costs" in told:
        told["costs"][-1] *= 1 + 1e-12


def _end(told):
    if "parameters" in told:
        told["parameters"]["w"] += 2**-50


def _final_cost(told):
    if "costs" in told:
        told["final_cost"] *= 1 + 1e-12


def _prediction(told):
    if "costs" in told:
        told["predictions"] = (program.numbers(told["predictions"]) + 1e-12).tolist()


def _iterations(told):
    if "costs" in told:
        told["iterations"] += 1


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_final_cost, "train: the final cost"),
        (_prediction, "train: the predictions"),
        (_iterations, "train: stopped by epochs after 5 iterations, not by epochs after 4"),
        (_next_given, "1/given: w"),
        (_value, "forward:"),
        (_lost_step, "no step"),
        (_upstream, "upstream from"),
        (_cost, "train: cost of epoch 1"),
        (_end, "train: w at the end"),
    ],
)
def test_a_figure_that_is_off_by_its_last_bits_is_noticed(monkeypatch, change, where):
    planted(monkeypatch, change)
    assert re.search(where, why(case("sgd")))


def test_a_run_that_does_not_stop_where_it_should_is_noticed(monkeypatch):
    stopping = Case(case("sgd").text.replace("epochs = 2", "epochs = 2\nstop = {cost_below = 5.0}"))
    assert why(stopping) == ""
    planted(monkeypatch, lambda told: told.update(stopped_by="epochs"))
    assert "not by cost after 2" in why(stopping)


def test_a_folded_gradient_that_is_no_number_where_the_unfolded_one_is_is_noticed():
    folded, unfolded = holding.Held(), holding.Held()
    for held, value in ((folded, float("nan")), (unfolded, 0.0)):
        held.shown |= {(0, 0, "w"): holding.np.array(value), "iterations": 1}
    holding.hold_finite(folded, folded)
    with pytest.raises(holding.DiffersError, match="unfolded 0"):
        holding.hold_finite(folded, unfolded)


def test_an_exported_script_that_does_not_run_is_noticed(monkeypatch):
    plain = program.printed

    def printed(*words):
        text = plain(*words)
        return text.replace("w = w - ", "w = w + ") if words[0] == "export" else text

    monkeypatch.setattr(program, "printed", printed)
    assert why(case("sgd")).startswith("export: AssertionError")


def test_numbers_at_the_edges_are_compared_where_they_are_numbers():
    held = holding.Held()
    one = holding.exact([1e300, float("nan"), float("inf"), 0.0])
    holding.compare(held, "here", [1e300, float("nan"), float("inf"), -0.0], one)
    for other in ([1e300, 0.0, float("inf"), 0.0], [1e300, float("nan"), -float("inf"), 0.0]):
        with pytest.raises(holding.DiffersError):
            holding.compare(held, "here", other, one)


@pytest.mark.parametrize(
    "squared", [bounded.square, lambda a: bounded.power(a, bounded.exact(2.0))]
)
def test_the_square_of_what_cancels_is_known_as_well_as_what_cancels(squared):
    near_0 = bounded.Bounded(bounded.exact([1e-17]).value, bounded.exact([4e-17]).value)
    found = squared(near_0)
    assert (found.value + found.bound >= (1e-17 + 3.99e-17) ** 2).all()


def test_a_failing_case_is_shortened_saved_and_can_be_tried_again(monkeypatch, tmp_path, capsys):
    wrong = replace(OPERATIONS["sigmoid"], local=("out*(1 + out)",))
    monkeypatch.setitem(OPERATIONS, "sigmoid", wrong)
    # A second is a try.
    monkeypatch.setattr(shrinking, "monotonic", count().__next__)
    told = "\n".join(told_failure(tried(7, case()), case(), tmp_path, seconds=25))
    saved = (tmp_path / "7.md").read_text(encoding="utf-8")
    assert len(saved) < len(case().text)
    assert f"python -m tests.independent --again {tmp_path / '7.md'}" in told
    assert main(["--again", str(tmp_path / "7.md")]) == 1
    assert "backward" in capsys.readouterr().out


def test_the_command_tells_its_seed_and_what_it_compared(capsys):
    main(["--cases", "1", "--seed", "5"])
    out = capsys.readouterr().out
    assert out.startswith("seed 5\n1 of 1 cases in ")
    assert re.search(r"[\d,]+ figures, of which \d+ are left open", out)
