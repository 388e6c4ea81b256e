"""Help scrolls by lines and by pages, and stops at its ends."""

import re

import pytest
from walks import NEURON, walk

from gdtutor.drive.keys import parse_keys
from gdtutor.engine.operations import OPERATIONS
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.state import Screen
from gdtutor.session.update import update
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.glossary import WORDS
from gdtutor.view.help import help_lines
from gdtutor.view.lines import text_of
from gdtutor.view.notation import in_ascii
from gdtutor.view.screen import frame_of, settled

SIZE = (80, 24)


def shown(keys, *, settles=True):
    session = walk(NEURON, "given")
    for key in parse_keys(f"? {keys}"):
        session, _ = update(session, key)
        if settles:
            session = settled(session, *SIZE, UNICODE)
    # The border's title tells where in the text the panel is; the text alone is compared.
    return frame_of(session, *SIZE, UNICODE).text().split("\n")[1:-3]


@pytest.mark.parametrize("key", ["pagedown", "space"])
def test_a_page_down_begins_with_the_last_line_of_the_page_before(key):
    top, next_page = shown(""), shown(key)
    assert next_page[0] == top[-1]
    assert next_page[1] not in top


def test_a_page_up_takes_a_page_down_back():
    assert shown("pagedown pagedown pageup") == shown("pagedown")


@pytest.mark.parametrize(("end", "top"), [("end", "home"), ("G", "g")])
def test_the_ends_are_one_key_away(end, top):
    assert shown(end) == shown("99pagedown") != shown("")
    assert shown(f"{end} {top}") == shown("")


@pytest.mark.slow
@pytest.mark.parametrize("end", ["end", "99pagedown", "999down"])
def test_keys_past_the_end_need_not_be_taken_back(end):
    assert shown(f"{end} up") != shown(end)
    assert shown(f"{end} up down") == shown(end)


def test_a_frame_made_without_settling_is_the_same():
    assert shown("end", settles=False) == shown("end")


def test_every_operation_is_explained_whole():
    session = walk(NEURON, "given")
    for key in parse_keys("?"):
        session, _ = update(session, key)
    text = " ".join(frame_of(session, 80, 600, UNICODE).text().replace("│", " ").split())
    for row in OPERATIONS.values():
        if not row.internal:
            assert f"{row.name} {row.says.format(a='a', b='b', c='c')}" in text


EMPHASIS = frozenset(
    """
    classes|cost curve|large|one|plain|same|slower|faster|shares|added|are|answers|its inputs|y|z|ŷ
    what comes out?|how steep is it here?|multiply|multiply swaps|add distributes|max routes
    batch gradient descent|mini-batch gradient descent|stochastic gradient descent|why backward?
    one example, drawn at random|three layers|averaged|implicit|kⁿ|one pass forward and one back
    a looser goal|slope times step
    w stands for the place ahead|rotated plain|rotated adam|sigmoid layer|shares minus targets
    global|linear|curvatures|value|state|features|inputs|weights|not convex|diverges|zeros
    """.replace("\n", "|")
    .replace("    ", "")
    .split("|")
)
"""Words that lessons print in bold because they matter there, not because they are terms."""


def test_every_term_that_a_lesson_prints_in_bold_is_explained():
    words = " ".join(f"{word} {text}" for word, _, text in WORDS).lower()
    for path in discover(shipped_lessons_folder()):
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for bold in re.findall(r"\*\*([^*]{1,60}?)\*\*", " ".join(text.split())):
            term = re.escape(bold.lower())
            found = bold.lower() in EMPHASIS or re.search(rf"(?<!\w){term}s?(?!\w)", words)
            assert found, f"{path.name}: {bold} stands in no glossary"


def test_a_word_is_found_and_the_next_place_and_a_missing_one_is_told():
    found = shown("/ saddle enter")
    assert found[0].strip("│ ").startswith("saddle")
    assert shown("/ saddle enter", settles=False) == found
    again = shown("/ gradient enter / gradient enter")
    assert "gradient" in again[0]
    assert again != shown("/ gradient enter")
    session = walk(NEURON, "given", "? / zzz enter")
    assert settled(session, *SIZE, UNICODE).message == "Nothing here says 'zzz'."


@pytest.mark.slow
def test_a_word_is_found_where_its_entry_begins():
    found = [shown("/ operand enter" + " / operand enter" * more)[0] for more in range(5)]
    assert len(set(found)) == 3
    assert not any(row[2:].startswith("    ") for row in found)


@pytest.mark.parametrize("keys", ["/ slip enter", "/ mistake enter / mistake enter"])
def test_help_says_where_the_named_slips_are_listed(keys):
    rows = [row.strip("│█░ ") for row in shown(keys)[:2]]
    assert rows[0].startswith("slip ")
    assert "gdtutor progress lists them" in " ".join(" ".join(rows).split())


def test_help_of_the_library_names_what_else_a_shell_starts():
    text = " ".join(text_of(row) for row in help_lines(Screen.LIBRARY, 76, UNICODE))
    for command in ("gdtutor play", "gdtutor practice", "gdtutor progress"):
        assert command in " ".join(text.split())


def test_in_ascii_each_sign_has_one_entry_whose_words_name_signs_that_ascii_has() -> None:
    rows = [text_of(row) for row in help_lines(Screen.STUDY, 300, ASCII)]
    signs = rows[rows.index("Signs on the screens") + 1 : rows.index("The words of the field") - 1]
    names = [re.split(r"  +", row.strip())[0] for row in signs]
    assert len(names) == len(set(names))
    assert {"*", "<", ">", "P + ."} <= set(names)
    # What has no letters in ASCII at all is drawn as a question mark.
    assert not any("?" in in_ascii(row) for row in signs)
