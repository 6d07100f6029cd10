"""What does the registry learn from a report that a person accepted?

An accepted event becomes one `event` with its document, the words that it rests on and who took part; the same event
from another agency gains a source. An accepted commitment joins an agreement only if the reviewer names one; else its
words are kept with an event of the same report. Each acceptance is one audited change, and a second one adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from peyvand.errors import DataError, did_you_mean
from peyvand.locale import LANGUAGES, Language, text
from peyvand.news.lexicon import alternatives, rows
from peyvand.news.persons import same_person
from peyvand.news.reader import language_of
from peyvand.news.review import Proposal, Source, same_event
from peyvand.news.words import tokens
from peyvand.registry import Registry, models
from peyvand.registry.change import Change
from peyvand.registry.dates import first_day, last_day, read_date
from peyvand.registry.models import (
    Agreement,
    Commitment,
    Document,
    Event,
    EventSource,
    Evidence,
    Membership,
    Office,
    Participant,
    Party,
    Person,
    Row,
)
from peyvand.registry.rules import Problem, refuse
from peyvand.registry.words import normalise

ACTS = (
    *("AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST"),
    *("ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"),
)
"""The event types of the PLOVER manual; `news.act` in the locale names them."""

DOMAINS = {
    "banking_finance": "finance",
    "consular_legal": "cooperation",
    "engineering_services": "engineering",
    "environment_water": "environment",
    "manufacturing": "cooperation",
    "mining": "cooperation",
    "oil_gas": "energy",
    "other_energy": "energy",
    "pharma_health": "health",
    "politics_other": "cooperation",
    "security_defence": "security",
    "students_academia": "education",
    "travel_visas": "travel",
}
"""The registry's coarser domain of a field; others have the same name in both. The note keeps the finer one."""


@dataclass(frozen=True, slots=True)
class RegistryRegister:
    """Accepted records go to a registry.

    Parameters
    ----------
    registry : Registry
        An open one.
    documents : Path
        The folder in which the queue keeps its texts.
    agreement : str, optional
        The agreement that accepted records belong to.
    """

    registry: Registry
    documents: Path
    agreement: str | None = None

    def accept(self, proposal: Proposal, *, who: str, why: str) -> None:
        """Record an accepted proposal in one audited change; the audit names its reports.

        Raises
        ------
        RegistryError
            If the registry refuses it: then nothing is written.
        DataError
            If a stored text is not what was read.
        """
        reports = ", ".join(dict.fromkeys(source.report or source.document[:12] for source in proposal.sources))
        with self.registry.change(who=who, why=f"news report {reports}" + (f": {why}" if why else "")) as change:
            named = self._with_party_codes(proposal)
            documents = self._documents(change, proposal)
            agreement = self._agreement(named)
            if proposal.kind == "event":
                self._event(change, named, documents)
            elif proposal.kind == "membership":
                self._membership(change, named)
            elif agreement:
                self._commitment(change, named, documents, agreement)
            else:
                self._promise(change, named, documents)

    def _agreement(self, proposal: Proposal) -> str | None:
        """The agreement that the reviewer names, or named when the commitment was accepted before."""
        if self.agreement:
            return self.registry.get(Agreement, self.agreement).code
        known = self.registry.rows(Commitment, by_party=proposal.values["by"], to_party=proposal.values["to"])
        return next((row.agreement for row in known if row.code.endswith(f"#news-{proposal.key}")), None)

    def _event(self, change: Change, proposal: Proposal, documents: dict[str, str]) -> None:
        """The event with its sources and participants, or what they add to the event that is there."""
        values = proposal.values
        if values["type"] not in ACTS:
            message = f"type {values['type']!r} is not known"
            _refuse("row.unknown_word", proposal, message, did_you_mean(values["type"], ACTS))
        day = _day(proposal)
        code = self._known_event(proposal, day)
        if code is None:
            code = f"news/{proposal.key}"
            act = values["type"]
            titles = {
                one: text("news.title", one, **self._names(values, one), act=text(f"news.act.{act}", one))
                for one in LANGUAGES
            }
            event = Event(
                code=code, dated_on=day, kind=values["type"], by_party=values["by"], to_party=values["to"],
                agreement=self.agreement, source=_said_by(proposal.sources[0]),
                note="dated on the first day on which it was reported",
                title_en=titles["en"], title_fa=titles["fa"],
            )  # fmt: skip
            change.add(event)
        sources = (_words(code, "event", source, documents) for source in proposal.sources)
        self._add_new(change, *sources)
        self._participants(change, proposal, code, first_day(day))

    def _membership(self, change: Change, proposal: Proposal) -> None:
        """A standing in a pact from the day; the registry refuses one that overlaps with what it knows."""
        pact, party, status = (proposal.values[name] for name in ("to", "by", "status"))
        code = f"{pact}/{party}/{(day := _day(proposal))}"
        membership = Membership(
            code=code, pact=pact, party=party, status=status, from_on=day, source=_said_by(proposal.sources[0]),
            note="from the first day on which it was reported",
        )  # fmt: skip
        self._add_new(change, membership)

    def _promise(self, change: Change, proposal: Proposal, documents: dict[str, str]) -> None:
        """The words of a commitment, kept with an event of the same report; no agreement is invented for it."""
        values = proposal.values
        found = [row for one in documents.values() for row in self.registry.rows(EventSource, document=one)]
        carried = [row.event for row in found if row.code.endswith(f"/{proposal.key}")]
        events = [self.registry.get(Event, code) for code in sorted({row.event for row in found})]
        if not events:
            hint = "accept an event of the report first, or name an agreement: --agreement CODE"
            _refuse("commitment.event", proposal, "the registry holds no event of this report", hint)
        parties = {values["by"], values["to"]}
        nearest = min(events, key=lambda event: {event.by_party, event.to_party} != parties)
        event = carried[0] if carried else nearest.code
        note = f"{values['by']} → {values['to']}: {values['domain']}, {values['strength']}"
        promised = (
            _words(event, "commitment", source, documents, end=f"/{proposal.key}", note=note)
            for source in proposal.sources
        )
        self._add_new(change, *promised)

    def _commitment(self, change: Change, proposal: Proposal, documents: dict[str, str], agreement: str) -> None:
        """A commitment of the agreement that the reviewer named, and each report as its evidence."""
        values, code = proposal.values, f"{agreement}#news-{proposal.key}"
        domain = DOMAINS.get(values["domain"], values["domain"])
        status = "full" if values["strength"] == "implemented" else "planned"
        told = {
            one: text("news.promise", one, **self._names(values, one), domain=_domain(domain, one)) for one in LANGUAGES
        }
        words = _texts(proposal.sources[0], told)
        commitment = Commitment(
            code=code, agreement=agreement, by_party=values["by"], to_party=values["to"], domain=domain, status=status,
            source=_said_by(proposal.sources[0]), note=f"{values['domain']}, {values['strength']}",
            text_en=words["en"], text_fa=words["fa"],
        )  # fmt: skip
        day = _day(proposal)
        evidence = []
        for source in proposal.sources:
            words = _texts(source, told)
            one = Evidence(
                code=f"{code}/{source.document[:8]}/{_characters(source)}", commitment=code, shows=status,
                dated_on=source.published or day, document=documents[source.document], source=_said_by(source),
                text_en=words["en"], text_fa=words["fa"],
            )  # fmt: skip
            evidence.append(one)
        self._add_new(change, commitment, *evidence)

    def _documents(self, change: Change, proposal: Proposal) -> dict[str, str]:
        """The code of each source's document by its SHA-256; texts that the registry does not hold are added."""
        codes = {}
        for digest, source in {source.document: source for source in proposal.sources}.items():
            known = self.registry.rows(Document, sha256=digest)
            codes[digest] = known[0].code if known else f"news/{digest[:16]}"
            if known:
                continue
            with (self.documents / f"{digest}.txt").open(encoding="utf-8", newline="") as stream:
                body = stream.read()
            if sha256(body.encode()).hexdigest() != digest:
                raise DataError(f"the text {digest[:12]} is not what was read", hint="propose the report again")
            document = Document(
                code=codes[digest], title=source.title, language=language_of(body), dated_on=source.published,
                sha256=digest, body=body, source=_said_by(source),
            )  # fmt: skip
            change.add(document)
        return codes

    def _known_event(self, proposal: Proposal, day: str) -> str | None:
        """The event of this proposal, or the same event as another agency reported it."""
        own = self.registry.rows(Event, code=f"news/{proposal.key}")
        if own:
            return own[0].code
        kind, by, to = (proposal.values[name] for name in ("type", "by", "to"))
        dated = replace(proposal, sources=(replace(proposal.sources[0], published=day),))
        for one, other in ((by, to), (to, by)):
            for event in self.registry.rows(Event, kind=kind, by_party=one, to_party=other):
                if len(event.dated_on) == len(day) == 10 and same_event(self._proposed(event), dated):
                    return event.code
        return None

    def _proposed(self, event: Event) -> Proposal:
        """An event of the registry as a report would propose it."""
        source = Source(
            document=event.code, title=event.title_en, agency=None, published=event.dated_on, span=(0, 0), quote=""
        )
        people = tuple(row.name for row in self.registry.rows(Participant, event=event.code))
        values = {"type": event.kind, "by": event.by_party, "to": event.to_party}
        return Proposal(key=event.code, kind="event", values=values, people=people, sources=(source,))

    def _participants(self, change: Change, proposal: Proposal, event: str, day: date) -> None:
        """Who took part and is not named yet, with the person and the office of the day where they are known."""
        there = [row.name for row in self.registry.rows(Participant, event=event)]
        for name in proposal.people:
            if any(same_person(name, other) for other in there):
                continue
            there.append(name)
            persons = [person.code for person in self.registry.rows(Person) if _is_named(person, name)]
            person = persons[0] if len(persons) == 1 else None
            offices = self.registry.rows(Office, person=person) if person else []
            held = [office.code for office in offices if _held_on(office, day)]
            participant = Participant(
                code=f"{event}/{name.replace(' ', '-')}", event=event, name=name, person=person,
                office=held[0] if len(held) == 1 else None, source=_said_by(proposal.sources[0]),
            )  # fmt: skip
            change.add(participant)

    def _with_party_codes(self, proposal: Proposal) -> Proposal:
        """The proposal with the registry's codes for parties that were written as names."""
        parties = self.registry.rows(Party)
        codes = {side: _party_code(parties, proposal.values[side]) for side in ("by", "to")}
        return replace(proposal, values={**proposal.values, **codes})

    def _names(self, values: dict[str, str], language: Language) -> dict[str, str]:
        """The two parties by their names in one language."""
        found = {side: self.registry.rows(Party, code=values[side]) for side in ("by", "to")}
        return {side: str(getattr(one[0], f"name_{language}")) if one else values[side] for side, one in found.items()}

    def _add_new(self, change: Change, *rows: Row) -> None:
        """Add the rows whose codes the registry does not hold."""
        change.add(*(row for row in {row.code: row for row in rows}.values() if not self._holds(row)))

    def _holds(self, row: Row) -> bool:
        return bool(self.registry.rows(type(row), code=row.code))


def _day(proposal: Proposal) -> str:
    """The day of a proposal as the reviewer corrected it, else the first on which a source reports it."""
    written = proposal.values.get("dated_on") or (proposal.published.isoformat() if proposal.published else None)
    if written is None:
        hint = "give the day: peyvand news decide … correct --set dated_on=1398-04-13"
        _refuse("event.day", proposal, "no source says when it was reported", hint)
    return read_date(written)


def _refuse(rule: str, proposal: Proposal, message: str, hint: str) -> NoReturn:
    refuse([Problem(rule, proposal.key, message, hint)])
    raise AssertionError(rule)


def _words(
    event: str, shows: str, source: Source, documents: dict[str, str], *, end: str = "", note: str | None = None
) -> EventSource:
    """The words of one source, under a code that is the same each time."""
    return EventSource(
        code=f"{event}/{source.document[:8]}/{_characters(source)}{end}", event=event, shows=shows,
        document=documents[source.document], characters=_characters(source), quote=source.quote,
        source=_said_by(source), note=note,
    )  # fmt: skip


def _texts(source: Source, told: dict[Language, str]) -> dict[Language, str]:
    """The words of the report in its own language, and what they say in the other."""
    return {one: source.quote if one == language_of(source.quote) else told[one] for one in LANGUAGES}


def _domain(domain: str, language: Language) -> str:
    return text(f"registry.domain.{domain}", language) if domain in models.DOMAINS else domain


def _characters(source: Source) -> str:
    return f"{source.span[0]}-{source.span[1]}"


def _said_by(source: Source) -> str:
    return source.agency or source.report or source.title


def _party_code(parties: list[Party], written: str) -> str:
    """The code of a party by its code or a name in either language; the registry refuses what is unknown."""
    if written in {party.code for party in parties}:
        return written
    known_as = [name for row in rows("pacts.tsv") if row[0] == written for name in alternatives(row[1])]
    wanted = {normalise(name) for name in (written, *known_as)}
    found = [party.code for party in parties if wanted & {normalise(party.name_en), normalise(party.name_fa)}]
    return found[0] if len(found) == 1 else written


def _is_named(person: Person, name: str) -> bool:
    return any(same_person(" ".join(tokens(one)), name) for one in (person.name_en, person.name_fa))


def _held_on(office: Office, day: date) -> bool:
    """Known to have begun by the day, and not known to have ended before it."""
    begun = office.from_on is not None and last_day(office.from_on) <= day
    return begun and (office.to_on is None or first_day(office.to_on) > day)
