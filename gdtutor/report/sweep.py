"""What a sweep is reported as: data, lines, and a table of the curves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtutor.engine.characters import cells, padded
from gdtutor.lesson.model import Lesson
from gdtutor.report.jsondata import plain
from gdtutor.report.run import FORMAT, progress_line
from gdtutor.training.sweep import Sweep
from gdtutor.training.trouble import AT_AVERAGE, LOWEST, ending, have_ended
from gdtutor.view.frame import ASCII
from gdtutor.view.notation import counted


def sweep_data(lesson: Lesson, sweep: Sweep) -> dict[str, object]:
    """Return the runs of a sweep as JSON data.

    `lowest` are the places of the lowest cost, `best` is the first of them; `final_cost` is the one
    over all that is trained on, by which runs are compared that have all ended.
    """
    best = sweep.best()
    return {
        "format": FORMAT,
        "lesson": lesson.id,
        "best": best[0] if best else None,
        "lowest": list(best),
        "runs": [
            {
                "label": found.label,
                "costs": plain(found.costs),
                "final_cost": plain(np.asarray(np.nan if found.end is None else found.end)),
                "stopped_by": (found.stopped_by or "").removesuffix("_below"),
                "verdict": found.verdict,
                "parameters": {name: plain(value) for name, value in found.parameters.items()},
            }
            for found in sweep.found()
        ],
    }


def sweep_progress_text(sweep: Sweep, seconds: float, width: int) -> str:
    """Return a bar, the epochs of all runs and the time left, in `width` cells at most."""
    done, wanted = sweep.epochs
    share = done / max(wanted, 1)
    facts = (f"{len(sweep.members)} runs", f"{done} of {wanted} epochs")
    return progress_line(share, facts, seconds, width)


def plan_lines(sweep: Sweep) -> Iterator[str]:
    """Yield the compiled source of every plan, below the runs that it trains."""
    for labels, source in sweep.sources:
        yield f"# {', '.join(labels)}"
        yield source


def sweep_lines(lesson: Lesson, sweep: Sweep) -> Iterator[str]:
    """Yield a line for each run: its cost, the best, what went wrong or ended it early."""
    yield lesson.called
    best = sweep.best()
    found = sweep.found()
    at_end = have_ended(found)
    wide = max(cells(run.label) for run in found)
    for place, run in enumerate(found):
        number, is_after = run.cost(at_end)
        cost = counted(number, 6, ASCII) if len(run.costs) else "-"
        where = AT_AVERAGE if is_after and run.is_averaged else ""
        verdict = run.remark or (LOWEST if place in best else "")
        is_early = (run.stopped_by or "").endswith("_below")
        stop = sweep.members[place].settings.stop
        ended = f"stopped: {ending(run.stopped_by, stop)}" if is_early else ""
        told = "; ".join(word for word in (where, verdict, ended) if word)
        epochs = f"{len(run.costs):>8} {'epoch ' if len(run.costs) == 1 else 'epochs'}"
        yield f"  {padded(run.label, wide)}  {epochs}  cost {cost:<12} {told}".rstrip()


def sweep_csv_lines(sweep: Sweep) -> Iterator[str]:
    """Yield the curves as CSV: the epoch, and the cost of each run.

    The label of a cell, as `W1[0,1] 0.5`, stands in quotes, since it has a comma.
    """
    found = sweep.found()
    labels = (f'"{run.label}"' if "," in run.label else run.label for run in found)
    yield ",".join(["epoch", *labels])
    for epoch in range(max(len(run.costs) for run in found)):
        cells = [repr(float(r.costs[epoch])) if epoch < len(r.costs) else "" for r in found]
        yield ",".join([str(epoch), *cells])
