"""Who signed what, and when did it become true?

The registry keeps pacts and memberships, agreements and their way through cabinets and parliaments, commitments and
what shows that they are kept, parliaments' groups, visits and a shared heritage: each row with its source, each change
audited.
"""

from __future__ import annotations

from peyvand.errors import RegistryError

try:
    from peyvand.registry import server
    from peyvand.registry.store import Registry
except ModuleNotFoundError as why:
    if (why.name or "").partition(".")[0] not in ("sqlalchemy", "alembic"):
        raise
    raise RegistryError(f"the registry needs {why.name}", hint='pip install "peyvand[registry]"') from why

__all__ = ["Registry", "server"]
