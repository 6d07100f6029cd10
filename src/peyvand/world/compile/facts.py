"""Who is where, how large, how far and how near in language?  The covariates of a World for economies and blocs."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pandas as pd
from babel import Locale

from peyvand.locale import catalogue
from peyvand.sources.codes import iso3_to_iso2
from peyvand.world.balance import Array
from peyvand.world.compile.concordance import REST, Economy

Members = dict[str, tuple[str, ...]]


def members_with_data(economies: tuple[Economy, ...], held: pd.Series) -> Members:
    """The members of each economy; the rest of the world holds every economy of the table that no other holds."""
    named = {code for economy in economies for code in economy.members}
    rest = tuple(code for code in held.index if code not in named)
    return {economy.code: rest if economy.kind == "rest" else economy.members for economy in economies}


def totals(values: pd.Series, members: Members) -> pd.Series:
    """Sums over the members of each economy; a member without a figure adds nothing, an economy without any is nan."""
    return pd.Series({code: values.reindex(held).sum(min_count=1) for code, held in members.items()})


def weighted_distance_km(distance: pd.DataFrame, population: pd.Series, members: Members) -> Array:
    """Distance of each pair in km: the mean over their members' pairs, weighted by both populations.

    d_IJ = Σ_k Σ_l (p_k / p_I)(p_l / p_J) d_kl, Mayer and Zignago (2011) with θ = 1, on their population-weighted
    distances between economies (and inside them).

    Parameters
    ----------
    distance : DataFrame
        Square, km, nan where CEPII has none.
    """
    return _pair_mean(distance, population, members)


def shared(dummy: pd.DataFrame, population: pd.Series, members: Members, *, least: float) -> Array:
    """Where more than `least` of the pairs of members, by population, share something (a border, a language)."""
    return np.asarray(_pair_mean(dummy, population, members) > least, dtype=np.float64)


def _pair_mean(table: pd.DataFrame, population: pd.Series, members: Members) -> Array:
    codes = list(table.index)
    weight = np.array(
        [[float(population.get(code, np.nan)) if code in held else 0.0 for code in codes] for held in members.values()]
    )
    weight = np.nan_to_num(weight)
    known = table.notna().to_numpy(float)
    values = np.nan_to_num(table.to_numpy(float))
    return np.asarray((weight @ values @ weight.T) / (weight @ known @ weight.T))


def language_proximity(economies: tuple[Economy, ...]) -> Array:
    """Closeness of the nearest main languages of each pair, 0 to 1.

    Shared levels of the path family / branch / group / language over four: Persian, Dari and Tajik are one language
    (1), Turkish and Turkmen share three levels (0.75), Uzbek and Kazakh two (0.5), Persian and Russian one (0.25).
    The paths in `languages.csv` follow Glottolog's classification, simplified; the scale and the choice of main
    languages are `assumed`.
    """
    with files(__package__).joinpath("languages.csv").open(encoding="utf-8") as file:
        paths = {row["economy"]: [path.split("/") for path in row["languages"].split()] for row in csv.DictReader(file)}
    held = [paths[economy.code] for economy in economies]
    near = np.array([[_nearest(own, other) for other in held] for own in held])
    near[np.diag_indices(len(held))] = 1.0
    return near


def _nearest(own: list[list[str]], other: list[list[str]]) -> float:
    return max((_shared_levels(one, two) / 4 for one in own for two in other), default=0.0)


def _shared_levels(one: list[str], two: list[str]) -> int:
    levels = 0
    for left, right in zip(one, two, strict=True):
        if left != right:
            break
        levels += 1
    return levels


def capitals(places: pd.DataFrame, economies: tuple[Economy, ...]) -> pd.DataFrame:
    """Latitude and longitude of the capital (of a bloc: of the member named in `economies.csv`), CEPII GeoDist.

    Parameters
    ----------
    places : DataFrame
        Index economy, columns capital_latitude and capital_longitude, one row per economy.
    """
    return places.loc[[economy.capital_of for economy in economies]].set_axis([economy.code for economy in economies])


def names(economies: tuple[Economy, ...], language: str) -> list[str]:
    """Names in `en` or `fa`: Unicode CLDR, and the locale files for blocs."""
    territories = Locale(language).territories
    words = catalogue("fa" if language == "fa" else "en")
    return [
        words[f"economies.{economy.code}"]
        if economy.kind in ("bloc", REST.lower(), "rest")
        else territories[iso3_to_iso2()[economy.code]]
        for economy in economies
    ]
