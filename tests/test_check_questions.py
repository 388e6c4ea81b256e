"""Open questions hide their answer on every screen, and the claims of notes are proved."""

from pathlib import Path

import pytest
from walks import DATA, pressed, walk

from gdtutor.check import hidden
from gdtutor.check.paths import check_paths
from gdtutor.session.state import Tab
from gdtutor.values import replace
from gdtutor.view import asking, figures
from gdtutor.view import study as study_view
from gdtutor.view.context import Context
from gdtutor.view.explain import context_of, note_lines
from gdtutor.view.frame import UNICODE, Area
from gdtutor.view.graph import panel
from gdtutor.view.lines import line, text_of

REASONS = DATA / "lessons" / "reasons.md"
AREA = Area(80, 24, UNICODE)


def lesson(folder: Path, *changes: tuple[str, str]) -> Path:
    """Return the path of the lesson after replacements."""
    text = REASONS.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "reasons.md"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[tuple[str, int]]:
    return [(report.code, report.line) for report in check_paths([path]).problems]


def asked_lines(path: Path) -> set[int]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return {number for number, row in enumerate(lines, 1) if row == "```question"}


@pytest.mark.slow
def test_the_screens_of_open_questions_do_not_depend_on_their_answers():
    assert problems(REASONS) == []


def test_values_that_show_while_they_are_asked_for_are_reported_at_every_question(monkeypatch):
    monkeypatch.setattr(Context, "hides_result", property(lambda _: False))
    found = problems(REASONS)
    assert {code for code, _ in found} == {"seen"}
    assert {row for _, row in found} == asked_lines(REASONS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["_trouble", "_node_title"])
def test_a_line_made_from_the_hidden_gradient_is_reported(monkeypatch, name):
    def telling(first, *_):
        moment = first.moment
        text = f"{float(moment.trace.gradients['w1']):g} {float(moment.trace.values['z']):g}"
        return text if name == "_node_title" else line(text)

    monkeypatch.setattr(study_view, name, telling)
    assert {code for code, _ in problems(REASONS)} == {"seen"}


@pytest.mark.slow
def test_a_note_that_shows_with_the_question_is_reported(monkeypatch):
    original = study_view._note

    def with_note(session, context, width, height, *above):
        return original(session, replace(context, challenge=None), width, height, *above)

    monkeypatch.setattr(study_view, "_note", with_note)
    assert "seen" in {code for code, _ in problems(REASONS)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "tab"),
    [((80, 24), Tab.VALUES), ((40, 12), Tab.GRAPH), ((40, 12), Tab.NOTE), ((120, 36), Tab.NODE)],
)
def test_an_answer_that_one_screen_alone_shows_is_reported(monkeypatch, size, tab):
    def telling(session, area):
        frame = study_view.study_frame(session, area)
        if ((area.width, area.height), session.look.tab) != (size, tab):
            return frame
        return frame.covered(0, [line(f"{float(session.moment.trace.values['z']):g}")])

    monkeypatch.setattr(hidden, "study_frame", telling)
    assert "seen" in {code for code, _ in problems(REASONS)}


@pytest.mark.slow
def test_an_answer_that_a_later_iteration_alone_shows_is_reported(monkeypatch, tmp_path):
    def telling(session, area):
        frame = study_view.study_frame(session, area)
        told = line(f"{float(session.moment.trace.values['z']):g}")
        return frame.covered(0, [told]) if session.moment.iteration else frame

    monkeypatch.setattr(hidden, "study_frame", telling)
    path = lesson(
        tmp_path, ("## forward z\n", "## forward z, always\n"), (", iteration 1", ", iteration 9")
    )
    first = min(asked_lines(path))
    assert ("seen", first) in problems(path)


@pytest.mark.slow
def test_an_answer_that_a_hint_or_a_line_of_the_linear_mode_alone_says_is_reported(monkeypatch):
    def telling(context, *_):
        return (line(f"{float(context.trace.values['z']):g}"),)

    for module, name in ((asking, "hint_lines"), (hidden, "known_lines")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, telling)
            assert "seen" in {code for code, _ in problems(REASONS)}, name


def test_no_mark_of_a_sleeping_unit_shows_while_a_gradient_is_asked_for(monkeypatch):
    monkeypatch.setattr(panel, "asleep_marks", lambda context: {"z": "!"})
    session = walk(REASONS, "backward:z")
    assert "z! 1" in study_view.study_frame(session, AREA).text()
    asked = pressed(session, "n escape")
    assert asked.challenge is not None
    assert "z! 1" not in study_view.study_frame(asked, AREA).text()
    assert figures.walk_figure(asked, AREA) is None


CLAIMED = "The gradient is {grad w1}.{check: grad w1 == 0}\n{check: x1 == 0 and z < y}\nIt is 0."


@pytest.mark.slow
def test_claims_that_are_true_show_nothing(tmp_path):
    path = lesson(tmp_path, ("The gradient is {grad w1}.", CLAIMED))
    assert problems(path) == []
    session = walk(path, "backward:w1")
    shown = [text_of(row) for row in note_lines(session, context_of(session, UNICODE), 70)]
    assert shown == ["The gradient is 0. It is 0."]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("heading", "claim", "below"),
    [
        ("## backward w1", "grad w1 > 0", 1),
        ("## backward w1, always", "iteration == 0", 1),
        ("## backward w1, trained", "iteration == 0", 1),
        ("## backward w1, variant fast", "learning_rate == 0.1", 1),
        ("## backward w1, iteration 1", "z == 1", 1),
    ],
)
def test_a_claim_is_proved_at_every_step_that_shows_it(tmp_path, heading, claim, below):
    path = lesson(
        tmp_path,
        ("## backward w1", heading),
        ("The gradient is {grad w1}.", f"It is so.\n{{check: {claim}}}"),
    )
    lines = path.read_text(encoding="utf-8").split("\n")
    found = [(code, row) for code, row in problems(path) if code == "untrue"]
    assert {row for _, row in found} == {lines.index(heading) + 2 + below}


@pytest.mark.parametrize("claim", ["q == 0", "z ==", "z = 1", ""])
def test_a_claim_that_is_no_condition_is_reported(tmp_path, claim):
    path = lesson(tmp_path, ("The gradient is {grad w1}.", f"It is so. {{check: {claim}}}"))
    assert [code for code, _ in problems(path)] == ["placeholder"]


def test_a_placeholder_may_have_its_own_digits(tmp_path):
    path = lesson(
        tmp_path, ("A sum: {z}.", "A third: {L:7}, {w1:1}, {learning_rate:3}."),
        ("[[0, 2, 4]]", "[[0, 2, 4.123456789]]"), ("## forward z", "## forward L"),
    )  # fmt: skip
    session = walk(path, "forward:L")
    shown = [text_of(row) for row in note_lines(session, context_of(session, UNICODE), 70)]
    assert shown == ["A third: 4.877991, 3, 0.1."]


@pytest.mark.parametrize("text", ["{z:0}", "{z:18}", "{z:}", "{z:x}"])
def test_digits_outside_their_bounds_are_reported(tmp_path, text):
    path = lesson(tmp_path, ("A sum: {z}.", f"A sum: {text}."))
    assert [code for code, _ in problems(path)] == ["placeholder"]
