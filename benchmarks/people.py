"""How fast are the gravity of people and the people of a union, beside what one would write by hand?

Gravity: Poisson pseudo-maximum likelihood of migrants by pair with origin and destination effects, beside statsmodels'
GLM (where it is installed) with a column for every effect, on the same made-up economies. A union: every flow of the
ten that drop their visas, with its intervals, beside a loop over draws and pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from time import process_time
from typing import TypeVar

import numpy as np
import pandas as pd

from peyvand.gravity import ppml
from peyvand.mobility import people_of
from peyvand.mobility.kernels import conditional, partial
from peyvand.scenarios import open_scenario
from peyvand.world import World

GRAVITY = {"toy": (20,), "full": (40, 80, 150)}
DRAWS = {"toy": 100, "full": 1000}
SLOPES = {"ln_dist": -1.0, "required": -0.3}
HAS_PEER = find_spec("statsmodels") is not None
T = TypeVar("T")


def main(size: str) -> None:
    if HAS_PEER:
        by_statsmodels(a_table(5))  # both imported before they are timed
    ppml("persons ~ ln_dist + required | origin + destination", a_table(5))
    print("economies | rows | ppml, s | statsmodels, s | ratio | largest difference of a slope")
    for economies in GRAVITY[size]:
        table = a_table(economies)
        ours, fit = timed(lambda table=table: ppml("persons ~ ln_dist + required | origin + destination", table))
        if not HAS_PEER:
            print(f"{economies} | {len(table)} | {ours:.3f} | – | – | –")
            continue
        peer, slopes = timed(lambda table=table: by_statsmodels(table))
        off = max(abs(float(fit.coefficients[name]) - slopes[name]) for name in SLOPES)
        print(f"{economies} | {len(table)} | {ours:.3f} | {peer:.3f} | {peer / ours:.0f}× | {off:.0e}")
    effect = open_scenario("visa-free-ten").effect(World.embedded())
    people_of(effect, draws=2)  # reads the rules and the people once
    ours, _ = timed(lambda: people_of(effect, draws=DRAWS[size]))
    print(f"a union of ten, four flows, {DRAWS[size]} draws, intervals of every pair: {ours:.3f} s")
    rng = np.random.default_rng(1)
    persons = rng.lognormal(8, 2, (DRAWS[size], 22, 22))
    change = rng.normal(0, 0.2, (DRAWS[size], 22, 22))
    kernel, together = timed(lambda: both(persons, change))
    loop, one_by_one = timed(lambda: by_loop(persons, change))
    off = float(np.abs(together / one_by_one - 1).max())
    print(
        f"both answers of one flow: kernels {kernel:.3f} s, loop {loop:.3f} s, {loop / kernel:.0f}×, off by {off:.0e}"
    )


def a_table(economies: int, *, seed: int = 1) -> pd.DataFrame:
    """People by pair from origin and destination sizes, distance and a visa rule, with Poisson noise."""
    rng = np.random.default_rng(seed)
    origin, destination = np.nonzero(~np.eye(economies, dtype=bool))
    sizes = rng.normal(4, 1, (2, economies))
    ln_dist = rng.normal(0, 0.7, len(origin))
    required = rng.integers(0, 2, len(origin)).astype(float)
    index = sizes[0, origin] + sizes[1, destination] + SLOPES["ln_dist"] * ln_dist + SLOPES["required"] * required
    return pd.DataFrame(
        {
            "origin": [f"O{place:03d}" for place in origin],
            "destination": [f"D{place:03d}" for place in destination],
            "ln_dist": ln_dist,
            "required": required,
            "persons": rng.poisson(np.exp(index)).astype(float),
        }
    )


def by_statsmodels(table: pd.DataFrame) -> dict[str, float]:
    """The slopes by a GLM with dummies for every effect."""
    from statsmodels.api import GLM, families

    effects = pd.get_dummies(table[["origin", "destination"]], drop_first=True, dtype=float)
    regressors = pd.concat([table[list(SLOPES)], effects.assign(constant=1.0)], axis=1)
    found = GLM(table["persons"], regressors, family=families.Poisson()).fit()
    return {name: float(found.params[name]) for name in SLOPES}


def both(persons: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Partial and conditional people of every draw at once."""
    nobody = np.zeros(persons.shape[-1])
    return np.stack(
        [
            partial(persons=persons, log_change=change),
            conditional(persons=persons, log_change=change, others=nobody),
        ]
    )


def by_loop(persons: np.ndarray, change: np.ndarray) -> np.ndarray:
    """The same, draw by draw and destination by destination."""
    found = np.empty((2, *persons.shape))
    for draw in range(len(persons)):
        for destination in range(persons.shape[2]):
            now = persons[draw, :, destination]
            moved = [float(who * np.exp(by)) for who, by in zip(now, change[draw, :, destination], strict=True)]
            room = now.sum() / sum(moved)
            found[0, draw, :, destination] = moved
            found[1, draw, :, destination] = [who * room for who in moved]
    return found


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """Seconds of the processor, and what the call gives."""
    started = process_time()
    found = call()
    return process_time() - started, found
