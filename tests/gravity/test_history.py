"""Trade and thickness of pairs over the years: what ships, how it was made, and its laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from peyvand.errors import DataError
from peyvand.gravity.history import COLUMNS, FILE, SOURCES, PairHistory
from peyvand.gravity.history.build import LARGE_MUSD, STEP, below_a_step, build_history, thickness_over_years

FLOWS = arrays(float, (3, 3, 3, 2), elements=st.floats(0.5, 1e4))


# -- laws ----------------------------------------------------------------------------------------------------------
@given(trade=FLOWS, scale=st.floats(0.01, 100.0))
def test_a_year_in_which_all_prices_double_is_no_thicker(trade, scale):
    """Thickness is a ratio of flows: a year's currency does not matter (the weights are of all years together)."""
    theta = np.array([4.0, 6.0])
    first = thickness_over_years(trade=np.stack([trade[0], trade[0] * scale]), trade_elasticity=theta)
    assert_allclose(first[0], first[1], rtol=1e-9, atol=1e-12)


@given(trade=FLOWS)
def test_thickness_over_years_is_symmetric_and_0_at_home(trade):
    wall = thickness_over_years(trade=trade, trade_elasticity=np.array([4.0, 6.0]))
    assert_allclose(wall, wall.swapaxes(1, 2), atol=1e-12)
    assert_allclose(np.einsum("tii->ti", wall), 0.0, atol=1e-12)


def test_a_sector_with_a_gap_in_one_year_counts_in_none():
    trade = np.full((2, 2, 2, 2), 100.0)
    trade[0, 0, 1, 1] = 0.0
    wall = thickness_over_years(trade=trade, trade_elasticity=np.array([4.0, 6.0]))
    assert_allclose(wall, 0.0, atol=1e-12)


@given(level=st.floats(2 * LARGE_MUSD, 1e5), depth=st.floats(1.1 * STEP, 1e4), growth=st.floats(1.0, 2.0))
def test_a_gap_is_found_at_either_end_and_in_the_middle(level, depth, growth):
    low = level / depth
    assert below_a_step(np.array([low, level, level * growth])).tolist() == [True, False, False]
    assert below_a_step(np.array([level, low, low, level])).tolist() == [False, True, True, False]
    assert below_a_step(np.array([level, level * growth, low])).tolist() == [False, False, True]


@given(st.lists(st.floats(0, LARGE_MUSD), min_size=2, max_size=8))
def test_small_trade_may_jump(flow):
    assert not below_a_step(np.array(flow)).any()


# -- what ships ----------------------------------------------------------------------------------------------------
def test_a_pair_turned_round_trades_the_same():
    there, back = PairHistory.shipped().of("KAZ", "RUS"), PairHistory.shipped().of("RUS", "KAZ")
    assert_allclose(there["exports_musd"], back["imports_musd"])
    assert_allclose(there["thickness_log_points"], back["thickness_log_points"])
    assert tuple(there.columns) == COLUMNS


def test_a_pair_without_a_record_has_no_rows_and_one_with_itself_is_refused():
    assert PairHistory.shipped().of("IRN", "RUS")["year"].max() < 2020  # neither reported to BACI's edition
    with pytest.raises(DataError, match="itself"):
        PairHistory.shipped().of("KAZ", "KAZ")


def test_every_record_that_ships_may_ship():
    held = PairHistory.shipped().table
    assert set(held["record"]) == set(SOURCES)
    assert {source.may_feed for sources in SOURCES.values() for source in sources} <= {"figures", "averages"}


def test_thickness_of_2019_is_that_of_the_world():
    """The same flows and elasticities; sectors that trade in 2019 alone and the year's own weights make the rest."""
    from peyvand.gravity import thickness
    from peyvand.world import World

    world = World.embedded()
    goods = [sector for sector in world.sectors if not sector.endswith("_services")]
    wall = thickness(world)["border_thickness"].sel(sector=goods)
    held = PairHistory.shipped().of("TUR", "CHN").set_index(["record", "year"])
    now = held.loc[("icio", 2019), "thickness_log_points"]
    here = wall.sel(exporter="TUR", importer="CHN").values
    assert np.nanmin(here) < now < np.nanmax(here)
    weight = world["trade_flow"].sel(importer=["TUR", "CHN"], sector=goods).sum(["exporter", "importer"]).values
    assert math.isclose(now, np.average(here, weights=weight), abs_tol=0.03)


def test_what_ships_is_what_the_sources_give(data_folder, tmp_path):
    made = build_history(data_folder)
    made.save(tmp_path / FILE)
    from peyvand.gravity import history

    shipped = history.__file__.replace("__init__.py", FILE)
    import pandas as pd

    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / FILE), pd.read_parquet(shipped))
