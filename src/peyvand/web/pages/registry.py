"""Who signed what, where does it stand, what is late and what is it worth? The register in a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import Response

from peyvand.locale import Language
from peyvand.locale import text as words
from peyvand.registry import queries
from peyvand.registry.dates import last_day, read_date
from peyvand.registry.facts import facts
from peyvand.registry.models import (
    BY_NAME,
    DOMAINS,
    OUTCOMES,
    Agreement,
    Claim,
    Commitment,
    Evidence,
    Heritage,
    Pact,
    Party,
    Step,
    table_of,
)
from peyvand.registry.paths import path
from peyvand.registry.timeline import draw_timeline
from peyvand.reports.pacts import overlap_picture, standings_of
from peyvand.web.pages.registry_shared import names_of, prices_of, short_of_members, shown_day
from peyvand.web.show import show
from peyvand.web.site import Site, language_of, site_of

router = APIRouter()
On = Annotated[str, Query(max_length=40, description="A day, Gregorian or Jalali; today by default.")]
_MOST = 300
_TIES = 2


@router.get("/registry")
def registry(
    request: Request, on: On = "", party: str = "", other: str = "", domain: str = "", state: str = "", q: str = ""
) -> Response:
    """Agreements and where they stand on a day; what a search finds; how many stand where."""
    site, language, day = site_of(request), language_of(request), day_of(on)
    names = names_of(site, language)
    codes: tuple[str, ...] | None = None
    found: list[Any] = []
    if q.strip():
        hits = site.registry.search(q, limit=100)
        codes = tuple(hit.code for hit in hits if hit.thing == "agreement")
        found = [_hit(site, hit.thing, hit.code, language) for hit in hits if hit.thing != "agreement"]
    with site.registry.reading() as connection:
        counts = queries.counts(connection, day)
        late = len(queries.overdue(connection, day))
        signed, members = queries.parties_to(connection), _members(connection, day)
        rows = []
        if codes is None or codes:
            parties = [code for code in (party, other) if code]
            rows = queries.agreements(
                connection, day, codes=codes or (), parties=parties, domain=domain, state=state, limit=_MOST
            )
    rows.sort(key=lambda row: row.signed_on or row.in_force_on or "", reverse=True)
    return _show(
        request, "registry.html.j2", "agreements", on=on, day=day, rows=rows, counts=counts, late=late, found=found,
        parties={row.code: [names[one] for one in short_of_members(signed.get(row.code, ()), members)] for row in rows},
        asked={"party": party, "other": other, "domain": domain, "state": state, "q": q}, most=_MOST,
        states=queries.AGREEMENT_STATES, states_said=_words("state", queries.AGREEMENT_STATES, language),
        domains=_words("domain", DOMAINS, language), countries=_countries(site, language),
    )  # fmt: skip


@router.get("/registry/agreements/{code:path}")
def agreement(request: Request, code: str, on: On = "") -> Response:
    """One agreement: its way through each parliament, its commitments and where all of it was read."""
    site, day = site_of(request), day_of(on)
    held = site.registry.get(Agreement, code)
    with site.registry.reading() as connection:
        (stood,) = queries.agreements(connection, day, codes=[code])
        lanes = queries.party_states(connection, code, day)
    steps: dict[str, list[Step]] = {lane.party: [] for lane in lanes}
    for step in sorted(site.registry.rows(Step, agreement=code), key=lambda row: row.number):
        steps.setdefault(step.party, []).append(step)
    commitments = site.registry.rows(Commitment, agreement=code)
    evidence = {row.code: site.registry.rows(Evidence, commitment=row.code) for row in commitments}
    return _show(
        request, "registry_agreement.html.j2", "agreements", on=on, day=day, held=held, stood=stood, lanes=lanes,
        steps=steps, commitments=commitments, prices=prices_of(site, {row.code for row in commitments}),
        evidence=evidence, outcomes=OUTCOMES, domains=DOMAINS,
        log=site.registry.log(thing="agreement", code=code, limit=20),
        all_steps=list(dict.fromkeys(step.step for lane in lanes for step in path(lane.path).steps)),
    )  # fmt: skip


@router.get("/registry/ways/{code:path}.svg")
def way(request: Request, code: str) -> Response:
    """The picture of an agreement's way, a lane a party, in both calendars."""
    site = site_of(request)
    picture = draw_timeline(site.registry, code, language=language_of(request))
    return Response(picture, media_type="image/svg+xml")


@router.get("/registry/commitments")
def commitments(request: Request, on: On = "", party: str = "", late: bool = False) -> Response:
    """What was promised, by whom and until when; only what is late if asked."""
    site, language, day = site_of(request), language_of(request), day_of(on)
    with site.registry.reading() as connection:
        rows, total = queries.commitments(connection, day, by_party=party, late=late, limit=_MOST)
        _, overdue = queries.commitments(connection, day, by_party=party, late=True, limit=0)
    prices = prices_of(site, [str(row["code"]) for row in rows])
    return _show(
        request, "registry_commitments.html.j2", "commitments", on=on, day=day, rows=rows, overdue=overdue,
        prices=prices, asked={"party": party, "late": late}, total=total, most=_MOST,
        countries=_countries(site, language),
    )  # fmt: skip


@router.get("/registry/memberships")
def memberships(request: Request, on: On = "") -> Response:
    """Who stood how in which pact on a day: a picture and a table."""
    site, language, day = site_of(request), language_of(request), day_of(on)
    held, names = facts(site.registry), names_of(site, language)
    with site.registry.reading() as connection:
        rows = queries.standings(connection, day)
    counts = Counter(row.party for row in rows if row.certain)
    region = sorted((code for code, count in counts.items() if count >= _TIES), key=lambda code: -counts[code])
    order = [code for code in site.today.codes if code in region]
    order += [code for code in region if code not in order]
    picture = overlap_picture(held, order, day, names=names, language=language) if order else ""
    return _show(
        request, "registry_memberships.html.j2", "memberships", on=on, day=day, rows=rows,
        pacts={row.code: row for row in site.registry.rows(Pact)}, picture=Markup(picture),
        shown=len(standings_of(held, order, day)),
    )  # fmt: skip


@router.get("/registry/heritage")
def heritage(request: Request) -> Response:
    """Sites, elements and people that more than one country calls its own, with what each claim rests on."""
    site = site_of(request)
    claims: dict[str, list[Claim]] = {}
    for row in site.registry.rows(Claim):
        claims.setdefault(row.heritage, []).append(row)
    kinds: dict[str, list[Heritage]] = {}
    for held in site.registry.rows(Heritage):
        kinds.setdefault(held.kind, []).append(held)
    return _show(request, "registry_heritage.html.j2", "heritage", kinds=kinds, claims=claims)


@router.get("/registry/log")
def log(request: Request) -> Response:
    """Who changed what, when and why, the newest first."""
    return _show(request, "registry_log.html.j2", "log", rows=site_of(request).registry.log(limit=200))


def day_of(written: str) -> date:
    """The day asked about, today by default; the last day of a coarse date."""
    return last_day(read_date(written)) if written.strip() else datetime.now(UTC).date()


def _show(request: Request, template: str, section: str, **values: Any) -> Response:
    site, language = site_of(request), language_of(request)
    return show(
        request, template, section=section, names=names_of(site, language), shown_day=shown_day,
        title=f"title_{language}", name=f"name_{language}", text=f"text_{language}", **values,
    )  # fmt: skip


def _members(connection: Connection, day: date) -> dict[str, set[str]]:
    """Members of every pact on a day, by its code."""
    found: dict[str, set[str]] = {}
    for row in queries.standings(connection, day):
        if row.status == "member":
            found.setdefault(row.pact, set()).add(row.party)
    return found


def _words(kind: str, names: Sequence[str], language: Language) -> list[tuple[str, str]]:
    return [(name, words(f"registry.{kind}.{name}", language)) for name in names]


def _countries(site: Site, language: Language) -> list[tuple[str, str]]:
    """States and unions by their name."""
    rows = [row for row in site.registry.rows(Party) if row.kind in ("state", "union")]
    return sorted(((row.code, str(getattr(row, f"name_{language}"))) for row in rows), key=lambda pair: pair[1])


def _hit(site: Site, thing: str, code: str, language: str) -> dict[str, str]:
    """What a search found, with its words and the agreement that it hangs on, if any."""
    row = site.registry.get(BY_NAME[thing], code)
    words = (getattr(row, f"{column}_{language}", None) for column in ("title", "name", "text"))
    on = str(getattr(row, "agreement", None) or "") if "agreement" in table_of(BY_NAME[thing]).columns else ""
    return {"thing": thing, "code": code, "words": next((word for word in words if word), code), "agreement": on}
