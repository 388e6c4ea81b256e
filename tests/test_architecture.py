"""The page about the architecture names files that exist, and every folder."""

import re
from pathlib import Path

import pytest

import gdtutor
from tests.test_layering import FOLDERS

PACKAGE = Path(gdtutor.__file__).parent
ROOT = Path(__file__).parents[1]
PAGE = (PACKAGE / "ARCHITECTURE.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`((?:\w+/)*\w+\.py|(?:\w+/)+)`", PAGE)))
KINDS = (
    "operation", "activation", "optimiser", "schedule", "data set", "rule for starts",
    "picture", "key", "effect", "option of the playground", "command",
    "column of the library", "lesson", "slip", "check",
)  # fmt: skip


@pytest.mark.parametrize("name", [name for name in NAMED if name != "__init__.py"])
def test_a_file_that_the_page_names_exists(name: str) -> None:
    assert any((folder / name).exists() for folder in (PACKAGE, ROOT)), name


def test_every_folder_stands_on_the_page() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {name for name in folders if not re.search(rf"\b{name}\b", PAGE)} <= {"testing"}


def test_the_page_has_every_folder_behind_those_that_it_imports() -> None:
    order = re.findall(r"`(\w+)`", PAGE.partition("Imports point one way: ")[2].partition(". ")[0])
    folders = {name: imports for name, (imports, _) in FOLDERS.items() if "/" not in name}
    assert sorted(order) == sorted({*folders, "values", "files"})
    for name, imports in folders.items():
        assert {part for part in imports if "/" not in part} <= set(order[: order.index(name)])


def test_the_page_says_what_to_touch_for_everything_that_grows() -> None:
    rows = dict(re.findall(r"^\| an? (.+?) \| (.+) \|$", PAGE, re.MULTILINE))
    assert set(rows) == set(KINDS)
    assert all(re.search(r"`[\w./]+`", touched) for touched in rows.values())
