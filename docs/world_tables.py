"""Writes the tables in `explanation/world.md`, between markers: `python docs/world_tables.py` (a test checks them)."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from pathlib import Path

from peyvand.locale import LANGUAGES, Language, localise_digits, text
from peyvand.world import STATUSES, World
from peyvand.world.compile.concordance import SECTORS, Economy, economies

DOCS = Path(__file__).parent
MARKED = re.compile(r"(<!-- begin: (\w+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
CLASSES = ("goods_home", "goods_large", "goods_small", "services_home", "services_abroad")


def pages() -> dict[Path, str]:
    """The path and content of both pages, with fresh tables."""
    makers = {"economies": economies_rows, "errors": error_rows, "elasticities": elasticity_rows}
    found = {}
    for language in LANGUAGES:
        path = DOCS / language / "explanation" / "world.md"

        def fresh(match: re.Match[str], language: Language = language) -> str:
            return match[1] + "\n".join(makers[match[2]](language)) + "\n" + match[3]

        found[path] = MARKED.sub(fresh, path.read_text(encoding="utf-8"))
    return found


def economies_rows(language: Language) -> list[str]:
    """What of each economy is reported and what estimated, and its donor."""
    world = World.embedded()
    rows = [text("world.docs.economies", language), "| --- | --- | --- | --- | --- |"]
    for economy in economies():
        name = world[f"name_{language}"].sel(economy=economy.code).item()
        rows.append(
            f"| `{economy.code}` | {name} | {_flows(economy, language)} | {_tariffs(world, economy, language)} "
            f"| {_donor(economy, language)} |"
        )
    return rows


def error_rows(language: Language) -> list[str]:
    """The errors of the held-out split, by class of cells and economy."""
    with files("peyvand.world.compile").joinpath("held_out_errors.csv").open(encoding="utf-8") as file:
        held = {(row["economy"], row["class"]): row for row in csv.DictReader(file)}
    rows = [text("world.docs.errors", language), "| --- | --- | --- | --- | --- | --- | --- |"]
    for name in CLASSES:
        every = held["all", name]
        cells = [every["cells"], every["median_ratio"], every["missed_share"], every["cv"]]
        cells += [" / ".join(held[code, name]["cv"] for code in ("TUR", "KAZ", "PAK"))]
        shown = " | ".join(localise_digits(cell, language) for cell in cells)
        rows.append(f"| `{name}` | {text(f'world.classes.{name}', language)} | {shown} |")
    return rows


def elasticity_rows(language: Language) -> list[str]:
    """The trade elasticity of each sector and its spread."""
    world = World.embedded()
    rows = [text("world.docs.elasticities", language), "| --- | --- | --- |"]
    for sector in SECTORS:
        middle, spread = (float(world[name].sel(sector=sector)) for name in ("trade_elasticity", "trade_elasticity_se"))
        figures = " | ".join(localise_digits(f"{value:.2f}", language) for value in (middle, spread))
        rows.append(f"| {text(f'sectors.{sector}', language)} | {figures} |")
    return rows


def _flows(economy: Economy, language: Language) -> str:
    members = ", ".join(economy.members)
    return text(f"world.flows.{economy.kind}", language, members=members)


def _tariffs(world: World, economy: Economy, language: Language) -> str:
    """The status of the economy's tariffs on China's goods, a partner without preferences almost everywhere."""
    partner = "JPN" if economy.code == "CHN" else "CHN"
    code = int(world["tariff_status"].sel(exporter=partner, importer=economy.code, sector="machinery_equipment"))
    return text(f"status.{STATUSES[code]}", language)


def _donor(economy: Economy, language: Language) -> str:
    if economy.donor in (economy.code, *economy.members) and economy.kind != "rest":
        return text("world.donors.own", language)
    if economy.donor == "ROW":
        return text("world.donors.rest", language)
    return text("world.donors.other", language, code=economy.donor)


if __name__ == "__main__":
    for path, content in pages().items():
        path.write_text(content, encoding="utf-8")
