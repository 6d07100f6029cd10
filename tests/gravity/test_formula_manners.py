"""What a formula means is what fixest and R mean by it, and what has two meanings is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose
from tests.gravity.reference import trade_panel

from peyvand.errors import DataError, FormulaError, UnknownNameError
from peyvand.gravity import ols, ppml

EFFECTS = "exporter + importer"


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    frame = trade_panel()
    return frame.assign(
        abroad=(frame["exporter"] != frame["importer"]) * 1.0,
        code=np.array(["ARM", "IRN", "KAZ", "KGZ", "RUS", "UZB"])[frame["exporter"]],
        to=np.array(["ARM", "IRN", "KAZ", "KGZ", "RUS", "UZB"])[frame["importer"]],
    )


def years(frame, *, times="one", leave_out=(2000,)):
    """A column for each year, times another one."""
    values = frame.assign(one=1.0)[times]
    return {
        f"y{year}": (frame["year"] == year) * values for year in sorted(set(frame["year"])) if year not in leave_out
    }


# -- which level is left out -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dummies", ["C(year)", "i(year)", "factor(year)"])
def test_dummies_are_measured_from_the_first_level(panel, dummies):
    hand = panel.assign(**years(panel))
    for effects in ("", f" | {EFFECTS}"):
        found = ppml(f"trade ~ {dummies} + cost{effects}", panel)
        assert_allclose(found.values, ppml(f"trade ~ y2001 + y2002 + y2003 + cost{effects}", hand).values, rtol=1e-8)


def test_dummies_without_a_constant_have_every_level(panel):
    found = ols("trade ~ C(year) + cost - 1", panel)
    assert found.names == ("C(year)[2000]", "C(year)[2001]", "C(year)[2002]", "C(year)[2003]", "cost")
    constant = ols("trade ~ C(year) + cost", panel)
    assert found.r2 == pytest.approx(constant.r2)
    assert found.coefficients["cost"] == pytest.approx(constant.coefficients["cost"])


def test_slopes_of_a_factor_are_measured_from_the_slope_beside_them(panel):
    """`cost*C(year)`: the slope of 2000, and how others differ; `cost:C(year)` alone: every year's slope."""
    hand = panel.assign(**{f"{name}c": v for name, v in years(panel, times="cost").items()}, **years(panel))
    starred = ppml("trade ~ cost*C(year)", panel)
    by_hand = ppml("trade ~ cost + y2001 + y2002 + y2003 + y2001c + y2002c + y2003c", hand)
    assert_allclose(starred.values, by_hand.values, rtol=1e-7)
    assert starred.names[-1] == "cost:C(year)[T.2003]"
    assert not starred.collinear
    alone = ppml(f"trade ~ cost:C(year) | {EFFECTS}", panel)
    assert alone.names[0] == "cost:C(year)[2000]"
    assert_allclose(alone.values, ppml(f"trade ~ i(year, cost) | {EFFECTS}", panel).values, rtol=1e-9)


def test_two_factors_crossed_have_a_cell_each(panel):
    crossed = ols("trade ~ C(year)*C(rta)", panel)
    assert not crossed.collinear
    assert len(crossed.names) == 8
    assert crossed.r2 == pytest.approx(ols("trade ~ 1 | year^rta", panel).r2)


# -- names -------------------------------------------------------------------------------------------------------------
def test_terms_keep_their_own_names(panel):
    formula = "trade ~ log(1 + rta) + np.log1p(abroad) + I( cost ^ 2 ) + i(year, log(cost + 9), ref = 2003)"
    found = ppml(f"{formula} | {EFFECTS}", panel)
    assert found.names[:3] == ("log(1 + rta)", "np.log1p(abroad)", "I( cost ^ 2 )")
    assert found.names[3] == "year::2000:log(cost + 9)"
    twice = ppml("trade ~ log(1 + rta) + log(1+rta) + cost - cost", panel)
    assert twice.names == ("Intercept", "log(1 + rta)")


@pytest.mark.parametrize("name", ["from", "class", "log", "i", "C", "هزینه", "هزینه‌ها", "cou\u0301t", "coût²"])
def test_a_column_may_have_any_name(panel, name):
    expected = ppml(f"trade ~ cost + log(cost + 9) | {EFFECTS}", panel)
    renamed = panel.rename(columns={"cost": name})
    for written in (name, f"`{name}`"):
        assert_allclose(ppml(f"trade ~ {written} + log({written} + 9) | {EFFECTS}", renamed).values, expected.values)
    ends = panel.rename(columns={"exporter": "from", "importer": "in"})
    assert ppml("trade ~ cost | from^year + in", ends).nobs == len(panel)


def test_columns_called_by_numbers(panel):
    wide = panel[["trade", "cost"]].set_axis([0, 1], axis="columns")
    assert_allclose(ppml("`0` ~ `1`", wide).values, ppml("trade ~ cost", panel).values)


# -- comparisons and gaps ----------------------------------------------------------------------------------------------
def test_comparisons_know_words_and_gaps(panel):
    expected = ppml(f"trade ~ i(year, abroad, ref=2003) | {EFFECTS}", panel).values
    assert_allclose(ppml(f"trade ~ i(year, code != to, ref=2003) | {EFFECTS}", panel).values, expected)
    gap = panel.assign(cost=panel["cost"].mask(panel.index == 4), code=panel["code"].mask(panel.index == 6))
    found = ppml("trade ~ I(cost > 0) + I(code == 'IRN')", gap)
    assert found.dropped["row"].tolist() == [4, 6]


def test_levels_of_dates(panel):
    dated = panel.assign(day=pd.to_datetime(panel["year"].astype(str) + "-07-01"))
    found = ppml(f"trade ~ i(day, ref='2003-07-01') | {EFFECTS}", dated)
    assert found.names == ("day::2000-07-01", "day::2001-07-01", "day::2002-07-01")


# -- refusals ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("right", "hint"),
    [
        ("cost/rta", r"I\(cost/rta\)"), ("(cost + rta)^2", "power of the sum"), ("csw(cost, rta)", "etable"),
        ("l(rta, 1)", "leads_and_lags"), ("poly(cost, 2)", "I\\(x\\^2\\)"), ("cost | exporter[rta]", "i\\(exporter"),
        ("cost | sw(exporter, importer)", "etable"), ("my cost", "backticks"),
    ],
)  # fmt: skip
def test_what_means_something_else_elsewhere_is_refused(panel, right, hint):
    with pytest.raises(FormulaError, match=hint):
        ppml(f"trade ~ {right}", panel)


def test_a_quotient_in_brackets_and_by_a_number_is_read(panel):
    assert ppml("trade ~ I(cost/2) + rta/10", panel).names == ("Intercept", "I(cost/2)", "rta/10")
    with pytest.raises(FormulaError, match="a formula is a text"):
        ppml(None, panel)


@pytest.mark.parametrize("written", [str, lambda value: "n/a" if value > 1 else value])
def test_numbers_written_as_words_are_no_dummies(panel, written):
    wrong = panel.assign(cost=panel["cost"].map(written).astype(object))
    with pytest.raises(DataError, match=r"should hold numbers.*in row \d"):
        ppml("trade ~ cost", wrong)
    with pytest.raises(DataError, match="should hold numbers"):
        ppml("trade ~ i(year, cost)", wrong)


# -- predictions -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dummies", ["C(year)*cost", "i(year, cost) + i(year)", "code:cost + code", "i(year, i.code)"])
@pytest.mark.parametrize("effects", ["", " | importer"])
def test_predictions_of_some_rows_repeat_the_fit(panel, dummies, effects):
    """Whatever levels the other data hold, a row has its fitted value; a level never seen has none."""
    for fit in (ppml(f"trade ~ {dummies}{effects}", panel), ols(f"trade ~ {dummies}{effects}", panel)):
        some = panel[panel["year"].isin([2001, 2003]) & panel["code"].isin(["IRN", "KAZ"])]
        assert_allclose(fit.predict(some), fit.predict()[some.index], rtol=1e-7, atol=1e-9)
        if "year" in dummies:
            assert np.isnan(fit.predict(some.assign(year=1999))).all()


def test_a_constant_alone_predicts_every_row(panel):
    fit = ppml("trade ~ 1", panel)
    assert_allclose(fit.predict(panel.head(3)), np.full(3, panel["trade"].mean()))


def test_the_offset_of_an_estimate_is_that_of_its_predictions(panel):
    fit = ppml(f"trade ~ rta | {EFFECTS}", panel.assign(off=panel["cost"] / 2), offset="off")
    fresh = panel.assign(off=panel["cost"] / 2 + 1)
    assert_allclose(fit.predict(fresh), np.e * fit.predict(), rtol=1e-9)
    with pytest.raises(UnknownNameError, match="no column 'off'"):
        fit.predict(panel)
    assert_allclose(fit.predict(panel, offset="cost"), fit.predict() * np.exp(panel["cost"] / 2), rtol=1e-9)


def test_lazy_tables_are_read(panel):
    lazy = pl.from_pandas(panel).lazy()
    assert_allclose(ppml("trade ~ cost", lazy).values, ppml("trade ~ cost", panel).values)
