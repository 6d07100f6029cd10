"""Which pacts and agreements do some economies share?  Two tables, and a picture of who stands how in which pact.

Facts come from the register that a run stands on, on the union's day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from peyvand.locale import DIRECTION, Language, text
from peyvand.reports.rows import records
from peyvand.scenarios import Facts

if TYPE_CHECKING:
    from peyvand.run import Run

STATUSES = ("member", "suspended", "observer", "associate", "partner", "dialogue_partner")
CELL, LEGEND = 34, 24
LETTER: dict[Language, float] = {"en": 7.2, "fa": 6.0}
"""Width of a letter, on average."""
_LONGEST = 44
_INK = {
    "member": 'fill="#2f7f79"',
    "observer": 'fill="none" stroke="#2f7f79" stroke-width="2.5"',
    "suspended": 'fill="none" stroke="#b2473e" stroke-width="3"',
}
_DOT = 'fill="#2f7f79" opacity="0.6"'


def standings(run: Run) -> pd.DataFrame:
    """A row for every member of the union in every pact that it stands in: `economy`, `pact`, `standing`, `since`."""
    return standings_of(run.effect.facts, run.effect.members, run.effect.day)


def agreements_in_force(run: Run) -> pd.DataFrame:
    """Trade agreements that bind members of the union to one another on its day, with the pairs and the source."""
    members, day = set(run.effect.members), run.effect.day
    rows = []
    for agreement in run.effect.facts.in_force(day):
        pairs = sorted("–".join(sorted(pair)) for pair in agreement.pairs_on(day) if pair <= members)
        if pairs:
            title = {f"title_{language}": agreement.words(language) for language in ("en", "fa")}
            rows.append(
                {"agreement": agreement.name, **title, "kind": agreement.kind, "pairs": " ".join(pairs)}
                | {"source": agreement.source}
            )
    return pd.DataFrame(rows, columns=["agreement", "title_en", "title_fa", "kind", "pairs", "source"])


def standings_of(facts: Facts, economies: Sequence[str], day: date) -> pd.DataFrame:
    """Who of some economies stands how in which pact on a day, and since when as published, by pact."""
    held = [one for one in facts.standings_on(day) if one.party in economies]
    rows = [(one.party, one.pact, one.status, one.written) for one in held]
    table = pd.DataFrame(rows, columns=["economy", "pact", "standing", "since"])
    return table.sort_values(["pact", "economy"], ignore_index=True)


def overlap_picture(
    facts: Facts, economies: Sequence[str], day: date, *, names: Mapping[str, str], language: Language
) -> str:
    """Pacts in rows, economies in columns, a mark for each standing: an SVG that reads from the reader's side.

    Parameters
    ----------
    names : mapping
        Of the economies, in the reader's language.
    """
    table = standings_of(facts, economies, day)
    pacts = sorted(table["pact"].unique(), key=lambda pact: -int((table["pact"] == pact).sum()))
    said = {pact: _short(facts.pacts.get(pact, (pact, pact)), pact, language) for pact in pacts}
    label = int(max((len(words) for words in said.values()), default=4) * LETTER[language]) + 16
    shown = [status for status in STATUSES if (table["standing"] == status).any()]
    lean = int(max((len(names.get(code, code)) for code in economies), default=3) * LETTER[language] * 0.7)
    width, top = label + CELL * len(economies) + lean, lean + 40
    bottom = top + CELL * len(pacts)
    height = bottom + 16 + LEGEND * len(shown)
    place = _Places(width, label, language)
    standing = {(row["pact"], row["economy"]): str(row["standing"]) for row in records(table)}
    parts = [_head(names.get(code, code), place.column(at), top, place.turn) for at, code in enumerate(economies)]
    for line, pact in enumerate(pacts):
        y = top + CELL * line
        parts.append(f'<path d="M0 {y}H{width}" stroke="currentColor" opacity="0.15"/>')
        parts.append(place.words(said[pact], 6, y + CELL * 0.64))
        for at, code in enumerate(economies):
            status = standing.get((pact, code))
            if status:
                words = f"{names.get(code, code)}, {said[pact]}: {text(f'registry.status.{status}', language)}"
                parts.append(_mark(status, place.column(at), y + CELL / 2, words))
    for line, status in enumerate(shown):
        y = bottom + 20 + LEGEND * line
        parts.append(_mark(status, place.at(16), y, ""))
        parts.append(place.words(text(f"registry.status.{status}", language), 36, y + 5))
    title = escape(text("registry.title.overlap", language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="overlap" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" direction="{DIRECTION[language]}" lang="{language}" fill="currentColor" '
        f'font-family="Vazirmatn, system-ui, sans-serif" font-size="13"><title>{title}</title>{"".join(parts)}</svg>\n'
    )


class _Places:
    """Where things stand: from the left in English, from the right in Persian."""

    def __init__(self, width: int, label: int, language: Language) -> None:
        self.width, self.label, self.rtl = width, label, DIRECTION[language] == "rtl"
        self.turn = 50 if self.rtl else -50

    def at(self, x: float) -> float:
        return self.width - x if self.rtl else x

    def column(self, at: int) -> float:
        """The middle of a column."""
        return self.at(self.label + CELL * at + CELL / 2)

    def words(self, words: str, x: float, y: float) -> str:
        return f'<text x="{self.at(x):.1f}" y="{y:.1f}">{escape(words)}</text>'


def _head(words: str, x: float, y: float, turn: int) -> str:
    return f'<text transform="translate({x:.1f},{y - 8}) rotate({turn})">{escape(words)}</text>'


def _mark(status: str, x: float, y: float, words: str) -> str:
    """Full square: member; open square: observer; dot: a looser tie, small for a partner in talks; cross: suspended."""
    title = f"<title>{escape(words)}</title>" if words else ""
    if status in ("member", "observer"):
        half = CELL * 0.3
        box = f'x="{x - half:.1f}" y="{y - half:.1f}" width="{2 * half:.1f}" height="{2 * half:.1f}" rx="4"'
        return f"<rect {_INK[status]} {box}>{title}</rect>"
    if status == "suspended":
        return f'<path {_INK[status]} d="M{x - 7:.1f} {y - 7:.1f}l14 14m0-14l-14 14">{title}</path>'
    return f'<circle {_DOT} cx="{x:.1f}" cy="{y:.1f}" r="{4 if status == "dialogue_partner" else 7}">{title}</circle>'


def _short(name: tuple[str, str], code: str, language: Language) -> str:
    """A pact's name, or its code where the name is too long for a row; beside an English name the code."""
    words = name[("en", "fa").index(language)]
    if language == "fa":
        return words
    return code if len(words) > _LONGEST or words == code else f"{words} ({code})"
