"""What do all unions of a list of candidates do to the pairs?  One block and a mask instead of a block per union.

Where a pair's cost depends only on both being members, A^C = A + m mᵀ ∘ ΔA with m the membership vector of union C, so
that A^C x = A x + m ∘ (ΔA (m ∘ x)): three shared products a sector for any number of unions, and small ones of
candidates only. A common external tariff that is given adds (1 − m) mᵀ ∘ ΔO: what changes when the importer is a member
and the exporter is not. The same masks hold for B. Candidates come first in every array; K unions are the last axis.

Sets of bilateral agreements have no m: L ∘ ΔA, with L the table of who has an agreement with whom, takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.deficits import IncomeRule
from peyvand.trade.equations import Baseline, Blocks

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedBlocks:
    """The blocks of all unions of k candidates, the first k economies.

    Parameters
    ----------
    to_importers : Array (sector, 2 importer, exporter)
        Aᵀ above Bᵀ.
    to_exporters : Array (sector, exporter, importer)
        B.
    inside : tuple of Array
        (ΔAᵀ above ΔBᵀ, ΔB) on the candidates, (sector, 2k, k) and (sector, k, k).
    outside : tuple of Array, optional
        (ΔOᵀ of A above that of B, ΔO of B) with members as importers, (sector, 2k, exporter) and (sector, exporter, k).
    """

    to_importers: Array
    to_exporters: Array
    inside: tuple[Array, Array]
    outside: tuple[Array, Array] | None

    @property
    def candidates(self) -> int:
        """k"""
        return len(self.inside[1][0])


def masked_blocks(today: Blocks, *, inside: Blocks, candidates: int, outside: Blocks | None = None) -> MaskedBlocks:
    """From the blocks of today, of the union of all candidates, and of every candidate under the external tariff."""
    k = candidates
    cells = np.s_[:, :k, :k]
    home = np.eye(k) == 0
    changes = [(new - old)[cells] * home for new, old in _pairs(inside, today)]
    levied = None
    if outside is not None:
        abroad = np.eye(today.paid.shape[1])[:, :k] == 0
        levied = [(new - old)[:, :, :k] * abroad for new, old in _pairs(outside, today)]
    return MaskedBlocks(
        to_importers=_stacked(today.paid, today.received),
        to_exporters=np.ascontiguousarray(today.received),
        inside=(_stacked(*changes), np.ascontiguousarray(changes[1])),
        outside=(_stacked(*levied), np.ascontiguousarray(levied[1])) if levied else None,
    )


def dense_blocks(masked: MaskedBlocks, membership: Array) -> Blocks:
    """A^C and B^C of one union, membership (candidate) or links (candidate, candidate); fractions are partly in."""
    k, economies = masked.candidates, masked.to_exporters.shape[1]
    paid = masked.to_importers[:, :economies].swapaxes(1, 2).copy()
    received = masked.to_exporters.copy()
    both = membership if membership.ndim == 2 else np.outer(membership, membership)
    for table, change in ((paid, masked.inside[0][:, :k]), (received, masked.inside[0][:, k:])):
        table[:, :k, :k] += both * change.swapaxes(1, 2)
    if masked.outside is not None:
        apart = np.outer(1 - _widened(membership, economies), membership)
        for table, change in ((paid, masked.outside[0][:, :k]), (received, masked.outside[0][:, k:])):
            table[:, :, :k] += apart * change.swapaxes(1, 2)
    return Blocks(paid=paid, received=received)


@dataclass(frozen=True, slots=True)
class ManyConditions:
    """The equations of many unions at a guess: gaps in the order of the state, (1 + 2S) N × K, and what they imply."""

    gaps: Array
    wage_hat: Array
    log_price: Array
    final_expenditure: Array

    @property
    def residual(self) -> Array:
        """(union): the largest relative gap in any equation."""
        return np.asarray(np.maximum(self.gaps.max(axis=0), -self.gaps.min(axis=0)))


def many_conditions(
    base: Baseline, masked: MaskedBlocks, income: IncomeRule, state: Array, membership: Array
) -> ManyConditions:
    """`peyvand.trade.equations.conditions` for K unions.

    State is (1 + 2S) N × K; membership candidate × K, or links candidate × candidate × K without external tariff.
    """
    sectors, economies = base.expenditure.shape
    theta = base.trade_elasticity[:, None, None]
    bought = base.expenditure > 0
    log_wage = state[:economies]
    log_price, log_expenditure = state[economies:].reshape(2, sectors, economies, -1)
    log_wage = log_wage - np.log(base.value_added @ np.exp(log_wage) / base.value_added.sum())
    wage_hat = np.exp(log_wage)

    supply = np.matmul(base.price_exponent.swapaxes(1, 2), log_price.swapaxes(0, 1)).swapaxes(0, 1).copy()
    supply += base.wage_exponent[:, :, None] * log_wage
    supply *= -theta
    np.exp(supply, out=supply)
    sent = _to_importers(masked, supply, membership)
    price_power, received = sent[:, :economies], sent[:, economies:]
    if not bought.all():
        price_power[~bought] = 1.0
    expenditure = np.exp(log_expenditure)
    expenditure *= base.expenditure[:, :, None]
    real = expenditure / price_power
    received *= real
    revenue = expenditure.sum(axis=0) - received.sum(axis=0)
    output = _to_exporters(masked, real, membership)
    output *= supply
    final_expenditure = income(wage_hat, revenue)
    implied = np.matmul(base.input_share, output.swapaxes(0, 1)).swapaxes(0, 1)
    implied = implied + base.final_share[:, :, None] * final_expenditure

    earned = (base.value_added_share[:, :, None] * output).sum(axis=0)
    gaps = np.empty_like(state)
    gaps[:economies] = np.log(earned / (wage_hat * base.value_added[:, None]))
    price_gap, expenditure_gap = gaps[economies:].reshape(2, sectors, economies, -1)
    np.log(price_power, out=price_gap)
    price_gap /= -theta
    price_gap -= log_price
    expenditure[~bought] = 1.0
    np.divide(implied, expenditure, out=expenditure_gap)
    expenditure_gap -= 1.0
    expenditure_gap[~bought] = 0.0
    return ManyConditions(gaps, wage_hat, log_price, final_expenditure)


def _to_importers(masked: MaskedBlocks, supply: Array, membership: Array) -> Array:
    """(A^C)ᵀ x above (B^C)ᵀ x, (sector, 2 importer, union)."""
    k, economies = masked.candidates, supply.shape[1]
    sent = np.matmul(masked.to_importers, supply)
    if membership.ndim == 3:
        change = _linked(masked.inside[0], supply[:, :k], np.concatenate([membership, membership]))
        sent[:, :k] += change[:, :k]
        sent[:, economies : economies + k] += change[:, k:]
        return np.asarray(sent)
    change = np.matmul(masked.inside[0], supply[:, :k] * membership)
    if masked.outside is not None:
        change += np.matmul(masked.outside[0], supply * (1 - _widened(membership, economies)))
    sent[:, :k] += membership * change[:, :k]
    sent[:, economies : economies + k] += membership * change[:, k:]
    return np.asarray(sent)


def _to_exporters(masked: MaskedBlocks, real: Array, membership: Array) -> Array:
    """B^C times real expenditure, (sector, exporter, union)."""
    k, economies = masked.candidates, real.shape[1]
    sent = np.matmul(masked.to_exporters, real)
    if membership.ndim == 3:
        sent[:, :k] += _linked(masked.inside[1], real[:, :k], membership)
        return np.asarray(sent)
    members_real = real[:, :k] * membership
    sent[:, :k] += membership * np.matmul(masked.inside[1], members_real)
    if masked.outside is not None:
        sent += (1 - _widened(membership, economies)) * np.matmul(masked.outside[1], members_real)
    return np.asarray(sent)


def _linked(change: Array, cells: Array, links: Array) -> Array:
    """Σ_j change_srj L_rj cells_sj: what agreements change, (sector, row, union)."""
    out = np.zeros((len(change), change.shape[1], cells.shape[2]))
    for column in range(cells.shape[1]):
        out += change[:, :, column, None] * links[None, :, column] * cells[:, None, column]
    return out


def _widened(membership: Array, economies: int) -> Array:
    """Membership of all economies: none beyond the candidates."""
    wide = np.zeros((economies, *membership.shape[1:]))
    wide[: len(membership)] = membership
    return wide


def _pairs(new: Blocks, old: Blocks) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    return (new.paid, old.paid), (new.received, old.received)


def _stacked(paid: Array, received: Array) -> Array:
    """Both turned to importers as rows, one above the other."""
    return np.ascontiguousarray(np.concatenate([paid.swapaxes(1, 2), received.swapaxes(1, 2)], axis=1))
