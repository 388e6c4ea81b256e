"""Front matter and body become a lesson; every mistake that is left is found here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.graph import Graph, Role, a_role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import Shape
from gdtutor.lesson.body import Body, Formula, SceneBlock
from gdtutor.lesson.data import Data, read_data
from gdtutor.lesson.front_matter import TOML_LINE, report_mistakes
from gdtutor.lesson.graphs import (
    Given,
    Parsed,
    build_scene,
    depends_on,
    is_one_number,
    parse_blocks,
    shapes_of,
)
from gdtutor.lesson.model import Lesson, Scene, Start
from gdtutor.lesson.names import MAX_NAMES, name_problem
from gdtutor.lesson.network import COST, Expansion, expand
from gdtutor.lesson.notes import check_notes, check_questions, walk_steps
from gdtutor.lesson.picture_checks import Ground
from gdtutor.lesson.pictures import read_pictures
from gdtutor.lesson.plan import batch_of, read_settings
from gdtutor.lesson.readers import Mistake
from gdtutor.lesson.reports import NOWHERE, Findings, Place, shown
from gdtutor.lesson.starts import read_starts, start_shape
from gdtutor.lesson.steps import Steps
from gdtutor.lesson.tables import FrontMatter, NetworkTable
from gdtutor.lesson.toml_text import Path as TomlPath
from gdtutor.lesson.toml_text import find_places
from gdtutor.training.settings import Settings

COMMANDS = (
    "list", "transcript", "train", "check", "shot", "export", "new", "watch", "progress",
)  # fmt: skip
"""Names of commands, which no lesson may have as its id."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(slots=True, eq=False)
class Sheet:
    """What the front matter gives, once it is checked."""

    front: FrontMatter
    data: Data
    starts: dict[str, Start]
    constants: Mapping[str, Array]
    expansion: Expansion | None
    settings: Settings | None
    given: Given
    place: Place = NOWHERE
    """Where the `[network]` table stands, for what is wrong with its lines."""
    is_variant: bool = False
    """Whether a variant's overrides are in it: notes on steps that it lacks are left out then."""


def assemble(
    front: FrontMatter,
    toml: str,
    body: Body,
    path: Path,
    text: str,
    findings: Findings,
    *,
    is_variant: bool = False,
) -> Lesson | None:
    """Return the lesson, None where a mistake was found.

    Args:
        front: The front matter.
        toml: Its text, in which the places of mistakes are found.
        body: The body.
        path: The file.
        text: The whole file.
        findings: Where mistakes are reported.
        is_variant: Whether the front matter holds a variant's overrides, so that notes on steps
            that only the lesson itself has are left out.
    """
    mistakes: list[Mistake] = []
    sheet = _sheet(front, path, mistakes)
    if sheet is not None:
        sheet.is_variant = is_variant
    if sheet is not None and sheet.expansion is not None:
        _give_formulas(body, sheet.expansion)
        header: TomlPath = ("network", "=")
        sheet.place = find_places(toml, TOML_LINE, {header}).get(header, Place(1, 1))
    parsed = parse_blocks(body.scenes, findings)
    lesson = None
    if parsed is not None and not body.scenes and not findings.has_errors and not mistakes:
        hint = "add a ```graph block, or a [network] table"
        findings.error(Place(1, 1), "no-graph", "the lesson has no formulas", hint)
    elif parsed is not None and sheet is not None and not mistakes:
        lesson = _with_graphs(sheet, parsed, body, path, text, mistakes, findings)
    report_mistakes(mistakes, toml, TOML_LINE, findings)
    return None if findings.has_errors else lesson


def _sheet(front: FrontMatter, path: Path, mistakes: list[Mistake]) -> Sheet | None:
    _check_id(front.id, mistakes)
    expansion = _expansion(front.network, mistakes)
    data = read_data(front.data, path.parent, mistakes, is_network=front.network is not None)
    starts = dict(expansion.starts) if expansion else {}
    given_starts = read_starts(front.parameters or {}, mistakes)
    for name, start in given_starts.items():
        if name in starts and start_shape(start) != start_shape(starts[name]):
            what = f"{name} has the shape {_shape(start)}"
            hint = f"the network needs {_shape(starts[name])}"
            mistakes.append(Mistake(("parameters", name), "shape", what, hint))
    starts.update(given_starts)
    constants = front.constants or {}
    if data is None:
        return None
    roles = _roles(data, starts, constants, given_starts, mistakes)
    _check_lists(front, roles, mistakes)
    _check_network_ends(front.network, data, mistakes)
    if front.training is not None and not data.bindings:
        # One iteration is one epoch: the graph itself is the only example.
        data = _single(data)
    settings = read_settings(front.training, data.examples.shape[0], mistakes)
    if mistakes:
        return None
    given = _given(data, starts, constants, roles, settings)
    return Sheet(front, data, starts, constants, expansion, settings, given)


def _single(data: Data) -> Data:
    alone = np.empty((1, 0))
    alone.flags.writeable = False
    return Data((), (), (), (), alone, is_matrix=False)


def _shape(start: Start) -> str:
    return str(list(start_shape(start)))


def _check_id(lesson_id: str, mistakes: list[Mistake]) -> None:
    if lesson_id in COMMANDS:
        what = f"'{lesson_id}' is the name of a command"
        mistakes.append(Mistake(("id",), "id", what, "choose another id"))
    elif not _ID.match(lesson_id) or lesson_id.isdigit():
        what = f"'{shown(lesson_id)}' cannot be an id"
        hint = "use small letters, digits and single hyphens, and not digits alone"
        mistakes.append(Mistake(("id",), "id", what, hint))


def _expansion(network: NetworkTable | None, mistakes: list[Mistake]) -> Expansion | None:
    if network is None:
        return None
    if len(network.layers) < 2:
        hint = "write layers = [2, 1]: inputs, then neurons of each layer"
        mistakes.append(Mistake(("network", "layers"), "value", "a network of no layer", hint))
        return None
    hidden = len(network.layers) - 2
    if not isinstance(network.activation, str) and len(network.activation) != hidden:
        what = f"{len(network.activation)} activations for {hidden} hidden layers"
        hint = "give one for each, or one name for all; `output` is the last layer's"
        mistakes.append(Mistake(("network", "activation"), "value", what, hint))
        return None
    return expand(network)


def _check_network_ends(network: NetworkTable | None, data: Data, mistakes: list[Mistake]) -> None:
    if network is None or len(network.layers) < 2 or not data.bindings:
        return
    ends = (network.layers[0], network.layers[-1])
    sizes = tuple(len(binding.columns) for binding in data.bindings)
    for width, size, position, side in zip(
        ends, sizes, (0, len(network.layers) - 1), ("inputs", "targets"), strict=False
    ):
        if width != size:
            what = f"the network has {width} {side}, the data have {size}"
            hint = "the first of layers is the number of inputs, the last that of targets"
            mistakes.append(Mistake(("network", "layers", position), "shape", what, hint))


_TABLES: Mapping[Role, TomlPath] = {
    Role.INPUT: ("data", "inputs"),
    Role.TARGET: ("data", "targets"),
    Role.PARAMETER: ("parameters",),
    Role.CONSTANT: ("constants",),
}


def _path_of(table: TomlPath, name: str, position: int, data: Data) -> TomlPath:
    """Return the path of a given name: an entry of a list, or a key of a table."""
    is_list = table[0] == "data" and not data.is_matrix
    return (*table, position) if is_list else (*table, name, "=")


def _roles(
    data: Data,
    starts: Mapping[str, Start],
    constants: Mapping[str, Array],
    written: Mapping[str, Start],
    mistakes: list[Mistake],
) -> dict[str, Role]:
    """Return the role of every given name, in the order of the given step."""
    roles: dict[str, Role] = {}
    groups = ((data.inputs, Role.INPUT), (data.targets, Role.TARGET))
    for names, role in (*groups, (starts, Role.PARAMETER), (constants, Role.CONSTANT)):
        path = _TABLES[role]
        for position, name in enumerate(names):
            at = _path_of(path, name, position, data)
            problem = name_problem(name)
            if problem is None and name == BATCH_SIZE and data.is_matrix:
                problem = ("reserved", "'m' is the number of examples", "choose another name")
            if problem is None and name in roles:
                what = f"'{name}' is already the name of {a_role(roles[name])}"
                problem = ("redefined", what, "choose another name")
            if problem is not None:
                mistakes.append(Mistake(at, *problem))
            roles.setdefault(name, role)
    if len(roles) > MAX_NAMES:
        what = f"{len(roles):,} given names"
        mistakes.append(Mistake((), "bound", what, f"the bound is {MAX_NAMES:,}"))
    return roles


def _check_lists(front: FrontMatter, roles: Mapping[str, Role], mistakes: list[Mistake]) -> None:
    wanted = (
        ("frozen", front.frozen, (Role.PARAMETER,), "parameter"),
        ("gradients", front.gradients, (Role.INPUT, Role.TARGET), "input or target"),
    )
    for key, names, allowed, word in wanted:
        fitting = [name for name, role in roles.items() if role in allowed]
        for position, name in enumerate(names):
            if name not in fitting:
                hint = did_you_mean(name, fitting) or f"name an {word}".replace("an p", "a p")
                what = f"'{shown(name)}' is no {word}"
                mistakes.append(Mistake((key, position), "undefined", what, hint))


def _given(
    data: Data,
    starts: Mapping[str, Start],
    constants: Mapping[str, Array],
    roles: Mapping[str, Role],
    settings: Settings | None,
) -> Given:
    size = batch_of(settings, data.examples.shape[0])
    by_rows = data.by_rows
    is_single = by_rows and size == 1
    shapes: dict[str, Shape] = {name: start_shape(start) for name, start in starts.items()}
    shapes |= {name: np.shape(value) for name, value in constants.items()}
    for binding in data.bindings:
        rows = (len(binding.columns), size) if binding.is_matrix else (size,)
        shapes[binding.leaf] = () if is_single else rows
    averages = by_rows and settings is not None and not is_single
    return Given(roles, shapes, by_rows, data.is_matrix, averages)


def _give_formulas(body: Body, expansion: Expansion) -> None:
    """Put the network's lines where a graph block would have put them."""
    if not body.scenes:
        body.scenes.append(SceneBlock(0, []))
    body.scenes[-1].formulas = [
        Formula(name, text, NOWHERE, NOWHERE) for name, text in expansion.formulas
    ]


def _with_graphs(
    sheet: Sheet,
    parsed: list[Parsed],
    body: Body,
    path: Path,
    text: str,
    mistakes: list[Mistake],
    findings: Findings,
) -> Lesson | None:
    _check_reserved(sheet.given, parsed, mistakes, findings)
    scenes: list[Scene] = []
    walks: list[Steps] = []
    for position, block in enumerate(parsed):
        is_last = position == len(parsed) - 1
        elsewhere = {
            formula.name: formula.place.line
            for other in parsed
            if other is not block
            for formula, _ in other.lines
        }
        graph = build_scene(block, sheet.given, elsewhere, findings, is_last=is_last)
        scene = None
        if graph is not None:
            scene = _scene(sheet, block, graph, is_last, walks, findings)
        if scene is not None:
            scenes.append(scene)
    if not scenes or len(scenes) != len(parsed):
        return None
    _warn_unused(sheet, parsed, mistakes, findings)
    pictures = read_pictures(sheet.front.pictures, _ground(sheet, walks), mistakes)
    front, data = sheet.front, sheet.data
    places = {
        formula.name: (formula.place.line, formula.place.column)
        for block in parsed
        for formula, _ in block.lines
        if formula.place.line
    }
    number = re.match(r"\d+", path.name)
    return Lesson(
        id=front.id,
        title=front.title,
        chapter=front.chapter,
        summary=front.summary,
        source=front.source,
        path=path,
        number=number.group() if number else "",
        prose=body.prose,
        closing=body.closing,
        scenes=tuple(scenes),
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
        pictures=pictures,
        expansion=_expansion_lines(sheet.expansion),
        data_formulas=data.formulas,
        places=places,
        text=text,
    )


def _ground(sheet: Sheet, walks: list[Steps]) -> Ground:
    """Return what the lesson's pictures are drawn from."""
    data, variants = sheet.data, sheet.front.variants
    inputs = sum(len(b.columns) for b in data.bindings if b.leaf in data.inputs)
    return Ground(
        tuple(walks),
        inputs,
        len(data.columns) - inputs,
        data.examples.shape[0] if data.bindings else 0,
        tuple(name for name in (table.get("name") for table in variants) if isinstance(name, str)),
    )


def _expansion_lines(expansion: Expansion | None) -> tuple[str, ...]:
    if expansion is None:
        return ()
    return tuple(f"{name} = {formula}" for name, formula in expansion.formulas)


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
        at = (*_TABLES[given.roles[name]], name, "=")
        mistakes.append(Mistake(at, "reserved", what, "choose another name"))


def _scene(
    sheet: Sheet,
    block: Parsed,
    graph: Graph,
    is_last: bool,
    walks: list[Steps],
    findings: Findings,
) -> Scene | None:
    fallback = sheet.place if sheet.expansion else Place(block.block.line, 1)
    shapes = shapes_of(graph, sheet.given, block, fallback, findings)
    if shapes is None:
        return None
    front = sheet.front
    is_number = is_one_number(shapes[graph.root])
    asked = (*graph.parameters, *front.gradients)
    trains = is_last and sheet.settings is not None
    trained = tuple(name for name in graph.parameters if name not in front.frozen)
    if trains:
        place = fallback if sheet.expansion else block.lines[-1][0].place
        _check_trainable(graph, is_number, trained, place, shapes, findings)
    goes_backward = front.backward and is_number and depends_on(graph, asked)
    steps = walk_steps(graph, shapes, front.gradients, trained if trains else (), goes_backward)
    walks.append(steps)
    heard = Findings(findings.path) if sheet.is_variant else findings
    notes = check_notes(block.block, steps, heard)
    questions = check_questions(block.block, steps, heard)
    return Scene(graph, notes, questions, goes_backward)


def _check_trainable(
    graph: Graph,
    is_number: bool,
    trained: tuple[str, ...],
    place: Place,
    shapes: Mapping[str, Shape],
    findings: Findings,
) -> None:
    if not is_number:
        shape = "×".join(map(str, shapes[graph.root]))
        what = f"the last line, {graph.root}, has the shape {shape}"
        findings.error(
            place, "not-scalar", what, "what trains ends in one number, as C = sum(E**2)/(2*m)"
        )
    elif not depends_on(graph, trained):
        what = f"the last line, {graph.root}, depends on no parameter that trains"
        findings.error(place, "untrainable", what, "use one under [parameters] that is not frozen")


def _warn_unused(
    sheet: Sheet, parsed: list[Parsed], mistakes: list[Mistake], findings: Findings
) -> None:
    used = {name for block in parsed for name in block.used}
    data = sheet.data
    for name, role in sheet.given.roles.items():
        if name not in used:
            names = {Role.INPUT: data.inputs, Role.TARGET: data.targets}.get(role, ())
            position = names.index(name) if name in names else 0
            at = _path_of(_TABLES[role], name, position, data)
            what = f"the {role.value} '{name}' is not used"
            mistakes.append(Mistake(at, "unused", what, "use it in a formula, or remove it"))
    for block in parsed:
        for formula, _ in block.lines[:-1]:
            if formula.name not in used:
                what = f"nothing uses '{formula.name}'"
                findings.warning(formula.place, "unused", what, "only the last line is a result")
