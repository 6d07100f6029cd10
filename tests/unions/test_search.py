"""The search: every union is the one solved alone, blocks are kept and taken up again, and nonsense is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.worlds import small_world

from peyvand.errors import ModelError, OutputError, ScenarioError, UnknownNameError
from peyvand.scenarios import BorderCost, Tariff, Union, open_scenario
from peyvand.trade import CaliendoParro
from peyvand.unions import search, stability
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
]


# -- laws ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("said", CASES, ids=lambda said: str(said.get("external_tariff", "free")))
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
        for name in ("iceberg_cost_hat", "tariff_rate_counterfactual"):
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


def test_a_shared_pool_of_duties_is_refused():
    world = world_of()
    union = union_of(
        world, kind="customs-union", external_tariff={"sector_1": 0.1}, revenue_shares="population"
    )  # fmt: skip
    with pytest.raises(ScenarioError, match="shared pool"):
        search(world, union)


def test_transit_is_refused_with_a_way_out():
    with pytest.raises(ScenarioError, match="routes") as caught:
        terms_of(World.embedded(), open_scenario("green-lanes-east"))
    assert "peyvand run" in caught.value.hint


def test_the_embedded_world_in_twenty_random_unions(test_size):
    world = World.embedded()
    found = search(world, open_scenario("eco-ten"))
    assert not found.failed
    solver = CaliendoParro()
    for number in np.random.default_rng(1).integers(3, 1024, int(5 * test_size)):
        members = found.members(int(number))
        alone = solver.solve(world, found.terms.shock(members))
        assert_allclose(found.welfare_hat[number], alone["welfare_hat"], rtol=1e-8)
