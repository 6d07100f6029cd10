"""What does each split economy sell and buy abroad?  Shares of the eight goods sectors in its exports and imports.

Exports: WITS sections of 2019 where reported; else the last year's sections without fuels, and a fuel share from energy
balances, or for Iran from its customs (`fuel_share`).  Imports: chapters of the Harmonized System where held; else WITS
stages of processing, each stage divided as donors divide it.  All `estimated`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from peyvand.world.balance import fit_margins, margin
from peyvand.world.compile.concordance import GOODS, sector_of
from peyvand.world.compile.fuels import PRICED_BY, fuel_division, fuel_gaps, fuel_prices, fuel_values
from peyvand.world.compile.inputs import BASE_YEAR, Inputs

_STAGES = ("raw_materials", "intermediate_goods", "consumer_goods", "capital_goods")
_STAGE_DONORS = ("AFG", "ARM", "AZE", "GEO", "QAT")
_LIKELY = {
    "raw_materials": ("agriculture_food", "oil_gas", "mining"),
    "intermediate_goods": ("agriculture_food", "refining_chemicals", "textiles_light", "metals_minerals"),
    "consumer_goods": (
        "agriculture_food", "refining_chemicals", "pharmaceuticals", "textiles_light", "machinery_equipment",
    ),
    "capital_goods": ("machinery_equipment",),
}  # fmt: skip
"""Where the stages mostly are: weight 1 against 0.05 elsewhere, before fitting to the donors (`assumed`)."""
_CHAPTERS = {"chemicals": [f"{number:02d}" for number in range(28, 39)], "pharmaceuticals": ["30"]}
_MISCELLANEOUS_EQUIPMENT = 0.5
"""Part of WITS's miscellaneous section (chapters 90–99) that is instruments and arms (`assumed`)."""
_FUELS_OF_PRODUCER = 0.1
"""What remains of a stage's oil and gas in the imports of an economy that has more than it burns (`assumed`)."""
_UZBEK_FUELS = ("B05", "B06", "C19")
_OLDEST_SECTIONS = 10
"""Years after which WITS sections no longer tell what is sold beside fuels: Turkmenistan's end in 2000, with cotton."""
_LIKE_NEIGHBOUR = {"TKM": "UZB"}
"""Whose exports beside fuels and gold stand for those (`assumed`)."""
_GOLD_NOT_DECLARED = ("TJK",)
"""Whose own exports leave out the gold that WTO's estimate of all goods has."""
_REFINERS = ("AZE", "QAT")
"""Chemicals of economies that sell oil and gas are hardly medicines: divided as those of the two with chapters."""


class Mixes:
    """Export and import shares of economies, from one set of inputs."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.prices = fuel_prices(inputs.energy, self._reported_fuels())

    # -- exports -----------------------------------------------------------------------------------------------------
    def exports(self, economy: str) -> pd.Series:
        """Shares of the goods sectors in an economy's goods exports."""
        plain = self._plain_exports(economy)
        fuel = self.fuel_share(economy)
        division = fuel_division(economy, self.inputs.energy, self.prices)
        found = _goods((1 - fuel) * plain / plain.sum()).add(fuel * _goods(division))
        if economy in _GOLD_NOT_DECLARED:
            gold = self.gold_share(economy)
            found *= 1 - gold
            found["metals_minerals"] += gold
        return found

    def fuel_share(self, economy: str) -> float:
        """Share of fuels in goods exports.

        Reported by WITS for 2019; for Iran the share of crude oil in all exports of the Iranian year 1402 (IRICA), a
        year under the same sanctions – its balance of 2019 holds oil that went into storage; else the balance times
        prices over goods exports, at most the share that WITS last reported.
        """
        sections, year = self._sections(economy)
        last = float(sections.get("fuels", 0.0) / sections.sum()) if year else 1.0
        if year == BASE_YEAR:
            return last
        if economy == "IRN":
            return self._crude_share_of_iran()
        total = self.inputs.base_year["merchandise_exports_musd"][economy]
        worth = fuel_values(self.inputs.energy.T[economy], self.prices).sum() / total
        return min(float(worth), last)

    def gold_share(self, economy: str) -> float:
        """Share of gold and stones in goods exports; 0 where nothing tells.

        Chapter 71 (Comtrade), else WITS's stone and glass of the base year, which in this region is gold; Uzbekistan's
        from its statistics agency, 2022; Tajikistan's what WDI has and its own sections have not.
        """
        if economy == "UZB":
            rows = self.inputs.facts
            rows = rows[
                (rows["economy"] == "UZB") & (rows["topic"] == "exports") & (rows["period_start"] == "2022-01-01")
            ]
            sold = rows[rows["partner"] == "WLD"].set_index("item")["value_musd"]
            return float(sold["non-monetary gold"] / (sold["total goods and services"] - sold["services"]))
        total = float(self.inputs.base_year["merchandise_exports_musd"][economy])
        sections, year = self._sections(economy)
        if economy in _GOLD_NOT_DECLARED:
            return max(1 - float(sections.sum()) / total, 0.0)
        chapter = self._gold_chapter(economy, "export")
        stones = float(sections.get("stone_glass", 0.0)) if year == BASE_YEAR else 0.0
        return (chapter or stones) / total

    def gold_import_share(self, economy: str) -> float:
        """Share of gold and stones in goods imports (Comtrade); 0 where nothing tells."""
        total = self.inputs.base_year["merchandise_imports_musd"][economy]
        return float(self._gold_chapter(economy, "import") / total)

    def _gold_chapter(self, economy: str, flow: str) -> float:
        rows = self.inputs.chapters
        rows = rows[(rows["economy"] == economy) & (rows["flow"] == flow) & (rows["year"] == BASE_YEAR)]
        return float(rows.loc[rows["hs2"] == "71", "trade_musd"].sum())

    def _plain_exports(self, economy: str) -> pd.Series:
        """Exports without fuels by sector; Uzbekistan's, which WITS lacks, from its input-output table."""
        sections, year = self._sections(economy)
        if economy in _LIKE_NEIGHBOUR and (year is None or year < BASE_YEAR - _OLDEST_SECTIONS):
            neighbour = _LIKE_NEIGHBOUR[economy]
            plain = self._plain_exports(neighbour)
            beside = plain / plain.sum() * (1 - self.fuel_share(neighbour))
            beside["metals_minerals"] -= self.gold_share(neighbour)
            return beside
        if year is None:
            products = self.inputs.uzbekistan["sectors"]
            products = products[~products["sector"].str.startswith(_UZBEK_FUELS)]
            return _goods(products["exports_muzs"].groupby(products["sector"].map(_uzbek_goods)).sum())
        found = _goods(pd.Series(dtype=float))
        for section, value in sections.drop("fuels", errors="ignore").items():
            names = sector_of("wits")[str(section)]
            found = found.add(value * self._division(economy, str(section), names), fill_value=0.0)
        return found

    def _division(self, economy: str, section: str, names: tuple[str, ...]) -> pd.Series:
        if len(names) == 1:
            return _goods(pd.Series({names[0]: 1.0}))
        if section == "chemicals":
            part = self._pharmaceutical_part(economy)
            return _goods(pd.Series({"pharmaceuticals": part, "refining_chemicals": 1 - part}))
        part = _MISCELLANEOUS_EQUIPMENT
        return _goods(pd.Series({"machinery_equipment": part, "textiles_light": 1 - part}))

    def _pharmaceutical_part(self, economy: str) -> float:
        """Chapter 30 in chapters 28 to 38 of exports: the economy's own, else of the refiners or all that hold them."""
        held = self.inputs.chapters
        held = held[(held["flow"] == "export") & (held["year"] == BASE_YEAR)]
        own = held[held["economy"] == economy]
        others = held[held["economy"].isin(_REFINERS)] if self._has_fuels(economy) else held
        rows = own if len(own) else others
        drugs, whole = (
            rows.loc[rows["hs2"].isin(_CHAPTERS[key]), "trade_musd"].sum() for key in ("pharmaceuticals", "chemicals")
        )
        return float(drugs / whole)

    def _sections(self, economy: str) -> tuple[pd.Series, int | None]:
        """WITS sections of the last year to 2019, and that year; nothing where WITS has none."""
        table = self.inputs.exports_by_section
        rows = table[(table["economy"] == economy) & (table["year"] <= BASE_YEAR)]
        if rows.empty:
            return pd.Series(dtype=float), None
        year = int(rows["year"].max())
        return rows[rows["year"] == year].set_index("section")["exports_musd"], year

    def _reported_fuels(self) -> pd.Series:
        table = self.inputs.exports_by_section
        rows = table[(table["year"] == BASE_YEAR) & (table["section"] == "fuels") & table["economy"].isin(PRICED_BY)]
        return rows.set_index("economy")["exports_musd"]

    def _crude_share_of_iran(self) -> float:
        facts = self.inputs.facts
        rows = facts[(facts["economy"] == "IRN") & (facts["topic"] == "exports") & facts["iranian_year"]]
        rows = rows[(rows["period_start"] == "2023-03-21") & ~rows["part_year"]]
        crude = rows.loc[rows["item"] == "crude oil", "value_musd"].iloc[0]
        everything = rows.loc[rows["item"].str.startswith("total exports"), "value_musd"].iloc[0]
        return float(crude / everything)

    # -- imports -----------------------------------------------------------------------------------------------------
    def imports(self, economy: str) -> pd.Series:
        """Shares of the goods sectors in an economy's goods imports."""
        found = self.imports_by_chapter(economy)
        if found is None:
            found = _goods(self._stages(economy) @ self.stage_division)
            if self._has_fuels(economy):
                found["oil_gas"] *= _FUELS_OF_PRODUCER
        return _goods(found) / found.sum()

    def imports_by_chapter(self, economy: str) -> pd.Series | None:
        """Imports by sector from the chapters of the last year to 2019 (Uzbekistan: 2025); None where none are held."""
        if economy == "UZB":
            rows = self.inputs.uzbek_chapters.rename(columns={"imports_musd": "trade_musd"})
        else:
            rows = self.inputs.chapters
            rows = rows[(rows["economy"] == economy) & (rows["flow"] == "import") & (rows["year"] <= BASE_YEAR)]
            rows = rows[rows["year"] == rows["year"].max()]
        if rows.empty:
            return None
        by_chapter = rows.groupby("hs2")["trade_musd"].sum()
        if "30" not in by_chapter:
            by_chapter["30"] = self._medicines_before(economy) * by_chapter.sum()
        single = {code: names[0] for code, names in sector_of("hs2").items() if len(names) == 1}
        found = _goods(by_chapter.groupby(by_chapter.index.map(single)).sum())
        return found.add(by_chapter.get("27", 0.0) * _goods(self.fuel_imports(economy)))

    def _medicines_before(self, economy: str) -> float:
        """Chapter 30 in goods imports of the last year that has it: Afghanistan's year 2019 lacks the chapter."""
        rows = self.inputs.chapters
        rows = rows[(rows["economy"] == economy) & (rows["flow"] == "import") & (rows["year"] <= BASE_YEAR)]
        drugs = rows[rows["hs2"] == "30"].set_index("year")["trade_musd"]
        if drugs.empty:
            return 0.0
        total = self.inputs.indicators["merchandise_imports_musd"][economy, drugs.index.max()]
        return float(drugs[drugs.index.max()] / total)

    def _has_fuels(self, economy: str) -> bool:
        """More oil and gas than it refines and burns."""
        energy = self.inputs.energy
        return economy in energy.index and float(fuel_gaps(energy.T[economy], self.prices)["oil_gas"]) == 0

    def fuel_imports(self, economy: str) -> pd.Series:
        """Crude and gas, coal and products in fuel imports: what the balance lacks, else as ICIO's rest buys."""
        energy = self.inputs.energy
        lacking = fuel_gaps(energy.T[economy], self.prices) if economy in energy.index else pd.Series(dtype=float)
        return lacking / lacking.sum() if lacking.sum() > 0 else self._fuel_imports_of_rest

    @cached_property
    def _fuel_imports_of_rest(self) -> pd.Series:
        table = self.inputs.icio
        rows = table[(table["importer"] == "ROW") & (table["exporter"] != "ROW")]
        values = rows.groupby("sector")["trade_musd"].sum()
        bought = pd.Series({"oil_gas": values["B06"], "mining": values["B05"], "refining_chemicals": values["C19"]})
        return bought / bought.sum()

    @property
    def stage_division(self) -> pd.DataFrame:
        """How a stage divides over sectors (stage × sector, rows sum to 1)."""
        return self.stage_trade.div(self.stage_trade.sum(axis=1), axis=0)

    @cached_property
    def stage_trade(self) -> pd.DataFrame:
        """Imports by stage and sector, M USD, of the donors that have both splits: prior fitted to the two."""
        stages = pd.DataFrame([self._stages(code) for code in _STAGE_DONORS]).sum()
        sectors = pd.DataFrame([self.imports_by_chapter(code) for code in _STAGE_DONORS]).sum()
        prior = np.array([[1.0 if sector in _LIKELY[stage] else 0.05 for sector in GOODS] for stage in _STAGES])
        rows = margin(kept=(0,), total=stages.to_numpy(), shape=prior.shape)
        columns = margin(kept=(1,), total=(sectors / sectors.sum() * stages.sum()).to_numpy(), shape=prior.shape)
        fitted = fit_margins(prior, [rows, columns], tol=1e-10).values
        return pd.DataFrame(fitted, index=list(_STAGES), columns=list(GOODS))

    def _stages(self, economy: str) -> pd.Series:
        table = self.inputs.imports_by_stage
        rows = table[(table["economy"] == economy) & (table["year"] <= BASE_YEAR)]
        rows = rows[rows["year"] == rows["year"].max()]
        by_stage: pd.Series = rows.set_index("stage")["trade_musd"].reindex(list(_STAGES)).fillna(0.0)
        return by_stage


def _goods(values: pd.Series) -> pd.Series:
    return values.reindex(list(GOODS)).fillna(0.0).astype(float)


def _uzbek_goods(code: str) -> str | None:
    names = sector_of("uzbekistan").get(code[:3], ("",))
    return names[0] if names[0] in GOODS else None
