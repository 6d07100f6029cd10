"""The advanced tools on real panels, beside what their papers say: leads and lags, staggered starts, elasticities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from peyvand.gravity import elasticity_from_ratios, leads_and_lags, ppml, staggered_effects
from peyvand.sources.agtpa import read_panel

THREE_WAY = "exporter^year + importer^year + exporter^importer"
CLUSTER = "exporter^importer"
YEARS = range(1986, 2007, 4)


@pytest.fixture(scope="module")
def panel(data_folder):
    """Manufactures of 69 economies with sales at home, every year from 1986 to 2006."""
    frame = read_panel(data_folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet").frame
    abroad = (frame["exporter"] != frame["importer"]).astype(float)
    return frame.assign(rta=frame["agreement"].astype(float), abroad=abroad)


def test_one_dummy_understates_agreements_by_more_than_half(panel):
    """Nagengast and Yotov (2025), see tests/references/nagengast-yotov-2025: on another panel."""
    waves = panel[panel["year"].isin(YEARS)]
    plain = ppml(f"trade_musd ~ rta + i(year, abroad, ref=2006) | {THREE_WAY}", waves, cluster=CLUSTER)
    found = staggered_effects(
        f"trade_musd ~ i(year, abroad, ref=2006) | {THREE_WAY}", waves, treatment="rta", cluster=CLUSTER
    )
    average, error = found.average()
    assert average > 1.5 * plain.coefficients["rta"] > 0
    assert error < average / 4
    ages = found.by_age().set_index("age")["estimate"]
    assert ages[4] > ages[0] > 0
    assert ages[8] > ages[4]


def test_trade_does_not_answer_four_years_before_an_agreement(panel):
    """Baier and Bergstrand (2007): the lead is nil, the effect phases in. A lag must lie inside the panel."""
    moved = leads_and_lags(panel, "rta", leads=[4], lags=[4])
    waves = moved[moved["year"].isin(YEARS)]
    formula = f"trade_musd ~ rta + rta_lead4 + rta_lag4 + i(year, abroad, ref=2006) | {THREE_WAY}"
    fit = ppml(formula, waves, cluster=CLUSTER)
    lead = fit.coefficients["rta_lead4"] / fit.std_errors["rta_lead4"]
    assert abs(lead) < 2
    assert fit.coefficients["rta_lag4"] > 0
    outside = waves["rta_lead4"].isna() | waves["rta_lag4"].isna()
    assert set(waves.loc[outside, "year"]) == {1986, 2006}
    assert fit.nobs <= int((~outside).sum())


def test_elasticities_of_1993_are_in_the_papers_order(data_folder):
    """Caliendo and Parro (2015), table 1, 99 % sample: θ by sector from triads.

    Their regressions have 16 economies and tariffs at four digits; here are the 30 of their model, whose sectors' mean
    tariffs vary less across partners. So the order is compared, and that the largest is petroleum in both.
    """
    folder = data_folder / "caliendo-parro-2015-nafta"
    flows = pd.read_parquet(folder / "trade_tariffs.parquet")
    printed = pd.read_csv(folder / "theta.csv").set_index("sector")["value"]
    abroad = flows[(flows["exporter"] != flows["importer"]) & ~(flows[["exporter", "importer"]] == "Row").any(axis=1)]
    taxed = set(abroad.loc[abroad["tariff"] > 0, "sector"])
    found = {
        sector: elasticity_from_ratios(abroad[abroad["sector"] == sector], trade="value", tariff="tariff")
        for sector in printed.index
        if sector in taxed
    }
    mine = pd.Series({sector: one.trade_elasticity for sector, one in found.items()})
    assert len(mine) == 20
    assert mine.idxmax() == printed[mine.index].idxmax() == "Petroleum"
    assert mine.corr(printed[mine.index], method="spearman") > 0.5
    assert all(0 < one.std_error < 5 for one in found.values())
    assert np.mean([one.trade_elasticity > 0 for one in found.values()]) > 0.7
