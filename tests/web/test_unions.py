"""The room of unions: its page, a search from question to answer, refusals, and the API."""

from __future__ import annotations

import pytest
from tests.web.conftest import csrf_of
from tests.web.test_runs import work_off

from peyvand.locale import LANGUAGES
from peyvand.scenarios import open_scenario
from peyvand.web import queue
from peyvand.web.union_searches import ask_search


@pytest.fixture
def site(app):
    return app.state.site


def asked(client, **data):
    held = {"csrf": csrf_of(client, "/en/unions"), **data}
    return client.post("/en/unions", data=held)


@pytest.fixture
def done(site):
    """A search of four candidates, solved."""
    union = open_scenario("eco-ten").with_members(["IRN", "KAZ", "UZB"])
    union = union.model_copy(update={"world": site.today.world.name})
    work = ask_search(site, client="a", union=union)
    work_off(site)
    return queue.get(site.registry.engine, work.code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_room_offers_questions_and_candidates(client, language):
    page = client.get(f"/{language}/unions").text
    assert page.count('name="question"') == 2
    assert page.count('name="members"') > 5


def test_a_search_is_asked_solved_and_shown(client, site):
    answer = asked(client, members=["IRN", "KAZ"], fade="0.0", farm="1")
    assert answer.status_code == 303
    place = answer.headers["location"]
    assert "progress" in client.get(place).text
    work_off(site)
    for language in LANGUAGES:
        page = client.get(place.replace("/en/", f"/{language}/")).text
        assert '<figure class="chart lattice">' in page
        assert "style=" in page
        assert "<script>" not in page
    assert client.get(place + "unions.html").status_code == 200
    assert client.get(place + "ranking-all.csv").status_code == 200
    assert client.get(place + "secret.txt").status_code == 404
    assert client.get("/en/unions").text.count(place) == 1


def test_runs_and_searches_stay_apart(client, done):
    assert client.get(f"/en/runs/{done.code}/").headers["location"] == f"/en/unions/{done.code}/"
    assert done.code not in client.get("/en/runs").text
    assert done.code in client.get("/en/unions").text


@pytest.mark.parametrize(
    "data",
    [{"members": ["IRN"], "fade": "0.25"}, {"members": ["IRN", "KAZ"], "fade": "0.9"}, {"members": ["IRN", "XXX"]},
     {"question": "nothing"}],
)  # fmt: skip
def test_nonsense_is_said_on_the_page(client, data):
    answer = asked(client, **data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_form_of_another_site_is_refused(client):
    client.get("/en/unions")
    assert client.post("/en/unions", data={"members": ["IRN", "KAZ"]}).status_code == 403


def test_the_api_gives_the_answer(client, done, site):
    state = client.get(f"/api/v1/unions/{done.code}").json()
    assert state["state"] == "done"
    answer = client.get(f"/api/v1/unions/{done.code}/answer").json()
    assert answer["variants"]["all"]["candidates"] == ["IRN", "KAZ", "UZB"]
    assert {question["name"] for question in client.get("/api/v1/unions/questions").json()} == {
        "eco-sub-unions",
        "iran-eaeu",
    }
    assert client.get("/api/v1/unions").json()["total"] == 1
    sent = client.post("/api/v1/unions", json={"question": "nothing"}, headers={"accept": "application/json"})
    assert sent.status_code == 404
    assert client.post("/api/v1/unions", json={}, headers={"accept": "application/json"}).status_code == 404
