"""Laws of taking the rest of the world apart, on small synthetic tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from peyvand.errors import ConvergenceError
from peyvand.world.compile.concordance import ALL_SERVICES, GOODS
from peyvand.world.compile.partners import Pairs
from peyvand.world.compile.split import HIDDEN_OIL, split_rest
from peyvand.world.compile.targets import Target

KNOWN = ["CHN", "IND", "JPN", "KOR", "TUR", "ROW"]
CODES = ["IRN", "UZB", *KNOWN]
SECTORS = [*GOODS, ALL_SERVICES]


def problem(seed, share=0.1):
    """A flow table whose rest of the world holds two economies of about a tenth of it, and their accounts."""
    rng = np.random.default_rng(seed)
    n, s = len(KNOWN), len(SECTORS)
    values = rng.uniform(50, 100, (n, n, s))
    values[-1, -1] = rng.uniform(3000, 4000, s)
    flow = xr.DataArray(
        values, {"exporter": KNOWN, "importer": KNOWN, "sector": SECTORS}, ("exporter", "importer", "sector")
    )
    sold, bought = values[-1, :-1].sum(axis=0), values[:-1, -1].sum(axis=0)
    aims = tuple(
        Target(
            code,
            share * sold * rng.uniform(0.8, 1.2, s),
            share * bought * rng.uniform(0.8, 1.2, s),
            share * values[-1, -1],
        )
        for code in ("IRN", "UZB")
    )
    blank = pd.DataFrame(np.nan, index=CODES, columns=CODES)
    ease = rng.uniform(0.5, 2, (len(CODES), len(CODES)))
    return flow, aims, Pairs(blank, blank.copy()), ease


def split(flow, aims, pairs, ease):
    return split_rest(flow, codes=CODES, aims=aims, pairs=pairs, ease=ease)


@given(seed=st.integers(0, 500))
@settings(max_examples=15, deadline=None)
def test_the_parts_are_the_rest_and_totals_hold(seed):
    flow, aims, pairs, ease = problem(seed)
    found = split(flow, aims, pairs, ease)
    parts, others = ["IRN", "UZB", "ROW"], KNOWN[:-1]
    assert_allclose(found.sel(exporter=others, importer=others), flow.sel(exporter=others, importer=others))
    assert_allclose(
        found.sel(exporter=others, importer=parts).sum("importer"), flow.sel(exporter=others, importer="ROW"), rtol=1e-6
    )
    assert_allclose(
        found.sel(exporter=parts, importer=others).sum("exporter"), flow.sel(exporter="ROW", importer=others), rtol=1e-6
    )
    inside = found.sel(exporter=parts, importer=parts).sum(["exporter", "importer"])
    assert_allclose(inside, flow.sel(exporter="ROW", importer="ROW"), rtol=1e-6)
    assert float(found.min()) >= 0
    for aim in aims:
        abroad = [code for code in CODES if code != aim.code]
        exports = found.sel(exporter=aim.code, importer=abroad, sector=list(GOODS))
        imports = found.sel(exporter=abroad, importer=aim.code, sector=list(GOODS))
        assert float(exports.sum()) == pytest.approx(aim.exports[:-1].sum(), rel=1e-6)
        assert float(imports.sum()) == pytest.approx(aim.imports[:-1].sum(), rel=1e-6)


def test_a_known_pair_pulls_the_split_towards_it():
    flow, aims, pairs, ease = problem(1)
    before = float(split(flow, aims, pairs, ease).sel(exporter="UZB", importer="TUR", sector=list(GOODS)).sum())
    named = pairs.named.copy()
    named.loc["UZB", "TUR"] = before / 3
    after = float(
        split(flow, aims, Pairs(named, pairs.between), ease)
        .sel(exporter="UZB", importer="TUR", sector=list(GOODS))
        .sum()
    )
    assert before / 3 < after < before / 2


def test_hidden_oil_is_left_out_of_a_pair_s_total():
    """A total of almost nothing with a hidden buyer empties every sector but oil and gas."""
    flow, aims, pairs, ease = problem(2)
    named = pairs.named.copy()
    named.loc["IRN", HIDDEN_OIL["IRN"][0]] = 0.1
    row = split(flow, aims, Pairs(named, pairs.between), ease).sel(exporter="IRN", importer=HIDDEN_OIL["IRN"][0])
    assert float(row.sel(sector="oil_gas")) > 5 * float(row.sel(sector="mining"))


def test_totals_beyond_the_rest_s_own_are_refused():
    flow, aims, pairs, ease = problem(3, share=100.0)
    with pytest.raises(ConvergenceError, match="could not be split"):
        split(flow, aims, pairs, ease)
