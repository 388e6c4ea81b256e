"""No right line of a program is blamed, and what is wrong with the wrong one is named."""

from pathlib import Path

import pytest

from gdtutor.judge.blanks import blank_program
from gdtutor.judge.process import ProgramRefused
from gdtutor.judge.telling import verdict_lines
from gdtutor.judge.verdict import Verdict
from gdtutor.session.slips import Slip, SlipMatch
from tests.judge.corpus import HEAD, HIDDEN, ROWS, SIGMOID, SOFTMAX, TWO_SCENES, WRONG
from tests.judge.judging import assignment, judged
from tests.judge.mutants import Mutant, each_kind, line_of, mutants, told_of

NAMED = 0.95
"""Share of the mutants that depart whose slip has a name."""


def held(chosen: list[Mutant], folder: Path) -> None:
    told = list(zip(chosen, told_of(chosen, folder), strict=True))
    blamed = [f"{line_of(mutant)}: {said.blamed}" for mutant, said in told if said.blamed]
    assert blamed == []
    departing = [said for _, said in told if said.departs]
    assert sum(bool(said.slip) for said in departing) >= NAMED * len(departing)


@pytest.mark.slow
def test_a_wrong_line_alone_is_blamed_in_every_lesson(tmp_path: Path) -> None:
    held(list(each_kind()), tmp_path)


def verdict_on(lesson: str, text: str, folder: Path) -> Verdict:
    (verdict,) = judged([(lesson, text)], folder)
    assert isinstance(verdict, Verdict), verdict
    return verdict


def own_of(verdict: Verdict) -> list[tuple[str, Slip | None]]:
    """Return what departs by itself, with its slip."""
    first = [verdict.first] if verdict.first else []
    return [(d.name.name, d.slip and d.slip.slip) for d in (*first, *verdict.also)]


LATE = HIDDEN.replace("(Yhat - Y) / m", "Yhat - Y")
for _total in ("dZ2 @ A1.T", "dZ1 @ X.T", "axis=1, keepdims=True)"):
    LATE = LATE.replace(_total, f"{_total} / m")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "name", "slip"),
    [
        ("dA1 * A1 * (1 - A1)", "dA1 * A1", "dZ1", Slip.PART_OF_LOCAL),
        ("dZ1 @ X.T / m", "dZ1 @ X.T", "dW1", Slip.NO_SHARE),
        ("Yhat - Y\n", "Y - Yhat\n", "dYhat", Slip.SIGN),
        ("W2.T @ dZ2", "-W2.T @ dZ2", "dA1", Slip.SIGN),
    ],
)
def test_a_program_that_takes_1_over_m_at_the_weights_is_blamed_for_its_slip_alone(
    old: str, new: str, name: str, slip: Slip, tmp_path: Path
) -> None:
    assert verdict_on("16", LATE, tmp_path).is_right
    assert old in LATE
    assert own_of(verdict_on("16", LATE.replace(old, new), tmp_path)) == [(name, slip)]


ATTENTION = (
    HEAD
    + """
Q = Wq @ P
K = Wk @ P
S = K.T @ Q / np.sqrt(2)
A = np.exp(S) / np.sum(np.exp(S), axis=0)
O = V @ A
C = np.sum((O - Y)**2) / (2*m)
dO = (O - Y) / m
dV = dO @ A.T
dA = V.T @ dO
dS = A * (dA - np.sum(dA*A, axis=0))
dK = Q @ dS.T / np.sqrt(2)
dWk = dK @ P.T
dQ = K @ dS / np.sqrt(2)
dWq = dQ @ P.T
"""
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lesson", "text", "old", "new", "own"),
    [
        ("16", HIDDEN, "A1 * (1 - A1)", "A1 * (1 - A1) * m", [("dZ1", Slip.NO_SHARE)]),
        ("16", HIDDEN, "W2.T @ dZ2", "W2.T @ dZ2 * m", [("dA1", Slip.NO_SHARE)]),
        ("05", TWO_SCENES, "dyhat = yhat - y", "dyhat = np.float16(yhat - y)",
         [("dyhat", Slip.PRECISION)]),
        ("16", HIDDEN, "Yhat * (1 - Yhat)", "Yhat * (1 - Yhat) + 1e-10", []),
        ("27", SOFTMAX, ", axis=0, keepdims=True)\nC = np.sum(H) / m", ")\nC = np.mean(H)",
         [("H", Slip.OTHER_AXIS)]),
        ("27", SOFTMAX, "r = 1 /", "r = -1 /", [("r", Slip.SIGN)]),
        ("28", ATTENTION, "Q / np.sqrt(2)", "Q", [("S", Slip.NO_SHARE)]),
        ("28", ATTENTION, "K @ dS / np.sqrt(2)", "K @ dS", [("dQ", Slip.NO_SHARE)]),
        ("28", ATTENTION, "(dA - np.sum(dA*A, axis=0))", "dA * (1 - A)",
         [("dS", Slip.OTHER_DERIVATIVE)]),
        ("28", ATTENTION, "Q @ dS.T", "Q @ dS", [("dK", Slip.TRANSPOSED)]),
        ("28", ATTENTION, "Q = Wq", "Q = -Wq", [("Q", Slip.SIGN)]),
        ("16", HIDDEN, "1 - A1)", "1 - A1 + 1e-7)", [("dZ1", Slip.EPSILON)]),
        ("16", HIDDEN, "1 - A1)", "1.00001 - A1)", [("dZ1", None)]),
    ],
)  # fmt: skip
def test_what_follows_from_a_wrong_or_a_rough_value_is_not_blamed(
    lesson: str,
    text: str,
    old: str,
    new: str,
    own: list[tuple[str, Slip | None]],
    tmp_path: Path,
) -> None:
    assert old in text
    assert own_of(verdict_on(lesson, text.replace(old, new), tmp_path)) == own


def test_one_number_in_the_place_of_one_for_each_example_is_shown_as_it_is(tmp_path: Path) -> None:
    text = SOFTMAX.replace("np.log(P), axis=0, keepdims=True)", "np.log(P))")
    told = list(verdict_lines(verdict_on("27", text, tmp_path), Path("mine.py"), None))
    assert "         yours is a number, the walk's 1×4:" in told


def test_a_value_is_not_blamed_on_the_line_that_hands_it_on(tmp_path: Path) -> None:
    text = (
        SIGMOID.replace("1 / (1 + np.exp(-z))", "z")
        + """
Z = -(W @ X + b)
Yhat = sigmoid(Z)
C = np.sum((Yhat - Y)**2) / (2*m)
"""
    )
    first = verdict_on("21", text, tmp_path).first
    assert first is not None
    assert first.line == text.splitlines().index("Z = -(W @ X + b)") + 1


@pytest.mark.slow
@pytest.mark.parametrize("lesson", ["10", "13", "16", "18", "27"])
def test_one_turned_array_does_not_turn_the_program(lesson: str, tmp_path: Path) -> None:
    turned = [m for m in mutants(lesson) if m.change == "turned" and m.name[0] in "ZY"]
    assert turned
    for mutant, said in zip(turned, told_of(turned, tmp_path), strict=True):
        assert (line_of(mutant), said.blamed, said.slip) == (line_of(mutant), "", "transposed")


def test_a_program_in_rows_that_fails_early_is_in_rows(tmp_path: Path) -> None:
    text = (
        SIGMOID
        + """
Z1 = X.T @ W1.T + b1.T
A1 = sigmoid(Z1)
Z2 = A1 @ W2 + b2
Yhat = sigmoid(Z2)
"""
    )
    first = verdict_on("16", text, tmp_path).first
    assert first is not None
    assert (first.name.name, first.slip and first.slip.slip) == ("Z2", Slip.TRANSPOSED)


def headed(lesson: str, text: str, folder: Path) -> str:
    """Return a program below the header that the blanks of its lesson have."""
    blanks = blank_program(assignment(lesson), "gdtutor judge")
    return HEAD + blanks[blanks.index("# The given") : blanks.index("# Forward")] + text


SCRIPTS = [p for p in WRONG if p.lesson.isdigit() and "class " not in p.text
           and "def forward" not in p.text]  # fmt: skip


@pytest.mark.slow
def test_the_header_of_the_blanks_changes_nothing(tmp_path: Path) -> None:
    texts = [(p.lesson, headed(p.lesson, p.text.replace(p.old, p.new), tmp_path)) for p in SCRIPTS]
    for program, verdict in zip(SCRIPTS, judged(texts, tmp_path), strict=True):
        assert isinstance(verdict, Verdict), (program.new, verdict)
        (name, slip), *_ = own_of(verdict)
        assert (name, slip in program.slips) == (program.name, True), (program.new, slip)


@pytest.mark.slow
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize(
    ("line", "before", "name", "about"),
    [
        ("X -= 0.5", "Z1 =", "Z1", "X"),
        ("X *= 0.5", "Z1 =", "Z1", "X"),
        ("X[0] = 0", "Z1 =", "Z1", "X"),
        ("Y *= 2", "C =", "C", "Y"),
        ("Y -= Yhat", "dYhat =", "dYhat", "Y"),
        ("W1 *= 2", "Z1 =", "Z1", "W1"),
        ("Yhat -= Y", "dZ2 =", "Yhat", "Yhat"),
    ],
)
def test_a_change_in_place_is_named_at_its_line(
    line: str, before: str, name: str, about: str, header: bool, tmp_path: Path
) -> None:
    text = HIDDEN.replace(f"\n{before}", f"\n{line}\n{before}")
    verdict = verdict_on("16", headed("16", text, tmp_path) if header else text, tmp_path)
    first = verdict.first
    assert first is not None
    assert first.slip == SlipMatch(Slip.IN_PLACE, about)
    assert (first.name.name, verdict.source.written(first.line)) == (name, line)
    assert {d.line for d in verdict.also} <= {first.line}
    assert not any("another order" in note for note in verdict.notes)


def test_the_header_is_given_in_rows_to_a_program_that_says_so(tmp_path: Path) -> None:
    assert verdict_on("16", headed("16", ROWS, tmp_path), tmp_path).is_right
    turned = headed("16", "X = X.T; Y = Y.T; W1 = W1.T; b1 = b1.T; W2 = W2.T\n" + ROWS, tmp_path)
    assert verdict_on("16", turned, tmp_path).is_right


def test_an_array_in_rows_is_shown_beside_the_shape_that_rows_have(tmp_path: Path) -> None:
    text = ROWS.replace("dW1 = X.T @ dZ1", "dW1 = dZ1.T @ X")
    assert text != ROWS
    told = list(verdict_lines(verdict_on("16", text, tmp_path), Path("mine.py"), None))
    assert "         yours is 3×2, in rows it is 2×3:" in told


LINEAR = (
    HEAD
    + """
class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, A):
        self.A = A
        return self.W @ A + self.b

    def backward(self, dZ):
        self.dW = dZ @ self.A.T
        self.db = dZ.sum(axis=1, keepdims=True)
        return self.W.T @ dZ


class Sigmoid:
    def forward(self, Z):
        self.out = 1/(1 + np.exp(-Z))
        return self.out

    def backward(self, dA):
        return dA*self.out*(1 - self.out)


def compute_cost(Yhat, Y):
    m = Y.shape[1]
    return np.sum((Yhat - Y)**2)/(2*m), (Yhat - Y)/m
"""
)


@pytest.mark.parametrize(
    ("old", "new", "name", "about", "right"),
    [
        ("dZ @ self.A.T", "dZ @ self.A", "dW2", "A lacks .T", "Z1 A1 Z2 Yhat C dYhat dZ2"),
        ("self.W.T @ dZ", "self.W @ dZ", "dA1", "W lacks .T",
         "Z1 A1 Z2 Yhat C dYhat dZ2 dW2 db2"),
        ("self.W @ A", "self.W.T @ A", "Z1", "", ""),
    ],
)  # fmt: skip
def test_a_layer_that_fails_is_told_by_the_name_that_it_computes(
    old: str, new: str, name: str, about: str, right: str, tmp_path: Path
) -> None:
    verdict = verdict_on("16", LINEAR.replace(old, new), tmp_path)
    first = verdict.first
    assert first is not None
    assert (first.name.name, first.slip) == (name, SlipMatch(Slip.TRANSPOSED, about))
    assert new in verdict.source.written(first.line)
    assert [n for n in right.split() if n not in (*verdict.right, *verdict.follows)] == []


def test_true_in_small_letters_is_told_as_python_writes_it(tmp_path: Path) -> None:
    (refusal,) = judged([("16", "rows = true\n" + HIDDEN)], tmp_path)
    assert isinstance(refusal, ProgramRefused)
    assert refusal.hint == "Python writes True: rows = True"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("[[1, 2], [3]]", "a list of parts of different lengths"),
        ("(Yhat - Y)/m + 0j", "of complex numbers"),
        ("object()", "of the type object"),
        ("np.zeros((1, 0))", "of too many numbers or none"),
    ],
)
def test_what_cannot_be_compared_is_told_as_what_it_is(
    value: str, told: str, tmp_path: Path
) -> None:
    text = HIDDEN.split("dYhat =")[0] + f"dYhat = {value}\n"
    verdict = verdict_on("16", text, tmp_path)
    assert "dYhat" in verdict.missing
    assert f"dYhat is {told}, no array of numbers that can be compared." in verdict.notes


def test_a_vector_of_no_example_is_in_rows_as_it_is_given(tmp_path: Path) -> None:
    """What stands on `z` of 1×3 is 1×3 as well, and 3×1 only where `z` is turned first."""
    line = "rows = True\nimport numpy as np\n{}e = np.exp(z){}\np = e / np.sum(e)\n"
    right = [("", ""), ("z = z.T\n", ""), ("z, t = z.ravel(), t.ravel()\n", "")]
    for before, after in right:
        verdict = verdict_on("27", line.format(before, after), tmp_path)
        assert verdict.right == ("e", "p"), before
    verdict = verdict_on("27", line.format("", ".T"), tmp_path)
    assert own_of(verdict) == [("e", Slip.TRANSPOSED)]
    told = " ".join(verdict_lines(verdict, tmp_path / "mine.py", None))
    assert "yours is 3×1, in rows it is 1×3:" in told


INLINE = """
first, second, ends = Linear(W1, b1), Linear(W2, b2), (Sigmoid(), Sigmoid())
Yhat = ends[1].forward(second.forward(ends[0].forward(first.forward(X))))
C = np.sum((Yhat - Y)**2)/(2*m)
"""


@pytest.mark.parametrize(("script", "right"), [("", ""), (INLINE, "C")])
def test_layers_without_a_function_of_the_cost_fail_on_no_line(
    script: str, right: str, tmp_path: Path
) -> None:
    verdict = verdict_on("16", LINEAR.split("def compute_cost")[0] + script, tmp_path)
    assert (verdict.first, verdict.mishap) == (None, None)
    assert verdict.right == ("Z1", "A1", "Z2", "Yhat", *right.split())
    assert "dYhat" in verdict.missing


def test_a_first_cost_of_many_is_no_name_of_the_cost(tmp_path: Path) -> None:
    """At the second pass `costs[0]` is the cost of the first one."""
    text = (
        SIGMOID
        + """
costs = []
for epoch in range(4):
    hidden = sigmoid(W1 @ X + b1)
    out = sigmoid(W2 @ hidden + b2)
    costs.append(np.sum((out - Y)**2) / (2*m))
"""
    )
    told = " ".join(verdict_on("16", text, tmp_path).notes)
    assert 'names = {"A1": "hidden", "Yhat": "out"}' in told
    assert "costs[" not in told


def test_the_axis_of_a_softmax_in_rows_is_that_of_its_rows(tmp_path: Path) -> None:
    text = "rows = True\n" + HEAD + "Z = X @ W + b\nP = np.exp(Z) / np.exp(Z).sum(axis=0)\n"
    lines = verdict_lines(verdict_on("27", text, tmp_path), tmp_path / "mine.py", None)
    assert "The sum belongs over each row by itself, axis=1" in " ".join(" ".join(lines).split())
