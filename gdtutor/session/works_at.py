"""Why a key does nothing now: the line of keys, Help, the palette and the answer share one reason.

Every function returns the reason, and an empty text where the command works.
"""

from __future__ import annotations

from gdtutor.engine.mistakes import overwritten
from gdtutor.session.catalogue import shown_entries
from gdtutor.session.display_options import (
    current_line,
    is_page,
    operands,
    pages_back,
    pages_on,
    shows_other_panel,
)
from gdtutor.session.figures import offered_figures
from gdtutor.session.navigation import LAST_STEP, cell_shape
from gdtutor.session.runs import leads_to_training
from gdtutor.session.state import Playing, Screen, Session, Walk, current_step, has_opening
from gdtutor.session.steps import Phase

ANSWER_FIRST = "Answer first; `n` shows the answer."

UNREADABLE = "The lesson cannot be opened: its mistake is shown."
"""Why Enter opens no lesson whose file is wrong."""


def always(session: Session) -> str:
    """Return no reason: the command always works."""
    return ""


def earlier_steps(session: Walk) -> str:
    """For what leads to an earlier step, or to the cell on the left."""
    first = 0 if has_opening(session.lesson) else 1
    is_first = (session.moment.iteration, session.step) == (0, first)
    is_elsewhere = session.look.is_closing or session.look.cell is not None
    return "This is the very first step." if is_first and not is_elsewhere else ""


def later_phases(session: Walk) -> str:
    """For what leads to the next phase, which is nowhere behind the last step."""
    is_last = not session.lesson.trains and session.step == len(session.moment.steps)
    return LAST_STEP if is_last and not session.look.is_closing else ""


def iterations(session: Walk) -> str:
    """For what leads to another iteration, or a page on."""
    if session.lesson.trains or pages_on(session):
        return ""
    return "This lesson does not train, so it has one iteration only."


def earlier_iterations(session: Walk) -> str:
    """For what leads to an earlier iteration, or a page back."""
    is_later = session.moment.iteration > 0 or pages_back(session)
    return "" if is_later else "This is iteration 0: no update has been done yet."


def unfolding(session: Walk) -> str:
    """For folding and unfolding a line."""
    line = current_line(session)
    if is_page(session) or line is None:
        return "Go to a computed node first; `x` shows the operations inside it."
    if line.first == line.last:
        return "This node is one operation already: there is nothing to unfold."
    return ""


def repetitions(session: Walk) -> str:
    """For folding repetitions."""
    step, lesson = current_step(session), session.lesson
    if is_page(session) or step is None:
        return "Go to a step first; `X` folds a repetition to one count."
    return "" if lesson.scenes[step.scene].repeated else "This graph has no repetition to fold."


def cells(session: Walk) -> str:
    """For opening a cell."""
    if session.look.cell is not None or (not is_page(session) and cell_shape(session)):
        return ""
    return "There is no matrix at this step whose cells could be opened."


def rows_above(session: Walk) -> str:
    """For the rows of an open cell's matrix, and for scrolling back."""
    return _rows(session) or unseen(session, session.look.scroll, "above")


def rows_below(session: Walk) -> str:
    """For the rows of an open cell's matrix, and for scrolling on."""
    return _rows(session) or unseen(session, session.look.below, "below")


def _rows(session: Walk) -> str:
    *above, _ = (1, 1, *cell_shape(session))
    is_row = session.look.cell is not None and above[-1] < 2
    return "One row is all there is; the arrows to the side go along it." if is_row else ""


def unseen(session: Walk, lines: int, where: str) -> str:
    """Say that nothing is hidden, where the screen was shown, which finds how much is."""
    is_known = session.look.page > 0 and session.look.cell is None
    return f"Nothing is hidden {where}." if is_known and not lines else ""


def examples(session: Walk) -> str:
    """For following another example."""
    return "" if len(session.moment.batch) > 1 else "This iteration sees one example only."


def panels(session: Walk) -> str:
    """For another panel, of which a page of prose has none."""
    return "This page has no panels; the steps have." if is_page(session) else ""


def pictures(session: Walk) -> str:
    """For the lesson's pictures."""
    if not session.lesson.pictures:
        if session.variant and session.base.pictures:
            return "This variant has no pictures: those of the lesson compare its variants (`V`)."
        return "This lesson has no pictures."
    if is_page(session):
        return "The pictures belong to the steps; go on to the first one."
    if session.challenge is not None:
        return ANSWER_FIRST
    return "" if offered_figures(session) else "This graph has no pictures; another one has."


def gradients(session: Walk) -> str:
    """For what speaks of a gradient."""
    if session.challenge is not None:
        return ANSWER_FIRST
    step = current_step(session)
    is_back = step is not None and step.phase is Phase.BACKWARD and not is_page(session)
    return "" if is_back else "Go to a backward step first: this key speaks of its gradient."


def proofs(session: Walk) -> str:
    """For proving a gradient, which the first one needs not: it is 1 whatever the numbers are."""
    step, why = current_step(session), gradients(session)
    if why or step is None or step.node != session.moment.traces[step.scene].graph.root:
        return why
    return "Nothing to prove: the pass begins here, with a gradient of 1."


def wrong_sums(session: Walk) -> str:
    """For showing how the sum of the shares goes wrong."""
    step, why = current_step(session), gradients(session)
    if why or step is None:
        return why
    trace = session.moment.traces[step.scene]
    if not trace.contributions[step.node]:
        return "No share arrives here: the pass begins with this node."
    is_one = overwritten(trace, step.node) is None
    return "Only one share arrives here, so no sum can go wrong." if is_one else ""


def undoing(session: Walk) -> str:
    """For taking a change back."""
    return "" if _edits(session)[0] else "There is nothing to undo."


def redoing(session: Walk) -> str:
    """For doing an undone change again."""
    return "" if _edits(session)[1] else "There is nothing to redo."


def _edits(session: Walk) -> tuple[int, int]:
    """Return how many edits the screen's keys take back, and do again; the playground's are its
    own."""
    if isinstance(session, Playing) and session.screen is Screen.PLAY:
        return len(session.play.done), len(session.play.undone)
    return session.history.at, len(session.history.logs) - 1 - session.history.at


def changes(session: Walk) -> str:
    """For going back to the lesson's own values."""
    return "" if session.changes else "No value is changed, so there is none to take back."


def questions(session: Walk) -> str:
    """For going back to the open question, to an operand, or on from the closing page."""
    if session.challenge is not None or session.look.is_closing:
        return ""
    has_operands = bool(operands(session))
    if has_operands and (session.look.cell is not None or session.trail or session.count):
        return ""
    if session.count and not has_operands and not session.is_answered:
        return "Nothing is computed at this step, so there is no operand to go to."
    how = (
        "The next step may ask one." if session.predict else "The key `r` asks for each next value."
    )
    asked = "Already answered" if session.is_answered else "No question is open"
    twice = ", twice," * session.is_answered
    return f"{asked}. {how}{f' 1 Enter{twice} goes to the first operand.' * has_operands}"


def walking_alone(session: Walk) -> str:
    """For auto-play, which an open question holds up."""
    return ANSWER_FIRST if session.challenge is not None else ""


def training(session: Walk) -> str:
    """For the training screen, whose numbers may be the answer to an open question."""
    if session.challenge is not None:
        return ANSWER_FIRST
    if session.lesson.trains:
        return ""
    return "There is nothing to train in this lesson: it is a walk alone."


def variants(session: Walk) -> str:
    """For the lesson's variants."""
    return "" if session.base.variants else "This lesson has no variants."


def tasks(session: Walk) -> str:
    """For the lesson's tasks."""
    told = "This lesson has no tasks; `z` shows what to try next."
    return "" if session.lesson.tasks else told


def done_tasks(session: Walk) -> str:
    """For going back along the operands, or opening tasks again that are done."""
    lesson = session.lesson
    if not session.look.is_closing:
        return "" if session.trail else "Enter goes to an operand, Backspace back from it."
    done = session.library.tasks_done
    is_any = any((lesson.id, task.id) in done for task in lesson.tasks)
    return "" if is_any else "No task of this lesson is done."


def searches(session: Session) -> str:
    """For showing all lessons again."""
    return "" if session.library.search else "All lessons are shown."


def lessons(session: Session) -> str:
    """For choosing and opening a lesson of the library."""
    return "" if shown_entries(session.library) else "No lesson is listed; Esc shows all."


def openings(session: Session) -> str:
    """For opening the lesson under the cursor, or the one whose number was typed."""
    shown = shown_entries(session.library)
    is_here = bool(shown) and not session.count
    if is_here and shown[min(session.library.cursor, len(shown) - 1)].problem:
        return UNREADABLE
    return lessons(session)


def earlier_lessons(session: Session) -> str:
    """For going up in the list of the library."""
    return lessons(session) or ("" if session.library.cursor else "This is the first lesson.")


def later_lessons(session: Session) -> str:
    """For going down in the list of the library."""
    is_last = session.library.cursor >= len(shown_entries(session.library)) - 1
    return lessons(session) or ("This is the last lesson." if is_last else "")


def help_above(session: Session) -> str:
    """For scrolling Help back."""
    return "" if session.help.scroll or session.help.pages else "This is the top."


def library(session: Walk) -> str:
    """For leaving to the library."""
    is_play = isinstance(session, Playing)
    return "The playground is open; Esc leads back to it, `q` quits." if is_play else ""


def closable(session: Walk) -> str:
    """For closing what is open."""
    look = session.look
    is_open = look.cell is not None or look.proof or look.mistakes or look.is_closing
    is_open = is_open or session.auto.is_on or isinstance(session, Playing)
    is_open = is_open or leads_to_training(session) or shows_other_panel(session)
    return "" if is_open else "Nothing is open that could be closed; `l` opens the library."
