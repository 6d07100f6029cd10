"""A report on the terminal: the text with its evidence marked, and what was read from it."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from peyvand.locale import Language
from peyvand.locale import text as word
from peyvand.news.report import Report
from peyvand.news.words import Span

STYLES = {
    "commitments": "bold magenta",
    "acts": "green",
    "domains": "blue",
    "pacts": "bold yellow",
    "countries": "bold cyan",
    "participants": "bold underline",
    "published": "reverse",
}
_CONTROL = dict.fromkeys((7, 8, 11, 12, 13), " ")  # what a terminal would swallow, and so shift the marks


def view(report: Report, language: Language = "en") -> Group:
    """The marked text, a legend, a table of what was read, and the warnings."""
    warnings = [Text(warning_words(w.key, w.detail, language), style="red") for w in report.warnings]
    return Group(marked(report), Text(), legend(language), _table(report, language), *warnings)


def marked(report: Report) -> Text:
    """The text with the words of evidence in the colours of their fields; later fields of STYLES lie on top."""
    shown = Text(report.text.translate(_CONTROL))
    for name, style in STYLES.items():
        for start, end in spans(report)[name]:
            shown.stylize(style, start, end)
    return shown


def spans(report: Report) -> dict[str, list[Span]]:
    """Every span of evidence by field."""
    return {
        "published": [report.published_span] if report.published_span else [],
        "countries": [span for mention in report.countries for span in mention.spans],
        "pacts": [span for mention in report.pacts for span in mention.spans],
        "domains": [span for mention in report.domains for span in mention.spans],
        "participants": [span for person in report.participants for span in person.spans],
        "acts": [act.span for act in report.acts],
        "commitments": [one.span for one in report.commitments],
    }


def legend(language: Language) -> Text:
    """The fields in their colours."""
    return Text("  ").join(Text(word(f"news.field.{name}", language), style=style) for name, style in STYLES.items())


def warning_words(key: str, detail: str, language: Language) -> str:
    """A warning in the reader's language."""
    return word(f"news.warning.{key}", language, detail=detail)


def _table(report: Report, language: Language) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row(
        word("news.field.is_diplomatic", language), word("news.yes" if report.is_diplomatic else "news.no", language)
    )
    rows = {
        "published": [report.published.isoformat() if report.published else "–"],
        "countries": [" ".join(mention.code for mention in report.countries)],
        "pacts": [" ".join(mention.code for mention in report.pacts)],
        "participants": [f"{one.name} – {one.role} ({one.country})" for one in report.participants],
        "domains": [" ".join(mention.code for mention in report.domains)],
        "acts": [f"{act.source} → {act.target}  {act.type}  «{report.quote(act.span)}»" for act in report.acts],
        "commitments": [f"{one.by} → {one.to}  {one.domain}  {one.strength}" for one in report.commitments],
    }
    for name, lines in rows.items():
        if any(lines):
            table.add_row(Text(word(f"news.field.{name}", language), style=STYLES[name]), Text("\n".join(lines)))
    return table
