"""Where does every figure come from? The World's sources with their status, and each variable's definition."""

from __future__ import annotations

import pandas as pd
from fastapi import APIRouter, Request
from starlette.responses import Response

from peyvand.locale.said import noted
from peyvand.reports.rows import Row, records
from peyvand.reports.voice import Voice
from peyvand.variables import variables
from peyvand.web.show import show
from peyvand.web.site import site_of, voice_of

router = APIRouter()


@router.get("/sources")
def sources(request: Request) -> Response:
    """The sources of the World, most used first, then the variables they give."""
    world, voice = site_of(request).today.world, voice_of(request)
    rows = source_rows(world.provenance, voice)
    return show(
        request, "sources.html.j2", world=world, sources=rows, variables=_variable_rows(world.provenance, voice)
    )


@router.get("/sources/{name}")
def source_of_variable(request: Request, name: str) -> Response:
    """Everything that is known about one variable: what it is, and each of its sources."""
    from peyvand.errors import UnknownNameError, did_you_mean

    world, voice = site_of(request).today.world, voice_of(request)
    if name not in variables():
        raise UnknownNameError(f"no variable {name!r}", hint=did_you_mean(name, variables()))
    table = world.provenance[world.provenance["variable"].str.split().map(lambda names: name in names)]
    rows = [
        row
        | {
            "status_word": voice.word(f"status.{row['status']}", row["status"]),
            "note": noted(row["note"], voice.language),
        }
        for row in records(table)
    ]
    return show(request, "variable.html.j2", name=name, variable=variables()[name], rows=rows)


def source_rows(provenance: pd.DataFrame, voice: Voice) -> list[Row]:
    """Each source with its status, licence, address and the variables it gives."""
    by = ["source", "status", "licence", "url"]
    table = provenance.assign(variable=provenance["variable"].str.split()).explode("variable")
    said = table.groupby(by, sort=False)["variable"].agg(lambda names: sorted(set(names))).reset_index()
    said["given"] = said["variable"].map(len)
    return [
        row | {"status_word": voice.word(f"status.{row['status']}", row["status"])}
        for row in records(said.sort_values("given", ascending=False, kind="stable"))
    ]


def _variable_rows(provenance: pd.DataFrame, voice: Voice) -> list[Row]:
    held = {name for names in provenance["variable"].str.split() for name in names}
    return [
        {
            "name": name,
            "label": voice.word(f"variables.{name}", name),
            "unit": voice.word(f"units.{row.unit}", row.unit),
            "definition": row.defined(voice.language),
        }
        for name, row in variables().items()
        if name in held
    ]
