"""How are estimates put side by side?  A table with a column for each, as text, LaTeX, HTML or Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import numpy as np

from peyvand.errors import DataError, UnknownNameError, did_you_mean
from peyvand.gravity.expressions import shown as shown_name
from peyvand.gravity.results import Estimate
from peyvand.locale import Language, text

FORMS = ("text", "latex", "html", "markdown")
STARS = ((0.01, "***"), (0.05, "**"), (0.1, "*"))
LATEX = str.maketrans({
    "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "^": r"\^{}", "~": r"\~{}", "$": r"\$", "{": r"\{", "}": r"\}",
    "<": "$<$", ">": "$>$", "²": "$^2$", "–": "--", "−": "$-$",
})  # fmt: skip

MARKDOWN = str.maketrans({"*": r"\*", "|": r"\|", "<": r"\<"})
NUMBER = re.compile(r"-?[\d.]+\**|\([\d.]+\)|-?inf|nan")

Row = tuple[str, list[str]]


def etable(
    estimates: Estimate | Sequence[Estimate],
    to: str = "text",
    *,
    digits: int = 3,
    labels: dict[str, str] | None = None,
    headers: Sequence[str] | None = None,
    notes: Sequence[str] = (),
    language: Language = "en",
) -> str:
    """Coefficients with standard errors under them, fixed effects, fit, and the covariance behind every column.

    Parameters
    ----------
    estimates : Estimate or sequence of Estimate
    to : str
        `text`, `latex` (booktabs), `html` or `markdown`.
    digits : int
        Decimals of coefficients and standard errors.
    labels : dict, optional
        What to print for an outcome, regressor or fixed effect.
    headers : sequence of str, optional
        What stands over each column; by default its number and estimator.
    notes : sequence of str, optional
        More lines to stand under the table.

    Raises
    ------
    UnknownNameError
        If `to` is none of the four.
    DataError
        If there is no estimate, or not a header for each.
    """
    if isinstance(estimates, Estimate):
        estimates = [estimates]
    if not estimates or len(headers or estimates) != len(estimates):
        raise DataError(
            f"{len(headers or ())} headers stand over {len(estimates)} estimates", hint="one for each, and at least one"
        )
    if to not in FORMS:
        raise UnknownNameError(f"no table form {to!r}", hint=did_you_mean(to, FORMS))
    shown = labels or {}
    titles = list(headers or [f"({at}) {one.estimator.upper()}" for at, one in enumerate(estimates, 1)])
    outcomes = [shown_name(one.sample.design.formula.outcome) for one in estimates]
    named = [shown.get(outcome, outcome) for outcome in outcomes]
    head = [("", titles), (text("gravity.outcome", language), named)]
    blocks = [
        _coefficient_rows(estimates, digits, shown),
        _effect_rows(estimates, shown, language),
        _fit_rows(estimates, language),
    ]
    blocks = [block for block in blocks if block]
    lines = _notes(estimates, notes, language)
    match to:
        case "latex":
            return _latex(head, blocks, lines)
        case "html":
            return _html(head, blocks, lines)
        case "markdown":
            return _markdown(head, blocks, lines)
    return _text(head, blocks, lines)


def _coefficient_rows(estimates: Sequence[Estimate], digits: int, labels: dict[str, str]) -> list[Row]:
    rows: list[Row] = []
    tables = [one.table() for one in estimates]
    for name in dict.fromkeys(name for one in estimates for name in one.names):
        points, errors = [], []
        for table in tables:
            if name not in table.index:
                points.append("")
                errors.append("")
                continue
            one = table.loc[name]
            stars = next((mark for bound, mark in STARS if one["p_value"] < bound), "")
            points.append(f"{one['estimate']:.{digits}f}{stars}")
            errors.append("" if np.isnan(one["std_error"]) else f"({one['std_error']:.{digits}f})")
        rows += [(labels.get(name, name), points), ("", errors)]
    return rows


def _effect_rows(estimates: Sequence[Estimate], labels: dict[str, str], language: Language) -> list[Row]:
    held = [[effect.name for effect in one.sample.design.effects] for one in estimates]
    yes = text("gravity.yes", language)
    return [
        (labels.get(name, name), [yes if name in own else "–" for own in held])
        for name in dict.fromkeys(name for own in held for name in own)
    ]


def _fit_rows(estimates: Sequence[Estimate], language: Language) -> list[Row]:
    used = {one.estimator for one in estimates}
    fits = [  # a pseudo-R² and an R² are not one row
        (text(key, language), [f"{one.pseudo_r2:.3f}" if one.estimator == kind else "" for one in estimates])
        for kind, key in (("ppml", "gravity.pseudo_r2"), ("ols", "gravity.r2"))
        if kind in used
    ]
    return [
        (text("gravity.nobs", language), [f"{one.nobs:,}" for one in estimates]),
        (text("gravity.dropped", language), [f"{len(one.dropped):,}" for one in estimates]),
        *fits,
    ]


def _notes(estimates: Sequence[Estimate], more: Sequence[str], language: Language) -> list[str]:
    names = list(dict.fromkeys(one.vcov_name for one in estimates))
    if len(names) == 1:
        lines = [f"{text('gravity.std_errors', language)}: {names[0]}"]
    else:
        lines = [
            f"{text('gravity.std_errors', language)} ({at}): {one.vcov_name}" for at, one in enumerate(estimates, 1)
        ]
    lines += [f"({at}) {one.note}" for at, one in enumerate(estimates, 1) if one.note]
    lines += [
        f"({at}) {text('gravity.left_out', language)}: {', '.join(one.collinear)}"
        for at, one in enumerate(estimates, 1)
        if one.collinear
    ]
    for key in dict.fromkeys(key for one in estimates for key in one.warnings):
        columns = ", ".join(f"({at})" for at, one in enumerate(estimates, 1) if key in one.warnings)
        lines.append(f"{columns} {text(f'gravity.warnings.{key}', language)}")
    return [*lines, *more, "* p<0.1, ** p<0.05, *** p<0.01"]


def _text(head: list[Row], blocks: list[list[Row]], notes: list[str]) -> str:
    blocks = [[(label, [_under_each_other(cell) for cell in cells]) for label, cells in blocks[0]], *blocks[1:]]
    rows = [*head, *(row for block in blocks for row in block)]
    first = max(len(label) for label, _ in rows)
    widths = [max(len(cells[at]) for _, cells in rows) for at in range(len(head[0][1]))]

    def line(label: str, cells: list[str]) -> str:
        return "  ".join([label.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))])

    rule = "-" * len(line(*head[0]))
    lines = [line(*row) for row in head]
    for block in blocks:
        lines += [rule, *(line(label, cells).rstrip() for label, cells in block)]
    return "\n".join([*lines, rule, *notes])


def _under_each_other(cell: str) -> str:
    """A coefficient or error with blanks for the stars that it lacks, so that decimals stand under each other."""
    if not NUMBER.fullmatch(cell):
        return cell
    return cell + " " * (2 if cell.endswith(")") else 3 - cell.count("*"))


def _markdown(head: list[Row], blocks: list[list[Row]], notes: list[str]) -> str:
    rule = ("---", ["---:"] * len(head[0][1]))
    rows = [head[0], rule, *head[1:], *(row for block in blocks for row in block)]
    lines = [f"| {' | '.join([label.translate(MARKDOWN), *cells])} |" for label, cells in rows]
    return "\n".join([*lines, "", *(note.replace("*", r"\*") + "  " for note in notes)])


def _latex(head: list[Row], blocks: list[list[Row]], notes: list[str]) -> str:
    def line(label: str, cells: list[str]) -> str:
        signed = [f"$-${cell[1:]}" if cell[:1] == "-" else cell.translate(LATEX) for cell in cells]
        return " & ".join([label.translate(LATEX), *signed]) + r" \\"

    count = len(head[0][1])
    lines = [rf"\begin{{tabular}}{{l{'r' * count}}}", r"\toprule", *(line(*row) for row in head)]
    for block in blocks:
        lines += [r"\midrule", *(line(label, cells) for label, cells in block)]
    small = [rf"\multicolumn{{{count + 1}}}{{l}}{{\footnotesize {note.translate(LATEX)}}} \\" for note in notes]
    return "\n".join([*lines, r"\bottomrule", *small, r"\end{tabular}"])


def _html(head: list[Row], blocks: list[list[Row]], notes: list[str]) -> str:
    def line(label: str, cells: list[str], tag: str = "td") -> str:
        inside = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
        return f'<tr><th scope="row">{escape(label)}</th>{inside}</tr>'

    bodies = ["<tbody>" + "".join(line(label, cells) for label, cells in block) + "</tbody>" for block in blocks]
    foot = "".join(f'<tr><td colspan="{len(head[0][1]) + 1}">{escape(note)}</td></tr>' for note in notes)
    heading = "".join(line(label, cells, "th") for label, cells in head)
    return "\n".join(["<table>", f"<thead>{heading}</thead>", *bodies, f"<tfoot>{foot}</tfoot>", "</table>"])
