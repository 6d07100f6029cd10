"""What does every answer carry, and what is refused before any page is asked? Headers, sizes, slowness, strangers."""

from __future__ import annotations

import asyncio
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peyvand.errors import ForbiddenError, SlowClientError, TooLargeError, WebError
from peyvand.web.problems import problem
from peyvand.web.settings import Settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",  # widths and weights that figures give; a style cannot run anything
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Guard:
    """ASGI middleware around the whole application.

    Parameters
    ----------
    app : ASGIApp
    settings : Settings
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(MutableHeaders(scope=message))
            await send(message)

        try:
            self._refuse(scope)
            await self._app(scope, _Bounded(receive, self._settings), dressed)
        except (TooLargeError, SlowClientError, ForbiddenError) as refused:
            if started:
                raise
            answer = problem(Request(scope), refused)
            answer.headers["connection"] = "close"
            await answer(scope, receive, dressed)

    def _dress(self, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("cache-control", "no-store")
        if self._settings.https:
            headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")

    def _refuse(self, scope: Scope) -> None:
        """Refuse a foreign host, a write that a foreign page sent, and a body too large by its own word."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _name_of(host) not in self._settings.hosts:
            hint = "peyvand serve --public-host names those under which it may be asked"
            raise ForbiddenError(f"this server is not called {host!r}", hint=hint)
        if scope["method"] in _WRITES:
            origin = headers.get("origin")
            foreign = headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
            if foreign or (origin is not None and urlsplit(origin).netloc != host):
                raise ForbiddenError("another site sent this", hint="use the pages of this server")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._settings.body_bytes:
            raise _too_large(self._settings)


class _Bounded:
    """A `receive` that ends when the body has grown too large or has taken too long."""

    def __init__(self, receive: Receive, settings: Settings) -> None:
        self._receive = receive
        self._settings = settings
        self._left = settings.body_bytes
        self._until = monotonic() + settings.body_seconds
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:  # what comes now is the end of the connection, for which an answer may wait
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, self._until - monotonic()))
        except TimeoutError:
            hint = f"a request may take {self._settings.body_seconds:.0f} seconds to arrive"
            raise SlowClientError("the request did not arrive in time", hint=hint) from None
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._left < 0:
                raise _too_large(self._settings)
        return message


def _too_large(settings: Settings) -> WebError:
    size = f"{settings.body_bytes / 1e6:.1f}"
    return TooLargeError(f"a request may have {size} MB", hint="send less at once, or split the file")


def _name_of(host: str) -> str:
    """The host without its port."""
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host
