"""The Advanced Guide's exercises of chapter 2 against the logs of its own programme: one border, NAFTA's own effect."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from peyvand.gravity import ppml
from peyvand.gravity.saved import SavedEstimate
from peyvand.trade.from_estimate import Change, EstimateAnswer, counterfactual

REFERENCE = Path(__file__).parents[1] / "references" / "agtpa-2016"
NAFTA = ("CAN", "MEX", "USA")
TWO = ("CAN", "USA")


@pytest.fixture(scope="module")
def panel(data_folder) -> pd.DataFrame:
    data = pd.read_parquet(data_folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet")
    data = pd.DataFrame({name: column.to_numpy() for name, column in data.items()})
    abroad = data["exporter"] != data["importer"]
    two = data["exporter"].isin(TWO) & data["importer"].isin(TWO) & abroad
    pact = data["exporter"].isin(NAFTA) & data["importer"].isin(NAFTA) & abroad & (data["year"] >= 1994)
    return data.assign(
        border=abroad.astype(float),
        two=two.astype(float),
        others=(abroad & ~two).astype(float),
        nafta=pact.astype(float),
        other_rta=data["rta"].where(~pact, 0),
        pair=data["pair_id"].astype(str).where(abroad, "home"),
    )


@pytest.fixture(scope="module")
def asked(panel):
    """Every application and exercise by its name, at a tolerance of the Guide's rounds."""
    year = panel[panel["year"] == 2006]
    every = panel[panel["year"].isin(range(1986, 2007, 4))]
    one = saved(ppml("trade ~ log(dist) + cntg + border | exporter + importer", year))
    split = saved(ppml("trade ~ log(dist) + cntg + others + two | exporter + importer", year))
    common = saved(ppml("trade ~ rta | exporter^year + importer^year + pair", every))
    own = saved(ppml("trade ~ other_rta + nafta | exporter^year + importer^year + pair", every))
    base = {"year": 1994, "fill": "log(dist) + cntg + lang + clny"}
    questions = {
        "borders": (one, year, Change(column="border", value=0), {}),
        "one_border_A": (one, year, Change(column="border", value=0, among=TWO), {}),
        "one_border_BC": (split, year, Change(column="two", value=0), {}),
        "one_border_D": (split, year, Change(column="two", value=0, exporters=("CAN",), importers=("USA",)), {}),
        "nafta": (common, every, Change(column="rta", value=0, among=NAFTA), base),
        "nafta_own_effect": (own, every, Change(column="nafta", value=0), base),
    }

    def solve(name: str, tol: float = 0.01) -> EstimateAnswer:
        estimate, data, change, given = questions[name]
        return counterfactual(
            estimate, data, [change], sigma=7, reference="DEU", baseline="fitted", method="guide", tol=tol, **given
        )

    return solve, {"split": split.coefficients, "own": own.coefficients}


def saved(fit) -> SavedEstimate:
    return SavedEstimate(estimator=fit.estimator, formula=fit.formula, coefficients=dict(fit.coefficients))


def test_the_estimates_of_the_exercises(asked):
    """To the last digit printed: the border of Canada and the USA apart, NAFTA apart from other agreements."""
    _, slopes = asked
    printed = {"log(dist)": -0.7672372, "cntg": 0.6284654, "others": -2.533003, "two": -1.987681}
    assert_allclose([slopes["split"][name] for name in printed], list(printed.values()), rtol=5e-7)
    assert_allclose([slopes["own"]["other_rta"], slopes["own"]["nafta"]], [0.4452111, 0.9475133], rtol=5e-7)


@pytest.mark.parametrize("part", ["A", "BC", "D"])
def test_conditional_resistances_without_one_border(asked, part):
    """P and Π of thirteen economies from the effects that the programme printed, to their seventh digit."""
    solve, _ = asked
    printed = pd.read_csv(REFERENCE / "chapter2_one_border.csv").query("part == @part").set_index("economy")
    ours = solve(f"one_border_{part}").percent().set_index("economy").loc[printed.index]
    for side, name in (("exporter", "outward"), ("importer", "inward")):
        change = printed[f"{side}_effect_counterfactual"] - printed[f"{side}_effect"]
        expected = 100 * np.expm1(change / 6)
        gap = (ours[f"{name}_resistance_conditional"] - expected).dropna().abs()
        assert len(gap) >= 12
        assert gap.max() < 3e-4, gap


@pytest.mark.parametrize("name", list(pd.read_csv(REFERENCE / "chapter2_rounds.csv")["application"].unique()))
def test_every_round_moves_prices_as_in_the_log(asked, name):
    """The number of rounds to 0.01, and how far prices moved in each: the largest rise or the spread."""
    solve, _ = asked
    log = pd.read_csv(REFERENCE / "chapter2_rounds.csv").query("application == @name").set_index("round")
    moved = log[["sd", "max"]].max(axis=1)
    last = solve(name).guide
    assert last.rounds == log.index[-1]
    assert last.movement == pytest.approx(moved.iloc[-1], rel=5e-3)
    for at in log.index[:-1]:
        guide = solve(name, tol=moved[at] * 1.01).guide
        assert guide.rounds <= at
        if guide.rounds == at:
            assert guide.movement == pytest.approx(moved[at], rel=2e-3)
