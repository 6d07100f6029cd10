"""How open is each border to people?  By direction: the rule, its openness, who crosses, stays and studies."""

from __future__ import annotations

import pandas as pd

from peyvand.mobility.baseline import FLOWS
from peyvand.mobility.openness import OPENNESS
from peyvand.mobility.people import People


def openness_to_people(people: People) -> pd.DataFrame:
    """Every ordered pair of members with visa rules.

    Returns
    -------
    DataFrame
        origin, destination, rule, rule_in_union; openness_share, openness_counterfactual_share (UNWTO's weights, 0 to
        1); then today's people by flow, NaN where not known.
    """
    known = people.pairs.pivot(index=["origin", "destination"], columns="flow", values="persons")
    known = known.reindex(columns=list(FLOWS)).rename_axis(columns=None)
    shown = people.rules.assign(
        openness_share=people.rules["rule"].map(OPENNESS).fillna(0.0),
        openness_counterfactual_share=people.rules["rule_in_union"].map(OPENNESS).fillna(0.0),
    )
    return shown.join(known, on=["origin", "destination"])


def closedness(people: People) -> dict[frozenset[str], tuple[float, float]]:
    """By pair 1 − the mean openness of its two directions, today and in the union."""
    table = openness_to_people(people)
    pair = [frozenset(ends) for ends in zip(table["origin"], table["destination"], strict=True)]
    mean = table.groupby(pair)[["openness_share", "openness_counterfactual_share"]].mean()
    return {ends: (1 - float(today), 1 - float(union)) for ends, today, union in mean.itertuples()}
