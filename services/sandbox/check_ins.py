"""The check-in stream: a form for most coming visits, authored on a seeded clock, truth known."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from services.sandbox.answering import response
from services.sandbox.charts import Chart, patient_of
from services.sandbox.contradicting import CONTRADICTING
from services.sandbox.filling import as_charted, tell_more
from services.sandbox.guest_forms import guest_form
from services.sandbox.newcomers import full_chart_of
from services.sandbox.news import CHANGED, MISSING, NEW
from services.sandbox.shapes import Json, moment, stamp
from services.sandbox.sheet import Sheet
from services.sandbox.slips import Person, Slip
from services.sandbox.spellings import FORMATTED, ODD
from services.sandbox.tenants import Tenant
from services.sandbox.tray import Version

AHEAD, BACK, ON = timedelta(days=10), timedelta(days=2), timedelta(days=1)
ALREADY_SHARE = 0.75
LATER_GROUPS = ("history", "family", "social", "visit", "consent", "medications", "allergies")
COMING = ("planned", "arrived", "triaged", "in-progress")


def expect_forms(tenant: Tenant, share: float, now: datetime, seed: int) -> None:
    """Lay the forms of the coming visits in the tray; *share* of the visits have one.

    Every fifth of them brings a second one, of another's making.
    """
    for number, visit in enumerate(coming_visits(tenant, now)):
        draws = _draws(f"{seed} {visit['id']}")
        if draws.random() < share:
            for version in versions(tenant, visit, number, now, draws):
                tenant.tray.expect(version)
            if number % 5 == 4:
                at = now - draws.random() * BACK
                tenant.tray.expect(guest_form(tenant.chart, visit, number // 5, at, draws))
    tenant.take_in(now)


def coming_visits(tenant: Tenant, now: datetime) -> list[Json]:
    """Visits from today on, ten days ahead, in the chart's order."""
    first, last = now.date().isoformat(), (now + AHEAD + timedelta(days=3)).date().isoformat()
    return [
        visit
        for visit in tenant.chart.all("Encounter")
        if visit["status"] in COMING and first <= visit["period"]["start"][:10] <= last
    ]


def versions(
    tenant: Tenant, visit: Json, number: int, now: datetime, draws: random.Random
) -> Iterator[Version]:
    """The form of one visit; every fourth is amended or completed later."""
    already = draws.random() < ALREADY_SHARE
    at = now - draws.random() * BACK if already else now + draws.random() * ON
    form_id = f"cf.{visit['id'].partition('.')[2]}.{now:%m%d}"
    sheet = filled(tenant.chart, visit["subject"]["reference"], number, now.date(), draws)
    later = at + timedelta(hours=draws.uniform(1, 20))
    if number % 7 == 3:
        part = sheet.without_groups(LATER_GROUPS)
        yield version(form_id, part, visit, at, status="in-progress")
        yield version(form_id, sheet, visit, later, number=2)
        return
    yield version(form_id, sheet, visit, at)
    if number % 6 == 2:
        amended = slipped(sheet, _person(tenant.chart, visit, now), CHANGED, draws)
        yield version(form_id, amended, visit, later, status="amended", number=2)


def filled(chart: Chart, patient: str, number: int, today: date, draws: random.Random) -> Sheet:
    """What one patient says: the chart's facts, then slips; the *number* spreads the rarer ones."""
    known = chart.at(patient)
    if known is None:
        raise KeyError(patient)
    whole = full_chart_of(known, today) if "address" not in known else chart
    person = Person(whole.at(patient) or known, today)
    sheet = as_charted(whole, person.patient)
    tell_more(sheet, person.patient, draws)
    if whole is not chart:
        return _all_new(sheet)
    sheet = slipped(sheet, person, FORMATTED, draws, draws.randint(1, 3))
    sheet = slipped(sheet, person, CHANGED, draws, draws.randrange(3))
    sheet = slipped(sheet, person, NEW, draws, draws.randrange(3))
    sheet = slipped(sheet, person, MISSING, draws, draws.randrange(2))
    if number % 3 == 1:
        sheet = slipped(sheet, person, _from(CONTRADICTING, number // 3), draws, shuffled=False)
    if number % 4 == 0:
        sheet = slipped(sheet, person, _from(ODD, number // 4), draws, shuffled=False)
    return sheet


def slipped(
    sheet: Sheet,
    person: Person,
    slips: Sequence[Slip],
    draws: random.Random,
    count: int = 1,
    shuffled: bool = True,
) -> Sheet:
    """A copy of *sheet* with *count* of the slips that suit the person."""
    copy, done = sheet.copy(), 0
    for slip in draws.sample(slips, len(slips)) if shuffled else slips:
        if done < count and slip(copy, person, draws):
            done += 1
    return copy


def version(
    form_id: str,
    sheet: Sheet,
    visit: Json,
    at: datetime,
    status: str = "completed",
    number: int = 1,
) -> Version:
    """One version of a form as it is stored, with its truth."""
    patient = visit["subject"]["reference"]
    encounter = {"reference": f"Encounter/{visit['id']}"}
    form = response(form_id, patient, sheet.answers, at, status=status, encounter=encounter)
    form["meta"] = {**form["meta"], "versionId": str(number)}
    return Version(form, sheet.truth())


def fill_with_forms(tenant: Tenant, count: int, now: datetime, draws: random.Random) -> None:
    """*count* more forms at once, evenly over the last two days, patient by patient: for benches."""
    visits = coming_visits(tenant, now)
    gap = BACK / max(count, 1)
    for number in range(count):
        visit = visits[number % len(visits)]
        patient = visit["subject"]["reference"]
        sheet = filled(tenant.chart, patient, number, now.date(), draws)
        tenant.file(version(tenant.next_id("cb"), sheet, visit, now - gap * (count - number)))


def truths(tenant: Tenant) -> list[Json]:
    """Of every form that shows and was made here, what a careful reader would find; oldest first."""
    forms = sorted(tenant.chart.all("QuestionnaireResponse"), key=lambda f: str(f.get("authored")))
    return [
        {
            "form": form["id"],
            "patient": patient_of(form),
            "status": form["status"],
            "authored": stamp(moment(form["authored"])),
            **tenant.tray.truths[form["id"]],
        }
        for form in forms
        if form["id"] in tenant.tray.truths
    ]


def _all_new(sheet: Sheet) -> Sheet:
    known = {f"demographics.{name}" for name in ("first_name", "last_name", "dob")}
    sheet.edits = {path: "new" for path in sheet.fields if path not in known}
    return sheet


def _person(chart: Chart, visit: Json, now: datetime) -> Person:
    patient = chart.at(visit["subject"]["reference"])
    return Person(patient or {}, now.date())


def _from(slips: Sequence[Slip], start: int) -> list[Slip]:
    # Each has its turn to be tried first; one that does not suit leaves it to the next.
    place = start % len(slips)
    return [*slips[place:], *slips[:place]]


def _draws(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a rehearsal must repeat
