"""Random small designs with separated rows of every kind, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

import numpy as np
import pandas as pd
from tests.gravity.reference import dummies, separated_by_linear_programme

KINDS = ("none", "regressor", "combination", "hidden", "hidden by effects", "two steps", "many sizes", "integers",
         "signs", "panel", "effects alone")  # fmt: skip
EFFECTS = {
    0: [()], 1: [("i",), ("j",), ("t",), ("i^j",)],
    2: [("i", "j"), ("i", "t"), ("i^t", "j^t"), ("i^j", "t")], 3: [("i", "j", "t")],
}  # fmt: skip
PANEL = [("i^t", "j^t", "i^j"), ("i^t", "j^t"), ("i", "j"), ("i", "j", "t", "i^j")]


@dataclass(frozen=True)
class Drawn:
    """A design: its rows, its regressors and effects, its weights and offset (column names or None)."""

    frame: pd.DataFrame
    regressors: list[str]
    effects: tuple[str, ...]
    kind: str
    weights: str | None
    offset: str | None

    @property
    def formula(self) -> str:
        right = " + ".join(self.regressors) or "1"
        return f"y ~ {right}" + (f" | {' + '.join(self.effects)}" if self.effects else "")

    def weighted(self) -> pd.DataFrame:
        """The rows whose weight is not zero."""
        return self.frame if self.weights is None else self.frame[self.frame[self.weights] > 0]

    def spaces(self, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Regressors and dummies (or a constant) of some rows, (row, column)."""
        d = dummies(rows, [effect.split("^") for effect in self.effects]) if self.effects else np.ones((len(rows), 1))
        return rows[self.regressors].to_numpy(float), d


def draw(seed: int) -> Drawn:
    """One design: 8 to 60 rows, flows from e^-30 to e^30, regressors from 1e-8 to 1e8, of a kind by chance."""
    rng = np.random.default_rng(seed)
    kind = str(rng.choice(KINDS))
    frame, effects = _panel(rng) if kind == "panel" else _rows(rng, kind)
    rows = len(frame)
    zero = rng.random(rows) < rng.uniform(0.1, 0.9)
    zero[rng.integers(rows)] = False
    frame["y"] = np.where(zero, 0.0, _flows(rng, rows) * (10.0 ** rng.integers(-6, 13) if rng.random() < 0.3 else 1))
    count = 0 if kind == "effects alone" else int(rng.integers(1, 5))
    x = _regressors(rng, kind, frame, zero, count)
    names = [f"x{at + 1}" for at in range(count)]
    frame[names] = x
    weights = offset = None
    if rng.random() < 0.2:
        frame["w"] = rng.uniform(0.1, 3, rows) if rng.random() < 0.7 else rng.integers(0, 3, rows) * 1.0
        weights = "w" if (frame["w"] * frame["y"]).any() else None
    if rng.random() < 0.2:
        frame["o"], offset = rng.normal(0, rng.choice([1.0, 5.0]), rows), "o"
    return Drawn(frame, names, effects, kind, weights, offset)


def separated(design: Drawn) -> list[int]:
    """The separated rows, by the linear programme on regressors without the effects."""
    rows = design.weighted()
    x, d = design.spaces(rows)
    size = np.linalg.norm(x, axis=0)
    x = x - d @ np.linalg.lstsq(d, x, rcond=1e-12)[0]
    x = x[:, np.linalg.norm(x, axis=0) > 1e-9 * size]
    x = x / np.abs(x).max(axis=0, initial=0.0)
    return rows.index[separated_by_linear_programme(rows["y"].to_numpy(), np.hstack([x, d]))].tolist()


def rank_of_slopes(x: np.ndarray, d: np.ndarray) -> int:
    """How many slopes are identified beside the dummies."""
    size = np.linalg.norm(x, axis=0)
    x = (x / np.where(size > 0, size, 1.0))[:, size > 0]
    return int(np.linalg.matrix_rank(x - d @ np.linalg.lstsq(d, x, rcond=1e-12)[0], tol=1e-8))


def newton_step(
    y: np.ndarray, x: np.ndarray, d: np.ndarray, linear: np.ndarray, weights: np.ndarray, offset: np.ndarray
) -> tuple[list[float], float]:
    """How far one Newton step of many digits moves each slope (a share of it) and ln μ of any row: zero at the optimum.

    It starts from slopes and effects that give `linear` at rows that determine them. A slope that moves no ln μ by a
    thousandth counts as one that does.
    """
    z = np.hstack([d[:, _independent(d)], x])
    digits = 60 + int((linear.max() - linear.min()) / 2.0)
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = digits, -999_999, 999_999
        columns = [[Decimal(value) for value in column] for column in z.T]
        w, o = [Decimal(v) for v in weights], [Decimal(v) for v in offset]
        heavy = _heaviest(z, linear)
        known = [Decimal(linear[row]) - o[row] for row in heavy]
        beta = _solved([[column[row] for column in columns] for row in heavy], known)
        eta = [o[row] + sum(b * c[row] for b, c in zip(beta, columns, strict=True)) for row in range(len(y))]
        mu = [value.exp() for value in eta]
        gaps = [weight * (Decimal(flow) - m) for weight, flow, m in zip(w, y, mu, strict=True)]
        weighted = [[a * b * c for a, b, c in zip(w, mu, column, strict=True)] for column in columns]
        score = [sum(a * b for a, b in zip(column, gaps, strict=True)) for column in columns]
        curvature = [[sum(a * b for a, b in zip(left, right, strict=True)) for right in columns] for left in weighted]
        step = _solved(curvature, score)
        move = [sum(s * column[row] for s, column in zip(step, columns, strict=True)) for row in range(len(y))]
        first = z.shape[1] - x.shape[1]
        least = [Decimal(0.001 / np.abs(column).max()) for column in x.T]
        shares = [abs(s) / max(abs(b), c) for s, b, c in zip(step[first:], beta[first:], least, strict=True)]
        return [float(share) for share in shares], float(max(abs(value) for value in move))


def _rows(rng: np.random.Generator, kind: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    rows = int(rng.integers(8, 61))
    frame = pd.DataFrame({axis: rng.integers(0, rng.integers(2, max(3, rows // 3)), rows) for axis in "ijt"})
    choices = EFFECTS[max(int(rng.choice([0, 0, 1, 1, 2, 2, 3])), kind == "effects alone")]
    return frame, choices[rng.integers(len(choices))]


def _panel(rng: np.random.Generator) -> tuple[pd.DataFrame, tuple[str, ...]]:
    economies, years = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    frame = pd.DataFrame(dict(zip("tij", (a.ravel() for a in np.indices((years, economies, economies))), strict=True)))
    if rng.random() < 0.3:
        frame = frame[rng.random(len(frame)) < 0.85].reset_index(drop=True)
    return frame, PANEL[rng.integers(len(PANEL))]


def _flows(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Counts, a gamma law, a wide lognormal law, or tiny and huge flows side by side."""
    match rng.integers(4):
        case 0:
            return 1.0 + rng.poisson(rng.uniform(0, 5), rows)
        case 1:
            return rng.gamma(1.0, 1.0, rows)
        case 2:
            return np.exp(rng.normal(0, rng.uniform(1, 6), rows))
        case _:
            return np.where(rng.random(rows) < 0.5, 1e-6, 1e6) * rng.gamma(1.0, 1.0, rows)


def _regressors(
    rng: np.random.Generator, kind: str, frame: pd.DataFrame, zero: np.ndarray, count: int
) -> np.ndarray:  # fmt: skip
    """(row, regressor): a separating one by kind, then sizes, distances from zero and repetitions by chance."""
    rows = len(frame)
    x = rng.normal(size=(rows, count)) if rng.random() < 0.6 else rng.integers(0, 2, (rows, count)) * 1.0
    if not count:
        return x
    some = np.where(zero, rng.random(rows) < rng.uniform(0.05, 0.6), False) * 1.0
    several = count > 1
    match kind:
        case "integers":
            x = rng.integers(-3, 4, (rows, count)) * (rng.random((rows, count)) < 0.4) * 1.0
        case "signs":
            x = rng.integers(-2, 3, (rows, count)) * 1.0
            x[~zero] = np.maximum(x[~zero], 0) * (rng.random(count) < 0.5)
        case "regressor":
            x[:, 0] = some * rng.choice([-1.0, 1.0, rng.uniform(0.1, 5)])
        case "combination" if several:
            x[:, 0] = some - x[:, 1:] @ rng.integers(-2, 3, count - 1)
        case "hidden" if several:
            x[:, -1] = x[:, :-1] @ rng.integers(-2, 3, count - 1) - some
        case "hidden by effects":
            x[:, -1] = frame["i"] * rng.choice([1.0, 1.5]) + (x[:, 0] if several else 0.0) - some
        case "two steps" if several:
            x[:, 0] = some
            x[:, 1] = np.where(some > 0, rng.integers(-3, 4, rows), np.where(zero, -rng.integers(0, 2, rows), 0))
        case "many sizes":
            x[:, 0] = -some * np.exp(rng.normal(0, rng.uniform(0, 4), rows))
    if rng.random() < 0.3:
        x = x * 10.0 ** rng.integers(-8, 9, count)
    if rng.random() < 0.2:
        x = x + rng.integers(-5, 6, count) * np.abs(x).max(axis=0)
    if rng.random() < 0.15 and several:
        x[:, 1] = 2 * x[:, 0]
    return x


def _independent(columns: np.ndarray) -> list[int]:
    kept: list[int] = []
    for at in range(columns.shape[1]):
        if np.linalg.matrix_rank(columns[:, [*kept, at]], tol=1e-9) > len(kept):
            kept.append(at)
    return kept


def _heaviest(z: np.ndarray, linear: np.ndarray) -> list[int]:
    """The rows of largest ln μ that determine all coefficients."""
    kept: list[int] = []
    scaled = z / np.abs(z).max(axis=0)
    for row in np.argsort(-linear):
        if len(kept) < z.shape[1] and np.linalg.matrix_rank(scaled[[*kept, row]], tol=1e-9) > len(kept):
            kept.append(int(row))
    return kept


def _solved(matrix: list[list[Decimal]], right: list[Decimal]) -> list[Decimal]:
    """Gaussian elimination with the largest pivot."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for at in range(size):
        best = max(range(at, size), key=lambda row: abs(rows[row][at]))
        rows[at], rows[best] = rows[best], rows[at]
        for row in range(at + 1, size):
            factor = rows[row][at] / rows[at][at]
            if factor:
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[at], strict=True)]
    solution = [Decimal(0)] * size
    for at in reversed(range(size)):
        rest = rows[at][size] - sum(rows[at][k] * solution[k] for k in range(at + 1, size))
        solution[at] = rest / rows[at][at]
    return solution
