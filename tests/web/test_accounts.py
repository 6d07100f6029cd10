"""Signing in and out on either database: no borrowed session, no guessed password, and a trail of what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from tests.web.conftest import BOTH, PASSWORD, csrf_of, sign_in

from peyvand.registry.models import table_of
from peyvand.registry.server import SignIn
from peyvand.web import accounts, visitor

SIGN_OUT = "/en/sign-out"
pytestmark = BOTH


def cookie(client):
    return client.cookies.get(visitor.COOKIE)


def test_signing_in_and_out(client):
    answer = sign_in(client)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/en/borders"
    page = client.get("/en/borders").text
    assert "the.editor" in page
    client.post(SIGN_OUT, data={"csrf": csrf_of(client, "/en/borders")})
    assert "the.editor" not in client.get("/en/borders").text


def test_a_session_cannot_be_fixed_before_signing_in(client):
    csrf_of(client)
    before = cookie(client)
    sign_in(client)
    assert cookie(client) != before
    client.cookies.set(visitor.COOKIE, before)
    assert "the.editor" not in client.get("/en/borders").text


def test_the_cookie_is_out_of_reach(client):
    client.get("/en/sign-in")
    held = client.get("/en/sign-in").headers.get("set-cookie") or sign_in(client).headers["set-cookie"]
    assert "HttpOnly" in held
    assert "SameSite=lax" in held


def test_a_signed_out_token_opens_nothing(client):
    sign_in(client)
    held = cookie(client)
    client.post(SIGN_OUT, data={"csrf": csrf_of(client, "/en/borders")})
    client.cookies.set(visitor.COOKIE, held)
    assert "the.editor" not in client.get("/en/borders").text


def test_a_session_ends_with_its_time(client, app):
    sign_in(client)
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
    engine = app.state.site.registry.engine
    with engine.begin() as connection:
        connection.execute(update(table_of(SignIn)).values(expires_at=past))
    assert "the.editor" not in client.get("/en/borders").text


def test_the_database_keeps_no_token_and_no_password(client, app):
    sign_in(client)
    with app.state.site.registry.engine.connect() as connection:
        held = connection.scalars(select(table_of(SignIn).c.token_hash)).all()
        hashes = connection.scalars(select(table_of(accounts.Account).c.password_hash)).all()
    assert cookie(client) not in held
    assert all(one.startswith("$argon2id$") for one in hashes)


def test_a_closed_account_and_a_new_password_end_sessions(client, app):
    engine = app.state.site.registry.engine
    sign_in(client)
    accounts.set_password(engine, name="the.editor", password="another long sentence", who="tests")
    assert "the.editor" not in client.get("/en/borders").text
    assert sign_in(client, password="another long sentence").status_code == 303
    accounts.close_account(engine, name="the.editor", who="tests")
    assert "the.editor" not in client.get("/en/borders").text
    assert sign_in(client, password="another long sentence").status_code == 401


def test_the_throttle_refuses_even_the_right_password(client):
    for _ in range(accounts.MOST_WRONG_BY_NAME):
        assert sign_in(client, password="not this one, surely").status_code == 401
    assert sign_in(client).status_code == 429
    assert sign_in(client, role="admin").status_code == 303


def test_the_trail_says_what_happened(client, app):
    sign_in(client, password="not this one, surely")
    sign_in(client)
    newest = accounts.events(app.state.site.registry.engine, limit=2)
    assert [row["what"] for row in newest] == ["signed_in", "refused"]


@pytest.mark.parametrize("after", ["//evil.example/", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_signing_in(client, after):
    data = {"csrf": csrf_of(client), "name": "the.editor", "password": PASSWORD, "after": after}
    assert client.post("/en/sign-in", data=data).headers["location"] == "/en/designer"


@pytest.mark.parametrize("name", ["the.editor' OR '1'='1", 'x"; DROP TABLE account; --', "%", "the.editor\0"])
def test_sql_in_a_name_is_only_a_wrong_name(client, name):
    data = {"csrf": csrf_of(client), "name": name, "password": PASSWORD}
    assert client.post("/en/sign-in", data=data).status_code == 401
    assert sign_in(client).status_code == 303
