"""peyvand (پیوند, "bond"): a workbench for regional unions.

How thick is each border today, what would a union change and for whom, and which promise is still unkept?
The names below are the front door; each is loaded when it is first used, so that `import peyvand` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from peyvand.errors import ConvergenceError, DataError, PeyvandError, ScenarioError
    from peyvand.gravity import Thickness, thickness
    from peyvand.reports.write import write as write_report
    from peyvand.run import Run, simulate
    from peyvand.scenarios import Union, open_scenario, read_scenario, shipped
    from peyvand.trade import CaliendoParro, TradeResult
    from peyvand.world import Shock, World, check

_DOORS = {
    "CaliendoParro": "trade:CaliendoParro",
    "ConvergenceError": "errors:ConvergenceError",
    "DataError": "errors:DataError",
    "PeyvandError": "errors:PeyvandError",
    "Run": "run:Run",
    "ScenarioError": "errors:ScenarioError",
    "Shock": "world:Shock",
    "Thickness": "gravity:Thickness",
    "TradeResult": "trade:TradeResult",
    "Union": "scenarios:Union",
    "World": "world:World",
    "check": "world:check",
    "open_scenario": "scenarios:open_scenario",
    "read_scenario": "scenarios:read_scenario",
    "shipped": "scenarios:shipped",
    "simulate": "run:simulate",
    "thickness": "gravity:thickness",
    "write_report": "reports.write:write",
}

__all__ = [*_DOORS, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module 'peyvand' has no attribute {name!r}")
    module, attribute = _DOORS[name].split(":")
    return getattr(import_module(f"peyvand.{module}"), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
