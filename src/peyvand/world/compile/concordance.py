"""Which industry, chapter or section belongs to which of the eleven sectors, and which economy holds which?

`concordance.csv` maps the codes of each publisher's scheme (icio, wiod, uzbekistan, hs2, wits) to sectors; a code
that straddles sectors names them all, joined by `|`, and the step that uses it says how it is divided.
`economies.csv` lists the economies of the World in order.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

GOODS = (
    "agriculture_food", "oil_gas", "mining", "refining_chemicals", "pharmaceuticals", "textiles_light",
    "metals_minerals", "machinery_equipment",
)  # fmt: skip
SERVICES = ("transport_services", "engineering_services", "other_services")
SECTORS = GOODS + SERVICES
ALL_SERVICES = "services"
"""The one services aggregate that ICIO's long tables hold, until it is split in three."""

Scheme = Literal["icio", "wiod", "uzbekistan", "hs2", "wits"]
REST = "ROW"


@dataclass(frozen=True, slots=True)
class Economy:
    """One economy of the World.

    Parameters
    ----------
    code : str
        ISO alpha-3, or the code of a bloc.
    kind : str
        `reported` in ICIO by itself; `split` out of ICIO's rest of the world; a `bloc` of ICIO economies; the `rest`
        that remains.
    members : tuple of str
        ISO alpha-3 codes of the economies it sums.
    donor : str
        Whose input-output table gives the prior of its cost shares.
    capital_of : str
        The economy whose capital stands for it on a map.
    """

    code: str
    kind: str
    members: tuple[str, ...]
    donor: str
    capital_of: str


@cache
def economies() -> tuple[Economy, ...]:
    """The economies of the World, in its order."""
    return tuple(
        Economy(row["code"], row["kind"], tuple(row["members"].split()), row["donor"], row["capital_of"])
        for row in rows_of("economies.csv")
    )


@cache
def sector_of(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    """The sectors of each code of a scheme; more than one where the code straddles them.

    >>> sector_of("icio")["C19"], sector_of("wiod")["c2"]
    (('refining_chemicals',), ('oil_gas', 'mining'))
    """
    return {
        row["code"]: tuple(row["sector"].split("|")) for row in rows_of("concordance.csv") if row["scheme"] == scheme
    }


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one of this folder's tables."""
    with files(__package__).joinpath(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
