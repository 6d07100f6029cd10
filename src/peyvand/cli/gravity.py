"""`peyvand gravity`: fit a gravity equation and print its table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from peyvand.cli.answers import plain
from peyvand.cli.history import history
from peyvand.cli.options import OneOf

if TYPE_CHECKING:
    from peyvand.gravity.estimates import ShippedEstimate


@click.group()
def gravity() -> None:
    """Estimate what moves trade."""


gravity.add_command(history)


@gravity.command()
@click.argument("formula")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--estimator", type=OneOf(["ppml", "ols"]), default="ppml", show_default=True)
@click.option("--vcov", type=OneOf(["iid", "hetero"]), help="Covariance without clusters.")
@click.option("--cluster", metavar="A,B,…", help="Columns to cluster by, in any number of ways; a^b joins columns.")
@click.option("--bias-correct", is_flag=True, help="Weidner and Zylkin's correction, clustered by pair.")
@click.option("--weights", metavar="COLUMN", help="Weight of each row.")
@click.option("--offset", metavar="COLUMN", help="Added to ln μ with slope one (ppml only).")
@click.option("--small-sample", type=OneOf(["fixest", "stata", "none"]), default="fixest", show_default=True)
@click.option(
    "--separation", type=OneOf(["full", "fe", "none"]), default="full", show_default=True,
    help="Which rows without a finite estimate are dropped: all, groups without a positive flow, none (ppml only).",
)  # fmt: skip
@click.option(
    "--repeated-cells", type=OneOf(["error", "keep"]), default="error", show_default=True,
    help="Two rows for one exporter, importer and year of a panel (ppml only).",
)  # fmt: skip
@click.option(
    "--singletons", type=OneOf(["keep", "drop"]), default="keep", show_default=True,
    help="Rows alone in a level of a fixed effect: keep them with a warning, or drop and list them.",
)  # fmt: skip
@click.option("--reset", is_flag=True, help="Add the RESET test of the functional form.")
@click.option("--to", type=OneOf(["text", "latex", "html", "markdown"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Keep the estimate in a JSON file.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def fit(
    formula: str,
    data: Path,
    estimator: str,
    vcov: str | None,
    cluster: str | None,
    bias_correct: bool,
    weights: str | None,
    offset: str | None,
    small_sample: str,
    separation: str,
    repeated_cells: str,
    singletons: str,
    reset: bool,
    to: str,
    as_json: bool,
    out: Path | None,
    quiet: bool,
) -> None:
    """Fit FORMULA on DATA, a .csv, .parquet or .dta file.

    Example: peyvand gravity fit "trade ~ rta | exporter^year + importer^year + exporter^importer" panel.parquet
    """
    from rich.console import Console

    from peyvand.errors import FormulaError
    from peyvand.gravity import correct_bias, etable, ols, pair_of, ppml, reset_test
    from peyvand.gravity.saved import estimate_record, write_estimate_record

    if offset and estimator == "ols":
        raise FormulaError("an offset goes with ppml", hint="subtract it from the outcome instead")
    if bias_correct and not vcov and not cluster:
        cluster = pair_of(formula)
    console = Console(stderr=True, quiet=quiet or not Console(stderr=True).is_terminal)
    with console.status("reading and fitting …") as status:
        if estimator == "ppml":
            found = ppml(
                formula, data, vcov=vcov, cluster=cluster, weights=weights, offset=offset, small_sample=small_sample,
                separation=separation, repeated_cells=repeated_cells, singletons=singletons,
            )  # fmt: skip
        else:
            found = ols(
                formula, data, vcov=vcov, cluster=cluster, weights=weights, small_sample=small_sample,
                singletons=singletons,
            )  # fmt: skip
        if reset:
            status.update("testing the functional form …")
        test = reset_test(found) if reset else None
        if bias_correct:
            status.update("correcting for estimated effects …")
            found = correct_bias(found)
    answer = estimate_record(found, data=str(data), weights=weights, offset=offset)
    if test:
        answer["reset"] = {"statistic": test.statistic, "p_value": test.p_value}
    if out:
        write_estimate_record(plain(answer), out)
    if as_json:
        click.echo(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False))
        return
    reset_line = [f"RESET: chi2(1) = {test.statistic:.3f}, p {_small(test.p_value)}"] if test else []
    click.echo(etable(found, to=to, notes=reset_line))
    for reason, count in found.dropped["reason"].value_counts().items():
        click.echo(f"{count:,} rows dropped: {reason}", err=True)


@gravity.command()
@click.argument("names", metavar="[NAME]…", nargs=-1)
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of the source data: rebuild."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to write what is rebuilt."
)
def estimates(names: tuple[str, ...], data: Path | None, out: Path) -> None:
    """List the shipped estimates, show the NAMEd ones, or rebuild them from the sources.

    Example: peyvand gravity estimates agreements-1964-2016
    """
    from datetime import UTC, datetime

    from peyvand.gravity.estimates import shipped_estimate, shipped_estimates

    if data is None:
        for name in names or shipped_estimates():
            _show(shipped_estimate(name), whole=bool(names))
        return
    from peyvand.errors import UnknownNameError, did_you_mean
    from peyvand.gravity.estimates.build import BUILDERS, write_estimate

    for name in names or BUILDERS:
        if name not in BUILDERS:
            raise UnknownNameError(f"no estimate {name!r} is built", hint=did_you_mean(name, BUILDERS))
        path = out / f"{name}.json"
        write_estimate(BUILDERS[name](data, datetime.now(UTC).date().isoformat()), path)
        click.echo(path)


def _small(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def _show(estimate: ShippedEstimate, *, whole: bool) -> None:
    """Name, data and date; with `whole` also the formula, every coefficient with its error, notes and sources."""
    click.echo(f"{estimate.name}  ({estimate.made_on})\n  {estimate.data}")
    if not whole:
        return
    click.echo(f"  {estimate.formula}\n  {estimate.vcov}")
    shown: list[object] = []
    for found in estimate.sectors.values():
        if found in shown:
            continue
        shown.append(found)
        same = [name for name, other in estimate.sectors.items() if other == found]
        click.echo(f"\n  {', '.join(same)}  (n = {found['nobs']:,})")
        for term, value in found["coefficients"].items():
            click.echo(f"    {term:22} {value:9.3f}  ({found['std_errors'][term]:.3f})")
    for note in (*estimate.notes, *estimate.sources):
        click.echo(f"  – {note}")
