"""What does a union's transit provision do to the network?  Hours, fees, closures, better and new links."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
import pandas as pd

from peyvand.corridors.geodesy import great_circle_km
from peyvand.corridors.network import LINK_COLUMNS, Network, waiting_h
from peyvand.errors import NetworkError, ScenarioError, UnknownNameError
from peyvand.scenarios.provisions import NewLink, Transit

T = TypeVar("T")
SOURCE = "the union's transit provision"
ASSUMED_DETOUR = 1.3
"""Length of a new link over the great circle where its provision does not say."""


def after_transit(network: Network, provisions: Iterable[Transit]) -> Network:
    """The network once the provisions hold, in their order.

    Raises
    ------
    ScenarioError
        If a provision names what the network does not hold, or says nothing new.
    """
    for provision in provisions:
        network = _applied(network, provision)
    return network


def places_named(network: Network, provisions: Iterable[Transit], language: str) -> dict[str, str]:
    """What the places that provisions name are called in a reader's language, by the name in the provision."""
    names = {name for each in provisions for name in each.crossings}
    names |= {name for each in provisions for pair in each.links for name in pair}
    names |= {name for each in provisions for link in each.new_links for name in link.between}
    return {name: network.called(name, language) for name in names}


def eases_stops(provision: Transit) -> bool:
    """Whether the provision makes hours, fees or the change of gauge at crossings less."""
    return provision.max_dwell_time_h is not None or provision.max_fee_usd_per_t is not None or provision.one_gauge


def _applied(network: Network, provision: Transit) -> Network:
    nodes, links = network.nodes.copy(), network.links.copy()
    rows = _known(lambda: [row for name in provision.crossings for row in network.resolve(name)])
    if rows:
        _change_stops(nodes, rows, provision)
    lines = _known(lambda: [row for one, other in provision.links for row in network.links_between(one, other)])
    if lines:
        _change_links(links, lines, provision)
    if provision.closed:
        shut = set(nodes["name"].iloc[rows])
        ends = links["from_node"].isin(shut) | links["to_node"].isin(shut) | links.index.isin(lines)
        links["open"] = links["open"] & ~ends
    new = [_new_link(network, link, provision) for link in provision.new_links]
    if new:
        links = pd.concat([links, pd.DataFrame(new, columns=list(LINK_COLUMNS))], ignore_index=True)
    try:
        return network.with_tables(nodes=nodes, links=links)
    except NetworkError as error:
        raise ScenarioError(error.message, hint=error.hint) from error


def _change_stops(nodes: pd.DataFrame, rows: list[int], provision: Transit) -> None:
    """Hours and fees at most so much, whether goods pass or change mode; the change of gauge free."""
    for limit, kind in ((provision.max_dwell_time_h, "h"), (provision.max_fee_usd_per_t, "usd_per_t")):
        if limit is not None:
            for column in (f"pass_{kind}", f"transfer_{kind}"):
                nodes.loc[rows, column] = nodes.loc[rows, column].clip(upper=limit)
    if provision.one_gauge:
        nodes.loc[rows, "gauge_change_usd_per_t"] = 0.0
    if not provision.closed:
        nodes.loc[rows, ["stop_status", "stop_source"]] = ["assumed", SOURCE]


def _change_links(links: pd.DataFrame, rows: list[int], provision: Transit) -> None:
    links.loc[rows, "hours"] *= 1 - (provision.hours_cut_share or 0.0)
    links.loc[rows, "usd_per_t"] *= 1 - (provision.cost_cut_share or 0.0)
    if provision.departures_per_week is not None:
        today = links.loc[rows, "departures_per_week"].fillna(provision.departures_per_week_today or np.nan)
        if today.isna().any():
            raise ScenarioError(
                "departures_per_week: the network does not say how many there are today",
                hint="say departures_per_week_today",
            )
        saved = waiting_h(today) - waiting_h(pd.Series(provision.departures_per_week, index=today.index))
        stated = links.loc[rows, "departures_per_week"].notna()
        links.loc[stated[stated].index, "departures_per_week"] = provision.departures_per_week
        unstated = stated[~stated].index
        links.loc[unstated, "hours"] = (links.loc[unstated, "hours"] - saved[unstated]).clip(lower=0.0)
    links.loc[rows, ["travel_status", "travel_source"]] = ["assumed", SOURCE]


def _new_link(network: Network, link: NewLink, provision: Transit) -> dict[str, object]:
    """A row of the links; what the provision does not say is as the median of the mode's links."""
    one, other = _known(lambda: [network.resolve_one(name) for name in link.between])
    ends = network.nodes.iloc[[one, other]]
    like = network.links[network.links["mode"] == link.mode]
    if like.empty and None in (link.speed_kmh, link.usd_per_t_km):
        raise ScenarioError(f"the network has no {link.mode} to take speed and price from", hint="say both")
    lat, lon = (ends[f"{name}_deg"].to_numpy(dtype=float) for name in ("latitude", "longitude"))
    straight = float(
        great_circle_km(from_latitude=lat[0], from_longitude=lon[0], to_latitude=lat[1], to_longitude=lon[1])
    )
    length = link.length_km or straight * ASSUMED_DETOUR
    speed = link.speed_kmh or float((like["length_km"] / like["hours"]).median())
    price = float((like["usd_per_t"] / like["length_km"]).median()) if link.usd_per_t_km is None else link.usd_per_t_km
    return {
        "from_node": str(ends["name"].iloc[0]),
        "to_node": str(ends["name"].iloc[1]),
        "mode": link.mode,
        "gauge_mm": np.nan if link.gauge_mm is None else link.gauge_mm,
        "length_km": length,
        "hours": length / speed,
        "usd_per_t": length * price,
        "departures_per_week": np.nan if provision.departures_per_week is None else provision.departures_per_week,
        "open": True,
        "corridors": "",
        "length_status": "assumed",
        "length_source": SOURCE,
        "travel_status": "assumed",
        "travel_source": SOURCE,
        "note": "",
    }


def _known(look_up: Callable[[], T]) -> T:
    """What a look-up finds, or a ScenarioError with the nearest name."""
    try:
        return look_up()
    except UnknownNameError as error:
        raise ScenarioError(error.message, hint=error.hint, **error.context) from error
