"""What check-in needs from the EHR: forms, the schedule, and a chart that can be filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from services.ehr.ports import (
    Allergy,
    Medication,
    PatientRecord,
    Problem,
    Quarantined,
    Receipt,
)


@dataclass(frozen=True)
class CoverageRecord:
    """One insurance of a patient as the chart has it; dates are ISO 8601 or empty."""

    ref: str
    payer: str = field(repr=False)
    plan: str = field(default="", repr=False)
    member_id: str = field(default="", repr=False)
    group: str = field(default="", repr=False)
    subscriber: str = field(default="", repr=False)
    relationship: str = ""
    start: str = ""
    end: str = ""
    order: int = 1
    active: bool = True


@dataclass(frozen=True)
class Registration:
    """All that check-in compares: demographics by field name, insurances and the clinical lists.

    ``demographics`` has the names after ``demographics.`` of ``workflows.intake.fields``, each in
    its normal form; ``version`` is the chart's own for the patient resource, empty without one.
    """

    patient: PatientRecord
    demographics: Mapping[str, str] = field(repr=False)
    coverage: tuple[CoverageRecord, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    medications: tuple[Medication, ...] = ()
    problems: tuple[Problem, ...] = ()
    immunizations: tuple[Problem, ...] = ()
    version: str = ""


@dataclass(frozen=True)
class FormAnswer:
    """One answered item: its linkId, its question, its codes (``system|code``) and what was said.

    ``value`` is text in FHIR's own notation; choices give their display. ``codes`` are the
    question's, then those chosen; ``chosen`` are the latter alone. ``trail`` holds the linkIds of
    the groups around it, outermost first, ``rows`` which repetition of each it stands in, and
    ``section`` the words of the innermost that has any; ``row`` is the last of ``rows``.
    """

    link_id: str
    label: str = field(repr=False)
    value: str = field(repr=False)
    codes: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    row: int = 0
    chosen: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    section: str = field(default="", repr=False)


@dataclass(frozen=True)
class IncomingForm:
    """One version of a check-in form. ``status`` is FHIR's; ``digest`` is that of its content."""

    ref: str
    questionnaire: str
    title: str
    patient_ref: str
    status: str
    authored: datetime
    digest: str
    answers: tuple[FormAnswer, ...] = field(repr=False)
    encounter_ref: str = ""


@dataclass(frozen=True)
class ChartWrite:
    """One entry for the chart: what kind, for whom, and its fields by name.

    ``kind`` is ``patient``, ``coverage``, ``allergy``, ``medication``, ``condition`` or
    ``answers``; ``target`` is the entry that changes, empty for a new one. ``values`` are pairs of
    a field's name and its normal form, and ``codes`` are ``system|code``. ``delivery_id`` is our
    business identifier. The names are the leaves of ``workflows.intake.fields``: those of
    ``demographics`` for a patient; ``payer, plan, member_id, group, subscriber, relationship,
    start, end`` for a coverage; ``substance, reaction, criticality`` for an allergy; ``name, dose,
    frequency`` for a medication; ``text`` for a condition. A ``copied`` one is typed into eCW by
    a person and only looked for.
    """

    kind: str
    patient_ref: str
    values: tuple[tuple[str, str], ...] = field(repr=False)
    delivery_id: str
    target: str = ""
    codes: tuple[str, ...] = ()
    copied: bool = False


@dataclass(frozen=True)
class PlannedVisit:
    """One visit of the schedule, as eCW's encounters tell it. ``start`` is aware."""

    ref: str
    patient_ref: str
    start: datetime
    status: str
    reason: str = ""
    provider_ref: str = ""
    location_ref: str = ""


class Forms(Protocol):
    """The check-in forms that patients filled in."""

    def forms_of(
        self, patient_ref: str, since: date | None
    ) -> Sequence[IncomingForm | Quarantined]:
        """Every form of one patient authored on or after *since*, oldest first; amended ones again.

        Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``; never a part of them.
        """

    def visits(self, provider_ref: str, first: date, last: date) -> Sequence[PlannedVisit]:
        """The provider's visits from *first* to *last*, both included, cancelled ones too."""


class Registrar(Protocol):
    """The part of the chart that check-in fills in: read whole, written entry by entry."""

    def registration(self, patient_ref: str) -> Registration:
        """Everything a form is compared with, or an error; never a part of it."""

    def find_people(self, family: str, birth_date: str) -> Sequence[PatientRecord]:
        """Patients of this family name and birth date, for matching a document."""

    def write(self, write: ChartWrite) -> Receipt:
        """Write one entry. Raises ``Unreachable`` (not sent), ``Refused`` with eCW's code, ``InDoubt``."""

    def find(self, write: ChartWrite) -> Receipt | None:
        """Read back: the entry as it was written, by its values; ``None`` if the chart lacks it."""
