"""What `check` finds in lessons that the loader accepts, and in folders of them."""

import json

import pytest
from lesson_texts import NEURON_GRAPH, found_in, lesson_of, lesson_text, neuron

from gdtutor.check import lesson as checks
from gdtutor.check.findings import SCREENS, TimeLimit
from gdtutor.check.gradients import GradientChecked
from gdtutor.check.lesson import CheckResult, check_lesson
from gdtutor.check.paths import check_data, check_lines, check_paths
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.work import training_work
from gdtutor.values import replace
from tests.format_parts import codes_listed


def test_a_sound_lesson_has_no_problems_and_every_gradient_is_checked(tmp_path):
    checked = check_lesson(lesson_of(neuron(), tmp_path))
    assert checked.problems == ()
    assert [(g.lesson, g.parameter) for g in checked.gradients] == [("a-lesson", "w")]
    assert 0 <= checked.gradients[0].relative_error < 1e-8


def test_a_value_that_is_not_finite_is_reported_at_its_line(tmp_path):
    text = lesson_text("```graph\nz = log(w)\n```\n", "[parameters]\nw = -1.0")
    line = text.split("\n").index("z = log(w)") + 1
    assert found_in(text, tmp_path) == [
        ("not-finite", "error", line, "the value of z is not finite")
    ]


def test_a_run_that_is_not_finite_is_reported_with_where_it_broke(tmp_path):
    [found] = found_in(neuron(rate=90.0, epochs=500), tmp_path)
    assert found[:2] == ("not-finite", "error")
    assert "training is not finite: " in found[3]
    assert "at iteration" in found[3]


def test_a_lesson_about_divergence_may_diverge(tmp_path):
    assert found_in(neuron(rate=90.0, epochs=500, more="diverges = true"), tmp_path) == []


def test_a_variant_that_is_not_finite_is_named(tmp_path):
    text = neuron(epochs=500).replace(
        "\n+++\n`", '\n[[variants]]\nname = "too fast"\ntraining.learning_rate = 90.0\n+++\n`'
    )
    [found] = found_in(text, tmp_path)
    assert found[3].startswith("with the variant 'too fast' training is not finite")


def test_settings_that_no_run_can_have_are_reported(tmp_path):
    lesson = lesson_of(neuron(), tmp_path)
    settings = replace(lesson.settings, epochs=10**12)
    [found] = check_lesson(replace(lesson, settings=settings)).problems
    assert (found.code, found.level) == ("settings", "error")


def test_a_run_that_is_too_long_is_followed_for_a_part_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "TRAINING_WORK", 100)
    [found] = found_in(neuron(epochs=5000), tmp_path)
    assert found[:2] == ("long-run", "warning")
    assert "of 5,000 iterations" in found[3]


def test_how_far_a_long_run_is_followed_comes_from_its_size_alone(tmp_path, monkeypatch):
    text = neuron(epochs=5_000_000)
    work = training_work(lesson_of(text, tmp_path)).iteration
    for share in (1e4, 2e4):
        monkeypatch.setattr(checks, "TRAINING_WORK", share)
        [found] = found_in(text, tmp_path)
        assert found[3] == (
            f"training was followed for {int(share / work):,} of 5,000,000 iterations"
        )


def test_a_gradient_with_a_note_too_long_for_its_panel_is_reported_with_the_note(tmp_path):
    note = "## backward z\n" + "Many words that go on and on. " * 20
    text = neuron(NEURON_GRAPH + note)
    [found] = found_in(text, tmp_path)
    assert found[:3] == ("fit", "error", text.split("\n").index("## backward z") + 1)
    assert "at backward:z the note is " in found[3]


def test_a_panel_that_overflows_in_the_last_iteration_alone_is_reported(tmp_path):
    note = "## forward z, always\n" + "word " * 59 + "{iteration}" * 7 + "\n"
    assert found_in(neuron(NEURON_GRAPH + note, epochs=9), tmp_path) == []
    [found] = found_in(neuron(NEURON_GRAPH + note, epochs=300), tmp_path)
    assert found[3] == "at 299/forward:z the note is 1 line too long for 80x24"


QUESTION = '## {step}\nWhat do you expect?\n\n```question\ntext = "{text}"\nkind = "{kind}"\n```\n'


@pytest.mark.parametrize(
    ("step", "kind", "text"),
    [
        ("update w", "value", "It goes to 0.95, but why?"),
        ("backward w", "value", "Is it −4.50?"),
    ],
)
def test_a_question_that_says_its_answer_is_reported(tmp_path, step, kind, text):
    ask = QUESTION.format(step=step, kind=kind, text=text)
    lesson = neuron(NEURON_GRAPH + ask).replace("[[2, 3]]", "[[2, 3.25]]")
    assert [(code, level) for code, level, *_ in found_in(lesson, tmp_path)] == [
        ("given-away", "error")
    ]


def test_the_right_choice_alone_in_a_question_is_reported(tmp_path):
    ask = QUESTION.format(step="forward z", kind="choice", text="Is it the product or something?")
    ask = ask.replace("\n```\n", '\nchoices = ["the product", "the sum"]\n```\n')
    assert [code for code, *_ in found_in(neuron(NEURON_GRAPH + ask), tmp_path)] == ["given-away"]
    both = ask.replace("or something", "or the sum")
    assert found_in(neuron(NEURON_GRAPH + both), tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", ["Is it in {0, 1}, or { below?", "Is it above 0.2?"])
def test_a_question_that_names_other_values_is_fine(tmp_path, text):
    ask = QUESTION.format(step="forward z", kind="value", text=text)
    assert found_in(neuron(NEURON_GRAPH + ask), tmp_path) == []


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")


def test_a_folder_is_checked_whole(tmp_path):
    write(tmp_path, "01-one.md", neuron(lesson_id="one"))
    write(tmp_path, "02-two.md", neuron(lesson_id="two"))
    write(tmp_path, "README.md", "About these lessons.")
    result = check_paths([tmp_path])
    assert (result.files, result.problems) == (2, ())
    assert [g.lesson for g in result.gradients] == ["one", "two"]


def test_an_id_used_twice_is_reported_at_the_second(tmp_path):
    write(tmp_path, "01-lesson.md", neuron())
    write(tmp_path, "02-a-lesson-again.md", neuron())
    [found] = check_paths([tmp_path]).problems
    assert (found.code, found.path.name, found.line, found.column) == (
        "duplicate-id", "02-a-lesson-again.md", 3, 1,
    )  # fmt: skip
    assert found.what == "01-lesson.md has the id 'a-lesson' too"


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "lesson_id", "what"),
    [
        ("03-forward.md", "forward-or", ""),
        ("03-forward-or.md", "forward", ""),
        ("03-My Own_Lesson.md", "my-own-lesson", ""),
        ("03-2-layers.md", "2-layers", ""),
        ("a-file-named-outright.md", "forward", ""),
        ("03-été.md", "summer", "the id is 'summer', and the file is called 'été'"),
        ("03-forwards.md", "forward", "the id is 'forward', and the file is called 'forwards'"),
        ("03-forward.md", "03-forward", "the id '03-forward' holds the number of the file"),
        ("03-forward.md", "3-forward", "the id '3-forward' holds the number of the file"),
        ("03-forward.md", "4-forward", ""),
    ],
)
def test_an_id_that_is_not_likely_to_stay_is_a_warning(tmp_path, name, lesson_id, what):
    write(tmp_path, name, neuron(lesson_id=lesson_id))
    found = check_paths([tmp_path / name]).problems
    assert [report.what for report in found] == ([what] if what else [])
    assert all(
        (report.code, report.level, report.line) == ("id-name", "warning", 3) for report in found
    )


@pytest.mark.slow
def test_an_id_of_a_lesson_of_the_program_is_a_warning_unless_it_is_that_lesson(tmp_path):
    write(tmp_path, "01-my-bias.md", neuron(lesson_id="bias"))
    [found] = check_paths([tmp_path]).problems
    assert (found.code, found.level, found.line) == ("shipped-id", "warning", 3)
    assert found.what == "the lesson 06-bias.md of the program has the id 'bias' too"
    (tmp_path / "01-my-bias.md").rename(tmp_path / "06-bias.md")
    assert check_paths([tmp_path]).problems == ()


def test_an_id_is_compared_across_paths_even_where_a_lesson_is_broken(tmp_path):
    write(tmp_path, "one.md", neuron("```graph\nL = (w*x - y)**2 +\n```\n"))
    write(tmp_path, "two.md", neuron())
    codes = {
        report.code for report in check_paths([tmp_path / "one.md", tmp_path / "two.md"]).problems
    }
    assert codes == {"formula", "duplicate-id"}


def test_a_number_used_twice_is_reported(tmp_path):
    write(tmp_path, "01-one.md", neuron(lesson_id="one"))
    write(tmp_path, "1-two.md", neuron(lesson_id="two"))
    [found] = check_paths([tmp_path]).problems
    assert (found.code, found.line) == ("duplicate-number", 0)


def test_strays_are_reported_a_markdown_file_as_an_error(tmp_path):
    write(tmp_path, "01-one.md", neuron(lesson_id="one"))
    write(tmp_path, "2 two.md", neuron())
    write(tmp_path, "old.csv", "x,y\n1,2\n")
    found = [(r.code, r.level, r.path.name) for r in check_paths([tmp_path]).problems]
    assert found == [("stray", "error", "2 two.md"), ("stray", "warning", "old.csv")]


def test_a_csv_file_in_use_is_not_stray_not_even_a_broken_lessons(tmp_path):
    for name in ("a", "b", "c"):
        write(tmp_path, f"{name}.csv", "x,y\n1,2\n2,3\n")
    read = neuron(lesson_id="one").replace("examples = [[2, 3]]", 'csv = "a.csv"')
    read = read.replace(
        "\n+++\n`",
        '\n[[variants]]\nname = "b"\ndata.csv = "b.csv"\n'
        '[[variants]]\nname = "c"\n[variants.data]\ncsv = "c.csv"\n+++\n`',
    )
    write(tmp_path, "01-one.md", read)
    assert check_paths([tmp_path]).problems == ()
    write(tmp_path, "01-one.md", read.replace("z = w*x", "z = w*x*u"))
    assert {report.code for report in check_paths([tmp_path]).problems} == {"undefined"}


def test_a_folder_without_lessons_is_an_error(tmp_path):
    result = check_paths([tmp_path])
    assert [report.code for report in result.problems] == ["no-lessons"]
    assert result.has_errors


def test_a_path_that_does_not_exist_is_misuse(tmp_path):
    with pytest.raises(GdTutorError, match="there is no file or folder"):
        check_paths([tmp_path / "nowhere.md"])


def test_a_file_named_twice_is_checked_once(tmp_path):
    write(tmp_path, "01-one.md", neuron(lesson_id="one"))
    assert check_paths([tmp_path, tmp_path / "01-one.md"]).files == 1


def test_the_codes_of_a_check_are_told_apart():
    every = [code for codes in codes_listed() for code in codes]
    assert len(every) == len(set(every)) > 70


def test_the_report_ends_with_what_was_checked(tmp_path):
    write(tmp_path, "01-one.md", neuron(lesson_id="one"))
    result = check_paths([tmp_path])
    [last] = check_lines(result)
    assert last.startswith("1 file, 0 errors, 0 warnings, 1 gradient, worst relative error ")


def test_the_data_of_a_report_are_json_with_infinities_as_text(tmp_path):
    result = CheckResult(1, (), (GradientChecked("one", "w", float("inf")),))
    data = check_data(result)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data == {
        "format": 1, "files": 1, "problems": [],
        "gradients": [{"lesson": "one", "parameter": "w", "relative_error": "inf"}],
    }  # fmt: skip
    write(tmp_path, "01-one.md", neuron("```graph\nL = (w*x - u)**2\n```\n", lesson_id="one"))
    [problem] = check_data(check_paths([tmp_path]))["problems"]
    assert list(problem) == ["path", "line", "column", "level", "code", "what", "hint"]


def test_a_title_cut_at_the_first_step_of_all_is_told_to_be_shorter(tmp_path):
    two = "```graph\nq = w*w\n```\n" + NEURON_GRAPH
    text = neuron(two, title="A title of forty characters for a screen")
    [report] = check_lesson(lesson_of(text, tmp_path)).problems
    assert (report.code, report.level) == ("fit", "warning")
    assert report.what.startswith("at given the title is ")
    assert report.hint.startswith("shorten the title")


class Ticking:
    """A clock on which every look takes some seconds."""

    def __init__(self, tick):
        self.now, self.tick = 0.0, tick

    def __call__(self):
        self.now += self.tick
        return self.now


def test_what_there_is_no_time_for_is_left_out_and_said(tmp_path):
    lesson = lesson_of(neuron(), tmp_path)
    problems = check_lesson(lesson, Ticking(8.0)).problems
    told = [report.what for report in problems if report.code == "slow"]
    assert told
    assert all(text.startswith("the checks took longer than 15 seconds") for text in told)
    assert "slow" not in {report.code for report in check_lesson(lesson, lambda: 0.0).problems}


def test_every_variant_has_its_share_of_the_time():
    ticking = Ticking(1.0)
    limit = TimeLimit(ticking, 30.0)
    limit.begin(3)
    assert not limit.is_over(SCREENS)
    ticking.now += 20
    assert limit.is_over(SCREENS)
    limit.begin(2)
    assert not limit.is_over(SCREENS)
    assert limit.within(SCREENS, "screens")
    ticking.now += 20
    assert not limit.within(SCREENS, "screens")
    assert list(limit.left_out) == ["screens"]
