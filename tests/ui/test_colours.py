import pytest
from rich.color import Color, ColorType

from gdtutor.paint.colours import (
    LOOKS,
    OPTIONS,
    ColourMode,
    Colours,
    choose_colours,
    colour_words,
    prepare_environment,
)
from gdtutor.ui.spans import rich_style
from gdtutor.view.frame import Style

GROUNDS = pytest.mark.parametrize("light", [False, True], ids=["dark", "light"])
STYLES = pytest.mark.parametrize("style", Style)


def luminance(colour: Color) -> float:
    """Relative luminance of WCAG 2.1, section 1.4.3."""
    shares = [value / 255 for value in colour.get_truecolor()]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.sampled
@STYLES
@GROUNDS
@pytest.mark.parametrize("mode", [ColourMode.TRUECOLOR, ColourMode.PALETTE])
def test_text_stands_out_from_its_background(mode: ColourMode, light: bool, style: Style) -> None:
    asked = f"{mode.value},{'light' if light else 'dark'}"
    look = rich_style(choose_colours(asked, {}).look(style))
    assert look is not None
    assert look.color is not None
    assert look.bgcolor is not None
    low, high = sorted((luminance(look.color), luminance(look.bgcolor)))
    # A region is a texture behind the examples, not text: WCAG asks 3 of it.
    least = 3 if style in (Style.REGION_LOW, Style.REGION_HIGH) else 4.5
    assert (high + 0.05) / (low + 0.05) >= least


@STYLES
@GROUNDS
def test_the_palette_shows_the_same_colours_as_true_colour(light: bool, style: Style) -> None:
    exact = rich_style(Colours(ColourMode.TRUECOLOR, light).look(style))
    entry = rich_style(Colours(ColourMode.PALETTE, light).look(style))
    assert exact is not None
    assert entry is not None
    assert entry.color is not None
    assert exact.color is not None
    assert entry.color.type is ColorType.EIGHT_BIT
    assert entry.color.get_truecolor() == exact.color.get_truecolor()


@STYLES
@GROUNDS
def test_sixteen_colours_are_named_ones(light: bool, style: Style) -> None:
    look = rich_style(Colours(ColourMode.ANSI, light).look(style))
    used = [] if look is None else [c for c in (look.color, look.bgcolor) if c is not None]
    assert all(colour.type is ColorType.STANDARD for colour in used)


@STYLES
def test_no_colours_means_no_colours(style: Style) -> None:
    look = rich_style(Colours(ColourMode.NONE).look(style))
    assert look is None or (look.color is None and look.bgcolor is None)


def test_plain_text_costs_no_codes_in_sixteen_colours_and_none() -> None:
    assert rich_style(Colours(ColourMode.ANSI).look(Style.TEXT)) is None
    assert rich_style(Colours(ColourMode.NONE).look(Style.TEXT)) is None


@GROUNDS
@pytest.mark.parametrize("mode", ColourMode)
def test_the_current_node_differs_from_text_in_every_mode(mode: ColourMode, light: bool) -> None:
    colours = Colours(mode, light)
    assert rich_style(colours.look(Style.CURRENT)) != rich_style(colours.look(Style.TEXT))


@GROUNDS
@pytest.mark.parametrize("mode", [mode for mode in ColourMode if mode is not ColourMode.NONE])
def test_forward_backward_and_update_differ_in_colour(mode: ColourMode, light: bool) -> None:
    phases = (Style.FORWARD, Style.BACKWARD, Style.UPDATE)
    assert len({rich_style(Colours(mode, light).look(style)) for style in phases}) == 3


def test_every_style_has_a_look() -> None:
    assert set(LOOKS) == set(Style)


@pytest.mark.parametrize(
    ("environ", "mode"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ColourMode.TRUECOLOR),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit"}, ColourMode.TRUECOLOR),
        ({"TERM": "xterm-direct"}, ColourMode.TRUECOLOR),
        ({"WT_SESSION": "1"}, ColourMode.TRUECOLOR),
        ({"TERM": "xterm-256color"}, ColourMode.PALETTE),
        ({"TERM": "tmux-256color"}, ColourMode.PALETTE),
        ({"TERM": "xterm"}, ColourMode.ANSI),
        ({"TERM": "linux"}, ColourMode.ANSI),
        ({"TERM": "vt100"}, ColourMode.NONE),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, ColourMode.NONE),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, ColourMode.NONE),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, ColourMode.PALETTE),
    ],
)
def test_the_terminal_says_how_many_colours(environ: dict[str, str], mode: ColourMode) -> None:
    assert choose_colours("auto", environ) == choose_colours(None, environ)
    assert choose_colours(None, environ).mode is mode


@pytest.mark.parametrize("option", OPTIONS[1:])
def test_the_option_outranks_what_the_terminal_says(option: str) -> None:
    environ = {"NO_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm"}
    assert choose_colours(option, environ).mode is ColourMode(option)


@pytest.mark.parametrize(
    ("value", "light"),
    [
        ("0;15", True),
        ("15;0", False),
        ("0;default;15", True),
        ("12;8", False),
        ("15;default", False),
    ],
)
def test_a_light_background_is_known_from_the_terminal(value: str, light: bool) -> None:
    assert choose_colours(None, {"COLORFGBG": value}).light is light


def test_a_known_background_outranks_the_terminal() -> None:
    assert choose_colours("dark", {"COLORFGBG": "0;15"}).light is False


@pytest.mark.parametrize("reports", ["0;15", "15;0", ""])
@pytest.mark.parametrize("ground", ["light", "dark"])
@pytest.mark.parametrize("mode", ["", "auto", "truecolor", "256", "16", "none"])
def test_the_background_is_chosen_with_or_without_the_colours(
    mode: str, ground: str, reports: str
) -> None:
    environ = {"TERM": "xterm-256color", "COLORFGBG": reports}
    expected = choose_colours(mode or "auto", environ).mode
    orders = (ground,) if not mode else (f"{mode},{ground}", f"{ground},{mode}")
    for option in orders:
        assert choose_colours(option, environ) == Colours(expected, ground == "light")


@pytest.mark.parametrize(
    "option", ["many", "256,16", "light,dark", "256,many", "256,", "", "light,light"]
)
def test_other_words_and_two_of_a_kind_are_refused_with_the_known_ones(option: str) -> None:
    with pytest.raises(ValueError, match="auto, truecolor, 256, 16, none, one of light, dark"):
        colour_words(option)


def test_textual_is_kept_from_choosing_again() -> None:
    environ = {"NO_COLOR": "1"}
    prepare_environment(environ)
    assert environ == {"TEXTUAL_COLOR_SYSTEM": "truecolor"}


@pytest.mark.parametrize(("light", "theme"), [(False, "ansi-dark"), (True, "ansi-light")])
def test_the_theme_passes_colours_through(light: bool, theme: str) -> None:
    assert Colours(light=light).theme == theme
