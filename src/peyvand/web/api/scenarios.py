"""Union files: those that ship, and what any of them says."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from peyvand.errors import NotFoundError, did_you_mean
from peyvand.scenarios import open_scenario, parse_scenario, shipped
from peyvand.web.paging import Limit, Offset, Paged, paged
from peyvand.web.preview import preview
from peyvand.web.site import language_of, site_of

router = APIRouter(tags=["scenarios"])


class Titles(BaseModel):
    """A title in both languages."""

    en: str
    fa: str


class Scenario(BaseModel):
    """A union file."""

    name: str
    title: Titles
    members: list[str]
    kind: str
    file: str = Field(description="The file itself, TOML.")


class UnionText(BaseModel):
    """A union file as a program sends it."""

    model_config = ConfigDict(extra="forbid")
    file: str = Field(min_length=1, max_length=100_000, description="A union file, TOML.")


class Cut(BaseModel):
    """What the provisions take off the cost of one direction of trade, ad valorem."""

    exporter: str
    importer: str
    cut_percent: float


class Check(BaseModel):
    """A union in words, and the cuts that it implies; nothing is solved for it."""

    says: list[str]
    warnings: list[str]
    cuts: list[Cut]


@router.get("/scenarios")
def scenarios(request: Request, limit: Limit = 100, offset: Offset = 0) -> Paged[Scenario]:
    """The unions that ship with peyvand."""
    names = shipped()
    rows = [_scenario(name) for name in names[offset : offset + limit]]
    return paged(request, rows, total=len(names), limit=limit, offset=offset)


@router.get("/scenarios/{name}")
def scenario(name: Annotated[str, Path(max_length=100)]) -> Scenario:
    """One of them."""
    if name not in shipped():
        raise NotFoundError(f"no scenario {name!r} ships with peyvand", hint=did_you_mean(name, shipped()))
    return _scenario(name)


@router.post("/scenarios/check")
def check(request: Request, sent: UnionText) -> Check:
    """Say in words what a union file means, or where it is not clear (422)."""
    seen = preview(parse_scenario(sent.file), site_of(request), language_of(request))
    return Check(says=seen.says, warnings=seen.warnings, cuts=[Cut(**row) for row in seen.cuts_percent])  # type: ignore[arg-type]


def _scenario(name: str) -> Scenario:
    union = open_scenario(name)
    title = Titles(en=union.title["en"], fa=union.title["fa"])
    return Scenario(name=name, title=title, members=list(union.members), kind=union.kind, file=union.text)
