"""The line of work on either database: bounded, done once, given back when a worker dies, cancelled."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from subprocess import PIPE

import pytest
from sqlalchemy import update
from tests.registries import copy_of, nothing
from tests.web.conftest import BOTH

from peyvand.errors import BusyError
from peyvand.registry import Registry
from peyvand.registry.models import table_of
from peyvand.registry.server import Job
from peyvand.web import queue
from peyvand.web.holders import name_of_this_process

TITLE = {"en": "A test", "fa": "آزمون"}
pytestmark = BOTH


@pytest.fixture
def place(backend, prepared, tmp_path, request):
    return copy_of(nothing, backend, prepared, tmp_path, request)


@pytest.fixture
def engine(place):
    registry = Registry.open(place)
    yield registry.engine
    registry.close()


def ask(engine, code, *, client="a", most=3, most_each=2):
    return queue.ask(
        engine, code=code, kind="run", asked={}, title=TITLE, client=client, most=most, most_each=most_each
    )


def age(engine, code, **columns):
    with engine.begin() as connection:
        connection.execute(update(table_of(Job)).where(table_of(Job).c.code == code).values(**columns))


def test_the_same_question_waits_once(engine):
    assert ask(engine, "1").state == "waiting"
    assert ask(engine, "1", client="b").code == "1"
    assert queue.newest(engine)[1] == 1


def test_the_line_is_bounded_for_each_and_for_all(engine):
    ask(engine, "1")
    ask(engine, "2")
    with pytest.raises(BusyError, match="you have enough"):
        ask(engine, "3")
    ask(engine, "3", client="b")
    with pytest.raises(BusyError, match="full"):
        ask(engine, "4", client="c")


def test_the_oldest_is_claimed_first_and_by_one(engine):
    for code in ("1", "2"):
        ask(engine, code)
        age(engine, code, asked_at=f"2026-01-01T00:00:0{code}")
    assert queue.claim(engine, "one").code == "1"
    assert queue.claim(engine, "other").code == "2"
    assert queue.claim(engine, "third") is None


def test_a_dead_workers_job_is_done_again_twice_at_most(engine):
    ask(engine, "1")
    for _ in range(queue.MOST_TRIES):
        assert queue.claim(engine, "mortal") is not None
        assert queue.requeue_lost(engine) == 0  # its heart has just beaten
        age(engine, "1", beat_at="2026-01-01T00:00:00")
        queue.requeue_lost(engine)
    assert queue.get(engine, "1").state == "failed"
    assert "interrupted" in queue.get(engine, "1").error["message"]


@pytest.fixture
def elsewhere():
    """A process of this machine that lives until its pipe is closed, and its name as a worker's."""
    say = "from peyvand.web.holders import name_of_this_process as me; print(me(), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", say], stdin=PIPE, stdout=PIPE, text=True) as process:
        yield process, process.stdout.readline().strip()
        process.kill()


def test_work_of_a_dead_process_goes_back_at_once_and_what_is_done_stays(engine, elsewhere):
    process, worker = elsewhere
    for code in ("1", "2"):
        ask(engine, code)
        queue.claim(engine, worker)
    queue.finish(engine, "1", worker)
    assert queue.requeue_lost(engine) == 0
    process.kill()
    process.wait()
    assert queue.requeue_lost(engine) == 1
    assert [queue.get(engine, code).state for code in ("1", "2")] == ["done", "waiting"]


def test_a_second_server_leaves_living_work_alone(engine, place):
    """A server that starts on a shared database, while another's workers compute: here, or on another machine."""
    for code, worker in (("1", name_of_this_process()), ("2", "another-machine:12:345")):
        ask(engine, code)
        queue.claim(engine, worker)
    second = Registry.open(place)
    assert queue.requeue_lost(second.engine) == 0
    age(engine, "2", beat_at="2026-01-01T00:00:00")
    assert queue.requeue_lost(second.engine) == 1
    second.close()
    assert queue.finish(engine, "1", name_of_this_process())
    assert queue.get(engine, "2").state == "waiting"


def test_a_late_worker_cannot_finish_what_is_no_longer_its_own(engine):
    ask(engine, "1")
    queue.claim(engine, "slow")
    age(engine, "1", beat_at="2026-01-01T00:00:00")
    queue.requeue_lost(engine)
    queue.claim(engine, "quick")
    assert not queue.finish(engine, "1", "slow")
    assert not queue.beat(engine, "1", "slow")
    assert queue.finish(engine, "1", "quick")


def test_cancelled_work_is_not_finished_and_may_be_asked_again(engine):
    ask(engine, "1")
    queue.claim(engine, "me")
    assert queue.cancel(engine, "1").state == "cancelled"
    assert not queue.beat(engine, "1", "me", step="equilibrium")
    assert not queue.finish(engine, "1", "me")
    assert ask(engine, "1").state == "waiting"


# -- at once -------------------------------------------------------------------------------------------------------
def test_many_workers_take_each_piece_once(engine, place):
    """Workers with connections of their own, on a line that is longer than they are many."""
    codes = [f"{number:02}" for number in range(20)]
    for code in codes:
        ask(engine, code, most=99, most_each=99)

    def work(name):
        own, taken = Registry.open(place), []
        while (job := queue.claim(own.engine, name)) is not None:
            taken.append(job.code)
            assert queue.finish(own.engine, job.code, name)
        own.close()
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(work, ["one", "two", "three", "four"]))
    assert sorted(code for each in taken for code in each) == codes
    assert {queue.get(engine, code).state for code in codes} == {"done"}


def test_the_bound_holds_for_those_who_ask_at_once(engine, place):
    def press(number):
        own = Registry.open(place)
        try:
            return ask(own.engine, f"{number % 6}", most=4, most_each=99).code
        except BusyError:
            return None
        finally:
            own.close()

    with ThreadPoolExecutor(6) as pool:
        taken = {code for code in pool.map(press, range(12)) if code}
    assert len(taken) == 4
    assert queue.newest(engine)[1] == 4
