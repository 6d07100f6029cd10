"""The search: every union is the one solved alone, blocks are kept and taken up again, and nonsense is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.worlds import small_world

from peyvand.corridors import carriage
from peyvand.errors import ModelError, OutputError, ScenarioError, UnknownNameError
from peyvand.mobility import people_of
from peyvand.scenarios import BorderCost, Tariff, Union, Visa, open_scenario
from peyvand.trade import CaliendoParro
from peyvand.unions import draw_unions, search, stability
from peyvand.unions.blocks import hash_of, read_block
from peyvand.unions.confirm import confirm
from peyvand.unions.local import climb
from peyvand.unions.terms import terms_of
from peyvand.world import World

TITLE = {"en": "a test", "fa": "آزمون"}
FREE = (Tariff(kind="tariff", cut_share=1.0), BorderCost(kind="border_cost", cut_percent=5))


def world_of(n=6, s=2, seed=3):
    return small_world(n, s, seed)


def union_of(world, k=4, **said):
    said.setdefault("provisions", FREE)
    return Union(title=TITLE, members=world.economies[:k], world=world.name, **said)


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of four unions, so that a small search has several."""
    monkeypatch.setattr("peyvand.trade.sweep.BATCH_BITS", 1)
    monkeypatch.setattr("peyvand.unions.searches.SMALLEST_BLOCK_BITS", 2)


CASES = [
    {},
    {"kind": "customs-union", "external_tariff": {"sector_1": 0.12}},
    {"kind": "customs-union", "external_tariff": "own"},
    {"kind": "customs-union", "external_tariff": "average"},
    {"kind": "customs-union", "external_tariff": "minimum"},
    {"kind": "customs-union", "external_tariff": {"sector_1": 0.12}, "revenue_shares": "equal"},
    {"kind": "customs-union", "external_tariff": "average", "revenue_shares": "imports"},
]


# -- laws ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("said", CASES, ids=lambda said: " ".join(map(str, said.values())) or "free")
def test_every_union_is_the_one_of_its_own_file_solved_alone(said):
    world = world_of()
    union = union_of(world, **said)
    found = search(world, union, tol=1e-10)
    assert found.exhaustive
    solver = CaliendoParro(tol=1e-11)
    for number in range(16):
        members = found.members(number)
        row = found.welfare_hat[number]
        if len(members) < 2:
            assert (row == 1).all()
            continue
        shock = union.with_members(members).effect(world).shock()
        assert set(found.terms.shock(members).data) == set(shock.data)
        for name in shock.data:
            ours = found.terms.shock(members)[name].transpose(*shock[name].dims)
            assert_allclose(ours.values, shock[name].values, rtol=1e-12)
        assert_allclose(row, solver.solve(world, shock)["welfare_hat"], rtol=1e-8)


def test_a_common_tariff_equal_to_ones_own_is_free_trade():
    world = world_of()
    free, customs = search(world, union_of(world)), search(world, union_of(world, **CASES[2]))
    assert_allclose(free.welfare_hat, customs.welfare_hat, rtol=1e-12)


def test_payoffs_are_the_equivalent_variation():
    world = world_of()
    found = search(world, union_of(world, 3))
    members = found.candidates[:2]
    alone = CaliendoParro().solve(world, found.terms.shock(members))
    ours = found.union(members)["real_income_change_musd"]
    assert_allclose(ours, alone["real_income_change_musd"], rtol=1e-6)
    frame = found.frame()
    assert len(frame) == 8 * 6
    assert frame.loc[frame["member"], "economy"].isin(found.candidates).all()


def test_candidates_may_be_named_without_a_file():
    world = world_of()
    found = search(world, [f"Country {code}" for code in world.economies[:3]], FREE)
    assert found.candidates == world.economies[:3]
    assert_allclose(found.welfare_hat, search(world, union_of(world, 3)).welfare_hat)


@pytest.mark.parametrize("concept", ["internal", "external_open", "individual", "core", "core_with_transfers"])
def test_every_deviation_is_solved_again(concept):
    """Tariffs alone on random Worlds: what breaks a union there breaks it by the single-scenario solver too."""
    checked = 0
    for seed in range(4):
        world = small_world(5, 2, seed, openness=0.5)
        found = search(world, union_of(world, 4, provisions=FREE[:1]))
        held = stability(found.game, concept)
        for number in np.flatnonzero(held.asked & ~held.stable):
            again = confirm(found, held.deviation(int(number)))
            assert again.holds
            assert again.off_share < 1e-7
            checked += 1
    assert checked > 5


def test_a_world_moved_to_a_later_day_and_balanced_trade():
    world = world_of()
    model = CaliendoParro(deficit_rule="eliminated")
    found = search(world, union_of(world, 2), model=model)
    alone = model.solve(world, union_of(world, 2).shock(world))
    assert_allclose(found.welfare_hat[3], alone["welfare_hat"], rtol=1e-7)


# -- blocks ----------------------------------------------------------------------------------------------------------
def test_blocks_are_kept_and_read(tmp_path, monkeypatch, small_blocks):
    world = world_of()
    told = []
    first = search(world, union_of(world, 5), store=tmp_path, progress=told.append)
    files = sorted(tmp_path.rglob("*.parquet"))
    assert len(files) == 8
    assert told == pytest.approx([at / 8 for at in range(1, 9)])
    monkeypatch.setattr("peyvand.unions.searches.SweepTask.__call__", None)
    again = search(world, union_of(world, 5), store=tmp_path)
    assert (again.welfare_hat == first.welfare_hat).all()
    assert not list(tmp_path.rglob("*.part"))


class Interrupted(ThreadPoolExecutor):
    """Takes work in turn, and is interrupted after some blocks."""

    def __init__(self, blocks):
        super().__init__(1)
        self.left = blocks

    def submit(self, work, task, block):
        def once():
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return work(task, block)

        return super().submit(once)


def test_an_interrupted_search_goes_on(tmp_path, monkeypatch, small_blocks):
    world = world_of()
    whole = search(world, union_of(world, 5))
    with pytest.raises(KeyboardInterrupt), Interrupted(3) as executor:
        search(world, union_of(world, 5), store=tmp_path, executor=executor)
    kept = {path.name for path in tmp_path.rglob("*.parquet")}
    assert len(kept) == 3
    solved = []
    really = _task_call()

    def counted(self, block):
        solved.append(block)
        return really(self, block)

    monkeypatch.setattr("peyvand.unions.searches.SweepTask.__call__", counted)
    resumed = search(world, union_of(world, 5), store=tmp_path)
    assert len(solved) == 5
    assert not {f"{block:05d}.parquet" for block in solved} & kept
    assert (resumed.welfare_hat == whole.welfare_hat).all()


def _task_call():
    from peyvand.unions.searches import SweepTask

    return SweepTask.__call__


def test_a_damaged_block_is_solved_again(tmp_path, small_blocks):
    world = world_of()
    first = search(world, union_of(world, 4), store=tmp_path)
    path = sorted(tmp_path.rglob("*.parquet"))[1]
    path.write_bytes(path.read_bytes()[:200])
    key = first.meta["sweep"]
    assert read_block(tmp_path, key, 1, world.economies) is None
    again = search(world, union_of(world, 4), store=tmp_path)
    assert (again.welfare_hat == first.welfare_hat).all()
    assert read_block(tmp_path, key, 1, world.economies) is not None


def test_other_data_have_other_blocks(tmp_path):
    world = world_of()
    other = CaliendoParro(deficit_rule="multiplicative")
    keys = {
        search(world, union_of(world, 2), store=tmp_path).meta["sweep"],
        search(world, union_of(world, 3), store=tmp_path).meta["sweep"],
        search(world, union_of(world, 2, provisions=FREE[:1]), store=tmp_path).meta["sweep"],
        search(world_of(seed=4), union_of(world, 2), store=tmp_path).meta["sweep"],
        search(world, union_of(world, 2), store=tmp_path, tol=1e-9).meta["sweep"],
        search(world, union_of(world, 2), store=tmp_path, model=other).meta["sweep"],
    }  # fmt: skip
    assert len(keys) == 6
    assert hash_of(np.zeros(2)) != hash_of(np.zeros(3))


def test_processes_give_the_same_figures(monkeypatch, small_blocks):
    world = world_of()
    threads = search(world, union_of(world, 5))
    monkeypatch.setattr("peyvand.unions.searches.PROCESSES_FROM", 1)
    assert (search(world, union_of(world, 5), workers=2).welfare_hat == threads.welfare_hat).all()


def test_a_folder_that_may_not_be_written(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("here")
    world = world_of()
    with pytest.raises(OutputError):
        search(world, union_of(world, 2), store=Path(blocked))


# -- a search that is one --------------------------------------------------------------------------------------------
def test_beyond_the_limit_a_search_says_that_it_is_one(monkeypatch):
    world = world_of(7)
    full = search(world, union_of(world, 6), tol=1e-9)
    monkeypatch.setattr("peyvand.unions.searches.MOST_EXHAUSTIVE", 5)
    some = search(world, union_of(world, 6), tol=1e-9, starts=3)
    assert not some.exhaustive
    assert_allclose(some.welfare_hat, full.welfare_hat[some.numbers], rtol=1e-8)
    with pytest.raises(ModelError, match="stability needs all unions"):
        _ = some.game
    best = some.numbers[np.where(some.is_member, some.payoff, 0).sum(axis=1).argmax()]
    around = [int(best) ^ 1 << place for place in range(6)]
    assert set(around) <= set(some.numbers.tolist())
    missing = next(number for number in range(64) if number not in set(some.numbers.tolist()))
    with pytest.raises(ModelError, match="was not solved"):
        some.row(missing)
    with pytest.raises(ModelError, match="no aim"):
        search(world, union_of(world, 6), aim="best")
    with pytest.raises(ModelError, match="0 starts"):
        climb(None, None, starts=0)


# -- refusals --------------------------------------------------------------------------------------------------------
def test_nonsense_is_refused():
    world = world_of()
    with pytest.raises(ScenarioError, match="only member"):
        search(world, world.economies[:1], FREE)
    with pytest.raises(ScenarioError, match="twice"):
        search(world, [world.economies[0], world.economies[0]], FREE)
    with pytest.raises(ScenarioError, match="no economy 'XYZ'"):
        search(world, [world.economies[0], "XYZ"], FREE)
    with pytest.raises(ScenarioError, match="change nothing"):
        search(world, world.economies[:2], [Tariff(kind="tariff", cut_share=0.0)])
    with pytest.raises(ScenarioError, match="change nothing"):
        search(world, world.economies[:2])
    found = search(world, world.economies[:2], FREE)
    with pytest.raises(UnknownNameError, match="no candidate"):
        found.number([world.economies[3]])
    many = small_world(14, 1)
    with pytest.raises(ModelError, match="depends on who is in"):
        search(many, union_of(many, 13, kind="customs-union", external_tariff="average"))


def test_a_pool_shared_by_name_is_refused():
    world = world_of()
    shares = dict.fromkeys(world.economies[:4], 0.25)
    union = union_of(world, kind="customs-union", external_tariff={"sector_1": 0.1}, revenue_shares=shares)
    with pytest.raises(ScenarioError, match="without one of them"):
        search(world, union)


# -- transit ---------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def lanes():
    """Three of the four of the green lanes, and their transit terms."""
    world = World.embedded()
    return world, terms_of(world, open_scenario("green-lanes-east").with_members(["IRN", "TKM", "KAZ"]))


def test_a_union_eases_the_crossings_between_its_members_only(lanes):
    _, terms = lanes
    named = {members: terms.transit.held(members) for members in (("IRN", "TKM"), ("TKM", "KAZ"), ("IRN", "KAZ"))}
    crossings = {members: {name for each in held for name in each.crossings} for members, held in named.items()}
    assert crossings["IRN", "TKM"] == {"Incheh Borun", "Sarakhs", "Farap (rail)", "Bandar Abbas"}
    assert crossings["TKM", "KAZ"] == {"Bolashak", "Temir Baba", "Saryagash", "Farap (rail)"}
    assert crossings["IRN", "KAZ"] == {"Saryagash", "Bandar Abbas"}
    assert terms.transit.held(terms.unions.candidates) == terms.effect.transit


def test_transit_of_all_is_that_of_the_scenario(lanes):
    _, terms = lanes
    whole = carriage(terms.effect)
    shock = terms.shock(terms.unions.candidates)
    dims = whole.cost_hat.dims
    assert_allclose(shock["iceberg_cost_hat"].transpose(*dims), whole.cost_hat, rtol=1e-12)
    assert terms.depends_on_members == "what transit provisions come to"


def test_transit_for_members_only_leaves_others_alone():
    world = World.embedded()
    lanes = open_scenario("green-lanes-east")
    own = [held.model_copy(update={"who": "members"}) for held in lanes.provisions]
    terms = terms_of(world, lanes.model_copy(update={"provisions": tuple(own), "members": ("IRN", "TKM", "KAZ")}))
    hat = terms.shock(["IRN", "TKM"])["iceberg_cost_hat"].min("sector")
    moved = hat.where(abs(hat - 1) > 1e-12).stack(pair=["exporter", "importer"]).dropna("pair")
    assert {frozenset(pair) for pair in moved["pair"].values} == {frozenset({"IRN", "TKM"})}


def test_a_search_with_transit_is_each_union_solved_alone(lanes):
    world, terms = lanes
    found = search(world, open_scenario("green-lanes-east").with_members(["IRN", "TKM", "KAZ"]), tol=1e-9)
    assert not found.failed
    for number in (0b011, 0b111):
        alone = CaliendoParro(tol=1e-10).solve(world, terms.shock(found.members(number)))
        assert_allclose(found.welfare_hat[number], alone["welfare_hat"], rtol=1e-8)
    assert set(stability(found.game, "individual").numbers.tolist()) <= set(range(8))
    with pytest.raises(ModelError, match="terms that depend"):
        draw_unions(found, draws=2)


def test_a_visa_whose_effect_on_trade_is_stated_is_in_the_search():
    world = World.embedded()
    union = open_scenario("visa-free-ten").with_members(["IRN", "KAZ", "PAK"])
    provisions = tuple(
        held.model_copy(update={"goods_trade_percent": 10.0}) if isinstance(held, Visa) else held
        for held in union.provisions
    )
    terms = terms_of(world, union.model_copy(update={"provisions": provisions}))
    alone = union.model_copy(update={"provisions": provisions}).with_members(["IRN", "PAK"]).effect(world)
    cost_hat = people_of(alone, draws=1).cost_hat
    shock = terms.shock(["IRN", "PAK"])["iceberg_cost_hat"]
    assert_allclose(shock, cost_hat.transpose(*shock.dims), rtol=1e-12)
    assert float(shock.min()) < 1
    with pytest.raises(ScenarioError, match="change nothing"):
        terms_of(world, union)


def test_the_embedded_world_in_twenty_random_unions(test_size):
    world = World.embedded()
    found = search(world, open_scenario("eco-ten"))
    assert not found.failed
    solver = CaliendoParro()
    for number in np.random.default_rng(1).integers(3, 1024, int(5 * test_size)):
        members = found.members(int(number))
        alone = solver.solve(world, found.terms.shock(members))
        assert_allclose(found.welfare_hat[number], alone["welfare_hat"], rtol=1e-8)
