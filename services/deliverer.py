"""The only way out of the building: sends what was approved, settles what is in doubt.

For each delivery: commit *sending*, send, settle. What cannot be known after that is read
back at the other side, later than any request can last, and never simply sent again::

    held ──▶ sending ──▶ accepted ──▶ verified
               │  │                     ▲
               │  └──▶ in_doubt ──read──┤
               │           └──▶ unconfirmed (a person looks in eCW)
               └──▶ refused (the item comes back, with the reason)
"""

import os
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from db.deliveries import FIRST_WORDS, Deliveries, Delivery, DeliveryState
from db.patients import Patients
from db.practices import Practice
from db.rollout import Switches
from services import outbox, quiet_hours, read_back, returns
from services.container import Container
from services.desk import Actor, Desk, working
from services.ehr.billing import AppealPacket, ClaimFile
from services.ehr.charges import ChargeWrite
from services.ehr.notebook import NoteWrite
from services.ehr.ports import Ehr, NewMessage, PortalReply, Receipt, TelephoneEncounter
from services.ehr.registration import ChartWrite
from services.errors import (
    EhrError,
    InDoubt,
    Invalid,
    NeedsAuthorization,
    Refused,
    Unreachable,
)
from services.roads import note
from services.rollout import DELIVERIES

LEASE = timedelta(minutes=3)
VERIFY_AFTER = timedelta(seconds=2)
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=10), timedelta(minutes=10)
MOST_CHECKS = 8
BATCH = 20


@dataclass(frozen=True)
class Carrier:
    """One worker's way of carrying deliveries for one practice."""

    container: Container
    practice: Practice
    ehr: Ehr
    owner: str

    @property
    def actor(self) -> Actor:
        """Who the trail says did it."""
        return Actor.job(self.practice.id, "deliver")


def carrier(container: Container, practice: Practice, ehr: Ehr) -> Carrier:
    """A carrier that owns its claims as this process."""
    return Carrier(container, practice, ehr, f"{socket.gethostname()}/{os.getpid()}")


def deliver(carrier: Carrier) -> Counter[str]:
    """Send what is due. Settling what is open comes first, so that order per patient holds."""
    counts = settle(carrier)
    for id in _claim(carrier):
        counts[_send_one(carrier, id)] += 1
    return counts


def settle(carrier: Carrier) -> Counter[str]:
    """Read back what was accepted, is in doubt, or was left behind by a worker that died."""
    counts: Counter[str] = Counter()
    for id in _claim_unsettled(carrier):
        counts[_settle_one(carrier, id)] += 1
    return counts


def _claim(carrier: Carrier) -> list[UUID]:
    with working(carrier.container, carrier.actor) as desk:
        stopped = desk.open(Switches).stopped()
        if DELIVERIES in stopped:
            return []
        due = desk.open(Deliveries).claim_due(
            desk.now, desk.now + LEASE, carrier.owner, BATCH, stopped
        )
        return [delivery.id for delivery in due]


def _claim_unsettled(carrier: Carrier) -> list[UUID]:
    with working(carrier.container, carrier.actor) as desk:
        found = desk.open(Deliveries).claim_unsettled(
            desk.now, desk.now + LEASE, carrier.owner, BATCH
        )
        return [delivery.id for delivery in found]


def _stopped(desk: Desk, delivery: Delivery) -> bool:
    stopped = desk.open(Switches).stopped()
    return DELIVERIES in stopped or delivery.workflow in stopped


def _send_one(carrier: Carrier, id: UUID) -> str:
    outbound = _commit_to_sending(carrier, id)
    if outbound is None:
        return "left"
    try:
        receipt = _write(carrier.ehr, outbound)
    except EhrError as error:
        return _failed(carrier, id, outbound, error)
    return _settled(carrier, id, lambda desk, d: _accepted(desk, d, receipt))


def _commit_to_sending(carrier: Carrier, id: UUID) -> outbox.Promised | None:
    """Committed before anything leaves: whatever dies after this line is found again."""
    settle_after = carrier.container.settings.settle
    with working(carrier.container, carrier.actor) as desk:
        deliveries = desk.open(Deliveries)
        delivery = deliveries.get(id)
        outbound = _checked(desk, delivery)
        if outbound is None or _stopped(desk, delivery) or _is_asleep(desk, delivery):
            delivery.lease_until = None
            return None
        if not deliveries.start_sending(id, carrier.owner, desk.now, desk.now + settle_after):
            return None
        desk.record("delivery.sending", delivery.ref)
        return outbound


def _is_asleep(desk: Desk, delivery: Delivery) -> bool:
    """Held back by an outage, first words must not leave at night after all: they wait again."""
    if delivery.kind != FIRST_WORDS:
        return False
    wakes = quiet_hours.over(desk.now, desk.options)
    delivery.not_before = max(delivery.not_before, wakes)
    return wakes > desk.now


def _checked(desk: Desk, delivery: Delivery) -> outbox.Promised | None:
    """What was approved, unless it may not leave any more; then it is refused here."""
    try:
        outbound = outbox.outbound_of(delivery, desk.vault.read(delivery, "payload").text)
        if not isinstance(outbound, ClaimFile | AppealPacket):
            _require_patient(desk, outbound.patient_ref)
    except Invalid as error:
        _refuse(desk, delivery, str(error), "")
        desk.record("delivery.refused", delivery.ref)
        return None
    return outbound


def _require_patient(desk: Desk, ref: str) -> None:
    """A claim names its patient itself; all else goes to a record that must still be the right one."""
    patient = desk.open(Patients).by_refs([ref]).get(ref)
    if patient is None or patient.replaced_by:
        raise Invalid("The patient's record was merged in eCW. Please re-check whom this is for.")


def _write(ehr: Ehr, outbound: outbox.Promised) -> Receipt:
    match outbound:
        case PortalReply():
            return ehr.mailbox.reply(outbound)
        case TelephoneEncounter():
            return ehr.desktop.create(outbound)
        case NewMessage():
            return ehr.mailbox.send(outbound)
        case ChartWrite(copied=False):
            return ehr.registrar.write(outbound)
        case ClaimFile():
            return ehr.clearing.submit(outbound)
        case AppealPacket():
            return ehr.clearing.attach(outbound)
        case NoteWrite():
            return ehr.notebook.write(outbound)
        case ChargeWrite():
            return ehr.charges.write(outbound)
        case _:
            raise Refused("What was copied by hand is never sent from here.")


def _failed(carrier: Carrier, id: UUID, outbound: outbox.Promised, error: EhrError) -> str:
    why = str(error)
    match error:
        case InDoubt():
            return _settled(carrier, id, lambda desk, d: _doubt(desk, d, why))
        case NeedsAuthorization() | Unreachable():
            needs = isinstance(error, NeedsAuthorization)
            state = "needs_authorization" if needs else "down"
            road = outbox.road_of(outbound)
            note(carrier.container, carrier.actor, road, state, why)
            asked = None if needs else getattr(error, "retry_after", None)
            return _settled(carrier, id, lambda desk, d: _wait(desk, d, why, asked))
        case Refused(code=code):
            return _settled(carrier, id, lambda desk, d: _refuse(desk, d, why, code or ""))
        case _:
            raise error


def _settled(carrier: Carrier, id: UUID, change: Callable[[Desk, Delivery], str]) -> str:
    with working(carrier.container, carrier.actor) as desk:
        delivery = desk.open(Deliveries).get(id)
        ending = change(desk, delivery)
        delivery.lease_owner = delivery.lease_until = None
        desk.record(f"delivery.{ending}", delivery.ref, sources=delivery.about)
        return ending


def _accepted(desk: Desk, delivery: Delivery, receipt: Receipt) -> str:
    delivery.state, delivery.remote_id = DeliveryState.ACCEPTED, receipt.remote_id
    delivery.not_before, delivery.checks = desk.now + VERIFY_AFTER, 0
    delivery.error = delivery.error_code = ""
    return "accepted"


def _doubt(desk: Desk, delivery: Delivery, why: str) -> str:
    delivery.state, delivery.error = DeliveryState.IN_DOUBT, why
    return "in_doubt"


def _wait(desk: Desk, delivery: Delivery, why: str, asked: timedelta | None) -> str:
    """Nothing can have left: it is held again and tried later, with patience that grows."""
    grown = FIRST_RETRY * 2 ** min(delivery.attempts - 1, 6)
    delivery.state = DeliveryState.HELD
    delivery.not_before = desk.now + (asked or min(grown, LONGEST_RETRY))
    delivery.error = why
    return "waiting"


def _refuse(desk: Desk, delivery: Delivery, why: str, code: str) -> str:
    delivery.state, delivery.settled_at = DeliveryState.REFUSED, desk.now
    delivery.error, delivery.error_code = why, code
    returns.bring_back(desk, delivery, why)
    return "refused"


def _settle_one(carrier: Carrier, id: UUID) -> str:
    with working(carrier.container, carrier.actor) as desk:
        delivery = desk.open(Deliveries).get(id)
        outbound = outbox.outbound_of(delivery, desk.vault.read(delivery, "payload").text)
    try:
        found = read_back.find(carrier.ehr, outbound)
    except NeedsAuthorization as error:
        why = str(error)
        return _settled(carrier, id, lambda desk, d: _check_later(desk, d, why))
    except Refused as error:
        # It is there under our id, but not what was approved: only a person can judge that.
        why = str(error)
        return _settled(carrier, id, lambda desk, d: _hand_over(desk, d, why))
    except EhrError as error:
        why = str(error)
        return _settled(carrier, id, lambda desk, d: _check_later(desk, d, why))
    return _settled(carrier, id, lambda desk, d: _read_back(desk, d, found))


def _read_back(desk: Desk, delivery: Delivery, found: Receipt | None) -> str:
    delivery.checks += 1
    if found:
        delivery.state, delivery.remote_id = DeliveryState.VERIFIED, found.remote_id
        delivery.settled_at, delivery.error = desk.now, ""
        returns.verified(desk, delivery)
        return "verified"
    if delivery.state is DeliveryState.ACCEPTED:
        return _not_shown(desk, delivery)
    # Read back later than the request can have lasted, and it is not there: it never arrived.
    delivery.state, delivery.not_before = DeliveryState.HELD, desk.now
    return "not_arrived"


def _not_shown(desk: Desk, delivery: Delivery) -> str:
    why = read_back.NOT_SHOWN[delivery.kind]
    if delivery.checks < MOST_CHECKS:
        return _check_later(desk, delivery, why)
    return _hand_over(desk, delivery, why)


def _hand_over(desk: Desk, delivery: Delivery, why: str) -> str:
    delivery.state, delivery.error = DeliveryState.UNCONFIRMED, f"{why} Please check in eCW."
    returns.bring_back(desk, delivery, delivery.error)
    return "unconfirmed"


def _check_later(desk: Desk, delivery: Delivery, why: str) -> str:
    # A worker may have died while sending: until a read-back answers, nobody knows.
    if delivery.state is DeliveryState.SENDING:
        delivery.state = DeliveryState.IN_DOUBT
    grown = FIRST_RETRY * 2 ** min(delivery.checks, 5)
    delivery.not_before, delivery.error = desk.now + min(grown, LONGEST_RETRY), why
    return "still_open"
