"""Each refusal names its rule, and nothing of a refused change is written."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from peyvand.errors import AuditError, DatabaseError, RuleError, StaleRowError, UnknownRowError
from peyvand.registry import Registry
from peyvand.registry.engine import migrate, open_engine
from peyvand.registry.models import Agreement, Commitment, Membership, Pact, Party, Signatory, Step

S = {"source": "test"}
TAX = "IRN-KAZ-TAX"


def membership(code="SCO/IRN/2023", **fields):
    values = {"pact": "SCO", "party": "IRN", "status": "member", "from_on": "2023-07-04", **S}
    return Membership(code=code, **(values | fields))


def step(number, name, day=None, **fields):
    values = {"agreement": TAX, "party": "IRN", "outcome": "done", **S}
    return Step(code=f"{TAX}/IRN/{number}", number=number, step=name, done_on=day, **(values | fields))


def commitment(**fields):
    values = {"code": "C1", "agreement": TAX, "by_party": "IRN", "domain": "trade", "text_en": "t", "text_fa": "م", **S}
    return Commitment(**(values | fields))


def agreement(code, **fields):
    return Agreement(code=code, title_en="t", title_fa="ت", kind="protocol", domain="trade", **S, **fields)


SCO = Pact(code="SCO", kind="organisation", name_en="SCO", name_fa="شانگهای", **S)
REFUSED = {
    "membership.ends_before_it_begins": [SCO, membership(to_on="2020-01-01")],
    "membership.overlap": [SCO, membership(from_on="2005", code="a", status="observer"), membership(code="b")],
    "unknown.party": [SCO, membership(party="IRM")],
    "unknown.pact": [membership()],
    "agreement.circular": [agreement("A", amends="B"), agreement("B", amends="C"), agreement("C", amends="A")],
    "step.needs": [step(1, "plenary", "1997-01-01")],
    "step.order": [step(1, "signed", "1996-01-16"), step(2, "cabinet_bill", "1995-01-01")],
    "step.unknown": [step(1, "senate")],
    "step.twice": [step(1, "signed"), step(2, "signed")],
    "step.party": [step(1, "signed", party="TUR")],
    "step.return": [step(1, "signed", outcome="returned")],
    "step.after_rejection": [step(1, "signed"), step(2, "cabinet_bill", outcome="rejected"), step(3, "plenary")],
    "signatory.path": [Signatory(code="x", agreement=TAX, party="TUR", path="TUR2", **S)],
    "commitment.party": [commitment(by_party="TUR")],
    "provision.invalid": [commitment(provision="cut tariffs")],
    "row.date": [membership(from_on="۳۰ اسفند ۱۴۰۲")],
    "row.unknown_word": [commitment(status="promised")],
    "row.required": [Party(code="X", kind="state", name_en="X", name_fa="", **S)],
    "row.code_taken": [Party(code="IRN", kind="state", name_en="Iran", name_fa="ایران", **S)],
    "row.ends_before_it_begins": [agreement("E", in_force_on="2020", ended_on="2018-01-01")],
}


def address(registry):
    return registry.engine.url.render_as_string(hide_password=False)


def add_all(registry, rows):
    with registry.change(who="t", why="t") as change:
        for row in rows:
            change.add(type(row)(**{key: value for key, value in vars(row).items() if not key.startswith("_")}))


@pytest.mark.parametrize("rule", REFUSED)
def test_bad_rows_are_refused_with_the_rule_and_nothing_is_written(small, rule):
    before = small.verify()
    with pytest.raises(RuleError, match="nothing was written") as refused:
        add_all(small, REFUSED[rule])
    assert refused.value.context["rule"] == rule
    assert small.verify() == before
    assert not small.rows(Pact)
    assert not small.rows(Step)
    assert len(small.rows(Party)) == 3


def test_an_update_cannot_close_a_circle(small):
    add_all(small, [agreement("A"), agreement("B", amends="A")])
    with pytest.raises(RuleError, match="comes back to itself"), small.change(who="t", why="t") as change:
        change.update(Agreement, "A", version=1, amends="B")


def test_a_change_needs_who_and_why(small):
    with pytest.raises(RuleError, match="who and why"), small.change(who=" ", why=""):
        pass


def test_a_stale_version_is_refused(small):
    with small.change(who="a", why="first") as change:
        change.update(Agreement, TAX, version=1, note="one")
    with pytest.raises(StaleRowError, match="at version 2, not 1"), small.change(who="b", why="second") as change:
        change.update(Agreement, TAX, version=1, note="two")
    assert small.get(Agreement, TAX).note == "one"


def test_a_named_row_cannot_be_removed(small):
    with pytest.raises(RuleError) as refused, small.change(who="t", why="t") as change:
        change.remove(Party, "KAZ", version=1)
    assert refused.value.context["rule"] == "row.still_named"
    assert small.get(Party, "KAZ")


def test_an_unknown_code_offers_the_nearest(small):
    with pytest.raises(UnknownRowError, match="did you mean 'IRN-KAZ-TAX'"):
        small.get(Agreement, "IRN-KAZ-TXA")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'somebody else'",
        "DELETE FROM audit WHERE seq = 1",
        "INSERT INTO audit SELECT seq + 100, at, who, why, thing, code, action, before, after, previous_hash, hash "
        "FROM audit WHERE seq = 1",
        "INSERT INTO audit SELECT seq + (SELECT MAX(seq) FROM audit), at, who, why, thing, code, action, before, "
        "after, 'forged', hash FROM audit WHERE seq = 1",
    ],
)
def test_the_database_refuses_to_rewrite_the_audit(small, statement):
    with pytest.raises(DBAPIError, match="append-only"), small.engine.begin() as connection:
        connection.execute(text(statement))
    assert small.verify() == 6


def test_sqlite_cannot_replace_audit_rows(small, backend):
    if backend == "sqlite":
        with pytest.raises(DBAPIError, match="append-only"), small.engine.begin() as connection:
            connection.execute(text("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 1"))
    else:
        with pytest.raises(DBAPIError, match="append-only"), small.engine.begin() as connection:
            connection.execute(text("TRUNCATE audit"))
    assert small.verify() == 6


def test_a_change_past_the_registry_is_found(small):
    with small.engine.begin() as connection:
        connection.execute(text("UPDATE party SET name_en = 'Persia' WHERE code = 'IRN'"))
    with pytest.raises(AuditError, match="party IRN"):
        small.verify()


def test_an_empty_or_missing_database_says_how_to_begin(empty_url, tmp_path):
    with pytest.raises(DatabaseError, match="registry init"):
        Registry.open(empty_url)
    assert not list(tmp_path.iterdir()), "opening must not create a file"


def test_a_newer_database_is_refused_and_not_touched(small):
    with small.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for action in (
        lambda: Registry.open(address(small)),
        lambda: migrate(small.engine),
    ):
        with pytest.raises(DatabaseError, match="a newer peyvand made this database: its revision is 9999"):
            action()


def test_an_older_database_is_refused_with_the_way_out(small):
    migrate(small.engine, "0001")
    with pytest.raises(DatabaseError, match="registry upgrade"):
        Registry.open(address(small))


@pytest.mark.parametrize("where", ["mysql://x/y", "postgresql://nobody@127.0.0.1:1/none", "http://"])
def test_a_wrong_address_is_refused(where):
    with pytest.raises(DatabaseError):
        Registry.open(where)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "x.sqlite").write_text("this is not a database " * 100)
    with pytest.raises(DatabaseError, match="not a database"):
        Registry.open(tmp_path / "x.sqlite")
    open_engine(tmp_path / "x.sqlite").dispose()
