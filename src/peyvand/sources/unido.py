"""How much does each economy manufacture?  UNIDO INDSTAT, output of all manufacturing, 147 economies, 2000–2022."""

from __future__ import annotations

from pathlib import Path

from peyvand.errors import UnknownEconomyError, did_you_mean
from peyvand.sources.codes import m49_to_iso3
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

OLD_NUMBERS = {"412": "XKX", "530": "ANT", "891": "SCG"}
UNUSABLE_LEVELS = ("IRN",)
"""Converted at an official rate far from the market's: their USD levels say nothing."""

UNIDO = Source(
    publisher="UNIDO",
    title="INDSTAT 2, output of total manufacturing",
    licence="CC BY 4.0 (since 2023)",
    url="https://stat.unido.org",
    vintage="2000-2022",
    citation="UNIDO, INDSTAT 2 ISIC revision 3 database.",
    may_feed="figures",
)


def read_manufacturing_output(path: str | Path, *, year: int | None = None) -> Table:
    """Output of all manufacturing.

    Returns
    -------
    Table
        economy, year, output_musd, valuation (as published), usable_level (False where the exchange rate makes the
        USD figure meaningless).
    """
    columns = {"CountryCode": "economy", "Year": "year", "ValueUSD": "output_musd"}
    frame = read_frame(path, columns | {"UnconsolidatedVariableName": "valuation"}, year=year)
    require_numbers(frame, ["output_musd"], path=path)
    numbers = m49_to_iso3() | OLD_NUMBERS
    code = frame["economy"].astype(str).str.zfill(3)
    unknown = sorted(set(code) - set(numbers))
    if unknown:
        hint = did_you_mean(unknown[0], numbers)
        raise UnknownEconomyError(f"{Path(path).name}: {unknown[0]} is no M49 number", hint=hint, codes=unknown)
    frame["economy"] = code.map(numbers)
    require_unique(frame, ["economy", "year"], path=path)
    frame["output_musd"] = frame["output_musd"] * 1e-6
    frame["usable_level"] = ~frame["economy"].isin(UNUSABLE_LEVELS)
    notes = (
        "valuation differs by economy: producers' or basic prices, factor values, or not defined",
        "IRN is converted at the official rate (2021: 889 bn USD, 2022: 255): its levels are not to be used",
        "AFG, TJK and TKM cover registered firms only",
    )
    return Table(frame, UNIDO, notes)
