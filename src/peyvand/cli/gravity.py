"""`peyvand gravity`: fit a gravity equation and print its table."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group()
def gravity() -> None:
    """Estimate what moves trade."""


@gravity.command()
@click.argument("formula")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--estimator", type=click.Choice(["ppml", "ols"]), default="ppml", show_default=True)
@click.option("--vcov", type=click.Choice(["iid", "hetero"]), help="Covariance without clusters.")
@click.option("--cluster", metavar="A,B,…", help="Columns to cluster by, in any number of ways; a^b joins columns.")
@click.option("--bias-correct", is_flag=True, help="Weidner and Zylkin's correction, clustered by pair.")
@click.option("--weights", metavar="COLUMN", help="Weight of each row.")
@click.option("--offset", metavar="COLUMN", help="Added to ln μ with slope one (ppml only).")
@click.option("--small-sample", type=click.Choice(["fixest", "stata", "none"]), default="fixest", show_default=True)
@click.option("--reset", is_flag=True, help="Add the RESET test of the functional form.")
@click.option("--to", type=click.Choice(["text", "latex", "html", "markdown"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
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
    reset: bool,
    to: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit FORMULA on DATA, a .csv, .parquet or .dta file.

    Example: peyvand gravity fit "trade ~ rta | exporter^year + importer^year + exporter^importer" panel.parquet
    """
    from rich.console import Console

    from peyvand.errors import FormulaError
    from peyvand.gravity import correct_bias, etable, ols, pair_of, ppml, reset_test

    if offset and estimator == "ols":
        raise FormulaError("an offset goes with ppml", hint="subtract it from the outcome instead")
    if bias_correct and not vcov and not cluster:
        cluster = pair_of(formula)
    console = Console(stderr=True, quiet=quiet or not Console(stderr=True).is_terminal)
    with console.status("reading and fitting …") as status:
        if estimator == "ppml":
            found = ppml(
                formula, data, vcov=vcov, cluster=cluster, weights=weights, offset=offset, small_sample=small_sample
            )
        else:
            found = ols(formula, data, vcov=vcov, cluster=cluster, weights=weights, small_sample=small_sample)
        if reset:
            status.update("testing the functional form …")
        test = reset_test(found) if reset else None
        if bias_correct:
            status.update("correcting for estimated effects …")
            found = correct_bias(found)
    if as_json:
        answer = found.to_dict()
        if test:
            answer["reset"] = {"statistic": test.statistic, "p_value": test.p_value}
        click.echo(json.dumps(_plain(answer), ensure_ascii=False, allow_nan=False))
        return
    click.echo(etable([found], to=to))
    if test:
        click.echo(f"RESET: chi2(1) = {test.statistic:.3f}, p = {test.p_value:.3f}")
    for reason, count in found.dropped["reason"].value_counts().items():
        click.echo(f"{count:,} rows dropped: {reason}", err=True)


@gravity.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="Folder of the source data.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to write the JSON."
)
def estimates(data: Path, out: Path) -> None:
    """Rebuild the shipped estimates of border causes from ICIO and GeoDist."""
    from datetime import UTC, datetime

    from peyvand.gravity.estimates import build_icio, write_estimate

    found = build_icio(data, made_on=datetime.now(UTC).date().isoformat())
    path = out / f"{found.name}.json"
    write_estimate(found, path)
    click.echo(path)


def _plain(value: object) -> object:
    """JSON has no nan: a number that does not exist is null."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and value != value else value
