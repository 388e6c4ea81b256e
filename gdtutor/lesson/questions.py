"""Questions are held against the steps of the walk before anyone is asked."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from gdtutor.engine.shapes import shape_text
from gdtutor.lesson.blocks import SceneBlock, TomlBlock
from gdtutor.lesson.choices import (
    MAX_CHOICES,
    MAX_SIDES,
    Written,
    choice,
    choices_of,
    paths_of,
    sides_of,
)
from gdtutor.lesson.front_matter import read_block
from gdtutor.lesson.graphs import is_one_number
from gdtutor.lesson.mistakes import Mistake, Mistakes, Wrong, collected, located
from gdtutor.lesson.model import MAX_HINTS, Choice, Question
from gdtutor.lesson.notes import never
from gdtutor.lesson.placeholders import Placeholder, placeholders_in_question
from gdtutor.lesson.readers import flag, key, keyed, line, list_of, one_of, paragraph, whole
from gdtutor.lesson.reports import Findings, shown
from gdtutor.lesson.selectors import parse_selector
from gdtutor.lesson.steps import Steps
from gdtutor.lesson.toml_text import Path
from gdtutor.lesson.when import PHASES, When, read_when
from gdtutor.values import Struct

KINDS: Mapping[str, str] = {
    "value": "a number: the node's value going forward, its gradient going backward, the "
    "parameter's new value at an update",
    "sign": "whether that number is positive, negative or 0",
    "shape": "the shape of that array",
    "next": "the node that comes next; asked as the step is left, while the others are asked on "
    "arriving at it",
    "choice": "one of `choices`: texts of which the first is right, or tables as for `why`",
    "why": 'one of `choices`, each a table `{ text = "its input is 0", when = "x1 == 0" }`; the '
    "engine decides at the step which condition holds, and exactly one has to",
    "compare": "which of the values in `of` is the largest, or whether they are equal",
}
"""What a question can ask for."""
CHOSEN = ("choice", "why", "compare")
"""Kinds that are answered by choosing."""


@keyed
class QuestionTable:
    """The keys of a question block."""

    text: str = key(paragraph, says='write text = "What is the gradient of b?"')
    """What is asked."""
    kind: str = key(one_of(KINDS, "kind of question"), "value")
    """What is asked for."""
    at: str | None = key(line(100, 1), None)
    """The step; that of the note above where it is left out."""
    cell: tuple[int, ...] | None = key(list_of(whole(0, 10_000_000), 2), None)
    """The cell that a value or a sign is asked of; needed where there are several."""
    hints: tuple[str, ...] = key(list_of(paragraph, MAX_HINTS), ())
    """Shown one after the other; those of the program follow."""
    choices: tuple[Written, ...] = key(list_of(choice, MAX_CHOICES), ())
    """What is chosen from, by `choice` and `why`."""
    of: tuple[str, ...] = key(list_of(line(200, 1), MAX_SIDES), ())
    """The values that `compare` asks about, 2 to 6, each written as a side of a condition."""
    smallest: bool = key(flag, False)
    """Whether `compare` asks for the smallest in place of the largest."""
    when: str | None = key(line(200, 1), None)
    """When it is asked, as behind the comma of a note; as the note above says where it is left
    out."""


class QuestionScope(Struct, frozen=True, eq=False):
    """What questions are held against."""

    steps: Steps
    """The steps of the scene's walk."""
    names: Container[str]
    """Every name of the lesson's graphs."""
    trains: bool
    """Whether the lesson has iterations after the first."""


def check_questions(
    block: SceneBlock, scope: QuestionScope, findings: Findings
) -> tuple[Question, ...]:
    """Return the questions of a scene; those that cannot be asked are reported."""
    questions: dict[str, Question] = {}
    for written in block.questions:
        with read_block(QuestionTable, written, findings) as (table, mistakes):
            if table is None:
                continue
            if not mistakes:
                with collected(mistakes):
                    question = _checked(table, written, scope, mistakes)
            if not mistakes:
                earlier = questions.setdefault(name_of(question), question)
                if earlier is not question:
                    what = f"a second question of the kind '{question.kind}' at this step"
                    once = 'a step asks for each kind once, or as when = "…" says'
                    hint = f"line {earlier.line} has one; {once}"
                    mistakes.append(Mistake((), "question", what, hint))
            mistakes += placeholders_in_question(_texts(table))
    return tuple(questions.values())


def name_of(question: Question) -> str:
    """Return the name under which a question is remembered; it outlives a new wording."""
    words = question.when.words()
    return f"{question.phase}:{question.node}?{question.kind}{f', {words}' if words else ''}"


def _texts(table: QuestionTable) -> Iterator[tuple[Path, str]]:
    """Yield every text of a question that the learner reads, with its path."""
    yield ("text",), table.text
    for position, text in enumerate(table.hints):
        yield ("hints", position), text
    # A choice that could not be read is told already, and is None.
    yield from paths_of(tuple(one for one in table.choices if one))


def _when(
    table: QuestionTable, written: TomlBlock, scope: QuestionScope, mistakes: Mistakes
) -> When:
    """Return when a question is asked: as it says itself, else as the note above says."""
    when = When() if written.note is None else written.note.when
    if table.when is None:
        return when
    with collected(mistakes, "when", code="question"):
        when = read_when(table.when)
    absent = never(when, trains=scope.trains)
    if absent is not None:
        mistakes.append(Mistake(("when",), "question", *absent))
    return when


def _choices(table: QuestionTable, names: Container[str], mistakes: Mistakes) -> tuple[Choice, ...]:
    """Return what is chosen from; keys that belong to another kind are reported."""
    kind = table.kind
    for name, given, kinds in (
        ("choices", table.choices, ("choice", "why")),
        ("of", table.of, ("compare",)),
        ("smallest", table.smallest, ("compare",)),
    ):
        if given and kind not in kinds:
            what = f"'{name}' of a question for a {kind}"
            kinds_ = " or ".join(f'kind = "{one}"' for one in kinds)
            mistakes.append(Mistake((name,), "question", what, f"write {kinds_}, or leave it out"))
    if kind == "compare":
        return sides_of(table.of, names, mistakes, smallest=table.smallest)
    return choices_of(kind, table.choices, names, mistakes) if kind in CHOSEN else ()


def _checked(
    table: QuestionTable, written: TomlBlock, scope: QuestionScope, mistakes: Mistakes
) -> Question:
    """Return a question; mistakes that leave it one are added.

    Raises:
        Wrong: It stands at no step.
    """
    if table.at is None:
        if written.note is None or not written.note.phase:
            hint = 'write at = "backward:w1", or put the question under a note'
            raise Wrong("question", "the question stands at no step", hint)
        phase, node, cell = written.note.phase, written.note.node, table.cell
    else:
        with located("at", code="question"):
            selector = parse_selector(table.at)
        if selector.iteration or selector.step is not None or selector.phase not in PHASES:
            what = f"'{shown(table.at)}' is not a step of the walk"
            raise Wrong("question", what, 'write at = "backward:w1"', ("at",))
        phase, node = selector.phase, selector.node
        cell = selector.cell if selector.cell is not None else table.cell
    when = _when(table, written, scope, mistakes)
    choices = _choices(table, scope.names, mistakes)
    question = Question(
        phase, node, table.text, when, written.line - 1, table.kind, cell, table.hints, choices
    )
    mistakes.extend(_question_mistakes(question, scope.steps, has_cell_key=table.cell is not None))
    return question


def _question_mistakes(question: Question, steps: Steps, *, has_cell_key: bool) -> Mistakes:
    at = ("at",)
    problem = steps.problem(question.phase, question.node)
    if problem is not None:
        return [Mistake(at, "question", problem[1], problem[2])]
    found = []
    if question.kind == "next" and steps.is_last(question.phase, question.node):
        what = "this is the last step of the graph: no node comes next"
        found.append(Mistake(("kind",), "question", what, "ask at an earlier step"))
    if question.kind in ("value", "sign", "shape") and not question.node:
        hint = "name the node, as forward:z"
        found.append(Mistake(at, "question", f"a {question.kind} of no node", hint))
    elif question.kind in ("value", "sign", "shape") and question.cell is None:
        found += _whole_mistakes(question, steps)
    elif question.node and question.cell is not None:
        asked = Placeholder("shape", question.node, question.cell, 0)
        where = ("cell",) if has_cell_key else at
        outside = steps.placeholder_problem(asked, question.phase, question.node)
        if outside is not None:
            found.append(Mistake(where, "question", outside[1], outside[2]))
    return found


def _whole_mistakes(question: Question, steps: Steps) -> Mistakes:
    """Return why a question cannot be about a node as a whole."""
    # What an optimiser remembers of a parameter has its shape.
    is_update = question.phase == "update"
    node = question.node.partition(".")[0] if is_update else question.node
    kind, shape = question.kind, steps.shapes[node]
    if kind == "shape":
        if shape:
            return []
        what = f"the shape of {node}, which is a plain number"
        return [Mistake(("kind",), "question", what, "ask for its value")]
    if is_one_number(shape):
        return []
    if steps.graph.by_rows:
        what = f"a {kind} of {node}, which has one for each of {shape[-1]} examples"
        hint = "write cell = [0] for the first, and say so in the text"
    else:
        what = f"a {kind} of {node}, whose shape is {shape_text(shape)}"
        hint = f"write cell = {[0] * len(shape)}, and name the cell in the text"
    return [Mistake(("kind",), "question", what, hint)]
