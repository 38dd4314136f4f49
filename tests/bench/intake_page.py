"""The intake page in a real browser: until it can be used, and from a key to everything settled."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from db.vocabulary import Role
from services.desk import Actor
from tests.bench.browser import chromium, cold_start, floor_of, press, seated, until
from tests.bench.building import Building
from tests.bench.figures import MILLISECONDS, Figure, Scale, percentile
from tests.bench.intake_filling import fill, make_real, switch_on
from tests.browser.demo import CHROMIUM
from tests.web_server import WebServer, serving

WAITING = 5_000
LIST = "/intake?lane=team"
OPENED = "header h2"
PHONE = '.field[data-k="demographics.phone"]'

Floor = tuple[float, list[float]]


def measure(scale: Scale) -> Iterator[Figure]:
    """Thousands of waiting forms beside the page with one button, in the same browser."""
    if CHROMIUM is None:
        return
    with chromium() as browser:
        floor = floor_of(browser, scale)
        with _full(scale.folder / "page", scale.clicks) as server:
            yield from _page(browser, server, scale, floor)


@contextmanager
def _full(folder: Path, real: int) -> Iterator[WebServer]:
    """The product's server before so many forms; the first ones can be opened and decided."""
    folder.mkdir(parents=True)
    with serving(folder, FOYER_POLL_SECONDS="900", FOYER_IDLE_MINUTES="120") as server:
        actor = Actor.job(server.practice.id, "bench")
        building = Building(server.container, server.practice, actor)
        switch_on(building)
        fill(building, WAITING)
        make_real(building, real + 1)
        yield server


def _page(browser: Browser, server: WebServer, scale: Scale, floor: Floor) -> Iterator[Figure]:
    cookie, url = server.sign_in(Role.FRONT_DESK), server.url + LIST
    cold_start(browser, server, cookie, url)  # the server's first page ever pays for its imports
    cold = [cold_start(browser, server, cookie, url) for _ in range(3)]
    context = seated(browser, server, cookie)
    warm = [until(context, url, "li.row", "") for _ in range(4)][1:]
    for what, taken in (("cold", cold), ("warm", warm)):
        yield Figure(f"intake: page of {WAITING:,} waiting forms, {what} time to interactive",
                     statistics.median(taken) * 1e3, MILLISECONDS, "page with one button",
                     floor[0] * 1e3, "< 1,500 ms")  # fmt: skip
    opened, accepted = _worked(context.pages[-1], scale.clicks)
    context.close()
    yield from _keys("key to open form settled", opened, floor)
    yield from _keys("key to accepted field settled", accepted, floor)


def _keys(what: str, taken: list[float], floor: Floor) -> Iterator[Figure]:
    for share, target in ((0.5, "< 300 ms"), (0.95, "< 500 ms")):
        name = f"intake: page of {WAITING:,} waiting forms, {what}, p{share * 100:.0f}"
        yield Figure(name, percentile(taken, share) * 1e3, MILLISECONDS, "page with one button",
                     percentile(floor[1], share) * 1e3, target)  # fmt: skip


def _worked(page: Page, times: int) -> tuple[list[float], list[float]]:
    """Open one form after the other, and accept a field of each; seconds each has taken."""
    opened, accepted = [], []
    for number in range(times):
        if number:
            page.keyboard.press("Escape")
            page.keyboard.press("j")
        page.wait_for_timeout(200)
        patient = page.locator("li.row.cursor .who").inner_text()
        opened.append(press(page, "Enter", OPENED, patient))
        accepted.append(press(page, "1", PHONE, "Accepted"))
    return opened, accepted
