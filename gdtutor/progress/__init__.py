"""What the learner did, kept across sessions: places, finished lessons, attempts at questions."""

from gdtutor.progress.records import (
    Attempt,
    Finished,
    MemoryStore,
    Place,
    Progress,
    ProgressError,
    Record,
    Reset,
    SavedPlace,
)
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.progress.writer import ProgressWriter, WriterState

__all__ = [
    "Attempt",
    "Finished",
    "MemoryStore",
    "Place",
    "Progress",
    "ProgressError",
    "ProgressStore",
    "ProgressWriter",
    "Record",
    "Reset",
    "SavedPlace",
    "WriterState",
    "default_path",
]
