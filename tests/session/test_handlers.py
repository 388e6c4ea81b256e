"""Effects are closed: each kind has its own handler, and none can be left out."""

import re
from typing import get_args

import pytest

from gdtutor.session.effects import CopyText, Effect, OpenLesson, Quit, SavePlace
from gdtutor.session.handlers import Handlers, carried_out, nothing, only
from gdtutor.session.state import Session
from gdtutor.values import replace

KINDS = get_args(Effect)


def handler_of(kind: type) -> str:
    """Return the field of `Handlers` that a kind of effect belongs to."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", kind.__name__).lower()


def recording(heard: list[str]) -> Handlers:
    fields = Handlers.__struct_fields__
    return Handlers(**{name: only(lambda _, name=name: heard.append(name)) for name in fields})


def test_every_kind_has_a_handler_and_every_handler_a_kind() -> None:
    assert {handler_of(kind) for kind in KINDS} == set(Handlers.__struct_fields__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_effect_comes_to_its_own_handler(kind: type) -> None:
    heard: list[str] = []
    required = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
    carried_out(Session(), [kind(*[""] * required)], recording(heard))
    assert heard == [handler_of(kind)]


@pytest.mark.parametrize("name", Handlers.__struct_fields__)
def test_a_handler_that_is_left_out_is_missed(name: str) -> None:
    others = {field: nothing for field in Handlers.__struct_fields__ if field != name}
    with pytest.raises(TypeError, match=name):
        Handlers(**others)


def test_the_session_goes_from_handler_to_handler_until_one_quits() -> None:
    heard: list[str] = []
    handlers = replace(
        recording(heard), open_lesson=lambda session, effect: replace(session, message=effect.path)
    )
    effects = (OpenLesson("a"), SavePlace(), Quit(), CopyText("never"))
    assert carried_out(Session(), effects, handlers).message == "a"
    assert heard == ["save_place", "quit"]
