"""The command line: arguments in, an exit code out; the TUI is imported only when it opens.

Exit codes: 0 done; 1 `check` or `judge` found problems; 2 misuse, or a lesson or program that
cannot be used; 130 Ctrl-C; 128 + n for signal n.

In: the words of a shell. Out: lines, files, or the open app. `arguments` is the table of commands;
each is a module whose `run` is imported when it is called, so that `--help` and complaints come at
once. It computes nothing itself.

Imports: values, files, engine, training, lesson, play, session, view, check, report, linear,
export, library, progress, drive, judge, practice, paint, ui, classroom.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gdtutor.cli.arguments import COMMANDS, parser_of
from gdtutor.cli.shell import complain, flush, prepare_streams
from gdtutor.engine.errors import GdTutorError
from gdtutor.ui.terminal import settle


def main(argv: Sequence[str] | None = None) -> int:
    """Run gdtutor and return its exit code, with everything written that there is."""
    words = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    try:
        try:
            return _run(words)
        finally:
            flush()
    except GdTutorError as error:
        complain(error)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        return 0
    except OSError as error:
        named = "" if error.filename is None else f"'{error.filename}': "
        complain(GdTutorError(f"{named}{error.strerror or error}"))
        return 2
    finally:
        settle(sys.stdout)
        settle(sys.stderr)


def _run(words: list[str]) -> int:
    command = next((c for c in COMMANDS if words and words[0] == c.name), COMMANDS[0])
    arguments = parser_of(command).parse_args(words[1:] if command.name else words)
    # NumPy is imported with the first command module, so `--version` and `--help` need none of it.
    return command.run(arguments)
