"""The screens of variants are held against the design size as those of the lesson are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lesson_texts import lesson_of, neuron
from walks import NETWORK

from gdtutor.check import fit
from gdtutor.check import screens as check_fit
from gdtutor.check.fit import Misfit, fit_of
from gdtutor.check.lesson import check_lesson
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.reports import Report
from gdtutor.lesson.runs import run_of
from gdtutor.session.moving import moved
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session
from gdtutor.values import replace
from gdtutor.view.context import Context
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import line
from gdtutor.view.screen import frame_of

WORDS = "\n".join(["x" * 77] * 3)
BODY = f"""\
```graph
z = w*x
L = (z - y)**2 / 2
```

## given, always
{WORDS}
{"x" * 70} {{learning_rate}}
"""
VARIANTS = """
[[variants]]
name = "slow"
training.learning_rate = 0.00001234

[[variants]]
name = "with adam"
training.optimizer = "adam"
"""


def found(path: Path, body: str = BODY, more: str = VARIANTS) -> list[Report]:
    return list(check_lesson(lesson_of(neuron(body, more=more), path)).problems)


def test_a_panel_that_overflows_in_a_variant_alone_is_reported_there(tmp_path: Path) -> None:
    [report] = found(tmp_path)
    assert (report.code, report.level) == ("fit", "error")
    assert report.what == "with the variant 'slow' at given the note is 1 line too long for 80x24"
    assert "--variant slow --at given" in report.hint
    assert report.source == "[[variants]]"


def test_what_the_lesson_itself_has_is_not_said_again_of_its_variants(tmp_path: Path) -> None:
    [report] = found(tmp_path, BODY + "y" * 60)
    assert report.what == "at given the note is 1 line too long for 80x24"


@pytest.mark.parametrize(("letters", "fits"), [("课" * 14, True), ("课" * 28, False)])
def test_a_title_of_wide_characters_is_measured_in_cells(
    tmp_path: Path, letters: str, fits: bool
) -> None:
    lesson = lesson_of(neuron(title=letters), tmp_path)
    reports = [r.what for r in check_lesson(lesson).problems if "the title is" in r.what]
    assert (reports == []) is fits


@pytest.mark.slow
def test_a_title_that_gives_way_to_the_name_of_a_variant_is_no_mistake(tmp_path: Path) -> None:
    text = neuron(more=VARIANTS, title="A title of thirty characters..")
    assert check_lesson(lesson_of(text, tmp_path)).problems == ()


@pytest.mark.slow
def test_a_variant_with_other_numbers_alone_is_looked_at_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, int]] = []

    def noted(*args: Any, is_plain: bool, most: int, **more: Any) -> tuple[list[Misfit], bool]:
        seen.append((is_plain, most))
        return fit_of(*args, is_plain=is_plain, most=most, **more)

    monkeypatch.setattr(check_fit, "fit_of", noted)
    found(tmp_path)
    assert [is_plain for is_plain, _ in seen] == [False, True, False]
    own, *shares = (most for _, most in seen)
    assert sum(shares) == own


def test_a_plain_look_has_no_cell_open_and_nothing_unfolded(tmp_path: Path) -> None:
    lesson = lesson_of(neuron(BODY.replace("w*x", "w*x + w")), tmp_path)
    session = opened(Session(), Opened(lesson, run_of(lesson)))
    steps = len(session.moment.steps)
    assert fit_of(session, most=steps, is_plain=True)[1]
    assert not fit_of(session, most=steps)[1]


WIDE = """\
+++
format = 1
id = "ten-inputs"
title = "Ten inputs"
[parameters]
{parameters}
[data]
inputs = [{inputs}]
targets = ["y"]
examples = [{rows}]
+++
```graph
z = {z}
L = (z - y)**2
```
"""


@pytest.mark.slow
def test_lines_of_the_node_panel_that_fold_are_a_warning_and_can_be_scrolled_to(
    tmp_path: Path,
) -> None:
    numbers = range(1, 11)
    rows = ", ".join(str([round((7 * e + n) % 10 / 10 + 0.01, 2) for n in range(11)])
                     for e in range(8))  # fmt: skip
    text = WIDE.format(
        parameters="\n".join(f"w{n} = 0.{n}" for n in numbers),
        inputs=", ".join(f'"x{n}"' for n in numbers),
        rows=rows,
        z=" + ".join(f"w{n}*x{n}" for n in numbers),
    )
    lesson = lesson_of(text, tmp_path)
    [report] = check_lesson(lesson).problems
    assert (report.code, report.level) == ("fit", "warning")
    assert "at given the node panel is" in report.what
    start = moved(opened(Session(), Opened(lesson, run_of(lesson))), 0, 1)
    assert "w₁₀" not in frame_of(start, 80, 24, UNICODE).text().partition("parameters")[2]
    down = replace(start, look=replace(start.look, scroll=9))
    assert "w₁₀" in frame_of(down, 80, 24, UNICODE).text().partition("parameters")[2]


@pytest.mark.slow
@pytest.mark.parametrize("words", ["iteration 7", "trained", "variant slow, iteration 9"])
def test_the_iteration_that_a_note_is_written_for_is_looked_at(tmp_path: Path, words: str) -> None:
    body = BODY.replace("always", words) + "y" * 60
    [report] = found(tmp_path, body)
    assert (report.code, report.level) == ("fit", "error")
    assert report.what.endswith("given the note is 1 line too long for 80x24")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "is_so", "told"),
    [
        ("node_lines", lambda c: not c.chars.unicode, "(in ASCII)"),
        ("node_lines", lambda c: c.look.unfolded, "unfolded)"),
        ("node_lines", lambda c: c.look.cell == (1, 1), "[1,1] open)"),
        ("note_lines", lambda c: c.look.example == 3, "(following example 3)"),
        ("node_lines", lambda c: c.moment.iteration == 1, "at 1/given the node panel"),
        ("node_lines", lambda c: c.moment.iteration == 39, "at 39/given the node panel"),
    ],
)
def test_every_way_to_look_at_a_step_is_held_against_the_size(
    monkeypatch: pytest.MonkeyPatch, name: str, is_so: Callable[[Context], object], told: str
) -> None:
    plain = getattr(fit, name)

    def lines(*args: Any) -> tuple[Any, ...]:
        context = next(one for one in args if isinstance(one, Context))
        return (*plain(*args), *[line("x" * 100)] * bool(is_so(context)))

    monkeypatch.setattr(fit, name, lines)
    problems = check_lesson(load_lesson(NETWORK)).problems
    assert any(told in report.what for report in problems), [r.what for r in problems]


WORDY = "a rate that is far too long"
CLASSES = """
+++
format = 1
id = "kinds"
title = "Kinds"
orientation = "rows"
[parameters]
W = {{ shape = [2, 2], init = "normal", seed = 3 }}
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = {{ column = "kind", one_hot = true, classes = ["{0}", "b"] }} }}
examples = [[1, 0, "{0}"], [0, 1, "b"], [2, 1, "b"]]
[training]
learning_rate = 0.1
epochs = 3
[[pictures]]
kind = "weights"
of = ["W"]
title = "{1}"
+++
```graph
P = softmax(X @ W)
C = sum(cross_entropy(P, Y))/m
```
"""


def _with_variant(name: str) -> str:
    names = (name, *(f"{place}: another" for place in range(8)))
    return neuron(
        more="\n".join(
            f'[[variants]]\nname = "{each}"\ntraining.learning_rate = 0.0{place}\n'
            for place, each in enumerate(names, start=1)
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "label"),
    [
        (_with_variant(WORDY), WORDY),
        (_with_variant(f"9: {WORDY}"), ""),
        (CLASSES.strip().format(WORDY, "Weights"), WORDY),
        (CLASSES.strip().format("a rate", WORDY + ", far"), WORDY + ", far"),
        (CLASSES.strip().format("a rate", "Weights"), ""),
    ],
)
def test_labels_that_the_training_screen_cuts_are_warned_of(
    tmp_path: Path, text: str, label: str
) -> None:
    told = [f"on the training screen of 80x24 '{label}' is cut"] if label else []
    problems = check_lesson(lesson_of(text, tmp_path)).problems
    assert [r.what for r in problems if "training screen" in r.what] == told
