"""A biller works denials in the real browser: three clicks each, and one for a group, plus confirming."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import Person, RunningDemo, read_it, see, truth, wait_until

Seat = Callable[..., Person]
NPI = "1234567893"


@pytest.fixture
def at_denials(demo: RunningDemo, at_desk: Seat) -> Callable[..., Page]:
    """Seat somebody in front of the denials that a query narrows to."""

    def sit(who: str, query: str) -> Page:
        page = at_desk(who).page
        page.goto(f"{demo.url}/denials?{query}")
        page.wait_for_selector(".st-key-denial_list li.row, .st-key-denial_list li.empty")
        return page

    return sit


def denied(demo: RunningDemo, charge: int, **more: Any) -> dict[str, Any]:
    """A claim of this charge is denied; nothing else in the practice costs the same."""
    return dict(demo.control("claims", procedures=[{"code": "71046", "charge": charge}], **more))


def alone(demo: RunningDemo, carc: str, payer: str, cents: int, count: int = 1) -> None:
    """Wait until these denials are in the books, and put aside what the past year has of their kind."""
    mine = f"denied_cents = {cents} AND carc = '{carc}'"
    question = f"SELECT count(*) FROM denial WHERE {mine}"
    wait_until(lambda: demo.counted(question) == count, "the denials", 240)
    with sqlite3.connect(demo.folder / "foyer.db", timeout=30) as database:
        database.execute(
            "UPDATE denial SET state = 'snoozed', version = version + 1 "
            "WHERE carc = ? AND payer_id = ? AND denied_cents <> ? AND state = 'open'",
            (carc, payer, cents),
        )


def test_a_co16_with_its_remark_is_corrected_in_three_actions_and_paid(
    demo: RunningDemo, at_denials: Callable[..., Page]
) -> None:
    made = denied(demo, 432_100, payer="SPC01", outcome={"carc": "16", "remarks": ["N286"]})
    alone(demo, "16", "SPC01", 432_100)
    page = at_denials("bill", "lane=open&carc=16&payer=SPC01")
    see(page, "$4,321.00")

    page.keyboard.press("Enter")  # action 1: open
    read_it(page, "$4,321.00")
    expect(page.locator("table.lines")).to_contain_text("CO-16")
    page.keyboard.press("1")  # action 2: the suggested path
    expect(page.locator("#field-referring_npi")).to_be_focused()
    page.keyboard.type(NPI)
    page.locator("#field-referring_name").fill("Reed, Sample")
    page.keyboard.press("Enter")  # action 3: confirm

    told = page.locator(".deed").first
    expect(told).to_contain_text("Corrected claim approved")
    expect(told).to_contain_text("the clearinghouse has it", timeout=90_000)
    demo.control("clearinghouse/advance")
    wait_until(lambda: truth(demo, made["claim_id"])["state"] == "paid", "the payment", 60)
    page.goto(f"{demo.url}/denials?lane=closed&carc=16&payer=SPC01")
    row = see(page, "$4,321.00")
    expect(row).to_contain_text("Recovered")
    page.keyboard.press("Enter")
    read_it(page, "$4,321.00")
    page.locator("#fold-steps").click()
    for step in ("Denied", "Corrected claim sent", "Paid"):
        expect(page.locator(".timeline")).to_contain_text(step)


def test_a_co29_is_appealed_in_three_actions_and_its_letter_opens_as_a_pdf(
    demo: RunningDemo, at_denials: Callable[..., Page]
) -> None:
    made = denied(demo, 543_200, payer="SPC01", outcome={"carc": "29"}, appeal="won")
    alone(demo, "29", "SPC01", 543_200)
    page = at_denials("bill", "lane=open&carc=29&payer=SPC01")
    see(page, "$5,432.00")

    page.keyboard.press("Enter")  # action 1: open
    read_it(page, "$5,432.00")
    expect(page.locator(".fold.letter .source").first).to_be_visible()
    expect(page.locator(".fold.letter")).to_contain_text("277CA")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Letter (PDF)").click()
    assert caught.value.path().read_bytes().startswith(b"%PDF-")
    page.locator("header h2").click()
    page.keyboard.press("1")  # action 2: the suggested path
    page.keyboard.press("2")  # action 3: confirm

    expect(page.locator(".deed").first).to_contain_text("Appeal approved")
    wait_until(lambda: truth(demo, made["claim_id"])["appealed"], "the letter to arrive", 90)
    demo.control("clearinghouse/advance")
    assert truth(demo, made["claim_id"])["appealed"] == "won"


def test_twelve_co197_are_decided_in_one_action_and_a_confirmation(
    demo: RunningDemo, at_denials: Callable[..., Page]
) -> None:
    before = len(appeals(demo))
    denied(demo, 31_700, payer="SMR01", outcome={"carc": "197", "remark": "M62"}, count=12)
    alone(demo, "197", "SMR01", 31_700, count=12)
    page = at_denials("bill", "lane=open&carc=197&payer=SMR01")
    row = see(page, "12 \u00d7 Medicare")
    expect(row).to_contain_text("Decide all 12")

    page.keyboard.press("2")  # action 1: the group
    expect(page.locator(".confirm")).to_contain_text("12 denials of Medicare")
    page.wait_for_timeout(500)
    page.keyboard.press("2")  # and the confirmation
    expect(page.locator(".deed").first).to_contain_text("Appeal: 12 of 12")
    wait_until(lambda: len(appeals(demo)) == before + 12, "twelve letters", 180)


def appeals(demo: RunningDemo) -> list[dict[str, Any]]:
    return [line for line in demo.ledger() if line["kind"] == "appeal"]
