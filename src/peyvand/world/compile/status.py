"""How well is each flow known?  Its status, and a coefficient of variation by class of cell.

`held_out_errors.csv` holds the errors of splitting Türkiye, Kazakhstan and Pakistan out of the rest of the world as if
ICIO did not report them (`peyvand world build --held-out` writes it anew); they are the coefficients of variation of
the same classes of cells of the split economies.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from peyvand.world.balance import Array
from peyvand.world.compile.concordance import GOODS, SECTORS, Economy
from peyvand.world.world import STATUSES

REPORTED, ESTIMATED = STATUSES.index("reported"), STATUSES.index("estimated")
REPORTED_CV = 0.05
"""Of a flow that ICIO reports (`assumed`): it is itself a balanced table."""
SERVICES_CV = 0.25
"""Of one of three services where ICIO reports their total (`assumed`)."""
LARGE_MUSD = 100.0
"""A cross-border cell of goods from here on is `large`."""


def flow_status(economies: tuple[Economy, ...]) -> NDArray[np.int8]:
    """Positions in `STATUSES` over (exporter, importer, sector).

    Goods between economies that ICIO holds are `reported`; services, and all that touches a split economy or what
    remains of the rest of the world, are `estimated`.
    """
    known = np.array([economy.kind in ("reported", "bloc") for economy in economies])
    goods = np.arange(len(SECTORS)) < len(GOODS)
    reported = known[:, None, None] & known[None, :, None] & goods
    return np.where(reported, REPORTED, ESTIMATED).astype(np.int8)


def class_of(*, goods: bool, home: bool, flow_musd: float) -> str:
    """The class of a cell: goods_home, goods_large, goods_small (abroad), services_home or services_abroad."""
    if goods:
        return "goods_home" if home else "goods_large" if flow_musd >= LARGE_MUSD else "goods_small"
    return "services_home" if home else "services_abroad"


def flow_cv(flow: Array, status: NDArray[np.int8], economies: tuple[Economy, ...]) -> Array:
    """Coefficients of variation over (exporter, importer, sector)."""
    known = np.array([economy.kind in ("reported", "bloc") for economy in economies])
    touched = ~(known[:, None, None] & known[None, :, None])
    goods = np.arange(len(SECTORS)) < len(GOODS)
    home = np.eye(len(economies), dtype=bool)[:, :, None]
    errors = held_out_cvs()
    abroad = np.where(flow >= LARGE_MUSD, errors["goods_large"], errors["goods_small"])
    services = np.where(home, errors["services_home"], errors["services_abroad"])
    split = np.where(goods, np.where(home, errors["goods_home"], abroad), services)
    return np.where(touched, split, np.where(status == REPORTED, REPORTED_CV, SERVICES_CV))


@cache
def held_out_cvs() -> dict[str, float]:
    """Coefficient of variation of each class of cells, from the held-out split."""
    with files(__package__).joinpath("held_out_errors.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["class"]: float(row["cv"]) for row in rows if row["economy"] == "all"}
