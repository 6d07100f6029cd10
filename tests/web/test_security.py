"""What must not happen: forged forms, roles taken, doors left open, requests too large or slow."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.web.conftest import PASSWORD, csrf_of, sign_in
from tests.web.loops import run_alone

from peyvand.web import visitor
from peyvand.web.guard import POLICY, Guard
from peyvand.web.rooms import ROOMS
from peyvand.web.settings import Settings


# -- headers -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/en/borders", "/en/nowhere", "/health", "/static/nothing.css", "/api/v1/borders"])
def test_every_answer_carries_the_policy(client, path):
    headers = client.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "unsafe-eval" not in POLICY
    assert "script-src 'self'" in POLICY


def test_no_page_has_scripts_or_styles_of_its_own(client):
    for path in ("/en/borders", "/en/borders/IRN-KAZ", "/en/sources", "/en/sign-in"):
        page = client.get(path).text
        assert "<script>" not in page
        assert "<style" not in page
        assert " onclick" not in page


# -- forged forms --------------------------------------------------------------------------------------------------
def test_a_form_without_its_token_is_refused(client):
    csrf_of(client)
    answer = client.post("/en/sign-in", data={"name": "the.editor", "password": PASSWORD})
    assert answer.status_code == 403


def test_a_token_of_another_visitor_is_refused(client, app):
    from starlette.testclient import TestClient

    stolen = csrf_of(TestClient(app, follow_redirects=False))
    csrf_of(client)
    data = {"csrf": stolen, "name": "the.editor", "password": PASSWORD}
    assert client.post("/en/sign-in", data=data).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
def test_another_sites_form_is_refused_even_with_the_token(client, headers):
    data = {"csrf": csrf_of(client), "name": "the.editor", "password": PASSWORD}
    assert client.post("/en/sign-in", data=data, headers=headers).status_code == 403


def test_a_foreign_host_is_refused(client):
    assert client.get("/en/borders", headers={"host": "rebound.example"}).status_code == 403


# -- roles ---------------------------------------------------------------------------------------------------------
def flat(router):
    """The routes of a router and of the routers inside it."""
    for route in router.routes if router else ():
        inner = getattr(route, "original_router", None)
        yield from flat(inner) if inner else [route]


def test_no_write_is_open_but_those_named(app):
    """Every route that writes is refused to nobody and to a reader, but for the paths of OPEN_WRITES."""
    from starlette.testclient import TestClient

    routers = [("/en", room.page_router()) for room in ROOMS] + [("/api/v1", room.api_router()) for room in ROOMS]
    writes = [
        (method, prefix + route.path)
        for prefix, router in routers
        for route in flat(router)
        for method in route.methods
        if method in ("POST", "PUT", "PATCH", "DELETE")
    ]
    assert writes
    for method, path in writes:
        filled = re.sub(r"{\w+}", "0" * 20, path)
        if visitor.OPEN_WRITES.fullmatch(filled):
            continue
        nobody = TestClient(app, follow_redirects=False)
        assert nobody.request(method, filled).status_code in (401, 403), path
        reader = TestClient(app, follow_redirects=False)
        sign_in(reader, "reader")
        token = csrf_of(reader, "/en/borders")
        assert reader.request(method, filled, headers={visitor.HEADER: token}).status_code == 403, path


def test_roles_stand_in_line():
    assert visitor.Visitor("t", "a", "admin").may("editor")
    assert not visitor.Visitor("t", "a", "reader").may("editor")
    assert not visitor.Visitor("t", "a", "owner").may("reader")
    assert not visitor.Visitor("t").may("reader")


# -- paths, sizes, slowness ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["/static/../settings.py", "/static/..%2f..%2fapp.py", "/static/%2e%2e/app.py", "/en/borders/..%2f..%2f"]
)
def test_no_path_leads_out(client, path):
    assert client.get(path).status_code in (404, 307)


def test_names_in_an_address_are_only_text(client):
    answer = client.get("/en/borders/IRN-<script>alert(1)<script>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_a_body_too_large_is_refused_before_it_is_read(client, settings):
    data = {"csrf": csrf_of(client), "name": "x" * settings.body_bytes, "password": "y"}
    assert client.post("/en/sign-in", data=data).status_code == 413


def test_a_body_that_grows_past_its_word_is_refused(client, settings):
    def endless():
        for _ in range(100):
            yield b"x" * 10_000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/en/sign-in", content=endless(), headers=headers).status_code == 413


def test_a_body_that_never_ends_is_refused():
    """A client that sends its first byte and then nothing."""
    sent = []

    async def app(scope, receive, send):
        while (await receive()).get("more_body"):
            pass

    async def receive():
        if not sent:
            sent.append(1)
            return {"type": "http.request", "body": b"x", "more_body": True}
        await asyncio.sleep(10)
        return {"type": "http.disconnect"}

    answers = []

    async def send(message):
        answers.append(message)

    guard = Guard(app, Settings(body_seconds=0.05, hosts=("testserver",)))
    scope = {"type": "http", "method": "POST", "path": "/en/sign-in", "query_string": b"", "scheme": "http"}
    scope |= {"headers": [(b"host", b"testserver")], "server": ("testserver", 80), "root_path": ""}
    run_alone(guard(scope, receive, send))
    assert answers[0]["status"] == 408
