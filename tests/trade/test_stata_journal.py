"""The three examples of the Stata Journal's article on `ge_gravity2`, every printed digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from peyvand.sources.matrices import read_cells
from peyvand.trade import CaliendoParro, ladder
from peyvand.trade.own_matrix import answer, flow_table, own_shock, own_world

REFERENCE = Path(__file__).parents[1] / "references" / "ge-gravity2-2025"
NAFTA = ("CAN", "MEX", "USA")


@pytest.fixture(scope="module")
def panel(data_folder):
    path = data_folder / "ge-gravity2-historical-trade-1950-2000" / "ge_gravity2_example_data.parquet"

    def flows_of(year: int) -> pd.DataFrame:
        return read_cells(path, ["exporter", "importer"], values=["flow"], year=year)

    return flows_of


def solved(flows: pd.DataFrame, theta: float, psi: float, **change: pd.DataFrame):
    world = own_world(flows, trade_elasticity=theta)
    model = CaliendoParro(supply_elasticity=psi, tol=1e-12)
    return ladder(model.solve(world, own_shock(world, **change)))


def results(rungs, psi: float, a_hat: pd.Series | float = 1.0) -> pd.DataFrame:
    """The columns of the option `results`; prices at the factory gate are d̂ ĉ where productivity is a cost."""
    table, cells = answer(rungs).set_index("economy"), flow_table(rungs)
    home = cells[cells["exporter"] == cells["importer"]].set_index("exporter")
    trade, index = rungs.to_frame().set_index("economy"), table["price_index_hat"]
    price = table["factory_gate_price_hat"] * a_hat ** (-1 / (1 + psi))
    exports, imports = table["exports_hat"] / price, table["imports_hat"] / index
    sold, bought = trade["exports_musd"], trade["imports_musd"]
    found = {
        "exports": exports,
        "imports": imports,
        "total_trade": (sold * exports + bought * imports) / (sold + bought),
        "domestic": home["full"] / home["value"] / index,
        "output": a_hat * (price / index) ** psi,
        "welfare": table["welfare_hat"],
    }
    return 100 * (pd.DataFrame(found) - 1)


def test_example_1_the_effect_of_nafta(panel):
    printed = pd.read_csv(REFERENCE / "nafta_1990.csv", index_col="economy")
    flows = panel(1990)
    pact = flows["exporter"].isin(NAFTA) & flows["importer"].isin(NAFTA) & (flows["exporter"] != flows["importer"])
    ours = results(solved(flows, 5.03, 1.24, partial=flows[pact].assign(value=0.5)), 1.24)
    assert_allclose(ours.loc[printed.index, printed.columns], printed, atol=5.01e-4)


@pytest.mark.parametrize(
    "row", pd.read_csv(REFERENCE / "spain.csv").to_dict("records"), ids=lambda row: int(row["year"])
)
def test_example_2_the_borders_of_spain(panel, row):
    flows = panel(int(row["year"]))
    spain = ((flows["exporter"] == "ESP") | (flows["importer"] == "ESP")) & (flows["exporter"] != flows["importer"])
    effect = flows[spain].assign(value=row["beta"] - row["beta_synthetic"])
    for psi in (0, 1, 2):
        found = answer(solved(flows, 4.0, psi, partial=effect)).set_index("economy").loc["ESP", "welfare_hat"]
        assert 100 * (found - 1) == pytest.approx(row[f"psi_{psi}"], rel=2e-6)


def test_example_3_a_productive_china(panel):
    """Â = 1.1 is d̂ = Â^(-1/(1+ψ)) on all that China sells, at home too."""
    printed = pd.read_csv(REFERENCE / "china_1990.csv", index_col="economy")
    flows = panel(1990)
    cost = flows[flows["exporter"] == "CHN"].assign(value=1.1 ** (-1 / 2.24))
    economies = sorted(set(flows["exporter"]))
    a_hat = pd.Series(np.where(np.array(economies) == "CHN", 1.1, 1.0), index=economies)
    ours = results(solved(flows, 5.03, 1.24, cost_hat=cost), 1.24, a_hat)
    assert_allclose(ours.loc[printed.index, printed.columns], printed, atol=5.01e-4)
