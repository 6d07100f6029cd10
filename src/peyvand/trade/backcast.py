"""Would the model have foretold past agreements?  Four of them, from the year before to four years after.

The target is what an agreement does to bilateral trade in goods beyond the size of the two: the change of
ln X_ij Y / (Y_i E_j), Y_i the exporter's output, E_j the importer's expenditure, Y the world's. The prediction is the
same figure in the equilibrium after the observed change of tariffs between the partners (`tariffs`), or after that and
whatever else it takes for trade to move by itself as it did under earlier agreements (`agreement`, β from a gravity
estimate on years before). Fifty placebos put the same shock on random economies and show where the real union lies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.gravity import ppml
from peyvand.locale import text
from peyvand.sources.codes import REST_OF_WORLD
from peyvand.sources.files import read_columns
from peyvand.trade.backcast_worlds import FlowTable, flows_of, world_of
from peyvand.trade.caliendo_parro import CaliendoParro
from peyvand.trade.scores import score, share_at_least
from peyvand.world import Shock, World

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
VARIANTS = ("tariffs", "agreement")
SAMPLES = ("partners", "partners_by_sector", "all_pairs")
_DIMS = ("exporter", "importer", "sector")
EU_15 = ("AUT", "BEL", "DEU", "DNK", "ESP", "FIN", "FRA", "GBR", "GRC", "IRL", "ITA", "LUX", "NLD", "PRT", "SWE")
EU_2004 = ("CYP", "CZE", "EST", "HUN", "LTU", "LVA", "MLT", "POL", "SVK", "SVN")
EU_28 = (*EU_15, *EU_2004, "BGR", "HRV", "ROU")


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An agreement of the past.

    Parameters
    ----------
    table : {"icio", "wiod"}
        Whose flows and tariffs.
    base_year, end_year : int
        Before it, and after: four years on where the set reaches that far.
    members, newcomers : tuple of str
        Its partners; trade becomes free between a newcomer and every other member.
    """

    name: str
    table: FlowTable
    base_year: int
    end_year: int
    members: tuple[str, ...]
    newcomers: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its name in English."""
        return text(f"backcast.episodes.{self.name}.title", "en")


EPISODES = (
    Episode(
        name="eu-2004",
        table="wiod",
        base_year=2003,
        end_year=2007,
        members=EU_15 + EU_2004,
        newcomers=EU_2004,
    ),
    Episode(
        name="usa-korea-2012",
        table="wiod",
        base_year=2011,
        end_year=2014,
        members=("USA", "KOR"),
        newcomers=("KOR",),
    ),
    Episode(
        name="usa-korea-2012-icio",
        table="icio",
        base_year=2011,
        end_year=2015,
        members=("USA", "KOR"),
        newcomers=("KOR",),
    ),
    Episode(
        name="eu-ukraine-2016",
        table="icio",
        base_year=2013,
        end_year=2017,
        members=(*EU_28, "UKR"),
        newcomers=("UKR",),
    ),
    Episode(
        name="china-korea-australia-2015",
        table="icio",
        base_year=2014,
        end_year=2018,
        members=("CHN", "KOR", "AUS"),
        newcomers=("CHN",),
    ),
)

NOT_TESTABLE = ("eaeu-2015",)
"""Asked for often, with no data to tell; the reason is in the locale files."""


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


def episode(name: str) -> Episode:
    """An episode by name.

    Raises
    ------
    UnknownNameError
        With the nearest name, or the reason why it cannot be tested.
    """
    held = {row.name: row for row in EPISODES}
    if name not in held:
        if name in NOT_TESTABLE:
            raise UnknownNameError(f"{name} is not testable", hint=text(f"backcast.episodes.{name}.note", "en"))
        raise UnknownNameError(f"no episode {name!r}", hint=did_you_mean(name, held), name=name)
    return held[name]


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
    solver = model or CaliendoParro()
    world = world_of(asked.table, asked.base_year, folder)
    after = flows_of(asked.table, asked.end_year, folder)
    effect, years = earlier_agreements(folder, before=asked.base_year)
    codes = np.array(world.economies)
    treated = _treated(codes, asked.members, asked.newcomers)
    goods = after.goods
    before = _values(world, "trade_flow")
    flows, tariffs = (before, after.trade_flow), (_values(world, "tariff_rate"), after.tariff_rate)
    known = _comparable(flows, codes, goods)
    observed = _beyond_size(after.trade_flow[..., goods]) - _beyond_size(before[..., goods])
    cut = np.where(treated[..., None] & goods, np.log((1 + tariffs[1]) / (1 + tariffs[0])), 0.0)
    theta = world["trade_elasticity"].values
    whole = np.where(treated[..., None] & goods, -effect / theta, 0.0)

    def predicted(tariff_change: Array, cost_change: Array) -> Array:
        """Flows after ln(1+t) moves by one array and ln d̂ by the other."""
        like = world["tariff_rate"].transpose(*_DIMS)
        new_rate = np.maximum((1 + tariffs[0]) * np.exp(tariff_change) - 1, 0.0)
        shock = Shock.of(
            world,
            tariff_rate_counterfactual=like.copy(data=new_rate),
            iceberg_cost_hat=like.copy(data=np.exp(cost_change)),
        )
        return solver.solve(world, shock)["trade_flow_counterfactual"].transpose(*_DIMS).values

    futures = {"tariffs": predicted(cut, np.zeros_like(cut)), "agreement": predicted(cut, whole - cut)}
    changes = {
        name: _beyond_size(flow[..., goods]) - _beyond_size(before[..., goods]) for name, flow in futures.items()
    }
    samples = {"partners": known & treated, "all_pairs": known}
    size = before[..., goods].sum(axis=2)
    rows = []
    for name, flow in futures.items():
        for sample, mask in samples.items():
            rows += _scored(name, sample, changes[name][mask], observed[mask], size[mask])
        rows += _scored(name, "partners_by_sector", *_by_sector(flow, flows, treated, goods))
    real = [world.economies.index(code) for code in asked.members]

    def moved(places: Sequence[int]) -> tuple[Array, Array]:
        """The real shocks in the places of other economies: tariff cuts as costs, and the whole effect."""
        return _relabelled(cut, real, places), _relabelled(whole, real, places)

    return Backcast(
        episode=asked,
        scores=pd.DataFrame(rows),
        partners=_partner_table(codes, treated & known, size, tariffs, goods, before, observed, changes),
        placebo=_placebos(
            world, asked, moved, predicted, observed, changes, known, goods, placebos=placebos, seed=seed
        ),
        agreement_effect=effect,
        agreement_years=years,
    )  # fmt: skip


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


def _treated(codes: NDArray[np.str_], members: Sequence[str], newcomers: Sequence[str]) -> Mask:
    """(exporter, importer) of two members of whom one is a newcomer."""
    inside, fresh = np.isin(codes, list(members)), np.isin(codes, list(newcomers))
    pairs = inside[:, None] & inside & (fresh[:, None] | fresh)
    return np.asarray(pairs & ~np.eye(len(codes), dtype=bool))


def _comparable(flows: tuple[Array, Array], codes: NDArray[np.str_], goods: Mask) -> Mask:
    """Pairs of different named economies that trade goods in both years."""
    named = codes != REST_OF_WORLD
    both = np.logical_and(*(flow[..., goods].sum(axis=2) > 0 for flow in flows))
    return np.asarray(both & named[:, None] & named & ~np.eye(len(codes), dtype=bool))


def _beyond_size(flow: Array) -> Array:
    """ln X_ij Y / (Y_i E_j) of flows (exporter, importer, sector) summed over sectors; nan where nothing is traded."""
    total = flow.sum(axis=2)
    sold, bought = total.sum(axis=1), total.sum(axis=0)
    share = total * total.sum() / np.where(sold > 0, sold, 1.0)[:, None] / np.where(bought > 0, bought, 1.0)
    return np.asarray(np.log(np.where(share > 0, share, np.nan)))


def _by_sector(future: Array, flows: tuple[Array, Array], treated: Mask, goods: Mask) -> tuple[Array, Array, Array]:
    """Predicted and observed changes, and base-year trade, of the partners' trade in each sector of goods."""
    predicted, observed, size = [], [], []
    for sector in np.flatnonzero(goods):
        before, after, foretold = (_beyond_size(flow[..., sector, None]) for flow in (*flows, future))
        held = treated & np.isfinite(before) & np.isfinite(after)  # both years trade
        predicted.append((foretold - before)[held])
        observed.append((after - before)[held])
        size.append(flows[0][..., sector][held])
    return np.concatenate(predicted), np.concatenate(observed), np.concatenate(size)


def _scored(variant: str, sample: str, predicted: Array, observed: Array, size: Array) -> list[dict[str, object]]:
    """Plain and weighted scores of one prediction."""
    if not len(predicted):
        return []
    both = (("equal", None), ("trade", size))
    return [
        {
            "variant": variant,
            "sample": sample,
            "weights": name,
            **score(predicted=predicted, observed=observed, weight=weight).to_dict(),
        }
        for name, weight in both
    ]


def _partner_table(
    codes: NDArray[np.str_], shown: Mask, size: Array, tariffs: tuple[Array, Array], goods: Mask, before: Array,
    observed: Array, changes: dict[str, Array],
) -> pd.DataFrame:  # fmt: skip
    """The partners' pairs, the largest trade first; tariffs are averages weighted by the base year's trade."""
    exporters, importers = np.nonzero(shown)
    weight = np.where(size > 0, size, 1.0)
    average = [(rate[..., goods] * before[..., goods]).sum(axis=2) / weight for rate in tariffs]
    table = pd.DataFrame(
        {
            "exporter": codes[exporters],
            "importer": codes[importers],
            "trade_musd": size[shown],
            "tariff_before": average[0][shown],
            "tariff_after": average[1][shown],
            "observed": observed[shown],
            **{name: change[shown] for name, change in changes.items()},
        }
    )
    return table.sort_values("trade_musd", ascending=False, ignore_index=True)


def _relabelled(change: Array, real: Sequence[int], places: Sequence[int]) -> Array:
    """The same change between other economies."""
    moved = np.zeros_like(change)
    moved[np.ix_(places, places)] = change[np.ix_(real, real)]
    return moved


def _placebos(
    world: World,
    asked: Episode,
    moved: Callable[[Sequence[int]], tuple[Array, Array]],
    predicted: Callable[[Array, Array], Array],
    observed: Array,
    changes: dict[str, Array],
    known: Mask,
    goods: Mask,
    *,
    placebos: int,
    seed: int,
) -> pd.DataFrame:
    """Where the real union lies among random ones of its size.

    `observed_change`: the mean change of trade between partners, in the data alone. `rank_correlation`: of the
    prediction with all pairs' changes, by variant.
    """
    rng = np.random.default_rng(seed)
    codes, before = np.array(world.economies), _values(world, "trade_flow")[..., goods]
    pool = np.flatnonzero(codes != REST_OF_WORLD)
    unions = [rng.choice(pool, size=len(asked.members), replace=False).tolist() for _ in range(placebos)]
    fresh = [place for place, code in enumerate(asked.members) if code in asked.newcomers]
    means: list[float] = []
    found: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for places in unions:
        mask = known & _treated(codes, codes[places], codes[places][fresh])
        means.append(float(observed[mask].mean()) if mask.any() else float("nan"))
        for name, cost in zip(VARIANTS, moved(places), strict=True):
            change = _beyond_size(predicted(np.zeros_like(cost), cost)[..., goods]) - _beyond_size(before)
            found[name].append(score(predicted=change[known], observed=observed[known]).rank_correlation)
    inside = known & _treated(codes, asked.members, asked.newcomers)
    rows = [_placed("observed_change", "", float(observed[inside].mean()), np.array(means))]
    for name in VARIANTS:
        real = score(predicted=changes[name][known], observed=observed[known]).rank_correlation
        rows.append(_placed("rank_correlation", name, real, np.array(found[name])))
    return pd.DataFrame(rows)


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


def _values(world: World, name: str) -> Array:
    return np.asarray(world[name].transpose(*_DIMS).values, dtype=np.float64)
