"""What a lesson has that pictures are drawn from."""

from __future__ import annotations

from collections.abc import Collection

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.graph import Graph
from gdtutor.engine.shapes import Shapes
from gdtutor.lesson.mistakes import Wrong
from gdtutor.lesson.reports import shown
from gdtutor.lesson.steps import Steps
from gdtutor.values import Struct

GRADIENT = "grad "
"""Before a name: its gradient is drawn, not its value."""


class PictureScope(Struct, frozen=True, eq=False):
    """What a lesson has that pictures are drawn from."""

    walks: tuple[Steps, ...]
    """The walk of each scene, with its graph and shapes."""
    inputs: int
    """Columns of the examples that are inputs."""
    targets: int
    examples: int
    variants: tuple[str, ...] = ()
    """The names of the lesson's variants."""

    @property
    def graphs(self) -> tuple[Graph, ...]:
        """The graph of each scene."""
        return tuple(walk.graph for walk in self.walks)

    @property
    def shapes(self) -> Shapes:
        """The shape of every leaf and node of all scenes."""
        return {name: shape for walk in self.walks for name, shape in walk.shapes.items()}

    @property
    def trained(self) -> tuple[str, ...]:
        """The parameters that updates change; none where the lesson does not train."""
        return self.walks[-1].trained

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of all scenes."""
        return tuple(dict.fromkeys(name for graph in self.graphs for name in graph.parameters))


class Unfit(Wrong):
    """Raised by a check: why a lesson cannot give a picture; at the option that is wrong."""

    def __init__(self, what: str, hint: str, *at: str) -> None:
        super().__init__("picture", what, hint, at)


def check_known(name: str, known: Collection[str], what: str, otherwise: str, key: str) -> None:
    """Raise `Wrong` where a name is none of those that an option takes.

    Args:
        name: The name.
        known: Those it takes.
        what: What is wrong with any other, behind its name.
        otherwise: The hint where no known name is near.
        key: The option.
    """
    if name not in known:
        raise Unfit(f"'{shown(name)}' {what}", did_you_mean(name, known) or otherwise, key)
