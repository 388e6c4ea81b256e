"""Frames become cells, and cells the bytes of a terminal.

In: a `Frame`, the colours and characters of a terminal, and the cells that stand on it. Out: rows
of cells, and the shortest text that changes one screen into the next. The Textual app and the
screens of a class share it: `rows` makes cells, `plots` draws with plotext, `colours` is the table
of looks, `terminal` writes what changed.
It reads no key, holds no terminal, and knows neither Textual nor rich.

Imports: values, engine, view. Outside: numpy, plotext.
"""
