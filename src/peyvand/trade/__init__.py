"""Who gains?  General equilibrium in changes: Caliendo and Parro (2015)."""

from peyvand.trade.batch import UnionSweep
from peyvand.trade.caliendo_parro import CaliendoParro
from peyvand.trade.carried import CarriedCosts
from peyvand.trade.creation import creation_and_diversion
from peyvand.trade.drawn import GravityEffect
from peyvand.trade.faded import FadedBorders, faded_borders
from peyvand.trade.ladder import Ladder, ladder
from peyvand.trade.many import Many, solve_many, union_sweep
from peyvand.trade.results import TradeResult
from peyvand.trade.sensitivity import BorderSensitivity, border_sensitivity
from peyvand.trade.uncertainty import Draws, delta_deviation, draw, variance_shares
from peyvand.trade.union_terms import Unions

__all__ = [
    "BorderSensitivity",
    "CaliendoParro",
    "CarriedCosts",
    "Draws",
    "FadedBorders",
    "GravityEffect",
    "Ladder",
    "Many",
    "TradeResult",
    "UnionSweep",
    "Unions",
    "border_sensitivity",
    "creation_and_diversion",
    "delta_deviation",
    "draw",
    "faded_borders",
    "ladder",
    "solve_many",
    "union_sweep",
    "variance_shares",
]
