"""The claims worklist in a real browser among many claims: until it stands, and from a key to the next claim."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from db import writing
from db.claims import BEFORE, Claim, ClaimFilter, Claims, ClaimState
from db.patients import Patient, Patients
from db.rollout import Rollout
from db.vault import Vault
from db.vocabulary import Role, Stage
from services.desk import Actor, working
from tests.bench.browser import chromium, cold_start, floor_of, press, seated, until
from tests.bench.building import Building
from tests.bench.figures import MILLISECONDS, Figure, Scale, percentile
from tests.browser.demo import CHROMIUM
from tests.services.claims.large_files import billed
from tests.web_server import WebServer, serving

LIST = "/claims?lane=release"
OPENED = "header h2"
BATCH = 5_000
# Of sixteen claims twelve are paid and one waits to be released.
STATES = (ClaimState.PAID,) * 12 + (
    ClaimState.SUBMITTED, ClaimState.DENIED, ClaimState.REJECTED, ClaimState.READY,
)  # fmt: skip

Floor = tuple[float, list[float]]


def measure(scale: Scale) -> Iterator[Figure]:
    """So many claims beside the page with one button, in the same browser."""
    if CHROMIUM is None:
        return
    with chromium() as browser:
        floor = floor_of(browser, scale)
        with _full(scale.folder / "page", scale) as server:
            yield from _page(browser, server, scale, floor)


@contextmanager
def _full(folder: Path, scale: Scale) -> Iterator[WebServer]:
    """The product's server with so many claims; those on top of the list can be opened."""
    folder.mkdir(parents=True)
    with serving(folder, FOYER_POLL_SECONDS="900", FOYER_IDLE_MINUTES="120") as server:
        actor = Actor.job(server.practice.id, "bench")
        building = Building(server.container, server.practice, actor)
        fill(building, scale.billed)
        make_real(building, scale.clicks + 1)
        yield server


def fill(building: Building, count: int) -> None:
    """Switch the workflow on and add so many claims of two years, each with a number of its own."""
    with writing(building.container.engine) as session:
        session.add(Rollout(practice_id=building.practice.id, workflow="claims", stage=Stage.ON))
    chance = random.Random(7)
    for start in range(0, count, BATCH):
        with writing(building.container.engine) as session:
            vault = Vault(session, building.practice.id, building.container.keyring)
            key = vault.new_key_id()
            vault.keep_new_keys()
            rows = [_row(vault, key, n, chance) for n in range(start, min(start + BATCH, count))]
            Claims(session, building.practice.id).insert_many(rows)
    with building.container.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _row(vault: Vault, key: Any, number: int, chance: random.Random) -> dict[str, Any]:
    row = Claim.values(
        practice_id=vault.practice_id, number_digest=number.to_bytes(16), key_id=key,
        payer_id="12345", payer_name="A PAYER", charge_cents=10_000,
        service_on=date(2026, 1, 1) - timedelta(days=chance.randrange(700)),
        state=chance.choice(STATES), submitted_at=datetime.now(UTC),
    )  # fmt: skip
    row["number"] = vault.seal("claim", "number", row["id"], key, f"BENCH{number:06}")
    return row


def make_real(building: Building, number: int) -> None:
    """Give the first *number* claims of the list what an open one shows, and a known patient each."""
    bills = list(billed(number))
    with working(building.container, building.job) as desk:
        found = desk.open(Claims).worklist(ClaimFilter(BEFORE), number)
        key = desk.vault.new_key_id()
        desk.vault.keep_new_keys()
        for place, (claim, bill) in enumerate(zip(found, bills, strict=True)):
            patient = Patient(
                practice_id=desk.practice_id, ehr_ref=f"Patient/b.{place}", key_id=key,
                synthetic=True,
            )  # fmt: skip
            desk.vault.seal_into(patient, name=f"Sample Patient {place}")
            claim.patient_id = desk.open(Patients).add(patient).id
            mine = replace(bill, claim_id=desk.vault.read(claim, "number").text)
            desk.vault.seal_into(claim, content=msgspec.json.encode(mine).decode())


def _page(browser: Browser, server: WebServer, scale: Scale, floor: Floor) -> Iterator[Figure]:
    cookie, url = server.sign_in(Role.BILLER), server.url + LIST
    cold_start(browser, server, cookie, url)  # the server's first page ever pays for its imports
    context = seated(browser, server, cookie)
    stands = [until(context, url, "li.row", "") for _ in range(max(4, scale.clicks // 2))][1:]
    taken = list(_opened(context.pages[-1], scale.clicks))
    context.close()
    name = f"claims: page of {scale.billed:,} claims"
    for share, most, key in ((0.5, "< 1,500 ms", "< 300 ms"), (0.95, "< 1,500 ms", "< 500 ms")):
        yield Figure(f"{name}, time to interactive, p{share * 100:.0f}",
                     percentile(stands, share) * 1e3, MILLISECONDS, "page with one button",
                     floor[0] * 1e3, most)  # fmt: skip
        yield Figure(f"{name}, key to next claim settled, p{share * 100:.0f}",
                     percentile(taken, share) * 1e3, MILLISECONDS, "page with one button",
                     percentile(floor[1], share) * 1e3, key)  # fmt: skip


def _opened(page: Page, times: int) -> Iterator[float]:
    """Open one claim after the other; seconds until each is there to read."""
    for number in range(times):
        if number:
            page.keyboard.press("Escape")
            page.keyboard.press("j")
        page.wait_for_timeout(200)
        patient = page.locator("li.row.cursor .who").inner_text()
        yield press(page, "Enter", OPENED, patient)
