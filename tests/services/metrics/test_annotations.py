"""A manager pins a sentence to a day: on charts and in files, on record, and never about a patient."""

import csv
import io
import json
from datetime import date, timedelta
from uuid import uuid4

import pytest

from db import reading, writing
from db.annotations import Annotation, Annotations
from db.audit import AuditTrail
from db.base import NotFound
from db.patients import Patient, Patients
from db.practices import Practice
from services import chart
from services.desk import Actor, working
from services.errors import Invalid, NotAllowed
from services.metrics import annotations, exporting
from services.metrics.annotations import A_DAY, LONGEST, annotate, remove_annotation
from services.metrics.loading import Narrow
from services.metrics.printing import printed
from services.metrics.report import Span, report, series

DAY = date(2026, 3, 2)
SPAN = Span(DAY - timedelta(days=6), DAY)
FORM = "New portal form"


@pytest.fixture
def ada(container, practice):
    """A patient of whom the practice knows name and record number, by their digests."""
    with working(container, Actor.job(practice.id, "tests")) as desk:
        row = Patient(practice_id=practice.id, ehr_ref="Patient/1", key_id=uuid4())
        desk.open(Patients).add(row)
        names = [chart.digest(desk, "name", name) for name in ("Young", "Ada Young", "Young Ada")]
        desk.session.flush()
        desk.open(Patients).index(row, [*names, chart.digest(desk, "mrn", "A-204")])


def marks(container, manager, metric):
    return [event.told for event in series(container, manager, metric, SPAN, Narrow()).events]


def test_it_stands_on_its_charts_with_the_rollout_events(
    container, manager, clock, pilot, gathered
):
    gathered()
    annotate(container, manager, DAY, f"  {FORM} ")
    clock.wait(timedelta(minutes=1))
    annotate(container, manager, DAY, "Dr. A on leave", "notes.time")
    annotate(container, manager, DAY + timedelta(days=1), "Outside of what is shown")
    assert marks(container, manager, "notes.time") == [
        "Notes started: off → on (by Sample admin)", f"“{FORM}”", "“Dr. A on leave”",
    ]  # fmt: skip
    began, pinned = marks(container, manager, "inbox.sla")
    assert began.startswith("Inbox triage at East started")
    assert pinned == f"“{FORM}”"


def test_who_and_when_stand_beside_it(container, manager, clock):
    annotate(container, manager, DAY, FORM)
    [shown] = report(container, manager, SPAN, Narrow()).annotations
    assert (shown.text, shown.by, shown.at, shown.about) == (
        FORM, "Sample manager", clock(), "every metric",
    )  # fmt: skip


def test_it_is_in_the_files_too(container, manager):
    annotate(container, manager, DAY, "=HYPERLINK(1) of a spreadsheet", "notes.time")
    made = exporting.export_report(container, manager, SPAN, Narrow())
    rows = list(csv.DictReader(io.StringIO(made.text)))
    assert len(rows) == made.lines + 1
    assert (rows[-1]["metric"], rows[-1]["from"]) == ("annotation/notes.time", "2026-03-02")
    assert rows[-1]["title"].startswith("'=")  # no spreadsheet runs it
    assert rows[-1]["by"] == "Sample manager"
    [told] = printed(container, manager, SPAN)["annotations"]
    assert json.loads(json.dumps(told))["metric"] == "notes.time"


def test_taken_off_its_words_are_gone_and_the_trail_keeps_that_it_was(container, practice, manager):
    id = annotate(container, manager, DAY, FORM)
    remove_annotation(container, manager, id)
    with reading(container.engine) as session:
        assert not Annotations(session, practice.id).between(DAY, DAY)
        lines = AuditTrail(session, practice.id).search(subject=f"metric_annotation/{id}")
    assert {line.verb for line in lines} == {"metrics.annotate", "metrics.remove_annotation"}
    assert FORM not in "".join(line.reason for line in lines)
    with pytest.raises(NotFound):
        remove_annotation(container, manager, id)


@pytest.mark.parametrize(
    "text", ["Ada Young complained", "Complaint of Young, Ada", "YOUNG ADA's visit", "See A-204"]
)
def test_whoever_is_a_patient_is_not_named(container, practice, manager, ada, text):
    with pytest.raises(Invalid, match="name a patient"):
        annotate(container, manager, DAY, text)
    with reading(container.engine) as session:
        assert not Annotations(session, practice.id).between(DAY, DAY)


@pytest.mark.parametrize("text", ["A young doctor began", "Ada's first week", FORM])
def test_other_words_are_no_patient(container, manager, ada, text):
    annotate(container, manager, DAY, text)


@pytest.mark.parametrize("text", ["Called 555-010-0199 back", "MRN 12345 twice", "DOB 1/2/1960"])
def test_an_identifier_is_refused_by_its_kind(container, manager, text):
    with pytest.raises(Invalid, match="seems to hold a"):
        annotate(container, manager, DAY, text)


def test_the_practices_own_telephone_is_no_identifier(container, practice, manager):
    with writing(container.engine) as session:
        row = session.get(Practice, practice.id)
        row.options = {"contacts": ["555-010-0199"]}
    annotate(container, manager, DAY, "Telephone 555-010-0199 was down")


@pytest.mark.parametrize("text", ["", "  ", "ab", "x" * (LONGEST + 1), "two\x00words"])
def test_a_sentence_has_a_length(container, manager, text):
    with pytest.raises(Invalid, match="one sentence"):
        annotate(container, manager, DAY, text)


def test_a_day_holds_only_so_many_and_lies_not_far_ahead(container, manager):
    for number in range(A_DAY):
        annotate(container, manager, DAY, f"Thing {number}")
    with pytest.raises(Invalid, match="already"):
        annotate(container, manager, DAY, "One more")
    with pytest.raises(Invalid, match="a year from now"):
        annotate(container, manager, DAY + annotations.FARTHEST + timedelta(days=1), FORM)
    with pytest.raises(Invalid, match="no such metric"):
        annotate(container, manager, DAY, FORM, "metrics.none")


def test_a_nurse_pins_nothing(container, practice, nurse, manager):
    with pytest.raises(NotAllowed):
        annotate(container, nurse, DAY, FORM)
    id = annotate(container, manager, DAY, FORM)
    with pytest.raises(NotAllowed):
        remove_annotation(container, nurse, id)


def test_another_practices_is_not_here(container, manager):
    other = Practice(code="OTHER1", name="Other", synthetic=True)
    row = Annotation(practice_id=other.id, day=DAY, text=FORM, written_by=uuid4(),
                     at=container.clock())  # fmt: skip
    with writing(container.engine) as session:
        session.add(other)
        session.add(row)
    assert not report(container, manager, SPAN, Narrow()).annotations
    with pytest.raises(NotFound):
        remove_annotation(container, manager, row.id)
