"""Pages clicked without a browser: the real page, the real session, the practice of a test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db import reading
from db.staff import SignIns
from pages.parts import desk
from pages.parts import desk as front_desk_parts
from services import sessions
from services.container import Container
from services.desk import Actor
from tests.services.conftest import (
    admin,
    clock,
    compliance,
    container,
    front_desk,
    hire,
    manager,
    nurse,
    practice,
    settings,
)

__all__ = [
    "admin",
    "clock",
    "compliance",
    "container",
    "front_desk",
    "hire",
    "manager",
    "nurse",
    "practice",
    "settings",
]

PAGES = Path(desk.__file__).parent.parent


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages ask services, and those are tested on both databases; here one is enough."""
    return sqlite_url


@pytest.fixture
def open_page(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., AppTest]]:
    """Sign somebody in and open a page: ``open_page(admin, "manage/staff.py")``."""
    # The office is swapped and the browser's cookie is ours; everything else is the product.
    monkeypatch.setattr(front_desk_parts, "open_container", lambda _settings: container)
    desk.open_building.cache_clear()

    def open_page(actor: Actor, page: str, **query: str) -> AppTest:
        with reading(container.engine) as session:
            person = SignIns(session).get(actor.staff_id)
        cookie = sessions.begin(container, person, how="password")
        monkeypatch.setattr(desk, "_cookie", lambda: cookie)
        # A loaded machine takes its time.
        app = AppTest.from_file(PAGES / page, default_timeout=100)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    yield open_page
    desk.open_building.cache_clear()
