"""Who the patient is and whom to call: names and addresses taken apart into the chart's fields."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.making import made, unread
from services.workflows.intake.fields import Field
from services.workflows.intake.normal import addresses, names

PLAIN = {
    "first": "first_name", "last": "last_name", "middle": "middle", "dob": "dob", "sex": "sex",
    "city": "city", "state": "state", "zip": "zip", "email": "email", "language": "language",
}  # fmt: skip
PHONES = ("phone", "phone_home", "phone_work")  # the first of these that is answered counts
PARTED = 0.95  # how sure a name of two words, or an address line, is taken apart
DOUBTFUL = 0.7  # "Maria Lopez Garcia": a middle name, or two family names
CONTACTS = {"emergency": "emergency_contact_name", "guardian": "guardian"}
PARENTS = re.compile(r"\b(?:parent|mother|father|guardian|mom|dad|madre|padre|tutor)\b", re.I)
EITHER_DAY = "Day and month may be either way round on this form."
_DAY_FIRST = re.compile(r"\bdd?\s*[/.-]\s*mm?\b|\bfecha\b", re.I)
_PHONE = re.compile(r"(?:\+?1[\s.-]*)?\(?\d{3}\)?[\s.-]*\d{3}[\s.-]*\d{4}")


def people(findings: Sequence[Finding], today: date) -> Iterator[Field]:
    """Every ``demographics`` field that *findings* speak of, before answers are settled."""
    patient = [f for f in findings if f.context == "patient"]
    for finding in patient:
        if finding.part == "dob" and (either := _day_or_month(finding, today)):
            yield either
        elif name := PLAIN.get(finding.part):
            yield made(f"demographics.{name}", finding, today)
        elif finding.part == "name":
            yield from _patient_name(finding, today)
    yield from _street(patient, today)
    yield from _phone(patient, today)
    yield from _contacts(findings, today)


def _day_or_month(finding: Finding, today: date) -> Field | None:
    """A birth date that may be written day first, as its question suggests; staff choose."""
    parts = re.fullmatch(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{2,4})\s*", finding.text)
    if parts is None or not _DAY_FIRST.search(finding.source.label):
        return None
    one, _, two, year = parts.groups()
    if one == two or int(one) > 12 or int(two) > 12:
        return None
    path = "demographics.dob"
    read = [
        made(path, finding, today, f"{m}/{d}/{year}").value for m, d in ((two, one), (one, two))
    ]
    return unread(path, finding, EITHER_DAY, tuple(value for value in read if value))


def _patient_name(finding: Finding, today: date) -> Iterator[Field]:
    name = names.split(_in_order(finding))
    if name is None or not (name.first and name.last):
        yield from _half_a_name(finding, today)
        return
    sure = DOUBTFUL if _is_ambiguous(finding, name.middle) else PARTED
    yield made("demographics.last_name", finding, today, name.last, sure)
    yield made("demographics.first_name", finding, today, name.first, sure)
    if name.middle:
        yield made("demographics.middle", finding, today, name.middle, sure)


def _half_a_name(finding: Finding, today: date) -> Iterator[Field]:
    for path in ("demographics.last_name", "demographics.first_name"):
        empty = made(path, finding, today)
        reason = empty.reason or "First and family name cannot be told apart."
        yield unread(path, finding, reason)


def _is_ambiguous(finding: Finding, middle: str) -> bool:
    # A comma says which is the family name; an initial is no family name.
    return len(middle.strip(".")) > 1 and "," not in _in_order(finding)


def _in_order(finding: Finding) -> str:
    """The name as "Last, First" where the question asks for it in that order without a comma."""
    label = finding.source.label.casefold()
    asks_last_first = 0 <= label.find("last") < label.find("first")
    first, _, rest = finding.text.strip().partition(" ")
    return (
        f"{first}, {rest}" if asks_last_first and rest and "," not in finding.text else finding.text
    )


def _street(patient: Sequence[Finding], today: date) -> Iterator[Field]:
    units = [f.text for f in patient if f.part == "street2" and f.text.strip()]
    for finding in patient:
        if finding.part == "street":
            whole = " ".join([finding.text, *units]) if finding.text.strip() else ""
            yield made("demographics.address", finding, today, whole)
        elif finding.part == "address":
            yield from _line(finding, units, today)
        elif finding.part == "city_state_zip":
            yield from _town(finding, addresses.split(f"1 Main St, {finding.text}"), today)


def _line(finding: Finding, units: Sequence[str], today: date) -> Iterator[Field]:
    parts = addresses.split(finding.text)
    street = " ".join([parts.address if parts else finding.text, *units])
    yield made("demographics.address", finding, today, street, PARTED if parts else 1.0)
    if parts:
        yield from _town(finding, parts, today)


def _town(finding: Finding, parts: addresses.Address | None, today: date) -> Iterator[Field]:
    for name in ("city", "state", "zip"):
        if text := getattr(parts, name, ""):
            yield made(f"demographics.{name}", finding, today, text, PARTED)


def _phone(patient: Sequence[Finding], today: date) -> Iterator[Field]:
    for part in PHONES:
        found = [made("demographics.phone", f, today) for f in patient if f.part == part]
        if any(field.value for field in found) or (found and part == PHONES[0]):
            yield from found
            return


def _contacts(findings: Sequence[Finding], today: date) -> Iterator[Field]:
    for context, name in CONTACTS.items():
        yield from _named(findings, context, f"demographics.{name}", today)
    for finding in findings:
        if finding.slot == "emergency.phone":
            yield made("demographics.emergency_contact_phone", finding, today)
        elif finding.slot == "emergency.name" and (phone := _PHONE.search(finding.text)):
            yield made("demographics.emergency_contact_phone", finding, today, phone[0], PARTED)
        elif finding.slot == "pharmacy.name":
            yield made("demographics.pharmacy", finding, today)
    relations = [f.text for f in findings if f.slot == "responsible.relation"]
    if any(PARENTS.search(text) for text in relations):
        yield from _named(findings, "responsible", "demographics.guardian", today)


def _named(findings: Sequence[Finding], context: str, path: str, today: date) -> Iterator[Field]:
    own = {f.part: f for f in findings if f.context == context and f.text.strip()}
    for finding in findings:
        if finding.slot == f"{context}.name":
            yield made(path, finding, today, _bare(finding.text))
    if "first" in own and "last" in own:
        words = [own[part].text for part in ("first", "middle", "last") if part in own]
        yield made(path, own["first"], today, " ".join(words))


def _bare(text: str) -> str:
    """A contact's name without the number and the relationship people write behind it."""
    name = re.sub(r"\([^)]*\)", " ", _PHONE.sub(" ", text))
    name = re.split(r"\s[-\u2013\u2014/]\s|,\s*(?=[a-z])|:", name.strip(" ,;/-"))[0]
    return name.strip(" ,;/-") if text.strip() else text
