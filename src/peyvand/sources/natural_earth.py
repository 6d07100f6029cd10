"""Where do borders run?  Natural Earth: land boundary lines, disputed lines, and countries with their names.

Natural Earth draws de facto control.  A map made from it draws `disputed` lines dashed and carries a disclaimer.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from peyvand.sources.codes import iso3_to_iso2
from peyvand.sources.files import read_frame, require_numbers
from peyvand.sources.table import Source, Table
from peyvand.sources.wkt import lines_of, polygons_of

OWN_CODES = {"SDS": "SSD", "SAH": "ESH", "KOS": "XKX", "PSX": "PSE", "ALD": "ALA"}
"""Natural Earth's private code → ISO alpha-3."""

KINDS = {
    "International boundary (verify)": "international", "Disputed (please verify)": "disputed",
    "Indefinite (please verify)": "indefinite", "Indeterminant frontier": "indefinite",
    "Line of control (please verify)": "line_of_control", "Overlay limit": "overlay", "Lease limit": "lease",
}  # fmt: skip

NATURAL_EARTH = Source(
    publisher="Natural Earth",
    title="Natural Earth 1:10m boundary lines and places (v4.0), 1:50m countries (v5.1)",
    licence="public domain",
    url="https://www.naturalearthdata.com",
    vintage="lines and places 4.0 (2017), countries 5.1",
    citation="Made with Natural Earth.",
    may_feed="figures",
)
DE_FACTO = (
    "Natural Earth draws de facto control; Crimea in particular differs from the position of the United Nations",
    "lines are of version 4.0, countries of 5.1: they do not match everywhere",
)


def read_boundaries(path: str | Path) -> Table:
    """Land boundary lines with the economies on each side.

    Returns
    -------
    Table
        left, right (ISO alpha-3; missing where the side is no economy, as a buffer zone, a base or a lease), kind
        (international, disputed, indefinite, line_of_control, overlay, lease), settled (kind is international),
        lines (tuple of arrays of longitude and latitude).
    """
    columns = {"adm0_a3_l": "left", "adm0_a3_r": "right", "featurecla": "kind", "geometry_wkt": "lines"}
    frame = read_frame(path, columns)
    for side in ("left", "right"):
        frame[side] = _codes(frame[side])
    frame["kind"] = frame["kind"].map(KINDS).fillna(frame["kind"])
    frame["lines"] = frame["lines"].map(lines_of)
    frame.insert(3, "settled", (frame["kind"] == "international") & frame["left"].notna() & frame["right"].notna())
    unsettled = int((~frame["settled"]).sum())
    return Table(frame, NATURAL_EARTH, (*DE_FACTO, f"{unsettled} of {len(frame)} lines are not settled borders"))


def read_disputed_lines(path: str | Path) -> Table:
    """Lines of claims, breakaways and references: name, note, economy (which administers), kind, lines."""
    columns = {"name": "name", "note": "note", "adm0_a3_l": "economy", "featurecla": "kind", "geometry_wkt": "lines"}
    frame = read_frame(path, columns)
    frame["economy"] = _codes(frame["economy"])
    frame["kind"] = frame["kind"].str.lower().str.replace(" ", "_")
    frame["lines"] = frame["lines"].map(lines_of)
    return Table(frame, NATURAL_EARTH, (*DE_FACTO, "draw dashed and grey; these lines never fade"))


def read_countries(path: str | Path) -> Table:
    """Countries: economy (missing where it has no ISO code), name_en, name_fa, label position, polygons."""
    columns = {"adm0_a3": "economy", "name_en": "name_en", "name_fa": "name_fa", "label_x": "label_longitude_deg"}
    frame = read_frame(path, columns | {"label_y": "label_latitude_deg", "geometry_wkt": "polygons"})
    frame["economy"] = _codes(frame["economy"])
    frame["polygons"] = frame["polygons"].map(polygons_of)
    without = ", ".join(sorted(frame.loc[frame["economy"].isna(), "name_en"]))
    return Table(frame, NATURAL_EARTH, (*DE_FACTO, f"no ISO code: {without}"))


def read_places(path: str | Path) -> Table:
    """Populated places: place (ASCII), economy (missing where it has no ISO code), latitude_deg, longitude_deg,
    population (of the urban area)."""
    columns = {"nameascii": "place", "adm0_a3": "economy", "latitude": "latitude_deg", "longitude": "longitude_deg"}
    frame = read_frame(path, columns | {"pop_max": "population"})
    frame["economy"] = _codes(frame["economy"])
    require_numbers(frame, ["latitude_deg", "longitude_deg"], path=path, minimum=-180.0)
    return Table(frame, NATURAL_EARTH, (*DE_FACTO, "capital names are of 2017"))


def read_railroads(path: str | Path) -> Table:
    """Railway lines of Eurasia, Africa and Oceania: lines, kind (railroad, railroad_ferry)."""
    frame = read_frame(path, {"geometry_wkt": "lines", "featurecla": "kind"})
    frame["lines"] = frame["lines"].map(lines_of)
    frame["kind"] = frame["kind"].str.lower().str.replace(" ", "_")
    notes = (
        "drawn about 1990: what was built later is missing, lines no longer in use are there",
        "no gauge; positions are quantised to about 40 m and long lines simplified",
    )
    return Table(frame, NATURAL_EARTH, notes)


def _codes(codes: pd.Series) -> pd.Series:
    own = codes.replace(OWN_CODES)
    return own.where(own.isin(set(iso3_to_iso2())))
