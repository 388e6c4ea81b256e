"""Imports point one way; textual and rich stay in the user interface, plotext where it paints."""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import gdtutor
from gdtutor.session.state import Look, Training
from tests.house import statements

PACKAGE = Path(gdtutor.__file__).parent

TOP = {
    "__init__": (set(), set()),
    "__main__": ({"cli"}, set()),
    "values": (set(), {"msgspec"}),
    "files": ({"engine"}, set()),
}
"""What the modules at the top of the package may import: folders and modules, and packages."""

DECLARED = re.compile(r"Imports: ([^.]+)\.(?: Outside: ([^.]+)\.)?$")
"""The end of a folder's docstring, which says what its modules may import."""

COMPILES_SOURCE = "training/plan/source.py"
"""The one module that may: it compiles what the plan generates."""

CHANGED_BY = {"looking": Look, "with_train": Training}
"""What a call of this name changes some fields of."""

MODULES = sorted(PACKAGE.rglob("*.py"))


def path_of(module):
    return module.relative_to(PACKAGE).as_posix()


def folder_of(path):
    """Return the folder of a module by its path below the package, or its name at the top."""
    return path.rpartition("/")[0] or path.removesuffix(".py")


def declared(text):
    """Return what a folder says that it may import: of the package, and from outside."""
    found = DECLARED.search(" ".join((ast.get_docstring(text) or "").split()))
    assert found is not None, "the folder's docstring ends with 'Imports: …'"
    return tuple(
        {name.strip() for name in (part or "").split(",")} - {""} for part in found.groups()
    )


FOLDERS = {
    folder.parent.relative_to(PACKAGE).as_posix(): declared(ast.parse(folder.read_text("utf-8")))
    for folder in PACKAGE.rglob("*/__init__.py")
}
"""By folder, what it may import."""

ALLOWED = FOLDERS | TOP


def stands_in(folder, others):
    """Tell whether a folder is one of others, or lies in one."""
    return any(folder == other or folder.startswith(f"{other}/") for other in others)


def imported(tree, package):
    """Yield the dotted name of everything imported, at the top or inside a function."""
    for node in statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            source = ".".join(part for part in (base, node.module) if part)
            yield from (f"{source}.{alias.name}" for alias in node.names)


@cache
def tree_of(text):
    """Return a module's text as a tree, which more than one test reads."""
    return ast.parse(text)


def violations(text, path):
    """Return what a module of this path below the package must not import."""
    folder = folder_of(path)
    inside, outside = ALLOWED[folder]
    package = ("gdtutor", *path.split("/")[:-1])
    found = []
    for name in imported(tree_of(text), package):
        first, *rest = name.split(".")
        if first == "gdtutor":
            if (
                rest
                and rest != ["__version__"]
                and not stands_in("/".join(rest), {folder, *inside})
            ):
                found.append(name)
        elif first not in sys.stdlib_module_names and first not in outside:
            found.append(name)
    return found


def compiled_source(text):
    """Return the lines that run text as code."""
    runners = {"exec", "eval", "compile", "__import__"}
    found = []
    # To look into every expression of the package takes long.
    for node in ast.walk(tree_of(text)) if any(name in text for name in runners) else ():
        is_name = isinstance(node, ast.Name) and node.id in runners
        is_builtin = (
            isinstance(node, ast.Attribute)
            and node.attr in runners
            and isinstance(node.value, ast.Name)
            and node.value.id in ("builtins", "__builtins__")
        )
        if is_name or is_builtin:
            found.append(node.lineno)
    return found


def misnamed(text):
    """Return the fields that a call changes and that what it changes does not have."""
    found = []
    for node in ast.walk(tree_of(text)) if any(name in text for name in CHANGED_BY) else ():
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            fields = CHANGED_BY[name].__struct_fields__ if name in CHANGED_BY else ()
            found += [one.arg for one in node.keywords if fields and one.arg not in fields]
    return found


def in_every_module(found_in):
    """Return by module what is found in it, where anything is."""
    found = {path_of(one): found_in(one.read_text("utf-8"), path_of(one)) for one in MODULES}
    return {path: names for path, names in found.items() if names}


def test_a_module_imports_its_own_layer_and_lower_ones_alone():
    assert in_every_module(violations) == {}


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("engine/graph.py", "from gdtutor.training import plan", "gdtutor.training.plan"),
        ("engine/graph.py", "from ..view import frame", "gdtutor.view.frame"),
        ("engine/graph.py", "from gdtutor import session", "gdtutor.session"),
        ("check/paths.py", "import gdtutor.report.run", "gdtutor.report.run"),
        ("engine/graph.py", "def f():\n    from textual import log", "textual.log"),
        ("engine/graph.py", "import gdtutor.progress.store", "gdtutor.progress.store"),
        ("view/frame.py", "import rich.text", "rich.text"),
        ("session/state.py", "from gdtutor.view.frame import Frame", "gdtutor.view.frame.Frame"),
        ("report/transcript.py", "from gdtutor.ui import app", "gdtutor.ui.app"),
        ("ui/app.py", "import gdtutor.cli", "gdtutor.cli"),
        ("cli/__init__.py", "import plotext", "plotext"),
        ("paint/terminal.py", "import rich.style", "rich.style"),
        ("lesson/files.py", "import yaml", "yaml"),
    ],
)
def test_an_import_that_points_up_is_found(path, text, name):
    assert violations(text, path) == [name]


def test_what_folders_may_import_makes_no_circle():
    """A folder inside another one is a part of it."""
    order = TopologicalSorter(
        {folder: set(inside) for folder, (inside, _) in ALLOWED.items() if "/" not in folder}
    )
    assert set(order.static_order()) == {folder for folder in ALLOWED if "/" not in folder}


def test_every_folder_says_in_five_to_fifteen_lines_what_it_is_for():
    lengths = {
        path.parent.name: len(ast.get_docstring(ast.parse(path.read_text("utf-8"))).splitlines())
        for path in PACKAGE.rglob("*/__init__.py")
    }
    assert {name: length for name, length in lengths.items() if not 5 <= length <= 15} == {}


def test_imports_that_point_down_are_allowed():
    assert violations("from gdtutor.engine.graph import Graph\nimport numpy", "view/frame.py") == []
    assert violations("from gdtutor.ui.app import run", "cli/open.py") == []
    assert violations("from gdtutor import __version__", "engine/graph.py") == []
    assert violations("from gdtutor.report.transcript import steps", "linear/training.py") == []


@pytest.mark.slow
def test_text_is_run_as_code_by_the_training_plan_alone():
    assert in_every_module(lambda text, _: compiled_source(text)).keys() == {COMPILES_SOURCE}


@pytest.mark.parametrize(
    "text", ["eval('1')", "import builtins\nbuiltins.exec('')", "run = compile"]
)
def test_running_text_as_code_is_found(text):
    assert compiled_source(text)
    assert not compiled_source("import re\nre.compile('a')\nplan.compile(graph)")


def test_a_change_of_a_look_or_of_training_names_its_fields():
    """Types know no names of fields that a call passes on."""
    assert in_every_module(lambda text, _: misnamed(text)) == {}
    assert misnamed("looking(session, cell=None, cel=None)") == ["cel"]
    assert misnamed("navigation.looking(session, **changes)") == [None]
    assert misnamed("session.with_train(goal=1, gaol=1)") == ["gaol"]


def loaded_after(statement):
    """Return the names of all modules that a fresh interpreter holds after a statement."""
    command = f"import sys; {statement}; print(*sys.modules, sep='\\n')"
    finished = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    return set(finished.stdout.split())


def loaded_by_a_step(at):
    return loaded_after(
        "from gdtutor.drive.opening import session_at\n"
        "from gdtutor.lesson.discovery import discover, shipped_lessons_folder\n"
        "from gdtutor.view.frame import UNICODE\n"
        "from gdtutor.view.screen import frame_of\n"
        "path = discover(shipped_lessons_folder())[5]\n"
        f"frame_of(session_at(path, at='{at}'), 80, 24, UNICODE)"
    )


@pytest.mark.slow
def test_the_first_frame_of_a_step_needs_no_lines_of_others():
    lines = {"given", "forward", "backward", "updates", "asking", "wide_panels"}
    loaded = loaded_by_a_step("given")
    assert {name for name in lines if f"gdtutor.view.{name}" in loaded} == {"given"}


@pytest.mark.slow
def test_a_forward_step_needs_no_masked_arrays():
    loaded = loaded_by_a_step("3")
    assert {"numpy", "gdtutor.view.forward"} <= loaded
    assert "numpy.ma" not in loaded


def test_the_command_line_starts_without_the_user_interface():
    loaded = {name.partition(".")[0] for name in loaded_after("import gdtutor.cli")}
    assert "gdtutor" in loaded
    assert not loaded & {"textual", "rich", "plotext"}


def test_the_engine_needs_nothing_of_the_package_but_itself_and_what_values_are():
    engine = [f"gdtutor.engine.{path.stem}" for path in (PACKAGE / "engine").glob("[!_]*.py")]
    loaded = {n for n in loaded_after(f"import {', '.join(engine)}") if n.startswith("gdtutor.")}
    assert loaded == {"gdtutor.values", "gdtutor.engine", *engine}


@pytest.mark.slow
def test_the_first_frame_needs_no_numpy_and_nothing_of_the_engine_that_computes():
    """They take as long as Textual itself; the program brings them behind the first page."""
    cover = "gdtutor.cli.open_app, gdtutor.ui.app, gdtutor.library.reading"
    loaded = loaded_after(f"import {cover}")
    assert "textual.app" in loaded
    assert not {name for name in loaded if name.partition(".")[0] == "numpy"}
    engine = {name for name in loaded if name.startswith("gdtutor.engine.")}
    assert engine == {"gdtutor.engine.characters", "gdtutor.engine.errors"}
