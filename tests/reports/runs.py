"""Runs for the tests of the reports: made-up figures under real codes, solved by the real models.

None of these figures is data; names are those of Unicode CLDR, since the page's words are tested too.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from babel import Locale
from tests.worlds import small_world

from peyvand.run import Run, simulate
from peyvand.scenarios import Students, Transit, Union, open_scenario
from peyvand.world import World
from peyvand.world.world import PROVENANCE_COLUMNS

MEMBERS = ("IRN", "KAZ", "UZB", "TKM", "TJK", "KGZ", "AZE", "TUR", "PAK", "AFG")
OTHERS = ("RUS", "CHN", "IND", "ARE", "IRQ", "GEO", "ARM", "DEU", "USA", "JPN")
SECTORS = (
    "agriculture_food", "oil_gas", "mining", "refining_chemicals", "pharmaceuticals", "textiles_light",
    "metals_minerals", "machinery_equipment", "transport_services", "engineering_services", "other_services",
)  # fmt: skip
ALPHA_2 = dict(
    zip(
        (*MEMBERS, *OTHERS),
        [
            "IR",
            "KZ",
            "UZ",
            "TM",
            "TJ",
            "KG",
            "AZ",
            "TR",
            "PK",
            "AF",
            "RU",
            "CN",
            "IN",
            "AE",
            "IQ",
            "GE",
            "AM",
            "DE",
            "US",
            "JP",
        ],
        strict=True,
    )
)


def world_of(economies: tuple[str, ...] = (*MEMBERS, *OTHERS), seed: int = 7, **options: Any) -> World:
    """A made-up World under real codes and names, with a sanctioned pair and a provenance table."""
    made = small_world(
        economies=economies, sectors=SECTORS, seed=seed, theta=(4, 8, 6, 5, 7, 5, 5, 4, 6, 6, 7), **options
    )
    names = {
        f"name_{language}": made["name_en"].copy(
            data=np.array([Locale(language).territories[ALPHA_2[code]] for code in economies])
        )
        for language in ("en", "fa")
    }
    sanctioned = made["sanctioned"].copy(data=np.zeros((len(economies),) * 2, dtype=bool))
    if {"IRN", "USA"} <= set(economies):
        sanctioned.loc[{"exporter": "USA", "importer": "IRN"}] = True
    provenance = pd.DataFrame(
        [
            ("trade_flow", "*", "*", "reported", "Made up for the tests", "none", "", ""),
            ("trade_elasticity", "*", "*", "assumed", "Made up for the tests", "none", "", ""),
        ],
        columns=list(PROVENANCE_COLUMNS),
    )
    return World(made.replace(**names, sanctioned=sanctioned).data, provenance)


@cache
def made_run(scenario: str = "eco-ten") -> Run:
    """A shipped union, solved on the made-up World, with a few draws."""
    return simulate(scenario, world=world_of(), draws=8, seed=3)


@cache
def full_run() -> Run:
    """The shipped union with places for students and shorter waits: a run that has every table."""
    union = open_scenario("eco-ten")
    more = (Students(places_per_year=100), Transit(crossings=("Sarakhs", "Incheh Borun"), max_dwell_time_h=6))
    union = union.model_copy(update={"provisions": (*union.provisions, *more)})
    return simulate(union, world=world_of(), draws=8, seed=3)


def idle_run() -> Run:
    """A union that agrees on nothing."""
    title = {"en": "An idle union", "fa": "اتحادیهٔ بیکار"}
    return simulate(Union(title=title, members=("IRN", "KAZ")), world=world_of())
