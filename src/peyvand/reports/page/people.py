"""The section on people: what the union changes for travellers, migrants and students, and how open its borders are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from markupsafe import Markup

from peyvand.mobility.effects import rule_effects
from peyvand.mobility.heatmap import COLOURS
from peyvand.mobility.people import People
from peyvand.reports.people import moved_by_year, moved_flows, rounded
from peyvand.reports.rows import Row, records
from peyvand.reports.voice import Voice
from peyvand.sources.passport_index import REGIMES

if TYPE_CHECKING:
    from peyvand.run import Run

_PAIRS_SHOWN = 12
Rules = dict[tuple[str, str], tuple[str, str]]
"""By origin and destination the rule today and in the union."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """A pair's rule today and in the union, with their colours and what to say of it."""

    before: str
    after: str
    words: Markup | str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleView:
    """Ready to be placed."""

    lead: Markup
    effects: tuple[Markup, ...]
    flows: tuple[Row, ...]
    years: tuple[int, ...]
    by_year: tuple[tuple[str, tuple[Row, ...]], ...]
    pairs: tuple[Row, ...]
    codes: tuple[str, ...]
    squares: tuple[tuple[str, tuple[Square, ...]], ...]
    legend: tuple[tuple[str, str], ...]
    places: tuple[Row, ...]
    without: Markup | str
    moved: bool


def people_view(run: Run, *, voice: Voice) -> PeopleView | None:
    """What the section shows; None where no visa rule of a member is known."""
    people = run.people
    if people is None or people.rules.empty:
        return None
    missing = people.without_figures
    return PeopleView(
        lead=voice.t("people.lead", day=voice.date(people.day)),
        effects=_effects(voice) if people.eased else (),
        flows=tuple(records(rounded(moved_flows(people)))),
        years=tuple(range(1, run.scenario.phase_in_years + 1)),
        by_year=_by_year(people),
        pairs=tuple(records(rounded(_largest(people)))),
        codes=tuple(dict.fromkeys(people.rules["origin"])),
        squares=_squares(people, voice),
        legend=_legend(people),
        places=tuple(records(_balance(people))),
        without=voice.t("people.without", names=voice.list([voice.name(code) for code in missing])) if missing else "",
        moved=people.moved,
    )


def border_rules(people: People, pair: tuple[str, str], *, voice: Voice) -> list[Markup]:
    """One sentence a direction; none where no rule is known."""
    held = _rules(people)
    return [_rule(held, *ends, voice) for ends in (pair, pair[::-1]) if ends in held]


def _rules(people: People) -> Rules:
    columns = (people.rules[name] for name in ("origin", "destination", "rule", "rule_in_union"))
    return {(origin, destination): (before, after) for origin, destination, before, after in zip(*columns, strict=True)}


def _rule(held: Rules, origin: str, destination: str, voice: Voice) -> Markup:
    before, after = held[origin, destination]
    rules = {name: voice.word(f"mobility.regime.{rule}") for name, rule in (("rule", before), ("after", after))}
    key = "people.square" if before == after else "people.square_changed"
    return voice.t(key, origin=voice.name(origin), destination=voice.name(destination), **rules)


def _effects(voice: Voice) -> tuple[Markup, ...]:
    """What a required visa is taken to do, with its status and source."""
    place = REGIMES.index("required")
    said = []
    for flow in ("journeys", "students", "migrants"):
        effects = rule_effects(flow)
        error = float(effects.error[place])
        said.append(
            voice.t(
                f"people.effect.{flow}",
                percent=voice.percent(100 * float(np.expm1(effects.mean[place])), 1),
                low=voice.percent(100 * float(np.expm1(effects.mean[place] - 1.645 * error)), 0),
                high=voice.percent(100 * float(np.expm1(effects.mean[place] + 1.645 * error)), 0),
                status=voice.word(f"status.{effects.status}", effects.status),
                source=voice.latin(effects.source),
            )
        )
    return tuple(said)


def _by_year(people: People) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """Each flow that changes with its years; nothing for a union at once."""
    table = rounded(moved_by_year(people))
    flows = dict.fromkeys(table["flow"]) if len(table) else ()
    return tuple((flow, tuple(records(table[table["flow"] == flow]))) for flow in flows)


def _largest(people: People) -> pd.DataFrame:
    """The pairs of members where most journeys come, those without a change left out."""
    table = people.pairs
    mine = table[(table["flow"] == "journeys") & table["both_members"] & (table["partial_change"] >= 1)]
    return mine.nlargest(_PAIRS_SHOWN, "partial_change")


def _squares(people: People, voice: Voice) -> tuple[tuple[str, tuple[Square, ...]], ...]:
    held = _rules(people)
    codes = tuple(dict.fromkeys(people.rules["origin"]))
    nothing = Square(before="", after="", words="")
    return tuple(
        (origin, tuple(nothing if origin == end else _square(held, origin, end, voice) for end in codes))
        for origin in codes
    )


def _square(held: Rules, origin: str, destination: str, voice: Voice) -> Square:
    before, after = held[origin, destination]
    words = _rule(held, origin, destination, voice)
    return Square(before=COLOURS[before], after=COLOURS[after], words=words)


def _legend(people: People) -> tuple[tuple[str, str], ...]:
    """Rules that occur, from the most closed, with their colours."""
    seen = {*people.rules["rule"], *people.rules["rule_in_union"]}
    return tuple((rule, COLOURS[rule]) for rule in REGIMES if rule in seen)


def _balance(people: People) -> pd.DataFrame:
    """Places by economy and kind: as many out as in."""
    if people.places.empty:
        return pd.DataFrame(columns=["economy", "students", "scholars"])
    wide = people.places.pivot_table(index="origin", columns="kind", values="places", aggfunc="sum", fill_value=0)
    return wide.reindex(columns=["students", "scholars"], fill_value=0).rename_axis("economy").reset_index()
