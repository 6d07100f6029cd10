"""From an answer about unions to a folder: a page in two languages that opens offline, tables and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from peyvand import __version__
from peyvand.errors import unwritable
from peyvand.locale import LANGUAGES, Language
from peyvand.reports.page.template import asset, environment
from peyvand.reports.unions.view import JoinView, UnionsView
from peyvand.reports.voice import Voice
from peyvand.unions.game import Rule
from peyvand.unions.questions import Answer, JoinAnswer
from peyvand.unions.rankings import ranking
from peyvand.unions.summary import names_of_world, summary


def write_answer(answer: Answer, folder: str | Path, *, rule: Rule = "stay") -> Path:
    """Write `unions.html`, `unions.json` and tables; the path of the page.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    place, contents = Path(folder), contents_of(answer, rule=rule)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            part = place / f".{name}.part"
            part.write_bytes(data)
            part.replace(place / name)
    except OSError as error:
        raise unwritable(place, error, say=", with --out") from error
    return place / "unions.html"


def contents_of(answer: Answer, *, rule: Rule = "stay") -> dict[str, bytes]:
    """Every file of an answer by its name."""
    contents: dict[str, bytes] = {
        "unions.html": render(answer, rule=rule).encode(),
        "unions.json": (json.dumps(told(answer, rule=rule), ensure_ascii=False, indent=2) + "\n").encode(),
    }
    tables = {name: table.to_csv(index=False, lineterminator="\n") for name, table in tables_of(answer).items()}
    return contents | {f"{name}.csv": text.encode() for name, text in tables.items()}


def render(answer: Answer, *, rule: Rule = "stay") -> str:
    """The page as text, in both languages."""
    pages = [
        {"voice": voice_of(answer, language), "views": views(answer, language, rule=rule)} for language in LANGUAGES
    ]
    return (
        environment()
        .get_template("unions.html.j2")
        .render(
            pages=pages,
            titles=answer.question.title,
            kind="join" if isinstance(answer, JoinAnswer) else "search",
            version=__version__,
            css=asset("report.css"),
            js=asset("report.js"),
        )
    )


def views(answer: Answer, language: Language, *, rule: Rule = "stay") -> list[Any]:
    """What the templates show of an answer: a view a variant."""
    voice = voice_of(answer, language)
    if isinstance(answer, JoinAnswer):
        return [JoinView(answer, voice)]
    return [
        UnionsView(landscape, voice, name, answer.draws.get(name), rule)
        for name, landscape in answer.landscapes.items()
    ]


def voice_of(answer: Answer, language: Language) -> Voice:
    """The voice with the names of the World's economies."""
    world = answer.world if isinstance(answer, JoinAnswer) else next(iter(answer.landscapes.values())).terms.world
    return Voice(language, names_of_world(world, language))


def tables_of(answer: Answer) -> dict[str, pd.DataFrame]:
    """Tables by the name of their file."""
    if isinstance(answer, JoinAnswer):
        return {"options": answer.table}
    return {f"ranking-{name}": ranking(landscape).table for name, landscape in answer.landscapes.items()}


def told(answer: Answer, *, rule: Rule = "stay") -> dict[str, Any]:
    """The answer in plain values."""
    said: dict[str, Any] = {"title": dict(answer.question.title), "kind": answer.question.kind}
    if isinstance(answer, JoinAnswer):
        rows = json.loads(answer.table.to_json(orient="records"))
        refusing = {name: list(answer.refusing(name)) for name in ("free_trade", "join")}
        rates = json.loads(answer.external_rates.to_json())
        return said | {
            "joiner": answer.joiner, "better": answer.better, "refusing": refusing, "external_tariff": rates,
            "economies": rows, "draws": answer.draws,
        }  # fmt: skip
    return said | {
        "variants": {
            name: summary(held, rule=rule, draws=answer.draws.get(name)) for name, held in answer.landscapes.items()
        }
    }
