"""Why a key of the playground does nothing now, as `works_at` says it of all others."""

from __future__ import annotations

from gdtutor.session import works_in_training
from gdtutor.session.state import Focus, Playing


def choices(session: Playing) -> str:
    """For choosing what stands above or below in the playground."""
    play = session.play
    layer = play.layer - (play.edge is not None)
    match play.focus:
        case Focus.CURVE:
            return "← → go along the curve; Tab leads on to the controls."
        case Focus.NETWORK if play.playground.width_of(layer) == 1:
            return "There is nothing else above or below; ← → go to other layers."
        case _:
            return ""


def sideways(session: Playing) -> str:
    """For going to the left or right in the playground."""
    return works_in_training.curves(session) if session.play.focus is Focus.CURVE else ""


def to_the_left(session: Playing) -> str:
    """For going to the left in the playground."""
    is_curve = session.play.focus is Focus.CURVE
    return works_in_training.earlier_epochs(session) if is_curve else ""


def widths(session: Playing) -> str:
    """For another number of neurons in the chosen layer."""
    is_last = session.play.layer == len(session.play.playground.layers) - 1
    return "The outputs follow the data; the control outputs has them." if is_last else ""


def weights(session: Playing) -> str:
    """For choosing a weight."""
    is_first = session.play.layer == 0
    return "A feature has no weights; → goes on to a layer." if is_first else ""


def new_data(session: Playing) -> str:
    """For drawing other examples."""
    playground = session.play.playground
    return f"{playground.data} keeps the rows it has." if playground.is_fixed else ""
