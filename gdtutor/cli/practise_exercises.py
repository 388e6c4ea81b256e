"""`gdtutor practice`: small exercises without end, judged by the engine."""

from __future__ import annotations

import argparse
from itertools import islice
from time import time

from gdtutor.cli.open_linear import ask_line
from gdtutor.cli.shell import print_json, say
from gdtutor.practice.conversation import Marked, PastAnswer, PracticeServices, practise, slip_name
from gdtutor.practice.exercise import Exercise, exercises
from gdtutor.practice.templates import KINDS
from gdtutor.progress.schema import Attempt
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.catalogue import AGAIN, PRACTICE

_JSON_COUNT = 10


def run(arguments: argparse.Namespace) -> None:
    """Talk on standard input and output; with --json print exercises with their answers."""
    kinds = [arguments.kind] if arguments.kind else list(KINDS)
    if arguments.json:
        count = arguments.count or _JSON_COUNT
        made = islice(exercises(arguments.seed or 0, kinds), count)
        data = [exercise_data(exercise) for exercise in made]
        print_json({"format": 1, "seed": arguments.seed or 0, "exercises": data})
        return
    with ProgressStore(default_path()) as store:
        past = [
            PastAnswer(one.question, one.correct, one.slip or "")
            for one in store.attempts(PRACTICE)
            if not one.question.endswith(AGAIN)
        ]

        def keep(exercise: Exercise, text: str, judged: Marked, is_first: bool) -> None:
            slip, named = slip_name(judged) or None, f"{exercise.kind}{'' if is_first else AGAIN}"
            store.apply((Attempt(PRACTICE, named, text, judged.is_right, slip, time()),))

        services = PracticeServices(lambda text: say(text), ask_line, keep)
        if arguments.seed is None:
            practise(kinds, arguments.count, len(past), past, services)
        else:
            practise(kinds, arguments.count, arguments.seed, None, services)


def exercise_data(exercise: Exercise) -> dict[str, object]:
    """Return an exercise as JSON has it."""
    answer = exercise.answer
    return {
        "kind": exercise.kind,
        "level": exercise.template.level,
        "lines": list(exercise.lines),
        "question": exercise.question,
        "answer": list(answer) if isinstance(answer, tuple) else float(exercise.answer_text),
    }
