"""Who may come in: the join code, the PIN of a seat, and names that say nothing to a terminal.

Wrong codes are slowed down where they are tried, and all together; never by address, for a class
sits behind one.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping

from gdtutor.classroom.seats import Seat
from gdtutor.engine.characters import cells, cut_short, pictured, taken
from gdtutor.engine.errors import GdTutorError

CODE_DIGITS, PIN_DIGITS, SECRET_DIGITS = 6, 6, 10
SHORTEST_CODE, LONGEST_CODE = 6, 64
LONGEST_NAME, SHOWN_END = 20, 6
"""Cells of a student's name, and those that the end of a longer one has of them."""
NAMELESS = "somebody"
NOTES_NAME = "+notes"
"""Who logs in under it is asked for the teacher's secret, and sees the speaker's notes."""
LINEAR = "+linear"
"""Behind a name it asks for the conversation in plain lines."""
WRONG_BURST, WRONG_PER_SECOND = 100, 1.0
"""Wrong codes at once, and a second, before all that are tried wait for each other."""
CROWDED_EVERY = 0.5
"""Seconds between two codes that are tried then."""
LONGEST_WAIT = 20.0
"""Seconds that nobody waits longer for, so that the right one gets in whoever else tries."""
_CYRILLIC, _GREEK = ("аверкмнорстухіјѕ", "abepkmhopctyxijs"), ("αβεζηικμνορτυχ", "abezhikmnoptyx")
"""Letters that look like Latin ones, small or as capitals."""
_ALIKE = str.maketrans(*(first + second for first, second in zip(_CYRILLIC, _GREEK, strict=True)))
_WRITTEN = {"LATIN": {}, "CYRILLIC": str.maketrans(*_CYRILLIC[::-1]),
            "GREEK": str.maketrans(*_GREEK[::-1])}  # fmt: skip
"""What makes letters of an alphabet of the Latin ones that look like them."""


def random_digits(digits: int) -> str:
    """Return a join code, a PIN or a teacher's secret, which nobody can foretell."""
    return f"{secrets.randbelow(10**digits):0{digits}}"


def checked_code(text: str) -> str:
    """Return a join code that somebody chose.

    Raises:
        GdTutorError: It is too short, too long, or cannot be typed everywhere.
    """
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise GdTutorError("--code takes letters, digits and signs of ASCII", "no blanks")
    if not SHORTEST_CODE <= len(text) <= LONGEST_CODE:
        bounds = f"{SHORTEST_CODE} to {LONGEST_CODE} characters"
        raise GdTutorError(f"--code has {len(text)} characters", f"give it {bounds}")
    return text


def is_same(given: str, wanted: str) -> bool:
    """Compare two secrets in a time that says nothing of where they differ."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def seat_name(username: str) -> tuple[str, bool]:
    """Return the name that is shown for a user's, and whether it asks for plain lines."""
    is_linear = username.endswith(LINEAR)
    # One letter is written in one way, so that equal names are equal.
    plain = unicodedata.normalize("NFKC", username.removesuffix(LINEAR)[:200])
    plain = re.sub(r"\s+", " ", pictured(plain)).strip()
    plain = re.sub(r"\w+", lambda word: _in_one_alphabet(word[0]), plain)
    # A letter carries three accents at most: more would climb over other rows.
    plain = re.sub(r"([\u0300-\u036f]{3})[\u0300-\u036f]+", r"\1", plain)
    return _with_both_ends(plain) or NAMELESS, is_linear


def _with_both_ends(name: str) -> str:
    """Return a name short enough; of long ones that begin alike the end tells them apart."""
    if cells(name) <= LONGEST_NAME:
        return name
    end = re.sub(r"^[\u0300-\u036f]+", "", taken(name[::-1], SHOWN_END)[::-1])
    return cut_short(name, LONGEST_NAME - cells(end)) + end


def pin_asked(name: str) -> str:
    """Return what asks for the PIN of a seat; clients write letters in octal that are not ASCII."""
    plain = name.replace("…", "...")
    named = plain if plain.isascii() else "that name"
    return f"PIN of the seat of {named} (Enter alone: another seat): "


def _in_one_alphabet(word: str) -> str:
    """Return a word whose letters are those of the alphabet that most of them are of.

    A letter that looks like none of it stays, and shows that the word is mixed.
    """
    alphabets = [unicodedata.name(letter, "").partition(" ")[0] for letter in word]
    most = Counter(one for one in alphabets if one in _WRITTEN).most_common(1)
    if not most:
        return word
    letters = list(word)
    for at, (letter, alphabet) in enumerate(zip(word, alphabets, strict=True)):
        if alphabet in _WRITTEN and alphabet != most[0][0]:
            alike = letter.lower().translate(_ALIKE).translate(_WRITTEN[most[0][0]])
            if unicodedata.name(alike, "").startswith(most[0][0]):
                letters[at] = alike.upper() if letter.isupper() else alike
    return "".join(letters)


def free_name(name: str, seats: Mapping[str, Seat]) -> str:
    """Return a name that looks like no seat's: itself, else with the next number."""
    number, wanted = 2, name
    taken = {seat.casefold().translate(_ALIKE) for seat in seats}
    while wanted.casefold().translate(_ALIKE) in taken:
        ending = f"-{number}"
        wanted, number = cut_short(name, LONGEST_NAME - len(ending), "") + ending, number + 1
    return wanted


class Bucket:
    """Bounds a rate: so much at once, so much a second.

    Args:
        burst: How much at once.
        rate: How much a second.
        now: The time in seconds.
    """

    def __init__(self, burst: float, rate: float, now: float) -> None:
        self._burst, self._rate, self._left, self._at = burst, rate, burst, now

    def has(self, amount: float, now: float) -> bool:
        """Tell whether there is so much."""
        self._left = min(self._left + (now - self._at) * self._rate, self._burst)
        self._at = now
        return self._left >= amount

    def takes(self, amount: float, now: float) -> bool:
        """Take so much, where there is as much."""
        if is_there := self.has(amount, now):
            self._left -= amount
        return is_there

    def empty(self) -> None:
        """Have nothing left."""
        self._left = 0.0


class CodeThrottle:
    """Says how long to wait before a code is looked at, the right one as well.

    Args:
        clock: Tells the time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._turn_at = clock, clock()
        self._wrong = Bucket(WRONG_BURST, WRONG_PER_SECOND, clock())

    def wait(self) -> float:
        """Return the seconds to wait before the next code: 0 unless many have been wrong."""
        now = self._clock()
        if self._wrong.has(1, now):
            return 0.0
        self._turn_at = max(self._turn_at, now) + CROWDED_EVERY
        return min(self._turn_at - now, LONGEST_WAIT)

    def was_wrong(self) -> None:
        """Count a wrong code; each of those beyond the burst begins the next second anew."""
        if not self._wrong.takes(1, self._clock()):
            self._wrong.empty()
