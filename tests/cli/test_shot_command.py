"""`gdtutor shot`: screens without a terminal, byte for byte the same."""

from xml.etree import ElementTree

import pytest
from lesson_texts import NEURON_GRAPH, neuron

from gdtutor.cli import main


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "07-lesson.md"
    path.write_text(neuron("# Opening\nSome prose.\n" + NEURON_GRAPH), encoding="utf-8")
    return str(path)


def shot(capsys, *words):
    assert main(["shot", *words]) == 0
    return capsys.readouterr().out


def test_a_step_is_printed_as_text_of_the_size_asked_for(lesson, capsys):
    text = shot(capsys, lesson, "--at", "backward:w", "--size", "100x30")
    rows = text.split("\n")
    assert "iteration 0 ▸ backward ▸ w" in rows[0]
    assert len(rows) == 31
    assert max(map(len, rows)) <= 100


def test_the_opening_page_is_the_screen_without_a_place(lesson, capsys):
    assert "Some prose." in shot(capsys, lesson)


def test_ascii_is_ascii(lesson, capsys):
    assert shot(capsys, lesson, "--at", "backward:w", "--chars", "ascii").isascii()


@pytest.mark.parametrize("form", ["text", "svg"])
def test_the_same_arguments_give_the_same_bytes_whatever_the_environment(
    lesson, capsys, monkeypatch, form
):
    words = (lesson, "--keys", "t", "--format", form)
    monkeypatch.setenv("COLORTERM", "truecolor")
    first = shot(capsys, *words)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.setenv("COLUMNS", "40")
    assert shot(capsys, *words) == first


def test_an_svg_can_be_read_and_has_the_colours_asked_for(lesson, capsys):
    coloured = shot(capsys, lesson, "--at", "given", "--format", "svg")
    assert ElementTree.fromstring(coloured).tag.endswith("svg")
    assert shot(capsys, lesson, "--at", "given", "--format", "svg", "--color", "none") != coloured


def test_keys_train_to_the_end_before_the_screen_is_taken(lesson, capsys):
    text = shot(capsys, lesson, "--keys", "t")
    assert "20 of 20 epochs" in text


def test_keys_go_on_from_the_place(lesson, capsys):
    assert "backward ▸ w" in shot(capsys, lesson, "--at", "forward:L", "--keys", "3n")


def test_keys_after_one_that_quits_are_not_pressed(lesson, capsys):
    assert "forward ▸ z" in shot(capsys, lesson, "--keys", "2n q 2n")


def test_values_examples_and_looks_are_those_of_the_other_commands(lesson, capsys):
    words = ("--at", "forward:z", "--set", "w=0.123456", "--digits", "6")
    assert "0.246912" in shot(capsys, lesson, *words)
    assert "L.1" in shot(capsys, lesson, "--at", "forward:L.1", "--unfold", "L")


def test_a_screen_is_written_to_a_file(lesson, tmp_path, capsys):
    printed = shot(capsys, lesson, "--at", "given")
    out = tmp_path / "given.txt"
    assert shot(capsys, lesson, "--at", "given", "--out", str(out)) == ""
    assert out.read_text(encoding="utf-8") == printed


def test_all_steps_are_written_in_order_the_opening_first(lesson, tmp_path, capsys):
    folder = tmp_path / "new" / "steps"
    assert shot(capsys, lesson, "--all-steps", str(folder), "--size", "80x24") == ""
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "00-opening.txt", "01-given.txt", "02-forward-z.txt", "03-forward-L.txt",
        "04-backward-L.txt", "05-backward-z.txt", "06-backward-w.txt", "07-update-w.txt",
    ]  # fmt: skip
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    alone = shot(capsys, lesson, "--at", "backward:z")
    assert texts["05-backward-z.txt"].splitlines()[:4] == alone.splitlines()[:4]
    # As for one who reads them in order; alone a screen explains each sign that it has.
    assert [n for n, text in texts.items() if "◀ the step's node" in text] == ["04-backward-L.txt"]
    assert "◀ the step's node" in alone


def test_all_steps_of_a_later_iteration_have_no_opening(lesson, tmp_path, capsys):
    shot(capsys, lesson, "--at", "3/given", "--all-steps", str(tmp_path / "steps"))
    assert not (tmp_path / "steps" / "00-opening.txt").exists()
    assert "iteration 3" in (tmp_path / "steps" / "01-given.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [["--size", "80"], ["--size", "0x24"], ["--size", "80x5000"]])
def test_a_size_that_is_none_is_refused(lesson, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["shot", lesson, *words])
    assert stopped.value.code == 2


def test_a_folder_that_cannot_be_made_is_misuse(lesson, capsys):
    assert main(["shot", lesson, "--all-steps", f"{lesson}/steps"]) == 2
    assert "cannot be made" in capsys.readouterr().err


def test_a_broken_lesson_is_misuse_with_its_report(lesson, tmp_path, capsys):
    broken = tmp_path / "08-broken.md"
    broken.write_text(neuron("```graph\nL = q*x\n```\n"), encoding="utf-8")
    assert main(["shot", str(broken)]) == 2
    assert "08-broken.md:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "form", "begins"),
    [("a.svg", [], "<svg"), ("a.txt", [], " "), ("a.svg", ["--format", "text"], " ")],
)
def test_the_name_of_the_file_says_its_format(lesson, tmp_path, name, form, begins):
    assert main(["shot", lesson, "--out", str(tmp_path / name), *form]) == 0
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert (begins == "<svg") == ("</svg>" in text)
