"""The whole product as `make demo` starts it, and people at real browsers in front of it."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, Page, Request, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from services.demo import PASSWORD

HTTP = httpx.Client(trust_env=False)
ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
PATIENCE = 240.0  # seconds until a loaded machine has started everything
CALLS = 2_500  # a minute: stories of an hour happen here within seconds of each other
INBOX, ANY_PAGE = "li.row, li.empty", "[data-testid='stMainBlockContainer']"
QUICKLY = {
    "FOYER_POLL_SECONDS": "5",
    "FOYER_UNDO_SECONDS": "15",
    "FOYER_DEADLINE_SECONDS": "8",
    "FOYER_SETTLE_SECONDS": "10",
    "FOYER_CALLS_A_MINUTE": str(CALLS),
}


@dataclass(frozen=True)
class RunningDemo:
    """A running demo: its address, and the controls of the sandbox behind it."""

    url: str
    sandbox: str
    folder: Path

    def control(self, path: str, **asked: Any) -> Any:
        """Tell the sandbox something; returns its answer."""
        answer = HTTP.post(f"{self.sandbox}/control/{path}", json=asked)
        answer.raise_for_status()
        return answer.json()

    def receive(self, body: str, **more: Any) -> Any:
        """A portal message arrives."""
        return self.control("messages", body=body, **{"patient": "Patient/p.103"} | more)

    def ledger(self) -> list[dict[str, Any]]:
        """Every write the sandbox accepted."""
        found = HTTP.get(f"{self.sandbox}/control/ledger").json()
        return list(found)

    def counted(self, question: str) -> int:
        """The number that a question to the database answers."""
        with sqlite3.connect(f"file:{self.folder / 'foyer.db'}?mode=ro", uri=True) as database:
            return int(database.execute(question).fetchone()[0])

    def clear_faults(self) -> None:
        """The other side is well again."""
        HTTP.delete(f"{self.sandbox}/control/faults").raise_for_status()


@dataclass(frozen=True)
class Person:
    """Somebody at a browser, signed in, with the inbox in front of them."""

    page: Page
    requests: list[str]

    @property
    def patients(self) -> list[str]:
        """The names in the list, from top to bottom."""
        return self.page.locator("li.row .who").all_inner_texts()

    @property
    def subjects(self) -> list[str]:
        """The subjects in the list, from top to bottom."""
        return self.page.locator("li.row .subject").all_inner_texts()

    def row(self, subject: str) -> Locator:
        """The row with this subject."""
        return self.page.locator("li.row", has=self.page.get_by_text(subject, exact=True)).first

    @property
    def reply(self) -> Locator:
        """The reply to the conversation that is open; the one before may still be on its way out."""
        header = self.page.locator("header[data-id]")
        return self.page.locator(f"#reply[data-id='{header.get_attribute('data-id')}']")

    def open(self, subject: str) -> None:
        """Open the conversation under the cursor with Enter, and read it."""
        self.press("Enter")
        expect(self.page.locator("header .subject")).to_have_text(subject)
        expect(self.page.locator(".st-key-moves button").first).to_be_visible()
        self.page.wait_for_timeout(500)  # nobody decides faster, and the page does not let them

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def _more(self) -> Locator:
        return self.page.get_by_role("button", name="Show 50 more")

    def _show_more(self) -> None:
        # The list may have been read anew since we looked, and be short enough without it.
        with suppress(PlaywrightTimeout):
            self._more.click(timeout=2_000)

    def see(self, subject: str, seconds: float = 60) -> None:
        """Look until a conversation with this subject is in the list, and put the cursor there."""
        deadline = time.monotonic() + seconds
        while self.row(subject).count() == 0:
            assert time.monotonic() < deadline, "the message did not reach the list"
            self.press("n")
            self.page.wait_for_timeout(700)
            while self.row(subject).count() == 0 and self._more.is_visible():
                self._show_more()
                self.page.wait_for_timeout(700)
        for _ in range(len(self.subjects)):
            if self.page.locator("li.row.cursor .subject").inner_text() == subject:
                return
            self.press("j")
        self.press(*["k"] * len(self.subjects))
        while self.page.locator("li.row.cursor .subject").inner_text() != subject:
            self.press("j")


def free_three() -> int:
    """A port that is free, with the two after it free as well: web, sandbox, and notes by HL7."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            if port + 2 < 65_536 and all(_is_free(port + n) for n in (1, 2)):
                return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def running_demo(folder: Path, **environment: str) -> Iterator[RunningDemo]:
    """Start the demo in *folder* on free ports; stop all of it afterwards."""
    port = free_three()
    command = [sys.executable, "-m", "cli", "demo", "--port", str(port), "--folder", str(folder)]
    log = (folder.parent / "demo.log").open("wb")
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | QUICKLY | environment, stdout=log, stderr=log,
        start_new_session=True,
    )  # fmt: skip
    try:
        demo = RunningDemo(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", folder)
        wait_until(lambda: _is_up(demo, process), "the demo to come up", PATIENCE)
        demo.control("arrivals", running=False)
        demo.control("config", rate_limit=CALLS)
        yield demo
    finally:
        process.terminate()
        process.wait(timeout=180)  # a loaded machine takes its time
        log.close()


def _is_up(demo: RunningDemo, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the demo stopped while starting"
    try:
        return HTTP.get(f"{demo.url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def wait_until(happened: Callable[[], Any], what: str, seconds: float = 30) -> None:
    """Wait for something, and fail with its name when it does not happen."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.2)


def see(page: Page, told: str) -> Locator:
    """Look until a row of a worklist says *told*, and put the cursor there."""
    row = page.locator("li.row", has_text=told).first
    deadline = time.monotonic() + 240
    while row.count() == 0:
        assert time.monotonic() < deadline, f"{told} did not reach the list"
        page.keyboard.press("n")
        page.wait_for_timeout(1000)
    rows = page.locator("li.row").count()
    for key in ["j"] * rows + ["k"] * rows:
        if "cursor" in str(row.get_attribute("class")).split():
            return row
        page.keyboard.press(key)
        page.wait_for_timeout(150)  # or a cursor that is drawn late is walked past the row
    raise AssertionError("the cursor did not reach the row")


def read_it(page: Page, told: str) -> None:
    """Read what is open beside the list, as long as anybody would."""
    expect(page.locator("header h2")).to_contain_text(told)
    page.wait_for_timeout(500)  # nobody decides faster, and the page does not let them


def truth(demo: RunningDemo, claim: str) -> dict[str, Any]:
    """What the clearinghouse knows of a claim."""
    rows = HTTP.get(f"{demo.sandbox}/control/claims/truth").json()["claims"]
    return next(row for row in rows if row["claim_id"] == claim)


def sign_in(
    browser: Browser, demo: RunningDemo, who: str, query: str = "", *, seen: str = INBOX,
    **context: Any,
) -> Person:  # fmt: skip
    """A person at a browser of their own, with the inbox open; or where they begin, once *seen*."""
    size = {"width": 1366, "height": 768}
    page = browser.new_context(**{"viewport": size} | context).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(_address(request)))
    page.goto(f"{demo.url}/{query}")
    page.fill("input[name=email]", f"{who}@demo.test")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(seen, timeout=60_000)
    return Person(page, asked)


def _address(request: Request) -> str:
    return request.url
