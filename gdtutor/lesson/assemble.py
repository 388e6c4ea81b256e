"""Front matter and body become a lesson; every mistake that is left is found here."""

from __future__ import annotations

from collections.abc import Container, Mapping

from gdtutor.engine.batch_axis import fitting_this_size
from gdtutor.engine.errors import ShapeError
from gdtutor.engine.graph import Graph, Role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.shapes import Shapes, infer_shapes, shape_text
from gdtutor.lesson.blocks import Formula, SceneBlock
from gdtutor.lesson.discovery import TEXTS, number_of
from gdtutor.lesson.front_matter import rehomed, report_mistakes
from gdtutor.lesson.front_matter_checks import (
    LATER_COMMANDS,
    TABLES,
    CheckedFrontMatter,
    Written,
    check_front_matter,
    path_of,
)
from gdtutor.lesson.graphs import (
    Parsed,
    build_scene,
    depends_on,
    is_one_number,
    parse_blocks,
    shapes_of,
)
from gdtutor.lesson.markdown import TOML_LINE
from gdtutor.lesson.mistakes import Mistake, Mistakes
from gdtutor.lesson.model import Lesson, PictureWish, Scene
from gdtutor.lesson.network import COST
from gdtutor.lesson.notes import check_notes
from gdtutor.lesson.picture_scope import PictureScope
from gdtutor.lesson.pictures import of_hidden, read_pictures
from gdtutor.lesson.questions import QuestionScope, check_questions
from gdtutor.lesson.readers import fields_of
from gdtutor.lesson.repetition import repeated
from gdtutor.lesson.reports import NOWHERE, Findings, Place
from gdtutor.lesson.steps import Steps, read_passes
from gdtutor.lesson.tasks import read_tasks, read_writing
from gdtutor.lesson.training_table import batch_of
from gdtutor.lesson.work import memory_problem, overdrawn
from gdtutor.training.problem import leaf_shapes
from gdtutor.values import Struct, replace


def assemble(written: Written, findings: Findings) -> Lesson | None:
    """Return the lesson, None where a mistake was found."""
    body = written.body
    mistakes: Mistakes = []
    sheet = check_front_matter(written, mistakes)
    if sheet is not None and sheet.expansion is not None:
        # The network's lines stand where a graph block would have put them.
        body.scenes = body.scenes or [SceneBlock(0, [])]
        body.scenes[-1].formulas = [
            Formula(name, text, NOWHERE, NOWHERE) for name, text in sheet.expansion.formulas
        ]
    parsed = parse_blocks(body.scenes, findings)
    lesson = None
    if parsed is not None and not body.scenes and not findings.has_errors and not mistakes:
        hint = "add a ```graph block, or a [network] table"
        findings.error(Place(1, 1), "no-graph", "the lesson has no formulas", hint)
    elif parsed is not None and sheet is not None and not mistakes:
        lesson = _Assembly(sheet, parsed, mistakes, findings).lesson()
    report_mistakes(rehomed(mistakes), written.toml, TOML_LINE, findings)
    return None if findings.has_errors else lesson


class _Made(Struct, frozen=True):
    """A scene that is built."""

    scene: Scene
    steps: Steps
    """The steps of its walk."""
    heard: Findings
    """Where mistakes of its notes and questions are reported, or kept where others explain them."""


class _Assembly:
    """Holds front matter and formulas against each other, and makes the lesson of them."""

    def __init__(
        self,
        sheet: CheckedFrontMatter,
        parsed: list[Parsed],
        mistakes: Mistakes,
        findings: Findings,
    ) -> None:
        self._sheet, self._parsed = sheet, parsed
        self._mistakes, self._findings = mistakes, findings
        self._front, self._data = sheet.written.front, sheet.data
        self._settings = sheet.settings
        self._examples = self._data.examples.shape[0]
        self._batch = batch_of(self._settings, self._examples)
        self._bound = [binding.leaf for binding in self._data.bindings]

    def lesson(self) -> Lesson | None:
        """Return the lesson; None where a graph has a mistake."""
        sheet, front, body = self._sheet, self._front, self._sheet.written.body
        self._check_reserved()
        done = [self._scene(position, block) for position, block in enumerate(self._parsed)]
        made = [one for one in done if one is not None]
        if not made or len(made) != len(done):
            return None
        walks = [one.steps for one in made]
        names = {name for walk in walks for name in walk.shapes}
        scenes = self._with_questions(made, names)
        self._warn_names()
        self._check_memory(walks)
        pictures = self._pictures(walks)
        if front.story > 1 and self._settings is None:
            what = f"a story of {front.story} iterations, and the lesson does not train"
            hint = "add [training], or write story = 1"
            self._mistakes.append(Mistake(("story",), "story", what, hint))
        # A variant may be without a step that the lesson passes over, as one example is without C.
        missed: Mistakes = [] if sheet.written.is_variant else self._mistakes
        expansion = () if sheet.expansion is None else sheet.expansion.formulas
        return Lesson(
            **fields_of(front, *TEXTS, "gradients", "predict", "diverges", "story", "digits"),
            **fields_of(self._data, "bindings", "examples", "columns", "scaling", "features"),
            path=sheet.written.path,
            number=number_of(sheet.written.path),
            prose=body.prose,
            closing=body.closing,
            scenes=scenes,
            starts=sheet.starts,
            constants=sheet.constants,
            frozen=frozenset(front.frozen),
            settings=self._settings,
            watch="fast" if front.training is None else front.training.watch,
            passes=read_passes(front.pass_, walks, missed),
            tasks=read_tasks(body.tasks, names, self._findings),
            writing=read_writing(body.writing, names, self._findings),
            pictures=pictures,
            expansion=tuple(f"{name} = {formula}" for name, formula in expansion),
            places={
                name: formula.place
                for block in self._parsed
                for name, formula in block.formulas.items()
                if formula.place.line
            },
            text=sheet.written.text,
        )

    def _with_questions(self, made: list[_Made], names: Container[str]) -> tuple[Scene, ...]:
        """Return the scenes with their questions, whose conditions may name any graph's values."""
        scenes = []
        for one, block in zip(made, self._parsed, strict=True):
            scope = QuestionScope(one.steps, names, self._settings is not None)
            questions = check_questions(block.block, scope, one.heard)
            scenes.append(replace(one.scene, questions=questions))
        return tuple(scenes)

    def _pictures(self, walks: list[Steps]) -> tuple[PictureWish, ...]:
        """Return the pictures that the lesson can give, those that the program adds as the last."""
        named = (table.get("name") for table in self._front.variants)
        variants = tuple(name for name in named if isinstance(name, str))
        columns = self._data.input_count, self._data.target_count
        examples = self._examples if self._bound else 0
        scope = PictureScope(tuple(walks), *columns, examples, variants)
        pictures = read_pictures(self._front.pictures, scope, self._mistakes)
        for position, what, hint in overdrawn(pictures, walks, self._bound, self._batch):
            self._mistakes.append(Mistake(("pictures", position, "="), "bound", what, hint))
        return (*pictures, *of_hidden(pictures))

    def _place(self, block: Parsed, formula: Formula | None = None) -> Place:
        """Return where a formula stands, or the network that it is of; else where its block is."""
        own = formula.place if formula and formula.place.line else self._sheet.network_place
        return own or Place(block.block.line, 1)

    def _check_memory(self, walks: list[Steps]) -> None:
        """Report a lesson whose numbers are too many to be kept."""
        problem = memory_problem(walks, self._settings, self._bound, (self._batch, self._examples))
        if problem is not None:
            position, what, hint = problem
            self._findings.error(self._place(self._parsed[position]), "bound", what, hint)

    def _check_reserved(self) -> None:
        given = self._sheet.given
        names = {COST, BATCH_SIZE} if given.averages else {BATCH_SIZE} if given.is_matrix else set()
        meaning = {COST: "the cost, which the program adds", BATCH_SIZE: "the number of examples"}
        for formula in (formula for block in self._parsed for formula, _ in block.lines):
            if formula.name in names and formula.place.line:
                what = f"'{formula.name}' is {meaning[formula.name]}"
                self._findings.error(formula.place, "reserved", what, "choose another name")
        for name in sorted(names & set(given.roles)):
            what = f"'{name}' is {meaning[name]}"
            at = (*TABLES[given.roles[name]], name, "=")
            self._mistakes.append(Mistake(at, "reserved", what, "choose another name"))

    def _scene(self, position: int, block: Parsed) -> _Made | None:
        """Return a graph block as a scene without its questions; None where it has a mistake."""
        sheet, findings, front = self._sheet, self._findings, self._front
        is_last = position == len(self._parsed) - 1
        elsewhere = {
            name: formula.place.line
            for other in self._parsed
            if other is not block
            for name, formula in other.formulas.items()
        }
        graph = build_scene(block, sheet.given, elsewhere, findings, is_last=is_last)
        if graph is None:
            return None
        shapes = shapes_of(graph, sheet.given, block, self._place(block), findings)
        if shapes is None:
            return None
        trains = is_last and self._settings is not None
        trained = tuple(name for name in graph.parameters if name not in front.frozen)
        can_train = not trains or self._can_train(graph, trained, block, shapes)
        if trains:
            self._check_sizes(block, graph, shapes)
        reaches = front.backward and depends_on(graph, (*graph.parameters, *front.gradients))
        goes_backward = reaches and is_one_number(shapes[graph.root])
        # What trains is meant to end in one number, and its notes are held against that walk.
        meant = reaches if trains else goes_backward
        asked = (name for name in front.gradients if name in graph.leaf_by_name)
        wanted = (*graph.parameters, *asked)
        steps = Steps(graph, shapes, wanted, trained if trains else (), meant)
        heard = Findings(findings.path) if sheet.written.is_variant or not can_train else findings
        notes = check_notes(block.block, steps, heard, trains=self._settings is not None)
        lines = ((f.name, f.template, f.counts) for f in block.block.formulas)
        return _Made(Scene(graph, notes, (), goes_backward, repeated(lines)), steps, heard)

    def _check_sizes(self, block: Parsed, graph: Graph, shapes: Shapes) -> None:
        """Report a line that fits one number of examples where batches have several sizes."""
        if self._settings is None or not self._bound:
            return
        trained = self._settings.trained_on(self._examples)
        rest, held = trained % self._batch, self._examples - trained
        if not rest and not held:
            return
        fault = fitting_this_size(graph, shapes)
        if fault is not None:
            line = fault.partition(".")[0]
            other = f"the last batch holds {rest}" if rest else f"{held} are held back"
            what = f"'{line}' fits batches of {self._batch} examples and no other number"
            hint = f"{other}: use a batch that divides them, or one number for all examples"
        else:
            found = self._not_fitting(graph, {"the last batch": rest, "what is held back": held})
            if found is None:
                return
            which, size, error = found
            line = error.line
            what = f"'{line}' does not fit {which}, with {size} of the examples: {error.what}"
            hint = "use a batch that divides them, or a formula that fits any number of examples"
        place = self._place(block, block.formulas.get(line))
        self._findings.error(place, "shape", what, hint)

    def _not_fitting(
        self, graph: Graph, sizes: Mapping[str, int]
    ) -> tuple[str, int, ShapeError] | None:
        """Return the first number of examples, 0 left out, for which operands do not fit."""
        for which, size in sizes.items():
            try:
                if size:
                    fixed = self._sheet.given.shapes
                    infer_shapes(graph, leaf_shapes(graph, fixed, self._data.bindings, size))
            except ShapeError as error:
                return which, size, error
        return None

    def _can_train(
        self, graph: Graph, trained: tuple[str, ...], block: Parsed, shapes: Shapes
    ) -> bool:
        """Report a last line that cannot be trained; say whether it depends on what trains."""
        reaches, shape = depends_on(graph, trained), shapes[graph.root]
        place = self._sheet.network_place or block.lines[-1][0].place
        if not is_one_number(shape):
            what = f"the last line, {graph.root}, has the shape {shape_text(shape)}"
            hint = "what trains ends in one number, as C = sum(E**2)/(2*m)"
            self._findings.error(place, "not-scalar", what, hint)
        elif not reaches:
            what = f"the last line, {graph.root}, depends on no parameter that trains"
            hint = "use one under [parameters] that is not frozen"
            self._findings.error(place, "untrainable", what, hint)
        return reaches

    def _warn_names(self) -> None:
        lesson_id, data = self._front.id, self._data
        if lesson_id in LATER_COMMANDS:
            what = f"'{lesson_id}' is the name of a command"
            hint = "the lesson opens by its path alone; choose another id while nobody has progress"
            self._mistakes.append(Mistake(("id",), "id-command", what, hint))
        used = {name for block in self._parsed for name in block.used}
        for name, role in self._sheet.given.roles.items():
            if name not in used:
                names = {Role.INPUT: data.inputs, Role.TARGET: data.targets}.get(role, ())
                position = names.index(name) if name in names else 0
                at = path_of(TABLES[role], name, position, data)
                what = f"the {role.value} '{name}' is not used"
                hint = "use it in a formula, or remove it"
                self._mistakes.append(Mistake(at, "unused", what, hint))
        for formula in (formula for block in self._parsed for formula, _ in block.lines[:-1]):
            if formula.name not in used:
                what = f"nothing uses '{formula.name}'"
                hint = "only the last line is a result"
                self._findings.warning(formula.place, "unused", what, hint)
