"""Who gains?  General equilibrium in changes: Caliendo and Parro (2015)."""

from peyvand.trade.caliendo_parro import CaliendoParro
from peyvand.trade.drawn import GravityEffect
from peyvand.trade.ladder import Ladder, ladder
from peyvand.trade.many import Many, Unions, solve_many
from peyvand.trade.results import TradeResult
from peyvand.trade.sensitivity import BorderSensitivity, border_sensitivity
from peyvand.trade.uncertainty import Draws, delta_deviation, draw, variance_shares

__all__ = [
    "BorderSensitivity",
    "CaliendoParro",
    "Draws",
    "GravityEffect",
    "Ladder",
    "Many",
    "TradeResult",
    "Unions",
    "border_sensitivity",
    "delta_deviation",
    "draw",
    "ladder",
    "solve_many",
    "variance_shares",
]
