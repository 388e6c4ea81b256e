import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.paint.cells import GAP, Cell, changed_spans, clean, overlay, row_of
from gdtutor.view.frame import ASCII, UNICODE, Segment, Style
from gdtutor.view.lines import merged

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=30)


def row(text: str, width: int = 10, style: Style = Style.TEXT) -> tuple[Cell, ...]:
    return row_of((Segment(text, style),), width, UNICODE)


def text_of(cells: tuple[Cell, ...]) -> str:
    return "".join(cell.text for cell in cells)


@pytest.mark.parametrize(
    ("unsafe", "shown"),
    [
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\tb\r\n", "a␉b␍␊"),
        ("\x7f", "␡"),
        ("\x9b2J", "\ufffd2J"),
        ("\u202eabc\u2069", "\ufffdabc\ufffd"),
        ("\ud800", "\ufffd"),
        ("[red]not markup[/red]", "[red]not markup[/red]"),
        ("x\u200dy\ufe0f", "xy"),
    ],
)
def test_what_a_terminal_would_act_on_becomes_a_picture(unsafe: str, shown: str) -> None:
    assert clean(unsafe, UNICODE) == shown


@given(ANY_TEXT)
def test_cleaned_text_can_be_sent_in_its_encoding_and_holds_no_control(text: str) -> None:
    sent = clean(text, UNICODE).encode("utf-8").decode("utf-8")
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in sent)
    assert clean(text, ASCII).isascii()


def test_ascii_keeps_the_base_letter_and_marks_the_rest() -> None:
    assert clean("café ŷ ∂ e\u0301", ASCII) == "cafe y ? e"


@given(ANY_TEXT, st.integers(0, 20))
def test_a_row_has_the_width_asked_for_and_survives_the_way_back(text: str, width: int) -> None:
    cells = row(text, width)
    assert len(cells) == width
    assert row_of(merged(cells), width, UNICODE) == cells


def test_a_wide_character_takes_two_cells_and_is_not_cut_in_half() -> None:
    assert [cell.text for cell in row("a中b", 5)] == ["a", "中", "", "b", " "]
    assert [cell.text for cell in row("a中b", 2)] == ["a", " "]


def test_a_combining_mark_stays_with_its_letter() -> None:
    assert [cell.text for cell in row("z\u0302!", 3)] == ["z\u0302", "!", " "]


def test_neighbours_of_one_style_are_one_segment() -> None:
    line = (Segment("a", Style.DIM), Segment("b", Style.DIM), Segment("c", Style.KEY))
    assert merged(row_of(line, 3, UNICODE)) == (Segment("ab", Style.DIM), Segment("c", Style.KEY))


@pytest.mark.parametrize(
    ("x", "expected"),
    [(2, "01abc56789"), (-1, "bc23456789"), (8, "01234567ab"), (10, "0123456789")],
)
def test_a_patch_covers_its_cells_and_is_cut_at_the_edges(x: int, expected: str) -> None:
    assert text_of(overlay(row("0123456789"), x, row("abc", 3))) == expected


def test_a_patch_over_half_a_wide_character_blanks_the_other_half() -> None:
    assert text_of(overlay(row("中中中", 6), 1, row("abcd", 4))) == " abcd "


def test_only_differing_columns_are_changed_spans() -> None:
    old, new = row("0123456789", 30), row("01x3456789", 30)
    assert list(changed_spans(old, new)) == [(2, 3)]
    assert list(changed_spans(old, old)) == []


def test_spans_join_when_the_gap_is_cheaper_than_moving_the_cursor() -> None:
    old = row("." * 30, 30)
    near = row("x" + "." * GAP + "x" + "." * 30, 30)
    far = row("x" + "." * (GAP + 1) + "x" + "." * 30, 30)
    assert list(changed_spans(old, near)) == [(0, GAP + 2)]
    assert list(changed_spans(old, far)) == [(0, 1), (GAP + 2, GAP + 3)]


def test_a_change_of_style_alone_is_a_change() -> None:
    assert list(changed_spans(row("ab", 2), row("ab", 2, Style.DIM))) == [(0, 2)]


@given(ANY_TEXT, ANY_TEXT)
def test_painting_the_changed_spans_makes_the_new_row(before: str, after: str) -> None:
    old, new = row(before, 12), row(after, 12)
    painted = list(old)
    for start, end in changed_spans(old, new):
        assert "" not in (old[start].text, new[start].text)
        painted[start:end] = new[start:end]
    assert tuple(painted) == new
