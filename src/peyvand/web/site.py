"""What does every page stand on? The settings, the registry, today's borders and the files that browsers load."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from peyvand.locale import Language
from peyvand.registry import Registry
from peyvand.reports.voice import Voice
from peyvand.web.assets import Assets
from peyvand.web.settings import Settings
from peyvand.web.today import Today


@dataclass(frozen=True, eq=False, kw_only=True)
class Site:
    """One server: made once by `create_app`, the same for every request."""

    settings: Settings
    registry: Registry
    today: Today
    assets: Assets
    voices: dict[Language, Voice]


def site_of(request: Request) -> Site:
    """The server that a request came to."""
    site: Site = request.app.state.site
    return site


def language_of(request: Request) -> Language:
    """The language of a page's address; of an API request, what it accepts."""
    first = request.url.path.split("/", 2)[1]
    if first in ("en", "fa"):
        return "fa" if first == "fa" else "en"
    asked = request.query_params.get("language") or request.headers.get("accept-language", "")
    return "fa" if asked.strip().lower().startswith("fa") else "en"


def voice_of(request: Request) -> Voice:
    """The voice of the page's language."""
    return site_of(request).voices[language_of(request)]
