"""Does trade answer before or long after an agreement?  Leads and lags of a column within each pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from peyvand.errors import DataError
from peyvand.gravity.tables import column_names, listed, numeric, read_columns


def leads_and_lags(
    data: Any,
    column: str,
    *,
    leads: int | Sequence[int] = (),
    lags: int | Sequence[int] = (),
    unit: str | Sequence[str] = ("exporter", "importer"),
    time: str = "year",
    outside: float | None = None,
) -> pd.DataFrame:
    """The data with `<column>_lead4`, `<column>_lag4` … added: the unit's value so many periods later or earlier.

    Parameters
    ----------
    column : str
        A number that is constant within a unit and period (an agreement in force).
    leads, lags : int or sequence of int
        In the units of `time`, whatever the spacing of the data.
    outside : float, optional
        The value where the panel does not hold that period; nan by default, which `ppml` lists as dropped.

    Raises
    ------
    DataError
        If a unit has two values in one period, a lead or lag is no positive whole number, or `time` holds no numbers.

    >>> panel = {"exporter": [1, 1], "importer": [2, 2], "year": [2000, 2004], "rta": [0, 1]}
    >>> leads_and_lags(panel, "rta", lags=[4], outside=0)["rta_lag4"].tolist()
    [0.0, 0.0]
    """
    unit = listed(unit)
    wanted = dict.fromkeys([*column_names(data), *unit, time, column])
    frame = pd.DataFrame(read_columns(data, wanted))
    keys = [*unit, time]
    when = numeric(frame[time].to_numpy(), time)
    known = pd.DataFrame({**{key: frame[key] for key in keys}, column: numeric(frame[column].to_numpy(), column)})
    known = known.drop_duplicates()
    twice = known.duplicated(keys)
    if twice.any():
        row = known.index[twice][0]
        raise DataError(f"{column} has two values for one {' × '.join(keys)} (row {row})", hint="name more of the unit")
    series = known.assign(**{time: when[known.index]}).set_index(keys)[column]
    for name, shifts, sign in (("lead", leads, 1), ("lag", lags, -1)):
        for shift in [shifts] if isinstance(shifts, int | float) else shifts:
            if shift <= 0 or shift != int(shift):
                raise DataError(f"a {name} is a positive number of periods, not {shift}", hint="leads= and lags=")
            place = pd.MultiIndex.from_arrays([*(frame[key] for key in unit), when + sign * shift])
            values = series.reindex(place).to_numpy(dtype=np.float64)
            frame[f"{column}_{name}{shift}"] = (
                values if outside is None else np.where(np.isnan(values), outside, values)
            )
    return frame
