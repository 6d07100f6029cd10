"""How is an estimate kept in a file, and what can be done with it later?

The file holds the formula, the slopes with their covariance and the names of the weights and the offset. Fixed effects
are not kept: with the data at hand they follow from the slopes, which hold them as an offset of slope one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peyvand.errors import DataError, unwritable
from peyvand.gravity.design import term_columns
from peyvand.gravity.formula import parse
from peyvand.gravity.kernels import Array
from peyvand.gravity.poisson import ppml
from peyvand.gravity.results import Estimate

_HINT = "peyvand gravity fit FORMULA DATA --out FILE writes one"
_INDEX = "_index_of_slopes"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedEstimate:
    """What a file says of an estimate.

    Parameters
    ----------
    estimator : {"ppml", "ols"}
    formula : str
    coefficients : dict
        Slopes by the names of the regressors.
    weights, offset : str, optional
        Columns of the data.
    data : str, optional
        The file that it was fitted on.
    """

    estimator: str
    formula: str
    coefficients: dict[str, float]
    weights: str | None = None
    offset: str | None = None
    data: str | None = None

    def index(self, data: Any) -> Array:
        """(row,) Σ β x and the offset: ln μ without fixed effects; regressors that were left out count nothing."""
        columns, _ = term_columns(parse(self.formula), data, self.offset)
        total = columns.pop("")
        for name, slope in self.coefficients.items():
            if name not in columns:
                raise DataError(f"the formula makes no regressor {name!r} of these data", hint="is it the data's file?")
            total = total + slope * columns[name]
        return np.asarray(total, dtype=np.float64)

    def fixed_effects(self, data: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """The fixed effects that these data and the slopes imply, a table each, see `Estimate.fixed_effects`."""
        if self.estimator != "ppml":
            raise DataError("only ppml's fixed effects can be found again", hint="fit with ppml, or use observed flows")
        outcome, _, right = self.formula.partition("~")
        _, _, effects = right.partition("|")
        if not effects:
            return {}
        with_index = data.assign(**{_INDEX: self.index(data)})
        found = ppml(f"{outcome} ~ 1 | {effects}", with_index, offset=_INDEX, weights=self.weights)
        return found.fixed_effects


def estimate_record(
    found: Estimate, *, data: str | None = None, weights: str | None = None, offset: str | None = None
) -> dict[str, Any]:
    """The content of an estimate's file, in plain types: what `--json` prints."""
    return {
        **found.to_dict(),
        "covariance": found.covariance.matrix.tolist(),
        "weights": weights,
        "offset": offset,
        "data": data,
    }


def write_estimate_record(record: dict[str, Any], path: str | Path) -> None:
    """Write an estimate's file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    try:
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1)
        Path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(Path(path), error, say=", with --out") from error


def read_estimate(path: str | Path) -> SavedEstimate:
    """An estimate from its file.

    Raises
    ------
    DataError
        If there is no such file or it holds no estimate.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return SavedEstimate(
            estimator=str(content["estimator"]),
            formula=parse(str(content["formula"])).text,
            coefficients={name: float(row["estimate"]) for name, row in content["coefficients"].items()},
            weights=content.get("weights"),
            offset=content.get("offset"),
            data=content.get("data"),
        )
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}", hint=_HINT, path=str(path)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path.name} holds no estimate", hint=_HINT, path=str(path)) from error
