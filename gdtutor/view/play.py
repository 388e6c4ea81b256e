"""The Play screen: controls, the network, what it says over the plane, and the cost as it falls."""

from __future__ import annotations

from gdtutor.session.controls import CONTROLS
from gdtutor.session.play_keys import edited_values
from gdtutor.session.snapshots import under_cursor
from gdtutor.session.state import Focus, Play, Playing, Walk
from gdtutor.values import replace
from gdtutor.view import notation
from gdtutor.view.bottom import bottom_lines
from gdtutor.view.boxes import Panel, beside, boxed
from gdtutor.view.cost_plot import cost_plot
from gdtutor.view.diagnosis import diagnosis_lines
from gdtutor.view.figures import moved, source_of
from gdtutor.view.frame import Area, Block, Chars, Frame, Line, Lines, Placed, Style
from gdtutor.view.lines import (
    first_that_fits,
    fitted,
    framed,
    line,
    shortened,
    text_of,
    width_of,
    wrapped,
)
from gdtutor.view.marks import HELD, marks_of
from gdtutor.view.pictures.field import BELOW, LABELS
from gdtutor.view.play_maps import (
    SIGNS,
    accuracies,
    centre_of,
    large_map,
    layer_names,
    maps_of,
    marked_examples,
    outcome_shown,
)
from gdtutor.view.play_network import (
    activation_of_layer,
    chosen_name,
    chosen_weight,
    network_lines,
    neuron_lines,
    neuron_name,
    room_for_network,
)
from gdtutor.view.train_lines import standing

SIDE = 29
"""Cells of the controls."""
WIDE = 110
"""Columns from which the whole network is drawn."""
NARROW = 60
"""Columns below which one panel shows at a time."""
LEGEND = 38
"""Cells of the box of a map whose title says what its marks are."""
NETWORK_SHARE = 0.56
"""The part of the body's lines that the network gets."""


def play_frame(session: Playing, area: Area) -> Frame:
    """Return the Play screen."""
    width, chars = area.width, area.chars
    header, facts = _header(session, width, chars), _facts(session, width, chars)
    told = diagnosis_lines(session, width - 2, chars, 2)
    bottom = bottom_lines(session, width, chars)
    draw_body = _one_panel if width < NARROW else _panels
    rows, plots = draw_body(session, area.less(rows=4 + len(told)))
    lines = (header, facts, *(line(" ", *row) for row in told), *rows, *bottom)
    return framed(area, lines, moved(plots, 0, 2 + len(told)))


def watched(session: Playing, width: int) -> Playing:
    """Return a session for who presses no key: not the controls where one panel shows at a time."""
    if width >= NARROW or session.play.focus is not Focus.CONTROLS:
        return session
    return replace(session, play=replace(session.play, focus=Focus.NETWORK))


def _header(session: Playing, width: int, chars: Chars) -> Line:
    """Return what is played with, how training stands, and what the last change made of it."""
    snapshot, play, playground = session.train.snapshot, session.play, session.play.playground
    made, shape = len(playground.features), "-".join(map(str, playground.layers))
    if made != playground.layers[0]:
        # The widths as they are typed, which begin with the inputs, and what is made of those.
        shape = f"{made} {'feature' if made == 1 else 'features'}, {shape}"
    epoch = line(
        (f"  epoch {len(snapshot.costs):,}  iteration {snapshot.iterations:,} ", Style.DIM)
    )
    behind = line(
        (f" {chars.pointer} ", Style.DIM), standing(session, is_short=True),
        (edited_values(session), Style.CHANGED), (f"  {play.word}", Style.CHANGED),
    )  # fmt: skip
    left = (*line(" Playground ", (f"{playground.data} {shape}", Style.TITLE)), *behind)
    if width_of(left) + width_of(epoch) > width:
        # What the last change made of the run is told nowhere else: the rest gives way.
        epoch = line((f"  it. {snapshot.iterations:,} ", Style.DIM))
    room = width - width_of(epoch)
    if width_of(left) > room:
        data = shortened(playground.data, room - width_of(behind) - len(shape) - 2, chars)
        left = (*line(" ", (f"{data} {shape}", Style.TITLE)), *behind)
    return (*fitted(left, room, chars), *epoch)


def _facts(session: Walk, width: int, chars: Chars) -> Line:
    """Return training and validation cost, and the accuracy on both, of the parameters of the maps.

    What was held back is told by its mark where the word has no room.
    """
    run, cursor, costs = session.run, session.train.look.cursor, session.train.snapshot.costs
    is_at_cursor = cursor is not None and cursor < len(costs)
    snapshot = outcome_shown(run, under_cursor(session))
    right, is_split = accuracies(run, snapshot), run.trained_examples < run.segments[0].problem.size

    def shown(value: float | None) -> str:
        nothing = "–" if chars.unicode else "-"
        return nothing if value is None else notation.counted(value, 4, chars)

    def told(held: str, curve: str = "") -> Line:
        parts: list[str | tuple[str, Style]] = [
            f" at epoch {cursor}: training " if is_at_cursor else " training ",
            (shown(snapshot.final_cost), Style.RUN_1),
        ]
        if is_split:
            parts += [f"  {held} ", (shown(snapshot.validation_cost), Style.RUN_2)]
        if right is not None:
            parts += ["  accuracy ", (notation.percent(right[0], 2), Style.RUN_1)]
            if right[1] is not None:
                parts += [" / ", (notation.percent(right[1], 2), Style.RUN_2)]
        return line(*parts, curve)

    ways = [told("validation"), told(HELD)]
    if is_at_cursor and run.iterations_per_epoch > 1:
        # Its batches came each before its update, so that the curve is elsewhere.
        curve = f"  curve {shown(float(costs[cursor or 0]))}"
        why = f"{curve}, over its batches before their updates"
        ways = [told(held, text) for text in (why, curve) for held in ("validation", HELD)] + ways
    return next((way for way in ways if width_of(way) <= width), ways[-1])


def _panels(session: Playing, area: Area) -> Block:
    """Return the controls, and beside them the network above output and cost."""
    play, chars, main = session.play, area.chars, area.less(SIDE)
    controls, above = _controls(session, area.wide(SIDE)), int(area.height * NETWORK_SHARE)
    top, below = main.high(above), main.less(rows=above)
    room = room_for_network(play, top.inside) if area.width >= WIDE else None
    if room is None:
        return _small(session, controls, main)
    drawn = network_lines(session, room, top.inside)
    is_focused = play.focus is Focus.NETWORK
    title = f"network: {chosen_name(play, chars)}{chosen_weight(session, chars)}"
    layers = len(play.playground.layers)
    title += f"; {len(room.shown)} of {layers} layers" if len(room.shown) < layers else ""
    title += "; lines: solid +, dashed −" if room.edges else ""
    network = boxed(Panel(title, drawn, is_focused=is_focused), top)
    left = min(main.width // 2, max(LEGEND, 4 + LABELS + 2 * _rows(below.height)))
    is_neuron = is_focused and (play.layer, play.neuron) != (layers - 1, 0)
    output = _plane(session, below.wide(left), is_neuron=is_neuron)
    curve, plots = _curve(session, below.less(left))
    rows = (*network, *beside(output, curve))
    return beside(controls, rows), moved(plots, SIDE + left, above)


def _small(session: Playing, controls: Lines, area: Area) -> Block:
    """Return the controls, the output beside one neuron, and the cost below them."""
    above = max(int(area.height * NETWORK_SHARE), 6)
    top = _output_and_neuron(session, area.high(above), session.play.focus is Focus.NETWORK)
    curve, plots = _curve(session, area.less(rows=above))
    return beside(controls, (*top, *curve)), moved(plots, SIDE, above)


def _output_and_neuron(session: Playing, area: Area, is_focused: bool) -> Lines:
    left = area.wide(area.width // 2)
    right = area.less(left.width)
    lines = neuron_lines(session, right.inside)
    neuron = Panel(chosen_name(session.play, area.chars), lines, is_focused=is_focused)
    return beside(_plane(session, left), boxed(neuron, right))


def _one_panel(session: Playing, area: Area) -> Block:
    """Return what the arrows act on, where there is no room for more."""
    match session.play.focus:
        case Focus.CONTROLS:
            return _controls(session, area), ()
        case Focus.NETWORK:
            return _output_and_neuron(session, area, True), ()
        case Focus.CURVE:
            return _curve(session, area)


def _controls(session: Playing, area: Area) -> Lines:
    """Return every control with its value, the chosen one whole and in sight."""
    play, height = session.play, area.inside.height
    rows = _control_rows(play, area.width - 16, area.chars, is_whole=True)
    if len(rows) > height:
        rows = _control_rows(play, area.width - 16, area.chars, is_whole=False)
    first = min(max(play.control - height // 2, 0), max(len(rows) - height, 0))
    return boxed(Panel("controls", tuple(rows), first, play.focus is Focus.CONTROLS), area)


def _control_rows(play: Play, room: int, chars: Chars, *, is_whole: bool) -> list[Line]:
    rows = []
    for place, control in enumerate(CONTROLS):
        # Elsewhere the arrows act on something else.
        is_chosen = place == play.control and play.focus is Focus.CONTROLS
        mark = (">" if is_chosen else " ") + control.label
        value = notation.plain(control.value(play.playground), chars)
        style = Style.CURRENT if is_chosen else Style.TEXT
        value = value if is_whole or is_chosen else shortened(value, room, chars)
        # Names in a row break behind a comma, and stand as they are typed.
        for part in wrapped(value.replace(",", ", "), room):
            rows.append(line((f"{mark:<12}", style), (text_of(part).replace(", ", ","), style)))
            mark = ""
    return rows


def _rows(height: int) -> int:
    """Return the rows of a map in a box of so many lines."""
    return height - 2 - BELOW


def _plane(session: Playing, area: Area, *, is_neuron: bool = False) -> Lines:
    """Return what the network says over the plane, or the chosen neuron, with the examples."""
    play, chars = session.play, area.chars
    last = len(play.playground.layers) - 1
    layer = play.layer if is_neuron else last
    columns, rows = area.width - 4 - LABELS, _rows(area.height)
    # Two columns a row, so that a circle is one.
    columns, rows = min(columns, 2 * rows), min(rows, (columns + 1) // 2)
    if columns < 4 or rows < 2:
        return boxed(Panel("", ()), area)
    name = layer_names(last + 1)[layer]
    maps = maps_of(source_of(session, chars), (name,), columns, rows)
    (values,) = maps.layers
    centre = centre_of(activation_of_layer(play, layer), len(values))
    is_all = not is_neuron and len(values) > 1
    own = values if is_all else values[play.neuron if is_neuron else 0]
    lines = large_map(session, maps, own, centre, chars)
    kept, of = marked_examples(session, columns * rows)
    title = _title(session, area)
    if is_neuron:
        title = f"{neuron_name(play, layer, play.neuron, chars)} over the plane"
    note = f" {len(kept)} of {of} marked " if len(kept) < of else ""
    return boxed(Panel(title, lines, 0, is_neuron, note), area)


def _title(session: Playing, area: Area) -> str:
    """Return the title of the output's map, with what marks which examples."""
    play, run = session.play, session.run
    is_split = run.trained_examples < run.segments[0].problem.size
    is_class = bool(play.playground.dataset.most_classes)
    marks, known = "01" if is_class else SIGNS, marks_of(area.chars)
    held = known.held_classes[:2] if is_class else known.held_signs
    if not is_split or play.hides_held:
        return f"output: {marks} trained on"
    ways = (f"output: {marks} trained, {held} held out", f"output: {held} held out")
    return first_that_fits(ways, area.width - 5)


def _curve(session: Playing, area: Area) -> Block:
    """Return the box of the cost curve, and the plot that lies in it."""
    placed = Placed(cost_plot(session, area.chars), 2, 1, area.inside.width, area.inside.height)
    is_focused = session.play.focus is Focus.CURVE
    return boxed(Panel("cost", (), is_focused=is_focused), area), (placed,)
