"""A second computation of lessons, in plain NumPy, that shares no code with the program.

It reads a lesson with `tomllib` and `ast`, differentiates by a tape of its own, and updates with
optimisers written by hand from the page on lessons. What the program prints is held against it.
"""
