"""Generated source: lines with a comment each, and the one place that compiles them.

Comments name the lesson's nodes and are for reading only: they are left out of what is compiled,
so that nothing a lesson says reaches the compiler.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from gdtutor.values import Struct, field


class SourceLines(Struct):
    """Lines of one generated function, in the order in which they are added."""

    lines: list[tuple[int, str, str]] = field(default_factory=list)
    """(indentation in levels, code, comment)."""

    def add(self, level: int, code: str, note: str = "") -> None:
        """Append a line."""
        self.lines.append((level, code, note))

    def text(self) -> str:
        """Return the source to read, with its comments in one column where they fit."""
        shown = []
        for level, code, note in self.lines:
            line = "    " * level + code
            shown.append(f"{line:<44}  # {note}" if note else line)
        return "\n".join(shown)

    def compiled(self, name: str, namespace: Mapping[str, Any]) -> Callable[..., Any]:
        """Compile the lines and return the function `name` that they define."""
        code = "\n".join("    " * level + line for level, line, _ in self.lines)
        # Numbers that have no text of their own: Python writes them as these names.
        scope = {"inf": math.inf, "nan": math.nan, **namespace}
        exec(compile(code, "<plan>", "exec"), scope)
        found: Callable[..., Any] = scope[name]
        return found
