"""Several people at the same inbox, a list that holds still, and a page that loses nothing."""

import secrets
import time
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.demo import Person, RunningDemo

Seat = Callable[..., Person]
RUN = secrets.token_hex(3)


def test_a_colleague_sees_within_five_seconds_who_has_it_open(
    demo: RunningDemo, at_desk: Seat
) -> None:
    subject = f"Shared {RUN}"
    demo.receive("Could somebody call me about my knee?", subject=subject)
    nora, maria = at_desk("nora", "?lane=all"), at_desk("maria", "?lane=all")
    nora.see(subject)
    maria.see(subject)

    maria.open(subject)
    opened = time.monotonic()
    expect(nora.row(subject)).to_contain_text("Maria Demo (front desk) is viewing")
    assert time.monotonic() - opened < 30  # five seconds on a quiet machine

    maria.reply.fill("Hello, we will")
    expect(nora.row(subject)).to_contain_text("Maria Demo (front desk) is typing")
    maria.reply.press("Escape")
    maria.press("t")
    expect(nora.row(subject)).to_contain_text("held by Maria Demo (front desk)")


def test_what_somebody_else_answered_is_refused_and_my_text_is_kept(
    demo: RunningDemo, at_desk: Seat
) -> None:
    subject = f"Both answer {RUN}"
    demo.receive("Is the clinic open on Friday?", subject=subject)
    nora, maria = at_desk("nora", "?lane=all"), at_desk("maria", "?lane=all")
    nora.see(subject)
    nora.open(subject)
    nora.reply.fill("Nora's answer, half written")
    nora.reply.press("Escape")
    maria.see(subject)
    maria.open(subject)
    maria.page.wait_for_timeout(1000)
    maria.press("t")
    expect(maria.page.locator(".deed").first).to_contain_text("Taken")

    nora.press("s")

    expect(nora.page.locator(".deed.bad").first).to_contain_text("Maria Demo (front desk) got here")
    expect(nora.reply).to_have_value("Nora's answer, half written")
    assert [w for w in demo.ledger() if "half written" in w["text"]] == []


def test_an_edit_by_the_patient_is_announced_refused_and_then_shown_word_by_word(
    demo: RunningDemo, at_desk: Seat
) -> None:
    subject = f"Edited {RUN}"
    said = demo.receive("Please send 5 tablets.", subject=subject)
    maria = at_desk("maria", "?lane=all")
    maria.see(subject)
    maria.open(subject)
    maria.reply.fill("We will see to it.")
    maria.reply.press("Escape")
    demo.control(f"messages/{said['id']}/edit", body="Please send 50 tablets.")
    expect(maria.page.locator(".live")).to_contain_text("The patient wrote or changed something")

    maria.press("s")
    expect(maria.page.locator(".deed.bad").first).to_contain_text("Not done")
    expect(maria.reply).to_have_value("We will see to it.")

    maria.press("Enter")
    maria.page.locator("details.edit summary").click()
    expect(maria.page.locator("details.edit del")).to_have_text("5")
    expect(maria.page.locator("details.edit ins")).to_have_text("50")
    expect(maria.reply).to_have_value("We will see to it.")
    assert [w for w in demo.ledger() if w["thread"] == said["thread"]["id"]] == []


def test_the_list_holds_still_when_something_urgent_arrives(
    demo: RunningDemo, at_desk: Seat
) -> None:
    maria = at_desk("maria", "?lane=all")
    maria.press("j", "j", "j")
    before, under = maria.subjects, maria.page.locator("li.row.cursor").get_attribute("data-id")
    demo.receive("I have crushing chest pain and cannot breathe.", subject=f"Now {RUN}")

    expect(maria.page.locator("button.fresh")).to_contain_text("1 new")
    assert maria.subjects == before
    maria.press("Enter")
    expect(maria.page.locator("li.row.open")).to_have_attribute("data-id", str(under))
    assert maria.subjects == before

    maria.press("n")
    expect(maria.row(f"Now {RUN}")).to_be_visible()
    assert maria.subjects != before


def test_a_reload_loses_nothing_that_was_typed(demo: RunningDemo, at_desk: Seat) -> None:
    subject = f"Typed {RUN}"
    demo.receive("When is my appointment?", subject=subject)
    maria = at_desk("maria", "?lane=all")
    maria.see(subject)
    maria.open(subject)
    maria.reply.fill("Typed, and never")
    maria.reply.press_sequentially(" sent")
    maria.page.wait_for_timeout(2500)  # no blur, no click: the page keeps it by itself

    maria.page.reload()

    expect(maria.page.locator("header .subject")).to_have_text(subject)
    expect(maria.reply).to_have_value("Typed, and never sent")


def test_a_second_press_meant_for_the_last_item_does_not_reach_the_next(
    demo: RunningDemo, at_desk: Seat
) -> None:
    for number in (1, 2):
        demo.receive(f"Thanks again {number}", subject=f"Twice {number} {RUN}")
    maria = at_desk("maria", "?lane=all")
    maria.see(f"Twice 2 {RUN}")
    maria.see(f"Twice 1 {RUN}")
    maria.open(f"Twice 1 {RUN}")
    closed = "SELECT count(*) FROM conversation WHERE last_verb = 'inbox.no_reply'"
    before = demo.counted(closed)
    maria.press("d", "d", "d")
    expect(maria.page.locator(".deed.good").first).to_contain_text("Closed, no reply needed")
    maria.page.wait_for_timeout(1500)
    assert demo.counted(closed) == before + 1


def test_old_data_switches_the_actions_off_and_says_why(demo: RunningDemo, at_desk: Seat) -> None:
    subject = f"Stale {RUN}"
    demo.receive("Can I have a copy of my records?", subject=subject)
    maria = at_desk("maria", "?lane=all")
    maria.see(subject)
    maria.open(subject)
    send = maria.page.locator(".st-key-reply_buttons button").first
    expect(send).to_be_enabled()
    demo.control("faults", match="healow", kind="outage")
    try:
        expect(maria.page.locator(".badge.stale")).to_contain_text(
            "Actions are off", timeout=90_000
        )
        expect(send).to_be_disabled()
        maria.press("s")
        maria.page.wait_for_timeout(1000)
        expect(maria.page.locator("header .subject")).to_have_text(subject)
    finally:
        demo.clear_faults()
    expect(maria.page.locator(".badge.stale")).to_have_count(0, timeout=90_000)
    expect(send).to_be_enabled()
