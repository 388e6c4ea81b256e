"""The closing page: what to try next, and the ways on from the end of a lesson's story."""

from __future__ import annotations

from collections.abc import Iterator

from gdtutor.engine.characters import shell_word
from gdtutor.lesson.model import Lesson
from gdtutor.session.catalogue import WRITTEN
from gdtutor.session.edits import edited_scene
from gdtutor.session.link import lesson_word
from gdtutor.session.navigation import with_keys
from gdtutor.session.state import AT_TASKS, Playing, Session, Walk
from gdtutor.session.story import next_entry
from gdtutor.session.tasks import open_tasks
from gdtutor.values import replace
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.frame import Chars, Line, Style
from gdtutor.view.graph.text import is_shape, summary
from gdtutor.view.lines import first_that_fits, line
from gdtutor.view.page import prose_width
from gdtutor.view.prose import prose_lines
from gdtutor.view.split import widths_for

_MADE = """# The end of the walk

- `e` changes a value: what follows from it is computed at once, and `u` undoes it.
- `r` hides each next value and asks you for it.
"""
_MADE_TRAINING = "- `t` trains it, and any point of its curve opens as a walk.\n"


def closing_prose(session: Walk) -> str:
    """Return the author's closing page as Markdown, or a made one where there is none."""
    lesson = session.lesson
    made = _MADE + (_MADE_TRAINING if lesson.trains else "")
    page = lesson.closing if lesson.closing.strip() else made
    return _with_tasks(page, session, lesson) + _writing(session, lesson)


def _with_tasks(page: str, session: Walk, lesson: Lesson) -> str:
    """Return the page with the tasks where they stand in the file, each open or done."""
    waiting = {task.id for task in open_tasks(session)}
    for task in reversed(lesson.tasks):
        done = f"**Done:** {task.done}" if task.done else "**Done.**"
        told = f"○ {task.text}" if task.id in waiting else f"✓ {task.text} {done}"
        page = f"{page[: task.at]}\n\n{told}\n\n{page[task.at :].lstrip()}".rstrip()
    return page


def closing_scroll(session: Walk, width: int, chars: Chars) -> int:
    """Return the line that the page begins with: that of its first open task where it is asked."""
    if session.look.scroll != AT_TASKS:
        return session.look.scroll
    page = closing_prose(session)
    marks = [place for mark in "○✓" if (place := page.find(f"\n\n{mark} ")) >= 0]
    above = prose_lines(page[: marks[0]] if marks else "", prose_width(width), chars)
    return len(above) + bool(above)


def closing_step(session: Walk, width: int) -> int:
    """Return the step that stands beside the page: where the walk is, or, once a value is changed,
    where the last graph ends that has it; where several stand there, no earlier one.
    """
    here, scene = session.step or 1, edited_scene(session)
    if session.own_moment is None:
        return here
    end = max(step.number for step in session.moment.steps if step.scene == scene)
    return max(here, end) if widths_for(width).values else end


def result_text(context: Context, width: int) -> str:
    """Return what a change has made of the losses, and of as many gradients as have room; nothing
    without one."""
    scenes = range(len(context.moment.traces)) if context.changes else ()
    places = (replace(context.step, scene=scene) for scene in scenes)
    facts = [fact for place in places for fact in _results(replace(context, step=place))]
    ways = tuple(", ".join(facts[:count]) for count in range(len(facts), 0, -1))
    return first_that_fits(ways, width) if facts else ""


def _results(context: Context) -> Iterator[str]:
    """Yield what is no longer the lesson's own in a graph: its root, and gradients of given values,
    those first that were changed, where they are numbers."""
    own, trace, root = context.own, context.trace, context.root
    if own is None:
        return
    was = context.was(root)
    if was and not is_shape(now := summary(context, trace.values[root])):
        yield f"{context.name(root)} {now} {was}"
    before = own.traces[context.step.scene].gradients
    edited = {change.name for change in context.changes}
    for name in sorted(trace.graph.leaf_by_name, key=lambda name: name not in edited):
        now = summary(context, trace.gradients.get(name))
        if name in context.changed_gradients and not is_shape(now):
            yield f"{context.gradient_name(name)} {now} (own {summary(context, before[name])})"


def _writing(session: Session, lesson: Lesson) -> str:
    """Return the program that is asked for as Markdown, with the commands that begin it."""
    if lesson.writing is None:
        return ""
    is_done = (lesson.id, WRITTEN) in session.library.tasks_done
    blanks = "--layers" if lesson.writing.layers else "--new"
    command = f"gdtutor judge {shell_word(lesson_word(lesson))} mine.py"
    text = f"{'✓' if is_done else '○'} {lesson.writing.text}{' **Done.**' if is_done else ''}"
    return f"\n\n{text}\n\n- `{command} {blanks}` writes its blanks\n- `{command}` judges it"


def ways_on(session: Walk, width: int, chars: Chars, *, hides_more: bool = False) -> Line:
    """Return what the keys lead to that the line of keys names on the closing page; one that hides
    lines below is paged by the key that leads on else."""
    leads_on = session.lesson.trains and not hides_more
    on = f", PgDn iteration {session.moment.iteration + 1}" * leads_on
    told = f" Enter {_leads(session, chars)}"
    counted = f"{on}; `4t`: 4 iterations" * session.lesson.trains
    counted = with_keys(counted, session.moment)
    return line((first_that_fits((told + counted, told + on, told), width), Style.DIM))


def ways_text(session: Walk, chars: Chars) -> str:
    """Return what leads on from the closing page where no screens are, as a sentence; there the
    playground is its walk alone."""
    on = "so does Enter"
    if session.lesson.trains:
        on = f"Enter goes on with iteration {session.moment.iteration + 1}"
    return f"{on}." if isinstance(session, Playing) else f"next {_leads(session, chars)}; {on}."


def _leads(session: Walk, chars: Chars) -> str:
    """Return where Enter leads from the closing page: to the next lesson, behind the last one to
    the library, or back to the playground."""
    if isinstance(session, Playing):
        return "leads back to the playground"
    entry = next_entry(session)
    if entry is None:
        return "opens the library of lessons"
    return notation.plain(" ".join(f"opens lesson {entry.number} {entry.title}".split()), chars)
