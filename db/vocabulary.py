"""The closed vocabularies that rows, engines and pages share."""

from enum import StrEnum


class Category(StrEnum):
    """What a message is about: exactly one, never a label from outside this list."""

    APPOINTMENT = "appointment"
    REFILL = "refill"
    RESULT = "result"
    CLINICAL = "clinical"
    REFERRAL = "referral"
    BILLING = "billing"
    RECORDS_FORMS = "records_forms"
    PRIOR_AUTH = "prior_auth"
    ADMIN = "admin"
    THANKS = "thanks"
    OTHER = "other"


class DocumentKind(StrEnum):
    """What came in for a chart: only what a reader can tell without guessing; else ``OTHER``."""

    CHECK_IN = "check_in"
    PATIENT_FORM = "patient_form"
    INSURANCE_CARD = "insurance_card"
    OUTSIDE_RECORD = "outside_record"
    REFERRAL = "referral"
    RESULT = "result"
    OTHER = "other"


class Urgency(StrEnum):
    """How soon a person must look, most urgent first."""

    EMERGENCY = "emergency"  # 911 or the emergency department now
    URGENT = "urgent"  # a clinician within hours
    TODAY = "today"
    ROUTINE = "routine"

    @property
    def rank(self) -> int:
        """0 for an emergency, 3 for routine: the order of the queue."""
        return RANKS[self]

    def at_least(self, floor: "Urgency") -> "Urgency":
        """The more urgent of the two: a floor can raise, never lower."""
        return min(self, floor, key=lambda urgency: urgency.rank)


RANKS = {urgency: rank for rank, urgency in enumerate(Urgency)}


class Role(StrEnum):
    """What someone at the practice is there to do."""

    FRONT_DESK = "front_desk"
    NURSE = "nurse"
    PROVIDER = "provider"
    BILLER = "biller"
    MANAGER = "manager"
    ADMIN = "admin"
    COMPLIANCE = "compliance"


class Stage(StrEnum):
    """How far a workflow has been rolled out somewhere."""

    OFF = "off"
    SHADOW = "shadow"  # suggest in the background, show nobody, measure
    PILOT = "pilot"  # named people
    ON = "on"
