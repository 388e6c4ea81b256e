"""The training worker: one thread that trains a run in bursts and publishes snapshots."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gdtutor.session.state import Snapshot
from gdtutor.training.run import Run

if TYPE_CHECKING:
    from textual.app import App


class Trainer:
    """Trains at most one run at a time; what it publishes never changes afterwards."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None
        self._stop = threading.Event()

    def start(self, app: App[int], run: Run, iterations: int | None) -> None:
        """Train a run on, in the worker."""

    def pause(self) -> None:
        """Let the worker stop after the burst it is in."""
        self._stop.set()
