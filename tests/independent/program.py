"""The program's public commands, run in this process."""

from __future__ import annotations

import contextlib
import io
import json
import sys

import numpy as np

from gdtutor.cli import main

_WORDS = {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}


class RefusedError(Exception):
    """The program would not do it: an exit code other than 0, with what it said."""


def printed(*words):
    """Return what a command prints."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:
            code = ended.code
    if code:
        raise RefusedError(f"exit code {code}: {err.getvalue().strip()}")
    return out.getvalue()


def data(*words):
    """Return the JSON that a command prints."""
    return json.loads(printed(*words, "--json"))


def numbers(value):
    """Return an array of the JSON as NumPy's, its words as what they stand for."""
    if isinstance(value, list):
        return np.array([numbers(part) for part in value])
    return np.array(_WORDS[value] if isinstance(value, str) else float(value))


def executed(script):
    """Run an exported script as a program of its own would; its assertions are its check."""
    names = {"__name__": "__main__"}
    before, words = np.geterr(), sys.argv
    sys.argv = ["exported.py"]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(script, "exported.py", "exec"), names)
    finally:
        np.seterr(**before)
        sys.argv = words
