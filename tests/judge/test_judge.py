"""A learner's program is compared with the walk by name, and its slip is named."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gdtutor.cli import main
from gdtutor.judge.cost import slope_of_cost
from gdtutor.judge.notes import passes_of, unjudged_from
from gdtutor.judge.process import ProgramRefused
from gdtutor.judge.telling import verdict_lines
from gdtutor.judge.verdict import Verdict, judge
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.library.lessons import listing
from gdtutor.session.slips import Slip
from tests.judge.corpus import (
    ALL_UPDATES,
    EPOCHS,
    HIDDEN,
    LAYERS,
    NET,
    OWN_KEYS,
    RIGHT,
    SOFTMAX,
    TRAINED_NET,
    WRONG,
)
from tests.judge.every_lesson import right_program
from tests.judge.handed_on import PROGRAMS
from tests.judge.judging import assignment, judged


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict | Exception]:
    return judged([(p.lesson, p.text) for p in RIGHT], tmp_path_factory.mktemp("right"))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict | Exception]:
    programs = [(p.lesson, p.text.replace(p.old, p.new)) for p in WRONG]
    return judged(programs, tmp_path_factory.mktemp("wrong"))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(RIGHT)), ids=[p.name for p in RIGHT])
def test_a_right_program_is_not_blamed(right: list[Verdict | Exception], number: int) -> None:
    verdict = right[number]
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is None
    assert (verdict.missing, verdict.follows, verdict.mishap) == ((), (), None)
    assert verdict.is_right


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(WRONG)), ids=[f"{p.lesson} {p.new}" for p in WRONG])
def test_a_wrong_program_is_named_at_its_line(
    wrong: list[Verdict | Exception], number: int
) -> None:
    program, verdict = WRONG[number], wrong[number]
    assert program.old in program.text
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert verdict.first.name.name == program.name
    assert verdict.first.slip is not None
    assert verdict.first.slip.slip in program.slips
    # What is left out stands on no line.
    assert (0 < verdict.first.line <= verdict.source.text.count("\n")) == bool(program.new)
    assert not verdict.is_right
    if program.text in PROGRAMS.values():
        # The line that computed it, not one that hands it on.
        assert program.new in verdict.source.written(verdict.first.line)
    # One slip is one: what stands on it follows, and a method that is called twice has it twice.
    assert {d.slip.slip for d in verdict.also if d.slip} <= {verdict.first.slip.slip}
    if verdict.first.slip.slip is not Slip.IN_PLACE:
        assert all(d.slip and d.line == verdict.first.line for d in verdict.also)


def test_momentum_shows_in_the_second_pass_of_a_loop(tmp_path: Path) -> None:
    text = EPOCHS.replace("epochs = 5000", "epochs = 5000; v = 0").replace(
        "W1 = W1 - learning_rate * dW1", "v = 0.9 * v + dW1; W1 = W1 - learning_rate * v"
    )
    (verdict,) = judged([("16", text.replace("costs", "kept"))], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert (verdict.first.name.name, verdict.first.start) == ("W1", 1)


DRAWN = NET + "X = np.zeros((2, 4)); Y = np.zeros((1, 4))\nnp.random.seed(3)\nnet = Net(" \
    "np.random.randn(3, 2), np.zeros((3, 1)), np.random.randn(1, 3), np.zeros((1, 1)))\n" \
    "net.forward(X)\nnet.backward(X, Y)\n"  # fmt: skip


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("text", "lost"),
    [
        (OWN_KEYS.replace('"X": "inputs", ', ""), "X is not found"),
        (OWN_KEYS.replace('"W1": "p[\'W1\']", ', ""), "W1 is not found"),
        (DRAWN, "W1 b1 W2 b2 are not found"),
    ],
)
def test_a_given_value_under_an_unknown_name_is_asked_for(
    text: str, lost: str, tmp_path: Path
) -> None:
    (refusal,) = judged([("16", text)], tmp_path)
    assert isinstance(refusal, ProgramRefused)
    assert lost in str(refusal)
    assert "names = {" in str(refusal)


def test_a_lost_axis_is_told_besides_what_is_wrong_before_it(tmp_path: Path) -> None:
    text = HIDDEN.replace("dA1 * A1 * (1 - A1)", "dA1").replace(
        "np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1, axis=1)"
    )
    (verdict,) = judged([("16", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert [(d.name.name, d.slip and d.slip.slip) for d in verdict.also] == [
        ("db1", Slip.LOST_AXIS)
    ]


@pytest.mark.slow
def test_an_update_by_key_is_blamed_at_its_line(tmp_path: Path) -> None:
    old = "value = getattr(self, name)\n                value -="
    new = 'setattr(self, name, getattr(self, name) + lr * getattr(self, "d" + name))'
    text = TRAINED_NET.replace(f'{old} lr * getattr(self, "d" + name)', new)
    (verdict,) = judged([("16", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert verdict.first.name.name == "W1"
    assert verdict.source.written(verdict.first.line) == new


def test_a_cost_that_no_parameter_moves_has_no_central_difference(tmp_path: Path) -> None:
    text = HIDDEN.replace("C = np.sum(", "C = 0.5 + 0*np.sum(").replace("= dZ2 @", "= 2*dZ2 @")
    (verdict,) = judged([("16", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert "dW2" not in verdict.right
    assert slope_of_cost(verdict, tmp_path / "mine.py") is None


BATCHES = (
    HIDDEN[: HIDDEN.index("\nZ1")]
    + "\ndata, labels, epochs, size = X, Y, 30, 4\nfor epoch in range(epochs):\n"
    + "    for at in range(0, 4, size):\n"
    + "        X, Y = data[:, at:at + size], labels[:, at:at + size]\n        m = X.shape[1]"
    + (HIDDEN[HIDDEN.index("\nZ1") :] + "".join(
        f"{n} = {n} - learning_rate * d{n}\n" for n in ("W1", "b1", "W2", "b2")
    )).rstrip().replace("\n", "\n        ") + "\n"
)  # fmt: skip


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("30, 4", "30, 4", "All 13 names are right, on 4 starts."),
        ("b2 = b2 - learning_rate * db2", "pass", "b2 is never updated"),
        ("dW1 = dZ1 @ X.T", "dW1 = (dW1 if epoch else 0) + dZ1 @ X.T", "gradient not reset"),
    ],
)  # fmt: skip
def test_a_loop_in_the_loop_of_epochs_is_judged_in_two_passes(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    (verdict,) = judged([("16", BATCHES.replace(old, new))], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    told = " ".join(" ".join(verdict_lines(verdict, Path("mine.py"), None)).split())
    assert said in told


def test_the_corpus_is_as_large_as_is_promised() -> None:
    assert len(WRONG) >= 60
    assert len(RIGHT) >= 20


HOSTILE = {
    "loop": ("while True: pass", "takes longer than 1 seconds"),
    "exit": ("import sys\nsys.exit(0)", "mine.py:2: the program ends itself"),
    "end of the process": ("import os\nos._exit(0)", "ended its process"),
    "memory": ("import numpy as np\na = np.ones(1 << 28)", "more than 1 GB"),
    "flood": ("while True: print('x' * 1000)", "prints more than 1 MB"),
    "no Python": ("Z1 = (", "mine.py:1: '(' was never closed"),
    "import": ("import nonsense_module", "mine.py:1: ModuleNotFoundError"),
    "recursion": ("def f(): f()\nf()", "RecursionError"),
    "the process above": ("import os\nos.kill(os.getppid(), 9)", "mine.py:2: PermissionError"),
    "processes": (
        "import os\nwhile True: os.fork()",
        "mine.py:2: RuntimeError: the program starts",
    ),
    "disk": (
        "with open('large', 'wb') as f:\n while True: f.write(bytes(1 << 22))",
        "File too large",
    ),
    "another NumPy": ("import numpy as np\nnp.array = np.asarray = None", "judging failed in"),
    "a printed verdict": (
        'import os\nprint(\'{"format": 1, "first": null}\', flush=True)\nos._exit(0)',
        "ended its",
    ),
    "sleep": ("import time\ntime.sleep(1e6)", "mine.py:2: the program takes longer than 1 seconds"),
}
BOUNDED = ("loop", "end of the process", "memory", "flood", "processes", "disk")
"""One of each bound, and of an end without a word, in a process as the judge starts it."""


@pytest.mark.slow
@pytest.mark.sampled
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_ends_with_a_clear_line(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    if name in BOUNDED:
        request.getfixturevalue("judge_in_its_own_process")
    text, said = HOSTILE[name]
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(text, encoding="utf-8")
    seconds = "1" if name in ("loop", "sleep") else "90"
    assert main(["judge", "xor-hidden", "mine.py", "--seconds", seconds]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_what_a_program_does_to_itself_does_not_hurt_its_verdict(tmp_path: Path) -> None:
    odd = """import os, sys
sys.settrace(None)
sys.stdout.close()
class Odd(dict):
    def items(self): raise OSError
    def __array__(self, *_, **__): raise KeyError(1)
class Thing:
    def __array__(self, *_, **__): raise KeyError(1)
odd, thing, round_ = Odd(a=1), Thing(), {}
for key in range(200): round_[key] = round_
group = os.getpgid(os.getppid())
for end, whom in ((os.kill, os.getppid()), (os.killpg, group), (os.killpg, GROUP)):
    try: end(whom, 0)
    except PermissionError: pass
    else: raise SystemExit
if os.fork() == 0: os.kill(os.getpid(), 9)
"""
    path = tmp_path / "mine.py"
    asked = assignment("16")
    # A group outlives the process that it is called after, as where a shell has started the tests.
    left = ["sh", "-c", "exec 3<&0; cat <&3 &"]
    with subprocess.Popen(left, stdin=subprocess.PIPE, start_new_session=True) as leader:
        leader.wait()
        group = odd.replace("GROUP", str(leader.pid))
        assert judge(asked.lesson, group + EPOCHS, path).is_right
    there = "import os\nif os.fork() == 0: raise ValueError\n" + HIDDEN
    assert judge(asked.lesson, there, path).is_right


def test_threads_that_go_on_do_not_hold_the_judge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = "import threading\nthreading.Thread(target=threading.Event().wait).start()\n"
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(waiting + HIDDEN, encoding="utf-8")
    assert main(["judge", "16", "mine.py"]) == 0


def test_a_program_that_deletes_itself_is_written_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("mine.py")
    text = HIDDEN + "\nimport os\nif os.path.exists(__file__): os.remove(__file__)\n"
    path.write_text(text, encoding="utf-8")
    assert main(["judge", "16", "mine.py"]) == 0
    assert "written back" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_program_that_is_judged_too_and_its_file_is_put_back(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    path, begun = tmp_path / "mine.py", tmp_path / "begun"
    text = f"import os\nos.remove(__file__)\nos.symlink(str(os.getpid()), {str(begun)!r})\n"
    path.write_text(text + "while True: pass\n", encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "gdtutor", "judge", "xor-hidden", str(path)],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(scratch)},
    ) as process:  # fmt: skip
        while not begun.is_symlink():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
            assert process.returncode is None
        child = int(os.readlink(begun))
        process.send_signal(number)
        _, told = process.communicate()
    assert process.returncode == code
    assert "written back" in told
    assert path.read_text(encoding="utf-8").startswith(text)
    assert not list(scratch.iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


LESSON = """+++
format = 1
id = "judged"
title = "Judged"
gradients = ["X"]
[parameters]
W = [[0.5, -1.0]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y"] }
examples = [[1, 2, 1], [0, 1, 0], [3, 1, 1], [1, 1, 0], [2, 3, 1]]
[training]
batch = 3
learning_rate = 0.1
+++
```graph
Z = W @ X
C = sum((Z - Y)**2)/(2*m) + mean(log(Z))
```
"""


@pytest.mark.parametrize(
    ("m", "odd", "code", "said"),
    [
        ("m", "", 0, "All 5 names are right"),
        ("3", "", 1, "dX"),
        ("m", "C = 1.0", 1, "C "),
    ],
)
def test_a_short_batch_and_numbers_that_are_none_are_judged_like_others(
    m: str, odd: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log of a negative number is none, in the walk and in the program."""
    (tmp_path / "lesson.md").write_text(LESSON, encoding="utf-8")
    path = tmp_path / "mine.py"
    path.write_text(
        "import numpy as np\nnp.seterr(all='ignore')\nZ = W @ X\n"
        "C = np.sum((Z - Y)**2)/(2*m) + np.mean(np.log(Z))\n"
        f"dZ = (Z - Y)/m + 1/Z/m\n{odd}\ndX = W.T @ ((Z - Y)/{m} + 1/Z/{m})\ndW = dZ @ X.T\n",
        encoding="utf-8",
    )
    assert main(["judge", str(tmp_path / "lesson.md"), str(path)]) == code
    assert said in capsys.readouterr().out


def test_blanks_are_written_once_and_judged_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["judge", "xor-hidden", "mine.py", "--new"]) == 0
    text = Path("mine.py").read_text(encoding="utf-8")
    assert "Z1 = ...  # 3×4\n" in text
    assert "dW1 = ...  # 3×2, the gradient of C with respect to W1\n" in text
    assert "one step of gradient descent\nW1_new = ...  # 3×2\nb1_new = ...  # 3×1\n" in text
    assert main(["judge", "xor-hidden", "mine.py", "--new"]) == 2
    capsys.readouterr()
    assert main(["judge", "xor-hidden", "mine.py", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["format"], data["lesson"], data["first"]) == (1, "xor-hidden", None)
    assert data["right"] == []
    assert data["missing"][:3] == ["Z1", "A1", "Z2"]
    filled = text + HIDDEN.replace("import numpy as np", "")
    Path("mine.py").write_text(filled, encoding="utf-8")
    assert main(["judge", "xor-hidden", "mine.py"]) == 0


def test_layer_blanks_run_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["judge", "16", "layers.py", "--layers"]) == 0
    assert main(["judge", "16", "layers.py"]) == 1


IN_ROWS = """+++
format = 1
id = "in-rows"
title = "In rows"
orientation = "rows"
[network]
layers = [2, 2, 1]
seed = 3
[data]
dataset = "xor"
[training]
epochs = 3
+++
# In rows
"""
LAYERS_IN_ROWS = """
import numpy as np
class Linear:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.zeros((n_in, n_out)), np.zeros((1, n_out))
    def forward(self, A):
        self.A = A
        return A @ self.W + self.b
    def backward(self, dZ):
        self.dW, self.db = self.A.T @ dZ, dZ.sum(axis=0, keepdims=True)
        return dZ @ self.W.T
class Sigmoid:
    def forward(self, Z):
        self.A = 1/(1 + np.exp(-Z))
        return self.A
    def backward(self, dA):
        return dA*self.A*(1 - self.A)
def compute_cost(Yhat, Y):
    return np.sum((Yhat - Y)**2)/(2*len(Y)), (Yhat - Y)/len(Y)
"""


@pytest.mark.slow
def test_layers_of_a_lesson_in_rows_have_blanks_and_are_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in-rows.md").write_text(IN_ROWS, encoding="utf-8")
    assert main(["judge", "in-rows.md", "blanks.py", "--new", "--layers"]) == 0
    assert "m = Y.shape[0]" in Path("blanks.py").read_text(encoding="utf-8")
    Path("mine.py").write_text(LAYERS_IN_ROWS, encoding="utf-8")
    assert main(["judge", "in-rows.md", "mine.py"]) == 0
    capsys.readouterr()


def test_json_has_the_first_departure_with_the_command_that_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = HIDDEN.replace("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat")
    Path("mine.py").write_text(text, encoding="utf-8")
    assert main(["judge", "16", "mine.py", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    first = data["first"]
    assert (first["name"], first["slip"]) == ("dZ2", "local factor missing")
    assert first["line"] == text.split("\n").index("dZ2 = dYhat") + 1
    assert first["open"] == "gdtutor xor-hidden --at 'backward:Z2[0,0]'"
    assert data["follows"] == ["dW2", "db2", "dA1", "dZ1", "dW1", "db1"]
    assert (data["passes"], data["not_judged_from"], data["parts"]) == (1, None, None)
    assert data["missing"] == []


@pytest.mark.slow
def test_where_no_slip_fits_the_difference_of_their_own_cost_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    other = HIDDEN.replace("(Yhat - Y)**2) / (2*m)", "(Yhat - Y)**4) / (2*m)")
    other = other.replace("dYhat = (Yhat - Y) / m", "dYhat = 2*(Yhat - Y)**3 / m")
    Path("mine.py").write_text(other, encoding="utf-8")
    assert main(["judge", "16", "mine.py"]) == 1
    assert "They agree" in capsys.readouterr().out
    Path("mine.py").write_text(HIDDEN.replace("A1.T", "(A1 + 0.3).T"), encoding="utf-8")
    assert main(["judge", "16", "mine.py"]) == 1
    assert "They differ" in capsys.readouterr().out


@pytest.mark.slow
def test_a_right_program_for_every_lesson_is_not_blamed(tmp_path: Path) -> None:
    """Written from the rules that the walk's panels show, for all shipped lessons."""
    numbers = [entry.number for entry in listing(shipped_lessons_folder())]
    programs = [(n, right_program(assignment(n))) for n in numbers]
    for number, verdict in zip(numbers, judged(programs, tmp_path), strict=True):
        assert isinstance(verdict, Verdict), (number, verdict)
        assert (verdict.first, verdict.missing) == (None, ()), number


def test_a_line_that_reads_a_blank_waits_and_is_not_blamed(tmp_path: Path) -> None:
    text = HIDDEN.replace("A1 = sigmoid(Z1)", "A1 = ...")
    (verdict,) = judged([("16", text)], tmp_path)
    assert isinstance(verdict, Verdict)
    assert verdict.first is None
    assert verdict.right == ("Z1",)
    assert verdict.mishap is not None
    assert verdict.mishap.message == "A1 has no value yet"


SAID = {
    "1/2": ("C = np.sum((Yhat - Y)**2) / (2*m)", "C = np.mean((Yhat - Y)**2)",
            "The factor 1/2 was forgotten."),
    "1/m": ("/ (2*m)", "/ 2", "The factor 1/m was forgotten."),
    "both .T": ("dZ2 @ A1.T", "dZ2.T @ A1", "dZ2 has a .T too many, A1 lacks .T."),
    "one .T": ("dA1 = W2.T @ dZ2", "dA1 = W2 @ dZ2", "W2 lacks .T."),
    "a line that fails": ("dW1 = dZ1 @", "dW1 = dZZ @", "The line fails, with what is said below."),
    "1/m late": ("(Yhat - Y) / m\ndZ2 = ", "(Yhat - Y)\ndZ2 = 1/m * ",
                 "1/m comes later than in the walk: dYhat is m times its gradients."),
    "one NaN": ("sigmoid(Z1)", "sigmoid(Z1) * np.nan", "follows Z2 Yhat C dYhat dZ2 dW2 db2 dA1"),
    "no slip": ("dA1 = W2.T @ dZ2", "dA1 = np.zeros((9, 9))", "yours is 9×9, the walk's 3×4:"),
    "names": ("Z1", "z1", 'table at the top: names = {"Z1": "z1", "dZ1": "dz1"}'),
    "two slips": ("dYhat * Yhat * (1 - Yhat)", "-Yhat * (1 - Yhat)",
                  "upstream factor missing and sign flipped:"),
    "two slips, 1/m": ("dW1 = dZ1 @ X.T", "dW1 = dZ1 @ A1[:2].T * m",
                       "No usual slip gives these numbers."),
    "a function and 1/m": ("np.sum((Yhat - Y)**2) / (2*m)", "-np.sum((Yhat - Y)**2) / 2",
                           "sign flipped and constant factor forgotten:"),
    "an update": ("b1 = b1 - ", "b1 = b1 + ", "13 of 13 names are right; the update of b1 is not."),
}  # fmt: skip


def test_what_is_said_is_true_of_the_line(tmp_path: Path) -> None:
    texts = [("16", ALL_UPDATES.replace(old, new)) for old, new, _ in SAID.values()]
    for (_, _, said), found in zip(SAID.values(), judged(texts, tmp_path), strict=True):
        assert isinstance(found, Verdict), found
        told = " ".join(" ".join(verdict_lines(found, Path("mine.py"), None)).split())
        assert said in told


FAILING = {
    "dZ1 = dA1 * X": ("dA1 * A1 *", "dA1 * X *", "shapes (3,4) (2,4): dA1 is 3×4, X is 2×4"),
    "a call": (
        "W1 @ X + b1",
        "W1 @ X + b2.repeat(2, axis=0)",
        "No slip; W1 @ X is 3×4, b2.repeat(2, axis=0) is 2×1",
    ),
    "a product": ("= dZ1 @ X.T", "= 0*W1\ndW1 += dZ1 @ X", "X lacks .T.; dZ1 is 3×4, X is 2×4"),
    "in place": ("= dZ1 @", "= 0*W1.T\ndW1 += dZ1 @", "No slip; dW1 is 2×3, dZ1 @ X.T is 3×2"),
    "batch": ("Z1 @ X.T", "Z1 @ X.T + X[:, :1]", "No slip; dZ1 @ X.T is 3×2, X[:, :1] is 2×1"),
}


@pytest.mark.parametrize("name", FAILING)
def test_operands_that_do_not_go_together_are_named_with_their_shapes(
    name: str, tmp_path: Path
) -> None:
    old, new, wanted = FAILING[name]
    (verdict,) = judged([("16", HIDDEN.replace(old, new))], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert verdict.source.written(verdict.first.line) in HIDDEN.replace(old, new)
    told = " ".join(" ".join(verdict_lines(verdict, Path("mine.py"), None)).split())
    slip, _, shapes = wanted.rpartition("; ")
    assert shapes in told
    if slip == "No slip":
        assert verdict.first.slip is None
    assert slip in told.replace("The line fails, with what is said below.", "No slip")
    assert not any("Other names" in note for note in verdict.notes)


@pytest.mark.slow
def test_the_difference_of_the_cost_is_taken_where_the_gradient_departs(tmp_path: Path) -> None:
    text = LAYERS.replace("self.dW = dZ", "self.dW = 1.1 * getattr(self, 'dW', 0) + dZ")
    (found,) = judged([("16", text)], tmp_path)
    assert isinstance(found, Verdict)
    assert found.first is not None
    assert (found.first.slip, found.first.start) == (None, 1)
    slope = slope_of_cost(found, tmp_path / "mine.py")
    assert slope is not None
    assert not slope.agrees


def test_a_name_of_the_table_that_the_walk_lacks_is_told(tmp_path: Path) -> None:
    (verdict,) = judged([("16", 'names = {"Z11": "z"}\n' + HIDDEN)], tmp_path)
    assert isinstance(verdict, Verdict)
    assert verdict.is_right
    assert verdict.notes == ("names: the walk has no 'Z11'. did you mean 'Z1'?",)


def test_what_is_not_judged_of_a_program_that_trains_is_told(tmp_path: Path) -> None:
    nested = EPOCHS.replace(
        "for epoch in range(epochs):\n",
        "for epoch in range(epochs):\n  for batch in range(1):\n",
    )
    last = EPOCHS.count("\n") + 1
    texts = [EPOCHS, EPOCHS + "print(C)\n", nested, NET, TRAINED_NET, LAYERS, HIDDEN]
    found = [v for v in judged([("16", t) for t in texts], tmp_path) if isinstance(v, Verdict)]
    told = [(v.notes, passes_of(v.starts), unjudged_from(v.starts)) for v in found]
    one = "One pass alone is judged: a gradient that is never reset, or momentum, shows in a second"
    assert told[0] == ((), 2, 0)
    assert told[1] == (
        (f"What stands behind the loop, from line {last} on, is not judged.",), 2, last
    )  # fmt: skip
    assert told[2] == ((), 2, 0)
    assert told[3] == ((f"{one} one.",), 1, 0)
    assert told[4:] == [((), 2, 0), ((), 2, 0), ((), 1, 0)]


@pytest.mark.slow
def test_a_softmax_over_all_cells_is_told_so(tmp_path: Path) -> None:
    text = SOFTMAX.replace("np.sum(ez, axis=0)", "ez.sum()")
    (found,) = judged([("27", text)], tmp_path)
    assert isinstance(found, Verdict), found
    told = " ".join(" ".join(verdict_lines(found, Path("mine.py"), None)).split())
    assert "The sum belongs over each column by itself, and went over other cells." in told


@pytest.mark.slow
def test_a_table_of_the_program_is_not_suggested_for_the_cost(tmp_path: Path) -> None:
    """`c` holds values by name; the cost of another name is suggested, that of its own not."""
    own = re.sub(r"\bA1", 'c["A1"]', HIDDEN).replace("Z1 = W1", "c = {}\nZ1 = W1")
    kept = own.replace("C = np.sum", 'c["C"] = np.sum')
    named = own.replace("C = np.sum", "cost_C = np.sum")
    found = [v for v in judged([("16", kept), ("16", named)], tmp_path) if isinstance(v, Verdict)]
    assert (found[0].is_right, found[0].notes) == (True, ())
    assert found[1].missing == ("C",)
    assert not any('"c"' in note for note in found[1].notes)
    lower = HIDDEN.replace("C = np.sum", "c = np.sum")
    (meant,) = judged([("16", lower)], tmp_path)
    assert isinstance(meant, Verdict)
    assert 'names = {"C": "c"}' in meant.notes[0]
