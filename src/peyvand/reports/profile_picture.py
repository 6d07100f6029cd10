"""One picture of a pair: every measure on its line, from the farthest pair of the region to the nearest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from peyvand.locale import DIRECTION, Language, number, text
from peyvand.reports.profile import GROUPS, Measure, Profile

WIDTH, ROW, GROUP, HEAD, FOOT = 760, 30, 34, 84, 40
LABEL, TRACK = 214, 300
"""Width of the words before the line, and of the line."""
FIRST, SECOND, BOTH, PALE, INK, SOFT = "#0b6b74", "#b8461b", "#3a3f4a", "#d9d4c7", "#22262e", "#6b6f78"
DECIMALS = {"percent": 0, "musd": 0, "hours": 0, "usd_per_t": 0, "persons": 0, "count": 0}


def profile_picture(profile: Profile, *, language: Language = "en", names: Mapping[str, str] | None = None) -> str:
    """The picture as SVG; Persian runs from right to left, and nearer is always towards the end of the line.

    Parameters
    ----------
    profile : Profile
    language : {"en", "fa"}
    names : mapping, optional
        Names of economies by code.
    """
    shown = tuple((names or {}).get(code, code) for code in profile.pair)
    paper = _Paper(language=language, names=shown)
    title = text("mobility.profile.title", language, first=shown[0], second=shown[1])
    parts = [paper.words(0, 24, title, size=17, weight=650), *paper.legend(48)]
    y = HEAD
    for group in GROUPS:
        mine = [measure for measure in profile.measures if measure.group == group]
        if not mine:
            continue
        parts.append(paper.words(0, y, text(f"mobility.profile.group.{group}", language), size=14, weight=650))
        y += ROW - 6
        for measure in mine:
            parts += paper.measure(y, measure)
            y += ROW
        y += GROUP - ROW
    parts.append(paper.words(0, y + 4, text("mobility.profile.foot", language), size=11, colour=SOFT))
    height = y + FOOT - 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'role="img" class="profile" '
        f'font-family="Vazirmatn, system-ui, sans-serif" direction="{DIRECTION[language]}">'
        f"<title>{escape(title)}</title>"
        f'<rect width="{WIDTH}" height="{height}" fill="#fdfcf8"/>' + "".join(parts) + "</svg>\n"
    )


def said(measure: Measure, value: float, language: Language) -> str:
    """A value with its unit, or a dash."""
    if not math.isfinite(value):
        return "–"
    shown = number(value, language, decimals=DECIMALS[measure.unit])
    return text(f"mobility.profile.unit.{measure.unit}", language, value=shown)


class _Paper:
    """Where things stand; x runs from the reading side."""

    def __init__(self, *, language: Language, names: tuple[str, ...]) -> None:
        self.language, self.names, self.rtl = language, names, DIRECTION[language] == "rtl"

    def x(self, at: float) -> float:
        return WIDTH - 16 - at if self.rtl else 16 + at

    def words(self, at: float, y: float, words: str, *, size: int = 13, weight: int = 400, colour: str = INK) -> str:
        """Words that begin at the reading side."""
        return (
            f'<text x="{self.x(at):.0f}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
            f'text-anchor="start">{escape(words)}</text>'
        )

    def legend(self, y: int) -> list[str]:
        first, second = self.names
        ways = ((FIRST, (first, second)), (SECOND, (second, first)))
        parts, at = [], 0.0
        for colour, (origin, destination) in ways:
            parts.append(f'<circle cx="{self.x(at + 5):.0f}" cy="{y - 4}" r="5" fill="{colour}"/>')
            words = text("mobility.profile.way", self.language, origin=origin, destination=destination)
            parts.append(self.words(at + 16, y, words, size=12, colour=SOFT))
            at += 40 + 8 * len(words)
        parts.append(f'<circle cx="{self.x(at + 5):.0f}" cy="{y - 4}" r="5" fill="{BOTH}"/>')
        return [*parts, self.words(at + 16, y, text("mobility.profile.both", self.language), size=12, colour=SOFT)]

    def measure(self, y: float, measure: Measure) -> list[str]:
        """Its name, its line with a dot a direction, its values."""
        label = text(f"mobility.profile.measure.{measure.name}", self.language)
        start, end = self.x(LABEL), self.x(LABEL + TRACK)
        parts = [self.words(0, y + 4, label)]
        known = [place for place in measure.places if math.isfinite(place)]
        if known:
            middle = (start + end) / 2
            parts.append(f'<line x1="{start}" x2="{end}" y1="{y}" y2="{y}" stroke="{PALE}" stroke-width="6"/>')
            parts.append(f'<line x1="{middle}" x2="{middle}" y1="{y - 7}" y2="{y + 7}" stroke="{SOFT}"/>')
        colours = (FIRST, SECOND) if len(measure.values) > 1 else (BOTH,)
        for place, colour, lift in zip(measure.places, colours, (-2.5, 2.5), strict=False):
            if math.isfinite(place):
                rise = lift if len(known) > 1 else 0.0
                at = start + place * (end - start)
                parts.append(f'<circle cx="{at:.1f}" cy="{y + rise:.1f}" r="6" fill="{colour}" stroke="#fdfcf8"/>')
        step = (WIDTH - 32 - LABEL - TRACK - 16) / 2
        for index, (value, colour) in enumerate(zip(measure.values, colours, strict=False)):
            shown = said(measure, value, self.language)
            parts.append(self.words(LABEL + TRACK + 16 + index * step, y + 4, shown, size=12, colour=colour))
        return parts
