"""Front matter and body become a lesson; every mistake that is left is found here."""

from __future__ import annotations

from collections.abc import Container, Mapping

from gdtutor.engine.batch_axis import fitting_this_size
from gdtutor.engine.errors import ShapeError
from gdtutor.engine.graph import Graph, Role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.shapes import Shape, infer_shapes, shape_text
from gdtutor.lesson.body import Body, Formula, SceneBlock
from gdtutor.lesson.fences import TOML_LINE
from gdtutor.lesson.front_matter import report_mistakes
from gdtutor.lesson.front_matter_checks import (
    LATER_COMMANDS,
    TABLES,
    CheckedFrontMatter,
    Written,
    check_front_matter,
    path_of,
)
from gdtutor.lesson.graphs import (
    Given,
    Parsed,
    build_scene,
    depends_on,
    is_one_number,
    parse_blocks,
    shapes_of,
)
from gdtutor.lesson.memory import memory_problem
from gdtutor.lesson.misplaced_keys import rehomed
from gdtutor.lesson.model import Lesson, PictureWish, Scene
from gdtutor.lesson.network import COST, Expansion
from gdtutor.lesson.notes import check_notes, walk_steps
from gdtutor.lesson.picture_scope import PictureScope
from gdtutor.lesson.picture_work import overdrawn
from gdtutor.lesson.pictures import of_hidden, read_pictures
from gdtutor.lesson.questions import Ground, check_questions
from gdtutor.lesson.readers import Mistake
from gdtutor.lesson.repetition import repeated
from gdtutor.lesson.reports import NOWHERE, Findings, Place
from gdtutor.lesson.steps import Steps, read_passes
from gdtutor.lesson.summary import number_of
from gdtutor.lesson.tasks import read_tasks, read_writing
from gdtutor.lesson.training_table import batch_of, training_size
from gdtutor.training.problem import leaf_shapes
from gdtutor.values import Struct, replace


def assemble(written: Written, findings: Findings) -> Lesson | None:
    """Return the lesson, None where a mistake was found."""
    body = written.body
    mistakes: list[Mistake] = []
    sheet = check_front_matter(written, mistakes)
    if sheet is not None and sheet.expansion is not None:
        _give_formulas(body, sheet.expansion)
    parsed = parse_blocks(body.scenes, findings)
    lesson = None
    if parsed is not None and not body.scenes and not findings.has_errors and not mistakes:
        hint = "add a ```graph block, or a [network] table"
        findings.error(Place(1, 1), "no-graph", "the lesson has no formulas", hint)
    elif parsed is not None and sheet is not None and not mistakes:
        lesson = _with_graphs(sheet, parsed, mistakes, findings)
    report_mistakes(rehomed(mistakes), written.toml, TOML_LINE, findings)
    return None if findings.has_errors else lesson


def _give_formulas(body: Body, expansion: Expansion) -> None:
    """Put the network's lines where a graph block would have put them."""
    if not body.scenes:
        body.scenes.append(SceneBlock(0, []))
    body.scenes[-1].formulas = [
        Formula(name, text, NOWHERE, NOWHERE) for name, text in expansion.formulas
    ]


class _Made(Struct, frozen=True):
    """A scene that is built."""

    scene: Scene
    steps: Steps
    """The steps of its walk."""
    heard: Findings
    """Where mistakes of its notes and questions are reported, or kept where others explain them."""


def _with_graphs(
    sheet: CheckedFrontMatter, parsed: list[Parsed], mistakes: list[Mistake], findings: Findings
) -> Lesson | None:
    _check_reserved(sheet.given, parsed, mistakes, findings)
    done: list[_Made] = []
    for position, block in enumerate(parsed):
        is_last = position == len(parsed) - 1
        elsewhere = {
            formula.name: formula.place.line
            for other in parsed
            if other is not block
            for formula, _ in other.lines
        }
        graph = build_scene(block, sheet.given, elsewhere, findings, is_last=is_last)
        made = None
        if graph is not None:
            made = _scene(sheet, block, graph, findings, is_last=is_last)
        if made is not None:
            done.append(made)
    if not done or len(done) != len(parsed):
        return None
    walks = [made.steps for made in done]
    names = {name for walk in walks for name in walk.shapes}
    scenes = _with_questions(done, parsed, names, trains=sheet.settings is not None)
    _warn_names(sheet, parsed, mistakes, findings)
    _check_memory(sheet, parsed, walks, findings)
    pictures = read_pictures(sheet.written.front.pictures, _ground(sheet, walks), mistakes)
    examples = sheet.data.examples.shape[0]
    leaves = [binding.leaf for binding in sheet.data.bindings]
    batch = batch_of(sheet.settings, examples)
    for position, what, hint in overdrawn(pictures, walks, leaves, batch):
        mistakes.append(Mistake(("pictures", position, "="), "bound", what, hint))
    lesson = _lesson(sheet, parsed, scenes, (*pictures, *of_hidden(pictures)))
    front = sheet.written.front
    if front.story > 1 and not lesson.trains:
        what = f"a story of {front.story} iterations, and the lesson does not train"
        mistakes.append(Mistake(("story",), "story", what, "add [training], or write story = 1"))
    # A variant may be without a step that the lesson passes over, as one example is without C.
    missed: list[Mistake] = [] if sheet.written.is_variant else mistakes
    return replace(
        lesson,
        watch="fast" if front.training is None else front.training.watch,
        story=front.story,
        passes=read_passes(front.pass_, walks, missed),
        tasks=read_tasks(sheet.written.body.tasks, names, findings),
        writing=read_writing(sheet.written.body.writing, names, findings),
    )


def _with_questions(
    made: list[_Made], parsed: list[Parsed], names: Container[str], *, trains: bool
) -> tuple[Scene, ...]:
    """Return the scenes with their questions, whose conditions may name any graph's values."""
    return tuple(
        replace(
            one.scene,
            questions=check_questions(block.block, Ground(one.steps, names, trains), one.heard),
        )
        for one, block in zip(made, parsed, strict=True)
    )


def _lesson(
    sheet: CheckedFrontMatter,
    parsed: list[Parsed],
    scenes: tuple[Scene, ...],
    pictures: tuple[PictureWish, ...],
) -> Lesson:
    written, data = sheet.written, sheet.data
    front, body = written.front, written.body
    places = {
        formula.name: (formula.place.line, formula.place.column)
        for block in parsed
        for formula, _ in block.lines
        if formula.place.line
    }
    return Lesson(
        id=front.id,
        title=front.title,
        chapter=front.chapter,
        summary=front.summary,
        source=front.source,
        path=written.path,
        number=number_of(written.path),
        prose=body.prose,
        closing=body.closing,
        scenes=scenes,
        starts=sheet.starts,
        constants=sheet.constants,
        frozen=frozenset(front.frozen),
        gradients=front.gradients,
        bindings=data.bindings,
        examples=data.examples,
        columns=data.columns,
        settings=sheet.settings,
        predict=front.predict,
        diverges=front.diverges,
        digits=front.digits,
        pictures=pictures,
        expansion=_expansion_lines(sheet.expansion),
        scaling=data.scaling,
        features=data.features,
        places=places,
        text=written.text,
    )


def _ground(sheet: CheckedFrontMatter, walks: list[Steps]) -> PictureScope:
    """Return what the lesson's pictures are drawn from."""
    data, variants = sheet.data, sheet.written.front.variants
    return PictureScope(
        tuple(walks),
        data.input_count,
        data.target_count,
        data.examples.shape[0] if data.bindings else 0,
        tuple(name for name in (table.get("name") for table in variants) if isinstance(name, str)),
    )


def _expansion_lines(expansion: Expansion | None) -> tuple[str, ...]:
    if expansion is None:
        return ()
    return tuple(f"{name} = {formula}" for name, formula in expansion.formulas)


def _check_memory(
    sheet: CheckedFrontMatter, parsed: list[Parsed], walks: list[Steps], findings: Findings
) -> None:
    """Report a lesson whose numbers are too many to be kept."""
    examples = sheet.data.examples.shape[0]
    sizes = batch_of(sheet.settings, examples), examples
    leaves = [binding.leaf for binding in sheet.data.bindings]
    problem = memory_problem(walks, sheet.settings, leaves, sizes)
    if problem is not None:
        position, what, hint = problem
        place = sheet.network_place or Place(parsed[position].block.line, 1)
        findings.error(place, "bound", what, hint)


def _check_reserved(
    given: Given, parsed: list[Parsed], mistakes: list[Mistake], findings: Findings
) -> None:
    names = {COST, BATCH_SIZE} if given.averages else {BATCH_SIZE} if given.is_matrix else set()
    meaning = {COST: "the cost, which the program adds", BATCH_SIZE: "the number of examples"}
    for block in parsed:
        for formula, _ in block.lines:
            if formula.name in names and formula.place.line:
                what = f"'{formula.name}' is {meaning[formula.name]}"
                findings.error(formula.place, "reserved", what, "choose another name")
    for name in sorted(names & set(given.roles)):
        what = f"'{name}' is {meaning[name]}"
        at = (*TABLES[given.roles[name]], name, "=")
        mistakes.append(Mistake(at, "reserved", what, "choose another name"))


def _scene(
    sheet: CheckedFrontMatter, block: Parsed, graph: Graph, findings: Findings, *, is_last: bool
) -> _Made | None:
    """Return a graph block as a scene without its questions."""
    fallback = sheet.network_place or Place(block.block.line, 1)
    shapes = shapes_of(graph, sheet.given, block, fallback, findings)
    if shapes is None:
        return None
    front = sheet.written.front
    is_number = is_one_number(shapes[graph.root])
    asked = (*graph.parameters, *front.gradients)
    trains = is_last and sheet.settings is not None
    trained = tuple(name for name in graph.parameters if name not in front.frozen)
    can_train = True
    if trains:
        place = sheet.network_place or block.lines[-1][0].place
        can_train = _can_train(graph, trained, place, shapes, findings)
        _check_sizes(sheet, block, graph, shapes, findings)
    reaches = front.backward and depends_on(graph, asked)
    goes_backward = reaches and is_number
    # What trains is meant to end in one number: its notes are held against the walk it then has.
    meant = reaches if trains else goes_backward
    steps = walk_steps(graph, shapes, front.gradients, trained if trains else (), meant)
    heard = Findings(findings.path) if sheet.written.is_variant or not can_train else findings
    notes = check_notes(block.block, steps, heard, trains=sheet.settings is not None)
    lines = ((f.name, f.template, f.counts) for f in block.block.formulas)
    scene = Scene(graph, notes, (), goes_backward, repeated(lines))
    return _Made(scene, steps, heard)


def _check_sizes(
    sheet: CheckedFrontMatter,
    block: Parsed,
    graph: Graph,
    shapes: Mapping[str, Shape],
    findings: Findings,
) -> None:
    """Report a line that fits one number of examples where there are batches of several sizes."""
    settings, count = sheet.settings, sheet.data.examples.shape[0]
    if settings is None or not sheet.data.bindings:
        return
    trained, batch = training_size(settings, count), batch_of(settings, count)
    rest, held = trained % batch, count - trained
    if not rest and not held:
        return
    fault = fitting_this_size(graph, shapes)
    if fault is not None:
        line = fault.partition(".")[0]
        other = f"the last batch holds {rest}" if rest else f"{held} are held back"
        what = f"'{line}' fits batches of {batch} examples and no other number"
        hint = f"{other}: use a batch that divides them, or one number for all examples"
    else:
        found = _not_fitting(sheet, graph, {"the last batch": rest, "what is held back": held})
        if found is None:
            return
        which, size, error = found
        line = error.line
        what = f"'{line}' does not fit {which}, with {size} of the examples: {error.what}"
        hint = "use a batch that divides them, or a formula that fits any number of examples"
    formula = next((formula for formula, _ in block.lines if formula.name == line), None)
    place = formula.place if formula and formula.place.line else sheet.network_place
    findings.error(place or Place(block.block.line, 1), "shape", what, hint)


def _not_fitting(
    sheet: CheckedFrontMatter, graph: Graph, sizes: Mapping[str, int]
) -> tuple[str, int, ShapeError] | None:
    """Return the first number of examples, 0 left out, for which operands do not fit."""
    for which, size in sizes.items():
        try:
            if size:
                given = leaf_shapes(graph, sheet.given.shapes, sheet.data.bindings, size)
                infer_shapes(graph, given)
        except ShapeError as error:
            return which, size, error
    return None


def _can_train(
    graph: Graph,
    trained: tuple[str, ...],
    place: Place,
    shapes: Mapping[str, Shape],
    findings: Findings,
) -> bool:
    """Report a last line that cannot be trained; say whether it depends on what trains."""
    reaches = depends_on(graph, trained)
    if not is_one_number(shapes[graph.root]):
        what = f"the last line, {graph.root}, has the shape {shape_text(shapes[graph.root])}"
        findings.error(
            place, "not-scalar", what, "what trains ends in one number, as C = sum(E**2)/(2*m)"
        )
    elif not reaches:
        what = f"the last line, {graph.root}, depends on no parameter that trains"
        findings.error(place, "untrainable", what, "use one under [parameters] that is not frozen")
    return reaches


def _warn_names(
    sheet: CheckedFrontMatter, parsed: list[Parsed], mistakes: list[Mistake], findings: Findings
) -> None:
    front = sheet.written.front
    if front.id in LATER_COMMANDS:
        what = f"'{front.id}' is the name of a command"
        hint = "the lesson opens by its path alone; choose another id while nobody has progress"
        mistakes.append(Mistake(("id",), "id-command", what, hint))
    used = {name for block in parsed for name in block.used}
    data = sheet.data
    for name, role in sheet.given.roles.items():
        if name not in used:
            names = {Role.INPUT: data.inputs, Role.TARGET: data.targets}.get(role, ())
            position = names.index(name) if name in names else 0
            at = path_of(TABLES[role], name, position, data)
            what = f"the {role.value} '{name}' is not used"
            mistakes.append(Mistake(at, "unused", what, "use it in a formula, or remove it"))
    for block in parsed:
        for formula, _ in block.lines[:-1]:
            if formula.name not in used:
                what = f"nothing uses '{formula.name}'"
                findings.warning(formula.place, "unused", what, "only the last line is a result")
