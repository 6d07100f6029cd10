"""PPML beside pyfixest, in turn in one run: full panels, a product-level panel that is 10 % filled, memory, cold start.

The panels are drawn as the field's usual synthetic ones, written anew: heavy-tailed sizes, domestic flows, 40 % zeros
that the other flows make up for, pairs that never trade, policies that near pairs take up first. Both sides start from
a DataFrame of numbers, drop separated rows and cluster by pair; one more row starts from names of countries. R's fixest
needs about 5.8 s on the 180 × 180 × 25 panel and 152 s on eleven million rows (fixest 0.14.2, two threads, 22 November
2026, another machine).
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd

NAMES = ["fta", "eu", "ltar", "cu", "bord_t"]
FORMULA = f"y ~ {' + '.join(NAMES)} | ey + iy + pair"
WORDS = f"y ~ {' + '.join(NAMES)} | exporter^year + importer^year + exporter^importer"
SHAPES = {"toy": [(20, 5, 1, 1.0)], "full": [(69, 7, 1, 1.0), (180, 25, 1, 1.0), (100, 5, 60, 0.1)]}
TENTHS = {"toy": [(20, 30, 2, 1.0)], "full": [(60, 30, 8, 1.0), (100, 20, 5, 1.0)]}
"""Full panels of which a random tenth of the rows is drawn: most of these bind, in long chains."""
LARGE = (180, 20, 17, 1.0)


def main(size: str) -> None:
    warm = panel(*SHAPES["toy"][0])
    for side in (peyvand, pyfixest):  # imports and, for the peer, compilation
        with suppress(ImportError):
            side(warm)
    print(f"{'panel':24} {'rows':>10} {'peyvand s':>10} {'pyfixest s':>11} {'ratio':>7} {'slopes differ by':>17}")
    for shape in SHAPES.get(size, SHAPES["full"]):
        beside(name(shape), panel(*shape), times=3)
    for shape in TENTHS.get(size, []):
        beside(f"1/10 of {name(shape)}", panel(*shape).sample(frac=0.1, random_state=0).reset_index(drop=True), times=1)
    for shape in {"toy": SHAPES["toy"], "large": [SHAPES["full"][1], LARGE]}.get(size, [SHAPES["full"][1]]):
        frame = panel(*shape)
        seconds, used = memory(frame)
        print(
            f"{name(shape):24} {len(frame):10,} {seconds:10.3f} s, {1e9 * seconds / len(frame):.0f} ns and "
            f"{used / len(frame):.0f} bytes a row above the input",
            flush=True,
        )
    shape = SHAPES["toy"][0] if size == "toy" else SHAPES["full"][1]
    frame = in_words(panel(*shape), shape[0], shape[1])
    seconds, _ = best(lambda: peyvand(frame, WORDS, "exporter^importer"), 3)
    print(f"{name(shape):24} {len(frame):10,} {seconds:10.3f} s from names of exporters and importers")
    print(f"cold import and first fit (20 × 20 × 5): {cold():.2f} s")


def beside(label: str, frame: pd.DataFrame, *, times: int) -> None:
    """One line: both sides on one panel; where the peer ends in an error, after how long."""
    ours, fit = best(lambda: peyvand(frame), times)
    start = time.perf_counter()
    try:
        theirs, peer = best(lambda: pyfixest(frame), 1)
        gap = f"{np.max(np.abs(fit - peer) / np.abs(peer)):.1e}"
        against = f"{theirs:11.2f} {theirs / ours:7.1f} {gap:>17}"
    except ImportError:
        against = f"{'not there':>11}"
    except ValueError as error:
        seconds = time.perf_counter() - start
        against = f"{seconds:11.2f} {seconds / ours:7.1f} {str(error)[:40]}"
    print(f"{label:24} {len(frame):10,} {ours:10.3f} {against}", flush=True)


def peyvand(frame: pd.DataFrame, formula: str = FORMULA, cluster: str = "cl") -> np.ndarray:
    from peyvand.gravity import ppml

    return ppml(formula, frame, cluster=cluster).values


def pyfixest(frame: pd.DataFrame) -> np.ndarray:
    import pyfixest as peer

    return peer.fepois(FORMULA, frame, vcov={"CRV1": "cl"}).coef()[NAMES].to_numpy()


def best(work: Callable[[], np.ndarray], times: int) -> tuple[float, np.ndarray]:
    """The shortest of some runs, and the last answer."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def memory(frame: pd.DataFrame) -> tuple[float, float]:
    """Seconds of a fit, and the most memory that it held above what was held before, in bytes."""
    before, most, done = _resident(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            most[0] = max(most[0], _resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    peyvand(frame)
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    return seconds, most[0] - before


def _resident() -> int:
    """Bytes of memory that the process holds (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def cold() -> float:
    """A fresh process from start to the first fit."""
    code = "from benchmarks.ppml import panel, peyvand; peyvand(panel(20, 5, 1, 1.0))"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def name(shape: tuple[int, int, int, float]) -> str:
    economies, years, sectors, fill = shape
    return (
        f"{economies}² × {years}"
        + (f" × {sectors}" if sectors > 1 else "")
        + (f", {fill:.0%} filled" if fill < 1 else "")
    )


def panel(economies: int, years: int, sectors: int, fill: float, seed: int = 7) -> pd.DataFrame:
    """A made-up gravity panel with ready-made numbers for its effects (`ey`, `iy`, `pair`; `cl` across sectors)."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 10, (economies, 2))
    distance = np.log(0.3 + np.sqrt(((place[:, None] - place) ** 2).sum(-1)))
    size = rng.normal(0, 2, economies)
    home = np.eye(economies, dtype=bool)
    policies = {
        key: _policy(rng, distance, home, years, share) for key, share in (("fta", 0.25), ("eu", 0.05), ("cu", 0.03))
    }
    parts = []
    for sector in range(sectors):
        _s, t, i, j = (axis.ravel() for axis in np.indices((1, years, economies, economies)))
        if fill < 1:
            some = (rng.random(distance.shape) < fill)[i, j] & (rng.random(len(t)) < 0.9)
            t, i, j = t[some], i[some], j[some]
        comparative = rng.normal(0, 1, economies)
        out = (size + comparative)[:, None] + np.cumsum(rng.normal(0, 0.12, (economies, years)), 1)
        into = (size + 0.3 * comparative)[:, None] + np.cumsum(rng.normal(0, 0.12, (economies, years)), 1)
        pair = -1.1 * distance + rng.normal(0, 0.9, distance.shape) + 2.5 * home
        one = pd.DataFrame({key: values[t, i, j] for key, values in policies.items()})
        one["ltar"] = (
            np.log1p(rng.gamma(1.2, 0.06, distance.shape)[i, j] * (1 - 0.8 * one["fta"]) * (1 - 0.02 * t)) * ~home[i, j]
        )
        one["ltar"] += np.abs(0.01 * rng.normal(size=len(t))) * ~home[i, j]
        one["bord_t"] = ~home[i, j] * t * 1.0
        eta = out[i, t] + into[j, t] + pair[i, j] + one[NAMES].to_numpy() @ [0.35, 0.55, -3.0, 0.1, -0.04]
        chance = 1 / (1 + np.exp(-(2.2 + 0.55 * eta + rng.normal(0, 1, distance.shape)[i, j])))
        never = ((rng.random(distance.shape) < 0.04) & (pair < 0))[i, j] & ~home[i, j]
        trades = ((rng.random(len(t)) < chance) & ~never) | home[i, j]
        seen = np.exp(eta + rng.normal(0, 0.5, len(t)) - 0.125) / np.maximum(chance, 0.05)
        one["y"] = np.where(trades, seen, 0.0)
        one["ey"] = ((sector * economies + i) * years + t).astype(np.int32)
        one["iy"] = ((sector * economies + j) * years + t).astype(np.int32)
        one["pair"] = ((sector * economies + i) * economies + j).astype(np.int32)
        one["cl"] = (i * economies + j).astype(np.int32)
        parts.append(one)
    return pd.concat(parts, ignore_index=True)


def in_words(frame: pd.DataFrame, economies: int, years: int) -> pd.DataFrame:
    """The panel of one sector with names for its countries, as users' files have them."""
    names = np.array([f"country {number:03}" for number in range(economies)], dtype=object)
    sides = {"exporter": names[frame["ey"] // years], "importer": names[frame["iy"] // years]}
    return frame[["y", *NAMES]].assign(**sides, year=frame["ey"] % years).astype(dict.fromkeys(sides, "str"))


def _policy(rng: np.random.Generator, distance: np.ndarray, home: np.ndarray, years: int, share: float) -> np.ndarray:
    """A yes/no policy (year, exporter, importer) that near pairs take up first and keep."""
    start = rng.gumbel(0, 1, distance.shape) * years * 0.5 + (distance - distance.mean()) * years * 0.4
    start = np.minimum(start, start.T)
    start = start - np.quantile(start[~home], share) + years * 0.6
    return ((np.arange(years)[:, None, None] >= start) & ~home) * 1.0
