"""`gdtutor`, and `python -m gdtutor`: before and after a command's work Ctrl-C just ends it.

While modules are imported an interrupt would come as an exception from the middle of one, which
some of them catch and others print; `raise_interrupts` says where the work begins.
"""

# The part of `signal` in C, which is there at once; what Python adds takes a while to import.
import _signal as signal  # type: ignore[import-not-found]
import os
import sys


def main() -> int:
    """Run gdtutor and return its exit code."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end_at_once)
    from gdtutor.cli import main as run

    try:
        return run()
    finally:
        if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
            signal.signal(signal.SIGINT, _end_at_once)


def _end_at_once(_number: int, _frame: object) -> None:
    os._exit(130)


if __name__ == "__main__":
    sys.exit(main())
