"""Synthetic Worlds for tests: random, sound, small; none of their figures is data.

`small_world` makes one from a seed; `worlds()` and `shocks(world)` are hypothesis strategies over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from string import ascii_uppercase

import numpy as np
import xarray as xr
from hypothesis import strategies as st

from peyvand.world import STATUSES, Shock, World
from peyvand.world.from_tables import world_from_arrays


def small_world(
    n: int = 4,
    s: int = 3,
    seed: int = 0,
    *,
    inputs: bool = True,
    tariffs: bool = True,
    balanced: bool = False,
    zero_share: float = 0.0,
    theta: float | Sequence[float] | None = None,
    openness: float = 0.3,
    economies: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
) -> World:
    """A random World that passes every check: n economies, s sectors.

    `inputs` and `tariffs` switch intermediate inputs and tariffs on, `balanced` makes all deficits zero, `zero_share`
    of the foreign flows are zero, `theta` fixes the trade elasticities (drawn from 3 to 9 otherwise), `openness` is
    roughly the import share of expenditure.
    """
    economies = tuple(economies or codes(n))
    sectors = tuple(sectors or (f"sector_{k + 1}" for k in range(s)))
    n, s = len(economies), len(sectors)
    rng = np.random.default_rng(seed)
    latitude, longitude = rng.uniform(25, 55, n), rng.uniform(30, 90, n)
    distance = great_circle_km(latitude, longitude)
    flow = _flows(rng, distance, s, openness=openness, zero_share=zero_share, mutual=balanced)
    tariff = rng.uniform(0, 0.25, (n, n, s)) * (1 - np.eye(n))[..., None] * float(tariffs)
    flow = _balance(flow)
    if not balanced:
        flow = np.where(np.eye(n)[..., None] > 0, flow, flow * np.exp(rng.normal(0, 0.3, flow.shape)))
    value_added_share, input_share = _cost_shares(rng, flow, tariff, inputs=inputs)
    elasticity = rng.uniform(3, 9, s) if theta is None else np.broadcast_to(np.asarray(theta, float), (s,))
    output = flow.sum(axis=1)
    status = np.where(rng.random(flow.shape) < 0.7, STATUSES.index("reported"), STATUSES.index("estimated"))
    nearest = distance + np.where(np.eye(n) > 0, np.inf, 0)
    touching = nearest <= np.maximum(nearest.min(axis=0)[:, None], nearest.min(axis=0)[None, :])
    return world_from_arrays(
        economies=economies,
        sectors=sectors,
        name=f"synthetic-{seed}",
        base_year=2019,
        trade_flow=flow,
        trade_flow_status=status,
        trade_flow_cv=np.where(status == STATUSES.index("reported"), 0.05, 0.5),
        tariff_rate=tariff,
        tariff_status=np.full(flow.shape, STATUSES.index("reported")),
        value_added_share=value_added_share,
        input_share=input_share,
        trade_elasticity=elasticity,
        trade_elasticity_se=0.1 * elasticity,
        distance_km=distance,
        contiguous=touching & (n > 1),
        common_language=np.eye(n, dtype=bool),
        language_proximity=np.eye(n),
        gdp_musd=(value_added_share * output).sum(axis=1) + (tariff * flow).sum(axis=(0, 2)),
        population=rng.uniform(1e6, 1e8, n),
        capital_latitude=latitude,
        capital_longitude=longitude,
        name_en=np.array([f"Country {code}" for code in economies]),
        name_fa=np.array([f"کشور {code}" for code in economies]),
        sanctioned=np.zeros((n, n), dtype=bool),
    )


def codes(n: int) -> tuple[str, ...]:
    """Made-up three-letter codes: AAA, AAB, …"""
    return tuple("".join(letters) for letters, _ in zip(product(ascii_uppercase, repeat=3), range(n), strict=False))


def random_shock(world: World, seed: int = 0, *, size: float = 0.1) -> Shock:
    """Iceberg costs between pairs moved by up to ±`size` (log points) and tariffs redrawn; nothing changes at home."""
    rng = np.random.default_rng(seed)
    tariff = world["tariff_rate"]
    abroad = (tariff["exporter"] != tariff["importer"]).astype(float)
    cost = np.exp(abroad * xr.zeros_like(tariff).copy(data=rng.uniform(-size, size, tariff.shape)))
    new_tariff = abroad * tariff.copy(data=rng.uniform(0, 0.3, tariff.shape))
    return Shock.of(world, iceberg_cost_hat=cost, tariff_rate_counterfactual=new_tariff)


@st.composite
def worlds(
    draw: st.DrawFn,
    *,
    inputs: bool | None = None,
    tariffs: bool | None = None,
    balanced: bool | None = None,
    zeros: bool = True,
    max_economies: int = 6,
    max_sectors: int = 4,
) -> World:
    """Random sound Worlds; what is None is drawn too."""
    return small_world(
        draw(st.integers(2, max_economies)),
        draw(st.integers(1, max_sectors)),
        draw(st.integers(0, 2**16)),
        inputs=draw(st.booleans()) if inputs is None else inputs,
        tariffs=draw(st.booleans()) if tariffs is None else tariffs,
        balanced=draw(st.booleans()) if balanced is None else balanced,
        zero_share=draw(st.sampled_from([0.0, 0.2, 0.5])) if zeros else 0.0,
        openness=draw(st.sampled_from([0.05, 0.3, 0.6])),
    )


def shocks(world: World, *, size: float = 0.2) -> st.SearchStrategy[Shock]:
    """Random shocks on one World."""
    return st.integers(0, 2**16).map(lambda seed: random_shock(world, seed, size=size))


def great_circle_km(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Distances between points on a sphere, 100 km at home."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    cosine = np.sin(lat)[:, None] * np.sin(lat) + np.cos(lat)[:, None] * np.cos(lat) * np.cos(lon[:, None] - lon)
    return 6371 * np.arccos(np.clip(cosine, -1, 1)) * (1 - np.eye(len(lat))) + 100 * np.eye(len(lat))


def _flows(
    rng: np.random.Generator, distance: np.ndarray, s: int, *, openness: float, zero_share: float, mutual: bool
) -> np.ndarray:
    """Gravity-like flows (exporter, importer, sector) with unlike sizes, elasticities and random zeros."""
    n = len(distance)
    size = np.exp(rng.normal(10, 1, n))
    pull = size[:, None] * size[None, :] / distance
    foreign = (pull * (1 - np.eye(n)))[..., None] * np.exp(rng.normal(0, 1, (n, n, s)))
    traded = rng.random((n, n, s)) >= zero_share
    traded[:, :, 0] |= np.abs(np.subtract.outer(range(n), range(n))) == 1  # a chain of neighbours: nobody is cut off
    foreign *= traded & traded.swapaxes(0, 1) if mutual else traded
    total = foreign.sum(axis=0)
    foreign *= (size[:, None] * openness / s) / np.where(total > 0, total, 1.0)
    home = size[:, None] * (1 - openness) / s * rng.uniform(0.5, 1.5, (n, s))
    return foreign + np.eye(n)[..., None] * home[:, None, :]


def _balance(flow: np.ndarray) -> np.ndarray:
    """Scale exporters against importers until each economy's exports equal its imports (Osborne's balancing)."""
    n = len(flow)
    scale = np.ones(n)
    for _ in range(20_000):
        total = (flow * scale[:, None, None] / scale[None, :, None]).sum(axis=2) * (1 - np.eye(n))
        exports, imports = total.sum(axis=1), total.sum(axis=0)
        step = np.where((exports > 0) & (imports > 0), np.sqrt(imports / np.where(exports > 0, exports, 1)), 1.0)
        scale *= np.sqrt(np.where(step > 0, step, 1.0))
        if np.abs(step - 1).max() < 1e-13:
            break
    return flow * scale[:, None, None] / scale[None, :, None]


def _cost_shares(
    rng: np.random.Generator, flow: np.ndarray, tariff: np.ndarray, *, inputs: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Value-added and input shares that leave at least a fifth of every purchase to final users."""
    n, _, s = flow.shape
    if not inputs:
        return np.ones((n, s)), np.zeros((n, s, s))
    output, expenditure = flow.sum(axis=1), (flow * (1 + tariff)).sum(axis=0)
    share = rng.uniform(0.2, 0.7, (n, 1, s)) * rng.dirichlet(np.ones(s), (n, s)).transpose(0, 2, 1)
    used = np.einsum("nrs,ns->nr", share, output)
    share *= np.minimum(1, 0.8 * expenditure / used)[:, :, None]
    return 1 - share.sum(axis=1), share
