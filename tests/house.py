"""How large and how tangled the package is: `python -m tests.house [--at COMMIT]`.

It prints every measure beside what is recorded in `BARS` and the most that it may come to, and
fails where one is above that. Lines of code have room above what is recorded, so that a change need
not record them; whoever merges records what they come to, which tightens the bar again. Elsewhere
both are the same: who takes something out lowers them, and a commit that raises one says what for.
"""

from __future__ import annotations

import argparse
import ast
import io
import subprocess
import sys
import tarfile
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "gdtutor"

Trees = Mapping[str, ast.Module]
"""The tree of every module by its path below the repository."""

LONG = 300
"""Lines above which a module is long."""
SMALL = 60
"""Lines below which a module with one importer could stand in that one."""
PARAMETERS = 5
"""Most parameters of a function, `self` and `cls` not counted."""

BARS = {
    "lines of code": 48_130,
    "modules": 414,
    "modules over 300 lines": 11,
    "class names used twice": 0,
    "functions with more than 5 parameters": 3,
    "files at the top": 5,
    "import circles": 0,
    "modules under 60 lines with one importer": 0,
}
"""What each measure is recorded to come to; 0 and the files at the top are fixed."""

ROOM = {"lines of code": 0.01}
"""The share of what is recorded by which a measure may stand above it; 0 where it is not said."""


def package_at(commit: str | None = None) -> dict[str, str]:
    """Return the text of every module by its path, of the working tree or of a commit."""
    if commit is None:
        paths = sorted((ROOT / PACKAGE).rglob("*.py"))
        return {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in paths}
    command = ["git", "-C", str(ROOT), "archive", commit, PACKAGE]
    packed = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {
            member.name: file.read().decode("utf-8")
            for member in archive
            if member.name.endswith(".py") and (file := archive.extractfile(member)) is not None
        }


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield every statement, also those inside of others; to look into expressions takes longer."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in ("body", "handlers", "orelse", "finalbody", "cases"):
            waiting += getattr(node, field, ())


def lines_of_code(text: str, tree: ast.Module) -> int:
    """Return how many lines of a module hold code: no docstring, comment, or blank line."""
    strings = {
        line
        for node in statements(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = {n: line.strip() for n, line in enumerate(text.split("\n"), 1) if n not in strings}
    if not any('"""' in line for line in lines.values()):
        return sum(bool(line) and line[0] != "#" for line in lines.values())
    # A string of several lines may hold some that look like a comment or nothing.
    layout = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in (*layout, tokenize.ENDMARKER)
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(code - strings)


def twice_named(trees: Trees) -> list[str]:
    """Return the names of classes that several modules define."""
    places = Counter(
        node.name for tree in trees.values() for node in tree.body if isinstance(node, ast.ClassDef)
    )
    return sorted(name for name, count in places.items() if count > 1)


def long_signatures(trees: Trees) -> list[str]:
    """Return the functions with more parameters than `PARAMETERS`."""
    found = []
    for path, tree in trees.items():
        for node in statements(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = node.args
                names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
                if len([n for n in names if n not in ("self", "cls")]) > PARAMETERS:
                    found.append(f"{path}:{node.lineno} {node.name}")
    return found


def module_name(path: str) -> str:
    """Return the dotted name of a module."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(path: str, tree: ast.Module, known: Mapping[str, str]) -> Iterator[str]:
    """Yield the modules of the package that a module imports, inside functions as well."""
    parts = module_name(path).split(".")
    package = parts if path.endswith("__init__.py") else parts[:-1]
    for node in statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield from (name for name in (inner, source) if name in known and name != inner)
                if inner in known:
                    yield inner


def import_graph(trees: Trees) -> dict[str, set[str]]:
    """Return, for every module, the modules that it imports."""
    known = {module_name(path): path for path in trees}
    graph: dict[str, set[str]] = {}
    for path, tree in trees.items():
        name = module_name(path)
        wanted = set(imports(path, tree, known)) - {name}
        # `from package import module` runs the package's own module, which holds no code of use.
        graph[name] = {one for one in wanted if not any(o.startswith(f"{one}.") for o in wanted)}
    return graph


def circles(graph: Mapping[str, set[str]]) -> list[str]:
    """Return the groups of modules each of which imports, by a way, every other one."""
    reached = {name: _reachable(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in graph
        if name in reached[name]
    }
    return [" ".join(group) for group in sorted(groups)]


def _reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(graph[name])
    return found


def small_with_one_importer(texts: Mapping[str, str], graph: Mapping[str, set[str]]) -> list[str]:
    """Return the short modules that a single other one imports."""
    importers = Counter(name for wanted in graph.values() for name in wanted)
    return sorted(
        path
        for path, text in texts.items()
        if not path.endswith("__.py")
        and text.count("\n") < SMALL
        and importers[module_name(path)] == 1
    )


def measured(texts: Mapping[str, str]) -> dict[str, int | list[str]]:
    """Return every measure by its name: a number, or what is counted."""
    trees = {path: ast.parse(text) for path, text in texts.items()}
    graph = import_graph(trees)
    return {
        "lines of code": sum(lines_of_code(text, trees[path]) for path, text in texts.items()),
        "modules": len(texts),
        "modules over 300 lines": sorted(p for p, t in texts.items() if t.count("\n") > LONG),
        "class names used twice": twice_named(trees),
        "functions with more than 5 parameters": long_signatures(trees),
        "files at the top": sorted(path for path in texts if path.count("/") == 1),
        "import circles": circles(graph),
        "modules under 60 lines with one importer": small_with_one_importer(texts, graph),
    }


def size(measure: int | list[str]) -> int:
    """Return what a measure comes to as a number."""
    return measure if isinstance(measure, int) else len(measure)


def most(name: str) -> int:
    """Return the most that a measure may come to: what is recorded, and its room above that."""
    return int(BARS[name] * (1 + ROOM.get(name, 0)))


def broken(measures: Mapping[str, int | list[str]]) -> list[str]:
    """Return the names of the measures that are above the most they may come to."""
    return [name for name in BARS if size(measures[name]) > most(name)]


def main(arguments: list[str] | None = None, say: Callable[[str], None] = print) -> int:
    """Print the measures, and return 1 where one is above the most it may come to."""
    parser = argparse.ArgumentParser(prog="python -m tests.house", description=__doc__)
    parser.add_argument("--at", metavar="COMMIT", help="print what a commit came to beside it")
    parser.add_argument("--list", action="store_true", help="name everything that is counted")
    options = parser.parse_args(arguments)
    now = measured(package_at())
    then = measured(package_at(options.at)) if options.at else None
    before = f"{options.at[:10]:>12}" if options.at else ""
    say(f"{'':<44}{before}{'now':>9}{'recorded':>10}{'at most':>9}")
    for name, recorded in BARS.items():
        earlier = f"{size(then[name]):>12,}" if then else ""
        say(f"{name:<44}{earlier}{size(now[name]):>9,}{recorded:>10,}{most(name):>9,}")
    failed = broken(now)
    for name, measure in now.items():
        if isinstance(measure, list) and (options.list or name in failed):
            say("\n".join([f"\n{name}:", *(f"  {one}" for one in measure)]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
