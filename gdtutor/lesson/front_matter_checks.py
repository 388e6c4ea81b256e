"""The front matter, checked as a whole: data, starts, roles of names, and settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.graph import Role, a_role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import Arrays
from gdtutor.engine.shapes import Shape
from gdtutor.lesson.blocks import Body
from gdtutor.lesson.data import Data, read_data, without_columns
from gdtutor.lesson.graphs import Given
from gdtutor.lesson.markdown import front_place
from gdtutor.lesson.mistakes import Mistake, Mistakes, collected
from gdtutor.lesson.model import Start
from gdtutor.lesson.names import MAX_GIVEN, name_problem
from gdtutor.lesson.network import INPUT, TARGET, Expansion, expand
from gdtutor.lesson.reports import Place, shown
from gdtutor.lesson.starts import read_starts, start_shape
from gdtutor.lesson.tables import FrontMatter, NetworkTable
from gdtutor.lesson.toml_text import Path as TomlPath
from gdtutor.lesson.training_table import batch_of, read_settings
from gdtutor.training.settings import Settings
from gdtutor.values import Struct, replace

COMMANDS = (
    "list", "transcript", "train", "check", "shot", "export", "new", "watch", "progress",
)  # fmt: skip
"""Names of the commands of the command line, which no lesson may have as its id."""
LATER_COMMANDS = (
    "play", "judge", "practice", "worksheet", "class", "class-report", "join", "talk", "notes",
)  # fmt: skip
"""Names that have become commands since there were lessons: such an id is warned of, and the lesson
opens by its path."""

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What the id of a lesson looks like; it is not digits alone."""


class Written(Struct, frozen=True, eq=False):
    """A lesson file as written, its parts read each by itself."""

    path: Path
    text: str
    """The whole file."""
    toml: str
    """The front matter's text, in which the places of mistakes are found."""
    front: FrontMatter
    body: Body
    is_variant: bool
    """Whether a variant's overrides are in the front matter: notes on steps that only the lesson
    itself has are left out then."""


class CheckedFrontMatter(Struct, frozen=True, eq=False):
    """What the front matter gives, once it is checked."""

    written: Written
    data: Data
    starts: dict[str, Start]
    constants: Arrays
    expansion: Expansion | None
    settings: Settings | None
    given: Given
    network_place: Place | None
    """Where the `[network]` table stands, for what is wrong with its lines; None without one."""


def check_front_matter(written: Written, mistakes: Mistakes) -> CheckedFrontMatter | None:
    """Return what the front matter gives; None, and mistakes added, where one was found.

    CSV files are read from the lesson's folder.
    """
    front = written.front
    _check_id(front.id, mistakes)
    in_rows = front.orientation == "rows"
    expansion = None
    with collected(mistakes, "network"):
        expansion = None if front.network is None else expand(front.network, in_rows=in_rows)
    data = read_data(front.data, written.path.parent, mistakes, front.network)
    if data is not None and in_rows:
        data = _in_rows(data, mistakes)
    starts = dict(expansion.starts) if expansion else {}
    given_starts = read_starts(front.parameters or {}, mistakes, in_rows=in_rows)
    for name, start in given_starts.items():
        if name in starts and start_shape(start) != start_shape(starts[name]):
            what = f"{name} has the shape {list(start_shape(start))}"
            hint = f"the network needs {list(start_shape(starts[name]))}"
            mistakes.append(Mistake(("parameters", name), "shape", what, hint))
    starts.update(given_starts)
    constants = {**(expansion.constants if expansion else {}), **(front.constants or {})}
    if data is None:
        return None
    roles = _roles(data, starts, constants, mistakes)
    _check_lists(front, roles, mistakes)
    _check_network_ends(front.network, data, mistakes)
    if front.training is not None and not data.bindings:
        # One iteration is one epoch: the graph itself is the only example.
        data = without_columns(1)
    settings = read_settings(front.training, data.examples.shape[0], mistakes)
    if mistakes:
        return None
    given = _given(data, starts, constants, roles, settings)
    doubts = {
        leaf: (front_place(written.text, _bound(leaf, data)), doubt)
        for leaf, doubt in data.doubts.items()
    }
    given = replace(given, in_rows=in_rows, doubts=doubts)
    place = None if expansion is None else front_place(written.text, ("network", "="))
    return CheckedFrontMatter(written, data, starts, constants, expansion, settings, given, place)


def _bound(leaf: str, data: Data) -> TomlPath:
    return (*TABLES[Role.TARGET if leaf in data.targets else Role.INPUT], leaf)


def _in_rows(data: Data, mistakes: Mistakes) -> Data:
    """Return the data with every example a row of its matrices."""
    if data.by_rows:
        what = "rows are for matrices, and these formulas are about one example"
        hint = 'bind matrices, as inputs = { X = ["x1", "x2"] }, or leave the orientation out'
        mistakes.append(Mistake(("orientation",), "conflict", what, hint))
    bindings = tuple(replace(binding, examples_first=True) for binding in data.bindings)
    return replace(data, bindings=bindings)


def _check_id(lesson_id: str, mistakes: Mistakes) -> None:
    if lesson_id in COMMANDS:
        what = f"'{lesson_id}' is the name of a command"
        mistakes.append(Mistake(("id",), "id", what, "choose another id"))
    elif not ID.fullmatch(lesson_id) or lesson_id.isdigit():
        what = f"'{shown(lesson_id)}' cannot be an id"
        hint = "use small letters, digits and single hyphens, and not digits alone"
        mistakes.append(Mistake(("id",), "id", what, hint))


def _check_network_ends(network: NetworkTable | None, data: Data, mistakes: Mistakes) -> None:
    if network is None or len(network.layers) < 2 or not data.bindings:
        return
    last = len(network.layers) - 1
    for side, leaf, position, size in (
        ("inputs", INPUT, 0, data.input_count), ("targets", TARGET, last, data.target_count),
    ):  # fmt: skip
        width = network.layers[position]
        if width != size:
            what = f"the network has {width} {side}, the data have {size}"
            hint = "the first of layers is the number of inputs, the last that of targets"
            path: TomlPath = ("network", "layers", position)
            if size == width + 1 and leaf in data.doubts:
                path, hint = _bound(leaf, data), data.doubts[leaf]
            mistakes.append(Mistake(path, "shape", what, hint))


TABLES: Mapping[Role, TomlPath] = {
    Role.INPUT: ("data", "inputs"),
    Role.TARGET: ("data", "targets"),
    Role.PARAMETER: ("parameters",),
    Role.CONSTANT: ("constants",),
}
"""Where the front matter gives the values of each role."""


def path_of(table: TomlPath, name: str, position: int, data: Data) -> TomlPath:
    """Return the path of a given name: an entry of a list, or a key of a table."""
    is_list = table[0] == "data" and not data.is_matrix
    return (*table, position) if is_list else (*table, name, "=")


def _roles(
    data: Data, starts: Mapping[str, Start], constants: Arrays, mistakes: Mistakes
) -> dict[str, Role]:
    """Return the role of every given name, in the order of the given step."""
    roles: dict[str, Role] = {}
    groups = ((data.inputs, Role.INPUT), (data.targets, Role.TARGET))
    for names, role in (*groups, (starts, Role.PARAMETER), (constants, Role.CONSTANT)):
        path = TABLES[role]
        for position, name in enumerate(names):
            at = path_of(path, name, position, data)
            problem = name_problem(name)
            if problem is None and name == BATCH_SIZE and data.is_matrix:
                problem = ("reserved", "'m' is the number of examples", "choose another name")
            if problem is None and name in roles:
                what = f"'{name}' is already the name of {a_role(roles[name])}"
                problem = ("redefined", what, "choose another name")
            if problem is not None:
                mistakes.append(Mistake(at, *problem))
            roles.setdefault(name, role)
    if len(roles) > MAX_GIVEN:
        what = f"{len(roles):,} given names"
        mistakes.append(Mistake((), "bound", what, f"the bound is {MAX_GIVEN:,}"))
    return roles


def _check_lists(front: FrontMatter, roles: Mapping[str, Role], mistakes: Mistakes) -> None:
    decayed = (front.training and front.training.decayed) or ()
    wanted = (
        (("frozen",), front.frozen, (Role.PARAMETER,), "a", "parameter"),
        (("gradients",), front.gradients, (Role.INPUT, Role.TARGET), "an", "input or target"),
        (("training", "decayed"), decayed, (Role.PARAMETER,), "a", "parameter"),
    )
    for key, names, allowed, article, word in wanted:
        fitting = [name for name, role in roles.items() if role in allowed]
        for position, name in enumerate(names):
            if name not in fitting:
                hint = did_you_mean(name, fitting) or f"name {article} {word}"
                what = f"'{shown(name)}' is no {word}"
                mistakes.append(Mistake((*key, position), "undefined", what, hint))


def _given(
    data: Data,
    starts: Mapping[str, Start],
    constants: Arrays,
    roles: Mapping[str, Role],
    settings: Settings | None,
) -> Given:
    size = batch_of(settings, data.examples.shape[0])
    by_rows = data.by_rows
    is_single = by_rows and size == 1
    shapes: dict[str, Shape] = {name: start_shape(start) for name, start in starts.items()}
    shapes |= {name: np.shape(value) for name, value in constants.items()}
    for binding in data.bindings:
        rows = binding.matrix_shape(size) if binding.is_matrix else (size,)
        shapes[binding.leaf] = () if is_single else rows
    averages = by_rows and settings is not None and not is_single
    values = {name: start.value for name, start in starts.items() if start.value is not None}
    values |= constants
    return Given(roles, shapes, by_rows, data.is_matrix, averages, values)
