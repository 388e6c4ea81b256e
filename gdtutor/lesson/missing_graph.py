"""A body without a graph block: one report, at the block that was most likely meant to be one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gdtutor.lesson.markdown import MarkdownPart
from gdtutor.lesson.reports import Findings, Place, shown

_FORMULA = re.compile(r"[ \t]*[A-Za-z_]\w*[ \t]*=(?!=)")


def has_graph(parts: Sequence[MarkdownPart]) -> bool:
    """Say whether a body holds a graph block."""
    return any(part.block == "graph" for part in parts)


def report_missing_graph(parts: Sequence[MarkdownPart], findings: Findings) -> None:
    """Report that there is no graph, where anything in the body belongs to one.

    A block that is not closed, or whose kind is misspelt, has been reported, and may be the graph.
    """
    if any(report.code == "fence" for report in findings.reports):
        return
    what = "the lesson has no formulas"
    meant = next((part for part in parts if _looks_like_formulas(part)), None)
    if meant is not None:
        kind = next(iter(meant.info.split()), "")
        of = f"is of the kind '{shown(kind)}'" if kind else "has no kind"
        hint = "begin it with ```graph"
        findings.error(Place(meant.line, 1), "no-graph", f"{what}: this block {of}", hint)
        return
    first = next((part for part in parts if part.block or part.is_note), None)
    if first is not None:
        hint = "add a ```graph block above this, or a [network] table"
        findings.error(Place(first.line, 1), "no-graph", what, hint)


def _looks_like_formulas(part: MarkdownPart) -> bool:
    if part.kind != "fence" or part.block:
        return False
    lines = [line for line in part.text.split("\n") if line.split("#", 1)[0].strip()]
    return bool(lines) and all(_FORMULA.match(line) for line in lines)
