"""`peyvand trade solve`: the equilibrium of one's own matrix."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.answers import plain_rows, write_answer
from peyvand.cli.options import barrier_option, deficits_option, language_option, rent_keeper_option
from peyvand.cli.terminal import print_json, show_figures
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    import pandas as pd

    from peyvand.trade.barriers import Barrier, RentKeeper
    from peyvand.trade.ladder import Ladder

_FILE = click.Path(path_type=Path)


@click.command()
@click.option(
    "--flows", type=_FILE, required=True, help="exporter, importer[, sector], value; domestic sales included."
)
@click.option("--theta", type=float, help="Trade elasticity of all sectors, positive: σ − 1.")
@click.option("--theta-file", type=_FILE, help="Trade elasticities: sector, value.")
@click.option("--cost-hat", type=_FILE, help="The flows' keys, value = d̂, new over old iceberg cost; absent is 1.")
@click.option("--partial", type=_FILE, help="The flows' keys, value = β, a gravity effect; d̂ = exp(−β/θ).")
@click.option("--tariffs", type=_FILE, help="The flows' keys, value = today's tariff as a share; absent is 0.")
@click.option("--tariffs-new", type=_FILE, help="The flows' keys, value = the new tariff; absent is as today.")
@click.option("--inputs", type=_FILE, help="economy, input_sector, sector, value: money or shares of output.")
@click.option("--value-added", type=_FILE, help="economy, sector, value: money or shares of output.")
@deficits_option(
    "Who pays for a deficit afterwards; fixed is ge_gravity's additive rule.",
    "fixed", "fixed_nominal", "multiplicative", "eliminated",
)  # fmt: skip
@click.option("--numeraire", metavar="ECONOMY", help="Whose wage fixed_nominal deficits are kept in.")
@barrier_option
@rent_keeper_option
@click.option(
    "--psi", type=float, default=0.0, show_default=True, help="Supply elasticity of one sector, ge_gravity2's."
)
@click.option("--reference", metavar="ECONOMY", help="Where the conditional answer keeps the inward resistance.")
@click.option("--year", type=int, help="The year to keep, where a file holds several.")
@click.option("--absent-is-zero", is_flag=True, help="Cells without a row are zero flows.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for economies, flows and answer.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
@language_option()
def solve(
    flows: Path,
    theta: float | None,
    theta_file: Path | None,
    cost_hat: Path | None,
    partial: Path | None,
    tariffs: Path | None,
    tariffs_new: Path | None,
    inputs: Path | None,
    value_added: Path | None,
    deficits: str,
    numeraire: str | None,
    barrier: Barrier,
    rent_keeper: RentKeeper,
    psi: float,
    reference: str | None,
    year: int | None,
    absent_is_zero: bool,
    out: Path | None,
    as_json: bool,
    language: Language,
) -> None:
    """What does a change of trade costs do in a matrix of your own?

    Files are .csv, .parquet or .dta; FILE:COLUMN reads that column. Example: peyvand trade solve --flows flows.csv
    --theta 4 --partial effect.csv
    """
    from peyvand.sources.matrices import FLOW_NAMES, read_cells
    from peyvand.trade import CaliendoParro, ladder
    from peyvand.trade.own_matrix import answer, flow_table, own_shock, own_world, sources_of_gain

    def cells(
        path: Path, *values: str, keys: tuple[str, ...] = ("exporter", "importer"), minimum: float | None = 0.0,
        dated: bool = False,
    ) -> pd.DataFrame:  # fmt: skip
        optional = [name for name in ("input_sector", "sector") if name not in keys]
        return read_cells(path, keys, optional=optional, values=values, year=year, dated=dated, minimum=minimum)

    elasticity: float | pd.DataFrame
    if theta is not None and theta_file is None:
        elasticity = theta
    elif theta is None and theta_file is not None:
        elasticity = cells(theta_file, "theta", "trade_elasticity", "value", keys=("sector",), minimum=None)
    else:
        raise click.UsageError("give the trade elasticity once: --theta NUMBER or --theta-file FILE")
    rates, shares = ("tariff_rate", "tariff", "value"), ("share", "value")
    sold = cells(flows, *FLOW_NAMES, dated=True)
    one = "sector" not in sold  # then inputs and value added need not name it
    buyers, makers = (
        (("economy",), ("economy",)) if one else (("economy", "input_sector", "sector"), ("economy", "sector"))
    )
    with warnings.catch_warnings(record=True) as cautions:
        warnings.simplefilter("always")
        world = own_world(
            sold,
            trade_elasticity=elasticity,
            tariffs=cells(tariffs, *rates) if tariffs else None,
            inputs=cells(inputs, *shares, keys=buyers, minimum=None) if inputs else None,
            value_added=cells(value_added, *shares, keys=makers) if value_added else None,
            name=flows.name,
            base_year=year or 0,
            absent_is_zero=absent_is_zero,
        )
    shock = own_shock(
        world,
        cost_hat=cells(cost_hat, "cost_hat", "d_hat", "value", minimum=None) if cost_hat else None,
        partial=cells(partial, "partial", "beta", "value", minimum=None) if partial else None,
        tariffs_new=cells(tariffs_new, *rates) if tariffs_new else None,
    )
    model = CaliendoParro(
        deficit_rule=deficits,  # type: ignore[arg-type]
        numeraire=numeraire,
        barrier=barrier,
        rent_keeper=rent_keeper,
        supply_elasticity=psi,
    )
    rungs = ladder(model.solve(world, shock), reference=reference)
    table, sources = answer(rungs), sources_of_gain(rungs)
    adjusted = _adjusted(cautions)
    whole = table.merge(sources.drop(columns="welfare"), on="economy")
    said = _said(rungs, whole, numeraire=numeraire, psi=psi) | ({"adjusted": adjusted} if adjusted else {})
    if barrier == "rent":
        said |= {"barrier": barrier, "rent_keeper": rent_keeper}
    if out is not None:
        write_answer(out, whole, flow_table(rungs), said)
    if adjusted:
        shown = {name: number(value, language, decimals=1) for name, value in adjusted.items() if "percent" in name}
        counts = {name: number(value, language) for name, value in adjusted.items() if "percent" not in name}
        click.echo(text("trade.adjusted", language, **shown, **counts), err=True)
    if as_json:
        print_json(said)
        return
    title = text(
        "trade.solve",
        language,
        deficits=text(f"trade.words.{deficits}", language),
        nest=text(f"trade.words.{rungs.result.nest}", language),
    )
    beyond = ["exports_hat", "imports_hat", "factory_gate_price_hat"]
    show_figures(table.drop(columns=beyond, errors="ignore"), language, title=title, decimals=5)
    if tariffs or len(world.sectors) > 1:
        percent = sources.assign(**100 * sources.drop(columns="economy"))
        show_figures(percent, language, title=text("trade.sources", language), decimals=3)
    if out is not None:
        click.echo(text("trade.written", language, folder=str(out)))


def _adjusted(cautions: list[warnings.WarningMessage]) -> dict[str, float]:
    """What was done to flows whose accounts did not close, nothing where they did; other warnings are passed on."""
    from peyvand.trade.calibration import AccountsAdjusted

    found: dict[str, float] = {}
    for caution in cautions:
        if isinstance(caution.message, AccountsAdjusted):
            clearing = caution.message.clearing
            found = {
                "cells": clearing.cells,
                "of_cells": clearing.of_cells,
                "cut_percent": 100 * clearing.cut_share,
                "moved_percent": 100 * clearing.moved,
            }
        else:
            warnings.warn_explicit(caution.message, caution.category, caution.filename, caution.lineno)
    return found


def _said(rungs: Ladder, table: pd.DataFrame, *, numeraire: str | None, psi: float) -> dict[str, Any]:
    """The answer in plain types, with what it rests on."""
    from peyvand import __version__

    result = rungs.result
    return {
        "peyvand": __version__,
        "model": result.nest,
        "deficits": result.deficit_rule,
        "numeraire": numeraire or "world value added",
        "psi": psi,
        "theta": dict(
            zip(result.baseline.sectors, map(float, result.baseline["trade_elasticity"].values), strict=True)
        ),
        "reference": rungs.reference,
        "residual": result.residual,
        "iterations": result.iterations,
        "data_hash": result.baseline.data_hash,
        "economies": plain_rows(table),
    }
