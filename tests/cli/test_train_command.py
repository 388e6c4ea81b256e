"""`gdtutor train` and its kin, as a shell sees them."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pseudo_terminal import PseudoTerminal

from gdtutor.cli import main

FAULTS = Path(__file__).parents[1] / "data" / "faults"


def output(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def data(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    return json.loads(output(capsys, *words))


def test_the_json_of_a_run_has_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    run = data(capsys, "train", "xor-hidden", "--json")
    assert run["format"] == 1
    assert run["lesson"] == "xor-hidden"
    assert run["seed"] == 48
    assert run["epochs"] == run["iterations"] == 5000
    assert run["stopped_by"] == "epochs"
    assert run["diverged_at"] is None
    assert run["first_node"] is None
    costs = run["costs"]
    assert isinstance(costs, list)
    assert abs(costs[4900] - 0.0009210166430616655) < 1e-12
    assert {"final_cost", "parameters", "predictions", "targets", "seconds"} <= set(run)


def test_a_number_that_leaves_float64_is_told_and_warns_of_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The square of 1e300 is infinite, which takes a step of implicit descent to 0."""
    path = str(FAULTS / "steepest-implicit-step.md")
    assert data(capsys, "train", path, "--json")["costs"]
    assert "0 − 1·0·1e299" in output(capsys, "shot", path, "--at", "update:w")


def test_epoch_5000_of_or_needs_5001_epochs(capsys: pytest.CaptureFixture[str]) -> None:
    run = data(capsys, "train", "or-vectorised", "--epochs", "5001", "--json")
    costs = run["costs"]
    assert isinstance(costs, list)
    assert abs(costs[5000] - 0.000527569180279875) < 1e-12
    shorter = data(capsys, "train", "or-vectorised", "--epochs", "5000", "--json")
    assert abs(float(str(shorter["final_cost"])) - 0.000527569180279875) < 1e-12


def test_another_seed_gives_another_start(capsys: pytest.CaptureFixture[str]) -> None:
    own = data(capsys, "train", "xor-hidden", "--epochs", "1", "--json")
    same = data(capsys, "train", "xor-hidden", "--epochs", "1", "--seed", "48", "--json")
    other = data(capsys, "train", "xor-hidden", "--epochs", "1", "--seed", "7", "--json")
    assert own["costs"] == same["costs"]
    assert own["costs"] != other["costs"]
    assert other["seed"] == 7


def test_training_goes_on_from_a_place(capsys: pytest.CaptureFixture[str]) -> None:
    whole = data(capsys, "train", "or-vectorised", "--epochs", "60", "--json")
    rest = data(capsys, "train", "or-vectorised", "--at", "50/given", "--epochs", "10", "--json")
    assert isinstance(whole["costs"], list)
    assert rest["costs"] == whole["costs"][50:60]


def test_changes_hold_from_their_iteration_on(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("train", "or-vectorised", "--epochs", "10", "--json")
    own = data(capsys, *words)["costs"]
    changed = data(capsys, *words, "--set", "5:learning_rate=20")["costs"]
    assert isinstance(own, list)
    assert isinstance(changed, list)
    assert own[:6] == changed[:6]
    assert own[6:] != changed[6:]


def test_the_curve_is_written_as_csv(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    output(capsys, "train", "bias", "--csv", str(path))
    lines = path.read_text().splitlines()
    assert lines[0] == "epoch,cost,validation"
    assert lines[1] == "0,0.125,"
    assert len(lines) == 201
    assert [p.name for p in tmp_path.iterdir()] == ["curve.csv"]


def test_the_plan_is_shown_and_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    shown = output(capsys, "train", "xor-hidden", "--show-plan")
    assert "def steps" in shown
    assert "epochs" not in shown


def test_a_run_that_grows_is_explained_in_lines_and_in_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = "train", "learning-rate", "--set", "learning_rate=50"
    told = "Each step multiplies the distance to the lowest point by 1 - learning_rate*x**2 = -7."
    assert told in output(capsys, *words).splitlines()
    found = data(capsys, *words, "--json")
    assert found["verdict"] == "diverges"
    assert told in found["explained"]


def test_a_sweep_marks_the_best_and_says_what_went_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = output(capsys, "train", "learning-rate", "--sweep", "learning_rate=0.5,5,50")
    assert "the lowest cost" in text
    assert "diverges" in text or "not finite" in text
    runs = data(capsys, "train", "or-vectorised", "--sweep", "learning_rate=0.1,1", "--json")
    assert (runs["best"], runs["lowest"]) == (1, [1])
    assert isinstance(runs["runs"], list)
    assert [run["label"] for run in runs["runs"]] == ["learning_rate 0.1", "learning_rate 1"]
    alike = ("train", "learning-rate", "--sweep", "learning_rate=0.5,0.5000000000000001")
    assert output(capsys, *alike).count("the lowest cost") == 2
    assert data(capsys, *alike, "--json")["lowest"] == [0, 1]


@pytest.mark.parametrize("bound", ["cost_below=0.2", "gradient_below=0.2", ""])
def test_a_run_of_a_sweep_is_told_as_the_same_run_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, bound: str
) -> None:
    """Examples held back are no part of its cost, and one word says what ended it."""
    path = tmp_path / "held.md"
    path.write_text(HELD.replace("STOP", bound.replace("=", " = ")), encoding="utf-8")
    (run, _) = data(capsys, "train", str(path), "--sweep", "seed=0,1", "--json")["runs"]
    alone = data(capsys, "train", str(path), "--json")
    for key in ("final_cost", "costs", "stopped_by", "verdict", "parameters"):
        assert run[key] == alone[key], key


HELD = """+++
format = 1
id = "held"
title = "Held"
[parameters]
w = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 1], [2, 1.5], [3, 9]]
[training]
learning_rate = 0.1
epochs = 4
batch = 1
validation = 0.34
stop = { STOP }
+++
```graph
L = (w*x - y)**2
```
"""


@pytest.mark.parametrize(
    "words",
    [
        ("train", "gradients-add-up"),
        ("train", "nowhere"),
        ("train", "bias", "--set", "w9=1"),
        ("train", "bias", "--sweep", "nonsense=1"),
        ("train", "bias", "--csv", "/nowhere/at/all.csv"),
        ("transcript", "bias", "--at", "backward:w9"),
        ("transcript", "bias", "--unfold", "nothing"),
        ("transcript", "bias", "--example", "3"),
        ("transcript", "missing.md"),
        ("list", "no-such-folder"),
    ],
)
def test_misuse_is_told_on_standard_error_and_exits_2(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert "error: " in caught.err
    assert "Traceback" not in caught.err


@pytest.mark.parametrize(
    "words", [("list", "--jso"), ("train",), ("train", "bias", "--epochs", "0")]
)
def test_what_the_arguments_do_not_allow_exits_2(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2


TOLD = """
import sys
from gdtutor.cli import main
from gdtutor.training.run import Run

def told(run, **options):
    print("training", file=sys.stderr, flush=True)
    return advance(run, **options)

advance, Run.advance = Run.advance, told
sys.exit(main(sys.argv[1:]))
"""
"""The program, which tells when it begins to train."""


@pytest.mark.slow
def test_ctrl_c_writes_what_there_is_and_exits_130(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    words = ["train", "xor-hidden", "--epochs", "5000000", "--json", "--csv", str(path)]
    process = subprocess.Popen(
        [sys.executable, "-c", TOLD, *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "training\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=90)
    assert process.returncode == 130
    assert json.loads(out)["stopped_by"] == "key"
    assert path.read_text().startswith("epoch,cost,validation\n")


def test_the_plan_of_a_sweep_is_shown_and_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("train", "xor-hidden", "--sweep", "learning_rate=0.1,1", "--show-plan")
    shown = output(capsys, *words)
    assert "def steps" in shown
    assert "# learning_rate 0.1, learning_rate 1" in shown
    assert "epochs" not in shown


@pytest.mark.slow
@pytest.mark.sampled
@pytest.mark.parametrize("sweep", [(), ("--sweep", "learning_rate=0.001,0.002")])
@pytest.mark.parametrize("columns", [60, 80])
def test_the_progress_stays_on_one_line_of_any_terminal(
    columns: int, sweep: tuple[str, ...]
) -> None:
    """What the screen shows is what three reports have left on it."""
    words = ("-m", "gdtutor", "train", "xor-hidden", "--epochs", "5000000", *sweep)
    with PseudoTerminal(*words, columns=columns) as terminal:
        terminal.wait_for(lambda _: terminal.received.count(b"\r ") >= 3)
        assert sum("%" in line for line in terminal.text().splitlines()) == 1
        assert ("2 runs" in terminal.text()) == bool(sweep)
        terminal.send("\x03")
        assert terminal.wait_for_end() == 130


@pytest.mark.slow
def test_the_command_line_for_training_needs_no_terminal_library() -> None:
    code = (
        "import sys\nfrom gdtutor.cli import main\nmain(['train', 'bias', '--json'])\n"
        "print([m for m in ('textual', 'rich', 'plotext', 'markdown_it') if m in sys.modules],"
        " file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_list_is_a_contract(capsys: pytest.CaptureFixture[str]) -> None:
    lessons = json.loads(output(capsys, "list", "--json"))
    keys = {"id", "number", "title", "source", "summary", "path", "trains"}
    assert all(set(lesson) == keys for lesson in lessons)
    assert {"bias", "or-vectorised", "xor-hidden", "gradients-add-up"} <= {
        lesson["id"] for lesson in lessons
    }
    assert all(Path(lesson["path"]).is_file() for lesson in lessons)


def test_a_sweep_keeps_the_changes_at_the_start_and_refuses_later_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sweep = ("--sweep", "learning_rate=1,2", "--epochs", "3", "--json")
    own, changed = (
        data(capsys, "train", "bias", *sweep, *changes) for changes in ((), ("--set", "b=3"))
    )
    assert own["runs"][0]["costs"] != changed["runs"][0]["costs"]
    assert main(["train", "bias", *sweep, "--set", "100:learning_rate=9"]) != 0
    assert "changes at iteration 100" in capsys.readouterr().err


@pytest.mark.parametrize("way", [("--set", "learning_rate=0"), ("--sweep", "learning_rate=0,1")])
def test_a_rate_of_zero_is_refused_in_the_same_words_everywhere(
    capsys: pytest.CaptureFixture[str], way: tuple[str, str]
) -> None:
    assert main(["train", "bias", *way]) != 0
    assert "the learning rate is 0 — use a finite number above 0" in capsys.readouterr().err


@pytest.mark.parametrize("epochs", ["0", "-1", "many", "9" * 13])
def test_a_number_of_epochs_is_refused_in_the_same_words(
    capsys: pytest.CaptureFixture[str], epochs: str
) -> None:
    with pytest.raises(SystemExit):
        main(["train", "bias", f"--epochs={epochs}"])
    assert f"'{epochs}' is not a whole number from 1 up" in capsys.readouterr().err
