"""What can the designer's reader choose from? Economies, pacts, sectors, crossings, estimates and customs unions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from peyvand.corridors import Network
from peyvand.registry import Registry, queries
from peyvand.registry.models import Pact
from peyvand.reports.voice import Voice
from peyvand.scenarios import Facts, estimates, open_scenario, shipped
from peyvand.scenarios.provisions import KINDS
from peyvand.web.today import Today

_ALPHABET = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_PLACES = {letter: ord("ا") + place / 100 for place, letter in enumerate(_ALPHABET)}


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of members with a name: a pact, or a scenario that ships."""

    code: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crossing or port by the name that union files use, and the economies it belongs to."""

    name: str
    shown: str
    economies: tuple[str, ...]


def pacts(registry: Registry, today: Today, voice: Voice) -> list[Preset]:
    """Pacts with at least two members in the World, as the register has them today."""
    day = datetime.now(UTC).date()
    with registry.reading() as connection:
        rows = [row for row in queries.standings(connection, day) if row.status == "member"]
    found = []
    for pact in registry.rows(Pact):
        members = tuple(code for code in today.codes if any(r.pact == pact.code and r.party == code for r in rows))
        if 2 <= len(members) <= len(today.codes) // 2:
            found.append(Preset(pact.code, getattr(pact, f"name_{voice.language}"), members))
    return found


def scenarios(voice: Voice) -> list[Preset]:
    """The unions that ship."""
    held = {name: open_scenario(name) for name in shipped()}
    return [Preset(name, union.title[voice.language], union.members) for name, union in held.items()]


def alphabetical(name: str) -> list[float]:
    """A key that sorts Persian names by the Persian alphabet, where پ چ ژ ک گ ی have their places; others as they are.

    >>> sorted(["پاکستان", "تاجیکستان", "ایران", "گرجستان", "هند", "قزاقستان"], key=alphabetical)
    ['ایران', 'پاکستان', 'تاجیکستان', 'قزاقستان', 'گرجستان', 'هند']
    """
    return [_PLACES.get(letter, ord(letter)) for letter in name.replace("آ", "ا")]


@cache
def crossings() -> tuple[Crossing, ...]:
    """Every crossing and port of the network, road and rail of one place under its one name."""
    nodes = Network.embedded().nodes
    kinds = ("rail_crossing", "road_crossing", "caspian_port", "sea_port")
    found: dict[str, Crossing] = {}
    for row in nodes[nodes["kind"].isin(kinds)].to_dict("records"):
        name, persian = (_place(str(row[column])) for column in ("name", "name_fa"))
        economies = tuple(code for code in (row["economy"], row["neighbour"]) if code)
        found.setdefault(name, Crossing(name, persian or name, economies))
    return tuple(found.values())


def customs_unions(facts: Facts, today: Today, voice: Voice) -> list[Preset]:
    """Customs unions in force at the end of the World's base year."""
    day = datetime(today.world.base_year, 12, 31, tzinfo=UTC).date()
    held = facts.in_force(day, kinds=["customs-union"])
    return [Preset(one.name, one.words(voice.language), tuple(sorted(one.members_on(day)))) for one in held]


def estimate_choices() -> dict[str, Any]:
    """The estimates of agreements by name."""
    return dict(estimates())


def simulated(kind: str) -> bool:
    """Whether provisions of this kind are simulated."""
    return kind in KINDS


def _place(name: str) -> str:
    return name.partition(" (")[0]
