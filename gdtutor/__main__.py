"""`gdtutor`, and `python -m gdtutor`: before and after a command's work Ctrl-C just ends it.

While modules are imported an interrupt would come as an exception from the middle of one, which
some of them catch and others print; `raise_interrupts` says where the work begins.
"""

# The part of `signal` in C, which is there at once; what Python adds takes a while to import.
import _signal as signal  # type: ignore[import-not-found]
import gc
import os

_INTERRUPTED = 130


def main() -> None:
    """Run gdtutor, and end with its exit code."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end_at_once)
    # Nothing of what is imported goes; to search it for garbage takes a twentieth of the time.
    gc.disable()
    from gdtutor.cli import main as run

    try:
        code = run()
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        code = end.code
    finally:
        if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
            signal.signal(signal.SIGINT, _end_at_once)
    # All is written. Python would take itself apart first, and wait for a product that a thread is
    # in, longer than who presses q or Ctrl-C should.
    os._exit(code)


def _end_at_once(_number: int, _frame: object) -> None:
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
