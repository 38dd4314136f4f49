"""Promises to the clearinghouse: claims, corrections, enquiries and appeals, each kept for the deliverer."""

import base64
from collections.abc import Callable
from uuid import UUID
from zoneinfo import ZoneInfo

from db.base import new_id
from db.claims import Claim
from db.connections import Connections
from db.deliveries import Delivery
from db.denials import Denial
from db.patients import Patients
from db.practices import Practice, Practices
from services.claims.billed import content_of, first_day
from services.desk import Desk
from services.ehr.billing import AppealPacket, ClaimFile
from services.ehr.ports import Road
from services.ehr.x12 import claim as x12
from services.ehr.x12.claim_writer import corrected, write_claims
from services.ehr.x12.enquiry import Person, StatusEnquiry, write_status_enquiry
from services.ehr.x12.rows import Dated
from services.ehr.x12.writing import Submission
from services.errors import Invalid
from services.outbox import CLAIM_ROADS, keep_promise, require_road

NEVER_SEEN = "What was billed is not known here; please do this in eCW."


def promise_claim(desk: Desk, claim: Claim) -> Delivery:
    """Promise the claim as eCW made it. Raises ``NotAble`` or ``Invalid``."""
    billed = _billed(desk, claim)
    if billed.not_kept:
        raise Invalid("This claim has parts that Foyer does not write. Release it in eCW.")
    return _promise(desk, "claim", claim, None, lambda s: write_claims([billed], s))


def promise_correction(
    desk: Desk, claim: Claim, denial: Denial | None, mended: x12.Claim | None = None
) -> Delivery:
    """Promise the claim anew, in place of the one the payer has (frequency 7); as *mended*, if given.

    Raises ``NotAble``, or ``Invalid`` where the payer's number is not known.
    """
    control = desk.vault.read(claim, "payer_control").text
    billed = mended or corrected(_billed(desk, claim), control)
    return _promise(desk, "corrected_claim", claim, denial, lambda s: write_claims([billed], s))


def promise_enquiry(desk: Desk, claim: Claim, denial: Denial | None) -> Delivery:
    """Promise a question to the payer: where does this claim stand (276)?"""
    billed, control = _billed(desk, claim), desk.vault.read(claim, "payer_control").text
    subscriber, payer = billed.coverage.subscriber, billed.coverage.payer
    if subscriber is None or payer is None:
        raise Invalid("The claim names no subscriber or no payer.")
    dependent = billed.patient
    enquiry = StatusEnquiry(
        payer=payer.name, provider=billed.billing.name, subscriber=_person(subscriber),
        trace=billed.claim_id, claim_id=billed.claim_id, charge=billed.charge,
        served=Dated("472", first_day(billed) or claim.service_on), payer_claim_id=control,
        dependent=_person(dependent) if dependent else None,
    )  # fmt: skip
    return _promise(
        desk, "claim_enquiry", claim, denial, lambda s: write_status_enquiry(enquiry, s)
    )


def promise_appeal(desk: Desk, claim: Claim, denial: Denial, pdf: bytes) -> Delivery:
    """Promise the letter as a document to the claim's payer. Raises ``NotAble``."""
    require_road(desk, Road.APPEALS)
    id = new_id()
    packet = AppealPacket(
        kind="appeal", patient_ref=_order(desk, claim),
        number=desk.vault.read(claim, "number").text,
        payer_control=desk.vault.read(claim, "payer_control").text,
        content=base64.b64encode(pdf).decode(), name=f"appeal-{id}.pdf", delivery_id=str(id),
    )  # fmt: skip
    return _about(
        desk, keep_promise(desk, "appeal", id, packet, key_id=claim.key_id), claim, denial
    )


def _promise(
    desk: Desk, kind: str, claim: Claim, denial: Denial | None, write: Callable[[Submission], bytes]
) -> Delivery:
    require_road(desk, CLAIM_ROADS[kind])
    id = new_id()
    content = write(_submission(desk)).decode("ascii")
    number = desk.vault.read(claim, "number").text
    file = ClaimFile(kind, _order(desk, claim), content, f"{kind}-{id}.x12", (number,), str(id))
    return _about(desk, keep_promise(desk, kind, id, file, key_id=claim.key_id), claim, denial)


def _about(desk: Desk, delivery: Delivery, claim: Claim, denial: Denial | None) -> Delivery:
    delivery.claim_id, delivery.denial_id = claim.id, denial.id if denial else None
    delivery.workflow = "denials" if denial else "claims"
    desk.record("delivery.approved", delivery.ref, sources=delivery.about)
    return delivery


def _billed(desk: Desk, claim: Claim) -> x12.Claim:
    billed = content_of(desk, claim)
    if billed is None:
        raise Invalid(NEVER_SEEN)
    return billed


def _order(desk: Desk, claim: Claim) -> str:
    """In whose order it leaves: the patient's, or the claim's own where the patient is not known."""
    patient = desk.open(Patients).find(claim.patient_id) if claim.patient_id else None
    return patient.ehr_ref if patient else claim.ref


def _person(party: x12.Party) -> Person:
    return Person(party.name, party.birth_date, party.sex)


def _submission(desk: Desk) -> Submission:
    practice = _practice(desk, desk.practice_id)
    mine = next(p for p in desk.container.settings.practice if p.code == practice.code)
    at = desk.now.astimezone(ZoneInfo(mine.timezone)).replace(tzinfo=None)
    return Submission(
        sender=mine.claim_sender, receiver=mine.claim_receiver, control=_control(desk), at=at,
        sender_name=practice.name, receiver_name=mine.claim_receiver, contact="BILLING",
        telephone=mine.claim_phone,
    )  # fmt: skip


def _control(desk: Desk) -> int:
    """The next control number (ISA13); the row is locked, so that none is given twice."""
    connection = desk.open(Connections).locked(Road.SUBMIT_CLAIMS)
    last = int(connection.cursor or 0) % 999_999_999
    connection.cursor = str(last + 1)
    return last + 1


def _practice(desk: Desk, id: UUID) -> Practice:
    return Practices(desk.session).get(id)
