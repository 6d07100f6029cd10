"""What binds whom on a day, by this register?

Hands the register's rows to the scenarios, against which a union file is checked and by which the baseline moves to
its day, so that what is in force is never counted twice.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from peyvand.registry.models import BY_NAME, AuditRow, table_of
from peyvand.registry.shipped import WHO
from peyvand.registry.store import Registry
from peyvand.scenarios.in_force import KNOWN_UNTIL, TABLES, Facts, read_facts


def facts(registry: Registry) -> Facts:
    """The trade agreements of a register.

    They are known until the day on which the shipped rows end, or the last on which somebody changed the register.
    """
    with registry.reading() as connection:
        tables = {
            name: [dict(row) for row in connection.execute(select(table_of(BY_NAME[name]))).mappings()]
            for name in TABLES
        }
        changed = connection.scalar(select(func.max(AuditRow.at)).where(AuditRow.who != WHO))
    known = date.fromisoformat(changed[:10]) if changed else KNOWN_UNTIL
    return read_facts(tables, known_until=max(KNOWN_UNTIL, known))


def facts_of(where: str | Path) -> Facts:
    """The trade agreements of the register in a file or at a URL; it is closed again."""
    registry = Registry.open(where)
    try:
        return facts(registry)
    finally:
        registry.close()
