"""A union in words, in either language: what was said, what it comes to, and what to mind.

Names of economies come from the World, everything else from the locale files under `scenario.say`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import jdatetime

from peyvand.locale import Language, catalogue, localise_digits, number, text
from peyvand.scenarios.cautions import SHOWN, Caution, Listed
from peyvand.scenarios.effect import Effect
from peyvand.scenarios.estimates import estimate
from peyvand.scenarios.in_force import Facts
from peyvand.scenarios.provisions import (
    AnyProvision,
    BorderCost,
    PeopleProvision,
    RulesOfOrigin,
    Scholars,
    Scope,
    SensitiveList,
    Tariff,
    Transit,
    Visa,
)
from peyvand.world import World


def explain(effect: Effect, language: Language = "en", *, places: Mapping[str, str] | None = None) -> list[str]:
    """The union as sentences: members, kind and day, each provision, the outside, the implied cuts.

    Parameters
    ----------
    effect : Effect
    language : {"en", "fa"}
    places : mapping, optional
        What crossings and ports are called in this language, by the name that the file gives them.
    """
    say = Words(language, effect.world, effect.facts, places or {})
    union = effect.union
    phased = say("phased", years=say.number(union.phase_in_years)) if union.phase_in_years else say("at_once")
    lines = [
        say("members", count=say.number(len(effect.members)), economies=say.names(effect.members)),
        say("kind", kind=text(f"scenario.kind.{union.kind}", language), day=say.day(effect.day)),
        phased,
    ]
    moving = [agreement.words(language) for agreement, _ in effect.new_in_force if agreement.tariff_cut_share]
    if moving:
        lines.append(say("moved", day=say.day(effect.day), agreements=say.listed(moving)))
    for provision in union.provisions:
        lines += _provision(say, provision)
    if union.external_tariff == "own":
        lines.append(say("external_own"))
    if union.external_tariff and union.external_tariff != "own":
        common = zip(effect.world.sectors, effect.external_rates, strict=True)
        rates = [f"{say.sector(name)} {say.percent(100 * rate)}" for name, rate in common if rate == rate]
        lines.append(say("external_rates", rates=say.listed(rates)))
    lines += _revenue(say, effect)
    pairs = effect.implied_cuts()
    inside = pairs["exporter"].isin(effect.members) & pairs["importer"].isin(effect.members)
    cuts = pairs.loc[inside, "total_cut_percent"].dropna()
    cuts = cuts[cuts.abs() > 0]
    if len(cuts):
        low, high, mean = (say.percent(value, 1) for value in (cuts.min(), cuts.max(), cuts.mean()))
        lines.append(say("implied", low=low, high=high, mean=mean))
    return lines


def _revenue(say: Words, effect: Effect) -> list[str]:
    """Who gets the duties on outsiders' goods; of a customs union only."""
    shares = effect.union.revenue_shares
    if effect.union.kind != "customs-union":
        return []
    if isinstance(shares, dict):
        parts = say.listed(
            f"{say.name(effect.economy(name))} {say.percent(100 * part)}" for name, part in shares.items()
        )
        return [say("revenue_given", shares=parts)]
    return [say(f"revenue_{shares}")]


def explain_caution(caution: Caution, effect: Effect, language: Language = "en") -> str:
    """One warning as a sentence, with the names of economies, agreements and sectors."""
    say = Words(language, effect.world, effect.facts)
    return text(caution.key, language, **{name: say.value(name, value) for name, value in caution.values.items()})


@dataclass(frozen=True, slots=True)
class Words:
    """Says names, lists, numbers and days in one language."""

    language: Language
    world: World
    facts: Facts
    places: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, key: str, **values: str) -> str:
        return text(f"scenario.say.{key}", self.language, **values)

    def name(self, code: str) -> str:
        """An economy's name, or its code where the World has none."""
        variable = f"name_{self.language}"
        if variable not in self.world.data or code not in self.world.economies:
            return code
        return str(self.world[variable].sel(economy=code).item())

    def names(self, codes: Iterable[str]) -> str:
        return self.listed([self.name(code) for code in codes])

    def pair(self, written: str) -> str:
        """`IRN–KAZ` or `IRN → KAZ` with names for codes; the arrow turns with the text."""
        for mark in ("–", " → "):
            if mark in written:
                one, other = written.split(mark)
                turned = mark.replace("→", "←") if self.language == "fa" else mark
                return f"{self.name(one)}{turned}{self.name(other)}"
        return self.name(written)

    def agreement(self, name: str) -> str:
        return self.facts.agreement(name).words(self.language)

    def place(self, name: str) -> str:
        return self.places.get(name, name)

    def sector(self, name: str) -> str:
        return catalogue(self.language).get(f"sectors.{name}", name)

    def listed(self, items: Iterable[str]) -> str:
        """Comma-separated, with the last comma an `and`."""
        comma, last = ("، ", " و ") if self.language == "fa" else (", ", " and ")
        *first, final = [str(item) for item in items]
        return f"{comma.join(first)}{last}{final}" if first else final

    def amount(self, value: float) -> str:
        """A number with the one decimal that it has, or none."""
        return self.number(value, 0 if float(value).is_integer() else 1)

    def number(self, value: float, decimals: int = 0) -> str:
        return number(value, self.language, decimals=decimals)

    def percent(self, value: float, decimals: int = 0) -> str:
        """`25 %`, with as many decimals as asked, or those that it has."""
        decimals = max(decimals, 0 if float(value).is_integer() else 1)
        return localise_digits(f"{number(value, decimals=decimals)}%", self.language)

    def day(self, day: date | str) -> str:
        """A Gregorian day in ISO form; in Persian the Jalali day."""
        moment = date.fromisoformat(day) if isinstance(day, str) else day
        if self.language == "en":
            return moment.isoformat()
        return localise_digits(jdatetime.date.fromgregorian(date=moment).strftime("%Y/%m/%d"), "fa")

    def value(self, name: str, value: object) -> str:
        """A caution's value by its name."""
        turns = {
            "sectors": self.sector, "economies": self.name, "pairs": self.pair,
            "agreements": self.agreement, "agreement": self.agreement,
        }  # fmt: skip
        turn = turns.get(name, str)
        if isinstance(value, Listed):
            left_out = len(value) - SHOWN
            more = [self("more", count=self.number(left_out))] if left_out > 0 else []
            return self.listed([*(turn(item) for item in value[:SHOWN]), *more])
        if name == "year":
            return localise_digits(str(value), self.language)
        if name in ("day", "known"):
            return self.day(str(value))
        if isinstance(value, int | float):
            return self.number(value, decimals=0 if isinstance(value, int) else 1)
        return turn(str(value))


def _sensitive(say: Words, provision: SensitiveList) -> str:
    """What a member keeps out of the cuts, and what the goods on its list get."""
    return say(
        "sensitive_cut" if provision.cut_share else "sensitive",
        economy=say.name(provision.economy),
        share=say.percent(100 * provision.share),
        sectors=say.listed(say.sector(name) for name in provision.sectors),
        cut=say.percent(100 * provision.cut_share),
    )


def _provision(say: Words, provision: AnyProvision) -> list[str]:
    """One sentence for a provision, and one for each exception."""
    if isinstance(provision, Transit):
        return _transit(say, provision)
    if isinstance(provision, PeopleProvision):
        return _people(say, provision)
    if isinstance(provision, SensitiveList):
        return [_sensitive(say, provision)]
    where = {"pairs": _pairs(say, provision), "sectors": _sectors(say, provision)}
    if isinstance(provision, RulesOfOrigin):
        cost, used = say.percent(provision.compliance_cost_percent), say.percent(100 * provision.use_share)
        return [say("origin", cost=cost, used=used, **where)]
    if isinstance(provision, Tariff):
        lines = [say("tariff", cut=say.percent(100 * provision.cut_share), **where)]
        return lines + [
            say(
                "exception",
                exporter=say.name(other.exporter),
                importer=say.name(other.importer),
                cut=say.percent(100 * other.cut_share),
            )
            for other in provision.exceptions
        ]
    if isinstance(provision, BorderCost):
        if provision.cut_percent is not None:
            return [say("cut", cut=say.percent(provision.cut_percent), **where)]
        share, cap = say.percent(100 * (provision.fade_share or 0.0)), say.percent(provision.cap)
        return [say("fade", share=share, cap=cap, **where)]
    found = estimate(provision.estimate)
    beta, status = say.number(found.coefficient, 2), text(f"status.{found.status}", say.language)
    return [say("agreement", estimate=found.name, beta=beta, status=status, **where)]


def _transit(say: Words, provision: Transit) -> list[str]:
    """A sentence for each thing that changes on the way, and whose goods have it."""
    crossings = say.listed(map(say.place, provision.crossings)) if provision.crossings else ""
    links = (
        say.listed(f"{say.place(one)}–{say.place(other)}" for one, other in provision.links) if provision.links else ""
    )
    lines = []
    if provision.max_dwell_time_h is not None:
        lines.append(say("transit_hours", crossings=crossings, hours=say.amount(provision.max_dwell_time_h)))
    if provision.max_fee_usd_per_t is not None:
        lines.append(say("transit_fee", crossings=crossings, fee=say.amount(provision.max_fee_usd_per_t)))
    if provision.one_gauge:
        lines.append(say("transit_gauge", crossings=crossings))
    if provision.closed:
        lines.append(say("transit_closed", places=say.listed(filter(None, (crossings, links)))))
    if provision.hours_cut_share is not None:
        lines.append(say("transit_faster", links=links, cut=say.percent(100 * provision.hours_cut_share)))
    if provision.cost_cut_share is not None:
        lines.append(say("transit_cheaper", links=links, cut=say.percent(100 * provision.cost_cut_share)))
    if provision.departures_per_week is not None:
        lines.append(say("transit_departures", links=links, count=say.amount(provision.departures_per_week)))
    for link in provision.new_links:
        lines.append(
            say("transit_new", link="–".join(map(say.place, link.between)), mode=say(f"transit_mode_{link.mode}"))
        )
    return [*lines, say(f"transit_for_{provision.who}")]


def _people(say: Words, provision: PeopleProvision) -> list[str]:
    """A sentence for a visa rule with its effect on trade, or for places with what goes with them."""
    where = _pairs(say, provision)
    if isinstance(provision, Visa):
        lines = [say("visa", regime=text(f"mobility.regime.{provision.regime}", say.language), pairs=where)]
        goods, services = provision.goods_trade_percent, provision.services_trade_percent
        if goods or services:
            lines.append(say("visa_trade", goods=say.percent(goods), services=say.percent(services)))
        return lines
    places = say.number(provision.places_per_year)
    if isinstance(provision, Scholars):
        return [say("scholars", places=places, pairs=where)]
    filled, years = say.percent(100 * provision.filled_share), say.number(provision.years, 1)
    lines = [say("students", places=places, pairs=where, filled=filled, years=years)]
    if provision.scholarships_per_year:
        lines.append(say("scholarships", count=say.number(provision.scholarships_per_year)))
    return [*lines, say("degrees_recognised")] if provision.degrees_recognised else lines


def _pairs(say: Words, provision: Scope | PeopleProvision) -> str:
    if not provision.pairs:
        return say("everywhere")
    return say("between", pairs=say.listed(f"{say.name(one)}–{say.name(other)}" for one, other in provision.pairs))


def _sectors(say: Words, provision: Scope) -> str:
    named = say.listed(say.sector(name) for name in provision.sectors)
    if "all" not in provision.sectors:
        return say("in_sectors", sectors=named)
    if provision.except_sectors:
        return say("all_but", sectors=say.listed(say.sector(name) for name in provision.except_sectors))
    return say("all_sectors")
