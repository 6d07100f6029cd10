"""Who signed what, and when did it become true?

The registry keeps pacts and memberships, agreements and their way through cabinets and parliaments, commitments and
what shows that they are kept, parliaments' groups, visits and a shared heritage: each row with its source, each change
audited.
"""

from __future__ import annotations

from peyvand.registry.store import Registry

__all__ = ["Registry"]
