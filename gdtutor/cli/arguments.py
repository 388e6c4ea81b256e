"""The commands and their arguments; each command's work is imported when it runs."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any, NoReturn

from gdtutor import __version__
from gdtutor.cli.shell import print_lines, raise_interrupts
from gdtutor.drive.background import heard
from gdtutor.engine.characters import pictured
from gdtutor.session.digits import MAX_DIGITS
from gdtutor.values import Struct, field
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


Declares = Callable[[argparse._ActionsContainer], object]
"""Declares an argument, or several, of a parser or of a group of it."""


class Subcommand(Struct, frozen=True):
    """One command of the command line."""

    name: str
    """Empty for opening the app."""
    summary: str
    """What it does, in one line."""
    module: str
    """The module of `gdtutor.cli` whose `run` does it, and returns the exit code unless it is 0."""
    arguments: tuple[Declares, ...] = ()
    """What declare its arguments, in their order."""
    more: Mapping[str, object] = field(default_factory=dict)
    """Values of arguments that other commands have and it has not, where its module reads them."""
    usage: str | None = None
    """How it is called, where that is not what its arguments say by themselves."""
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
        # Off while modules are imported.
        gc.enable()
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
        usage=command.usage,
        description=command.summary,
        epilog=epilog,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for declare in command.arguments:
        declare(parser)
    parser.set_defaults(**command.more)
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


def size(text: str) -> tuple[int, int]:
    """Read a size in columns and rows, as 80x24."""
    columns, sign, rows = text.lower().partition("x")
    if not sign:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write 80x24")
    width, height = positive_number(columns), positive_number(rows)
    if width > 1000 or height > 1000:
        raise argparse.ArgumentTypeError("at most 1000 columns and 1000 rows")
    return width, height


def port(text: str) -> int:
    """Read the number of a port; 0 takes one that is free."""
    number = whole_number(text)
    if number > 65535:
        raise argparse.ArgumentTypeError("ports are from 0 to 65535")
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


def is_rehearsed(arguments: argparse.Namespace) -> bool:
    """Say whether the arguments of `gdtutor` name a place, changes or keys: links and
    demonstrations show the same to everyone, whatever is remembered.
    """
    return bool(arguments.at or arguments.changes or arguments.keys)


def _argument(name: str, **words: Any) -> Declares:
    return lambda parser: parser.add_argument(name, **words)


def _flag(name: str, told: str, dest: str | None = None) -> Declares:
    """Return what declares an option that is given or not."""
    return _argument(name, action="store_true", dest=dest, help=told)


def _word(name: str, metavar: str, told: str, default: str = "") -> Declares:
    """Return what declares an option, or an argument that may be left out, with a text."""
    more: dict[str, Any] = {} if name.startswith("-") else {"nargs": "?"}
    return _argument(name, metavar=metavar, default=default, help=told, **more)


def _count(name: str, told: str, default: int | None = None) -> Declares:
    """Return what declares an option with a whole number from 1 up."""
    return _argument(name, type=positive_number, metavar="N", default=default, help=told)


def _number(name: str, metavar: str, told: str, default: int | None = None) -> Declares:
    """Return what declares an option with a whole number from 0 up."""
    return _argument(name, type=whole_number, metavar=metavar, default=default, help=told)


def _one_of(*options: Declares) -> Declares:
    """Return what declares options of which one alone is given."""

    def declare(parser: argparse._ActionsContainer) -> None:
        group = parser.add_mutually_exclusive_group()
        for option in options:
            option(group)

    return declare


def _playground(parser: argparse._ActionsContainer) -> None:
    # Only this command needs the playground's table, and what that needs.
    from gdtutor.play.options import OPTIONS

    for row in OPTIONS:
        parser.add_argument(f"--{row.flag}", metavar=row.metavar, help=row.says.replace("%", "%%"))


def _keys(when: str) -> Declares:
    return _word(
        "--keys", "KEYS",
        f"keys to press {when}, as '5n x t': a count and a character or a name "
        "(enter, esc, pgdn, ctrl+r) each; other tokens are typed, as in 'e w1=0.9 enter', and so "
        "is what follows a quote, were it the name of a key; space types a blank, as in 'e w1 "
        "space 0.9 enter'",
    )  # fmt: skip


_LESSON = _argument("lesson", metavar="LESSON", help="an id, the number of its file, or a path")
_JSON = _flag("--json", "print JSON for other programs")
_AT = _word("--at", "SEL", "a place, as 37/backward:W1[0,1], update:b, step:12 or 12")
_SET = _argument(
    "--set", metavar="[ITER:]NAME=VALUE", action="append", default=[], dest="changes",
    help="change a value from an iteration on; may be given several times",
)  # fmt: skip
_START = (
    _SET,
    _number("--seed", "N", "start from another seed"),
    _word("--variant", "NAME", "a variant of the lesson"),
)
_CHARS = _argument("--chars", choices=tuple(CHARACTERS), help="the characters that are drawn with")
_LOOK = (
    _number("--example", "K", "the column of the batch that is followed, from 0", 0),
    _word("--unfold", "NODE,…", "lines that show their elementary operations, or all"),
    _number("--fold", "T", "the count t = T of a repetition that is walked alone"),
    _argument("--digits", type=digits, metavar="N", help="significant digits"),
    _CHARS,
)
_OUT = _word("--out", "FILE", "write it to a file")
_PAINTED = (
    _argument(
        "--color", type=colours, metavar="COLORS",
        help="how many colours the terminal shows: auto, truecolor, 256, 16 or none; and its "
        "background, where it does not say: light or dark; or both, as 256,light",
    ),
    _count("--fps", "paints a second while training"),
    _flag("--no-mouse", "leave the mouse to the terminal"),
)  # fmt: skip
_TERMINAL = (_keys("at the start"), *_PAINTED)
_SHOWN = (
    _flag("--linear", "a conversation in plain lines, for screen readers, dumb terminals and "
          "pipes"),
    *_TERMINAL,
    _flag("--no-save", "neither keep places nor use them"),
)  # fmt: skip
_FINGERPRINT = _word("--fingerprint", "SHA256:…", "the host key's, as the teacher's screen shows "
                     "it; asked for without")  # fmt: skip


COMMANDS: tuple[Subcommand, ...] = (
    Subcommand("", "Step through gradient descent in the terminal, then train.", "open_app", (
        _word("lesson", "LESSON|FOLDER", "an id, the number of a file, a path, or a folder of "
              "lessons; the library without"),
        _AT, *_START, *_LOOK,
        _flag("--predict", "hide each next value and ask for it"),
        _flag("--from-start", "begin at the start of the lesson, not where it was left"),
        *_SHOWN,
        _argument("--version", action="version", version=f"gdtutor {__version__}"),
    ), opens_screens=True),
    Subcommand("list", "List the lessons.", "list_lessons",
               (_word("folder", "FOLDER", "a folder of lessons"), _JSON)),
    Subcommand("transcript", "Print every step of a lesson as plain text.", "transcribe", (
        _LESSON, _count("--iterations", "how many iterations", 1), _AT, *_START, *_LOOK, _JSON,
    ), computes=True),
    Subcommand("train", "Train a lesson at full speed, without the screens.", "train", (
        _LESSON, _count("--epochs", "train so many epochs"), _AT, *_START, _JSON,
        _word("--sweep", "NAME=VALUE,…", "several runs side by side, as learning_rate=0.05,0.5,5"),
        _argument("--csv", metavar="FILE", help="write epoch, cost, validation to a file"),
        _flag("--show-plan", "print the compiled source instead of training"),
    )),
    Subcommand("play", "Play with a network of your own, without a file.", "play", (
        _playground,
        _word("lesson", "FILE", "a lesson file that the playground has written, to go on with"),
        _AT, _SET, *_LOOK,
        _flag("--json", "train without a screen, and print JSON as train does"),
        *_SHOWN,
    ), {"csv": "", "variant": "", "predict": False}, opens_screens=True),
    Subcommand("check", "Check lessons: format, gradients, training, fit.", "check_lessons", (
        _argument("paths", metavar="PATH", nargs="*", default=[],
                  help="lesson files, or folders of lessons; the shipped lessons without"),
        _JSON,
    ), computes=True),
    Subcommand("shot", "Print or write a screen as text or SVG.", "shoot", (
        _LESSON, _AT, *_START, *_LOOK, _keys("before it"),
        _argument("--size", type=size, metavar="COLUMNSxROWS", default=(80, 24),
                  help="of the screen; 80x24"),
        _argument("--format", choices=("text", "svg"),
                  help="plain text or a picture; else the name of the file decides"),
        _argument("--color", choices=("truecolor", "256", "16", "none"), default="truecolor",
                  help="the colours of an SVG"),
        _one_of(_OUT, _word("--all-steps", "DIR",
                            "write every step of the iteration to a file in a folder")),
    ), computes=True),
    Subcommand("export", "Write a lesson as a script in NumPy alone.", "export_lesson", (
        _LESSON, _OUT,
        _count("--iterations", "how many iterations are held against the walk; 2", 2),
        _flag("--classes", "layer classes and a training loop, for a network of layers W @ A + b "
              "that plain gradient descent trains: sgd, full batches, a constant rate, nothing "
              "held back or frozen"),
        _flag("--lesson", "a lesson file in place of a script, with --rows or --columns",
              dest="as_lesson"),
        _one_of(_flag("--rows", "tell it with examples as rows: X @ W + b"),
                _flag("--columns", "tell it with examples as columns: W @ X + b")),
        *_START,
    ), {"at": ""}, computes=True),
    Subcommand("judge", "Compare your own program with the walk, by name.", "judge_program", (
        _LESSON, _argument("file", metavar="FILE.py", help="the program"),
        _flag("--new", "write a program to fill in: the given values, and a blank for every name"),
        _flag("--layers", "write blanks of the layer classes instead"),
        _flag("--watch", "judge at every save, on a screen beside the editor"),
        _flag("--linear", "watch in plain lines, until Ctrl-C"),
        _CHARS, *_PAINTED, _count("--seconds", "how long the program may take; 10", 10),
        _argument("--class", dest="to_class", metavar="NAME@HOST[:PORT]", default="",
                  help="tell a class how many names are right and which departs first, as your own "
                  "machine says; it asks for the join code"),
        _FINGERPRINT, _JSON,
    )),
    Subcommand("practice", "Do small exercises, judged by the engine.", "practise_exercises", (
        _argument("--kind", choices=EXERCISE_KINDS, default="", metavar="KIND",
                  help=f"one kind alone: {', '.join(EXERCISE_KINDS)}"),
        _count("--count", "how many; without end otherwise"),
        _number("--seed", "N", "the same exercises every time, however they are answered"),
        _JSON,
    )),
    Subcommand("worksheet", "Write exercises or a walk with blanks for paper.", "write_worksheet", (
        _word("lesson", "LESSON", "a lesson, whose walk has blanks where values go"),
        _flag("--practice", "exercises instead"),
        _count("--count", "how many exercises, 10 otherwise; or steps of the walk, all otherwise"),
        _number("--seed", "N", "of the numbers; 0", 0),
        _flag("--solutions", "the same sheet with its answers"),
        _argument("--format", choices=("text", "markdown", "svg"),
                  help="plain text, Markdown, or SVG in two columns; else the name of the file "
                  "decides"),
        _argument("--paper", choices=("a4", "letter"), default="a4",
                  help="the size of an SVG page; a4"),
        _OUT,
    )),
    Subcommand("new", "Write a commented lesson to begin with.", "new", (
        _argument("name", metavar="NAME", help="its name, as my-lesson or course/27-my-lesson.md; "
                  "nothing is overwritten"),
    )),
    Subcommand("watch", "Open a lesson and follow its file as you save it.", "watch", (
        _argument("lesson", metavar="FILE", help="the lesson file"),
        _AT, *_START, *_LOOK, *_TERMINAL,
    ), opens_screens=True),
    Subcommand("class", "Teach a class: students follow your screen over SSH.", "teach", (
        _word("lesson", "LESSON|FOLDER|STOPS.toml", "an id, the number of a file, a path, a folder "
              "of lessons, or a file of stops; the library without"),
        _word("--listen", "ADDRESS", "where students come from: 127.0.0.1, this machine alone, "
              "where it is not given; 0.0.0.0 for everyone who can reach it", "127.0.0.1"),
        _argument("--port", type=port, metavar="N", default=8022, help="the port; 8022"),
        _word("--code", "WORD", "the join code, 6 to 64 characters; six digits are drawn without"),
        _word("--name", "TITLE", "what the class is called", "class"),
        _word("--record", "FILE", "keep attendance and answers in a file"),
        _AT, *_START, *_LOOK,
        _flag("--predict", "hide each next value and ask the class for it"),
        *_TERMINAL,
    ), {"no_save": True, "from_start": True}, opens_screens=True, is_for_many=True),
    Subcommand("join", "Follow a class with your own gdtutor.", "join", (
        _argument("where", metavar="NAME@HOST[:PORT]",
                  help="your name, and the machine of the class; 8022"),
        _flag("--notes", "show the speaker's notes, as gdtutor notes does; it asks for the "
              "teacher's secret, which gdtutor notes shows where the class runs, and for no name"),
        _FINGERPRINT, _CHARS, *_TERMINAL,
    ), opens_screens=True),
    Subcommand("talk", "Give a talk: a file of stops, without a class.", "talk", (
        _argument("file", metavar="STOPS.toml", help="a file of stops, each with a link as k "
                  "prints it, perhaps a note and minutes"),
        _CHARS, *_TERMINAL,
    ), opens_screens=True),
    Subcommand("notes", "Show a speaker's notes, in a second terminal.", "speaker_notes"),
    Subcommand("class-report", "Print what a class has answered, kept by class --record.",
               "report_class", (
        _argument("file", metavar="FILE", help="what gdtutor class --record has written"),
        _flag("--csv", "CSV: a row for each question, answer, program, presence"),
    )),
    Subcommand("progress", "Show what is remembered, or forget a lesson.", "show_progress", (
        _argument("words", metavar="LESSON", nargs="*",
                  help="an id, the number of its file, or a path; every lesson without"),
        _JSON,
    ), usage="%(prog)s [LESSON] [--json]\n       %(prog)s reset LESSON [--json]"),
)  # fmt: skip
"""Every command; the first one is the app."""
