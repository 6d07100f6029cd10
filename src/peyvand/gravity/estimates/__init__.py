"""Which gravity causes does a border's thickness show, and how large are they?  Estimates that ship, and their making.

`estimates/<name>.json` holds coefficients by sector with their covariance, formula, data, date and sources; all are
rebuilt by `peyvand gravity estimates --data FOLDER`. `known_causes(world)` turns one into the causes of `thickness`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.sources.geodist import GEODIST, read_distances
from peyvand.sources.icio import ICIO, SERVICES, TARIFFS, read_icio
from peyvand.world import World
from peyvand.world.compile.concordance import GOODS, sector_of
from peyvand.world.compile.concordance import SERVICES as SERVICE_SECTORS

DEFAULT = "icio-2011-2019"
YEARS = (2011, 2015, 2019)
CAUSES = {"distance_km": "log(distance_km)", "contiguous": "contiguous", "common_language": "common_language"}
FORMULA = (
    "trade_musd ~ log(1+tariff_rate) + log(distance_km) + contiguous + common_language + abroad"
    " | exporter^industry^year + importer^industry^year"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedEstimate:
    """A gravity estimate that ships with peyvand.

    Parameters
    ----------
    sectors : dict
        By sector: `coefficients`, `std_errors`, `covariance` (in the order of the coefficients), `nobs`, `dropped`.
    """

    name: str
    formula: str
    vcov: str
    data: str
    made_on: str
    sources: tuple[str, ...]
    sectors: dict[str, dict[str, Any]]


@cache
def shipped_estimate(name: str = DEFAULT) -> ShippedEstimate:
    """A shipped estimate by name.

    >>> shipped_estimate().sectors["mining"]["coefficients"]["log(distance_km)"]
    -1.269704

    Raises
    ------
    UnknownNameError
        If no such estimate ships.
    """
    shelf = files("peyvand.gravity.estimates")
    held = sorted(entry.name.removesuffix(".json") for entry in shelf.iterdir() if entry.name.endswith(".json"))
    if name not in held:
        raise UnknownNameError(f"no estimate {name!r} ships with peyvand", hint=did_you_mean(name, held), name=name)
    content = json.loads(shelf.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return ShippedEstimate(**content | {"sources": tuple(content["sources"])})


def known_causes(world: World, name: str = DEFAULT) -> dict[str, xr.DataArray]:
    """Coefficients over the World's sectors for each cause that both the estimate and the World hold.

    A World whose sectors the estimate does not cover, or whose covariates are missing, has fewer causes, or none.
    """
    estimate = shipped_estimate(name)
    if not set(world.sectors) <= set(estimate.sectors):
        return {}
    values = {
        cause: [estimate.sectors[sector]["coefficients"].get(term, 0.0) for sector in world.sectors]
        for cause, term in CAUSES.items()
        if cause in world.data
    }
    coordinate = {"sector": list(world.sectors)}
    return {cause: xr.DataArray(found, dims="sector", coords=coordinate) for cause, found in values.items()}


def build_icio(folder: str | Path, *, years: Iterable[int] = YEARS, made_on: str) -> ShippedEstimate:
    """Estimate every sector on ICIO with domestic sales and tariffs; services are one sector there.

    Exporter × industry × year and importer × industry × year effects, errors clustered by directed pair. At home
    contiguity and language are 1 and distance is CEPII's internal one; `abroad` holds what borders do beside these.
    The rest of the world is left out: it has neither tariffs nor a place.
    """
    from peyvand.gravity.poisson import ppml  # borders do not wait for the estimator

    panel = _panel(Path(folder), tuple(years))
    sectors: dict[str, dict[str, Any]] = {}
    for sector in (*GOODS, SERVICES):
        fit = ppml(FORMULA, panel[panel["sector"] == sector], cluster="exporter^importer")
        found = {
            "coefficients": {name: round(float(value), 6) for name, value in fit.coefficients.items()},
            "std_errors": {name: round(float(value), 6) for name, value in fit.std_errors.items()},
            "covariance": [[float(f"{value:.6g}") for value in row] for row in fit.covariance.matrix],
            "nobs": fit.nobs,
            "dropped": len(fit.dropped),
            "not_identified": sorted(fit.collinear),
        }
        for name in SERVICE_SECTORS if sector == SERVICES else (sector,):
            sectors[name] = found
    return ShippedEstimate(
        name=DEFAULT, formula=FORMULA, vcov="clustered by exporter^importer",
        data=f"ICIO {', '.join(map(str, years))}, 80 economies, domestic sales, tariffs on goods; services as one",
        made_on=made_on, sources=(ICIO.citation, TARIFFS.citation, GEODIST.citation), sectors=sectors,
    )  # fmt: skip


def write_estimate(estimate: ShippedEstimate, path: Path) -> None:
    """Write an estimate as the JSON file that ships."""
    content = {name: getattr(estimate, name) for name in estimate.__slots__}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _panel(folder: Path, years: tuple[int, ...]) -> pd.DataFrame:
    flows = pd.concat(
        [
            read_icio(folder / "oecd-icio-trade-tariffs-2011-2022" / f"icio_{year}.parquet", year=year).frame
            for year in years
        ]
    )
    flows = flows[(flows["exporter"] != "ROW") & (flows["importer"] != "ROW")].rename(columns={"sector": "industry"})
    of_industry = {code: names[0] for code, names in sector_of("icio").items()} | {SERVICES: SERVICES}
    flows["sector"] = flows["industry"].map(of_industry)
    ties = read_distances(folder / "cepii-geodist" / "dist_cepii.parquet").frame
    ties = ties[["exporter", "importer", "distance_km", "distance_cities_km", "contiguous", "common_language"]]
    ties["distance_km"] = ties["distance_km"].fillna(ties.pop("distance_cities_km"))
    panel = flows.merge(ties, on=["exporter", "importer"], how="left")
    home = (panel["exporter"] == panel["importer"]).to_numpy()
    for name in ("contiguous", "common_language"):
        panel[name] = np.where(home, 1.0, panel[name].astype(float))
    panel["abroad"] = np.where(home, 0.0, 1.0)
    return panel
