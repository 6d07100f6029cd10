"""Which proposed records does a person accept?

A queue is a folder: `documents/` keeps each text under its SHA-256, `queue.jsonl` every proposal, further source and
decision (nothing is overwritten), `corrections.jsonl` what a person changed, to be read again after each change of the
reader. The same event from two agencies is one proposal with two sources. Accepted records go to a `Register`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Protocol

from peyvand.errors import DataError, did_you_mean
from peyvand.news.persons import same_person
from peyvand.news.reader import read_text
from peyvand.news.report import Report
from peyvand.news.words import Span, tokens

Kind = Literal["event", "commitment", "membership"]
Verdict = Literal["accept", "correct", "reject"]
_MASTHEAD = re.compile("(?:تاریخ|زمان|کد خبر|شناسه|سرویس|گروه|date|news (?:id|code))[^:]{0,20}:", re.IGNORECASE)
CLOSE_DAYS = 1  # two agencies may report an event a day apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document that a proposal rests on, and the words in it."""

    document: str
    title: str
    agency: str | None
    published: str | None
    span: Span
    quote: str
    report: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A record that waits for a person: an event (an act between two parties), a commitment, or a membership."""

    key: str
    kind: Kind
    values: dict[str, Any]
    people: tuple[str, ...]
    sources: tuple[Source, ...]
    verdict: Verdict | None = None

    @property
    def published(self) -> date | None:
        """The first day on which a source reports it."""
        days = sorted(source.published for source in self.sources if source.published)
        return date.fromisoformat(days[0]) if days else None


class Register(Protocol):
    """Where accepted records go."""

    def accept(self, proposal: Proposal, *, who: str, why: str) -> None:
        """Keep an accepted or corrected record."""


@dataclass(frozen=True, slots=True)
class JsonLines:
    """A register in a file: one accepted record a line."""

    path: Path

    def accept(self, proposal: Proposal, *, who: str, why: str) -> None:
        """Append the record with its sources and who accepted it."""
        _append(self.path, {**asdict(proposal), "who": who, "why": why, "when": _now()})


class Queue:
    """Proposals in a folder, in the order in which they came.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    register : Register, optional
        Where accepted records go; by default `accepted.jsonl` in the folder.
    """

    def __init__(self, folder: Path, register: Register | None = None) -> None:
        self.folder = folder
        self.register = register or JsonLines(folder / "accepted.jsonl")
        (folder / "documents").mkdir(parents=True, exist_ok=True)
        self._proposals: dict[str, Proposal] = {}
        for row in _rows(folder / "queue.jsonl"):
            self._take(row)

    def __iter__(self) -> Iterator[Proposal]:
        return iter(self._proposals.values())

    def waiting(self) -> list[Proposal]:
        """Proposals without a decision."""
        return [proposal for proposal in self if proposal.verdict is None]

    def add(self, report: Report) -> list[Proposal]:
        """Propose a report's events and commitments; a known event gains a source, a known document changes nothing."""
        digest = sha256(report.text.encode()).hexdigest()
        path = self.folder / "documents" / f"{digest}.txt"
        if path.exists():
            return []
        path.write_text(report.text, encoding="utf-8", newline="")
        added = []
        for proposal in proposals(report, digest):
            known = next((other for other in self if same_event(other, proposal)), None)
            row = {"row": "source", "key": known.key, "source": asdict(proposal.sources[0])} if known else None
            self._write(row or {"row": "proposal", **asdict(proposal)})
            if known is None:
                added.append(proposal)
        return added

    def decide(
        self, key: str, verdict: Verdict, *, who: str, why: str = "", values: dict[str, Any] | None = None
    ) -> Proposal:
        """Accept, correct (with new `values`) or reject a proposal.

        Raises
        ------
        DataError
            If there is no such proposal, it is decided already, or a correction says nothing new.
        RegistryError
            If the register is a registry that refuses the record: the proposal then waits as before.
        """
        proposal = self._proposals.get(key)
        if proposal is None:
            raise DataError(f"no proposal {key!r}", hint=did_you_mean(key, self._proposals), key=key)
        if proposal.verdict is not None:
            raise DataError(f"{key} is decided: {proposal.verdict}", hint="decisions are not overwritten", key=key)
        corrected = {**proposal.values, **(values or {})}
        if verdict == "correct" and corrected == proposal.values:
            raise DataError(f"the correction of {key} changes nothing", hint="give at least one new value", key=key)
        if verdict != "reject":
            self.register.accept(replace(proposal, verdict=verdict, values=corrected), who=who, why=why)
        row = {"row": "decision", "key": key, "verdict": verdict, "values": values or {}, "who": who, "why": why}
        self._write({**row, "when": _now()})
        if verdict != "accept":
            source = proposal.sources[0]
            kept = {"document": source.document, "kind": proposal.kind, "proposed": proposal.values}
            _append(
                self.folder / "corrections.jsonl", {**kept, "corrected": corrected if verdict == "correct" else None}
            )
        return self._proposals[key]

    def hand_over(self, key: str, *, who: str, why: str = "") -> None:
        """Give an accepted proposal to the register again: it may have gained a source, or the register may be new."""
        if self._proposals[key].verdict in ("accept", "correct"):
            self.register.accept(self._proposals[key], who=who, why=why)

    def check_corrections(self) -> list[tuple[dict[str, Any], bool]]:
        """Each correction, and whether the reader now reads the document so."""
        checked = []
        for row in _rows(self.folder / "corrections.jsonl"):
            text = (self.folder / "documents" / f"{row['document']}.txt").read_text(encoding="utf-8")
            read = [one.values for one in proposals(read_text(text), row["document"]) if one.kind == row["kind"]]
            corrected = row["corrected"]
            holds = row["proposed"] not in read if corrected is None else corrected in read
            checked.append((row, holds))
        return checked

    def _write(self, row: dict[str, Any]) -> None:
        _append(self.folder / "queue.jsonl", row)
        self._take(row)

    def _take(self, row: dict[str, Any]) -> None:
        match row["row"]:
            case "proposal":
                sources = tuple(_source(source) for source in row["sources"])
                self._proposals[row["key"]] = Proposal(
                    key=row["key"], kind=row["kind"], values=row["values"], people=tuple(row["people"]), sources=sources
                )
            case "source":
                known = self._proposals[row["key"]]
                self._proposals[row["key"]] = replace(known, sources=(*known.sources, _source(row["source"])))
            case "decision":
                known = self._proposals[row["key"]]
                values = {**known.values, **row["values"]}
                self._proposals[row["key"]] = replace(known, verdict=row["verdict"], values=values)


def proposals(report: Report, document: str) -> list[Proposal]:
    """What a report proposes: one event per act, one record per commitment and per membership."""
    people = tuple(sorted(" ".join(tokens(person.name)) for person in report.participants))
    made: list[Proposal] = []
    events = [("event", {"type": act.type, "by": act.source, "to": act.target}, act.span) for act in report.acts]
    promises = [
        ("commitment", {"by": one.by, "to": one.to, "domain": one.domain, "strength": one.strength}, one.span)
        for one in report.commitments
    ]
    lines = [line.strip() for line in report.text.splitlines() if line.strip()]
    title = next((line for line in lines if not _MASTHEAD.match(line)), lines[0] if lines else "")[:200]
    published = report.published.isoformat() if report.published else None
    joined = [
        ("membership", {"by": one.party, "to": one.pact, "status": one.status}, one.span) for one in report.memberships
    ]
    for kind, values, span in (*events, *promises, *joined):
        source = Source(
            document=document,
            title=title,
            agency=report.cited_agency or report.agency,
            published=published,
            span=span,
            quote=report.quote(span),
            report=report.id,
        )
        key = sha256(json.dumps([document, kind, values], sort_keys=True).encode()).hexdigest()[:12]
        made.append(Proposal(key=key, kind=kind, values=values, people=people, sources=(source,)))  # type: ignore[arg-type]
    return made


def same_event(one: Proposal, other: Proposal) -> bool:
    """Two sources of one event: same parties and type, a day apart at most, and a person in common.

    Where neither source names a person, both days must be known.
    """
    if one.kind != other.kind or _identity(one.values) != _identity(other.values):
        return False
    if one.published and other.published and abs((one.published - other.published).days) > CLOSE_DAYS:
        return False
    shared = any(same_person(name, again) for name in one.people for again in other.people)
    return shared or (not one.people and not other.people and bool(one.published and other.published))


def _identity(values: dict[str, Any]) -> tuple[frozenset[str], str]:
    what = next(values[name] for name in ("type", "domain", "status") if name in values)
    return frozenset((values["by"], values["to"])), what


def _source(row: dict[str, Any]) -> Source:
    return Source(**{**row, "span": tuple(row["span"])})


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise DataError(
                    f"{path} line {number} is not a JSON object", hint="was the file cut while it was written?"
                ) from error


def _append(path: Path, row: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
