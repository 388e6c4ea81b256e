import asyncio

import pyte
import pytest
from painting import PaintingApp
from rich.segment import Segment
from rich.style import Style
from sample_frames import HEIGHT, WIDTH, study_frame
from textual.geometry import Region
from textual.strip import Strip

from gdtutor.paint.colours import Colours
from gdtutor.ui.spans import SpansScreen, strip_codes

RED, BOLD = Style.parse("red"), Style.parse("bold red")


@pytest.mark.parametrize(
    ("segments", "codes"),
    [
        ([("a", None), ("b", None)], "ab"),
        ([("a", RED), ("b", RED)], "\x1b[31mab\x1b[m"),
        ([("a", RED), ("b", BOLD)], "\x1b[31ma\x1b[1mb\x1b[m"),
        ([("a", BOLD), ("b", RED)], "\x1b[1;31ma\x1b[0;31mb\x1b[m"),
        ([("a", RED), ("b", None)], "\x1b[31ma\x1b[mb"),
        ([("a", Style.parse("red on blue")), ("b", RED)], "\x1b[31;44ma\x1b[0;31mb\x1b[m"),
        ([("a", Style.parse("color(9) on #010203"))], "\x1b[91;48;2;1;2;3ma\x1b[m"),
        ([("", BOLD), ("a", None)], "a"),
    ],
)
def test_only_what_changes_in_a_style_is_sent(
    segments: list[tuple[str, Style | None]], codes: str
) -> None:
    strip = Strip([Segment(text, style) for text, style in segments])
    assert strip_codes([(2, 4, strip)]) == f"\x1b[5;3H{codes}"


def test_a_style_goes_on_over_a_move_of_the_cursor() -> None:
    strip = Strip([Segment("a", RED)])
    assert strip_codes([(0, 0, strip), (9, 1, strip)]) == "\x1b[1;1H\x1b[31ma\x1b[2;10Ha\x1b[m"


def test_a_changed_span_is_sent_from_its_own_left_edge() -> None:
    async def run() -> str:
        app = PaintingApp(Colours())
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, SpansScreen)
            app.canvas.refresh(Region(40, 2, 3, 1), Region(60, 2, 4, 1))
            screen._compositor.update_widgets({app.canvas})
            update = screen._compositor.render_partial_update()
            return "" if update is None else update.render_segments(app.console)

    emulator = pyte.Screen(WIDTH, HEIGHT)
    pyte.Stream(emulator).feed(asyncio.run(run()))
    row = study_frame(1).text().split("\n")[2].ljust(WIDTH)
    assert emulator.display[2] == f"{row[40:43]:>43}{row[60:64]:>21}".ljust(WIDTH)
