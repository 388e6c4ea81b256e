"""Markdown prose as lines of styled text; nothing in it can become markup or an escape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from gdtutor.view import notation
from gdtutor.view.frame import Chars, Line, Lines, Mark, Style
from gdtutor.view.lines import broken, joined, line, merged

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_STYLES = {"code_inline": Style.FOCUS, "strong_open": Style.TITLE, "em_open": Style.FOCUS}


@cache
def _reader() -> MarkdownIt:
    # Imported with the first prose that is not plain.
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False})
    return reader.disable(["html_block", "html_inline", "entity"])


@lru_cache(maxsize=64)
def _parsed(markdown: str) -> tuple[Token | PlainToken, ...]:
    plain = plain_tokens(markdown)
    return tuple(_reader().parse(markdown) if plain is None else plain)


def prose_lines(markdown: str, width: int, chars: Chars) -> Lines:
    """Return prose wrapped to a width: paragraphs, headings, lists and code, a blank between."""
    lines: list[Line] = []
    prefixes: list[str] = []
    counters: list[int | None] = []
    style = Style.TEXT
    for token in _parsed(markdown):
        match token.type:
            case "bullet_list_open":
                counters.append(None)
            case "ordered_list_open":
                counters.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                counters.pop()
            case "list_item_open":
                prefixes.append(_bullet(counters, chars))
            case "list_item_close":
                prefixes.pop()
            case "heading_open" | "paragraph_open":
                style = Style.TITLE if token.type == "heading_open" else Style.TEXT
                if lines and not prefixes:
                    lines.append(())
            case "inline":
                indent = sum(len(prefix) for prefix in prefixes)
                own = prefixes[-1] if prefixes else ""
                outer = " " * (indent - len(own))
                for row in _wrap(_words(token, style, chars), max(width - indent, 8)):
                    lines.append(line(outer, own, *row))
                    own = " " * len(own)
            case "fence" | "code_block":
                if lines:
                    lines.append(())
                code = notation.plain(token.content.rstrip(), chars)
                lines.extend(line(("  " + text, Style.FOCUS)) for text in code.split("\n"))
    return tuple(lines)


def _bullet(counters: list[int | None], chars: Chars) -> str:
    number = counters[-1] if counters else None
    if number is None:
        return "• " if chars.unicode else "- "
    counters[-1] = number + 1
    return f"{number}. "


def _words(token: Token | PlainToken, base: Style, chars: Chars) -> Iterator[tuple[str, Style]]:
    """Yield the words and blanks of inline text with their styles."""
    styles = [base]
    for child in token.children or ():
        if child.type in ("strong_open", "em_open"):
            styles.append(_STYLES[child.type])
        elif child.type in ("strong_close", "em_close"):
            styles.pop()
        elif child.type in ("softbreak", "hardbreak"):
            yield " ", styles[-1]
        elif child.type == "code_inline":
            shown = notation.plain(child.content, chars)
            yield shown.replace(" ", "\u00a0"), _STYLES["code_inline"]
        elif child.type == "text":
            yield from _split(notation.plain(child.content, chars), styles[-1])


def _split(text: str, style: Style) -> Iterator[tuple[str, Style]]:
    for index, part in enumerate(joined(text).split(" ")):
        if index:
            yield " ", style
        if part:
            yield part, style


def _wrap(words: Iterable[tuple[str, Style]], width: int) -> Iterator[Line]:
    marks = list[Mark]()
    for text, style in words:
        # Of several blanks one is left.
        if text != " " or (marks and marks[-1][0] != " "):
            marks += [(character, style) for character in text]
    at = 0
    for row in broken("".join(character for character, _ in marks), width):
        # A blank between two lines is in neither.
        at += marks[at][0] == " "
        styles = [style for _, style in marks[at : at + len(row)]]
        yield merged(zip(row, styles, strict=True))
        at += len(row)


_BLANK_LINES = re.compile(r"\n(?: *\n)+")
_HEADING = re.compile(r"#{1,6} +(?=[^ #])([^#\n]+)(?:\n|\Z)")
_NEVER_PLAIN = re.compile(r"``|\t")
_BEGINS_A_BLOCK = re.compile(r"[ #>+=~_-]|\*(?!\*?[^ *])|\d+[.)]|\Z")
"""What a line of plain words does not begin with; an empty line is none."""
_INLINE = re.compile(
    r"`(?P<code>[^`\s](?:[^`]*[^`\s])?)`"
    r"|(?<![^\s(])(?P<marks>\*\*?)(?P<marked>[^\s*`\\\[<_](?:[^*`\\\[<_]*[^\s*`\\\[<_])?)(?P=marks)"
    r"(?=[\s.,;:!?)]|\Z)"
    r"|(?P<words>[^*`\\\[<_]+)"
)


class PlainToken(NamedTuple):
    """As much of a token of the Markdown library as plain prose has."""

    type: str
    content: str = ""
    children: tuple[PlainToken, ...] = ()
    attrs: Mapping[str, str] = MappingProxyType({})


class _NotPlainError(Exception):
    """What only the Markdown library reads."""


def plain_tokens(markdown: str) -> list[PlainToken] | None:
    """Return what the Markdown library would read in plain prose, None where it is not plain.

    Most pages are: headings, paragraphs and bullets, with `code`, *em* and **strong**. To import
    the library takes a fifth of what a lesson's first page takes; the tests hold both against each
    other.
    """
    tokens: list[PlainToken] = []
    try:
        for block in _BLANK_LINES.split(f"\n\n{markdown}\n\n"):
            tokens += _block(block)
    except _NotPlainError:
        return None
    return tokens if _NEVER_PLAIN.search(markdown) is None else None


def _block(text: str) -> Iterator[PlainToken]:
    """Yield what stands between two blank lines."""
    while heading := _HEADING.match(text):
        yield from _words_of("heading_open", [heading[1]])
        text = text[heading.end() :]
    lines = text.split("\n") if text else []
    if text.startswith("- "):
        yield PlainToken("bullet_list_open")
        while lines:
            item = [lines.pop(0)[2:]]
            while lines and lines[0].startswith("  "):
                item.append(lines.pop(0)[2:])
            if lines and not lines[0].startswith("- "):
                raise _NotPlainError
            yield PlainToken("list_item_open")
            yield from _words_of("paragraph_open", item)
            yield PlainToken("list_item_close")
        yield PlainToken("bullet_list_close")
    elif lines:
        yield from _words_of("paragraph_open", lines)


def _words_of(opening: str, lines: list[str]) -> Iterator[PlainToken]:
    if any(map(_BEGINS_A_BLOCK.match, lines)):
        raise _NotPlainError
    text, at, children = "\n".join(lines).strip(), 0, list[PlainToken]()
    while at < len(text):
        found = _INLINE.match(text, at)
        if found is None:
            raise _NotPlainError
        at = found.end()
        if code := found["code"]:
            children.append(PlainToken("code_inline", code.replace("\n", " ")))
        elif marks := found["marks"]:
            kind = "strong" if len(marks) == 2 else "em"
            marked = _broken(found["marked"])
            children += [PlainToken(f"{kind}_open"), *marked, PlainToken(f"{kind}_close")]
        else:
            children += _broken(found["words"])
    yield PlainToken(opening)
    yield PlainToken("inline", children=tuple(children))


def _broken(words: str) -> list[PlainToken]:
    """Return words with the breaks of their lines between."""
    lines = (PlainToken("text", line) for line in words.split("\n"))
    return [token for line in lines for token in (line, PlainToken("softbreak"))][:-1]
