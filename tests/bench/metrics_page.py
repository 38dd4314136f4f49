"""The metrics page in a real browser among five million facts: until its tiles stand."""

import statistics
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Browser

from db.vocabulary import Role
from services.desk import Actor
from tests.bench.browser import chromium, cold_start, floor_of, seated, until
from tests.bench.building import Building
from tests.bench.figures import MILLISECONDS, Figure, Scale
from tests.bench.metrics import SPANS
from tests.bench.metrics_filling import fill
from tests.browser.demo import CHROMIUM
from tests.web_server import WebServer, serving

DRAWN = '[data-testid="stMetric"]'
Taken = tuple[str, list[float]]


def measure(scale: Scale) -> Iterator[Figure]:
    """Thirty days and a year, beside the page with one button in the same browser."""
    if CHROMIUM is None:
        return
    scale.folder.mkdir(parents=True, exist_ok=True)
    today = datetime.now(UTC).date()
    with serving(scale.folder, FOYER_POLL_SECONDS="900", FOYER_IDLE_MINUTES="120") as server:
        actor = Actor.job(server.practice.id, "bench")
        facts = fill(Building(server.container, server.practice, actor), scale.facts, today)
        with chromium() as browser:
            floor = floor_of(browser, scale)[0] * 1e3
            for days in SPANS:
                for how, taken in _stands(browser, server, today, days):
                    what = f"metrics page, {days} days of {facts:,} facts, browser: {how}"
                    yield Figure(what, statistics.median(taken) * 1e3, MILLISECONDS,
                                 "page with one button", floor, "< 1,000 ms")  # fmt: skip


def _stands(browser: Browser, server: WebServer, today: date, days: int) -> Iterator[Taken]:
    cookie = server.sign_in(Role.MANAGER)
    url = f"{server.url}/numbers?from={today - timedelta(days=days - 1)}&to={today}"
    until(seated(browser, server, cookie), url, DRAWN, "")  # pays for the server's imports
    yield "cold", [cold_start(browser, server, cookie, url, DRAWN) for _ in range(3)]
    context = seated(browser, server, cookie)
    yield "warm", [until(context, url, DRAWN, "") for _ in range(4)][1:]
    context.close()
