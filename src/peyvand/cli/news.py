"""`peyvand news`: read reports into records with evidence, review them, and measure the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.options import OneOf, language_option
from peyvand.cli.terminal import print_json
from peyvand.errors import RegistryError

if TYPE_CHECKING:
    from peyvand.locale import Language
    from peyvand.news import Proposal, Queue

_LANGUAGE = language_option()
_HOME = click.option("--home", default="IRN", show_default=True, help="State whose press it is (ISO alpha-3).")
_QUEUE = click.argument("queue", type=click.Path(file_okay=False, path_type=Path))
_DEFAULT_REGISTRY = "registry.sqlite"
_REGISTRY = click.option(
    "--registry", envvar="PEYVAND_REGISTRY",
    help=f"Where accepted records go: a file or postgresql:// URL.  [default: {_DEFAULT_REGISTRY} if there is one, "
    "else accepted.jsonl in the queue]",
)  # fmt: skip
_AGREEMENT = click.option("--agreement", help="The registry's agreement that accepted records belong to.")


@click.group()
def news() -> None:
    """Read Persian and English news reports into records with evidence."""


@news.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one report as indented JSON.")
@click.option("--jsonl", is_flag=True, help="Print one JSON object a line, for many reports.")
@_HOME
@_LANGUAGE
def read(files: tuple[str, ...], as_json: bool, jsonl: bool, home: str, language: Language) -> None:
    """Read reports: text or HTML files, folders, JSON-lines files (id or source_id, title, body, jalali_date), or - for
    standard input.

    Without --json or --jsonl the text is shown with its evidence marked.
    """
    from rich.console import Console

    from peyvand.news import documents
    from peyvand.news.show import view

    console = Console()
    document = None
    for document in documents(files):
        report = document.read(home=home)
        if jsonl:
            click.echo(report.to_json())
        elif as_json:
            print_json(report.to_dict())
        else:
            console.rule(document.id)
            console.print(view(report, language))
    if document is None:
        click.echo(f"no report (.txt, .html, .jsonl) in {', '.join(files)}", err=True)


@news.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--into", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the queue.")
@_HOME
def propose(files: tuple[str, ...], into: Path, home: str) -> None:
    """Put the records that reports propose into a review queue."""
    from peyvand.news import Queue, documents

    queue = Queue(into)
    before = len(list(queue))
    for document in documents(files):
        queue.add(document.read(home=home))
    click.echo(f"{len(list(queue)) - before} new proposals, {len(queue.waiting())} waiting in {into}")


@news.command()
@_QUEUE
@click.option("--who", required=True, help="Your name, kept with each decision.")
@_REGISTRY
@_AGREEMENT
@_LANGUAGE
def review(queue: Path, who: str, registry: str | None, agreement: str | None, language: Language) -> None:
    """Decide on waiting proposals with one key each: a accept, c correct, r reject, s skip, q stop."""
    from peyvand.locale import text

    opened = _opened(queue, registry, agreement, language)
    waiting = opened.waiting()
    for number, proposal in enumerate(waiting, 1):
        click.echo(f"\n[{number}/{len(waiting)}] {_line(proposal)}")
        for source in proposal.sources:
            click.echo(f"  {source.published or '–'} {source.agency or ''} {source.title}\n    «{source.quote}»")
        click.echo(text("news.keys", language) + " ", nl=False)
        key = _key()
        click.echo(key)
        if key == "q":
            break
        try:
            if key == "c":
                _correct(opened, proposal, who)
            elif key in {"a", "r"}:
                opened.decide(proposal.key, "accept" if key == "a" else "reject", who=who)
        except RegistryError as refusal:
            reason = "\n".join(part for part in (refusal.message, refusal.hint) if part)
            click.echo(text("news.into.kept", language, reason=reason))
    click.echo(f"{len(opened.waiting())} waiting")


@news.command()
@_QUEUE
@click.argument("key")
@click.argument("verdict", type=OneOf(["accept", "correct", "reject"]))
@click.option("--who", required=True, help="Your name, kept with the decision.")
@click.option("--why", default="", help="Reason, kept with the decision.")
@click.option("--set", "changes", multiple=True, metavar="FIELD=VALUE", help="A corrected value; may be repeated.")
@_REGISTRY
@_AGREEMENT
@_LANGUAGE
def decide(
    queue: Path, key: str, verdict: Any, who: str, why: str, changes: tuple[str, ...], registry: str | None,
    agreement: str | None, language: Language,
) -> None:  # fmt: skip
    """Decide on one proposal by its key."""
    opened = _opened(queue, registry, agreement, language)
    click.echo(_line(opened.decide(key, verdict, who=who, why=why, values=_values(changes))))


@news.command("hand-over")
@_QUEUE
@click.option("--who", required=True, help="Your name, kept in the audit.")
@click.option("--why", default="", help="Reason, kept in the audit.")
@_REGISTRY
@_LANGUAGE
def hand_over(queue: Path, who: str, why: str, registry: str | None, language: Language) -> None:
    """Give what is accepted to the registry once more: it adds further sources, and nothing that it holds."""
    from peyvand.locale import text

    opened = _opened(queue, registry or _DEFAULT_REGISTRY, None, language)
    for proposal in opened:
        try:
            opened.hand_over(proposal.key, who=who, why=why)
        except RegistryError as refusal:
            click.echo(text("news.into.refused", language, proposal=proposal.key, reason=refusal.message))


@news.command("list")
@_QUEUE
@click.option("--all", "everything", is_flag=True, help="Also what is decided.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_command(queue: Path, everything: bool, as_json: bool) -> None:
    """The proposals of a queue."""
    from dataclasses import asdict

    from peyvand.news import Queue

    opened = Queue(queue)
    for proposal in opened if everything else opened.waiting():
        click.echo(json.dumps(asdict(proposal), ensure_ascii=False) if as_json else _line(proposal))


@news.command()
@_QUEUE
def check(queue: Path) -> None:
    """Read the corrected documents again: which corrections does the reader now make by itself?"""
    from peyvand.news import Queue

    checked = Queue(queue).check_corrections()
    for row, holds in checked:
        click.echo(f"{'ok ' if holds else 'not'} {row['kind']} {row['proposed']} → {row['corrected']}")
    click.echo(f"{sum(holds for _, holds in checked)} of {len(checked)} hold")


@news.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--gold", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Other labels than dev.jsonl."
)
@click.option("--resamples", default=1000, show_default=True, help="Bootstrap resamples of the intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print the scorer's whole result.")
def score(data: Path, gold: Path | None, resamples: int, as_json: bool) -> None:
    """Measure the reader on the gold set; DATA is the folder that holds it."""
    from peyvand.news.score import as_table
    from peyvand.news.score import score as measure

    result = measure(data, gold=gold, resamples=resamples)
    if as_json:
        print_json(result)
        return
    click.echo(f"{'field':18} {'P':>6} {'R':>6} {'F1':>6}  95 %")
    for name, precision, recall, f1, interval in as_table(result):
        click.echo(f"{name:18} {precision:6.3f} {recall:6.3f} {f1:6.3f}  {interval}")


def _opened(queue: Path, registry: str | None, agreement: str | None, language: Language) -> Queue:
    """The queue with its register: the registry that is named or stands here, else a file; says which."""
    from peyvand.locale import text
    from peyvand.news import Queue

    where = registry or (_DEFAULT_REGISTRY if Path(_DEFAULT_REGISTRY).exists() else None)
    if where is None and agreement is None:
        click.echo(text("news.into.file", language, where=queue / "accepted.jsonl"), err=True)
        return Queue(queue)
    from peyvand.cli.registry import opened
    from peyvand.news.register import RegistryRegister

    register = RegistryRegister(opened(where or _DEFAULT_REGISTRY), queue / "documents", agreement)
    click.echo(text("news.into.registry", language, where=register.registry.engine.url.render_as_string()), err=True)
    return Queue(queue, register)


def _line(proposal: Proposal) -> str:
    values = " ".join(f"{name}={value}" for name, value in proposal.values.items())
    return f"{proposal.key} {proposal.kind} {values} ({len(proposal.sources)}) {proposal.verdict or ''}".rstrip()


def _key() -> str:
    """The next key that means something."""
    while True:
        key = click.getchar().lower()
        if key in {"a", "c", "r", "s", "q"}:
            return key


def _correct(queue: Queue, proposal: Proposal, who: str) -> None:
    values = {name: click.prompt(name, default=value) for name, value in proposal.values.items()}
    changed = {name: value for name, value in values.items() if value != proposal.values[name]}
    if changed:
        queue.decide(proposal.key, "correct", who=who, why=click.prompt("why", default=""), values=changed)
    else:
        queue.decide(proposal.key, "accept", who=who)


def _values(changes: tuple[str, ...]) -> dict[str, str]:
    pairs = [change.partition("=") for change in changes]
    for name, equals, _ in pairs:
        if not equals:
            raise click.BadParameter(f"{name!r}: write FIELD=VALUE", param_hint="--set")
    return {name: value for name, _, value in pairs}
