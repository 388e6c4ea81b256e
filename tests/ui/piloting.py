"""Waiting while an app works in a test."""

import asyncio
from collections.abc import Callable

from textual.pilot import Pilot

BOUND = 90.0
"""Seconds after which a test that would hang fails; none waits that long when it passes."""


async def until(pilot: Pilot[int], holds: Callable[[], object]) -> None:
    """Let the app work until something holds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + BOUND
    while not holds():
        assert loop.time() < end, "it did not come to pass"
        await pilot.pause()
