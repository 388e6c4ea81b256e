"""Training in plain lines: what was done, the course of the cost, and what it came to."""

from __future__ import annotations

from functools import partial

from gdtutor.linear.commands import filled
from gdtutor.report.transcript import WIDTH, read_aloud
from gdtutor.session.link import training_command
from gdtutor.session.state import ClassRole, Status, Walk
from gdtutor.view import notation
from gdtutor.view.curve import curve_sentence, sampled_epochs
from gdtutor.view.diagnosis import diagnosis_lines
from gdtutor.view.frame import Area, Chars
from gdtutor.view.lines import text_of
from gdtutor.view.marks import HELD
from gdtutor.view.matrix import MatrixLook, matrix_lines
from gdtutor.view.runs import described_curves
from gdtutor.view.train import table_lines
from gdtutor.view.train_lines import cost_facts, standing

PREDICTIONS = 70
"""Lines that the table of predictions may take, its heading and its counts included."""
CLASS_PREDICTIONS = 14
"""The same of what a class hears."""


def training_lines(session: Walk, chars: Chars) -> list[str]:
    """Return the run in words: the cost by epoch, its course, the parameters, the predictions."""
    snapshot = session.train.snapshot
    digits = session.look.digits
    number = partial(notation.counted, digits=digits, chars=chars)

    def apart(*values: float) -> tuple[str, ...]:
        return notation.counted_apart(values, digits, chars)

    lines = [
        f"{len(snapshot.costs)} of {snapshot.epochs_wanted} "
        f"{notation.plural(snapshot.epochs_wanted, 'epoch')}, {snapshot.iterations} "
        f"{notation.plural(snapshot.iterations, 'iteration')}: "
        f"{standing(session, is_short=False)}.",
        text_of(cost_facts(session, chars)).strip(),
        *(text_of(row) for row in diagnosis_lines(session, WIDTH, chars)),
    ]
    lines += [
        f"  epoch {epoch}: cost {number(float(snapshot.costs[epoch]))}"
        for epoch in sampled_epochs(len(snapshot.costs))
    ]
    lines += filled(curve_sentence(snapshot, apart)).splitlines()
    lines += _parameter_lines(session, chars)
    lines += _prediction_lines(session, chars)
    what = " with the parameters that it ended with" if snapshot.status is Status.FINISHED else ""
    lines.append(f"i {snapshot.iterations} opens the walk there{what}.")
    return lines


def _parameter_lines(session: Walk, chars: Chars) -> list[str]:
    lines = ["parameters"]
    digits = session.look.digits
    for before, name, value in session.train.snapshot.told:
        called = f"{before}{notation.name(name, chars)}"
        if value.ndim == 0:
            lines.append(f"  {called} = {notation.shown(float(value), digits, chars)}")
            continue
        head = f"  {called}, {notation.shape(value.shape, chars)}:"
        rows = matrix_lines(value, MatrixLook(WIDTH - 4, digits), read_aloud(chars))
        told = [text_of(row) for row in rows]
        is_short = len(told) == 1 and len(head) + 1 + len(told[0]) <= WIDTH
        lines += [f"{head} {told[0]}"] if is_short else [head, *(f"    {text}" for text in told)]
    return lines


def _prediction_lines(session: Walk, chars: Chars) -> list[str]:
    """Return the table of predictions; where it leaves some out, how many, and how to see them."""
    # Who hears a class has no command line there, and hears the table with everyone's run.
    is_alone = session.around.class_role is ClassRole.NONE
    rows = table_lines(session, Area(WIDTH, PREDICTIONS if is_alone else CLASS_PREDICTIONS, chars))
    lines = [text for text in (text_of(row).rstrip() for row in rows) if text]
    for place, text in enumerate(lines):
        if text.strip() in ("…", "..."):
            before, after = (int(lines[place + by].split()[0].rstrip(HELD)) for by in (-1, 1))
            told = f"; {training_command(session)} prints all predictions" * is_alone
            count = after - before - 1
            lines[place] = f"  {count} {notation.plural(count, 'example')} left out{told}"
    return lines


def sweep_lines(session: Walk, chars: Chars) -> list[str]:
    """Return the runs that stand side by side, each with its last cost and what is to say of it."""
    told = described_curves(session, chars)
    lines = [f"{len(told)} run{'s' if len(told) > 1 else ''}:"]
    for one, facts in told:
        cost = "" if one.same_as or not len(one.curve.costs) else "cost "
        words = [text for text, _ in facts] + ([] if one.mark else ["yours"])
        lines += filled(f"  {one.curve.label}: {cost}{', '.join(words)}").splitlines()
    return lines
