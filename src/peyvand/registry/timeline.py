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
from peyvand.registry.dates import last_day, show_date
from peyvand.registry.models import Agreement, Party, Signatory, Step
from peyvand.registry.store import Registry

_WIDTH, _LEFT, _RIGHT, _TOP = 1000, 190, 80, 70
_LETTER, _LEVEL = 6.4, 18
_STYLE = (
    "text{font:11px system-ui,Vazirmatn,sans-serif;fill:#222;paint-order:stroke;stroke:#fff;stroke-width:3px}"
    ".year{fill:#777;font-size:11px}.title{font-size:16px;"
    "font-weight:600}.lane{stroke:#ddd}.way{stroke:#2b6cb0;stroke-width:3}.done{fill:#2b6cb0}"
    ".undated{fill:#fff;stroke:#2b6cb0;stroke-width:2}.returned,.rejected{fill:#c05621}.stem{stroke:#bbb}"
)


@dataclass(frozen=True, slots=True)
class _Mark:
    x: float
    step: Step
    words: str = ""
    level: int = 0


def draw_timeline(registry: Registry, code: str, *, language: Language = "en") -> str:
    """The way of one agreement as an SVG picture.

    Raises
    ------
    UnknownRowError
        If there is no such agreement.
    """
    agreement = registry.get(Agreement, code)
    parties = registry.rows(Signatory, agreement=code)
    steps = {
        row.party: sorted(registry.rows(Step, agreement=code, party=row.party), key=lambda step: step.number)
        for row in parties
    }
    begin, end = _span(agreement, [step for rows in steps.values() for step in rows])
    lanes, y = [], float(_TOP)
    for row in parties:
        marks = _placed(_marks(steps[row.party], begin, end), language)
        lanes.append(_lane(registry, row.party, marks, y + 20, language))
        y += 46 + _LEVEL * (1 + max((mark.level for mark in marks), default=0))
    height = y + 34
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
    days = [last_day(day) for day in written if day] or [date.today()]
    return min(days) - timedelta(days=183), max(days) + timedelta(days=183)


def _x(day: date, begin: date, end: date) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (day - begin).days / (end - begin).days


def _lane(registry: Registry, party: str, marks: list[_Mark], y: float, language: Language) -> str:
    name = escape(getattr(registry.get(Party, party), f"name_{language}"))
    parts = [
        f'<line class="lane" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>',
        f'<text x="{_LEFT - 14}" y="{y + 4}" text-anchor="{"start" if language == "fa" else "end"}">{name}</text>',
    ]
    if marks:
        parts.append(f'<line class="way" x1="{marks[0].x:.1f}" x2="{marks[-1].x:.1f}" y1="{y}" y2="{y}"/>')
    return "".join([*parts, *(_dot(mark, y) for mark in marks)])


def _placed(marks: list[_Mark], language: Language) -> list[_Mark]:
    """Each mark with its words, on the first line under the lane where they do not run into others."""
    taken: list[list[tuple[float, float]]] = []
    found = []
    for mark in marks:
        comma = "، " if language == "fa" else ", "
        words = f"{text(f'registry.step.{mark.step.step}', language)}{comma}{show_date(mark.step.done_on, language)}"
        left, right = mark.x - _LETTER * len(words) / 2, mark.x + _LETTER * len(words) / 2
        level = 0
        while level < len(taken) and any(left < end and begin < right for begin, end in taken[level]):
            level += 1
        taken += [[]] if level == len(taken) else []
        taken[level].append((left, right))
        found.append(_Mark(mark.x, mark.step, words, level))
    return found


def _marks(steps: list[Step], begin: date, end: date) -> list[_Mark]:
    """Where each step stands; an undated one lies evenly between its dated neighbours."""
    known = [_x(last_day(step.done_on), begin, end) if step.done_on else None for step in steps]
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


def _dot(mark: _Mark, y: float) -> str:
    kind = mark.step.outcome if mark.step.outcome != "done" else "done" if mark.step.done_on else "undated"
    words, below = escape(mark.words), y + 22 + _LEVEL * mark.level
    return (
        f'<line class="stem" x1="{mark.x:.1f}" x2="{mark.x:.1f}" y1="{y}" y2="{below - 11}"/>'
        f'<circle class="{kind}" cx="{mark.x:.1f}" cy="{y}" r="6"><title>{words}</title></circle>'
        f'<text x="{mark.x:.1f}" y="{below}" text-anchor="middle" font-size="11">{words}</text>'
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
