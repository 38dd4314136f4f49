"""Keeping codes under the visit's key, and what of them has left: read from the promises themselves."""

from collections.abc import Mapping

from db.charges import ChargeCapture, ChargeState
from db.deliveries import Deliveries, Delivery, DeliveryState
from services import outbox
from services.desk import Desk
from services.ehr.charges import ChargeWrite
from services.ehr.notebook import SignedNote
from services.workflows.charges import coding
from services.workflows.charges.coding import Coding
from services.workflows.charges.signed_words import digest_of, words_of

GONE = (DeliveryState.CANCELLED, DeliveryState.REFUSED)


def coding_of(desk: Desk, capture: ChargeCapture) -> Coding:
    """The codes as they stand."""
    return coding.read(desk.vault.read(capture, "coding").text)


def keep(desk: Desk, capture: ChargeCapture, codes: Coding) -> None:
    """Keep *codes* as those that a person sees from now on."""
    desk.vault.seal_into(capture, coding=codes.to_json())
    capture.content_hash, capture.missing = codes.digest, len(codes.missing)


def keep_suggestions(desk: Desk, capture: ChargeCapture, note: SignedNote, codes: Coding) -> None:
    """Keep what *note* supports, with its words for whoever opens all of them."""
    keep(desk, capture, codes)
    keep_note(desk, capture, note)


def keep_note(desk: Desk, capture: ChargeCapture, note: SignedNote) -> None:
    """Keep the signed words, and which they are."""
    desk.vault.seal_into(capture, note=words_of(note.sections))
    capture.note_digest, capture.signed_at = digest_of(note), note.signed_at
    capture.version += 1


def promised(desk: Desk, capture: ChargeCapture) -> Mapping[str, tuple[Delivery, ChargeWrite]]:
    """What stands of promises, by line: on its way, in eCW or unconfirmed. Refused ones do not."""
    found = {}
    for delivery in desk.open(Deliveries).of_charge(capture.id):
        if delivery.state not in GONE:
            write = outbox.outbound_of(delivery, desk.vault.read(delivery, "payload").text)
            if isinstance(write, ChargeWrite):
                found[write.line] = (delivery, write)
    return found


def judge(desk: Desk, capture: ChargeCapture) -> None:
    """Where the capture stands now that promises changed: to approve, on its way, or done."""
    standing = promised(desk, capture)
    if any(line.id not in standing for line in coding_of(desk, capture).charged()):
        capture.state = ChargeState.READY
    elif all(d.state is DeliveryState.VERIFIED for d, _ in standing.values()):
        capture.state, capture.closed_at, capture.trouble = ChargeState.DONE, desk.now, ""
        desk.record("charges.entered", capture.ref)
    else:
        capture.state = ChargeState.SENDING
