"""One's own matrix: like Stata's ge_gravity, like Caliendo and Parro with one sector, and every refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.trade.own import ge_gravity, ge_gravity2, long, square, wide
from tests.worlds import random_shock, small_world

from peyvand.errors import DataError, ModelError, UnknownEconomyError, UnknownSectorError
from peyvand.sources.matrices import read_cells
from peyvand.trade import CaliendoParro, ladder
from peyvand.trade.calibration import AccountsAdjusted
from peyvand.trade.own_matrix import answer, flow_table, own_shock, own_world

some = settings(max_examples=8, deadline=None)
seeds = st.integers(0, 2**16)
REFERENCE = Path(__file__).parents[1] / "references" / "ge-gravity-2019"
OLD = ("AUT", "BEL", "DEU", "DNK", "ESP", "FIN", "FRA", "GBR", "GRC", "IRL", "ITA", "LUX", "NLD", "NOR", "PRT", "SWE")
NEW = ("BGR", "CYP", "CZE", "EST", "HRV", "HUN", "LTU", "LVA", "MLT", "POL", "ROU", "SVK", "SVN")


def effects(flows: pd.DataFrame, seed: int, size: float = 0.5) -> pd.DataFrame:
    """Random partial effects abroad."""
    abroad = flows[flows["exporter"] != flows["importer"]]
    return abroad.assign(value=np.random.default_rng(seed).uniform(-size, size, len(abroad)))


def solved(flows, effect, theta, **model):
    world = own_world(flows, trade_elasticity=theta)
    return ladder(CaliendoParro(tol=1e-12, **model).solve(world, own_shock(world, partial=effect)))


@some
@given(n=st.integers(2, 7), seed=seeds, theta=st.floats(1.5, 9), multiplicative=st.booleans())
def test_it_answers_like_ge_gravity(n, seed, theta, multiplicative):
    """Wages, prices and real wages in both options; welfare with additive deficits, flows up to a common factor."""
    flows = square(n, seed)
    effect = effects(flows, seed)
    push = wide(effect.set_index(["exporter", "importer"]).reindex(flows.set_index(["exporter", "importer"]).index)
                .fillna(0.0).reset_index())  # fmt: skip
    theirs = ge_gravity(wide(flows), push, theta, multiplicative=multiplicative)
    rungs = solved(flows, effect, theta, deficit_rule="multiplicative" if multiplicative else "fixed")
    ours = answer(rungs)
    assert_allclose(ours["wage_hat"], theirs["wage"], rtol=1e-8)
    assert_allclose(ours["price_index_hat"], theirs["price"], rtol=1e-8)
    assert_allclose(ours["real_wage_hat"], theirs["real_wage"], rtol=1e-8)
    factor = wide(flow_table(rungs).rename(columns={"value": "today", "full": "value"})) / theirs["flow"]
    assert_allclose(factor, factor[0, 0], rtol=1e-7)
    if multiplicative:
        assert_allclose(ours["welfare_hat"], theirs["welfare"] * factor[0, 0], rtol=1e-7)
    else:
        assert_allclose(ours["welfare_hat"], theirs["welfare"], rtol=1e-8)
        assert_allclose(factor[0, 0], 1, rtol=1e-8)


@pytest.mark.parametrize("additive", [False, True])
@pytest.mark.parametrize(("year", "psi"), [(1950, 0.0), (1970, 1.0), (1990, 1.24), (2000, 2.0)])
def test_it_answers_like_ge_gravity2_on_its_own_panel(data_folder, year, psi, additive):
    """NAFTA at β = 0.5, θ = 5.03 on the historical panel of 74 to 82 economies: welfare, prices and real prices."""
    path = data_folder / "ge-gravity2-historical-trade-1950-2000" / "ge_gravity2_example_data.parquet"
    flows = read_cells(path, ["exporter", "importer"], values=["flow"], year=year)
    members = ["CAN", "MEX", "USA"]
    pact = flows["exporter"].isin(members) & flows["importer"].isin(members) & (flows["exporter"] != flows["importer"])
    effect = flows.assign(value=np.where(pact, 0.5, 0.0))
    theirs = ge_gravity2(wide(flows), wide(effect), 5.03, psi, additive=additive)
    rule = "fixed" if additive else "multiplicative"
    ours = answer(solved(flows, effect[pact], 5.03, deficit_rule=rule, supply_elasticity=psi))
    assert_allclose(ours["welfare_hat"], theirs["welfare"], rtol=1e-8)
    assert_allclose(ours["factory_gate_price_hat"], theirs["price"], rtol=1e-8)
    assert_allclose(ours["price_index_hat"], theirs["index"], rtol=1e-8)
    assert_allclose(ours["real_wage_hat"], theirs["real_wage"], rtol=1e-8)
    assert_allclose(ours["wage_hat"], theirs["wage"], rtol=1e-8)


@pytest.mark.parametrize("additive", [False, True])
@pytest.mark.parametrize("psi", [0.0, 1.24])
def test_productivity_is_a_cost_of_all_sales(data_folder, psi, additive):
    """ge_gravity2's third example: China makes 10 per cent more in 1990; Â is d̂^-(1+ψ) on all that it sells."""
    path = data_folder / "ge-gravity2-historical-trade-1950-2000" / "ge_gravity2_example_data.parquet"
    flows = read_cells(path, ["exporter", "importer"], values=["flow"], year=1990)
    economies = sorted(set(flows["exporter"]))
    a_hat = np.where(np.array(economies) == "CHN", 1.1, 1.0)
    theirs = ge_gravity2(wide(flows), np.zeros((len(a_hat),) * 2), 5.03, psi, additive=additive, a_hat=a_hat)
    cost = flows[flows["exporter"] == "CHN"].assign(value=1.1 ** (-1 / (1 + psi)))
    world = own_world(flows, trade_elasticity=5.03)
    model = CaliendoParro(
        tol=1e-12, deficit_rule="fixed" if additive else "multiplicative", supply_elasticity=psi
    )  # fmt: skip
    ours = answer(ladder(model.solve(world, own_shock(world, cost_hat=cost)))).set_index("economy")
    assert_allclose(ours["welfare_hat"], theirs["welfare"], rtol=1e-8)
    assert_allclose(ours["price_index_hat"], theirs["index"], rtol=1e-8)
    assert_allclose(ours["real_wage_hat"], theirs["real_wage"], rtol=1e-8)
    assert 1.05 < ours.loc["CHN", "welfare_hat"] < 1.12  # above 1.1: a surplus that stays while income grows


@some
@given(seed=seeds)
def test_sectors_inputs_and_tariffs_are_caliendo_parro(seed):
    """A World written out as tables, money or shares, and read back, has the same answer."""
    world = small_world(4, 3, seed)
    shock = random_shock(world, seed)
    direct = CaliendoParro(tol=1e-12).solve(world, shock)

    def cells(array, name="value"):
        return array.rename(name).to_series().reset_index()

    money = bool(seed % 2)
    scale = world["output"] if money else 1.0
    own = own_world(
        cells(world["trade_flow"]),
        trade_elasticity=cells(world["trade_elasticity"]),
        tariffs=cells(world["tariff_rate"]),
        inputs=cells(world["input_share"] * scale),
        value_added=cells(world["value_added_share"] * scale),
    )
    change = own_shock(
        own, cost_hat=cells(shock["iceberg_cost_hat"]), tariffs_new=cells(shock["tariff_rate_counterfactual"])
    )
    found = answer(ladder(CaliendoParro(tol=1e-12).solve(own, change)))
    assert_allclose(found["welfare_hat"], direct["welfare_hat"], rtol=1e-9)
    assert_allclose(found["price_index_hat"], direct["consumer_price_hat"], rtol=1e-9)
    assert_allclose(found["exports_hat"], direct.exports_counterfactual / direct.exports, rtol=1e-9)
    assert_allclose(found["full"], found["exports_hat"], rtol=0)


@some
@given(seed=seeds, theta=st.floats(2, 8), cut=st.floats(0.6, 0.95))
def test_a_symmetric_world_gains_alike_on_a_ladder(seed, theta, cut):
    """Equal economies: prices stay, conditional and full exports agree, and welfare is the home share's formula."""
    n = 2 + seed % 5
    flow = np.full((n, n), 1.0) + np.eye(n) * (1 + seed % 7)
    names = [f"R{k}" for k in range(n)]
    flows = long(flow, names)
    d_hat = long(np.where(np.eye(n) > 0, 1.0, cut), names)
    world = own_world(flows, trade_elasticity=theta)
    table = answer(ladder(CaliendoParro(tol=1e-12).solve(world, own_shock(world, cost_hat=d_hat))))
    assert_allclose(table["wage_hat"], 1, rtol=1e-10)
    assert_allclose(table["conditional"], table["full"], rtol=1e-8)
    home = flow[0, 0] / flow[0].sum()
    push = cut**-theta
    assert_allclose(table["welfare_hat"], (home + (1 - home) * push) ** (1 / theta), rtol=1e-9)
    assert_allclose(table["partial"], push, rtol=1e-12)


@some
@given(seed=seeds, money=st.floats(1e-6, 1e6))
def test_money_and_common_effects_of_an_importer_do_not_matter(seed, money):
    """Flows in other money; θ and β scaled together change prices by the power, not flows."""
    flows, effect = square(5, seed), effects(square(5, seed), seed)
    first = answer(solved(flows, effect, 4.0)).drop(columns="economy")
    other = answer(solved(flows.assign(value=flows["value"] * money), effect, 4.0)).drop(columns="economy")
    assert_allclose(other, first, rtol=1e-7)


@some
@given(seed=seeds)
def test_the_rungs_keep_their_margins(seed):
    """Partial: own effect alone. Conditional: sales and purchases as today."""
    flows, effect = square(5, seed, zero_share=0.2), effects(square(5, seed), seed)
    table = flow_table(solved(flows, effect, 5.0))
    push = table.merge(effect, on=["exporter", "importer"], how="left", suffixes=("", "_beta"))["value_beta"].fillna(0)
    assert_allclose(table["partial"], table["value"] * np.exp(push), rtol=1e-12)
    for side in ("exporter", "importer"):
        margins = table.groupby(side)[["value", "conditional"]].sum()
        assert_allclose(margins["conditional"], margins["value"], rtol=1e-9)


def test_printed_example_of_ge_gravity(data_folder):
    """EU enlargement on WIOD 2000: within 8 % of each printed change (Lithuania 13 %) and five units of 1e-6.

    The flows are not quite the printed ones, see the reference's README.
    """
    printed = pd.read_csv(REFERENCE / "eu_enlargement.csv", index_col="economy")
    path = data_folder / "wiod-2016-release-trade-tariffs-2000-2014" / "wiod_2000_2014.parquet"
    flows = pd.read_parquet(path, filters=[("year", "==", 2000)])
    flows = flows.groupby(["exporter", "importer"], observed=True)["trade"].sum().astype(float)
    flows = flows.rename("value").reset_index().astype({"exporter": str, "importer": str})
    old, new = set(OLD), set(NEW)
    pairs = [(i, j, 0.224249) for i in old | new for j in old | new if i != j and not {i, j} <= old]
    effect = pd.DataFrame(pairs, columns=["exporter", "importer", "value"])
    ours = answer(solved(flows, effect, 4.0)).set_index("economy").loc[printed.index]
    names = {"welfare": "welfare_hat", "real_wage": "real_wage_hat"}
    near = pd.Series(0.08, printed.index).where(printed.index != "LTU", 0.13)
    for theirs, name in names.items():
        gap = (ours[name] - printed[theirs]).abs()
        assert (gap <= near * (printed[theirs] - 1).abs() + 5e-6).all(), gap


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda f: f[f["exporter"] != "R1"], DataError, "not square: R1 only imports"),
        (lambda f: f[f["importer"] != "R1"], DataError, "not square: R1 only exports"),
        (lambda f: f.drop(index=5), DataError, "domestic sales are missing in R1"),
        (lambda f: f.drop(index=1), DataError, "1 of 16 cells have no row"),
        (lambda f: f.assign(value=f["value"].mask(f.index % 5 == 0, 0.0)), DataError, "no domestic sales"),
    ],
)  # fmt: skip
def test_matrices_that_are_refused(change, error, says):
    with pytest.raises(error, match=says):
        own_world(change(square()), trade_elasticity=4.0)


def test_absent_cells_may_be_zero():
    flows = square()
    gone = flows.drop(index=1)
    whole = own_world(flows.assign(value=flows["value"].where(flows.index != 1, 0.0)), trade_elasticity=4.0)
    world = own_world(gone, trade_elasticity=4.0, absent_is_zero=True)
    assert_allclose(world["trade_flow"], whole["trade_flow"])


@pytest.mark.parametrize("theta", [0.0, -4.0, float("nan")])
def test_elasticities_that_are_refused(theta):
    with pytest.raises(ModelError, match="must be positive"):
        own_world(square(), trade_elasticity=theta)


def test_shocks_that_are_refused():
    world = own_world(square(), trade_elasticity=4.0)
    cost = pd.DataFrame({"exporter": ["R0"], "importer": ["R1"], "value": [0.9]})
    with pytest.raises(UnknownEconomyError, match="'R9'") as raised:
        own_shock(world, cost_hat=cost.assign(importer="R9"))
    assert "one of 'R0'" in (raised.value.hint or "")
    with pytest.raises(DataError, match="R0 → R1"):
        own_shock(world, cost_hat=cost.assign(value=0.0))
    with pytest.raises(DataError, match="an effect on domestic sales of R0"):
        own_shock(world, partial=cost.assign(importer="R0"))
    with pytest.raises(DataError, match="not as both"):
        own_shock(world, cost_hat=cost, partial=cost)
    with pytest.raises(UnknownSectorError, match="'steel'"):
        own_shock(world, cost_hat=cost.assign(sector="steel"))


def test_costs_that_do_not_add_up():
    flows = square()
    inputs = pd.DataFrame({"economy": ["R0"], "input_sector": ["all"], "sector": ["all"], "value": [0.4]})
    with pytest.raises(DataError, match="go together"):
        own_world(flows, trade_elasticity=4.0, inputs=inputs)
    added = pd.DataFrame({"economy": [f"R{k}" for k in range(4)], "sector": "all", "value": 0.7})
    with pytest.raises(DataError, match="sum to"):
        own_world(flows, trade_elasticity=4.0, inputs=inputs, value_added=added)


def test_tables_whose_accounts_do_not_close_are_moved_by_little_and_it_is_said():
    """Inputs that take more than all purchases: no final demand there, markets clear, inputs and deficits are kept."""
    flows = pd.concat([square(3, seed).assign(sector=name) for seed, name in enumerate("ab")])
    sales = flows.groupby(["exporter", "sector"])["value"].sum()
    bought = flows.groupby(["importer", "sector"])["value"].sum()
    worst = 1.1 * bought["R0", "a"]  # more of good a than R0 buys, for making good b
    inputs = pd.DataFrame({"economy": ["R0"], "input_sector": ["a"], "sector": ["b"], "value": [worst]})
    added = sales.rename("value").rename_axis(["economy", "sector"]).reset_index()
    added["value"] = added["value"].mask((added["economy"] == "R0") & (added["sector"] == "b"), added["value"] - worst)
    given = {"trade_elasticity": 4.0, "value_added": added}
    with pytest.warns(AccountsAdjusted, match="in 1 of 6 cells") as caught:
        world = own_world(flows, inputs=inputs, **given)
    clearing = caught[0].message.clearing
    assert 0 < clearing.cut_share < 0.1
    assert 0 < clearing.moved < 0.2
    assert float(world["final_share"].sel(economy="R0", sector="a")) == 0
    assert float(world["input_share"].sel(economy="R0", input_sector="a", sector="b")) == pytest.approx(
        worst / sales["R0", "b"]
    )
    assert_allclose(CaliendoParro().solve(world, own_shock(world))["welfare_hat"], 1, rtol=1e-9)
    deficit = bought.groupby("importer").sum() - sales.groupby("exporter").sum()
    assert_allclose(world["trade_deficit"], deficit, rtol=1e-6, atol=1e-6 * sales.sum())
    with pytest.raises(DataError, match="an input is below zero: -1 of R0 b b"):
        own_world(flows, inputs=pd.concat([inputs, inputs.assign(input_sector="b", value=-1.0)]), **given)
    crumb = pd.concat([inputs, inputs.assign(input_sector="b", value=-1e-4 * worst)])
    with pytest.warns(AccountsAdjusted):
        assert float(own_world(flows, inputs=crumb, **given)["input_share"].min()) == 0


def test_files_that_are_refused(tmp_path):
    path = tmp_path / "flows.csv"
    keys = ["exporter", "importer"]
    flows = square()
    pd.concat([flows, flows.iloc[:1]]).to_csv(path, index=False)
    with pytest.raises(DataError, match="more than one row for the same exporter, importer"):
        read_cells(path, keys)
    flows.assign(value=-flows["value"]).to_csv(path, index=False)
    with pytest.raises(DataError, match="value is negative"):
        read_cells(path, keys)
    flows.drop(columns="importer").to_csv(path, index=False)
    with pytest.raises(DataError, match="no column for the importer"):
        read_cells(path, keys)
    pd.concat([flows.assign(year=1990), flows.assign(year=2000)]).to_csv(path, index=False)
    with pytest.raises(DataError, match="holds 2 years") as raised:
        read_cells(path, keys)
    assert "--year 2000" in (raised.value.hint or "")
    assert len(read_cells(path, keys, year=1990)) == len(flows)
    with pytest.raises(DataError, match="no year 1999"):
        read_cells(path, keys, year=1999)


def test_effects_that_are_no_gravity_effects_are_refused():
    world = own_world(square(), trade_elasticity=4.0)
    effect = pd.DataFrame({"exporter": ["R0"], "importer": ["R1"], "value": [1e9]})
    for sign in (1, -1):
        with pytest.raises(DataError, match="R0 → R1"):
            own_shock(world, partial=effect.assign(value=sign * effect["value"]))
