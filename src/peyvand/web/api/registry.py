"""The register: agreements as of any day, commitments, standings, shared heritage, search and the changes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from peyvand.errors import NotFoundError, did_you_mean
from peyvand.registry import queries
from peyvand.registry.audit import values_of
from peyvand.registry.models import BY_NAME, Agreement, Commitment, Heritage, Row
from peyvand.reports.rows import records
from peyvand.web.pages.registry import day_of
from peyvand.web.pages.registry_value import priced
from peyvand.web.paging import Limit, Offset, Paged, paged
from peyvand.web.site import site_of
from peyvand.web.visitor import visitor_of

router = APIRouter(tags=["registry"])
On = Annotated[str, Query(max_length=40, description="A day, Gregorian or Jalali; today by default.")]
Name = Annotated[str, Query(max_length=200)]


class AgreementShort(BaseModel):
    """An agreement and where it stood on the day."""

    code: str
    state: str
    title_en: str
    title_fa: str
    domain: str
    signed_on: str | None
    in_force_on: str | None
    ended_on: str | None


class Lane(BaseModel):
    """Where an agreement stood with one party, and what may come next there."""

    party: str
    path: str
    reached: str | None
    next: list[str]


class AgreementWhole(BaseModel):
    """One agreement with its lanes and commitments; `row` holds every column."""

    on: date
    state: str
    row: dict[str, Any]
    lanes: list[Lane]
    commitments: list[dict[str, Any]]


class Standing(BaseModel):
    """How a party stood in a pact; not `certain` where published dates leave the day open."""

    model_config = ConfigDict(from_attributes=True)
    pact: str
    party: str
    status: str
    from_on: str
    to_on: str | None
    certain: bool
    source: str


class Found(BaseModel):
    """A row that speaks of what was asked."""

    model_config = ConfigDict(from_attributes=True)
    thing: str
    code: str


class Change(BaseModel):
    """One row of the audit."""

    model_config = ConfigDict(from_attributes=True)
    seq: int
    at: str
    who: str
    why: str
    thing: str
    code: str
    action: str
    hash: str


class Worth(BaseModel):
    """What is pending, priced; see `peyvand registry value`."""

    agreements: list[dict[str, Any]]
    economies: list[dict[str, Any]]
    counted: list[str]
    refused: str


class NewRow(BaseModel):
    """A row to add, its columns by name, and why."""

    model_config = ConfigDict(extra="forbid")
    columns: dict[str, str | int | None]
    why: str = Field(min_length=1, max_length=2000)


class ChangedRow(NewRow):
    """Columns to change, the version that was read, and why."""

    version: int


@router.get("/registry/agreements")
def agreements(
    request: Request, on: On = "", party: Name = "", domain: Name = "", state: Name = "", limit: Limit = 100,
    offset: Offset = 0,
) -> Paged[AgreementShort]:  # fmt: skip
    """Agreements by code, as of a day."""
    with site_of(request).registry.reading() as connection:
        rows = queries.agreements(connection, day_of(on), parties=[party] if party else [], domain=domain, state=state)
    names = AgreementShort.model_fields
    found = [AgreementShort(**{name: getattr(row, name) for name in names}) for row in rows[offset : offset + limit]]
    return paged(request, found, total=len(rows), limit=limit, offset=offset)


@router.get("/registry/agreements/{code:path}")
def agreement(request: Request, code: str, on: On = "") -> AgreementWhole:
    """One agreement as of a day."""
    registry, day = site_of(request).registry, day_of(on)
    row = registry.get(Agreement, code)
    with registry.reading() as connection:
        (stood,) = queries.agreements(connection, day, codes=[code])
        states = queries.party_states(connection, code, day)
    lanes = [
        Lane(party=one.party, path=one.path, reached=one.state.reached, next=[step.step for step in one.next_steps])
        for one in states
    ]
    promised = [values_of(one) for one in registry.rows(Commitment, agreement=code)]
    return AgreementWhole(on=day, state=stood.state, row=values_of(row), lanes=lanes, commitments=promised)


@router.get("/registry/standings")
def standings(
    request: Request, on: On = "", pact: Name = "", party: Name = "", limit: Limit = 100, offset: Offset = 0
) -> Paged[Standing]:
    """Who stood how in which pact on a day."""
    with site_of(request).registry.reading() as connection:
        rows = queries.standings(connection, day_of(on), pact=pact, party=party)
    found = [Standing.model_validate(row) for row in rows[offset : offset + limit]]
    return paged(request, found, total=len(rows), limit=limit, offset=offset)


@router.get("/registry/overdue")
def overdue(
    request: Request, on: On = "", party: Name = "", limit: Limit = 100, offset: Offset = 0
) -> Paged[dict[str, Any]]:
    """Commitments past their day that are not known to be kept, the oldest first."""
    with site_of(request).registry.reading() as connection:
        rows = queries.overdue(connection, day_of(on), by_party=party)
    found = [{name: getattr(row, name) for name in row.__slots__} for row in rows[offset : offset + limit]]
    return paged(request, found, total=len(rows), limit=limit, offset=offset)


@router.get("/registry/heritage")
def heritage(request: Request, limit: Limit = 100, offset: Offset = 0) -> Paged[dict[str, Any]]:
    """Shared sites, elements and people."""
    rows = site_of(request).registry.rows(Heritage)
    return paged(
        request, [values_of(row) for row in rows[offset : offset + limit]], total=len(rows), limit=limit, offset=offset
    )


@router.get("/registry/value")
def value(request: Request) -> Worth:
    """What is signed and not yet kept is worth, M USD a year, in the order of implementation."""
    found, refused = priced(request)
    if found is None:
        return Worth(agreements=[], economies=[], counted=[], refused=refused)
    whole = {name: _plain(records(getattr(found, name))) for name in ("agreements", "economies")}
    return Worth(**whole, counted=list(found.counted), refused="")


@router.get("/registry/search")
def search(request: Request, q: Annotated[str, Query(min_length=1, max_length=400)], limit: Limit = 50) -> list[Found]:
    """Rows that speak of this, however its Persian is typed."""
    return [Found.model_validate(hit) for hit in site_of(request).registry.search(q, limit=limit)]


@router.get("/registry/log")
def log(request: Request, thing: Name = "", code: Name = "", limit: Limit = 100) -> list[Change]:
    """The changes, the newest first."""
    rows = site_of(request).registry.log(thing=thing or None, code=code or None, limit=limit)
    return [Change.model_validate(row) for row in rows]


@router.get("/registry/rows/{kind}/{code:path}")
def row(request: Request, kind: str, code: str) -> dict[str, Any]:
    """Every column of one row."""
    return values_of(site_of(request).registry.get(_kind(kind), code))


@router.post("/registry/rows/{kind}", status_code=201)
def add(request: Request, kind: str, sent: NewRow) -> dict[str, Any]:
    """Add a row; refused with the rule where it breaks one."""
    registry, held = site_of(request).registry, _kind(kind)
    with registry.change(who=visitor_of(request).name, why=sent.why) as change:
        change.add_values(held, [sent.columns])
    return values_of(registry.get(held, str(sent.columns.get("code"))))


@router.patch("/registry/rows/{kind}/{code:path}")
def change_row(request: Request, kind: str, code: str, sent: ChangedRow) -> dict[str, Any]:
    """Change columns of a row that still has the version you read; 409 where somebody changed it since."""
    registry, held = site_of(request).registry, _kind(kind)
    with registry.change(who=visitor_of(request).name, why=sent.why) as change:
        columns: dict[str, Any] = {name: cell for name, cell in sent.columns.items() if name != "version"}
        change.update(held, code, version=sent.version, **columns)
    return values_of(registry.get(held, code))


def _kind(name: str) -> type[Row]:
    if name not in BY_NAME:
        raise NotFoundError(f"no kind of row {name!r}", hint=did_you_mean(name, BY_NAME))
    return BY_NAME[name]


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Not-a-number becomes null, which JSON knows."""
    return [{name: None if cell != cell else cell for name, cell in row.items()} for row in rows]
