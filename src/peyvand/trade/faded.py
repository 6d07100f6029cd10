"""What do fading borders cost where the thickness that they fade is not known for sure?

A `border_cost` provision with a `fade_share` takes a part of what is unexplained in a border, up to a cap:

    ln d̂_ijs = −fade · min(u⁺_ijs, cap) ,   u_ijs = (½ ln(X̃_ii X̃_jj / X̃_ij X̃_ji) + Σ_k β_ks z̃_kij) / θ_s − tariff part

so that ln d̂ moves with the elasticities, the flows and the gravity coefficients of a draw, all three at once
(`peyvand.gravity.borders`). Arrays are (sector, exporter, importer) over the economies that fade their borders; one
that cannot be measured takes its pair's mean, with today's weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.gravity import head_ries
from peyvand.gravity.causes import Causes, terms_of
from peyvand.scenarios import BorderCost, Effect
from peyvand.scenarios.borders import unnamed
from peyvand.scenarios.kernels import faded_border

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FadedBorders:
    """The borders that a union fades, and how they move with what they were measured by.

    Parameters
    ----------
    places : Array (economy)
        Of the economies that fade their borders, in the World's order.
    unexplained, tariff_part, weight : Array (sector, exporter, importer)
        u and the tariffs in log points, and the sector's weight in the pair's total.
    unmeasured : Array of bool
        Cells that take the pair's mean.
    away : Array (term, exporter, importer)
        z̃, a pair's mean of both ways less home.
    root : Array (sector, term, term)
        A root of the coefficients' covariance.
    fades : tuple of (cells, fade_share, cap)
    """

    places: NDArray[np.int64]
    unexplained: Array
    tariff_part: Array
    weight: Array
    unmeasured: Mask
    away: Array
    root: Array
    fades: tuple[tuple[Mask, float, float], ...]

    @property
    def size(self) -> int:
        """Normal numbers that the coefficients of a draw take."""
        return len(self.root) * len(self.away)

    def change(
        self, *, theta: Array, flow: Array, normals: Array | None, today_theta: Array, today_flow: Array
    ) -> Array | None:
        """ln d̂ of draws less the central one, (draw, sector, exporter, importer) of the World; None where none moves.

        Parameters
        ----------
        theta : Array (draw, sector)
        flow : Array ([draw,] sector, exporter, importer)
        normals : Array (draw, size), optional
            Of the coefficients, which stay at their estimates without.
        today_theta, today_flow : Array
            The central values.
        """
        cells = (..., self.places[:, None], self.places)
        shift = np.zeros((len(theta), *self.unexplained.shape))
        if normals is not None:
            slopes = np.einsum("skl,dsl->dsk", self.root, normals.reshape(len(theta), *self.root.shape[:2]))
            shift += np.einsum("dsk,kij->dsij", slopes, self.away)
        if flow.ndim == 4:
            traded = today_flow[cells] > 0
            noise = np.log(np.where(traded, flow[cells] / np.where(traded, today_flow[cells], 1.0), 1.0))
            home = np.einsum("...ii->...i", noise)
            shift += (home[..., :, None] + home[..., None, :] - noise - noise.swapaxes(-1, -2)) / 2
        before, after = today_theta[:, None, None], theta[:, :, None, None]
        free = (self.unexplained + self.tariff_part) * before
        moved = self._cut((free + shift) / after - self.tariff_part) - self._cut(self.unexplained)
        if not np.abs(moved).max(initial=0.0) > 0:
            return None
        whole = np.zeros((len(theta), *today_flow.shape))
        whole[cells] = moved
        return whole

    def _cut(self, unexplained: Array) -> Array:
        """ln d̂ of all provisions from the unexplained thickness of measured cells."""
        known = np.isfinite(unexplained) & (self.weight > 0)
        mean = np.where(known, self.weight * unexplained, 0.0).sum(axis=-3, keepdims=True)
        thickness = np.where(self.unmeasured, mean, unexplained)
        cuts = [
            np.where(cells, faded_border(unexplained=thickness, fade_share=share, cap_log_points=cap), 0.0)
            for cells, share, cap in self.fades
        ]
        return np.asarray(sum(cuts[1:], cuts[0]))


def faded_borders(effect: Effect) -> FadedBorders | None:
    """Of a union set into a World; None where it fades no border."""
    fading = [
        (provision, mask)
        for provision, mask in effect.cells
        if isinstance(provision, BorderCost) and provision.fade_share is not None
    ]
    if not fading:
        return None
    world, borders = effect.world, effect.borders
    pair = ("exporter", "importer", "sector")
    touched = np.any([mask.any(axis=(1, 2)) | mask.any(axis=(0, 2)) for _, mask in fading], axis=0)
    places = np.flatnonzero(touched)
    inside = np.ix_(places, places)
    terms = terms_of(world, borders.causes)
    covariance = np.zeros((len(world.sectors), len(terms), len(terms)))
    if isinstance(borders.causes, Causes) and borders.causes.covariance is not None:
        covariance = borders.causes.covariance.transpose("sector", "term", "other_term").values
    values, vectors = np.linalg.eigh(covariance)
    away = [head_ries.mean_of_directions(head_ries.away_from_home(cause=z))[inside] for _, z, _ in terms]
    unexplained = unnamed(borders["border_thickness_part"]).transpose(*pair).values
    tariff = head_ries.tariff_part(tariff_rate=world["tariff_rate"].transpose(*pair).values)
    return FadedBorders(
        places=places,
        unexplained=_sector_first(unexplained[inside]),
        tariff_part=_sector_first(tariff[inside]),
        weight=_sector_first(np.nan_to_num(borders["border_weight"].transpose(*pair).values[inside])),
        unmeasured=np.moveaxis(effect.unmeasured[inside], -1, 0),
        away=np.reshape(away, (len(terms), len(places), len(places))),
        root=vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :],
        fades=tuple(
            (np.moveaxis(mask[inside], -1, 0), float(provision.fade_share or 0.0), provision.cap_log_points)
            for provision, mask in fading
        ),
    )


def _sector_first(cells: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(cells, -1, 0))
