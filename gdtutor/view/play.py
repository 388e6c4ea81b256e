"""The Play screen: controls, the network, what it says over the plane, and the cost as it falls."""

from __future__ import annotations

from gdtutor.session.controls import CONTROLS
from gdtutor.session.playing import edited_values
from gdtutor.session.snapshots import under_cursor
from gdtutor.session.state import Focus, Play, Playing, Session, Walk
from gdtutor.values import replace
from gdtutor.view import notation
from gdtutor.view.bottom import bottom_lines
from gdtutor.view.boxes import Panel, beside, boxed
from gdtutor.view.diagnosis import diagnosis_lines
from gdtutor.view.frame import Block, Chars, Frame, Line, Lines, Placed, Style
from gdtutor.view.lines import fitted, line, shortened, text_of, width_of, wrapped
from gdtutor.view.pictures.field import BELOW, LABELS
from gdtutor.view.play_maps import (
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
from gdtutor.view.train import cost_plot
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


def play_frame(session: Playing, width: int, height: int, chars: Chars) -> Frame:
    """Return the Play screen."""
    play = session.play
    header, facts = _header(session, play, width, chars), _facts(session, width, chars)
    told = diagnosis_lines(session, width - 2, chars, 2)
    bottom = bottom_lines(session, width, chars)
    body = height - 4 - len(told)
    if width < NARROW:
        rows, plots = _one_panel(session, play, width, body, chars)
    else:
        rows, plots = _panels(session, play, width, body, chars)
    lines = (header, facts, *(line(" ", *row) for row in told), *rows, *bottom)
    lower = tuple(replace(plot, y=plot.y + 2 + len(told)) for plot in plots)
    return Frame(width, height, tuple(fitted(row, width, chars) for row in lines), lower)


def watched(session: Playing, width: int) -> Playing:
    """Return a session for who presses no key: not the controls where one panel shows at a time."""
    if width >= NARROW or session.play.focus is not Focus.CONTROLS:
        return session
    return replace(session, play=replace(session.play, focus=Focus.NETWORK))


def _header(session: Walk, play: Play, width: int, chars: Chars) -> Line:
    """Return what is played with, how training stands, and what the last change made of it."""
    snapshot, arrow = session.training, "▸" if chars.unicode else ">"
    playground = play.playground
    made, shape = len(playground.features), "-".join(map(str, playground.layers))
    if made != playground.layers[0]:
        # The widths as they are typed, which begin with the inputs, and what is made of those.
        shape = f"{made} {'feature' if made == 1 else 'features'}, {shape}"
    epoch = line(
        (f"  epoch {len(snapshot.costs):,}  iteration {snapshot.iterations:,} ", Style.DIM)
    )
    behind = line(
        (f" {arrow} ", Style.DIM), standing(session, is_short=True),
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
    """Return training and test cost, and the accuracy on both, of the parameters of the maps."""
    run, cursor, costs = session.run, session.train_look.cursor, session.training.costs
    is_at_cursor = cursor is not None and cursor < len(costs)
    snapshot = outcome_shown(run, under_cursor(session))

    def shown(value: float | None) -> str:
        nothing = "–" if chars.unicode else "-"
        return nothing if value is None else notation.shown(value, 4, chars)

    parts: list[str | tuple[str, Style]] = [
        f" at epoch {cursor}: training " if is_at_cursor else " training ",
        (shown(snapshot.final_cost), Style.RUN_1),
    ]
    if run.trained_examples < run.segments[0].problem.size:
        parts += ["  test ", (shown(snapshot.validation_cost), Style.RUN_2)]
    right = accuracies(run, snapshot)
    if right is not None:
        parts += ["  accuracy ", (f"{100 * right[0]:.0f} %", Style.RUN_1)]
        if right[1] is not None:
            parts += [" / ", (f"{100 * right[1]:.0f} %", Style.RUN_2)]
    told = line(*parts)
    if not is_at_cursor or run.iterations_per_epoch == 1:
        return told
    # Its batches came each before its update, so that the curve is elsewhere.
    longer = line(*parts, f"  curve {shown(float(costs[cursor]))}")
    return longer if width_of(longer) <= width else told


def _panels(session: Playing, play: Play, width: int, height: int, chars: Chars) -> Block:
    """Return the controls, and beside them the network above output and cost."""
    main = width - SIDE
    controls = _controls(session, play, SIDE, height, chars)
    above = int(height * NETWORK_SHARE)
    room = room_for_network(play, main - 4, above - 2, chars) if width >= WIDE else None
    if room is None:
        return _small(session, play, (width, height), controls, chars)
    drawn = network_lines(session, room, main - 4, above - 2, chars)
    is_focused = play.focus is Focus.NETWORK
    title = f"network: {chosen_name(play, chars)}{chosen_weight(session, chars)}"
    layers = len(play.playground.layers)
    title += f"; {len(room.shown)} of {layers} layers" if len(room.shown) < layers else ""
    title += "; lines: solid +, dashed −" if room.edges else ""
    network = boxed(Panel(title, drawn, is_focused=is_focused), main, above, chars)
    left = min(main // 2, max(LEGEND, 4 + LABELS + 2 * _rows(height - above)))
    size = left, height - above
    if is_focused and (play.layer, play.neuron) != (len(play.playground.layers) - 1, 0):
        output = _plane(session, size, chars, is_neuron=True)
    else:
        output = _plane(session, size, chars)
    curve, plot = _curve(session, play, main - left, height - above, chars)
    below = beside(output, curve)
    placed = replace(plot, x=SIDE + left + plot.x, y=above + plot.y)
    return beside(controls, (*network, *below)), (placed,)


def _small(
    session: Playing, play: Play, size: tuple[int, int], controls: Lines, chars: Chars
) -> Block:
    """Return the controls, the output beside one neuron, and the cost below them."""
    width, height = size
    main = width - SIDE
    above = max(int(height * NETWORK_SHARE), 6)
    half = main // 2
    output = _plane(session, (half, above), chars)
    inner = (main - half - 4, above - 2)
    is_focused = play.focus is Focus.NETWORK
    neuron = Panel(chosen_name(play, chars), neuron_lines(session, *inner, chars),
                   is_focused=is_focused)  # fmt: skip
    top = beside(output, boxed(neuron, main - half, above, chars))
    curve, plot = _curve(session, play, main, height - above, chars)
    placed = replace(plot, x=SIDE + plot.x, y=above + plot.y)
    return beside(controls, (*top, *curve)), (placed,)


def _one_panel(session: Playing, play: Play, width: int, height: int, chars: Chars) -> Block:
    """Return what the arrows act on, where there is no room for more."""
    match play.focus:
        case Focus.CONTROLS:
            return _controls(session, play, width, height, chars), ()
        case Focus.NETWORK:
            half = width // 2
            output = _plane(session, (half, height), chars)
            lines = neuron_lines(session, width - half - 4, height - 2, chars)
            neuron = Panel(chosen_name(play, chars), lines, is_focused=True)
            return beside(output, boxed(neuron, width - half, height, chars)), ()
        case Focus.CURVE:
            curve, plot = _curve(session, play, width, height, chars)
            return curve, (plot,)


def _controls(session: Session, play: Play, width: int, height: int, chars: Chars) -> Lines:
    """Return every control with its value, the chosen one whole and in sight."""
    rows = _control_rows(play, width - 16, chars, is_whole=True)
    if len(rows) > height - 2:
        rows = _control_rows(play, width - 16, chars, is_whole=False)
    first = min(max(play.control - (height - 2) // 2, 0), max(len(rows) - height + 2, 0))
    panel = Panel("controls", tuple(rows), first, play.focus is Focus.CONTROLS)
    return boxed(panel, width, height, chars)


def _control_rows(play: Play, room: int, chars: Chars, *, is_whole: bool) -> list[Line]:
    rows = []
    for place, control in enumerate(CONTROLS):
        is_chosen = place == play.control
        mark = (">" if is_chosen else " ") + control.label
        value = notation.plain(control.value(play.playground), chars)
        style = Style.TEXT
        if is_chosen:
            style = Style.CURRENT if play.focus is Focus.CONTROLS else Style.TITLE
        value = value if is_whole or is_chosen else shortened(value, room, chars)
        # Names in a row break behind a comma, and stand as they are typed.
        for part in wrapped(value.replace(",", ", "), room):
            rows.append(line((f"{mark:<12}", style), (text_of(part).replace(", ", ","), style)))
            mark = ""
    return rows


def _rows(height: int) -> int:
    """Return the rows of a map in a box of so many lines."""
    return height - 2 - BELOW


def _plane(
    session: Playing, size: tuple[int, int], chars: Chars, *, is_neuron: bool = False
) -> Lines:
    """Return what the network says over the plane, or the chosen neuron, with the examples."""
    play, run, (width, height) = session.play, session.run, size
    last = len(play.playground.layers) - 1
    layer = play.layer if is_neuron else last
    columns, rows = width - 4 - LABELS, _rows(height)
    # Two columns a row, so that a circle is one.
    columns, rows = min(columns, 2 * rows), min(rows, (columns + 1) // 2)
    if columns < 4 or rows < 2:
        return boxed(Panel("", ()), width, height, chars)
    name = layer_names(last + 1)[layer]
    maps = maps_of(run, under_cursor(session), (name,), columns, rows)
    (values,) = maps.layers
    centre = centre_of(activation_of_layer(play, layer), len(values))
    is_all = not is_neuron and len(values) > 1
    own = values if is_all else values[play.neuron if is_neuron else 0]
    lines = large_map(session, maps, own, centre, chars)
    kept, of = marked_examples(session, columns * rows)
    title = _title(session, play, width)
    if is_neuron:
        title = f"{neuron_name(play, layer, play.neuron, chars)} over the plane"
    note = f" {len(kept)} of {of} marked " if len(kept) < of else ""
    return boxed(Panel(title, lines, 0, is_neuron, note), width, height, chars)


def _title(session: Playing, play: Play, width: int) -> str:
    """Return the title of the output's map, with what marks which examples."""
    has_tests = session.run.trained_examples < session.run.segments[0].problem.size
    is_class = bool(play.playground.dataset.most_classes)
    marks = "01" if is_class else "+-"
    tests = ("ab" if is_class else "pn") if has_tests and not play.hides_tests else ""
    long = f"output: {marks} trained on{f', {tests} test' if tests else ''}"
    return long if len(long) <= width - 6 else f"output {marks}{f' test {tests}' if tests else ''}"


def _curve(
    session: Walk, play: Play, width: int, height: int, chars: Chars
) -> tuple[Lines, Placed]:
    """Return the box of the cost curve, and the plot that lies in it."""
    is_focused = play.focus is Focus.CURVE
    box = boxed(Panel("cost", (), is_focused=is_focused), width, height, chars)
    plot = cost_plot(session, chars)
    # Here they are called what everybody calls them.
    series = tuple(
        replace(one, label="test", mark="t") if one.label == "validation" else one
        for one in plot.series
    )
    plot = replace(plot, series=series)
    return box, Placed(plot, 2, 1, width - 4, height - 2)
