"""A front desk verifies check-in forms in the real browser, by keyboard, and the chart shows it."""

import secrets
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from services.demo import CLIENT, CODE, KEY_ID
from services.ehr.connect import connect
from services.ehr.connection import PracticeConnection
from services.ehr.in_process import OwnCalls, OwnTokens
from services.wiring import READ_SCOPES
from tests.browser.demo import Person, RunningDemo, wait_until
from tests.browser.payloads import PAYLOADS
from tests.services.documents import files

Seat = Callable[..., Person]
RUN = secrets.token_hex(3).translate(str.maketrans("0123456789", "ghijklmnop"))
STORY, BACK, HOSTILE, PAPER, TWIN = (
    f"{name}{RUN}" for name in ("Story", "Back", "Hostile", "Paper", "Twin")
)
TEXTS = {
    "reach.street": "<img src=x onerror=window.harmed=1>",
    "reach.city": "=HYPERLINK(\"https://outside.invalid\",\"x\")",
    "emergency.name": "![x](https://outside.invalid/x.png) **bold** :red[x]",
    "pharmacy.name": "\u202egnp.exe\u202c <script>window.harmed=1</script>",
    "visit.reason": "\n".join(PAYLOADS[:40]),
}  # fmt: skip
ALIVE = """() => [...document.querySelectorAll('*')].map(n => n.shadowRoot).filter(Boolean)
  .flatMap(root => [...root.querySelectorAll('.root :is(script, img, iframe, svg, a, object, form)')])
  .length"""


def arrive(demo: RunningDemo, family: str, answers: dict[str, str] | None = None) -> dict[str, str]:
    """A new patient with a visit in two days and a form: of twelve fields, or of these *answers*."""
    fields = {} if answers else {"fields": 12}
    told = dict(demo.control("newcomers", family=family, given="Quinn", **fields))
    if answers:
        demo.control("forms", answers=answers, **told)
    _wait_for_form(demo, told)
    return told


def _wait_for_form(demo: RunningDemo, told: dict[str, str]) -> None:
    mine = (
        "SELECT count(*) FROM intake_form JOIN patient ON patient.id = intake_form.patient_id "
        f"WHERE patient.ehr_ref = '{told['patient']}'"
    )
    deadline, ask_again = time.monotonic() + 400, 0.0
    while not demo.counted(mine):
        assert time.monotonic() < deadline, "the form did not arrive"
        if time.monotonic() > ask_again:  # a poll under way may just have said it knows them all
            ask_for_visits(demo)
            ask_again = time.monotonic() + 45  # each asking costs calls, of which a minute has 250
        time.sleep(1)


def ask_for_visits(demo: RunningDemo) -> None:
    # The product asks for the schedule every few minutes; a test does not wait for that.
    with sqlite3.connect(demo.folder / "foyer.db", timeout=30) as database:
        database.execute("UPDATE connection SET cursor = NULL WHERE road = 'check_in_forms'")


@pytest.fixture
def at_intake(demo: RunningDemo, at_desk: Seat) -> Callable[[str], Page]:
    """Seat somebody in front of all forms."""

    def sit(who: str) -> Page:
        page = at_desk(who).page
        page.goto(f"{demo.url}/intake?lane=all")
        page.wait_for_selector(".st-key-intake_list li.row, .st-key-intake_list li.empty")
        return page

    return sit


def see(page: Page, family: str, ready: str) -> Locator:
    """Look until the form of *family* is in the list and *ready*; put the cursor there."""
    row = page.locator("li.row", has_text=family)
    deadline = time.monotonic() + 300
    while row.count() == 0 or ready not in row.inner_text():
        assert time.monotonic() < deadline, "the form did not become ready"
        page.keyboard.press("n")
        page.wait_for_timeout(1000)
    for _ in range(page.locator("li.row").count()):
        if "cursor" in str(row.get_attribute("class")).split():
            return row
        page.keyboard.press("j")
    raise AssertionError("the cursor did not reach the form")


def read_it(page: Page, family: str) -> None:
    expect(page.locator("header h2")).to_contain_text(family)
    page.wait_for_timeout(500)  # nobody decides faster, and the page does not let them


def test_three_differences_are_verified_in_two_and_three_actions_and_the_chart_shows_all_twelve(
    demo: RunningDemo, at_intake: Callable[[str], Page]
) -> None:
    new = arrive(demo, STORY)
    page = at_intake("maria")
    see(page, STORY, "3 fields to decide")

    page.keyboard.press("Enter")  # action 1: open
    read_it(page, STORY)
    expect(page.locator("details.match")).to_contain_text("9 fields match")
    expect(page.locator(".field")).to_have_count(3)
    page.keyboard.press("a")  # action 2: everything that matches
    expect(page.locator("details.match")).to_contain_text("accepted by Maria Demo")
    for _ in range(3):  # and one action for each difference
        page.keyboard.press("1")

    told = page.locator(".deed").first
    expect(told).to_contain_text(f"Goes to the chart (Quinn {STORY})")
    expect(page.locator("li.row", has_text=STORY)).to_have_count(0)
    expect(page.locator("header h2")).not_to_contain_text(STORY)
    expect(told).to_contain_text("verified in the chart", timeout=90_000)
    wanted = truth(demo, new["form"])
    assert len(wanted) == 12
    found = charted(demo, new["patient"])
    assert {path: found[path] for path in wanted} == wanted


def truth(demo: RunningDemo, form: str) -> dict[str, str]:
    """What a careful reader finds on a form, by path."""
    answer = httpx.get(f"{demo.sandbox}/control/intake/truth", trust_env=False).json()
    return dict(next(one["fields"] for one in answer if one["form"] == form))


def charted(demo: RunningDemo, patient: str) -> dict[str, str]:
    """The patient's chart as a program reads it, by path."""
    connection = PracticeConnection(
        code=CODE,
        fhir_base=f"{demo.sandbox}/fhir/r4/{CODE}",
        healow_base=f"{demo.sandbox}/healow/v1/{CODE}",
        client_id=CLIENT,
        key_id=KEY_ID,
        private_key_pem=(demo.folder / "signing_key.pem").read_text(),
        scopes=tuple(READ_SCOPES),
        contract=frozenset(),
        deadline=timedelta(seconds=10),
    )
    ehr = connect(connection, OwnTokens(), OwnCalls(), lambda: datetime.now(UTC))
    found = ehr.registrar.registration(patient)
    insured = {f"coverage[0].{n}": getattr(found.coverage[0], n) for n in INSURED}
    return {f"demographics.{name}": text for name, text in found.demographics.items()} | insured


INSURED = ("payer", "plan", "member_id", "group", "subscriber", "relationship")


def test_a_document_that_may_be_several_patients_is_confirmed_removed_and_put_back_by_one_key_each(
    demo: RunningDemo, at_intake: Callable[[str], Page]
) -> None:
    for given in ("Rita", "Rina"):
        demo.control("newcomers", family=TWIN, given=given, fields=12)
    page = at_intake("maria")
    form = files.typed(
        ["Patient Registration Form"], ["Last Name:", TWIN], ["First Name:", "Rima"],
        ["Date of Birth:", "05/17/1988"],
    )  # fmt: skip
    drop(page, f"{TWIN}.pdf", form)
    row = see(page, f"{TWIN}.pdf", "Whose form is it?")
    expect(row).to_contain_text("Patient form")

    page.keyboard.press("Enter")
    people = page.locator(".whose .person")
    expect(people).to_have_count(3)  # the third line says that it is none of these
    expect(people.first).to_contain_text("The first name differs by one letter.")
    page.wait_for_timeout(500)
    page.keyboard.press("2")
    expect(page.locator(".deed").first).to_contain_text("Patient confirmed")
    expect(page.locator("header h2")).to_contain_text(TWIN, timeout=240_000)  # when its turn comes

    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("li.row", has_text=f"{TWIN}.pdf")).to_have_count(0)
    expect(page.locator(".deed").first).to_contain_text("Removed")
    expect(page.locator(".deed button").first).to_contain_text("Undo")
    page.keyboard.press("u")
    expect(page.locator(".deed").first).to_contain_text("Taken back")
    expect(page.locator("header h2")).to_contain_text(TWIN)
    expect(page.get_by_role("button", name="Remove", exact=True)).to_be_visible()


def drop(page: Page, name: str, data: bytes) -> None:
    """Add one document on the page."""
    page.get_by_role("button", name="Add documents").click()
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": data}
    )
    expect(page.locator(".deed").first).to_contain_text(name)


def test_what_was_accepted_is_taken_back_in_time_and_the_source_follows_the_field(
    demo: RunningDemo, at_intake: Callable[[str], Page]
) -> None:
    arrive(demo, BACK)
    page = at_intake("maria")
    see(page, BACK, "3 fields to decide")
    page.keyboard.press("Enter")
    read_it(page, BACK)
    lit = page.locator(".answer.lit")
    expect(lit).to_contain_text("Phone")
    page.keyboard.press("j")
    expect(lit).to_contain_text("Member ID")
    page.locator(".answer", has_text="Group number").click()
    expect(page.locator(".field.cursor")).to_contain_text("group number")

    before = demo.counted("SELECT count(*) FROM delivery WHERE state = 'cancelled'")
    page.keyboard.press("c")
    page.keyboard.press("2")  # a ready reason
    expect(page.locator(".field", has_text="group number")).to_contain_text("Chart kept")
    page.keyboard.press("a")
    page.keyboard.press("1")
    page.keyboard.press("1")
    expect(page.locator(".deed button").first).to_contain_text("Undo")
    page.keyboard.press("u")

    expect(page.locator("header h2")).to_contain_text(BACK)
    expect(page.locator(".field", has_text="Phone")).to_contain_text("Accept")
    cancelled = "SELECT count(*) FROM delivery WHERE state = 'cancelled'"
    wait_until(lambda: demo.counted(cancelled) > before, "the entries to be cancelled")


def test_hostile_answers_are_shown_as_text_and_run_nothing(
    demo: RunningDemo, at_desk: Seat
) -> None:
    arrive(demo, HOSTILE, TEXTS)
    maria = at_desk("maria")
    page = maria.page
    harmed: list[str] = []
    page.on("dialog", lambda dialog: harmed.append(dialog.message))
    page.goto(f"{demo.url}/intake?lane=all")
    see(page, HOSTILE, "to decide")
    page.keyboard.press("Enter")
    read_it(page, HOSTILE)
    expect(page.locator(".answers")).to_contain_text("<img src=x onerror=window.harmed=1>")
    expect(page.locator(".answers")).to_contain_text("**bold**")
    expect(page.locator(".answers .unseen").first).to_have_text("U+202E")
    fields = page.locator(".field .sides")
    expect(fields.filter(has_text="=HYPERLINK(")).to_have_count(1)
    assert page.evaluate("window.harmed === undefined"), "a script ran"
    assert harmed == []
    assert page.evaluate(ALIVE) == 0, "markup came alive"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page widened"
    own = (demo.url, "data:", "blob:")
    assert [url for url in maria.requests if not url.startswith(own)] == []
    assert HOSTILE not in page.url
    assert HOSTILE not in page.title()


def test_a_file_that_cannot_be_read_says_why_in_the_list(
    demo: RunningDemo, at_intake: Callable[[str], Page]
) -> None:
    page = at_intake("maria")
    page.get_by_role("button", name="Add documents").click()
    file = {"name": f"{PAPER}.pdf", "mimeType": "application/pdf", "buffer": b"no form at all"}
    page.set_input_files("input[type=file]", file)
    expect(page.locator(".deed").first).to_contain_text("will be read in a moment")
    row = see(page, PAPER, "Could not be read")
    expect(row).to_contain_text("This kind of file cannot be read")


def test_the_check_would_notice_markup_that_came_alive(at_intake: Callable[[str], Page]) -> None:
    page = at_intake("maria")
    page.evaluate(
        """() => {
          const host = [...document.querySelectorAll('*')].find(n => n.shadowRoot?.querySelector('ul.rows'))
          host.shadowRoot.querySelector('ul.rows').append(document.createElement('img'))
        }"""
    )
    assert page.evaluate(ALIVE) == 1
