"""A sweep on a local Dask cluster, and one of whose workers is killed in the middle."""

from __future__ import annotations

import os
import signal
import time

import pytest
from tests.worlds import small_world

from peyvand.errors import ModelError
from peyvand.scenarios import Tariff
from peyvand.trade.batch import Solved
from peyvand.unions import search
from peyvand.unions.blocks import solve_blocks
from peyvand.unions.cluster import cluster

distributed = pytest.importorskip("distributed", reason="needs the extra dask")
FREE = [Tariff(kind="tariff", cut_share=1.0)]


@pytest.fixture(scope="module")
def workers():
    """Two workers of this machine, restarted when they die."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as local:
        yield local


def test_a_killed_worker_leaves_the_result_as_it_is(workers, monkeypatch, tmp_path):
    """Its block is redone by another; the figures are the same to the last bit."""
    monkeypatch.setattr("peyvand.unions.searches.SMALLEST_BLOCK_BITS", 7)
    world = small_world(12, 2, 5)
    here = search(world, world.economies[:11], FREE)
    killed = []

    def kill_once(share):
        if not killed and share > 0.1:
            victim = next(iter(workers.workers.values()))
            killed.append(victim.process.pid)
            os.kill(victim.process.pid, signal.SIGKILL)

    with cluster(workers.scheduler_address) as executor:
        there = search(world, world.economies[:11], FREE, store=tmp_path, executor=executor, progress=kill_once)
    assert killed
    assert len(list(tmp_path.rglob("*.parquet"))) == 16
    assert (there.welfare_hat == here.welfare_hat).all()


def test_a_scheduler_that_does_not_answer(monkeypatch):
    monkeypatch.setattr("peyvand.unions.cluster.ANSWER_S", 1)
    with pytest.raises(ModelError, match="no Dask scheduler"), cluster("tcp://127.0.0.1:1"):
        pass


class Dies:
    """Kills its process the first time it is asked for a block, as too little memory would."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, block: int) -> Solved:
        import numpy as np

        asked = self.folder / f"asked-{block}"
        if block == 1 and not asked.exists():
            asked.write_text("once")
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)
        return Solved(
            numbers=np.array([block]), welfare_hat=np.full((1, 1), float(block)), residual=np.zeros(1), failed={}
        )


def test_a_killed_process_has_its_block_redone(tmp_path):
    blocks = solve_blocks(Dies(tmp_path), 4, key="k" * 24, economies=("AAA",), processes=True, workers=2)
    assert sorted((block, float(solved.welfare_hat[0, 0])) for block, solved in blocks) == [
        (0, 0.0), (1, 1.0), (2, 2.0), (3, 3.0),
    ]  # fmt: skip
