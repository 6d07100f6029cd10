"""What does a table of visa rules look like?  A small SVG: origins in rows, destinations in columns."""

from __future__ import annotations

from html import escape

import pandas as pd

from peyvand.locale import DIRECTION, Language, text
from peyvand.sources.passport_index import REGIMES

COLOURS = {
    "closed": "#2b2b2b", "no_admission": "#5b1a1a", "required": "#b2473e", "special_permit": "#c9705b",
    "e_visa": "#e3a857", "e_visa_or_on_arrival": "#ead08a", "on_arrival": "#c9d28f", "eta_or_e_visa": "#b5cf9f",
    "eta": "#7fb89a", "free": "#2f7f79",
}  # fmt: skip
CELL, LABEL, HEAD, LEGEND_ROW = 26, 150, 90, 22
LEAST_WIDTH = 520
"""So that the title fits above a small table."""


def heatmap(
    regimes: pd.DataFrame, *, title: str, language: Language = "en", names: dict[str, str] | None = None
) -> str:
    """The picture of a matrix of `openness.matrix`, each cell with its words as a tooltip."""
    named = names or {}
    codes = list(regimes.index)
    shown = [regime for regime in REGIMES if (regimes == regime).any(axis=None)]
    width = max(LEAST_WIDTH, LABEL + CELL * len(codes) + 20)
    height = HEAD + CELL * len(codes) + 20 + LEGEND_ROW * len(shown)
    edge = 8 if DIRECTION[language] == "ltr" else width - 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="Vazirmatn, system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<text x="{edge}" y="18" font-size="11" direction="{DIRECTION[language]}">{escape(title)}</text>',
    ]
    for at, code in enumerate(codes):
        middle = HEAD + CELL * at + CELL * 0.68
        parts.append(f'<text x="{LABEL - 8}" y="{middle:.1f}" text-anchor="end">{escape(named.get(code, code))}</text>')
        parts.append(
            f'<text transform="translate({LABEL + CELL * at + CELL * 0.65:.1f},{HEAD - 8}) rotate(-60)">{code}</text>'
        )
        for other, destination in enumerate(codes):
            parts.append(_cell(str(regimes.loc[code, destination]), code, destination, other, at, language))
    for at, regime in enumerate(shown):
        y = HEAD + CELL * len(codes) + 16 + LEGEND_ROW * at
        parts.append(f'<rect x="{LABEL}" y="{y}" width="14" height="14" fill="{COLOURS[regime]}"/>')
        parts.append(
            f'<text x="{LABEL + 22}" y="{y + 12}">{escape(text(f"mobility.regime.{regime}", language))}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _cell(regime: str, origin: str, destination: str, column: int, row: int, language: Language) -> str:
    place = f'x="{LABEL + CELL * column}" y="{HEAD + CELL * row}" width="{CELL - 2}" height="{CELL - 2}" rx="3"'
    if not regime:
        return f'<rect {place} fill="none"/>'
    words = escape(f"{origin} → {destination}: {text(f'mobility.regime.{regime}', language)}")
    return f'<rect {place} fill="{COLOURS[regime]}"><title>{words}</title></rect>'
