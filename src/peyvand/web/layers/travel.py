"""Who may cross this border? The visa rule of each direction: today's and how it came about."""

from __future__ import annotations

from typing import Any

from peyvand.errors import DataError
from peyvand.mobility.visas import Visas
from peyvand.reports.voice import Voice
from peyvand.web.site import Site


def layer(_site: Site, pair: tuple[str, str], _voice: Voice) -> dict[str, Any] | None:
    """The newest rules first, of each direction; None where the table of rules does not hold both."""
    visas = Visas.shipped()
    try:
        ways = [(way, tuple(reversed(visas.history(*way)))) for way in (pair, pair[::-1])]
    except DataError:
        return None
    return {"ways": ways, "seen": visas.snapshot_of()}
