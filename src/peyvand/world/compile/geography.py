"""How far and how near are two economies?  Distances and ties of the World's pairs, blocs by their members."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from peyvand.world.balance import Array
from peyvand.world.compile import facts
from peyvand.world.compile.concordance import GOODS, Economy
from peyvand.world.compile.inputs import Inputs

LN_DISTANCE, CONTIGUITY, LANGUAGE = -1.14, 0.52, 0.33
"""Medians of structural gravity estimates, Head and Mayer (2014), Handbook of International Economics 4, table 3.4."""


@dataclass(frozen=True, slots=True)
class Geography:
    """Distance in km, land borders and common official languages (yes/no) of pairs, in the World's order."""

    distance_km: Array
    contiguous: Array
    common_language: Array

    def ease(self) -> Array:
        """exp of the gravity index of each pair."""
        index = LN_DISTANCE * np.log(self.distance_km) + CONTIGUITY * self.contiguous + LANGUAGE * self.common_language
        return np.asarray(np.exp(index))


def geography(inputs: Inputs, economies: tuple[Economy, ...]) -> Geography:
    """Distances and ties, CEPII GeoDist, weighted by population inside blocs."""
    people = population(inputs)
    held = facts.members_with_data(economies, people)
    pairs = inputs.distances
    square: dict[str, Any] = {
        name: pairs.pivot(index="exporter", columns="importer", values=name).astype(float)
        for name in ("distance_km", "contiguous", "common_language")
    }
    return Geography(
        distance_km=facts.weighted_distance_km(square["distance_km"], people, held).round(1),
        contiguous=facts.shared(square["contiguous"], people, held, least=0.0),
        common_language=facts.shared(square["common_language"], people, held, least=0.5),
    )


def ties(codes: list[str]) -> Array:
    """What `ties.csv` knows of pairs and goods beside distance, as factors (exporter, importer, sector and services).

    A row `only` multiplies all importers but those named (a pipeline's other end), a row `near` those named.
    """
    found = np.ones((len(codes), len(codes), len(GOODS) + 1))
    with files(__package__).joinpath("ties.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        named = np.array([code in row["importers"].split() for code in codes])
        touched = ~named if row["rule"] == "only" else named
        for exporter in set(row["exporter"].split()) & set(codes):
            found[codes.index(exporter), touched, GOODS.index(row["sector"])] *= float(row["factor"])
    return found


def population(inputs: Inputs) -> pd.Series:
    """Persons by economy: World Bank, with Taiwan."""
    taiwan = pd.Series({"TWN": float(facts.TAIWAN_POPULATION)})
    people: pd.Series = pd.concat([inputs.population, taiwan])
    return people
