"""Check-in forms and the visits they are for, read over eCW's FHIR R4 API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from services.ehr.answer_values import text_of
from services.ehr.fhir import id_of
from services.ehr.fhir_records import VIRTUAL, visit
from services.ehr.fhir_shapes import Encounter
from services.ehr.healow_items import PATIENT, read_moment
from services.ehr.line import Line
from services.ehr.paging import entries, trees
from services.ehr.ports import Quarantined
from services.ehr.questionnaire_shelf import QuestionnaireShelf
from services.ehr.questionnaires import form_or_quarantined
from services.ehr.registration import IncomingForm, PlannedVisit
from services.ehr.writeback import is_ours
from services.errors import Unreachable

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class FhirForms:
    """A ``Forms`` over FHIR. *zone* is the practice's, for the days of visits."""

    line: Line
    shelf: QuestionnaireShelf
    zone: ZoneInfo

    def forms_of(
        self, patient_ref: str, since: date | None
    ) -> Sequence[IncomingForm | Quarantined]:
        """See ``Forms``. Damaged ones come last, by their id."""
        asked = [("patient", id_of(patient_ref))]
        asked += [("authored", f"ge{since}")] if since else []
        # Answers that we wrote back are in the same place, and no patient handed them in.
        found = [r for r in trees(self.line, "QuestionnaireResponse", asked) if not is_ours(r)]
        read = [form_or_quarantined(one, self.shelf.get(_form_of(one))) for one in found]
        forms = [one for one in read if isinstance(one, IncomingForm)]
        _require_own(forms, patient_ref)
        damaged = [one for one in read if isinstance(one, Quarantined)]
        return [*sorted(forms, key=lambda form: form.authored), *damaged]

    def visits(self, provider_ref: str, first: date, last: date) -> Sequence[PlannedVisit]:
        """See ``Forms``, earliest first. eCW has no schedule: its encounters of days to come are it.

        Looks a day around, since servers disagree whose midnight a date means.
        """
        asked = [
            ("practitioner", provider_ref),
            ("date", f"ge{first - ONE_DAY}"),
            ("date", f"lt{last + 2 * ONE_DAY}"),
        ]
        read = entries(self.line, Encounter, asked)
        found = (planned_visit(one, self.zone, provider_ref) for one in read)
        here = [v for v in found if v and first <= v.start.astimezone(self.zone).date() <= last]
        return sorted(here, key=lambda one: one.start)


def planned_visit(
    encounter: Encounter, zone: ZoneInfo, provider_ref: str = ""
) -> PlannedVisit | None:
    """``None`` for what is no visit: a telephone encounter, or one without time or patient."""
    seen = visit(encounter)
    _, start = read_moment(seen.start, zone)
    patient = encounter.about() or ""
    if start is None or encounter.kind.code == VIRTUAL or not PATIENT.fullmatch(patient):
        return None
    return PlannedVisit(
        ref=seen.ref,
        patient_ref=patient,
        start=start,
        status=seen.status,
        reason=seen.reason,
        provider_ref=seen.provider_ref or provider_ref,
        location_ref=seen.location_ref,
    )


def _form_of(response: dict[str, object]) -> str:
    return text_of(response.get("questionnaire"))


def _require_own(forms: Sequence[IncomingForm], patient_ref: str) -> None:
    if any(form.patient_ref != patient_ref for form in forms):
        raise Unreachable(
            "eCW answered with another patient's form, so none of them is used. "
            "Please tell your administrator."
        )
