"""The strokes between two columns of a drawing: a channel with a track for every vertical stroke.

A left terminal (where strokes leave) that feeds several right terminals gets an upright of its own,
and so does a right terminal (where strokes arrive) that is fed by several. What runs along an
upright therefore either comes from one node or goes to one node, and no joint can be misread. A row
of the channel is never used by two unrelated strokes; the placement of the terminals sees to that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from gdtutor.values import Struct

Terminal = tuple[str, int]
"""A node, and which of its terminals: 0, 1, … are the rows in which its occurrences arrive."""
LANE = -1
"""The terminal by which a stroke passes a column on its way to a later one."""
Link = tuple[Terminal, Terminal]
"""A left terminal and a right terminal that it feeds."""
Point = tuple[int, int]


class Channel(Struct, frozen=True):
    """Where the strokes of every link turn."""

    lefts: Mapping[Terminal, int]
    """Row of every left terminal."""
    rights: Mapping[Terminal, int]
    crossing_row: Mapping[Link, int]
    """The row in which a link goes from the left upright to the right one."""
    left_track: Mapping[Terminal, int]
    """Track of a left terminal's upright, 0 nearest to the left; missing where it has none."""
    right_track: Mapping[Terminal, int]
    """Track of a right terminal's upright, 0 nearest to the right; missing where it has none."""
    left_tracks: int
    right_tracks: int

    def corners(self, link: Link, left_xs: Sequence[int], right_xs: Sequence[int]) -> list[Point]:
        """Return the corners of a link, given the column of every track."""
        left, right = link
        row = self.crossing_row[link]
        points: list[Point] = []
        if left in self.left_track:
            x = left_xs[self.left_track[left]]
            points += [(x, self.lefts[left]), (x, row)]
        if right in self.right_track:
            x = right_xs[self.right_track[right]]
            points += [(x, row), (x, self.rights[right])]
        return points


def route(
    lefts: Mapping[Terminal, int],
    rights: Mapping[Terminal, int],
    links: Iterable[Link],
    *,
    bent: bool = False,
) -> Channel:
    """Give every link its row and every upright its track.

    Args:
        lefts: Row of every left terminal.
        rights: Row of every right terminal. Where it equals the row of a left terminal,
            that one feeds it.
        links: Each at most once.
        bent: Both kinds of terminals lie on one side, so that a stroke may not turn back in the
            row in which it left.
    """
    wanted = tuple(dict.fromkeys(links))
    rows = _crossing_rows(lefts, rights, wanted, bent)
    left_spans = {left: {lefts[left]} for left, _ in wanted}
    right_spans = {right: {rights[right]} for _, right in wanted}
    for (left, right), row in rows.items():
        left_spans[left].add(row)
        right_spans[right].add(row)
    left_track, left_tracks = _tracks(left_spans)
    right_track, right_tracks = _tracks(right_spans)
    return Channel(lefts, rights, rows, left_track, right_track, left_tracks, right_tracks)


def _crossing_rows(
    lefts: Mapping[Terminal, int], rights: Mapping[Terminal, int], links: Sequence[Link], bent: bool
) -> dict[Link, int]:
    feeds = Counter(left for left, _ in links)
    fed = Counter(right for _, right in links)
    left_rows = {lefts[left] for left in feeds}
    right_rows = {rights[right] for right in fed}
    rows: dict[Link, int] = {}
    for link in links:
        left, right = link
        if lefts[left] == rights[right] or (feeds[left] > 1 and fed[right] == 1):
            rows[link] = rights[right]
        elif feeds[left] == 1:
            rows[link] = lefts[left]
    taken = set(rows.values())
    for link in links:
        if link in rows:
            continue
        left, right = link
        choices = [] if bent or lefts[left] in right_rows else [lefts[left]]
        if rights[right] not in left_rows:
            choices.append(rights[right])
        free = (row for row in choices if row not in taken)
        rows[link] = next(free, -1)
        if rows[link] < 0:
            rows[link] = _nearest(rights[right], left_rows | right_rows | taken)
        taken.add(rows[link])
    return rows


def _nearest(wanted: int, taken: set[int]) -> int:
    """Return the row nearest to the wanted one that is free and not above the drawing."""
    distances = (row for away in count() for row in (wanted - away, wanted + away))
    return next(row for row in distances if row >= 0 and row not in taken)


def _tracks(spans: Mapping[Terminal, set[int]]) -> tuple[dict[Terminal, int], int]:
    """Give uprights that share rows different tracks, short ones the first tracks."""
    uprights = {key: (min(rows), max(rows)) for key, rows in spans.items() if len(rows) > 1}
    by_length = sorted(uprights, key=lambda key: (uprights[key][1] - uprights[key][0], key))
    tracks: list[set[int]] = []
    chosen: dict[Terminal, int] = {}
    for key in by_length:
        top, bottom = uprights[key]
        rows = set(range(top, bottom + 1))
        track = next((at for at, used in enumerate(tracks) if not used & rows), len(tracks))
        if track == len(tracks):
            tracks.append(set())
        tracks[track] |= rows
        chosen[key] = track
    return chosen, len(tracks)
