"""What do the members of any union among some candidates agree on?  Terms that depend on who is in only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from peyvand.errors import UnknownNameError
from peyvand.world import Shock, World


@dataclass(frozen=True, eq=False, kw_only=True)
class Unions:
    """All unions of some candidates: 2^k of them, the empty one and the single ones among them.

    Parameters
    ----------
    candidates : tuple of str
        Codes; union number Σ 2^position has the candidates of these positions as members.
    inside : Shock
        The union of all candidates: what holds between any two of them if both are members. It may touch nothing else.
    outside : Shock, optional
        A common external tariff that is given: what a member levies on imports from everyone who is no member.
    """

    candidates: tuple[str, ...]
    inside: Shock
    outside: Shock | None = None

    @classmethod
    def free_trade(
        cls,
        world: World,
        candidates: Iterable[str],
        *,
        cost_cut_percent: float = 0.0,
        external_tariff: Mapping[str, float] | None = None,
    ) -> Unions:
        """No tariffs between members, and iceberg costs lower by `cost_cut_percent`.

        Parameters
        ----------
        world : World
        candidates : iterable of str
            Codes or names.
        cost_cut_percent : float
            d̂ = 1 − cost_cut_percent/100 between members.
        external_tariff : mapping of str to float, optional
            A customs union's rate (share) by sector; sectors that are not named keep each member's own.
        """
        codes = world.resolve_economies(candidates)
        tariff = world["tariff_rate"]
        abroad = tariff["exporter"] != tariff["importer"]
        member = tariff["importer"].isin(codes) & abroad
        between = member & tariff["exporter"].isin(codes)
        cost = xr.ones_like(tariff).where(~between, 1 - cost_cut_percent / 100)
        inside = Shock.of(world, iceberg_cost_hat=cost, tariff_rate_counterfactual=tariff.where(~between, 0.0))
        if external_tariff is None:
            return cls(candidates=codes, inside=inside)
        rate = xr.full_like(world["trade_elasticity"], np.nan)
        for name, share in external_tariff.items():
            rate.loc[{"sector": list(world.resolve_sectors([name]))}] = share
        levied = tariff.where(~(member & rate.notnull()), rate).transpose(*tariff.dims)
        return cls(candidates=codes, inside=inside, outside=Shock.of(world, tariff_rate_counterfactual=levied))

    def number(self, members: Iterable[str]) -> int:
        """The number of the union of some candidates.

        Raises
        ------
        UnknownNameError
            If one is no candidate.
        """
        wanted = tuple(members)
        strange = [code for code in wanted if code not in self.candidates]
        if strange:
            raise UnknownNameError(f"{strange[0]} is no candidate", hint=f"one of {', '.join(self.candidates)}")
        return sum(1 << self.candidates.index(code) for code in set(wanted))

    def members(self, number: int) -> tuple[str, ...]:
        """The members of a union by its number."""
        return tuple(code for place, code in enumerate(self.candidates) if number >> place & 1)

    def shock(self, world: World, members: Iterable[str]) -> Shock:
        """What one of the unions changes, as a shock of its own."""
        inside = list(members)
        today = world["tariff_rate"]
        into = today["importer"].isin(inside)
        between = into & today["exporter"].isin(inside)
        tariff = self.inside["tariff_rate_counterfactual"].where(between, today)
        if self.outside is not None:
            tariff = tariff.where(between | ~into, self.outside["tariff_rate_counterfactual"])
        cost = self.inside["iceberg_cost_hat"].where(between, 1.0)
        return Shock.of(
            world,
            iceberg_cost_hat=cost.transpose(*today.dims),
            tariff_rate_counterfactual=tariff.transpose(*today.dims),
        )
