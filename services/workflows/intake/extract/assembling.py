"""All findings of one form become its fields, each question answered once."""

from collections.abc import Sequence
from datetime import date

from services.workflows.intake.extract.clinical import clinical
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.history import history
from services.workflows.intake.extract.insurance import insurance
from services.workflows.intake.extract.making import settled
from services.workflows.intake.extract.people import people
from services.workflows.intake.fields import Field


def assembled(findings: Sequence[Finding], today: date) -> tuple[Field, ...]:
    """The fields that *findings* come to: demographics, coverage, clinical lists, history."""
    parts = (people, insurance, clinical, history)
    return settled(field for part in parts for field in part(findings, today))
