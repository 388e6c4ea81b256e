"""What the screens are measured against: KIND ROWS, with KIND `bare`, `table` or `static`."""

import sys

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static


class Yardstick(App[None]):
    """Each `n` moves on by one row and marks it, as a step of a walk does."""

    def __init__(self, kind: str, rows: int) -> None:
        super().__init__()
        self.kind, self.rows, self.at = kind, rows, 0

    def compose(self) -> ComposeResult:
        if self.kind == "table":
            yield DataTable(cursor_type="row")
        elif self.kind == "static":
            with VerticalScroll():
                yield Static(self.whole(), markup=False)
        else:
            yield Static("READY")

    def on_mount(self) -> None:
        if self.kind == "table":
            table = self.query_one(DataTable)
            table.add_column("node", key="node", width=20)
            table.add_column("value", key="value", width=20)
            for row in range(self.rows):
                table.add_row(self.label(row), "0.5", key=str(row))

    def label(self, row: int) -> str:
        return f"row {row} now" if row == self.at else f"a{row}"

    def whole(self) -> str:
        return "\n".join(f"{self.label(row):<20} 0.5" for row in range(self.rows))

    def on_key(self) -> None:
        before, self.at = self.at, min(self.at + 1, max(self.rows - 1, 0))
        if self.kind == "table":
            table = self.query_one(DataTable)
            for row in (before, self.at):
                table.update_cell(str(row), "node", self.label(row))
            table.move_cursor(row=self.at)
        elif self.kind == "static":
            self.query_one(Static).update(self.whole())
            self.query_one(VerticalScroll).scroll_to(0, max(self.at - 10, 0), animate=False)


if __name__ == "__main__":
    Yardstick(sys.argv[1], int(sys.argv[2])).run(mouse=False)
