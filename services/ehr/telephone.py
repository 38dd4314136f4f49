"""Telephone encounters in the practice's own eCW queue, written as FHIR transactions.

The one write to eCW that integrators have shown to work: a Bundle with one Encounter
whose texts are extensions. eCW answers HTTP 200 with its own code inside.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.ehr.codes import SUCCESS, Channel, in_words
from services.ehr.connection import TelephoneDefaults
from services.ehr.fhir import id_of
from services.ehr.fhir_shapes import Encounter, PractitionerRole
from services.ehr.line import Document, Line
from services.ehr.paging import entries
from services.ehr.ports import Receipt, TelephoneEncounter
from services.ehr.texts import require_sendable
from services.ehr.writeback import DELIVERY_SYSTEM, code_and_place, our_identifier, transaction
from services.errors import NeedsAuthorization, Refused

EXTENSION = "http://eclinicalworks.com/supportingInfo/telephoneEncounter"
LONGEST_REASON = 50
ONE_DAY = timedelta(days=1)
Json = dict[str, Any]


@dataclass(frozen=True)
class TelephoneDesktop:
    """A ``Desktop`` over FHIR writeback. *defaults* is ``None`` where the practice has none set."""

    line: Line
    zone: ZoneInfo
    defaults: TelephoneDefaults | None

    def create(self, encounter: TelephoneEncounter) -> Receipt:
        """See ``Desktop``. Texts, and who works where, are checked before anything is sent."""
        if self.defaults is None:
            raise NeedsAuthorization("Telephone encounters are not set up for this practice.")
        _require_texts(encounter, self.defaults.characters)
        if self.defaults.check_roles:
            self._require_role(encounter)
        return self.line.write("", bundle(encounter, self.zone), _receipt, creates="Encounter")

    def find(self, encounter: TelephoneEncounter) -> Receipt | None:
        """See ``Desktop``. Looks a day around, since servers disagree whose midnight a date means."""
        day = encounter.at.astimezone(self.zone).date()
        params = [
            ("patient", id_of(encounter.patient_ref)),
            ("date", f"ge{day - ONE_DAY}"),
            ("date", f"lt{day + 2 * ONE_DAY}"),
        ]
        for found in entries(self.line, Encounter, params):
            if _is_ours(found, encounter):
                return _verified(found, encounter)
        return None

    def _require_role(self, encounter: TelephoneEncounter) -> None:
        """eCW answers 101 unless the provider works there, for that organization."""
        provider = [("practitioner", encounter.provider_ref)]
        if not any(_fits(r, encounter) for r in entries(self.line, PractitionerRole, provider)):
            words = in_words("101", Channel.FHIR_WRITEBACK)
            raise Refused(f"Nothing was sent, because {words}.", code="101")


def _require_texts(encounter: TelephoneEncounter, characters: int) -> None:
    require_sendable(encounter.reason, LONGEST_REASON, "The reason")
    require_sendable(encounter.message, characters, "The message")
    require_sendable(encounter.notes, characters, "The note")


def _fits(role: PractitionerRole, encounter: TelephoneEncounter) -> bool:
    here = encounter.location_ref in [place.ref() for place in role.location]
    ours = encounter.organization_ref
    return here and (
        ours is None or (role.organization is not None and role.organization.ref() == ours)
    )


def bundle(encounter: TelephoneEncounter, zone: ZoneInfo) -> Json:
    """The transaction that creates *encounter*, its times at the practice's own offset."""
    return transaction(_resource(encounter, zone))


def _resource(encounter: TelephoneEncounter, zone: ZoneInfo) -> Json:
    at = local_minute(encounter.at, zone)
    resource: Json = {
        "resourceType": "Encounter",
        "status": "arrived",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR"},
        "type": [{"coding": [{"system": "http://snomed.info/sct", "code": "185317003"}]}],
        "identifier": [our_identifier(encounter.delivery_id)],
        "extension": _extensions(encounter),
        "subject": {"reference": encounter.patient_ref},
        "participant": [{"individual": {"reference": encounter.provider_ref}}],
        "period": {"start": at, "end": at},
        "reasonCode": [{"text": encounter.reason}],
        "location": [{"location": {"reference": encounter.location_ref}}],
    }
    if encounter.organization_ref:
        resource["serviceProvider"] = {"reference": encounter.organization_ref}
    return resource


def _extensions(encounter: TelephoneEncounter) -> list[Json]:
    found: list[Json] = [
        {"url": f"{EXTENSION}/messages", "valueString": encounter.message},
        {"url": f"{EXTENSION}/notes", "valueString": encounter.notes},
    ]
    if encounter.assigned_to:
        assigned = {"reference": encounter.assigned_to}
        found.append({"url": f"{EXTENSION}/assignedTo", "valueReference": assigned})
    return [one for one in found if one.get("valueString") != ""]


def local_minute(at: datetime, zone: ZoneInfo) -> str:
    """The practice's wall-clock minute with its offset: eCW wants seconds of ``:00``."""
    return at.astimezone(zone).replace(second=0, microsecond=0).isoformat()


def _receipt(found: Document) -> Receipt:
    """eCW's "1" is a yes, another number a no."""
    code, place = code_and_place(found)
    if code != SUCCESS:
        words = in_words(code, Channel.FHIR_WRITEBACK)
        raise Refused(f"eCW did not take it: {words}.", code=code)
    return Receipt(place)


def _is_ours(found: Encounter, encounter: TelephoneEncounter) -> bool:
    ours = (DELIVERY_SYSTEM, encounter.delivery_id)
    return ours in [(i.system, i.value) for i in found.identifier]


def _verified(found: Encounter, encounter: TelephoneEncounter) -> Receipt:
    """Delivery id, patient and texts must agree."""
    stored = {one.url: one.value_string.strip() for one in found.extension}
    same = all(
        stored.get(f"{EXTENSION}/{name}", "") == text.strip()
        for name, text in (("messages", encounter.message), ("notes", encounter.notes))
    )
    if found.about() != encounter.patient_ref or not same:
        raise Refused(
            "The telephone encounter is in eCW, but not as it was approved. "
            "Please compare it there.",
            code="differs",
        )
    return Receipt(found.ref())
