"""Would the model have foretold past agreements?  From the year before to four years after.

The target is what an agreement does to bilateral trade in goods beyond the size of the two: the change of
ln X_ij Y / (Y_i E_j), Y_i the exporter's output, E_j the importer's expenditure, Y the world's. The prediction is the
same figure in the equilibrium after the observed change of tariffs between the partners (`tariffs`), or after that and
whatever else it takes for trade to move by itself as it did under earlier agreements (`agreement`, β from a gravity
estimate on years before). Fifty placebos put the same shock on random economies and show where the real union lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.gravity import ppml
from peyvand.sources.codes import REST_OF_WORLD
from peyvand.sources.files import read_columns
from peyvand.trade.backcast_worlds import Flows, flows_of, world_of
from peyvand.trade.caliendo_parro import CaliendoParro
from peyvand.trade.episodes import Episode
from peyvand.trade.scores import score, share_at_least
from peyvand.world import Shock, World

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
VARIANTS = ("tariffs", "agreement")
_DIMS = ("exporter", "importer", "sector")


@dataclass(frozen=True, eq=False, kw_only=True)
class Backcast:
    """A prediction of the past beside what happened.

    Parameters
    ----------
    scores : DataFrame
        A row for each variant, sample and weighting with the figures of `peyvand.trade.scores.Score`.
    partners : DataFrame
        exporter, importer, trade_musd of the base year, tariffs before and after, `observed` and the predictions, log
        points: the misses too.
    placebo : DataFrame
        By variant: the real union's figure, the placebos' median, and the share of placebos that reach it.
    agreement_effect : float
        β of earlier agreements.
    """

    episode: Episode
    scores: pd.DataFrame
    partners: pd.DataFrame
    placebo: pd.DataFrame
    agreement_effect: float
    agreement_years: tuple[int, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Past:
    """Two years of the world around an agreement, and the model that is tried on the first.

    Parameters
    ----------
    asked : Episode
    world : World
        Of the base year.
    after : Flows
        Of the end year, on the same labels.
    model : CaliendoParro
    """

    asked: Episode
    world: World
    after: Flows
    model: CaliendoParro

    @cached_property
    def codes(self) -> NDArray[np.str_]:
        return np.array(self.world.economies)

    @cached_property
    def before(self) -> Array:
        """Flows of the base year (exporter, importer, sector), M USD."""
        return self._values("trade_flow")

    @cached_property
    def tariffs(self) -> tuple[Array, Array]:
        """Rates of both years (exporter, importer, sector)."""
        return self._values("tariff_rate"), self.after.tariff_rate

    @cached_property
    def size(self) -> Array:
        """Trade in goods of the base year (exporter, importer), M USD."""
        return np.asarray(self.before[..., self.after.goods].sum(axis=2))

    @cached_property
    def partners(self) -> Mask:
        return partner_pairs(self.codes, self.asked.members, self.asked.newcomers)

    @cached_property
    def known(self) -> Mask:
        """Pairs of different named economies that trade goods in both years."""
        named = self.codes != REST_OF_WORLD
        return np.asarray(np.isfinite(self.observed) & named[:, None] & named & ~np.eye(len(named), dtype=bool))

    @cached_property
    def observed(self) -> Array:
        """What became of trade beyond size (exporter, importer), log points."""
        return self.change(self.after.trade_flow)

    @cached_property
    def tariff_change(self) -> Array:
        """The change of ln (1+t) on goods between partners, 0 elsewhere."""
        change = np.log((1 + self.tariffs[1]) / (1 + self.tariffs[0]))
        return np.where(self.partners[..., None] & self.after.goods, change, 0.0)

    def agreement_change(self, effect: float) -> Array:
        """The change of ln κ between partners that moves their trade in goods by `effect` by itself."""
        theta = self.world["trade_elasticity"].values
        return np.where(self.partners[..., None] & self.after.goods, -effect / theta, 0.0)

    def change(self, flow: Array) -> Array:
        """The change of trade in goods beyond size from the base year to these flows (exporter, importer)."""
        goods = self.after.goods
        return beyond_size(flow[..., goods]) - beyond_size(self.before[..., goods])

    def future(self, *, tariff_change: Array, cost_change: Array) -> Array:
        """The model's flows after ln (1+t) moves by one array and ln d̂ by the other."""
        like = self.world["tariff_rate"].transpose(*_DIMS)
        shock = Shock.of(
            self.world,
            tariff_rate_counterfactual=like.copy(data=np.expm1(np.log1p(self.tariffs[0]) + tariff_change).clip(min=0)),
            iceberg_cost_hat=like.copy(data=np.exp(cost_change)),
        )
        found = self.model.solve(self.world, shock)["trade_flow_counterfactual"]
        return np.asarray(found.transpose(*_DIMS).values, dtype=np.float64)

    def _values(self, name: str) -> Array:
        return np.asarray(self.world[name].transpose(*_DIMS).values, dtype=np.float64)


def backcast(
    asked: Episode, folder: Path, *, placebos: int = 50, seed: int = 0, model: CaliendoParro | None = None
) -> Backcast:
    """Predict an episode from its base year and score the prediction.

    Parameters
    ----------
    asked : Episode
    folder : Path
        Holds the folders of ICIO, of both WIOD releases and of the Advanced Guide's panel.
    placebos : int
        Random unions of the same size.
    seed : int
        Of the placebos' draw.
    model : CaliendoParro, optional
        Closure; fixed deficits by default.
    """
    past = Past(
        asked=asked,
        world=world_of(asked.table, asked.base_year, folder),
        after=flows_of(asked.table, asked.end_year, folder),
        model=model or CaliendoParro(),
    )
    effect, years = earlier_agreements(folder, before=asked.base_year)
    cut, whole = past.tariff_change, past.agreement_change(effect)
    futures = {
        "tariffs": past.future(tariff_change=cut, cost_change=np.zeros_like(cut)),
        "agreement": past.future(tariff_change=cut, cost_change=whole - cut),
    }
    return Backcast(
        episode=asked,
        scores=pd.DataFrame([row for name, flow in futures.items() for row in _scores(past, name, flow)]),
        partners=_partner_table(past, futures),
        placebo=_placebos(past, futures, (cut, whole), placebos=placebos, seed=seed),
        agreement_effect=effect,
        agreement_years=years,
    )


def earlier_agreements(folder: Path, *, before: int) -> tuple[float, tuple[int, int]]:
    """β of regional agreements from years up to `before`, tariffs included, and the years that it rests on.

    Three-way PPML on the Advanced Guide's panel (manufacturing, 69 economies, every fourth year from 1986 to 2006)
    with a border effect for each year.
    """
    columns = ("exporter", "importer", "year", "trade", "rta")
    table = read_columns(folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet", columns)
    years = [year for year in range(1986, 2007, 4) if year <= before]
    panel = pd.DataFrame({name: table[name].to_numpy() for name in columns})
    panel = panel[panel["year"].isin(years)]
    panel["border"] = (panel["exporter"] != panel["importer"]).astype(float)
    fit = ppml(
        "trade ~ rta + i(year, border, ref=1986) | exporter^year + importer^year + exporter^importer", panel
    )  # fmt: skip
    return float(fit.coefficients["rta"]), (years[0], years[-1])


def partner_pairs(codes: NDArray[np.str_], members: Sequence[str], newcomers: Sequence[str]) -> Mask:
    """(exporter, importer) of two members of whom one is a newcomer."""
    inside, fresh = np.isin(codes, list(members)), np.isin(codes, list(newcomers))
    pairs = inside[:, None] & inside & (fresh[:, None] | fresh)
    return np.asarray(pairs & ~np.eye(len(codes), dtype=bool))


def beyond_size(flow: Array) -> Array:
    """ln X_ij Y / (Y_i E_j) of flows (exporter, importer, sector) summed over sectors; nan where nothing is traded."""
    total = flow.sum(axis=2)
    sold, bought = total.sum(axis=1), total.sum(axis=0)
    share = total * total.sum() / np.where(sold > 0, sold, 1.0)[:, None] / np.where(bought > 0, bought, 1.0)
    return np.asarray(np.log(np.where(share > 0, share, np.nan)))


def relabelled(change: Array, real: Sequence[int], places: Sequence[int]) -> Array:
    """The same change between other economies."""
    moved = np.zeros_like(change)
    moved[np.ix_(places, places)] = change[np.ix_(real, real)]
    return moved


def _scores(past: Past, variant: str, future: Array) -> list[dict[str, object]]:
    """Plain and weighted scores of a prediction: over partners, all pairs, and partners by sector."""
    change = past.change(future)
    samples = {
        name: (change[mask], past.observed[mask], past.size[mask])
        for name, mask in (("partners", past.known & past.partners), ("all_pairs", past.known))
    }
    samples["partners_by_sector"] = _by_sector(past, future)
    return [
        {
            "variant": variant,
            "sample": sample,
            "weights": weights,
            **score(predicted=predicted, observed=observed, weight=size if weights == "trade" else None).to_dict(),
        }
        for sample, (predicted, observed, size) in samples.items()
        for weights in ("equal", "trade")
    ]


def _by_sector(past: Past, future: Array) -> tuple[Array, Array, Array]:
    """Predicted and observed changes, and base-year trade, of the partners' trade in each sector of goods."""
    predicted, observed, size = [], [], []
    for sector in np.flatnonzero(past.after.goods):
        before, after, foretold = (
            beyond_size(flow[..., sector, None]) for flow in (past.before, past.after.trade_flow, future)
        )
        held = past.partners & np.isfinite(before) & np.isfinite(after)  # both years trade
        predicted.append((foretold - before)[held])
        observed.append((after - before)[held])
        size.append(past.before[..., sector][held])
    return np.concatenate(predicted), np.concatenate(observed), np.concatenate(size)


def _partner_table(past: Past, futures: dict[str, Array]) -> pd.DataFrame:
    """The partners' pairs, the largest trade first; tariffs are averages weighted by the base year's trade."""
    shown, goods = past.partners & past.known, past.after.goods
    exporters, importers = np.nonzero(shown)
    paid = [(rate * past.before)[..., goods].sum(axis=2)[shown] for rate in past.tariffs]
    table = pd.DataFrame(
        {
            "exporter": past.codes[exporters],
            "importer": past.codes[importers],
            "trade_musd": past.size[shown],
            "tariff_before": paid[0] / past.size[shown],
            "tariff_after": paid[1] / past.size[shown],
            "observed": past.observed[shown],
            **{name: past.change(flow)[shown] for name, flow in futures.items()},
        }
    )
    return table.sort_values("trade_musd", ascending=False, ignore_index=True)


def _placebos(
    past: Past, futures: dict[str, Array], shocks: tuple[Array, Array], *, placebos: int, seed: int
) -> pd.DataFrame:
    """Where the real union lies among random ones of its size.

    `observed_change`: the mean change of trade between partners, in the data alone. `rank_correlation`: of the
    prediction with all pairs' changes, by variant; a placebo's shock is the real one between other economies, all of
    it a change of cost, since they have other tariffs.
    """
    rng = np.random.default_rng(seed)
    members, known, observed = past.asked.members, past.known, past.observed
    real = [past.world.economies.index(code) for code in members]
    fresh = [place for place, code in enumerate(members) if code in past.asked.newcomers]
    pool = np.flatnonzero(past.codes != REST_OF_WORLD)
    means: list[float] = []
    ranks: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for _ in range(placebos):
        places = rng.choice(pool, size=len(members), replace=False).tolist()
        union = past.codes[places]
        mask = known & partner_pairs(past.codes, union, union[fresh])
        means.append(float(observed[mask].mean()) if mask.any() else float("nan"))
        for name, shock in zip(VARIANTS, shocks, strict=True):
            flow = past.future(tariff_change=np.zeros_like(shock), cost_change=relabelled(shock, real, places))
            ranks[name].append(_rank(past, flow))
    rows = [_placed("observed_change", "", float(observed[known & past.partners].mean()), np.array(means))]
    rows += [_placed("rank_correlation", name, _rank(past, futures[name]), np.array(ranks[name])) for name in VARIANTS]
    return pd.DataFrame(rows)


def _rank(past: Past, future: Array) -> float:
    """Rank correlation of a prediction with what became of all pairs."""
    known = past.known
    return score(predicted=past.change(future)[known], observed=past.observed[known]).rank_correlation


def _placed(figure: str, variant: str, real: float, others: Array) -> dict[str, object]:
    held = others[~np.isnan(others)]
    return {
        "figure": figure,
        "variant": variant,
        "real": real,
        "placebo_median": float(np.median(held)) if len(held) else float("nan"),
        "share_at_least": share_at_least(real, others),
        "placebos": len(held),
    }
