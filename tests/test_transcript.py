"""The transcript is a contract: other tools read its JSON."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from lesson_texts import NEURON_GRAPH, neuron

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.opening import session_at
from gdtutor.report.transcript import steps_data, transcript_text
from gdtutor.view.frame import UNICODE

LESSONS = ("bias", "or-vectorised", "xor-hidden", "gradients-add-up")


def data_of(name: str, iterations: int = 1, **options: object) -> dict[str, object]:
    session = session_at(lesson_path(name), **options)  # type: ignore[arg-type]
    return json.loads(json.dumps(steps_data(session, iterations, UNICODE), allow_nan=False))


def steps_of(name: str, iterations: int = 1) -> list[dict[str, object]]:
    steps = data_of(name, iterations)["steps"]
    assert isinstance(steps, list)
    return steps


def find(steps: list[dict[str, object]], phase: str, node: str) -> dict[str, object]:
    return next(s for s in steps if s["phase"] == phase and s["node"] == node)


@pytest.mark.parametrize("name", LESSONS)
def test_every_step_has_the_fields_of_the_contract(name: str) -> None:
    common = {"n", "step", "iteration", "epoch", "phase", "node", "op", "text", "note", "shape"}
    own = {
        "given": {"values"},
        "forward": {"formula", "numbers", "value", "edges", "parent"},
        "backward": {"gradient", "contributions"},
        "update": {"before", "gradient", "after", "learning_rate", "state", "formula"},
    }
    for n, step in enumerate(steps_of(name, 2), start=1):
        assert step["n"] == n
        assert common | own[str(step["phase"])] <= set(step)


@pytest.mark.parametrize("name", LESSONS)
def test_gradients_are_the_sums_of_their_contributions(name: str) -> None:
    for step in steps_of(name):
        if step["phase"] != "backward":
            continue
        contributions = step["contributions"]
        assert isinstance(contributions, list)
        if not contributions:
            assert np.all(np.array(step["gradient"]) == 1)
            continue
        total = sum(np.array(c["value"]) for c in contributions)
        np.testing.assert_allclose(total, np.array(step["gradient"]), rtol=1e-14)
        for c in contributions:
            assert set(c) == {"from", "occurrence", "upstream", "local", "rule", "value"}
            if c["local"] is not None:
                product = np.array(c["upstream"]) * np.array(c["local"])
                np.testing.assert_allclose(np.sum(product), np.sum(np.array(c["value"])), rtol=1e-9)


def test_a_note_of_the_lesson_stands_beside_the_program_s_sentence(tmp_path: Path) -> None:
    text = neuron(NEURON_GRAPH + "\n## forward z\nHere is {z}.\n")
    path = tmp_path / "a-lesson.md"
    path.write_text(text)
    steps = steps_data(session_at(path), 1, UNICODE)["steps"]
    assert isinstance(steps, list)
    steps = [step for step in steps if step["phase"] == "forward"]
    noted, plain = find(steps, "forward", "z"), find(steps, "forward", "L")
    assert noted["note"] == f"Here is {noted['value']:.4g}."
    assert noted["text"] != noted["note"]
    assert plain["note"] is None


def test_the_bias_lesson_reaches_the_published_figures() -> None:
    steps = steps_of("bias", 2)
    values = {node: find(steps, "forward", node)["value"] for node in ("z", "yhat", "L")}
    assert values == {"z": 0.0, "yhat": 0.5, "L": 0.125}
    gradients = {s["node"]: s["gradient"] for s in steps if s["phase"] == "backward"}
    first = {n: find(steps, "backward", n)["gradient"] for n in ("yhat", "z", "w1", "w2", "b")}
    assert first == {"yhat": 0.5, "z": 0.125, "w1": 0.0, "w2": 0.0, "b": 0.125}
    assert find(steps, "update", "b")["after"] == -0.125
    second = [s for s in steps if s["iteration"] == 1]
    assert find(second, "forward", "yhat")["value"] == 0.46879062662624377
    assert find(second, "forward", "L")["value"] == 0.10988232580631314
    assert gradients


def test_the_xor_lesson_starts_from_the_published_figures() -> None:
    steps = steps_of("xor-hidden")
    given = find(steps, "given", "")["values"]
    assert isinstance(given, dict)
    np.testing.assert_allclose(
        given["W1"], [[-0.702603, -0.751938], [-0.451188, 0.750657], [-0.111302, 0.773383]],
        atol=5e-7,
    )  # fmt: skip
    np.testing.assert_allclose(given["W2"], [[-1.197918, 0.404511, 0.966853]], atol=5e-7)
    assert find(steps, "forward", "C")["value"] == pytest.approx(0.12926510193084198, abs=1e-16)
    np.testing.assert_allclose(
        find(steps, "backward", "W1")["gradient"],
        [[0.000506, -0.001281], [0.001011, 0.001794], [0.001395, 0.003609]],
        atol=5e-7,
    )
    np.testing.assert_allclose(
        find(steps, "backward", "W2")["gradient"], [[0.007370, 0.012425, 0.013192]], atol=5e-7
    )


def test_a_value_used_twice_has_two_contributions() -> None:
    contributions = find(steps_of("gradients-add-up"), "backward", "a")["contributions"]
    assert isinstance(contributions, list)
    assert [(c["from"], c["occurrence"], c["value"]) for c in contributions] == [
        ("s", 0, 3.0), ("s", 1, 3.0),
    ]  # fmt: skip


def test_a_place_starts_the_transcript_there() -> None:
    session = session_at(lesson_path("bias"), at="3/backward:w1")
    steps = steps_data(session, 1, UNICODE)["steps"]
    assert isinstance(steps, list)
    assert [(s["iteration"], s["step"], s["node"]) for s in steps] == [
        (3, 8, "w1"), (3, 9, "w2"), (3, 10, "b"), (3, 11, "w1"), (3, 12, "w2"), (3, 13, "b"),
    ]  # fmt: skip


def test_the_plain_transcript_tells_every_step() -> None:
    session = session_at(lesson_path("bias"))
    text = "\n".join(transcript_text(session, 1, UNICODE))
    for number in range(1, 14):
        assert f"[{number}/13]" in text
    assert "∂L/∂b = ∂L/∂z × ∂z/∂b" in text
    assert "\x1b" not in text


def test_the_plain_transcript_tells_each_picture_where_a_screen_shows_another() -> None:
    """A wide screen shows the first picture always: beside the steps, or in place of the graph."""
    walk = session_at(lesson_path("learning-rate"), at="given")
    text = "\n".join(transcript_text(walk, 2, UNICODE))
    first = f"  picture 1 of 4: {dict(walk.lesson.pictures[0].options)['title']}\n"
    assert text.index(first) < text.index("[2/9]")
    assert text.count(first) == len(re.findall(rf"{first}.*\n(?:      .*\n)?    now: ", text))
    told = re.findall(r"    now: .*\n(?:    after.*\n)?(?:    \d steps? before.*\n)?", text)
    assert len(told) < text.count("iteration")
    assert "    after the update: w 0.66, L 0.2708\n" in text
    assert "    1 step before: w 0.5\n" in text


def test_the_transcript_of_a_lesson_without_pictures_has_none() -> None:
    session = session_at(lesson_path("neuron"))
    assert "picture" not in "\n".join(transcript_text(session, 1, UNICODE)).split("[1/7]")[1]


def test_what_is_not_finite_is_a_word_in_json(tmp_path: Path) -> None:
    lesson = tmp_path / "blows-up.md"
    lesson.write_text(
        '+++\nformat = 1\nid = "up"\ntitle = "Up"\nchapter = "c"\nsummary = "s"\nsource = "own"\n'
        "[parameters]\na = 0.0\n+++\n\n```graph\nz = log(a)\nJ = z*a\n```\n"
    )
    steps = data_of(str(lesson))["steps"]
    assert isinstance(steps, list)
    assert find(steps, "forward", "z")["value"] == "-inf"
    assert find(steps, "forward", "J")["value"] == "nan"


@pytest.mark.parametrize("more", ["", "predict = true", "backward = false"])
def test_every_step_is_told_however_the_lesson_opens(tmp_path: Path, more: str) -> None:
    path = tmp_path / "07-lesson.md"
    path.write_text(neuron(more=more), encoding="utf-8")
    steps = steps_data(session_at(path), 2, UNICODE)["steps"]
    assert isinstance(steps, list)
    per = 4 if more == "backward = false" else 7
    assert [step["step"] for step in steps] == [*range(1, per + 1)] * 2
