"""Logs of Stata programs on the stored panels: slopes, errors, fixed effects and what is made of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.gravity.printed import as_printed, hold, read_printed

from peyvand.gravity import ols, ppml

CLAUSES = read_printed("rta-data-2022/printed.json")["columns"]
GUIDE = read_printed("agtpa-2016/chapter2_estimates.json")


# -- data clauses in trade agreements, 51 economies, 2010–2019 ---------------------------------------------------------
@pytest.fixture(scope="module")
def clauses(data_folder):
    frame = pd.read_parquet(data_folder / "oecd-asia-trade-rta-2010-2019" / "data_RTA_OECD_ASIA.parquet")
    home = (frame["iso3_i"] == frame["iso3_j"]).to_numpy()
    names = np.sort(frame[["iso3_i", "iso3_j"]].to_numpy(dtype=str), axis=1)
    rows_before = {f"lag{step}": frame["rta_data"].shift(step) for step in (4, 8, 12)}
    return frame.assign(
        home=home, both=np.char.add(names[:, 0], names[:, 1]), lead3=frame["rta_data"] + frame["rta_data"].shift(3),
        ln_dist=np.where(home, 0, np.log(frame["dist"].where(~home, 1))), **rows_before,
    )  # fmt: skip


@pytest.mark.parametrize("column", CLAUSES, ids=lambda column: column["title"])
def test_clauses_on_data(clauses, column):
    """Six columns, seven digits: ppmlhdfe and ppml_panel_sg may be off by five of the last, where they stop."""
    frame = clauses if column["home"] else clauses[~clauses["home"]]
    least_squares = column["estimator"] == "ols"
    estimate, factor = (ols, "fixest") if least_squares else (ppml, "stata")
    fit = estimate(column["formula"], frame, cluster="pair_id", small_sample=factor)
    assert fit.nobs == column["nobs"]
    assert "clusters" not in column or fit.covariance.clusters == {"pair_id": column["clusters"]}
    for what in ("r2", "pseudo_r2"):
        assert what not in column or getattr(fit, what) == as_printed(column[what]), what
    counted = 1.0
    if least_squares:
        free = fit.nobs - column["parameters"]
        counted = np.sqrt((free - (10 - 1)) / free)
        assert np.sqrt(fit.deviance / free) == as_printed(column["root_mse"])
    else:
        assert fit.log_likelihood == pytest.approx(column["log_likelihood"], rel=1.5e-4)
    units = 0.51 if least_squares else 6
    for name, (value, error) in column["coefficients"].items():
        assert fit.coefficients[name] == as_printed(value, units=units), name
        assert fit.std_errors[name] * counted == as_printed(error, units=units), name


# -- Yotov et al. (2016), the estimates of chapter 2 -------------------------------------------------------------------
@pytest.fixture(scope="module")
def panel(data_folder):
    table = pd.read_parquet(data_folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet")
    table = pd.DataFrame({name: column.to_numpy() for name, column in table.items()})
    abroad = table["exporter"] != table["importer"]
    return table.assign(border=abroad * 1.0, pair=table["pair_id"].astype(str).where(abroad, "home"))


@pytest.fixture(scope="module")
def agreements(panel):
    waves = panel[panel["year"].isin(range(1986, 2007, 4))]
    return ppml(GUIDE["agreements"]["formula"], waves, vcov="hetero", small_sample="stata")


@pytest.fixture(scope="module")
def costs(panel, agreements):
    """Trade of 1994 with t_ij = exp(pair effect), sales at home 1; nan where a pair never trades."""
    effects = agreements.fixed_effects["pair"].set_index("pair")["effect"]
    year = panel[panel["year"] == 1994]
    return year.assign(cost=np.exp(year["pair"].map(effects) - effects["home"]))


@pytest.fixture(scope="module")
def made_of_gravity(costs):
    known = costs[(costs["border"] > 0) & costs["cost"].notna()]
    return ppml(GUIDE["trade_costs_1994"]["formula"], known, cluster="pair_id", small_sample="stata")


def fits(fit, printed):
    """Slopes, errors and the measures of fit that are printed."""
    assert fit.nobs == printed["nobs"]
    hold(fit, printed["coefficients"], units=1.5)
    for what in ("deviance", "log_likelihood", "r2"):
        assert getattr(fit, what) == as_printed(printed[what]), what


def by_side(fit):
    """Effects of exporters and importers with Germany's as importer the base."""
    tables = fit.fixed_effects
    exporters, importers = (tables[side].set_index(side)["effect"] for side in ("exporter", "importer"))
    return exporters + importers["DEU"], importers - importers["DEU"]


def test_borders_and_every_effect(panel):
    printed = GUIDE["borders_2006"]
    fit = ppml(printed["formula"], panel[panel["year"] == 2006], vcov="hetero", small_sample="stata")
    fits(fit, printed)
    for effects, side in zip(by_side(fit), ("exporters", "importers"), strict=True):
        for economy, text in printed[side].items():
            assert effects[economy] == as_printed(text), (side, economy)


def test_agreements_and_pairs(agreements):
    printed = GUIDE["agreements"]
    fits(agreements, printed)
    effects = agreements.fixed_effects["pair"].set_index("pair")["effect"]
    for pair, text in printed["pairs"].items():
        assert effects[pair] - effects["home"] == as_printed(text), pair


def test_trade_costs_made_of_gravity(made_of_gravity):
    """Anderson and Yotov (2016), second stage: PPML of the pair effects' exponentials."""
    fits(made_of_gravity, GUIDE["trade_costs_1994"])
    assert made_of_gravity.covariance.clusters == {"pair_id": GUIDE["trade_costs_1994"]["clusters"]}


def test_effects_given_the_costs(costs, made_of_gravity, agreements):
    """The costs, predicted where a pair never trades, as an offset: only the countries' effects are free."""
    printed = GUIDE["given_costs_1994"]
    full = costs["cost"].fillna(pd.Series(made_of_gravity.predict(costs), index=costs.index))
    given = np.log(full) + agreements.coefficients["rta"] * costs["rta"]
    fit = ppml(printed["formula"], costs.assign(given=given), offset="given")
    assert fit.nobs == printed["nobs"]
    assert fit.deviance == as_printed(printed["deviance"])
    exporters, _ = by_side(fit)
    for economy, text in printed["exporters"].items():
        assert exporters[economy] == as_printed(text), economy
