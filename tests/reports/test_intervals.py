"""Intervals in the tables and on the page: those of the draws, absent where nothing was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reports.runs import MEMBERS, idle_run, world_of

from peyvand.errors import ModelError
from peyvand.reports.page import render
from peyvand.reports.page.reproduce import command
from peyvand.reports.tables import tables
from peyvand.run import LEVEL, simulate
from peyvand.scenarios import Tariff, Union
from peyvand.trade.uncertainty import TOGETHER, quantiles
from peyvand.world import World

INTERVALS = (
    "real_income_low_percent", "real_income_high_musd", "exports_low_percent", "real_wage_low_percent",
    "tariff_revenue_low_musd", "trade_within_low_percent", "output_low_percent", "trade_low_percent",
    "gain_probability_share",
)  # fmt: skip


def test_ends_are_quantiles_of_the_draws(run, found):
    economies = found["economies"].set_index("economy")
    for code in ("IRN", "USA"):
        drawn = 100 * (run.draws["welfare_hat"].sel(economy=code).values - 1)
        row = economies.loc[code]
        ends = [row["real_income_low_percent"], row["real_income_high_percent"]]
        assert_allclose(ends, np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
        assert row["gain_probability_share"] == (drawn > 0).mean()
    assert (economies["real_income_low_percent"] < economies["real_income_high_percent"]).all()


def test_every_figure_that_is_drawn_has_its_ends(run, found):
    """Wages, prices, trade and duties of an economy, output of a sector, trade of a pair: quantiles of the draws."""
    levels = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    economies = found["economies"].set_index("economy").loc["IRN"]
    for name, variable in (
        ("real_wage", "real_wage_hat"), ("consumer_price", "consumer_price_hat"), ("imports", "imports_hat")
    ):  # fmt: skip
        ends = [economies[f"{name}_{end}_percent"] for end in ("low", "high")]
        assert_allclose(ends, np.quantile(100 * (run.draws[variable].sel(economy="IRN") - 1), levels), atol=1e-9)
        assert ends[0] < ends[1]
    one = {"economy": "IRN"}
    duties = run.draws["tariff_revenue_counterfactual"].sel(one) - run.draws["tariff_revenue"].sel(one)
    ends = [economies["tariff_revenue_low_musd"], economies["tariff_revenue_high_musd"]]
    assert_allclose(ends, np.quantile(duties, levels))
    sector = found["sectors"].set_index(["economy", "sector"]).loc["IRN"].iloc[0]
    output = run.draws["output_hat"].sel(one).sel(sector=sector.name)
    assert_allclose(
        sector[["output_low_percent", "output_high_percent"]].astype(float), np.quantile(100 * (output - 1), levels)
    )
    pair = found["pairs"].query("both_members").iloc[0]
    both = [
        sum(
            run.draws[name].sel(exporter=a, importer=b)
            for a, b in ((pair.economy, pair.partner), (pair.partner, pair.economy))
        )
        for name in ("pair_trade", "pair_trade_counterfactual")
    ]
    change = 100 * (both[1] / both[0] - 1)
    assert_allclose([pair.trade_low_percent, pair.trade_high_percent], np.quantile(change, levels))
    members = found["groups"].set_index("group").loc["members"]
    inside = {"exporter": list(MEMBERS), "importer": list(MEMBERS)}
    among = [
        run.draws[name].sel(inside).where(~np.eye(len(MEMBERS), dtype=bool), 0.0).sum(["exporter", "importer"])
        for name in ("pair_trade", "pair_trade_counterfactual")
    ]
    ends = [members["trade_within_low_percent"], members["trade_within_high_percent"]]
    assert_allclose(ends, np.quantile(100 * (among[1] / among[0] - 1), levels))


def test_a_group_is_drawn_together_and_not_end_by_end(found):
    """The interval of a sum is narrower than the sum of the intervals, unless all move as one."""
    members = found["groups"].set_index("group").loc["members"]
    inside = found["economies"].set_index("economy").loc[list(MEMBERS)]
    wide = (inside["real_income_high_musd"] - inside["real_income_low_musd"]).sum()
    assert 0 < members["real_income_high_musd"] - members["real_income_low_musd"] < wide
    assert members["real_income_low_percent"] < members["real_income_high_percent"]


def test_the_sources_of_the_spread_are_named(run, found):
    table = found["uncertainty"].set_index("economy")
    assert list(table.index) == [*run.world.economies, TOGETHER]
    shares = table[["elasticity_share", "gravity_share", "flow_share", "interaction_share"]]
    assert_allclose(shares.sum(axis=1), 1)
    assert (table["real_income_deviation_percent"] > 0).all()


def test_without_draws_there_is_no_interval():
    bare = tables(idle_run())
    assert "uncertainty" not in bare
    for name in ("economies", "groups", "sectors", "pairs"):
        assert not set(INTERVALS) & set(bare[name])
    page = render(idle_run(), bare)
    assert 'class="sureness"' not in page
    assert "no interval is given" in page


def test_the_page_says_how_sure_it_is(run, found):
    page = render(run, found)
    assert page.count('class="sureness"') == 2
    assert "Over" in page
    assert "no interval is given" not in page
    assert page.count("<b style=") > 2 * len(MEMBERS)
    assert "--draws 8 --seed 3" in page


def test_the_same_seed_gives_the_same_intervals(run, found):
    again = tables(simulate("eco-ten", world=world_of(), draws=8, seed=3))
    other = tables(simulate("eco-ten", world=world_of(), draws=8, seed=4))
    name = "real_income_high_percent"
    assert_allclose(again["economies"][name], found["economies"][name], rtol=1e-12)
    assert not np.allclose(other["economies"][name], found["economies"][name], rtol=1e-6)


def test_the_command_repeats_the_closure():
    meta = {"deficit_rule": "fixed_nominal", "numeraire": "USA", "draws": None, "seed": None}
    assert command(meta) == "peyvand run scenario.toml --deficits fixed_nominal --numeraire USA --out FOLDER"


def test_a_world_without_errors_cannot_be_drawn():
    world = world_of()
    certain = World(world.data.drop_vars(["trade_elasticity_se", "trade_flow_cv"]), world.provenance)
    free = Union(title={"en": "Free", "fa": "آزاد"}, members=MEMBERS[:3], provisions=(Tariff(cut_share=1.0),))
    with pytest.raises(ModelError, match="nothing is left to draw"):
        simulate(free, world=certain, draws=2)


def test_draws_without_an_answer_are_left_out_of_the_ends():
    values = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    low, middle, high = quantiles(values, 0.5)
    assert_allclose(middle[0], 2)
    assert_allclose([low[0], high[0]], [1.5, 2.5])
    assert np.isnan([low[1], middle[1], high[1]]).all()
    assert np.isnan(quantiles(values[2:3], 0.9)).all()
