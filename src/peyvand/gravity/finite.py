"""Which rows have a finite estimate, and what is it?  A Poisson fit and the search for separated rows, in turns.

Groups without a positive flow are dropped first. Rows alone in a group of a sparse panel are set aside: they are fitted
perfectly and tell nothing of slopes or other effects, so fits and searches go without them. A fit is tried; where zero
flows run away, or where it cannot prove that none of them does, separated rows are looked for among these
(`separation.py`) and the fit goes on without them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError, IdentificationError
from peyvand.gravity.absorb import Absorber
from peyvand.gravity.checks import refuse_repeated_cells
from peyvand.gravity.design import Design
from peyvand.gravity.kernels import Array
from peyvand.gravity.layout import panel_shape
from peyvand.gravity.newton import SETTLED, PoissonFit
from peyvand.gravity.panel import PanelShape
from peyvand.gravity.separation import bound_rows, empty_groups, rectify, separated_rows
from peyvand.gravity.turn import SMALL_SPARSE, Turn, can_afford_dummies, fit_of, widened

Mask = NDArray[np.bool_]
PATIENCE = 5
"""Steps before zero flows that run away are looked at."""
SMALL, LARGE = 300, 50_000
"""Rows up to which the linear programme is the first search (`SMALL_SPARSE` where few of all bind), and the last."""
EXACT, RECTIFIER, ALONE = "linear_programme", "rectifier", "fixed_effect"
VANISHED, SMALL_SHARE = 1e-5, 1e-2
"""Share of its groups' totals below which a zero flow may be separated, and may be so together with such."""
RUNNING, MOVING = -0.5, -0.05
"""Last move of ln μ of a zero flow that may be separated, and of one that may be so together with such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where the search for the rows with a finite estimate stands.

    Parameters
    ----------
    keep, bound : Mask
        The rows not found separated, and those of them that are fitted: the others are alone in a group.
    reasons : tuple
        The rows dropped, with what is said of them.
    patience : int or None
        Steps before the next fit looks at zero flows that run away; None when nothing is left to look for.
    start : tuple of Array, optional
        ln μ (rows) and slopes where the next fit begins.
    iterations : int
        Newton steps of all fits so far.
    """

    keep: Mask
    bound: Mask
    reasons: tuple[tuple[Mask, str], ...] = ()
    patience: int | None = PATIENCE
    start: tuple[Array, Array] | None = None
    iterations: int = 0

    def without(self, separated: Mask, reason: str) -> Search:
        """The same without some rows, for a reason."""
        if not separated.any():
            return self
        return replace(self, keep=self.keep & ~separated, reasons=(*self.reasons, (separated, reason)))


@dataclass(frozen=True, slots=True)
class Found:
    """Rows found separated, the rule that found them, and whether no other row that was looked at is."""

    rows: Mask
    rule: str
    settled: bool


def fit_sample(
    design: Design, *, separation: str, layout: str, repeated_cells: str = "keep"
) -> tuple[PoissonFit, Absorber, Mask, list[tuple[Mask, str]]]:
    """Drop separated rows and fit; returns the fit, its absorber, the rows kept and the rows dropped with reasons."""
    shape = _shape(design, layout, repeated_cells)
    search = _begun(design, separation)
    sparse = separation == "full" and shape is None and bool(design.effects)
    turn = None
    while True:
        search = _narrowed(search, design, sparse=sparse)
        turn = Turn.of(design, shape, search.bound, before=turn)
        try:
            fit = fit_of(turn, start=search.start, patience=search.patience)
        except ConvergenceError:  # rows without a finite estimate are the likely reason
            later = _after_failure(search, turn)
            if later is None:
                raise
            search = later
            continue
        search = replace(search, iterations=search.iterations + fit.iterations)
        if search.patience is None or not _falling(fit, turn, move=RUNNING, share=VANISHED).any():
            break
        suspects = _falling(fit, turn, move=MOVING, share=SMALL_SHARE)
        found = _look(turn, suspects, converged=fit.converged, thorough=_is_late(search, fit))
        if fit.converged and found.settled and not found.rows.any():
            turn.absorber.weigh(fit.fitted_weight)  # the search weighed the cells anew
            break
        search = _going_on(search, found, fit, turn)
    whole, absorber = widened(replace(fit, iterations=search.iterations), turn, search.keep)
    return whole, absorber, search.keep, list(search.reasons)


def _shape(design: Design, layout: str, repeated_cells: str) -> PanelShape | None:
    """The panel that the rows fill, if a panel may be used."""
    shape = panel_shape(design) if layout != "groups" else None
    if layout == "panel" and shape is None:
        raise IdentificationError("the rows fill no panel of two or three fixed effects", hint="layout='auto'")
    if repeated_cells == "error" and shape is None:  # a panel has one row for each cell
        refuse_repeated_cells(design)
    return shape


def _begun(design: Design, separation: str) -> Search:
    """All rows but those of groups without a positive flow."""
    every = np.ones(len(design.outcome), dtype=bool)
    search = Search(keep=every, bound=every, patience=PATIENCE if separation == "full" else None)
    if separation == "none":
        return search
    groups = empty_groups(design.outcome, [effect.codes for effect in design.effects])
    for effect, empty in zip(design.effects, groups, strict=True):
        reason = f"separated (fixed_effect): no positive outcome in its {effect.name}"
        search = search.without(empty & search.keep, reason)
    return search


def _narrowed(search: Search, design: Design, *, sparse: bool) -> Search:
    """The rows that bind each other, without those that fixed effects alone prove separated."""
    bound = search.bound & search.keep
    if sparse:
        separated, binding = np.zeros_like(bound), np.zeros_like(bound)
        separated[bound], binding[bound] = bound_rows(
            outcome=design.outcome[bound], codes=[effect.codes[bound] for effect in design.effects]
        )
        search, bound = search.without(separated, _reason(ALONE)), binding
    return replace(search, bound=bound if bound.any() else search.keep)


def _falling(fit: PoissonFit, turn: Turn, *, move: float, share: float) -> Mask:
    """Zero flows whose ln μ fell by so much in the last step, or whose μ is so small a share of its groups' totals.

    At a finite optimum the zero flows' −μ and the others' residuals are orthogonal to regressors and effects, which
    proves that no row is separated – if every such μ is above the rounding of its groups' totals. So only these may be.
    """
    weight = turn.absorber.to_rows(fit.fitted_weight)
    small = turn.zeros & (weight < share * weight.sum())
    for effect in turn.design.effects:
        if small.any():
            small &= weight < share * np.bincount(effect.codes, weight)[effect.codes]
    return np.asarray(small | (turn.zeros & (turn.absorber.to_rows(fit.last_step) < move)))


def _is_late(search: Search, fit: PoissonFit) -> bool:
    """Whether all zero flows are to be looked at if the suspects tell nothing."""
    return fit.converged or (search.patience is not None and search.patience > 3 * PATIENCE)


def _look(turn: Turn, suspects: Mask, *, converged: bool, thorough: bool) -> Found:
    """Look for separated rows among the suspects and, if they tell nothing, among all zero flows.

    Small data go to the linear programme at once, others to the rectifier, and to the programme if it does not end. A
    converged fit proves that no other row than its suspects is separated.

    Raises
    ------
    ConvergenceError
        If a thorough search does not end.
    """
    rows = int(np.count_nonzero(turn.rows))
    if rows <= (SMALL_SPARSE if rows < len(turn.rows) / 4 else SMALL):
        return _by_programme(turn)
    found = _rectified(turn, suspects)
    if thorough and (found is None or not (converged or found.any())):
        found = _rectified(turn, turn.zeros)
    if found is not None:
        return Found(found, RECTIFIER, settled=thorough)
    if not thorough:
        return Found(np.zeros_like(suspects), RECTIFIER, settled=False)
    if rows <= LARGE:
        return _by_programme(turn)
    raise ConvergenceError(
        f"the search for separated rows did not end, and {rows:,} rows are too many for a linear programme",
        hint="separation='fe' keeps to the groups without positive flows", rows=rows,
    )  # fmt: skip


def _rectified(turn: Turn, suspects: Mask) -> Mask | None:
    """The rows among the suspects that the rectifier finds separated, None if it does not end."""
    found = rectify(
        absorber=turn.absorber, regressors=turn.regressors, flow=turn.flow,
        prior=np.asarray(turn.prior > 0, dtype=np.float64), candidates=turn.cells_of(suspects),
    )  # fmt: skip
    return None if found is None else turn.rows_of(found)


def _by_programme(turn: Turn) -> Found:
    """The rows that the linear programme finds separated."""
    design, rows = turn.design, turn.rows
    separated = np.zeros_like(rows)
    separated[rows] = separated_rows(
        outcome=design.outcome[rows], regressors=np.array([values[rows] for values in design.regressors]),
        codes=[effect.codes[rows] for effect in design.effects],
    )  # fmt: skip
    return Found(separated, EXACT, settled=True)


def _after_failure(search: Search, turn: Turn) -> Search | None:
    """The next turn after a fit that did not converge: all zero flows are looked at. None if that gains nothing."""
    if search.patience is None:
        return None
    found = _look(turn, turn.zeros, converged=False, thorough=True)
    if not found.rows.any() and not can_afford_dummies(turn):
        return None
    settled = found.rule == EXACT or not found.rows.any()
    patience = None if settled else search.patience
    return replace(search.without(found.rows, _reason(found.rule)), start=None, patience=patience)


def _going_on(search: Search, found: Found, fit: PoissonFit, turn: Turn) -> Search:
    """The next turn: without the rows found, from where the fit stands if that is a good start."""
    any_found = bool(found.rows.any())
    settled = found.rule == EXACT or (found.settled and not any_found)
    patience = None if settled or search.patience is None else search.patience + (0 if any_found else PATIENCE)
    start = None if any_found and not _has_settled(fit, turn) else _reached(fit, turn)
    return replace(search.without(found.rows, _reason(found.rule)), patience=patience, start=start)


def _has_settled(fit: PoissonFit, turn: Turn) -> bool:
    """Whether no positive flow still moves far: only then is the fit a better start than the guess."""
    moved = fit.last_step[(turn.flow > 0) & (fit.fitted_weight > 0)]
    return float(np.abs(moved).max(initial=0.0)) <= SETTLED


def _reached(fit: PoissonFit, turn: Turn) -> tuple[Array, Array]:
    """ln μ (rows) and slopes of a fit."""
    slopes = np.zeros(len(turn.regressors))
    slopes[list(fit.kept)] = fit.slopes
    return turn.absorber.to_rows(fit.log_fitted), slopes


def _reason(rule: str) -> str:
    if rule == ALONE:
        return "separated (fixed_effect): no positive outcome in a group but in rows alone in another group"
    combination = "a combination of regressors and effects is zero at every positive outcome and negative here"
    return f"separated ({rule}): {combination}"
