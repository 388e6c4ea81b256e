from sample_frames import plot_frame, study_frame

from gdtutor.paint.rows import RowMaker
from gdtutor.view.frame import ASCII, Frame, Placed, Plot, Segment


def test_rows_fill_the_frame_whatever_its_lines() -> None:
    frame = Frame(5, 3, ((Segment("longer than five"),), (Segment("ab"),)))
    rows = RowMaker().rows(frame)
    assert ["".join(cell.text for cell in row) for row in rows] == ["longe", "ab   ", "     "]


def test_lines_below_the_frame_are_left_out() -> None:
    assert RowMaker().rows(Frame(1, 1, ((Segment("a"),), (Segment("b"),))))[0][0].text == "a"
    assert len(RowMaker().rows(Frame(1, 1, ((), ())))) == 1


def test_a_line_that_stays_is_the_same_row() -> None:
    maker = RowMaker()
    before, after = maker.rows(study_frame(1)), maker.rows(study_frame(2))
    assert before[-1] is after[-1]
    assert before[0] != after[0]


def test_a_new_width_makes_new_rows() -> None:
    maker = RowMaker()
    line = (Segment("abc"),)
    maker.rows(Frame(5, 1, (line,)))
    assert len(maker.rows(Frame(9, 1, (line,)))[0]) == 9


def test_a_plot_lies_on_the_lines_in_its_rectangle() -> None:
    rows = RowMaker().rows(plot_frame())
    assert "".join(cell.text for cell in rows[6]).startswith("    C  cost")
    assert {cell.text for cell in rows[5]} == {" "}


def test_a_plot_beyond_the_frame_is_cut() -> None:
    placed = Placed(Plot("cost of a long run", ()), 2, 1, 30, 20)
    rows = RowMaker(ASCII).rows(Frame(8, 3, (), (placed,)))
    assert ["".join(cell.text for cell in row) for row in rows] == [" " * 8, "  cost o", " " * 8]
