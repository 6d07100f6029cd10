"""How does a long list travel? A page at a time, with the number of all and the address of the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel, Field

Item = TypeVar("Item")
Limit = Annotated[int, Query(ge=1, le=500, description="How many items a page holds.")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="How many items come before this page.")]


class Paged(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    total: int
    next: str | None = Field(description="Address of the next page; null on the last.")


def paged(request: Request, items: Sequence[Item], *, total: int, limit: int, offset: int) -> Paged[Item]:
    """The page that these items are.

    Parameters
    ----------
    request : Request
    items : sequence
        Those of this page only.
    total : int
        How many there are in all.
    limit, offset : int
        As asked for.
    """
    more = offset + limit < total
    after = request.url.include_query_params(limit=limit, offset=offset + limit) if more else None
    return Paged(items=list(items), total=total, next=f"{after.path}?{after.query}" if after else None)
