"""How were the shipped estimates made?  One function for each, from the publishers' files to the JSON that ships.

All hold sales at home where the source has them. At home contiguity, language and agreement are 1 and distance is the
internal one; `abroad` holds what borders do beside these, `internal_market` what the European Union and its neighbours
in the internal market have beyond an ordinary agreement. `peyvand gravity estimates --data FOLDER` makes them again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peyvand.gravity.estimates import ICIO_ESTIMATE, ShippedEstimate
from peyvand.gravity.poisson import ppml
from peyvand.gravity.results import Estimate
from peyvand.sources.agtpa import AGTPA, read_panel
from peyvand.sources.deep_agreements import DEEP_AGREEMENTS, read_exports
from peyvand.sources.geodist import GEODIST, read_distances
from peyvand.sources.icio import ICIO, SERVICES, TARIFFS, read_icio
from peyvand.sources.table import Source
from peyvand.sources.treaties import DESTA
from peyvand.sources.wiod import WIOD_2016, read_trade_and_tariffs
from peyvand.world import AGREEMENT_KINDS
from peyvand.world.compile.agreements import FREE_TRADE, agreements_in_force
from peyvand.world.compile.concordance import GOODS, sector_of
from peyvand.world.compile.concordance import SERVICES as SERVICE_SECTORS
from peyvand.world.compile.inputs import Inputs

ICIO_YEARS = (2011, 2015, 2019)
"""2022 is left out: its tariffs repeat those of 2021, and its flows are those of the sanctions on Russia."""

WIOD_YEARS = (2002, 2006, 2010, 2014)
GUIDE_YEARS = tuple(range(1986, 2007, 4))
TIES = (GEODIST, DEEP_AGREEMENTS, DESTA)
"""Where distance, ties and agreements come from."""
PAIR = "exporter^importer"
_PAIR_YEAR = ["exporter", "importer", "year"]
WITH_TARIFFS = (
    "trade_musd ~ log(1+tariff_rate) + log(distance_km) + contiguous + common_language + agreement"
    " + internal_market + abroad | exporter^industry^year + importer^industry^year"
)
GUIDE = (
    "trade_musd ~ log(distance_km) + contiguous + common_language + colony + agreement + abroad"
    " | exporter^year + importer^year"
)
NAMED = (
    "trade_musd ~ eco + cis + cis_free_trade_2012 + eaeu + internal_market + other_agreement + partial_scope"
    " | exporter^year + importer^year + exporter^importer"
)
MANUFACTURES = ("refining_chemicals", "pharmaceuticals", "textiles_light", "metals_minerals", "machinery_equipment")
WIOD_SECTORS = {
    "Agriculture, forestry, fishing": ("agriculture_food",), "Food, beverages, tobacco": ("agriculture_food",),
    "Mining and quarrying": ("oil_gas", "mining"), "Textiles, apparel, leather": ("textiles_light",),
    "Wood, paper, printing": ("textiles_light",), "Other manufacturing; repair": ("textiles_light",),
    "Coke and refined petroleum": ("refining_chemicals",),
    "Chemicals, pharmaceuticals": ("refining_chemicals", "pharmaceuticals"),
    "Rubber, plastics, non-metallic minerals": ("metals_minerals",), "Basic metals": ("metals_minerals",),
    "Fabricated metals": ("metals_minerals",), "Computer, electronic, optical": ("machinery_equipment",),
    "Electrical equipment": ("machinery_equipment",), "Machinery and equipment n.e.c.": ("machinery_equipment",),
    "Transport equipment": ("machinery_equipment",), SERVICES: SERVICE_SECTORS,
}  # fmt: skip
"""WIOD's 16 industries of 2016 by our sectors; one that straddles two counts for both."""

NAMED_KINDS = {
    "eco": ("eco",), "cis": ("cis",), "cis_free_trade_2012": ("cis_2012",), "eaeu": ("eaeu",),
    "internal_market": ("eu",), "other_agreement": ("free_trade", "gcc"), "partial_scope": ("partial_scope",),
}  # fmt: skip
"""The terms of `NAMED` and the kinds of agreement that each is; a pair and year has one kind, its deepest."""


def build_icio(folder: Path, made_on: str, *, years: Iterable[int] = ICIO_YEARS) -> ShippedEstimate:
    """Every sector on ICIO with domestic sales and tariffs; services are one sector there.

    The rest of the world is left out: it has neither tariffs nor a place.
    """
    shelf = folder / "oecd-icio-trade-tariffs-2011-2022"
    flows = pd.concat([read_icio(shelf / f"icio_{year}.parquet", year=year).frame for year in years])
    of_industry = sector_of("icio") | {SERVICES: SERVICE_SECTORS}
    return _by_sector(
        ICIO_ESTIMATE, _with_ties(flows, folder), of_industry, made_on=made_on,
        sources=(ICIO, TARIFFS, *TIES),
        data=f"ICIO {', '.join(map(str, years))}, 80 economies, domestic sales, tariffs on goods; services as one",
    )  # fmt: skip


def build_wiod(folder: Path, made_on: str) -> ShippedEstimate:
    """Every sector on the 2016 release of WIOD with domestic sales and tariffs."""
    path = folder / "wiod-2016-release-trade-tariffs-2000-2014" / "wiod_2000_2014.parquet"
    flows = read_trade_and_tariffs(path).frame
    flows = _with_ties(flows[flows["year"].isin(WIOD_YEARS)], folder)
    return _by_sector(
        "wiod-2000-2014", flows, WIOD_SECTORS, made_on=made_on,
        sources=(WIOD_2016, TARIFFS, *TIES),
        data=f"WIOD {', '.join(map(str, WIOD_YEARS))}, 43 economies, domestic sales, tariffs on goods; services as one",
    )  # fmt: skip


def build_guide(folder: Path, made_on: str) -> ShippedEstimate:
    """All manufactures on the panel of the Advanced Guide, with domestic sales and without tariffs."""
    panel = read_panel(folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet").frame
    panel = _at_home(panel[panel["year"].isin(GUIDE_YEARS)], ("contiguous", "common_language", "colony", "agreement"))
    found = _numbers(ppml(GUIDE, panel, cluster=PAIR))
    return ShippedEstimate(
        name="agtpa-1986-2006", formula=GUIDE, vcov=f"clustered by {PAIR}", made_on=made_on, sources=(AGTPA.citation,),
        data=f"Advanced Guide {GUIDE_YEARS[0]}-{GUIDE_YEARS[-1]} every four years, 69 economies, manufactures as one, "
        "domestic sales",
        sectors=dict.fromkeys(MANUFACTURES, found),
        notes=("no tariffs: what they do is in the other causes", "manufactures only: other sectors stay unexplained"),
    )  # fmt: skip


def build_agreements(folder: Path, made_on: str) -> ShippedEstimate:
    """What the region's agreements went with: all goods, every four years from 1964 to 2016."""
    flows = read_exports(folder / "trade-and-rta-provisions-1964-2016" / "trade.parquet").frame
    reported = flows.groupby(["exporter", "year"])["trade_musd"].transform("sum") > 0
    bound = _bound(Inputs(folder), sorted(set(flows["year"])), desta=False)
    flows = flows[reported & (flows["exporter"] != flows["importer"])].merge(bound, on=_PAIR_YEAR, how="left")
    for name, kinds in NAMED_KINDS.items():
        flows[name] = flows["kind"].isin([AGREEMENT_KINDS.index(kind) for kind in kinds])
    return ShippedEstimate(
        name="agreements-1964-2016", formula=NAMED, vcov=f"clustered by {PAIR}", made_on=made_on,
        sources=(DEEP_AGREEMENTS.citation, DESTA.citation),
        data="exports as reported, all goods, every four years from 1964 to 2016",
        sectors=dict.fromkeys(GOODS, _numbers(ppml(NAMED, flows, cluster=PAIR))),
        notes=(
            "no domestic sales and no tariffs: an agreement's effect holds its tariffs, against other foreigners alone",
            "all goods as one; a pair has its deepest agreement of the year; who did not report has no rows",
            "UZB never reported, TJK and TKM in 2000 only: the CIS effect is that of the others",
            "eco is the list of Iran, Pakistan and Türkiye of 1992, the only one of ECO's that was notified",
        ),
    )  # fmt: skip


BUILDERS: dict[str, Callable[[Path, str], ShippedEstimate]] = {
    ICIO_ESTIMATE: build_icio,
    "wiod-2000-2014": build_wiod,
    "agtpa-1986-2006": build_guide,
    "agreements-1964-2016": build_agreements,
}


def write_estimate(estimate: ShippedEstimate, path: Path) -> None:
    """Write an estimate as the JSON file that ships."""
    content = {name: getattr(estimate, name) for name in estimate.__slots__}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _by_sector(
    name: str, flows: pd.DataFrame, of_industry: dict[str, tuple[str, ...]], *, made_on: str, data: str,
    sources: tuple[Source, ...],
) -> ShippedEstimate:  # fmt: skip
    """The equation with tariffs, sector by sector; industries of one sector share its slopes."""
    industries = {sector: [code for code, own in of_industry.items() if sector in own] for sector in GOODS}
    industries[SERVICES] = [SERVICES]
    sectors: dict[str, dict[str, Any]] = {}
    for sector, codes in industries.items():
        found = _numbers(ppml(WITH_TARIFFS, flows[flows["industry"].isin(codes)], cluster=PAIR))
        sectors |= dict.fromkeys(SERVICE_SECTORS if sector == SERVICES else (sector,), found)
    return ShippedEstimate(
        name=name, formula=WITH_TARIFFS, vcov=f"clustered by {PAIR}", data=data, made_on=made_on,
        sources=tuple(source.citation for source in sources), sectors=sectors,
    )  # fmt: skip


def _numbers(fit: Estimate) -> dict[str, Any]:
    """What ships of a fit, rounded beyond what its errors could tell."""
    return {
        "coefficients": {name: round(float(value), 6) for name, value in fit.coefficients.items()},
        "std_errors": {name: round(float(value), 6) for name, value in fit.std_errors.items()},
        "covariance": [[float(f"{value:.6g}") for value in row] for row in fit.covariance.matrix],
        "nobs": fit.nobs,
        "dropped": len(fit.dropped),
        "not_identified": sorted(fit.collinear),
    }


def _with_ties(flows: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Flows of named economies with distance and ties."""
    bound = _bound(Inputs(folder), sorted(set(flows["year"])))
    flows = flows[(flows["exporter"] != "ROW") & (flows["importer"] != "ROW")].rename(columns={"sector": "industry"})
    ties = read_distances(folder / "cepii-geodist" / "dist_cepii.parquet").frame
    ties = ties[["exporter", "importer", "distance_km", "distance_cities_km", "contiguous", "common_language"]]
    ties["distance_km"] = ties["distance_km"].fillna(ties.pop("distance_cities_km"))
    flows = flows.merge(ties, on=["exporter", "importer"], how="left").merge(bound, on=_PAIR_YEAR, how="left")
    flows["agreement"] = flows["kind"] >= FREE_TRADE
    flows["internal_market"] = (flows["kind"] == AGREEMENT_KINDS.index("eu")).astype(float)
    return _at_home(flows, ("contiguous", "common_language", "agreement"))


def _bound(inputs: Inputs, years: Iterable[int], *, desta: bool = True) -> pd.DataFrame:
    """exporter, importer, year, kind: what binds every pair in some years, by the rule of the World."""
    notified, parties = inputs.notified_agreements, inputs.treaty_parties
    known = parties if desta else parties.iloc[:0]
    found = [agreements_in_force(year, notified=notified, parties=known).assign(year=year) for year in years]
    return pd.concat(found)[[*_PAIR_YEAR, "kind"]]


def _at_home(panel: pd.DataFrame, ties: tuple[str, ...]) -> pd.DataFrame:
    """Ties as numbers that are 1 at home, and `abroad`."""
    home = (panel["exporter"] == panel["importer"]).to_numpy()
    numbers = {name: np.where(home, 1.0, panel[name].astype(float)) for name in ties}
    return panel.assign(**numbers, abroad=np.where(home, 0.0, 1.0))
