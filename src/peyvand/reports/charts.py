"""Bars and heat: where each bar begins, how long it is and what tone it has. The template draws them as plain boxes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

_HEAT_TOP = 0.9  # quantile of absolute change that has the full colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; `left`, `width` and the ends of its interval, if it has one, in per cent of the track."""

    code: str
    value: float
    left: float
    width: float
    tone: str
    ends: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Bars under one heading."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Groups of bars on one scale; `zero` is where the zero line stands, in per cent of the track."""

    zero: float
    decimals: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure of a heat table with its tone and the weight (0 to 1) of its colour."""

    value: float
    tone: str
    weight: float


def bars(
    table: pd.DataFrame,
    *,
    value: str,
    decimals: int,
    groups: Iterable[tuple[str, pd.Series[bool]]],
    ends: tuple[str, str] | None = None,
) -> Bars:
    """Bars of one column, largest first, on one scale.

    Parameters
    ----------
    table : DataFrame
        With `economy` and the column `value`.
    value : str
    decimals : int
        As printed; what rounds to zero has no tone.
    groups : iterable of (label, mask)
    ends : (str, str), optional
        Columns with the low and high end of each bar's interval; those that the table lacks are not drawn.
    """
    drawn = ends if ends and ends[0] in table else None
    chosen = [(label, table[mask].sort_values(value, ascending=False)) for label, mask in groups]
    every = np.concatenate([rows[[value, *(drawn or ())]].to_numpy().ravel() for _, rows in chosen] or [np.zeros(1)])
    every = every[np.isfinite(every)]
    low, high = min(0.0, every.min(initial=0.0)), max(0.0, every.max(initial=0.0))
    span = (high - low) or 1.0
    zero = -100 * low / span
    return Bars(
        zero=zero,
        decimals=decimals,
        groups=tuple(
            Group(
                label=label,
                bars=tuple(
                    _bar(row["economy"], row[value], decimals, zero, span, [row[end] for end in drawn or ()])
                    for row in rows.to_dict("records")
                ),
            )
            for label, rows in chosen
            if len(rows)
        ),
    )


def heat(values: np.ndarray) -> list[list[Cell]]:
    """Cells of a table of changes, coloured on one scale."""
    known = np.abs(values[np.isfinite(values)])
    top = float(np.quantile(known, _HEAT_TOP)) if known.size else 0.0
    return [
        [
            Cell(value=float(x), tone=tone(x), weight=min(1.0, abs(x) / top) if top > 0 and np.isfinite(x) else 0.0)
            for x in row
        ]
        for row in values
    ]


def tone(value: float) -> str:
    """`gain`, `loss` or nothing."""
    return "gain" if value > 0 else "loss" if value < 0 else ""


def _bar(code: str, value: float, decimals: int, zero: float, span: float, ends: list[float]) -> Bar:
    width = 100 * abs(value) / span
    low, high = (zero + 100 * end / span for end in ends) if ends and np.isfinite(ends).all() else (0.0, 0.0)
    return Bar(
        code=code,
        value=value,
        left=zero - width if value < 0 else zero,
        width=width,
        tone=tone(round(value, decimals)),
        ends=(low, high) if high > low else None,
    )
