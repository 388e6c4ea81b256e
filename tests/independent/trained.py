"""What `train` reports, held against the costs, gradients and states of the walk."""

from __future__ import annotations

import numpy as np

from tests.independent import bounded as B
from tests.independent import program, reading
from tests.independent.bounded import exact
from tests.independent.comparing import SLACK, DiffersError, compare, identical
from tests.independent.tape import Tape


def hold_training(lesson, told, held):
    """Hold a run as far as the walk went.

    Args:
        lesson: The lesson.
        told: What the command prints.
        held: What the walk has shown.
    """
    costs, per_epoch = told["costs"], lesson.per_epoch
    walked = held.shown["iterations"]
    means = [_mean_cost(held, epoch, per_epoch) for epoch in range(walked // per_epoch)]
    for epoch, mean in enumerate(means[: len(costs)]):
        compare(held, f"train: cost of epoch {epoch}", program.numbers(costs[epoch]), mean,
                is_gradient=True)  # fmt: skip
    wanted = lesson.training["epochs"] * per_epoch
    ending = _ending(lesson, held, means, min(walked, wanted))
    if ending is None or told["stopped_by"] == "not_finite":
        return
    reason, count = ending
    if reason == "epochs" and walked < wanted:
        # What comes behind the walk's last iteration is not known here.
        return
    if (told["stopped_by"], told["iterations"]) != (reason, count):
        raise DiffersError(
            f"train: stopped by {told['stopped_by']} after {told['iterations']} iterations, "
            f"not by {reason} after {count}"
        )
    if reason == "epochs" and len(costs) != lesson.training["epochs"]:
        raise DiffersError(f"train: {len(costs)} epochs, not {lesson.training['epochs']}")
    if count == walked:
        _hold_end(lesson, told, held)


def _mean_cost(held, epoch, per_epoch):
    total, seen = exact(0.0), 0
    for k in range(epoch * per_epoch, (epoch + 1) * per_epoch):
        cost, count = held.shown[k, "cost"]
        total, seen = B.add(total, B.mul(exact(count), cost)), seen + count
    return cost if per_epoch == 1 else B.div(total, exact(seen))


def _ending(lesson, held, means, count):
    """Return why and after how many iterations a run ends; None where rounding decides that."""
    stop, per_epoch = lesson.training["stop"], lesson.per_epoch
    for k in range(count):
        epoch, turn = divmod(k, per_epoch)
        found = {"gradient": held.shown[k, "norm"], "loss": held.shown[k, "cost"][0]}
        if turn == per_epoch - 1:
            found = {"cost": means[epoch], **found}
        for reason, value in found.items():
            bound = stop.get(f"{reason}_below")
            if bound is None:
                continue
            slack = SLACK * np.max(value.bound) + 1e-12 * abs(bound)
            if not np.isfinite(slack) or np.any(np.abs(value.value - bound) <= slack):
                return None
            if np.all(value.value < bound):
                return reason, k + 1
    return "epochs", lesson.training["epochs"] * per_epoch


def _hold_end(lesson, told, held):
    """Hold the parameters, the cost and the predictions at the end."""
    ends = {name: program.numbers(value) for name, value in told["parameters"].items()}
    for name, value in ends.items():
        held.figures += 1
        if name in held.shown["parameters"]:
            identical(f"train: {name} at the end", value, held.shown["parameters"][name])
    last = held.shown["iterations"] - 1
    given = {**held.shown["parameters"], **ends}
    for name, kept in held.shown["state"].items():
        given[name] = kept.get("average", given[name])
    with np.errstate(all="ignore"):
        tape, root = _pass(lesson, given, last, np.arange(lesson.size))
        cost = tape.value(root)
        cost = B.div(B.total(cost), exact(cost.value.size))
        compare(held, "train: the final cost", program.numbers(told["final_cost"]), cost)
        if lesson.held:
            kept = np.arange(lesson.size, len(lesson.examples))
            tape, root = _pass(lesson, given, last, kept)
            cost = tape.value(root)
            cost = B.div(B.total(cost), exact(cost.value.size))
            shown = program.numbers(told["final_validation_cost"])
            compare(held, "train: the final validation cost", shown, cost)
        if lesson.predicts:
            tape, _ = _pass(lesson, given, last, np.arange(len(lesson.examples)))
            shown = program.numbers(told["predictions"])
            compare(held, "train: the predictions", shown, tape.value(lesson.predicts))


def _pass(lesson, given, iteration, chosen):
    """Return the tape of a forward pass over some examples, and its last line."""
    tape = Tape()
    for name, value in given.items():
        tape.leaf(name, value)
    if lesson.inputs:
        for name, value in reading.data_given(lesson, iteration, chosen, is_single=False).items():
            tape.put(name, value)
    if "m" not in given:
        tape.leaf("m", np.array(float(max(len(chosen), 1))))
    lines = reading.scenes_of(lesson, iteration)[-1]
    for name, tree in lines:
        tape.line(name, tree)
    return tape, lines[-1][0]
