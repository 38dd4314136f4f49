"""Reading back: where each kind of promise would show at the other side, if it arrived."""

from db.deliveries import FIRST_WORDS
from services.ehr.billing import AppealPacket, ClaimFile
from services.ehr.charges import ChargeWrite
from services.ehr.notebook import NoteWrite
from services.ehr.ports import CopiedReply, Ehr, NewMessage, PortalReply, Receipt
from services.ehr.registration import ChartWrite
from services.outbox import Promised

NOT_SHOWN = {
    "reply": "healow accepted it, but does not show it.",
    FIRST_WORDS: "healow accepted it, but does not show it.",
    "telephone_encounter": "eCW accepted it, but does not show it.",
    "copy": "It was marked as done in eCW, but eCW does not show these words yet.",
    "chart": "eCW accepted it, but the chart does not show it.",
    **dict.fromkeys(
        ("claim", "corrected_claim", "claim_enquiry", "appeal"),
        "The clearinghouse accepted it, but does not show it.",
    ),
    **dict.fromkeys(
        ("note_document", "note_hl7", "note_sections", "note_ccda"),
        "eCW accepted the note, but the visit does not show it.",
    ),
    "charge": "eCW accepted the charge, but the visit does not show it.",
    "chart_copy": "It was marked as done in eCW, but the chart does not show it yet.",
}


def find(ehr: Ehr, outbound: Promised) -> Receipt | None:
    """What we promised, as the other side shows it; ``None`` if it is not there.

    Raises ``Unreachable`` or ``NeedsAuthorization``, and ``Refused`` where something else stands
    under our identifier.
    """
    match outbound:
        case PortalReply():
            return ehr.mailbox.find_reply(outbound)
        case CopiedReply():
            return ehr.mailbox.find_copy(outbound)
        case NewMessage():
            return ehr.mailbox.find_sent(outbound)
        case ChartWrite():
            return ehr.registrar.find(outbound)
        case ClaimFile():
            return ehr.clearing.find(outbound)
        case AppealPacket():
            return ehr.clearing.find_attachment(outbound)
        case NoteWrite():
            return ehr.notebook.find(outbound)
        case ChargeWrite():
            return ehr.charges.find(outbound)
        case _:
            return ehr.desktop.find(outbound)
