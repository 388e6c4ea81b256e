"""The commands and their arguments; each command's work is imported when it runs."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shlex
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, NoReturn

from gdtutor import __version__
from gdtutor.cli.shell import print_lines, raise_interrupts
from gdtutor.drive.background import heard
from gdtutor.engine.characters import pictured
from gdtutor.session.digits import MAX_DIGITS
from gdtutor.values import Struct
from gdtutor.view.frame import CHARACTERS

EXERCISE_KINDS = (
    "forward", "local", "contribution", "sum", "shape", "update", "softmax", "product",
)  # fmt: skip
"""The kinds of `practice`, as `practice/templates.py` has them."""

PLAY = "play:"
"""What a LESSON begins with that is the playground: `play:--data spiral --layers 2-4-1`."""
SPIN = "18"
"""For how many cycles, as a power of two, a thread of NumPy's products that has none to do keeps
its core busy: 0.1 ms, as between two products of one step. By itself it is 2**26, a fortieth of a
second from which the start, and the screens beside a training, have one core less."""


class Subcommand(Struct, frozen=True):
    """One command of the command line."""

    name: str
    """Empty for opening the app."""
    summary: str
    """What it does, in one line."""
    arguments: Callable[[argparse.ArgumentParser], None]
    """Declares its arguments."""
    module: str
    """The module of `gdtutor.cli` whose `run` does it, and returns the exit code unless it is 0."""
    opens_screens: bool = False
    """Whether it hears of Ctrl-C by itself."""
    computes: bool = False
    """Whether all of it is computed in a thread, while signals are heard."""
    is_for_many: bool = False
    """Whether it computes for many at once: threads of a product would wait for those of others."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it and return the exit code."""
        # Both are read by NumPy as it is imported.
        os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", SPIN)
        if self.is_for_many:
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        run: Callable[[argparse.Namespace], int | None]
        run = import_module(f"gdtutor.cli.{self.module}").run
        if not self.opens_screens:
            raise_interrupts()
        code = heard(lambda: run(arguments)) if self.computes else run(arguments)
        return code or 0


class _ArgumentParser(argparse.ArgumentParser):
    """A parser whose messages repeat what was typed with its control characters as pictures."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with exit code 2."""
        super().error(pictured(message))

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help and version; argparse itself passes over output that cannot be written to."""
        if file is sys.stdout:
            print_lines([message.removesuffix("\n")])
        else:
            super()._print_message(message, file)


def parser_of(command: Subcommand) -> argparse.ArgumentParser:
    """Return the parser of one command; abbreviated options are refused."""
    prog = f"gdtutor {command.name}".strip()
    epilog = None
    if not command.name:
        others = "\n".join(f"  {c.name:<14}{c.summary}" for c in COMMANDS if c.name)
        epilog = f"other commands (each with its own --help):\n{others}"
    parser = _ArgumentParser(
        prog=prog,
        description=command.summary,
        epilog=epilog,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.arguments(parser)
    return parser


def parsed(line: str) -> argparse.Namespace:
    """Return the arguments of a command line that was kept or shared: of the app, or of `play`.

    Raises:
        ValueError: It cannot be parsed; nothing is printed of why.
    """
    opens = COMMANDS[0] if not is_play(line) else next(c for c in COMMANDS if c.name == "play")
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            return parser_of(opens).parse_args(_after_call(line)[bool(opens.name) :])
        except SystemExit as error:
            raise ValueError(line) from error


def is_play(line: str) -> bool:
    """Say whether a command line, however it calls the program, opens the playground."""
    return _after_call(line)[:1] == ["play"]


def _after_call(line: str) -> list[str]:
    """Return the words of a command line behind those that call the program, one or
    `python -m gdtutor`."""
    words = shlex.split(line)
    return words[3:] if words[1:3] == ["-m", "gdtutor"] else words[1:]


Arguments = argparse._ActionsContainer
"""What options are declared in: a parser, or a group of it."""


def _flag(parser: Arguments, name: str, told: str, dest: str | None = None) -> None:
    """Declare an option that is given or not."""
    parser.add_argument(name, action="store_true", dest=dest, help=told)


def _word(parser: Arguments, name: str, metavar: str, told: str, default: str = "") -> None:
    """Declare an option, or an argument that may be left out, with a text."""
    more: dict[str, Any] = {} if name.startswith("-") else {"nargs": "?"}
    parser.add_argument(name, metavar=metavar, default=default, help=told, **more)


def _count(parser: Arguments, name: str, told: str, default: int | None = None) -> None:
    """Declare an option with a whole number from 1 up."""
    parser.add_argument(name, type=positive_number, metavar="N", default=default, help=told)


def _number(
    parser: Arguments, name: str, metavar: str, told: str, default: int | None = None
) -> None:
    """Declare an option with a whole number from 0 up."""
    parser.add_argument(name, type=whole_number, metavar=metavar, default=default, help=told)


def _lesson(parser: Arguments) -> None:
    parser.add_argument("lesson", metavar="LESSON", help="an id, the number of its file, or a path")


def _json(parser: Arguments) -> None:
    _flag(parser, "--json", "print JSON for other programs")


def _at(parser: Arguments) -> None:
    _word(parser, "--at", "SEL", "a place, as 37/backward:W1[0,1], update:b, step:12 or 12")


def _place(parser: Arguments) -> None:
    _at(parser)
    _start(parser)


def _changes(parser: Arguments) -> None:
    parser.add_argument(
        "--set", metavar="[ITER:]NAME=VALUE", action="append", default=[], dest="changes",
        help="change a value from an iteration on; may be given several times",
    )  # fmt: skip


def _start(parser: Arguments) -> None:
    _changes(parser)
    _number(parser, "--seed", "N", "start from another seed")
    _word(parser, "--variant", "NAME", "a variant of the lesson")


def _look(parser: Arguments) -> None:
    _number(parser, "--example", "K", "the column of the batch that is followed, from 0", 0)
    told = "lines that show their elementary operations, or all"
    _word(parser, "--unfold", "NODE,…", told)
    _number(parser, "--fold", "T", "the count t = T of a repetition that is walked alone")
    parser.add_argument("--digits", type=digits, metavar="N", help="significant digits")
    _chars(parser)


def _chars(parser: Arguments) -> None:
    told = "the characters that are drawn with"
    parser.add_argument("--chars", choices=tuple(CHARACTERS), help=told)


def _out(parser: Arguments) -> None:
    _word(parser, "--out", "FILE", "write it to a file")


def whole_number(text: str, least: int = 0) -> int:
    """Read a whole number, from the least one up."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) >= least):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {least} up")
    return int(text)


positive_number = partial(whole_number, least=1)


def digits(text: str) -> int:
    """Read a number of significant digits."""
    number = whole_number(text)
    if not 1 <= number <= MAX_DIGITS:
        raise argparse.ArgumentTypeError(f"must be from 1 to {MAX_DIGITS}")
    return number


def colours(text: str) -> str:
    """Check how many colours, and which background, are asked for."""
    # What is known is known to the screens; no other command needs them.
    from gdtutor.paint.colours import colour_words

    try:
        colour_words(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _open(parser: Arguments) -> None:
    told = "an id, the number of a file, a path, or a folder of lessons; the library without"
    _word(parser, "lesson", "LESSON|FOLDER", told)
    _place(parser)
    _look(parser)
    _flag(parser, "--predict", "hide each next value and ask for it")
    _flag(parser, "--from-start", "begin at the start of the lesson, not where it was left")
    _shown(parser)
    parser.add_argument("--version", action="version", version=f"gdtutor {__version__}")


def _shown(parser: Arguments) -> None:
    told = "a conversation in plain lines, for screen readers, dumb terminals and pipes"
    _flag(parser, "--linear", told)
    _terminal(parser)
    _flag(parser, "--no-save", "neither keep places nor use them")


def is_rehearsed(arguments: argparse.Namespace) -> bool:
    """Say whether the arguments of `gdtutor` name a place, changes or keys: links and
    demonstrations show the same to everyone, whatever is remembered.
    """
    return bool(arguments.at or arguments.changes or arguments.keys)


def _terminal(parser: Arguments) -> None:
    _keys(parser, "at the start")
    _painted(parser)


def _painted(parser: Arguments) -> None:
    parser.add_argument(
        "--color", type=colours, metavar="COLORS",
        help="how many colours the terminal shows: auto, truecolor, 256, 16 or none; and its "
        "background, where it does not say: light or dark; or both, as 256,light",
    )  # fmt: skip
    _count(parser, "--fps", "paints a second while training")
    _flag(parser, "--no-mouse", "leave the mouse to the terminal")


def _keys(parser: Arguments, when: str) -> None:
    told = (
        f"keys to press {when}, as '5n x t': a count and a character or a name "
        "(enter, esc, pgdn, ctrl+r) each; other tokens are typed, as in 'e w1=0.9 enter', and so "
        "is what follows a quote, were it the name of a key; space types a blank, as in 'e w1 "
        "space 0.9 enter'"
    )
    _word(parser, "--keys", "KEYS", told)


def _watch(parser: Arguments) -> None:
    parser.add_argument("lesson", metavar="FILE", help="the lesson file")
    _place(parser)
    _look(parser)
    _terminal(parser)


def _list(parser: Arguments) -> None:
    _word(parser, "folder", "FOLDER", "a folder of lessons")
    _json(parser)


def _transcript(parser: Arguments) -> None:
    _lesson(parser)
    _count(parser, "--iterations", "how many iterations", 1)
    _place(parser)
    _look(parser)
    _json(parser)


def _train(parser: Arguments) -> None:
    _lesson(parser)
    _count(parser, "--epochs", "train so many epochs")
    _place(parser)
    _json(parser)
    told = "several runs side by side, as learning_rate=0.05,0.5,5"
    _word(parser, "--sweep", "NAME=VALUE,…", told)
    parser.add_argument("--csv", metavar="FILE", help="write epoch, cost, validation to a file")
    _flag(parser, "--show-plan", "print the compiled source instead of training")


def _play(parser: Arguments) -> None:
    # Only this command needs the playground's table, and what that needs.
    from gdtutor.play.options import OPTIONS

    for row in OPTIONS:
        parser.add_argument(f"--{row.flag}", metavar=row.metavar, help=row.says.replace("%", "%%"))
    told = "a lesson file that the playground has written, to go on with"
    _word(parser, "lesson", "FILE", told)
    _at(parser)
    _changes(parser)
    _look(parser)
    _flag(parser, "--json", "train without a screen, and print JSON as train does")
    _shown(parser)
    parser.set_defaults(csv="", variant="", predict=False)


def _check(parser: Arguments) -> None:
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", default=[],
        help="lesson files, or folders of lessons; the shipped lessons without",
    )  # fmt: skip
    _json(parser)


def size(text: str) -> tuple[int, int]:
    """Read a size in columns and rows, as 80x24."""
    columns, sign, rows = text.lower().partition("x")
    if not sign:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write 80x24")
    width, height = positive_number(columns), positive_number(rows)
    if width > 1000 or height > 1000:
        raise argparse.ArgumentTypeError("at most 1000 columns and 1000 rows")
    return width, height


def _shot(parser: Arguments) -> None:
    _lesson(parser)
    _place(parser)
    _look(parser)
    _keys(parser, "before it")
    parser.add_argument(
        "--size", type=size, metavar="COLUMNSxROWS", default=(80, 24), help="of the screen; 80x24"
    )
    parser.add_argument(
        "--format", choices=("text", "svg"),
        help="plain text or a picture; else the name of the file decides",
    )  # fmt: skip
    parser.add_argument(
        "--color", choices=("truecolor", "256", "16", "none"), default="truecolor",
        help="the colours of an SVG",
    )  # fmt: skip
    where = parser.add_mutually_exclusive_group()
    _out(where)
    _word(where, "--all-steps", "DIR", "write every step of the iteration to a file in a folder")


def _new(parser: Arguments) -> None:
    told = "its name, as my-lesson or course/27-my-lesson.md; nothing is overwritten"
    parser.add_argument("name", metavar="NAME", help=told)


def _export(parser: Arguments) -> None:
    _lesson(parser)
    _out(parser)
    _count(parser, "--iterations", "how many iterations are held against the walk; 2", 2)
    told = (
        "layer classes and a training loop, for a network of layers W @ A + b that plain "
        "gradient descent trains: sgd, full batches, a constant rate, nothing held back or frozen"
    )
    _flag(parser, "--classes", told)
    told = "a lesson file in place of a script, with --rows or --columns"
    _flag(parser, "--lesson", told, dest="as_lesson")
    way = parser.add_mutually_exclusive_group()
    _flag(way, "--rows", "tell it with examples as rows: X @ W + b")
    _flag(way, "--columns", "tell it with examples as columns: W @ X + b")
    _start(parser)
    parser.set_defaults(at="")


def _judge(parser: Arguments) -> None:
    _lesson(parser)
    parser.add_argument("file", metavar="FILE.py", help="the program")
    told = "write a program to fill in: the given values, and a blank for every name"
    _flag(parser, "--new", told)
    _flag(parser, "--layers", "write blanks of the layer classes instead")
    _flag(parser, "--watch", "judge at every save, on a screen beside the editor")
    _flag(parser, "--linear", "watch in plain lines, until Ctrl-C")
    _chars(parser)
    _painted(parser)
    _count(parser, "--seconds", "how long the program may take; 10", 10)
    parser.add_argument(
        "--class", dest="to_class", metavar="NAME@HOST[:PORT]", default="",
        help="tell a class how many names are right and which departs first, as your own machine "
        "says; it asks for the join code",
    )  # fmt: skip
    _fingerprint(parser)
    _json(parser)


def _practice(parser: Arguments) -> None:
    # The kinds are known where exercises are made, which nothing else needs.
    parser.add_argument(
        "--kind", choices=EXERCISE_KINDS, default="", metavar="KIND",
        help=f"one kind alone: {', '.join(EXERCISE_KINDS)}",
    )  # fmt: skip
    _count(parser, "--count", "how many; without end otherwise")
    _number(parser, "--seed", "N", "the same exercises every time, however they are answered")
    _json(parser)


def _worksheet(parser: Arguments) -> None:
    _word(parser, "lesson", "LESSON", "a lesson, whose walk has blanks where values go")
    _flag(parser, "--practice", "exercises instead")
    told = "how many exercises, 10 otherwise; or steps of the walk, all otherwise"
    _count(parser, "--count", told)
    _number(parser, "--seed", "N", "of the numbers; 0", 0)
    _flag(parser, "--solutions", "the same sheet with its answers")
    parser.add_argument(
        "--format", choices=("text", "markdown", "svg"),
        help="plain text, Markdown, or SVG in two columns; else the name of the file decides",
    )  # fmt: skip
    told = "the size of an SVG page; a4"
    parser.add_argument("--paper", choices=("a4", "letter"), default="a4", help=told)
    _out(parser)


def _class(parser: Arguments) -> None:
    told = (
        "an id, the number of a file, a path, a folder of lessons, or a file of stops; the "
        "library without"
    )
    _word(parser, "lesson", "LESSON|FOLDER|STOPS.toml", told)
    told = (
        "where students come from: 127.0.0.1, this machine alone, where it is not given; "
        "0.0.0.0 for everyone who can reach it"
    )
    _word(parser, "--listen", "ADDRESS", told, "127.0.0.1")
    parser.add_argument("--port", type=port, metavar="N", default=8022, help="the port; 8022")
    told = "the join code, 6 to 64 characters; six digits are drawn without"
    _word(parser, "--code", "WORD", told)
    _word(parser, "--name", "TITLE", "what the class is called", "class")
    _word(parser, "--record", "FILE", "keep attendance and answers in a file")
    _place(parser)
    _look(parser)
    _flag(parser, "--predict", "hide each next value and ask the class for it")
    _terminal(parser)
    parser.set_defaults(no_save=True, from_start=True)


def _talk(parser: Arguments) -> None:
    parser.add_argument(
        "file", metavar="STOPS.toml",
        help="a file of stops, each with a link as k prints it, perhaps a note and minutes",
    )  # fmt: skip
    _chars(parser)
    _terminal(parser)


def _join(parser: Arguments) -> None:
    told = "your name, and the machine of the class; 8022"
    parser.add_argument("where", metavar="NAME@HOST[:PORT]", help=told)
    told = (
        "show the speaker's notes, as gdtutor notes does; it asks for the teacher's secret, "
        "which gdtutor notes shows where the class runs, and for no name"
    )
    _flag(parser, "--notes", told)
    _fingerprint(parser)
    _chars(parser)
    _terminal(parser)


def _fingerprint(parser: Arguments) -> None:
    told = "the host key's, as the teacher's screen shows it; asked for without"
    _word(parser, "--fingerprint", "SHA256:…", told)


def _notes(parser: Arguments) -> None:
    """Declare no argument: one talk is given at a time."""


def _class_report(parser: Arguments) -> None:
    parser.add_argument("file", metavar="FILE", help="what gdtutor class --record has written")
    _flag(parser, "--csv", "CSV: a row for each question, answer, program, presence")


def port(text: str) -> int:
    """Read the number of a port; 0 takes one that is free."""
    number = whole_number(text)
    if number > 65535:
        raise argparse.ArgumentTypeError("ports are from 0 to 65535")
    return number


def _progress(parser: argparse.ArgumentParser) -> None:
    told = "an id, the number of its file, or a path; every lesson without"
    parser.add_argument("words", metavar="LESSON", nargs="*", help=told)
    parser.usage = "%(prog)s [LESSON] [--json]\n       %(prog)s reset LESSON [--json]"
    _json(parser)


COMMANDS: tuple[Subcommand, ...] = (
    Subcommand("", "Step through gradient descent in the terminal, then train.", _open, "open_app",
               opens_screens=True),
    Subcommand("list", "List the lessons.", _list, "list_lessons"),
    Subcommand("transcript", "Print every step of a lesson as plain text.", _transcript,
               "transcribe", computes=True),
    Subcommand("train", "Train a lesson at full speed, without the screens.", _train, "train"),
    Subcommand("play", "Play with a network of your own, without a file.", _play, "play",
               opens_screens=True),
    Subcommand("check", "Check lessons: format, gradients, training, fit.", _check,
               "check_lessons", computes=True),
    Subcommand("shot", "Print or write a screen as text or SVG.", _shot, "shoot", computes=True),
    Subcommand("export", "Write a lesson as a script in NumPy alone.", _export, "export_lesson",
               computes=True),
    Subcommand("judge", "Compare your own program with the walk, by name.", _judge,
               "judge_program"),
    Subcommand("practice", "Do small exercises, judged by the engine.", _practice,
               "practise_exercises"),
    Subcommand("worksheet", "Write exercises or a walk with blanks for paper.", _worksheet,
               "write_worksheet"),
    Subcommand("new", "Write a commented lesson to begin with.", _new, "new"),
    Subcommand("watch", "Open a lesson and follow its file as you save it.", _watch, "watch",
               opens_screens=True),
    Subcommand("class", "Teach a class: students follow your screen over SSH.", _class, "teach",
               opens_screens=True, is_for_many=True),
    Subcommand("join", "Follow a class with your own gdtutor.", _join, "join", opens_screens=True),
    Subcommand("talk", "Give a talk: a file of stops, without a class.", _talk, "talk",
               opens_screens=True),
    Subcommand("notes", "Show a speaker's notes, in a second terminal.", _notes, "speaker_notes"),
    Subcommand("class-report", "Print what a class has answered, kept by class --record.",
               _class_report, "report_class"),
    Subcommand("progress", "Show what is remembered, or forget a lesson.", _progress,
               "show_progress"),
)  # fmt: skip
"""Every command; the first one is the app."""
