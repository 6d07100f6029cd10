"""Which past agreements can the model be tried on?  Their partners, the year before and the year they are judged by."""

from __future__ import annotations

from dataclasses import dataclass

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.locale import text
from peyvand.trade.backcast_worlds import FlowTable

EU_15 = ("AUT", "BEL", "DEU", "DNK", "ESP", "FIN", "FRA", "GBR", "GRC", "IRL", "ITA", "LUX", "NLD", "PRT", "SWE")
EU_2004 = ("CYP", "CZE", "EST", "HUN", "LTU", "LVA", "MLT", "POL", "SVK", "SVN")
EU_28 = (*EU_15, *EU_2004, "BGR", "HRV", "ROU")


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An agreement of the past.

    Parameters
    ----------
    table : {"icio", "wiod"}
        Whose flows and tariffs.
    base_year, end_year : int
        Before it, and after: four years on where the set reaches that far.
    members, newcomers : tuple of str
        Its partners; trade becomes free between a newcomer and every other member.
    """

    name: str
    table: FlowTable
    base_year: int
    end_year: int
    members: tuple[str, ...]
    newcomers: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its name in English."""
        return text(f"backcast.episodes.{self.name}.title", "en")


EPISODES = (
    Episode(
        name="eu-2004",
        table="wiod",
        base_year=2003,
        end_year=2007,
        members=EU_15 + EU_2004,
        newcomers=EU_2004,
    ),
    Episode(
        name="usa-korea-2012",
        table="wiod",
        base_year=2011,
        end_year=2014,
        members=("USA", "KOR"),
        newcomers=("KOR",),
    ),
    Episode(
        name="usa-korea-2012-icio",
        table="icio",
        base_year=2011,
        end_year=2015,
        members=("USA", "KOR"),
        newcomers=("KOR",),
    ),
    Episode(
        name="eu-ukraine-2016",
        table="icio",
        base_year=2013,
        end_year=2017,
        members=(*EU_28, "UKR"),
        newcomers=("UKR",),
    ),
    Episode(
        name="china-korea-australia-2015",
        table="icio",
        base_year=2014,
        end_year=2018,
        members=("CHN", "KOR", "AUS"),
        newcomers=("CHN",),
    ),
)

NOT_TESTABLE = ("eaeu-2015",)
"""Asked for often, with no data to tell; the reason is in the locale files."""


def episode(name: str) -> Episode:
    """An episode by name.

    Raises
    ------
    UnknownNameError
        With the nearest name, or the reason why it cannot be tested.
    """
    held = {row.name: row for row in EPISODES}
    if name not in held:
        if name in NOT_TESTABLE:
            raise UnknownNameError(f"{name} is not testable", hint=text(f"backcast.episodes.{name}.note", "en"))
        raise UnknownNameError(f"no episode {name!r}", hint=did_you_mean(name, held), name=name)
    return held[name]
