"""Which way do the goods go, and what changes on it?  Crossings, links and journeys of a run, as plain tables.

None where the union has no transit provisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from peyvand.corridors import Network, Route, routes

if TYPE_CHECKING:
    from peyvand.run import Run

JOURNEYS = 3
"""So many pairs are shown with their best routes."""
TODAY, IN_UNION = "today", "union"


def crossings(run: Run) -> pd.DataFrame | None:
    """One row a crossing or port: hours that goods stand and tonnes a year, today and in the union."""
    if run.carriage is None:
        return None
    table = run.carriage.crossings()
    return table.rename(
        columns={
            "name": "place_en", "name_fa": "place_fa", "kind": "place_kind", "hours": "standing_h",
            "hours_after": "standing_counterfactual_h", "hours_status": "standing_status", "tonnes": "traffic_t",
            "tonnes_after": "traffic_counterfactual_t",
        }
    )  # fmt: skip


def links(run: Run) -> pd.DataFrame | None:
    """One row a link that carries anything: its ends, mode, length and tonnes a year, today and in the union."""
    if run.carriage is None:
        return None
    used = run.carriage.traffic()
    used = used[used["kind"] == "link"].set_index("row")
    held = run.carriage.after.graph.network.links.loc[used.index]
    places = run.carriage.network.nodes.set_index("name")["name_fa"]
    table = pd.DataFrame(
        {
            "from_en": held["from_node"], "to_en": held["to_node"], "from_fa": held["from_node"].map(places),
            "to_fa": held["to_node"].map(places), "mode": held["mode"], "length_km": held["length_km"],
            "traffic_t": used["tonnes"], "traffic_counterfactual_t": used["tonnes_after"],
        }
    )  # fmt: skip
    return table.sort_values("traffic_counterfactual_t", ascending=False, ignore_index=True)


def journeys(run: Run) -> pd.DataFrame | None:
    """The best routes of the pairs of members whose carriage falls most, step by step, today and in the union.

    Between the largest centres of the two economies, by hours and dollars as a share of the value of machinery. One row
    a step: `when`, the place that it ends at, and kilometres, hours and dollars per tonne since the start.
    """
    if run.carriage is None:
        return None
    networks = {TODAY: run.carriage.network, IN_UNION: run.carriage.after.graph.network}
    frames = []
    for exporter, importer in _most_changed(run):
        ends = [_largest_centre(networks[TODAY], code) for code in (exporter, importer)]
        for when, network in networks.items():
            found = routes(ends[0], ends[1], network=network)
            if found.routes:
                frames.append(steps_of(found[0], network).assign(exporter=exporter, importer=importer, when=when))
    if not frames:
        return None
    table = pd.concat(frames, ignore_index=True)
    return table[
        ["exporter", "importer", "when", *(name for name in table if name not in ("exporter", "importer", "when"))]
    ]


def _most_changed(run: Run) -> list[tuple[str, str]]:
    """Pairs of members with both ends on the network, by the mean cut of carriage in both directions."""
    cuts = run.effect.implied_cuts()
    here = set(run.effect.members) & set(run.carriage.before.economies if run.carriage else ())
    cuts = cuts[cuts["exporter"].isin(here) & cuts["importer"].isin(here)].dropna(subset=["transport_cut_percent"])
    ends = np.sort(cuts[["exporter", "importer"]].to_numpy(dtype=str), axis=1)
    pairs = cuts.assign(first=ends[:, 0], second=ends[:, 1])
    mean = pairs.groupby(["first", "second"])["transport_cut_percent"].mean()
    largest = mean[mean > 0].nlargest(JOURNEYS)
    return [(str(first), str(second)) for first, second in largest.index]


def _largest_centre(network: Network, economy: str) -> str:
    nodes = network.nodes[network.nodes["economy"] == economy]
    return str(nodes["name"].iloc[int(np.nanargmax(nodes["centre_weight"]))])


def steps_of(route: Route, network: Network) -> pd.DataFrame:
    """Kilometres, hours and dollars since the start after every leg of a route."""
    points = route.diagram()
    called = network.nodes.set_index("name")["name_fa"]
    modes = ["", *("stop" if leg.kind == "stop" else leg.mode for leg in route.legs)]
    km, hours, usd, places = zip(*points, strict=True)
    return pd.DataFrame(
        {
            "step": range(len(points)), "place_en": places, "place_fa": [called[name] or name for name in places],
            "mode": modes, "travelled_km": km, "elapsed_h": hours, "paid_usd_per_t": usd,
        }
    )  # fmt: skip
