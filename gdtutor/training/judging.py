"""What went wrong with a run, told from its cost curve alone."""

from __future__ import annotations

from gdtutor.engine.operations import Array


def judge(costs: Array, stopped_by: str | None) -> str:
    """Say what went wrong with a run: not finite, growing, stuck, or nothing (an empty string).

    A run is stuck where the cost moved by less than a thousandth of itself over the last half of
    the epochs and is not below a tenth of the first, and growing where else the last cost is above
    the first.
    """
    if stopped_by == "not_finite":
        return "not finite"
    if len(costs) < 4:
        return ""
    first, middle, last = float(costs[0]), float(costs[len(costs) // 2]), float(costs[-1])
    if abs(middle - last) <= 1e-3 * abs(last) and last > 0.1 * first:
        return "stuck"
    return "growing" if last > first else ""
