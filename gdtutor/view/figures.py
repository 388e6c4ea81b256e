"""Pictures on the screens: what they are drawn from there, and the panel they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtutor.lesson.model import PictureWish
from gdtutor.session.figures import is_untimed, offered_figures, shown_figure
from gdtutor.session.navigation import with_keys
from gdtutor.session.snapshots import under_cursor
from gdtutor.session.state import Screen, Walk, current_step
from gdtutor.session.trials import trials_of
from gdtutor.values import Struct, replace
from gdtutor.view.boxes import Panel
from gdtutor.view.frame import Area, Chars, Placed
from gdtutor.view.lines import first_that_fits

if TYPE_CHECKING:
    # Pictures are imported with the first one: many lessons show none, and start sooner.
    from gdtutor.view.pictures import Source


class Figure(Struct, frozen=True):
    """A picture in its panel, with plots placed from the top left of what is in the panel."""

    panel: Panel
    plots: tuple[Placed, ...] = ()


def moved(plots: tuple[Placed, ...], x: int, y: int) -> tuple[Placed, ...]:
    """Return plots placed so many cells further right and down."""
    return tuple(replace(one, x=one.x + x, y=one.y + y) for one in plots)


def source_of(session: Walk, chars: Chars) -> Source:
    """Return what the pictures of a session are drawn from."""
    from gdtutor.view.pictures import Source

    look = session.look
    if session.screen in (Screen.TRAIN, Screen.PLAY):
        at, step = under_cursor(session), None
        return Source(session.lesson, session.run, at, session.seed, step, 0, None, look.digits,
                      chars, session.timings)  # fmt: skip
    return Source(
        session.lesson, session.run, session.moment, session.seed, current_step(session),
        look.example, look.cell, look.digits, chars, session.timings, trials_of(session),
        session.changes,
    )  # fmt: skip


def walk_figure(session: Walk, area: Area, *, always: bool = False) -> Figure | None:
    """Return the picture that stands in place of the graph, None where the graph does.

    Args:
        session: The session.
        area: What is inside the panel.
        always: Whether the first that can be chosen shows where the learner has chosen none and
            the lesson shows none; one of what is to come is left out until then, and one that times
            until that is asked for.
    """
    number, offered = number_of(session, area.chars, always=always), offered_figures(session)
    if not number:
        return None
    wish = session.lesson.pictures[number - 1]
    place = f" {offered.index(number) + 1}/{len(offered)}" if len(offered) > 1 else ""
    figure = training_figure(session, wish, area, place)
    return replace(figure, panel=replace(figure.panel, picture=number))


def number_of(session: Walk, chars: Chars, *, always: bool = False) -> int:
    """Return which picture stands in place of the graph, from 1; 0 where the graph does."""
    if session.challenge is not None:
        # A picture may give the answer away.
        return 0
    number = shown_figure(session)
    if not number and always and session.look.figure is None:
        offered = offered_figures(session)
        number = next((n for n in offered if not _is_later(session, n, chars)), 0)
    return number


def timing_words(session: Walk, chars: Chars, width: int) -> str:
    """Return what says that the key of the pictures times one, where it does and none shows."""
    from gdtutor.view.pictures import title_of

    number = next(iter(offered_figures(session)), 0)
    if session.challenge is not None or not number or number_of(session, chars, always=True):
        return ""
    wish = session.lesson.pictures[number - 1]
    title = title_of(source_of(session, chars), wish)
    ways = (f" at a step, `f` times {title} ", f" `f` at a step: {title} ")
    told = tuple(with_keys(way, session.moment) for way in ways)
    return first_that_fits(told, width) if is_untimed(session, wish) else ""


def _is_later(session: Walk, number: int, chars: Chars) -> bool:
    from gdtutor.view.pictures.source import is_to_come

    wish = session.lesson.pictures[number - 1]
    return is_untimed(session, wish) or is_to_come(source_of(session, chars), wish)


def training_figure(session: Walk, wish: PictureWish, area: Area, place: str = "") -> Figure:
    """Return one picture, as it stands beside training, with its place among others behind its
    title."""
    from gdtutor.view.pictures import draw, title_of

    source = source_of(session, area.chars)
    drawing = draw(source, wish, area)
    return Figure(Panel(title_of(source, wish) + place, drawing.lines), drawing.plots)
