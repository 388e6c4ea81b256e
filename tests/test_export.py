"""An exported script runs on NumPy alone, agrees with the walk, and notices one changed value."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gdtutor.cli import main
from gdtutor.drive.opening import session_at
from gdtutor.engine.errors import GdTutorError
from gdtutor.export import script as script_module
from gdtutor.export.script import export_text
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.training.optimisers import OPTIMISERS
from tests.independent.authors import EXPLICIT
from tests.lesson_texts import lesson_text, neuron

SHIPPED = discover(shipped_lessons_folder())
NEURON = next(path for path in SHIPPED if path.stem == "06-bias")
FAULTS = Path(__file__).parent / "data" / "faults"
ROWS = """
[parameters]
w = 0.3
b = 0.1
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 0.5], [2, 0.1], [3, 0.9], [4, 0.2], [5, 0.4]]
[training]
learning_rate = 0.02
epochs = 12
batch = 2
"""
LINEAR = """
```graph
z = w*x + b
L = (z - y)**2 / 2
```
"""


def written(tmp_path, text, iterations=2, **options):
    """Return the script of a lesson given as text."""
    path = tmp_path / "lesson.md"
    path.write_text(text, encoding="utf-8")
    return export_text(session_at(path, **options), iterations)


def run(tmp_path, script, epochs="1"):
    """Run a script in this process; an error of its own is raised."""
    path = tmp_path / "script.py"
    path.write_text(script, encoding="utf-8")
    before = sys.argv
    sys.argv = [str(path), epochs]
    try:
        # The script tells NumPy to go on where numbers overflow; that must not outlive it.
        with np.errstate():
            return runpy.run_path(str(path), run_name="__main__")
    finally:
        sys.argv = before


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_lesson_exports_to_a_script_that_agrees_with_its_walk(path, tmp_path):
    run(tmp_path, export_text(session_at(path), 2))


def test_running_the_script_exits_0_and_with_one_value_changed_1(tmp_path):
    script = tmp_path / "bias.py"
    assert main(["export", str(NEURON), "--out", str(script)]) == 0
    whole = subprocess.run([sys.executable, "-I", script, "3"], capture_output=True, text=True)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "2 iterations agree" in whole.stdout
    script.write_text(script.read_text().replace('"yhat": 0.5,', '"yhat": 0.5001,', 1))
    changed = subprocess.run([sys.executable, "-I", script, "3"], capture_output=True, text=True)
    assert changed.returncode == 1
    assert "iteration 0, forward: yhat is 0.5, not 0.5001" in changed.stderr


@pytest.mark.slow
def test_any_one_value_that_is_changed_is_noticed(tmp_path, capsys):
    script = export_text(session_at(NEURON), 2)
    places = [m.span(1) for m in re.finditer(r'^ +"\w+": (\S+),$', script, flags=re.M)]
    assert len(places) > 40
    for start, end in places:
        other = repr(float(script[start:end]) + 1e-6)
        with pytest.raises(AssertionError, match="iteration"):
            run(tmp_path, script[:start] + other + script[end:])


PLANTED = [
    ("dW = dW_from_L + dW_from_N +", "dW = dW_from_L - dW_from_N -"),
    ("dW_from_L = 2*", "dW_from_L = 2.0000001*"),
    ("W = W - learning_rate*dW", "W = W + learning_rate*dW"),
    ("W_s = rho*W_s", "W_s = 0.9*W_s + 1e-6"),
    ("db = db_from_L +", "db = -db_from_L +"),
    ("b = b - learning_rate*db", "b = b - 1.0001*learning_rate*db"),
]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("right", "wrong"), PLANTED)
def test_a_planted_fault_is_noticed_where_rounding_moves_some_cells_far(right, wrong, tmp_path):
    text = (FAULTS / "zero-of-equal-sums.md").read_text(encoding="utf-8")
    script = written(tmp_path, text)
    assert "settled(k" in script
    run(tmp_path, script)
    assert right in script
    with pytest.raises(AssertionError):
        run(tmp_path, script.replace(right, wrong))


def test_a_changed_start_is_noticed(tmp_path):
    script = export_text(session_at(NEURON), 2)
    with pytest.raises(AssertionError, match="iteration 0, given: w1"):
        run(tmp_path, script.replace("w1 = np.array(0.1)", "w1 = np.array(0.2)"))


@pytest.mark.sampled
@pytest.mark.parametrize("name", EXPLICIT)
def test_every_optimiser_is_written_with_its_state(name, tmp_path):
    script = written(tmp_path, lesson_text(LINEAR, ROWS), 4, changes=[f"optimizer={name}"])
    for state in OPTIMISERS[name].state:
        assert f"w_{state.name} = np.zeros_like(w)" in script
    run(tmp_path, script)


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_a_decay_for_weights_alone_is_written_for_them_alone(name, tmp_path):
    setting = f'optimizer = "{name}"\nhyperparameters = {{ weight_decay = 0.3 }}\ndecayed = ["w"]\n'
    script = written(tmp_path, lesson_text(LINEAR, ROWS + setting), 4)
    assert "weight_decay * w" in script.replace("*w", " * w").replace("  ", " ")
    assert "weight_decay * b" not in script
    run(tmp_path, script)


@pytest.mark.parametrize("path", [NEURON, None])
def test_the_implicit_update_finds_the_same_root(path, tmp_path):
    text = neuron() if path is None else path.read_text(encoding="utf-8")
    run(tmp_path, written(tmp_path, text, 4, changes=["optimizer=implicit"]))


@pytest.mark.sampled
@pytest.mark.parametrize("order", ["given", "shuffled", "drawn"])
@pytest.mark.parametrize("kind", ["constant", "step", "exponential", "cosine"])
def test_the_script_trains_as_the_program_does(order, kind, tmp_path, capsys):
    more = f'{ROWS}order = "{order}"\nschedule = {{ kind = "{kind}", every = 3, factor = 0.7 }}\n'
    path = tmp_path / "lesson.md"
    path.write_text(lesson_text(LINEAR, more), encoding="utf-8")
    session = session_at(path)
    run(tmp_path, export_text(session, 3), "12")
    told = [float(cost) for cost in re.findall(r"cost (\S+)", capsys.readouterr().out)]
    session.run.advance()
    assert told == pytest.approx(list(session.run.costs), rel=1e-5)


@pytest.mark.parametrize("stop", ["cost_below = 0.35", "loss_below = 0.03", "gradient_below = 0.1"])
def test_a_stop_ends_the_script_too(stop, tmp_path, capsys):
    more = ROWS.replace("epochs = 12", "epochs = 10") + f"stop = {{ {stop} }}\n"
    path = tmp_path / "lesson.md"
    path.write_text(lesson_text(LINEAR, more), encoding="utf-8")
    session = session_at(path)
    session.run.advance()
    assert session.run.stopped_by == stop.split()[0]
    run(tmp_path, export_text(session, 1), "10")
    assert len(re.findall("cost", capsys.readouterr().out)) == session.run.costs.size < 10


def test_names_that_python_numpy_or_the_script_has_are_written_otherwise(tmp_path):
    names = {"lambda": 1.5, "np": 2.0, "k": 3.0, "print": 4.0, "__debug__": 5.0, "None": 6.0}
    front = "[parameters]\n" + "".join(f'"{n}" = {v}\n' for n, v in names.items())
    body = "\n```graph\ndnp = lambda*np + k\ncheck = dnp*print + __debug__*None\n```\n"
    script = written(tmp_path, lesson_text(body, front))
    assert "lambda_ = np.array(1.5)" in script
    run(tmp_path, script)


def test_text_of_a_lesson_never_becomes_code(tmp_path):
    script = written(tmp_path, neuron(title='\\"\\"\\"; import os # coding: ascii'))
    assert '\n# """; import os # coding: ascii\n' in script
    run(tmp_path, script)


@pytest.mark.slow
def test_large_arrays_and_a_short_last_batch_agree(tmp_path):
    more = """
    [network]
    layers = [2, 4, 2]
    activation = "relu"
    cost = "cross_entropy"
    seed = 1
    [data]
    inputs = { X = ["x1", "x2"] }
    targets = { Y = ["a", "b"] }
    examples = [[1, 2, 0, 1], [0, 1, 1, 0], [3, 1, 1, 0], [2, 2, 0, 1], [1, 0, 1, 0]]
    [training]
    epochs = 3
    batch = 2
    order = "shuffled"
    optimizer = "adam"
    """.replace("    ", "")
    run(tmp_path, written(tmp_path, lesson_text("\nProse.\n", more), 4), "3")


def in_matrices(body, batch):
    front = f"""
[parameters]
W = [[0.3, 0.1]]
b = [[0.1]]
s = 0.5
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = ["y"] }}
examples = [[1, 2, 0], [0, 1, 1], [3, 1, 1], [2, 2, 0], [1, 0, 1]]
[training]
epochs = 3
batch = {batch}
learning_rate = 0.1
stop = {{ gradient_below = 1e-9 }}
"""
    return lesson_text(f"\n```graph\n{body}\n```\n", front)


def test_examples_that_are_rows_of_a_lesson_are_rows_of_its_script(tmp_path):
    text = in_matrices("Z = X @ W + b\nC = mean((Z - Y)**2) + s**2", 2)
    text = text.replace("W = [[0.3, 0.1]]", "W = [[0.3], [0.1]]")
    run(
        tmp_path,
        written(tmp_path, text.replace("[parameters]", 'orientation = "rows"\n[parameters]'), 3),
    )


@pytest.mark.sampled(1)
@pytest.mark.parametrize("batch", [1, 2, 3])
@pytest.mark.parametrize(
    "cost",
    [
        "mean((Z - Y)**2) + s**2",
        "sum(mean(tanh(Z), 1)) + s*mean(sum(X, 0))",
        "mean(mean(W @ X - Y + b, 0)) + s",
    ],
)
def test_a_mean_over_a_short_last_batch_divides_by_its_own_examples(cost, batch, tmp_path):
    text = in_matrices(f"Z = W @ X + b\nC = {cost}", batch)
    run(tmp_path, written(tmp_path, text, 6), "3")


def test_a_parameter_that_the_cost_does_not_depend_on_stays_as_it_is(tmp_path):
    text = in_matrices("Z = W @ X + b\nn = s*Z\nC = mean((Z - Y)**2)", 2)
    script = written(tmp_path, text, 6)
    assert "ds = np.zeros_like(s)" in script
    run(tmp_path, script, "3")


def test_an_epoch_of_data_that_no_formula_uses_has_as_many_batches(tmp_path, capsys):
    text = lesson_text("\n```graph\nL = (w - 2)**2 + b\n```\n", ROWS)
    path = tmp_path / "lesson.md"
    path.write_text(text, encoding="utf-8")
    session = session_at(path)
    run(tmp_path, export_text(session, 2), "12")
    told = [float(cost) for cost in re.findall(r"cost (\S+)", capsys.readouterr().out)]
    session.run.advance()
    assert told == pytest.approx(list(session.run.costs), rel=1e-5)


def test_a_change_after_the_start_is_refused(tmp_path):
    with pytest.raises(GdTutorError, match="change it from iteration 0"):
        export_text(session_at(NEURON, changes=["3:w1=2"]), 2)


@pytest.mark.parametrize("is_uneven", [False, True])
def test_a_script_that_would_grow_too_long_is_refused_after_the_first_iteration(
    monkeypatch, tmp_path, is_uneven
):
    """A last batch that is shorter than the others holds its share at least."""
    path = tmp_path / "uneven.md"
    path.write_text(lesson_text(LINEAR, ROWS), encoding="utf-8")
    walked = []
    phases = script_module._phases

    def noted(code, moment):
        walked.append(moment.iteration)
        return phases(code, moment)

    monkeypatch.setattr(script_module, "_phases", noted)
    with pytest.raises(GdTutorError, match="more than 200,000 numbers"):
        export_text(session_at(path if is_uneven else NEURON), 10**6)
    assert walked == [0]


def test_a_file_that_cannot_be_written_is_said(tmp_path, capsys):
    assert main(["export", str(NEURON), "--out", str(tmp_path / "no" / "x.py")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_without_a_file_the_script_is_printed(tmp_path, capsys):
    assert main(["export", str(NEURON), "--iterations", "1"]) == 0
    run(tmp_path, capsys.readouterr().out)


def test_the_lessons_folder_is_not_written_to():
    assert not list(Path(shipped_lessons_folder()).glob("*.py"))
