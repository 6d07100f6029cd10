"""Pages that are kept: never another visitor's, never older than the register."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import CSRF, sign_in

from peyvand.registry.models import Pact
from peyvand.web.visitor import PLACEHOLDER


@pytest.fixture
def two_browsers(app):
    with TestClient(app, follow_redirects=False) as one, TestClient(app, follow_redirects=False) as other:
        yield one, other


def test_each_visitor_has_a_token_of_its_own_and_each_works(two_browsers):
    tokens = []
    for browser in two_browsers:
        page = browser.get("/en/designer").text
        assert PLACEHOLDER not in page
        tokens.append(CSRF.search(page).group(1))
        sent = {"csrf": tokens[-1], "members": ["IRN", "KAZ"], "kind": "free-trade-area", "way": "provisions"}
        assert browser.post("/en/designer", data=sent).status_code == 303
    assert tokens[0] != tokens[1]


def test_a_kept_page_is_the_page_that_was_drawn(two_browsers):
    one, other = two_browsers
    for path in ("/fa/borders", "/en/borders/IRN-KAZ", "/api/v1/borders?limit=3", "/en/sources"):
        first, second = one.get(path), other.get(path)
        assert first.text == second.text
        assert first.headers["content-type"] == second.headers["content-type"]
        assert other.get(path, headers={"accept-encoding": "identity"}).text == first.text


def test_a_signed_in_page_is_never_kept(two_browsers):
    one, other = two_browsers
    one.get("/en/borders")
    sign_in(one)
    assert "the.editor" in one.get("/en/borders").text
    assert "the.editor" not in other.get("/en/borders").text


def test_a_change_of_the_register_is_seen_at_once(client, app):
    registry = app.state.site.registry
    assert "A new name of the pact" not in client.get("/en/borders/IRN-KAZ").text
    pact = registry.get(Pact, "SCO")
    with registry.change(who="the.editor", why="a test") as change:
        change.update(Pact, "SCO", version=pact.version, name_en="A new name of the pact")
    assert "A new name of the pact" in client.get("/en/borders/IRN-KAZ").text


def test_languages_of_the_api_are_kept_apart(client):
    path = "/api/v1/scenarios?limit=1"
    assert client.get(path, headers={"accept-language": "fa"}).headers["vary"]
    assert client.get("/fa/borders/IRN-KAZ").text != client.get("/en/borders/IRN-KAZ").text
