"""Which of a lesson's pictures stands in place of the graph."""

from __future__ import annotations

from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.pictures import PICTURES
from gdtutor.lesson.selectors import Selector, parse_selector
from gdtutor.lesson.work import TIMED
from gdtutor.session.effects import TimeExamples
from gdtutor.session.runs import has_others
from gdtutor.session.state import Screen, Session, Tab, Walk, current_step
from gdtutor.session.steps import Step
from gdtutor.training.classes import has_classes
from gdtutor.training.problem import Problem, input_columns
from gdtutor.values import replace


def shown_figure(session: Walk) -> int:
    """Return which picture shows, from 1; 0 where the graph shows."""
    if current_step(session) is None:
        return 0
    chosen = session.look.figure
    if chosen is not None and chosen in (0, *offered_figures(session)):
        return chosen
    pictures = enumerate(session.lesson.pictures, start=1)
    # What the lesson itself shows at this step.
    return next((n for n, wish in pictures if _is_due(session, wish)), 0)


def shown_picture(session: Walk) -> PictureWish | None:
    """Return the picture that the learner sees; none while a question is open."""
    is_hidden = session.look.is_closing or session.challenge is not None
    if session.screen is not Screen.STUDY or is_hidden:
        return None
    number = shown_figure(session)
    return session.lesson.pictures[number - 1] if number else None


def offered_figures(session: Walk) -> tuple[int, ...]:
    """Return the pictures that can be chosen at this step, each from 1.

    A picture with steps of its own belongs to the graphs that have one of them.
    """
    step, pictures = current_step(session), enumerate(session.lesson.pictures, start=1)
    return tuple(n for n, w in pictures if step is None or _is_of_graph(session, w, step.scene))


def figure_key(session: Walk) -> tuple[str, ...]:
    """Return the key that chooses the picture that the learner has chosen, if one was."""
    places, chosen = (0, *offered_figures(session)), session.look.figure
    return (f"{places.index(chosen)}f",) if chosen in places else ()


def training_pictures(session: Walk) -> tuple[PictureWish, ...]:
    """Return the pictures that stand beside training: the lesson's own, then one of what lies
    between the examples, and their table, which stand there whatever the lesson asks for.
    """
    beside, last = session.lesson.pictures, len(session.lesson.scenes) - 1
    beside = tuple(wish for wish in beside if PICTURES[wish.kind].in_training)
    own = tuple(wish for wish in beside if _is_of_graph(session, wish, last))
    kinds = {wish.kind for wish in own}
    return (*own, *(wish for wish in usual_pictures(session) if wish.kind not in kinds))


def problem_trained(session: Walk) -> Problem:
    """Return the problem of the last iteration that was trained, before that of the first."""
    return session.run.segment_at(max(session.train.snapshot.iterations - 1, 0)).problem


def usual_pictures(session: Walk) -> tuple[PictureWish, ...]:
    """Return the pictures that stand beside training whatever the lesson asks for."""
    problem = problem_trained(session)
    if problem.prediction is None or problem.target is None:
        return ()
    inputs, table = len(input_columns(problem)), PictureWish("table")
    if inputs == 2 and has_classes(problem):
        return (PictureWish("boundary"), table)
    if inputs == 1 and len(problem.target_columns) == 1 and problem.size > 1:
        return (PictureWish("fit"), table)
    return (table,)


def has_list_of_runs(session: Walk) -> bool:
    """Say whether the runs beside the present one are listed beside the curve, behind the pictures
    and the parameters.
    """
    if not has_others(session):
        return False
    panels = len(training_pictures(session)) + 2
    return session.train.look.tab % panels == panels - 1


def _is_of_graph(session: Walk, wish: PictureWish, scene: int) -> bool:
    places = _places(wish)
    if not places:
        last = session.moment.steps[-1].scene
        return not PICTURES[wish.kind].of_predictions or scene == last
    own = [step for step in session.moment.steps if step.scene == scene]
    return any(_is_at(place, step) for place in places for step in own)


def _is_due(session: Walk, wish: PictureWish) -> bool:
    step, places, shows = current_step(session), _places(wish), wish.option("show")
    if step is None or shows is False or not places:
        return step is not None and bool(shows)
    return any(_is_at(place, step) for place in places)


def _places(wish: PictureWish) -> tuple[Selector, ...]:
    return tuple(map(parse_selector, wish.texts("at")))


def _is_at(place: Selector, step: Step) -> bool:
    names = ("", step.node, step.node.partition(".")[0])
    return place.phase == step.phase.value and place.node in names


def next_figure(session: Walk) -> Walk:
    """Show the next picture, and the graph after the last one; the picture of a number that was
    typed, 0 for the graph.

    Where the panel on the screen has no place for pictures, the graph's, which has, shows then.
    """
    look, places = session.look, (0, *offered_figures(session))
    is_beside = look.tab is Tab.NODE and not look.is_alone
    is_placed = is_beside or look.tab is Tab.GRAPH
    here, waits = places.index(shown_figure(session)), not is_placed
    if is_beside and not here and look.figure is None and look.beside in places:
        here, waits = places.index(look.beside), False
    # What shows nowhere yet is the next, as what is to be measured first.
    number = here if here and waits else (here + 1) % len(places)
    if session.count:
        number = min(int(session.count), len(places) - 1)
    tab = look.tab if is_placed else Tab.GRAPH
    return replace(session, look=replace(look, figure=places[number], tab=tab))


def is_untimed(session: Walk, wish: PictureWish) -> bool:
    """Say whether a picture shows times that are still to be taken."""
    return wish.kind == "timing" and not session.timings


def measurements_due(session: Session) -> tuple[TimeExamples, ...]:
    """Return the timing that the picture on the screen waits for, if it does."""
    if not isinstance(session, Walk):
        return ()
    wish = shown_picture(session)
    if wish is None or not is_untimed(session, wish):
        return ()
    sizes, moment = tuple(map(int, wish.numbers("examples"))), session.moment
    return (TimeExamples(moment.problem, moment.state.parameters, sizes or TIMED),)
