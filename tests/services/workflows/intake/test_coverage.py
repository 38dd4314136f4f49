"""How the insurances of a chart stand on the day of a visit, by the chart's own dates."""

from datetime import date

import pytest

from services.desk import Actor
from services.ehr.ports import PatientRecord
from services.ehr.registration import CoverageRecord, Registration
from services.workflows.intake.belonging import wrong_patient
from services.workflows.intake.coverage import Stand, coverage_facts
from tests.services.workflows.intake.conftest import Desk, seen

DAY = date(2026, 12, 1)
PATIENT = PatientRecord("Patient/1", "Sample", "Ada", "1980-02-28", "female", "1", synthetic=True)


def chart(*coverage: CoverageRecord) -> Registration:
    return Registration(patient=PATIENT, demographics={}, coverage=coverage)


@pytest.mark.parametrize(
    ("start", "end", "active", "stands"),
    [
        ("2026-01-01", "2026-12-31", True, Stand.IN_FORCE),
        ("2026-01-01", "2026-12-01", True, Stand.IN_FORCE),  # the last day counts
        ("2026-01-01", "2026-11-30", True, Stand.ENDED),
        ("2026-12-02", "", True, Stand.NOT_YET),
        ("2026-12-01", "", True, Stand.IN_FORCE),
        ("", "2026", True, Stand.IN_FORCE),  # a year alone ends with it
        ("", "2025", True, Stand.ENDED),
        ("", "", True, Stand.UNDATED),
        ("2026-01-01", "2026-12-31", False, Stand.INACTIVE),
    ],
)
def test_an_insurance_stands_as_its_dates_say(
    start: str, end: str, active: bool, stands: Stand
) -> None:
    record = CoverageRecord("Coverage/1", "Sample Plan", start=start, end=end, active=active)
    [fact] = coverage_facts(chart(record), DAY)
    assert fact.stands is stands


def test_the_primary_insurance_comes_first() -> None:
    second = CoverageRecord("Coverage/2", "Second", order=2)
    first = CoverageRecord("Coverage/1", "First", order=1)
    assert [fact.payer for fact in coverage_facts(chart(second, first), DAY)] == ["First", "Second"]


def test_an_open_form_shows_the_charts_insurance_and_only_of_whom_we_are_sure(
    desk: Desk, front_desk: Actor
) -> None:
    form, patient = desk.newcomer()
    known = desk.ehr.registrar.registration(patient).coverage
    shown = desk.open(front_desk, form).coverage
    assert [fact.member_id for fact in shown] == [record.member_id for record in known] != []
    wrong_patient(desk.container, front_desk, seen(form))
    assert desk.open(front_desk, desk.form(form.id)).coverage == ()
