"""Laws of taking the rest of the world apart, on small synthetic tables."""

from __future__ import annotations

from dataclasses import replace

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
    ease = rng.uniform(0.5, 2, (len(CODES), len(CODES)))[:, :, None] * np.ones(s)
    return flow, aims, Pairs(blank, blank.copy(), blank.fillna(0.0)), ease


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
        split(flow, aims, replace(pairs, named=named), ease)
        .sel(exporter="UZB", importer="TUR", sector=list(GOODS))
        .sum()
    )
    assert before / 3 < after < before / 2


def test_hidden_oil_is_left_out_of_a_pair_s_total():
    """A total of almost nothing with a hidden buyer empties every sector but oil and gas."""
    flow, aims, pairs, ease = problem(2)
    named = pairs.named.copy()
    named.loc["IRN", HIDDEN_OIL["IRN"][0]] = 0.1
    row = split(flow, aims, replace(pairs, named=named), ease).sel(exporter="IRN", importer=HIDDEN_OIL["IRN"][0])
    assert float(row.sel(sector="oil_gas")) > 5 * float(row.sel(sector="mining"))


def test_a_closed_way_stays_closed():
    """What a pipeline does not reach gets no gas."""
    flow, aims, pairs, ease = problem(4)
    at = CODES.index("UZB"), CODES.index("KOR"), SECTORS.index("oil_gas")
    ease[at] = 0.0
    found = split(flow, aims, pairs, ease)
    assert float(found.sel(exporter="UZB", importer="KOR", sector="oil_gas")) == 0
    assert float(found.sel(exporter="UZB", importer="KOR", sector="mining")) > 0


def test_gold_for_a_hub_does_not_fill_the_other_sectors():
    """A pair's gold is placed among metals; the rest of the world takes what ICIO does not show the hub buying."""
    flow, aims, pairs, ease = problem(5)
    flow.loc[{"exporter": "ROW", "importer": "TUR", "sector": "metals_minerals"}] = 20.0
    plain = split(flow, aims, pairs, ease)
    gold = pairs.gold.copy()
    gold.loc["UZB", "TUR"] = aims[1].exports[SECTORS.index("metals_minerals")] * 0.9
    golden = split(flow, aims, replace(pairs, gold=gold), ease)
    for importer in ("TUR", "ROW"):
        metals = {"exporter": "UZB", "importer": importer, "sector": "metals_minerals"}
        assert float(golden.sel(metals)) > float(plain.sel(metals)), importer
    food = {"exporter": "UZB", "importer": "TUR", "sector": "agriculture_food"}
    assert float(golden.sel(food)) == pytest.approx(float(plain.sel(food)), rel=0.2)


def test_a_total_that_icio_cannot_hold_is_cut():
    """A pair's total of oil, of which ICIO shows the partner buying nothing, must not become food."""
    flow, aims, pairs, ease = problem(6)
    oil, food = SECTORS.index("oil_gas"), SECTORS.index("agriculture_food")
    exports = aims[1].exports.copy()
    exports[oil] = exports[:-1].sum()
    aims = (aims[0], replace(aims[1], exports=exports))
    room = flow.copy()
    room.loc[{"exporter": "ROW", "importer": "TUR", "sector": "oil_gas"}] = 0.01
    named = pairs.named.copy()
    named.loc["UZB", "TUR"] = 200.0
    found = split(room, aims, replace(pairs, named=named), ease).sel(exporter="UZB", importer="TUR")
    assert float(found[: len(GOODS)].sum()) < 150
    assert float(found[food]) < 1.2 * 200 * exports[food] / exports[:-1].sum()


def test_totals_beyond_the_rest_s_own_are_refused():
    flow, aims, pairs, ease = problem(3, share=100.0)
    with pytest.raises(ConvergenceError, match="could not be split"):
        split(flow, aims, pairs, ease)
