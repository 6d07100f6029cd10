"""How does the server say no? One shape for programs (RFC 9457), one page for people, both in the reader's language."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from peyvand.errors import (
    DatabaseError,
    ForbiddenError,
    NotFoundError,
    PeyvandError,
    StaleRowError,
    UnknownNameError,
    UnknownRowError,
    WebError,
)
from peyvand.locale import error_title
from peyvand.locale.said import said
from peyvand.web.site import language_of

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong, in the shape of RFC 9457."""

    type: str = Field(examples=["urn:peyvand:error:scenario"])
    title: str = Field(description="In the language asked for (Accept-Language, or ?language=).")
    status: int
    detail: str = Field(description="In the same language where it is translated, else in English.")
    hint: str | None = None


def problem(request: Request, error: PeyvandError, *, status: int | None = None) -> Response:
    """The answer to a request that cannot be fulfilled: JSON under /api, a page elsewhere."""
    number = status or status_of(error, request.method)
    if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        language = language_of(request)
        detail = said(error.message, language)
        held = Problem(
            type=f"urn:peyvand:error:{error.key}",
            title=error_title(error.key, language),
            status=number,
            detail=detail or error.message,
            hint=said(error.hint, language) or error.hint if error.hint else None,
        )
        headers = {"content-language": language if detail else "en"}
        return JSONResponse(held.model_dump(), status_code=number, media_type=MEDIA_TYPE, headers=headers)
    from peyvand.web.show import show

    title = error_title(error.key, language_of(request))
    return show(request, "problem.html.j2", status=number, title=title, error=error)


def status_of(error: PeyvandError, method: str = "GET") -> int:
    """The HTTP status of an error raised on purpose."""
    if isinstance(error, WebError):
        return error.status
    if isinstance(error, DatabaseError):
        return 503
    if isinstance(error, StaleRowError):
        return 409
    if isinstance(error, UnknownRowError | UnknownNameError) and method in ("GET", "HEAD"):
        return 404
    return 422


def install(app: FastAPI) -> None:
    """Make every error of the application answer in this one shape."""
    app.add_exception_handler(PeyvandError, _on_purpose)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(DataError, _not_held)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


RESPONSES: Mapping[int | str, dict[str, Any]] = {
    "default": {"description": "A problem", "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
}
"""For the OpenAPI document: every path may answer with a problem."""


async def _on_purpose(request: Request, error: Exception) -> Response:
    assert isinstance(error, PeyvandError)
    return problem(request, error)


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    said = "; ".join(f"{'.'.join(map(str, one['loc'][1:])) or 'body'}: {one['msg']}" for one in error.errors()[:5])
    return problem(request, WebError(said, hint="see /api/v1/openapi.json"), status=422)


async def _not_held(request: Request, _error: Exception) -> Response:
    hint = "remove control characters, and numbers of more than 18 digits"
    return problem(request, WebError("the register cannot hold what was sent", hint=hint), status=422)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, PeyvandError):  # a body that was cut off while it was read
        return problem(request, error.__cause__)
    kinds: dict[int, type[WebError]] = {404: NotFoundError, 403: ForbiddenError}
    kind = kinds.get(error.status_code, WebError)
    answer = problem(request, kind(str(error.detail)), status=error.status_code)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _unforeseen(request: Request, error: Exception) -> Response:
    _log.error("unforeseen error at %s", request.url.path, exc_info=error)
    return problem(request, PeyvandError("the server met an error of its own", hint="the log has it"), status=500)
