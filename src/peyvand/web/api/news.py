"""A report as records with evidence, and the proposals that wait for a person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from peyvand.news.files import read
from peyvand.web.pages.news import LONGEST, opened_queue
from peyvand.web.paging import Limit, Offset, Paged, paged
from peyvand.web.site import site_of

router = APIRouter(tags=["news"])


class Text(BaseModel):
    """A report: its text or web page, the headline and the day of publication where they stand apart."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=LONGEST)
    title: str = Field(default="", max_length=1000)
    date: str = Field(default="", max_length=40, description="Gregorian or Jalali.")


@router.post("/news/read")
def read_report(sent: Text) -> dict[str, Any]:
    """The fields of the Persian news gold set, each value with its character spans. Nothing is kept."""
    return read(sent.text, title=sent.title, date=sent.date or None).to_dict()


@router.get("/news/proposals")
def proposals(request: Request, limit: Limit = 100, offset: Offset = 0) -> Paged[dict[str, Any]]:
    """Proposals without a decision, in the order in which they came."""
    rows = opened_queue(site_of(request)).waiting()
    return paged(
        request, [asdict(row) for row in rows[offset : offset + limit]], total=len(rows), limit=limit, offset=offset
    )
