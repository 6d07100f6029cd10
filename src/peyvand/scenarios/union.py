"""A union as its file says it: who, what kind, which provisions, from when.

The same frozen model is read from a file and made in Python, so nothing can be simulated that a file could not say.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator

from peyvand.gravity import Thickness
from peyvand.locale import LANGUAGES
from peyvand.scenarios.effect import Effect
from peyvand.scenarios.in_force import Facts
from peyvand.scenarios.problems import scenario_error
from peyvand.scenarios.provisions import Names, Part, Provision, Share, dumped, from_list, unclear
from peyvand.world import Shock, World

UnionKind = Literal["partial-scope", "free-trade-area", "customs-union"]
RevenueKey = Literal["collected", "imports", "gdp", "population", "equal"]
Rate = Annotated[float, Field(ge=0, le=5)]


class Union(Part):
    """A regional union.

    Parameters
    ----------
    title : dict
        In `en` and `fa`.
    members : tuple of str
        At least two economies, by ISO code or by name in English or Persian.
    kind : str
        `partial-scope`, `free-trade-area` or `customs-union`.
    provisions : tuple of Provision
        What the members agree on.
    world : str
        The World it is meant for.
    as_of : date, optional
        The day whose agreements are in force; the end of the World's base year by default.
    phase_in_years : int
        The provisions come in equal yearly steps over so many years; 0 is at once.
    leaves : tuple of str
        Customs unions that members leave for this one.
    external_tariff : "own", "average", "minimum" or dict, optional
        Of a customs union only: a common rate (share) by sector; `average`, by sector the members' mean tariff on
        outsiders, by what they import; `minimum`, the mean of the member where it is lowest; or `own`, each member's
        own tariff.
    revenue_shares : str or dict
        Who gets the duties that a customs union's members levy on outsiders: `collected`, each what it collects; or
        all go into a pool that is shared out by `imports` from outsiders, `gdp`, `population`, `equal` parts, or as
        given by member, summing to 1.

    Raises
    ------
    ScenarioError
        With every thing that is not clear.
    """

    title: dict[Literal["en", "fa"], str]
    members: Names
    kind: UnionKind = "free-trade-area"
    provisions: Annotated[tuple[Provision, ...], from_list] = Field(default=(), alias="provision")
    world: str = "eurasia-2019"
    as_of: date | None = None
    phase_in_years: Annotated[int, Field(ge=0, le=50)] = 0
    leaves: Names = ()
    external_tariff: Literal["own", "average", "minimum"] | dict[str, Rate] | None = None
    revenue_shares: RevenueKey | dict[str, Share] = "collected"

    model_config = ConfigDict(**Part.model_config, validate_by_name=True, validate_by_alias=True)
    _text: str = PrivateAttr(default="")

    def __init__(self, /, **said: Any) -> None:
        try:
            super().__init__(**said)
        except ValidationError as error:
            raise scenario_error(error) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Union) and self.model_dump() == other.model_dump()

    # -- what must be clear from the file alone ------------------------------------------------------------------------
    @field_validator("title")
    @classmethod
    def _title_in_both_languages(cls, title: dict[str, str]) -> dict[str, str]:
        missing = [language for language in LANGUAGES if not title.get(language, "").strip()]
        if missing:
            raise unclear(f"the title is missing in {' and '.join(missing)}", 'title = { en = "…", fa = "…" }')
        return title

    @field_validator("members")
    @classmethod
    def _at_least_two_different_members(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        if not members:
            raise unclear("the member list is empty", 'members = ["IRN", "KAZ"]')
        twice = [member for member in dict.fromkeys(members) if members.count(member) > 1]
        if twice:
            raise unclear(f"{', '.join(twice)} is a member twice", "name every member once")
        if len(members) == 1:
            raise unclear(f"{members[0]} is the only member", "a union has at least two")
        return members

    @model_validator(mode="after")
    def _external_tariff_belongs_to_a_customs_union(self) -> Union:
        if self.kind == "customs-union" and self.external_tariff is None:
            raise unclear(
                "a customs union needs external_tariff",
                'external_tariff = "own", or a rate by sector: { mining = 0.05 }',
            )
        if self.kind != "customs-union" and self.external_tariff is not None:
            raise unclear(f"a {self.kind} has no external_tariff", 'kind = "customs-union" has one')
        return self

    @model_validator(mode="after")
    def _revenue_is_shared_in_a_customs_union(self) -> Union:
        if self.revenue_shares == "collected":
            return self
        if self.kind != "customs-union":
            raise unclear(f"a {self.kind} shares no revenue", 'kind = "customs-union" may')
        if isinstance(self.revenue_shares, dict) and abs(sum(self.revenue_shares.values()) - 1) > 1e-9:
            total = sum(self.revenue_shares.values())
            raise unclear(f"revenue_shares sum to {total:g}", "shares of the members that sum to 1")
        return self

    @model_validator(mode="after")
    def _goods_move_freely_in_a_customs_union(self) -> Union:
        if self.kind == "customs-union" and any(held.kind == "rules_of_origin" for held in self.provisions):
            raise unclear("a customs union asks for no rules of origin", 'kind = "free-trade-area" does')
        return self

    # -- what it does to a World ---------------------------------------------------------------------------------------
    def effect(self, world: World, *, facts: Facts | None = None, borders: Thickness | None = None) -> Effect:
        """What the union changes in a World: shocks by year, implied cuts, warnings.

        Parameters
        ----------
        world : World
            The World of `as_of`; see `Effect.baseline` where agreements came into force after its base year.
        facts : Facts, optional
            Agreements in force; the shipped table by default.
        borders : Thickness, optional
            Borders of this World; by default without what the shipped estimate of gravity causes explains.

        Raises
        ------
        ScenarioError
            If the World has no such economy or sector, something is counted twice, or a bloc would be split.
        """
        return Effect(union=self, world=world, facts=facts or Facts.shipped(), given_borders=borders)

    def shock(self, world: World, *, year: int | None = None, facts: Facts | None = None) -> Shock:
        """What changes in a World `year` years after the start; in the end by default.

        >>> from peyvand.scenarios import open_scenario
        >>> open_scenario("eco-ten").shock(World.embedded(), year=1)["iceberg_cost_hat"].dims
        ('exporter', 'importer', 'sector')
        """
        return self.effect(world, facts=facts).shock(year=year)

    def with_members(self, members: Iterable[str]) -> Union:
        """The same union among others."""
        return Union(**(self.model_dump(by_alias=False) | {"members": tuple(members), "provisions": self.provisions}))

    # -- files ---------------------------------------------------------------------------------------------------------
    def to_toml(self) -> str:
        """The union as the text of its file; reading it gives the same union."""
        said: dict[str, Any] = {
            name: value
            for name, value in self.model_dump(exclude={"provisions"}).items()
            if name in ("title", "world", "members", "kind") or value != type(self).model_fields[name].default
        }
        said["provision"] = [dumped(provision) for provision in self.provisions]
        return tomli_w.dumps(_plain(said))

    @property
    def text(self) -> str:
        """The file that the union was read from, comments and all; `to_toml` for one made in Python."""
        return self._text or self.to_toml()

    def line_of(self, words: str) -> int | None:
        """Line of the file in which a quoted name stands first, if this union came from a file."""
        lines = enumerate(self._text.splitlines(), start=1)
        return next((line for line, text in lines if f'"{words}"' in text or f"'{words}'" in text), None)


def _plain(value: Any) -> Any:
    """Tuples as lists, all the way down: TOML has arrays only."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
