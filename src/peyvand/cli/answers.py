"""How does an answer leave a command?  Plain types for JSON, a table on a terminal, files in a folder."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def plain(value: Any) -> Any:
    """What JSON can hold, at any depth: days as text, null for a number that does not exist.

    Examples
    --------
    >>> from datetime import date
    >>> plain({"day": date(2019, 5, 1), "share": (0.5, float("nan"))})
    {'day': '2019-05-01', 'share': [0.5, None]}
    """
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A dict a row, in plain types and with all the digits that JSON keeps."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return rows


def write_answer(folder: Path, table: pd.DataFrame, flows: pd.DataFrame, said: dict[str, Any]) -> None:
    """`economies.csv`, `flows.csv`, `flows.parquet` and `answer.json` in a folder."""
    from peyvand.errors import unwritable

    try:
        folder.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / "economies.csv", index=False)
        flows.to_csv(folder / "flows.csv", index=False)
        flows.to_parquet(folder / "flows.parquet", index=False)
        (folder / "answer.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(folder, error, say=", with --out") from error
