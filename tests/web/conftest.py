"""A server on a small registry and the made-up World of the reports' tests; clients that speak as a browser does."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient
from tests.registries import copy_of, prepared, server, there  # noqa: F401
from tests.reports.runs import world_of

from peyvand.registry.shipped import load_shipped
from peyvand.web import Settings, create_app
from peyvand.web.accounts import add_account
from peyvand.web.today import Today
from peyvand.world import World

PASSWORD = "a long summer in Almaty"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
BOTH = pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
"""Marks what is asked of either database; the other tests ask it of SQLite alone."""


@pytest.fixture
def backend(request):
    return there(getattr(request, "param", "sqlite"))


def with_accounts(registry):
    """All that ships and three accounts."""
    load_shipped(registry)
    for role in ("reader", "editor", "admin"):
        add_account(registry.engine, name=f"the.{role}", password=PASSWORD, role=role, who="tests")


@pytest.fixture
def settings(backend, prepared, tmp_path, request):  # noqa: F811
    return Settings(
        database=copy_of(with_accounts, backend, prepared, tmp_path, request), runs=tmp_path / "runs",
        secret="of the tests", hosts=("testserver",), workers=0, body_bytes=200_000,
    )  # fmt: skip


@pytest.fixture(scope="session")
def today():
    """Figures made up for the tests, under the name of the World that ships; measured once for all servers."""
    made = world_of()
    return Today(World(made.data.assign_attrs(name="eurasia-2019"), made.provenance))


@pytest.fixture
def app(settings, today):
    return create_app(settings, today=today)


@pytest.fixture
def client(app):
    """A browser that has not signed in."""
    with TestClient(app, follow_redirects=False, headers={"accept": "text/html"}) as browser:
        yield browser


def csrf_of(client, path="/en/sign-in"):
    """The token of a form, as its page carries it."""
    return CSRF.search(client.get(path).text).group(1)


def sign_in(client, role="editor", password=PASSWORD):
    data = {"csrf": csrf_of(client), "name": f"the.{role}", "password": password, "after": "/borders"}
    return client.post("/en/sign-in", data=data)
