"""The inbox in a real browser: until it can be used, and from a key to everything settled."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from db.vocabulary import Role
from tests.bench.figures import MILLISECONDS, Figure, Scale, percentile
from tests.bench.served import full_inbox, one_button
from tests.browser.demo import ARGUMENTS, CHROMIUM
from tests.web_server import WebServer

# Looks into the components' shadow roots once a frame, until *selector* says *words* and the
# server is not at work for this page any more.
SETTLED = """([selector, words]) => new Promise((done, fail) => {
  const late = performance.now() + 30000;
  const find = root => root.querySelector(selector) || [...root.querySelectorAll('*')]
    .filter(e => e.shadowRoot).map(e => find(e.shadowRoot)).find(e => e);
  const look = () => {
    const found = find(document), app = document.querySelector('[data-testid="stApp"]');
    const idle = app && app.dataset.testScriptState === 'notRunning';
    if (found && found.textContent.includes(words) && idle) done();
    else if (performance.now() > late) fail(new Error(`${selector} never settled`));
    else requestAnimationFrame(look);
  };
  look();
})"""


def measure(scale: Scale) -> Iterator[Figure]:
    """A full inbox beside the page with one button, in the same browser."""
    if CHROMIUM is None:
        return
    with chromium() as browser:
        floor = floor_of(browser, scale)
        for count in scale.on_screen:
            with full_inbox(scale.folder / str(count), count) as server:
                yield from _inbox(browser, server, count, scale, floor)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def floor_of(browser: Browser, scale: Scale) -> tuple[float, list[float]]:
    """Seconds until the page with one button stands, and of each press of it."""
    with one_button() as url:
        context = browser.new_context()
        context.new_page().goto(url)  # the server's first page ever pays for its imports
        stands = statistics.median(until(context, url, "body", "Pressed 0") for _ in range(3))
        page = context.pages[-1]
        taken = [press(page, "p", "body", f"Pressed {n + 1}") for n in range(scale.clicks)]
        context.close()
    return stands, taken


def _inbox(
    browser: Browser, server: WebServer, count: int, scale: Scale,
    floor: tuple[float, list[float]],
) -> Iterator[Figure]:  # fmt: skip
    cookie = server.sign_in(Role.FRONT_DESK)
    until(seated(browser, server, cookie), server.url, "li.row", "")
    cold = [cold_start(browser, server, cookie, server.url) for _ in range(3)]
    context = seated(browser, server, cookie)
    warm = [until(context, server.url, "li.row", "") for _ in range(4)][1:]
    name = f"inbox of {count:,} open, browser"
    for what, taken in (("cold", cold), ("warm", warm)):
        yield Figure(f"{name}: {what} time to interactive", statistics.median(taken) * 1e3,
                     MILLISECONDS, "page with one button", floor[0] * 1e3, "< 1,500 ms")  # fmt: skip
    taken = list(_opened(context.pages[-1], scale.clicks))
    context.close()
    for share, target in ((0.5, "< 300 ms"), (0.95, "< 500 ms")):
        yield Figure(f"{name}: key to settled, p{share * 100:.0f}", percentile(taken, share) * 1e3,
                     MILLISECONDS, "page with one button", percentile(floor[1], share) * 1e3,
                     target)  # fmt: skip


def seated(browser: Browser, server: WebServer, cookie: str) -> BrowserContext:
    """A person at a screen of the usual size, signed in."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_cookies([{"name": "foyer", "value": cookie, "url": server.url}])
    return context


def cold_start(
    browser: Browser, server: WebServer, cookie: str, url: str, selector: str = "li.row"
) -> float:
    """Seconds until *selector*, or a list, stands at *url* in a browser that has seen nothing yet."""
    context = seated(browser, server, cookie)
    seconds = until(context, url, selector, "")
    context.close()
    return seconds


def until(context: BrowserContext, url: str, selector: str, words: str) -> float:
    """Seconds from asking for a page until it is all there; other tabs are closed first."""
    for page in context.pages:
        page.close()
    page, began = context.new_page(), time.perf_counter()
    page.goto(url)
    page.evaluate(SETTLED, [selector, words])
    return time.perf_counter() - began


def press(page: Page, key: str, selector: str, words: str) -> float:
    """Seconds from *key* until *selector* says *words* and the server is at rest."""
    page.wait_for_timeout(500)  # nobody presses faster
    began = time.perf_counter()
    page.keyboard.press(key)
    page.evaluate(SETTLED, [selector, words])
    return time.perf_counter() - began


def _opened(page: Page, times: int) -> Iterator[float]:
    """Go down the list and open each conversation; seconds until each is there to read."""
    for _ in range(times):
        page.keyboard.press("j")
        page.wait_for_timeout(200)
        subject = page.locator("li.row.cursor .subject").inner_text()
        yield press(page, "Enter", "header .subject", subject)
