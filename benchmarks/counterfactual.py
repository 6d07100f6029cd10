"""How long does somebody wait for a matrix of their own, beside the iteration of Stata's ge_gravity in numpy?

The whole road is timed: long tables to a World, the equilibrium at 1e-10, the ladder, the table. The peer is Zylkin's
fixed point alone, at Stata's tolerance of 1e-8; both must tell the same welfare. The Advanced Guide's road from an
estimate (fit, fixed effects found again, fitted baseline, ladder) is timed on synthetic data of the same size.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import TypeVar

import numpy as np
import pandas as pd

from peyvand.gravity import ppml
from peyvand.gravity.saved import SavedEstimate
from peyvand.trade import CaliendoParro, ladder
from peyvand.trade.from_estimate import Change, counterfactual
from peyvand.trade.own_matrix import answer, own_shock, own_world

SIZES = {"toy": (10, 20), "full": (30, 69, 180)}
THETA = 4.0
T = TypeVar("T")


def main(size: str) -> None:
    print("economies | own matrix, ms | ge_gravity's loop, ms | welfare apart | from an estimate, ms")
    for count in SIZES[size]:
        flows, effect = world(count)
        ours, took = timed(lambda flows=flows, effect=effect: own(flows, effect))
        theirs, loop = timed(lambda flows=flows, effect=effect: ge_gravity(flows, effect))
        _, road = timed(lambda flows=flows: from_estimate(flows))
        apart = float(np.abs(ours / theirs - 1).max())
        print(f"{count} | {1e3 * took:.0f} | {1e3 * loop:.0f} | {apart:.0e} | {1e3 * road:.0f}")


def world(count: int, *, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flows with distances and a union of a third of the economies whose trade grows by exp(0.5)."""
    rng = np.random.default_rng(seed)
    names = [f"E{k:03}" for k in range(count)]
    size = np.exp(rng.normal(0, 1.5, count))
    place = rng.uniform(0, 1, (count, 2))
    distance = 0.05 + np.hypot(*(place[:, None] - place).transpose(2, 0, 1))
    flow = np.outer(size, size) / distance * rng.lognormal(0, 0.5, (count, count))
    np.fill_diagonal(flow, 3 * flow.sum(axis=1))
    cells = pd.DataFrame({"exporter": np.repeat(names, count), "importer": np.tile(names, count)})
    flows = cells.assign(value=flow.ravel(), dist=distance.ravel())
    members = set(names[: count // 3])
    inside = cells["exporter"].isin(members) & cells["importer"].isin(members)
    return flows, cells[inside & (cells["exporter"] != cells["importer"])].assign(value=0.5)


def own(flows: pd.DataFrame, effect: pd.DataFrame) -> np.ndarray:
    held = own_world(flows[["exporter", "importer", "value"]], trade_elasticity=THETA)
    return answer(ladder(CaliendoParro().solve(held, own_shock(held, partial=effect))))["welfare_hat"].to_numpy()


def ge_gravity(flows: pd.DataFrame, effect: pd.DataFrame) -> np.ndarray:
    """Welfare by Zylkin's loop, written from his equations 3 to 5."""
    count = flows["exporter"].nunique()
    flow = flows["value"].to_numpy().reshape(count, count)
    push = flows.merge(effect, on=["exporter", "importer"], how="left", suffixes=("", "_effect"))["value_effect"]
    push = np.exp(push.fillna(0.0).to_numpy().reshape(count, count))
    output, spent = flow.sum(axis=1), flow.sum(axis=0)
    share, deficit = flow / spent * push, spent - output
    wage, power, expenditure, gap = np.ones(count), np.ones(count), spent, 1.0
    while gap > 1e-8:
        last = share * wage[:, None] ** -THETA / power * expenditure
        wage = (share @ (expenditure / power) / output) ** (1 / (1 + THETA))
        wage = wage * output.sum() / (output @ wage)
        power = share.T @ wage**-THETA
        expenditure = output * wage + deficit
        gap = float(np.abs(np.log(share * wage[:, None] ** -THETA / power * expenditure / last)).max())
    return expenditure / spent / power ** (-1 / THETA)


def from_estimate(flows: pd.DataFrame) -> pd.DataFrame:
    """A border removed by an estimate of one's own, on fitted flows."""
    border = (flows["exporter"] != flows["importer"]).astype(float)
    data = flows.rename(columns={"value": "trade"}).assign(border=border)
    fit = ppml("trade ~ log(dist) + border | exporter + importer", data)
    estimate = SavedEstimate(estimator="ppml", formula=fit.formula, coefficients=dict(fit.coefficients))
    change = [Change(column="border", value=0.5)]
    return counterfactual(estimate, data, change, sigma=5, reference="E000", baseline="fitted").percent()


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """The answer and the median seconds of three runs."""
    took = []
    for _ in range(3):
        start = perf_counter()
        found = work()
        took.append(perf_counter() - start)
    return found, median(took)
