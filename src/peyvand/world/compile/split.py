"""How is ICIO's rest of the world taken apart?  Into the economies of the region and what remains, cell by cell.

Unknown are all flows with the rest of the world at one end at least.  They are the least cross-entropy table from a
gravity prior such that

- what each other economy sells to and buys from the parts is, in every sector, what it sells to and buys from ICIO's
  rest of the world, and the parts' trade among themselves with their domestic sales is the rest's own (exact);
- each split economy's goods exports and imports are its totals (exact);
- its exports and imports by sector, its services trade, its domestic sales and its trade with each partner come near
  their targets, each as strongly as its source deserves.

The prior of a flow is supply × demand × exp(gravity index), see `geography`.  Everything here is `estimated`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError
from peyvand.world.balance import Array, Margin, fit_margins, margin
from peyvand.world.compile.concordance import GOODS, REST, Economy
from peyvand.world.compile.geography import geography, ties
from peyvand.world.compile.inputs import Inputs
from peyvand.world.compile.mixes import Mixes
from peyvand.world.compile.partners import Pairs, pair_totals
from peyvand.world.compile.targets import Target, targets

STRENGTH = {
    "exports": 20.0,
    "imports": 10.0,
    "services": 20.0,
    "home": 20.0,
    "named": 20.0,
    "between": 5.0,
    "unknown": 2.0,
}
"""How strongly a soft target pulls against the prior (`assumed`)."""
_REST_FLOOR = 0.05
"""What remains of the rest keeps at least this part of each of its totals in the prior."""
HIDDEN_OIL = {"IRN": ("CHN", "IND", "JPN", "KOR")}
"""Exporters that report oil sales to `Other Asia, nes`, and whom it hides: their pairs' totals are without oil."""


def split_flows(inputs: Inputs, flow: xr.DataArray, donors: xr.Dataset, chosen: tuple[Economy, ...]) -> xr.DataArray:
    """Flows of eight goods sectors and all services over `chosen`, ICIO's rest of the world taken apart."""
    return split_rest(
        flow,
        codes=[economy.code for economy in chosen],
        aims=targets(inputs, chosen, flow, donors),
        pairs=pair_totals(inputs, chosen, Mixes(inputs)),
        ease=geography(inputs, chosen).ease()[:, :, None] * ties([economy.code for economy in chosen]),
    )


def split_rest(
    flow: xr.DataArray, *, codes: list[str], aims: tuple[Target, ...], pairs: Pairs, ease: Array
) -> xr.DataArray:
    """Flows over all of `codes`, with the rest of the world taken apart.

    Parameters
    ----------
    flow : DataArray (exporter, importer, sector)
        ICIO's flows, its rest of the world whole under `ROW`.
    codes : list of str
        The economies of the result: those of `flow` and those split out of `ROW`.
    aims : tuple of Target
        One per split economy.
    pairs : Pairs
        What is known of pairs over `codes`.
    ease : array (exporter, importer, sector)
        exp of the gravity index of pairs over `codes`, times what is known of pairs and sectors.

    Raises
    ------
    ConvergenceError
        If the totals that must hold contradict one another.
    """
    whole = _placed(flow, codes)
    inside = np.array([code in {REST, *(target.code for target in aims)} for code in codes])
    pairs = _held_by_icio(pairs, whole, codes, aims, ease)
    prior = _with_gold(_prior(whole, codes, inside, aims, ease), whole, codes, aims, pairs.gold)
    margins = [
        *_soft_margins(codes, aims, pairs, prior),
        *_total_margins(codes, aims, prior.shape),
        *_icio_margins(whole, codes, inside),
    ]
    found = fit_margins(prior, margins, tol=1e-9, max_iterations=4_000)
    if not found.residual <= 1e-8:
        raise ConvergenceError(
            f"the rest of the world could not be split: residual {found.residual:.1e} after {found.iterations} rounds",
            hint="a total exceeds what ICIO's rest of the world holds",
            residual=found.residual,
        )
    outside = ~inside
    values = np.where(outside[:, None, None] & outside[None, :, None], whole, found.values)
    coords = {"exporter": codes, "importer": codes, "sector": list(flow["sector"].values)}
    return xr.DataArray(values, coords, ("exporter", "importer", "sector"))


def _placed(flow: xr.DataArray, codes: list[str]) -> Array:
    """ICIO's flows on the World's economies, zero where an economy is not in ICIO."""
    return flow.reindex(exporter=codes, importer=codes, fill_value=0.0).to_numpy()


def _prior(whole: Array, codes: list[str], inside: NDArray[np.bool_], aims: tuple[Target, ...], ease: Array) -> Array:
    """Supply × demand × ease where one end is inside; targets at home, and the remainder's own trade what is left."""
    rest = codes.index(REST)
    supply, demand = whole[:, rest, :].copy(), whole[rest, :, :].copy()
    exported = sum((target.exports for target in aims), start=np.zeros(whole.shape[2]))
    imported = sum((target.imports for target in aims), start=np.zeros(whole.shape[2]))
    outside = ~inside
    sold, bought = demand[outside].sum(axis=0), supply[outside].sum(axis=0)
    supply[rest] = np.maximum(sold - exported, _REST_FLOOR * sold)
    demand[rest] = np.maximum(bought - imported, _REST_FLOOR * bought)
    for target in aims:
        at = codes.index(target.code)
        supply[at], demand[at] = target.exports, target.imports
    prior = supply[:, None, :] * demand[None, :, :] * ease
    prior *= ((inside[:, None] | inside[None, :]) & ~(outside[:, None] & outside[None, :]))[:, :, None]
    prior *= np.divide(
        bought + sold, prior.sum(axis=(0, 1)), where=prior.sum(axis=(0, 1)) > 0, out=np.ones(whole.shape[2])
    )
    own = whole[rest, rest] - sum((target.home for target in aims), start=np.zeros(whole.shape[2]))
    for target in aims:
        at = codes.index(target.code)
        prior[at, at] = target.home
    prior[rest, rest] = np.maximum(own, _REST_FLOOR * whole[rest, rest])
    return np.asarray(prior)


def _held_by_icio(pairs: Pairs, whole: Array, codes: list[str], aims: tuple[Target, ...], ease: Array) -> Pairs:
    """Totals of pairs less what ICIO cannot hold of them: a total that cannot enter its sector would fill the others.

    A pair's trade is taken to have its exporter's mix, without what does not go there (`ease`) and with less oil where
    the importer sells more than it buys; of each sector no more is kept than ICIO's rest of the world trades with that
    partner.  (Azerbaijan's oil for Israel and the gas for Türkiye are not in ICIO's flows.)
    """
    goes = (ease / ease.max(axis=2, keepdims=True))[:, :, : len(GOODS)]
    oil = GOODS.index("oil_gas")
    bought, sold = (whole[:, :, oil].sum(axis=axis) - np.diag(whole[:, :, oil]) for axis in (0, 1))
    goes[:, :, oil] *= np.minimum(bought / np.maximum(sold, 1e-9), 1.0)
    rest, goods = codes.index(REST), len(GOODS)
    most = np.ones((len(codes), len(codes)))
    known = pairs.named.fillna(pairs.between).loc[codes, codes].to_numpy(float)
    split = [target.code for target in aims]
    for target in aims:
        own = codes.index(target.code)
        for at, other in enumerate(codes):
            if other in split or other == REST:
                continue
            ways = (
                (own, at, target.exports[:goods], whole[rest, at, :goods]),
                (at, own, whole[at, rest, :goods], target.imports[:goods]),
            )
            for exporter, importer, mix, room in ways:
                total, part = known[exporter, importer], mix * goes[exporter, importer]
                if total > 0 and part.sum() > 0:
                    most[exporter, importer] = np.minimum(total * part / part.sum(), room).sum() / total
    kept = pd.DataFrame(most, codes, codes)
    return replace(pairs, named=pairs.named * kept, between=pairs.between * kept)


def _with_gold(prior: Array, whole: Array, codes: list[str], aims: tuple[Target, ...], gold: pd.DataFrame) -> Array:
    """The prior with gold put where it goes: to and from its hubs as far as ICIO has it, else the rest of the world.

    ICIO leaves most gold out of the hubs' purchases from and sales to its rest of the world (Switzerland buys 253 M USD
    of all metals there, while the region sells it some 7 bn of gold), so the rest of the world takes what they cannot.
    """
    found = prior.copy()
    rest, metals = codes.index(REST), GOODS.index("metals_minerals")
    table = gold.loc[codes, codes].to_numpy()
    for target in aims:
        at = codes.index(target.code)
        sold = np.minimum(table[at], table[at] / np.maximum(table.sum(axis=0), 1e-9) * whole[rest, :, metals] / 2)
        bought = np.minimum(
            table[:, at], table[:, at] / np.maximum(table.sum(axis=1), 1e-9) * whole[:, rest, metals] / 2
        )
        for row, all_gold, placed in ((True, table[at].sum(), sold), (False, table[:, at].sum(), bought)):
            if all_gold <= 0:
                continue
            cells = found[at, :, metals] if row else found[:, at, metals]
            others = np.arange(len(codes)) != at
            beside = max((target.exports if row else target.imports)[metals] - all_gold, 0.0)
            cells[others] *= beside / cells[others].sum()
            cells += placed
            cells[rest] += all_gold - placed.sum()
    return found


def _icio_margins(whole: Array, codes: list[str], inside: NDArray[np.bool_]) -> list[Margin]:
    """What ICIO's rest of the world sells, buys and keeps in every sector."""
    rest, shape = codes.index(REST), whole.shape
    outside = ~inside
    sectors = shape[2]
    number = np.arange(shape[0])[:, None] * sectors + np.arange(sectors)
    from_outside = np.where(outside[:, None, None] & inside[None, :, None], number[:, None, :], -1)
    to_outside = np.where(inside[:, None, None] & outside[None, :, None], number[None, :, :], -1)
    within = np.where(inside[:, None, None] & inside[None, :, None], np.arange(sectors), -1)
    return [
        Margin(group=from_outside, total=whole[:, rest, :].ravel()),
        Margin(group=to_outside, total=whole[rest, :, :].ravel()),
        Margin(group=within, total=whole[rest, rest]),
    ]


def _total_margins(codes: list[str], aims: tuple[Target, ...], shape: tuple[int, ...]) -> list[Margin]:
    """Goods exports and imports of each split economy."""
    goods = len(GOODS)
    found = []
    for axis, name in ((0, "exports"), (1, "imports")):
        group = np.full(shape, -1)
        total: list[float] = []
        for target in aims:
            at = codes.index(target.code)
            cells = [slice(None), slice(None), slice(0, goods)]
            cells[axis] = slice(at, at + 1)
            group[tuple(cells)] = len(total)
            group[at, at, :] = -1
            total.append(getattr(target, name)[:goods].sum())
        found.append(Margin(group=group, total=np.array(total)))
    return found


def _soft_margins(codes: list[str], aims: tuple[Target, ...], pairs: Pairs, prior: Array) -> list[Margin]:
    """Sectors, services, home and pairs of each split economy."""
    shape = prior.shape
    places = [codes.index(target.code) for target in aims]
    found = []
    for axis, name in ((0, "exports"), (1, "imports")):
        total = np.full((shape[0], shape[2]), np.nan)
        total[places] = [getattr(target, name) for target in aims]
        services = np.where(np.arange(shape[2]) < len(GOODS), np.nan, total)
        goods = np.where(np.arange(shape[2]) < len(GOODS), total, np.nan)
        for part, strength in ((goods, STRENGTH[name]), (services, STRENGTH["services"])):
            found.append(_abroad(margin(kept=(axis, 2), total=part, shape=shape, strength=strength), shape))
    home = np.full(shape, -1)
    sectors = shape[2]
    for number, at in enumerate(places):
        home[at, at] = number * sectors + np.arange(sectors)
    found.append(Margin(group=home, total=np.ravel([target.home for target in aims]), strength=STRENGTH["home"]))
    totals = {"named": pairs.named, "between": pairs.between, "unknown": _unknown_pairs(codes, aims, pairs, prior)}
    return [*found, *(_pair_margin(codes, table, pairs, shape, STRENGTH[name]) for name, table in totals.items())]


def _unknown_pairs(codes: list[str], aims: tuple[Target, ...], pairs: Pairs, prior: Array) -> pd.DataFrame:
    """Totals of pairs that no source knows: the prior's, at the scale of the known ones of the split economy."""
    known = pairs.named.fillna(pairs.between).loc[codes, codes]
    guess = pd.DataFrame(prior[:, :, : len(GOODS)].sum(axis=2), codes, codes)
    seen = guess.where(known.notna())
    free = known.isna() & (pairs.gold.loc[codes, codes] == 0)
    unknown = guess.where(free & (guess > 0) & ~np.eye(len(codes), dtype=bool))
    split = [target.code for target in aims]
    by_importer = (known.sum() / seen.sum())[split]
    by_exporter = (known.sum(axis=1) / seen.sum(axis=1))[split]
    found = unknown[split].mul(by_importer).reindex(columns=codes)
    return unknown.loc[split].mul(by_exporter, axis=0).reindex(codes).fillna(found)


def _pair_margin(
    codes: list[str], totals: pd.DataFrame, pairs: Pairs, shape: tuple[int, ...], strength: float
) -> Margin:
    """Goods totals of pairs; without oil and gas where their buyers are hidden, without metals where gold is placed."""
    group = margin(kept=(0, 1), total=np.zeros(shape[:2]), shape=shape).group
    group[:, :, len(GOODS) :] = -1
    for code, buyers in HIDDEN_OIL.items():
        group[codes.index(code), [codes.index(buyer) for buyer in buyers], GOODS.index("oil_gas")] = -1
    gold = pairs.gold.loc[codes, codes].to_numpy() > 0
    rest = codes.index(REST)
    gold[gold.any(axis=1), rest] = True
    gold[rest, gold.any(axis=0)] = True
    group[gold, GOODS.index("metals_minerals")] = -1
    return Margin(group=group, total=totals.loc[codes, codes].to_numpy(float).ravel(), strength=strength)


def _abroad(every: Margin, shape: tuple[int, ...]) -> Margin:
    """The margin without domestic sales."""
    group = every.group.copy()
    home = np.arange(shape[0])
    group[home, home] = -1
    return Margin(group=group, total=every.total, strength=every.strength)
