"""A question that a class is asked, the teacher's own as well, its answers, and their spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from gdtutor.engine.characters import cut_short, pictured
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.conditions import parse_condition
from gdtutor.lesson.model import Choice
from gdtutor.session.answers import ShortAnswerError, read_number, read_shape, read_sign
from gdtutor.session.asking import challenge_at, read_choice
from gdtutor.session.challenge import Ask, Challenge
from gdtutor.session.predict import judged
from gdtutor.session.state import Session, Walk, current_step
from gdtutor.values import Struct, field, replace
from gdtutor.view.asking import choice_text, question_text
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE, Chars

LONGEST = 24
"""Cells of an answer as it is shown."""
RIGHT, OTHER, SHORT = "right", "another answer", "right, with too few digits"
CHOSEN_RIGHT = " (right)"
ASK = "Enter asks, Esc leaves: value, sign, shape, next; QUESTION | no | *right"
ABOUT_NEXT = {"value": Ask.VALUE, "sign": Ask.SIGN, "shape": Ask.SHAPE, "next": Ask.NEXT}
"""What is asked about the step that comes next, by the word for it."""
_HINT = "write value, sign, shape or next, or a question and its choices after strokes"
_RIGHT, _WRONG = parse_condition("0 == 0"), parse_condition("0 == 1")


Spread = Sequence[tuple[str, int]]
"""How often each verdict was given."""


def question_called(name: str) -> str:
    """Return a question's name; those of the program name iteration 0 as well."""
    return name.removeprefix("0/")


class ToldVerdict(Struct, frozen=True):
    """How a student's own program does in a lesson, as their own machine has judged it."""

    lesson: str
    right: int
    """How many names are right, of so many that are asked for."""
    asked: int
    first: str
    """The first name that departs; empty where none does."""
    slip: str
    """What explains it; empty where nothing does."""


class Reply(Struct, frozen=True):
    """One student's answer."""

    text: str
    """As it was typed, with its control characters pictured, cut to `LONGEST`."""
    verdict: str
    """`RIGHT`, the name of a slip, `SHORT` or `OTHER`."""


class Poll(Struct, frozen=True, eq=False):
    """A question that is everyone's."""

    challenge: Challenge
    asked: Walk
    """The class's session as it was asked: answers are judged there, wherever the teacher is."""
    replies: Mapping[str, Reply] = field(default_factory=dict)
    """The last answer of each seat that is judged, by name."""
    pending: Mapping[str, str] = field(default_factory=dict)
    """What was entered since and waits to be judged, by name."""
    is_open: bool = True
    is_revealed: bool = False
    """Whether the class has gone on to the answer, which was no one's to know before."""

    @property
    def is_done(self) -> bool:
        """Whether it is closed, and every answer judged."""
        return not self.is_open and not self.pending

    @property
    def is_of_choices(self) -> bool:
        """Whether one of a few answers is asked for, which are counted as they are."""
        return bool(self.challenge.choices) or self.challenge.ask is Ask.SIGN

    @property
    def name(self) -> str:
        """The question as the progress store knows it."""
        return self.challenge.name

    @property
    def question(self) -> tuple[str, str]:
        """What is asked, in which lesson: asked again, now or later, it is a further round."""
        return self.asked.lesson.id, question_called(self.name)

    def read(self, chars: Chars = UNICODE) -> tuple[str, ...]:
        """Return the question, then its choices, as the learner reads them."""
        context, challenge = context_of(self.asked, chars), self.challenge
        if context is None:
            return (challenge.text or self.name, *(choice.text for choice in challenge.choices))
        choices = (choice_text(context, choice) for choice in challenge.choices)
        return (question_text(context, challenge), *choices)

    def has_answer(self, name: str) -> bool:
        """Tell whether a seat has given an answer, judged or not."""
        return name in self.replies or name in self.pending

    def answer_of(self, name: str) -> str:
        """Return the answer of a seat that counts; empty where it gave none."""
        if name in self.pending:
            return shown(self.pending[name])
        return self.replies[name].text if name in self.replies else ""

    def told(self, name: str) -> str:
        """Return what a seat is told of its answer; empty where it gave none, or another since.

        Nothing is told before the class has gone on to the answer.
        """
        reply = self.replies.get(name)
        if reply is None or name in self.pending or not self.is_revealed:
            return ""
        verdict = "not right" if reply.verdict == OTHER else reply.verdict
        return f"Your answer {reply.text}: {verdict}."


def shown(text: str) -> str:
    """Return an answer as it is shown."""
    return cut_short(pictured(text.strip()), LONGEST)


def judged_answer(poll: Poll, text: str, *, explains: bool = True) -> Reply | GdTutorError:
    """Return an answer as the engine judges it, or why it is none of the kind asked for.

    A choice is kept as it is read, however it was typed.

    Args:
        poll: The question.
        text: The answer.
        explains: Whether it is looked for what slip a wrong one comes from.
    """
    try:
        wrong = judged(poll.asked, poll.challenge, text, explains=explains)
    except ShortAnswerError:
        # It is told with the other verdicts: saying so at once would say what is right.
        return Reply(shown(text), SHORT)
    except GdTutorError as error:
        return error
    verdict, choices = RIGHT, poll.challenge.choices
    if choices:
        text = poll.read()[1 + choices.index(read_choice(text, choices))]
    elif poll.challenge.ask is Ask.SIGN:
        text = "0+-"[read_sign(text)]
    if wrong is not None:
        verdict = wrong.fits[0].slip.value if wrong.fits else OTHER
    return Reply(shown(text), verdict)


def with_judged(poll: Poll, text: str, found: Reply | GdTutorError) -> Poll:
    """Return a question with what an answer has come to, for all who have given it."""
    pending = {name: waits for name, waits in poll.pending.items() if waits != text}
    given = {name: found for name in poll.pending if name not in pending}
    replies = {name: reply for name, reply in given.items() if isinstance(reply, Reply)}
    return replace(poll, pending=pending, replies={**poll.replies, **replies})


def rounds_before(polls: Sequence[Poll], poll: Poll) -> list[Poll]:
    """Return the earlier rounds of a question of a class, the first one first."""
    return [one for one in polls[: polls.index(poll)] if one.question == poll.question]


def round_of(polls: Sequence[Poll], poll: Poll) -> str:
    """Return which round of its question one is, as `round 2`; empty for the first one."""
    number = len(rounds_before(polls, poll)) + 1
    return f"round {number}" if number > 1 else ""


def spread(poll: Poll) -> Spread:
    """Return how often each verdict was given: right first, slips by how many, others last.

    Of a question with choices, or of a sign, how often each was given, with a word at the right
    one.
    """
    return tuple((verdict, len(names)) for verdict, names in answerers(poll))


def given(poll: Poll) -> Spread:
    """Return how often each answer was given, without a word of which is right."""
    texts = [reply.text for reply in poll.replies.values()]
    counted = Counter(texts).items() if poll.is_of_choices else counted_answers(texts, poll.name)
    return tuple(sorted(counted, key=lambda row: (-row[1], row[0])))


def counted_answers(texts: Iterable[str], asked: str) -> Spread:
    """Return how often each answer was given, the most frequent first.

    Numbers of one value and shapes in any writing are the same answer, told as most have written
    it.

    Args:
        texts: The answers.
        asked: The question as the progress store knows it, which says whether of a shape.
    """
    is_shape = asked.endswith(f"?{Ask.SHAPE.value}")
    written: dict[object, Counter[str]] = {}
    for text in texts:
        written.setdefault(_meant(text, is_shape), Counter())[text] += 1
    rows = [(same.most_common(1)[0][0], same.total()) for same in written.values()]
    return tuple(sorted(rows, key=lambda row: -row[1]))


def _meant(text: str, is_shape: bool) -> object:
    """Return what an answer says, however it is written; the text where it is neither."""
    with suppress(GdTutorError):
        return read_shape(text) if is_shape else read_number(text).value
    return text


def answerers(poll: Poll) -> tuple[tuple[str, list[str]], ...]:
    """Return who gave each verdict in the same order, a number behind the name."""
    found: dict[str, list[str]] = {}
    for name, reply in poll.replies.items():
        if poll.is_of_choices:
            bar, told = reply.text + CHOSEN_RIGHT * (reply.verdict == RIGHT), name
        else:
            bar, told = reply.verdict, f"{name} {reply.text}"
        found.setdefault(bar, []).append(told)
    order = {RIGHT: 0, OTHER: 2}
    rows = sorted(found.items(), key=lambda row: (order.get(row[0], 1), -len(row[1]), row[0]))
    return tuple(rows)


def own_question(session: Session, text: str) -> Challenge:
    """Return the question that the teacher has typed, about where the walk stands.

    Raises:
        GdTutorError: For what is no question, and where none can be asked.
    """
    if not isinstance(session, Walk):
        raise GdTutorError("no lesson is open", "questions are about its steps")
    moment, word, before = session.moment, text.strip().lower(), session.challenge
    if "|" in text:
        step = current_step(session) or moment.steps[0]
        return _with_choices(text, challenge_at(moment, step, Ask.CHOICE, 0))
    if word not in ABOUT_NEXT:
        raise GdTutorError(f"'{pictured(text)}' is no question", _HINT)
    if before is not None and not before.choices:
        # Asked again, and what it is about is not known yet.
        return challenge_at(moment, before.step, ABOUT_NEXT[word], session.look.example)
    if session.step >= len(moment.steps):
        raise GdTutorError("this is the last step", "questions are about the next one")
    following = moment.steps[session.step]
    if not following.node:
        raise GdTutorError("the next step computes nothing", "go on by one")
    return challenge_at(moment, following, ABOUT_NEXT[word], session.look.example)


def _with_choices(text: str, asked: Challenge) -> Challenge:
    """Return a question with its choices, of which the one with a star is right."""
    question, *written = (pictured(part.strip()) for part in text.split("|"))
    right = [part for part in written if part.startswith("*")]
    words = [part.removeprefix("*").strip() for part in written]
    if not question or len(words) < 2 or len(right) != 1 or not all(words):
        raise GdTutorError("a question has two choices or more, one of them with a star", _HINT)
    choices = tuple(
        Choice(word, _RIGHT if part in right else _WRONG)
        for word, part in zip(words, written, strict=True)
    )
    return replace(asked, name=f"{asked.name} {question}", text=question, choices=choices)
