"""What moves trade, and how thick is a border?

Each name is loaded when it is first used: measuring borders does not wait for the estimators.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peyvand.gravity.bias import correct_bias, pair_of
    from peyvand.gravity.borders import Thickness, thickness
    from peyvand.gravity.compare import etable
    from peyvand.gravity.directed import DirectedThickness, directed_thickness
    from peyvand.gravity.elasticities import elasticity_from_ratios, elasticity_from_tariffs
    from peyvand.gravity.estimates import known_causes, shipped_estimate, shipped_estimates
    from peyvand.gravity.heterogeneous import heterogeneous_effects
    from peyvand.gravity.leads import leads_and_lags
    from peyvand.gravity.least_squares import ols
    from peyvand.gravity.poisson import ppml
    from peyvand.gravity.reset import reset_test
    from peyvand.gravity.results import Estimate
    from peyvand.gravity.staggered import staggered_effects

_DOORS = {
    "Estimate": "results",
    "DirectedThickness": "directed",
    "Thickness": "borders",
    "correct_bias": "bias",
    "directed_thickness": "directed",
    "elasticity_from_ratios": "elasticities",
    "elasticity_from_tariffs": "elasticities",
    "etable": "compare",
    "heterogeneous_effects": "heterogeneous",
    "known_causes": "estimates",
    "leads_and_lags": "leads",
    "ols": "least_squares",
    "pair_of": "bias",
    "ppml": "poisson",
    "reset_test": "reset",
    "shipped_estimate": "estimates",
    "shipped_estimates": "estimates",
    "staggered_effects": "staggered",
    "thickness": "borders",
}

__all__ = [
    "DirectedThickness",
    "Estimate",
    "Thickness",
    "correct_bias",
    "directed_thickness",
    "elasticity_from_ratios",
    "elasticity_from_tariffs",
    "etable",
    "heterogeneous_effects",
    "known_causes",
    "leads_and_lags",
    "ols",
    "pair_of",
    "ppml",
    "reset_test",
    "shipped_estimate",
    "shipped_estimates",
    "staggered_effects",
    "thickness",
]


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module 'peyvand.gravity' has no attribute {name!r}")
    return getattr(import_module(f"peyvand.gravity.{_DOORS[name]}"), name)
