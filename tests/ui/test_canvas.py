import asyncio
import re
from statistics import median

import pyte
import pytest
from painting import PaintingApp
from pseudo_terminal import PseudoTerminal
from rich.segment import Segment as RichSegment
from sample_frames import HEIGHT, WIDTH, plot_frame, study_frame
from svg_texts import screen_text
from textual.app import App
from textual.screen import Screen

from gdtutor.paint.cells import row_of
from gdtutor.paint.colours import ColourMode, Colours
from gdtutor.ui.canvas import Canvas, strip_of
from gdtutor.ui.picture import frame_text
from gdtutor.view.frame import UNICODE, Frame, Segment, Style

PROGRAM = __file__.replace("test_canvas", "painting")
STEPS = range(4, 34)
CODES = re.compile(rb"\x1b\[([0-9;]*)m")


class Painted:
    """Thirty steps of the sample app in a pseudo-terminal: what was sent and what was seen."""

    def __init__(self, mode: str, ground: str) -> None:
        with PseudoTerminal(PROGRAM, mode, ground, columns=WIDTH, lines=HEIGHT) as terminal:
            self.first = terminal.wait_for(lambda text: text == study_frame(1).text())
            for step in range(2, STEPS.start):
                self._step(terminal, step)
            self.steps = [self._step(terminal, step) for step in STEPS]
            self.screens = [terminal.text()]
            self.cells = visible(terminal.screen)
            terminal.screen.reset()
            terminal.send("r")
            terminal.wait_for(lambda text: text == study_frame(STEPS[-1]).text())
            self.screens.append(terminal.text())
            self.repainted = visible(terminal.screen)

    @staticmethod
    def _step(terminal: PseudoTerminal, step: int) -> bytes:
        terminal.send(" ")
        return terminal.wait_for(lambda text: text == study_frame(step).text())

    def codes(self) -> set[bytes]:
        """Return every colour and attribute code of the steps and of the first paint."""
        return set(CODES.findall(self.first + b"".join(self.steps)))


def visible(screen: pyte.Screen) -> list[pyte.screens.Char]:
    """Return every cell; the foreground of a blank is not seen."""
    cells = [screen.buffer[y][x] for y in range(HEIGHT) for x in range(WIDTH)]
    return [cell._replace(fg="") if cell.data == " " else cell for cell in cells]


@pytest.fixture(scope="module")
def palette() -> Painted:
    return Painted("256", "dark")


@pytest.fixture(scope="module")
def ansi() -> Painted:
    return Painted("16", "dark")


def test_painting_the_changes_makes_the_screen_that_a_full_repaint_makes(palette: Painted) -> None:
    assert palette.screens[0] == study_frame(STEPS[-1]).text()
    assert palette.screens[1] == palette.screens[0]
    assert palette.cells == palette.repainted


def test_a_step_stays_within_the_redraw_budget_in_256_colours(palette: Painted) -> None:
    sizes = [len(sent) for sent in palette.steps]
    assert median(sizes) <= 600
    assert max(sizes) <= 1000


def test_a_step_stays_within_the_redraw_budget_with_the_ansi_theme(ansi: Painted) -> None:
    sizes = [len(sent) for sent in ansi.steps]
    assert median(sizes) <= 450
    assert max(sizes) <= 700


def test_256_colours_are_entries_of_the_palette_and_nothing_else(palette: Painted) -> None:
    numbers = re.compile(rb"(0|1|2|4|7|[34]8;5;\d+)(;(0|1|2|4|7|[34]8;5;\d+))*")
    assert any(b"38;5;" in code for code in palette.codes())
    assert all(numbers.fullmatch(code) for code in palette.codes() if code)


def test_sixteen_colours_are_the_named_ones_and_nothing_else(ansi: Painted) -> None:
    allowed = {0, 1, 2, 4, 7, *range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}
    sent = {int(number) for code in ansi.codes() if code for number in code.split(b";")}
    assert sent <= allowed
    assert sent & {*range(30, 38), *range(90, 98)}


def test_without_colours_only_attributes_are_sent() -> None:
    painted = Painted("none", "light")
    sent = {int(number) for code in painted.codes() if code for number in code.split(b";")}
    assert sent <= {0, 1, 2, 4, 7}
    assert 7 in sent


@pytest.mark.slow
def test_true_colour_sends_rgb_values() -> None:
    assert any(b"38;2;208;208;208" in code for code in Painted("truecolor", "dark").codes())


def test_the_canvas_shows_what_it_is_given_on_any_screen() -> None:
    class StockScreenApp(PaintingApp):
        def get_default_screen(self) -> Screen[None]:
            return App.get_default_screen(self)

    assert shown(StockScreenApp(Colours()), plot_frame()) == frame_text(plot_frame())


@pytest.mark.sampled
@pytest.mark.parametrize("mode", ColourMode)
def test_the_text_is_the_same_in_every_colour_mode(mode: ColourMode) -> None:
    assert shown(PaintingApp(Colours(mode)), plot_frame()) == frame_text(plot_frame())


def test_a_frame_of_another_size_is_cut_or_padded() -> None:
    small = Frame(10, 2, ((Segment("abcdefghijkl"),), (Segment("x"),)))
    assert shown(PaintingApp(Colours()), small).split("\n")[:3] == ["abcdefghij", "x", ""]
    large = Frame(100, 30, ((Segment("=" * 100),),) * 30)
    assert shown(PaintingApp(Colours()), large) == "\n".join(["=" * WIDTH] * HEIGHT)


def test_control_characters_and_markup_are_shown_not_obeyed() -> None:
    frame = Frame(40, 1, ((Segment("\x1b]52;c;AA==\x07 [bold]x[/bold] \x9b2J \u202e"),),))
    text = shown(PaintingApp(Colours()), frame).split("\n")[0]
    assert text == "␛]52;c;AA==␇ [bold]x[/bold] \ufffd2J \ufffd"


def test_showing_an_equal_frame_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    refreshed: list[object] = []
    canvas = Canvas(Colours())
    monkeypatch.setattr(canvas, "refresh", lambda *regions: refreshed.append(regions))
    canvas.show(study_frame(1))
    canvas.show(study_frame(1))
    assert refreshed == [()]


def test_blanks_take_the_colour_before_them_but_keep_what_is_seen() -> None:
    line = (
        Segment("a", Style.KEY),
        Segment("  "),
        Segment("b", Style.KEY),
        Segment("  ", Style.CURRENT),
        Segment("  "),
        Segment("c", Style.CHANGED),
        Segment("  "),
    )
    strip = strip_of(row_of(line, 11, UNICODE), Colours(ColourMode.PALETTE))
    assert [segment.text for segment in strip] == ["a  b", "  ", "  ", "c", "  "]
    assert all(isinstance(segment, RichSegment) for segment in strip)


def shown(app: PaintingApp, frame: Frame) -> str:
    """Return the text of the screen after `frame` followed another one."""

    async def run() -> str:
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            app.canvas.show(frame)
            await pilot.pause()
            return screen_text(app)

    return asyncio.run(run())
