"""What ties an origin to a destination?  Distance, border, language, common past, and the visa rule of a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.mobility.visas import Visas
from peyvand.sources.geodist import read_distances
from peyvand.world.compile.facts import language_paths

SOVIET = (
    "ARM", "AZE", "BLR", "EST", "GEO", "KAZ", "KGZ", "LTU", "LVA", "MDA", "RUS", "TJK", "TKM", "UKR", "UZB",
)  # fmt: skip
"""The fifteen states that were one until 1991."""
TIES = (
    "log_distance", "contiguous", "common_language", "persian", "turkic", "soviet", "colony", "common_coloniser",
)  # fmt: skip
"""Columns of `ties`: GeoDist's, and three of our own for the region's languages and past."""
VISA_RULES = ("required", "e_visa_or_on_arrival", "eta_or_e_visa")
"""Rules of 2019 beside `free`, the one that is left out; the publisher did not tell the two of each pair apart then."""
RULES_DAY = date(2019, 11, 30)
PAIR = ["origin", "destination"]


def ties(folder: str | Path) -> pd.DataFrame:
    """Every pair of different economies of GeoDist.

    Parameters
    ----------
    folder : str or Path
        The folder of publishers' data.

    Returns
    -------
    DataFrame
        origin, destination and `TIES`: log_distance (ln km, population-weighted, else between cities); contiguous,
        common_language (official), colony, common_coloniser as in GeoDist; persian, turkic, soviet: both are.
    """
    table = read_distances(Path(folder) / "cepii-geodist" / "dist_cepii.parquet").frame
    table = table.rename(columns={"exporter": "origin", "importer": "destination"})
    table = table[table["origin"] != table["destination"]]
    found = table[PAIR].assign(log_distance=np.log(table["distance_km"].fillna(table["distance_cities_km"])))
    for name in ("contiguous", "common_language", "colony", "common_coloniser"):
        found[name] = table[name].astype(float)
    for name, economies in {**language_families(), "soviet": SOVIET}.items():
        found[name] = (found["origin"].isin(economies) & found["destination"].isin(economies)).astype(float)
    return found[[*PAIR, *TIES]].reset_index(drop=True)


def language_families() -> dict[str, tuple[str, ...]]:
    """Economies with Persian (Dari and Tajik are one language with it) and with a Turkic main language.

    >>> language_families()["persian"]
    ('IRN', 'TJK', 'AFG')
    """
    paths = language_paths()
    return {
        "persian": tuple(code for code, held in paths.items() if any(path[-1] == "persian" for path in held)),
        "turkic": tuple(code for code, held in paths.items() if any(path[0] == "turkic" for path in held)),
    }


def visa_rules(visas: Visas, day: date = RULES_DAY) -> pd.DataFrame:
    """origin, destination and a 0/1 column for each of `VISA_RULES`."""
    held = visas.on(day)
    return held[PAIR].assign(**{rule: (held["regime"] == rule).astype(float) for rule in VISA_RULES})
