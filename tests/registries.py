"""One registry on each database; PostgreSQL where PEYVAND_TEST_POSTGRES names a server that may create databases."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from peyvand.registry import Registry
from peyvand.registry.engine import database_url
from peyvand.registry.models import Agreement, Party, Signatory
from peyvand.registry.shipped import load_shipped

SERVER = os.environ.get("PEYVAND_TEST_POSTGRES")
SOURCE = "test"


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request):
    return there(request.param)


def there(backend):
    """The database's name, or a skipped test where no such server is."""
    if backend == "postgresql" and not SERVER:
        pytest.skip("needs a PostgreSQL server (set PEYVAND_TEST_POSTGRES=postgresql://user@host/database)")
    return backend


class Server:
    """Makes databases on the PostgreSQL server, empty or as copies, and drops them at the end."""

    def __init__(self):
        self.engine = create_engine(database_url(SERVER), isolation_level="AUTOCOMMIT")
        self.made = []

    def new(self, template="template1"):
        name = f"peyvand_{uuid4().hex[:12]}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        self.made.append(name)
        return database_url(SERVER).set(database=name).render_as_string(hide_password=False)

    def close(self):
        with ThreadPoolExecutor(8) as pool:  # each drop waits for a checkpoint; together they wait for the same
            list(pool.map(lambda name: self._say(f"DROP DATABASE {name} WITH (FORCE)"), self.made))
        self.engine.dispose()

    def _say(self, statement):
        with self.engine.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture
def empty_url(backend, tmp_path, request):
    """Where an empty database is."""
    return str(tmp_path / "registry.sqlite") if backend == "sqlite" else request.getfixturevalue("server").new()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A function that makes a database once, filled by `fill`, and hands out copies of it."""
    originals = {}

    def copy(backend, fill, target, server):
        if (backend, fill) not in originals:
            place = str(tmp_path_factory.mktemp("original") / "x.sqlite") if backend == "sqlite" else server().new()
            made = Registry.create(place)
            fill(made)
            made.close()
            originals[backend, fill] = place
        original = originals[backend, fill]
        if backend == "postgresql":
            return server().new(template=original.rsplit("/", 1)[1])
        shutil.copy(original, target)
        return str(target)

    return copy


def copy_of(fill, backend, prepared, tmp_path, request):
    """Where a copy of the database that `fill` fills is."""
    return prepared(backend, fill, tmp_path / "registry.sqlite", lambda: request.getfixturevalue("server"))


def nothing(_registry):
    """The tables alone."""


@pytest.fixture
def registry(backend, prepared, tmp_path, request):
    """A registry with its tables and nothing in them."""
    opened = Registry.open(copy_of(nothing, backend, prepared, tmp_path, request))
    yield opened
    opened.close()


@pytest.fixture
def full(backend, prepared, tmp_path, request):
    """A registry with the content that ships."""
    opened = Registry.open(copy_of(load_shipped, backend, prepared, tmp_path, request))
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
