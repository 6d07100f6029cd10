"""Bad networks, odd questions and refusals; the network that ships."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from click.testing import CliRunner
from tests.corridors.networks import network_of, two_ways

from peyvand.cli import cli
from peyvand.corridors import AllenArkolakis, Network, carriage, routes
from peyvand.corridors.checks import problems
from peyvand.corridors.freight import carried, freight, freight_table
from peyvand.corridors.measures import after_transit
from peyvand.errors import (
    DataError,
    DispersionError,
    NetworkError,
    NoRouteError,
    ScenarioError,
    UnknownNameError,
    UnknownSectorError,
)
from peyvand.scenarios import NewLink, Transit, parse_scenario
from peyvand.world import World

PLACES = [{"name": "A"}, {"name": "B"}]
ROAD = {"from_node": "A", "to_node": "B", "mode": "road", "length_km": 300, "hours": 10}
BAD = {
    "negative hours": (PLACES, [ROAD | {"hours": -1}], "hours is -1"),
    "a missing place": (PLACES, [ROAD | {"to_node": "Bb"}], "no place 'Bb'; did you mean 'B'"),
    "two at one place": ([*PLACES, {"name": "C", "latitude_deg": 0.0, "longitude_deg": 0.0}], [ROAD], "at one place"),
    "an unknown gauge": (PLACES, [ROAD | {"mode": "rail", "gauge_mm": 1521}], "unknown gauge 1521 mm"),
    "rail without a gauge": (PLACES, [ROAD | {"mode": "rail"}], "unknown gauge nan"),
    "an unknown mode": (PLACES, [ROAD | {"mode": "roda"}], "did you mean 'road'"),
    "an unknown kind": ([PLACES[0] | {"kind": "cty"}, PLACES[1]], [ROAD], "did you mean 'city'"),
    "a name twice": ([*PLACES, {"name": "A"}], [ROAD], "A stands twice"),
    "a link twice": (PLACES, [ROAD, ROAD | {"from_node": "B", "to_node": "A"}], "stands twice"),
    "a link to itself": (PLACES, [ROAD | {"to_node": "A"}], "to itself"),
    "off the Earth": ([PLACES[0] | {"latitude_deg": 91.0}, PLACES[1]], [ROAD], "lies at 91"),
    "no departures": (PLACES, [ROAD | {"departures_per_week": 0}], "0.0 departures"),
    "a word for a number": (PLACES, [ROAD | {"hours": "ten"}], "'ten', not a number"),
}


@pytest.mark.parametrize(("nodes", "links", "message"), BAD.values(), ids=BAD)
def test_bad_networks_get_named_errors(nodes, links, message):
    with pytest.raises(NetworkError) as caught:
        network_of(nodes, links)
    assert message in caught.value.message


def test_the_network_that_ships_is_sound():
    network = Network.embedded()
    assert len(network) >= 150
    assert problems(network) == {}
    assert set(World.embedded().economies) - {"ROW"} <= set(network.nodes["economy"])


def test_remarks_name_what_is_odd():
    island = network_of(
        [*PLACES, {"name": "C"}, {"name": "D"}], [ROAD | {"hours": 1}, ROAD | {"from_node": "C", "to_node": "D"}]
    )
    found = problems(island)
    assert "300 km by road in 1 h" in found["speeds_are_possible"][0]
    assert len(found["all_is_joined"]) == 2


def test_the_network_is_compiled_to_the_letter(data_folder):
    """The shipped tables are what the compilation gives today."""
    from peyvand.corridors.compile.eurasia import build_corridors

    built, held = build_corridors(data_folder), Network.embedded()
    assert built.nodes.to_csv(index=False) == held.nodes.to_csv(index=False)
    assert built.links.to_csv(index=False) == held.links.to_csv(index=False)


def test_names_are_found_in_both_languages_or_the_nearest_is_offered():
    network = Network.embedded()
    assert network.resolve("تهران") == network.resolve("tehran")
    assert len(network.resolve("Sarakhs")) == 2
    with pytest.raises(UnknownNameError) as caught:
        network.resolve("Sarahks")
    assert "Sarakhs" in caught.value.hint
    with pytest.raises(UnknownNameError, match="more than one place"):
        network.resolve_one("Sarakhs")
    with pytest.raises(UnknownNameError, match="no link"):
        network.links_between("Tehran", "Moscow")


def test_via_avoid_and_unreachable():
    network = two_ways()
    assert routes("A", "D", by="time", network=network)[0].places == ("A", "B", "D")
    assert routes("A", "D", by="time", network=network, via=["C"])[0].places == ("A", "C", "D")
    for avoid in ("B", "rail", "A > B"):
        assert "C" in routes("A", "D", network=network, avoid=[avoid])[0].places
    assert "begins where it ends" in routes("A", "A", network=network).reason
    shut = network.with_tables(links=network.links.assign(open=network.links["mode"] == "rail"))
    assert "closed: D – E" in routes("D", "E", network=shut).reason
    for bad in ({"by": "tmie"}, {"k": 0}):
        with pytest.raises(DataError):
            routes("A", "D", network=network, **bad)
    with pytest.raises(UnknownNameError):
        routes("A", "D", network=network, avoid=["Bb"])


def test_a_route_adds_up():
    route = routes("A", "D", by="time", k=1, network=two_ways())[0]
    assert (route.hours, route.stop_hours, route.length_km) == (42.0, 20.0, 1000.0)
    assert route.usd_per_t == 18 + 3 + 4 + 40
    diagram = route.diagram()
    assert diagram[0][:3] == (0.0, 0.0, 0.0)
    assert diagram[-1][:3] == (1000.0, 42.0, 65.0)
    stops = [b[1] - a[1] for a, b in pairwise(diagram) if a[0] == b[0]]
    assert stops == [20.0]
    assert json.loads(json.dumps(route.as_dict()))["days"] == 1.75


def test_divergent_dispersion_is_refused_with_the_least():
    with pytest.raises(DispersionError) as caught:
        AllenArkolakis(dispersion={"mining": 0.01}).cost(two_ways(), ("mining",))
    least = caught.value.context["least"]
    assert (
        AllenArkolakis(dispersion={"mining": 1.01 * least}).cost(two_ways(), ("mining",)).dispersion["mining"] > least
    )
    with pytest.raises(DispersionError, match="vanish"):
        AllenArkolakis(dispersion={"mining": 1e5}).cost(two_ways(), ("mining",))
    with pytest.raises(DispersionError, match="radius"):
        AllenArkolakis(radius=1.0)
    free = two_ways()
    free = free.with_tables(links=free.links.assign(hours=0.0, usd_per_t=0.0))
    with pytest.raises(DispersionError):
        AllenArkolakis().cost(free, ("mining",))


def test_provisions_change_what_they_say():
    network = two_ways()
    row = network.resolve_one("B")
    capped = after_transit(
        network, [Transit(crossings=("B",), max_dwell_time_h=6, max_fee_usd_per_t=1, one_gauge=True)]
    )
    assert tuple(capped.nodes.loc[row, ["pass_h", "pass_usd_per_t", "gauge_change_usd_per_t"]]) == (6, 1, 0)
    faster = after_transit(network, [Transit(links=(("A", "B"),), hours_cut_share=0.5, cost_cut_share=0.5)])
    assert tuple(faster.links.loc[0, ["hours", "usd_per_t"]]) == (3.5, 9)
    often = Transit(links=(("A", "C"),), departures_per_week=14, departures_per_week_today=7)
    assert after_transit(network, [often]).links.loc[2, "hours"] == 24
    built = after_transit(network, [Transit(new_links=(NewLink(between=("A", "E"), mode="road", length_km=100),))])
    assert built.links.iloc[-1]["hours"] == pytest.approx(
        100
        / (network.links.query("mode == 'road'")["length_km"] / network.links.query("mode == 'road'")["hours"]).median()
    )
    assert (network.nodes["pass_h"] == two_ways().nodes["pass_h"]).all()


@pytest.mark.parametrize(
    "provision",
    [
        Transit(crossings=("Bb",), max_dwell_time_h=1),
        Transit(links=(("A", "E"),), hours_cut_share=0.1),
        Transit(links=(("A", "C"),), departures_per_week=3),
        Transit(new_links=(NewLink(between=("A", "C"), mode="road"),)),
        Transit(new_links=(NewLink(between=("A", "C"), mode="ferry"),)),
    ],
)
def test_provisions_that_do_not_fit_the_network_are_refused(provision):
    with pytest.raises(ScenarioError):
        after_transit(two_ways(), [provision])


HEAD = 'title = { en = "x", fa = "x" }\nmembers = ["IRN", "KAZ"]\n[[provision]]\nkind = "transit"\n'


@pytest.mark.parametrize(
    "text",
    [
        "max_dwell_time_h = 6", 'crossings = ["B"]', "", 'crossings = ["B"]\nmax_dwell_time_h = -1',
        'crossings = ["B"]\nmax_dwell_time_h = 1\nsectors = ["mining"]', 'crossings = ["B"]\nhours_cut_share = 0.1',
        '[[provision.new_links]]\nbetween = ["A", "B"]\nmode = "rail"',
    ],
)  # fmt: skip
def test_unclear_transit_provisions_are_refused(text):
    with pytest.raises(ScenarioError):
        parse_scenario(HEAD + text)


def test_the_world_meets_the_network():
    """A union of members only: others' carriage moves by what is for all; services and home stay."""
    network, world = Network.embedded(), World.embedded()
    union = parse_scenario(HEAD + 'who = "members"\ncrossings = ["Incheh Borun", "Bolashak"]\nmax_dwell_time_h = 3\n')
    found = carriage(union.effect(world), network=network)
    hat = found.cost_hat
    assert float(hat.sel(exporter="IRN", importer="KAZ").min()) < 1
    others = hat.where((hat["exporter"] != "IRN") & (hat["exporter"] != "KAZ"), drop=True)
    assert (others == 1).all()
    assert (hat.sel(sector="other_services") == 1).all()
    assert float(hat.max()) == 1.0
    table = found.crossings()
    assert {"hours", "hours_after", "tonnes"} <= set(table)


def test_cutting_off_a_trading_pair_is_refused():
    world = World.embedded()
    union = parse_scenario(HEAD + 'crossings = ["Ulaanbaatar"]\nclosed = true\n')
    with pytest.raises(NoRouteError, match="MNG"):
        carriage(union.effect(world))


def test_services_are_not_carried_and_unknown_goods_are_refused():
    assert "other_services" not in carried(("mining", "other_services"))
    with pytest.raises(UnknownSectorError):
        freight("other_services")
    assert (freight_table()[["value_status", "time_status"]] == "assumed").all().all()
    assert freight("mining").usd_per_t_hour < freight("machinery_equipment").usd_per_t_hour


def test_the_command_line_answers(tmp_path):
    def ask(*words):
        return CliRunner().invoke(cli, ["corridors", *words])

    found = json.loads(ask("routes", "Tehran", "Almaty", "-k", "2", "--json").output)
    assert len(found["routes"]) == 2
    assert "روز" in ask("routes", "تهران", "آلماتی", "--language", "fa").output
    none = ask("routes", "Lahore", "Wagah", "--json")
    assert none.exit_code == 1
    assert "closed" in json.loads(none.output)["reason"]
    assert ask("check").exit_code == 0
    assert json.loads(ask("check", "--json").output)["problems"] == {}
    for name in ("net", "net.geojson"):
        assert ask("export", str(tmp_path / name)).exit_code == 0
        assert ask("check", "--network", str(tmp_path / name)).exit_code == 0


def test_ones_own_places_and_links_extend_or_replace(tmp_path):
    """Links end at places of the network; of a place that it holds, what the file does not say stays."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "node.csv").write_text(
        "node_id,x_coord,y_coord,kind,economy,pass_h\n"
        "Incheh Borun (rail),54.72,37.45,rail_crossing,IRN,2\nMy Dry Port,52.0,36.9,dry_port,IRN,0\n",
        encoding="utf-8",
    )
    (own / "link.csv").write_text(
        "from_node_id,to_node_id,allowed_uses,length,hours,usd_per_t\nMy Dry Port,Tehran,road,180,4,12\n",
        encoding="utf-8",
    )

    def ask(*words):
        return json.loads(CliRunner().invoke(cli, ["corridors", *words, "--json"]).output)

    assert ask("routes", "My Dry Port", "Tehran", "--extend", str(own))["routes"][0]["hours"] == 4.0
    before, after = (
        ask("routes", "Tehran", "Ashgabat", "--via", "Incheh Borun (rail)", "-k", "1", *words)["routes"][0]
        for words in ((), ("--extend", str(own)))
    )
    assert before["hours"] - after["hours"] == pytest.approx(20.6 - 2, abs=0.01)
    assert before["usd_per_t"] == pytest.approx(after["usd_per_t"])
    whole = tmp_path / "whole.geojson"
    CliRunner().invoke(cli, ["corridors", "export", str(whole), "--extend", str(own)])
    assert ask("check", "--network", str(whole))["nodes"] == len(Network.embedded()) + 1
    assert ask("routes", "My Dry Port", "Tehran", "--network", str(whole))["routes"][0]["hours"] == 4.0
