"""The one state of the program: a `Session`, which is a `Walk` once a lesson is open.

Each holds what there always is then, so a function says by its type what must be open.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Self, TypeVar

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import Choice, Lesson, PictureWish
from gdtutor.lesson.runs import RunResult, no_numbers
from gdtutor.lesson.selectors import Assignment
from gdtutor.play.playground import Playground
from gdtutor.session.catalogue import Library
from gdtutor.session.challenge import Challenge
from gdtutor.session.digits import DEFAULT_DIGITS
from gdtutor.session.iteration_limit import PATIENCE
from gdtutor.session.moment import Moment
from gdtutor.session.press import MAX_COUNT
from gdtutor.session.steps import Step
from gdtutor.training.diagnosis import Diagnosis
from gdtutor.training.run import Run
from gdtutor.training.timing import Timing
from gdtutor.training.trouble import TrainedCurve
from gdtutor.values import Struct, field, replace

if TYPE_CHECKING:
    from gdtutor.training.sweep import Sweep


AT_TASKS = -1
"""In place of a scroll: to the first open task; where that stands is known once it is laid out."""


class Screen(Enum):
    """What fills the terminal."""

    LIBRARY = "library"
    STUDY = "study"
    TRAIN = "train"
    PLAY = "play"
    HELP = "help"


class ClassRole(Enum):
    """Who sits at the keys of a class; nobody does where there is none."""

    NONE = "none"
    TEACHER = "teacher"
    """Asks the class, whose questions are not the teacher's to answer."""
    STUDENT = "student"
    """Walks alone, on the teacher's machine, whose files are not theirs."""
    FOLLOWER = "follower"
    """Sees what the teacher shows, with an input of their own beside it."""


class Tab(Enum):
    """The panels of Study, one at a time where the terminal is small."""

    NODE = "node"
    GRAPH = "graph"
    VALUES = "values"
    NOTE = "note"


class Status(Enum):
    """What the training worker is doing."""

    IDLE = "not started"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


class PromptKind(Enum):
    """What a one-line input is for."""

    GOTO = "goto"
    SWEEP = "sweep"
    SEARCH = "search"
    FIND = "find"
    EDIT = "edit"
    CONTROL = "control"
    ANSWER = "answer"


class Prompt(Struct, frozen=True):
    """A focused one-line input: every printable key is text."""

    kind: PromptKind
    label: str
    text: str = ""
    cursor: int = 0
    """Position in `text`, in characters."""
    error: str = ""
    is_selected: bool = False
    """Whether the text was refused, or stood there, and was not touched since: the next character
    replaces it."""


class Snapshot(RunResult, frozen=True, eq=False):
    """What training has come to, for every report of it. Arrays are read-only."""

    of: Run | None = None
    """The run; None before anything was trained."""
    status: Status = Status.IDLE
    iterations: int = 0
    """Updates done."""
    costs: Array = field(default_factory=no_numbers)
    """Cost of each epoch finished."""
    validation: Array = field(default_factory=no_numbers)
    epochs_wanted: int = 0
    seconds: float = 0.0
    """Time spent training."""
    epochs_per_second: float = 0.0
    stopped_by: str = ""
    """As in `Run`, without its `_below`, or `key` where the user ended it."""
    diverged_at: int | None = None
    first_node: str = ""
    """The node that was the first not to be finite."""
    diagnosis: Diagnosis | None = None
    """What is wrong with the run, once it has paused or ended; None where nothing is."""
    is_behind: bool = False
    """Whether a class's run, which this one has been trained as far as, has gone on since."""

    @property
    def is_at_end(self) -> bool:
        """Whether there is nothing to resume: the run has stopped, or rests at or beyond the last
        epoch of its settings.
        """
        is_past = 0 < self.epochs_wanted <= len(self.costs)
        return self.status is Status.FINISHED or (self.status is Status.PAUSED and is_past)


class Making(Struct, frozen=True):
    """What a run beside the present one was made with, by which it is trained again."""

    variant: str
    changes: tuple[Assignment, ...] = ()
    iterations: int | None = None
    """How far it had come; None where it is whole, as a sweep trains it."""


class Sweeping(Struct, frozen=True, eq=False):
    """A sweep that has not come to its end."""

    sweep: Sweep
    wanted: int
    """Epochs of all its runs together."""
    done: int = 0
    """Those that are done."""
    status: Status = Status.RUNNING
    """Running or paused."""
    holds_up: bool = False
    """Whether the own run was at work, and goes on when the sweep is done."""


class Trial(Struct, frozen=True, eq=False):
    """The runs of a picture that counts starts, as far as the worker is with them."""

    wish: PictureWish
    of: Lesson
    changes: tuple[Assignment, ...]
    """The learner's that its runs begin with."""
    sweep: Sweep
    seconds: float
    """About how long they take."""
    ends: tuple[float | None, ...]
    """The cost over all the data where each run has ended; None while it goes on."""
    status: Status = Status.PAUSED
    """Running, paused, or finished, where nobody trains them on."""
    done: int = 0
    """Epochs that they have done together."""

    @property
    def ended(self) -> int:
        """How many of the runs have ended."""
        return sum(end is not None for end in self.ends)


class Look(Struct, frozen=True):
    """How the learner looks at the walk; changes no number."""

    digits: int = DEFAULT_DIGITS
    unfolded: frozenset[str] = frozenset()
    folded: int | None = None
    """The count that repetitions are folded to; None where every count is walked."""
    example: int = 0
    """Column of the batch that is followed, from 0."""
    cell: tuple[int, ...] | None = None
    """The opened cell of the current node, None where none is open."""
    given: str = ""
    """The given value that an operand led to; empty where none did."""
    tab: Tab = Tab.NODE
    scroll: int = 0
    """Lines by which the note is scrolled; `AT_TASKS` where the closing page shows its tasks."""
    page: int = 0
    """Lines by which a page of text scrolls at once, as its screen has found."""
    below: int = 0
    """Lines of a page of text, or of an open question, that its screen hides below."""
    hint: tuple[str, int] | None = None
    """The task and the number of the hint that was told last."""
    is_closing: bool = False
    """Whether the lesson's closing page is shown."""
    is_blank: bool = False
    hides_hints: bool = False
    proof: bool = False
    """Whether the central difference stands beside the gradient."""
    mistakes: bool = False
    """Whether wrong sums stand beside the right gradient."""
    met: tuple[tuple[str, int, int], ...] | None = None
    """The signs that were explained on the screens of this walk, each with the iteration and the
    step where it was; None where nothing was shown yet.
    """
    is_resumed: bool = False
    """Whether the walk goes on where it was left and nothing of it was shown yet: the way there
    has explained the signs that stand there."""
    figure: int | None = None
    """The picture that stands in place of the graph, from 1; 0 for the graph; None where the
    lesson decides."""
    is_alone: bool = False
    """Whether the panel that `tab` names shows alone, as its screen has found."""
    beside: int = 0
    """The picture that stands beside the graph where `figure` leaves it to the lesson, from 1, as
    its screen has found; 0 where none does."""


class TrainLook(Struct, frozen=True):
    """How the training screen is looked at."""

    log_y: bool = False
    cursor: int | None = None
    """Epoch under the cursor on the curve."""
    mean: int = 0
    """Epochs whose mean is drawn beside the raw costs; 0 where it is not."""
    is_slow: bool | None = None
    """Whether the whole run takes its time to be watched; None where the lesson decides."""
    tab: int = 0
    """The side panel, from 0; -1 for the runs side by side, which stand behind all others."""
    run: str = ""
    """The label of the run beside the present one that Enter opens; empty where it opens the point
    under the cursor."""
    scroll: int = 0
    """Lines by which the side panel is scrolled."""


class Training(Struct, frozen=True, eq=False):
    """What is known of training on the walk, and how its screen is looked at."""

    snapshot: Snapshot = Snapshot()
    goal: int | None = None
    """The iteration that it was asked to end at; None for the end of the settings."""
    look: TrainLook = TrainLook()
    kept: tuple[TrainedCurve, ...] = ()
    """Curves of variants and sweeps trained before."""
    made: Mapping[str, Making] = field(default_factory=dict)
    """By their labels, what they were made with."""
    sweeping: Sweeping | None = None
    """The sweep that the worker is at, or that waits; None where there is none."""

    @property
    def is_running(self) -> bool:
        """Whether the own run is being trained."""
        return self.snapshot.status is Status.RUNNING

    @property
    def is_sweeping(self) -> bool:
        """Whether a sweep is being trained."""
        return self.sweeping is not None and self.sweeping.status is Status.RUNNING

    def anew(self, snapshot: Snapshot) -> Training:
        """Return it with what another run has come to; the cursor is on none of its epochs."""
        return replace(self, snapshot=snapshot, look=replace(self.look, cursor=None))


class EditHistory(Struct, frozen=True):
    """The learner's changes as they were after each edit, along which undo and redo move."""

    logs: tuple[tuple[Assignment, ...], ...] = ((),)
    at: int = 0
    """The log that holds, from 0."""

    def edited(self, log: tuple[Assignment, ...]) -> EditHistory:
        """Return it after one more edit; what was undone before it is gone."""
        return EditHistory((*self.logs[: self.at + 1], log), self.at + 1)

    def moved(self, by: int) -> EditHistory:
        """Return it so many edits later, or as near to there as edits go."""
        return replace(self, at=min(max(self.at + by, 0), len(self.logs) - 1))


class HelpLook(Struct, frozen=True):
    """Where Help is scrolled to."""

    scroll: int = 0
    """In lines."""
    pages: int = 0
    """Pages besides; the view knows how long one is."""
    find: str = ""
    """What Help is to go to; the view, which knows its lines, does so."""


class AutoPlay(Struct, frozen=True):
    """Steps taken by the clock."""

    is_on: bool = False
    seconds: float = 2.0
    """Between two steps."""


class Focus(Enum):
    """What the arrows act on in the playground."""

    CONTROLS = "controls"
    NETWORK = "network"
    CURVE = "curve"


class PastPlay(Struct, frozen=True, eq=False):
    """The playground before a change, or after one that was taken back, with its run."""

    playground: Playground
    run: Run
    original: Run
    changes: tuple[Assignment, ...]
    at: int
    """The iteration that its run had come to."""


class Play(Struct, frozen=True, eq=False):
    """The playground on the screen, and how it is looked at."""

    playground: Playground
    focus: Focus = Focus.CONTROLS
    control: int = 0
    """The row of the table of controls."""
    layer: int = 1
    """The chosen neuron: its layer, 0 for the features."""
    neuron: int = 0
    edge: int | None = None
    """Which of the weights that arrive at it is chosen; None where it is the neuron itself."""
    is_discrete: bool = False
    """Whether maps show sides alone."""
    hides_held: bool = False
    """Whether validation examples are left out of the picture."""
    word: str = ""
    """What the last change made of the training: whether it goes on or begins anew."""
    done: tuple[PastPlay, ...] = ()
    undone: tuple[PastPlay, ...] = ()


class AroundKey(Struct, frozen=True):
    """A key of what stands around the program, as a class does, which has it first."""

    key: str
    """Its name, as in Textual."""
    symbol: str
    title: str
    """What it does, for the help screen and the palette."""


class Surroundings(Struct, frozen=True):
    """What the program stands in, whichever lesson is open: a shell, a talk or a class."""

    program: str = "gdtutor"
    """How a shell of this machine calls the program: its words, as a shell reads them."""
    leads_to: str = "quit"
    """Where `q` leads, as the line of keys says it: back to what the program was opened from."""
    class_role: ClassRole = ClassRole.NONE
    keys: tuple[AroundKey, ...] = ()
    """Those of a talk or a class; none for who only walks."""


class Session(Struct, frozen=True, eq=False):
    """What there is whether or not a lesson is open: in the library this is all.

    Nothing in it changes but the runs of a walk, which grow as they are trained.
    """

    screen: Screen = Screen.LIBRARY
    behind: Screen = Screen.LIBRARY
    """The screen that Help closes to."""
    library: Library = field(default_factory=Library)
    visits: tuple[Walk, ...] = ()
    """Other lessons of this sitting in which something was trained, as they were left."""
    seed: int | None = None
    """Replaces the lesson's own seeds; None where they hold."""
    patience: float = PATIENCE
    """Seconds that the way to an iteration may take beyond what is trained."""
    around: Surroundings = Surroundings()
    look: Look = Look()
    prompt: Prompt | None = None
    count: str = ""
    """Digits typed before a key, or the first g of two."""
    message: str = ""
    """One line for the learner; gone with the next key."""
    is_error: bool = False
    command: str = ""
    """The command line that opens this screen, where it was asked for; gone with the next key."""
    auto: AutoPlay = AutoPlay()
    help: HelpLook = HelpLook()
    saving: str = ""
    """How far saving has come, as it is shown; empty where nothing is saved."""
    predict: bool = False
    """Whether each next value is hidden and asked for."""
    broken: tuple[str, ...] = ()
    """Reports about the lesson's file as it was saved last; empty where it can be used."""

    @property
    def times(self) -> int:
        """How often a key does what it does: the number typed before it, 1 where none was."""
        return min(max(int(self.count), 1), MAX_COUNT) if self.count.isdigit() else 1


class Walk(Session, frozen=True, eq=False, kw_only=True):
    """A session in which a lesson is open, on whichever screen; opening one makes a new walk."""

    lesson: Lesson
    """The lesson as it is walked, in its variant."""
    base: Lesson
    """The lesson as its file has it."""
    variant: str = ""
    """The name of the variant; empty for the lesson's own."""
    original: Run
    """The lesson's own run, without edits."""
    run: Run
    history: EditHistory = EditHistory()
    moment: Moment
    own_moment: Moment | None = None
    """The same iteration of the lesson's own run, where a change came before it."""
    previous: Moment | None = None
    """The iteration before: what an update has changed."""
    step: int
    """The step's number from 1; 0 is the opening page."""
    passed: tuple[int, ...] = ()
    """Steps that the lesson passes, by number, over which → or ← has just come here."""
    trail: tuple[tuple[int, Step, tuple[int, ...] | None], ...] = ()
    """Iteration, step and open cell of the places that an operand was followed from, or that `:`
    led away from, the latest last."""
    challenge: Challenge | None = None
    """The question that is open; the result it asks for is hidden until it is answered."""
    named_choices: tuple[tuple[int, Choice], ...] = ()
    """The choices that a message tells by number and as they are written; screens show them in
    symbols."""
    is_answered: bool = False
    """Whether the step's question was just closed, so that a number typed now may be one more
    answer."""
    answered: frozenset[str] = frozenset()
    """Names of the questions that have been asked and closed."""
    left: frozenset[str] = frozenset()
    """Names of the questions whose input was closed without an answer."""
    train: Training = Training()
    trials: tuple[Trial, ...] = ()
    """The runs of pictures that count starts, those begun last."""
    timings: tuple[Timing, ...] = ()
    """A loop over the examples against one pass, as timed on this machine; empty before."""

    @property
    def changes(self) -> tuple[Assignment, ...]:
        """The learner's, by iteration."""
        return self.history.logs[self.history.at]

    def with_train(self, **changes: Any) -> Self:
        """Return the walk with other values in some fields of its training."""
        return replace(self, train=replace(self.train, **changes))

    def paused(self) -> Self:
        """Return the walk whose own run waits where it was being trained."""
        if not self.train.is_running:
            return self
        return self.with_train(snapshot=replace(self.train.snapshot, status=Status.PAUSED))


class Playing(Walk, frozen=True, eq=False, kw_only=True):
    """A walk whose lesson is the playground's, not a file's."""

    play: Play


S = TypeVar("S", bound=Session)
W = TypeVar("W", bound=Walk)


def challenge_of(session: Session) -> Challenge | None:
    """Return the question that is open."""
    return session.challenge if isinstance(session, Walk) else None


def without_challenge(session: S) -> S:
    """Return the session with no question open."""
    return replace(session, challenge=None) if isinstance(session, Walk) else session


def differs(before: object, after: object, *names: str) -> bool:
    """Say whether one of some fields is not the very same; those of a walk may not be there yet."""
    return any(getattr(before, name, None) is not getattr(after, name, None) for name in names)


def is_training(session: Session) -> bool:
    """Say whether the run of the open lesson is being trained."""
    return isinstance(session, Walk) and session.train.is_running


def screen_left(session: Session) -> Screen:
    """Return the screen of the lesson or the playground that is open, or from which Help or the
    library was opened.
    """
    is_over = session.screen in (Screen.HELP, Screen.LIBRARY)
    screen = session.behind if is_over else session.screen
    return Screen.STUDY if screen is Screen.LIBRARY else screen


def has_opening(lesson: Lesson) -> bool:
    """Say whether the lesson opens with a page of prose."""
    return bool(lesson.prose.strip())


def current_step(session: Walk) -> Step | None:
    """Return the step under the cursor, None on the opening page."""
    return session.moment.steps[session.step - 1] if session.step else None
