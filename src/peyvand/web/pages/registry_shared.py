"""What the register's pages share: names of parties, and dates as coarse as they were published."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from markupsafe import Markup

from peyvand.locale import Language
from peyvand.registry.dates import show_date
from peyvand.registry.models import Commitment, Party
from peyvand.registry.worth import price_of
from peyvand.reports.voice import Voice
from peyvand.web.site import Site


def names_of(site: Site, language: Language) -> dict[str, str]:
    """The parties' names by code."""
    return {row.code: str(getattr(row, f"name_{language}")) for row in site.registry.rows(Party)}


def prices_of(site: Site, codes: Collection[str]) -> dict[str, str]:
    """Whether each of these commitments can be priced in the server's World, or why not, by code."""
    economies = site.today.codes
    rows = (row for row in site.registry.rows(Commitment) if row.code in codes)
    return {row.code: price_of(site.registry, row, economies=economies) for row in rows}


def short_of_members(parties: Sequence[str], members: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Parties without those for whom a union among them signs.

    Parameters
    ----------
    members : mapping
        Members of pacts by the pact's code.

    >>> short_of_members(("IRN", "ARM", "EAEU"), {"EAEU": {"ARM", "KAZ"}})
    ('IRN', 'EAEU')
    """
    spoken_for = {member for party in parties for member in members.get(party, ())}
    return tuple(party for party in parties if party not in spoken_for)


def shown_day(voice: Voice, partial: str | None) -> Markup:
    """A stored date: in both calendars where the day is known, else as it was published; a dash where it is not."""
    if not partial:
        return Markup("–")
    if len(partial) == 10:
        return voice.date(date.fromisoformat(partial))
    digits, blank, era = show_date(partial, voice.language).partition(" ")
    return Markup('<bdi><span class="n">{}</span>{}</bdi>').format(digits, blank + era)
