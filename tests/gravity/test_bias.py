"""The Weidner–Zylkin correction: against its formulas written out with loops, its refusals, and its coverage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tests.gravity.reference import dummies, trade_panel

from peyvand.errors import IdentificationError
from peyvand.gravity import correct_bias, ppml

STATA = json.loads(
    (Path(__file__).parents[1] / "references" / "weidner-zylkin-2021" / "ppml_fe_bias.json").read_text(encoding="utf-8")
)
THREE_WAY = "exporter^year + importer^year + exporter^importer"


def written_out(frame, fit):
    """Bias and corrected variance by loops over pairs, with the full third derivative and explicit dummies."""
    frame = frame.assign(mu=fit.fitted).drop(index=fit.dropped["row"]).sort_values(["exporter", "importer", "year"])
    times, names = sorted(frame["year"].unique()), list(fit.names)
    mu = frame["mu"].to_numpy()
    d = dummies(frame, [["exporter", "year"], ["importer", "year"], ["exporter", "importer"]])
    x = frame[names].to_numpy()
    root = np.sqrt(mu)[:, None]
    rest = x - d @ np.linalg.lstsq(d * root, x * root, rcond=1e-13)[0]
    frame[[f"r{at}" for at in range(len(names))]] = rest
    bread = np.linalg.inv((rest * mu[:, None]).T @ rest)
    pairs = []
    for (i, j), one in frame.groupby(["exporter", "importer"]):
        one = one.set_index("year").reindex(times, fill_value=0.0)  # a year without a row weighs nothing
        m, e = one["mu"].to_numpy(), (one["trade"] - one["mu"]).to_numpy()
        share, total = m / m.sum(), m.sum()
        h = np.diag(m) - np.outer(m, m) / total
        # third derivative of Σ y ln(λ/Σλ) at expected y: G_rst = −total × ∂³ ln Σλ
        eye = np.eye(len(m))
        g = -total * (
            np.einsum("rs,rt,r->rst", eye, eye, share)
            - np.einsum("rs,r,t->rst", eye, share, share) - np.einsum("rt,r,s->rst", eye, share, share)
            - np.einsum("st,s,r->rst", eye, share, share) + 2 * np.einsum("r,s,t->rst", share, share, share)
        )  # fmt: skip
        pairs.append((i, j, h, g, e, one[[f"r{at}" for at in range(len(names))]].to_numpy()))
    bias = np.zeros(len(names))
    for side in (0, 1):
        countries = sorted({pair[side] for pair in pairs})
        for country in countries:
            own = [pair for pair in pairs if pair[side] == country]
            inverse = np.linalg.pinv(sum(pair[2] for pair in own), rcond=1e-12)
            scores = sum(np.outer(pair[4], pair[4]) for pair in own)
            for at in range(len(names)):
                first = sum(pair[4] @ inverse @ pair[2] @ pair[5][:, at] for pair in own)
                gx = sum(np.einsum("rst,r->st", pair[3], pair[5][:, at]) for pair in own)
                second = np.trace(inverse @ gx @ inverse @ scores)
                bias[at] += len(countries) / (len(countries) - 1) * (-first + second / 2)
    # variance: leverage from the information of all exporter-time and importer-time dummies without pairs
    dit = dummies(frame, [["exporter", "year"], ["importer", "year"]])
    pair_of = dummies(frame, [["exporter", "importer"]])
    tilde = dit - pair_of @ np.linalg.lstsq(pair_of * root, dit * root, rcond=1e-13)[0]
    inverse = np.linalg.pinv((tilde * mu[:, None]).T @ tilde, rcond=1e-11)
    meat = np.zeros((len(names), len(names)))
    codes = frame.groupby(["exporter", "importer"]).ngroup().to_numpy()
    for at, (_, _, h, _, e, r) in enumerate(pairs):
        own = np.zeros((len(times), dit.shape[1]))
        own[np.searchsorted(times, frame["year"].to_numpy()[codes == at])] = dit[codes == at]
        lifted = np.linalg.pinv(np.eye(len(e)) - h @ (r @ bread @ r.T + own @ inverse @ own.T), rcond=1e-9) @ e
        meat += np.outer(r.T @ lifted, r.T @ e)
    matrix = len(pairs) / (len(pairs) - 1) * bread @ meat @ bread
    return bread @ bias, (matrix + matrix.T) / 2


@pytest.mark.parametrize("domestic", [True, False])
def test_is_the_paper_written_out(domestic):
    frame = trade_panel(7, 4, seed=5, zeros=0.05, domestic=domestic)
    fit = ppml(f"trade ~ rta + cost | {THREE_WAY}", frame)
    corrected = correct_bias(fit)
    bias, matrix = written_out(frame, fit)
    assert_allclose(fit.values - corrected.values, bias, rtol=1e-5, atol=1e-9)
    assert_allclose(corrected.covariance.matrix, matrix, rtol=1e-5)
    assert "Weidner" in corrected.vcov_name
    assert "corrected" in corrected.note


@pytest.mark.parametrize(("share", "seed"), [(0.7, 1), (0.45, 2), (0.4, 5), (0.35, 38)])
def test_panels_with_gaps(share, seed):
    """Rows that are not there, down to panels that fall into parts."""
    frame = trade_panel(8, 5, seed=seed, zeros=0.05)
    frame = frame.sample(frac=share, random_state=seed).sort_index().reset_index(drop=True)
    fit = ppml(f"trade ~ rta + cost | {THREE_WAY}", frame, singletons="drop")
    corrected = correct_bias(fit)
    bias, matrix = written_out(frame, fit)
    assert_allclose(fit.values - corrected.values, bias, rtol=1e-5, atol=1e-8)
    assert_allclose(corrected.covariance.matrix, matrix, rtol=1e-4)


def test_sectors_side_by_side():
    """Two panels that share slopes: copies of one leave the correction of slopes as it is."""
    frame = trade_panel(7, 4, seed=5, zeros=0.05)
    both = pd.concat([frame.assign(sector="a"), frame.assign(sector="b", trade=frame["trade"] * 3)])
    by_sector = " + ".join(f"{effect}^sector" for effect in THREE_WAY.split(" + "))
    one = correct_bias(ppml(f"trade ~ rta + cost | {THREE_WAY}", frame))
    two = correct_bias(ppml(f"trade ~ rta + cost | {by_sector}", both))
    assert_allclose(two.values, one.values, rtol=1e-7)
    assert_allclose(two.std_errors, one.std_errors * np.sqrt(5 / 8), rtol=0.05)


def test_what_follows_from_a_corrected_estimate_has_its_slopes():
    """Predictions of its own rows and of others agree, and the totals of every country and pair fit again."""
    frame = trade_panel(7, 4, seed=5)
    corrected = correct_bias(ppml(f"trade ~ rta | {THREE_WAY}", frame, offset="cost"))
    held = ~frame.index.isin(corrected.dropped["row"])
    assert_allclose(corrected.predict(frame)[held], corrected.predict()[held], rtol=1e-8)
    for effect in THREE_WAY.split(" + "):
        totals = frame.assign(fitted=corrected.fitted)[held].groupby(effect.split("^"))[["trade", "fitted"]].sum()
        assert_allclose(totals["fitted"], totals["trade"], rtol=1e-7)
    with pytest.raises(IdentificationError, match="would not be corrected"):
        corrected.with_vcov("hetero")


def test_two_way_changes_errors_only():
    frame = trade_panel(8, 3, seed=1)
    fit = ppml("trade ~ rta + cost | exporter^year + importer^year", frame, cluster="exporter^importer")
    corrected = correct_bias(fit)
    assert_allclose(corrected.values, fit.values, rtol=0)
    assert (
        corrected.covariance.std_error
        > fit.with_vcov(cluster="exporter^importer", small_sample="stata").covariance.std_error
    ).all()


def test_refusals_say_why():
    frame = trade_panel(6, 4)
    fit = ppml(f"trade ~ rta | {THREE_WAY}", frame)
    with pytest.raises(IdentificationError, match="clustered by directed pair"):
        correct_bias(fit.with_vcov("hetero"))
    with pytest.raises(IdentificationError, match="clustered by directed pair"):
        correct_bias(fit.with_vcov(cluster="exporter"))
    with pytest.raises(IdentificationError, match="already corrected"):
        correct_bias(correct_bias(fit))
    low, high = frame[["exporter", "importer"]].min(axis=1), frame[["exporter", "importer"]].max(axis=1)
    shared = frame.assign(both=low * 100 + high)
    with pytest.raises(IdentificationError, match="pairs share effects"):
        correct_bias(ppml("trade ~ rta | exporter^year + importer^year + both", shared))
    with pytest.raises(IdentificationError, match="exporter-time and importer-time"):
        correct_bias(ppml("trade ~ rta | exporter", frame, cluster="exporter^importer"))
    lonely = frame.drop(index=frame.index[(frame["exporter"] == 0) & (frame["importer"] == 1)][1:])
    lonely = lonely.assign(trade=lonely["trade"] + 0.1)
    with pytest.raises(IdentificationError, match="one period only"):
        correct_bias(ppml(f"trade ~ rta | {THREE_WAY}", lonely))


def test_the_authors_program(data_folder):
    """Every digit that Stata's ppml_fe_bias prints for 35 countries: points, errors, bias."""
    table = pd.read_parquet(data_folder / "zylkin-fta-panel-1988-2004" / "example_trade_fta_35_countries.parquet")
    fit = ppml(STATA["formula"], table[table["category"] == "TOTAL"], small_sample="stata")
    assert (fit.nobs, fit.covariance.clusters) == (STATA["nobs"], {"isoexp^isoimp": STATA["clusters"]})
    assert fit.log_likelihood == pytest.approx(STATA["log_likelihood"], abs=0.06)
    assert fit.pseudo_r2 == pytest.approx(STATA["pseudo_r2"], abs=5e-5)
    assert fit.values[0] == pytest.approx(STATA["estimate"], abs=5.1e-8)
    assert fit.std_errors["fta"] == pytest.approx(STATA["std_error"], abs=5.1e-8)
    corrected = correct_bias(fit)
    assert fit.values[0] - corrected.values[0] == pytest.approx(STATA["bias"], abs=5.1e-11)
    assert corrected.values[0] == pytest.approx(STATA["corrected_estimate"], abs=5.1e-8)
    assert corrected.std_errors["fta"] == pytest.approx(STATA["corrected_std_error"], abs=5.1e-11)


def test_the_programs_help_file(data_folder):
    """What its text says of 65 countries, three-way and two-way, to the digits given there."""
    said = STATA["help_file"]
    table = pd.read_parquet(data_folder / "zylkin-fta-panel-1988-2004" / "ppmlfebias_example_65_countries.parquet")
    table = table[table["category"] == "MANUF"]
    fit = ppml(STATA["formula"], table, small_sample="stata")
    corrected, error = correct_bias(fit), fit.std_errors["fta"]
    assert fit.values[0] == pytest.approx(said["estimate"], abs=5e-4)
    assert corrected.values[0] == pytest.approx(said["corrected_estimate"], abs=5e-4)
    assert (fit.values[0] - corrected.values[0]) / error == pytest.approx(said["bias_in_std_errors"], abs=5e-3)
    assert corrected.std_errors["fta"] / error - 1 == pytest.approx(said["std_error_rises_by"], abs=5e-3)
    assert fit.table().loc["fta", "low"] == pytest.approx(said["lower_bound"], abs=5e-4)
    formula = "trade ~ ln_distw + contig + colony + comlang_off + comleg + fta | isoexp^year + isoimp^year"
    fit = ppml(formula, table, small_sample="stata", cluster="isoexp^isoimp")
    rise = correct_bias(fit).std_errors / fit.std_errors - 1
    least, most = said["two_way_std_errors_rise_by"]
    assert rise.min() == pytest.approx(least, abs=1e-2)
    assert rise.max() == pytest.approx(most, abs=1e-2)


@pytest.mark.slow
def test_coverage(test_size):
    """50 economies, 5 years, 500 draws: the corrected interval covers more often, and is better centred."""
    rng = np.random.default_rng(0)
    draws = max(20, int(500 * test_size))
    n, t = 50, 5
    time, i, j = (axis.ravel() for axis in np.indices((t, n, n)))
    abroad = i != j
    time, i, j = time[abroad], i[abroad], j[abroad]
    a, g, pair = rng.normal(0, 0.25, (t, n)), rng.normal(0, 0.25, (t, n)), rng.normal(0, 0.25, (n, n))
    x = np.cumsum(rng.random((t, n, n)) < 0.15, axis=0).clip(0, 1)[time, i, j] * 1.0
    mean = np.exp(0.5 * x + a[time, i] + g[time, j] + pair[i, j])
    covered, errors = np.zeros(2), np.zeros(2)
    for _ in range(draws):
        noise = rng.normal(size=(n, n))[i, j] * 0.5 + rng.normal(size=len(i)) * 0.85
        noise = np.exp(noise - (0.5**2 + 0.85**2) / 2)
        frame = {"y": mean * noise, "x": x, "t": time, "i": i, "j": j}
        plain = ppml("y ~ x | i^t + j^t + i^j", frame, small_sample="stata")
        for at, fit in enumerate((plain, correct_bias(plain))):
            gap = fit.values[0] - 0.5
            covered[at] += abs(gap) < 1.96 * fit.covariance.std_error[0]
            errors[at] += gap
    assert covered[1] >= covered[0]
    assert covered[1] / draws > 0.85, (covered / draws, errors / draws)
    print(covered / draws, errors / draws)
