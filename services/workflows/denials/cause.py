"""The way back to the cause: the intake form on which the insurance was taken down, and by whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.claims import Claim
from db.denials import Denial
from db.intake import IntakeForms
from db.intake_fields import IntakeFields
from db.staff import StaffList
from services.claims import showing
from services.desk import Desk

INSURANCE = ("coverage[0].member_id", "coverage[0].payer", "coverage[0].plan")


@dataclass(frozen=True)
class TakenDown:
    """Where registration took down the insurance: the form, and who accepted it when."""

    form_id: UUID
    at: datetime
    accepted_by: str


def taken_down(desk: Desk, denial: Denial) -> TakenDown | None:
    """The patient's newest form with insurance on it; ``None`` where there is none."""
    if denial.patient_id is None:
        return None
    for form in desk.open(IntakeForms).of_patient(denial.patient_id):
        fields = [row for row in desk.open(IntakeFields).of(form.id) if row.path in INSURANCE]
        if fields:
            by = next((row.decided_by for row in fields if row.decided_by), None)
            name = desk.open(StaffList).names().get(by, "") if by else ""
            return TakenDown(form.id, form.authored_at, name)
    return None


def tell_intake(desk: Desk, denial: Denial, claim: Claim) -> None:
    """Leave a note on that form: what the payer said, and of which day's visit."""
    found = taken_down(desk, denial)
    form = desk.open(IntakeForms).locked(found.form_id) if found else None
    if form is None:
        return
    told = (
        f"Claim of {claim.service_on:%m/%d/%Y} denied by {denial.payer_name}: "
        f"{showing.sentence(denial.carc)} Please check the insurance and tell billing."
    )
    desk.vault.seal_into(form, note=told[:500])
    form.noted_by, form.version = desk.actor.staff_id, form.version + 1
    desk.record("intake.note", form.ref, sources=denial.ref)
