"""Each kind of picture in its panel on the Study screen, kept as text."""

import pytest
from walks import pressed
from wishes import CURVE, FIT, LINEAR, MATRIX, ROWS, session

from gdtutor.session.trials import tried
from gdtutor.ui.picture import frame_text
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.screen import frame_of

SEEDS = """kind = "seeds"
variants = ["one by one", "all at once"]
below = 0.05
[[variants]]
name = "one by one"
training.batch = 1
[[variants]]
name = "all at once"
training.batch = "full"
"""
SCREENS = {
    "curve": (CURVE, 'kind = "curve"\nfunctions = ["sigmoid", "tanh"]', "forward:a"),
    "slice": (LINEAR, 'kind = "slice"\nalong = "w"\nrange = [-1, 6]', "2/update:w"),
    "contour": (ROWS, 'kind = "contour"\nalong = ["w1", "b"]\nsteps = 40', "3/backward:w1"),
    "boundary": (MATRIX, 'kind = "boundary"\nhidden = true', "forward:A1"),
    "lines": (MATRIX, 'kind = "boundary"\nlines = true', "forward:A1"),
    "fit": (FIT, 'kind = "fit"', "4/backward:a"),
    "table": (ROWS, 'kind = "table"', "forward:yhat"),
    "weights": (MATRIX, 'kind = "weights"', "update:W1"),
    "counts": (MATRIX, 'kind = "counts"', "given"),
    "timing": (ROWS, 'kind = "timing"', "given"),
    "seeds": (ROWS, SEEDS, "given"),
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_as_it_was_read(name, assert_screen):
    template, wish, at = SCREENS[name]
    walked = tried(pressed(session(template, f"[[pictures]]\n{wish}", at), "f"))
    shown = ""
    for width, height, chars in ((80, 24, UNICODE), (80, 24, ASCII), (120, 36, UNICODE)):
        lines = frame_text(frame_of(walked, width, height, chars), chars).splitlines()
        # Its panel is the lowest one at the left, but for the values of a graph above both.
        left = [n for n, row in enumerate(lines) if row.startswith(("╭─ ", "+- "))]
        top = max(n for n in left if not lines[n].startswith(("╭─ values", "+- values")))
        columns = min(n for n, sign in enumerate(lines[top]) if n and sign in "╮+") + 1
        rows = [row[:columns] for row in lines]
        bottom = next(n for n in range(top + 1, height) if rows[n][0] in "╰+")
        text = "\n".join(rows[top : bottom + 1])
        shown += f"== {width}x{height}{'' if chars.unicode else ' ascii'}\n{text}\n"
    assert_screen(shown, name)
