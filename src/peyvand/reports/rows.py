"""Rows of a table as dictionaries, for templates."""

from __future__ import annotations

from typing import Any

import pandas as pd

Row = dict[str, Any]


def records(table: pd.DataFrame) -> list[Row]:
    """A dictionary a row, by column name."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
