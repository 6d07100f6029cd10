"""The network eurasia-corridors, compiled from places and lines by hand and the publishers' figures."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.corridors.compile.inputs import Inputs
from peyvand.corridors.compile.lengths import lengths
from peyvand.corridors.compile.positions import positions
from peyvand.corridors.compile.stops import stops
from peyvand.corridors.network import LINK_COLUMNS, NODE_COLUMNS, Network

NAME = "eurasia-corridors"
CAPACITIES = {
    "Sarakhs (rail)": "Sarakhs rail crossing capacity",
    "Alat Port": "Baku (Alat) port dry cargo capacity",
    "Aktau": "Aktau dry cargo capacity",
}
"""Place → the fact that publishes its capacity, million tonnes per year."""


def build_corridors(folder: str | Path) -> Network:
    """Compile eurasia-corridors from the data folder; the same folder gives the same network.

    Raises
    ------
    DataError
        If a source is missing or broken, or a line names an unknown place.
    NetworkError
        If the network breaks a rule of `peyvand.corridors.checks`.
    """
    inputs = Inputs(Path(folder))
    places = inputs.places.drop(columns=["latitude_deg", "longitude_deg"]).join(positions(inputs))
    nodes = places.join(stops(places, inputs))
    nodes["centre_weight"] = _centre_weights(nodes)
    nodes["capacity_mt_per_year"], nodes["capacity_source"] = _capacities(nodes, inputs)
    links = _links(inputs.lines)
    links = links.join(lengths(links, nodes, inputs)).join(_travel(links, inputs))
    links["hours"] = (links["length_km"] / links.pop("speed_kmh")).round(2)
    links["usd_per_t"] = (links["length_km"] * links.pop("usd_per_t_km")).round(3)
    links["departures_per_week"] = np.nan
    return Network(NAME, nodes[list(NODE_COLUMNS)], links[list(LINK_COLUMNS)])


def _links(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per pair of neighbours on the lines; a link on several lines has all their corridors."""
    rows: dict[tuple[str, str, str, str], dict[str, object]] = {}
    for _, line in lines.iterrows():
        stations = line["places"].split(" > ")
        for one, other in pairwise(stations):
            first, second = sorted((one, other))
            key = (first, second, line["mode"], line["gauge_mm"])
            row = rows.setdefault(key, {"corridors": [], "open": line["open"] == "yes", "note": line["note"]})
            row["corridors"] = sorted({*row["corridors"], *line["corridors"].split()})  # type: ignore[misc]
    return pd.DataFrame(
        [
            {
                "from_node": first,
                "to_node": second,
                "mode": mode,
                "gauge_mm": float(gauge) if gauge else np.nan,
                **row,
                "corridors": " ".join(row["corridors"]),  # type: ignore[arg-type]
            }
            for (first, second, mode, gauge), row in rows.items()
        ]
    )


def _travel(links: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """speed_kmh, usd_per_t_km and their status and source, by mode."""
    section_t_km = 500 * inputs.factor("shipment_t").value
    by_mode: dict[str, dict[str, object]] = {}
    for mode in ("rail", "road"):
        whole, paid = inputs.factor(f"{mode}_usd_per_500km_20t"), inputs.factor(f"{mode}_usd_per_crossing")
        speed = inputs.factor("rail_speed" if mode == "rail" else "road_running_speed")
        share = 1.0 if mode == "rail" else inputs.factor("road_driving_hours_per_day").value / 24
        rest = "" if mode == "rail" else f"; {inputs.factor('road_driving_hours_per_day').source}"
        by_mode[mode] = {
            "speed_kmh": speed.value * share,
            "usd_per_t_km": (whole.value - paid.value * inputs.factor("crossings_per_500km").value) / section_t_km,
            "travel_status": "assumed",
            "travel_source": f"CAREC mean of the mode, 2019: speed without delay{rest}; TFI3 less TFI2. {whole.source}",
        }
    for mode in ("sea", "ferry"):
        speed, price = inputs.factor(f"{mode}_speed"), inputs.factor(f"{mode}_usd_per_t_km")
        by_mode[mode] = {
            "speed_kmh": speed.value,
            "usd_per_t_km": price.value,
            "travel_status": "assumed",
            "travel_source": f"{speed.source}; {price.source}",
        }
    return pd.DataFrame([by_mode[mode] for mode in links["mode"]])


def _centre_weights(nodes: pd.DataFrame) -> pd.Series:
    """Share of each economic centre in its economy: by urban population; its ports, alike, where it has no centre."""
    weight = pd.Series(np.nan, nodes.index)
    for economy, rows in nodes[nodes["economy"] != ""].groupby("economy"):
        centres = rows[rows["kind"] == "centre"]
        chosen = centres if len(centres) else rows[rows["kind"] == "sea_port"]
        people = chosen["population"].fillna(chosen["population"].mean()).fillna(1.0)
        if chosen.empty:
            raise ValueError(f"{economy} has no centre")
        weight[chosen.index] = (people / people.sum()).round(4)
    return weight


def _capacities(nodes: pd.DataFrame, inputs: Inputs) -> tuple[pd.Series, pd.Series]:
    facts = inputs.transport_facts.drop_duplicates("item").set_index("item")
    said = nodes["name"].map(CAPACITIES)
    value = said.map(facts["value"])
    return value, (said.map(facts["publisher"]) + ", " + said.map(facts["url"])).fillna("")
