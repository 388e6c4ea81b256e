"""Plain prose is read as the Markdown library reads it."""

import re
from random import Random

import pytest

from gdtutor.lesson.discovery import discover, read_prose, shipped_lessons_folder
from gdtutor.view import prose
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import Lines

LESSONS = discover(shipped_lessons_folder())
TEXTS = [
    text
    for path in LESSONS
    for text in re.split(
        r"(?m)^(?:```(?:graph|question|task|write)\n(?:.*\n)*?```|## .*)\n",
        path.read_text(encoding="utf-8").split("+++\n", 2)[2],
    )
]
PIECES = [
    "a", "a", "b ", "b ", "word", "é", "²", "→", "\u00a0", "(", ")", ". ", "x*y", "&amp;", "~", "|",
    "**a**", "**(a)**", "*b c*", "` d `", "**", "*", "***", "`", "``", "_", "\\", "[x]", "[x]: y",
    "\n", "\n", "\n\n", "\n- ", "\n- ", "\n- ", "\n  ", "\n\n    ", "\n\n    ", "\n# ", "\n## a\n",
    "\n1. ", "\n> ", "\n===", "\n---", "\n* ", "\n+ ", "\n~~~", "\n```", "\n#", "  \n", "<b>", "\t",
    "`\n* a`", "`\n___\n`",
]  # fmt: skip


@pytest.fixture
def by_library(monkeypatch: pytest.MonkeyPatch):
    def lines(text: str) -> Lines:
        prose._parsed.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(prose, "plain_tokens", lambda _: None)
            found = prose.prose_lines(text, 40, UNICODE)
        prose._parsed.cache_clear()
        return found

    return lines


@pytest.mark.slow
def test_most_pages_are_plain_and_are_read_as_the_library_reads_them(by_library) -> None:
    plain = [text for text in TEXTS if prose.plain_tokens(text) is not None]
    assert len(plain) > 1_000
    for text in plain:
        assert prose.prose_lines(text, 40, UNICODE) == by_library(text)


def test_lessons_open_without_the_library() -> None:
    unplain = [path.stem for path in LESSONS if prose.plain_tokens(read_prose(path)) is None]
    assert len(unplain) <= 5


def test_what_may_be_no_plain_prose_is_read_as_the_library_reads_it(by_library) -> None:
    drawn = Random(5)
    for _ in range(8_000):
        text = "".join(drawn.choices(PIECES, k=drawn.randint(1, 8)))
        if prose.plain_tokens(text) is not None:
            assert prose.prose_lines(text, 40, UNICODE) == by_library(text), repr(text)
