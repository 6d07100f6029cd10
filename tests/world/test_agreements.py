"""Which agreement binds each pair?  The rule on small tables, the region in 2019, and the register beside it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from peyvand.scenarios.in_force import Facts
from peyvand.world import AGREEMENT_KINDS, STATUSES, World
from peyvand.world.compile.agreements import agreements, agreements_in_force
from peyvand.world.compile.concordance import Economy, rows_of
from peyvand.world.compile.inputs import Inputs

NOBODY = pd.DataFrame({"agreement": [], "economy": [], "in_force_year": []})
REGION = "IRN KAZ UZB TKM TJK KGZ AZE TUR PAK AFG ARM GEO MNG IRQ QAT RUS BLR UKR".split()  # noqa: SIM905
FREE = ("free-trade-area", "customs-union")


def notified(*rows: tuple[str, str, int, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["exporter", "importer", "year", "agreement"])


def kinds(found: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(row.exporter, row.importer): AGREEMENT_KINDS[row.kind] for row in found.itertuples()}


# -- the rule ----------------------------------------------------------------------------------------------------------
def test_one_exporters_row_holds_both_ways_and_the_last_wave_counts():
    panel = notified(
        ("CHE", "JPN", 2016, "Japan - Switzerland"),
        ("CHL", "IND", 2016, "Chile - India"),
        ("CHE", "CAN", 2012, "EFTA - Canada"),
    )
    found = kinds(agreements_in_force(2019, notified=panel, parties=NOBODY))
    assert found["CHE", "JPN"] == found["JPN", "CHE"] == "free_trade"
    assert found["IND", "CHL"] == "partial_scope"
    assert ("CHE", "CAN") not in found


def test_the_treaty_of_2012_is_read_from_those_who_signed_it():
    """The panel gives it to Azerbaijan and Turkmenistan."""
    treaty = "Treaty on a Free Trade Area between members of the Commonwealth of Independent States (CIS)"
    panel = notified(("KAZ", "TKM", 2016, treaty), ("ARM", "AZE", 2016, treaty), ("KAZ", "UZB", 2016, treaty))
    found = kinds(agreements_in_force(2019, notified=panel, parties=NOBODY))
    assert ("KAZ", "TKM") not in found
    assert ("ARM", "AZE") not in found
    assert found["KAZ", "UZB"] == "cis_2012"


def test_what_came_since_is_from_desta_and_no_more_than_was_in_force():
    parties = pd.DataFrame(
        [(989, "JPN", 2018), (989, "CAN", 2018), (989, "MYS", 2018), (867, "ARM", 2019), (867, "FRA", 2019)],
        columns=["agreement", "economy", "in_force_year"],
    )
    panel = notified(("CHE", "JPN", 2016, "Japan - Switzerland"))
    found = kinds(agreements_in_force(2019, notified=panel, parties=parties))
    assert found["JPN", "CAN"] == "free_trade"
    assert ("JPN", "MYS") not in found
    assert found.get(("ARM", "FRA"), "none") == "none"
    before = kinds(agreements_in_force(2017, notified=panel, parties=parties))
    assert ("JPN", "CAN") not in before


def test_what_has_ended_is_taken_away():
    panel = notified(("JOR", "TUR", 2012, "Turkey - Jordan"), ("JOR", "TUR", 2016, "Turkey - Jordan"))
    assert ("TUR", "JOR") in kinds(agreements_in_force(2017, notified=panel, parties=NOBODY))
    assert ("TUR", "JOR") not in kinds(agreements_in_force(2019, notified=panel, parties=NOBODY))
    assert ("RUS", "UKR") in kinds(agreements_in_force(2013, notified=panel, parties=NOBODY))
    assert ("RUS", "UKR") not in kinds(agreements_in_force(2016, notified=panel, parties=NOBODY))


def test_a_bloc_has_what_most_of_its_pairs_have():
    chosen = (Economy("AAA", "reported", ("AAA",), "", "AAA"), Economy("BBB", "bloc", ("B1", "B2", "B3"), "", "B1"))
    members = {economy.code: economy.members for economy in chosen}
    people = pd.Series({"AAA": 1.0, "B1": 5.0, "B2": 2.0, "B3": 1.0})
    rows = [("AAA", "B1", 3, True), ("B1", "AAA", 3, True), ("AAA", "B2", 1, True), ("B2", "AAA", 1, True)]
    found = agreements(pd.DataFrame(rows, columns=["exporter", "importer", "kind", "dated"]), chosen, people, members)
    assert found.agreement.tolist() == [[0, 1], [1, 0]]
    assert AGREEMENT_KINDS[found.kind[0, 1]] == "free_trade"
    assert STATUSES[found.status[0, 1]] == "estimated"
    fewer = agreements(
        pd.DataFrame(rows[2:], columns=["exporter", "importer", "kind", "dated"]), chosen, people, members
    )
    assert not fewer.agreement.any()
    assert AGREEMENT_KINDS[fewer.kind[0, 1]] == "none"


def test_every_reading_has_its_reason():
    for row in rows_of("agreement_readings.csv"):
        assert row["kind"] in (*AGREEMENT_KINDS, "unread"), row
        assert row["reason"], row
    assert all(row["source"] for row in rows_of("ended_agreements.csv"))


# -- the region in 2019 ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("KAZ", "RUS", "eaeu"),
        ("KGZ", "ARM", "eaeu"),
        ("KAZ", "UZB", "cis_2012"),
        ("TJK", "KGZ", "cis_2012"),
        ("UKR", "KAZ", "cis_2012"),
        ("AZE", "RUS", "cis"),
        ("GEO", "UKR", "cis"),
        ("TUR", "GEO", "free_trade"),
        ("TUR", "EU27", "free_trade"),
        ("EU27", "GBR", "eu"),
        ("SAU", "QAT", "gcc"),
        ("PAK", "CHN", "free_trade"),
        ("IRN", "TUR", "eco"),
        ("IRN", "KAZ", "partial_scope"),
        ("IRN", "RUS", "partial_scope"),
        ("RUS", "UKR", "none"),
        ("TUR", "JOR", "none"),
        ("KAZ", "TKM", "none"),
        ("ARM", "AZE", "none"),
        ("IRN", "UZB", "none"),
        ("IRN", "CHN", "none"),
        ("TUR", "KAZ", "none"),
        ("PAK", "UZB", "none"),
    ],
)
def test_the_regions_agreements_of_2019(one, other, kind):
    world = World.embedded()
    for exporter, importer in ((one, other), (other, one)):
        cell = {"exporter": exporter, "importer": importer}
        assert AGREEMENT_KINDS[int(world["agreement_kind"].sel(cell))] == kind
        free = AGREEMENT_KINDS.index(kind) >= AGREEMENT_KINDS.index("free_trade")
        assert bool(world["agreement"].sel(cell)) == free


def test_the_register_and_the_world_do_not_contradict():
    """Every free-trade pair of the register is one of the World, and inside the region the World has no other.

    But those whose entry into force no source dates: the World takes them as assumed, the register does not list them.
    """
    world = World.embedded()
    linked = Facts.shipped().linked(date(world.base_year, 12, 31), kinds=FREE)
    of_register = {pair for pair in linked if pair <= set(world.economies)}
    assert len(of_register) > 50
    values = world["agreement"].transpose("exporter", "importer").values
    status = world["agreement_status"].transpose("exporter", "importer").values.astype(int)
    names = world.economies
    of_world = {frozenset((names[i], names[n])): STATUSES[status[i, n]] for i, n in np.argwhere(values > 0)}
    assert of_register <= set(of_world)
    more = {pair: how for pair, how in of_world.items() if pair <= set(REGION) and pair not in of_register}
    assert set(more.values()) == {"assumed"}
    undated = {frozenset(row["members"].split()) for row in rows_of("free_trade.csv") if not row["in_force_year"]}
    assert set(more) <= undated
    partial = Facts.shipped().linked(date(world.base_year, 12, 31), kinds=("partial-scope",))
    kind = world["agreement_kind"]
    interim = [pair for pair, agreement in partial.items() if agreement.name == "IRN-EAEU-interim"]
    assert interim
    assert all(float(kind.sel(exporter=min(pair), importer=max(pair))) > 0 for pair in interim)


def test_a_tariff_of_zero_in_the_region_has_its_agreement():
    """Pairs that the compiler makes free are bound in the World."""
    world = World.embedded()
    goods = [name for name in world.sectors if not name.endswith("_services")]
    rate = world["tariff_rate"].sel(sector=goods).max("sector").transpose("exporter", "importer").values
    free = (rate == 0) & ~np.eye(len(rate), dtype=bool)
    bound = world["agreement"].transpose("exporter", "importer").values > 0
    inside = np.isin(world.economies, REGION)
    inside = inside[:, None] & inside[None, :]
    assert (bound & inside).sum() > 80
    assert not (free & inside & ~bound).any()


def test_the_embedded_world_holds_what_the_sources_say(data_folder):
    inputs = Inputs(data_folder)
    pairs = agreements_in_force(2019, notified=inputs.notified_agreements, parties=inputs.treaty_parties)
    found, world = kinds(pairs), World.embedded()
    single = [
        code for code in world.economies if len(code) == 3 and code not in ("ANZ", "XEF", "XSE", "XLA", "XAF", "ROW")
    ]
    values = world["agreement_kind"].transpose("exporter", "importer").sel(exporter=single, importer=single)
    for one in single:
        for other in single:
            expected = found.get((one, other), "none") if one != other else "none"
            assert AGREEMENT_KINDS[int(values.sel(exporter=one, importer=other))] == expected, (one, other)


def test_the_same_agreements_as_in_another_compilation(data_folder):
    """51 economies of the OECD and Asia, 2019 (USITC Dynamic Gravity): 98 % of pairs agree.

    It counts partial scopes (the Philippines and Mexico) and signatories of CPTPP that had not ratified it."""
    other = pd.read_parquet(data_folder / "oecd-asia-trade-rta-2010-2019" / "data_RTA_OECD_ASIA.parquet")
    other = other[(other["year"] == 2019) & (other["iso3_i"] != other["iso3_j"])]
    inputs = Inputs(data_folder)
    pairs = agreements_in_force(2019, notified=inputs.notified_agreements, parties=inputs.treaty_parties)
    free = {pair for pair, kind in kinds(pairs).items() if AGREEMENT_KINDS.index(kind) >= 3}
    mine = [(one, two) in free for one, two in zip(other["iso3_i"], other["iso3_j"], strict=True)]
    assert np.mean(np.array(mine) == (other["rta"].to_numpy() > 0)) > 0.98
