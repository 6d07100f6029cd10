"""What does every reader hand over?  A tidy frame, the source it came from, and notes on its faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Use = Literal["figures", "averages", "facts", "checks"]
"""What a source may feed: shipped figures; only estimates and averages made from it; only single facts; nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a table comes from and what its licence allows.

    Parameters
    ----------
    publisher, title, licence, url, vintage, citation : str
        Of the original publisher, whose licence governs, not of a mirror.
    may_feed : {"figures", "averages", "facts", "checks"}
        What shipped files may take from it; "checks" is nothing: tests and a user's own builds only.
    """

    publisher: str
    title: str
    licence: str
    url: str
    vintage: str
    citation: str
    may_feed: Use = "checks"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A tidy frame with its provenance.

    Parameters
    ----------
    frame : DataFrame
        Columns in peyvand's words, units in their names.
    source : Source
        Whose figures they are.
    notes : tuple of str
        The faults of this publication: which were mended and how, which remain.
    """

    frame: pd.DataFrame
    source: Source
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)
