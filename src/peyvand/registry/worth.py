"""What is the unimplemented part of the agreements worth, and what to implement first?

Commitments that are not kept and hold a provision become a union file of their agreement's parties; a solver given by
the caller (the run of the models) says what each economy gains from it in a year. Nothing here simulates anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from peyvand.errors import RegistryError, did_you_mean
from peyvand.registry.models import Agreement, Commitment, Membership, Signatory
from peyvand.scenarios.files import provision_from
from peyvand.scenarios.provisions import NOT_YET, PEOPLE, AnyProvision, Tariff, TariffException
from peyvand.scenarios.union import Union

if TYPE_CHECKING:
    from peyvand.registry.store import Registry


PRICES = ("priced", "kept", "no_figure", "people", "not_yet", "outside")
"""What `price_of` may say."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What an agreement still owes: its provisions between pairs of economies.

    `not_simulated` holds commitments and their kinds that no model simulates yet, `outside` those between economies
    that the World does not hold one by one.
    """

    agreement: str
    title: dict[str, str]
    members: tuple[str, ...]
    provisions: tuple[AnyProvision, ...]
    not_simulated: tuple[tuple[str, str], ...] = ()
    outside: tuple[str, ...] = ()

    def union(self, *, world: str = "eurasia-2019", as_of: date | None = None) -> Union:
        """The union file of what is pending."""
        return as_union([self], title=self.title, world=world, as_of=as_of)


@dataclass(frozen=True, slots=True)
class Rank:
    """One agreement in the order of implementation: what it adds to those before it, and what it gives alone."""

    agreement: str
    added_musd: float
    alone_musd: float


def pending(
    registry: Registry, *, agreement: str | None = None, by: str | None = None, economies: Iterable[str] | None = None
) -> list[Pending]:
    """Agreements with commitments that are not fully kept and hold a provision.

    Parameters
    ----------
    agreement, by : str, optional
        Only this agreement; only what this party promised.
    economies : iterable of str, optional
        The economies of the World; parties outside it are left out.

    Raises
    ------
    RegistryError
        If nothing is pending under these conditions.
    """
    owed: dict[str, list[Commitment]] = {}
    for row in registry.rows(Commitment):
        wanted = (agreement is None or row.agreement == agreement) and (by is None or row.by_party == by)
        if wanted and row.provision and row.status not in ("full", "dropped"):
            owed.setdefault(row.agreement, []).append(row)
    if not owed:
        known = sorted({row.agreement for row in registry.rows(Commitment) if row.provision})
        hint = did_you_mean(agreement or "", known)
        raise RegistryError("no commitment with a provision is pending there", hint=hint, agreement=agreement, by=by)
    here = None if economies is None else frozenset(economies)
    return [_pending(registry, code, rows, here) for code, rows in sorted(owed.items())]


def price_of(registry: Registry, commitment: Commitment, *, economies: Iterable[str]) -> str:
    """Whether a commitment can be priced, or why not: one of `PRICES`.

    `no_figure`: nothing says by how much a tariff, a wait or a cost would change; `people`: what it moves is people and
    not money; `not_yet`: no model simulates its kind; `outside`: the economies of the World are not its parties.
    """
    if commitment.status in ("full", "dropped"):
        return "kept"
    if not commitment.provision:
        return "no_figure"
    kind = json.loads(commitment.provision)["kind"]
    if kind in PEOPLE:
        return "people"
    if kind in NOT_YET:
        return "not_yet"
    return "priced" if _directions(registry, commitment, frozenset(economies)) else "outside"


def as_union(
    owed: Sequence[Pending], *, title: dict[str, str], world: str = "eurasia-2019", as_of: date | None = None
) -> Union:
    """One union file from what several agreements owe: where two cut the tariffs of a pair, the larger cut holds."""
    members = tuple(dict.fromkeys(member for one in owed for member in one.members))
    return Union(
        title=title,
        members=members,
        kind="partial-scope",
        world=world,
        as_of=as_of,
        provisions=tuple(_larger_cuts(_once(provision for one in owed for provision in one.provisions))),
    )


def rank(owed: Sequence[Pending], solve: Callable[[Sequence[Pending]], Mapping[str, float]]) -> list[Rank]:
    """What to implement first: greedily, solving again after each choice; beside it what each gives alone.

    Parameters
    ----------
    owed : sequence of Pending
    solve : callable
        M USD a year by economy, of some agreements together. The gain is that of all members of all of `owed`.
    """
    members = {member for one in owed for member in one.members}

    def total(chosen: Sequence[Pending]) -> float:
        return sum(gain for economy, gain in solve(chosen).items() if economy in members)

    alone = {one.agreement: total([one]) for one in owed}
    chosen: list[Pending] = []
    ranks: list[Rank] = []
    reached, left = 0.0, list(owed)
    while left:
        tried = {one.agreement: alone[one.agreement] if not chosen else total([*chosen, one]) for one in left}
        best = max(left, key=lambda one: (tried[one.agreement], one.agreement))
        ranks.append(Rank(best.agreement, tried[best.agreement] - reached, alone[best.agreement]))
        reached = tried[best.agreement]
        chosen.append(best)
        left.remove(best)
    return ranks


def _pending(registry: Registry, code: str, rows: list[Commitment], here: frozenset[str] | None) -> Pending:
    row = registry.get(Agreement, code)
    provisions: list[AnyProvision] = []
    skipped: list[tuple[str, str]] = []
    outside: list[str] = []
    promised = {(one.provision, pair) for one in rows for pair in _directions(registry, one, here)}
    for one in rows:
        said = json.loads(one.provision or "{}")
        directions = _directions(registry, one, here)
        if said["kind"] in (*NOT_YET, *PEOPLE):  # moves people, not money
            skipped.append((one.code, said["kind"]))
            continue
        if not directions:
            outside.append(one.code)
            continue
        if said["kind"] == "transit":  # holds at places, not between pairs
            provisions.append(provision_from(said))
            continue
        said["pairs"] = sorted({tuple(sorted(pair)) for pair in directions})
        unpromised = sorted((to, by) for by, to in directions if (one.provision, (to, by)) not in promised)
        if said["kind"] == "tariff" and unpromised:
            zero = [{"exporter": by, "importer": to, "cut_share": 0.0} for to, by in unpromised]
            said["exceptions"] = [*said.get("exceptions", []), *zero]
        provisions.append(provision_from(said))
    members = sorted({economy for _, (by, to) in promised for economy in (by, to)})
    title = {"en": row.title_en, "fa": row.title_fa}
    return Pending(code, title, tuple(members), tuple(_once(provisions)), tuple(skipped), tuple(outside))


def _directions(registry: Registry, commitment: Commitment, here: frozenset[str] | None) -> list[tuple[str, str]]:
    """(who promises, to whom) for every pair of economies; a tariff falls where the first imports from the second."""
    pairs = [(by, to) for by in _economies(registry, commitment.by_party) for to in _others(registry, commitment)]
    return [(by, to) for by, to in pairs if by != to and (here is None or {by, to} <= here)]


def _once(provisions: Iterable[AnyProvision]) -> list[AnyProvision]:
    found: list[AnyProvision] = []
    for provision in provisions:
        if provision not in found:
            found.append(provision)
    return found


def _larger_cuts(provisions: Sequence[AnyProvision]) -> list[AnyProvision]:
    """Tariffs of all sectors that name a pair twice become one cut a direction, the larger; the rest is left alone."""
    whole = [one for one in provisions if isinstance(one, Tariff) and _of_all_sectors(one)]
    named = [frozenset(pair) for one in whole for pair in one.pairs]
    if len(named) == len(set(named)):
        return list(provisions)
    cuts: dict[tuple[str, str], float] = {}
    for one in whole:
        lower = {(other.exporter, other.importer): other.cut_share for other in one.exceptions}
        for way in (way for a, b in one.pairs for way in ((a, b), (b, a))):
            cuts[way] = max(cuts.get(way, 0.0), lower.get(way, one.cut_share))
    made: list[AnyProvision] = []
    for share in sorted(set(cuts.values()), reverse=True):
        pairs = sorted((a, b) for a, b in cuts if a < b and max(cuts[a, b], cuts[b, a]) == share)
        below = sorted(way for a, b in pairs for way in ((a, b), (b, a)) if cuts[way] < share)
        others = tuple(TariffException(exporter=i, importer=j, cut_share=cuts[i, j]) for i, j in below)
        made += [Tariff(cut_share=share, pairs=tuple(pairs), exceptions=others)] if pairs else []
    return [*made, *(one for one in provisions if one not in whole)]


def _of_all_sectors(tariff: Tariff) -> bool:
    parts = (tariff.except_sectors, *(other.sectors for other in tariff.exceptions))
    return tariff.sectors == ("all",) and bool(tariff.pairs) and not any(parts)


def _economies(registry: Registry, party: str) -> list[str]:
    """The economies behind a party: the members of a union, else the party itself."""
    inside = [row.party for row in registry.rows(Membership, pact=party, status="member") if row.to_on is None]
    return sorted(set(inside)) or [party]


def _others(registry: Registry, commitment: Commitment) -> list[str]:
    if commitment.to_party:
        return _economies(registry, commitment.to_party)
    signed = [row.party for row in registry.rows(Signatory, agreement=commitment.agreement)]
    return sorted({economy for party in signed for economy in _economies(registry, party)})
