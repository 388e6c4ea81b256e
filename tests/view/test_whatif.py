import pytest
from walks import NETWORK, NEURON, ROWS, pressed, screen, screens, typed, walk

from gdtutor.drive.effects import trained
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.effects import Train
from gdtutor.session.press import Press
from gdtutor.session.update import Progressed, update
from gdtutor.view.cost_plot import cost_plot
from gdtutor.view.frame import UNICODE


def changed(path, at, *texts, keys=""):
    session = walk(path, at)
    for text in texts:
        session = typed(pressed(session, "e"), text)
    return pressed(session, keys)


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("given", changed(NEURON, "2/given", "w2 = 0.9", "1:learning_rate = 5")),
        ("forward", changed(ROWS, "forward:a", "x[1] = 0.25", keys="o")),
        ("backward", changed(NEURON, "backward:z", "w2 = 0.9")),
        ("matrix", changed(NETWORK, "backward:W1", "W1[0,1] = 0.9")),
        ("cell", changed(NETWORK, "backward:W1", "W1[0,1] = 0.9", keys="c right")),
        ("update", changed(NETWORK, "update:b2", "learning_rate = 5")),
        ("values", changed(NEURON, "backward:w1", "w2 = 0.9", keys="tab tab")),
    ],
)
def test_what_changed_is_marked_and_its_old_value_stands_beside(name, session, assert_screen):
    assert_screen(screens(session), name)


def test_nothing_is_marked_where_nothing_changed():
    text = screen(changed(NEURON, "backward:z", "w2 = 0.9", keys="u n p"))
    assert "*edited" not in text
    assert "z 1.45 " in text
    assert "was" not in text


def test_what_the_change_does_not_reach_is_not_marked():
    text = screen(changed(NEURON, "backward:w1", "y[0] = 0"))
    assert "z 1.45 " in text
    assert "ŷ 0.81 " in text
    assert "y 0*" in text


def test_a_gradient_that_changed_carries_its_own_mark():
    text = screen(changed(NETWORK, "update:W1", "W1[0,1] = 0.9"))
    assert "W₁ 2×2*" in text
    assert "W₂ 1×2 ─" in text
    assert "∇ 1×2*" in text


def test_a_value_that_the_digits_do_not_tell_apart_has_no_old_value_beside():
    session = changed(NEURON, "forward:z", "w2 = 0.60000001")
    assert "was" not in screen(session)
    assert "own 1.45)" in screen(pressed(session, "9D"))


@pytest.mark.parametrize(
    ("size", "keys"), [((80, 24), "tab tab"), ((40, 24), "tab tab"), ((120, 36), "")]
)
def test_the_table_of_values_never_cuts_a_number(size, keys):
    session = changed(NETWORK, "update:b2", "W1[0,1] = 0.9", keys=keys)
    (cost,) = [row for row in screen(session, *size).splitlines() if "C   0.1548" in row]
    assert "…" not in cost.partition("C   0.1548")[2]


def test_the_curve_of_the_original_run_stays_beside_the_changed_one():
    session, _ = update(changed(NEURON, "given", "w2 = 0.9"), Press("t", "t"))
    assert [series.label for series in cost_plot(session, UNICODE).series] == ["now"]
    wish = Train(session.run, 12, session.original)
    trained_to = trained(wish)
    session, _ = update(session, Progressed(trained_to))
    now, before = cost_plot(session, UNICODE).series
    assert (now.label, before.label) == ("now", "without changes")
    assert len(now.ys) == len(before.ys) == 6
    own = walk(NEURON, "given").run
    own.advance(iterations=12)
    assert before.ys == tuple(own.costs)
    assert now.ys != before.ys


def test_training_a_changed_run_asks_for_the_original_beside():
    session = changed(NEURON, "given", "w2 = 0.9")
    _, effects = update(session, Press("t", "t"))
    assert [e.beside for e in effects if isinstance(e, Train)] == [session.original]
    _, effects = update(pressed(session, "u"), Press("t", "t"))
    assert [e.beside for e in effects if isinstance(e, Train)] == [None]


def test_at_an_update_the_graph_shows_the_old_value_and_the_new_one():
    text = screen(walk(NEURON, "update:b"))
    row = text.splitlines()
    at = next(n for n, line in enumerate(row) if "●b" in line)
    assert "→ " in row[at + 1]
    assert "→ by ≤" in screen(walk(NETWORK, "update:W1"))


def test_after_an_update_a_result_carries_what_it_was_and_the_loss_does_so_always():
    bias = find_lesson("bias", shipped_lessons_folder())
    assert "0.1099  (was 0.125)" in screen(walk(bias, "1/forward:L"))
    assert "(was " not in screen(walk(bias, "forward:L"))
    assert "0.1099  (was 0.125)" in screen(walk(bias, "1/backward:b"), 120, 36)


def test_what_it_was_does_not_hang_on_the_way_there():
    straight = walk(NETWORK, "2/forward:C")
    stepped = pressed(walk(NETWORK, "forward:C"), "2pagedown")
    assert screen(straight) == screen(stepped)
    turned = pressed(walk(NETWORK, "5/forward:C"), "3pageup")
    assert screen(straight) == screen(turned)
