"""`peyvand trade counterfactual`: another policy, by one's own gravity estimate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.answers import plain_rows, write_answer
from peyvand.cli.options import OneOf, deficits_option, language_option
from peyvand.cli.terminal import print_json, show_figures
from peyvand.locale import Language, text

if TYPE_CHECKING:
    from peyvand.trade.from_estimate import Change, EstimateAnswer

FORMULAS = {
    "exports_conditional": "sales abroad on the conditional rung / baseline - 1",
    "exports_full": "sales abroad in the equilibrium, in the reference's prices / baseline - 1",
    "factory_gate_price": "p = wage_hat / price_index_hat of the reference - 1",
    "inward_resistance": "P = price_index_hat / price_index_hat of the reference - 1",
    "outward_resistance": "conditional (and first-step): the scaling of exporters; full: p^(-sigma/(sigma-1)) - 1",
    "real_output": "p / P (full) - 1",
}
"""What each figure is; per cent, new over old, or old over new with --inverted."""


@click.command()
@click.argument("estimate", type=click.Path(path_type=Path))
@click.option(
    "--set", "settings", multiple=True, required=True, metavar="COLUMN=NUMBER", help="What changes; repeatable."
)
@click.option("--sigma", type=float, required=True, help="Elasticity of substitution, above 1; θ = σ − 1.")
@click.option("--reference", required=True, metavar="ECONOMY", help="Where the inward resistance is 1.")
@click.option(
    "--data", type=click.Path(path_type=Path), help="What the estimate was fitted on; its own file by default."
)
@click.option("--year", type=int, help="Base year of a panel.")
@click.option("--among", metavar="A,B,…", help="Only pairs whose exporter and importer are both of these.")
@click.option("--exporters", metavar="A,B,…", help="Only what these sell.")
@click.option("--importers", metavar="A,B,…", help="Only what these buy.")
@click.option(
    "--baseline",
    type=OneOf(["observed", "fitted"]),
    default="observed",
    show_default=True,
    help="Flows as observed, or as the estimate fits them (the Guide's).",
)
@click.option(
    "--fill",
    metavar="COVARIATES",
    help="Fill missing pair effects by these.  [default: the field's: log(dist), cntg, lang, clny …]",
)
@click.option(
    "--method",
    type=OneOf(["exact", "guide", "first-step"]),
    default="exact",
    show_default=True,
    help="The equilibrium; the Guide's GEPPML rounds; or only the first, which is gegravity's answer.",
)
@click.option(
    "--tol",
    type=click.FloatRange(min=0, min_open=True),
    help="Where the Guide's rounds stop.  [default: 0.01, the Guide's]",
)
@click.option("--output", metavar="COLUMN", help="Each exporter's output, for a fitted baseline; with --expenditure.")
@click.option("--expenditure", metavar="COLUMN", help="Each importer's expenditure.  [default: sums of the flows]")
@deficits_option(
    "Of the exact method; the Guide's is E = φ Y.",
    "multiplicative", "fixed", "eliminated", default="multiplicative",
)  # fmt: skip
@click.option("--inverted", is_flag=True, help="The baseline over the counterfactual: what a policy of today brought.")
@click.option("--absent-is-zero", is_flag=True, help="Pairs without a row do not trade (observed flows).")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for economies, flows and answer.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
@language_option()
def counterfactual(
    estimate: Path,
    settings: tuple[str, ...],
    sigma: float,
    reference: str,
    data: Path | None,
    year: int | None,
    among: str | None,
    exporters: str | None,
    importers: str | None,
    baseline: str,
    fill: str | None,
    method: str,
    tol: float | None,
    output: str | None,
    expenditure: str | None,
    deficits: str,
    inverted: bool,
    absent_is_zero: bool,
    out: Path | None,
    as_json: bool,
    language: Language,
) -> None:
    """What would another policy do, by ESTIMATE, a file of `peyvand gravity fit --out`?

    Pairs at home stay as they are. Example: peyvand trade counterfactual fit.json --set "intl_border=0" --sigma 7
    --reference DEU --baseline fitted
    """
    from peyvand.gravity.saved import read_estimate
    from peyvand.sources.files import read_columns
    from peyvand.trade.from_estimate import counterfactual as solve
    from peyvand.trade.geppml import GUIDE_TOL
    from peyvand.trade.own_matrix import flow_table

    saved = read_estimate(estimate)
    if bool(output) != bool(expenditure):
        raise click.UsageError("--output and --expenditure go together")
    source = data or _data_of(saved.data, estimate)
    changes = [_change(setting, among=among, exporters=exporters, importers=importers) for setting in settings]
    found = solve(
        saved,
        read_columns(source, None),
        changes,
        sigma=sigma,
        reference=reference,
        baseline=baseline,  # type: ignore[arg-type]
        year=year,
        fill=fill,
        deficit_rule=deficits,  # type: ignore[arg-type]
        margins=(output, expenditure) if output and expenditure else None,
        method=method.replace("-", "_"),  # type: ignore[arg-type]
        tol=tol or GUIDE_TOL,
        absent_is_zero=absent_is_zero,
    )
    table = found.percent(inverted=inverted)
    said = _said(found, method=method, inverted=inverted, settings=settings) | {"economies": plain_rows(table)}
    if out is not None:
        write_answer(out, table, flow_table(found.rungs), said)
    if as_json:
        print_json(said)
        return
    title = text(
        "trade.counterfactual",
        language,
        baseline=text(f"trade.words.{baseline}", language),
        deficits=text(f"trade.words.{deficits}", language),
        method=text(f"trade.words.{method.replace('-', '_')}", language),
    )
    show_figures(table, language, title=title, decimals=2)
    click.echo(text("trade.counterfactual_note", language, reference=found.rungs.reference))
    if found.filled:
        pairs = ", ".join(f"{i}→{j}" for i, j in found.filled)
        click.echo(text("trade.counterfactual_filled", language, pairs=pairs))
    if out is not None:
        click.echo(text("trade.written", language, folder=str(out)))


def _data_of(named: str | None, estimate: Path) -> Path:
    """What the estimate was fitted on: where it says, or beside it."""
    from peyvand.errors import DataError

    if named is None:
        raise DataError(f"{estimate.name} does not say what it was fitted on", hint="give the file with --data")
    beside = estimate.parent / Path(named).name
    return beside if not Path(named).exists() and beside.exists() else Path(named)


def _change(setting: str, *, among: str | None, exporters: str | None, importers: str | None) -> Change:
    """`intl_border=0` and who it is for."""
    from peyvand.trade.from_estimate import Change

    column, _, value = setting.partition("=")
    try:
        number = float(value)
    except ValueError as error:
        raise click.UsageError(f"--set {setting!r}: write COLUMN=NUMBER, such as rta=0") from error
    members, sellers, buyers = (
        tuple(code.strip() for code in named.split(",")) if named else () for named in (among, exporters, importers)
    )
    return Change(column=column.strip(), value=number, among=members, exporters=sellers, importers=buyers)


def _said(found: EstimateAnswer, *, method: str, inverted: bool, settings: tuple[str, ...]) -> dict[str, Any]:
    """What the answer rests on, in plain types."""
    from peyvand import __version__

    result = found.rungs.result
    return {
        "peyvand": __version__,
        "set": list(settings),
        "baseline": found.baseline,
        "method": method,
        "deficits": result.deficit_rule,
        "sigma": found.sigma,
        "reference": found.rungs.reference,
        "inverted": inverted,
        "unit": "per cent",
        "formulas": FORMULAS,
        "filled_pairs": [list(pair) for pair in found.filled],
        "rounds": found.guide.rounds if found.guide else None,
        "residual": result.residual,
    }
