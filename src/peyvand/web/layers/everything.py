"""How near are the two in everything at once? One picture: trade, carriage, travel, students and institutions."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from peyvand.reports.profile import border_profile
from peyvand.reports.profile_picture import profile_picture
from peyvand.reports.voice import Voice
from peyvand.web.site import Site


def layer(site: Site, pair: tuple[str, str], voice: Voice) -> dict[str, Any] | None:
    """The picture, and the day of its rules and institutions."""
    today = site.today
    found = border_profile(*pair, world=today.world, borders=today.borders, registry=site.registry)
    return {"picture": Markup(profile_picture(found, language=voice.language, names=voice.names)), "day": found.day}
