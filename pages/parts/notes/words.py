"""The words of the Notes page: lists, roads, and what a click came to."""

from collections.abc import Mapping, Sequence

from db.visit_notes import NoteState
from pages.parts.manage import Color
from services.notes.style import PlanShape
from services.workflows.notes.listing import Row
from services.workflows.notes.profiles import Way

LANES: Mapping[str, tuple[str, str]] = {
    "draft": ("To review", "Visits that were opened or are over, earliest first, each with its draft."),
    "sending": ("On its way", "Sent, and not yet read back in eCW."),
    "filed": ("To sign in eCW", "In eCW as drafts, read back there. You sign them in eCW."),
    "signed": ("Signed", "Signed in eCW in the last two weeks."),
    "aside": ("Set aside", "Visits of the last two weeks that need no note from here."),
}  # fmt: skip
EMPTY: Mapping[str, str] = {
    "draft": "No visit waits for a note. Visits appear here when eCW shows that they have begun.",
    "sending": "Nothing is on its way.",
    "filed": "Nothing waits for a signature.",
    "signed": "Nothing was signed in the last two weeks.",
    "aside": "Nothing was set aside in the last two weeks.",
}
TRANSCRIPT_HELP = "One turn a line, each beginning with who speaks: Doctor: or Patient:."
TIME_HELP = "Time in Foyer: this page in front and in use. Time in eCW and on paper is not in it."
ROADS: Mapping[str, str] = {
    "note_document": "as one PDF document (FHIR)",
    "note_hl7": "into the sections of the visit (HL7)",
    "note_sections": "into the sections of the visit (Open API)",
    "note_ccda": "as a C-CDA file for import",
}
DONE: Mapping[str, str] = {
    "notes.edit": "Kept.",
    "notes.tick": "Ticked under your name.",
    "notes.remove": "Taken out.",
    "notes.send": "Approved. It leaves in a few seconds; until then you can take it back.",
    "notes.take_back": "Taken back.",
    "notes.set_aside": "Set aside.",
    "notes.reopen": "Reopened.",
    "notes.add_transcript": "The transcript is kept; the note is drafted from it.",
    "notes.prefer": "Kept. The next draft of your visits follows it.",
    "notes.draft_again": "It is gathered and drafted anew.",
}
DELIVERIES: Mapping[str, str] = {
    "held": "approved, leaves in a moment",
    "sending": "sending",
    "accepted": "accepted by eCW, being read back",
    "verified": "verified in eCW, section by section",
    "refused": "refused",
    "in_doubt": "confirming…",
    "unconfirmed": "not confirmed: please look in eCW",
    "cancelled": "taken back",
}
STATES: Mapping[NoteState, tuple[str, Color, str]] = {
    NoteState.WAITING: ("Being drafted", "gray", ":material/hourglass_empty:"),
    NoteState.READY: ("AI draft", "blue", ":material/edit_note:"),
    NoteState.FAILED: ("No draft", "orange", ":material/report:"),
    NoteState.SENDING: ("On its way", "blue", ":material/send:"),
    NoteState.FILED: ("Unsigned in eCW", "orange", ":material/ink_pen:"),
    NoteState.SIGNED: ("Signed", "green", ":material/check_circle:"),
    NoteState.SET_ASIDE: ("Set aside", "gray", ":material/inventory_2:"),
}
PLANS: Mapping[PlanShape, str] = {
    PlanShape.AS_DRAFTED: "As drafted",
    PlanShape.POINTS: "Short points",
    PlanShape.SENTENCES: "Full sentences",
}
REVIEWED = (NoteState.READY, NoteState.FAILED)
ENGINES: Mapping[str, str] = {
    "local": "assembled by rules from the chart and the transcript",
    "claude": "drafted by Claude from the chart and the transcript",
}


def ways(found: Sequence[Way]) -> str:
    """How the note leaves; by section where it takes more than one way."""
    if len(found) == 1:
        return ROADS.get(found[0].road, "")
    return "; ".join(f"{', '.join(s.title for s in w.sections)} {ROADS[w.road]}" for w in found)


def doubts(row: Row) -> str:
    """How many sentences wait for the provider; empty where none does."""
    if not row.unsettled:
        return ""
    return "1 sentence to check" if row.unsettled == 1 else f"{row.unsettled} sentences to check"


def minutes(seconds: int) -> str:
    """Time in Foyer in words: ``2 min 5 s in Foyer``."""
    whole, rest = divmod(seconds, 60)
    return f"{whole} min {rest} s in Foyer" if whole else f"{rest} s in Foyer"
