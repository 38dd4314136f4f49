"""A front desk at work in the real browser: a refill from arrival to verified, by keyboard."""

import secrets
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.demo import Person, RunningDemo, wait_until

Seat = Callable[..., Person]
RUN = secrets.token_hex(3)  # subjects of this run, so that a demo kept running can be used again
STORY, UNDO, MOVED = f"Refill {RUN}", f"Undo me {RUN}", f"Moved house {RUN}"
THANKS, PAIN = f"Thanks {RUN}", f"Pain {RUN}"


def test_a_refill_is_answered_in_two_actions_and_verified_word_for_word(
    demo: RunningDemo, at_desk: Seat
) -> None:
    said = demo.receive("Could I please get a refill of my lisinopril?", subject=STORY)
    maria = at_desk("maria", "?category=refill&lane=all")
    maria.see(STORY)

    maria.open(STORY)  # action 1, Enter: draft, reasons and chart are on one screen
    editor = maria.page.get_by_label("Draft by the built-in engine. Please check.")
    expect(editor).to_be_visible()
    expect(maria.page.locator(".st-key-reply_buttons button").first).to_be_enabled()
    patient = maria.page.locator("header h2").inner_text()
    drafted = editor.input_value()
    maria.press("s")  # action 2: send, and the next conversation opens

    told = maria.page.locator(".deed").first
    expect(told).to_contain_text(f"Reply approved ({patient})")
    expect(maria.row(STORY)).to_have_count(0)
    expect(maria.page.locator("header .subject")).not_to_have_text(STORY)
    expect(told).to_contain_text("accepted by healow", timeout=60_000)
    expect(told).to_contain_text("verified in healow", timeout=90_000)
    [written] = [w for w in demo.ledger() if w["thread"] == said["thread"]["id"]]
    assert (written["patient"], written["text"]) == ("Patient/p.103", drafted)


def test_a_reply_taken_back_in_time_never_leaves(demo: RunningDemo, at_desk: Seat) -> None:
    said = demo.receive("Please renew my inhaler, thank you.", subject=UNDO)
    maria = at_desk("maria", "?lane=all")
    maria.see(UNDO)
    maria.open(UNDO)
    before = demo.counted("SELECT count(*) FROM delivery WHERE state = 'cancelled'")
    maria.reply.fill("We will take care of it.")
    maria.reply.press("Control+Enter")
    expect(maria.page.locator(".deed button").first).to_contain_text("Undo")

    maria.press("u")

    expect(maria.page.locator("header .subject")).to_have_text(UNDO)
    cancelled = "SELECT count(*) FROM delivery WHERE state = 'cancelled'"
    wait_until(lambda: demo.counted(cancelled) > before, "the delivery to be cancelled")
    assert [w for w in demo.ledger() if w["thread"] == said["thread"]["id"]] == []


def test_ten_thank_yous_are_closed_with_one_key_and_one_with_chest_pain_is_not(
    demo: RunningDemo, at_desk: Seat
) -> None:
    for number in range(10):
        demo.receive(f"Thank you so much for your help {number}!", subject=f"{THANKS} {number}")
    demo.receive("Thanks! But I have crushing chest pain right now.", subject=PAIN)
    maria = at_desk("maria", "?lane=no-reply")
    maria.see(f"{THANKS} 9")
    wait_until(lambda: _thanks(maria) == 10, "ten thank-yous in the lane")
    assert maria.row(PAIN).count() == 0

    maria.press("Shift+D")

    expect(maria.page.locator(".deed").first).to_contain_text("done")
    wait_until(lambda: _thanks(maria) == 0, "the lane to be empty")
    maria.page.goto(f"{demo.url}/?lane=urgent")
    maria.see(PAIN)


def _thanks(person: Person) -> int:
    person.press("n")
    person.page.wait_for_timeout(600)
    return sum(subject.startswith(THANKS) for subject in person.subjects)


def test_a_wrong_category_is_corrected_with_one_key(demo: RunningDemo, at_desk: Seat) -> None:
    demo.receive("My new address is 12 Sample Street.", subject=MOVED)
    maria = at_desk("maria", "?lane=all")
    maria.see(MOVED)
    maria.open(MOVED)
    maria.press("6")  # billing
    expect(maria.page.locator("header details summary")).to_contain_text("Billing")
    expect(maria.row(MOVED)).to_contain_text("Billing")


def test_the_overlay_shows_the_keys_and_g_changes_the_lane(
    demo: RunningDemo, at_desk: Seat
) -> None:
    maria = at_desk("maria")
    maria.press("?")
    expect(maria.page.locator("dialog")).to_be_visible()
    maria.press("Escape", "g", "z")
    expect(maria.page.locator(".lane.on")).to_contain_text("Snoozed")
    assert "lane=snoozed" in maria.page.url
