"""How wrong is the split?  Türkiye, Kazakhstan and Pakistan put into the rest of the world and split out again.

ICIO reports the three, so every cell that the split gives them can be compared.  They are treated as if unknown: their
own input-output tables and purchases are not used, and WITS, Comtrade, BACI and WDI serve them as they serve the
twelve.  One thing is shared: Kazakhstan's fuel exports help to set the two fuel prices.

The error of a class of cells is the root mean square of ln(split / ICIO), weighted by the geometric mean of the two,
over cells in which both have at least a million USD; as a coefficient of variation √(exp(σ²) − 1).  It holds the
difference between customs values (the split's totals) and ICIO's basic prices.  What ICIO has in cells where the split
has less than that million is `missed`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.compile.concordance import ALL_SERVICES, REST, Economy, economies
from peyvand.world.compile.donors import donor_shares
from peyvand.world.compile.icio import icio_flows_and_tariffs
from peyvand.world.compile.inputs import Inputs
from peyvand.world.compile.split import split_flows
from peyvand.world.compile.status import class_of

HELD_OUT = ("TUR", "KAZ", "PAK")
_DONORS = {"TUR": "ROW", "KAZ": "UZB", "PAK": "ROW"}
_LEAST_MUSD = 1.0


def held_out_cells(inputs: Inputs) -> pd.DataFrame:
    """Every cell of the three that ICIO holds at a million USD or more, split and reported.

    Returns
    -------
    DataFrame
        economy, exporter, importer, sector, class, reported_musd, split_musd, log_error.
    """
    chosen = tuple(_as_if_unknown(economy) for economy in economies())
    donors = donor_shares(wiod=inputs.wiod, uzbekistan=inputs.uzbekistan)
    hidden = icio_flows_and_tariffs(inputs.icio, chosen)["trade_flow"]
    found = split_flows(inputs, hidden, donors, chosen)
    reported = icio_flows_and_tariffs(inputs.icio, economies())["trade_flow"]
    rows = [_cells(code, found, reported) for code in HELD_OUT]
    return pd.concat(rows, ignore_index=True)


def held_out_errors(cells: pd.DataFrame) -> pd.DataFrame:
    """Errors by economy (and `all`) and class: cells, median_ratio of split to reported, missed_share, cv."""
    everything = cells.assign(economy="all")
    groups = pd.concat([everything, cells]).groupby(["economy", "class"], sort=False)
    rows = [{"economy": economy, "class": name} | _errors(group) for (economy, name), group in groups]
    return pd.DataFrame(rows).sort_values(
        ["economy", "class"], key=lambda column: column.map(_order), ignore_index=True
    )


def _as_if_unknown(economy: Economy) -> Economy:
    if economy.code in HELD_OUT:
        return replace(economy, kind="split", donor=_DONORS[economy.code])
    return replace(economy, members=(*economy.members, *HELD_OUT)) if economy.code == REST else economy


def _cells(code: str, found: xr.DataArray, reported: xr.DataArray) -> pd.DataFrame:
    """The cells with one economy at an end, leaving out those with a split economy or the rest, which ICIO has not."""
    kept = [other for other in reported["exporter"].values if other != REST]
    frames = []
    for role, other in (("exporter", "importer"), ("importer", "exporter")):
        pair = {
            "reported_musd": reported.sel({role: code, other: kept}).to_series(),
            "split_musd": found.sel({role: code, other: kept}).to_series(),
        }
        frame = pd.DataFrame(pair).reset_index()
        frame[role] = code
        frames.append(frame if role == "exporter" else frame[frame[other] != code])
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows["reported_musd"] >= _LEAST_MUSD]
    ratio = np.log(rows["split_musd"].clip(lower=1e-9) / rows["reported_musd"])
    names = [
        class_of(goods=sector != ALL_SERVICES, home=exporter == importer, flow_musd=flow)
        for sector, exporter, importer, flow in zip(
            rows["sector"], rows["exporter"], rows["importer"], rows["split_musd"], strict=True
        )
    ]
    rows = rows.assign(economy=code, log_error=ratio)
    rows["class"] = names
    return rows[["economy", "exporter", "importer", "sector", "class", "reported_musd", "split_musd", "log_error"]]


def _errors(group: pd.DataFrame) -> dict[str, float]:
    both = group[group["split_musd"] >= _LEAST_MUSD]
    size = np.sqrt(both["reported_musd"] * both["split_musd"])
    variance = float(np.average(both["log_error"] ** 2, weights=size))
    missed = 1 - both["reported_musd"].sum() / group["reported_musd"].sum()
    return {
        "cells": len(group),
        "median_ratio": round(float(np.exp(both["log_error"].median())), 2),
        "missed_share": round(float(missed), 3),
        "cv": round(float(np.sqrt(np.exp(variance) - 1)), 2),
    }


def _order(label: str) -> str:
    return f"0{label}" if label == "all" else f"1{label}"
