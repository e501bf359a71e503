"""A store on each database: SQLite always, PostgreSQL where COMITY_TEST_POSTGRES names one."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from comity.store.engine import Store
from comity.store.vault import Vault

POSTGRES = "COMITY_TEST_POSTGRES"


@contextmanager
def empty_schema() -> Iterator[str]:
    """Give the URL of an empty schema, which goes away afterwards; or skip the test."""
    given = os.environ.get(POSTGRES)
    if not given:
        pytest.skip(f"needs {POSTGRES}, the URL of a PostgreSQL database; see make test-postgres")
    schema = f"comity_{secrets.token_hex(8)}"
    admin = create_engine(given, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    own = make_url(given).update_query_dict({"options": f"-csearch_path={schema}"})
    try:
        yield own.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'comity.db'}"
        return
    with empty_schema() as made:
        yield made


@pytest.fixture
def two_schemas() -> Iterator[tuple[str, str]]:
    """Return the URLs of two empty schemas."""
    with empty_schema() as one, empty_schema() as other:
        yield one, other


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    """Return an open store with its tables, empty."""
    made = Store(url, Vault(tmp_path / "wrap"))
    yield made
    made.close()
