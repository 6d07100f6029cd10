"""What does peyvand read in a report?

The fields are those of the Persian news gold set; every value keeps the character spans of the words that it rests on,
in the text as it was given.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from peyvand.news.words import Span

Strength = Literal["intent", "agreed", "signed", "ratified", "implemented"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A code (country, pact, domain) and where the text speaks of it."""

    code: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Participant:
    """A named person who meets, speaks or signs, with the role in the words of the text."""

    name: str
    role: str
    country: str | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """A PLOVER act: `source` did `type` towards `target` (ISO 3166-1 alpha-3 or organisation codes)."""

    source: str
    target: str
    type: str
    span: Span


@dataclass(frozen=True, slots=True)
class Commitment:
    """Something concrete that `by` promised to `to`, or agreed with it, in one domain."""

    by: str
    to: str
    domain: str
    strength: Strength
    span: Span


@dataclass(frozen=True, slots=True)
class Membership:
    """A state that took a standing (`member`, `observer`, `dialogue_partner`) in a pact."""

    party: str
    pact: str
    status: str
    span: Span


@dataclass(frozen=True, slots=True)
class NewsWarning:
    """A thing in the text that the reader could not take as it stood; `key` is under `news.warning` in the locale."""

    key: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One news report as records with evidence; `text` is what the spans count in."""

    text: str
    id: str | None = None
    language: Literal["fa", "en"] = "fa"
    published: date | None = None
    published_span: Span | None = None
    agency: str | None = None
    cited_agency: str | None = None
    code: str | None = None
    countries: tuple[Mention, ...] = ()
    pacts: tuple[Mention, ...] = ()
    participants: tuple[Participant, ...] = ()
    domains: tuple[Mention, ...] = ()
    acts: tuple[Act, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    memberships: tuple[Membership, ...] = ()
    is_diplomatic: bool = False
    warnings: tuple[NewsWarning, ...] = field(default=())

    def quote(self, span: Span) -> str:
        """The words of the text at `span`."""
        return self.text[span[0] : span[1]]

    def with_warnings(self, more: tuple[NewsWarning, ...]) -> Report:
        """The same report with `more` warnings before its own."""
        return replace(self, warnings=(*more, *self.warnings)) if more else self

    def to_dict(self) -> dict[str, Any]:
        """The report in the schema of the gold set, with `spans` beside each value."""
        return {
            "id": self.id,
            "published": self.published.isoformat() if self.published else None,
            "countries": [mention.code for mention in self.countries],
            "pacts": [mention.code for mention in self.pacts],
            "participants": [
                {"name": one.name, "role": one.role, "country": one.country, "spans": [list(s) for s in one.spans]}
                for one in self.participants
            ],
            "domains": [mention.code for mention in self.domains],
            "acts": [
                {
                    "source": act.source,
                    "target": act.target,
                    "type": act.type,
                    "evidence": self.quote(act.span),
                    "span": list(act.span),
                }
                for act in self.acts
            ],
            "commitments": [
                {
                    "by": one.by,
                    "to": one.to,
                    "text": self.quote(one.span),
                    "domain": one.domain,
                    "strength": one.strength,
                    "span": list(one.span),
                }
                for one in self.commitments
            ],
            "memberships": [
                {"party": one.party, "pact": one.pact, "status": one.status, "span": list(one.span)}
                for one in self.memberships
            ],
            "is_diplomatic": self.is_diplomatic,
            "language": self.language,
            "agency": self.agency,
            "cited_agency": self.cited_agency,
            "code": self.code,
            "spans": {
                "published": list(self.published_span) if self.published_span else None,
                **{
                    name: {mention.code: [list(span) for span in mention.spans] for mention in mentions}
                    for name, mentions in (
                        ("countries", self.countries),
                        ("pacts", self.pacts),
                        ("domains", self.domains),
                    )
                },
            },
            "warnings": [{"key": warning.key, "detail": warning.detail} for warning in self.warnings],
        }

    def to_json(self) -> str:
        """The report as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)
