"""What is the unimplemented part of the agreements worth? Priced once for a state of the register, then kept."""

from __future__ import annotations

from threading import Lock
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from peyvand.errors import RegistryError
from peyvand.registry.facts import facts
from peyvand.registry.models import Agreement, Commitment
from peyvand.registry.worth import pending
from peyvand.reports.rows import records
from peyvand.value import LEVEL, Values, value_of
from peyvand.web.pages.registry_shared import names_of, prices_of
from peyvand.web.show import show
from peyvand.web.site import Site, language_of, site_of

router = APIRouter()
DRAWS = 40
"""Behind the intervals of the page; `peyvand registry value --draws N` takes more."""
_PRICING = Lock()


@router.get("/registry/value")
def value(request: Request) -> Response:
    """What each pending agreement gives, with its interval, and which to implement first."""
    site, language = site_of(request), language_of(request)
    found, refused = priced(request)
    titles = {row.code: getattr(row, f"title_{language}") for row in site.registry.rows(Agreement)}
    return show(
        request, "registry_value.html.j2", section="value", found=found, refused=refused, titles=titles,
        names=names_of(site, language), draws=DRAWS, level=100 * LEVEL,
        agreements=records(found.agreements) if found else [],
        economies=records(found.economies.sort_values("gain_musd", ascending=False)) if found else [],
        unpriced=_unpriced(site),
    )  # fmt: skip


def priced(request: Request) -> tuple[Values | None, str]:
    """The value of what is pending, or why it has none."""
    site, kept = site_of(request), request.app.state
    newest = site.registry.log(limit=1)
    key = newest[0].hash if newest else ""
    with _PRICING:
        if getattr(kept, "values_key", None) != key:
            kept.values, kept.values_key = _price(site), key
        found: Any = kept.values
    return found[0], found[1]


def _price(site: Site) -> tuple[Values | None, str]:
    world = site.today.world
    try:
        owed = pending(site.registry, economies=world.economies)
        return value_of(owed, world=world, facts=facts(site.registry), draws=DRAWS), ""
    except RegistryError as why:
        return None, why.message


def _unpriced(site: Site) -> list[tuple[Commitment, str]]:
    """Commitments that are open and have no price, each with the reason."""
    rows = [row for row in site.registry.rows(Commitment) if row.status not in ("full", "dropped")]
    prices = prices_of(site, {row.code for row in rows})
    return [(row, prices[row.code]) for row in rows if prices[row.code] != "priced"]
