"""Whether the words of a lesson stand whole on the training screen of the design size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gdtutor.check.findings import Notes
from gdtutor.check.fit import DESIGN_SIZE
from gdtutor.engine.characters import cells
from gdtutor.engine.operations import Array
from gdtutor.lesson.pictures import PICTURES
from gdtutor.lesson.reports import Place
from gdtutor.session.figures import problem_trained, training_pictures
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Screen, Status, Training, Walk
from gdtutor.training.trouble import TrainedCurve
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.origins import class_names
from gdtutor.view.screen import frame_of

SHORT = 8
"""Cells up to which a label has room everywhere."""


def check_labels(notes: Notes, session: Walk) -> None:
    """Warn of every label that a panel beside the curve cuts: the name of a variant whose run is
    kept, of a class, the title of a picture.

    Args:
        notes: What to add to.
        session: The lesson at its own values, its run trained.
    """
    run = session.run
    if not session.lesson.trains or not len(run.costs):
        return
    kept = tuple(_kept(run.costs, [one.name for one in session.lesson.variants]))
    train = Training(snapshot_of(run, Status.RUNNING), kept=kept)
    trained = replace(session, screen=Screen.TRAIN, train=train)
    tabs = range(-1 if trained.train.kept else 0, len(training_pictures(trained)))
    reported: set[str] = set()
    for chars in (UNICODE, ASCII):
        found = _labels(notes, trained, chars)
        labels = {label: place for label, place in found if cells(label) > SHORT}
        for tab in tabs if labels else ():
            if notes.limit.is_over():
                return
            look = replace(trained.train.look, tab=tab)
            text = frame_of(trained.with_train(look=look), *DESIGN_SIZE, chars).text()
            for label in cut_in(text, labels.keys() - reported, chars):
                reported.add(label)
                size = "x".join(map(str, DESIGN_SIZE))
                seen = f"{size}{'' if chars.unicode else ' in ASCII'}"
                what = f"on the training screen of {seen} '{label}' is cut"
                hint = "shorten it; of a variant what stands before a colon tells its run"
                notes.add("fit", what, hint, labels[label], "warning")


def _kept(costs: Array, names: Iterable[str]) -> Iterator[TrainedCurve]:
    """Yield a curve for each variant, as a learner who trains them all has beside the own one."""
    for place, name in enumerate(names, start=1):
        yield TrainedCurve(name, costs * (1 + place / 7))


def _labels(notes: Notes, trained: Walk, chars: Chars) -> Iterator[tuple[str, Place]]:
    """Yield the author's words that the panels show, and where each is written.

    In ASCII only those of classes have less room than in Unicode: ok and NO stand beside them. A
    larger terminal cuts nothing that the design size shows whole.
    """
    for name in class_names(problem_trained(trained), chars):
        yield name, notes.in_front("data")
    for place, variant in enumerate(notes.lesson.variants if chars.unicode else ()):
        yield variant.name, notes.in_front("variants", place)
    for place, wish in enumerate(notes.lesson.pictures if chars.unicode else ()):
        if PICTURES[wish.kind].in_training:
            yield str(wish.option("title", "")), notes.in_front("pictures", place)


def cut_in(text: str, labels: Iterable[str], chars: Chars) -> Iterator[str]:
    """Yield the labels of which a text shows the beginning and the mark of a cut."""
    heads = [part for part in text.split(chars.cut_mark)[:-1] if part[-1:].strip()]
    for label in labels:
        beginnings = [label[:count].rstrip(" ,;:") for count in range(1, len(label))]
        if any(
            head.endswith(begun) and not head[: -len(begun)][-1:].isalnum()
            for head in heads
            for begun in beginnings
        ):
            yield label
