"""The table of what the answer hangs on: a column a variant, a row a member, and all members together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from peyvand.reports.variants import KEYS, members_together
from peyvand.reports.voice import Voice
from peyvand.run import ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantTable:
    """Ready to be placed: `rows` hold a name and a figure for each of `headings`; `missing` names what failed."""

    headings: tuple[Markup, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]
    missing: tuple[Markup, ...]


def variant_table(table: pd.DataFrame, *, members: Iterable[str], voice: Voice) -> VariantTable:
    """Real income by variant, per cent.

    Parameters
    ----------
    table : DataFrame
        As `peyvand.reports.variants.variants` gives it.
    members : iterable of str
        In the order of the rows.
    voice : Voice
    """
    keys = list(table[KEYS].itertuples(index=False, name=None))
    reached = dict(zip(keys, table["reached"], strict=True))
    found = [key for key, there in reached.items() if there]
    wide = table.pivot(index="economy", columns=KEYS, values="real_income_change_percent")
    together = members_together(table)
    rows = [(voice.name(code), tuple(float(wide.loc[code, key]) for key in found)) for code in members]
    rows.append((voice.t("variants.together"), tuple(float(together[key]) for key in found)))
    return VariantTable(
        headings=tuple(_name(key, voice) for key in found),
        rows=tuple(rows),
        missing=tuple(_name(key, voice) for key, there in reached.items() if not there),
    )


def _name(key: tuple[str, str], voice: Voice) -> Markup:
    kind, rule = key
    if kind != ALL:
        return Markup(voice.word(f"report.variants.alone.{kind}", kind))
    return voice.commas([voice.t("variants.all"), voice.t(f"closure_name.{rule}")])
