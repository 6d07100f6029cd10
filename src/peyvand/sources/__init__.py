"""Where do the numbers come from?  One module per publisher, from a local file to a tidy table with its provenance.

Each `read_…(path)` takes a file that the caller names and returns a `Table`: a frame in peyvand's words, the source
with its licence, and notes on the faults of the publication.  Nothing here uses the network.
"""

from __future__ import annotations

from peyvand.sources.table import Source, Table

__all__ = ["Source", "Table"]
