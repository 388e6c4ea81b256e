"""What values are made of: records with typed fields that never change once they are made.

A frozen `Struct` of msgspec is what a frozen dataclass with slots is, but Python generates and
compiles six methods for each of those when it is imported: half a millisecond a class, a tenth of
a second for all of them, before the first key is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import NODEFAULT, Struct, defstruct, field
from msgspec.structs import asdict, astuple

if TYPE_CHECKING:
    # msgspec's own takes any changes; this one has their names and types checked.
    from dataclasses import replace
else:
    from msgspec.structs import replace

__all__ = ["NODEFAULT", "Struct", "asdict", "astuple", "defstruct", "field", "replace"]
