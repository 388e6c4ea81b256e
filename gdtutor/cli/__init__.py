"""The command line: arguments in, an exit code out; the TUI is imported only when it opens.

Exit codes: 0 done; 1 `check` found problems; 2 misuse or a lesson that cannot be used; 130 Ctrl-C;
128 + n for signal n.

In: the words of a shell. Out: lines, files, or the open app. `arguments` is the table of commands;
each is a module whose `run` is imported when it is called, so that `--help` and complaints come at
once. It computes nothing itself.

Imports: values, files, engine, training, lesson, session, view, check, report, linear, export,
library, progress, drive, ui.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from gdtutor.cli.arguments import COMMANDS, parser_of
from gdtutor.cli.output import complain


def main(argv: Sequence[str] | None = None) -> int:
    """Run gdtutor and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = next((c for c in COMMANDS if words and words[0] == c.name), COMMANDS[0])
    arguments = parser_of(command).parse_args(words[1:] if command.name else words)
    # NumPy is imported with the first command module, so `--version` and `--help` need none of it.
    from gdtutor.engine.errors import GdTutorError

    try:
        return command.run(arguments)
    except GdTutorError as error:
        complain(error)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
