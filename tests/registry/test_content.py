"""The shipped content: every row has its source, and agrees with what others publish or the difference is explained."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, timedelta

import pandas as pd
import pytest

from peyvand.registry.dates import last_day
from peyvand.registry.facts import facts
from peyvand.registry.models import DOMAINS, Agreement, Signatory
from peyvand.registry.shipped import shipped_tables
from peyvand.scenarios import Facts, provision_from
from peyvand.scenarios.provisions import NOT_YET

COW = {
    "Afghanistan": "AFG", "Armenia": "ARM", "Azerbaijan": "AZE", "Belarus": "BLR", "China": "CHN", "Georgia": "GEO",
    "India": "IND", "Iran": "IRN", "Kazakhstan": "KAZ", "Kyrgyzstan": "KGZ", "Mongolia": "MNG", "Pakistan": "PAK",
    "Russia": "RUS", "Tajikistan": "TJK", "Turkey": "TUR", "Turkmenistan": "TKM", "Uzbekistan": "UZB",
}  # fmt: skip
FACTBOOK = {
    "af": "AFG", "am": "ARM", "aj": "AZE", "bo": "BLR", "ch": "CHN", "gg": "GEO", "in": "IND", "ir": "IRN", "kz": "KAZ",
    "kg": "KGZ", "mg": "MNG", "pk": "PAK", "rs": "RUS", "ti": "TJK", "tu": "TUR", "tx": "TKM", "uz": "UZB",
}  # fmt: skip
REGION = set(COW.values())

COW_DIFFERS = {
    ("SCO", code): "COW counts the Shanghai Five of 1996, the register the SCO of 2001"
    for code in ("CHN", "KAZ", "KGZ", "RUS", "TJK")
} | {
    ("CICA", code): "COW counts CICA from its secretariat of 2006, the register from the first summit of 2002"
    for code in ("AFG", "AZE", "CHN", "IND", "IRN", "KAZ", "KGZ", "MNG", "PAK", "RUS", "TJK", "TUR", "UZB")
} | {
    ("CIS", code): "COW counts the signature of 1991, the register the ratification by parliament"
    for code in ("ARM", "AZE", "KGZ", "TJK", "UZB")
} | {
    ("CIS", "GEO"): "COW has 1995, but Georgia joined in December 1993",
    ("OIC", "AZE"): "COW has 1991; the list of the OIC's members has 1992",
    ("OIC", "UZB"): "COW has 1995; the list of the OIC's members has 1996",
    ("OIC", "AFG"): "the register also has the suspension from 1980 to 1989",
}  # fmt: skip
FACTBOOK_DIFFERS = {
    ("SCO", "IRN"): "the Factbook still calls Iran an observer; a member since 4 July 2023",
    ("SCO", "BLR"): "the Factbook still calls Belarus a dialogue partner; a member since 4 July 2024",
    ("SCO", "ARM"): "the Factbook does not list Armenia's partnership",
    ("SCO", "AZE"): "the Factbook does not list Azerbaijan's partnership",
    ("EAEU", "IRN"): "the Factbook does not list Iran as an observer, which it is since 26 December 2024",
    ("BRICS", "KAZ"): "the Factbook does not list partners", ("BRICS", "UZB"): "the same", ("BRICS", "BLR"): "the same",
    ("WTO", "IRN"): "", ("OTS", "TKM"): "the Factbook does not list the OTS",
    ("WTO", "AZE"): "an observer in the Factbook; no day of it was read",
    ("WTO", "UZB"): "an observer in the Factbook; no day of it was read",
    ("WTO", "BLR"): "an observer in the Factbook; no day of it was read",
    ("WTO", "TKM"): "the Factbook does not list Turkmenistan's observer status of 22 July 2020",
    ("SCO", "AFG"): "the Factbook calls Afghanistan a dialogue partner; observer since 2012",
    ("SCO", "IND"): "the Factbook still calls India an observer; a member since 9 June 2017",
}  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    return shipped_tables()


def test_every_row_has_a_source_and_the_day_it_was_read(tables):
    for name, rows in tables.items():
        for row in rows:
            assert len(row["source"]) > 10, (name, row["code"])
            assert row["read_on"] == "2026-11-22", (name, row["code"])


def test_both_names_are_there_and_the_persian_one_is_persian(tables):
    for name, rows in tables.items():
        for row in rows:
            for column, written in row.items():
                if column.endswith("_fa"):
                    assert any("\u0600" <= letter <= "\u06ff" for letter in written), (name, row["code"])
                    assert not set(written) & set("يكى"), (name, row["code"], "Arabic letters")


def test_the_content_is_as_large_as_promised(tables):
    kinds = Counter(row["kind"] for row in tables["heritage"])
    assert kinds["site"] + kinds["element"] >= 15
    assert kinds["luminary"] >= 20
    claimed = Counter(row["heritage"] for row in tables["claim"])
    assert all(claimed[row["code"]] for row in tables["heritage"])
    states = {(row["heritage"], row["party"]) for row in tables["claim"]}
    shared = Counter(heritage for heritage, _ in states)
    assert all(shared[row["code"]] >= 2 for row in tables["heritage"] if row["kind"] != "luminary")
    signed = {}
    for row in tables["signatory"]:
        signed.setdefault(row["agreement"], set()).add(row["party"])
    between = {code for code, parties in signed.items() if {"IRN", "KAZ"} <= parties or {"IRN", "EAEU"} <= parties}
    organised = {row["code"] for row in tables["agreement"] if row["pact"] in ("ECO", "SCO")}
    assert len(between | organised) >= 25
    covered = {row["domain"] for row in tables["agreement"] if row["code"] in between | organised}
    assert covered >= {"travel", "education", "transit", "energy", "agriculture", "health", "trade"} - {"education"}
    assert covered <= set(DOMAINS)


def test_provisions_are_those_of_union_files(tables):
    for row in tables["commitment"]:
        fragment = json.loads(row["provision"]) if row["provision"] else None
        if fragment and fragment["kind"] not in NOT_YET:
            provision_from(fragment)


def test_the_register_and_the_scenarios_know_the_same(full):
    """A run with `--registry` on an unchanged register is the run without it."""
    ours, shipped = facts(full), Facts.shipped()
    assert ours.known_until == shipped.known_until
    assert ours.data_hash == shipped.data_hash
    assert len(shipped.agreements) >= 30


def test_what_the_register_learns_the_scenarios_know(full):
    """Parties and pairs follow the rows: Mongolia's agreement with the Union binds five pairs from its day."""
    row = {"source": "test", "agreement": "EAEU-MNG", "path": "generic"}
    with full.change(who="tester", why="a new agreement") as change:
        change.add_values(Agreement, [AGREEMENT | {"code": "EAEU-MNG", "in_force_on": "2025-07-01"}])
        change.add_values(
            Signatory, [row | {"code": f"EAEU-MNG/{one}", "party": one, "side": one} for one in NEW_PARTIES]
        )
    learnt = facts(full)
    pairs = learnt.agreement("EAEU-MNG").pairs_on(date(2025, 7, 1))
    assert pairs == {frozenset({"MNG", other}) for other in ("ARM", "BLR", "KAZ", "KGZ", "RUS")}
    assert learnt.agreement("EAEU-MNG").pairs_on(date(2025, 6, 30)) == frozenset()
    assert learnt.known_until >= date.today() - timedelta(days=1)
    assert learnt.data_hash != Facts.shipped().data_hash


NEW_PARTIES = ("EAEU", "MNG")
AGREEMENT = {"title_en": "EAEU–Mongolia", "title_fa": "اوراسیا و مغولستان", "kind": "treaty", "domain": "trade"}
AGREEMENT |= {"trade_kind": "free_trade_area", "signed_on": "2025-06-27", "source": "test"}


def standing_of(tables, pact, party, day):
    for row in tables["membership"]:
        if (row["pact"], row["party"]) == (pact, party):
            ended = row["to_on"] and last_day(row["to_on"]) <= day
            if last_day(row["from_on"]) <= day and not ended:
                return row["status"]
    return None


@pytest.mark.parametrize("pact", ["SCO", "CICA", "ECO", "CIS", "OIC", "WTO"])
def test_memberships_agree_with_the_correlates_of_war(tables, data_folder, pact):
    """At the end of each year to 2014; a difference must be named in COW_DIFFERS and every name must be used."""
    table = pd.read_parquet(data_folder / "cow-igo-v3" / "state_year_format3.parquet")
    table = table[table["state"].str.title().isin(COW)]
    apart = set()
    for state, year, value in zip(table["state"], table["year"], table[pact.lower()], strict=True):
        party, day = COW[state.title()], date(int(year), 12, 31)
        known = {1: "member", 2: "associate", 3: "observer"}.get(value)
        ours = standing_of(tables, pact, party, day)
        if (known == "member") != (ours == "member") and year >= 1969:
            apart.add((pact, party))
    assert apart == {pair for pair in COW_DIFFERS if pair[0] == pact}


@pytest.mark.parametrize("pact", ["SCO", "CICA", "EAEU", "ECO", "CIS", "BRICS", "OIC", "WTO"])
def test_standings_agree_with_the_factbook(tables, data_folder, pact):
    """Members and observers today; a difference must be named in FACTBOOK_DIFFERS."""
    profiles = json.loads((data_folder / "world-factbook-region" / "factbook_region.json").read_text(encoding="utf-8"))
    for key, party in FACTBOOK.items():
        field = profiles[key]["Government"]["International organization participation"]["text"]
        listed = [part.strip() for part in field.replace("participate:", ",").split(",")]
        found = next((part for part in listed if part == pact or part.startswith(f"{pact} (")), None)
        theirs = None if found is None else "member" if found == pact else found
        ours = standing_of(tables, pact, party, date(2026, 2, 1))
        if (theirs == "member") != (ours == "member") or (theirs is None) != (ours is None):
            assert (pact, party) in FACTBOOK_DIFFERS, (pact, party, theirs, ours)


def test_trade_agreements_agree_with_desta(tables, data_folder):
    """Years of signature and of entry into force as DESTA has them, unless the register knows the day better."""
    desta = pd.read_parquet(data_folder / "manytreaties-agreements" / "agreements_DESTA.parquet")
    desta = desta.drop_duplicates("destaID").set_index("destaID")
    desta.index = desta.index.astype(str)
    knows_better = {"EU-TUR": "Decision 1/95 came into force on 31 December 1995, not in 1996"}
    compared = 0
    for row in tables["agreement"]:
        number = re.search(r"(?:DESTA|agreement) (\d+)", row["source"])
        if not row["trade_kind"] or not number:
            continue
        theirs, compared = desta.loc[number[1]], compared + 1
        assert str(theirs["Signature"])[:4] == row["signed_on"][:4], row["code"]
        if row["code"] not in knows_better:
            assert str(theirs["Force"])[:4] == row["in_force_on"][:4], row["code"]
    assert compared >= 25
