"""What the register's pages share: names of parties, and dates as coarse as they were published."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from peyvand.locale import Language
from peyvand.registry.dates import show_date
from peyvand.registry.models import Party
from peyvand.reports.voice import Voice
from peyvand.web.site import Site


def names_of(site: Site, language: Language) -> dict[str, str]:
    """The parties' names by code."""
    return {row.code: str(getattr(row, f"name_{language}")) for row in site.registry.rows(Party)}


def shown_day(voice: Voice, partial: str | None) -> Markup:
    """A stored date: in both calendars where the day is known, else as it was published; a dash where it is not."""
    if not partial:
        return Markup("–")
    if len(partial) == 10:
        return voice.date(date.fromisoformat(partial))
    return Markup('<bdi class="n">{}</bdi>').format(show_date(partial, voice.language))
