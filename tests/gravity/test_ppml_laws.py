"""What holds for any PPML fit: first-order conditions, invariances, one answer whatever the layout."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.gravity.reference import dummies, poisson_by_dummies, trade_panel

from peyvand.gravity import ols, ppml

THREE_WAY = "exporter^year + importer^year + exporter^importer"
a_law = settings(max_examples=5, deadline=None)
MODELS = {
    "": [],
    "exporter": [["exporter"]],
    "exporter + importer": [["exporter"], ["importer"]],
    "exporter^year + importer^year": [["exporter", "year"], ["importer", "year"]],
    THREE_WAY: [["exporter", "year"], ["importer", "year"], ["exporter", "importer"]],
    "exporter + importer + year + exporter^importer": [["exporter"], ["importer"], ["year"], ["exporter", "importer"]],
}


def holes(frame, share, seed=1):
    """The panel with some rows missing."""
    keep = np.random.default_rng(seed).random(len(frame)) > share
    return frame[keep].reset_index(drop=True)


@pytest.mark.parametrize("effects", MODELS)
@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("layout", ["auto", "groups"])
def test_agrees_with_explicit_dummies(effects, missing, layout):
    """Slopes, fitted values and HC1 errors to 1e-9 of a dense Newton fit with a column for each dummy."""
    frame = holes(trade_panel(), missing)
    fit = ppml(f"trade ~ rta + cost{' | ' if effects else ''}{effects}", frame, vcov="hetero", layout=layout)
    kept = frame.drop(index=fit.dropped["row"])
    d = dummies(kept, MODELS[effects]) if effects else np.ones((len(kept), 1))
    y, x = kept["trade"].to_numpy(), kept[["rta", "cost"]].to_numpy()
    slopes, mu, rest = poisson_by_dummies(y, x, d)
    assert_allclose(fit.coefficients[["rta", "cost"]], slopes, rtol=1e-9, atol=1e-11)
    assert_allclose(fit.fitted[kept.index], mu, rtol=1e-6)
    bread = np.linalg.inv((rest * mu[:, None]).T @ rest)
    meat = (rest * (y - mu)[:, None] ** 2).T @ rest
    plain = np.sqrt(np.diag(bread @ meat @ bread))
    assert_allclose(fit.std_errors[["rta", "cost"]] / np.sqrt(fit.covariance.factor), plain, rtol=1e-7)


@pytest.mark.parametrize("effects", MODELS)
def test_weights_and_offsets_agree_with_explicit_dummies(effects):
    rng = np.random.default_rng(4)
    frame = trade_panel(seed=2).assign(w=lambda f: rng.uniform(0.5, 2, len(f)), o=lambda f: rng.normal(size=len(f)))
    fit = ppml(f"trade ~ rta + cost{' | ' if effects else ''}{effects}", frame, vcov="iid", weights="w", offset="o")
    kept = frame.drop(index=fit.dropped["row"])
    d = dummies(kept, MODELS[effects]) if effects else np.ones((len(kept), 1))
    x = kept[["rta", "cost"]].to_numpy()
    slopes, _, _ = poisson_by_dummies(kept["trade"].to_numpy(), x, d, weights=kept["w"].to_numpy(), offset=kept["o"])
    assert_allclose(fit.coefficients[["rta", "cost"]], slopes, rtol=1e-9, atol=1e-11)


@a_law
@given(seed=st.integers(0, 10_000), zeros=st.floats(0, 0.5), missing=st.floats(0, 0.3))
def test_score_is_zero(seed, zeros, missing):
    """Σ (y − μ) is zero over every group of every fixed effect, and so is Σ x (y − μ)."""
    frame = holes(trade_panel(8, 6, seed=seed, zeros=zeros), missing, seed)
    fit = ppml(f"trade ~ rta + cost | {THREE_WAY}", frame)
    kept = frame.assign(gap=frame["trade"] - fit.fitted, mu=fit.fitted).drop(index=fit.dropped["row"])
    scale = kept["trade"].mean()
    for effect in MODELS[THREE_WAY]:
        assert np.abs(kept.groupby(effect)["gap"].sum()).max() < 1e-8 * scale
    for name in fit.names:
        assert abs((kept["gap"] * kept[name]).sum()) < 1e-8 * kept["mu"].sum()


@pytest.mark.parametrize("sectors", [1, 2])
def test_sorted_rows_are_the_cells_of_a_panel(sectors):
    """A full panel in the order of its cells is seen as such, whatever names its effects have; mixed rows agree."""
    frame = trade_panel(6, 4, sectors=sectors, seed=3)
    codes = {"ey": ["sector", "exporter", "year"], "iy": ["sector", "importer", "year"]}
    frame = frame.assign(**{name: frame.groupby(keys).ngroup() for name, keys in codes.items()})
    frame["pair"] = frame.groupby(["sector", "exporter", "importer"]).ngroup()
    sorted_, mixed = (ppml("trade ~ rta + cost | iy + ey + pair", one) for one in (frame, frame.sample(frac=1)))
    shapes = [one.sample.absorber.shape for one in (sorted_, mixed)]
    assert [shape.cell is None for shape in shapes] == [True, False]
    assert shapes[0].cells == shapes[1].cells == len(frame)
    assert shapes[0].groups == sectors
    assert_allclose(sorted_.values, mixed.values, rtol=1e-10)
    assert_allclose(sorted_.std_errors, mixed.std_errors, rtol=1e-8)


@a_law
@given(seed=st.integers(0, 10_000), missing=st.floats(0, 0.3), sectors=st.integers(1, 2))
def test_layouts_agree(seed, missing, sectors):
    """The panel's array structure and plain groups give the same numbers to 1e-8, errors too."""
    frame = holes(trade_panel(7, 6, seed=seed, sectors=sectors), missing, seed)
    formula = "trade ~ rta + cost | exporter^year^sector + importer^year^sector + exporter^importer^sector"
    panel, groups = (ppml(formula, frame, layout=layout) for layout in ("auto", "groups"))
    assert_allclose(panel.values, groups.values, rtol=1e-8, atol=1e-10)
    assert_allclose(panel.covariance.std_error, groups.covariance.std_error, rtol=1e-8)
    assert_allclose(panel.fitted, groups.fitted, rtol=1e-6, atol=1e-12)


@a_law
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-6, 1e6))
def test_neither_currency_nor_row_order_matters(seed, scale):
    frame = trade_panel(seed=seed)
    formula = f"trade ~ rta + cost | {THREE_WAY}"
    first = ppml(formula, frame)
    shuffled = frame.assign(trade=frame["trade"] * scale).sample(frac=1, random_state=seed)
    second = ppml(formula, shuffled)
    assert_allclose(first.values, second.values, rtol=1e-7, atol=1e-9)
    assert_allclose(first.covariance.std_error, second.covariance.std_error, rtol=1e-7)


def test_ready_made_numbers_are_the_same_panel():
    """`ey + iy + pair` is recognised as exporter × importer × year, and gives the same slopes."""
    frame = trade_panel(8, 5)
    frame["ey"] = frame.groupby(["exporter", "year"]).ngroup()
    frame["iy"] = frame.groupby(["importer", "year"]).ngroup()
    frame["pair"] = frame.groupby(["exporter", "importer"]).ngroup()
    named, numbered = ppml(f"trade ~ rta | {THREE_WAY}", frame), ppml("trade ~ rta | ey + iy + pair", frame)
    assert type(numbered.sample.absorber).__name__ == "PanelEffects"
    assert_allclose(named.values, numbered.values, rtol=1e-10)
    assert_allclose(named.covariance.std_error, numbered.covariance.std_error, rtol=1e-10)


def test_shared_pair_effects_stay_a_panel():
    """Symmetric pairs and one effect for all domestic pairs keep the array structure and the answer."""
    frame = trade_panel(7, 5, seed=3)
    low, high = frame[["exporter", "importer"]].min(axis=1), frame[["exporter", "importer"]].max(axis=1)
    frame["both"] = np.where(low == high, "home", low.astype(str) + "-" + high.astype(str))
    formula = "trade ~ rta + cost | exporter^year + importer^year + both"
    fit = ppml(formula, frame)
    assert type(fit.sample.absorber).__name__ == "PanelEffects"
    kept = frame.drop(index=fit.dropped["row"])
    d = dummies(kept, [["exporter", "year"], ["importer", "year"], ["both"]])
    slopes, _, _ = poisson_by_dummies(kept["trade"].to_numpy(), kept[["rta", "cost"]].to_numpy(), d)
    assert_allclose(fit.values, slopes, rtol=1e-9)


@pytest.mark.parametrize("effects", MODELS)
def test_predictions_repeat_the_fit(effects):
    frame = holes(trade_panel(seed=5), 0.2)
    for estimate, outcome in ((ppml, "trade"), (ols, "log(trade)")):
        fit = estimate(f"{outcome} ~ rta + log(cost^2){' | ' if effects else ''}{effects}", frame)
        rows = fit.sample.design.rows[fit.sample.keep]
        assert_allclose(fit.predict(frame.drop(columns="trade"))[rows], fit.fitted[rows], rtol=1e-7, atol=1e-9)
        assert_allclose(fit.predict()[rows], fit.fitted[rows], rtol=1e-12)


def test_a_level_never_seen_is_nan():
    frame = trade_panel()
    fit = ppml("trade ~ cost | exporter + importer", frame)
    new = frame.head(3).assign(exporter=[0, 99, 0])
    assert np.isnan(fit.predict(new)).tolist() == [False, True, False]


@pytest.mark.parametrize("effects", MODELS)
def test_ols_is_frisch_waugh(effects):
    frame = holes(trade_panel(seed=7), 0.2)
    fit = ols(f"log(trade) ~ rta + cost{' | ' if effects else ''}{effects}", frame, vcov="iid")
    kept = frame.drop(index=fit.dropped["row"])
    d = dummies(kept, MODELS[effects]) if effects else np.ones((len(kept), 1))
    x = np.hstack([kept[["rta", "cost"]].to_numpy(), d])
    slopes = np.linalg.lstsq(x, np.log(kept["trade"].to_numpy()), rcond=1e-13)[0][:2]
    assert_allclose(fit.coefficients[["rta", "cost"]], slopes, rtol=1e-9, atol=1e-11)
