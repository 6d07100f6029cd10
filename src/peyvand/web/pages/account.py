"""Signing in and out."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from peyvand.errors import PeyvandError, SignInError, ThrottleError
from peyvand.web.accounts import sign_in, sign_out
from peyvand.web.problems import status_of
from peyvand.web.show import show
from peyvand.web.site import language_of, site_of
from peyvand.web.visitor import COOKIE, keep_token, new_token, visitor_of

router = APIRouter()
_HOME = "/designer"
_OWN_PATH = re.compile(r"/(?![/\\])[\w./~%-]*")


@router.get("/sign-in")
def form(request: Request, next: str = _HOME) -> Response:  # noqa: A002
    """The form."""
    return show(request, "sign_in.html.j2", after=_own(next), problem=None, name="")


@router.post("/sign-in")
def enter(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    after: Annotated[str, Form(max_length=500)] = _HOME,
) -> Response:
    """Open a session under a new token, whatever token the browser brought."""
    site, token = site_of(request), new_token()
    client = request.client.host if request.client else ""
    try:
        sign_in(
            site.registry.engine, name=name.strip(), password=password, client=client,
            hours=site.settings.sign_in_hours, token=token,
        )  # fmt: skip
    except (SignInError, ThrottleError) as refused:
        return _again(request, refused, after=after, name=name)
    answer = RedirectResponse(f"/{language_of(request)}{_own(after)}", status_code=303)
    keep_token(answer, request, token)
    return answer


@router.post("/sign-out")
def leave(request: Request) -> Response:
    """End the session, here and in the database."""
    sign_out(site_of(request).registry.engine, visitor_of(request).token)
    answer = RedirectResponse(f"/{language_of(request)}{_HOME}", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def _again(request: Request, refused: PeyvandError, *, after: str, name: str) -> Response:
    status = status_of(refused, request.method)
    return show(request, "sign_in.html.j2", status=status, after=_own(after), problem=refused, name=name[:40])


def _own(path: str) -> str:
    """The path if it is one of this server's, else the first page: nobody is sent elsewhere."""
    return path if _OWN_PATH.fullmatch(path) else _HOME
