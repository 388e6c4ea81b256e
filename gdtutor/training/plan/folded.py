"""Lines of a lesson that have no operation of their own in a plan, told for its reader."""

from __future__ import annotations

from gdtutor.training.plan.lower import FlatProgram


def told_folded(program: FlatProgram, *, knows_data: bool = False) -> str:
    """Return a comment line for each such line, as `# yhat is z`.

    Args:
        program: What the plan computes.
        knows_data: Whether the data stand in the plan as numbers, with what follows from them.
    """
    varying = program.varying
    told = []
    for name, term in program.values.items():
        op = program.ops[term.id]
        if op.is_literal or (knows_data and term.id not in varying):
            told.append(f"# {name} is a number, as nothing in it changes")
        elif op.code == "leaf" or program.notes.get(term.id) != name:
            other = program.notes.get(term.id) or op.name or op.code
            factor = "" if term.scale == 1 else f"{term.scale:g}·"
            told.append(f"# {name} is {factor}{other}")
    return "".join(f"{line}\n" for line in told)
