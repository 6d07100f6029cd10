"""One registry on each database; PostgreSQL where PEYVAND_TEST_POSTGRES names a server that may create databases."""

from __future__ import annotations

import os
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from peyvand.registry import Registry
from peyvand.registry.engine import database_url
from peyvand.registry.models import Agreement, Party, Signatory

SERVER = os.environ.get("PEYVAND_TEST_POSTGRES")
SOURCE = "test"


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request):
    if request.param == "postgresql" and not SERVER:
        pytest.skip("needs a PostgreSQL server (set PEYVAND_TEST_POSTGRES=postgresql://user@host/database)")
    return request.param


@pytest.fixture
def empty_url(backend, tmp_path):
    """Where an empty database is."""
    if backend == "sqlite":
        yield str(tmp_path / "registry.sqlite")
        return
    name = f"peyvand_{uuid4().hex[:12]}"
    server = create_engine(database_url(SERVER), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield database_url(SERVER).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def registry(empty_url):
    """A registry with its tables and nothing in them."""
    opened = Registry.create(empty_url)
    yield opened
    opened.close()


@pytest.fixture
def small(registry):
    """Two states, one union, one agreement between the states."""
    with registry.change(who="tester", why="a small registry") as change:
        change.add(
            Party(code="IRN", kind="state", name_en="Iran", name_fa="ایران", source=SOURCE),
            Party(code="KAZ", kind="state", name_en="Kazakhstan", name_fa="قزاقستان", source=SOURCE),
            Party(code="TUR", kind="state", name_en="Türkiye", name_fa="ترکیه", source=SOURCE),
            Agreement(
                code="IRN-KAZ-TAX", title_en="Avoidance of double taxation", title_fa="اجتناب از اخذ مالیات مضاعف",
                kind="treaty", domain="finance", signed_on="1996-01-16", in_force_on="1999-04-03", source=SOURCE,
            ),
            Signatory(code="IRN-KAZ-TAX/IRN", agreement="IRN-KAZ-TAX", party="IRN", path="IRN", source=SOURCE),
            Signatory(code="IRN-KAZ-TAX/KAZ", agreement="IRN-KAZ-TAX", party="KAZ", path="KAZ", source=SOURCE),
        )  # fmt: skip
    return registry
