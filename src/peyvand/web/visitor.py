"""Who asks? A visitor is nobody in particular until a sign-in; what may be written follows from the account's role.

Every page with a form sets a cookie with a random token; the form carries a second one, derived from the first and the
server's secret. A form that another site sends cannot hold it. Signing in gives a new token, of which the database
keeps only a hash.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from peyvand.errors import ForbiddenError, SignInError
from peyvand.registry.server import ROLES
from peyvand.web.accounts import signed_in
from peyvand.web.site import site_of

PLACEHOLDER = secrets.token_hex(32)
"""Stands where a visitor's token comes in a page that is kept; nobody outside ever sees it."""

COOKIE, FIELD, HEADER = "peyvand_visit", "csrf", "x-csrf-token"
_RUN = "runs/[0-9a-f]{20}"
OPEN_WRITES = re.compile(
    rf"/(?:en|fa)/(?:designer(?:/check)?|news|unions|sign-in|sign-out|{_RUN}/cancel)"
    rf"|/api/v1/(?:scenarios/check|news/read|runs|unions|{_RUN})"
)
"""Writes that need no account: asking for a run, checking a union, reading a report, signing in and out."""

_SAFE = ("GET", "HEAD", "OPTIONS")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent a request.

    Parameters
    ----------
    token : str
        Of the cookie; empty for a first visit.
    name, role : str
        Of the account; empty without a sign-in.
    """

    token: str = ""
    name: str = ""
    role: str = ""

    def may(self, role: str) -> bool:
        """Whether the account has this role or a higher one."""
        return self.role in ROLES and ROLES.index(self.role) >= ROLES.index(role)


def visitor_of(request: Request) -> Visitor:
    """Who sent this request; the database is asked only where there is a cookie, and once."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is None:
        token = request.cookies.get(COOKIE, "")
        token = token if _TOKEN.fullmatch(token) else ""
        found = signed_in(site_of(request).registry.engine, token) if token else None
        known = Visitor(token, *found) if found else Visitor(token)
        request.state.visitor = known
    return known


def new_token() -> str:
    """A random token of 256 bits."""
    return secrets.token_urlsafe(32)


def keep_token(answer: Response, request: Request, token: str) -> None:
    """Give the visitor's browser a token, out of reach of scripts and of other sites."""
    secure = site_of(request).settings.https
    answer.set_cookie(COOKIE, token, path="/", httponly=True, samesite="lax", secure=secure)


def csrf_token(secret: str, token: str) -> str:
    """What a form must carry beside the cookie's token."""
    return hmac.new(secret.encode(), token.encode(), sha256).hexdigest()


async def guard_writes(request: Request) -> None:
    """Let a write pass only from this site's own page, and, but for `OPEN_WRITES`, from an editor.

    Raises
    ------
    ForbiddenError
        Without the page's token, or without the role.
    SignInError
        Without an account.
    """
    if request.method in _SAFE:
        return
    visitor = await run_in_threadpool(visitor_of, request)
    is_open = OPEN_WRITES.fullmatch(request.url.path) is not None
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS
    if visitor.token or is_form or not is_open:
        await _check_token(request, visitor, is_form=is_form)
    if not is_open:
        require(visitor, "editor")


def require(visitor: Visitor, role: str) -> None:
    """Refuse a visitor without this role.

    Raises
    ------
    SignInError, ForbiddenError
    """
    if not visitor.name:
        raise SignInError("this needs an account", hint="sign in; the administrator gives accounts: peyvand users add")
    if not visitor.may(role):
        raise ForbiddenError(f"this needs the role {role}; {visitor.name} is {visitor.role}", hint="ask an admin")


def admin(request: Request) -> Visitor:
    """A dependency: the visitor, who is an admin."""
    visitor = visitor_of(request)
    require(visitor, "admin")
    return visitor


async def _check_token(request: Request, visitor: Visitor, *, is_form: bool) -> None:
    sent = request.headers.get(HEADER, "")
    if not sent and is_form:
        sent = str((await request.form()).get(FIELD, ""))
    wanted = csrf_token(site_of(request).settings.secret, visitor.token)
    if visitor.token and hmac.compare_digest(sent.encode(), wanted.encode()):
        return
    if not visitor.token and not is_form:
        raise SignInError("this needs an account", hint="sign in on the page first")
    raise ForbiddenError("this form did not come from a page of this server", hint="reload the page and send it again")
