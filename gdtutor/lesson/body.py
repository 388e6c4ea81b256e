"""The body of a lesson file: opening prose, graph blocks, step notes, questions, closing prose."""

from __future__ import annotations

from collections.abc import Iterable

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.parsing import MAX_CHARACTERS
from gdtutor.lesson.blocks import Body, Formula, NoteBlock, SceneBlock, TomlBlock
from gdtutor.lesson.markdown import (
    BLOCKS,
    MarkdownPart,
    divide_body,
    joined,
    opening_of,
    report_missing_graph,
)
from gdtutor.lesson.repetition import unrolled
from gdtutor.lesson.reports import Findings, Place, shown
from gdtutor.lesson.when import When, WhenError, read_heading
from gdtutor.values import replace

MAX_LINES = 20_000
"""Most lines of a body."""
MAX_LINE = 10_000
"""Longest line of a body, in characters."""
MAX_SCENES = 50
"""Most graph blocks of a lesson."""
MAX_NOTES = 2_000
"""Most notes and questions of a lesson."""


def read_body(text: str, first_line: int, findings: Findings, *, is_network: bool = False) -> Body:
    """Cut a body into its parts; what does not fit is reported.

    Args:
        text: The text under the front matter.
        first_line: The line of the file on which it begins.
        findings: Where mistakes are reported.
        is_network: Whether a `[network]` table makes the graph, so that no block has to.
    """
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        what, hint = f"the body has {len(lines):,} lines", f"the bound is {MAX_LINES:,}"
        findings.error(Place(first_line + MAX_LINES, 1), "bound", what, hint)
        return Body()
    for number, line in enumerate(lines, first_line):
        if len(line) > MAX_LINE:
            what, hint = f"the line has {len(line):,} characters", f"the bound is {MAX_LINE:,}"
            findings.error(Place(number, 1), "bound", what, hint)
            return Body()
    return _BodyReader(findings, is_network).read(divide_body(lines, first_line, findings))


class _BodyReader:
    """Goes through the parts of a body once, from top to bottom."""

    def __init__(self, findings: Findings, is_network: bool) -> None:
        self._findings = findings
        self._is_network = is_network
        self._is_graphless = False
        self._body = Body()
        self._closing: list[MarkdownPart] = []
        self._note: NoteBlock | None = None
        self._count = 0

    def read(self, parts: list[MarkdownPart]) -> Body:
        has_graph = any(part.block == "graph" for part in parts)
        self._is_graphless = not self._is_network and not has_graph
        for part in parts:
            self._take(part)
        if self._is_graphless:
            report_missing_graph(parts, self._findings)
        opening = opening_of(parts)
        self._body.prose = joined(opening)
        self._body.closing = joined(self._closing)
        self._body.pages = [*opening, *self._closing]
        for note in (note for scene in self._body.scenes for note in scene.notes):
            if not note.text.strip():
                what, hint = "the note has no text", "write some, or remove it"
                self._findings.error(note.place, "empty-note", what, hint)
        return self._body

    def _refuse(self, part: MarkdownPart, code: str, what: str, hint: str) -> None:
        """Report a part at its first line."""
        self._findings.error(Place(part.line, 1), code, what, hint)

    def _take(self, part: MarkdownPart) -> None:
        if part.block in ("task", "write"):
            self._take_task(part)
        elif part.block:
            self._end_closing()
            if part.block == "graph":
                self._take_graph(part)
            else:
                self._take_question(part)
        elif part.is_note:
            self._end_closing()
            self._take_note(part)
        else:
            kind = next(iter(part.info.split()), "")
            near = did_you_mean(kind, BLOCKS) if part.kind == "fence" and kind else ""
            if near:
                what = f"a block of the kind '{shown(kind)}'"
                self._findings.error(Place(part.line, 4), "fence", what, near)
            self._take_prose(part)

    def _end_closing(self) -> None:
        """Report prose under a # heading that turns out not to be at the end."""
        if self._closing:
            what = "a # heading between steps, which no page shows"
            hint = "use ### inside a note, or move it to the end"
            self._refuse(self._closing[0], "lost-prose", what, hint)
            self._closing = []

    def _take_graph(self, part: MarkdownPart) -> None:
        if self._is_network:
            what = "a graph block beside a [network] table"
            hint = "the table already makes the graph; keep one of them"
            self._refuse(part, "conflict", what, hint)
            return
        self._note = None
        if len(self._body.scenes) == MAX_SCENES:
            self._refuse(part, "bound", f"more than {MAX_SCENES} graph blocks", "split the lesson")
            return
        self._body.scenes.append(_scene_block(part, self._findings))

    def _scene(self, part: MarkdownPart) -> SceneBlock | None:
        """Return the scene that a note or question belongs to."""
        if not self._body.scenes and self._is_network:
            self._body.scenes.append(SceneBlock(part.line, []))
        if self._body.scenes:
            return self._body.scenes[-1]
        if not self._is_graphless:
            code = "note-heading" if part.kind == "heading" else "question"
            hint = "a ## heading is a note for a step; use # or ### in the opening prose"
            self._refuse(part, code, "this stands before the first graph block", hint)
        return None

    def _is_within_count(self, part: MarkdownPart, more: int = 1) -> bool:
        self._count += more
        if self._count - more <= MAX_NOTES < self._count:
            self._refuse(part, "bound", "too many notes", f"the bound is {MAX_NOTES:,}")
        return self._count <= MAX_NOTES

    def _take_question(self, part: MarkdownPart) -> None:
        scene = self._scene(part)
        if scene is not None and self._is_within_count(part):
            scene.questions.append(TomlBlock(part.text, part.line + 1, self._note))

    def _take_task(self, part: MarkdownPart) -> None:
        if self._closing:
            found = self._body.tasks if part.block == "task" else self._body.writing
            found.append(TomlBlock(part.text, part.line + 1, at=len(joined(self._closing))))
            return
        what = f"a {part.block} block that stands on no closing page"
        what = "a task that stands on no closing page" if part.block == "task" else what
        hint = "put it below the # heading at the end of the file"
        self._refuse(part, part.block, what, hint)

    def _take_note(self, part: MarkdownPart) -> None:
        scene = self._scene(part)
        note = _note_heading(part, self._findings) if scene is not None else None
        self._note = note or NoteBlock("", "", When(), Place(part.line, 1))
        if scene is None or note is None:
            return
        near = _meant_template(note.node, scene.formulas)
        if near:
            step = f"{shown(note.phase)} {shown(note.node)}"
            what = f"there is no step '{step}': nothing has this name"
            self._findings.error(note.place, "note-step", what, f"write {near}")
            return
        notes = _of_every_count(note, scene.formulas)
        # A question below a note of every count is asked at the first.
        self._note = notes[0]
        if self._is_within_count(part, len(notes)):
            scene.notes += notes

    def _take_prose(self, part: MarkdownPart) -> None:
        if not self._body.scenes:
            return  # the opening page
        if self._closing or (part.kind == "heading" and part.level == 1):
            self._closing.append(part)
        elif self._note is not None:
            self._note.texts.append(part)
        elif part.source.strip():
            blank = len(part.source) - len(part.source.lstrip("\n"))
            what = "text under a graph block that belongs to no step"
            hint = "put it under a heading such as `## given`"
            self._findings.error(Place(part.line + blank, 1), "lost-prose", what, hint)


def _scene_block(part: MarkdownPart, findings: Findings) -> SceneBlock:
    block = SceneBlock(part.line, [])
    lines = [
        (number, written.split("#", 1)[0].rstrip())
        for number, written in enumerate(part.text.split("\n"), part.line + 1)
    ]
    unrolled_lines = unrolled([line for line in lines if line[1].strip()], findings)
    block.is_whole = unrolled_lines is not None
    for written_line in unrolled_lines or ():
        number, line = written_line.number, written_line.text
        place = Place(number, len(line) - len(line.lstrip()) + 1)
        name, sign, text = line.partition("=")
        if not sign or not name.strip():
            what = "this line is not NAME = FORMULA"
            findings.error(place, "line", what, "write one, as z = w*x + b")
            block.is_whole = False
        elif len(line) > MAX_CHARACTERS:
            what = f"the line has {len(line):,} characters"
            hint = f"the bound is {MAX_CHARACTERS:,}; split the formula into several lines"
            findings.error(place, "bound", what, hint)
            block.is_whole = False
        else:
            start = len(line) - len(text.lstrip())
            columns = tuple(column + 1 for column in written_line.columns[start:])
            formula_place = Place(number, columns[0] if columns else start + 1)
            read = (name.strip(), text.strip(), place, formula_place, columns)
            block.formulas.append(Formula(*read, written_line.counts, written_line.template))
    return block


def _of_every_count(note: NoteBlock, formulas: Iterable[Formula]) -> list[NoteBlock]:
    """Return a note for every count of the line that its heading names as written, as `h{t}`; the
    note itself where there is none. They share their texts, which are still to be read."""
    template, dot, inner = note.node.partition(".")
    return [
        replace(note, node=f"{line.name}{dot}{inner}", counts=line.counts)
        for line in formulas
        if line.template == template and line.counts
    ] or [note]


def _meant_template(node: str, formulas: Iterable[Formula]) -> str:
    """Return the name of a repetition that differs from the written one by case or counter."""
    templates = {line.template: None for line in formulas if line.counts}
    if "{" not in node or node.partition(".")[0] in templates:
        return ""
    names = {template.partition("{")[0].casefold(): template for template in templates}
    return names.get(node.partition("{")[0].casefold(), "")


def _note_heading(part: MarkdownPart, findings: Findings) -> NoteBlock | None:
    column = part.source.find(part.text, part.source.find("##") + 2) + 1 if part.text else 1
    place = Place(part.line, max(1, column))
    try:
        return NoteBlock(*read_heading(part.text), place)
    except WhenError as error:
        findings.error(place, "note-heading", error.what, error.hint)
    return None
