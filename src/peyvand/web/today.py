"""What is the world today? The World that pages show and how thick its borders are, measured once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from peyvand.corridors import HourValues
from peyvand.gravity import Thickness, known_causes, thickness
from peyvand.locale import LANGUAGES, Language
from peyvand.reports.borders import movable_part
from peyvand.waiting import with_waiting, worth_of_hours
from peyvand.world import World


@dataclass(frozen=True, eq=False)
class Today:
    """A World, with its borders."""

    world: World

    @cached_property
    def borders(self) -> Thickness:
        """Thickness of every border, with its causes."""
        return with_waiting(thickness(self.world, causes=known_causes(self.world)), self.world)

    @cached_property
    def names(self) -> dict[Language, dict[str, str]]:
        """By language, the names of economies by code."""
        return {
            language: {code: str(self.world[f"name_{language}"].sel(economy=code).item()) for code in self.codes}
            for language in LANGUAGES
        }

    @property
    def codes(self) -> tuple[str, ...]:
        return self.world.economies

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """One row a pair of economies, the first code first in the World's order: thickness, movable part, trade."""
        table = self.borders.to_frame("pair")
        place = {code: at for at, code in enumerate(self.codes)}
        first, second = table["economy"].map(place).to_numpy(), table["partner"].map(place).to_numpy()
        movable = movable_part(self.borders)[first, second]
        flow = self.world["trade_flow"].transpose("exporter", "importer", "sector").values.sum(axis=2)
        table = table.assign(movable_log_points=movable, trade_musd=flow[first, second] + flow[second, first])
        return table[first < second].reset_index(drop=True)

    @cached_property
    def hours(self) -> HourValues:
        """What an hour less at every crossing, port and link is worth to each economy."""
        return worth_of_hours(world=self.world)

    def measure(self) -> None:
        """Measure the borders now, before the first visitor asks."""
        _ = self.pairs, self.by_sector

    @cached_property
    def by_sector(self) -> pd.DataFrame:
        """One row a pair and sector, both orders of the pair."""
        return self.borders.to_frame("sector")
