"""A biller's morning at the claims page in the real browser: release, let pass, read, match, take off."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import Person, RunningDemo, read_it, see, truth, wait_until
from tests.services.claims.large_files import remittance

Seat = Callable[..., Person]
NOBODYS = "NOBODY-KNOWS-1"
WHY = "the chart documents it"


@pytest.fixture
def drafts(demo: RunningDemo) -> None:
    """The past year is posted, and the claims that wait to be released lie in the list."""
    waiting = "SELECT count(*) FROM claim WHERE state IN ('ready', 'held')"
    wait_until(lambda: demo.counted(waiting) > 0, "the drafts from eCW", 600)


@pytest.fixture
def at_claims(demo: RunningDemo, at_desk: Seat, drafts: None) -> Callable[..., Page]:
    """Seat the biller in front of a lane of the claims page."""
    page = at_desk("bill").page

    def go(lane: str) -> Page:
        page.goto(f"{demo.url}/claims?lane={lane}")
        page.wait_for_selector(".st-key-claims_list li.row, .st-key-claims_list li.empty")
        return page

    return go


def deed(page: Page) -> Locator:
    """The newest line above the list."""
    return page.locator(".deed").first


def number(page: Page) -> str:
    """The practice's own number of the claim that is open."""
    return page.locator("dt", has_text="Number").first.locator("+ dd").inner_text()


def timeline(page: Page) -> Locator:
    """The table that tells the claim's life."""
    return page.locator("section", has_text="From charge to closed").last


def test_a_clean_claim_leaves_with_one_click(
    demo: RunningDemo, at_claims: Callable[..., Page]
) -> None:
    page = at_claims("release")
    see(page, "Clean")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Release", exact=False).first).to_be_visible()
    page.wait_for_timeout(500)  # nobody decides faster, and the page does not let them
    claim = number(page)
    page.keyboard.press("a")  # the one click
    expect(deed(page)).to_contain_text("Released")
    wait_until(lambda: truth(demo, claim)["state"] != "draft", "the claim to leave", 120)


def test_a_held_claim_shows_field_value_and_fix_and_leaves_only_for_a_reason(
    demo: RunningDemo, at_claims: Callable[..., Page]
) -> None:
    page = at_claims("release")
    see(page, "to fix")
    page.keyboard.press("Enter")
    finding = page.locator("li.field.hold").first
    expect(finding).to_contain_text("Source:")
    expect(finding.locator("p.warned")).not_to_be_empty()
    expect(page.locator("button.act", has_text="Release")).to_have_count(0)
    claim = number(page)
    page.keyboard.press("a")
    page.wait_for_timeout(500)
    assert truth(demo, claim)["state"] == "draft"

    reasons = page.locator("li.field.hold select")
    while (left := reasons.count()) > 0:
        reasons.first.select_option(WHY)
        expect(reasons).to_have_count(left - 1)
    expect(page.locator("li.field.done").first).to_contain_text("Let pass by Bill")
    expect(timeline(page)).to_contain_text(WHY)
    release = page.locator("button.act", has_text="Release").first
    expect(release).to_be_visible()
    release.click()
    expect(deed(page)).to_contain_text("Released")
    wait_until(lambda: truth(demo, claim)["state"] != "draft", "the claim to leave", 120)


def test_a_rejection_says_in_plain_words_what_to_do(
    demo: RunningDemo, at_claims: Callable[..., Page]
) -> None:
    demo.control("claims", procedures=[{"code": "71046", "charge": 654_300}], outcome="rejected")
    page = at_claims("rejected")
    see(page, "$6,543.00")
    page.keyboard.press("Enter")
    told = page.locator(".notice.bad").first
    expect(told).to_contain_text("Rejected:")
    expect(told).to_contain_text("this is no denial")
    expect(page.get_by_role("button", name="Fixed in eCW")).to_be_visible()


def test_a_payment_of_nobodys_claim_is_matched_and_taken_off_again(
    demo: RunningDemo, at_claims: Callable[..., Page], tmp_path: Path
) -> None:
    made = demo.control("claims", procedures=[{"code": "71046", "charge": 765_400}])["claim_id"]
    mine = "SELECT count(*) FROM claim WHERE charge_cents = 765400"
    wait_until(lambda: demo.counted(mine) == 1, "the claim to be in the books", 120)
    file = tmp_path / "nobodys.835"
    file.write_bytes(remittance([NOBODYS]))

    page = at_claims("files")
    page.get_by_role("button", name="Add files").click()
    page.locator("input[type=file]").set_input_files(str(file))
    expect(deed(page)).to_contain_text("nobodys.835", timeout=60_000)
    page = at_claims("unmatched")
    see(page, NOBODYS)
    page.keyboard.press("Enter")
    field = page.locator("input[data-k=find]")
    field.fill(made)
    field.press("Enter")
    found = page.locator("li.field", has_text=made)
    found.locator("button.act", has_text="Match").click()
    if (sure := page.locator("[data-k=yes]")).count():
        sure.click()
    expect(deed(page)).to_contain_text("Matched")

    page = at_claims("all")
    page.get_by_label("Find claims").fill(made)
    page.get_by_label("Find claims").press("Enter")
    page.locator("li.row", has_text="$7,654.00").first.click()  # the field has the keys
    read_it(page, "")
    page.locator("button.act", has_text="Take off").first.click()
    page.locator("[data-k=yes]").click()
    expect(deed(page)).to_contain_text("unmatched again")
    expect(timeline(page)).to_contain_text("A payment was taken off again")
    expect(timeline(page)).to_contain_text("Submitted to the clearinghouse")
