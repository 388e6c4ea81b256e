"""What the `lesson` fixture gives: checks, steps with their numbers, and screens as text."""

import numpy as np
import pytest
from lesson_texts import NEURON_GRAPH, neuron

from gdtutor.engine.errors import GdTutorError
from gdtutor.testing.lessons import GoldenScreens, LessonUnderTest, find


@pytest.fixture
def made(tmp_path):
    """Return a function that makes a lesson under test of a text."""

    def make(text, writes=False):
        path = tmp_path / "07-lesson.md"
        path.write_text(text, encoding="utf-8")
        return LessonUnderTest(path, GoldenScreens(tmp_path / "screens", writes))

    return make


def test_a_sound_lesson_passes_its_check_and_is_returned(made):
    lesson = made(neuron())
    assert lesson.check() is lesson


def test_a_broken_lesson_fails_its_check_with_the_report(made):
    with pytest.raises(AssertionError, match=r"07-lesson\.md:\d+:5: error: "):
        made(neuron(NEURON_GRAPH.replace("w*x", "v*x"))).check()


def test_warnings_fail_a_check_only_where_that_is_asked_for(made):
    lesson = made(neuron(more="[constants]\nc = 1.0"))
    lesson.check()
    with pytest.raises(AssertionError, match="warning"):
        lesson.check(warnings=True)


def test_the_walk_yields_every_step_with_its_numbers(made):
    steps = list(made(neuron()).walk(iterations=2))
    assert [step.at for step in steps] == [
        "given", "forward:z", "forward:L", "backward:L", "backward:z", "backward:w", "update:w",
        "1/given", "1/forward:z", "1/forward:L", "1/backward:L", "1/backward:z", "1/backward:w",
        "1/update:w",
    ]  # fmt: skip
    given, z, loss, _, _, w, after = steps[:7]
    assert (given.value, given.gradient, given.number) == (None, None, 1)
    assert (z.value, z.gradient, loss.value) == (1, None, 2)
    assert (w.phase, w.node, w.value, w.gradient) == ("backward", "w", 0.5, -4)
    assert (after.value, after.gradient) == (pytest.approx(0.9), -4)
    assert steps[8].iteration == 1
    assert steps[8].value == pytest.approx(1.8)


def test_the_walk_of_a_lesson_that_does_not_train_ends(made):
    text = neuron()
    walk = text[: text.index("[training]")] + text[text.index("+++\n`") :]
    assert [step.at for step in made(walk).walk(iterations=5)][-1] == "backward:w"


def test_matrices_are_read_only_arrays(made):
    text = neuron("```graph\nZ = W @ X\nC = sum((Z - Y)**2) / (2*m)\n```\n", epochs=3)
    text = text.replace("w = 0.5", "W = [[0.1, 0.6]]").replace("batch = 1", 'batch = "full"')
    text = text.replace('["x"]', '{ X = ["x1", "x2"] }').replace('["y"]', '{ Y = ["y"] }')
    text = text.replace("examples = [[2, 3]]", 'dataset = "or"')
    step = made(text).at("backward:W")
    assert step.gradient.shape == (1, 2)
    with pytest.raises(ValueError, match="read-only"):
        step.gradient[0, 0] = 1
    assert np.array_equal(step.value, [[0.1, 0.6]])


def test_the_text_is_the_note_with_its_placeholders_filled_or_a_sentence(made):
    lesson = made(neuron(NEURON_GRAPH + "## forward z\nz is **{z}**.\n"))
    assert lesson.at("forward:z").text == "z is 1."
    assert lesson.at("forward:L").text.startswith("L ")


def test_the_panel_holds_formula_and_numbers(made):
    assert made(neuron()).at("forward:z").panel.split("\n")[:3] == [
        "z = w·x", "  = 0.5·2", "  = 1",
    ]  # fmt: skip


def test_a_step_is_reached_with_changes_unfolding_and_digits(made):
    lesson = made(neuron())
    assert lesson.at("forward:z", changes=["w=0.25"]).value == 0.5
    assert lesson.at("forward:L.1", unfold=["L"]).value == -2
    assert lesson.at().at == "given"
    assert lesson.at("2/forward:z").iteration == 2
    with pytest.raises(GdTutorError):
        lesson.at("forward:nothing")


def test_a_screen_is_text_of_the_size_asked_for(made):
    step = made(neuron()).at("backward:w")
    assert "backward ▸ w" in step.screen().split("\n")[0]
    assert len(step.screen("120x36").split("\n")) == 36
    assert step.screen(chars="ascii").isascii()
    assert "20 of 20 epochs" in step.screen(keys="t")


def test_a_screen_is_held_to_its_file(made, tmp_path):
    with pytest.raises(AssertionError, match="--update-screens writes it"):
        made(neuron()).at("backward:w").assert_screen()
    made(neuron(), writes=True).at("backward:w").assert_screen()
    file = tmp_path / "screens" / "a-lesson-backward-w-80x24.txt"
    assert "backward ▸ w" in file.read_text(encoding="utf-8")
    made(neuron()).at("backward:w").assert_screen()
    with pytest.raises(AssertionError, match="the screen has changed"):
        made(neuron(title="Another")).at("backward:w").assert_screen()


def test_screens_of_other_looks_have_other_names(made, tmp_path):
    step = made(neuron(), writes=True).at("backward:w")
    step.assert_screen("120x36")
    step.assert_screen(chars="ascii")
    step.assert_screen(keys="x c")
    step.assert_screen(name="a name/of its own")
    assert sorted(path.stem for path in (tmp_path / "screens").iterdir()) == [
        "a-lesson-backward-w-120x36", "a-lesson-backward-w-80x24-ascii",
        "a-lesson-backward-w-80x24-x-c", "a-name-of-its-own",
    ]  # fmt: skip


def test_a_lesson_is_found_beside_the_test_then_below_the_root_then_by_its_id(tmp_path):
    here, root = tmp_path / "tests", tmp_path
    here.mkdir()
    (root / "one.md").write_text("", encoding="utf-8")
    assert find("one.md", (here, root)) == root / "one.md"
    (here / "one.md").write_text("", encoding="utf-8")
    assert find("one.md", (here, root)) == here / "one.md"
    assert find("bias", (here, root)).name == "06-bias.md"
