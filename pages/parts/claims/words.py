"""How the claims page says things: lanes, states, steps, files and payers' codes in plain words."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from db.claim_events import ClaimEvent, EventKind
from db.claim_payments import Adjustment
from db.claims import ClaimState
from db.deliveries import DeliveryState
from db.x12_files import FileState
from services.codes import reasons
from services.codes.statuses import Meaning, meaning
from services.money import dollars

LANES = {
    "release": ("To release", "Checked by the rules; nothing leaves before you say so"),
    "rejected": ("Rejected", "Sent back before anybody judged them: correct and send again"),
    "way": ("On the way", "Sent, and not yet decided by the payer"),
    "files": ("Files", "Every file that came, with its totals, and those set aside"),
    "unmatched": ("Unmatched", "Payments for claims that nobody knows here"),
    "all": ("All", "Every claim; find one by number, or by a patient's name, birth date or MRN"),
}
FIRST = "release"
EMPTY = {
    "release": ("Nothing waits to be released.", "Drafts from eCW appear here by themselves."),
    "rejected": ("No claim was rejected.", "Denials are on their own page."),
    "way": ("Nothing is on its way.", "What you release appears here."),
    "files": ("No file has come yet.", "Files come by themselves; you may also add one above."),
    "unmatched": ("Every payment belongs to a claim.", "Nothing to do here."),
    "all": ("No claim is found.", "Search is exact: the whole number, name, birth date or MRN."),
}
# The word for staff, and how the list colours it.
STATES: dict[ClaimState, tuple[str, str]] = {
    ClaimState.HELD: ("Held", "alarm"),
    ClaimState.READY: ("Clean", "ok"),
    ClaimState.RELEASED: ("Released", "wait"),
    ClaimState.SUBMITTED: ("Submitted", "wait"),
    ClaimState.ACCEPTED: ("Accepted by payer", "wait"),
    ClaimState.REJECTED: ("Rejected", "alarm"),
    ClaimState.PENDING: ("Pending at payer", "wait"),
    ClaimState.DENIED: ("Denied", "alarm"),
    ClaimState.PARTLY_PAID: ("Partly paid", "ask"),
    ClaimState.PAID: ("Paid", "ok"),
    ClaimState.APPEALED: ("Appealed", "wait"),
    ClaimState.CORRECTED: ("Corrected claim sent", "wait"),
    ClaimState.PATIENT: ("Patient's to pay", "ok"),
    ClaimState.WRITTEN_OFF: ("Written off", "ok"),
}
STEPS: dict[EventKind, str] = {
    EventKind.BILLED: "Made in eCW",
    EventKind.SCRUBBED: "Checked by the rules: nothing holds it",
    EventKind.HELD: "Checked by the rules: held",
    EventKind.OVERRULED: "A finding was let pass",
    EventKind.RELEASED: "Released",
    EventKind.SUBMITTED: "Submitted to the clearinghouse",
    EventKind.ACKNOWLEDGED: "The clearinghouse could read it",
    EventKind.ACCEPTED: "Accepted",
    EventKind.REJECTED: "Rejected, not judged",
    EventKind.PENDING: "Pending",
    EventKind.FINALIZED: "Decided; the remittance follows",
    EventKind.PAID: "Paid",
    EventKind.DENIED: "Denied",
    EventKind.REVERSED: "An earlier payment was taken back",
    EventKind.FORWARDED: "Passed on to another payer",
    EventKind.ENQUIRED: "Payer asked where it stands",
    EventKind.CORRECTED: "Corrected claim sent",
    EventKind.APPEALED: "Appealed",
    EventKind.OVERTURNED: "Appeal or correction won",
    EventKind.UPHELD: "The payer stays with its denial",
    EventKind.ASSIGNED: "Given on",
    EventKind.SENT_BACK: "Sent back to the desk that can fix it",
    EventKind.PATIENT: "Made the patient's to pay",
    EventKind.WRITTEN_OFF: "Written off",
    EventKind.REOPENED: "Opened again",
    EventKind.RETURNED: "What was sent did not arrive, or was refused",
    EventKind.REMITTED: "First heard of from the payer's answer",
    EventKind.UNMATCHED: "A payment was taken off again",
    EventKind.FIXED: "Said to be fixed in eCW",
    EventKind.TAKEN_BACK: "Release taken back",
}
DELIVERIES: dict[DeliveryState, str] = {
    DeliveryState.HELD: "leaving in a few seconds",
    DeliveryState.SENDING: "being sent",
    DeliveryState.ACCEPTED: "taken by the clearinghouse, being looked for there",
    DeliveryState.VERIFIED: "arrived at the clearinghouse",
    DeliveryState.REFUSED: "refused",
    DeliveryState.IN_DOUBT: "being confirmed",
    DeliveryState.UNCONFIRMED: "not confirmed: please look at the clearinghouse",
    DeliveryState.CANCELLED: "taken back",
}
SENT = {
    "claim": "Claim", "corrected_claim": "Corrected claim", "claim_enquiry": "Question to the payer",
    "appeal": "Appeal",
}  # fmt: skip
FILES: dict[FileState, tuple[str, str]] = {
    FileState.RECEIVED: ("Being posted", "wait"),
    FileState.POSTED: ("Posted", "ok"),
    FileState.QUARANTINED: ("Does not balance", "alarm"),
    FileState.DUPLICATE: ("Duplicate", "wait"),
    FileState.REFUSED: ("Cannot be read", "alarm"),
    FileState.REMOVED: ("Not posted", "wait"),
}
KINDS = {
    "835": "Remittance (835)", "277CA": "Claim acknowledgment (277CA)", "277": "Claim status (277)",
    "999": "Acknowledgment (999)", "TA1": "Interchange acknowledgment (TA1)",
    "837": "Claims (837)", "837-draft": "Claims to release (837)", "": "Not read yet",
}  # fmt: skip
GROUPS = {
    "CO": "contract: the practice bears it", "PR": "patient's share", "OA": "other",
    "PI": "payer's reduction", "CR": "correction",
}  # fmt: skip
SOURCES = {"clearinghouse": "clearinghouse", "folder": "watched folder", "page": "added by hand"}


def day(when: date) -> str:
    """``Mar 2, 2026``."""
    return f"{when:%b} {when.day}, {when.year}"


def moment(when: datetime | None, zone: ZoneInfo) -> str:
    """``Mar 2, 2026, 09:41`` on the practice's wall clock."""
    if when is None:
        return ""
    local = when.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M}"


def step(event: ClaimEvent) -> str:
    """A step with its code in plain words."""
    told = STEPS[event.kind]
    if event.kind in (EventKind.DENIED, EventKind.PAID, EventKind.REVERSED) and event.code:
        return f"{told}: {reason(event.code.partition('-')[2])} ({event.code})"
    if event.kind is EventKind.OVERRULED and event.code:
        return f"{told} ({event.code})"
    if ":" in event.code:
        return f"{told}: {meaning(event.code).sentence}"
    return told


def rejection(events: list[ClaimEvent]) -> tuple[Meaning, str] | None:
    """What the latest rejection says and what to do, with its code."""
    found = [event for event in events if event.kind is EventKind.REJECTED]
    return (meaning(found[-1].code), found[-1].code) if found else None


def adjustment(one: Adjustment) -> str:
    """``CO-45: … ; remarks``: why a payer pays less, in plain words."""
    who = GROUPS.get(one.group_code, one.group_code)
    remarks = [f"{code}: {found.sentence}" for code in one.remarks if (found := reasons.rarc(code))]
    return " ".join([f"{reason(one.reason)} ({who})", *remarks])


def reason(code: str) -> str:
    """A CARC in plain words; itself where the list does not have it."""
    found = reasons.carc(code)
    return found.sentence if found else f"reason {code}"


def balance(cents: int) -> str:
    """A difference as staff read it."""
    return f"off by {dollars(abs(cents))}"
