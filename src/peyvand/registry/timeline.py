"""How far has a text come with each of its parties? A picture: one lane a party, time from left to right.

Full dots are dated steps, hollow ones are known but undated and stand between their neighbours. Gregorian years run
along the top, Jalali years along the bottom. Text is left to the browser to shape, so Persian is never reversed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

import jdatetime

from peyvand.locale import DIRECTION, Language, localise_digits, text
from peyvand.registry.dates import first_day, show_date
from peyvand.registry.models import Agreement, Party, Signatory, Step
from peyvand.registry.store import Registry

_WIDTH, _LEFT, _RIGHT, _LANE, _TOP = 1000, 150, 40, 96, 70
_LEVELS, _LABEL = 3, 120
_STYLE = (
    "text{font:12px system-ui,Vazirmatn,sans-serif;fill:#222}.year{fill:#777;font-size:11px}.title{font-size:16px;"
    "font-weight:600}.lane{stroke:#ddd}.way{stroke:#2b6cb0;stroke-width:3}.done{fill:#2b6cb0}"
    ".undated{fill:#fff;stroke:#2b6cb0;stroke-width:2}.returned,.rejected{fill:#c05621}.stem{stroke:#bbb}"
)


@dataclass(frozen=True, slots=True)
class _Mark:
    x: float
    step: Step


def draw_timeline(registry: Registry, code: str, *, language: Language = "en") -> str:
    """The way of one agreement as an SVG picture.

    Raises
    ------
    UnknownRowError
        If there is no such agreement.
    """
    agreement = registry.get(Agreement, code)
    parties = registry.rows(Signatory, agreement=code)
    steps = {row.party: registry.rows(Step, agreement=code, party=row.party) for row in parties}
    begin, end = _span(agreement, [step for rows in steps.values() for step in rows])
    lanes = [
        _lane(registry, row.party, steps[row.party], place, begin, end, language) for place, row in enumerate(parties)
    ]
    height = _TOP + _LANE * len(parties) + 40
    title = text("registry.title.timeline", language, title=getattr(agreement, f"title_{language}"))
    head = f'<text class="title" x="{_WIDTH / 2}" y="26" text-anchor="middle">{escape(title)}</text>'
    body = "".join([head, _years(begin, end, height), *lanes])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'direction="{DIRECTION[language]}" lang="{language}"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style>{body}</svg>\n"
    )


def _span(agreement: Agreement, steps: list[Step]) -> tuple[date, date]:
    """The first and last day of the picture: dated steps and the agreement's own days, with half a year around."""
    written = [step.done_on for step in steps] + [agreement.signed_on, agreement.in_force_on, agreement.ended_on]
    days = [first_day(day) for day in written if day] or [date.today()]
    return min(days) - timedelta(days=183), max(days) + timedelta(days=183)


def _x(day: date, begin: date, end: date) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (day - begin).days / (end - begin).days


def _lane(
    registry: Registry, party: str, steps: list[Step], place: int, begin: date, end: date, language: Language
) -> str:
    y = _TOP + _LANE * place + 24
    name = escape(getattr(registry.get(Party, party), f"name_{language}"))
    marks = _marks(sorted(steps, key=lambda step: step.number), begin, end)
    parts = [
        f'<line class="lane" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>',
        f'<text x="{_LEFT - 14}" y="{y + 4}" text-anchor="{"start" if language == "fa" else "end"}">{name}</text>',
    ]
    if marks:
        parts.append(f'<line class="way" x1="{marks[0].x:.1f}" x2="{marks[-1].x:.1f}" y1="{y}" y2="{y}"/>')
    ends = [0.0] * _LEVELS
    for mark in marks:
        level = min(range(_LEVELS), key=lambda row: (ends[row] > mark.x - _LABEL / 2, ends[row]))
        ends[level] = mark.x + _LABEL / 2
        parts.append(_dot(mark, y, y + 20 + 20 * level, language))
    return "".join(parts)


def _marks(steps: list[Step], begin: date, end: date) -> list[_Mark]:
    """Where each step stands; an undated one lies evenly between its dated neighbours."""
    known = [_x(first_day(step.done_on), begin, end) if step.done_on else None for step in steps]
    placed = []
    for at, step in enumerate(steps):
        before = next((place for place in range(at, -1, -1) if known[place] is not None), None)
        after = next((place for place in range(at, len(steps)) if known[place] is not None), None)
        low = known[before] if before is not None else _LEFT
        high = known[after] if after is not None else _WIDTH - _RIGHT
        first, last = before if before is not None else -1, after if after is not None else len(steps)
        share = (at - first) / (last - first) if last > first else 0.0
        placed.append(_Mark((low or 0.0) + ((high or 0.0) - (low or 0.0)) * share, step))
    return placed


def _dot(mark: _Mark, y: float, label_y: float, language: Language) -> str:
    step = mark.step
    kind = step.outcome if step.outcome != "done" else "done" if step.done_on else "undated"
    words = f"{text(f'registry.step.{step.step}', language)} · {show_date(step.done_on, language)}"
    return (
        f'<line class="stem" x1="{mark.x:.1f}" x2="{mark.x:.1f}" y1="{y}" y2="{label_y - 10}"/>'
        f'<circle class="{kind}" cx="{mark.x:.1f}" cy="{y}" r="6"><title>{escape(words)}</title></circle>'
        f'<text x="{mark.x:.1f}" y="{label_y}" text-anchor="middle" font-size="11">{escape(words)}</text>'
    )


def _years(begin: date, end: date, height: float) -> str:
    """Gregorian years at the top, Jalali years at the bottom, each at its own new year's day."""
    every = 1 + (end.year - begin.year) // 12
    marks: list[tuple[date, str, float]] = [
        (date(year, 1, 1), str(year), _TOP - 14) for year in range(begin.year, end.year + 2)
    ]
    first = jdatetime.date.fromgregorian(date=begin).year
    marks += [
        (jdatetime.date(year, 1, 1).togregorian(), localise_digits(str(year), "fa"), height - 14)
        for year in range(first, first + end.year - begin.year + 2)
    ]
    return "".join(
        f'<text class="year" x="{_x(day, begin, end):.1f}" y="{y}" text-anchor="middle">{label}</text>'
        for day, label, y in marks
        if begin <= day <= end and day.year % every == 0
    )
