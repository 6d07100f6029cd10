"""What are the members' borders made of?  Every part of every pair's thickness, before and after, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from peyvand.world.summary import agreement_between

if TYPE_CHECKING:
    from peyvand.run import Run


def border_parts(run: Run) -> pd.DataFrame | None:
    """One row a pair of members and part: economy, partner, part, and log points with their 95 % interval.

    `part_counterfactual_log_points` is the part in the union. `agreement_kind` and `agreement_status` say what binds
    the pair in the base year (empty where the World does not know), `sanctioned` whether the unexplained part holds
    sanctions. Pairs without recorded trade have no rows; None where that is all of them.
    """
    before, after = run.thickness, run.thickness_after
    sums = after["pair_thickness_part"]
    rows = []
    members = [code for code in before.economies if code in run.effect.members]
    for at, economy in enumerate(members):
        for partner in members[at + 1 :]:
            cell = {"exporter": economy, "importer": partner}
            if before.total(economy, partner) != before.total(economy, partner):
                continue
            bound = agreement_between(run.world, economy, partner)
            for part in after.components:
                known = part in before.components
                middle, low, high = before.part_interval(economy, partner, part) if known else (0.0, 0.0, 0.0)
                rows.append(
                    {
                        "economy": economy,
                        "partner": partner,
                        "part": part,
                        "part_log_points": middle,
                        "part_low_log_points": low,
                        "part_high_log_points": high,
                        "part_counterfactual_log_points": float(sums.sel(cell).sel(component=part)),
                        "agreement_kind": bound.kind if bound else "",
                        "agreement_status": bound.status if bound else "",
                        "sanctioned": bool(before["sanctioned_pair"].sel(cell)),
                    }
                )
    return pd.DataFrame(rows) if rows else None
