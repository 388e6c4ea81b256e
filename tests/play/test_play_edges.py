"""The weights of a playground as lines between its layers."""

from __future__ import annotations

import numpy as np
import pytest

from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.play.options import playground_of_line
from gdtutor.session.playing import play_session
from gdtutor.session.state import Playing, Session
from gdtutor.view.frame import ASCII, UNICODE, Chars, Style
from gdtutor.view.lines import text_of as plain
from gdtutor.view.play_edges import Between, edge_levels, edge_lines
from gdtutor.view.screen import frame_of


def begun(options: str) -> Playing:
    return play_session(Session(), playground_of_line(options))


def test_weights_are_lines_solid_and_dashed_and_the_chosen_one_is_marked_at_both_ends() -> None:
    between = Between(6, 4, (0, 3), (0, 3))
    solid, dashed = (edge_lines(((level, 0), (0, 0)), between, None) for level in (1, -1))
    assert plain(solid[0]) == "⠒" * 6
    assert plain(dashed[0]) == "⠒⠂ ⠒⠂ "
    assert plain(edge_lines(((2, 0), (0, 0)), between, None)[0]) == "⠶" * 6
    weak = edge_lines(((0, 0), (0, 0)), between, None)
    assert {plain(row) for row in weak} == {" " * 6}
    chosen = edge_lines(((0, 0), (0, 0)), between, (1, 0))
    assert (plain(chosen[0])[0], plain(chosen[3])[-1]) == ("▶", "▶")
    assert {segment.style for row in chosen for segment in row} == {Style.CURRENT, Style.DIM}


@pytest.mark.parametrize("chars", [UNICODE, ASCII])
def test_lines_show_where_there_are_dots(chars: Chars) -> None:
    session = pressed(begun("--data spiral --points 20 --layers 2-4-4-1"), parse_keys("w"))
    shown = "\n".join(plain(row) for row in frame_of(session, 120, 36, chars).lines[2:18])
    assert ("solid +, dashed −" in shown) is chars.braille
    assert shown.count("▶") == 2 * chars.braille


def test_where_a_map_is_one_line_high_lines_tell_the_weights_and_all_layers_have_room() -> None:
    session = begun("--points 20 --layers 2-8-8-8-1")
    drawn, signs = (
        "\n".join(plain(row) for row in frame_of(session, 120, 36, chars).lines[2:18])
        for chars in (UNICODE, ASCII)
    )
    assert "solid +, dashed −" in drawn
    assert all(title in drawn for title in ("features", "layer 1", "layer 3", "output"))
    assert not set("⊕⊖") & set(drawn)
    assert "4 of 5 layers" in signs
    assert "+..-N++-" in signs


def test_of_a_chosen_neuron_its_own_weights_alone_are_lines() -> None:
    session = begun("--layers 2-3-1")
    weights = np.array([[1.0, -0.01], [0.5, -0.9], [0.2, 0.2]])
    assert edge_levels(session.play, 1, weights) == ((2, 0), (1, -2), (1, 1))
    chosen = pressed(session, parse_keys("tab down")).play
    assert chosen.neuron == 1
    assert edge_levels(chosen, chosen.layer, weights) == ((0, 0), (1, -2), (0, 0))


def test_a_chosen_weight_is_a_line_of_its_sign_however_weak_it_is() -> None:
    play = pressed(begun("--layers 2-3-1"), parse_keys("w down")).play
    weights = np.array([[1.0, -0.01], [0.5, -0.9], [0.2, 0.2]])
    assert edge_levels(play, 1, weights) == ((2, -1), (0, 0), (0, 0))
