"""What would this union do to the borders? Said and drawn before anything is solved."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from peyvand.locale import Language
from peyvand.reports.borders import movable_part
from peyvand.scenarios import Union, explain, explain_caution
from peyvand.web.pictures import world_map
from peyvand.web.runs import effect_of
from peyvand.web.site import Site

LEAST_CHANGE = 1e-9
"""Log points: what moves less is rounding, not the union."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A union in words, and its borders on the map.

    Parameters
    ----------
    says, warnings : list of str
        Sentences.
    borders : dict
        By pair (`IRN-KAZ`), the weights of `WorldMap` in the union: of the movable part and of the whole border.
    cuts_percent : list of dict
        Implied ad valorem cuts by pair.
    """

    says: list[str]
    warnings: list[str]
    borders: dict[str, tuple[float, float]]
    cuts_percent: list[dict[str, str | float]]


def preview(union: Union, site: Site, language: Language) -> Preview:
    """A union set into the server's World, without an equilibrium and without routes.

    Raises
    ------
    ScenarioError, DataError
        If it is not clear.
    """
    today = site.today
    effect = effect_of(union, world=today.world, registry=site.registry, borders=today.borders)
    after = today.borders.after(today.world, effect.shock(), agreement_hat=effect.agreement_hat())
    change = np.nan_to_num((after["pair_thickness"] - today.borders["pair_thickness"]).values)
    movable, whole = movable_part(today.borders), today.borders["pair_thickness"].values
    place = {code: at for at, code in enumerate(today.codes)}
    drawn = world_map(today)
    borders = {}
    for line in drawn.lines:
        at = place[line.pair[0]], place[line.pair[1]]
        if change[at] < -LEAST_CHANGE and math.isfinite(whole[at]):
            moved = max(float(movable[at] + change[at]), 0.0) / drawn.thickest_movable
            borders[line.key] = (moved, max(float(whole[at] + change[at]), 0.0) / drawn.thickest_whole)
    cuts = [
        {"exporter": row["exporter"], "importer": row["importer"], "cut_percent": float(row["total_cut_percent"])}
        for row in effect.implied_cuts().to_dict("records")
    ]
    return Preview(
        says=explain(effect, language),
        warnings=[explain_caution(caution, effect, language) for caution in effect.warnings],
        borders=borders,
        cuts_percent=cuts,
    )
