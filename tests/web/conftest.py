"""A server on a small registry and the made-up World of the reports' tests; clients that speak as a browser does."""

from __future__ import annotations

import re
import shutil

import pytest
from starlette.testclient import TestClient
from tests.reports.runs import world_of

from peyvand.registry import Registry
from peyvand.registry.shipped import load_shipped
from peyvand.web import Settings, create_app
from peyvand.web.accounts import add_account
from peyvand.world import World

PASSWORD = "a long summer in Almaty"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@pytest.fixture(scope="session")
def shipped_registry(tmp_path_factory):
    """A registry with all that ships and three accounts, made once and copied for each test."""
    path = tmp_path_factory.mktemp("registry") / "registry.sqlite"
    made = Registry.create(path)
    load_shipped(made)
    for role in ("reader", "editor", "admin"):
        add_account(made.engine, name=f"the.{role}", password=PASSWORD, role=role, who="tests")
    made.close()
    return path


@pytest.fixture
def settings(shipped_registry, tmp_path):
    shutil.copy(shipped_registry, tmp_path / "registry.sqlite")
    return Settings(
        database=str(tmp_path / "registry.sqlite"), runs=tmp_path / "runs", secret="of the tests",
        hosts=("testserver",), workers=0, body_bytes=200_000,
    )  # fmt: skip


@pytest.fixture(scope="session")
def made_up_world():
    """Figures made up for the tests, under the name of the World that ships."""
    made = world_of()
    return World(made.data.assign_attrs(name="eurasia-2019"), made.provenance)


@pytest.fixture
def app(settings, made_up_world):
    return create_app(settings, world=made_up_world)


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
