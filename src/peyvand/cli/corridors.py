"""`peyvand corridors`: which way do goods go, is the network sound, and what is an hour at a crossing worth?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from peyvand.cli.options import language_option
from peyvand.cli.terminal import new_table, print_json, show_table

if TYPE_CHECKING:
    import pandas as pd

    from peyvand.corridors import HourValues, Network, Route
    from peyvand.corridors.routes import By
    from peyvand.locale import Language
    from peyvand.world import World

OTHER_RADII = (0.6, 0.9)
EVERYONE = "all"
_LANGUAGE = language_option()
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_NETWORK = click.option(
    "--network",
    "network_path",
    type=click.Path(path_type=Path),
    help="A GMNS folder or GeoJSON file instead of the network that ships.",
)
_EXTEND = click.option(
    "--extend",
    "extension",
    type=click.Path(path_type=Path),
    help="Places and links to add to the network, or to put in place of its own.",
)


@click.group()
def corridors() -> None:
    """Routes, their hours and dollars, and the network they run on."""


@corridors.command()
@click.argument("origin")
@click.argument("destination")
@click.option("--by", default="generalised", show_default=True, help="time, cost or generalised.")
@click.option("-k", "count", type=int, default=3, show_default=True, help="How many routes at most.")
@click.option("--via", multiple=True, help="A place to come through; repeat in order.")
@click.option("--avoid", multiple=True, help="A place, economy, mode, corridor or link ('Baku > Tbilisi'); repeat.")
@click.option("--sector", default="machinery_equipment", show_default=True, help="Whose goods, for generalised.")
@_NETWORK
@_EXTEND
@_LANGUAGE
@_JSON
def routes(
    origin: str,
    destination: str,
    by: By,
    count: int,
    via: tuple[str, ...],
    avoid: tuple[str, ...],
    sector: str,
    network_path: Path | None,
    extension: Path | None,
    language: Language,
    as_json: bool,
) -> None:
    """The best routes from ORIGIN to DESTINATION, leg by leg.

    Exit code 0: found; 1: there is none, and the reason is printed.
    """
    from peyvand.corridors import routes as find_routes
    from peyvand.locale import text
    from peyvand.locale.said import said

    network = _network(network_path, extension)
    found = find_routes(
        origin, destination, by=by, k=count, via=via, avoid=avoid, sector=sector, network=network
    )  # fmt: skip
    if as_json:
        print_json(found.as_dict())
    elif not found.routes:
        click.echo(text("corridors.routes.none", language, reason=said(found.reason, language) or found.reason))
    else:
        for rank, route in enumerate(found.routes, start=1):
            _show(route, rank, network, language)
    click.get_current_context().exit(0 if found.routes else 1)


@corridors.command()
@_NETWORK
@_EXTEND
@_LANGUAGE
@_JSON
def check(network_path: Path | None, extension: Path | None, language: Language, as_json: bool) -> None:
    """Whether the network is sound: names, gauges, speeds, islands, sources.

    Exit code 0: sound; 2: it is not, and what breaks a rule is named.
    """
    from peyvand.corridors.checks import REMARKS, RULES, problems
    from peyvand.locale import number, text

    network = _network(network_path, extension)
    found = problems(network)
    size = {"nodes": len(network), "links": len(network.links), "crossings": len(network.crossings)}
    if as_json:
        print_json({"name": network.name, **size, "problems": found})
    else:
        shown = {key: number(value, language) for key, value in size.items()}
        click.echo(text("corridors.check.size", language, name=network.name, **shown))
        for rule, broken in found.items():
            click.echo(f"- {text(f'corridors.check.{rule}', language)}")
            click.echo("\n".join(f"    {line}" for line in broken))
        if not found:
            rules = number(len(RULES) + len(REMARKS), language)
            click.echo(text("corridors.check.sound", language, rules=rules))
    click.get_current_context().exit(2 if found else 0)


@corridors.command()
@click.argument("places", nargs=-1)
@click.option(
    "--for",
    "economies",
    multiple=True,
    metavar="CODE",
    help="Whose gain ranks, repeat for more than one, or `all`; the members of ECO by default.",
)
@click.option("--links", is_flag=True, help="Rank links, not crossings and ports.")
@click.option("--count", type=int, default=10, show_default=True, help="How many to show.")
@click.option("--exact", is_flag=True, help="Solve each again with an hour less, and show that beside.")
@click.option(
    "--world", "world_name", default="eurasia-2019", show_default=True, help="A World's file, or one that ships."
)
@_NETWORK
@_EXTEND
@_LANGUAGE
@_JSON
def value(
    places: tuple[str, ...],
    economies: tuple[str, ...],
    links: bool,
    count: int,
    exact: bool,
    world_name: str,
    network_path: Path | None,
    extension: Path | None,
    language: Language,
    as_json: bool,
) -> None:
    """Real income for an hour saved at PLACES, or where it is worth most: M USD a year, ranked.

    PLACES are crossings, ports or links ('Aktau > Alat Port'). Beside the default routing dispersion stand those of
    spectral radius 0.6 and 0.9.
    """
    from peyvand.corridors.value import WAY
    from peyvand.waiting import hour_resolved, worth_of_hours
    from peyvand.world import World, check

    network = _network(network_path, extension)
    world = World.open(world_name)
    check(world)
    inside = _whose(world, economies)
    found = worth_of_hours(world=world, network=network)
    ranking = found.ranking(inside)
    if places:
        ranking = ranking[
            [key in _asked(network, places) for key in zip(ranking["owner"], ranking["row"], strict=True)]
        ]
    else:
        ranking = ranking[(ranking["owner"] == WAY) == links].head(count)
    table = ranking.assign(**_other_dispersions(world, network, ranking, inside))
    if exact:
        again = [
            hour_resolved(owner, row, world=world, network=network).sel(economy=inside or list(world.economies))
            for owner, row in zip(table["owner"], table["row"], strict=True)
        ]
        table = table.assign(exact_musd=[float(gain.sum()) for gain in again])
    if as_json:
        rows = json.loads(table.to_json(orient="records", force_ascii=False))
        for at, row in zip(table.index, rows, strict=True):
            row["economies"] = json.loads(found.by_economy(at).to_json(orient="records"))
        print_json(rows)
        return
    _show_values(table, found, language, economies=inside, named=bool(economies))


@corridors.command()
@click.argument("target", type=click.Path(path_type=Path))
@_NETWORK
@_EXTEND
def export(target: Path, network_path: Path | None, extension: Path | None) -> None:
    """Write the network to TARGET: a folder of GMNS tables, or a .geojson file."""
    from peyvand.corridors.formats import write_geojson, write_gmns

    network = _network(network_path, extension)
    write = write_geojson if target.suffix in (".geojson", ".json") else write_gmns
    click.echo(write(network, target))


@corridors.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Folder with one folder per source.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write node.csv and link.csv to.")
def build(data: Path, out: Path) -> None:
    """Compile the network eurasia-corridors from its sources."""
    from peyvand.corridors.compile.eurasia import build_corridors
    from peyvand.corridors.formats import write_gmns

    network = build_corridors(data)
    click.echo(f"{write_gmns(network, out)}: {len(network)} places, {len(network.links)} links")


def _network(path: Path | None, extension: Path | None) -> Network:
    from peyvand.corridors import Network
    from peyvand.corridors.formats import extend_network

    network = Network.embedded() if path is None else Network.load(path)
    return network if extension is None else extend_network(network, extension)


def _whose(world: World, names: tuple[str, ...]) -> list[str] | None:
    """The economies whose gain ranks: those named, the members of ECO without a name, None for everyone."""
    from peyvand.waiting import whose_hours

    if not names:
        return whose_hours(world)
    return None if EVERYONE in names else list(world.resolve_economies(names))


def _asked(network: Network, names: tuple[str, ...]) -> set[tuple[str, int]]:
    """Owner and row of every place and link that is named; a link as `Aktau > Alat Port`."""
    from peyvand.corridors.value import PLACE, WAY

    asked: set[tuple[str, int]] = set()
    for name in names:
        if " > " in name:
            one, _, other = name.partition(" > ")
            asked |= {(WAY, row) for row in network.links_between(one, other)}
        else:
            asked |= {(PLACE, row) for row in network.resolve(name)}
    return asked


def _other_dispersions(
    world: World, network: Network, chosen: pd.DataFrame, economies: list[str] | None
) -> dict[str, list[float]]:
    """The gains with routing dispersions of other spectral radii."""
    from peyvand.corridors import AllenArkolakis
    from peyvand.waiting import worth_of_hours

    beside = {}
    for radius in OTHER_RADII:
        routing = AllenArkolakis(radius=radius)
        again = worth_of_hours(world=world, network=network, routing=routing, only=chosen).ranking(economies)
        beside[f"gain_radius_{100 * radius:.0f}_musd"] = again.sort_index()["gain_musd"].tolist()
    return beside


def _show_values(
    table: pd.DataFrame, found: HourValues, language: Language, *, economies: list[str] | None, named: bool
) -> None:
    """A row per place or link: its hours today, what one less is worth and between which bounds, and to whom."""

    from peyvand.locale import number, text

    def musd(value: float) -> str:
        return number(value, language, decimals=1)

    who = text("corridors.value.everyone", language) if economies is None else ", ".join(economies)
    if economies is not None and not named:
        who = text("corridors.value.eco", language)
    shown = new_table(
        text("corridors.value.title", language, who=who), caption=text("corridors.value.caption", language)
    )
    others = [column for column in table.columns if str(column).startswith("gain_radius_")]
    columns = ["place", "hours", "gain", "radius_60", "radius_90", "direct"]
    heads = {name: text(f"corridors.value.columns.{name}", language) for name in (*columns, "exact", "winners")}
    heads["gain"] += "\n" + text("corridors.value.columns.interval", language)
    heads["winners"] = heads["winners"].replace(" ", "\n", 1)
    for name in (*columns, *(["exact"] if "exact_musd" in table else []), "winners"):
        justify: Literal["left", "right"] = "left" if name in ("place", "winners") else "right"
        shown.add_column(heads[name], justify=justify, no_wrap=name in ("gain", "winners"))
    for at, row in zip(table.index, table.to_dict("records"), strict=True):
        gains = found.by_economy(at)
        best = gains[gains["economy"].isin(economies or gains["economy"])].head(3)
        winners = "\n".join(
            f"{code} {musd(gain)}" for code, gain in zip(best["economy"], best["gain_musd"], strict=True)
        )
        shown.add_row(
            str(row["name_fa" if language == "fa" else "name"]),
            number(row["hours"], language, decimals=1),
            f"{musd(row['gain_musd'])}\n[dim]{musd(row['low_musd'])} – {musd(row['high_musd'])}[/dim]",
            *(musd(row[name]) for name in (*others, "direct_musd", *(["exact_musd"] if "exact_musd" in table else []))),
            winners,
        )
    show_table(shown, language)


def _show(route: Route, rank: int, network: Network, language: Language) -> None:
    """One route as a table: legs with running kilometres, hours and dollars; its sums above."""

    from peyvand.corridors.routes import T_PER_TEU, spoken_mode
    from peyvand.locale import number, text

    sums = {
        "rank": number(rank, language),
        "days": number(route.hours / 24, language, decimals=1),
        "km": number(route.length_km, language),
        "usd": number(route.usd_per_t, language),
        "usd_per_teu": number(route.usd_per_t * T_PER_TEU, language),
        "stops": number(route.stop_hours, language),
        "assumed": number(100 * route.assumed_hours_share, language),
    }
    title = text("corridors.routes.title", language, **sums)
    table = new_table(title)
    for name in ("from", "to", "by", "km", "hours", "usd", "known"):
        number_of = name in ("km", "hours", "usd")
        table.add_column(text(f"corridors.routes.columns.{name}", language), justify="right" if number_of else "left")
    for leg in route.legs:
        stop = leg.kind == "stop"
        table.add_row(
            place_name(network, leg.at, language),
            text("corridors.routes.stop", language) if stop else place_name(network, leg.to, language),
            spoken_mode(leg.mode, language),
            "" if stop else number(leg.length_km, language),
            number(leg.hours, language, decimals=1),
            number(leg.usd_per_t, language, decimals=1),
            text(f"status.{leg.status}", language),
        )
    show_table(table, language)


def place_name(network: Network, name: str, language: Language) -> str:
    """A place as the reader writes it."""
    row = network.nodes.iloc[network.place[name]]
    return str(row["name_fa"] or name) if language == "fa" else name
