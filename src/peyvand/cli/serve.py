"""`peyvand serve`: everything in a browser, on this machine unless told otherwise."""

from __future__ import annotations

from pathlib import Path

import click

from peyvand.cli.options import language_option
from peyvand.cli.registry import DATABASE
from peyvand.locale import Language, number, text

OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")


@click.command()
@DATABASE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 is all of them.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--public-host", "hosts", multiple=True, help="A name under which browsers ask for it (again for more).")
@click.option("--https", is_flag=True, help="Behind TLS: cookies over TLS only.")
@click.option(
    "--runs", type=click.Path(path_type=Path), default=Path("peyvand-runs"), show_default=True, help="Results."
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(0, 16), help="Processes that compute.")
@click.option("--world", "world_name", default="eurasia-2019", show_default=True, help="A World that ships.")
@language_option()
def serve(
    db: str,
    host: str,
    port: int,
    hosts: tuple[str, ...],
    https: bool,
    runs: Path,
    workers: int,
    world_name: str,
    language: Language,
) -> None:
    """Serve the pages and the API of peyvand; a registry is made if there is none.

    Reading is open to whoever reaches the address, writing needs an account (peyvand users add). The environment may
    hold PEYVAND_REGISTRY (the database) and PEYVAND_SECRET (signs forms; needed only for several servers).
    """
    import os
    import secrets

    from peyvand.web import Settings
    from peyvand.web.serving import ready_registry, serve_forever

    made = ready_registry(db)
    if made:
        click.echo(text("registry.said.made", language, where=db, rows=number(made, language)))
    settings = Settings(
        database=db,
        runs=runs,
        secret=os.environ.get("PEYVAND_SECRET") or secrets.token_hex(32),
        hosts=tuple(dict.fromkeys((*OWN_HOSTS, host, *hosts))),
        https=https,
        workers=workers,
        world=world_name,
    )
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host
    click.echo(text("web.say.serving", language, address=f"http://{shown}:{port}/{language}/"))
    serve_forever(settings, host=host, port=port)
