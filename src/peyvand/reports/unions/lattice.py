"""What does the lattice of unions look like?  A row a size, the union of all on top.

Each union is a dot: larger and stronger the more its members gain together, ringed if it holds. A line leads through
the easiest order in which the members of the best union that can be reached could join.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peyvand.unions.accession import accession
from peyvand.unions.concepts import Stability
from peyvand.unions.landscape import Landscape

WIDTH, ROW, MARGIN = 1000.0, 64.0, 36.0
MOST_IN_A_ROW = 60
"""Of each size, so many unions whose members gain most are drawn, all that hold and those of the path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A union of the picture; `weight` is 0 to 1."""

    union: int
    x: float
    y: float
    radius: float
    tone: str
    weight: float
    holds: bool
    gain_musd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The unions of one size: how many there are, how many are drawn."""

    size: int
    y: float
    count: int
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """Where everything stands; the template draws it."""

    height: float
    rows: tuple[Row, ...]
    nodes: tuple[Node, ...]
    path: str
    order: tuple[str, ...]
    complete: bool

    @property
    def cut(self) -> bool:
        """Whether some unions are left out."""
        return any(row.drawn < row.count for row in self.rows)


def lattice(landscape: Landscape, held: Stability, target: int) -> Lattice:
    """The picture of all unions.

    Parameters
    ----------
    landscape : Landscape
        Of all unions.
    held : Stability
        Which are ringed.
    target : int
        The union to which the path leads, as far as it can.
    """
    gain = np.where(landscape.is_member, landscape.payoff, 0.0).sum(axis=1)
    k = len(landscape.candidates)
    most = float(np.nanmax(np.abs(gain))) or 1.0
    way = accession(landscape.game, target)
    along = {sum(1 << place for place in way.order[:count]) for count in range(2, len(way.order) + 1)}
    nodes: dict[int, Node] = {}
    rows = []
    for size in range(2, k + 1):
        y = MARGIN + ROW * (k - size)
        here = landscape.numbers[(landscape.sizes == size) & np.isfinite(gain)]
        ranked = here[np.argsort(-gain[here])]
        chosen = [
            union
            for rank, union in enumerate(ranked)
            if rank < MOST_IN_A_ROW or held.stable[union] or int(union) in along
        ]
        step = min(90.0, (WIDTH - 150) / max(1, len(chosen)))
        for place, union in enumerate(_from_the_middle(chosen)):
            weight = abs(float(gain[union])) / most
            nodes[int(union)] = Node(
                union=int(union),
                x=WIDTH / 2 + 40 + step * (place - (len(chosen) - 1) / 2),
                y=y,
                radius=min(3.0 + 9.0 * weight**0.5, max(2.4, 0.46 * step)),
                tone="gain" if gain[union] >= 0 else "loss",
                weight=weight,
                holds=bool(held.stable[union]),
                gain_musd=float(gain[union]),
            )
        rows.append(Row(size=size, y=y, count=len(here), drawn=len(chosen)))
    return Lattice(
        height=2 * MARGIN + ROW * (k - 2),
        rows=tuple(rows),
        nodes=tuple(nodes.values()),
        path=_path(way.order, nodes),
        order=tuple(landscape.candidates[place] for place in way.order),
        complete=way.complete,
    )


def _from_the_middle(unions: list[np.int64]) -> list[np.int64]:
    """The largest gain in the middle, then left and right in turn."""
    return [*unions[1::2][::-1], *unions[0::2]]


def _path(order: tuple[int, ...], nodes: dict[int, Node]) -> str:
    """The line through the unions of an order, those that are drawn."""
    here, points = 0, []
    for place in order:
        here |= 1 << place
        if here in nodes:
            points.append(f"{nodes[here].x:.1f} {nodes[here].y:.1f}")
    return "M" + "L".join(points) if len(points) > 1 else ""
