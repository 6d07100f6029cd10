"""From Natural Earth to the small geometry that ships: `python -m peyvand.reports.map.compile --data FOLDER`.

Needs the `map` extra (shapely). Lands come from the 1:50m polygons, borders from the 1:10m boundary lines with their
left and right codes, capitals from the 1:10m places; all are projected, clipped, simplified by Douglas and Peucker and
written as SVG paths in whole units. What the drawing decides about disputed lands is said in
docs/en/how-to/read-the-report.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely import Geometry

from peyvand.reports.map.projection import CORNERS, PROJECTION, UNITS_PER_KM
from peyvand.reports.rows import records

LAND_TOLERANCE_KM = 4.0
LINE_TOLERANCE_KM = 4.0
SMALLEST_ISLAND_KM2 = 400.0
_REACH = shapely.box(-5.0, 0.0, 150.0, 75.0)  # degrees: what may fall into the frame, clear of the antimeridian
_PLAIN = "International boundary (verify)"
_DASHED = (
    "Disputed (please verify)", "Indefinite (please verify)", "Line of control (please verify)",
    "Indeterminant frontier", "Claim boundary", "Breakaway",
)  # fmt: skip
# Codes of Natural Earth 4 and 5 that are not ISO 3166; an empty one belongs to no economy.
_ECONOMY = {"PSX": "PSE", "KOS": "XKX", "CYN": "CYP", "KAS": "", "KAB": "KAZ", "SOL": "SOM", "ALD": "FIN"}


def compile_geometry(folder: Path) -> dict[str, Any]:
    """The region's lands, borders, sea links and capitals as SVG paths.

    Parameters
    ----------
    folder : Path
        Holds `natural-earth-admin0` and `natural-earth-places` as Parquet with `geometry_wkt`.
    """
    admin, places = folder / "natural-earth-admin0", folder / "natural-earth-places"
    frame = _frame()
    lands = _lands(admin, frame)
    borders, disputed = _lines(admin, frame)
    capitals = _capitals(places / "ne_10m_populated_places_simple_v4.parquet", frame)
    west, south, east, north = frame.bounds
    return {
        "source": "Natural Earth 5.1 (1:50m lands) and 4.0 (1:10m lines, places), public domain",
        "projection": "Lambert conformal conic 32° and 50° N, centre 62° E",
        "width": round((east - west) * UNITS_PER_KM),
        "height": round((north - south) * UNITS_PER_KM),
        "lands": lands,
        "borders": borders,
        "disputed": disputed,
        "sea_links": list(_sea_links(frame)),
        "capitals": capitals,
    }


def _frame() -> Geometry:
    """The page's rectangle, in projected kilometres."""
    at = {side: PROJECTION.project(*corner) for side, corner in CORNERS.items()}
    return shapely.box(float(at["west"][0]), float(at["south"][1]), float(at["east"][0]), float(at["north"][1]))


def _lands(admin: Path, frame: Geometry) -> dict[str, dict[str, Any]]:
    table = pd.read_parquet(admin / "ne_50m_admin_0_countries_v5.parquet")
    shapes = dict(zip(table["adm0_a3"], shapely.from_wkt(table["geometry_wkt"]), strict=True))
    _give_crimea_to_ukraine(shapes, admin)
    labels = dict(zip(table["adm0_a3"], table[["label_x", "label_y"]].to_numpy(float), strict=True))
    codes = list(shapes)
    clipped = [_project(shapely.intersection(shapely.make_valid(shapes[code]), _REACH)) for code in codes]
    whole = dict(zip(codes, shapely.coverage_simplify(clipped, LAND_TOLERANCE_KM), strict=True))
    found: dict[str, dict[str, Any]] = {}
    for code, shape in whole.items():
        inside = _without_islets(shapely.intersection(shape, frame))
        if inside.is_empty:
            continue
        economy = str(_ECONOMY.get(code, code))
        label = _units(*PROJECTION.project(*labels[code]), frame)
        land = found.setdefault(economy, {"path": "", "label": label, "box": _box(inside, frame), "cut": False})
        land["path"] += _path(_rings(inside), frame, closed=True)
        land["cut"] = land["cut"] or not shapely.within(shape, frame.buffer(1e-6))
    return dict(sorted(found.items()))


def _give_crimea_to_ukraine(shapes: dict[str, Geometry], admin: Path) -> None:
    """Natural Earth draws control; the page follows General Assembly resolution 68/262."""
    table = pd.read_parquet(admin / "ne_10m_admin_0_disputed_areas_v4.parquet")
    crimea = shapely.from_wkt(table.loc[table["BRK_NAME"] == "Crimea", "geometry_wkt"].iloc[0])
    taken = shapely.intersection(shapes["RUS"], shapely.buffer(crimea, 0.08))
    shapes["RUS"] = shapely.difference(shapes["RUS"], taken)
    shapes["UKR"] = shapely.union(shapes["UKR"], shapely.buffer(taken, 1e-4))


def _lines(admin: Path, frame: Geometry) -> tuple[list[dict[str, Any]], str]:
    """Borders by pair of economies, and the disputed lines, which belong to nobody here."""
    land = pd.read_parquet(admin / "ne_10m_admin_0_boundary_lines_land_v4.parquet")
    extra = pd.read_parquet(admin / "ne_10m_admin_0_boundary_lines_disputed_areas_v4.parquet")
    extra = extra[~extra["adm0_left"].eq("Azerbaijan")]  # the ceasefire line of 1994, gone since 2023
    plain: dict[tuple[str, str], list[Geometry]] = {}
    for row in records(land[land["featurecla"] == _PLAIN]):
        left, right = (_ECONOMY.get(row[side], row[side]) for side in ("adm0_a3_l", "adm0_a3_r"))
        line = _inside(row["geometry_wkt"], frame)
        if left and right and left != right and not line.is_empty:
            plain.setdefault((min(left, right), max(left, right)), []).append(line)
    borders = [
        {"pair": list(pair), "path": _path(_strands(lines), frame), "middle": _middle(lines, frame)}
        for pair, lines in sorted(plain.items())
    ]
    texts = [t["geometry_wkt"][t["featurecla"].isin(_DASHED)] for t in (land, extra)]
    dashed = [line for text in pd.concat(texts) if not (line := _inside(text, frame)).is_empty]
    return borders, _path(_strands(dashed), frame)


def _sea_links(frame: Geometry) -> Iterator[dict[str, Any]]:
    with files(__package__).joinpath("sea_links.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            ends = [
                _units(*PROJECTION.project(float(row[f"{end}_longitude"]), float(row[f"{end}_latitude"])), frame)
                for end in ("first", "second")
            ]
            yield {"pair": [row["first"], row["second"]], "sea": row["sea"], "ends": ends}


def _capitals(path: Path, frame: Geometry) -> dict[str, list[int]]:
    table = pd.read_parquet(path)
    table = table[table["adm0cap"] == 1].drop_duplicates("adm0_a3")
    xs, ys = PROJECTION.project(table["longitude"].to_numpy(), table["latitude"].to_numpy())
    seen = shapely.within(shapely.points(xs, ys), frame)
    rows = zip(table["adm0_a3"][seen], xs[seen], ys[seen], strict=True)
    return dict(sorted((_ECONOMY.get(code, code), _units(x, y, frame)) for code, x, y in rows))


# -- geometry ------------------------------------------------------------------------------------------------------
def _project(shape: Geometry) -> Geometry:
    return shapely.transform(shape, lambda at: np.column_stack(PROJECTION.project(at[:, 0], at[:, 1])))


def _inside(text: str, frame: Geometry) -> Geometry:
    """A line of the source, projected, simplified and clipped to the page."""
    near = shapely.intersection(shapely.from_wkt(text), _REACH)
    return shapely.intersection(shapely.simplify(_project(near), LINE_TOLERANCE_KM), frame)


def _without_islets(shape: Geometry) -> Geometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    large = [part for part in parts if part.area >= SMALLEST_ISLAND_KM2]
    return shapely.multipolygons(large or sorted(parts, key=shapely.area)[-1:])


def _rings(shape: Geometry) -> Iterator[Geometry]:
    for part in shapely.get_parts(shape):
        yield shapely.get_exterior_ring(part)
        for hole in range(shapely.get_num_interior_rings(part)):
            yield shapely.get_interior_ring(part, hole)


def _strands(lines: Iterable[Geometry]) -> list[Geometry]:
    """Lines joined end to end where they can be."""
    merged = shapely.line_merge(shapely.union_all(list(lines)))
    return [part for part in shapely.get_parts(merged) if part.geom_type == "LineString"]


def _middle(lines: list[Geometry], frame: Geometry) -> list[int]:
    longest = max(_strands(lines), key=shapely.length)
    point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return _units(point.x, point.y, frame)


# -- units and paths -----------------------------------------------------------------------------------------------
def _units(x: Any, y: Any, frame: Geometry) -> list[int]:
    """Whole units of the page, y pointing down."""
    west, _, _, north = frame.bounds
    return [round((float(x) - west) * UNITS_PER_KM), round((north - float(y)) * UNITS_PER_KM)]


def _box(shape: Geometry, frame: Geometry) -> list[int]:
    west, south, east, north = max(shapely.get_parts(shape), key=shapely.area).bounds
    return _units(west, north, frame) + _units(east, south, frame)


def _path(lines: Iterable[Geometry], frame: Geometry, *, closed: bool = False) -> str:
    """SVG path in whole units: `M x y` once, then relative steps."""
    west, _, _, north = frame.bounds
    text = []
    for line in lines:
        at = shapely.get_coordinates(line)
        whole = np.rint(np.column_stack([at[:, 0] - west, north - at[:, 1]]) * UNITS_PER_KM).astype(int)
        steps = np.diff(whole, axis=0)
        steps = steps[(steps != 0).any(axis=1)]
        if len(steps):
            moves = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
            text.append(f"M{whole[0, 0]} {whole[0, 1]}l{moves}{'z' if closed else ''}")
    return "".join(text)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m peyvand.reports.map.compile", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the Natural Earth folders")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("geometry.json"))
    options = parser.parse_args(arguments)
    compiled = compile_geometry(options.data)
    options.out.write_text(json.dumps(compiled, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{options.out}: {options.out.stat().st_size / 1024:.0f} KiB\n")


if __name__ == "__main__":
    main()
