"""What moves the answer?  The provisions of one kind alone, and the same union under other closures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from peyvand.run import ALL

if TYPE_CHECKING:
    from peyvand.run import Run
    from peyvand.trade import TradeResult

NOTICEABLE_PERCENT = 0.005
"""Half of the last digit that is printed: a smaller change of real income is not spoken of."""

KEYS = ["provisions", "deficit_rule"]
"""What names a variant."""

_CHANGES = ["real_income_change_percent", "real_income_change_musd", "final_expenditure_musd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What a reader of the headline must know about its parts.

    Parameters
    ----------
    losers : DataFrame
        Members that the tariff provisions alone make poorer, worst first: `economy`, `real_income_change_percent`.
    assumed_share : float
        Share of the members' gain that the `border_cost` provisions alone give; NaN where they do not gain together.
    """

    losers: pd.DataFrame
    assumed_share: float


def variants(run: Run) -> pd.DataFrame:
    """One row an economy and variant, the run itself first: real income with those provisions under that closure.

    `reached` says whether the equilibrium was found; where it was not, the changes are NaN. `final_expenditure_musd` is
    that of the variant's own baseline.
    """
    own = run.trade.deficit_rule
    solved = [(ALL, own, run.trade), *((v.provisions, v.deficit_rule, v.trade) for v in run.variants)]
    return pd.concat(
        [_rows(run, trade).assign(provisions=kind, deficit_rule=rule) for kind, rule, trade in solved],
        ignore_index=True,
    )[[*KEYS, "economy", "member", "reached", *_CHANGES]]


def members_together(table: pd.DataFrame) -> pd.Series[float]:
    """Real income of the members together, per cent, by (provisions, deficit_rule); see `variants`."""
    sums = table[table["member"]].groupby(KEYS, sort=False)[_CHANGES].sum(min_count=1)
    return 100 * sums["real_income_change_musd"] / sums["final_expenditure_musd"]


def doubt(table: pd.DataFrame, *, deficit_rule: str) -> Doubt:
    """What the parts of a run say against its headline; see `variants`."""
    mine = table[table["member"] & table["deficit_rule"].eq(deficit_rule)]
    tariff = mine[mine["provisions"].eq("tariff")]
    losers = tariff[tariff["real_income_change_percent"] <= -NOTICEABLE_PERCENT]
    gain = mine.groupby("provisions")["real_income_change_musd"].sum(min_count=1)
    share = gain.get("border_cost", np.nan) / gain[ALL] if gain[ALL] > 0 else np.nan
    return Doubt(losers=losers.sort_values("real_income_change_percent"), assumed_share=float(share))


def _rows(run: Run, trade: TradeResult | None) -> pd.DataFrame:
    economies = run.trade.baseline.economies
    changes: dict[str, object] = dict.fromkeys(_CHANGES, np.nan)
    if trade is not None:
        changes = {
            "real_income_change_percent": 100 * (trade.data["welfare_hat"].values - 1),
            "real_income_change_musd": trade.data["real_income_change_musd"].values,
            "final_expenditure_musd": trade.baseline["final_expenditure"].values,
        }
    return pd.DataFrame(
        {
            "economy": economies,
            "member": np.isin(economies, run.effect.members),
            "reached": trade is not None,
            **changes,
        }
    )
