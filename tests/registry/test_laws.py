"""Laws of the registry, the same on both databases."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from peyvand.errors import AuditError, OutputError, RegistryError
from peyvand.registry import Registry, queries
from peyvand.registry.backup import backup, restore
from peyvand.registry.engine import migrate
from peyvand.registry.exchange import export_csv, export_json, import_tables, read_tables
from peyvand.registry.models import (
    ROWS,
    Agreement,
    Commitment,
    EventSource,
    Membership,
    Pact,
    Participant,
    SearchEntry,
    table_of,
)
from peyvand.registry.shipped import load_shipped, shipped_tables
from peyvand.registry.words import ZWNJ, index_words, normalise, query_words


@pytest.fixture
def another(tmp_path):
    opened = Registry.create(tmp_path / "another.sqlite")
    yield opened
    opened.close()


@pytest.mark.parametrize("way", ["json", "csv"])
def test_an_export_of_an_import_is_the_same_byte_for_byte(full, another, tmp_path, way):
    """From either database into SQLite and out again."""
    export = export_csv if way == "csv" else lambda register, path: export_json(register, path, audit=False)
    first, second = (tmp_path / name if way == "csv" else tmp_path / f"{name}.json" for name in ("first", "second"))
    written = export(full, first)
    assert import_tables(another, read_tables(first), why="round trip", who="t") == written
    export(another, second)
    files = sorted(first.iterdir()) if way == "csv" else [first]
    others = sorted(second.iterdir()) if way == "csv" else [second]
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in others]


def test_a_backup_restores_rows_audit_and_search(full, another, tmp_path):
    with full.change(who="t", why="a change") as change:
        change.update(Agreement, "IRN-EAEU", version=1, note="changed")
    backup(full, tmp_path / "backup.json")
    assert restore(another, tmp_path / "backup.json") == full.verify()
    backup(another, tmp_path / "again.json")
    assert (tmp_path / "backup.json").read_bytes() == (tmp_path / "again.json").read_bytes()
    assert another.search("مالیات مضاعف") == full.search("مالیات مضاعف") != []
    with pytest.raises(RegistryError, match="not empty"):
        restore(another, tmp_path / "backup.json")


def test_a_forged_backup_is_refused_and_nothing_is_written(full, another, tmp_path):
    backup(full, tmp_path / "backup.json")
    document = json.loads((tmp_path / "backup.json").read_text(encoding="utf-8"))
    document["tables"]["party"][0]["name_en"] = "Nowhere"
    (tmp_path / "forged.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(AuditError, match="without an audit"):
        restore(another, tmp_path / "forged.json")
    assert another.rows(Pact) == []
    assert another.verify() == 0


def test_an_export_that_cannot_be_written_leaves_nothing(full, tmp_path):
    (tmp_path / "place").mkdir()
    with pytest.raises(OutputError):
        export_json(full, tmp_path / "place")
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("content", ["[]", "{}", '{"format": "other"}', "not json", '{"format": "peyvand-registry-1"'])
def test_what_is_no_export_is_refused(tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(RegistryError):
        read_tables(tmp_path / "x.json")


def test_migrations_down_and_up_keep_every_row(full):
    def everything():
        with full.reading() as connection:
            there = [kind for kind in ROWS if kind not in (EventSource, Participant)]
            return [list(connection.execute(select(table_of(kind)).order_by(table_of(kind).c.code))) for kind in there]

    before, found = everything(), full.search("قزاقستان", limit=500)
    migrate(full.engine, "0001")
    assert everything() == before
    migrate(full.engine)
    assert everything() == before
    assert full.search("قزاقستان", limit=500) == found != []
    full.verify()


def test_every_change_keeps_the_words_of_search(full):
    def stored():
        with full.reading() as connection:
            entry = table_of(SearchEntry).c
            return {tuple(row) for row in connection.execute(select(entry.thing, entry.code, entry.words))}

    with full.change(who="t", why="t") as change:
        change.update(Pact, "SCO", version=1, name_fa="پیمان شانگهای")
        change.remove(Membership, "BRICS/KAZ/2025-01-01", version=1)
    after = stored()
    migrate(full.engine, "0001")
    migrate(full.engine)
    assert stored() == after
    assert [hit.code for hit in full.search("پیمان شانگهای")] == ["SCO"]


@pytest.mark.parametrize("typed", ["آیین‌نامهٔ كتابخانه", "آیین نامه ی کتابخانه", "آييننامه", "اییننامه كتابخانه"])
def test_persian_is_found_however_it_is_typed(small, typed):
    with small.change(who="t", why="t") as change:
        change.add(
            Agreement(
                code="X",
                title_en="Rules",
                title_fa="آیین‌نامهٔ کتابخانه‌ها",
                kind="decision",
                domain="culture",
                source="t",
            )
        )
    query = typed.replace(" ی ", " ")
    assert [hit.code for hit in small.search(query)] == ["X"]


PERSIAN = st.text(st.sampled_from([*"ابپتسکگیيىكئةآأ۱٢3 ـ\u064e", ZWNJ, *"aZé"]), max_size=30)


@given(PERSIAN)
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)


@given(PERSIAN)
def test_a_text_holds_its_own_words(text):
    held = set(index_words(text).split())
    for group in query_words(text):
        assert any(set(choice) <= held for choice in group)


@pytest.mark.parametrize("query", ["", "!!!", "'", '"', "* OR 1", "a' | 'b", "NEAR(", "\\", "%", "؟"])
def test_no_query_breaks_the_search(small, query):
    small.search(query)


def test_both_databases_find_the_same_in_the_same_order(full, another):
    load_shipped(another)
    for query in ("ایران", "agreement", "موافقت‌نامه", "2018", "حمل و نقل", "iran kaz", "caspian", "هنر"):
        assert full.search(query, limit=200) == another.search(query, limit=200) != []


def test_standings_change_on_their_day(full):
    with full.reading() as connection:

        def sco(day):
            found = queries.standings(connection, date.fromisoformat(day), pact="SCO", party="IRN")
            return [(row.status, row.certain, row.open_ended) for row in found]

        assert sco("2004-12-31") == []
        assert sco("2005-06-01") == [("observer", False, False)]
        assert sco("2023-07-03") == [("observer", True, False)]
        assert sco("2023-07-04") == [("member", True, True)]
        assert [row.party for row in queries.standings(connection, date(2015, 1, 1), pact="EAEU")] == [
            "BLR",
            "KAZ",
            "RUS",
        ]


def test_an_agreement_goes_through_its_states(full):
    with full.reading() as connection:

        def state(code, day):
            return queries.agreements(connection, date.fromisoformat(day), codes=[code])[0].state

        assert [state("IRN-EAEU", day) for day in ("2023-12-24", "2023-12-25", "2025-05-14", "2025-05-15")] == [
            "not_signed", "signed", "signed", "in_force",
        ]  # fmt: skip
        assert state("IRN-EAEU-interim", "2025-05-14") == "in_force"
        assert state("IRN-EAEU-interim", "2025-05-15") == "ended"
        assert state("ECO-TTFA", "2006-06-01") == "unknown", "the year only is published"
        assert state("IRN-KAZ-civil-assistance", "2024-01-01") == "unknown"
        assert sum(queries.counts(connection, date(2026, 1, 1)).values()) == len(shipped_tables()["agreement"])


def test_undated_steps_wait_for_the_next_dated_one(full):
    with full.reading() as connection:

        def reached(day):
            found = queries.party_states(connection, "IRN-EAEU", date.fromisoformat(day))
            return {row.party: row.state.reached for row in found}

        assert reached("2024-06-01")["RUS"] == "lower_house"
        assert reached("2025-03-03")["IRN"] == "guardian_council"
        assert reached("2025-03-03")["KAZ"] == "upper_house"
        assert set(reached("2025-05-15").values()) == {"in_force", None}


def test_overdue_waits_for_the_last_possible_day(small):
    with small.change(who="t", why="t") as change:
        for code, due, kept in (("a", "2024", "planned"), ("b", "2024-02", "full"), ("c", "2024-02-10", "partial")):
            change.add(
                Commitment(
                    code=code, agreement="IRN-KAZ-TAX", by_party="IRN", domain="trade", text_en="t", text_fa="م",
                    due_on=due, status=kept, source="t",
                )
            )  # fmt: skip
    with small.reading() as connection:
        assert [row.code for row in queries.overdue(connection, date(2024, 2, 10))] == []
        assert [row.code for row in queries.overdue(connection, date(2024, 12, 31))] == ["c"]
        assert [row.code for row in queries.overdue(connection, date(2025, 1, 1))] == ["a", "c"]
        late, count = queries.commitments(connection, date(2025, 1, 1), late=True)
        assert ([row["code"] for row in late], count) == (["a", "c"], 2)
        every, count = queries.commitments(connection, date(2025, 1, 1), limit=2)
        assert ([row["code"] for row in every], count) == (["a", "c"], len(small.rows(Commitment)))
        assert [row["late"] for row in queries.commitments(connection, date(2024, 12, 31))[0]][:2] == [1, 0]
