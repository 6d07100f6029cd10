"""What does an officer write every day? A step of a party, and a commitment: each one audited change."""

from __future__ import annotations

from typing import Any

from peyvand.registry.models import Commitment, Step
from peyvand.registry.store import Registry


def record_step(
    registry: Registry,
    *,
    agreement: str,
    party: str,
    step: str,
    source: str,
    done_on: str | None = None,
    outcome: str = "done",
    why: str | None = None,
    who: str | None = None,
) -> str:
    """Record that a party took a step with an agreement; its code.

    Parameters
    ----------
    done_on : str, optional
        Gregorian or Jalali; None where the day is not published.
    why : str, optional
        For the audit; the source by default.

    Raises
    ------
    RuleError
        If the party's legal path does not allow the step now: nothing is written.
    """
    number = 1 + max((row.number for row in registry.rows(Step, agreement=agreement, party=party)), default=0)
    code = f"{agreement}/{party}/{number:02d}"
    values: dict[str, Any] = {"agreement": agreement, "party": party, "number": number, "step": step}
    values |= {"code": code, "done_on": done_on or None, "outcome": outcome, "source": source}
    with registry.change(who=who, why=why or source) as change:
        change.add_values(Step, [values])
    return code


def add_commitment(
    registry: Registry, *, agreement: str, source: str, why: str | None = None, who: str | None = None, **columns: Any
) -> str:
    """Add a commitment to an agreement under its next free code; the code.

    Raises
    ------
    RuleError
        If the commitment breaks a rule: nothing is written.
    """
    taken = {row.code for row in registry.rows(Commitment, agreement=agreement)}
    number = next(number for number in range(1, len(taken) + 2) if f"{agreement}#{number}" not in taken)
    code = f"{agreement}#{number}"
    row = {"code": code, "agreement": agreement, "source": source, **columns}
    with registry.change(who=who, why=why or source) as change:
        change.add_values(Commitment, [row])
    return code
