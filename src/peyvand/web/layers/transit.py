"""Which way do goods go between the two? The best route between their largest centres, and where it stands still."""

from __future__ import annotations

from functools import cache
from typing import Any

from peyvand.corridors import Network, Routes, routes
from peyvand.reports.profile import centres_of
from peyvand.reports.voice import Voice
from peyvand.web.site import Site


def layer(_site: Site, pair: tuple[str, str], voice: Voice) -> dict[str, Any] | None:
    """The best route with the hours of its stops; None where the network has no centre of one of the two."""
    ends = centres_of(*pair)
    if ends is None:
        return None
    found, nodes = _best(*ends), Network.embedded().nodes
    said = nodes["name_fa" if voice.language == "fa" else "name"]
    called = {str(name): str(shown) or str(name) for name, shown in zip(nodes["name"], said, strict=True)}
    best = found[0] if found else None
    stops = [leg for leg in best.legs if leg.kind == "stop" and leg.hours > 0] if best else []
    return {"ends": ends, "best": best, "stops": stops, "called": called}


@cache
def _best(origin: str, destination: str) -> Routes:
    return routes(origin, destination, by="generalised", k=1)
