"""What a run tells of itself: its state at an iteration."""

from __future__ import annotations

from collections.abc import Mapping

from gdtutor.engine.operations import Array
from gdtutor.values import Struct


class State(Struct, frozen=True, eq=False):
    """What training has at the start of an iteration. Arrays are read-only."""

    iteration: int
    parameters: Mapping[str, Array]
    optimizer: Mapping[str, Mapping[str, Array]]
    """Per parameter the optimiser's variables; empty where it has none."""
    t: int
    """Updates that the optimiser has done; this iteration's update is number t + 1."""
