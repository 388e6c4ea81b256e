import pytest
from walks import DATA, NETWORK, pressed, screen, screens, typed, walk

from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.linear.training import training_lines
from gdtutor.session.digits import raised
from gdtutor.session.runs import in_variant
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Status
from gdtutor.session.update import Progressed, update
from gdtutor.training.trouble import TrainedCurve, Trouble
from gdtutor.values import replace
from gdtutor.view import notation
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.runs import step_factor
from gdtutor.view.screen import frame_of

PARABOLA = DATA / "lessons" / "deep.md"
DEAD = ("W1[0,0]=-9", "W1[0,1]=-9", "W1[1,0]=-9", "W1[1,1]=-9", "b1[0,0]=-1", "b1[1,0]=-1")


def trained(path, *changes, status=None):
    session = pressed(walk(path, "given", changes=changes), "t")
    session.run.advance()
    return update(session, Progressed(snapshot_of(session.run, status)))[0]


def said(session, width=120, height=36):
    """Return what stands on a Train screen, in the curve's panel where another is beside it."""
    rows = [
        row.partition("││")[0].strip("│ ") for row in screen(session, width, height).split("\n")
    ]
    return " ".join(" ".join(rows).split())


@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("growing", trained(PARABOLA)),
        ("not-finite", trained(PARABOLA, "learning_rate=1e200")),
        ("stuck", trained(NETWORK, *DEAD)),
        ("marks", pressed(trained(NETWORK, *DEAD), "escape N n n")),
    ],
)
def test_what_went_wrong_is_told_with_its_numbers(name, session, assert_screen):
    assert_screen(screens(session), name)


def test_the_walk_is_told_where_it_has_come_to_the_trouble():
    session = pressed(trained(PARABOLA, "learning_rate=1e200"), "escape")
    assert "Not finite" not in screen(session)
    there = typed(pressed(session, ":"), "1/forward:L")
    assert "Not finite: first in L at iteration 1." in screen(there)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_line_of_the_walk_tells_a_stuck_run_to_its_end(width):
    session = trained(NETWORK, *DEAD)
    there = typed(pressed(session, "escape :"), f"{session.train.snapshot.iterations}/forward:A1")
    told = text_of(frame_of(there, width, 24, UNICODE).lines[-1]).strip()
    # One word for it, however many words follow.
    brief = "Dead at cost 0.125 for 20 epochs, gradient 0."
    whole = "Dead: the cost is almost flat at 0.125:"
    assert told.startswith(brief if width < 120 else whole)
    assert told.endswith(".")


def test_divergence_is_told_in_the_lessons_own_terms_on_every_screen():
    lesson = find_lesson("learning-rate", shipped_lessons_folder())
    session = trained(lesson, "learning_rate=16")
    text = said(session)
    assert "Each step multiplies the distance to the lowest point by 1 − α·x² = −1.56." in text
    assert "at most λmax = x² = 0.16, so the stability limit is 2/λmax = 12.5" in text
    # Both costs are of the curve, whose epochs are named: the cost now is after one more update.
    first, last = (session.run.costs[at] for at in (-26, -1))
    rose = " to ".join(notation.counted_apart((first, last), 4, UNICODE))
    assert f"Diverges: from epoch 24 to epoch 49 the cost rose from {rose}." in text
    assert rose.endswith("(a number of 19 digits)")
    there = typed(pressed(session, "escape :"), "9/forward:L")
    assert "Diverges: each step multiplies the distance by 1 − α·x² = −1.56." in screen(there)
    told = " ".join(" ".join(training_lines(session, ASCII)).split())
    assert "the lowest point by 1 - learning_rate*x**2 = -1.56." in told


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_a_gradient_that_is_0_but_for_rounding_is_told_so_with_its_bound(size):
    session = trained(find_lesson("nonlinearity", shipped_lessons_folder()))
    found = session.train.snapshot.diagnosis
    assert 0 < found.gradient_norm < found.rounding < 1e-14
    bound = f"{notation.shown(raised(found.rounding, 2), 4, UNICODE)}"
    assert f"≈0: rounding alone may make it {bound}." in said(session, *size)
    closer = replace(session, look=replace(session.look, digits=5))
    norm = notation.shown(found.gradient_norm, 4, UNICODE)
    assert f"{norm}: rounding alone may make it {bound}." in said(closer, *size)


def test_a_gradient_that_is_small_at_any_scale_is_no_rounding():
    """The cost is 1e-200 times another, whose slope is not 0."""
    saturated = trained(find_lesson("learning-rate", shipped_lessons_folder()))
    assert saturated.train.snapshot.diagnosis is None
    variant = in_variant(saturated, "sigmoid 5000: saturates")
    variant.run.advance()
    found = snapshot_of(variant.run).diagnosis
    assert 0 < found.gradient_norm < 1e-30
    assert not found.is_rounding


@pytest.mark.parametrize(
    ("variant", "told"),
    [
        ("50: diverges", "Diverges (epochs 24–49): each step multiplies the distance by 1 − α·x² = "
         "−7. α = 50 > 2/λmax = 12.5, λmax the largest curvature."),
        ("12.5: the limit", "α = 2/λmax = 12.5, λmax the largest curvature."),
    ],
)  # fmt: skip
def test_in_few_lines_too_the_epochs_are_named_and_what_lambda_is(variant, told):
    session = in_variant(walk(find_lesson("learning-rate", shipped_lessons_folder())), variant)
    session = pressed(session, "t")
    session.run.advance()
    session = update(session, Progressed(snapshot_of(session.run)))[0]
    assert told in said(session, 80, 24)


@pytest.mark.parametrize(
    ("session", "told"),
    [
        (trained(PARABOLA), "Diverges: α = 0.6 > 2/λmax = 0.5."),
        (trained(NETWORK, *DEAD), "Dead at cost 0.125 for 20 epochs."),
    ],
)
def test_on_a_small_screen_a_run_that_went_wrong_takes_one_line_from_its_curve(session, told):
    frame = frame_of(session, 40, 12, UNICODE)
    assert text_of(frame.lines[2]).strip() == told
    assert [plot.y for plot in frame.plots] == [3]


def test_a_run_in_progress_is_not_judged():
    assert trained(PARABOLA, status=Status.RUNNING).train.snapshot.diagnosis is None


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
def test_the_limit_stands_beside_the_rate_at_every_size(size):
    text = said(trained(PARABOLA), *size)
    assert "2/λmax = 0.5" in text
    assert "α = 0.6" in text


@pytest.mark.parametrize(
    ("rate", "word", "words"),
    [
        ("1e-9", "Stuck", "α = 1e−9 is below it."),
        ("0.5", "Jumps to and fro", "α = 0.5 is at it."),
    ],
)
def test_a_rate_that_gets_nowhere_stands_beside_the_limit(rate, word, words):
    text = said(trained(PARABOLA, f"learning_rate={rate}"))
    assert f"{word}: the cost is almost flat at 2" in text
    assert "the gradient's norm is 4." in text
    assert f"the stability limit is 2/λmax = 0.5: {words}" in text


def test_a_start_that_is_not_finite_says_nothing_of_the_rate():
    text = said(trained(PARABOLA, "w=1e200"))
    assert "Not finite: first in L at iteration 0. No update was done yet" in text
    assert "λmax" not in text


DEAD_AT_ONE = """+++
format = 1
id = "dead"
title = "Dead"
[parameters]
w = 1.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[-1, 0], [1, 1], [2, 3]]
[training]
batch = 1
+++
```graph
h = relu(w*x)
L = (h - y)**2
```
"""


def test_a_unit_is_called_dead_where_it_is_on_every_example(tmp_path):
    """The batch has one example, and two others bring the unit to answer."""
    path = tmp_path / "dead.md"
    path.write_text(DEAD_AT_ONE, encoding="utf-8")
    for weight, is_dead in ((1.5, False), (-1.5, False), (0, True)):
        session = walk(path, "forward:h", changes=(f"w={weight}",))
        assert ("h is dead (0 on every example)" in screen(session)) == is_dead


@pytest.mark.parametrize(("batch", "told"), [(3, "limit is"), (2, "limit of full batches is")])
def test_the_limit_of_small_batches_is_told_as_that_of_full_ones(tmp_path, batch, told):
    path = tmp_path / "steep.md"
    text = DEAD_AT_ONE.replace("relu(w*x)", "w*x")
    path.write_text(text.replace("batch = 1", f"batch = {batch}"), encoding="utf-8")
    lines = said(trained(path, "learning_rate=9"), 200, 50)
    # The second derivative of the mean of (w·x − y)² is twice the mean of x².
    assert (
        f"λmax = {'2·mean(x²) = ' * (batch == 3)}4, so the stability {told} 2/λmax = 0.5" in lines
    )


SCALED = DEAD_AT_ONE.replace("relu(w*x)", "w*x").replace("batch = 1", "learning_rate = {rate}")


@pytest.mark.parametrize("scale", [1e-200, 1e160, 1e300])
@pytest.mark.parametrize(("share", "told"), [(1e-6, "is below it"), (1e2, "is above it")])
def test_costs_of_any_scale_are_told_with_their_norm_and_limit(tmp_path, scale, share, told):
    """The second derivative is 4 times the scale."""
    path, rate = tmp_path / "scaled.md", 0.5 * share / scale
    text = SCALED.replace("(h - y)**2", f"(h - y)**2*{scale}").format(rate=rate)
    text = text.replace("[training]", "[training]\nepochs = 100")
    path.write_text(text, encoding="utf-8")
    session = trained(path)
    found = session.train.snapshot.diagnosis
    lines = " ".join(" ".join(training_lines(session, UNICODE)).split())
    assert "no bend limits it" not in lines
    if share < 1:
        assert found.trouble is Trouble.STUCK
        assert found.gradient_norm == pytest.approx(abs(1.5 * 4 - 14 / 3) * scale, rel=0.01)
    if found.stability is not None:
        assert found.stability.limit == pytest.approx(0.5 / scale, rel=1e-4)
        assert told in lines
    assert (found.stability is None) == (found.gradient_norm < 1e-2 and share < 1)


def test_what_holds_near_here_alone_is_told_so(tmp_path):
    """The slope of (w²·x − y)² is no line, and from 3 to 4 it changes by more than at 3."""
    path = tmp_path / "square.md"
    text = SCALED.replace("w*x", "w*w*x").replace("w = 1.5", "w = 3.0").format(rate=0.3)
    path.write_text(text, encoding="utf-8")
    lines = said(trained(path))
    assert "At iteration 0 the slope changes by at most λmax = " in lines
    assert " times a short way, so the stability limit is 2/λmax = " in lines


def test_the_limit_of_a_run_with_weight_decay_is_with_the_decay(tmp_path):
    path = tmp_path / "decayed.md"
    text = SCALED.replace("{rate}", "0.48\nhyperparameters = {{ weight_decay = 0.5 }}")
    path.write_text(text.format(), encoding="utf-8")
    lines = said(trained(path))
    assert (
        "the slope and its weight decay change over a way of 1 by at most λmax = 4.5, so the "
        "stability limit is 2/λmax = 0.4444: α = 0.48 is above it."
    ) in lines


def test_a_kept_run_of_another_optimiser_has_no_factor(tmp_path):
    path = tmp_path / "line.md"
    text = DEAD_AT_ONE.replace("relu(w*x)", "w*x").replace("batch = 1", "learning_rate = 0.1")
    path.write_text(text, encoding="utf-8")
    session = walk(path, "given")
    for optimizer in ("sgd", "momentum"):
        run = trained(path, f"optimizer={optimizer}").run
        kept = TrainedCurve("learning_rate 0.1", run.costs, setting="learning_rate")
        factor = step_factor(session, kept)
        # The second derivative of the mean of (w·x − y)² is 4.
        assert factor == (pytest.approx(1 - 0.1 * 4) if optimizer == "sgd" else None)
