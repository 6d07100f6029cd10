"""What do browsers load? Each file once, under a name that changes with its content, so that it may be kept forever."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from peyvand.errors import NotFoundError
from peyvand.web.shapes import shapes_svg

KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it travels."""

    kind: str
    content: bytes
    packed: bytes


class Assets:
    """The files under /static, by their plain names and by the names that browsers see.

    Parameters
    ----------
    contents : iterable of (str, bytes)
    """

    def __init__(self, contents: Iterable[tuple[str, bytes]]) -> None:
        self._named: dict[str, str] = {}
        self._held: dict[str, Asset] = {}
        for name, content in contents:
            stem, _, ending = name.rpartition(".")
            seen = f"{stem}-{sha256(content).hexdigest()[:12]}.{ending}"
            self._named[name] = f"/static/{seen}"
            self._held[seen] = Asset(KINDS[ending], content, gzip.compress(content, 9, mtime=0))

    def url(self, name: str) -> str:
        """The address of a file by its plain name."""
        return self._named[name]

    def get(self, seen: str, request: Request) -> Response:
        """The file under an address.

        Raises
        ------
        NotFoundError
            If there is none: only the files that were read at the start are served.
        """
        held = self._held.get(seen)
        if held is None:
            raise NotFoundError(f"no file {seen!r}", hint="reload the page that asked for it")
        headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
        packed = "gzip" in request.headers.get("accept-encoding", "")
        if packed:
            headers["content-encoding"] = "gzip"
        return Response(held.packed if packed else held.content, media_type=held.kind, headers=headers)


@cache
def assets() -> Assets:
    """The web's own files, the report's style and script, and the shapes of the map."""
    own = files(__package__).joinpath("static")
    report = files("peyvand.reports").joinpath("page")
    found = [(entry.name, entry.read_bytes()) for entry in own.iterdir() if entry.name.rpartition(".")[2] in KINDS]
    found += [(name, report.joinpath(name).read_bytes()) for name in ("report.css", "report.js")]
    return Assets([*sorted(found), ("map.svg", shapes_svg().encode())])
