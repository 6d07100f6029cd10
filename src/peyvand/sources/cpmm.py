"""How long do goods wait at a border?  CAREC's corridor performance: hours and dollars by crossing, year, direction."""

from __future__ import annotations

from pathlib import Path

from peyvand.sources.files import read_frame, require_numbers
from peyvand.sources.table import Source, Table

CPMM = Source(
    publisher="CAREC Institute and Asian Development Bank",
    title="CAREC Corridor Performance Measurement and Monitoring, web reports 2020-2023",
    licence="CC BY 3.0 IGO (annual reports); single figures with citation",
    url="https://cpmm.carecprogram.org",
    vintage="2019-2023",
    citation="CAREC Institute, Corridor Performance Measurement and Monitoring; the page of each figure is with it.",
    may_feed="facts",
)
COVID = "small samples of shipments; 2020-2022 hold COVID closures, 2022-2023 the rerouting after February 2022"


def read_crossings(path: str | Path) -> Table:
    """Crossing points: crossing, economy (which side), mode, direction, measure (hours, usd), year, value, url."""
    columns = {"bcp": "crossing", "iso3": "economy", "mode": "mode", "direction": "direction", "measure": "measure"}
    frame = read_frame(path, columns | {"year": "year", "value": "value", "source_url": "url"})
    require_numbers(frame, ["year", "value"], path=path)
    return Table(frame, CPMM, (COVID, "Iran, Turkey, Russia, Belarus, Armenia, India and Iraq are not covered"))


def read_benchmarks(path: str | Path) -> Table:
    """Journeys that a study or the press reports: corridor, origin, destination, days, usd_per_teu, source, url."""
    columns = {name: name for name in ("corridor", "origin", "destination", "days", "usd_per_teu", "source")}
    frame = read_frame(path, columns | {"source_url": "url"})
    require_numbers(frame, ["days", "usd_per_teu"], path=path, gaps=True)
    return Table(frame, CPMM, ("single studies and press values, for the order of magnitude only",))
