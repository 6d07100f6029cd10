"""What binds the two? Pacts that both stand in, and agreements that both signed, as the register has them today."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from peyvand.registry import queries
from peyvand.registry.models import Pact
from peyvand.reports.voice import Voice
from peyvand.web.pages.registry_shared import shown_day
from peyvand.web.site import Site


def layer(site: Site, pair: tuple[str, str], voice: Voice) -> dict[str, Any] | None:
    """Shared pacts with both standings, and common agreements; None where there are neither."""
    today = datetime.now(UTC).date()
    with site.registry.reading() as connection:
        first, second = ({row.pact: row for row in queries.standings(connection, today, party=one)} for one in pair)
        common = queries.agreements(connection, today, parties=pair)
    names = {pact.code: getattr(pact, f"name_{voice.language}") for pact in site.registry.rows(Pact)}
    shared = [(names[code], first[code], second[code]) for code in sorted(first.keys() & second.keys())]
    order = {state: at for at, state in enumerate(queries.AGREEMENT_STATES)}
    common.sort(key=lambda row: (order[row.state], row.signed_on or ""))
    if not shared and not common:
        return None
    return {"pacts": shared, "agreements": common, "title": f"title_{voice.language}", "shown_day": shown_day}
