"""How is the embedded World compiled?  One small function per estimating step, each naming its source and status.

`eurasia` is the order of the steps; `concordance` who and what is in it; `inputs` where the sources are.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from peyvand.world.compile.eurasia import build_eurasia
from peyvand.world.compile.held_out import held_out_cells, held_out_errors
from peyvand.world.compile.inputs import Inputs

__all__ = ["build_eurasia", "held_out_table"]


def held_out_table(folder: str | Path) -> pd.DataFrame:
    """Errors of the held-out split by economy and class of cells, see `held_out`."""
    return held_out_errors(held_out_cells(Inputs(Path(folder))))
