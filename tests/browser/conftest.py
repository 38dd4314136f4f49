"""A demo and a browser, started once for every test in this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import demo as demos
from tests.browser.demo import Person, RunningDemo

expect.set_options(timeout=60_000)  # for a loaded machine; a quiet one needs a fraction


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(720))


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[RunningDemo]:
    """The product as `make demo` starts it, with a short undo and frequent polls."""
    with demos.running_demo(tmp_path_factory.mktemp("demo") / "demo") as running:
        yield running


@pytest.fixture
def at_desk(browser: Browser, demo: RunningDemo) -> Iterator[Callable[..., Person]]:
    """Seat people: ``at_desk("maria")``; the query is the queue they have open."""
    seated: list[Person] = []

    def sit(who: str, query: str = "", seen: str = demos.INBOX) -> Person:
        seated.append(demos.sign_in(browser, demo, who, query, seen=seen))
        return seated[-1]

    yield sit
    for person in seated:
        person.page.context.close()
