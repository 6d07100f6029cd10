"""Questions that ship and their page: figures by single solves, both languages, nothing loaded from elsewhere."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from numpy.testing import assert_allclose
from tests.worlds import small_world

from peyvand.errors import ScenarioError, UnknownNameError
from peyvand.reports.unions import write_answer
from peyvand.reports.unions.lattice import lattice
from peyvand.scenarios import Tariff, open_scenario
from peyvand.trade import CaliendoParro
from peyvand.unions import search, stability
from peyvand.unions.advice import advice, advice_words
from peyvand.unions.questions import OPTIONS, Question, ask, question, shipped, variant
from peyvand.world import World


@pytest.fixture(scope="module")
def joined():
    return ask("iran-eaeu", draws=3)


@pytest.fixture(scope="module")
def searched():
    asked = Question(title={"en": "Four", "fa": "چهار"}, kind="search", scenario="eco-ten", variants=("tariffs",))
    scenario = open_scenario("eco-ten").with_members(["IRN", "KAZ", "UZB", "TUR"])
    from peyvand.unions.draws import draw_unions
    from peyvand.unions.questions import SearchAnswer

    found = search(World.embedded(), variant(scenario, "tariffs"))
    return SearchAnswer(question=asked, landscapes={"tariffs": found}, draws={"tariffs": draw_unions(found, draws=3)})


def test_every_shipped_question_can_be_read():
    for name in shipped():
        held = question(name)
        assert held.title["en"]
        assert held.title["fa"]
        open_scenario(held.scenario)
    with pytest.raises(UnknownNameError, match="no question 'eco'"):
        question("eco")


def test_free_trade_is_the_scenario_and_joining_takes_the_others_tariffs(joined):
    world, solver = joined.world, CaliendoParro()
    alone = solver.solve(world, joined.scenario.shock(world))
    assert_allclose(joined.table["free_trade_percent"], 100 * (alone["welfare_hat"] - 1), atol=1e-6)
    others = [code for code in joined.scenario.members if code != "IRN"]
    assert len(others) == 5
    flow = (
        world["trade_flow"]
        .sel(importer=others, sector="textiles_light")
        .drop_sel(exporter=list(joined.scenario.members))
    )
    tariff = (
        world["tariff_rate"]
        .sel(importer=others, sector="textiles_light")
        .drop_sel(exporter=list(joined.scenario.members))
    )
    mean = float((flow * tariff).sum() / flow.sum())
    assert_allclose(joined.external_rates["textiles_light"], mean, rtol=0.05)  # pairs with free trade are left out
    assert joined.table["join_better_probability"].between(0, 1).all()


def test_who_refuses_is_who_loses(joined):
    for option in OPTIONS:
        losers = set(joined.refusing(option))
        for row in joined.table.to_dict("records"):
            if row["member"]:
                assert (row["economy"] in losers) == (row[f"{option}_percent"] < -1e-4)
    assert joined.better in (None, *OPTIONS)


def test_a_scenario_without_tariffs_has_no_such_variant():
    with pytest.raises(ScenarioError, match="no tariff provisions"):
        variant(open_scenario("green-lanes-east"), "tariffs")


@pytest.mark.parametrize("which", ["joined", "searched"])
def test_the_page_says_it_in_both_languages(which, request, tmp_path):
    answer = request.getfixturevalue(which)
    page = write_answer(answer, tmp_path).read_text(encoding="utf-8")
    for language, direction in (("en", "ltr"), ("fa", "rtl")):
        assert f'lang="{language}" dir="{direction}"' in page
        assert answer.question.title[language] in unescape(page)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert "{" not in re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    told = json.loads((tmp_path / "unions.json").read_text(encoding="utf-8"))
    assert told["title"] == answer.question.title
    assert list(tmp_path.glob("*.csv"))
    assert not list(tmp_path.glob(".*"))


def test_the_table_of_the_page_has_what_breaks_each_union(searched, tmp_path):
    landscape = searched.landscapes["tariffs"]
    page = write_answer(searched, tmp_path).read_text(encoding="utf-8")
    held = stability(landscape.game, "individual")
    assert page.count("would leave: it gains") + page.count("would join: it gains") >= int(
        (held.asked & ~held.stable).sum()
    )


def test_the_lattice_draws_every_union_of_few(searched):
    landscape = searched.landscapes["tariffs"]
    drawn = lattice(landscape, stability(landscape.game, "individual"), 15)
    assert {node.union for node in drawn.nodes} == {number for number in range(16) if number.bit_count() >= 2}
    assert not drawn.cut
    by_union = {node.union: node for node in drawn.nodes}
    assert by_union[15].y < by_union[3].y
    assert len({(node.x, node.y) for node in drawn.nodes}) == 11


def test_advice_says_how_and_what_would_keep_it():
    world = small_world(6, 2, 3, openness=0.5)
    found = search(world, world.economies[:4], [Tariff(kind="tariff", cut_share=1.0)])
    given = advice(found)
    json.dumps(given.to_dict())
    for language in ("en", "fa"):
        assert advice_words(given, language)
    assert given.holds == bool(stability(found.game, "internal").stable[-1])
    assert given.holds == (given.changes == ())
