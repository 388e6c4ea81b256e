"""How the walk is looked at: folding, cells, the followed example, digits, panels."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.cells import cell_name, counting, open_cell
from gdtutor.engine.expression import Expr, names_in
from gdtutor.engine.graph import Line
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.operations import Array
from gdtutor.session.asking import followed_cell
from gdtutor.session.digits import MAX_DIGITS
from gdtutor.session.moving import moved, moved_to
from gdtutor.session.navigation import cell_shape, looking, refolded, said, with_cell
from gdtutor.session.state import AutoPlay, Screen, Session, Tab, W, Walk, current_step
from gdtutor.session.steps import Phase, Step, find_step
from gdtutor.session.working import named_operands, node_expr
from gdtutor.values import replace

MOST_BACK = 50
"""Places that Backspace goes back to."""
_PACES = (8.0, 5.0, 3.0, 2.0, 1.5, 1.0, 0.7, 0.5, 0.3)


def toggle_fold(session: Walk) -> Walk:
    """Unfold the current line into its elementary operations, or fold it again."""
    line = current_line(session)
    if line is None:
        return session
    after = refolded(session, frozenset(session.look.unfolded ^ {line.name}))
    return after if line.name in session.look.unfolded else _at_first_operation(after, line)


def _at_first_operation(session: Walk, line: Line) -> Walk:
    """Go to the operation of an unfolded line that the walk comes to first, and say how many.

    An open question stays where it is: it asks for the line's own result.
    """
    here, moment = current_step(session), session.moment
    if here is None or session.challenge is not None:
        return session
    first = next(
        step
        for step in moment.steps
        if (step.scene, step.phase) == (here.scene, here.phase)
        and step.node.partition(".")[0] == line.name
    )
    count = line.last - line.first + 1
    is_back = here.phase is Phase.BACKWARD
    order = "; going back, the last comes first" if is_back else ", this one first"
    after = moved(session, moment.iteration, first.number)
    told = f"{line.name} is {count} operations{order}; `x` folds them."
    return said(after, told)


def toggle_repetition(session: Walk) -> Walk:
    """Fold repetitions to the count of the step, or to a typed one, and walk them whole again."""
    step, moment, lesson = current_step(session), session.moment, session.lesson
    if step is None:
        return session
    if session.look.folded is not None and not session.count:
        return said(looking(session, folded=None), "Every count of the repetition is walked.")
    lines = lesson.scenes[step.scene].repeated
    here = lines.get(step.node.partition(".")[0])
    shown = here or next(iter(lines.values()))
    chosen = shown.nearest(session.times if session.count else shown.count)
    if here is not None and chosen != here.count:
        same = (name for name, line in lines.items() if line.template == here.template)
        there = next(name for name in same if lines[name].count == chosen)
        to = find_step(moment.steps, step.phase, there)
        session = session if to is None else moved(session, moment.iteration, to.number)
    word = f"Of the repetition {shown.counter} = {chosen} is walked alone; `X` walks all."
    return said(looking(session, folded=chosen), word)


def is_page(session: Walk) -> bool:
    """Say whether a page of text shows: the opening, or the closing one."""
    is_study = session.screen is Screen.STUDY
    return is_study and (session.step == 0 or session.look.is_closing)


def pages_on(session: Walk) -> bool:
    """Say whether a page of text shows that goes on below."""
    return is_page(session) and session.look.below > 0


def pages_back(session: Walk) -> bool:
    """Say whether a page of text shows that begins above."""
    return is_page(session) and session.look.page > 0 and session.look.scroll > 0


def current_line(session: Walk) -> Line | None:
    """Return the line of the step under the cursor, None where nothing is computed."""
    step = current_step(session)
    if step is None:
        return None
    graph = session.moment.traces[step.scene].graph
    index = graph.line_by_name.get(step.node.partition(".")[0])
    return None if index is None else graph.lines[index]


def toggle_cell(session: Walk) -> Walk:
    """Open a cell of the current matrix into its scalar sum, or close it."""
    if session.look.cell is not None:
        return looking(session, cell=None)
    step = current_step(session)
    if step is None or not cell_shape(session):
        return session
    cell = followed_cell(session.moment, step, session.look.example)
    return looking(said(session, counting(cell)), cell=cell, tab=Tab.NODE, scroll=0)


def move_cell(session: Walk, down: int, right: int) -> Walk:
    """Move the opened cell; it stays inside the matrix."""
    cell, shape = session.look.cell, cell_shape(session)
    if cell is None or not shape:
        return session
    by = (down, right)[-len(shape) :]
    moved = tuple(min(max(i + d, 0), n - 1) for i, d, n in zip(cell, by, shape, strict=True))
    if moved == cell:
        return said(session, f"{cell_name('', cell)} is the last cell this way.")
    return looking(session, cell=moved)


def operands(session: Walk) -> tuple[tuple[str, Step], ...]:
    """Return what the present step is computed from, in the order of its formula, each with the
    step where it was computed, or given. What a later iteration is given was computed by the
    updates of the one before; constants of an update have no step.
    """
    step, moment = current_step(session), session.moment
    if step is not None and step.phase is Phase.GIVEN and moment.iteration:
        return tuple((one.node, one) for one in _updates_before(session))
    if step is None or not step.node or session.look.is_closing:
        return ()
    trace, back, forward = moment.traces[step.scene], Phase.BACKWARD, Phase.FORWARD
    given = next(s for s in moment.steps if (s.scene, s.phase) == (step.scene, Phase.GIVEN))
    of_scene = {(s.phase, s.node, s.variable): s for s in moment.steps if s.scene == step.scene}
    of_scene |= {(forward, leaf.name, ""): given for leaf in trace.graph.leaves}
    return tuple(
        (f"the gradient of {one[1]}" if one[0] is back else one[2] or one[1], of_scene[one])
        for one in named_operands(moment, step)
        if one in of_scene
    )


def to_operand(session: Walk) -> Walk:
    """Go to the step of an operand, the first unless a number is typed before."""
    found, cell = operands(session), session.look.cell
    number, count, iteration = session.times, len(found), session.moment.iteration
    if number > count:
        every = ", ".join(label for label, _ in found)
        told = f"there {'is' if count == 1 else 'are'} {every}"
        return said(session, f"There is no operand {number}: {told}.")
    (label, step), here = found[number - 1], current_step(session)
    more = f"; {number + 1} Enter there: {found[number][0]}" if number < count else ""
    told = f"Operand {number} of {count}: {label}. Backspace goes back{more}."
    if here is not None and here.phase is Phase.GIVEN:
        after = moved_to(with_trail(session), iteration - 1, step)
        return said(after, f"{step.node} was computed here, by the update before. {told}")
    after = moved(with_trail(session), iteration, step.number)
    after = after if step.node else looking(after, given=label)
    taken = _cells_taken(session, label, step)
    if len(taken) > 1 or (taken and not step.node):
        ends = [cell_name(step.node or label, one) for one in taken[:: max(len(taken) - 1, 1)]]
        told += f" The cell takes {' to '.join(ends)}."
    if taken and step.node:
        return said(with_cell(after, taken[0]), told)
    if cell is not None and cell_shape(after) == cell_shape(session):
        after = with_cell(after, cell)
    return said(after, told)


def _updates_before(session: Walk) -> tuple[Step, ...]:
    """Return the updates that computed the parameters of an iteration, those first that the step
    names from which the walk came; one that the learner has set here was not computed.
    """
    moment, asked = session.moment, list[str]()
    for iteration, before, _ in session.trail[-1:]:
        if iteration == moment.iteration and before.phase is Phase.FORWARD:
            expr = node_expr(moment.traces[before.scene], before.node)
            asked = [name.name for name in names_in(expr)]
    is_set = {c.name for c in session.changes if c.iteration == moment.iteration}
    last = {s.node: s for s in moment.steps if s.phase is Phase.UPDATE and s.node not in is_set}
    return tuple(last[name] for name in dict.fromkeys((*asked, *last)) if name in last)


def _cells_taken(session: Walk, label: str, operand: Step) -> list[tuple[int, ...]]:
    """Return the cells of an operand that the opened cell is computed from; of many the first ones
    and the last.
    """
    start = f"{UPSTREAM if operand.phase is Phase.BACKWARD else label}["
    inside = [c[len(start) : -1] for c in _names_taken(session, operand) if c.startswith(start)]
    return [tuple(int(i) for i in places.split(",")) for places in inside]


def _names_taken(session: Walk, operand: Step) -> list[str]:
    """Return what the sum of the opened cell names, as `W1[0,1]`."""
    step, cell = current_step(session), session.look.cell
    if step is None or cell is None:
        return []
    trace, is_gradient = session.moment.traces[step.scene], operand.phase is Phase.BACKWARD
    uses: list[tuple[Expr, dict[str, Array]]] = []
    if step.phase is Phase.FORWARD:
        uses = [(node_expr(trace, step.node), {})]
    elif step.phase is Phase.BACKWARD:
        received = trace.contributions[step.node]
        sent = [c for c in received if not is_gradient or c.consumer == operand.node]
        uses = [(c.rule, {UPSTREAM: c.upstream}) for c in sent]
    found: list[str] = []
    for expr, upstream in uses:
        arrays = {**trace.values, **upstream}
        shapes = {**trace.shapes, **{name: np.shape(a) for name, a in upstream.items()}}
        found += open_cell(expr, cell, shapes, arrays).values
    return found


def with_trail(session: W) -> W:
    """Return the session that remembers where it is, so that Backspace goes back to it."""
    step = current_step(session)
    if step is None:
        return session
    trail = (*session.trail, (session.moment.iteration, step, session.look.cell))
    return replace(session, trail=trail[-MOST_BACK:])


def back_again(session: Walk) -> Walk:
    """Go back to where an operand, or `:`, led away from."""
    *earlier, (iteration, step, cell) = session.trail
    after = replace(moved_to(session, iteration, step), trail=tuple(earlier))
    return after if cell is None else with_cell(after, cell)


def next_example(session: Walk) -> Walk:
    """Follow another example of the batch, in a circle."""
    size = len(session.moment.batch)
    example = (session.look.example + session.times) % size
    told = f"Following example {example} of 0 to {size - 1}."
    return said(looking(session, example=example), told)


def change_digits(session: Session, by: int) -> Session:
    """Show more or fewer significant digits."""
    digits = min(max(session.look.digits + by, 1), MAX_DIGITS)
    plural = "" if digits == 1 else "s"
    return said(looking(session, digits=digits), f"{digits} significant digit{plural}.")


def next_tab(session: Session) -> Session:
    """Show the next panel where only one fits, or where it is hidden by another."""
    tabs = list(Tab)
    tab = tabs[(tabs.index(session.look.tab) + session.times) % len(tabs)]
    return looking(session, tab=tab, scroll=0)


def shows_other_panel(session: Walk) -> bool:
    """Say whether a panel stands where the node and what belongs to it would."""
    return session.look.tab is not Tab.NODE and not is_page(session) and not session.auto.is_on


def scroll(session: Session, by: int) -> Session:
    """Scroll the prose; the view keeps it within its length."""
    return looking(session, scroll=max(session.look.scroll + by, 0))


def toggle_proof(session: Session) -> Session:
    """Show the central difference beside the gradient, or take it away."""
    return looking(session, proof=not session.look.proof, mistakes=False, tab=Tab.NODE)


def toggle_mistakes(session: Session) -> Session:
    """Show what wrong sums would give beside the gradient, or take them away."""
    return looking(session, mistakes=not session.look.mistakes, proof=False, tab=Tab.NODE)


def toggle_auto(session: Session) -> Session:
    """Start or stop taking steps by the clock."""
    auto = AutoPlay(not session.auto.is_on, session.auto.seconds)
    ends = "a question stops it" if session.predict else "+ and - change the pace"
    word = f"every {auto.seconds:g} s; {ends}" if auto.is_on else "paused"
    return said(replace(session, auto=auto), f"Auto-play {word}.")


def change_pace(session: Session, faster: int) -> Session:
    """Make auto-play faster or slower."""
    at = _PACES.index(session.auto.seconds) if session.auto.seconds in _PACES else 3
    seconds = _PACES[min(max(at + faster, 0), len(_PACES) - 1)]
    auto = replace(session.auto, seconds=seconds)
    return said(replace(session, auto=auto), f"One step every {seconds:g} s.")
