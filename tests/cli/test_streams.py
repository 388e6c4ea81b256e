"""Every command, on every kind of standard stream: a clear line and an exit code, whole output."""

import contextlib
import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gdtutor.cli import main
from gdtutor.cli.arguments import COMMANDS
from gdtutor.view.frame import ASCII, UNICODE, chars_for
from gdtutor.view.notation import in_ascii
from tests.forked import KEPT, ended

DATA = Path(__file__).parents[1] / "data" / "lessons"

LINES = {
    "": "bias --linear --no-save --keys n",
    "list": "list lessons",
    "transcript": "transcript bias --at update:b",
    "train": "train bias",
    "check": "check lessons",
    "shot": "shot bias --at backward:b",
    "export": "export bias",
    "new": "new fresh",
    "watch": "watch nowhere.md",
    "class": "class --code 1",
    "class-report": "class-report nowhere",
    "talk": "talk nowhere.toml",
    "notes": "notes",
    "join": "join nobody",
    "progress": "progress",
    "play": "play --json --epochs 1",
    "judge": "judge nowhere nowhere.py",
    "practice": "practice nowhere",
    "worksheet": "worksheet nowhere",
}
"""What is typed after `gdtutor`, in a folder of its own that holds a lesson in `lessons/`."""
COMPLAINS = (
    "watch", "class", "class-report", "talk", "join", "judge", "practice", "worksheet",
)  # fmt: skip
"""Commands that have nothing to print here but an error."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "01-neuron.md").write_bytes((DATA / "neuron.md").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_has_a_line_here() -> None:
    assert LINES.keys() == {command.name for command in COMMANDS}


def printed(words: list[str], encoding: str, monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, str]:
    """Return what a command writes to standard output and error of this encoding."""
    out, err = io.BytesIO(), io.BytesIO()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(""))
        patch.setattr("sys.stdout", io.TextIOWrapper(out, encoding=encoding))
        patch.setattr("sys.stderr", io.TextIOWrapper(err, encoding=encoding))
        with contextlib.suppress(SystemExit):
            main(words)
        # A wrapper that is collected closes what it wraps.
        sys.stdout.detach()
        sys.stderr.detach()
    return out.getvalue(), err.getvalue().decode(encoding)


@pytest.mark.slow
@pytest.mark.parametrize("name", LINES)
def test_every_command_prints_all_of_it_in_any_encoding(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = printed(shlex.split(LINES[name]), "utf-8", monkeypatch)
    for encoding in ("ascii", "latin-1", "cp1252", "iso8859-15", "shift_jis"):
        for new in Path().glob("*fresh.md"):
            new.unlink()
        least, errors = printed(shlex.split(LINES[name]), encoding, monkeypatch)
        assert len(least.splitlines()) >= (0 if name in COMPLAINS else 1), encoding
        assert "Traceback" not in errors, encoding
        assert "\\u" not in errors, encoding
        if name == "export":
            assert least == whole, encoding
            compile(least.decode(), "e.py", "exec")
        elif name not in ("", "shot"):
            assert len(least.decode(encoding).splitlines()) == len(whole.decode().splitlines())


@pytest.mark.sampled
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name or "app")
def test_help_is_printed_in_any_encoding(command, monkeypatch) -> None:
    words = [*filter(None, [command.name]), "--help"]
    out, _ = printed(words, "ascii", monkeypatch)
    assert out.startswith(b"usage: gdtutor")


@pytest.mark.parametrize("words", ["transcript bias", "shot bias --at backward:b --keys n"])
def test_a_stream_of_fewer_characters_gets_the_ascii_screens(words, monkeypatch) -> None:
    asked, _ = printed([*shlex.split(words), "--chars", "ascii"], "utf-8", monkeypatch)
    chosen, _ = printed(shlex.split(words), "latin-1", monkeypatch)
    assert chosen == asked


def test_unicode_that_is_asked_for_is_utf8_whatever_the_locale(monkeypatch) -> None:
    asked, _ = printed(["shot", "bias", "--chars", "unicode"], "ascii", monkeypatch)
    assert asked == printed(["shot", "bias"], "utf-8", monkeypatch)[0]


def test_files_are_the_same_bytes_whatever_the_locale(folder, monkeypatch) -> None:
    written = []
    for encoding in ("utf-8", "ascii"):
        printed(["shot", "bias", "--out", "shot.txt"], encoding, monkeypatch)
        printed(["export", "bias", "--out", "e.py"], encoding, monkeypatch)
        svg, _ = printed(["shot", "bias", "--format", "svg"], encoding, monkeypatch)
        written.append(((folder / "shot.txt").read_bytes(), (folder / "e.py").read_bytes(), svg))
    assert written[0] == written[1]


def test_what_ascii_lacks_is_replaced_by_the_nearest() -> None:
    assert in_ascii("ŷ₁ × Wᵀ — café … ≥ 3 日") == "yhat1 x W.T - cafe ... >= 3 ?"


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf_8_sig"])
def test_a_stream_that_holds_every_character_gets_every_character(encoding) -> None:
    assert chars_for(None, encoding) == UNICODE
    assert chars_for("ascii", encoding) == ASCII
    assert chars_for(None, "cp1252") == chars_for(None, None) == ASCII


def in_shell(line: str, redirections: str) -> tuple[int, str]:
    """Return exit code and standard error of a command in a shell with these redirections."""
    command = f"{shlex.quote(sys.executable)} -m gdtutor {line} {redirections}"
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, env=environ, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stderr


def on(
    line: str,
    out: str | None = os.devnull,
    err: str | None = KEPT,
    given: str | None = os.devnull,
    **variables: str,
) -> tuple[int, str]:
    """Return exit code and standard error of a command on these files, None for a closed one."""
    words = ("-m", "gdtutor", *shlex.split(line))
    done = ended(words, environ=os.environ | variables, paths=(given, out, err))
    return done.returncode, done.stderr.decode()


@pytest.mark.slow
@pytest.mark.parametrize("out", ["/dev/full", None])
@pytest.mark.parametrize("name", [name for name in LINES if name not in COMPLAINS])
def test_output_that_cannot_be_written_is_one_line_and_exit_code_2(name, out) -> None:
    code, errors = on(LINES[name], out)
    assert code == 2
    assert errors.startswith("gdtutor: error: standard output cannot be written to: ")
    assert errors.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", LINES)
def test_an_error_never_goes_to_standard_output(name, folder) -> None:
    code, _ = on(LINES[name], "out.txt", None)
    assert code == (2 if name in COMPLAINS else 0)
    assert "error:" not in (folder / "out.txt").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", LINES)
def test_without_any_stream_there_is_an_exit_code_and_no_file_takes_a_streams_place(
    name, folder
) -> None:
    assert on(LINES[name], None, None, None)[0] == 2
    for path in folder.rglob("*.md"):
        assert "gdtutor: error" not in path.read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("line", ["bias --linear --no-save", "train bias"])
def test_python_that_starts_on_such_streams_says_the_same(line) -> None:
    for redirection in (">/dev/full", ">&-"):
        code, errors = in_shell(line, redirection)
        assert (code, errors.count("\n")) == (2, 1)
    assert in_shell(line, "2>&- >/dev/null")[0] == 0
    assert in_shell(line, "<&- >&- 2>&-")[0] == 2


@pytest.mark.sampled(1)
@pytest.mark.parametrize("line", ["--help", "train --help", "--version"])
@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
def test_help_that_cannot_be_printed_is_told(line, redirection) -> None:
    code, errors = in_shell(line, redirection)
    assert code == 2
    assert "standard output cannot be written to" in errors
    assert errors.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("words", ["bias --linear --no-save", "list lessons"])
def test_a_closed_input_is_an_input_that_has_ended(words) -> None:
    assert on(words, given=None) == (0, "")


@pytest.mark.slow
def test_an_input_that_cannot_be_read_is_told() -> None:
    code, errors = in_shell("bias --linear --no-save", "0>/dev/null >/dev/null")
    assert code == 2
    assert errors.startswith("gdtutor: error: standard input cannot be read: ")
    assert errors.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "idna", "undefined", "cp037", "utf-7"])
def test_an_encoding_that_no_line_is_in_is_told(encoding) -> None:
    Path("lines.txt").write_bytes(b"n\nq\n" * 9)
    files = {"given": "lines.txt", "err": "errors.txt"}
    code, _ = on("bias --linear --no-save", **files, PYTHONIOENCODING=encoding)
    told = Path("errors.txt").read_bytes()
    assert code == (0 if encoding in ("cp037", "utf-7") else 2)
    told = told.decode(encoding if encoding.startswith("utf") else "utf-8")
    assert not told or told.startswith("gdtutor: error: standard input is not in the encoding")


def test_an_error_that_cannot_be_told_leaves_the_exit_code() -> None:
    assert on("transcript nowhere", err="/dev/full")[0] == 2


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    assert in_shell("transcript bias --iterations 20", "| head -1 >/dev/null") == (0, "")


LONG = "a" * 100_000


@pytest.mark.sampled
@pytest.mark.parametrize(
    "words",
    [
        [LONG], [f"{LONG}/b.md"], ["list", LONG], ["transcript", LONG], ["train", LONG],
        ["check", LONG], ["shot", LONG], ["export", LONG], ["new", LONG], ["new", f"{LONG}/a"],
        ["watch", LONG], ["progress", "reset", LONG],
        ["shot", "bias", "--out", LONG], ["shot", "bias", "--all-steps", LONG],
        ["export", "bias", "--out", LONG], ["train", "bias", "--csv", LONG],
        ["transcript", "bias", "--unfold", LONG], ["transcript", "bias", "--at", LONG],
        ["transcript", "bias", "--set", LONG], ["transcript", "bias", "--variant", LONG],
        ["shot", "bias", "--keys", LONG],
    ],
    ids=lambda words: " ".join(word[:8] for word in words),
)  # fmt: skip
def test_a_word_of_100000_letters_is_refused_in_a_line(words, capsys) -> None:
    assert main(words) == 2
    errors = capsys.readouterr().err
    assert len(errors) < 500
    assert errors.count("\n") == 1


@pytest.mark.parametrize("words", [["progress"], ["bias", "--linear"]])
def test_without_a_home_nothing_is_kept_and_it_is_said(words, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    main(words)
    streams = capsys.readouterr()
    assert "there is no home folder; set HOME" in streams.out + streams.err
    assert not (tmp_path / "~").exists()


def test_a_forgotten_lesson_is_json_where_that_is_asked_for(capsys, monkeypatch, tmp_path):
    from gdtutor.progress.schema import Finished
    from gdtutor.progress.store import ProgressStore

    path = tmp_path / "progress.sqlite"
    monkeypatch.setattr("gdtutor.cli.show_progress.default_path", lambda: path)
    with ProgressStore(path) as store:
        store.apply([Finished("bias", 2.0)])
    assert main(["progress", "--json", "reset", "bias"]) == 0
    assert json.loads(capsys.readouterr().out) == {"forgotten": "bias"}
