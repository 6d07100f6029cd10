"""Accepted news in the registry: one event with all its sources, nothing invented, nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

import peyvand
from peyvand.cli.news import news
from peyvand.errors import DatabaseError, DataError, RuleError, UnknownRowError
from peyvand.news import Queue, read_text
from peyvand.news.lexicon import rows as data_rows
from peyvand.news.register import ACTS, DOMAINS, RegistryRegister
from peyvand.registry import models
from peyvand.registry.engine import migrate
from peyvand.registry.models import (
    Commitment,
    Document,
    Event,
    EventSource,
    Evidence,
    Office,
    Participant,
    Person,
)

ISNA = "به گزارش ایسنا، محمدجواد ظریف وزیر امور خارجه ایران با وزیر امور خارجه قزاقستان در تهران دیدار و گفت‌وگو کرد."
FARS = (
    "  به گزارش فارس، وزیر امور خارجه قزاقستان در تهران با ظریف وزیر امور خارجه ایران دیدار کرد."
    " ایران و قزاقستان همسایه‌اند.\r\n"
)
PROMISE = (
    "محمدجواد ظریف وزیر امور خارجه ایران با وزیر امور خارجه قزاقستان دیدار کرد."
    " ایران و قزاقستان توافق کردند ترانزیت کالا را افزایش دهند."
)
DAY = "1398-04-13"


def queue_for(registry, folder, *texts, agreement=None, date=DAY):
    opened = Queue(folder, RegistryRegister(registry, folder / "documents", agreement))
    for number, text in enumerate(texts):
        opened.add(read_text(text, date=date, report_id=f"report-{number}"))
    return opened


def consult(queue):
    return next(one for one in queue if one.values.get("type") == "CONSULT")


def promise(queue):
    return next(one for one in queue if one.kind == "commitment")


def test_an_accepted_event_is_recorded_with_its_document_and_words(small, tmp_path):
    queue = queue_for(small, tmp_path, ISNA)
    queue.decide(consult(queue).key, "accept", who="سارا", why="خواندم")
    (event,) = small.rows(Event)
    assert (event.dated_on, event.kind, {event.by_party, event.to_party}) == ("2019-07-04", "CONSULT", {"IRN", "KAZ"})
    assert "Kazakhstan" in event.title_en
    assert "قزاقستان" in event.title_fa
    (document,) = small.rows(Document)
    assert (document.body, document.sha256, document.language) == (ISNA, sha256(ISNA.encode()).hexdigest(), "fa")
    (words,) = small.rows(EventSource)
    start, end = map(int, words.characters.split("-"))
    assert (words.document, words.shows, words.quote) == (document.code, "event", document.body[start:end])
    entry = small.log(thing="event")[0]
    assert (entry.who, entry.why) == ("سارا", "news report report-0: خواندم")
    assert {(hit.thing, hit.code) for hit in small.search("ظریف", things=("participant",))}
    small.verify()


def test_two_agencies_are_two_sources_of_one_event(small, tmp_path):
    queue = queue_for(small, tmp_path, ISNA, FARS)
    queue.decide(consult(queue).key, "accept", who="سارا")
    assert len(small.rows(Event)) == 1
    assert {row.source for row in small.rows(EventSource)} == {"ایسنا", "فارس"}
    assert {row.body for row in small.rows(Document)} == {ISNA, FARS}


def test_another_queue_finds_the_event_and_its_people(small, tmp_path):
    for folder, text in (("a", ISNA), ("b", FARS)):
        queue = queue_for(small, tmp_path / folder, text)
        queue.decide(consult(queue).key, "accept", who="سارا")
    assert len(small.rows(Event)) == 1
    assert len(small.rows(EventSource)) == 2
    assert len(small.rows(Participant)) == 1


def test_another_week_is_another_event(small, tmp_path):
    for folder, date in (("a", DAY), ("b", "1398-04-24")):
        queue = queue_for(small, tmp_path / folder, f"{FARS}{folder}", date=date)
        queue.decide(consult(queue).key, "accept", who="سارا")
    assert len(small.rows(Event)) == 2


@pytest.mark.parametrize("text", [ISNA, PROMISE])
def test_accepting_twice_changes_nothing(small, tmp_path, text):
    for folder in ("a", "b"):
        queue = queue_for(small, tmp_path / folder, text)
        for proposal in queue.waiting():
            queue.decide(proposal.key, "accept", who="سارا")
        changes = small.verify()
        for proposal in queue:
            queue.hand_over(proposal.key, who="سارا")
        assert small.verify() == changes
    assert len(small.rows(Document)) == 1
    assert len(small.log(limit=1000)) == changes


def test_a_source_that_comes_later_is_handed_over(small, tmp_path):
    queue = queue_for(small, tmp_path, ISNA)
    queue.decide(consult(queue).key, "accept", who="سارا")
    queue.add(read_text(FARS, date=DAY))
    queue.hand_over(consult(queue).key, who="سارا")
    assert (len(small.rows(Event)), len(small.rows(EventSource))) == (1, 2)


def test_a_promise_is_kept_with_the_event_or_in_the_named_agreement(small, tmp_path):
    queue = queue_for(small, tmp_path / "a", PROMISE)
    with pytest.raises(RuleError, match="no event of this report"):
        queue.decide(promise(queue).key, "accept", who="سارا")
    assert not small.rows(Document)
    queue.decide(consult(queue).key, "accept", who="سارا")
    queue.decide(promise(queue).key, "accept", who="سارا")
    assert not small.rows(Commitment)
    kept = next(row for row in small.rows(EventSource) if row.shows == "commitment")
    assert kept.quote in PROMISE
    assert "transit" in kept.note

    queue = queue_for(small, tmp_path / "b", PROMISE, agreement="IRN-KAZ-TAX")
    queue.decide(promise(queue).key, "accept", who="سارا")
    (commitment,) = small.rows(Commitment)
    assert (commitment.agreement, commitment.domain, commitment.status) == ("IRN-KAZ-TAX", "transit", "planned")
    assert commitment.text_fa in PROMISE
    (evidence,) = small.rows(Evidence)
    assert small.get(Document, evidence.document).body == PROMISE
    small.verify()


def test_persons_and_offices_are_those_that_the_registry_knows(small, tmp_path):
    with small.change(who="t", why="t") as change:
        change.add(Person(code="zarif", name_en="Mohammad Javad Zarif", name_fa="محمدجواد ظریف", source="test"))
        for code, from_on, to_on in (
            ("now", "2013-08-15", "2021-08-25"),
            ("before", "2002", "2007"),
            ("?", None, None),
        ):
            office = {"title_en": "Minister", "title_fa": "وزیر", "from_on": from_on, "to_on": to_on}
            change.add(Office(code=f"zarif/{code}", person="zarif", party="IRN", source="test", **office))
    queue = queue_for(small, tmp_path, ISNA)
    queue.decide(consult(queue).key, "accept", who="سارا")
    (participant,) = small.rows(Participant)
    assert (participant.person, participant.office) == ("zarif", "zarif/now")


@pytest.mark.parametrize("written", ["Türkiye", "ترکيه", "TUR"])
def test_parties_are_found_by_name(small, tmp_path, written):
    queue = queue_for(small, tmp_path, ISNA)
    queue.decide(consult(queue).key, "correct", who="سارا", values={"by": "ایران", "to": written})
    assert {(row.by_party, row.to_party) for row in small.rows(Event)} == {("IRN", "TUR")}


REFUSED = {
    "unknown.party": ({"to": "KAX"}, DAY),
    "row.unknown_word": ({"type": "CONSULTS"}, DAY),
    "event.day": ({"to": "TUR"}, None),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_what_the_registry_refuses_stays_in_the_queue(small, tmp_path, rule):
    values, date = REFUSED[rule]
    queue, before = queue_for(small, tmp_path, ISNA, date=date), small.verify()
    with pytest.raises(RuleError) as refused:
        queue.decide(consult(queue).key, "correct", who="سارا", values=values)
    assert refused.value.context["rule"] == rule
    assert refused.value.hint
    assert consult(Queue(queue.folder)).verdict is None
    assert not (queue.folder / "corrections.jsonl").exists()
    assert small.verify() == before


def test_a_day_may_be_given_and_an_agreement_must_exist(small, tmp_path):
    queue = queue_for(small, tmp_path / "a", ISNA, date=None)
    queue.decide(consult(queue).key, "correct", who="سارا", values={"dated_on": DAY})
    assert small.rows(Event)[0].dated_on == "2019-07-04"
    queue = queue_for(small, tmp_path / "b", ISNA, agreement="IRN-KAZ-TXA")
    with pytest.raises(UnknownRowError, match="did you mean 'IRN-KAZ-TAX'"):
        queue.decide(consult(queue).key, "accept", who="سارا")


def test_a_changed_text_is_refused(small, tmp_path):
    queue = queue_for(small, tmp_path, ISNA)
    for path in (tmp_path / "documents").iterdir():
        path.write_text("چیز دیگری", encoding="utf-8")
    with pytest.raises(DataError, match="is not what was read"):
        queue.decide(consult(queue).key, "accept", who="سارا")


def test_an_older_revision_does_not_lose_what_it_cannot_keep(small, tmp_path):
    migrate(small.engine, "0002")
    migrate(small.engine)
    queue = queue_for(small, tmp_path, ISNA)
    queue.decide(consult(queue).key, "accept", who="سارا")
    with pytest.raises(DatabaseError, match="cannot keep the rows"):
        migrate(small.engine, "0002")
    small.verify()


def test_every_type_and_field_of_the_reader_has_its_place():
    assert {row[0] for row in data_rows("acts.tsv")} | {"CONSULT"} <= set(ACTS)
    assert {DOMAINS.get(row[0], row[0]) for row in data_rows("domains.tsv")} <= set(models.DOMAINS)


@pytest.fixture
def ask(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PEYVAND_REGISTRY", raising=False)
    (tmp_path / "a.txt").write_text(f"{PROMISE} ۱۳ تیر ۱۳۹۸", encoding="utf-8")

    def call(*args, **kwargs):
        return CliRunner().invoke(news, [str(arg) for arg in args], **kwargs)

    assert call("propose", "a.txt", "--into", "queue").exit_code == 0
    return call


def test_the_commands_say_where_records_go(ask, small, tmp_path):
    address = small.engine.url.render_as_string(hide_password=False)
    first = json.loads(ask("list", "queue", "--json").output.splitlines()[0])
    if small.engine.dialect.name == "sqlite":  # the registry that stands here is the default
        said = ask("decide", "queue", first["key"], "accept", "--who", "سارا")
    else:
        said = ask("decide", "queue", first["key"], "accept", "--who", "سارا", "--registry", address)
    assert said.exit_code == 0
    assert "go to the registry" in said.stderr
    assert small.rows(Event)
    where = ["--registry", address]
    shown = ask("review", "queue", "--who", "سارا", *where, input="a" * 20)
    assert "0 waiting" in shown.output
    changes = small.verify()
    assert ask("hand-over", "queue", "--who", "سارا", *where).exit_code == 0
    assert small.verify() == changes


def test_a_refusal_does_not_end_the_review(ask, registry):
    where = ["--registry", registry.engine.url.render_as_string(hide_password=False)]
    shown = ask("review", "queue", "--who", "سارا", *where, input="a" * 20)
    assert shown.exit_code == 0
    assert "not decided, it waits" in shown.output
    assert "0 waiting" not in shown.output


def test_handing_over_names_what_the_registry_refuses(ask, registry):
    queue = Queue(Path("queue"))
    for proposal in queue.waiting():
        queue.decide(proposal.key, "accept", who="سارا")
    changes = registry.verify()
    where = ["--registry", registry.engine.url.render_as_string(hide_password=False)]
    said = ask("hand-over", "queue", "--who", "سارا", *where)
    assert said.exit_code == 0
    assert "was refused" in said.output
    assert registry.verify() == changes


def test_without_a_registry_the_file_is_named(ask):
    first = json.loads(ask("list", "queue", "--json").output.splitlines()[0])
    said = ask("decide", "queue", first["key"], "accept", "--who", "سارا")
    assert "there is no registry" in said.stderr
    assert "accepted.jsonl" in said.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["registry", "status"],
        ["registry", "init"],
        ["registry", "log"],
        ["news", "decide", "queue", "x", "accept", "--who", "t", "--registry", "x.sqlite"],
    ],
)
@pytest.mark.parametrize("missing", ["sqlalchemy", "alembic"])
def test_without_the_extra_its_name_is_given(tmp_path, command, missing):
    program = f"import sys; sys.modules[{missing!r}] = None; from peyvand.cli import main; main({command!r})"
    env = {**os.environ, "PYTHONPATH": str(Path(peyvand.__file__).parents[1])}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 2
    assert "peyvand[registry]" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("organisation", "code"), [("سازمان همکاری شانگهای", "SCO"), ("سازمان همکاری اسلامی", "OIC"), ("اکو", "ECO")]
)
def test_an_event_with_an_organisation_is_accepted(full, tmp_path, organisation, code):
    text = f"به گزارش ایسنا، محمدجواد ظریف وزیر امور خارجه ایران در تهران با دبیرکل {organisation} دیدار و گفت‌وگو کرد."
    queue = queue_for(full, tmp_path, text)
    event = consult(queue)
    assert {event.values["by"], event.values["to"]} == {"IRN", code}
    queue.decide(event.key, "accept", who="t")
    held = full.get(Event, f"news/{event.key}")
    assert {held.by_party, held.to_party} == {"IRN", code}


JOINED = "به گزارش ایرنا، جمهوری اسلامی ایران امروز در نشست سران در دهلی نو به عضویت کامل سازمان همکاری شانگهای درآمد."


def test_a_membership_is_proposed_and_kept(small, tmp_path):
    with small.change(who="t", why="t") as change:
        change.add(models.Pact(code="SCO", kind="organisation", name_en="SCO", name_fa="شانگهای", source="t"))
    queue = queue_for(small, tmp_path, JOINED)
    proposal = next(one for one in queue if one.kind == "membership")
    assert proposal.values == {"by": "IRN", "to": "SCO", "status": "member"}
    queue.decide(proposal.key, "accept", who="t")
    queue.hand_over(proposal.key, who="t")
    (held,) = small.rows(models.Membership)
    assert (held.pact, held.party, held.status, held.from_on) == ("SCO", "IRN", "member", "2019-07-04")
    assert small.log(thing="membership")[0].why == "news report report-0"


def test_a_membership_that_the_register_knows_is_refused(full, tmp_path):
    queue = queue_for(full, tmp_path, JOINED, date="1403-04-13")
    proposal = next(one for one in queue if one.kind == "membership")
    with pytest.raises(RuleError, match="membership"):
        queue.decide(proposal.key, "accept", who="t")
    assert proposal.key in {one.key for one in queue.waiting()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("بلاروس در نشست آستانه به عضویت سازمان همکاری شانگهای درآمد.", [("BLR", "SCO", "member")]),
        ("ایران به عنوان عضو ناظر اتحادیه اقتصادی اوراسیا پذیرفته شد.", [("IRN", "EAEU", "observer")]),
        ("Belarus became a full member of the Shanghai Cooperation Organization.", [("BLR", "SCO", "member")]),
        ("قرار است بلاروس به عضویت سازمان همکاری شانگهای درآید.", []),
        ("وزیر خارجه روسیه از عضویت ایران در سازمان همکاری شانگهای استقبال کرد.", []),
        ("درخواست عضویت ترکیه در بریکس پذیرفته نشد.", []),
    ],
)
def test_a_membership_is_read_where_it_has_begun(text, found):
    read = read_text(f"وزیر امور خارجه ایران با وزیر امور خارجه روسیه دیدار کرد. {text}")
    assert [(one.party, one.pact, one.status) for one in read.memberships] == found
    assert all(read.quote(one.span) in text for one in read.memberships)
