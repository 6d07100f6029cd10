"""What a union agrees on: the provisions of a scenario file, each checked when it is made.

A provision says what changes, in which sectors and between which members; `transit`, `visa`, `students` and `scholars`
belong to the rooms of corridors and mobility. Kinds that are not simulated yet are known by name, so that a file which
uses one is refused clearly and not read past.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

DEFAULT_CAP_PERCENT = 25.0

from_list = BeforeValidator(lambda given: tuple(given) if isinstance(given, list) else given)
Share = Annotated[float, Field(ge=0, le=1)]
Names = Annotated[tuple[str, ...], from_list]
Pair = Annotated[tuple[str, str], from_list]
Pairs = Annotated[tuple[Pair, ...], from_list]

NOT_YET = ("sanctions", "services", "payments")
"""Kinds that are planned and not simulated yet."""


def unclear(message: str, hint: str) -> PydanticCustomError:
    """A rule of the file that was broken, with its hint, for a validator to raise."""
    return PydanticCustomError("unclear", "{message}", {"message": message, "hint": hint})


class Part(BaseModel):
    """Strict and frozen: an unknown key is an error, never a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Scope(Part):
    """Where a provision holds: sectors (all, less those excepted) and, if not all members, which pairs."""

    sectors: Names = ("all",)
    except_sectors: Names = ()
    pairs: Pairs = ()


class TariffException(Part):
    """Another cut for one direction of one pair; `sectors` are those of the provision unless named."""

    exporter: str
    importer: str
    cut_share: Share
    sectors: Names = ()


class Tariff(Scope):
    """Tariffs between members fall by `cut_share`: t' = (1 − cut_share) t."""

    kind: Literal["tariff"] = "tariff"
    cut_share: Share
    exceptions: Annotated[tuple[TariffException, ...], from_list] = ()


class SensitiveList(Part):
    """Goods that a member keeps out of the tariff cuts: `share` of its imports from members in each of the sectors.

    They get `cut_share` instead, nothing by default: cut = (1 − share) · cut + share · cut_share.
    """

    kind: Literal["sensitive_list"] = "sensitive_list"
    economy: str
    sectors: Names
    share: Share = 1.0
    cut_share: Share = 0.0


class RulesOfOrigin(Scope):
    """Papers that prove where goods come from: they cost `compliance_cost_percent` of the value.

    Where the preference is worth more than its papers, `use_share` of the trade uses it; elsewhere nobody does. The
    others pay the tariff of today.
    """

    kind: Literal["rules_of_origin"] = "rules_of_origin"
    compliance_cost_percent: Annotated[float, Field(ge=0, lt=100)]
    use_share: Share = 1.0


class BorderCost(Scope):
    """Customs, standards and paperwork become cheaper between members.

    Either `fade_share`: ln d̂ = −fade_share · min(u⁺, cap), u⁺ the positive part of the unexplained border thickness
    and cap = ln(1 + cap_percent/100); or `cut_percent`: d̂ = 1 − cut_percent/100.
    """

    kind: Literal["border_cost"] = "border_cost"
    fade_share: Share | None = None
    cap_percent: Annotated[float, Field(gt=0, le=1000)] | None = None
    cut_percent: Annotated[float, Field(ge=0, lt=100)] | None = None

    @model_validator(mode="after")
    def _one_way_of_saying_it(self) -> BorderCost:
        if (self.fade_share is None) == (self.cut_percent is None):
            raise ValueError("a border_cost has either fade_share or cut_percent")
        if self.cap_percent is not None and self.fade_share is None:
            raise ValueError("cap_percent caps fade_share, and there is none")
        return self

    @property
    def cap(self) -> float:
        """The most of a border that counts as able to fade, in per cent of cost: 25 unless said otherwise."""
        return DEFAULT_CAP_PERCENT if self.cap_percent is None else self.cap_percent

    @property
    def cap_log_points(self) -> float:
        """The cap in log points."""
        return float(np.log1p(self.cap / 100))


class AgreementEffect(Scope):
    """The whole effect of a trade agreement on cost, tariffs apart, as a named gravity estimate found it.

    ln d̂ = −β/θ_s. `sectors` must be said, since an estimate holds for the goods it was made on.
    """

    kind: Literal["agreement"] = "agreement"
    estimate: str
    sectors: Names


class NewLink(Part):
    """A railway, road or shipping line that the union builds; a length, speed or price not said is assumed by mode."""

    between: Pair
    mode: Literal["rail", "road", "sea", "ferry"]
    gauge_mm: Annotated[float, Field(gt=0)] | None = None
    length_km: Annotated[float, Field(gt=0)] | None = None
    speed_kmh: Annotated[float, Field(gt=0, le=400)] | None = None
    usd_per_t_km: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _rail_has_a_gauge(self) -> NewLink:
        if (self.mode == "rail") != (self.gauge_mm is not None):
            raise unclear("a new link by rail, and no other, has a gauge_mm", "gauge_mm = 1435 or 1520")
        return self


class Transit(Part):
    """Hours and fees at named crossings and ports, closures, better and new links, gauges, ferries.

    The corridors room turns it into a change of the cost of carriage. It holds for all goods: of everyone
    (`who = "all"`), or only between members.
    """

    kind: Literal["transit"] = "transit"
    who: Literal["all", "members"] = "all"
    crossings: Names = ()
    max_dwell_time_h: Annotated[float, Field(ge=0, le=240)] | None = None
    max_fee_usd_per_t: Annotated[float, Field(ge=0)] | None = None
    one_gauge: bool = False
    closed: bool = False
    links: Pairs = ()
    hours_cut_share: Share | None = None
    cost_cut_share: Share | None = None
    departures_per_week: Annotated[float, Field(gt=0)] | None = None
    departures_per_week_today: Annotated[float, Field(gt=0)] | None = None
    new_links: Annotated[tuple[NewLink, ...], from_list] = ()

    @model_validator(mode="after")
    def _says_what_changes_where(self) -> Transit:
        stops = self.max_dwell_time_h is not None or self.max_fee_usd_per_t is not None or self.one_gauge
        lines = any(x is not None for x in (self.hours_cut_share, self.cost_cut_share, self.departures_per_week))
        if stops and not self.crossings:
            raise unclear("max_dwell_time_h, max_fee_usd_per_t and one_gauge need crossings", 'crossings = ["Sarakhs"]')
        if lines and not self.links:
            raise unclear(
                "hours_cut_share, cost_cut_share and departures_per_week need links", 'links = [["Aktau", "Alat Port"]]'
            )
        if not (self.crossings or self.links or self.new_links):
            raise unclear(
                "a transit provision names crossings, links or new_links", "names are those of peyvand corridors export"
            )
        if (self.crossings and not (stops or self.closed)) or (self.links and not (lines or self.closed)):
            raise unclear(
                "a transit provision says what changes at its crossings and links",
                "max_dwell_time_h = 6 for crossings, hours_cut_share = 0.2 for links, or closed = true",
            )
        return self


class Visa(Part):
    """Members ask no more of each other's nationals than `regime`; a rule that asks less already stays as it is.

    `goods_trade_percent` and `services_trade_percent` are the share of a pair's trade that visas on both sides are
    taken to hinder (nothing unless said): what returns of it follows the rules that fall, see `peyvand.mobility`.
    """

    kind: Literal["visa"] = "visa"
    regime: Literal["required", "e_visa", "on_arrival", "eta", "free"]
    pairs: Pairs = ()
    goods_trade_percent: Annotated[float, Field(ge=0, lt=100)] = 0.0
    services_trade_percent: Annotated[float, Field(ge=0, lt=100)] = 0.0


class _Places(Part):
    """So many places a year in all, allotted to the pairs so that each member sends as many as it takes."""

    places_per_year: Annotated[int, Field(ge=1, le=10_000_000)]
    pairs: Pairs = ()


class Students(_Places):
    """Exchange places: `filled_share` of them are taken up, each for `years`; scholarships pay for some.

    Scholarships and the recognition of degrees are counted and shown; no effect of them is simulated.
    """

    kind: Literal["students"] = "students"
    years: Annotated[float, Field(gt=0, le=10)] = 1.0
    filled_share: Share = 1.0
    scholarships_per_year: Annotated[int, Field(ge=0)] = 0
    degrees_recognised: bool = False

    @model_validator(mode="after")
    def _scholarships_are_for_places(self) -> Students:
        if self.scholarships_per_year > self.places_per_year:
            raise ValueError("scholarships_per_year are for some of places_per_year, and there are more of them")
        return self


class Scholars(_Places):
    """Places for visiting scholars: counted and allotted, no effect is simulated."""

    kind: Literal["scholars"] = "scholars"


PeopleProvision = Visa | Students | Scholars
AnyProvision = (
    Tariff | SensitiveList | RulesOfOrigin | BorderCost | AgreementEffect | Transit | Visa | Students | Scholars
)
Provision = Annotated[AnyProvision, Field(discriminator="kind")]
KINDS: dict[str, type[AnyProvision]] = {
    "tariff": Tariff,
    "sensitive_list": SensitiveList,
    "rules_of_origin": RulesOfOrigin,
    "border_cost": BorderCost,
    "agreement": AgreementEffect,
    "transit": Transit,
    "visa": Visa,
    "students": Students,
    "scholars": Scholars,
}
OF_TARIFFS = ("sensitive_list", "rules_of_origin")
"""Kinds that say how far the tariff provisions reach: without those they mean nothing."""
PEOPLE = ("visa", "students", "scholars")
"""Kinds that move people: the mobility room simulates them, trade does not know them."""


def dumped(provision: AnyProvision) -> dict[str, Any]:
    """A provision as the plain values of a file: its kind first, and only what was said."""
    said = provision.model_dump(mode="json", exclude_defaults=True)
    where = {name: said.pop(name) for name in Scope.model_fields if name in said}
    return {"kind": provision.kind, **said, **where}
