"""Who is where, how large, how far and how near in language?  The covariates of a World for economies and blocs."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pandas as pd

from peyvand.locale import Language, catalogue
from peyvand.sources.country_names import country_names
from peyvand.world.balance import Array
from peyvand.world.compile.concordance import REST, Economy

Members = dict[str, tuple[str, ...]]
TAIWAN_POPULATION = 23_603_121
"""Registered at the end of 2019 (Ministry of the Interior, Taipei): the World Bank does not report it."""


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
    return pair_mean(distance, population, members)


def shared(dummy: pd.DataFrame, population: pd.Series, members: Members, *, least: float) -> Array:
    """Where more than `least` of the pairs of members, by population, share something (a border, a language)."""
    return np.asarray(pair_mean(dummy, population, members) > least, dtype=np.float64)


def pair_mean(table: pd.DataFrame, population: pd.Series, members: Members) -> Array:
    """Mean of a square table over the members' pairs, weighted by both populations; nan is left out."""
    codes = list(table.index)
    weight = np.array(
        [[float(population.get(code, np.nan)) if code in held else 0.0 for code in codes] for held in members.values()]
    )
    weight = np.nan_to_num(weight)
    known = table.notna().to_numpy(float)
    values = np.nan_to_num(table.to_numpy(float))
    return np.asarray((weight @ values @ weight.T) / (weight @ known @ weight.T))


def language_paths() -> dict[str, list[list[str]]]:
    """The main languages of each economy as family / branch / group / language, after Glottolog's classification."""
    with files(__package__).joinpath("languages.csv").open(encoding="utf-8") as file:
        return {row["economy"]: [path.split("/") for path in row["languages"].split()] for row in csv.DictReader(file)}


def language_proximity(economies: tuple[Economy, ...]) -> Array:
    """Closeness of the nearest main languages of each pair, 0 to 1.

    Shared levels of the path family / branch / group / language over four: Persian, Dari and Tajik are one language
    (1), Turkish and Turkmen share three levels (0.75), Uzbek and Kazakh two (0.5), Persian and Russian one (0.25).
    The paths in `languages.csv` follow Glottolog's classification, simplified; the scale and the choice of main
    languages are `assumed`.
    """
    paths = language_paths()
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


def sanctioned(pairs: pd.DataFrame, members: Members) -> Array:
    """Pairs under trade sanctions one way or the other (yes/no), Global Sanctions Data Base 4; a flag only.

    A bloc is a side where members with half of its members' number are; senders of the rest of the world are left out.

    Parameters
    ----------
    pairs : DataFrame
        sender and target of the trade sanctions in place in the base year.
    """
    codes = list(members)
    group = {member: code for code, held in members.items() if code != REST for member in held}
    known = pairs[pairs["sender"].isin(group) & pairs["target"].isin(group)].drop_duplicates(["sender", "target"])
    counted = np.zeros((len(codes), len(codes)))
    for sender, target in zip(known["sender"], known["target"], strict=True):
        counted[codes.index(group[sender]), codes.index(group[target])] += 1
    size = np.array([len(members[code]) for code in codes])
    flag = (counted >= size[:, None] * size[None, :] / 2) & ~np.eye(len(codes), dtype=bool)
    return np.asarray(flag | flag.T, dtype=np.float64)


def names(economies: tuple[Economy, ...], language: Language) -> list[str]:
    """Names in `en` or `fa`: Unicode CLDR, and the locale files for blocs and long names."""
    words = catalogue(language)
    own = country_names([economy.code for economy in economies if len(economy.members) == 1 and economy.kind != "rest"])
    held = own.frame.set_index("economy")[f"name_{language}"]
    return [words.get(f"economies.{economy.code}") or str(held[economy.code]) for economy in economies]
