"""peyvand (پیوند, "bond"): a workbench for regional unions.

How thick is each border today, what would a union change and for whom, and which promise is still unkept?
The names below are the front door; each is loaded when it is first used, so that `import peyvand` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from peyvand.errors import PeyvandError
    from peyvand.world import Shock, World

_DOORS = {
    "PeyvandError": "peyvand.errors",
    "Shock": "peyvand.world",
    "World": "peyvand.world",
}

__all__ = [*_DOORS, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module 'peyvand' has no attribute {name!r}")
    return getattr(import_module(_DOORS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
