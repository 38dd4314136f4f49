"""A provider writes notes in the real browser with the keyboard alone: ticked, changed, sent, filed in eCW."""

import re
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import Person, RunningDemo, wait_until

Seat = Callable[..., Person]
PATIENCE = 240.0  # seconds for what a quiet machine does in a few
DOUBTED = "D2N058"  # what was said there holds sentences that the checker doubts
SAID = "Doctor: What brings you in?\nPatient: I have had a cough for three days."
ADDED = "Sleeps with two pillows."
HISTORY = ("HPI", "S20")  # the code of that section at either location


@pytest.fixture
def at_notes(demo: RunningDemo, at_desk: Seat) -> Callable[[str], Page]:
    """Seat somebody in front of the visits of today."""

    def sit(who: str) -> Page:
        page = at_desk(who).page
        page.goto(f"{demo.url}/notes")
        page.locator(".st-key-note_pane").wait_for(timeout=PATIENCE * 1000)
        return page

    return sit


def opened(demo: RunningDemo, patient: str, **more: Any) -> str:
    """A visit is opened in eCW, found and drafted; its id there."""
    visit = str(demo.control("encounters", patient=patient, **more)["id"])
    wait_until(lambda: note(demo, visit, "state") == "ready", "the draft", PATIENCE)
    return visit


def note(demo: RunningDemo, visit: str, column: str) -> Any:
    """One plain column of a visit's note; ``None`` before there is one."""
    with sqlite3.connect(demo.folder / "foyer.db", timeout=30) as database:
        asked = f"SELECT {column} FROM visit_note WHERE encounter_ref = ?"
        found = database.execute(asked, (f"Encounter/{visit}",)).fetchone()
    return found[0] if found else None


def filed(demo: RunningDemo, visit: str) -> dict[str, str]:
    """What lies in the visit's note in eCW, by section."""
    answer = httpx.get(f"{demo.sandbox}/control/encounters/{visit}/filed", trust_env=False).json()
    return {code: str(one["text"]) for code, one in answer["sections"].items()}


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until *wanted* has the focus: a list that is drawn anew may take it away."""
    deadline = time.monotonic() + PATIENCE
    expect(wanted).to_be_visible(timeout=PATIENCE * 1000)
    expect(wanted).to_be_enabled(timeout=PATIENCE * 1000)
    while not _has_focus(wanted):
        assert time.monotonic() < deadline, "the keyboard does not reach it"
        page.keyboard.press("Tab")


def _has_focus(wanted: Locator) -> bool:
    # It is asked in one step: the page may be drawn anew between two.
    return bool(wanted.evaluate_all("nodes => nodes.some(n => n === document.activeElement)"))


def press(page: Page, wanted: Locator, told: str = "") -> None:
    """Reach a button and press Enter; the page then says what came of it."""
    reach(page, wanted)
    page.keyboard.press("Enter")
    if told:
        expect(page.get_by_text(told).first).to_be_visible(timeout=PATIENCE * 1000)


def named(page: Page, label: str) -> Locator:
    """The first button with this label."""
    return page.get_by_role("button", name=label).first


def open_visit(demo: RunningDemo, page: Page, visit: str) -> None:
    """Open the visit's card and see its draft beside the list."""
    id = _uuid(str(note(demo, visit, "id")))
    press(page, page.locator(f".st-key-open-{id} button"))
    expect(page.locator(f".st-key-notes-draft_again-{id}")).to_be_visible(timeout=PATIENCE * 1000)


def _uuid(hexed: str) -> str:
    plain = hexed.replace("-", "")
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


def test_a_draft_is_ticked_changed_and_sent_by_keyboard_and_lies_in_its_sections(
    demo: RunningDemo, at_notes: Callable[[str], Page]
) -> None:
    visit = opened(demo, "Patient/p.104", transcript=DOUBTED)
    wait_until(lambda: note(demo, visit, "has_transcript"), "what was said", PATIENCE)
    doubts = int(note(demo, visit, "unsettled"))
    assert doubts >= 2
    page = at_notes("paul")
    open_visit(demo, page, visit)

    gone = doubted(page)
    press(page, named(page, "Take it out"), "Taken out.")
    wait_until(lambda: note(demo, visit, "unsettled") < doubts, "the sentence to go", PATIENCE)
    kept = doubted(page)
    while before := int(note(demo, visit, "unsettled")):
        press(page, named(page, "I stand for it"), "Ticked under your name.")
        wait_until(lambda was=before: note(demo, visit, "unsettled") < was, "the tick", PATIENCE)

    write_on(page, "hpi", ADDED)
    expect(page.get_by_text(f"{ADDED}  (yours)")).to_be_visible(timeout=PATIENCE * 1000)
    press(page, named(page, "Send as draft for signature"), "Approved.")
    wait_until(lambda: note(demo, visit, "state") == "filed", "the note to be read back", PATIENCE)

    lies = filed(demo, visit)
    assert ADDED in next(lies[code] for code in HISTORY if code in lies)
    everything = "\n".join(lies.values())
    assert kept in everything
    assert gone not in everything
    expect(page.get_by_text("Unsigned in eCW").first).to_be_visible(timeout=PATIENCE * 1000)


def doubted(page: Page) -> str:
    """The words of the first sentence that waits to be decided, without what it rests on."""
    alert = page.locator("[class*='st-key-part-'] [data-testid='stAlert']").first
    expect(alert).to_be_visible(timeout=PATIENCE * 1000)
    said = alert.locator("xpath=preceding::*[@data-testid='stText'][1]").inner_text()
    return said.partition("  [")[0].strip()


def write_on(page: Page, section: str, words: str) -> None:
    """Open a section, add a line at its end and keep it."""
    press(page, page.locator(f".st-key-edit-{section} button"))
    field = page.locator(f"[class*='-{section}'] textarea").first
    reach(page, field)
    page.keyboard.press("Control+End")
    page.keyboard.type(f"\n{words}")
    expect(field).to_have_value(re.compile(f"{re.escape(words)}$"))
    press(page, page.locator(f".st-key-keep-{section} button"), "Kept.")


def test_a_transcript_is_added_by_keyboard_and_the_note_drafted_from_it(
    demo: RunningDemo, at_notes: Callable[[str], Page]
) -> None:
    visit = opened(demo, "Patient/p.105", transcript="")
    assert not note(demo, visit, "has_transcript")
    page = at_notes("paul")
    open_visit(demo, page, visit)
    press(page, named(page, "Add transcript"))
    field = page.get_by_role("textbox", name="What was said")
    reach(page, field)
    page.keyboard.type(SAID)
    expect(field).to_have_value(SAID)
    press(page, named(page, "Draft from this transcript"), "The transcript is kept")
    wait_until(
        lambda: note(demo, visit, "has_transcript") and note(demo, visit, "state") == "ready",
        "the new draft", PATIENCE,
    )  # fmt: skip
    expect(page.get_by_text("I have had a cough for three days.").first).to_be_visible(
        timeout=PATIENCE * 1000
    )
