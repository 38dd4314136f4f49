"""How the denial desk says things: states, decisions, steps of a claim's life, days left."""

from collections.abc import Mapping

from db.appeal_letters import LetterState
from db.claim_events import EventKind
from db.denials import DenialState
from services.claims.paths import Path

STATE: Mapping[DenialState, str] = {
    DenialState.OPEN: "To decide",
    DenialState.SNOOZED: "Put aside",
    DenialState.WAITING: "Waiting",
    DenialState.SENDING: "On its way",
    DenialState.IN_WORK: "With the payer",
    DenialState.RECOVERED: "Recovered",
    DenialState.PATIENT: "Patient's to pay",
    DenialState.WRITTEN_OFF: "Written off",
    DenialState.LOST: "Lost",
    DenialState.CLEARED: "No denial any more",
}
PATH: Mapping[str, str] = {
    Path.CORRECT: "Correct and resubmit",
    Path.APPEAL: "Appeal",
    Path.OTHER_PAYER: "Bill other payer",
    Path.PATIENT: "Patient responsibility",
    Path.INTAKE: "Ask intake",
    Path.CODING: "Ask coding",
    Path.ENQUIRE: "Ask the payer",
    Path.WRITE_OFF: "Write off",
}
LEAVES: Mapping[str, str] = {
    Path.CORRECT: "The corrected claim goes to the payer in place of the old one (frequency 7).",
    Path.APPEAL: "The letter below goes to the payer as a PDF, exactly as it stands.",
    Path.OTHER_PAYER: "You bill the other payer in eCW; this waits until the files show it.",
    Path.PATIENT: "What is left becomes the patient's to pay.",
    Path.INTAKE: "It goes to the front desk, with what the payer said.",
    Path.CODING: "It goes to those who code, with what the payer said.",
    Path.ENQUIRE: "The payer is asked where this claim stands (276).",
    Path.WRITE_OFF: "This money is given up.",
}
DECISION: Mapping[str, str] = {
    "correct": "corrected claim",
    "appeal": "appeal",
    "enquire": "question to the payer",
    "other_payer": "other payer billed in eCW",
    "fixed_in_ecw": "fixed in eCW",
    "ask_intake": "asked intake",
    "ask_coding": "asked coding",
    "patient": "patient responsibility",
    "write_off": "written off",
}
STEP: Mapping[EventKind, str] = {
    EventKind.BILLED: "Made in eCW",
    EventKind.SCRUBBED: "Checked, nothing found",
    EventKind.HELD: "Held by a rule",
    EventKind.OVERRULED: "A finding was let pass",
    EventKind.RELEASED: "Released",
    EventKind.SUBMITTED: "Sent",
    EventKind.ACKNOWLEDGED: "File read (999)",
    EventKind.ACCEPTED: "Taken in by the payer (277CA)",
    EventKind.REJECTED: "Rejected",
    EventKind.PENDING: "Pending at the payer",
    EventKind.FINALIZED: "Decided by the payer",
    EventKind.PAID: "Paid",
    EventKind.DENIED: "Denied",
    EventKind.REVERSED: "Earlier answer taken back",
    EventKind.FORWARDED: "Forwarded to another payer",
    EventKind.ENQUIRED: "Payer asked (276)",
    EventKind.CORRECTED: "Corrected claim sent",
    EventKind.APPEALED: "Appeal sent",
    EventKind.OVERTURNED: "Denial overturned",
    EventKind.UPHELD: "Denial upheld",
    EventKind.REMITTED: "First heard of from the payer's answer",
    EventKind.UNMATCHED: "A payment was taken off again",
    EventKind.FIXED: "Said to be fixed in eCW",
    EventKind.TAKEN_BACK: "Called back before it left",
    EventKind.ASSIGNED: "Given on",
    EventKind.SENT_BACK: "Sent back",
    EventKind.PATIENT: "Made the patient's",
    EventKind.WRITTEN_OFF: "Written off",
    EventKind.REOPENED: "Reopened",
    EventKind.RETURNED: "Came back",
}
LETTER: Mapping[LetterState, str] = {
    LetterState.DRAFT: "draft",
    LetterState.SENDING: "approved, on its way",
    LetterState.SENT: "sent",
    LetterState.WON: "won",
    LetterState.LOST: "lost",
    LetterState.DROPPED: "dropped",
}
SENT: Mapping[str, str] = {
    "claim": "Claim",
    "corrected_claim": "Corrected claim",
    "claim_enquiry": "Question to the payer (276)",
    "appeal": "Letter of appeal",
}


def drafted_by(model: str) -> str:
    """Who drafted a letter, by the name of the *model*; empty is our own template."""
    if not model:
        return "Drafted from our template."
    return (
        f"AI draft by Claude ({model}), each sentence checked against its sources. Please read it."
    )


def days_left(days: int | None) -> tuple[str, str]:
    """Days to the deadline in words, and how they are coloured; we warn at 30, 14, 7 and 3 days."""
    if days is None:
        return "no deadline known", ""
    if days < 0:
        return f"{-days} d too late", "routine"
    told = "last day" if days == 0 else f"{days} d left"
    return (
        told,
        "emergency" if days <= 3 else "urgent" if days <= 7 else "warn" if days <= 30 else "",
    )
