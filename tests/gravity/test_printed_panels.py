"""Published tables on the stored panels: every printed digit, with the conventions of who printed it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tests.gravity.printed import as_printed, hold, read_printed

from peyvand.gravity import ols, ppml

GUIDE = read_printed("agtpa-2016/chapter1_wto.json")
GRAVITY_R = read_printed("gravity-r-1.1/printed.json")
PENPPML = read_printed("penppml-0.2/printed.json")
ROSE = read_printed("rose-2004/printed.json")
STATA = read_printed("ppmlhdfe-2020/printed.json")


# -- Yotov et al. (2016), chapter 1, exercise 1 ------------------------------------------------------------------------
@pytest.fixture(scope="module")
def wto(data_folder):
    frame = pd.read_parquet(data_folder / "agtpa-manufacturing-1986-2006" / "Chapter1Exercise1_wto.parquet")
    names = np.sort(frame[["exporter", "importer"]].to_numpy(dtype=str), axis=1)
    return frame.assign(distance=frame.groupby("DIST").ngroup(), both=np.char.add(names[:, 0], names[:, 1]))


def test_members_of_the_wto_by_least_squares(wto):
    """Stata's k counts each year's overlap of the effects; see the README."""
    printed = GUIDE["least_squares"]
    fit = ols(printed["formula"], wto[wto["exporter"] != wto["importer"]], cluster="distance")
    assert fit.nobs == printed["nobs"]
    assert fit.covariance.clusters == {"distance": printed["clusters"]}
    assert fit.r2 == as_printed(printed["r2"])
    free = printed["nobs"] - printed["parameters"]
    assert np.sqrt(fit.deviance / free) == as_printed(printed["root_mse"])
    counted_once = free - (6 - 1)
    for name, (value, error) in printed["coefficients"].items():
        assert fit.coefficients[name] == as_printed(value), name
        assert fit.std_errors[name] * np.sqrt(counted_once / free) == as_printed(error), name


def test_members_of_the_wto_by_ppml_panel_sg(wto):
    """Symmetric pair effects, clusters by direction: they are not nested, and the command stops 5e-6 too early."""
    printed = GUIDE["ppml_panel_sg"]
    fit = ppml(printed["formula"], wto, cluster="distance", small_sample="stata")
    assert fit.nobs == printed["nobs"]
    for name, (value, error) in printed["coefficients"].items():
        assert fit.coefficients[name] == pytest.approx(float(value), abs=6e-6), name
        assert fit.std_errors[name] == pytest.approx(float(error), abs=1e-6), name


# -- R's gravity, the vignette -----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def cross_section(data_folder):
    table = pd.read_parquet(data_folder / "head-mayer-ries-2006-cross-section" / "gravity_no_zeros.parquet")
    return table.assign(y=np.log(table["flow"]), d=np.log(table["distw"]))


REGRESSORS = ["d", "rta", "comcur", "contig"]


def double_demeaned(table):
    """Less the exporter's and the importer's mean; the package's own grand mean for the yes/no regressors."""
    mixed = table[REGRESSORS[1:]].to_numpy().mean()
    grand = {"y": table["y"].mean(), "d": table["d"].mean()}
    return pd.DataFrame(
        {name: table[name] - of_sides(table[name], table) + grand.get(name, mixed) for name in ["y", *REGRESSORS]}
    )


def bonus_vetus(table, weight_exporter, weight_importer):
    """Baier and Bergstrand (2009): trade per income on costs less what they are on average, Σ_j θ_j x_ij and so on."""
    columns = {"y": np.log(table["flow"] / (table["gdp_o"] * table["gdp_d"]))}
    for name in REGRESSORS:
        x = table[name]
        sides = (weight_importer * x).groupby(table["iso_o"]).transform("sum")
        sides += (weight_exporter * x).groupby(table["iso_d"]).transform("sum")
        columns[name] = x - sides + (weight_exporter * weight_importer * x).sum()
    return pd.DataFrame(columns)


def simple_means(table):
    """Bonus vetus where every row counts alike: the rows are no full square, so each mean has its own count."""
    centred = {name: table[name] - of_sides(table[name], table) + table[name].mean() for name in REGRESSORS}
    return pd.DataFrame({"y": np.log(table["flow"] / (table["gdp_o"] * table["gdp_d"])), **centred})


def gdp_weights(table):
    world = table.groupby("iso_o")["gdp_d"].transform("sum")
    return bonus_vetus(table, table["gdp_o"] / world, table["gdp_d"] / world)


def tetrads(table, exporter="CHN", importer="USA"):
    """Head, Mayer and Ries (2010): ratios to a reference importer, over the same of a reference exporter."""
    served = table["iso_o"].isin(table.loc[table["iso_d"] == importer, "iso_o"])
    table = table[served]
    table = table[table["iso_d"].isin(table.loc[table["iso_o"] == exporter, "iso_d"])].set_index(["iso_o", "iso_d"])
    ratios = {}
    for name in ("y", "d", "rta"):
        x = table[name]
        ratio = x - x.xs(importer, level="iso_d").reindex(x.index.get_level_values("iso_o")).to_numpy()
        base = ratio.xs(exporter, level="iso_o").reindex(x.index.get_level_values("iso_d")).to_numpy()
        ratios[name] = ratio - base
    return pd.DataFrame(ratios).reset_index()


def of_sides(column, table):
    return sum(column.groupby(table[side]).transform("mean") for side in ("iso_o", "iso_d"))


@pytest.mark.parametrize(
    ("column", "made"),
    list(zip(GRAVITY_R["columns"], (double_demeaned, simple_means, gdp_weights, tetrads), strict=True)),
    ids=lambda one: one["title"] if isinstance(one, dict) else "",
)
def test_least_squares_of_the_vignette(cross_section, column, made):
    fit = ols(column["formula"], made(cross_section), vcov="iid")
    hold(fit, column["coefficients"])
    if "hc1" in column:
        errors = sorted(fit.with_vcov("hetero").std_errors)
        assert errors == [as_printed(text) for text in column["hc1"]]


def test_poisson_of_the_vignette(cross_section):
    """R stops after eight steps and takes the dispersion from the seventh: errors agree to 2e-5."""
    printed = GRAVITY_R["ppml"]
    fit = ppml(printed["formula"], cross_section, vcov="iid", small_sample="none")
    assert fit.nobs == printed["nobs"]
    assert fit.deviance == as_printed(printed["deviance"])
    flow = cross_section["flow"].to_numpy()
    dispersion = float(((flow - fit.fitted) ** 2 / fit.fitted).sum()) / (fit.nobs - len(fit.names))
    assert dispersion == pytest.approx(float(printed["dispersion"]), rel=1.3e-4)
    assert 2 * (fit.log_likelihood - fit.null_log_likelihood) == pytest.approx(
        float(printed["null_deviance"]) - float(printed["deviance"]), abs=1
    )
    for name, (value, error) in printed["coefficients"].items():
        assert fit.coefficients[name] == as_printed(value), name
        assert fit.std_errors[name] * np.sqrt(dispersion) == pytest.approx(float(error), abs=2.1e-5), name


# -- penppml, table 3 --------------------------------------------------------------------------------------------------
def test_provisions_among_the_americas(data_folder):
    folder = data_folder / "trade-and-rta-provisions-1964-2016"
    places = pd.read_csv(folder / "countries.csv", keep_default_na=False)
    americas = places.loc[places["region"] == "Americas", "iso"]
    trade = pd.read_parquet(folder / "trade.parquet")
    trade = trade[trade["exp"].isin(americas) & trade["imp"].isin(americas)]
    fit = ppml(PENPPML["formula"], trade, vcov="hetero", small_sample="none")
    assert sorted(fit.collinear) == PENPPML["collinear"]
    for name, (value, error) in PENPPML["coefficients"].items():
        assert fit.coefficients[name] == as_printed(value), name
        assert fit.std_errors[name] == as_printed(error, units=0.7 if name == "moc_prov_21" else 0.51), name


# -- Rose (2004) -------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def rose(data_folder):
    return pd.read_parquet(data_folder / "rose-2004-gatt-wto-panel" / "ross2004.parquet")


def test_rose_by_every_cluster(rose):
    printed = ROSE["least_squares"]
    fit = ols(printed["formula"], rose, vcov="iid")
    assert fit.nobs == printed["nobs"]
    assert fit.r2 == as_printed(printed["r2"])
    hold(fit, printed["iid"])
    robust = fit.with_vcov("hetero", small_sample="none")
    assert robust.std_errors.tolist() == [as_printed(text) for text in printed["hetero"]]
    for cluster in ("pair", "ctry1", "ctry2"):
        fit = ols(printed["formula"], rose, cluster=cluster, small_sample="stata")
        assert fit.std_errors[printed["names"]].tolist() == [as_printed(text) for text in printed[cluster]], cluster


def test_rose_by_ppml(rose):
    printed = ROSE["ppml"]
    some = rose[rose["year"].isin(printed["years"])]
    fit = ppml(printed["formula"], some.assign(trade=np.exp(some["ltrade"])), cluster="pair", small_sample="stata")
    assert fit.nobs == printed["nobs"]
    assert [len(table) for table in fit.fixed_effects.values()] == [printed["levels"]] * 2
    hold(fit, printed["coefficients"])
    assert fit.r2 == as_printed(printed["squared_correlation"])


# -- ppmlhdfe, the set fe1 ---------------------------------------------------------------------------------------------
def test_a_set_with_separated_rows_and_one_alone(data_folder):
    printed = STATA["fe1"]
    frame = pd.read_csv(data_folder / "ppmlhdfe-separation-guide" / "fe1.csv")
    fit = ppml("y ~ x1 + x2 | i + j", frame, vcov="hetero", small_sample="stata")
    assert fit.coefficients["x1"] == as_printed(printed["coefficients"]["x1"][0])
    assert fit.deviance == as_printed(printed["deviance"])
    assert_allclose(fit.fitted[printed["alone"]], frame["y"][printed["alone"]], rtol=1e-9)
    fit = ppml("y ~ x1 + x2 | i + j", frame.drop(index=printed["alone"]), vcov="hetero", small_sample="stata")
    assert fit.nobs == printed["nobs"]
    assert sorted(fit.collinear) == printed["collinear"]
    hold(fit, printed["coefficients"])
    assert fit.log_likelihood == as_printed(printed["log_likelihood"])
    assert fit.pseudo_r2 == as_printed(printed["pseudo_r2"])
