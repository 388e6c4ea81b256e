"""The lines above and below the curve: how training stands, the costs now, how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, product

from gdtutor.engine.characters import cells
from gdtutor.session.runs import has_others
from gdtutor.session.state import Snapshot, Status, Walk
from gdtutor.session.training import WATCHED, seconds_watched, watches
from gdtutor.training.trouble import AT_AVERAGE, BROKEN, Trouble, ending
from gdtutor.view import notation
from gdtutor.view.frame import Chars, Line, Segment, Style
from gdtutor.view.lines import line, progress_bar, shortened, text_of, width_of
from gdtutor.view.marks import HELD
from gdtutor.view.page import title_of

NARROW = 72
"""Cells of a line below which everything is said in few words."""
LEAST_TITLE = 33
"""Cells of the title, its number among them, below which the rest is said in few words."""
ANY_WIDTH = 10_000


def header_line(session: Walk, width: int, chars: Chars) -> Line:
    """Return the lesson, how training stands, and the iteration; the title gives way to them."""
    lesson, snapshot = session.lesson, session.train.snapshot
    title = title_of(lesson.number, lesson.title, chars)
    number, epochs = snapshot.iterations, len(snapshot.costs)
    has_epochs = session.run.iterations_per_epoch > 1
    # Where an epoch is one iteration, one number says both.
    counts = (
        f"{f'epoch {epochs}, ' if has_epochs else ''}iteration {number}",
        f"{f'ep {epochs} ' if has_epochs else ''}it. {number}",
    )
    for is_short, counted in product((False, True), counts):
        is_narrow = is_short or width < NARROW
        before = f"{'' if is_narrow else '  training'} {chars.pointer} "
        state = line((before, Style.DIM), _state(session, is_narrow=is_narrow))
        count = line((counts[1] if width < NARROW else counted, Style.DIM), " ")
        room = min(width - width_of(state) - width_of(count) - 3, width // 2)
        if room >= min(LEAST_TITLE, cells(title)):
            break
    left = line(" ", (shortened(title, room, chars), Style.TITLE), *state)
    gap = width - width_of(left) - width_of(count)
    return (*left, Segment(" " * max(gap, 1)), *count)


def _state(session: Walk, *, is_narrow: bool) -> str:
    """Return what the worker does, or why it does not."""
    if session.train.sweeping is not None:
        return f"sweep {session.train.sweeping.status.value}"
    told = standing(session, is_short=is_narrow)
    is_stopped = not is_narrow and session.train.snapshot.stopped_by == "key"
    return f"{told}; Space goes on" if is_stopped else told


def standing(session: Walk, *, is_short: bool) -> str:
    """Return how the own run stands: running, paused, behind a class's, or why it has ended."""
    snapshot = session.train.snapshot
    if snapshot.status is Status.PAUSED and snapshot.stopped_by == "key":
        return "stopped" if is_short else ending_of(session)
    if not snapshot.is_at_end:
        return "catching up" if snapshot.is_behind else str(snapshot.status.value)
    if is_short:
        is_broken = snapshot.stopped_by == "not_finite"
        return Trouble.NOT_FINITE.value if is_broken else Status.FINISHED.value
    return f"{Status.FINISHED.value}: {ending_of(session)}"


def ending_of(session: Walk, *, is_short: bool = False) -> str:
    """Return why the own run has ended."""
    stop = session.run.segments[-1].settings.stop
    return ending(session.train.snapshot.stopped_by or "epochs", stop, is_short=is_short)


def cost_facts(session: Walk, chars: Chars, width: int = ANY_WIDTH) -> Line:
    """Return the costs now and under the cursor, the learning rate, optimiser and batch.

    Costs of examples held back are told apart from those trained on. What does not fit is left out
    whole, the settings first, the costs under the cursor last.
    """
    snapshot, run = session.train.snapshot, session.run

    def shown(value: float) -> str:
        return notation.counted(value, session.look.digits, chars)

    def bare(value: float) -> str:
        return notation.shown(value, session.look.digits, chars)

    # What holds from here on; once nothing follows, what held last.
    at = max(snapshot.iterations - (snapshot.status is Status.FINISHED), 0)
    settings = run.segment_at(at).settings
    rate = "α" if chars.unicode else "learning rate"
    batch = "full batch" if settings.batch is None else f"batch {settings.batch}"
    setting = line((f"{rate} ", Style.DIM), (shown(run.learning_rate(at)), Style.TITLE))
    others = line((f"{settings.optimizer}, {batch}", Style.DIM))
    nothing = "–" if chars.unicode else "-"
    (now, _), (_, now_short) = (_now(snapshot, told, nothing) for told in (shown, bare))
    # Runs side by side, epochs in lines, and growth are told by costs before an epoch's update.
    found = snapshot.diagnosis
    is_told_apart = len(snapshot.costs) > 0 and (
        has_others(session) or width == ANY_WIDTH or (found and found.trouble is Trouble.GROWING)
    )
    after = (*now, *line((" after the last update", Style.DIM))) if is_told_apart else now
    (long, _), (_, short) = (_pointed(session, told) for told in (shown, bare))
    whys = _whys_not_above(session, width, chars)
    first = [((one, why, setting, others, long), (one, why, setting, long), (one, why, long))
             for why in whys for one in (after, now)]  # fmt: skip
    attempts = (
        *chain.from_iterable(first), *((now_short, why, short) for why in whys),
        (after, setting, others, long), (after, setting, long), (after, long),
        (now, setting, others, long), (now, setting, long), (now, setting, short), (now, long),
        (now, short), (now_short, short), (long or now,), (short or now_short,),
    )  # fmt: skip
    told: Line = ()
    for parts in attempts:
        for gap in ("   ", "  "):
            told = _joined([part for part in parts if part], gap)
            if width_of(told) <= width:
                return told
    return told


def _whys_not_above(session: Walk, width: int, chars: Chars) -> tuple[Line, ...]:
    """Return why the run has ended early where the line above has no room for it, in more and in
    fewer words.
    """
    told = ending_of(session)
    is_told = session.train.snapshot.stopped_by in (None, "", "epochs", "not_finite", "key")
    if is_told or told in text_of(header_line(session, width, chars)):
        return ()
    return line((told, Style.TITLE)), line((ending_of(session, is_short=True), Style.TITLE))


def _joined(parts: Sequence[Line], gap: str) -> Line:
    rest = [segment for part in parts[1:] for segment in (Segment(gap), *part)]
    return (Segment(gap[1:]), *parts[0], *rest)


def _now(snapshot: Snapshot, shown: Callable[[float], str], nothing: str) -> tuple[Line, Line]:
    """Return the costs at the parameters as they are now, in more and in fewer words."""
    cost = nothing if snapshot.final_cost is None else shown(snapshot.final_cost)
    at = f" {AT_AVERAGE}" * bool(snapshot.averages)
    if snapshot.validation_cost is None:
        long, short = _with_held(("cost now ", "cost now "), cost, "", Style.TITLE)
    else:
        held = shown(snapshot.validation_cost)
        long, short = _with_held(("now: training ", "cost now "), cost, held, Style.TITLE)
    return (*long, *line((at, Style.DIM))), (*short, *line((at, Style.DIM)))


def _with_held(heads: tuple[str, str], cost: str, held: str, style: Style) -> tuple[Line, Line]:
    """Return a cost behind more and behind fewer words, and that of what is held back, if any."""
    long, short = (
        line((head, Style.DIM), (cost, style), (word * bool(held), Style.DIM), (held, style))
        for head, word in zip(heads, (", validation ", f"  {HELD} "), strict=True)
    )
    return long, short


def _pointed(session: Walk, shown: Callable[[float], str]) -> tuple[Line, Line]:
    """Return the costs under the cursor in more and in fewer words, nothing where it is on none."""
    cursor, snapshot = session.train.look.cursor, session.train.snapshot
    if cursor is None or cursor >= len(snapshot.costs):
        return (), ()
    heads, cost = (
        (f"at epoch {cursor}: ", f"epoch {cursor}: "),
        shown(float(snapshot.costs[cursor])),
    )
    has_held = cursor < len(snapshot.validation)
    held = shown(float(snapshot.validation[cursor])) if has_held else ""
    return _with_held(heads, cost, held, Style.CURRENT)


def progress_line(session: Walk, width: int, chars: Chars) -> Line:
    """Return a bar, how much is done, how fast, and the time left, as far as they fit.

    The bar of a run that broke off or grows ends where it went wrong, and the word for it follows.
    """
    done, wanted, facts = _of_sweep(session) or _of_run(session)
    train, wrong = session.train, ""
    found = train.snapshot.diagnosis if train.sweeping is None else None
    if found is not None and found.trouble.value in BROKEN:
        done, wrong = found.iteration // session.run.iterations_per_epoch, found.trouble.value
    return progress_bar(done / wanted, facts, width, chars, wrong)


def _of_sweep(session: Walk) -> tuple[int, int, tuple[str, ...]] | None:
    """Return the epochs done and wanted of a sweep that is not done, and words, fewer and fewer."""
    now = session.train.sweeping
    if now is None:
        return None
    runs = len(now.sweep.members)
    whole = f"{now.done:,} of {now.wanted:,} epochs in {runs} runs"
    return now.done, max(now.wanted, 1), (whole, f"{now.done:,}/{now.wanted:,} ep in {runs} runs")


def _of_run(session: Walk) -> tuple[int, int, tuple[str, ...]]:
    """Return the epochs done and wanted of the own run, and words, fewer and fewer."""
    snapshot = session.train.snapshot
    asked = session.run.segments[-1].settings.epochs
    wanted = max(snapshot.epochs_wanted or asked, 1)
    done = len(snapshot.costs)
    rate = snapshot.epochs_per_second
    speed = f"{rate:,.{0 if rate >= 10 else 1 if rate >= 1 else 3}f}" if rate else ""
    left = ""
    if snapshot.status is Status.RUNNING and rate:
        goal = session.train.goal
        asked_for = wanted if goal is None else goal / session.run.iterations_per_epoch
        seconds = max(asked_for - done, 0) / rate
        if watches(session) and goal is None:
            seconds = WATCHED - seconds_watched(done, wanted)
        left = f"{seconds:.1f} s left"
    plain, short = f"{done:,} of {wanted:,} epochs", f"{done:,}/{wanted:,}"
    if done > wanted:
        plain, short = f"{done:,} epochs, {done - wanted:,} beyond the end", f"{done:,}"
    return done, wanted, (
        "  ".join(part for part in (plain, speed and f"{speed} epochs/s", left) if part),
        " ".join(part for part in (short, speed and f"{speed} ep/s", left) if part),
        " ".join(part for part in (short, "ep", left) if part),
        short,
    )  # fmt: skip
