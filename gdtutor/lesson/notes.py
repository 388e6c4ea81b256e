"""Notes and questions are held against the steps of the walk before anyone sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gdtutor.engine.graph import Graph
from gdtutor.lesson.body import PHASES, NoteBlock, QuestionBlock, SceneBlock
from gdtutor.lesson.front_matter import report_mistakes
from gdtutor.lesson.markdown import Part
from gdtutor.lesson.model import Note, Question
from gdtutor.lesson.placeholders import (
    Placeholder,
    PlaceholderError,
    as_word,
    read_placeholders,
)
from gdtutor.lesson.readers import Mistake, key, line, list_of, one_of, paragraph, read_table, whole
from gdtutor.lesson.reports import Findings, Place, shown
from gdtutor.lesson.selectors import SelectorError, parse_selector
from gdtutor.lesson.steps import Steps
from gdtutor.lesson.toml_text import Path, read_toml
from gdtutor.lesson.unfilled import of_question

KINDS = ("value", "sign", "shape", "next", "choice")
"""What a question can ask for."""
MAX_CHOICES = 9
"""Most choices of a question: each is answered by one digit."""
MAX_HINTS = 5
"""Most hints of a question."""


@dataclass(frozen=True, slots=True)
class QuestionTable:
    """The keys of a question block."""

    text: str = key(paragraph(), says='write text = "What is the gradient of b?"')
    """What is asked."""
    kind: str = key(one_of(KINDS, "kind of question"), "value", "what is asked for")
    """What is asked for."""
    at: str | None = key(line(100, 1), None, 'the step, as "backward:w1"')
    """The step; that of the note above where it is left out."""
    cell: tuple[int, ...] | None = key(list_of(whole(0, 10_000_000), 2), None, "a cell of a matrix")
    """The cell of an array that is asked for."""
    hints: tuple[str, ...] = key(list_of(paragraph(), MAX_HINTS), (), "shown one after the other")
    """Shown one after the other."""
    choices: tuple[str, ...] = key(list_of(line(200, 1), MAX_CHOICES), (), "the first is right")
    """Of a choice; the first is right."""


def check_notes(block: SceneBlock, steps: Steps, findings: Findings) -> tuple[Note, ...]:
    """Return the notes of a scene; those that point nowhere are reported."""
    notes: list[Note] = []
    seen: dict[tuple[str, str, bool], int] = {}
    absent: set[str] = set()
    for note in block.notes:
        step = (note.phase, note.node, note.always)
        if step in seen:
            what = f"the step '{note.phase} {note.node}'".replace(" '", "'").replace(
                "step'", "step '"
            )
            hint = f"line {seen[step]} has one; join them"
            findings.error(note.place, "duplicate-note", f"{what} has a second note", hint)
            continue
        seen[step] = note.place.line
        problem = steps.problem(note.phase, note.node)
        if problem is not None:
            if note.phase not in absent:
                findings.error(note.place, *problem)
            if not steps.has(note.phase):
                # One report stands for all notes of a phase that the walk does not have.
                absent.add(note.phase)
            continue
        unfilled = sum(_unfilled(part, note, steps, findings) for part in note.texts)
        if not unfilled:
            notes.append(Note(note.phase, note.node, note.text, note.always, note.place.line))
    return tuple(notes)


def _unfilled(part: Part, note: NoteBlock, steps: Steps, findings: Findings) -> int:
    """Report the placeholders of a text that cannot be filled; return how many there are."""
    found = 0
    for offset, written in enumerate(part.source.split("\n")):
        line_number = part.line + offset
        for problem, start in text_problems(written, steps, note.phase, note.node):
            findings.error(Place(line_number, start + 1), *problem)
            found += 1
    return found


def text_problems(
    text: str, steps: Steps, phase: str, node: str
) -> list[tuple[tuple[str, str, str], int]]:
    """Return what is wrong with the placeholders of a text, with the place of each in it."""
    try:
        parts = read_placeholders(text)
    except PlaceholderError as error:
        return [((error.code, error.what, error.hint), error.start)]
    problems = []
    for part in parts:
        if isinstance(part, Placeholder):
            asked = part if part.name in steps.shapes else as_word(part)
            problem = steps.placeholder_problem(asked, phase, node)
            if problem is not None:
                problems.append((problem, part.start))
    return problems


def check_questions(block: SceneBlock, steps: Steps, findings: Findings) -> tuple[Question, ...]:
    """Return the questions of a scene; those that cannot be asked are reported."""
    questions = [_question(written, steps, findings) for written in block.questions]
    return tuple(question for question in questions if question is not None)


def _question(written: QuestionBlock, steps: Steps, findings: Findings) -> Question | None:
    raw = read_toml(written.toml, written.line, findings)
    if raw is None:
        return None
    mistakes: list[Mistake] = []
    table = read_table(QuestionTable, raw, (), mistakes)
    warned = of_question(_texts(table)) if table is not None else ()
    question = None
    if table is not None and not mistakes:
        question = _checked(table, written, steps, mistakes)
    report_mistakes([*mistakes, *warned], written.toml, written.line, findings)
    return None if mistakes else question


def _texts(table: QuestionTable) -> Iterator[tuple[Path, str]]:
    """Yield every text of a question that the learner reads, with its path."""
    yield ("text",), table.text
    for name, texts in (("hints", table.hints), ("choices", table.choices)):
        for position, text in enumerate(texts):
            yield (name, position), text


def _checked(
    table: QuestionTable, written: QuestionBlock, steps: Steps, mistakes: list[Mistake]
) -> Question | None:
    if table.at is None:
        if written.note is None or not written.note.phase:
            hint = 'write at = "backward:w1", or put the question under a note'
            mistakes.append(Mistake((), "question", "the question stands at no step", hint))
            return None
        phase, node, cell = written.note.phase, written.note.node, table.cell
    else:
        try:
            selector = parse_selector(table.at)
        except SelectorError as error:
            mistakes.append(Mistake(("at",), "question", error.what, error.hint))
            return None
        if selector.iteration or selector.step is not None or selector.phase not in PHASES:
            what = f"'{shown(table.at)}' is not a step of the walk"
            mistakes.append(Mistake(("at",), "question", what, 'write at = "backward:w1"'))
            return None
        phase, node = selector.phase, selector.node
        cell = selector.cell if selector.cell is not None else table.cell
    question = Question(
        table.text, table.kind, phase, node, cell, table.hints, table.choices, written.line - 1
    )
    mistakes.extend(_question_mistakes(question, steps, has_cell_key=table.cell is not None))
    return question


def _question_mistakes(question: Question, steps: Steps, *, has_cell_key: bool) -> list[Mistake]:
    at = ("at",)
    problem = steps.problem(question.phase, question.node)
    if problem is not None:
        return [Mistake(at, "question", problem[1], problem[2])]
    found = []
    is_choice = question.kind == "choice"
    if is_choice and len(question.choices) < 2:
        hint = "write choices = [...], the right one first"
        found.append(Mistake(("choices",), "question", "there is nothing to choose from", hint))
    if not is_choice and question.choices:
        hint = 'write kind = "choice", or leave them out'
        found.append(
            Mistake(("choices",), "question", f"choices of a question for a {question.kind}", hint)
        )
    if question.kind in ("value", "sign", "shape") and not question.node:
        hint = "name the node, as forward:z"
        found.append(Mistake(at, "question", f"a {question.kind} of no node", hint))
    elif question.node and question.cell is not None:
        asked = Placeholder("shape", question.node, question.cell, 0)
        where = ("cell",) if has_cell_key else at
        outside = steps.placeholder_problem(asked, question.phase, question.node)
        if outside is not None:
            found.append(Mistake(where, "question", outside[1], outside[2]))
    return found


def walk_steps(
    graph: Graph,
    shapes: dict[str, tuple[int, ...]],
    gradients: tuple[str, ...],
    trained: tuple[str, ...],
    goes_backward: bool,
) -> Steps:
    """Return the steps of a graph whose parameters and asked-for inputs get gradients."""
    wanted = (*graph.parameters, *(name for name in gradients if name in graph.leaf_by_name))
    return Steps(graph, shapes, wanted, trained, goes_backward)
