"""Every plane that a lesson draws is to scale: two columns are as long as a row."""

import pytest
from room import SIZES, steps_of

from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.figures import offered_figures
from gdtutor.session.state import Walk
from gdtutor.values import replace
from gdtutor.view import pictures
from gdtutor.view.frame import UNICODE
from gdtutor.view.pictures import boundary
from gdtutor.view.pictures.field import Field
from gdtutor.view.screen import frame_of

LESSONS = discover(shipped_lessons_folder())
PLANES = "boundary", "space"


def drawn_planes(session: Walk, number: int, size: tuple[int, int], monkeypatch) -> list[Field]:
    """Return the planes of data that are painted for a screen with one of its pictures."""
    planes: list[Field] = []
    plain = Field.lines
    monkeypatch.setattr(Field, "lines", lambda of, chars: planes.append(of) or plain(of, chars))
    pictures.drawn.cache_clear()
    boundary._shaded.cache_clear()
    frame_of(replace(session, look=replace(session.look, figure=number)), *size, UNICODE)
    monkeypatch.undo()
    return planes


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_planes_of_every_lesson_are_to_scale(path, monkeypatch):
    met = set()
    for session in steps_of(path):
        for number in offered_figures(session):
            if session.lesson.pictures[number - 1].kind not in PLANES or number in met:
                continue
            met.add(number)
            for size in (*SIZES, (100, 30)):
                planes = drawn_planes(session, number, size, monkeypatch)
                assert planes
                for plane in planes:
                    x, y = plane.x, plane.y
                    ratio = (x.high - x.low) / (y.high - y.low)
                    assert abs(plane.columns - 2 * ratio * plane.rows) <= 2, (size, plane.rows)


def test_the_lessons_draw_planes_of_every_kind():
    options = [
        wish.kind + "".join(sorted(key for key, _ in wish.options if key in ("lines", "hidden")))
        for path in LESSONS
        for session in [next(iter(steps_of(path)))]
        for wish in session.lesson.pictures
    ]
    assert {"boundary", "boundarylines", "boundaryhidden", "space"} <= set(options)


def test_hidden_neurons_stand_beside_the_output_where_there_is_room():
    session = next(s for s in steps_of(LESSONS[15]) if s.step == 5)
    rows = frame_of(session, 120, 36, UNICODE).text()
    assert all(title in rows for title in ("░ Ŷ≥0.5", "A₁[0]  ░", "A₁[1]  ░", "A₁[2]  ░"))
    small = frame_of(replace(session, look=replace(session.look, figure=1)), 80, 24, UNICODE)
    assert "A₁[0]  ░" not in small.text()
