"""Errors about the data and the starting values that training is asked to use."""

from __future__ import annotations

from gdtutor.engine.errors import GdTutorError


class DataError(GdTutorError):
    """Data, an order of examples or starting values that cannot be had as asked for."""

    code = "data"


NO_COLUMN = "there is no such column"


class CsvError(DataError):
    """A CSV file that cannot serve as examples, with the place in it."""

    code = "csv"

    def __init__(
        self, what: str, hint: str = "", *, row: int | None = None, column: str | None = None
    ) -> None:
        parts = [f"row {row}"] if row is not None else []
        if column is not None:
            parts.append(f"column {column!r}")
        super().__init__(f"{', '.join(parts)}: {what}" if parts else what, hint)
        self.row = row
        """The line of the file, from 1, the header included; None for the file as a whole."""
        self.column = column
        """The name of the column; None where no one column is at fault."""
        self.is_missing = what == NO_COLUMN
        """Whether the file has no such column, so that what names it is at fault."""


class TrainingError(GdTutorError):
    """A run that cannot be had as asked for: settings, data and graph that do not fit together."""
