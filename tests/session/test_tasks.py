"""Tasks are judged by the engine, kept, shown as open or done, and cleared."""

import re
from pathlib import Path

import pytest
from memory_store import MemoryStore
from session_walks import lesson_file, press

from gdtutor.check.findings import TimeLimit
from gdtutor.check.lesson import check_lesson
from gdtutor.check.questions import solved
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.engine.characters import cells
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson, parse_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.linear.conversation import whole
from gdtutor.progress.schema import Attempt
from gdtutor.report.transcript import steps_data, transcript_text
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.tasks import is_done, open_tasks
from gdtutor.session.update import update
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of, settled

TEXT = """+++
format = 1
id = "with-tasks"
title = "With tasks"

[parameters]
w1 = 2.0
w2 = -1.5
b = 0.1

[data]
inputs = ["x1", "x2"]
targets = ["y"]
examples = [[0.8, 0.8, 0], [1, 0, 1]]

[training]
learning_rate = 0.5
epochs = 400
batch = 1
+++
```graph
u = w1*x1 + w2*x2 + b
yhat = sigmoid(u)
L = (yhat - y)**2 / 2
```

# What to try next

```task
id = "undecided"
text = "Let the neuron be undecided."
goal = "u == 0"
change = ["b"]
hints = ["What does the weighted sum come to?", "The bias takes it away."]
done = "The bias is the negative of the weighted sum."
solution = ["b = -0.4"]
```

```task
id = "trained"
text = "Train to a small cost."
goal = "cost < 0.02 and epochs <= 400 and accuracy == 1"
change = ["train"]
solution = ["train"]
```
"""


def with_tasks(tmp_path: Path, text: str = TEXT) -> Session:
    path = tmp_path / "tasks.md"
    path.write_text(text, encoding="utf-8")
    lesson = load_lesson(path)
    return press(opened(Session(), Opened(lesson, run_of(lesson))), "n")


def typed(session: Session, text: str) -> tuple[Session, tuple[object, ...]]:
    asked = press(session, "e")
    assert asked.prompt is not None
    return update(replace(asked, prompt=replace(asked.prompt, text=text)), Press("enter"))


def waiting(session: Session) -> list[str]:
    return [task.id for task in open_tasks(session)]


def screen(session: Session) -> str:
    return "\n".join(text_of(row) for row in frame_of(session, 80, 24, UNICODE).lines)


def test_a_task_is_done_by_the_edit_that_reaches_its_goal_up_to_rounding(tmp_path: Path) -> None:
    session, effects = typed(with_tasks(tmp_path), "b = -0.4")
    assert float(session.moment.trace.values["u"]) != 0
    assert waiting(session) == ["trained"]
    assert session.message == "Task done: The bias is the negative of the weighted sum."
    assert KeepAttempt("with-tasks", "task:undecided", "done", True, None) in effects


def test_a_near_miss_says_how_far_the_goal_is(tmp_path: Path) -> None:
    session, _ = typed(press(with_tasks(tmp_path), "z z"), "b = -0.3")
    assert waiting(session) == ["undecided", "trained"]
    assert session.message.endswith("not yet: u is 0.1; the goal is 0.")
    # Of several tasks it names the one that it speaks of.
    first = open_tasks(session)[0].text.split()[0]
    assert f'"{first} ' in session.message
    unread, _ = typed(with_tasks(tmp_path), "b = -0.3")
    assert "ot yet" not in unread.message


@pytest.mark.parametrize(
    ("bias", "told"),
    [
        ("-0.14999999", "u is 0.25000001; the goal is below 0.25."),
        ("-0.15", "u is 0.25; the goal is below 0.25."),
        ("0", "u is 0.4; the goal is below 0.25."),
    ],
)
def test_a_near_miss_is_told_apart_from_its_goal(tmp_path: Path, bias: str, told: str) -> None:
    text = TEXT.replace("u == 0", "u < 0.25")
    session, _ = typed(press(with_tasks(tmp_path, text), "z z"), f"b = {bias}")
    assert session.message.endswith(told)


def test_a_goal_that_is_reached_by_what_may_not_change_does_not_count(tmp_path: Path) -> None:
    session, _ = typed(with_tasks(tmp_path), "w1 = 1.375")
    assert abs(float(session.moment.trace.values["u"])) < 1e-12
    assert "undecided" in waiting(session)


def test_training_that_rests_at_its_goal_does_the_task(tmp_path: Path) -> None:
    session = pressed(with_tasks(tmp_path), parse_keys("t"))
    assert waiting(session) == ["undecided"]


def test_training_that_rests_before_its_goal_says_how_far_it_is(tmp_path: Path) -> None:
    text = TEXT.replace("cost < 0.02", "cost < 0.0001")
    session = pressed(with_tasks(tmp_path, text), parse_keys("z z t"))
    assert "trained" in waiting(session)
    assert "not yet: cost is " in session.message
    assert "the goal is below 0.0001" in session.message


def test_a_run_with_nothing_changed_is_no_near_miss_of_a_task_that_asks_for_a_change(
    tmp_path: Path,
) -> None:
    text = TEXT.replace("cost < 0.02", "cost < 0.0001").replace('["train"]\ns', '["w1"]\ns')
    start = press(with_tasks(tmp_path, text), "z z")
    assert "ot yet" not in pressed(start, parse_keys("t")).message
    changed, _ = typed(start, "w1 = 1.5")
    assert "not yet: cost is " in pressed(changed, parse_keys("t")).message


def test_a_goal_of_training_that_an_edit_alone_does_not_reach_says_how_to_train(
    tmp_path: Path,
) -> None:
    text = TEXT.replace("cost < 0.02", "cost < 0.0001").replace('["train"]\ns', '["w1"]\ns')
    start = press(with_tasks(tmp_path, text), "z z")
    changed, _ = typed(start, "w1 = 1.5")
    assert changed.message.endswith("the goal is below 0.0001. t trains it.")


def test_a_task_about_the_start_says_so_in_a_later_iteration(tmp_path: Path) -> None:
    text = TEXT.replace('goal = "u == 0"', 'goal = "iteration == 0 and u == 0"')
    later = press(with_tasks(tmp_path, text), "z z pagedown")
    missed, _ = typed(later, "b = -0.4")
    assert "this counts at the start, and this is iteration 1. R, then Home Home." in missed.message
    done, _ = typed(press(missed, "R home home"), "b = -0.4")
    assert waiting(done) == ["trained"]


def test_the_lessons_own_values_again_leave_a_done_task_done_and_clearing_opens_it(
    tmp_path: Path,
) -> None:
    session, _ = typed(with_tasks(tmp_path), "b = -0.4")
    session = press(session, "R z")
    assert "✓ Let the neuron be undecided." in screen(session)
    assert "○ Train to a small cost." in screen(session)
    cleared, effects = update(session, Press("backspace"))
    assert waiting(cleared) == ["undecided", "trained"]
    assert KeepAttempt("with-tasks", "task:undecided", "cleared", False, None) in effects


PAGE = TEXT.replace('```task\nid = "trained', '- And then?\n\n```task\nid = "trained')


def test_tasks_stand_where_the_author_has_put_them_in_every_output(tmp_path: Path) -> None:
    session, _ = typed(with_tasks(tmp_path, PAGE), "b = -0.4")
    session = press(session, "R z")
    transcript = "\n".join(transcript_text(goto(session, "update:b"), 1, UNICODE))
    for page in (screen(session), whole(session, UNICODE), transcript):
        places = [page.index(t) for t in ("✓ Let the neuron", "And then?", "○ Train to a small")]
        assert places == sorted(places)
    data = steps_data(session, 1, UNICODE)["tasks"]
    assert [(task["id"], task["done"]) for task in data] == [
        ("undecided", True),
        ("trained", False),
    ]


def test_hints_come_one_after_the_other_and_the_solution_never(tmp_path: Path) -> None:
    session = press(with_tasks(tmp_path), "T")
    assert session.look.is_closing
    first = press(session, "T")
    assert (
        first.message
        == 'Hint 1 of 2, "Let the neuron be undecided": What does the weighted sum come to?'
    )
    second = 'Hint 2 of 2, "Let the neuron be undecided": The bias takes it away.'
    assert press(first, "T").message == second
    assert "-0.4" not in screen(press(first, "T"))


def test_hints_are_counted_within_a_task_and_begin_anew_with_the_next(tmp_path: Path) -> None:
    other = 'change = ["train"]\nhints = ["How long?", "Longer."]'
    text = TEXT.replace('change = ["train"]', other)
    first = press(with_tasks(tmp_path, text), "T T")
    assert first.message.startswith('Hint 1 of 2, "Let the neuron')
    done, _ = typed(first, "b = -0.4")
    assert waiting(done) == ["trained"]
    told = 'Hint 1 of 2, "Train to a small cost": How long?'
    assert press(done, "T").message == told
    assert press(first, "T T").message == told
    assert press(first, "T T T T").message == first.message


def test_t_shows_the_tasks_wherever_they_stand_on_the_page(tmp_path: Path) -> None:
    above = "".join(f"- Line {number} of what to try.\n" for number in range(40))
    page = TEXT.replace("# What to try next\n", f"# What to try next\n\n{above}")
    session = goto(with_tasks(tmp_path, page), "forward:u")
    assert "○ Let the neuron" not in screen(press(session, "z"))
    shown = press(session, "T")
    assert "○ Let the neuron" in screen(shown)
    assert "○ Let the neuron" in screen(settled(shown, 80, 24, UNICODE))
    assert settled(shown, 80, 24, UNICODE).look.scroll > 0


def test_a_goal_that_is_reached_with_something_else_changed_says_so_once(tmp_path: Path) -> None:
    session = press(with_tasks(tmp_path), "z z")
    elsewhere, _ = typed(session, "w1 = 1.375")
    told = '"Let the neuron be undecided": reached, but not counted with w1 changed.'
    assert elsewhere.message.endswith(told)
    assert waiting(elsewhere) == ["undecided", "trained"]
    assert "not counted" not in press(elsewhere, "right").message
    unread, _ = typed(with_tasks(tmp_path), "w1 = 1.375")
    assert "not counted" not in unread.message


def test_what_is_to_be_trained_for_is_not_reached_untrained(tmp_path: Path) -> None:
    text = TEXT.replace("cost < 0.02", "cost < 0.2").replace('["train"]', '["w1", "train"]', 1)
    start = press(with_tasks(tmp_path, text), "z z")
    near, _ = typed(start, "w1 = 0.5")
    assert waiting(near) == ["undecided", "trained"]
    assert near.message.endswith("not yet: train first (t).")
    assert waiting(pressed(near, parse_keys("t"))) == ["undecided"]


def test_too_many_epochs_are_told_with_the_keys_that_train_fewer(tmp_path: Path) -> None:
    text = TEXT.replace("epochs <= 400", "epochs <= 20").replace("cost < 0.02", "cost < 0.3")
    told = pressed(with_tasks(tmp_path, text), parse_keys("z z t")).message
    assert (
        "not yet: epochs is 400; the goal is at most 20. 0 goes back; train 20 with 20n (in" in told
    )


def test_a_near_miss_names_numbers_where_the_task_has_a_formula(tmp_path: Path) -> None:
    text = TEXT.replace('"u == 0"', '"abs(u*u) == w1"')
    missed, _ = typed(press(with_tasks(tmp_path, text), "z z"), "b = -0.3")
    assert missed.message.endswith("not yet: what is asked for is 0.01; the goal is w1, 2.")
    text = TEXT.replace('"u == 0"', '"abs(grad b) < 1e-9"')
    missed, _ = typed(press(with_tasks(tmp_path, text), "z z"), "b = -0.3")
    assert "not yet: the size of grad b is " in missed.message


@pytest.mark.parametrize(
    ("goal", "told"),
    [
        ("abs(grad w1) < 1e-9 and cost < 1", "not yet: open iteration 800, which tells grad w1."),
        ("cost < 1 and new w1 > 2*w1", "not yet: open iteration 800, which tells new w1."),
        ("cost < 1 and w1.v > 0", ""),
    ],
)
def test_what_only_a_walk_computes_is_never_told_as_a_number(
    tmp_path: Path, goal: str, told: str
) -> None:
    text = TEXT.replace("cost < 0.02 and epochs <= 400 and accuracy == 1", goal)
    session = pressed(with_tasks(tmp_path, text), parse_keys("z z t"))
    assert waiting(session) == ["undecided", "trained"]
    assert session.message.endswith(told)
    assert "nan" not in session.message


def test_that_the_tasks_were_read_is_kept_and_read_back(tmp_path: Path) -> None:
    session = with_tasks(tmp_path)
    shown, effects = update(session, Press("z"))
    assert KeepAttempt("with-tasks", "task:the tasks", "read", True, None) in effects
    assert waiting(shown) == ["undecided", "trained"]
    later = replace(session, library=replace(session.library, tasks_done=shown.library.tasks_done))
    missed, again = typed(later, "b = -0.3")
    assert "ot yet" in missed.message
    assert not again


def test_a_long_task_is_named_by_its_first_words(tmp_path: Path) -> None:
    text = TEXT.replace("be undecided.", "be quite undecided, whatever the inputs are.")
    hint = press(with_tasks(tmp_path, text), "T T").message
    assert hint.startswith('Hint 1 of 2, "Let the neuron be quite undecided…": What')


def test_done_tasks_are_read_back_until_they_are_cleared() -> None:
    store = MemoryStore()
    done = Attempt("a", "task:one", "done", True, None, 1.0)
    store.apply([done, Attempt("a", "task:two", "done", True, None, 2.0)])
    store.apply([Attempt("b", "forward:z?value", "1", True, None, 3.0)])
    assert store.tasks_done() == {("a", "one"), ("a", "two")}
    store.apply([Attempt("a", "task:one", "cleared", False, None, 4.0)])
    assert store.tasks_done() == {("a", "two")}


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('goal = "u == 0"', 'goal = "yhat > 0"', "done before anything was changed"),
        ('["b = -0.4"]', '["b = -0.5"]', "does not reach u == 0"),
        ('["b = -0.4"]', '["w1 = 1.375"]', "does not reach u == 0"),
        ('["b = -0.4"]', '["q = 1"]', "the solution of 'undecided'"),
        ('\nsolution = ["b = -0.4"]', "", "has no solution"),
    ],
)
def test_check_proves_that_a_task_can_be_done_and_is_not_done(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in TEXT
    path = tmp_path / "tasks.md"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    problems = check_lesson(load_lesson(path)).problems
    assert [said in problem.what for problem in problems] == [True]


def test_check_finds_nothing_wrong_with_tasks_whose_solutions_do_them(tmp_path: Path) -> None:
    path = tmp_path / "tasks.md"
    path.write_text(TEXT, encoding="utf-8")
    assert check_lesson(load_lesson(path)).problems == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('goal = "u == 0"', 'goal = "q == 0"'),
        ('goal = "u == 0"', 'goal = "u = 0"'),
        ('id = "undecided"', 'id = "Un decided"'),
        ('id = "trained"', 'id = "undecided"'),
        ('change = ["b"]', 'change = ["c"]'),
        ("# What to try next\n", "## given\nA note.\n"),
    ],
)
def test_a_task_that_cannot_be_judged_is_reported(tmp_path: Path, old: str, new: str) -> None:
    assert old in TEXT
    lesson, reports = parse_lesson(TEXT.replace(old, new, 1), tmp_path / "tasks.md")
    assert lesson is None
    assert "task" in {report.code for report in reports}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lesson", "task", "steps"),
    [
        ("03-forward", "on-the-line", "x1 1; x2 1; w1 0; w2 0"),
        ("08-and-or", "learned", "w1 10; w2 10; b -15; iteration 1"),
        ("09-cost", "balance", "b 1000"),
        ("09-cost", "balance", "b -1000"),
        ("10-or-vectorised", "silence", "X[1,0] 1e5; X[1,1] 1e5; X[1,2] 1e5; X[1,3] 1e5"),
        ("14-xor-one-neuron", "mend", "Y[0,1] 0; Y[0,2] 0; train"),
        ("16-xor-hidden", "learned", "W1[0,0] 5; train"),
        ("17-two-and-one", "stuck", "learning_rate 1e-6; train"),
        ("18-deeper", "plateau", "W3[0,0] 1000; W3[0,1] 1000; W3[0,2] 1000"),
        ("20-initialisation", "tie", "W1[0,0] 0.6; W1[1,1] 0.3; train"),
        ("22-batches", "rest", "w 0; b 1.5707963"),
        ("24-brute-force", "level", "W2[0,0] 1000; W2[0,1] 1000; W2[0,2] 1000"),
        ("25-feedback", "target", "w 0; u 0; h0 0; y 0"),
        ("26-write-it", "one-neuron", "W1 1e6; W1[1,0] 2e6; W2 0.5; train 100"),
        ("28-attention", "no-way-out", "Wq[0,0] 5000; Wq[1,1] 5000"),
    ],
)
def test_a_goal_is_not_reached_where_its_done_sentence_is_false(
    lesson: str, task: str, steps: str
) -> None:
    course = load_lesson(Path("lessons") / f"{lesson}.md")
    [asked] = [one for one in course.tasks if one.id == task]
    start = opened(Session(), Opened(course, run_of(course)))
    wrong = replace(asked, solution=tuple(steps.split("; ")))
    assert not is_done(wrong, solved(start, wrong, TimeLimit()))


def test_what_is_done_is_not_told_while_a_question_is_open(tmp_path: Path) -> None:
    asked = press(with_tasks(tmp_path), "r n")
    moved, _ = typed(press(asked, "escape"), "b = -0.4")
    assert moved.challenge is not None
    assert "Done" not in moved.message
    assert waiting(moved) == ["undecided", "trained"]
    closed = press(moved, "r")
    assert closed.message.endswith("Task done: The bias is the negative of the weighted sum.")
    assert waiting(closed) == ["trained"]


def test_a_variant_that_is_looked_at_is_no_near_miss() -> None:
    course = load_lesson(Path("lessons/23-optimisers.md"))
    start = press(opened(Session(), Opened(course, run_of(course))), "z z")
    seen = pressed(start, parse_keys("t V V"))
    assert seen.message.startswith("Variant 2 of 10")
    assert "ot yet" not in seen.message


def test_a_cell_that_no_task_speaks_of_is_no_near_miss() -> None:
    session = press(session_at(lesson_file("16"), at="forward:A1"), "z z")
    other, _ = typed(session, "W2[0,0] = 1.5")
    assert "ot yet" not in other.message
    meant, _ = typed(session, "W2[0,1] = 0.1")
    assert "not yet: W2[0,1] is 0.1" in meant.message


def test_what_a_task_of_the_course_says_when_it_is_done_fits_one_row_of_120():
    texts = [path.read_text("utf-8") for path in discover(shipped_lessons_folder())]
    done = [line for text in texts for line in re.findall(r'^done = "(.*)"$', text, re.M)]
    assert len(done) > len(texts)
    assert [line for line in done if cells(f"Task done: {line}") > 120 - 2] == []


def test_a_rate_that_nothing_was_trained_with_reaches_no_goal() -> None:
    lesson = load_lesson(Path("lessons/21-scaling.md"))
    start = press(opened(Session(), Opened(lesson, run_of(lesson))), "z z")
    doubled = pressed(start, parse_keys("t +"))
    told = "Learning rate 0.0006 from iteration 200 on. n trains on with it, 0 starts anew with it."
    assert (doubled.message, waiting(doubled)) == (told, ["bowl", "edge", "by-hand"])
    assert waiting(pressed(doubled, parse_keys("n"))) == ["bowl", "edge", "by-hand"]
    walked = pressed(start, parse_keys("t g 200 enter"))
    assert waiting(typed(walked, "learning_rate = 0.0006")[0]) == ["bowl", "edge", "by-hand"]
    whole = pressed(typed(start, "learning_rate = 0.00037")[0], parse_keys("t"))
    assert waiting(whole) == ["bowl", "by-hand"]


def test_a_near_miss_tells_the_rates_of_a_run_that_has_several(tmp_path: Path) -> None:
    text = TEXT.replace("cost < 0.02", "learning_rate > 0.6").replace(
        '["train"]', '["train", "learning_rate"]', 1
    )
    mixed = pressed(with_tasks(tmp_path, text), parse_keys("z z t + n"))
    told = "not yet: learning_rate was 0.5 to 1; the goal is above 0.6 in every iteration."
    assert mixed.message.endswith(told)
