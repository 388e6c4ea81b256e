"""Whether the screens of a lesson and of its variants fit the design size, and its words stand
whole beside the curve: reported where the author can act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gdtutor.check.findings import Notes
from gdtutor.check.fit import DESIGN_SIZE, MAX_STEPS, Misfit, fit_of
from gdtutor.engine.characters import cells, shell_word
from gdtutor.engine.operations import Array
from gdtutor.lesson.pictures import PICTURES
from gdtutor.lesson.reports import Place
from gdtutor.session.figures import problem_trained, training_pictures
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Screen, Status, Training, Walk
from gdtutor.training.trouble import TrainedCurve
from gdtutor.values import Struct, field, replace
from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.origins import class_names
from gdtutor.view.screen import frame_of

_HINTS = {
    "title": "shorten the title",
    "node panel": "split the line, or shorten its names",
    "note": "shorten the note",
    "": "give fewer values at once, or shorten the note",
}

Layout = tuple[object, ...]
"""What the screens of two runs that differ in numbers alone have in common."""


class ScreenChecks(Struct):
    """Holds the screens of a lesson and of its variants against the design size, each once.

    A variant that only has other numbers than a run before it is looked at step by step in Unicode,
    and not unfolded, example by example and cell by cell again.
    """

    layouts: set[Layout] = field(default_factory=set)
    """Of the runs that were looked at in every way."""
    reported: set[tuple[object, ...]] = field(default_factory=set)
    """The panels of steps that were reported."""

    def check(self, notes: Notes, session: Walk) -> None:
        """Report every panel of a step that the design size cannot hold.

        The second iteration is looked at too, as it tells what the first has changed, and the last
        one that was trained: its numbers are often the longest. So are those that notes are
        written for.

        Args:
            notes: What to add to.
            session: The lesson, or one of its variants, at its own values, its run trained.
        """
        layout = layout_of(session)
        is_plain = layout in self.layouts
        iterations: tuple[int, ...] = (0,)
        if session.lesson.trains:
            written, end = tuple(_written_for(session)), session.run.farthest
            last = () if end in written else (max(end - 1, 0),)
            iterations = (*((0,) if is_plain else (0, 1)), *last, *written)
        share = MAX_STEPS // (notes.shares - 1) if notes.variant else MAX_STEPS
        misfits, is_whole = fit_of(
            session,
            dict.fromkeys(iterations),
            most=share,
            is_plain=is_plain,
            is_over=notes.limit.is_over,
        )
        self.layouts.add(layout)
        for misfit in misfits:
            self._report(notes, misfit)
        if not is_whole:
            size = "x".join(map(str, DESIGN_SIZE))
            many = "takes too long" if notes.limit.is_over() else "has too many steps"
            what = f"{notes.of}the lesson {many} for all that it shows to be held against {size}"
            hint = "a shorter lesson can be checked whole"
            notes.add("fit", what, hint, Place(1, 1), "warning")

    def _report(self, notes: Notes, misfit: Misfit) -> None:
        is_title, variant = misfit.panel == "title", notes.variant
        # While a variant is on, the title gives way to its name.
        if misfit.key in self.reported or (variant and is_title):
            return
        self.reported.add(misfit.key)
        way = _HINTS[misfit.panel if misfit.step.node or is_title else ""]
        options = f"{f'--variant {shell_word(variant)} ' if variant else ''}{misfit.options()}"
        hint = f"{way}; gdtutor shot {shell_word(str(notes.lesson.path))} {options} shows it"
        place = notes.of_variant() if variant else _place_of(notes, misfit)
        # Lines of the node panel that do not show are a key away; words of the author's own that
        # are cut are not.
        is_folded = misfit.panel == "node panel" and not misfit.cells_over
        level = "warning" if is_title or is_folded else "error"
        notes.add("fit", notes.of + misfit.text(), hint, place, level)


def layout_of(session: Walk) -> Layout:
    """Return what decides how the steps of a run are laid out, apart from its numbers."""
    moment = session.moment
    settings = moment.settings
    graphs = tuple((line.name, line.text) for done in moment.traces for line in done.graph.lines)
    shapes = tuple(tuple(sorted(done.shapes.items())) for done in moment.traces)
    return graphs, shapes, settings.optimizer if settings is not None else "", len(moment.batch)


def _place_of(notes: Notes, misfit: Misfit) -> Place:
    """Return what the author has to change: the note, the title, the line or the given value."""
    step = misfit.step
    if misfit.panel == "title":
        return notes.in_front("title")
    if misfit.panel == "note":
        for note in notes.lesson.scenes[step.scene].notes:
            if note.phase == step.phase.value and note.node in (step.state, step.node, ""):
                return Place(note.line, 1)
    return notes.of_name(step.node) if step.node else notes.in_front("parameters")


def _written_for(session: Walk) -> Iterator[int]:
    """Yield the iterations that notes name, and the one that training ends with."""
    end = session.run.farthest
    for scene in session.lesson.scenes:
        for note in scene.notes:
            if note.when.variant in ("", session.lesson.variant):
                yield end if note.when.trained else min(note.when.first, end)


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
