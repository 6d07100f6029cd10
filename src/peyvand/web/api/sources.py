"""The World's sources and variables."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel

from peyvand.reports.rows import records
from peyvand.variables import variables
from peyvand.web.paging import Limit, Offset, Paged, paged
from peyvand.web.site import language_of, site_of

router = APIRouter(tags=["sources"])


class Source(BaseModel):
    """Where one figure, or a group of them, comes from; `*` stands for all."""

    variable: str
    economy: str
    sector: str
    status: str
    source: str
    licence: str
    url: str
    note: str


class Variable(BaseModel):
    """One variable of a World."""

    name: str
    symbol: str
    dims: list[str]
    unit: str
    definition: str
    source: str


@router.get("/sources")
def sources(request: Request, limit: Limit = 100, offset: Offset = 0, variable: str | None = None) -> Paged[Source]:
    """The provenance of the World's figures."""
    table = site_of(request).today.world.provenance.astype(str)
    if variable is not None:
        table = table[table["variable"].str.split().map(lambda names: variable in names)]
    rows = [Source(**row) for row in records(table.iloc[offset : offset + limit])]
    return paged(request, rows, total=len(table), limit=limit, offset=offset)


@router.get("/variables")
def all_variables(request: Request, limit: Limit = 100, offset: Offset = 0) -> Paged[Variable]:
    """Every variable that peyvand knows, defined in the language asked for."""
    known, language = variables(), language_of(request)
    rows = [
        Variable(
            name=name,
            symbol=row.symbol,
            dims=list(row.dims),
            unit=row.unit,
            definition=row.defined(language),
            source=row.source,
        )
        for name, row in list(known.items())[offset : offset + limit]
    ]
    return paged(request, rows, total=len(known), limit=limit, offset=offset)
