"""Fill a practice with many forms quickly, each as heavy as one that was read."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert
from sqlmodel import Session, SQLModel, col, select

from db import reading, writing
from db.intake import FormFilter, FormState, IntakeForm, IntakeForms, Match
from db.patients import Patient
from db.rollout import Rollout
from db.vault import Vault
from db.vocabulary import DocumentKind, Stage
from services.desk import working
from services.ehr.registration import FormAnswer, IncomingForm
from services.options import FRONT_DESK
from services.workflows.intake import contents, reviewing
from services.workflows.intake.fields import Difference, Field, Source, Verdict
from tests.bench.building import Building

BATCH = 5_000
CONTENT, CHART = 6_500, 2_600  # bytes sealed for a form of 46 fields of the sandbox's practice
AHEAD = timedelta(days=10)
STATES = (FormState.READY,) * 17 + (FormState.WAITING,) * 2 + (FormState.FAILED,)

DIFFER = 6
NAMES = ("demographics.phone", "demographics.email", "demographics.city", "demographics.zip",
         "coverage[0].member_id", "coverage[0].group")  # fmt: skip

Rows = dict[type[SQLModel], list[dict[str, Any]]]


def switch_on(building: Building) -> None:
    """Intake for everybody."""
    with writing(building.container.engine) as session:
        session.add(Rollout(practice_id=building.practice.id, workflow="intake", stage=Stage.ON))


def fill(building: Building, upto: int) -> None:
    """Add forms that wait for a person until there are *upto*, over the visits of ten days."""
    with reading(building.container.engine) as session:
        there = session.exec(select(func.count()).select_from(IntakeForm)).one()
    for first in range(there, upto, BATCH):
        with writing(building.container.engine) as session:
            _add(session, building, range(first, min(first + BATCH, upto)), upto)
    with building.container.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def make_real(building: Building, number: int) -> None:
    """Give the first *number* forms of the list what an open one shows: 40 fields match, 6 differ."""
    with working(building.container, building.job) as desk:
        forms = desk.open(IntakeForms)
        for form in forms.worklist(FormFilter(), number * 2):
            form.match, form.state, form.pool = Match.GIVEN, FormState.READY, FRONT_DESK
            form.assigned_to, form.kind = None, DocumentKind.CHECK_IN
            desk.vault.seal_into(form, content=contents.of_form(_answers(form)))
            form.registration = None
            reviewing.lay_out(desk, form, ROWS)


def _answers(form: IntakeForm) -> IncomingForm:
    answers = tuple(FormAnswer(row.path, row.path, row.found.original) for row in ROWS if row.found)
    return IncomingForm(
        ref=form.source_ref, questionnaire="", title="Check-in (synthetic)", patient_ref="",
        status="completed", authored=form.authored_at, digest="h", answers=answers,
    )  # fmt: skip


def _difference(number: int) -> Difference:
    path = NAMES[number] if number < len(NAMES) else f"social_history[{number}]"
    said, charted = f"said {number}", f"said {number}"
    if number < DIFFER:
        charted = f"charted {number}"
    found = Field(path, said, 0.95, Source(path, f"Question {number}"), said)
    verdict = Verdict.CHANGED if number < DIFFER else Verdict.SAME
    return Difference(path, verdict, found, charted)


def waiting_ones(building: Building, limit: int) -> list[IntakeForm]:
    """Forms in the order in which they were stored."""
    with reading(building.container.engine) as session:
        return list(session.exec(select(IntakeForm).order_by(col(IntakeForm.id)).limit(limit)))


def _add(session: Session, building: Building, numbers: range, upto: int) -> None:
    vault = Vault(session, building.practice.id, building.container.keyring)
    rows: Rows = {Patient: [], IntakeForm: []}
    now = datetime.now(UTC)
    for number in numbers:
        patient = _patient(vault, rows, number)
        visit = None if number % 30 == 7 else now + AHEAD * (number * 7919 % upto / upto)
        _form(vault, rows, number, patient, now, visit)
    vault.keep_new_keys()
    for table, values in rows.items():
        session.connection().execute(insert(table), values)


def _patient(vault: Vault, rows: Rows, number: int) -> UUID:
    key = vault.new_key_id()
    row = Patient.values(
        practice_id=vault.practice_id, key_id=key, ehr_ref=f"Patient/i.{number}", synthetic=True
    )
    told = {"name": f"Sample Patient {number}", "birth_date": "1970-01-01"}
    row |= {name: vault.seal("patient", name, row["id"], key, text) for name, text in told.items()}
    rows[Patient].append(row)
    id: UUID = row["id"]
    return id


def _form(
    vault: Vault, rows: Rows, number: int, patient: UUID, now: datetime, visit: datetime | None
) -> None:
    key = vault.new_key_id()
    row = IntakeForm.values(
        practice_id=vault.practice_id, key_id=key, patient_id=patient, authored_at=now,
        source="check_in", source_ref=f"QuestionnaireResponse/i.{number}", visit_at=visit,
        visit_ref=f"Encounter/i.{number}" if visit else "", provider="Practitioner/1",
        location="Location/1", state=STATES[number % len(STATES)], content_hash=f"{number:032x}",
        match=Match.PROBABLE if number % 40 == 13 else Match.GIVEN,
        pool="nurses" if number % 12 == 5 else "front_desk",
        fields=46, same=40, open_fields=6,
    )  # fmt: skip
    row["title"] = vault.seal("intake_form", "title", row["id"], key, "Check-in (synthetic)")
    # A list opens neither: noise weighs as much as what it stands for.
    row["content"], row["registration"] = os.urandom(CONTENT), os.urandom(CHART)
    rows[IntakeForm].append(row)


ROWS = tuple(_difference(number) for number in range(46))
