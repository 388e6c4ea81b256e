"""The Train screen: the cost curve as it grows, the boundary, predictions beside targets."""

from __future__ import annotations

from gdtutor.engine.characters import cells
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.pictures import of_hidden
from gdtutor.session.figures import problem_trained, training_pictures, usual_pictures
from gdtutor.session.runs import has_others, run_label
from gdtutor.session.snapshots import under_cursor
from gdtutor.session.state import Screen, Walk
from gdtutor.session.works_in_runs import kept_runs
from gdtutor.values import replace
from gdtutor.view import notation
from gdtutor.view.bottom import bottom_lines
from gdtutor.view.boxes import Panel, beside, boxed, hidden, window
from gdtutor.view.cost_plot import cost_plot
from gdtutor.view.diagnosis import diagnosis_lines
from gdtutor.view.figures import Figure, moved, training_figure
from gdtutor.view.frame import Area, Block, Chosen, Frame, Line, Lines, Placed, Style
from gdtutor.view.lines import found_in, framed, line, shortened, text_of
from gdtutor.view.marks import MEAN, marks_of
from gdtutor.view.matrix import MatrixLook, matrix_lines
from gdtutor.view.pictures import kind_of
from gdtutor.view.pictures.planes import no_point
from gdtutor.view.runs import curves_shown, run_lines, short_name, swept_setting
from gdtutor.view.train_lines import NARROW, cost_facts, header_line, progress_line

SIDE = 30
"""Cells of the side panel at 80 columns."""
RUNS = "runs"
"""The side panel of the runs side by side."""
PLANE = 16
"""Lines of a plane that nothing below it takes from it."""
TOLD = 330
"""Cells that this takes as a rule, whose lines below the curve are kept for it from the start."""
TOLD_SHARE = 6
"""Lines of the screen between what is above and below for each of those."""


def train_frame(session: Walk, area: Area) -> Frame:
    """Return the Train screen; the plot itself is data that the painter lays on it."""
    width, height, chars = area.width, area.height, area.chars
    header = header_line(session, width, chars)
    facts = cost_facts(session, chars, width)
    bar = progress_line(session, width, chars)
    draw_body = _small if width < NARROW or height < 20 else _wide
    rows, plots = draw_body(session, area.less(rows=5))
    bottom = bottom_lines(session, width, chars, above=rows)
    return framed(area, (header, facts, *rows, bar, *bottom), plots)


def _wide(session: Walk, area: Area) -> Block:
    side = area.wide(SIDE if area.width < 100 else area.width * 2 // 5)
    main = area.less(side.width)
    title = ", ".join(["cost curve", *_qualities(session)])
    room = main.inside
    most = min(-(-TOLD // room.width), area.height // TOLD_SHARE)
    told = diagnosis_lines(session, room.width, area.chars, most)
    high = room.height - most
    curve = boxed(Panel(title, (*((),) * high, *told), is_focused=True), main)
    figure = _side(session, _tab(session), side.inside)
    panel = boxed(figure.panel, side)
    plot = cost_plot(session, area.chars)
    if figure.panel.title == RUNS and len(figure.panel.lines) <= side.inside.height:
        # The panel beside it is the legend of all that it lists.
        shown = curves_shown(session, area.chars)
        listed = {short_name(one.name, shown) for one in shown}
        bare = (replace(one, label="") if one.label in listed else one for one in plot.series)
        plot = replace(plot, series=tuple(bare))
    placed = Placed(plot, 2, 3, room.width, high)
    return beside(curve, panel), (placed, *moved(figure.plots, main.width + 2, 3))


def _small(session: Walk, area: Area) -> Block:
    """Return what is wrong, and the curve or one side panel, where both do not fit."""
    most = max(area.height // TOLD_SHARE, 1)
    told = diagnosis_lines(session, area.width - 2, area.chars, most)
    rows, plots = _one_of(session, area.less(rows=len(told)))
    return (*(line(" ", *row) for row in told), *rows), moved(plots, 0, len(told))


def _one_of(session: Walk, area: Area) -> Block:
    """Return the curve or one side panel."""
    width, height, chars = area.width, area.height, area.chars
    # The curve comes before the first panel; runs side by side begin with it as well.
    tab = (_tab(session) + has_others(session)) % (len(_sides(session)) + 1)
    if tab == 0:
        plot, said = cost_plot(session, chars), _qualities(session)
        if said and not plot.title:
            plot = replace(plot, title=", ".join(said))
        return ((),) * height, (Placed(plot, 0, 2, width, height),)
    figure = _side(session, tab - 1, area.less(rows=1))
    lines, scroll = figure.panel.lines, figure.panel.scroll
    more = hidden(lines, scroll, height - 1, chars)
    name = shortened(figure.panel.title, width - len(more.text), chars)
    title = line((name, Style.TITLE), more)
    return (title, *window(lines, scroll, height - 1)), moved(figure.plots, 0, 3)


def _qualities(session: Walk) -> list[str]:
    """Return what the curves differ in, and over how many epochs a mean is."""
    setting, window = swept_setting(session), session.train.look.mean
    mean = f"{MEAN} mean of {window:,} epochs"
    return [*([f"by {setting}"] if setting else []), *([mean] if window else [])]


def _sides(session: Walk) -> tuple[str | PictureWish, ...]:
    """Return the side panels: pictures, the parameters, and the runs where there are others.

    A picture of what lies between the examples comes last where it can only say why there is
    nothing, unless it is the lesson's own.
    """
    pictures, problem = training_pictures(session), problem_trained(session)
    own = session.lesson.pictures
    empty = [w for w in usual_pictures(session)[:-1] if w in pictures and w not in own]
    if empty and no_point(problem, session.run.trained_examples, (problem.prediction or "",)):
        pictures = (*(wish for wish in pictures if wish not in empty), *empty)
    return (*pictures, "parameters", *((RUNS,) if has_others(session) else ()))


def table_lines(session: Walk, area: Area) -> Lines:
    """Return the examples with prediction and target, none where nothing is predicted."""
    table = PictureWish("table")
    if table not in usual_pictures(session):
        return ()
    beside = replace(session, screen=Screen.TRAIN)
    return training_figure(beside, table, area).panel.lines


def _side(session: Walk, tab: int, area: Area) -> Figure:
    """Return the side panel, of the epoch under the cursor where it is on one, which it names."""
    sides = _sides(session)
    chosen = sides[tab % len(sides)]
    if chosen == RUNS:
        return _runs(session, area)
    if isinstance(chosen, str):
        figure = Figure(Panel(chosen, _parameters(session, area), session.train.look.scroll))
    else:
        figure = _stacked(session, chosen, area)
    if under_cursor(session) is session.train.snapshot:
        return figure
    title, at = figure.panel.title, session.train.look.cursor
    # What the panel shows stands whole: the line of costs names the epoch as well.
    ways = f"epoch {at}: {title}", f"{at}: {title}", f"{at}: {title.removeprefix('The ')}"
    title = next((text for text in ways if cells(text) <= area.width - 2), title)
    return replace(figure, panel=replace(figure.panel, title=title))


def _tab(session: Walk) -> int:
    """Return the place of the side panel; the runs' own only where there are some."""
    tab = session.train.look.tab
    return tab if has_others(session) else max(tab, 0)


def _stacked(session: Walk, chosen: PictureWish, area: Area) -> Figure:
    """Return a picture, and below it what has room of what is behind Tab else: the predictions,
    then planes. What neither needs makes a plane larger.
    """
    if not kind_of(chosen.kind).has_below:
        return training_figure(session, chosen, area)
    small = min(area.height, PLANE)
    figure = training_figure(session, chosen, area.high(small))
    below = _below(session, chosen, area.less(rows=len(_trimmed(figure))))
    alone = [wish.option("title") for wish in of_hidden((chosen,))]
    is_told = any(text_of(row) in alone for row in below)
    if is_told:
        # The planes of the hidden neurons stand below already.
        options = tuple(one for one in chosen.options if one[0] != "hidden")
        chosen = replace(chosen, options=options)
    if is_told or area.height - len(below) > small:
        figure = training_figure(session, chosen, area.less(rows=len(below)))
    return Figure(Panel(figure.panel.title, (*_trimmed(figure), *below)))


def _below(session: Walk, shown: object, area: Area) -> Lines:
    """Return the pictures that have room below another, or below the runs, each after a blank line
    where that takes none from it.
    """
    below: Lines = ()
    others = [w for w in _sides(session) if isinstance(w, PictureWish) and w != shown]
    for wish in sorted(others, key=lambda wish: wish.kind != "table"):
        title = str(wish.option("title", ""))
        head = (line((title, Style.DIM)),) if title else ()
        least = kind_of(wish.kind).least_below
        spare = area.height - len(head) - least
        if not least or spare < 0:
            continue
        head = ((), *head) if spare else head
        told = (*head, *_trimmed(training_figure(session, wish, area.less(rows=len(head)))))
        below, area = (*below, *told), area.less(rows=len(told))
    return below


def _trimmed(figure: Figure) -> Lines:
    """Return what a picture shows, without blank lines at its end."""
    lines = figure.panel.lines
    filled = [at for at, row in enumerate(lines, start=1) if text_of(row).strip()]
    return lines[: max(filled, default=0)]


def _runs(session: Walk, area: Area) -> Figure:
    """Return the runs side by side; what is left over shows the present one, of which the pictures
    behind Tab are.
    """
    height, chars, own = area.height, area.chars, under_cursor(session)
    runs = run_lines(session, area.width, chars, height)
    if len(runs) + 2 <= height and not kept_runs(session):
        runs = (*runs, (), line(("Backspace", Style.KEY), (" clears others", Style.DIM)))
    below = _below(session, None, area.less(rows=len(runs) + 2)) if len(own.costs) else ()
    if below:
        at_epoch = "" if own is session.train.snapshot else f" at epoch {len(own.costs) - 1}"
        head = line((f"{marks_of(chars).curve} {run_label(session)}{at_epoch}", Style.DIM))
        runs = (*runs, (), head, *below[not below[0] :])
    at = next((n for n, row in enumerate(runs) if found_in([row], Chosen)), 0)
    return Figure(Panel(RUNS, runs, max(at - height // 2, 0)))


def _parameters(session: Walk, area: Area) -> Lines:
    digits, chars, lines = session.look.digits, area.chars, list[Line]()
    for before, name, value in under_cursor(session).told:
        called = f"{before}{notation.name(name, chars)}", Style.PARAMETER
        if value.ndim == 0:
            lines.append(line(called, f" {notation.shown(float(value), digits, chars)}"))
        else:
            lines += [line(called), *matrix_lines(value, MatrixLook(area.width, digits), chars)]
    return tuple(lines) or (line(("nothing trained yet", Style.DIM)),)
