"""A lesson as data, after its file is read and checked."""

from __future__ import annotations

from collections.abc import Mapping

from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import Array, Arrays
from gdtutor.lesson.conditions import Condition, Side
from gdtutor.lesson.discovery import LessonHead
from gdtutor.lesson.readers import flag, key, keyed, line, list_of, paragraph
from gdtutor.lesson.repetition import Repeated
from gdtutor.lesson.when import When
from gdtutor.training.features import Features
from gdtutor.training.problem import Binding
from gdtutor.training.scaling import SCALINGS
from gdtutor.training.settings import Settings
from gdtutor.values import Struct, field

MAX_HINTS = 5
"""Most hints of a question or a task."""
MAX_EDITS = 20
"""Most steps of a solution, and most names that may be changed."""
MAX_PROGRAM_NAMES = 100
"""Most names that a program is asked for outright."""


class Note(Struct, frozen=True):
    """Prose that the author wrote for one step."""

    phase: str
    """given, forward, backward or update."""
    node: str
    """The node it belongs to; empty for one about the phase's first step."""
    text: str
    """Markdown source; in a note with placeholders such as `{z}` and `{grad w1}` unfilled."""
    when: When
    """The iterations, the variant and the values at which it is true, or asked."""
    line: int
    """Line of the heading or the block in the file, from 1."""


class Choice(Struct, frozen=True):
    """One of several answers to choose from, with the condition under which it is right."""

    text: str
    """The author's words, or the value that is compared as it is written."""
    when: Condition
    side: Side | None = None
    """The value that it names; None where it is words."""


class Question(Note, frozen=True):
    """A question that the author placed; its answer comes from the engine."""

    kind: str
    """A key of `KINDS`."""
    cell: tuple[int, ...] | None = None
    hints: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    """For `choice`, `why` and `compare`: exactly one is right at the step."""


@keyed
class Task:
    """Something to reach, which the engine judges; the keys of a task block."""

    id: str = key(line(40, 1), says='write id = "undecided"; progress is kept under it')
    """A short word that progress is kept under."""
    text: str = key(paragraph, says="write what is to be reached")
    """What is to be reached."""
    goal: str = key(line(500, 1), says='write goal = "u == 0"')
    """The condition that the engine judges."""
    change: tuple[str, ...] = key(list_of(line(64, 1), MAX_EDITS), ())
    """What may differ from the lesson's own, and some of it must where `train` is not among it;
    anything where it is left out."""
    hints: tuple[str, ...] = key(list_of(paragraph, MAX_HINTS), ())
    """Shown one after the other."""
    done: str = key(paragraph, "")
    """What is said once it is done."""
    solution: tuple[str, ...] = key(list_of(line(200, 1), MAX_EDITS), ())
    """Edits, `variant NAME`, `train`, `train 500` or `iteration 3` that reach the goal; `check`
    proves it, and nothing shows it."""
    line: int = 0
    """The line of the file on which it begins."""
    at: int = 0
    """How many characters of the closing page's prose stand before it."""


@keyed
class Writing:
    """A program that the learner is to write, which `gdtutor judge` compares with the walk; the
    keys of a write block."""

    text: str = key(paragraph, says="write what the program is to do")
    """What the program is to do."""
    names: tuple[str, ...] = key(list_of(line(80, 1), MAX_PROGRAM_NAMES), ())
    """The names that it is asked for, as `Z1` or `dW1`; every one of the walk where left out."""
    layers: bool = key(flag, False)
    """Whether the blanks are those of layer classes."""


class Start(Struct, frozen=True, eq=False):
    """How a parameter starts: given values, or drawn."""

    value: Array | None = None
    shape: tuple[int, ...] = ()
    init: str = ""
    """A name of the initialisation table, where drawn."""
    seed: int = 0
    stream: int | None = None
    """Drawn parameters with the same stream come one after the other from one generator."""
    constants: Mapping[str, float] = field(default_factory=dict)
    """What the rule is told, by name, as the value of `constant`."""
    inputs_first: bool = False
    """Whether weights are inputs × outputs, so that n_in is the first length."""
    is_turned: bool = False
    """Whether it is drawn as outputs × inputs and then turned: a network has the same numbers
    whichever way it is told."""


class DataScaling(Struct, frozen=True):
    """How the inputs were scaled: each became (raw − shift) / scale."""

    kind: str
    """A name of the table of scalings."""
    columns: tuple[str, ...]
    shift: tuple[float, ...]
    """What was taken off each column."""
    scale: tuple[float, ...]
    """What each column was divided by, above 0; new data takes the same two."""

    @property
    def formulas(self) -> tuple[str, ...]:
        """The rule for one column, then each column's own with four digits."""
        rule = f"every input x is scaled: {SCALINGS[self.kind].formula}"
        lines = (
            f"{column} = (raw {column} − {shift:.4g}) / {scale:.4g}"
            for column, shift, scale in zip(self.columns, self.shift, self.scale, strict=True)
        )
        return (rule, *lines)


class Scene(Struct, frozen=True, eq=False):
    """One graph of a lesson with its notes."""

    graph: Graph
    """As the lesson's batch setting makes it (with `C = mean(L)` appended where it needs one)."""
    notes: tuple[Note, ...]
    questions: tuple[Question, ...] = ()
    backward: bool = True
    """Whether the walk goes backward from the root."""
    repeated: Mapping[str, Repeated] = field(default_factory=dict)
    """The lines of repetitions by name."""


class PictureWish(Struct, frozen=True):
    """A picture that the lesson asks for."""

    kind: str
    """curve, slice, contour, boundary, fit, table, weights, counts, timing, or seeds."""
    options: tuple[tuple[str, object], ...] = ()

    def option(self, name: str, otherwise: object = None) -> object:
        """Return an option."""
        return dict(self.options).get(name, otherwise)

    def is_set(self, name: str, otherwise: bool = False) -> bool:
        """Return an option that is true or false."""
        return bool(self.option(name, otherwise))

    def whole(self, name: str, otherwise: int) -> int:
        """Return an option that is a whole number."""
        value = self.option(name)
        return value if isinstance(value, int) else otherwise

    def real(self, name: str, otherwise: float) -> float:
        """Return an option that is a number."""
        value = self.option(name)
        return float(value) if isinstance(value, int | float) else otherwise

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an option that is a list of texts; none where it is left out."""
        value = self.option(name)
        return tuple(map(str, value)) if isinstance(value, tuple) else ()

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return an option that is a list of numbers; none where it is left out."""
        value = self.option(name)
        return tuple(map(float, value)) if isinstance(value, tuple) else ()

    def interval(self, name: str = "range") -> tuple[float, float] | None:
        """Return an option that is a range, None where it is left out."""
        limits = self.numbers(name)
        return (limits[0], limits[1]) if len(limits) == 2 else None

    @property
    def ranges(self) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
        """The ranges of both axes; the first holds for both where it is alone."""
        return self.interval(), self.interval("range2") or self.interval()


class Variant(Struct, frozen=True, eq=False):
    """A named set of overrides, for lessons that compare."""

    name: str
    overrides: Mapping[str, object]
    """Front matter keys, dotted (`training.learning_rate`), with the values that replace them."""


class Lesson(LessonHead, frozen=True, eq=False, kw_only=True):
    """A checked lesson. Everything about its numbers is computed from it."""

    source: str
    prose: str
    """The opening page, Markdown."""
    closing: str
    """Prose after the last note, under a `#` heading; empty where there is none."""
    scenes: tuple[Scene, ...]
    """At least one; only the last trains."""
    starts: Mapping[str, Start]
    """Every parameter, in the order given."""
    constants: Arrays
    frozen: frozenset[str]
    gradients: tuple[str, ...]
    """Inputs that get backward steps."""
    bindings: tuple[Binding, ...]
    examples: Array
    """Examples × columns, inputs first."""
    columns: tuple[str, ...]
    settings: Settings | None
    """None where the lesson does not train."""
    predict: bool
    """Whether it starts in predict mode."""
    diverges: bool
    """Whether the lesson is about a run that diverges."""
    story: int = 1
    """How many iterations its story tells; the closing page stands behind the last of them."""
    digits: int | None = None
    """Significant digits that it opens with; None where the learner's own hold."""
    watch: str = "fast"
    """How fast the training screen trains the whole run: fast, or slow enough to be watched."""
    passes: tuple[tuple[str, str], ...] = ()
    """Steps that → passes over, each a phase and a node."""
    tasks: tuple[Task, ...] = ()
    """What its closing page asks for."""
    writing: Writing | None = None
    """The program that its closing page asks for; None where it asks for none."""
    pictures: tuple[PictureWish, ...] = ()
    variants: tuple[Variant, ...] = ()
    variant: str = ""
    """The variant that it is; empty for the lesson as its file has it."""
    expansion: tuple[str, ...] = ()
    """The formulas that a `[network]` table stands for; empty where there is none."""
    scaling: DataScaling | None = None
    """How the inputs were scaled; None where they are as given."""
    features: Features | None = None
    """What a network is given in place of its inputs; None where it is given the inputs."""
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Line and column in the file, from 1, of every line of the graphs that the author wrote."""
    text: str = ""
    """The file as it was read, from which variants are made."""

    @property
    def called(self) -> str:
        """Its number, where it has one, and its title."""
        return f"{self.number} {self.title}".strip()

    @property
    def data_formulas(self) -> tuple[str, ...]:
        """The rule of the scaling and a line for each column; then what the features are."""
        scaled = () if self.scaling is None else self.scaling.formulas
        if self.features is None:
            return scaled
        return (*scaled, f"features of X: {', '.join(self.features.formulas)}")

    @property
    def trains(self) -> bool:
        """Whether the lesson has training settings."""
        return self.settings is not None
