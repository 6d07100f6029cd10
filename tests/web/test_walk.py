"""The whole way of an analyst and of an officer through the pages, on either database."""

from __future__ import annotations

import re

import pytest
from tests.web.conftest import BOTH, csrf_of, sign_in
from tests.web.test_news import REPORT, waiting_keys
from tests.web.test_runs import work_off

from peyvand.locale import LANGUAGES
from peyvand.registry.models import Agreement, Event
from peyvand.web.rooms import ROOMS

pytestmark = BOTH
REGISTER = (
    "/registry", "/registry?party=IRN&other=KAZ&state=signed&on=1404/02/25", "/registry/agreements/IRN-EAEU",
    "/registry/commitments?late=true&party=IRN", "/registry/memberships?on=2019-12-31", "/registry/heritage",
    "/registry/log", "/registry/value", "/news/queue",
)  # fmt: skip


def test_an_analyst_opens_every_room_and_runs_a_union(client, app):
    for path in (*(room.path for room in ROOMS if room.path), *REGISTER):
        for language in LANGUAGES:
            assert client.get(f"/{language}{path}").status_code == 200, path
    token = csrf_of(client, "/en/designer")
    sent = {"csrf": token, "way": "provisions", "kind": "free-trade-area", "members": ["IRN", "KAZ"]}
    place = client.post("/en/designer", data=sent | {"tariff_on": "on", "tariff_cut": "100"}).headers["location"]
    assert "progress" in client.get(place).text
    work_off(app.state.site)
    assert "real income" in client.get(place).text
    assert "درآمد واقعی" in client.get(place.replace("/en/", "/fa/")).text
    assert place in client.get("/en/runs").text


def test_an_officer_changes_the_register_and_decides_on_news(client, app):
    sign_in(client)
    registry, token = app.state.site.registry, csrf_of(client, "/en/registry")
    row = {"code": "IRN-KAZ-road-2014", "version": "1", "note": "باز است", "why": "checked", "csrf": token}
    assert client.post("/en/registry/rows/agreement", data=row).status_code == 303
    assert client.post("/en/registry/rows/agreement", data=row).status_code == 409
    assert registry.get(Agreement, "IRN-KAZ-road-2014").note == "باز است"
    assert client.post("/en/news/queue", data={"csrf": token, "text": REPORT, "date": "1398-04-13"}).status_code == 303
    first = waiting_keys(client)[0]
    assert client.post(f"/en/news/queue/{first}", data={"csrf": token, "verdict": "accept"}).status_code == 303
    assert registry.get(Event, f"news/{first}").dated_on == "2019-07-04"
    assert {line.who for line in registry.log(limit=2)} == {"the.editor"}


def test_search_finds_the_same_however_persian_is_typed(client):
    one, other = (client.get("/fa/registry", params={"q": words}).text for words in ("حمل و نقل", "حمل‌ونقل"))
    assert re.findall(r"/registry/agreements/[\w-]+", one) == re.findall(r"/registry/agreements/[\w-]+", other) != []


@pytest.mark.parametrize("nul", ["\0", "IRN\0"])
def test_a_sign_that_no_database_holds_is_refused_or_not_found(client, nul):
    """PostgreSQL holds no NUL in a text; SQLite does. Neither is an error of the server."""
    for path, name in (("registry", "q"), ("registry", "party"), ("registry/commitments", "party"), ("runs", "state")):
        assert client.get(f"/en/{path}", params={name: nul}).status_code < 500, path
    assert client.get("/api/v1/registry/search", params={"q": nul}).status_code < 500
    assert client.get("/en/registry/agreements/IRN%00").status_code in (404, 422)
    assert client.get("/api/v1/registry/rows/party/IRN%00").status_code in (404, 422)
    sign_in(client)
    row = {"code": "IRN-KAZ-road-2014", "version": "1", "note": nul, "why": "a test"}
    sent = client.post("/en/registry/rows/agreement", data=row | {"csrf": csrf_of(client, "/en/registry")})
    assert sent.status_code in (303, 422)
