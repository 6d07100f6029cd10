"""How are estimates put side by side?  A table with a column for each, as text, LaTeX, HTML or Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.gravity.results import Estimate
from peyvand.locale import Language, text

FORMS = ("text", "latex", "html", "markdown")
STARS = ((0.01, "***"), (0.05, "**"), (0.1, "*"))
LATEX = str.maketrans({
    "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "^": r"\^{}", "~": r"\~{}", "$": r"\$", "{": r"\{", "}": r"\}",
    "<": "$<$", ">": "$>$", "²": "$^2$", "–": "--", "−": "$-$",
})  # fmt: skip

Row = tuple[str, list[str]]


def etable(
    estimates: Sequence[Estimate],
    to: str = "text",
    *,
    digits: int = 3,
    labels: dict[str, str] | None = None,
    headers: Sequence[str] | None = None,
    language: Language = "en",
) -> str:
    """Coefficients with standard errors under them, fixed effects, fit, and the covariance behind every column.

    Parameters
    ----------
    estimates : sequence of Estimate
    to : str
        `text`, `latex` (booktabs), `html` or `markdown`.
    digits : int
        Decimals of coefficients and standard errors.
    labels : dict, optional
        What to print for a regressor or fixed effect.
    headers : sequence of str, optional
        What stands over each column; by default its number and estimator.

    Raises
    ------
    UnknownNameError
        If `to` is none of the four.
    """
    if to not in FORMS:
        raise UnknownNameError(f"no table form {to!r}", hint=did_you_mean(to, FORMS))
    shown = labels or {}
    titles = list(headers or [f"({at}) {one.estimator.upper()}" for at, one in enumerate(estimates, 1)])
    blocks = [
        _coefficient_rows(estimates, digits, shown),
        _effect_rows(estimates, shown, language),
        _fit_rows(estimates, language),
    ]
    blocks = [block for block in blocks if block]
    notes = _notes(estimates, language)
    match to:
        case "latex":
            return _latex(titles, blocks, notes)
        case "html":
            return _html(titles, blocks, notes)
        case "markdown":
            return _markdown(titles, blocks, notes)
    return _text(titles, blocks, notes)


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


def _notes(estimates: Sequence[Estimate], language: Language) -> list[str]:
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
    return [*lines, "* p<0.1, ** p<0.05, *** p<0.01"]


def _text(titles: list[str], blocks: list[list[Row]], notes: list[str]) -> str:
    rows = [("", titles), *(row for block in blocks for row in block)]
    first = max(len(label) for label, _ in rows)
    widths = [max(len(cells[at]) for _, cells in rows) for at in range(len(titles))]

    def line(label: str, cells: list[str]) -> str:
        return "  ".join([label.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))])

    rule = "-" * len(line("", titles))
    lines = [line("", titles)]
    for block in blocks:
        lines += [rule, *(line(label, cells).rstrip() for label, cells in block)]
    return "\n".join([*lines, rule, *notes])


def _markdown(titles: list[str], blocks: list[list[Row]], notes: list[str]) -> str:
    rows = [("", titles), ("---", ["---:"] * len(titles)), *(row for block in blocks for row in block)]
    lines = [f"| {' | '.join([label, *cells])} |" for label, cells in rows]
    return "\n".join([*lines, "", *(note.replace("*", r"\*") + "  " for note in notes)])


def _latex(titles: list[str], blocks: list[list[Row]], notes: list[str]) -> str:
    def line(label: str, cells: list[str]) -> str:
        signed = [f"$-${cell[1:]}" if cell[:1] == "-" else cell.translate(LATEX) for cell in cells]
        return " & ".join([label.translate(LATEX), *signed]) + r" \\"

    lines = [rf"\begin{{tabular}}{{l{'r' * len(titles)}}}", r"\toprule", line("", titles)]
    for block in blocks:
        lines += [r"\midrule", *(line(label, cells) for label, cells in block)]
    small = [rf"\multicolumn{{{len(titles) + 1}}}{{l}}{{\footnotesize {note.translate(LATEX)}}} \\" for note in notes]
    return "\n".join([*lines, r"\bottomrule", *small, r"\end{tabular}"])


def _html(titles: list[str], blocks: list[list[Row]], notes: list[str]) -> str:
    def line(label: str, cells: list[str], tag: str = "td") -> str:
        inside = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
        return f'<tr><th scope="row">{escape(label)}</th>{inside}</tr>'

    bodies = ["<tbody>" + "".join(line(label, cells) for label, cells in block) + "</tbody>" for block in blocks]
    foot = "".join(f'<tr><td colspan="{len(titles) + 1}">{escape(note)}</td></tr>' for note in notes)
    head = line("", titles, "th")
    return "\n".join(["<table>", f"<thead>{head}</thead>", *bodies, f"<tfoot>{foot}</tfoot>", "</table>"])
