"""What every test may ask for: a database of each kind, empty and up to date."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine
from xdist.remote import Producer
from xdist.scheduler import Scheduling

from db import open_database
from db.keyring import Keyring, new_keyring
from tests import databases
from tests.browser.demo import ARGUMENTS, CHROMIUM
from tests.sharing import ByFile
from tests.statements import compile_once

compile_once()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Share the tests out by file; see ``tests/sharing.py``."""
    return ByFile(config, log)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays: a million objects need not be looked at again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def keep_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page run in a test leaves itself as ``__main__``, which later processes would run first."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once."""
    return databases.sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres_schema() -> Iterator[str]:
    """A migrated PostgreSQL schema, made once for each worker."""
    with databases.postgres_schema() as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of an empty SQLite database."""
    return databases.sqlite_copy(sqlite_template, tmp_path)


@pytest.fixture(params=databases.BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database of each kind, also for other processes to open."""
    wanted = "sqlite_url" if request.param == "sqlite" else "postgres_schema"
    return cast(str, request.getfixturevalue(wanted))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database of each kind; a PostgreSQL schema is emptied again afterwards."""
    opened = open_database(database_url)
    yield opened
    if opened.dialect.name == "postgresql":
        databases.empty(opened)
    opened.dispose()


@pytest.fixture
def keyring() -> Keyring:
    """Keys of this test alone."""
    return new_keyring()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, started once: Playwright allows one driver in a process."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
