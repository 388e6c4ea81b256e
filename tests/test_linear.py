"""The linear mode: the same facts as the screens, in lines that need no screen."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.library.lessons import library_of, listing
from gdtutor.linear.commands import help_lines, in_words
from gdtutor.linear.conversation import PARTING, ConversationServices, converse, whole
from gdtutor.report.transcript import step_text
from gdtutor.session.commands import commands_of
from gdtutor.session.digits import raised
from gdtutor.session.display_options import toggle_cell, toggle_mistakes, toggle_proof
from gdtutor.session.edits import apply_edit
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.moving import moved
from gdtutor.session.navigation import refolded, said
from gdtutor.session.opening import Resumed
from gdtutor.session.state import ClassRole, Screen, Session, Surroundings
from gdtutor.session.trials import tried
from gdtutor.session.update import update
from gdtutor.training.segments import Known, Stretch
from gdtutor.training.state import PlanResult
from gdtutor.values import replace
from gdtutor.view.context import Context
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.graph.panel import graph_drawing
from gdtutor.view.lines import text_of
from gdtutor.view.study import room_for
from gdtutor.view.values import value_lines
from gdtutor.view.whatif import marked_names
from tests.tries import some

LESSONS = {entry.id: entry.path for entry in listing(shipped_lessons_folder())}
DRAWN = re.compile(r"[\u239b-\u23ae\u2500-\u259f\u2800-\u28ff\x00-\x09\x0b-\x1f\x7f]")
"""Pieces of brackets, box drawing, blocks, Braille, and what controls a terminal."""
COLUMNS = re.compile(r"[ 0-9…]*\d▾[ 0-9…]*(×10.*)?$")
"""The line above a matrix that counts its columns."""
NUMBER = re.compile(r"(?<![\w.≤])[≤−-]?\d+(?:\.\d+)?(?:e[−-]?\d+)?(?![\w…~])")


class Talk:
    """A conversation held from a script of lines."""

    def __init__(
        self,
        session: Session,
        *typed: str,
        lines: Iterable[str] = (),
        chars: Chars = UNICODE,
        keys: str = "",
        stops: bool = False,
    ) -> None:
        self.said: list[str] = []
        self.saved: list[Session] = []
        self.kept: list[KeepAttempt] = []
        waiting = chain(typed, lines)
        services = ConversationServices(
            chars,
            self.said.append,
            lambda: next(waiting, None),
            self.saved.append,
            self._stopped if stops else self._never_stopped,
            self.kept.append,
        )
        self.code = converse(session, parse_keys(keys), services)

    @contextmanager
    def _never_stopped(self) -> Iterator[Callable[[], bool]]:
        yield lambda: False

    @contextmanager
    def _stopped(self) -> Iterator[Callable[[], bool]]:
        """Press Ctrl-C once training asks for the first time, which is after its first burst."""
        pressed = threading.Event()

        def is_stopped() -> bool:
            if threading.current_thread() is not threading.main_thread():
                pressed.set()
            return pressed.is_set()

        yield is_stopped

    @property
    def last(self) -> str:
        return self.said[-1]


def lesson(name: str, at: str = "", **options: object) -> Session:
    session = session_at(LESSONS[name], at=at, **options)  # type: ignore[arg-type]
    return session


@cache
def opened(name: str) -> Session:
    return lesson(name)


def steps_of(session: Session, iteration: int = 0) -> Iterator[Session]:
    """Yield the session at every step of an iteration."""
    first = moved(session, iteration, 1)
    for number in range(1, len(first.moment.steps) + 1):
        yield moved(first, iteration, number)


def panels(context: Context, size: tuple[int, int]) -> str:
    """Return graph, node and values as Study shows them.

    Counts of what is hidden, and the numbers of columns, are left out.
    """
    room = room_for(*size)
    rows = [
        *graph_drawing(context, room.graph - 4, room.body - 2, marked_names(context)).lines,
        *node_lines(context, room.node_width),
        *(value_lines(context, room.values - 4).lines if room.values else ()),
    ]
    return "\n".join(t for t in map(text_of, rows) if "more" not in t and not COLUMNS.match(t))


SMALL, LARGE = (80, 24), (120, 36)


def is_rounded(shown: str, numbers: set[str]) -> bool:
    """Say whether a number is one of others in fewer digits, as in a graph that has little room;
    a bound is rounded up.
    """
    digits = len(re.sub(r"e.*|\D", "", shown).lstrip("0"))
    few, *many = (
        float(one.lstrip("≤").replace("−", "-").replace(",", "")) for one in (shown, *numbers)
    )
    if shown.startswith("≤"):
        return any(raised(abs(one), d) == few for one in many for d in range(1, 5))
    return digits > 0 and any(float(f"{one:.{digits}g}") == few for one in many)


def assert_told(session: Session, sizes: Iterable[tuple[int, int]]) -> str:
    """Compare the numbers of a step's screens with those of its text; return the text."""
    context = context_of(session, UNICODE)
    assert context is not None
    text = step_text(session, context)
    numbers = set(NUMBER.findall(text))
    for size in sizes:
        shown = panels(context, size)
        missing = set(NUMBER.findall(shown)) - numbers
        missing = {number for number in missing if not is_rounded(number, numbers)}
        assert not missing, f"{missing} of\n{shown}\nare not in\n{text}"
    return text.rstrip("\n")


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_linear_mode_says_what_the_transcript_says_without_drawing_and_every_number_on_a_screen(
    name: str,
) -> None:
    steps = [tried(session) for session in steps_of(opened(name))]
    talk = Talk(opened(name), *(f"g {number}" for number in range(1, len(steps) + 1)))
    sizes = [(LARGE, SMALL) if number % 2 else (LARGE,) for number in range(len(steps))]
    texts = [assert_told(*step) for step in zip(steps, sizes, strict=True)]
    assert talk.said[1:] == texts
    assert not DRAWN.search("\n".join(talk.said))


def one_iteration_later(session: Session) -> Iterator[Session]:
    if session.lesson.trains:
        yield from steps_of(session, 1)


def with_a_value_changed(session: Session) -> Iterator[Session]:
    graph = session.moment.traces[0].graph
    name = (*graph.parameters, *(leaf.name for leaf in graph.leaves))[0]
    value = session.moment.traces[0].values[name]
    cell = f"[{','.join('0' * value.ndim)}]" if value.ndim else ""
    yield from steps_of(apply_edit(session, f"{name}{cell}=0.37"))


def with_another_rate(session: Session) -> Iterator[Session]:
    if session.lesson.trains:
        yield from steps_of(apply_edit(session, "learning_rate=0.123"), 1)


def unfolded(session: Session) -> Iterator[Session]:
    lines = [line for trace in session.moment.traces for line in trace.graph.lines]
    names = frozenset(line.name for line in lines if line.first != line.last)
    yield from steps_of(refolded(session, names))


def with_a_cell_open(session: Session) -> Iterator[Session]:
    cells = (toggle_cell(step) for step in steps_of(session))
    yield from (step for step in cells if step.look.cell is not None)


def with_its_proof(session: Session) -> Iterator[Session]:
    yield from (s for s in (toggle_proof(step) for step in steps_of(session)) if s.look.proof)


def with_its_mistakes(session: Session) -> Iterator[Session]:
    shown = (toggle_mistakes(step) for step in steps_of(session))
    yield from (step for step in shown if step.look.mistakes)


WAYS = (
    one_iteration_later, with_a_value_changed, with_another_rate, unfolded, with_a_cell_open,
    with_its_proof, with_its_mistakes,
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", LESSONS)
def test_so_it_is_however_the_step_is_looked_at(
    name: str, way: Callable[[Session], Iterator[Session]]
) -> None:
    """Three steps of each lesson: the middle of each third, so that all phases have their turn.

    They take turns among the ways, and the sizes among steps and lessons.
    """
    place = [*LESSONS].index(name)
    found = list(way(opened(name)))
    chosen = sorted({len(found) * k // 6 for k in (1, 3, 5)}) if found else ()
    for number, index in some(WAYS.index(way) + place, [*enumerate(chosen, start=place)]):
        assert_told(found[index], (LARGE if number % 2 else SMALL,))


def test_questions_are_asked_and_answered_and_commands_start_with_a_colon() -> None:
    talk = Talk(lesson("bias", "given"), "r", "n", "1/0 +", "7", "?", ":d", "0*0.1 + 0", "n", "")
    asked = talk.said[2]
    assert "your answer: a number or a calculation is an answer" in asked
    assert max(map(len, asked.splitlines())) <= 78
    assert all(word in asked.split() for word in ("commands", "colon,", ":n"))
    assert "z=0" not in asked
    assert "error: " in talk.said[3]
    assert talk.said[6].startswith("3 significant digits.")
    assert "your answer" in talk.said[6]
    assert talk.said[7].startswith("Right.")
    assert "z=0" in talk.said[7]
    assert "your answer" in talk.said[8]
    assert "your answer" not in Talk(lesson("bias", "given"), "r", "n", ":n").last


def test_a_hint_is_offered_as_long_as_there_is_one() -> None:
    talk = Talk(lesson("bias", "given"), "r", "n", "?", "?", "?")
    assert ["? a hint" in said for said in talk.said[2:5]] == [True, True, False]
    assert "z=0" not in talk.said[4]
    assert "z=0" in talk.said[5]


def test_choices_are_read_out_with_their_numbers_and_answered_in_words_too() -> None:
    path = Path(__file__).parent / "data" / "lessons" / "reasons.md"
    start = session_at(path, at="backward:z")
    talk = Talk(start, "n", "its input is 0", "abs(grad w2)")
    assert "2  its input is 0" in talk.said[1]
    assert "your answer: a choice's number is an answer" in talk.said[1]
    assert "3  they are equal" in talk.said[2]
    assert "Right. Now your answer" in talk.said[2]
    assert talk.said[3].startswith("Right.")


def test_a_sign_is_asked_for_as_one() -> None:
    asked = Talk(lesson("bias", "backward:L"), "r", "n").last
    assert "your answer: +, - or 0 is an answer" in asked


def test_the_link_to_the_step_is_said() -> None:
    assert Talk(lesson("bias", "backward:b"), "k").last == "gdtutor bias --at backward:b"


def test_the_last_page_is_read() -> None:
    assert "try next" in Talk(lesson("neuron", "step:7"), "n").last


def test_in_ascii_the_program_says_nothing_but_ascii() -> None:
    talk = Talk(lesson("bias"), *["n"] * 14, "t", "?", chars=ASCII)
    assert "\n".join(talk.said).isascii()


def test_titles_are_ascii_where_everything_is() -> None:
    shelf = Session(library=library_of(shipped_lessons_folder()))
    talk = Talk(shelf, "why-x-transpose", "l", "backward-or", chars=ASCII)
    assert "\n".join(talk.said).isascii()
    assert "05 Local x upstream" in talk.last


def test_words_go_to_places_and_back() -> None:
    talk = Talk(lesson("bias"), "g 12", "p", "i 37", "3 n", "n 2", "g backward:b", ":2p")
    heads = [text.split("\n")[0] for text in talk.said[1:]]
    assert heads == [
        "[12/13] iteration 0, update w₂",
        "[11/13] iteration 0, update w₁",
        "[1/13] iteration 37, given",
        "[4/13] iteration 37, forward L",
        "[6/13] iteration 37, backward ŷ",
        "[10/13] iteration 37, backward b",
        "[8/13] iteration 37, backward w₁",
    ]


def test_an_empty_line_is_the_next_step() -> None:
    assert Talk(lesson("bias"), "", "").last == Talk(lesson("bias"), "n", "n").last


def test_values_change_and_come_back() -> None:
    talk = Talk(lesson("bias", "forward:z"), "e b 0.5", "u", "redo", "R")
    assert [("z=0.5" in text) for text in talk.said] == [False, True, False, True, False]


def test_looking_closer_says_the_step_again() -> None:
    talk = Talk(lesson("xor-hidden", "backward:W1"), "c 1,0", "c", "d", "o", "v", "x", "v", "c")
    assert "dW₁[1,0]\n" in talk.said[1]
    assert "dW₁[1,0]\n" not in talk.said[2]
    assert talk.said[3].startswith("3 significant digits.")
    assert "Relative error" in talk.said[5]
    assert "dW₁[0,0]\n" in talk.last


KEY_OF_A_SCREEN = re.compile(
    r"\b(Esc|PgDn|PgUp|Tab|Home|End|Backspace)\b|Ctrl-(?!C stops)|Enter\b(?! alone shows| goes on)"
)
TYPED = {"i": "i 3", "g": "g 3", "c": "c 0,1", "e": "e w1 0.9", "t": "t 20", "S": "S w1=1,2"}
"""Lines with what their commands take."""


@pytest.mark.slow
@pytest.mark.parametrize("at", ["bias --at forward:z", "xor-hidden --at backward:W1"])
def test_every_command_answers_and_names_no_key_that_no_line_can_press(at: str) -> None:
    name, _, place = at.partition(" --at ")
    assert not KEY_OF_A_SCREEN.search("".join(help_lines(Screen.STUDY)[2:]))
    # Each command in one of the ways, and in another one in the other lesson.
    for number, help_line in enumerate(help_lines(Screen.STUDY)[2:-2], at.startswith("bias")):
        word = help_line.split(":")[0].split()[0]
        line = TYPED.get(word, word)
        ways = ((line, line), (f"2{word}",), ("r", "n", f":{line}"), ("20t", "20t", line))
        for typed in some(number, ways, 2):
            said = Talk(lesson(name, place), *typed).said[1:]
            assert all(text.strip() for text in said), typed
            # How a conversation begins and ends names Enter for what it is there: the next step.
            assert not KEY_OF_A_SCREEN.search(" ".join(" ".join(said).split())), typed


@pytest.mark.sampled
@pytest.mark.parametrize("name", LESSONS)
def test_a_hint_of_a_task_names_no_key_that_means_another_thing_in_lines(name: str) -> None:
    hints = [hint for task in opened(name).lesson.tasks for hint in task.hints]
    told = [in_words(hint) for hint in hints]
    assert not any(KEY_OF_A_SCREEN.search(hint) or "operand" in hint for hint in told)


def test_what_a_line_takes_back_is_done_again_by_the_word_that_is_said() -> None:
    talk = Talk(lesson("bias", "forward:z"), "20t", "20t", "5t", "e b 0.5", "u", "redo", "operand")
    assert talk.said[3] == "The run already stands at iteration 20."
    assert talk.said[4] == "The run already stands at iteration 20; i 5 shows 5."
    assert re.search(r"; redo (does it again|goes back)", " ".join(talk.said[-3].split()))
    assert "1 operand goes to the first operand" in " ".join(talk.last.split())


def test_a_key_may_be_typed_as_it_is_called() -> None:
    assert (
        Talk(lesson("bias", "forward:z"), "1", "Enter").last
        == Talk(lesson("bias", "forward:z"), "1", "enter").last
    )
    assert "no command" not in Talk(lesson("bias", "forward:z"), "Home").last
    for keys, words in (("→ →", "n n"), ("→ ←", "n p"), ("PgDn PgUp", "i I"), ("3 →", "3n")):
        typed = keys.split() if keys[0] != "3" else [keys]
        assert Talk(lesson("bias"), *typed).last == Talk(lesson("bias"), *words.split()).last


def test_a_change_is_made_as_pages_write_it() -> None:
    for line in ("x1 3", "w1 = 0.9", "learning_rate 2"):
        assert Talk(lesson("bias"), "z", line).last == Talk(lesson("bias"), "z", f"e {line}").last


def test_how_to_go_on_is_no_error() -> None:
    left = pressed(lesson("bias", at="given"), parse_keys("r n"))
    talk = Talk(update(left, Resumed(left))[0], "nonsense")
    assert "Where you left off" in talk.said[0] or "as you left it" in talk.said[0]
    assert "error:" not in talk.said[0]
    assert "error:" in talk.last


def test_what_is_to_be_known_of_a_start_is_said_and_how_to_go_on() -> None:
    left = lesson("bias", at="forward:z")
    first = Talk(update(left, Resumed(left))[0]).said[0]
    # No sentence begins with a key, which would be a small letter.
    assert first.startswith("The walk as you left it; first twice goes to the start, t trains")
    assert first.endswith(PARTING)
    assert Talk(said(left, "nothing is kept", error=True)).said[0].startswith("error: nothing is")


def test_training_is_told_in_numbers_and_a_sentence() -> None:
    talk = Talk(lesson("bias"), "t 10", "t", "t", "i 200")
    assert "10 of 200 epochs, 10 iterations: paused." in talk.said[2]
    whole = talk.said[4]
    assert "epoch 0: cost 0.125" in whole
    assert "The cost falls from 0.125 to 0.001548 and never rises." in whole
    # After the update of the last epoch it is another one.
    assert "cost now 0.001539 after the last update" in whole
    assert "finished" in talk.said[5]
    assert talk.last.startswith("[1/13] iteration 200 (after training), given")


def test_the_lessons_own_run_follows_one_that_was_changed() -> None:
    talk = Talk(lesson("bias"), "e w1 0.9", "t 5")
    session = talk.saved[-1]
    assert session.run.farthest == session.original.farthest == 5


def test_training_tells_the_learned_parameters_and_all_predictions() -> None:
    text = Talk(lesson("xor-hidden"), "t 2000").last
    assert "\nparameters\n  W₁, 3×2:\n    row 0: " in text
    assert re.search(r"\n  W₂, 1×3: [−\d]", text)
    assert len(re.findall(r"^[0-3]  [01]  [01]      [01]  +0\.\d+ ✓$", text, re.MULTILINE)) == 4


def test_predictions_that_are_left_out_are_counted_and_can_be_had(tmp_path: Path) -> None:
    rows = ", ".join(f"[{k % 7}, 0]" for k in range(200))
    path = tmp_path / "many.md"
    path.write_text(
        '+++\nformat = 1\nid = "many"\ntitle = "Many"\nchapter = "c"\nsummary = "s"\n'
        'source = "own"\n[parameters]\nw = 0.5\n[data]\ninputs = ["x"]\ntargets = ["y"]\n'
        f"examples = [{rows}]\n[training]\nlearning_rate = 0.001\nepochs = 3\n+++\n"
        "```graph\nyhat = w*x\nL = (yhat - y)**2\n```\n"
    )
    text = Talk(session_at(path), "t").last
    shown = re.findall(r"^ *\d+ +\d +\d +[−\d.]+ *[✓✗]?$", text, re.MULTILINE)
    left_out = re.search(
        r"^  (\d+) examples left out; gdtutor train (\S+) --json", text, re.MULTILINE
    )
    assert left_out is not None
    assert len(shown) + int(left_out[1]) == 200
    assert left_out[2] == str(path)
    # Who is in a class has no command line there.
    student = Surroundings(class_role=ClassRole.STUDENT)
    told = Talk(replace(session_at(path), around=student), "t").last
    assert re.search(r"^  1\d\d examples left out\n", told, re.MULTILINE)
    assert len(told.split("\n")) < len(text.split("\n")) - 50
    assert "--json" not in told


@pytest.mark.parametrize("line", ["S learning_rate=0.5,5,50", "t learning_rate=0.5,5,50"])
def test_several_runs_are_told_side_by_side(line: str) -> None:
    talk = Talk(lesson("learning-rate"), "t 20", line, "t", "run 50", "run 50")
    assert talk.said[3] == "Training several runs; Ctrl-C stops them."
    assert talk.said[4].split("\n") == [
        "4 runs:",
        "  the lesson's own: cost 0.01346 at epoch 19, yours",
        "  learning_rate 0.5: cost 9.044e−5 at epoch 49",
        "  learning_rate 5: cost 0 at epoch 49, the lowest cost",
        "  learning_rate 50: cost 2.112e82 (a number of 83 digits) at epoch 49,",
        "    diverges",
    ]
    assert "50 of 50 epochs, 50 iterations: finished: all epochs done." in talk.said[6]
    assert "α 50 " in talk.said[8]
    assert "\nThe run 50, from its start.\n" in talk.said[8]
    assert talk.last == "This is the run that shows already."


def test_a_sweep_that_is_stopped_keeps_its_curves_and_training_goes_on() -> None:
    talk = Talk(lesson("xor-hidden"), "S learning_rate=0.5,1", "t 2", stops=True)
    assert re.search(r"^  learning_rate 1: cost [\d.]+ at epoch \d", talk.said[2], re.MULTILINE)
    assert "2 of 5000 epochs" not in talk.said[2]
    assert "epochs, " in talk.last


@pytest.mark.parametrize("line", ["t 2", "S learning_rate=0.5,1"])
def test_ctrl_c_stops_training_as_soon_as_that_is_said(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads the words may press it before anything is trained, which must not end the talk."""
    before: list[str] = []

    @contextmanager
    def stoppable(talk: Talk) -> Iterator[Callable[[], bool]]:
        before.extend(talk.said)
        yield lambda: False

    monkeypatch.setattr(Talk, "_never_stopped", stoppable)
    talk = Talk(lesson("bias"), line)
    assert talk.said[0] == before[0]
    assert any("; Ctrl-C stops" in text for text in talk.said)
    assert not any("; Ctrl-C stops" in text for text in before)


def test_training_goes_on_after_a_burst_that_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    is_pressed, may_end = threading.Event(), threading.Event()
    train = Stretch.run

    def slow(stretch: Stretch, user: str, known: Known, count: int) -> PlanResult:
        if user == "train" and not may_end.is_set():
            is_pressed.set()
            assert may_end.wait(60)
        return train(stretch, user, known, count)

    @contextmanager
    def stoppable(talk: Talk) -> Iterator[Callable[[], bool]]:
        yield lambda: is_pressed.is_set() and not may_end.is_set()

    def lines() -> Iterator[str]:
        yield "t"
        may_end.set()
        yield "t 3"

    monkeypatch.setattr(Stretch, "run", slow)
    monkeypatch.setattr(Talk, "_never_stopped", stoppable)
    talk = Talk(lesson("bias"), lines=lines())
    assert talk.said[2] == "Stopped."
    assert talk.said[3].startswith("0 of 200 epochs, 0 iterations: paused.")
    assert talk.last.startswith("3 of 200 epochs, 3 iterations: paused.")


def test_the_keys_that_a_text_names_are_words_that_a_line_can_give() -> None:
    assert not re.search("Esc|Press [→←]", Talk(lesson("neuron")).said[0])
    back = Talk(lesson("bias"), "n", "i", "I")
    assert "iteration 1" in back.said[-2]
    assert "iteration 0" in back.last
    assert in_words("PgDn and PgUp") == "i and I"
    assert in_words("e, then W[0,0] 10, and once more") == "e W[0,0] 10, and once more"
    assert in_words(": and 37/given goes to a place") == "g 37/given goes to a place"


def test_training_is_reset_to_its_start() -> None:
    talk = Talk(lesson("bias"), "t 10", "0", "t 3")
    assert talk.said[3].startswith("Back at the start.\n[1/13] iteration 0, given")
    assert talk.last.startswith("3 of 200 epochs, 3 iterations: paused.")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("S", "S needs NAME=VALUES — compare runs side by side: learning_rate=0.05,0.5,5"),
        ("5g", "g needs PLACE"),
        ("3g given", "'3g given' is no command here"),
        ("30", "'30' is no command here"),
        ("3next", "did you mean 'next'?"),
        ("t nothing=1,2", "there is no sweep over 'nothing'"),
        ("foo", "'foo' is no command here"),
        ("i x", "error: "),
        ("g backward:nobody", "'nobody' has no backward step"),
        ("e", "e needs NAME VALUE — change a value: w1 0.9"),
        ("e nobody 1", "'nobody' is no given value"),
        ("e activation r2", "unknown activation 'r2' — known are identity"),
        ("t 0", "no number of epochs"),
        ("b", "no command here"),
        ("\x1b[A", "no command here"),
    ],
)
def test_what_cannot_be_done_is_said(line: str, answer: str) -> None:
    talk = Talk(lesson("bias", "forward:z"), line)
    assert talk.last.startswith("error: ")
    assert answer in talk.last.replace("\n", " ")
    assert talk.code == 0


def test_a_cell_that_is_not_there_is_told_from_a_step_without_cells() -> None:
    talk = Talk(lesson("xor-hidden", "given"), "c", "c 1,1", "g forward:Z1", "c 9,9", "c a")
    assert talk.said[1] == talk.said[2]
    assert "no matrix at this step" in talk.said[2]
    assert "error: no cell [9, 9] — the shape is 3×4" in talk.said[4]
    assert "error: 'a' is no cell" in talk.said[5]


def test_every_command_listed_is_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One of them may write a file.
    monkeypatch.chdir(tmp_path)
    listed = re.findall(r"^  (\S+?):? ", Talk(lesson("bias"), "?").last, re.MULTILINE)
    assert {"n", "p", "g", "i", "e", "c", "t", "x", "o", "d", "v", "q", "?"} <= set(listed)
    for word in set(listed) - {"Enter", "g", "i", "e", "t", "q"}:
        assert "no command" not in Talk(lesson("bias", "backward:b"), word).last


def test_a_command_of_the_walk_is_listed_or_no_command_here() -> None:
    talk = Talk(lesson("bias"), "?")
    for command in commands_of(Screen.STUDY):
        if f": {in_words(command.title)} " not in " ".join(talk.last.split()):
            assert command.linear is None
            assert "no command here" in Talk(lesson("bias"), command.keys[0]).last
    assert ": reset to the same start" in talk.last
    assert ": open the next lesson" in talk.last


def test_a_number_before_a_word_counts_as_before_its_key() -> None:
    talk = Talk(lesson("bias"), "20t", "3i", "i")
    assert talk.said[2].startswith("20 of 200 epochs, 20 iterations: paused.")
    heads = [text.split("\n")[0] for text in talk.said[3:]]
    assert heads == [f"[1/13] iteration {n}, given" for n in (2, 3)]


def test_the_library_opens_lessons_by_number_and_id() -> None:
    shelf = Session(library=library_of(shipped_lessons_folder()))
    talk = Talk(shelf, "6", "l", "nobody", "xor-hidden", "n", "q")
    assert "bias: The bias to the rescue" in talk.said[0]
    assert talk.said[1].startswith("06 The bias to the rescue")
    assert talk.said[3].startswith("error: there is no lesson 'nobody'")
    assert talk.last.startswith("[1/")
    assert Talk(shelf, "6", "next").last.startswith("07 ")


def test_keys_are_pressed_before_the_talk_and_the_place_is_saved_after_it() -> None:
    talk = Talk(lesson("bias"), "n", keys="3n x t")
    assert talk.said[0] == "Training; Ctrl-C stops it."
    assert [session.step for session in talk.saved][-1:] == [4]
    assert Talk(lesson("bias"), "q", "n").said[1:] == []


def test_the_place_in_a_lesson_is_saved_as_it_is_left_and_none_where_it_was_only_opened() -> None:
    shelf = Session(library=library_of(shipped_lessons_folder()))
    talk = Talk(shelf, "6", "n", "n", "l", "xor-hidden", "l", "1", "next")
    assert [(session.lesson.id, session.step) for session in talk.saved] == [("bias", 2)]


def test_a_lesson_file_that_broke_is_told(tmp_path: Path) -> None:
    (tmp_path / "01-broken.md").write_text("nothing\n")
    talk = Talk(Session(library=library_of(tmp_path)), "1")
    assert talk.last.startswith("error: ")


def test_given_matrices_are_told_row_by_row() -> None:
    text = Talk(lesson("xor-hidden", "given")).last
    assert "\n   W₁, 3×2:\n     row 0: −0.7026, −0.7519\n     row 1: −0.4512, 0.7507\n" in text
    assert "\n   Y, 1×4: 0, 1, 1, 0\n" in text
    assert Talk(lesson("xor-hidden", "given"), chars=ASCII).last.count("row 0:") == 2


def test_f_tells_the_next_picture_and_nothing_else() -> None:
    start = lesson("learning-rate", "backward:w")
    titles = [dict(wish.options)["title"] for wish in start.lesson.pictures]
    heads = [f"  picture {n} of {len(titles)}: {title}" for n, title in enumerate(titles, start=1)]
    talk = Talk(start, *["f"] * len(titles), "n", "0.66")
    assert heads[0] in talk.said[0].split("\n")
    assert [text.split("\n")[0] for text in talk.said[1:]] == [
        *heads[1:],
        "No picture now; f tells the first one again.",
        "[9/9] iteration 0, update w",
        "Right.",
    ]
    assert "now: w 0.5, L 0.32, slope −0.32" in talk.said[1]
    assert heads[1] in talk.last.split("\n")


@pytest.mark.slow
def test_a_picture_that_waits_for_times_gets_them() -> None:
    talk = Talk(lesson("cost", "step:2"), "f")
    assert re.search(r"^    +10 +[\d.]+ [mµ]?s +[\d.]+ [mµ]?s ", talk.last, re.MULTILINE)


def test_without_pictures_f_says_so() -> None:
    assert Talk(lesson("neuron", "given"), "f").last == "This lesson has no pictures."


def test_what_a_change_has_changed_is_told_with_what_it_was() -> None:
    text = Talk(lesson("neuron", "step:4"), "e w1=0.37").last
    assert re.search(r"values: .*w₁=0\.37 \(own 0\.\d+\)", text)


@pytest.mark.parametrize(
    ("name", "lines", "task"),
    [
        ("softmax", ("e u -0.7",), "steepest"),
        ("softmax", ("e learning_rate 10", "t 100"), "quick"),
        ("learning-rate", ("e learning_rate 6.25",), "one-step"),
        ("why-x-transpose", ("e G[0,0] 5", "e G[0,1] -3"), "orthogonal"),
        ("optimisers", ("i 2",), "rolls-on"),
    ],
)
def test_a_task_is_judged_and_kept_after_every_command(
    name: str, lines: tuple[str, ...], task: str
) -> None:
    talk = Talk(lesson(name, "given"), *lines)
    assert "Task done: " in talk.last
    assert KeepAttempt(name, f"task:{task}", "done", True, None) in talk.kept


def test_near_misses_are_told_once_the_tasks_were_read() -> None:
    told = Talk(lesson("softmax", "given"), "z", "e u -3").last
    assert "ot yet: what is asked for is " in told.replace("\n", " ")
    elsewhere = Talk(
        lesson("why-x-transpose", "given"), "z", "e V[0,0] 9", "e G[0,0] 5", "e G[0,1] -3"
    )
    assert "reached, but not counted with V changed" in elsewhere.last.replace("\n", " ")


def test_a_sum_runs_over_examples_only_where_the_graph_has_them() -> None:
    told = Talk(lesson("softmax", "given"), "g backward:s").last
    assert "over rows of" in told
    assert "examples" not in told
    assert "over examples of" in Talk(lesson("xor-hidden", "given"), "g backward:b2").last


def test_a_variant_without_pictures_says_that_the_lesson_has_them() -> None:
    talk = Talk(lesson("optimisers", "given", variant="Adam"), "f")
    assert talk.last.startswith("This variant has no pictures")


def test_a_place_left_while_training_says_so_and_is_not_overwritten_by_looking() -> None:
    left = pressed(lesson("bias", at="forward:z"), parse_keys("20t"))
    talk = Talk(said(left, "Trained again as you left it; Esc leads to the walk."))
    assert talk.said[0].startswith("Trained again as you left it.\n20 of 200 epochs")
    assert "forward z" in talk.last
    assert talk.saved == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bias", "as b 1; then R takes all changes back. t trains. (In lines: e b 1.)"),
        ("and-or", "t trains, and V chooses the variant OR. (In lines: e NAME VALUE.)"),
        ("xor-one-neuron", "half wrong. (In lines: e W[0,0] 5, e W[0,1] -5.)"),
        ("train-or", "flat there as well? (In lines: nothing for y of the Train screen.)"),
        ("train-or", "has notes of its own. (In lines: i ITERATION.)"),
        ("xor-hidden", "draws its line. (In lines: nothing for w of the Train screen.)"),
        ("optimisers", "(In lines: S beta=0,0.5,0.9.)"),
    ],
)
def test_a_closing_page_says_where_a_key_of_the_screens_stands_what_lines_take(
    name: str, told: str
) -> None:
    page = " ".join(Talk(lesson(name), "z").last.split())
    assert told in page
    # Keys that are the same in lines need no word.
    assert "(In lines" not in Talk(lesson("cost"), "z").last


def test_no_line_of_the_list_of_commands_is_wider_than_a_terminal() -> None:
    told = Talk(lesson("bias"), "?").last
    assert max(map(len, told.splitlines())) <= 80
    assert "redo: do the undone change again" in told


def test_an_opening_page_names_what_lines_take_in_place_of_arrows() -> None:
    told = whole(lesson("neuron"), UNICODE)
    assert "Press Enter for the next step, p to go back." in " ".join(told.split())


def test_no_sentence_of_a_line_is_wider_than_a_terminal() -> None:
    for name in ("learning-rate", "or-vectorised", "xor-one-neuron"):
        talk = Talk(lesson(name), "t 20", "S learning_rate=0.1,1", "z")
        for told in talk.said:
            assert max(map(len, told.splitlines())) <= 80, told
    assert "Half of the fall is done by" in " ".join(" ".join(talk.said).split())
