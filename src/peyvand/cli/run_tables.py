"""The tables that `peyvand run --show` can print beside that of real income: members only, the report's own columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from peyvand.cli.terminal import new_table
from peyvand.locale import Language, number

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

VIEWS: Mapping[str, tuple[str, tuple[str, ...], int]] = {
    "ladder": (
        "ladder",
        tuple(
            f"{side}_{rung}_percent"
            for side in ("exports", "trade_with_members")
            for rung in ("partial", "conditional", "full")
        ),
        1,
    ),
    "sources": (
        "economies",
        (
            "terms_of_trade_percent", "volume_of_trade_percent", "trade_costs_saved_percent", "first_order_percent",
            "remainder_percent", "real_income_change_percent",
        ),
        2,
    ),
    "trade": (
        "creation",
        (
            "from_members_change_musd", "trade_creation_musd", "trade_diversion_musd", "from_outsiders_change_musd",
            "at_home_change_musd",
        ),
        0,
    ),
}  # fmt: skip
"""By name: the table of the report, its columns and their decimals. Rows of one economy are added up."""


def view(name: str, tables: Mapping[str, pd.DataFrame], *, title: str, language: Language) -> Table:
    """One of `VIEWS`, a row a member, in the order of real income."""

    from peyvand.reports.columns import heading

    source, columns, decimals = VIEWS[name]
    economies = tables["economies"].sort_values("real_income_change_percent", ascending=False)
    figures = tables[source].groupby("economy")[list(columns)].sum(min_count=1)
    shown = new_table(title)
    shown.add_column(heading("economy", language), no_wrap=True)
    for column in columns:
        shown.add_column(heading(column, language), justify="right", overflow="fold")
    for code, label in economies.loc[economies["member"], ["economy", f"name_{language}"]].itertuples(index=False):
        cells = (number(figures.loc[code, column], language, decimals=decimals, sign=True) for column in columns)
        shown.add_row(label, *cells)
    return shown
