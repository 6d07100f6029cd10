"""The shipped estimates of agreements, made again from the stored data.

Trade in all goods, domestic sales included, is explained by an agreement dummy and by ln(1+t), the tariff weighted by
trade, with effects of exporter × year, importer × year, directed pair, and border × year: Poisson pseudo-maximum
likelihood, errors clustered by pair. The estimator here is a plain one for this balanced panel, written beside the test
so that the shipped figures do not rest on the code that they are used with.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from peyvand.scenarios import Facts, estimates

GLOBAL_PREFERENCES = ("Global System Of Trade Preferences (GSTP)", "Protocol On Trade Negotiations (PTN)")


def three_way_ppml(trade, regressors, *, rounds=40, tol=1e-9):
    """Coefficients and pair-clustered standard errors; all arrays are (exporter, importer, year)."""
    abroad = np.broadcast_to(~np.eye(len(trade), dtype=bool)[..., None], trade.shape).astype(float)
    kept = _groups_with_trade(trade)
    y = trade / trade.mean()
    mu = np.where(kept, (y + 0.1 * y.mean()) / 1.1, 0.0)
    eta = np.where(kept, np.log(np.where(kept, mu, 1.0)), 0.0)
    x = [regressor * abroad for regressor in regressors]
    deviance = np.inf
    for _ in range(rounds):
        working = np.where(kept, eta + (y - mu) / np.where(kept, mu, 1.0), 0.0)
        within = _within(working, mu, abroad)
        x = [_within(column, mu, abroad) for column in x]
        bread = np.array([[(mu * a * b).sum() for a in x] for b in x])
        beta = np.linalg.solve(bread, [(mu * column * within).sum() for column in x])
        eta = working - (within - sum(b * column for b, column in zip(beta, x, strict=True)))
        mu = np.where(kept, np.exp(eta), 0.0)
        before = deviance
        logs = np.log(np.where(y > 0, y, 1.0) / np.where(kept, mu, 1.0))
        deviance = 2 * np.where(kept, y * logs - (y - mu), 0.0).sum()
        if abs(before - deviance) <= tol * deviance:
            break
    scores = [(column * np.where(kept, y - mu, 0.0)).sum(axis=-1) for column in x]
    pairs = np.triu_indices(len(trade))
    stacked = np.stack([(score + score.T)[pairs] for score in scores])
    inverse = np.linalg.inv(bread)
    variance = inverse @ (stacked @ stacked.T) @ inverse * stacked.shape[1] / (stacked.shape[1] - 1)
    return beta, np.sqrt(np.diag(variance))


def _groups_with_trade(trade):
    """Cells whose exporter-year, importer-year and pair have any trade: the others are perfectly predicted zeros."""
    kept = np.ones(trade.shape, dtype=bool)
    for _ in range(5):
        for axis in (1, 0, 2):
            kept &= (trade * kept).sum(axis=axis, keepdims=True) > 0
    return kept


def _within(values, weight, abroad, *, tol=1e-6, sweeps=3000):
    """Residual of a weighted regression on the four sets of effects, by turns."""
    values = values.copy()
    groups = [(weight, 1), (weight, 0), (weight, 2), (weight * abroad, (0, 1))]
    totals = [part.sum(axis=axis, keepdims=True) for part, axis in groups]
    for _ in range(sweeps):
        before = values.copy()
        for (part, axis), total in zip(groups, totals, strict=True):
            mean = np.divide(
                (part * values).sum(axis=axis, keepdims=True), total, out=np.zeros_like(total), where=total > 0
            )
            values = values - mean * (abroad if axis == (0, 1) else 1.0)
        if np.abs((values - before) * np.sqrt(weight)).max() < tol:
            break
    return values


def test_the_estimator_finds_what_it_was_given():
    rng = np.random.default_rng(0)
    shape = (12, 12, 8)
    dummy = (np.arange(8) >= rng.integers(2, 12, (12, 12, 1))) * 1.0
    tariff = rng.uniform(0, 0.3, shape)
    effects = rng.normal(0, 1, (12, 1, 8)) + rng.normal(0, 1, (1, 12, 8)) + rng.normal(0, 1, (12, 12, 1))
    mean = np.exp(effects + (0.4 * dummy - 4 * np.log1p(tariff)) * ~np.eye(12, dtype=bool)[..., None])
    beta, error = three_way_ppml(mean * rng.gamma(100, 0.01, shape), [dummy, np.log1p(tariff)])
    assert np.abs(beta - [0.4, -4]).max() < 4 * error.max()
    assert error[0] < 0.05


# -- the stored panels -------------------------------------------------------------------------------------------------
def panel(frame, years):
    """Goods trade and its trade-weighted tariff, (exporter, importer, year), without the rest of the world."""
    goods = frame[~frame["sector"].astype(str).str.startswith("Services")]
    goods = goods[(goods["exporter"] != "ROW") & (goods["importer"] != "ROW")]
    economies = sorted(set(goods["exporter"].astype(str)))
    place = pd.Index(economies)
    at = place.get_indexer(goods["exporter"].astype(str)), place.get_indexer(goods["importer"].astype(str))
    at = (*at, goods["year"].to_numpy() - years[0])
    trade, duty = (
        np.zeros((len(economies), len(economies), len(years))),
        np.zeros((len(economies), len(economies), len(years))),
    )
    value = goods["trade"].to_numpy(dtype=float)
    np.add.at(trade, at, value)
    np.add.at(duty, at, value * goods["tariff"].to_numpy(dtype=float))
    return economies, trade, np.divide(duty, trade, out=np.zeros_like(trade), where=trade > 0)


def accession(economies, years):
    """Both are in the European Union at the end of the year."""
    members = [Facts.shipped().agreement("EU").members_on(date(year, 12, 31)) for year in years]
    inside = np.array([[code in now for now in members] for code in economies])
    return (inside[:, None] & inside[None, :]) * 1.0


def agreements(economies, years, parties):
    """Any DESTA agreement, global preferences apart, binds the two in the year; ends are not known there."""
    bound = np.zeros((len(economies), len(economies), len(years)))
    for _, rows in parties.dropna(subset=["stateID", "Force"]).groupby("destaID"):
        if rows["Title"].iloc[0] in GLOBAL_PREFERENCES:
            continue
        inside = np.isin(economies, rows["stateID"].astype(str))
        since = np.array(years) >= int(str(rows["Force"].iloc[0])[:4])
        bound = np.maximum(bound, inside[:, None, None] & inside[None, :, None] & since)
    return bound


def check(name, trade, dummy, tariff):
    beta, error = three_way_ppml(trade, [dummy, np.log1p(tariff)])
    shipped = estimates()[name]
    assert beta[0] == pytest.approx(shipped.coefficient, abs=1e-3)
    assert error[0] == pytest.approx(shipped.standard_error, abs=1e-3)
    assert beta[1] < -2, "tariffs hold trade back"


@pytest.mark.slow
def test_the_effect_of_joining_the_european_union(data_folder):
    years = range(2000, 2015)
    frame = pd.read_parquet(data_folder / "wiod-2016-release-trade-tariffs-2000-2014" / "wiod_2000_2014.parquet")
    economies, trade, tariff = panel(frame, years)
    check("eu-accession-2004-2013", trade, accession(economies, years), tariff)


@pytest.mark.slow
def test_the_effect_of_the_agreements_of_2012_to_2019(data_folder):
    years = range(2011, 2020)
    shelf = data_folder / "oecd-icio-trade-tariffs-2011-2022"
    frame = pd.concat([pd.read_parquet(shelf / f"icio_{year}.parquet") for year in years])
    economies, trade, tariff = panel(frame, years)
    parties = pd.read_parquet(data_folder / "manytreaties-agreements" / "parties_DESTA.parquet")
    check("agreements-2012-2019", trade, agreements(economies, years, parties), tariff)


def test_every_estimate_has_its_sample_estimator_and_source():
    for row in estimates().values():
        assert row.status in ("reported", "estimated")
        assert row.sample
        assert row.estimator
        assert row.source
        assert row.standard_error > 0
