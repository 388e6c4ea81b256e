import asyncio

import pytest
from painting import PaintingApp
from sample_frames import HEIGHT, WIDTH, plot_frame, study_frame
from svg_texts import screen_text, svg_text

from gdtutor.paint.colours import ColourMode, Colours
from gdtutor.ui.picture import frame_svg, frame_text
from gdtutor.view.frame import ASCII, UNICODE, Chars, Frame


@pytest.mark.sampled
@pytest.mark.parametrize("frame", [plot_frame(), study_frame(7)], ids=["plot", "study"])
@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_text_picture_and_screen_agree(frame: Frame, chars: Chars) -> None:
    async def on_screen() -> str:
        app = PaintingApp(Colours(), chars)
        async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
            app.canvas.show(frame)
            await pilot.pause()
            return screen_text(app)

    text = frame_text(frame, chars)
    svg = frame_svg(frame, chars, Colours(), "sample")
    assert svg_text(svg, WIDTH, HEIGHT) == text
    assert asyncio.run(on_screen()) == text


def test_the_text_holds_lines_and_plots() -> None:
    text = frame_text(plot_frame())
    assert "∂L/∂w₁ ≈ −0.25 → ŷ <&> 中文 é" in text
    assert "rate 0.1" in text
    assert "epoch" in text


@pytest.mark.sampled
@pytest.mark.parametrize("mode", ColourMode)
@pytest.mark.parametrize("light", [False, True])
def test_equal_frames_make_equal_pictures(mode: ColourMode, light: bool) -> None:
    colours = Colours(mode, light)
    first = frame_svg(plot_frame(), UNICODE, colours, "sample")
    assert first == frame_svg(plot_frame(), UNICODE, colours, "sample")


def test_a_picture_needs_nothing_from_elsewhere() -> None:
    svg = frame_svg(study_frame(1), UNICODE, Colours(), "sample")
    assert "@font-face" not in svg
    assert "url(http" not in svg
    assert "cdnjs" not in svg


def test_a_picture_carries_title_and_colours() -> None:
    dark = frame_svg(study_frame(1), UNICODE, Colours(), "The bias & more")
    assert "The&#160;bias&#160;&amp;&#160;more" in dark
    assert "#1c1c1c" in dark
    assert "#ffffff" in frame_svg(study_frame(1), UNICODE, Colours(light=True), "x")
