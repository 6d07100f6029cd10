"""How far apart are two economies and what ties them?  CEPII GeoDist: distances, languages, colonies, capitals."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from peyvand.sources.codes import tidy_codes
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

GEODIST = Source(
    publisher="CEPII",
    title="GeoDist",
    licence="Etalab Open Licence 2.0",
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=6",
    vintage="2011",
    citation="T. Mayer and S. Zignago (2011), Notes on CEPII's distances measures: the GeoDist database, "
    "CEPII Working Paper 2011-25.",
    may_feed="figures",
)
SERBIA = {"YUG": "SRB"}
"""GeoDist's one row for Serbia and Montenegro, measured at Belgrade, stands for Serbia."""

CODES = (
    "old codes replaced: ROM → ROU, ZAR → COD, TMP → TLS, PAL → PSE, YUG → SRB",
    "SRB is Serbia and Montenegro together; no rows for MNE, SSD and XKX; ANT is kept",
)
TIES = {
    "contig": "contiguous", "comlang_off": "common_language", "comlang_ethno": "common_spoken_language",
    "colony": "colony", "comcol": "common_coloniser", "curcol": "current_colony", "col45": "colony_after_1945",
    "smctry": "same_country",
}  # fmt: skip
DISTANCES = {
    "dist": "distance_cities_km", "distcap": "distance_capitals_km", "distw": "distance_km",
    "distwces": "distance_harmonic_km",
}  # fmt: skip


def read_distances(path: str | Path) -> Table:
    """Distances and ties of every pair of 224 economies, each with itself included.

    Returns
    -------
    Table
        exporter, importer; yes/no: contiguous, common_language (official), common_spoken_language (at least 9 % of
        both), colony, common_coloniser, current_colony, colony_after_1945, same_country; distance_km
        (population-weighted, arithmetic), distance_harmonic_km (population-weighted, elasticity −1),
        distance_cities_km, distance_capitals_km.  The weighted ones are NaN where the source has none.
    """
    columns = {"iso_o": "exporter", "iso_d": "importer"} | TIES | DISTANCES
    frame = read_frame(path, columns)
    gaps = ["distance_km", "distance_harmonic_km"]
    frame[gaps] = frame[gaps].replace(".", np.nan)
    require_numbers(frame, list(TIES.values()), path=path)
    require_numbers(frame, list(DISTANCES.values()), path=path, gaps=True)
    frame[list(TIES.values())] = frame[list(TIES.values())].astype(bool)
    for name in ("exporter", "importer"):
        frame[name] = tidy_codes(frame[name], path=path).replace(SERBIA)
    require_unique(frame, ["exporter", "importer"], path=path)
    notes = (
        *CODES,
        f"no weighted distance for {int(frame['distance_km'].isna().sum())} pairs, most with small territories",
        "an economy is neither contiguous with itself nor of one language with itself: set these where a model asks",
        "official languages do not join Persian, Dari and Tajik, nor Turkish, Azeri and Turkmen",
    )
    return Table(frame, GEODIST, notes)


def read_capitals(path: str | Path) -> Table:
    """Capital, area and internal distance of each economy.

    Returns
    -------
    Table
        economy, title, capital, latitude_deg, longitude_deg, main_city (the largest, which the distance between
        cities uses), area_km2, internal_distance_km, landlocked, official languages as language_1 … language_3.
    """
    columns = {"iso3": "economy", "country": "title", "city_en": "capital", "lat": "latitude_deg"}
    columns |= {"lon": "longitude_deg", "area": "area_km2", "dis_int": "internal_distance_km"}
    columns |= {"landlocked": "landlocked", "cap": "cap", "maincity": "maincity"}
    columns |= {f"langoff_{rank}": f"language_{rank}" for rank in (1, 2, 3)}
    frame = read_frame(path, columns, missing=("", "."))
    require_numbers(frame, ["latitude_deg"], path=path, minimum=-90.0)
    require_numbers(frame, ["longitude_deg"], path=path, minimum=-180.0)
    require_numbers(frame, ["area_km2", "internal_distance_km", "landlocked"], path=path, gaps=True)
    frame["economy"] = tidy_codes(frame["economy"], path=path).replace(SERBIA)
    languages = [f"language_{rank}" for rank in (1, 2, 3)]
    frame[languages] = frame[languages].replace({".": None})
    largest = frame.loc[frame["maincity"] == 1].drop_duplicates("economy").set_index("economy")["capital"]
    capitals = frame[frame["cap"] == 1].drop(columns=["cap", "maincity"])
    capitals.insert(5, "main_city", capitals["economy"].map(largest))
    capitals["landlocked"] = capitals["landlocked"] == 1
    require_unique(capitals, ["economy"], path=path)
    apart = sorted(capitals.loc[capitals["capital"] != capitals["main_city"], "economy"])
    notes = (
        *CODES,
        f"capital and largest city differ in {', '.join(apart)}",
        "names of 2011: Kazakstan, Astana",
    )
    return Table(capitals.reset_index(drop=True), GEODIST, notes)
