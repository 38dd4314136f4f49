"""Two hundred hostile texts in every place a patient's words reach: inert, and nobody is asked."""

import secrets
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.demo import Person, RunningDemo, wait_until
from tests.browser.payloads import PAYLOADS

RUN = secrets.token_hex(3)
TOGETHER = 4  # payloads in one message
PATIENTS = [f"p.{number}" for number in range(110, 122)]

# Elements that only markup could have made, in every shadow root of the page's own controls.
FOREIGN = """() => {
  const roots = [...document.querySelectorAll('[data-testid=stBidiComponentRegular], *')]
    .map(node => node.shadowRoot).filter(Boolean)
  return roots.flatMap(root => [...root.querySelectorAll(
    '.root :is(script, img, iframe, svg, a, object, embed, form, video, link, meta, base, math)'
  )]).length
}"""


def test_two_hundred_payloads_run_no_script_and_ask_nobody_outside(
    demo: RunningDemo, at_desk: Callable[..., Person]
) -> None:
    assert len(PAYLOADS) == 200
    for place, patient in enumerate(PATIENTS):
        demo.control("resources", resource=_hostile_patient(patient, PAYLOADS[place * 3]))
    threads = [_receive(demo, first) for first in range(0, len(PAYLOADS), TOGETHER)]
    named = ", ".join(f"'{thread}'" for thread in threads)  # the demo's own still come in, too
    sorted_ = (
        "SELECT count(DISTINCT c.id) FROM conversation c JOIN suggestion s "
        f"ON s.conversation_id = c.id WHERE c.thread_id IN ({named})"
    )
    messages = len(PAYLOADS) // TOGETHER
    wait_until(lambda: demo.counted(sorted_) == messages, "the messages to be sorted", 240)

    maria = at_desk("maria", "?lane=all")
    page = maria.page
    harmed: list[str] = []
    page.on("dialog", lambda dialog: harmed.append(dialog.message))
    _show_all(page)
    _unharmed(maria, harmed)

    opened = 0
    for row in page.locator("li.row", has_text=RUN).all():
        row.locator(".card").click()
        expect(row).to_have_class("row " + _urgency(row) + " cursor open", timeout=20_000)
        opened += 1
        _unharmed(maria, harmed)
    assert opened == messages

    maria.reply.fill("\n".join(PAYLOADS)[:3900])
    maria.reply.blur()
    page.wait_for_timeout(1500)
    page.reload()
    expect(maria.reply).to_be_visible()
    _unharmed(maria, harmed)
    outside = [url for url in maria.requests if not url.startswith((demo.url, "data:", "blob:"))]
    assert outside == []


def test_the_check_would_notice_markup_that_came_alive(at_desk: Callable[..., Person]) -> None:
    maria = at_desk("maria", "?lane=all")
    maria.page.evaluate(
        """() => {
          const host = [...document.querySelectorAll('*')].find(n => n.shadowRoot?.querySelector('ul.rows'))
          const row = document.createElement('li')
          row.innerHTML = "<img src=x onerror='window.harmed=1'>"
          host.shadowRoot.querySelector('ul.rows').append(row)
        }"""
    )
    assert maria.page.evaluate(FOREIGN) == 1


def _receive(demo: RunningDemo, first: int) -> str:
    """Four hostile texts arrive as one message; its thread."""
    patient = PATIENTS[first // TOGETHER % len(PATIENTS)]
    texts = PAYLOADS[first : first + TOGETHER]
    received = demo.receive(
        f"{RUN} " + "\n".join(texts),
        subject=texts[0][:180],
        patient=f"Patient/{patient}",
        attachments=[{"id": "a-1", "name": texts[1][:100], "type": "image/png", "size": 10}],
    )
    return str(received["thread"]["id"])


def _hostile_patient(id: str, name: str) -> dict[str, object]:
    return {
        "resourceType": "Patient",
        "id": id,
        "active": True,
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": f"MRN-{id}"}],
        "name": [{"use": "official", "family": name[:200], "given": [name[:80]]}],
        "gender": "unknown",
        "birthDate": "1970-01-01",
        "generalPractitioner": [{"reference": "Practitioner/pr.1"}],
    }


def _show_all(page: Page) -> None:
    more = page.get_by_role("button", name="Show 50 more")
    while more.is_visible():
        shown = page.locator("li.row").count()
        more.click()
        page.wait_for_function(
            "n => [...document.querySelectorAll('*')].some(x => x.shadowRoot && "
            "x.shadowRoot.querySelectorAll('li.row').length > n)",
            arg=shown,
        )


def _urgency(row: object) -> str:
    classes = str(row.get_attribute("class")).split()  # type: ignore[attr-defined]
    return next(c for c in classes if c in ("emergency", "urgent", "today", "routine"))


def _unharmed(person: Person, harmed: list[str]) -> None:
    page = person.page
    assert page.evaluate("window.harmed === undefined"), "a script ran"
    assert harmed == []
    assert page.evaluate(FOREIGN) == 0, "markup came alive"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page widened"
    heights = page.locator("li.row").evaluate_all("rows => rows.map(r => r.offsetHeight)")
    assert max(heights) <= 120, "a row grew out of the list"
