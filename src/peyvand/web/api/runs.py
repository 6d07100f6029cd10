"""Ask for a run, follow it, take its results."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self, cast

import pandas as pd
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response, StreamingResponse

from peyvand.errors import NotFoundError, did_you_mean
from peyvand.locale import Language
from peyvand.locale.said import said
from peyvand.reports.tables import TABLES
from peyvand.scenarios import open_scenario, parse_scenario, shipped
from peyvand.web import queue
from peyvand.web.api.borders import known
from peyvand.web.api.scenarios import Titles
from peyvand.web.form import DEFAULT_DRAWS
from peyvand.web.paging import Limit, Offset, Paged, paged
from peyvand.web.problems import RESPONSES
from peyvand.web.runs import MOST_DRAWS, ask_run, result_file
from peyvand.web.site import language_of, site_of
from peyvand.web.streams import progress_of

router = APIRouter(tags=["runs"])
Code = Annotated[str, Path(pattern=r"^[0-9a-f]{20}$", description="Names a run: the hash of what was asked.")]
State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Ask(BaseModel):
    """What to run: a union file, or the name of a scenario that ships."""

    model_config = ConfigDict(extra="forbid")
    file: str | None = Field(None, min_length=1, max_length=100_000, description="A union file, TOML.")
    scenario: str | None = Field(None, max_length=100, description="Or the name of a scenario that ships.")
    draws: int = Field(DEFAULT_DRAWS, ge=0, le=MOST_DRAWS, description="Draws for the intervals.")


class RunError(BaseModel):
    """Why a run failed."""

    key: str
    message: str
    hint: str | None

    @classmethod
    def of(cls, error: dict[str, Any], language: Language) -> Self:
        """In the language asked for where it is translated, else in English."""
        message, hint = error["message"], error["hint"]
        return cls(
            key=error["key"],
            message=said(message, language) or message,
            hint=said(hint, language) or hint if hint else None,
        )


class RunState(BaseModel):
    """One run as it stands."""

    room: ClassVar[str] = "runs"
    code: str
    title: Titles
    state: State
    step: str = Field(description="How far it is, in words of the language asked for.")
    share: float = Field(ge=0, le=1)
    asked_at: str
    finished_at: str | None
    error: RunError | None
    page: str = Field(description="Address of its page.")

    @classmethod
    def of(cls, request: Request, work: queue.Work) -> Self:
        """A work of the line in the language asked for; its page is in its room."""
        language = language_of(request)
        held = progress_of(work, language)
        return cls(
            code=work.code,
            title=Titles(**work.title),
            state=cast("State", work.state),
            step=str(held["step"]),
            share=float(held["share"]),
            asked_at=work.asked_at,
            finished_at=work.finished_at,
            error=RunError.of(work.error, language) if work.error else None,
            page=f"/{language}/{cls.room}/{work.code}/",
        )


@router.post("/runs", status_code=202)
def ask(request: Request, sent: Ask) -> RunState:
    """Put a run into the line; the same question is answered by the same run."""
    site = site_of(request)
    if (sent.file is None) == (sent.scenario is None):
        raise NotFoundError("give either a file or a scenario", hint=", ".join(shipped()))
    if sent.scenario is not None and sent.scenario not in shipped():
        raise NotFoundError(f"no scenario {sent.scenario!r} ships", hint=did_you_mean(sent.scenario, shipped()))
    union = parse_scenario(sent.file) if sent.file is not None else open_scenario(str(sent.scenario))
    client = request.client.host if request.client else ""
    work = ask_run(
        site.registry, site.settings, union=union, world=site.today.world, client=client, draws=sent.draws
    )  # fmt: skip
    return RunState.of(request, work)


@router.get("/runs")
def runs(request: Request, limit: Limit = 50, offset: Offset = 0, state: State | None = None) -> Paged[RunState]:
    """The newest first."""
    engine = site_of(request).registry.engine
    works, total = queue.newest(engine, limit=limit, offset=offset, state=state or "")
    return paged(request, [RunState.of(request, work) for work in works], total=total, limit=limit, offset=offset)


@router.get("/runs/{code}")
def run(request: Request, code: Code) -> RunState:
    """One run as it stands."""
    return RunState.of(request, queue.get(site_of(request).registry.engine, code))


@router.delete("/runs/{code}")
def cancel(request: Request, code: Code) -> RunState:
    """Stop a run that is not over; what is done stays."""
    return RunState.of(request, queue.cancel(site_of(request).registry.engine, code))


@router.get(
    "/runs/{code}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events `progress`, until the run is over"}},
)
async def events(request: Request, code: Code) -> Response:
    """Server-sent events: state, step in words and share, as they change."""
    site, streams = site_of(request), request.app.state.streams
    await run_in_threadpool(queue.get, site.registry.engine, code)
    streams.enter(code)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    told = streams.follow(code, language_of(request))
    return StreamingResponse(told, media_type="text/event-stream", headers=headers)


@router.get("/runs/{code}/tables/{table}")
def table(
    request: Request, code: Code, table: Annotated[str, Path(max_length=40)], limit: Limit = 100, offset: Offset = 0
) -> Paged[dict[str, Any]]:
    """One table of a finished run; its columns are those of the CSV files."""
    if table not in TABLES:
        raise NotFoundError(f"a run has no table {table!r}", hint=did_you_mean(table, TABLES))
    frame = pd.read_parquet(result_file(site_of(request).settings, code, f"{table}.parquet"))
    rows = frame.iloc[offset : offset + limit].to_dict("records")
    plain = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
    return paged(request, plain, total=len(frame), limit=limit, offset=offset)


@router.get(
    "/runs/{code}/files/{name}",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file"}, **RESPONSES},
)
def file(request: Request, code: Code, name: Annotated[str, Path(max_length=60)]) -> Response:
    """One file of a finished run: report.html, peyvand.xlsx, run.json, scenario.toml, tables."""
    path = result_file(site_of(request).settings, code, name)
    return FileResponse(path, filename=name, media_type="application/octet-stream")


def _plain(value: Any) -> Any:
    """A value that JSON can hold: numbers that are none become null."""
    value = value.item() if hasattr(value, "item") else value
    return known(value) if isinstance(value, float) else value
