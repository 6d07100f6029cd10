"""What must not happen: forged forms, roles taken, doors left open, requests too large or slow."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote

import pytest
from argon2 import Type
from tests.web.conftest import BOTH, HASHER, PASSWORD, csrf_of, sign_in
from tests.web.loops import run_alone
from tests.web.test_runs import work_off

from peyvand.registry.models import Agreement
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


def test_a_password_is_dear_to_guess():
    """At least the second choice of RFC 9106, section 4, which wants 64 MiB and three passes."""
    assert HASHER.type is Type.ID
    assert HASHER.memory_cost >= 64 * 1024
    assert HASHER.time_cost >= 3


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


# -- what strangers and editors write ------------------------------------------------------------------------------
EVIL = "<img src=x onerror=alert(1)>\"'</title><script>alert(1)</script>"


def test_a_unions_name_stays_text_on_every_page_that_shows_it(client, app):
    sent = {"csrf": csrf_of(client, "/en/designer"), "members": ["IRN", "KAZ"], "title_en": EVIL, "title_fa": EVIL}
    place = client.post("/en/designer", data=sent | {"tariff_on": "on", "tariff_cut": "50", "draws": "0"})
    assert place.status_code == 303
    work_off(app.state.site)
    code = place.headers["location"].split("/")[3]
    for path in (f"/runs/{code}/", "/runs", f"/designer?run={code}", f"/runs/{code}/report.html"):
        page = client.get(f"/en{path}").text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
    told = client.post("/en/designer/check", data=sent).json()
    assert "<img src=x" not in str(told["says"])


def test_what_an_editor_writes_into_the_register_stays_text(client, app):
    sign_in(client)
    sent = {"csrf": csrf_of(client, "/en/registry"), "code": "IRN-KAZ-road-2014", "version": "1", "why": EVIL}
    row = app.state.site.registry.get(Agreement, "IRN-KAZ-road-2014")
    sent |= {"title_en": EVIL, "title_fa": EVIL, "note": EVIL, "source": "javascript:alert(1)"}
    assert client.post("/en/registry/rows/agreement", data=sent).status_code == 303
    assert app.state.site.registry.get(Agreement, row.code).title_en == EVIL
    pages = ("/registry", f"/registry/agreements/{row.code}", "/registry/log", "/borders/IRN-KAZ", "/registry?q=alert")
    for path in pages:
        page = client.get(f"/fa{path}").text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert 'href="javascript:' not in page, path


INJECTED = (
    "' OR '1'='1",
    "'; DROP TABLE agreement; --",
    "%' UNION SELECT password_hash FROM account --",
    "\\",
    "%",
    "_",
    '"',
)


@BOTH
@pytest.mark.parametrize("words", INJECTED)
def test_signs_of_sql_are_only_words(client, words):
    """They find nothing they should not, and the tables stand as before."""
    everything = client.get("/en/registry").text.count("/en/registry/agreements/")
    for name in ("q", "party", "other", "domain", "state"):
        answer = client.get("/en/registry", params={name: words})
        assert answer.status_code in (200, 404, 422), name
        assert "argon2" not in answer.text
        assert answer.text.count("/en/registry/agreements/") < everything or name != "q", name
    assert client.get("/api/v1/registry/search", params={"q": words}).status_code in (200, 422)
    assert client.get("/api/v1/registry/rows/agreement/" + quote(words, safe="")).status_code == 404
    assert client.get("/en/registry").text.count("/en/registry/agreements/") == everything


UPLOADS = {
    "no end": b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
    "no boundary": b"abc",
    "no name": b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n",
    "noise": bytes(range(256)),
    "a path as its name": b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../etc/passwd"\r\n\r\n'
    b"abc\r\n--x--\r\n",
}


@pytest.mark.parametrize("body", UPLOADS.values(), ids=UPLOADS)
def test_a_malformed_upload_is_refused_and_no_error_of_the_server(client, body):
    csrf_of(client, "/en/news")
    for path in ("/en/news", "/en/designer", "/en/sign-in"):
        answer = client.post(path, content=body, headers={"content-type": "multipart/form-data; boundary=x"})
        assert answer.status_code in (400, 403, 422), path
