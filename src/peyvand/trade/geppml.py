"""How does the Advanced Guide reach the full equilibrium?  By estimating gravity again and again: GEPPML.

Yotov, Piermartini, Monteiro and Larch (2016), chapter 2, step III.b; Anderson, Larch and Yotov (2018). Each round moves
factory-gate prices by the change of the exporters' effects, p̂^(1−σ) = π̂_i / Ê_R, multiplies flows by the prices of
seller and buyer over the change of both resistances, and fits the effects again, until prices stand still. The Guide
stops at 0.01.

The round updates expenditure as E = φ Y without asking that purchases add up to it, so that where it comes to rest the
two differ (by up to 5 % where all borders vanish) and prices differ from the equilibrium's in the third or fourth
digit. It need not come to rest: on the Guide's second application it is within 0.01 after three rounds and then runs
away. It is here to reproduce what was published; `peyvand.trade.caliendo_parro` solves the same equations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError

Array = NDArray[np.float64]

GUIDE_TOL = 0.01
"""Where the Guide's own programme stops."""

RUNAWAY = 10.0
"""No round that comes to rest changes a price by this factor again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideAnswer:
    """Where the rounds stopped; P̂ = 1 in the reference economy, flows in its prices."""

    price_hat: Array
    """p̂_i, factory-gate price"""
    inward_hat: Array
    """P̂_j, inward resistance"""
    outward_hat: Array
    """Π̂_i, outward resistance"""
    flow: Array
    rounds: int
    movement: float
    """Largest change of a factory-gate price in the last round"""


def geppml(
    *,
    flow: Array,
    push: Array,
    exporter_effect: Array,
    importer_effect: Array,
    sigma: float,
    reference: int,
    tol: float = GUIDE_TOL,
    max_rounds: int = 10_000,
) -> GuideAnswer:
    """The Guide's rounds from the conditional answer on.

    Parameters
    ----------
    flow : Array (exporter, importer)
        Of the baseline.
    push : Array (exporter, importer)
        t̂^(1−σ), what the counterfactual does to flows by itself.
    exporter_effect, importer_effect : Array (economy)
        π̂ and χ̂ of the conditional answer, flow' = flow push π̂ χ̂, with χ̂ = 1 in the reference.
    sigma : float
        Elasticity of substitution, above one.
    reference : int
        Place of the reference economy.
    tol : float
        Stop when the changes of prices differ by no more between two rounds, in their mean spread and at most.
    max_rounds : int
        Rounds at most.

    Raises
    ------
    ConvergenceError
        If prices do not come to rest.
    """
    output, expenditure = flow.sum(axis=1), flow.sum(axis=0)
    spent_per_earned = expenditure / output
    seller, buyer = exporter_effect, importer_effect
    trade = flow * push * seller[:, None] * buyer
    price_step = seller ** (1 / (1 - sigma))
    at_reference = expenditure[reference]
    outward, inward = output * at_reference / seller, expenditure / (buyer * at_reference)
    outward_step = inward_step = np.ones_like(output)
    last_step, movement, rounds = np.zeros_like(output), np.inf, 0
    with np.errstate(all="ignore"):  # a run that moves away is told by the error below
        while not movement <= tol:
            trade = trade * price_step[:, None] * price_step / (outward_step[:, None] * inward_step)
            new_seller, new_buyer = seller * price_step / outward_step, buyer * price_step / inward_step
            new_seller, new_buyer = new_seller * new_buyer[reference], new_buyer / new_buyer[reference]
            sales = trade.sum(axis=1)
            spending = spent_per_earned * sales
            change = price_step - last_step
            if rounds >= max_rounds or not np.abs(change).max() < RUNAWAY:
                worst = float(np.abs(change).max())
                raise ConvergenceError(
                    f"the Guide's rounds do not come to rest: a price moves by {worst:.1e} after {rounds} rounds",
                    hint=f"its own programme stops at {GUIDE_TOL}; the exact method has an answer",
                    rounds=rounds,
                )
            movement = float(max(abs(change.max()), change.std()))
            last_step = price_step
            price_step = (new_seller / seller / (spending[reference] / at_reference)) ** (1 / (1 - sigma))
            at_reference = spending[reference]
            new_outward, new_inward = sales * at_reference / new_seller, spending / (new_buyer * at_reference)
            outward_step, inward_step = new_outward / outward, new_inward / inward
            seller, buyer, outward, inward = new_seller, new_buyer, new_outward, new_inward
            rounds += 1
    price_hat = (seller / (at_reference / expenditure[reference])) ** (1 / (1 - sigma))
    inward_hat = (inward / (expenditure / expenditure[reference])) ** (1 / (1 - sigma))
    return GuideAnswer(
        price_hat=price_hat,
        inward_hat=inward_hat,
        outward_hat=price_hat ** (-sigma / (sigma - 1)),
        flow=trade * (price_hat * expenditure / spending),
        rounds=rounds,
        movement=movement,
    )


def first_step(
    *, flow: Array, push: Array, exporter_effect: Array, importer_effect: Array, sigma: float
) -> GuideAnswer:
    """The Guide's first round alone, where the package gegravity stops: p̂ = 1/Π̂ at today's shares of output.

    Y' = p̂ Y, E' = p̂ E and flows follow at the resistances of the conditional answer; markets do not clear at them.
    Parameters as in `geppml`.
    """
    price_hat = exporter_effect ** (1 / (1 - sigma))
    output = flow.sum(axis=1)
    conditional = flow * push * exporter_effect[:, None] * importer_effect
    return GuideAnswer(
        price_hat=price_hat,
        inward_hat=importer_effect ** (1 / (sigma - 1)),
        outward_hat=1 / price_hat,
        flow=conditional * price_hat[:, None] * price_hat * (output.sum() / (output @ price_hat)),
        rounds=1,
        movement=float(np.abs(price_hat - 1).max()),
    )
