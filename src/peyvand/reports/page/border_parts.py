"""The section on what the members' borders are made of: a bar a pair, cut by cause, and the figures beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from peyvand.reports.rows import Row
from peyvand.reports.voice import Voice

_UNION = "union"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairParts:
    """One border.

    Parameters
    ----------
    pair : (str, str)
    whole : float
        Log points ×100.
    parts : tuple of dict
        `name`, `log_points` (×100), its interval `low` and `high`, and `width` in per cent of the longest bar, 0 for
        what makes the border thinner.
    agreement : Markup
        What binds the two, in words.
    sanctioned : bool
    """

    pair: tuple[str, str]
    whole: float
    parts: tuple[Row, ...]
    agreement: Markup | str
    sanctioned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderParts:
    """Ready to be placed: the causes in their order, and the borders, the thickest first."""

    names: tuple[str, ...]
    rows: tuple[PairParts, ...]

    @property
    def sanctions(self) -> bool:
        return any(row.sanctioned for row in self.rows)


def border_parts_view(tables: Mapping[str, pd.DataFrame], *, voice: Voice) -> BorderParts | None:
    """None where no border between members is recorded, or nothing but its tariff is explained."""
    table = tables.get("causes")
    if table is None:
        return None
    table = table[table["part"] != _UNION]
    names = tuple(table["part"].unique())
    if len(names) < 3:
        return None
    longest = table["part_log_points"].clip(lower=0.0).groupby([table["economy"], table["partner"]]).sum().max()
    groups = table.groupby(["economy", "partner"], sort=False)
    rows = [_pair(group, 100 / (longest or 1.0), voice) for _, group in groups]
    return BorderParts(names=names, rows=tuple(sorted(rows, key=lambda row: -row.whole)))


def _pair(group: pd.DataFrame, scale: float, voice: Voice) -> PairParts:
    first = group.iloc[0]
    parts = tuple(
        {
            "name": str(name),
            "log_points": 100 * float(middle),
            "low": 100 * float(low),
            "high": 100 * float(high),
            "width": scale * max(float(middle), 0.0),
        }
        for name, middle, low, high in zip(
            group["part"], group["part_log_points"], group["part_low_log_points"], group["part_high_log_points"],
            strict=True,
        )
    )  # fmt: skip
    kind = str(first["agreement_kind"])
    words = voice.word(f"agreement_kinds.{kind}") if kind else ""
    if first["agreement_status"] not in ("", "reported"):
        words = Markup("{} ({})").format(words, voice.word(f"status.{first['agreement_status']}"))
    return PairParts(
        pair=(str(first["economy"]), str(first["partner"])),
        whole=100 * float(group["part_log_points"].sum()),
        parts=parts,
        agreement=words,
        sanctioned=bool(first["sanctioned"]),
    )
