from itertools import count
from pathlib import Path

from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.runs import problem_of
from gdtutor.training.timing import REPEATS, Timing, time_examples

LESSON = Path(__file__).parents[1] / "data" / "lessons" / "network.md"


def test_the_loop_and_the_pass_are_timed_by_the_given_clock():
    problem = problem_of(load_lesson(LESSON))
    ticks = count()
    timings = time_examples(problem, problem.parameters, (1, 9), lambda: float(next(ticks)))
    assert timings == (Timing(1, 1.0, 1.0), Timing(9, 1.0, 1.0))
    assert next(ticks) == 2 * REPEATS * 3


def test_the_shortest_of_several_times_counts():
    problem = problem_of(load_lesson(LESSON))
    times = iter([0.0, 5.0, 9.0, 10.0, 12.0, 15.0, 20.0, 24.0, 25.0])
    assert time_examples(problem, problem.parameters, (2,), lambda: next(times)) == (
        Timing(2, 2.0, 1.0),
    )
