"""What does the registry remember? One table a thing, each row with a stable code, a version and a source.

Codes are readable text ("IRN", "SCO/IRN/2023-07-04"), so rows keep their names from one database to another. Dates are
partial ISO text (see `dates`). Names and titles stand in English and Persian. `source` says where the row was read and
`read_on` when. A missing value means "not known"; a missing end means "not known to have ended".
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by code point on both databases: codes and ISO dates must not follow a server's language."""


class Base(DeclarativeBase):
    """The registry's own catalogue of tables."""

    type_annotation_map = {str: BYTEWISE}  # noqa: RUF012


class Row(MappedAsDataclass, Base, kw_only=True):
    """A remembered thing: every change to it is a row of the audit."""

    __abstract__ = True

    code: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)
    source: Mapped[str] = mapped_column(sort_order=90)
    read_on: Mapped[str | None] = mapped_column(default=None, sort_order=91)
    note: Mapped[str | None] = mapped_column(default=None, sort_order=92)
    version: Mapped[int] = mapped_column(default=1, sort_order=99)


def table_of(kind: type[Base]) -> Table:
    """The table of a kind of row."""
    return cast("Table", kind.__table__)


def one_of(column: str, *values: str) -> CheckConstraint:
    """A database rule: the column holds one of these words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_is_known")


PARTY_KINDS = ("state", "union", "organisation", "institution", "university", "parliament", "chamber")
PACT_KINDS = ("organisation", "customs_union", "free_trade_area", "forum")
MEMBER_STATUSES = ("member", "observer", "dialogue_partner", "associate", "partner", "suspended")
AGREEMENT_KINDS = ("treaty", "protocol", "memorandum", "programme", "decision", "measure")
DOMAINS = (
    *("trade", "travel", "education", "transit", "energy", "agriculture", "health", "parliament", "culture"),
    *("investment", "engineering", "finance", "security", "environment", "cooperation"),
)
TRADE_KINDS = ("customs_union", "free_trade_area", "partial_scope")
OUTCOMES = ("done", "returned", "rejected")
COMMITMENT_STATUSES = ("planned", "partial", "full", "dropped", "unknown")
HERITAGE_KINDS = ("site", "element", "luminary")
SOURCE_SHOWS = ("event", "commitment")
CLAIM_BASES = ("inscribed", "born", "worked", "buried", "celebrated", "wrote_in_language")


class Party(Row, kw_only=True):
    """Whoever can sign: a state, a union, an organisation, an institution, a university, a parliament or a chamber."""

    __tablename__ = "party"
    __table_args__ = (one_of("kind", *PARTY_KINDS),)

    kind: Mapped[str]
    name_en: Mapped[str]
    name_fa: Mapped[str]
    state: Mapped[str | None] = mapped_column(ForeignKey("party.code"), default=None)
    part_of: Mapped[str | None] = mapped_column(ForeignKey("party.code"), default=None)


class Pact(Row, kw_only=True):
    """A standing union or organisation with members."""

    __tablename__ = "pact"
    __table_args__ = (one_of("kind", *PACT_KINDS),)

    kind: Mapped[str]
    name_en: Mapped[str]
    name_fa: Mapped[str]
    founded_on: Mapped[str | None] = mapped_column(default=None)
    ended_on: Mapped[str | None] = mapped_column(default=None)


class Membership(Row, kw_only=True):
    """A party's standing in a pact from one day to another; a change of standing is a new row."""

    __tablename__ = "membership"
    __table_args__ = (one_of("status", *MEMBER_STATUSES), Index("membership_of", "pact", "party"))

    pact: Mapped[str] = mapped_column(ForeignKey("pact.code"))
    party: Mapped[str] = mapped_column(ForeignKey("party.code"))
    status: Mapped[str]
    from_on: Mapped[str]
    to_on: Mapped[str | None] = mapped_column(default=None)


class Document(Row, kw_only=True):
    """A text that proves something, with the SHA-256 of what was read where it is kept."""

    __tablename__ = "document"

    title: Mapped[str]
    language: Mapped[str]
    dated_on: Mapped[str | None] = mapped_column(default=None)
    sha256: Mapped[str | None] = mapped_column(default=None)
    body: Mapped[str | None] = mapped_column(default=None)


class Agreement(Row, kw_only=True):
    """A text that its parties agreed on, or one party's published measure."""

    __tablename__ = "agreement"
    __table_args__ = (
        one_of("kind", *AGREEMENT_KINDS),
        one_of("domain", *DOMAINS),
        one_of("trade_kind", *TRADE_KINDS),
    )

    title_en: Mapped[str]
    title_fa: Mapped[str]
    kind: Mapped[str]
    domain: Mapped[str]
    pact: Mapped[str | None] = mapped_column(ForeignKey("pact.code"), default=None)
    signed_on: Mapped[str | None] = mapped_column(default=None)
    place: Mapped[str | None] = mapped_column(default=None)
    in_force_on: Mapped[str | None] = mapped_column(default=None)
    ended_on: Mapped[str | None] = mapped_column(default=None)
    trade_kind: Mapped[str | None] = mapped_column(default=None)
    amends: Mapped[str | None] = mapped_column(ForeignKey("agreement.code"), default=None)
    replaces: Mapped[str | None] = mapped_column(ForeignKey("agreement.code"), default=None)


class Signatory(Row, kw_only=True):
    """A party to an agreement and the legal path on which it takes the text home.

    `from_on` and `to_on` differ from the agreement's own dates where a party joined later or left. `side` is empty
    where all parties are bound to one another; else only parties of different sides are.
    """

    __tablename__ = "signatory"
    __table_args__ = (Index("signatory_of", "agreement", "party", unique=True), Index("signatory_party", "party"))

    agreement: Mapped[str] = mapped_column(ForeignKey("agreement.code"))
    party: Mapped[str] = mapped_column(ForeignKey("party.code"))
    path: Mapped[str]
    side: Mapped[str | None] = mapped_column(default=None)
    from_on: Mapped[str | None] = mapped_column(default=None)
    to_on: Mapped[str | None] = mapped_column(default=None)


class Step(Row, kw_only=True):
    """A step of one party on its legal path; without a date it is known to have happened, but not when."""

    __tablename__ = "step"
    __table_args__ = (one_of("outcome", *OUTCOMES), Index("step_of", "agreement", "party", "number", unique=True))

    agreement: Mapped[str] = mapped_column(ForeignKey("agreement.code"))
    party: Mapped[str] = mapped_column(ForeignKey("party.code"))
    number: Mapped[int]
    step: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="done")
    done_on: Mapped[str | None] = mapped_column(default=None)
    document: Mapped[str | None] = mapped_column(ForeignKey("document.code"), default=None)


class Commitment(Row, kw_only=True):
    """Something promised: by whom, to whom, until when, and the provision of a union file that would simulate it."""

    __tablename__ = "commitment"
    __table_args__ = (
        one_of("status", *COMMITMENT_STATUSES),
        one_of("domain", *DOMAINS),
        Index("commitment_of", "agreement"),
        Index("commitment_due", "due_on", "code"),
    )

    agreement: Mapped[str] = mapped_column(ForeignKey("agreement.code"))
    article: Mapped[str | None] = mapped_column(default=None)
    by_party: Mapped[str] = mapped_column(ForeignKey("party.code"))
    to_party: Mapped[str | None] = mapped_column(ForeignKey("party.code"), default=None)
    domain: Mapped[str]
    text_en: Mapped[str]
    text_fa: Mapped[str]
    due_on: Mapped[str | None] = mapped_column(default=None)
    status: Mapped[str] = mapped_column(default="unknown")
    provision: Mapped[str | None] = mapped_column(default=None)


class Evidence(Row, kw_only=True):
    """What shows how far a commitment is kept."""

    __tablename__ = "evidence"
    __table_args__ = (one_of("shows", *COMMITMENT_STATUSES), Index("evidence_of", "commitment"))

    commitment: Mapped[str] = mapped_column(ForeignKey("commitment.code"))
    dated_on: Mapped[str]
    shows: Mapped[str]
    text_en: Mapped[str]
    text_fa: Mapped[str]
    document: Mapped[str | None] = mapped_column(ForeignKey("document.code"), default=None)


class Event(Row, kw_only=True):
    """Something that was reported to have happened between parties."""

    __tablename__ = "event"
    __table_args__ = (Index("event_day", "dated_on"),)

    dated_on: Mapped[str]
    kind: Mapped[str]
    title_en: Mapped[str]
    title_fa: Mapped[str]
    by_party: Mapped[str | None] = mapped_column(ForeignKey("party.code"), default=None)
    to_party: Mapped[str | None] = mapped_column(ForeignKey("party.code"), default=None)
    agreement: Mapped[str | None] = mapped_column(ForeignKey("agreement.code"), default=None)
    span: Mapped[str | None] = mapped_column(default=None)


class EventSource(Row, kw_only=True):
    """The words of a document that an event rests on, or that promise something at it; one event may have many."""

    __tablename__ = "event_source"
    __table_args__ = (one_of("shows", *SOURCE_SHOWS), Index("event_source_of", "event"))

    event: Mapped[str] = mapped_column(ForeignKey("event.code"))
    document: Mapped[str] = mapped_column(ForeignKey("document.code"))
    shows: Mapped[str]
    characters: Mapped[str]
    quote: Mapped[str]


class FriendshipGroup(Row, kw_only=True):
    """A parliamentary group for one other country."""

    __tablename__ = "friendship_group"

    parliament: Mapped[str] = mapped_column(ForeignKey("party.code"))
    with_state: Mapped[str] = mapped_column(ForeignKey("party.code"))
    formed_on: Mapped[str | None] = mapped_column(default=None)
    ended_on: Mapped[str | None] = mapped_column(default=None)


class Visit(Row, kw_only=True):
    """An official visit: who went where, when and at which level."""

    __tablename__ = "visit"

    guest: Mapped[str] = mapped_column(ForeignKey("party.code"))
    host: Mapped[str] = mapped_column(ForeignKey("party.code"))
    from_on: Mapped[str]
    to_on: Mapped[str | None] = mapped_column(default=None)
    level: Mapped[str]
    title_en: Mapped[str]
    title_fa: Mapped[str]


class Heritage(Row, kw_only=True):
    """A site, an inscribed element or a luminary that more than one country calls its own."""

    __tablename__ = "heritage"
    __table_args__ = (one_of("kind", *HERITAGE_KINDS),)

    kind: Mapped[str]
    name_en: Mapped[str]
    name_fa: Mapped[str]
    inscribed_on: Mapped[str | None] = mapped_column(default=None)


class Claim(Row, kw_only=True):
    """One state's published tie to a shared heritage, and what it rests on."""

    __tablename__ = "claim"
    __table_args__ = (one_of("basis", *CLAIM_BASES), Index("claim_of", "heritage", "party"))

    heritage: Mapped[str] = mapped_column(ForeignKey("heritage.code"))
    party: Mapped[str] = mapped_column(ForeignKey("party.code"))
    basis: Mapped[str]


class Person(Row, kw_only=True):
    """A person who holds or held a public office."""

    __tablename__ = "person"

    name_en: Mapped[str]
    name_fa: Mapped[str]


class Office(Row, kw_only=True):
    """A public office held by a person from one day to another."""

    __tablename__ = "office"

    person: Mapped[str] = mapped_column(ForeignKey("person.code"))
    party: Mapped[str] = mapped_column(ForeignKey("party.code"))
    title_en: Mapped[str]
    title_fa: Mapped[str]
    from_on: Mapped[str | None] = mapped_column(default=None)
    to_on: Mapped[str | None] = mapped_column(default=None)


class Participant(Row, kw_only=True):
    """A person at an event by the name that a report gives; the person and the office where the registry knows them."""

    __tablename__ = "participant"
    __table_args__ = (Index("participant_of", "event"),)

    event: Mapped[str] = mapped_column(ForeignKey("event.code"))
    name: Mapped[str]
    person: Mapped[str | None] = mapped_column(ForeignKey("person.code"), default=None)
    office: Mapped[str | None] = mapped_column(ForeignKey("office.code"), default=None)


class AuditRow(Base):
    """One change: who, when, why, before and after. The database refuses to change or delete it."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str]
    who: Mapped[str]
    why: Mapped[str]
    thing: Mapped[str]
    code: Mapped[str]
    action: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    previous_hash: Mapped[str]
    hash: Mapped[str]

    __table_args__ = (one_of("action", "add", "update", "remove"), Index("audit_of", "thing", "code"))


ROWS: tuple[type[Row], ...] = (
    *(Party, Pact, Document, Agreement, Person, Heritage, Membership, Signatory, Step, Commitment),
    *(Evidence, Event, FriendshipGroup, Visit, Claim, Office, EventSource, Participant),
)
"""Every audited table, the referred-to before the referring."""

BY_NAME: dict[str, type[Row]] = {row.__tablename__: row for row in ROWS}


class SearchEntry(Base):
    """The words of one row, for search; derived, never audited."""

    __tablename__ = "search_entry"
    __table_args__ = (Index("search_entry_of", "thing", "code", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thing: Mapped[str]
    code: Mapped[str]
    words: Mapped[str]
