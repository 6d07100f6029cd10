"""What does carriage cost between economies over all routes, and who uses which crossing?  Allen and Arkolakis (2022).

Paths end at the first arrival. A network is unfolded into states; each sector has its own cost of a step and its own
routing dispersion μ, by default the one at which the spectral radius of exp(−μ g) is 0.8 (`assumed`). Paths are summed
on the folded graph, which has fewer steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.corridors import kernels
from peyvand.corridors.folded import fold
from peyvand.corridors.freight import Freight, carried, freight
from peyvand.corridors.graph import LINK, Graph, unfold
from peyvand.corridors.network import Network
from peyvand.corridors.search import distances
from peyvand.errors import DispersionError, NoRouteError
from peyvand.variables import CELL, labelled
from peyvand.world import World

Array = NDArray[np.float64]

DEFAULT_RADIUS = 0.8
WATCHED = ("rail_crossing", "road_crossing", "sea_port", "caspian_port", "sea")
"""Kinds of places whose hours and fees are counted as waiting on the way; `sea` are canals and straits."""

LARGEST_EXPONENT = 650.0
"""μ g beyond which exp(−μ g) nears the smallest number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllenArkolakis:
    """Routing over all paths.

    Parameters
    ----------
    radius : float
        Spectral radius that fixes μ in each sector, between 0 and 1.
    dispersion : mapping, optional
        μ by sector, instead of the radius.

    Raises
    ------
    DispersionError
        If the radius is not between 0 and 1.
    """

    radius: float = DEFAULT_RADIUS
    dispersion: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.radius < 1:
            raise DispersionError(
                f"a spectral radius of {self.radius} is asked for", hint="between 0 and 1; 0.8 is the default"
            )

    def cost(self, network: Network, sectors: Sequence[str]) -> TransportCost:
        """Costs between all centres for the sectors that are carried.

        Raises
        ------
        DispersionError
            If a stated μ lets the sum over paths diverge; the smallest that does not is in the hint.
        """
        graph, folded = unfold(network), fold(network)
        goods = [freight(sector) for sector in carried(tuple(sectors))]
        found = tuple(_sector(folded, each, self._dispersion(graph, each)) for each in goods)
        for each in found:
            _refuse_underflow(folded, each)
        return TransportCost(graph=folded, sectors=found)

    def _dispersion(self, graph: Graph, goods: Freight) -> float:
        """μ of a sector, on the unfolded graph."""
        step = _step(graph, goods)
        if goods.sector in self.dispersion:
            dispersion = float(self.dispersion[goods.sector])
            self._require_convergent(graph, goods.sector, step, dispersion)
        else:
            dispersion = _dispersion(graph, step, self.radius)
        return dispersion

    def _require_convergent(self, graph: Graph, sector: str, step: Array, dispersion: float) -> None:
        radius = _radius(graph, step, dispersion)
        if not radius < 1:
            least = _dispersion(graph, step, 1.0)
            raise DispersionError(
                f"routing dispersion {dispersion:g} in {sector}: the spectral radius is {radius:.3f}, and the sum over "
                "paths diverges",
                hint=f"it must be above {least:.4g}",
                least=least,
                radius=radius,
            )


@dataclass(frozen=True, eq=False, kw_only=True)
class SectorCost:
    """One sector's cost of each step, and its paths among the centres."""

    goods: Freight
    step: Array
    paths: kernels.Paths


@dataclass(frozen=True, eq=False, kw_only=True)
class TransportCost:
    """Costs between centres, and what they rest on.

    Parameters
    ----------
    graph : Graph
    sectors : tuple of SectorCost
    """

    graph: Graph
    sectors: tuple[SectorCost, ...]

    @property
    def dispersion(self) -> dict[str, float]:
        """μ by sector."""
        return {each.goods.sector: each.paths.dispersion for each in self.sectors}

    @cached_property
    def economies(self) -> tuple[str, ...]:
        """Economies that have a centre on the network."""
        return tuple(sorted(set(self.graph.network.nodes["economy"].iloc[self.graph.centres])))

    def again(self, network: Network) -> TransportCost:
        """The costs on a changed network, every μ as here."""
        graph = fold(network)
        return TransportCost(
            graph=graph, sectors=tuple(_sector(graph, each.goods, each.paths.dispersion) for each in self.sectors)
        )

    def with_time_values(self, normal: float) -> TransportCost:
        """With every sector's value of time off by so many standard deviations, routes spread as widely as here.

        All are off together, since they come from one estimate. Each sector's μ is the one that gives its paths the
        spectral radius that they have here.
        """
        unfolded = unfold(self.graph.network)
        found = []
        for each in self.sectors:
            radius = _radius(unfolded, _step(unfolded, each.goods), each.paths.dispersion)
            goods = each.goods.with_time_value(normal)
            dispersion = _dispersion(unfolded, _step(unfolded, goods), radius)
            found.append(_sector(self.graph, goods, dispersion))
        return TransportCost(graph=self.graph, sectors=tuple(found))

    def between_economies(self) -> xr.DataArray:
        """τ (exporter, importer, sector): the mean of τ over pairs of centres by their weights; 1 at home.

        Infinite where a pair of their centres has no path.
        """
        share = self._shares()
        tau = np.stack([_mean_over_centres(np.exp(each.paths.log_cost), share) for each in self.sectors], axis=-1)
        tau[np.arange(len(tau)), np.arange(len(tau))] = 1.0
        return labelled(xr.DataArray(tau, self._labels(), CELL), "transport_cost")

    def waiting(self) -> xr.DataArray:
        """What hours and fees at crossings and ports cost (exporter, importer, sector), log points.

        The sum over stops of their cost times their intensity, the mean over pairs of centres; 0 at home. Freight and
        hours under way, and stops within a city, are not in it.
        """
        graph, share = self.graph, self._shares()
        watched = np.flatnonzero(graph.network.nodes["kind"].isin(WATCHED))
        edges = np.flatnonzero(graph.stops & np.isin(graph.owner, watched))
        slices = []
        for each in self.sectors:
            part = kernels.part_of_cost(
                each.paths, tail=graph.tail[edges], head=graph.head[edges], edge_cost=each.step[edges],
                sign=graph.sign[edges],
            )  # fmt: skip
            tau = _finite_cost(each)
            total = share @ tau @ share.T
            mean = np.divide(share @ (tau * part) @ share.T, total, out=np.zeros_like(total), where=total > 0)
            np.fill_diagonal(mean, 0.0)
            slices.append(mean)
        return labelled(xr.DataArray(np.stack(slices, axis=-1), self._labels(), CELL), "waiting_cost")

    def change(self, after: TransportCost, world: World) -> xr.DataArray:
        """τ̂ = τ'/τ on the World's labels; 1 at home, for sectors that are not carried, and off the network.

        Raises
        ------
        NoRouteError
            If a pair that trades today has no path left.
        """
        before, now = self.between_economies(), after.between_economies()
        ratio = (now / before).where(np.isfinite(before) | np.isfinite(now), 1.0)
        like = xr.ones_like(world["trade_flow"])
        full = ratio.reindex_like(like, fill_value=1.0).transpose(*like.dims)
        _refuse_cut_off(full, world)
        return labelled(full.where(np.isfinite(full), 1.0), "transport_cost_hat")

    # -- who uses what ---------------------------------------------------------------------------------------------
    def use(self, weight: xr.DataArray) -> pd.DataFrame:
        """Traffic of every sector on every link, and at every place that handles it: a port's is what it loads.

        Parameters
        ----------
        weight : DataArray (exporter, importer, sector)
            Tonnes; what lies at home or off the network is left out.

        Returns
        -------
        DataFrame
            kind ("link" or "place"), row (of the link or place), sector, use.
        """
        graph, rows = self.graph, []
        counted = np.flatnonzero(graph.stops | (graph.kind == LINK))
        kind = np.where(graph.kind[counted] == LINK, "link", "place")
        owners = pd.DataFrame({"kind": kind, "row": graph.owner[counted]})
        for each in self.sectors:
            flow = self._between_centres(weight, each.goods.sector)
            use = kernels.edge_use(
                each.paths, tail=graph.tail[counted], head=graph.head[counted], edge_cost=each.step[counted],
                sign=graph.sign[counted], weight=flow,
            )  # fmt: skip
            frame = owners.assign(use=use).groupby(["kind", "row"], as_index=False)["use"].sum()
            rows.append(frame.assign(sector=each.goods.sector))
        return pd.DataFrame(pd.concat(rows, ignore_index=True))

    def tonnes(self, world: World) -> xr.DataArray:
        """Tonnes a year (exporter, importer, sector) between economies: trade flows over value densities."""
        flow = world["trade_flow"]
        held = xr.DataArray(
            [each.goods.value_usd_per_t for each in self.sectors],
            {"sector": [each.goods.sector for each in self.sectors]},
        )
        abroad = (flow["exporter"] != flow["importer"]).astype(float)
        return flow.sel(sector=held["sector"]) * abroad * 1e6 / held

    def sensitivity(self, row: int, sector: SectorCost, *, owner: str = "place") -> Array:
        """(N, N) ∂ ln τ / ∂ hours at one place or link, between economies: intensity times the goods' value of time.

        Counts an hour of everyone who passes the place or changes there, or takes the link either way.
        """
        graph = self.graph
        edges = np.flatnonzero(graph.stops_at(row) if owner == "place" else (graph.kind == LINK) & (graph.owner == row))
        by_pair = kernels.pair_use(
            sector.paths, tail=graph.tail[edges], head=graph.head[edges], edge_cost=sector.step[edges],
            sign=graph.sign[edges],
        ).sum(axis=0)  # fmt: skip
        share, tau = self._shares(), _finite_cost(sector)
        total = share @ tau @ share.T
        mean = share @ (tau * by_pair) @ share.T
        found = np.divide(mean, total, out=np.zeros_like(total), where=total > 0)
        np.fill_diagonal(found, 0.0)
        return np.asarray(found * sector.goods.time_value_share_per_day / 24.0)

    def between_centres(self, sector: SectorCost, weight: Array) -> Array:
        """(C, C) weights of pairs of centres that give ln τ between economies the weights (N, N), home left out."""
        share, tau = self._shares(), _finite_cost(sector)
        total = share @ tau @ share.T
        held = np.divide(weight, total, out=np.zeros_like(total), where=total > 0)
        np.fill_diagonal(held, 0.0)
        return np.asarray(share.T @ held @ share * tau)

    # -- labels to places ------------------------------------------------------------------------------------------
    def _labels(self) -> dict[str, list[str]]:
        sectors = [each.goods.sector for each in self.sectors]
        return dict(zip(CELL, (list(self.economies), list(self.economies), sectors), strict=True))

    def _shares(self) -> Array:
        """(economies, centres) weight of each centre in its economy, summing to one."""
        nodes = self.graph.network.nodes.iloc[self.graph.centres]
        of = nodes["economy"].to_numpy()
        share = np.array([of == economy for economy in self.economies]) * nodes["centre_weight"].to_numpy(dtype=float)
        return np.asarray(share / share.sum(axis=1, keepdims=True))

    def _between_centres(self, weight: xr.DataArray, sector: str) -> Array:
        """(C, C) an economy's flow spread over its centres by their weights."""
        here = list(self.economies)
        flow = weight.sel(sector=sector).reindex(exporter=here, importer=here, fill_value=0.0)
        values = np.array(flow.transpose("exporter", "importer").values, dtype=float)
        np.fill_diagonal(values, 0.0)
        share = self._shares()
        return np.asarray(share.T @ values @ share)


def _finite_cost(sector: SectorCost) -> Array:
    """(C, C) τ between centres; 0 where no path leads."""
    tau = np.exp(sector.paths.log_cost)
    return np.asarray(np.where(np.isfinite(tau), tau, 0.0))


def _mean_over_centres(tau: Array, share: Array) -> Array:
    """(N, N) Σ_ab w_a w_b τ_ab, infinite where one of the terms is."""
    cut = (share > 0) @ np.isinf(tau) @ (share > 0).T
    mean = share @ np.where(np.isinf(tau), 0.0, tau) @ share.T
    return np.asarray(np.where(cut, np.inf, mean))


def _refuse_underflow(graph: Graph, sector: SectorCost) -> None:
    """Refuse a μ so large that the likeliest path of some pair is too small a number to hold."""
    dispersion, between = sector.paths.dispersion, sector.paths.between
    if (between + np.eye(len(between)) > np.exp(-LARGEST_EXPONENT)).all():
        return
    best = distances(
        tail=graph.tail, head=graph.head, weight=sector.step, places=graph.states, starts=graph.sources[graph.centres]
    )[:, graph.sinks[graph.centres]]
    longest = float(best[np.isfinite(best)].max(initial=0.0))
    if dispersion * longest > LARGEST_EXPONENT:
        raise DispersionError(
            f"routing dispersion {dispersion:g} in {sector.goods.sector}: paths of the farthest pair vanish",
            hint=f"at most {LARGEST_EXPONENT / longest:.4g}; or ask for the best route itself",
        )


def _refuse_cut_off(ratio: xr.DataArray, world: World) -> None:
    cut = np.asarray(np.isinf(ratio) & (world["trade_flow"] > 0)).any(axis=ratio.get_axis_num("sector"))
    if cut.any():
        exporter, importer = (world.economies[at] for at in np.argwhere(cut)[0])
        raise NoRouteError(
            f"{exporter} → {importer} trade today and would have no route left",
            hint="leave one way open, or add a link",
        )


def _step(graph: Graph, goods: Freight) -> Array:
    """What every step of a graph costs these goods, a share of their value."""
    return goods.cost(hours=graph.hours, usd_per_t=graph.usd_per_t)


def _radius(graph: Graph, step: Array, dispersion: float) -> float:
    """The spectral radius that a μ gives, on the unfolded graph."""
    matrix = kernels.adjacency(
        tail=graph.tail, head=graph.head, edge_cost=step, dispersion=dispersion, places=graph.states
    )
    return kernels.spectral_radius(matrix)


def _dispersion(graph: Graph, step: Array, radius: float) -> float:
    return kernels.dispersion_of_radius(
        tail=graph.tail, head=graph.head, edge_cost=step, places=graph.states, radius=radius
    )


def _sector(graph: Graph, goods: Freight, dispersion: float) -> SectorCost:
    """Sums over all paths from every centre's source to every centre's sink."""
    step = _step(graph, goods)
    found = kernels.paths(
        tail=graph.tail, head=graph.head, edge_cost=step, dispersion=dispersion, places=graph.states,
        sources=graph.sources[graph.centres], sinks=graph.sinks[graph.centres], sign=graph.sign,
    )  # fmt: skip
    return SectorCost(goods=goods, step=step, paths=found)
