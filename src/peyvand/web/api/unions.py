"""Ask which unions would hold, follow the search, take its answer."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from peyvand.errors import NotFoundError
from peyvand.scenarios import parse_scenario
from peyvand.unions.questions import question, shipped
from peyvand.web import queue
from peyvand.web.api.runs import Code, RunState
from peyvand.web.api.scenarios import Titles
from peyvand.web.paging import Limit, Offset, Paged, paged
from peyvand.web.site import site_of
from peyvand.web.union_searches import KIND, MOST_DRAWS, answer_file, ask_search

router = APIRouter(tags=["unions"])


class AskUnions(BaseModel):
    """What to search: a question that ships, or a union file whose members are the candidates."""

    model_config = ConfigDict(extra="forbid")
    question: str | None = Field(None, max_length=100, description="The name of a question that ships.")
    file: str | None = Field(None, min_length=1, max_length=100_000, description="Or a union file, TOML.")
    draws: int = Field(0, ge=0, le=MOST_DRAWS, description="Draws, for the probability that a union holds.")


class UnionQuestion(BaseModel):
    """A question that ships."""

    name: str
    title: Titles
    kind: Literal["search", "join"]


class SearchState(RunState):
    """One search as it stands."""

    room: ClassVar[str] = "unions"


@router.get("/unions/questions")
def questions() -> list[UnionQuestion]:
    """The questions that ship."""
    held = {name: question(name) for name in shipped()}
    return [UnionQuestion(name=name, title=Titles(**one.title), kind=one.kind) for name, one in held.items()]


@router.post("/unions", status_code=202)
def ask(request: Request, sent: AskUnions) -> SearchState:
    """Put a search into the line; the same question is answered by the same search."""
    if (sent.question is None) == (sent.file is None):
        raise NotFoundError("give either a question or a file", hint=", ".join(shipped()))
    client = request.client.host if request.client else ""
    union = parse_scenario(sent.file) if sent.file is not None else None
    work = ask_search(site_of(request), client=client, named=sent.question or "", union=union, draws=sent.draws)
    return SearchState.of(request, work)


@router.get("/unions")
def searches(request: Request, limit: Limit = 50, offset: Offset = 0) -> Paged[SearchState]:
    """The newest first."""
    works, total = queue.newest(site_of(request).registry.engine, limit=limit, offset=offset, kind=KIND)
    return paged(
        request,
        [SearchState.of(request, work) for work in works],
        total=total,
        limit=limit,
        offset=offset,
    )


@router.get("/unions/{code}")
def search(request: Request, code: Code) -> SearchState:
    """One search as it stands; its progress also comes as events of /runs/{code}/events."""
    return SearchState.of(request, _work(request, code))


@router.get("/unions/{code}/answer")
def answer(request: Request, code: Code) -> dict[str, Any]:
    """The answer of a finished search: rankings, stability with what breaks each union, in plain values."""
    path = answer_file(site_of(request).settings.runs, _work(request, code).code, "unions.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _work(request: Request, code: str) -> queue.Work:
    work = queue.get(site_of(request).registry.engine, code)
    if work.kind != KIND:
        raise NotFoundError(f"{code} is a run, not a search of unions", hint="ask /runs for it")
    return work
