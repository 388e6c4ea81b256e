"""Pictures in plain lines: the numbers of the drawing are told, and nothing is drawn."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from walks import pressed
from wishes import CURVE, FIT, LINEAR, MATRIX, ROWS, session, source

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.pictures import PICTURES
from gdtutor.library.lessons import listing
from gdtutor.report.transcript import WIDTH, picture_lines, read_aloud
from gdtutor.session.figures import training_pictures
from gdtutor.session.moving import moved
from gdtutor.session.state import Session
from gdtutor.view import pictures
from gdtutor.view.figures import source_of
from gdtutor.view.frame import ASCII, UNICODE, Chars, Size
from gdtutor.view.lines import text_of
from gdtutor.view.pictures import Drawing, draw, told
from tests.tries import some

LESSONS = {entry.id: entry.path for entry in listing(shipped_lessons_folder())}
WITH_PICTURES = [k for k, path in LESSONS.items() if "\n[[pictures]]" in path.read_text("utf-8")]
"""Read as text alone: a lesson with a mistake fails a test, not the collection of all."""
SAMPLES = {
    "curve": (CURVE, 'kind = "curve"'),
    "slice": (LINEAR, 'kind = "slice"\nalong = "w"\nrates = [0.5, 50]\nsteps = 4'),
    "contour": (ROWS, 'kind = "contour"\nalong = ["w1", "w2"]\nrates = [0.5, 50]'),
    "boundary": (MATRIX, 'kind = "boundary"\nhidden = true'),
    "space": (MATRIX, 'kind = "space"\nalong = ["A1[0]", "A1[2]"]'),
    "fit": (FIT, 'kind = "fit"'),
    "table": (ROWS, 'kind = "table"'),
    "weights": (MATRIX, 'kind = "weights"'),
    "histogram": (MATRIX, 'kind = "histogram"\nof = ["W1", "grad W1"]'),
    "counts": (ROWS, 'kind = "counts"'),
    "timing": (ROWS, 'kind = "timing"'),
    "seeds": (
        MATRIX,
        'kind = "seeds"\nvariants = ["slow"]\nseeds = 2\nbelow = 0.2\n'
        '[[variants]]\nname = "slow"\ntraining.learning_rate = 0.1',
    ),
}
"""A lesson and a wish of each kind."""
NUMBER = re.compile(r"(?<![\w.])[−-]?\d+(?:\.\d+)?(?:e[−-]?\d+)?(?![\w…~])")
DRAWN = re.compile(r"[\u239b-\u23ae\u2500-\u259f\u2800-\u28ff●◆▲□○]")
AXIS = re.compile(r"^[^│]{0,6}│")
LEVELS = re.compile(r"^\d=")


def steps(at_start: Session) -> Iterator[Session]:
    """Yield the first, the middle and the last step of an iteration, and the last of the third."""
    lesson = at_start.lesson
    for iteration in (0, 2) if lesson.trains else (0,):
        first = moved(at_start, iteration, 1)
        last = len(first.moment.steps)
        for step in {1, last // 2, last} if not iteration else {last}:
            yield moved(first, iteration, step)


def words_of(drawing: Drawing) -> list[str]:
    """Return the lines of a drawing without the field of characters and its ticks."""
    texts = [text_of(row).rstrip() for row in drawing.lines]
    is_field = [bool(AXIS.match(text)) for text in texts]
    ticks = [False, *is_field[:-1]]
    return [
        text
        for text, field, tick in zip(texts, is_field, ticks, strict=True)
        if not field and not tick and not LEVELS.match(text) and "targets" not in text
    ]


@pytest.mark.sampled
@pytest.mark.parametrize("name", WITH_PICTURES)
def test_every_number_beside_a_picture_is_told(name: str) -> None:
    for at in some([*LESSONS].index(name), [*steps(session_at(LESSONS[name]))]):
        for wish in at.lesson.pictures:
            assert not untold(at, wish)


@pytest.mark.parametrize("kind", PICTURES)
def test_every_number_beside_a_picture_of_each_kind_is_told(kind: str) -> None:
    template, wish = SAMPLES[kind]
    at = [*steps(session(template, f"[[pictures]]\n{wish}"))][-1]
    assert not untold(at, at.lesson.pictures[0])


def untold(at: Session, wish: PictureWish) -> list[tuple[set[str], str, str]]:
    """Return the numbers that stand beside a picture and not in its telling, with both."""
    aloud, drawn = source_of(at, read_aloud(UNICODE)), source_of(at, UNICODE)
    assert aloud is not None
    assert drawn is not None
    text = "\n".join(told(aloud, wish))
    found = []
    for size in ((34, 13), (36, 14)):
        words = "\n".join(words_of(draw(drawn, wish, Size(*size))))
        # A class in the legend stands behind the sign of its region.
        words = re.sub(r"[·░▒▓]\d\b", "", words)
        missing = set(NUMBER.findall(words)) - set(NUMBER.findall(text))
        if missing:
            found.append((missing, words, text))
    return found


@pytest.mark.sampled
@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("kind", PICTURES)
def test_every_kind_is_told_in_lines_that_draw_nothing(kind: str, chars: Chars) -> None:
    template, wish = SAMPLES[kind]
    lines = picture_lines(session(template, f"[[pictures]]\n{wish}", "step:2"), 1, chars)
    assert re.match("  picture( 1 of 2)?: ", lines[0])
    assert len(lines) > 1
    assert all(len(text) <= WIDTH for text in lines)
    text = "\n".join(lines)
    assert not DRAWN.search(text)
    assert text.isascii() or chars.unicode


def test_what_moves_with_training_stands_beside_it_and_what_does_not_does_not() -> None:
    beside = set()
    for kind, (template, wish) in SAMPLES.items():
        at = session(template, f"[[pictures]]\n{wish}")
        beside |= {kind} if at.lesson.pictures[0] in training_pictures(at) else set()
    assert set(SAMPLES) - beside == {"curve", "counts", "timing", "seeds"}


def test_every_kind_that_a_lesson_may_name_has_its_module_and_no_other_is_one() -> None:
    modules = Path(pictures.__file__).parent.glob("*.py")
    assert {m.stem for m in modules if "\nPICTURE = " in m.read_text("utf-8")} == set(PICTURES)


def test_a_fit_tells_where_the_curve_runs_and_where_the_examples_lie() -> None:
    assert told_of(FIT, 'kind = "fit"', "forward:L") == (
        "y over x, from −1.1 to 1.1:",
        "  p: 0.321 at the left end, 0.321 at the right; lowest 0.2 at 0, highest 0.321 at −1.1",
        "  y: (−1, 2), (0, 0.5), (1, 1)",
        "  now: (−1, 2)",
        "x −1: y 2, p 0.3",
    )


def told_of(template: str, wish: str, at: str = "") -> tuple[str, ...]:
    given = source(template, wish, at)
    return told(given, given.lesson.pictures[0])


def test_a_slice_tells_where_we_are_and_where_each_rate_leads() -> None:
    wish = 'kind = "slice"\nalong = "w"\nrange = [-1, 6]\nrates = [0.5, 50]\nsteps = 4'
    assert told_of(LINEAR, wish, "update:w") == (
        "L along w from −1 to 6: 0.98 at the left end, 0.98 at the right, lowest 0 at 2.5",
        "now: w 0.1, L 0.4608, slope −0.384",
        "rate 0.5, 4 steps: w 0.1, 0.292, 0.469, 0.631, 0.781",
        "rate 50, 4 steps: w 0.1, 19.3, −115, 826, −5760; outside from step 1 on, at 19.3",
    )


def test_a_slice_tells_the_step_and_those_before() -> None:
    lines = told_of(LINEAR, 'kind = "slice"\nalong = "w"', "2/update:w")
    assert lines[1].startswith("now: w 2.404, L 0.0007373, slope ")
    assert lines[2].startswith("after the update: w 2.481, L ")
    assert lines[3] == "2 steps before: w 0.1, 2.02"


def test_a_boundary_tells_the_line_and_who_is_on_which_side() -> None:
    lines = told_of(ROWS, 'kind = "boundary"', "2/update:b")
    assert lines[0].endswith("; 4 examples")
    assert re.fullmatch(
        r"ŷ: 0\.\d+·x₁ \+ 0\.\d+·x₂ \+ 0\.\d+ = 0; ŷ ≥ 0\.5 at every example", lines[1]
    )
    assert lines[2] == "3 of 4 examples are on the right side"
    alone = ROWS.replace('dataset = "or"', "examples = [[0, 1, 1]]")
    lines = told_of(alone, 'kind = "boundary"')
    assert lines[0].endswith("; 1 example")
    assert lines[2] == "1 of 1 example is on the right side"
    space = 'kind = "space"\nalong = ["z", "yhat"]'
    assert told_of(alone, space)[0].endswith("; 1 example")


def test_hidden_neurons_tell_their_own_examples() -> None:
    lines = told_of(MATRIX, 'kind = "boundary"\nlines = true')
    assert lines[1] == "A₁[0]: 0.5·x₁ − 1·x₂ + 0.1 = 0; Z₁[0] ≥ 0 at examples 0, 2"


def test_a_contour_tells_the_point_on_it_and_its_cost() -> None:
    lines = told_of(ROWS, 'kind = "contour"\nalong = ["w1", "w2"]')
    assert re.match(
        r"\w+ over w₁ from \S+ to .*: between .* and .*; of its cells the lowest is near w₁ ",
        lines[0],
    )
    assert re.match(r"now, iteration 0: w₁ 0\.1, w₂ 0\.6, \w+ 0\.0889", lines[1])


def test_a_question_keeps_its_picture_to_itself() -> None:
    at = session_at(LESSONS["loss"], at="given")
    assert picture_lines(at, 1, UNICODE)
    asked = pressed(at, "r n")
    assert asked.challenge is not None
    assert picture_lines(asked, 1, UNICODE) == ()
