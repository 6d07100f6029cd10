"""Who gains?  General equilibrium in changes: Caliendo and Parro (2015)."""

from peyvand.trade.caliendo_parro import CaliendoParro
from peyvand.trade.ladder import Ladder, ladder
from peyvand.trade.results import TradeResult

__all__ = ["CaliendoParro", "Ladder", "TradeResult", "ladder"]
