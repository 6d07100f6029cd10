"""Which visa rule stood between two economies on a day?  Dated, directed records, compiled from snapshots.

A rule is known only on the days on which the publisher was read.  A record therefore says when the rule was first and
last *seen*, and when the rule before it was last seen: the change lies between.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from peyvand.errors import DataError, OutputError, UnknownEconomyError
from peyvand.sources.codes import economy_code, nearest_codes
from peyvand.sources.passport_index import NUMBERED_UNTIL, REGIMES, SWAPPED_UNTIL
from peyvand.sources.table import Table

SPELL = ("origin", "destination", "regime", "days", "first", "last")
"""Columns of a spell: a rule of a pair from the first to the last snapshot (by position) in which it was seen."""
_SNAPSHOTS = b"peyvand.snapshots"
_NO_DAYS = -1
AMBIGUOUS = {"e_visa_or_on_arrival": ("e_visa", "on_arrival"), "eta_or_e_visa": ("eta", "e_visa")}
"""Regimes of early snapshots that stand for one of two."""
ETA_TOLD_APART = date(2025, 1, 12)


@dataclass(frozen=True, slots=True)
class Rule:
    """What `destination` asked of nationals of `origin`, as seen from `first_seen` to `last_seen`.

    `seen_before` is the last day on which another rule was seen, None at the start of the history.  `days` of stay
    are None where not said.  `recoded` is true where the rule before says the same in another coding.
    """

    origin: str
    destination: str
    regime: str
    days: int | None
    first_seen: date
    last_seen: date
    seen_before: date | None
    recoded: bool = False


@dataclass(frozen=True, eq=False)
class Visas:
    """The visa rules of every pair of economies, by snapshot.

    Parameters
    ----------
    spells : DataFrame
        Columns `SPELL`, sorted by pair and time; `days` is −1 where not said.
    snapshots : tuple of date
        The days on which the publisher was read, in order.
    """

    spells: pd.DataFrame
    snapshots: tuple[date, ...]

    # -- where they come from --------------------------------------------------------------------------------------
    @classmethod
    def shipped(cls) -> Visas:
        """The rules of 199 passports that ship with peyvand, 2019-11-23 to 2026-02-17."""
        return _shipped()

    @classmethod
    def compile(cls, rules: Table) -> Visas:
        """From every rule of every snapshot, as `sources.passport_index.read_rules` gives them."""
        frame = rules.frame.sort_values(["origin", "destination", "snapshot"], ignore_index=True)
        days, position = np.unique(frame["snapshot"].to_numpy(), return_inverse=True)
        stay = frame["days"].fillna(_NO_DAYS).to_numpy(dtype=np.int16)
        codes = [pd.factorize(frame[name])[0] for name in ("origin", "destination", "regime")]
        changed = np.ones(len(frame), dtype=bool)
        changed[1:] = np.any([column[1:] != column[:-1] for column in [*codes, stay]], axis=0)
        start = np.flatnonzero(changed)
        end = np.append(start[1:], len(frame)) - 1
        spells = frame.loc[start, ["origin", "destination", "regime"]].reset_index(drop=True)
        spells = spells.assign(days=stay[start], first=position[start], last=position[end])
        return cls(_compact(spells), tuple(pd.Timestamp(day).date() for day in days))

    @classmethod
    def from_bytes(cls, content: bytes) -> Visas:
        """The rules in the bytes of their file."""
        table = pq.read_table(BytesIO(content))
        said = json.loads(table.schema.metadata[_SNAPSHOTS])
        return cls(table.to_pandas(), tuple(date.fromisoformat(day) for day in said))

    def to_bytes(self) -> bytes:
        """The content of the rules' file (Parquet)."""
        table = pa.Table.from_pandas(self.spells, preserve_index=False)
        said = json.dumps([day.isoformat() for day in self.snapshots]).encode()
        memory = BytesIO()
        marked = table.replace_schema_metadata({**table.schema.metadata, _SNAPSHOTS: said})
        pq.write_table(marked, memory, compression="zstd", compression_level=15)
        return memory.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the rules to a file.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        try:
            Path(path).write_bytes(self.to_bytes())
        except OSError as error:
            hint = "choose a folder you may write to"
            raise OutputError(f"cannot write {path}: {error.strerror}", hint=hint) from error

    # -- what they say ---------------------------------------------------------------------------------------------
    @cached_property
    def economies(self) -> tuple[str, ...]:
        """Every economy with rules."""
        return tuple(sorted(self.spells["origin"].cat.categories))

    def resolve(self, names: Iterable[str]) -> tuple[str, ...]:
        """Codes or names (English, Persian, Russian) as codes that the rules hold.

        Raises
        ------
        UnknownEconomyError
            With the nearest code.
        """
        return tuple(self._resolve(name) for name in names)

    def snapshot_of(self, day: date | None = None) -> date:
        """The last snapshot on or before a day; the last of all by default.

        Raises
        ------
        DataError
            If the day lies before the history.
        """
        return self.snapshots[self._position(day)]

    def on(self, day: date | None = None) -> pd.DataFrame:
        """The rule of every pair as seen on a day: origin, destination, regime, days (NaN where not said)."""
        at = self._position(day)
        held = self.spells[(self.spells["first"] <= at) & (at <= self.spells["last"])]
        shown = held[["origin", "destination", "regime", "days"]].reset_index(drop=True)
        return shown.assign(
            origin=shown["origin"].astype(object),
            destination=shown["destination"].astype(object),
            regime=shown["regime"].astype(object),
            days=shown["days"].astype(float).where(shown["days"] != _NO_DAYS),
        )

    def rule(self, origin: str, destination: str, day: date | None = None) -> Rule:
        """The rule of one direction as seen on a day.

        >>> Visas.shipped().rule("IRN", "KAZ", date(2024, 7, 30)).regime
        'free'
        """
        at = self.snapshot_of(day)
        return next(rule for rule in self.history(origin, destination) if rule.first_seen <= at <= rule.last_seen)

    def history(self, origin: str, destination: str) -> tuple[Rule, ...]:
        """Every rule of one direction, the oldest first.

        Raises
        ------
        DataError
            If both are one economy.
        """
        start, end = self.resolve([origin, destination])
        if start == end:
            raise DataError(f"{start} has no visa rule towards its own nationals", hint="name two economies")
        chosen = self.spells[(self.spells["origin"] == start) & (self.spells["destination"] == end)]
        steps = chosen.sort_values("first")
        found: list[Rule] = []
        for regime, stay, first, last in zip(*(steps[name].tolist() for name in SPELL[2:]), strict=True):
            before = found[-1] if found else None
            rule = Rule(
                origin=start,
                destination=end,
                regime=regime,
                days=None if stay == _NO_DAYS else stay,
                first_seen=self.snapshots[first],
                last_seen=self.snapshots[last],
                seen_before=before.last_seen if before else None,
            )
            found.append(replace(rule, recoded=before is not None and _recoded(before, rule)))
        return tuple(found)

    def _position(self, day: date | None) -> int:
        if day is None:
            return len(self.snapshots) - 1
        at = int(np.searchsorted(np.array(self.snapshots, dtype="datetime64[D]"), np.datetime64(day), side="right")) - 1
        if at < 0:
            raise DataError(
                f"no visa rules are known on {day}", hint=f"the history begins on {self.snapshots[0]}", day=str(day)
            )
        return at

    def _resolve(self, name: str) -> str:
        code = name.strip().upper()
        if code in self.economies:
            return code
        named = economy_code(name)
        if named in self.economies:
            return str(named)
        raise UnknownEconomyError(f"no visa rules of {name!r}", hint=nearest_codes(name, self.economies), code=name)


def _recoded(before: Rule, after: Rule) -> bool:
    """Whether a rule says what the one before said, in a coding that came between the two snapshots."""
    turns = [turn for turn in (NUMBERED_UNTIL, SWAPPED_UNTIL) if before.last_seen <= turn < after.first_seen]
    if turns and before.regime == after.regime == "free":
        return before.days is None or after.days is None
    if turns:
        return after.regime in AMBIGUOUS.get(before.regime, ())
    told_apart = before.last_seen < ETA_TOLD_APART <= after.first_seen
    return told_apart and (before.regime, after.regime) == ("e_visa", "eta")


def _compact(spells: pd.DataFrame) -> pd.DataFrame:
    economies = sorted({*spells["origin"], *spells["destination"]})
    return spells.assign(
        origin=pd.Categorical(spells["origin"], economies),
        destination=pd.Categorical(spells["destination"], economies),
        regime=pd.Categorical(spells["regime"], list(REGIMES)),
        first=spells["first"].astype(np.int16),
        last=spells["last"].astype(np.int16),
    )


@cache
def _shipped() -> Visas:
    return Visas.from_bytes(files("peyvand.mobility").joinpath("embedded", "visa_rules.parquet").read_bytes())
