"""The network of a playground: a small map of every neuron, and the weights that arrive at it."""

from __future__ import annotations

from gdtutor.engine.characters import cells as text_cells
from gdtutor.session.state import Focus, Play, Playing
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.boxes import beside
from gdtutor.view.figures import source_of
from gdtutor.view.frame import Area, Chars, Line, Lines, Segment, Style
from gdtutor.view.lines import fitted, line, shortened
from gdtutor.view.play_edges import (
    MOST_WEIGHTS,
    Between,
    chosen_edge,
    edge_levels,
    edge_lines,
    weight_glyphs,
    weight_strip,
)
from gdtutor.view.play_maps import centre_of, layer_names, maps_of, small_map

LEAST_MAP = (4, 1)
"""Columns and lines of the smallest map of a neuron."""
MOST_MAP = (36, 18)
LEAST_LINED = 8
"""Columns of the smallest map that leaves room to lines."""
NAME = 7
"""Cells that the names of neurons get at least."""
NUMBER = 3
"""Cells of a neuron's number, where its map is one line high."""
EDGES = range(5, 13)
"""Cells between two layers in which their weights are lines, where the maps take what they can."""
MOST_EDGES = 30
BLANK = Segment(" ")


class NetworkRoom(Struct, frozen=True):
    """How a network is laid out."""

    columns: int
    """Cells of a map."""
    rows: int
    """Lines of a map."""
    strip: int
    """Cells of a neuron's name, and of its weights, before its map."""
    gap: int
    """Empty lines below a map."""
    edges: int
    """Cells of the lines from a layer to the next; 0 where there are none."""
    shown: range
    """The layers that are drawn: those around the chosen one where not all of them fit."""
    neurons: int
    """Most neurons of a layer that are drawn."""


def room_for_network(play: Play, area: Area) -> NetworkRoom | None:
    """Return the largest maps that fit, of as many layers as do; None where no map does."""
    layers = len(play.playground.layers)
    windows = (_window(play.layer, layers, most) for most in range(layers, 1, -1))
    rooms = (_room_for_layers(play, shown, area) for shown in windows)
    return next((room for room in rooms if room is not None), None)


def _window(chosen: int, count: int, most: int) -> range:
    """Return so many of some places, the chosen one among them."""
    first = min(max(chosen - most // 2, 0), max(count - most, 0))
    return range(first, min(first + most, count))


def _room_for_layers(play: Play, shown: range, area: Area) -> NetworkRoom | None:
    width, height, playground, layers = area.width, area.height, play.playground, len(shown)
    tallest = max(playground.width_of(layer) for layer in shown)
    before = max(playground.width_of(layer) for layer in shown[:-1])
    strip = max(min(before, MOST_WEIGHTS), NAME) + 2
    lines = (height - 1) // tallest
    # The last line says how many more there are.
    neurons = tallest if lines else height - 2
    lines = lines or int(neurons > 0)
    gap = int(lines > LEAST_MAP[1] + 1)
    rows = min(lines - gap, MOST_MAP[1])
    lined, square = strip, max(2 * rows, LEAST_MAP[0]) if rows > 1 else MOST_MAP[0]
    if lines == LEAST_MAP[1]:
        # A number stands before the weights, which lines tell where these have room.
        names = [neuron_name(play, 0, n, area.chars) for n in range(playground.width_of(0))]
        strip, lined = strip + NUMBER, max(NUMBER, *(text_cells(f">{name}") for name in names)) + 2
    edges, columns = 0, min((width - layers) // layers - strip, MOST_MAP[0])
    for cells in EDGES if area.chars.braille else ():
        # The blank before a strip is between the lines and the name.
        beside_lines = (width - layers - (layers - 1) * cells) // layers - lined + 1
        if beside_lines >= min(max(LEAST_LINED, 3 * cells // 2), square):
            edges, columns = cells, min(beside_lines, MOST_MAP[0])
    strip = lined if edges else strip
    if columns < LEAST_MAP[0] or rows < LEAST_MAP[1]:
        return None
    if rows > 1:
        # A cell is twice as high as wide; one line is too little of the plane to have an aspect.
        rows = min(rows, columns // 2)
        columns = 2 * rows
        if edges:
            left = width - layers * (strip + columns)
            edges = min(left // (layers - 1), MOST_EDGES)
    return NetworkRoom(columns, rows, strip - bool(edges), gap, edges, shown, neurons)


def network_lines(session: Playing, room: NetworkRoom, area: Area) -> Lines:
    """Return every layer as a column of maps, the weights that arrive before each of them."""
    play, height, chars = session.play, area.height, area.chars
    source = source_of(session, chars)
    names = layer_names(len(play.playground.layers))[room.shown.start : room.shown.stop]
    maps = maps_of(source, names, room.columns, room.rows)
    parameters, is_lined = source.parameters, bool(room.edges) and room.rows == 1
    wide = room.strip + room.columns
    blocks = []
    starts: tuple[int, ...] = ()
    for layer, name, values in zip(room.shown, names, maps.layers, strict=True):
        weights = parameters[f"W{layer}"] if layer else None
        chosen = chosen_edge(play, layer)
        shown = _shown_neurons(play, layer, room.neurons)
        title = "output" if _is_output(play, layer) else f"layer {layer}" if layer else "features"
        rows: list[Line] = [line((title, Style.DIM))]
        middles = [-1] * len(values)
        high = min(max((height - 1) // len(values), room.rows), 2 * room.columns // 5)
        of_layer = maps
        if room.rows == 1 and high > 1:
            # A layer of few neurons has the lines that others need: x2 in one line is its middle.
            of_layer = maps_of(source, (name,), room.columns, high)
            (values,) = of_layer.layers
        centre = centre_of(activation_of_layer(play, layer), len(values))
        for neuron in shown:
            own = values[neuron]
            drawn = small_map(of_layer, own, centre, chars, is_discrete=play.is_discrete)
            edge = chosen[1] if chosen and chosen[0] == neuron else None
            strip = () if weights is None else weight_strip(weights, neuron, edge, chars)
            before = (_name_before(play, layer, neuron, chars), strip)
            if strip and (len(drawn) == 1 or is_lined):
                mark = ">" if (layer, neuron) == (play.layer, play.neuron) else " "
                number = _marked(play, layer, neuron, f"{mark}{neuron:<{NUMBER - 1}}")
                before = (number if is_lined else (*number, BLANK, *strip), ())
            middles[neuron] = len(rows) + (len(drawn) - 1) // 2
            rows += [
                (*fitted(before[place] if place < 2 else (), room.strip - 1, chars), BLANK, *row)
                for place, row in enumerate(drawn)
            ]
            rows += [()] * room.gap
        if more := len(values) - len(shown):
            rows.append(line((f"{'⋮' if chars.unicode else ':'} {more} more", Style.DIM)))
        rows = rows[:height] + [()] * (height - len(rows))
        if weights is not None and room.edges and starts:
            between = Between(room.edges, height, starts, tuple(middles))
            blocks.append(list(edge_lines(edge_levels(play, layer, weights), between, chosen)))
        starts = tuple(middles)
        blocks.append([fitted(row, wide + 1, chars) for row in rows])
    return tuple(fitted(row, area.width, chars) for row in beside(*blocks))


def _shown_neurons(play: Play, layer: int, most: int) -> range:
    """Return the neurons of a layer that are drawn, the chosen one or what its weight comes from
    among them."""
    chosen = play.neuron if layer == play.layer else 0
    if layer == play.layer - 1:
        chosen = play.edge or 0
    return _window(chosen, play.playground.width_of(layer), most)


def _name_before(play: Play, layer: int, neuron: int, chars: Chars) -> Line:
    """Return the name of a neuron, marked where it is the chosen one."""
    mark = ">" if (layer, neuron) == (play.layer, play.neuron) else ""
    return _marked(play, layer, neuron, f"{mark}{neuron_name(play, layer, neuron, chars)}")


def _marked(play: Play, layer: int, neuron: int, text: str) -> Line:
    chosen = Style.CURRENT if play.focus is Focus.NETWORK else Style.TITLE
    is_chosen = (layer, neuron) == (play.layer, play.neuron)
    return line((text, chosen if is_chosen else Style.DIM))


def _is_output(play: Play, layer: int) -> bool:
    return layer == len(play.playground.layers) - 1


def neuron_name(play: Play, layer: int, neuron: int, chars: Chars) -> str:
    """Return what a neuron is called, a feature by its formula."""
    if layer == 0:
        return notation.plain(play.playground.features[neuron], chars)
    name = notation.name("Yhat" if _is_output(play, layer) else f"A{layer}", chars)
    return f"{name}[{neuron}]"


def activation_of_layer(play: Play, layer: int) -> str:
    """Return the activation of a layer; features are what they are."""
    if layer == 0:
        return "linear"
    return play.playground.output if _is_output(play, layer) else play.playground.activation


def neuron_lines(session: Playing, area: Area) -> Lines:
    """Return the chosen neuron alone: its map, and its weights by number."""
    play, rows, chars = session.play, area.height, area.chars
    weights = _weight_lines(session, area.width, chars)
    high = max(rows - min(len(weights), rows // 2 + 1), 2)
    if len(weights) > rows - high > 0:
        # The chosen weight stays in sight, whatever there are.
        kept = _window(play.edge or 0, len(weights), rows - high - 1)
        more = f"{'⋮' if chars.unicode else ':'} {len(weights) - len(kept)} more"
        weights = (*weights[kept.start : kept.stop], line((f" {more}", Style.DIM)))
    name = layer_names(len(play.playground.layers))[play.layer]
    columns = min(area.width, 2 * high)
    maps = maps_of(source_of(session, chars), (name,), columns, max(columns // 2, 1))
    (values,) = maps.layers
    centre = centre_of(activation_of_layer(play, play.layer), len(values))
    drawn = small_map(maps, values[play.neuron], centre, chars, is_discrete=play.is_discrete)
    return (*drawn, *weights)[:rows]


def _weight_lines(session: Playing, width: int, chars: Chars) -> Lines:
    """Return the weights that arrive at the chosen neuron, the chosen one marked."""
    play, parameters = session.play, source_of(session, chars).parameters
    if play.layer == 0:
        return ()
    weights = parameters[f"W{play.layer}"]
    own, bias = weights[play.neuron], parameters[f"b{play.layer}"][play.neuron, 0]
    lines = []
    for place, glyph in enumerate(weight_glyphs(weights, play.neuron, chars)):
        called = neuron_name(play, play.layer - 1, place, chars)
        number = notation.shown(float(own[place]), 3, chars)
        is_chosen = play.edge == place
        text = f"{'>' if is_chosen else ' '}{number} {chars.times} {called}"
        style = Style.CURRENT if is_chosen else glyph.style
        lines.append(line((shortened(text, width, chars), style)))
    bias_text = f"  {notation.shown(float(bias), 3, chars)} bias"
    return (*lines, line((bias_text, Style.DIM)))


def chosen_name(play: Play, chars: Chars) -> str:
    """Return what the chosen neuron or weight is called."""
    if play.edge is not None:
        name = notation.name(f"W{play.layer}", chars)
        return f"{name}[{play.neuron},{play.edge}]"
    return neuron_name(play, play.layer, play.neuron, chars)


def chosen_weight(session: Playing, chars: Chars) -> str:
    """Return the value of the chosen weight, as ` = 0.83`; empty where a neuron is chosen."""
    play = session.play
    if play.edge is None:
        return ""
    weights = source_of(session, chars).parameters[f"W{play.layer}"]
    return f" = {notation.shown(float(weights[play.neuron, play.edge]), 4, chars)}"
