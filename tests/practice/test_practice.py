"""Exercises agree with a computation of their own, are short, and follow the answers."""

import io
import json
import re
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from gdtutor.cli import main
from gdtutor.cli.arguments import EXERCISE_KINDS
from gdtutor.cli.lesson_files import lesson_path
from gdtutor.lesson.load import load_lesson
from gdtutor.practice.conversation import (
    PastAnswer,
    PracticeServices,
    answer_words,
    level_of,
    marked,
    next_kind,
    practise,
    slip_owed,
)
from gdtutor.practice.exercise import (
    APART,
    Exercise,
    exercises,
    is_short,
    own_slips,
    trace_of,
)
from gdtutor.practice.sheet import lesson_sheet
from gdtutor.practice.templates import KINDS, MOST_LEVEL, TEMPLATES, Template
from gdtutor.session.answers import AnswerError
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.values import replace
from gdtutor.view.asking import SAYS, slip_text
from tests.tries import tries

MANY = 2_000
STEP = 1e-30
CHARACTER = 0.602
"""How wide a letter of a sheet is, of its height."""

FUNCTIONS = {
    "relu": lambda z: z if z.real > 0 else 0 * z,
    "sum": lambda e: np.sum(e),
}


def evaluated(exercise: Exercise, moved: str = "") -> dict[str, complex]:
    """Return every value of an exercise by Python's own arithmetic, one leaf moved by i·h."""
    names = {
        name: np.asarray(value, complex) if value.ndim else complex(value)
        for name, value in exercise.given.items()
    }
    if moved:
        names[moved] = names[moved] + 1j * STEP
    for line in exercise.template.lines:
        name, _, text = line.partition(" = ")
        names[name] = eval(text, dict(FUNCTIONS), names)
    return names


def by_itself(exercise: Exercise) -> float | tuple[int, ...]:
    """Return the answer without the engine: Python's arithmetic, and the complex step."""
    template = exercise.template
    if template.asks == "shape":
        return np.shape(evaluated(exercise)[template.node])
    if template.asks == "value":
        value = np.asarray(evaluated(exercise)[template.node])
        return float(value[exercise.cell].real)
    root = template.lines[-1].partition(" = ")[0]
    slope = complex(evaluated(exercise, template.node)[root]).imag / STEP
    if template.asks == "update":
        return float(exercise.given[template.node]) - exercise.rate * slope
    return slope


def digits_of(number: str) -> int:
    return len(re.sub(r"e.*|[-.]", "", number).strip("0"))


@pytest.fixture(scope="module")
def many() -> list[Exercise]:
    return list(islice(exercises(17, tuple(KINDS)), MANY))


@pytest.mark.slow
def test_answers_agree_with_another_computation(many: list[Exercise]) -> None:
    for exercise in many:
        own = by_itself(exercise)
        if isinstance(own, tuple):
            assert exercise.answer == own, exercise.key
        else:
            assert exercise.answer == pytest.approx(own, rel=1e-12, abs=1e-12), exercise.key


@pytest.mark.slow
def test_numbers_tell_a_slip_from_the_answer_and_questions_agree_with_their_shapes(
    many: list[Exercise],
) -> None:
    products = [e for e in many if e.template.lines[0] == "z = w*x"]
    assert len(products) > 20
    for exercise in products:
        upstream, w = (float(exercise.given[name]) for name in ("g", "w"))
        assert exercise.answer not in (upstream, upstream * w, float(exercise.given["x"]))
    asked = [e for e in many if "examples" in e.question]
    assert len(asked) > 20
    for exercise in asked:
        assert f"There are {exercise.given['A'].shape[1]} examples." in exercise.question


@pytest.mark.slow
def test_numbers_are_short_and_nothing_comes_twice_within_fifty(many: list[Exercise]) -> None:
    for exercise in many:
        assert isinstance(exercise.answer, tuple) or is_short(exercise.answer)
        for number in re.findall(r"-?\d+(?:\.\d+)?", exercise.key + " " + exercise.answer_text):
            assert digits_of(number) <= 4, exercise.key
    keys = [exercise.key for exercise in many]
    for start in range(0, MANY - APART):
        assert len(set(keys[start : start + APART])) == APART


@pytest.mark.sampled
@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_alone_does_not_run_out(kind: str) -> None:
    keys = [exercise.key for exercise in islice(exercises(3, (kind,)), 120)]
    for start in range(70):
        assert len(set(keys[start : start + APART])) == APART


def test_every_kind_has_every_level_and_a_choice_on_the_command_line() -> None:
    assert set(EXERCISE_KINDS) == set(KINDS)
    assert {(t.kind, t.level) for t in TEMPLATES} == {
        (kind, level) for kind in KINDS for level in range(1, MOST_LEVEL + 1)
    }


@pytest.mark.slow
def test_right_answers_are_right_and_slips_are_named(many: list[Exercise]) -> None:
    named = wrong = 0
    for exercise in many[:200]:
        assert marked(exercise, exercise.answer_text).is_right, exercise.key
        if isinstance(exercise.answer, tuple):
            continue
        for slip, value in own_slips(exercise):
            if abs(value - exercise.answer) > 1e-6:
                assert slip in marked(exercise, f"{value:#.9g}").fits
        judged = marked(exercise, f"{-exercise.answer:#.9g}")
        wrong += 1
        named += any(fit.slip in SAYS for fit in judged.fits)
    assert named > 0.7 * wrong


def test_an_answer_is_judged_by_the_digits_typed() -> None:
    # The old value of a parameter may be its new one rounded, and is another slip.
    made = next(e for e in exercises(3, tuple(KINDS)) if e.answer_text.lstrip("-0.")[3:].isdigit()
                and e.template.asks != "update")  # fmt: skip
    value = float(np.asarray(made.answer))
    assert marked(made, f"{value:#.3g}").is_right
    with pytest.raises(AnswerError, match="is right so far — write 3 digits"):
        marked(made, f"{value:.2g}")
    assert SlipMatch(Slip.SIGN) in marked(made, f"{-value:#.3g}").fits


def test_a_slip_to_the_last_digit_is_no_rounding_of_the_answer() -> None:
    made = list(islice(exercises(4, tuple(KINDS)), 200))
    exact = [(e, fit, value) for e in made if not isinstance(e.answer, tuple)
             for fit, value in own_slips(e) if value == round(value) != 0
             and 0 < abs(value - float(np.asarray(e.answer))) <= 0.5]  # fmt: skip
    assert exact
    for exercise, fit, value in exact:
        judged = marked(exercise, f"{value:.0f}")
        assert not judged.is_right
        assert fit in judged.fits


def test_one_use_of_two_is_named_as_a_path_forgotten() -> None:
    made = next(e for e in exercises(1, ("sum",), 1) if len(e.template.lines) == 2)
    fits = marked(made, str(float(made.given["b"]))).fits
    assert {fit.slip for fit in fits} == {Slip.ONE_PATH}


def test_a_factor_that_lacks_on_one_path_is_named_with_its_path() -> None:
    words = {Slip.NO_UPSTREAM: "the upstream factor", Slip.NO_LOCAL: "the local factor"}
    named, count = 0, tries(100)
    for exercise in islice(exercises(0, ["sum"]), count):
        received = trace_of(exercise.template, exercise.given).contributions[exercise.template.node]
        paths = [(c.consumer, float(c.upstream), float(np.asarray(c.local))) for c in received]
        whole = sum(upstream * local for _, upstream, local in paths)
        lacking = {
            SlipMatch(slip, path): whole - upstream * local + kept
            for path, upstream, local in paths
            for slip, kept in ((Slip.NO_UPSTREAM, local), (Slip.NO_LOCAL, upstream))
        } | {
            SlipMatch(Slip.NO_UPSTREAM): sum(local for _, _, local in paths),
            SlipMatch(Slip.NO_LOCAL): sum(upstream for _, upstream, _ in paths),
        }
        for fit, value in lacking.items():
            if abs(value - whole) < 1e-9 or value == 0:
                continue
            told = marked(exercise, repr(value)).fits
            kinds = {one.slip for one in told}
            # Where too many slips give one number, none is named.
            assert not told or fit in told, (exercise.lines, value, fit, told)
            for one in told:
                assert lacking.get(one, value) == pytest.approx(value), (exercise.lines, one)
            assert not fit.about or f"over {fit.about} {words[fit.slip]}" in slip_text(
                fit, fit.about
            )
            named += len(kinds & words.keys())
    assert named > 3 * count


@pytest.mark.sampled
@pytest.mark.parametrize("template", [t for t in TEMPLATES if t.asks != "shape"])
def test_what_is_said_about_a_slip_holds_for_its_exercise(template: Template) -> None:
    """A local gradient has no upstream, and a sentence about something names it."""
    drawn_ones = islice(exercises(1, (template.kind,), template.level), 200)
    made = next(one for one in drawn_ones if one.template is template)
    answers = {value for _, value in own_slips(made)} | {-made.answer, 1.0, made.answer + 1}
    for answer in answers - {made.answer}:
        for fit in marked(made, f"{answer:#.9g}").fits:
            assert "{about}" not in SAYS[fit.slip] or fit.about, (fit, made.key)
            assert fit.about in slip_text(fit, fit.about), (fit, made.key)
            if "upstream" in SAYS[fit.slip]:
                assert template.asks == "gradient", (fit, made.key)


def test_a_minus_dropped_is_named_in_sums_and_products() -> None:
    line = next(e for e in exercises(3, ("forward",), 1)
                if len(e.given) == 3 and e.given["b"] < 0)  # fmt: skip
    g = {name: float(value) for name, value in line.given.items()}
    fits = marked(line, str(g["w"] * g["x"] - g["b"])).fits
    assert {fit.slip for fit in fits} == {Slip.TERM_SIGN}
    product = next(exercises(3, ("product",), 1))
    row, column = product.cell
    left, right = product.given["A"][row], product.given["B"][:, column]
    fits = marked(product, str(left[0] * right[0] - left[1] * right[1])).fits
    assert Slip.TERM_SIGN in {fit.slip for fit in fits}


@pytest.mark.parametrize(("level", "terms"), [(1, 2), (3, 3)])
def test_a_cell_with_one_product_or_without_one_is_named(level: int, terms: int) -> None:
    made = next(e for e in exercises(3, ("product",), level) if e.given["A"].shape[1] == terms)
    row, column = made.cell
    products = made.given["A"][row] * made.given["B"][:, column]
    fits = marked(made, str(products[0])).fits
    assert Slip.FIRST_TERM in {fit.slip for fit in fits}
    for k in range(terms):
        fits = marked(made, str(products.sum() - products[k])).fits
        assert {Slip.ONE_TERM, Slip.FIRST_TERM} & {fit.slip for fit in fits}, k


def test_the_shape_of_another_matrix_and_a_target_of_1_are_named() -> None:
    made = next(e for e in exercises(1, ("shape",), 2) if e.template.node == "W")
    inputs = made.given["X"].shape
    assert inputs not in (made.answer, made.answer[::-1])
    told = marked(made, "x".join(map(str, inputs))).fits
    assert told == (SlipMatch(Slip.OTHER_VALUE, "the shape of X"),)
    share = next(e for e in exercises(1, ("softmax",), 2) if "y" in e.given and not e.given["y"])
    fits = marked(share, str(float(share.given["p"]) - 1)).fits
    assert SlipMatch(Slip.OTHER_VALUE, "1") in fits


def test_levels_follow_the_answers() -> None:
    right, wrong = PastAnswer("local", True), PastAnswer("local", False)
    assert level_of("local", []) == 1
    assert level_of("local", [right, right]) == 2
    assert level_of("local", [right] * 4) == 3
    assert level_of("local", [right] * 9) == 3
    assert level_of("local", [right, right, wrong]) == 1
    assert level_of("forward", [right] * 4) == 1


def test_a_slip_made_thrice_brings_three_of_its_kind() -> None:
    """Where the kinds come in turn, and contributions alone go wrong."""
    kinds, past = tuple(KINDS), []
    for _ in range(60):
        kind = next_kind(kinds, past)
        slip = "local factor missing" if kind == "contribution" else ""
        past.append(PastAnswer(kind, not slip, slip))
    asked = [one.kind for one in past]
    third = [place for place, kind in enumerate(asked) if kind == "contribution"][2]
    assert asked[: third + 1] == [kinds[place % len(kinds)] for place in range(third + 1)]
    assert asked[third + 1 : third + 5] == ["contribution"] * 3 + [kinds[(third + 4) % len(kinds)]]
    # Made in the repeat, a slip does not count for the next one.
    later = asked[third + 4 : third + 4 + 2 * len(kinds)]
    assert ("contribution", "contribution") not in list(pairwise(later))


@pytest.mark.parametrize(("between", "is_owed"), [(1, True), (2, True), (3, False)])
def test_a_slip_of_long_ago_is_forgotten(between: int, is_owed: bool) -> None:
    slip, fine = PastAnswer("sum", False, "sign"), PastAnswer("sum", True)
    turn = [PastAnswer("forward", True)] * 7
    past = [slip, *turn, *[fine, *turn] * between, slip, *turn, fine, *turn, slip]
    assert (slip_owed(past) is not None) == is_owed


def test_who_always_forgets_the_local_factor_is_asked_for_it_again() -> None:
    """Where z = a + b, the upstream gradient alone is right; where z = w*x it is the slip."""
    said: list[str] = []
    asked: list[str] = []

    def ask() -> str:
        upstream = re.findall(r"dL/dz = (-?[\d.]+)", said[-1])
        return upstream[0] if upstream else "?"

    services = PracticeServices(said.append, ask, lambda e, *_: asked.append(e.kind))
    practise(tuple(KINDS), 60, 7, (), services)
    assert said.count("Once more, since this came up thrice: local factor missing.") == 3
    assert "contribution,contribution,contribution,contribution" in ",".join(asked)


def talked(lines: list[str], count: int | None = None) -> tuple[str, list[tuple[str, bool]]]:
    said: list[str] = []
    kept: list[tuple[str, bool]] = []
    left = list(lines)
    services = PracticeServices(
        said.append,
        lambda: left.pop(0) if left else None,
        lambda _, text, judged, is_first: is_first and kept.append((text, judged.is_right)),
    )
    practise(("forward",), count, 4, (), services)
    return "\n".join(said), kept


def test_every_slip_that_gives_a_wrong_answer_is_told() -> None:
    fits = SlipMatch(Slip.ONE_TERM), SlipMatch(Slip.FIRST_TERM)
    told = answer_words("3", fits)
    assert told == f"3 is not it. {SAYS[Slip.ONE_TERM]} Or: {SAYS[Slip.FIRST_TERM]}"
    assert answer_words("3", ()) == "3 is not it. No usual slip gives that."


def test_a_conversation_keeps_the_first_answer_and_tells_the_right_one() -> None:
    answer = next(exercises(4, ("forward",), 1)).answer_text
    said, kept = talked(["1000", "nonsense", "1001", answer], 1)
    assert kept == [("1000", False)]
    assert f"The answer is {answer}." in said
    assert "0 of 1 right at the first try." in said
    said, kept = talked([answer], 1)
    assert kept == [(answer, True)]
    assert "1 of 1 right" in said
    assert talked(["?"], 1)[1] == [("?", False)]
    assert "0 of 0" in talked(["q"])[0]


def test_every_slip_that_was_named_is_listed_and_counts_no_further_exercise(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in ("practise_exercises", "show_progress"):
        path = f"gdtutor.cli.{module}.default_path"
        monkeypatch.setattr(path, lambda: tmp_path / "progress.sqlite")
    # z = w*x + b with w = -2, x = 4, b = 4: once without the bias, once without a factor.
    monkeypatch.setattr("sys.stdin", io.StringIO("-8\n2\n"))
    assert main(["practice", "--kind", "forward", "--count", "1", "--seed", "4"]) == 0
    assert re.search(r"The bias.*The factor", capsys.readouterr().out, re.DOTALL)
    assert main(["progress"]) == 0
    told = capsys.readouterr().out
    assert "0 of 1 exercises right at the first try" in told
    assert "slips: bias forgotten (1), factor forgotten (1)" in told


def test_a_seed_asks_the_same_whatever_is_answered_and_remembered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for answers in ("21\n6\n4\n\n", "?\n?\n?\n?\n?\n", "1\n2\n1\n2\n1\n2\n1\n2\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answers))
        assert main(["practice", "--count", "4", "--seed", "3"]) == 0
        asked.append(re.findall(r"\d  .*?\?", capsys.readouterr().out, re.DOTALL))
    assert len(asked[1]) == len(asked[2]) == 4
    assert asked[1] == asked[2]
    assert asked[0] == asked[1][: len(asked[0])]


def test_json_has_the_exercises_with_their_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "--json", "--count", "8", "--seed", "4"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in data["exercises"]] == list(KINDS)
    assert set(data["exercises"][0]) == {"kind", "level", "lines", "question", "answer"}


@pytest.mark.parametrize("form", ["text", "markdown", "svg"])
def test_a_worksheet_has_blanks_and_its_solutions_have_none(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["worksheet", "--practice", "--count", "10", "--seed", "4", "--format", form]
    assert main(words) == 0
    sheet = capsys.readouterr().out
    assert main([*words, "--solutions"]) == 0
    solved = capsys.readouterr().out
    assert sheet.count("______") == 10
    assert "answers to 3 digits" in sheet
    assert "______" not in solved
    assert solved.count("answer: ") == 10


def test_a_lesson_is_a_worksheet_with_numbers_from_the_seed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["worksheet", "or-vectorised", "--count", "3"]
    assert main([*words, "--seed", "1", "--solutions"]) == 0
    first = capsys.readouterr().out
    assert main([*words, "--seed", "2", "--solutions"]) == 0
    assert first != capsys.readouterr().out
    assert "Z = W @ X + b" in first
    assert "answers to 3 digits" in first


def test_a_lesson_s_worksheet_has_all_of_its_values_unless_it_says_how_many(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["worksheet", "xor-hidden", "--solutions"]) == 0
    whole = capsys.readouterr().out
    assert "W1 after the update" in whole
    assert " of 17 steps" not in whole
    assert main(["worksheet", "xor-hidden", "--count", "10"]) == 0
    assert "10 of 17 steps" in capsys.readouterr().out


@pytest.mark.parametrize(("paper", "width"), [("a4", "210.0mm"), ("letter", "215.9mm")])
def test_pages_of_svg_stay_on_the_paper(paper: str, width: str, tmp_path: Path) -> None:
    out = tmp_path / "sheet.svg"
    words = ["worksheet", "--practice", "--count", "40", "--format", "svg", "--paper", paper]
    assert main([*words, "--out", str(out)]) == 0
    pages = sorted(tmp_path.glob("*.svg"))
    assert len(pages) > 1
    limit = float(width.removesuffix("mm"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert f'width="{width}"' in text
        for x, size, row in re.findall(
            r'x="([\d.]+)" y="[\d.]+" font-size="([\d.]+)"[^>]*>([^<]*)<', text
        ):
            assert float(x) + 0.602 * float(size) * len(row) < limit


def test_a_worksheet_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worksheet"]) == 2
    assert main(["worksheet", "bias", "--practice"]) == 2
    assert "name a lesson, or --practice" in capsys.readouterr().err


@pytest.mark.parametrize("solutions", [[], ["--solutions"]])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_row_of_an_array_stays_whole_within_its_column(
    paper: str, solutions: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "sheet.svg"
    words = ["worksheet", "xor-hidden", "--count", "11", "--paper", paper, "--out", str(out)]
    assert main([*words, *solutions]) == 0
    pages = "".join(page.read_text(encoding="utf-8") for page in tmp_path.glob("*.svg"))
    rows = re.findall(r'x="([\d.]+)" y="[\d.]+" font-size="([\d.]+)"[^>]*>([^<]*)<', pages)
    arrays = [(float(size), len(text)) for _, size, text in rows if "[ " in text]
    assert sum(text.count("[") for *_, text in rows) == sum(text.count("]") for *_, text in rows)
    assert all(text.endswith(" ]") for *_, text in rows if "[ " in text)
    column = {"a4": 86.0, "letter": 88.95}[paper]
    assert all(size * length * CHARACTER < column + 0.5 for size, length in arrays)
    # Long numbers are written smaller, and only they.
    assert (min(size for size, _ in arrays) < 3.1) == bool(solutions)


def test_a_sheet_gives_every_digit_of_the_learning_rate() -> None:
    lesson = load_lesson(lesson_path("learning-rate"))
    assert lesson.settings is not None
    exact = replace(lesson, settings=replace(lesson.settings, learning_rate=0.12345678))
    assert "learning_rate = 0.12345678" in lesson_sheet(exact, None, 1).given
