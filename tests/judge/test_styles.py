"""Programs in other styles than a script's, and over a part of the examples at a time."""

from pathlib import Path

import pytest

from gdtutor.judge import left_values
from gdtutor.judge.telling import verdict_lines
from gdtutor.judge.verdict import Verdict
from gdtutor.session.slips import Slip
from tests.judge.corpus import ALL_UPDATES
from tests.judge.judging import judged
from tests.judge.styles import PARTS, STYLES, WRONG_STYLES

HANDED_ON = ("match", "add at", "recurrent loop", "in place")
"""Where another line is named: that which takes an array apart, returns a value, or changes one."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict | Exception]:
    wrong = [(STYLES[s][0], STYLES[s][1].replace(old, new)) for s, old, new, _, _ in WRONG_STYLES]
    return judged([*STYLES.values(), *PARTS.values(), *wrong], tmp_path_factory.mktemp("styles"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*STYLES, *PARTS])
def test_a_right_program_of_any_style_is_not_blamed(
    found: list[Verdict | Exception], name: str
) -> None:
    verdict = found[[*STYLES, *PARTS].index(name)]
    assert isinstance(verdict, Verdict), verdict
    assert verdict.is_right
    told = " ".join(" ".join(verdict_lines(verdict, Path("mine.py"), None)).split())
    assert ("starts, the first pass alone." in told) == (name in PARTS)
    assert ("takes a part of the examples at a time, " in told) == (
        name in PARTS and name != "in another order"
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(WRONG_STYLES)))
def test_a_wrong_program_of_any_style_is_named_at_its_line(
    found: list[Verdict | Exception], number: int
) -> None:
    style, old, new, name, slip = WRONG_STYLES[number]
    verdict = found[len(STYLES) + len(PARTS) + number]
    assert old in STYLES[style][1]
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert (verdict.first.name.name, verdict.first.slip and verdict.first.slip.slip) == (name, slip)
    written = verdict.source.written(verdict.first.line)
    assert written
    assert new.strip() in written or style in HANDED_ON or verdict.first.called


def test_a_helper_that_is_wrong_is_named_with_its_first_call(tmp_path: Path) -> None:
    text = STYLES["recurrent"][1].replace("np.tanh(a*s + v)", "np.tanh(a*s - v)")
    (verdict,) = judged([("25", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    told = list(verdict_lines(verdict, Path("mine.py"), None))
    call = text.split("\n").index("s1 = tick(s0, c)") + 1
    assert f"departs  s1, mine.py:4, in tick(), called at line {call}" in told
    assert "also     s2 s3 s4 s5, by the same line: sign of one term flipped" in told


@pytest.mark.slow
def test_an_update_of_parameters_in_objects_is_named_at_its_line(tmp_path: Path) -> None:
    right = STYLES["modules"][1]
    new = "p.data += self.lr*p.grad"
    texts = [right, right.replace("p.data -= self.lr*p.grad", new)]
    found = [v for v in judged([("16", t) for t in texts], tmp_path) if isinstance(v, Verdict)]
    named = [v.first and v.source.written(v.first.line) for v in found]
    assert named == [None, new]


OWN_NAMES = """import numpy as np
X = np.array([[0., 0., 1., 1.], [0., 1., 0., 1.]])
Y = np.array([[0., 1., 1., 1.]])
W = np.array([[0.1, 0.6]])
b = np.array([[0.]])
learning_rate = 1
w = W.copy(); c = b.copy()
for e in range(300):
    z = w @ X + c
    p = 1/(1+np.exp(-z))
    g = (p-Y)/4*p*(1-p)
    w = w - learning_rate*(g @ X.T)
    c = c - learning_rate*g.sum(1, keepdims=True)
"""
IN_A_TABLE = """import numpy as np
P = {"W": W.copy(), "b": b.copy()}
for e in range(300):
    Z = P["W"] @ X + P["b"]
    Yhat = 1/(1+np.exp(-Z))
    C = ((Yhat-Y)**2).sum()/2/m
    dYhat = (Yhat-Y)/m
    dZ = dYhat*Yhat*(1-Yhat)
    dW = dZ @ X.T
    db = dZ.sum(1, keepdims=True)
    for k, g in (("W", dW), ("b", db)):
        P[k] -= learning_rate*g
"""


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("text", "old", "new", "slip"),
    [
        (OWN_NAMES, "w = w - learning", "w = w + learning", Slip.UPHILL),
        (OWN_NAMES, "w = w - learning_rate*", "w -= 2*learning_rate*", Slip.OTHER_RATE),
        (IN_A_TABLE, "P[k] -= learning", "P[k] += learning", Slip.UPHILL),
        (
            IN_A_TABLE,
            "P[k] -= learning_rate*g",
            "P[k] = P[k] - learning_rate*g/2",
            Slip.OTHER_RATE,
        ),
    ],
)
def test_an_update_of_parameters_kept_in_places_of_their_own_is_judged_by_value(
    text: str, old: str, new: str, slip: Slip, tmp_path: Path
) -> None:
    right, wrong = judged([("10", text), ("10", text.replace(old, new))], tmp_path)
    assert isinstance(right, Verdict)
    assert isinstance(wrong, Verdict)
    assert right.first is None
    assert wrong.first is not None
    assert wrong.first.slip is not None
    assert (wrong.first.name.name, wrong.first.slip.slip) == ("W", slip)
    assert new in wrong.source.written(wrong.first.line)


def test_what_holds_a_parameter_is_suggested_for_nothing_else(tmp_path: Path) -> None:
    (verdict,) = judged([("10", OWN_NAMES)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    (note,) = (n for n in verdict.notes if "Other names" in n)
    assert note.startswith("z has the shape and numbers of Z, p of Yhat, g of dZ. Other names")
    assert note.endswith('names = {"Z": "z", "Yhat": "p", "dZ": "g"}')


OTHER_NAMES = """import numpy as np
h = W @ X + b
p = 1/(1+np.exp(-h))
kept = {"e": (p-Y)/m}
def back(e):
    local = e*p*(1-p)
    return {"slope": local @ X.T}
out = back(kept["e"])
velocity = np.zeros((1, 2))
tilt = -h.sum()
"""


def test_what_has_the_numbers_of_a_missing_name_is_suggested_for_it(tmp_path: Path) -> None:
    blank = OTHER_NAMES + "dZ = ...\n"
    found = judged([("10", t) for t in (OTHER_NAMES, blank)], tmp_path)
    told = [v.notes[-1] if isinstance(v, Verdict) else v for v in found]
    table = """{"Z": "h", "Yhat": "p", "dYhat": "kept['e']", DZ"dW": "out['slope']"}"""
    for note, local in zip(told, ('"dZ": "local", ', ""), strict=True):
        assert note.endswith(f"names = {table.replace('DZ', local)}")
    assert told[0].startswith("h has the shape and numbers of Z, p of Yhat, kept['e'] of dYhat, ")
    full = table.replace("DZ", '"dZ": "local", ')
    (named,) = judged([("10", f"names = {full}\n{OTHER_NAMES}")], tmp_path)
    assert isinstance(named, Verdict), named
    assert named.right == ("Z", "Yhat", "dYhat", "dZ", "dW")


def test_what_alone_has_the_shape_of_a_missing_name_is_suggested_and_not_blamed(
    tmp_path: Path,
) -> None:
    text = IN_A_TABLE.replace("    dW = dZ", "    tilt = -dZ").replace("dW)", "tilt)")
    (verdict,) = judged([("10", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.missing == ("dW",)
    assert not verdict.also
    assert verdict.notes[-1].startswith("tilt has the shape of dW. Other names")


HEADS = {
    "closure": (
        """def layer(w, c):
    def forward(x):
        return w @ x + c
    def step(dw, dc):
        nonlocal w, c
        w = w - learning_rate*dw
        c = c - learning_rate*dc
    return forward, step
forward_of, step = layer(W, b)""",
        "forward_of(X)", "step(dW, db)",
    ),
    "nested": (
        'params = {"layers": [{"W": W.copy(), "b": b.copy()}]}\nlayer = params["layers"][0]',
        'layer["W"] @ X + layer["b"]',
        'params["layers"][0]["W"] = layer["W"] - learning_rate*dW\n'
        '    params["layers"][0]["b"] = layer["b"] - learning_rate*db',
    ),
    "packed": (
        "theta = np.concatenate([W.ravel(), b.ravel()])",
        "theta[:2].reshape(1, 2) @ X + theta[2]",
        "theta = theta - learning_rate*np.concatenate([dW.ravel(), db.ravel()])",
    ),
    "augmented": (
        "A = np.hstack([W, b]); X1 = np.vstack([X, np.ones((1, 4))])",
        "A @ X1", "A = A - learning_rate*(dZ @ X1.T)",
    ),
    "generator": (
        """def network(w, c):
    while True:
        dw, dc = yield w @ X + c
        w = w - learning_rate*dw
        c = c - learning_rate*dc
running = network(W, b)
z = next(running)""",
        "z", "z = running.send((dW, db))",
    ),
}  # fmt: skip
"""Where parameters are kept: what stands above the loop, the first line in it, and the update."""


def kept_in(place: str, *changes: tuple[str, str]) -> str:
    head, first, update = HEADS[place]
    text = f"""import numpy as np
{head}
for epoch in range(300):
    Z = {first}
    Yhat = 1/(1+np.exp(-Z))
    C = ((Yhat-Y)**2).sum()/2/m
    dYhat = (Yhat-Y)/m
    dZ = dYhat*Yhat*(1-Yhat)
    dW = dZ @ X.T
    db = dZ.sum(1, keepdims=True)
    {update}
"""
    for old, new in changes:
        text = text.replace(old, new)
    return text


@pytest.mark.slow
@pytest.mark.parametrize("place", HEADS)
def test_an_update_is_judged_wherever_the_parameters_are_kept(place: str, tmp_path: Path) -> None:
    uphill = kept_in(place, ("- learning_rate", "+ learning_rate"))
    right, wrong = judged([("10", t) for t in (kept_in(place), uphill)], tmp_path)
    assert isinstance(right, Verdict), right
    assert right.is_right
    assert right.updates == ("W", "b")
    assert isinstance(wrong, Verdict), wrong
    assert wrong.first is not None
    assert wrong.first.slip is not None
    assert (wrong.first.name.name, wrong.first.slip.slip) == ("W", Slip.UPHILL)
    assert "+ learning_rate" in wrong.source.written(wrong.first.line)


def test_an_update_that_is_not_seen_is_said_to_be_so(tmp_path: Path) -> None:
    cells = kept_in("nested", ("W.copy(), ", "W[0].tolist(), ")).replace(
        'layer["W"] @ X', 'np.array([layer["W"]]) @ X'
    )
    cells = cells.replace(
        'params["layers"][0]["W"] = layer["W"] - learning_rate*dW',
        'layer["W"] = [w + learning_rate*float(d) for w, d in zip(layer["W"], dW[0])]',
    ).replace('{"W": W[0].tolist()', '{"W": list(W[0]), "n": 0')
    (verdict,) = judged([("10", cells)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is None
    assert verdict.updates == ("b",)


def test_a_key_with_a_dot_is_read_in_the_table_of_names(tmp_path: Path) -> None:
    text = """names = {"dW": "g['fc.weight']", "db": 'g["fc.bias"]'}
import numpy as np
dYhat = 1/(1+np.exp(-W @ X - b)) - Y
p = dYhat + Y
dZ = dYhat/m*p*(1-p)
g = {}
g['fc.weight'] = dZ @ X.T
g["fc.bias"] = SIGN dZ.sum(1, keepdims=True)
"""
    texts = [("10", text.replace("SIGN", sign)) for sign in "+-"]
    right, wrong = judged(texts, tmp_path)
    assert isinstance(right, Verdict), right
    assert {"dW", "db"} <= set(right.right)
    assert isinstance(wrong, Verdict), wrong
    named = {d.name.name: d.line for d in (wrong.first, *wrong.also) if d}
    assert named["db"] == 8


TURNED = """import numpy as np
x, t, w, c = X.T, Y.T, W.T, b.T
Z = x @ w + c
Yhat = 1/(1+np.exp(-Z))
C = ((Yhat-t)**2).mean()/2
dYhat = (Yhat-t)/m
dZ = dYhat*Yhat*(1-Yhat)
dW = x.T @ dZ
db = dZ.sum(0, keepdims=True)
"""


@pytest.mark.slow
def test_gradients_of_weights_that_are_turned_under_another_name_are_in_rows(
    tmp_path: Path,
) -> None:
    as_given = TURNED.replace(", w, c = X.T, Y.T, W.T, b.T", " = X.T, Y.T").replace(
        "x @ w + c", "x @ W.T + b.T"
    )
    copied = TURNED.replace("W.T, b.T", "W.T.copy(), b.T")
    uphill = TURNED.replace("x.T @ dZ", "-(x.T @ dZ)")
    texts = [TURNED, copied, TURNED.replace("x.T @ dZ", "dZ.T @ x"), as_given, uphill]
    found = [v for v in judged([("10", t) for t in texts], tmp_path) if isinstance(v, Verdict)]
    named = [v.first and (v.first.name.name, v.first.slip and v.first.slip.slip) for v in found]
    wrong = [("dW", Slip.TRANSPOSED), ("dW", Slip.SIGN)]
    assert named == [None, None, None, *wrong]
    told = " ".join(verdict_lines(found[-1], Path("mine.py"), None))
    assert "0.04801* 0.03866*" in told, "numbers side by side, not two shapes"


def test_a_bias_forgotten_in_float32_is_named_before_lost_digits(tmp_path: Path) -> None:
    text = """import numpy as np
X, W1 = X.astype(np.float32), W1.astype(np.float32)
Z1 = W1 @ X
"""
    (verdict,) = judged([("16", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert verdict.first.slip is not None
    assert verdict.first.slip.slip is Slip.NO_BIAS


PICKED = """import numpy as np
taken = [2, 0, 3, 1]
xa, xb, t = x1[taken], x2[taken], y[taken]
x3 = xa*xb
z = w1*xa + w2*xb + w3*x3 + b
yhat = 1/(1+np.exp(-z))
L = (yhat-t)**2/2
C = L.mean()
dL = np.ones(len(t))/len(t)
dyhat = dL*(yhat-t)
dz = dyhat*yhat*(1-yhat)
dw1, dw2, dw3, db = np.sum(dz*xa), np.sum(dz*xb), np.sum(dz*x3), np.sum(dz)
"""


@pytest.mark.slow
def test_examples_that_are_numbers_are_taken_in_parts_and_other_orders(tmp_path: Path) -> None:
    part = PICKED.replace("[2, 0, 3, 1]", "[2, 0]")
    wrong = [text.replace("dz*xb", "dz*xa") for text in (PICKED, part)]
    texts = [("15", text) for text in (PICKED, part, *wrong)]
    found = [v for v in judged(texts, tmp_path) if isinstance(v, Verdict)]
    assert [v.first and v.first.name.name for v in found] == [None, None, "dw2", "dw2"]
    assert not any(v.missing for v in found)


def test_the_number_of_all_examples_in_a_part_of_them_is_another_value(tmp_path: Path) -> None:
    text = PICKED.replace("[2, 0, 3, 1]", "[2, 0]").replace("/len(t)", "/m")
    (verdict,) = judged([("15", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert verdict.first.slip is not None
    assert (verdict.first.slip.slip, verdict.first.slip.about) == (Slip.OTHER_VALUE, "m")


SCALARS_IN_PARTS = """import numpy as np
u, v, q, k = float(w1), float(w2), float(w3), float(b)
for epoch in range(50):
    for s in (slice(0, 2), slice(2, 4)):
        a1, a2, t = x1[s], x2[s], y[s]
        p = 1/(1+np.exp(-(u*a1 + v*a2 + q*a1*a2 + k)))
        g = (p-t)*p*(1-p)/len(t)
        u -= learning_rate*np.sum(g*a1)
        v -= learning_rate*np.sum(g*a2)
        q -= learning_rate*np.sum(g*a1*a2)
        k -= learning_rate*np.sum(g)
"""


def test_no_update_is_blamed_where_the_examples_that_it_takes_cannot_be_known(
    tmp_path: Path,
) -> None:
    (verdict,) = judged([("15", SCALARS_IN_PARTS)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is None


def test_parameters_are_looked_for_in_so_many_values_and_no_more(monkeypatch) -> None:
    looked = []
    monkeypatch.setattr(left_values, "as_numbers", looked.append)
    left_values.HeldParameters({}).begin({"rows": [[0.0] * 150 for _ in range(150)]})
    assert len(looked) == 10_000


ADAM = """\
import numpy as np
mW, vW = np.zeros_like(W), np.zeros_like(W)
mb, vb = np.zeros_like(b), np.zeros_like(b)
for t in range(1, 51):
    Z = W @ X + b
    E = np.exp(Z - Z.max(axis=0))
    P = E / E.sum(axis=0)
    T = 0.9*Y + 0.1/3
    H = -np.sum(T*np.log(P), axis=0, keepdims=True)
    C = H.sum() / m
    dH = np.ones_like(H) / m
    dP = -dH*T/P
    dZ = (P - T) / m
    dW = dZ @ X.T
    db = dZ.sum(axis=1, keepdims=True)
    g = dW + 0.02*W
    mW = 0.9*mW + 0.1*g
    vW = 0.999*vW + 0.001*g**2
    mb = 0.9*mb + 0.1*db
    vb = 0.999*vb + 0.001*db**2
    W = W - learning_rate*(mW/(1 - 0.9**t))/(np.sqrt(vW/(1 - 0.999**t)) + 1e-8)
    b = b - learning_rate*(mb/(1 - 0.9**t))/(np.sqrt(vb/(1 - 0.999**t)) + 1e-8)
"""
COUNTERS = [
    [],
    [("range(1, 51)", "range(1, 3)")],
    [("t in range(1, 51)", "i in range(50)"), ("**t", "**(i + 1)")],
    [("for t in range(1, 51):", "t = 0\nwhile t < 50:\n    t += 1")],
    [("for t in range(1, 51):", "t = 0\nfor i in range(50):\n    t += 1")],
]
"""How the same passes are counted, as what is written in the place of what."""
UNCOUNTED = [
    ("T = 0.9*Y + 0.1/3", "T = Y", "H", None),
    ("dZ = (P - T) / m", "dZ = P - T", "dZ", Slip.NO_SHARE),
    ("g = dW + 0.02*W", "g = dW", "W", Slip.NO_DECAY),
    ("/(1 - 0.999**t)", "/(1 - 0.999**(t + 1))", "W", Slip.OTHER_RATE),
    (" + 1e-8", " + 3e-8", "W", None),
]
"""What is wrong in a program that counts, the name that departs, and the slip."""


def changed(changes: list[tuple[str, str]]) -> tuple[str, str]:
    text = ADAM
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return "decayed", text


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict | Exception]:
    wrong = [changed([(old, new)]) for old, new, _, _ in UNCOUNTED]
    return judged([*map(changed, COUNTERS), *wrong], tmp_path_factory.mktemp("counting"))


@pytest.mark.parametrize("number", range(len(COUNTERS)))
def test_a_loop_whose_counter_is_in_the_arithmetic_is_left_after_its_first_pass(
    counting: list[Verdict | Exception], number: int
) -> None:
    verdict = counting[number]
    assert isinstance(verdict, Verdict), verdict
    assert verdict.is_right


@pytest.mark.parametrize("number", range(len(UNCOUNTED)))
def test_a_slip_in_such_a_loop_is_named(counting: list[Verdict | Exception], number: int) -> None:
    _, _, name, slip = UNCOUNTED[number]
    verdict = counting[len(COUNTERS) + number]
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert (verdict.first.name.name, verdict.first.slip and verdict.first.slip.slip) == (name, slip)
    assert "The step is 1 times" not in " ".join(verdict_lines(verdict, Path("mine.py"), None))


BY_HAND = """\
import numpy as np
Z = W @ X + b
E = np.exp(Z)
S = E.sum(axis=0, keepdims=True)
P = E / S
C = -np.sum(Y*np.log(P)) / m
dP = -Y / P / m
dS = -(dP*P/S).sum(axis=0, keepdims=True)
dE = dP/S + dS
dZ = dE * E
dW = dZ @ X.T
db = dZ.sum(axis=1, keepdims=True)
"""


@pytest.mark.parametrize(
    ("right", "wrong", "slip"),
    [
        ("", "", None),
        ("S).sum(axis=0", "S).sum(axis=1", Slip.OTHER_AXIS),
        ("S).sum(axis=0", "S).mean(axis=0", Slip.MEAN),
        ("S).sum(axis=0, keepdims=True)", "S)", Slip.NO_SUM),
    ],
)
def test_a_slip_in_a_sum_over_classes_is_named(
    right: str, wrong: str, slip: Slip | None, tmp_path: Path
) -> None:
    (verdict,) = judged([("by-hand", BY_HAND.replace(right, wrong))], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    first = verdict.first
    found = first and (first.name.name, first.slip and first.slip.slip)
    assert found == (None if slip is None else ("dS", slip))
    told = " ".join(verdict_lines(verdict, Path("mine.py"), None))
    assert "over the examples" not in told


NEW_NAME = """z = w*x
yhat = z
L = (yhat - y)**2/2
dyhat = yhat - y
dz = dyhat
dw = dz*x
w_new = w + learning_rate*dw
"""


@pytest.mark.parametrize(
    ("place", "head", "is_seen"),
    [
        ("w_new", "", True),
        ("new_w", "", True),
        ("new_params['w']", "new_params = {}\n", True),
        ("a", "", False),
        ("a", 'names = {"w": "a"}\n', True),
    ],
)
def test_an_update_under_a_new_name_is_judged_where_the_name_or_a_table_says_so(
    place: str, head: str, is_seen: bool, tmp_path: Path
) -> None:
    uphill = head + NEW_NAME.replace("w_new", place)
    texts = [uphill, uphill.replace("w + ", "w - ")]
    found = [v for v in judged([("07", t) for t in texts], tmp_path) if isinstance(v, Verdict)]
    slips = [v.first and v.first.slip and v.first.slip.slip for v in found]
    assert slips == [Slip.UPHILL if is_seen else None, None]
    # What has the numbers of the update is one, under any name.
    assert found[1].updates == ("w",)
    if is_seen:
        assert found[0].first is not None
        assert place in found[0].source.written(found[0].first.line)


def test_a_right_program_is_told_what_was_judged_of_it_and_how_the_rest_is(tmp_path: Path) -> None:
    right = NEW_NAME.replace("w + ", "w - ")
    blank = NEW_NAME.replace("w + learning_rate*dw", "...")
    texts = [right, NEW_NAME.replace("w_new", "a"), blank]
    told = [
        " ".join(" ".join(verdict_lines(v, Path("mine.py"), None)).split())
        for v in judged([("07", t) for t in texts], tmp_path) if isinstance(v, Verdict)
    ]  # fmt: skip
    assert all("right forward: z yhat loss: L gradients: dyhat dz dw" in one for one in told)
    assert "gradients: dyhat dz dw update: w All" in told[0]
    assert "not seen update: w. Where your program takes the step, w = w - learning" in told[1]
    assert "not seen update: w. It is judged once its blanks are filled in." in told[2]


@pytest.mark.parametrize(("by", "slip"), [("db1", Slip.TRANSPOSED), ("b1", Slip.BROADCAST)])
def test_an_update_of_another_shape_is_named(by: str, slip: Slip, tmp_path: Path) -> None:
    text = ALL_UPDATES.replace("learning_rate * db1", f"learning_rate * (1 + {by}).T")
    text = text.replace("(1 + db1)", "db1")
    (verdict,) = judged([("16", text)], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.first is not None
    assert (verdict.first.name.name, verdict.first.slip and verdict.first.slip.slip) == ("b1", slip)


def test_a_blank_beside_an_update_waits_and_is_not_blamed(tmp_path: Path) -> None:
    (verdict,) = judged([("16", ALL_UPDATES.replace("b1 = b1 - ", "b1_new = ... #"))], tmp_path)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.is_right
    assert verdict.updates == ("W1", "W2", "b2")
