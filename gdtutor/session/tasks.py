"""The tasks of a lesson's closing page: which are done, judged by the engine from what is there."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.characters import cut_behind_word
from gdtutor.lesson.conditions import (
    Comparison,
    Condition,
    Values,
    failing,
    goal_words,
    holds,
    parse_condition,
    value_of,
    wanted_by,
)
from gdtutor.lesson.model import Task
from gdtutor.lesson.selectors import Assignment
from gdtutor.session.catalogue import READ, TASK
from gdtutor.session.digits import MAX_DIGITS, number
from gdtutor.session.effects import Effect, KeepAttempt, Result
from gdtutor.session.lookups import Situation, known_in, situation_of
from gdtutor.session.navigation import looking, said
from gdtutor.session.state import AT_TASKS, Screen, Session, Status, Walk, is_training
from gdtutor.session.story import show_closing
from gdtutor.values import replace

DONE = "done"
"""What a task that is done is kept as."""
CLEARED = "cleared"
"""What a task is kept as that is to be done again."""
_BATCH_FACTS = ("cost", "accuracy")
_NAME = 36
"""Cells that the first words of a task fill, by which it is named."""


def task_name(task: Task) -> str:
    """Return what a task is kept under beside the answers to questions."""
    return f"{TASK}{task.id}"


def open_tasks(session: Walk) -> tuple[Task, ...]:
    """Return the tasks of the open lesson that are not done."""
    done = session.library.tasks_done
    return tuple(t for t in session.lesson.tasks if (session.lesson.id, t.id) not in done)


def show_tasks(session: Walk) -> Walk:
    """Show the tasks on the closing page; once they are shown, a hint for the next one."""
    if not (session.look.is_closing and session.screen is Screen.STUDY):
        shown = show_closing(session)
        return looking(shown, scroll=AT_TASKS)
    waiting = open_tasks(session)
    hints = [
        (task.id, number, f"Hint {number} of {len(task.hints)}, {_named(task)}: {hint}")
        for task in waiting
        for number, hint in enumerate(task.hints, 1)
    ]
    if not hints:
        return said(session, "No task waits for a hint." if waiting else "All tasks are done.")
    places = [(task, number) for task, number, _ in hints]
    # After the hint told last; with its task done, the first of those that wait.
    heard = session.look.hint
    at = (places.index(heard) + 1) % len(hints) if heard in places else 0
    return said(looking(session, hint=places[at]), hints[at][2])


def clear_tasks(session: Walk) -> Result:
    """Forget, on the closing page, which tasks of the lesson are done."""
    lesson = session.lesson
    gone = [task for task in lesson.tasks if (lesson.id, task.id) in session.library.tasks_done]
    kept = session.library.tasks_done - {(lesson.id, task.id) for task in gone}
    library = replace(session.library, tasks_done=kept)
    effects = (KeepAttempt(lesson.id, task_name(task), CLEARED, False, None) for task in gone)
    return said(replace(session, library=library), "The tasks are open again."), tuple(effects)


def judged(before: Session, after: Session) -> Result:
    """Return the session with the tasks that have just been done, told and to be kept.

    Goals are looked at after an edit and in another iteration, and when training rests; never at
    the lesson's own start, where nothing was reached yet. While a question is open they wait.
    """
    if not isinstance(before, Walk) or not isinstance(after, Walk):
        return after, ()
    lesson = after.lesson
    effects: tuple[Effect, ...] = ()
    if lesson.tasks and after.look.is_closing and not _has_read(after):
        effects = (KeepAttempt(lesson.id, f"{TASK}{READ}", "read", True, None),)
        after = _with_done(after, READ)
    if not lesson.tasks or after.challenge or not _has_moved(before, after):
        return after, effects
    places = _places(after)
    done = [task for task in open_tasks(after) if _is_reached(task, after, places)]
    if not done:
        if not _has_read(after) or (after.message and after.is_error):
            return after, effects
        parts = after.message, _nearly(before, after, places), _uncounted(before, after, places)
        words = " ".join(filter(None, parts))
        return (after if words == after.message else said(after, words)), effects
    told = (after.message,) if before.challenge else ()
    words = " ".join((*told, *(f"Task done: {task.done or task.text}" for task in done)))
    kept = (KeepAttempt(lesson.id, task_name(task), DONE, True, None) for task in done)
    return said(_with_done(after, *(task.id for task in done)), words), (*effects, *kept)


def _has_read(session: Walk) -> bool:
    return (session.lesson.id, READ) in session.library.tasks_done


def _with_done(session: Walk, *names: str) -> Walk:
    done = session.library.tasks_done | {(session.lesson.id, name) for name in names}
    return replace(session, library=replace(session.library, tasks_done=done))


def is_done(task: Task, session: Walk) -> bool:
    """Say whether a task's goal is reached: where the learner stands, or at the end of training."""
    return _is_reached(task, session, _places(session))


def goal_holds(task: Task, session: Walk) -> bool:
    """Say whether a task's goal holds as it stands, whatever was changed for it."""
    return _holds(task, _places(session))


def _has_moved(before: Walk, after: Walk) -> bool:
    """Say whether anything that a goal may speak of is another."""
    edited = [change.iteration for change in {*before.changes} ^ {*after.changes}]
    at, was = after.moment, before.moment
    # A change for what is ahead of the walk changes nothing yet; training has come no further.
    is_ahead = bool(edited) and min(edited) > at.iteration == was.iteration
    has_walked = at is not was and not is_ahead
    has_rested = after.train.snapshot is not before.train.snapshot and not is_training(after)
    return has_walked or (has_rested and not is_ahead) or before.challenge is not None


def _places(session: Walk) -> tuple[Situation, ...]:
    here = replace(situation_of(session), is_goal=True)
    training = session.train.snapshot
    is_resting = training.status in (Status.PAUSED, Status.FINISHED)
    if training.of is not session.run or not is_resting or not training.iterations:
        return (here,)
    return here, replace(here, iteration=training.iterations, moment=None)


def _is_reached(task: Task, session: Walk, places: tuple[Situation, ...]) -> bool:
    is_own = not _forbidden(task, session) and _is_tried(task, session)
    return is_own and _holds(task, places)


def _is_tried(task: Task, session: Walk) -> bool:
    """Say whether anything was changed of what a task wants changed; one that names `train` may
    be done by training alone. What the lesson's own steps bring is nobody's answer.
    """
    is_open = not task.change or "train" in task.change
    return is_open or any(name in task.change for name in _changed(session))


def _changed(session: Walk) -> dict[str, None]:
    """Return the names of what differs from the lesson's own, each once."""
    variant = ["variant"] if session.variant else []
    return dict.fromkeys([*(change.name for change in session.changes), *variant])


def _holds(task: Task, places: tuple[Situation, ...]) -> bool:
    """Say whether a goal holds anywhere; one that is to be trained for, in no untrained place."""
    goal, trains = parse_condition(task.goal), "train" in task.change
    return any(holds(goal, known_in(place)) for place in places if place.iteration or not trains)


def _named(task: Task) -> str:
    """Return the first words of a task, by which it is known again."""
    text = " ".join(task.text.split()).rstrip(",.:;")
    return f'"{cut_behind_word(text, _NAME)}"'


def _forbidden(task: Task, session: Walk) -> list[str]:
    """Return what was changed that the task does not let be changed."""
    left = [name for name in _changed(session) if task.change and name not in task.change]
    return ["the variant" if name == "variant" else name for name in left]


def _uncounted(before: Walk, after: Walk, places: tuple[Situation, ...]) -> str:
    """Return why a goal that has just been reached does not count; nothing where none was."""
    for task in open_tasks(after):
        others = _forbidden(task, after)
        if others and _holds(task, places) and not _holds(task, _places(before)):
            changed = ", ".join(others)
            return f"{_named(task)}: reached, but not counted with {changed} changed."
    return ""


def _nearly(before: Walk, after: Walk, places: tuple[Situation, ...]) -> str:
    """Return how far the first task is that what was done aims at."""
    has_trained = len(places) > 1 and after.train.snapshot is not before.train.snapshot
    if not has_trained and after.changes == before.changes:
        return ""
    for task in open_tasks(after):
        goal = parse_condition(task.goal)
        if _aims_at(task, goal, after, has_trained=has_trained) and not _forbidden(task, after):
            values = known_in(places[-1 if has_trained else 0])
            missed = failing(goal, values)
            if missed is not None and _is_unknown(missed, values):
                looked_up = wanted_by(missed)
                in_walk = [wish.text() for wish in looked_up if wish.about != "value"]
                if has_trained and in_walk:
                    at = f"{after.train.snapshot.iterations:,}"
                    return f"{_not_yet(task, after)} open iteration {at}, which tells {in_walk[0]}."
                continue
            if missed is not None:
                told = f"{_not_yet(task, after)} {_missed_words(missed, values, after)}"
                is_of_run = any(wish.name in _BATCH_FACTS for wish in wanted_by(goal))
                if is_of_run and len(places) == 1 and after.lesson.trains:
                    told = f"{told} `t` trains it."
                return told
            if not _holds(task, places):
                return f"{_not_yet(task, after)} train first (`t`)."
    return ""


def _is_unknown(missed: Comparison, values: Values) -> bool:
    """Say whether a side of a comparison is no number: only a walk computes gradients."""
    sides = missed.left, missed.right
    found = (value_of(side, values) for side in sides)
    return any(bool(np.isnan(value).all()) for value in found)


def _not_yet(task: Task, session: Walk) -> str:
    """Return what begins the news of a task that is not done; of several it says which."""
    return f"{_named(task)} — not yet:" if len(session.lesson.tasks) > 1 else "Not yet:"


def _aims_at(task: Task, goal: Condition, after: Walk, *, has_trained: bool) -> bool:
    if has_trained:
        # A run with nothing changed aims at no task that asks for a change.
        needed, changed = set(task.change) - {"train"}, {change.name for change in after.changes}
        # Nor does a variant, which is looked at without any task in mind.
        is_meant = not needed or bool(needed & changed)
        return is_meant and any(wish.name in _BATCH_FACTS for wish in wanted_by(goal))
    return bool(after.changes) and _speaks_of(task, goal, after.changes[-1])


def _speaks_of(task: Task, goal: Condition, edit: Assignment) -> bool:
    """Say whether an edit may be one for a task: not where its goal names other cells alone."""
    named = {wish.cell for wish in wanted_by(goal) if wish.name == edit.name}
    is_named = not named or edit.cell is None or bool(named & {None, edit.cell})
    return is_named and edit.name in task.change


def _missed_words(missed: Comparison, values: Values, session: Session) -> str:
    """Return how far a goal is: `cost is 0.013; the goal is below 0.01`."""
    sides = missed.left, missed.right
    found, goal = (value_of(side, values) for side in sides)
    words = goal_words(missed)
    if missed.left.text == "learning_rate" and found.size > 1:
        rates = " to ".join(number(float(rate), session.look.digits) for rate in found[[0, -1]])
        return f"learning_rate was {rates}; the goal is {words} in every iteration."
    if found.size != 1:
        return f"the goal for every cell of {missed.left.text} is {words}."
    pair = [float(side.reshape(())) for side in (found, goal) if side.size == 1]
    # What misses its goal by more than rounding is told with the digits that tell it from the goal.
    is_one = np.allclose(pair, pair[-1], rtol=1e-12, atol=0.0)
    for digits in range(session.look.digits, MAX_DIGITS + 1):
        shown, *aimed = (number(value, digits) for value in pair)
        if is_one or shown not in aimed:
            break
    if missed.right.wanted:
        words += "".join(f", {text}" for text in aimed)
    if missed.left.text == "iteration" and words == "0":
        return f"this counts at the start, and this is iteration {shown}. `R`, then Home Home."
    wanted = [wish.text() for _, wish in missed.left.wanted]
    sizes = {f"abs({one})": f"the size of {one}" for one in wanted}
    what = sizes.get(missed.left.text, "what is asked for")
    what = missed.left.text if [missed.left.text] == wanted else what
    told = f"{what} is {shown}; the goal is {words}."
    if wanted == ["epochs"] and missed.sign == "<=":
        # The lines have a word for the key of the Train screen.
        most = missed.right.text
        return f"{told} 0 goes back; train {most} with `{most}n` (in lines t {most})."
    return told
