"""What a run leaves: files, pages, events; and what becomes of one that fails, takes too long or grows old."""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from dataclasses import replace

import pytest
from tests.web.conftest import BOTH, csrf_of
from tests.web.loops import run_alone
from tests.web.test_queue import age

from peyvand.errors import BusyError, NotFoundError, ScenarioError
from peyvand.reports.write import FILES
from peyvand.scenarios import open_scenario
from peyvand.web import queue, worker
from peyvand.web.compare import side_by_side
from peyvand.web.runs import ask_run, clean_up, result_file, run_code
from peyvand.web.show import environment
from peyvand.web.streams import Streams


@pytest.fixture
def site(app):
    return app.state.site


@pytest.fixture
def engine(site):
    return site.registry.engine


def ask_shipped(site, name="iran-kazakhstan", draws=0):
    union = open_scenario(name)
    return ask_run(site.registry, site.settings, union=union, world=site.today.world, client="a", draws=draws)


def work_off(site, **settings):
    """Do everything that waits, in this process."""
    given = {"worker": "me", "world": site.today.world, "give_up": pytest.fail}
    while (work := queue.claim(site.registry.engine, "me")) is not None:
        worker.do(site.registry, replace(site.settings, **settings), work, **given)


@BOTH
def test_old_runs_go_with_their_folders(site, engine):
    work = ask_shipped(site)
    work_off(site)
    assert result_file(site.settings, work.code, "report.html").is_file()
    clean_up(engine, site.settings)
    assert queue.get(engine, work.code).state == "done"
    age(engine, work.code, finished_at="2020-01-01T00:00:00")
    clean_up(engine, site.settings)
    with pytest.raises(NotFoundError):
        queue.get(engine, work.code)
    assert list(site.settings.runs.iterdir()) == []


# -- a run ---------------------------------------------------------------------------------------------------------
def test_a_run_leaves_every_file_and_a_page_in_both_languages(site, client):
    work = ask_shipped(site)
    work_off(site)
    assert queue.get(site.registry.engine, work.code).state == "done"
    held = {path.name for path in (site.settings.runs / work.code).iterdir()}
    assert held - FILES == {"view-en.html", "view-fa.html"}
    for language, word in (("en", "real income"), ("fa", "درآمد واقعی")):
        page = client.get(f"/{language}/runs/{work.code}/")
        assert page.status_code == 200
        assert word in page.text
        assert "<script>" not in page.text
    report = client.get(f"/en/runs/{work.code}/report.html")
    assert report.headers["content-disposition"].startswith("attachment")


def test_the_page_of_a_run_takes_the_same_parts_as_the_report():
    """Both frame the report's sections: a part that only one of them brings would be missing in the other."""
    taken = re.compile(r'from "parts.html.j2" import (.*?) with context')
    frames = [environment().loader.get_source(environment(), name)[0] for name in ("view.html.j2", "report.html.j2")]
    view, report = (set(taken.search(frame).group(1).split(", ")) for frame in frames)
    assert view == report


def test_the_name_of_a_run_follows_its_content(site):
    union, world = open_scenario("iran-kazakhstan"), site.today.world
    from peyvand.scenarios import Facts

    asked = {"scenario": union.to_toml(), "draws": 0, "seed": 0}
    code = run_code(asked, world, Facts.shipped())
    assert code == run_code(dict(asked), world, Facts.shipped())
    assert code != run_code(asked | {"draws": 10}, world, Facts.shipped())


def test_a_union_that_is_not_clear_never_waits(site):
    union = open_scenario("iran-kazakhstan").model_copy(update={"world": "/etc/passwd"})
    with pytest.raises(ScenarioError, match="holds the World"):
        ask_run(site.registry, site.settings, union=union, world=site.today.world, client="a")
    assert queue.newest(site.registry.engine)[1] == 0


def test_a_run_that_takes_too_long_is_stopped_with_a_reason(site, monkeypatch):
    monkeypatch.setattr(queue, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(worker, "simulate", lambda *_, **__: time.sleep(1))
    monkeypatch.setattr(worker, "save", lambda *_: None)
    work, stopped = ask_shipped(site), []
    claimed = queue.claim(site.registry.engine, "me")
    limits = replace(site.settings, run_seconds=0.1)
    given = {"worker": "me", "world": site.today.world, "give_up": lambda: stopped.append(1)}
    worker.do(site.registry, limits, claimed, **given)
    assert stopped
    assert "took longer" in queue.get(site.registry.engine, work.code).error["message"]


def test_a_fault_of_our_own_fails_the_run_and_not_the_worker(site, monkeypatch):
    monkeypatch.setattr(worker, "simulate", lambda *_, **__: 1 / 0)
    work = ask_shipped(site)
    work_off(site)
    assert queue.get(site.registry.engine, work.code).state == "failed"


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True)
def test_a_workers_process_takes_work_and_gives_back_what_a_stop_interrupts(site):
    """A real process on the World that ships: one run to its end, the next stopped in its middle, which waits again."""
    from peyvand.world import World

    settings, world, union = replace(site.settings, workers=1), World.embedded(), open_scenario("iran-kazakhstan")
    short, long = (
        ask_run(site.registry, settings, union=union, world=world, client="a", draws=draws) for draws in (0, 500)
    )
    workers = worker.Workers(settings)
    workers.start()
    try:
        wait_until(site, short.code, "done")
        wait_until(site, long.code, "running")
    finally:
        workers.stop()
    assert queue.get(site.registry.engine, short.code).state == "done"
    assert queue.get(site.registry.engine, long.code).state == "waiting"


def wait_until(site, code, state):
    for _ in range(1200):
        if queue.get(site.registry.engine, code).state == state:
            return
        time.sleep(0.05)


# -- following -----------------------------------------------------------------------------------------------------
@BOTH
def test_events_follow_a_run_to_its_end(site):
    work = ask_shipped(site)

    async def follow():
        streams, seen = Streams(site.registry, most=2), []
        streams.enter(work.code)
        async for event in streams.follow(work.code, "fa"):
            seen.append(json.loads(event.split("data: ")[1]))
            if len(seen) == 1:
                await asyncio.to_thread(work_off, site)
        await streams.close()
        return seen

    seen = run_alone(follow())
    assert seen[0]["state"] == "waiting"
    assert seen[-1] == {"state": "done", "step": "انجام شد", "share": 1.0}


def test_places_of_those_who_wait_are_bounded(site):
    async def crowd():
        streams = Streams(site.registry, most=2)
        streams.enter("a")
        streams.enter("b")
        with pytest.raises(BusyError):
            streams.enter("c")

    run_alone(crowd())


# -- pages ---------------------------------------------------------------------------------------------------------
def test_a_run_on_its_way_may_be_cancelled_from_its_page(site, client):
    work = ask_shipped(site)
    page = client.get(f"/fa/runs/{work.code}/").text
    assert f"/api/v1/runs/{work.code}/events?language=fa" in page
    token = csrf_of(client, f"/fa/runs/{work.code}/")
    assert client.post(f"/fa/runs/{work.code}/cancel", data={"csrf": token}).status_code == 303
    assert "لغو" in client.get(f"/fa/runs/{work.code}/").text


def test_runs_side_by_side_show_their_figures_and_the_intervals_of_those_that_were_drawn(site, client):
    works = [ask_shipped(site, name, draws=draws) for name, draws in (("iran-kazakhstan", 0), ("eco-ten", 12))]
    work_off(site)
    page = client.get("/en/compare", params={"run": [work.code for work in works]})
    assert page.status_code == 200
    assert "Iran and Kazakhstan" in page.text
    assert page.text.count('scope="col"') == 2
    assert 'class="span"' in page.text
    assert client.get("/en/compare", params={"run": works[0].code}).headers["location"] == "/en/runs"
    table = side_by_side(site.settings, works, site.voices["en"])
    for line in (*table.wholes, *table.economies):
        assert all(math.isnan(end) for end in line.ranges[0])
    income = next(line for line in table.wholes if line.name == site.voices["en"].t("tile.income"))
    assert income.ranges[1][0] < income.values[1] < income.ranges[1][1]
    assert all(line.ranges[1][0] <= line.ranges[1][1] for line in table.economies)


def test_only_a_runs_own_files_are_given(site, client):
    work = ask_shipped(site)
    work_off(site)
    for name in ("../registry.sqlite", "..%2Fregistry.sqlite", "view-en.html", "%00", "report.htm"):
        assert client.get(f"/en/runs/{work.code}/{name}").status_code == 404, name
