"""How does an editor change the register? A step, a commitment, or any column of any row: each one audited change."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from peyvand.errors import NotFoundError, PeyvandError, did_you_mean
from peyvand.registry.audit import values_of
from peyvand.registry.daily import add_commitment, record_step
from peyvand.registry.models import BY_NAME, Row, table_of
from peyvand.web.problems import status_of
from peyvand.web.show import show
from peyvand.web.site import language_of, site_of
from peyvand.web.visitor import FIELD, require, visitor_of

router = APIRouter()
Word = Annotated[str, Form(max_length=4000)]
_OWN = ("code", "version")


async def sent_fields(request: Request) -> dict[str, str]:
    """The text fields of a form."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str) and name != FIELD}


@router.post("/registry/steps")
def add_step(
    request: Request, agreement: Word, party: Word, step: Word, source: Word, done_on: Word = "", outcome: Word = "done"
) -> Response:
    """Record a step of a party; refused with the rule where its legal path does not allow it."""
    record_step(
        site_of(request).registry, agreement=agreement, party=party, step=step, source=source, done_on=done_on or None,
        outcome=outcome, who=visitor_of(request).name,
    )  # fmt: skip
    return _back(request, agreement, "lanes")


@router.post("/registry/commitments")
def promise(request: Request, sent: Annotated[dict[str, str], Depends(sent_fields)]) -> Response:
    """Add a commitment to an agreement."""
    columns: dict[str, Any] = {name: value.strip() or None for name, value in sent.items()}
    agreement, source = columns.pop("agreement", None) or "", columns.pop("source", None) or ""
    add_commitment(
        site_of(request).registry, agreement=agreement, source=source, who=visitor_of(request).name, **columns
    )
    return _back(request, agreement, "commitments")


@router.get("/registry/rows/{kind}/new")
def new_row(request: Request, kind: str) -> Response:
    """An empty form for a row of this kind; what the address gives stands in it."""
    require(visitor_of(request), "editor")
    given = {name: value for name, value in request.query_params.items() if name in table_of(_kind(kind)).columns}
    return _form(request, kind, values=given, code="")


@router.get("/registry/rows/{kind}/{code:path}")
def edit_row(request: Request, kind: str, code: str) -> Response:
    """Every column of a row, to be changed."""
    require(visitor_of(request), "editor")
    row = site_of(request).registry.get(_kind(kind), code)
    return _form(request, kind, values=values_of(row), code=code)


@router.post("/registry/rows/{kind}")
def save_row(request: Request, kind: str, sent: Annotated[dict[str, str], Depends(sent_fields)]) -> Response:
    """Add the row, or change it if nobody else did since it was read."""
    site, held = site_of(request), _kind(kind)
    why, version = sent.pop("why", ""), sent.pop("version", "")
    known = table_of(held).columns
    values: dict[str, Any] = {name: value.strip() or None for name, value in sent.items() if name in known}
    code = str(values.get("code") or "")
    try:
        with site.registry.change(who=visitor_of(request).name, why=why) as change:
            if version.isdigit():
                change.update(held, code, version=int(version), **{k: v for k, v in values.items() if k not in _OWN})
            else:
                change.add_values(held, [values])
    except PeyvandError as refused:
        values |= {"version": int(version)} if version.isdigit() else {}
        return _form(request, kind, values=values, code=code if version else "", why=why, refused=refused)
    return _back(request, code if kind == "agreement" else str(values.get("agreement") or ""), "")


def _form(
    request: Request,
    kind: str,
    *,
    values: dict[str, Any],
    code: str,
    why: str = "",
    refused: PeyvandError | None = None,
) -> Response:
    columns = [(column.key, column.nullable or column.key in _OWN) for column in table_of(_kind(kind)).columns]
    return show(
        request, "registry_row.html.j2", status=status_of(refused, request.method) if refused else 200, section="",
        kind=kind, code=code, values=values, columns=[pair for pair in columns if pair[0] not in _OWN], why=why,
        refused=refused,
    )  # fmt: skip


def _kind(name: str) -> type[Row]:
    if name not in BY_NAME:
        raise NotFoundError(f"no kind of row {name!r}", hint=did_you_mean(name, BY_NAME))
    return BY_NAME[name]


def _back(request: Request, agreement: str, part: str) -> Response:
    """To the agreement that was changed, or to the register."""
    place = f"/agreements/{quote(agreement)}" if agreement else ""
    return RedirectResponse(f"/{language_of(request)}/registry{place}{f'#{part}' if part else ''}", status_code=303)
