"""Compiling: what ships is what the code makes, and each estimating step does what it says."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import peyvand.sources
from peyvand.errors import DataError
from peyvand.sources import Source
from peyvand.world import World
from peyvand.world.compile import build_eurasia, held_out_table
from peyvand.world.compile.concordance import GOODS, SECTORS, economies, sector_of
from peyvand.world.compile.cost_shares import balanced_cost_shares
from peyvand.world.compile.elasticities import HIGHEST, LOWEST, elasticities
from peyvand.world.compile.facts import members_with_data, sanctioned, totals
from peyvand.world.compile.fuels import fuel_gaps, fuel_prices, fuel_values
from peyvand.world.compile.home import broad_shares, home_sales, known_sales
from peyvand.world.compile.inputs import Inputs
from peyvand.world.compile.mixes import Mixes
from peyvand.world.compile.partners import pair_totals
from peyvand.world.compile.services import split_services
from peyvand.world.compile.status import class_of, held_out_cvs
from peyvand.world.compile.tariffs import free_pairs


def test_what_ships_is_what_the_code_makes(data_folder):
    """Value by value; another machine's arithmetic may differ in the last digits, so the hash is left to the next."""
    built, shipped = build_eurasia(data_folder), World.embedded()
    assert built.provenance.equals(shipped.provenance)
    assert set(built.data.data_vars) == set(shipped.data.data_vars)
    for name, array in built.data.data_vars.items():
        if array.dtype.kind == "f":
            assert_allclose(array.values, shipped.data[name].values, rtol=1e-6, atol=1e-9, err_msg=str(name))
        else:
            assert (array.values == shipped.data[name].values).all(), name


@pytest.mark.slow
def test_built_twice_it_has_the_same_hash_and_bytes(data_folder):
    one, two = build_eurasia(data_folder), build_eurasia(data_folder)
    assert one.data_hash == two.data_hash
    assert one.to_bytes() == two.to_bytes()


@pytest.mark.slow
def test_the_shipped_errors_are_those_of_the_held_out_split(data_folder):
    table = held_out_table(data_folder)
    everything = table[table["economy"] == "all"].set_index("class")["cv"]
    assert held_out_cvs() == pytest.approx(everything.to_dict(), abs=0.011)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(DataError, match=r"no file .*\.parquet"):
        build_eurasia(tmp_path)


# -- concordance -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["icio", "wiod", "uzbekistan", "hs2", "wits"])
def test_every_code_reaches_known_sectors(scheme):
    names = {name for held in sector_of(scheme).values() for name in held}
    assert names <= set(SECTORS)
    assert set(GOODS) <= names


def test_every_icio_industry_and_wiod_industry_is_mapped():
    assert len(sector_of("icio")) == 27
    assert len(sector_of("wiod")) == 35


def test_no_economy_is_held_twice():
    members = [member for economy in economies() for member in economy.members]
    assert len(members) == len(set(members))


# -- services ----------------------------------------------------------------------------------------------------------
@given(seed=st.integers(0, 1000), n=st.integers(2, 6))
@settings(max_examples=30, deadline=None)
def test_services_add_up_for_every_pair(seed, n):
    rng = np.random.default_rng(seed)
    flow = rng.uniform(1, 100, (n, n)) + np.diag(rng.uniform(500, 1000, n))
    mixes = [rng.dirichlet([2, 1, 4], n) for _ in range(3)]
    found = split_services(flow=flow, output_share=mixes[0], export_share=mixes[1], import_share=mixes[2])
    assert_allclose(found.sum(axis=2), flow, rtol=1e-8)
    assert (found >= 0).all()
    abroad = found * (1 - np.eye(n))[:, :, None]
    bought = abroad.sum(axis=0)
    assert_allclose(bought / bought.sum(axis=1, keepdims=True), mixes[2], rtol=1e-6)


# -- cost shares -------------------------------------------------------------------------------------------------------
@given(seed=st.integers(0, 1000), s=st.integers(2, 8))
@settings(max_examples=40, deadline=None)
def test_cost_shares_agree_with_output_expenditure_and_gdp(seed, s):
    rng = np.random.default_rng(seed)
    output = rng.uniform(10, 100, s)
    expenditure = output * rng.uniform(0.7, 1.3, s)
    value_added = float(rng.uniform(0.3, 0.6) * output.sum())
    prior = rng.uniform(0, 0.5 / s, (s, s))
    inputs, added = balanced_cost_shares(
        name="XXX",
        output=output,
        expenditure=expenditure,
        value_added=value_added,
        prior_inputs=prior,
        prior_final=rng.dirichlet(np.ones(s)),
    )
    assert_allclose(inputs.sum(axis=0) + added, 1, rtol=1e-12)
    assert added @ output == pytest.approx(value_added, rel=1e-8)
    assert (expenditure - inputs @ output >= -1e-8 * expenditure).all()
    assert (inputs > 0).all()
    assert (added > 0).all()


def test_gdp_above_output_is_refused():
    with pytest.raises(DataError, match="does not fit"):
        balanced_cost_shares(
            name="XXX",
            output=np.ones(2),
            expenditure=np.ones(2),
            value_added=3.0,
            prior_inputs=np.full((2, 2), 0.2),
            prior_final=np.full(2, 0.5),
        )


# -- fuels -------------------------------------------------------------------------------------------------------------
def test_two_prices_make_two_values():
    energy = pd.DataFrame({"oil_balance_mt": [30.0, 80.0], "gas_balance_bcm": [10.0, 15.0]}, index=["AZE", "KAZ"])
    oil, gas = fuel_prices(energy, pd.Series({"AZE": 30 * 450 + 10 * 200, "KAZ": 80 * 450 + 15 * 200}))
    assert (oil, gas) == pytest.approx((450, 200))


def test_a_refiner_sells_crude_and_products_and_an_importer_lacks_them():
    row = {
        "oil_production_mt": 100.0,
        "oil_consumption_mt": 20.0,
        "refinery_throughput_kbd": 1000 / 49.8 * 40,
        "gas_production_bcm": 5.0,
        "gas_consumption_bcm": 8.0,
    }
    balance = pd.Series(row | {"gas_balance_bcm": -3.0})
    values = fuel_values(balance, (1.0, 1.0))
    assert values["oil_gas"] == pytest.approx(60)
    assert values["refining_chemicals"] == pytest.approx(20)
    assert fuel_gaps(balance, (1.0, 1.0))["oil_gas"] == pytest.approx(3)


def test_fuel_prices_are_those_of_2019(data_folder):
    """Brent stood at 64 USD a barrel in 2019, 470 USD a tonne; gas at some 200 USD per thousand m³ in Europe."""
    oil, gas = Mixes(Inputs(data_folder)).prices
    assert 400 < oil < 520
    assert 120 < gas < 320


def test_mixes_are_shares(data_folder):
    mixes = Mixes(Inputs(data_folder))
    for economy in economies():
        if economy.kind == "split":
            for mix in (mixes.exports(economy.code), mixes.imports(economy.code)):
                assert mix.sum() == pytest.approx(1)
                assert (mix >= 0).all()
    assert mixes.exports("KGZ").idxmax() == "metals_minerals"  # gold
    assert mixes.exports("MNG").idxmax() == "mining"  # coal and copper
    assert mixes.exports("AFG").idxmax() == "agriculture_food"


def test_medicines_of_iran_and_afghanistan(data_folder):
    """Iran's chemicals are petrochemicals; Afghanistan's customs of 2019 lack the chapter of medicines."""
    mixes = Mixes(Inputs(data_folder))
    assert 0 < mixes.exports("IRN")["pharmaceuticals"] < 0.005
    assert 0.003 < mixes.imports("AFG")["pharmaceuticals"] < 0.03


def test_gold_is_known_where_it_is_sold(data_folder):
    mixes = Mixes(Inputs(data_folder))
    share = {code: mixes.gold_share(code) for code in ("UZB", "KGZ", "TJK", "ARM", "AZE", "TKM", "IRN")}
    assert 0.2 < share["UZB"] < 0.4
    assert 0.3 < share["KGZ"] < 0.6
    assert 0.1 < share["TJK"] < 0.4
    assert share["AZE"] < 0.02
    assert share["TKM"] == share["IRN"] == 0
    assert mixes.gold_import_share("AZE") > 0.1


def test_iran_s_partners_are_those_of_sanctions(data_folder):
    """Between a year without and one with them, nearer the latter; neighbours count as others do."""
    inputs = Inputs(data_folder)
    found = pair_totals(inputs, economies(), Mixes(inputs))
    assert found.between.loc["IRN"].isna().all()
    named = found.named
    before = inputs.pairs_2016.set_index(["exporter", "importer"])["trade_musd"]
    for code, most in (("JPN", 0.35), ("KOR", 0.35)):
        assert 0 < named.loc[code, "IRN"] < most * before[code, "IRN"]
        assert 0 < named.loc["IRN", code] < most * before["IRN", code]
    total = inputs.base_year.T["IRN"]
    assert named["IRN"].sum() == pytest.approx(0.95 * total["merchandise_imports_musd"])
    assert np.isnan(found.between.loc["KGZ", "TJK"])


# -- home --------------------------------------------------------------------------------------------------------------
def test_home_sales_make_gdp():
    shares = pd.Series({"agriculture": 0.2, "industry": 0.3, "services": 0.5})
    added, trade = np.full(9, 0.5), np.full(9, 2.0)
    bought = np.array([20.0, 2, 2, 5, 1, 5, 8, 7, 50])
    home = home_sales(gdp=60.0, shares=shares, bought=bought, value_added_share=added, exports=trade, imports=trade)
    assert (home > 0).all()
    made = added * (home + trade)
    assert made[0] == pytest.approx(0.2 * 60, rel=1e-6)
    assert made[8] == pytest.approx(0.5 * 60, rel=1e-6)


def test_home_sales_that_are_known_stand():
    shares = pd.Series({"agriculture": 0.2, "industry": 0.3, "services": 0.5})
    added, trade = np.full(9, 0.5), np.full(9, 2.0)
    bought = np.array([20.0, 20, 2, 5, 1, 5, 8, 7, 50])
    known = np.full(9, np.nan)
    known[1] = 1.5
    home = home_sales(
        gdp=60.0, shares=shares, bought=bought, value_added_share=added, exports=trade, imports=trade, known=known
    )
    assert home[1] == 1.5
    assert added[:8] @ (home + trade)[:8] == pytest.approx(30, rel=1e-6)


def test_hardly_any_oil_is_sold_where_none_is_pumped():
    at = GOODS.index("oil_gas")
    nothing = np.zeros(9)
    assert known_sales("ARM", nothing, (450.0, 200.0))[at] == 1
    assert known_sales("KGZ", nothing, (450.0, 200.0))[at] == pytest.approx(
        6000 * 49.8e-6 * 450 + 28.638e-3 * 200, rel=1e-6
    )
    assert np.isnan(known_sales("IRN", nothing, (450.0, 200.0))).all()


def test_broad_shares_move_food_and_construction(data_folder):
    inputs = Inputs(data_folder)
    theirs = inputs.structure.T["UZB"]
    ours = broad_shares(theirs, inputs.uzbekistan["sectors"])
    assert ours.sum() == pytest.approx(1)
    assert ours["agriculture"] > theirs["agriculture_of_gdp_share"]
    assert ours["industry"] < theirs["industry_of_gdp_share"]


# -- elasticities, statuses, ties --------------------------------------------------------------------------------------
def test_elasticities_are_between_the_edges_and_one_bad_set_does_not_decide(data_folder):
    inputs = Inputs(data_folder)
    trade = inputs.icio[inputs.icio["exporter"] != inputs.icio["importer"]].groupby("sector")["trade_musd"].sum()
    middle, spread = elasticities(inputs.elasticities, trade)
    assert ((middle >= LOWEST) & (middle <= HIGHEST)).all()
    assert ((spread > 0) & (spread < 1)).all()
    absurd = inputs.elasticities.assign(
        trade_elasticity=lambda frame: frame["trade_elasticity"].where(frame["specification"] != "CP", 1e6)
    )
    moved, _ = elasticities(absurd, trade)
    assert (np.abs(np.log(moved / middle)) < 0.35).all()


def test_classes_of_cells():
    assert class_of(goods=True, home=True, flow_musd=5) == "goods_home"
    assert class_of(goods=True, home=False, flow_musd=5) == "goods_small"
    assert class_of(goods=True, home=False, flow_musd=500) == "goods_large"
    assert class_of(goods=False, home=False, flow_musd=500) == "services_abroad"


def test_free_pairs_of_the_region():
    free = {(one, two) for one, two, _ in free_pairs(economies())}
    assert {("KAZ", "KGZ"), ("UZB", "RUS"), ("GEO", "EU27"), ("TUR", "GEO"), ("QAT", "SAU")} <= free
    assert not {("IRN", "KAZ"), ("IRN", "TUR"), ("ROW", "QAT")} & free
    assert all((two, one) in free for one, two in free)


def test_a_member_without_a_figure_adds_nothing_and_a_bloc_without_any_is_missing():
    members = {"AAA": ("X", "Y"), "BBB": ("Z",)}
    found = totals(pd.Series({"X": 2.0}), members)
    assert found["AAA"] == 2
    assert np.isnan(found["BBB"])


def test_the_rest_holds_what_no_other_holds():
    held = pd.Series(1.0, ["IRN", "DEU", "KWT", "OMN"])
    rest = members_with_data(economies(), held)["ROW"]
    assert rest == ("KWT", "OMN")


def test_a_bloc_is_sanctioned_when_half_of_it_is():
    members = {"AAA": ("A1", "A2", "A3"), "BBB": ("BBB",)}
    one = pd.DataFrame({"sender": ["A1"], "target": ["BBB"]})
    two = pd.DataFrame({"sender": ["A1", "A2"], "target": ["BBB", "BBB"]})
    assert sanctioned(one, members).sum() == 0
    assert sanctioned(two, members)[0, 1] == sanctioned(two, members)[1, 0] == 1


def test_only_sources_that_may_ship_stand_behind_it():
    """DESIGN §1: nothing that is for checks only may feed shipped figures."""
    barred = [source for source in known_sources() if source.may_feed == "checks"]
    assert barred
    titles = " ".join(World.embedded().provenance["source"])
    assert not [source.title for source in barred if source.title in titles]


def known_sources():
    """Every Source that a reader's module defines."""
    found = []
    for module in pkgutil.iter_modules(peyvand.sources.__path__):
        held = importlib.import_module(f"peyvand.sources.{module.name}")
        found += [value for value in vars(held).values() if isinstance(value, Source)]
    return found
