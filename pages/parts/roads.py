"""How roads to other systems are named and how each is doing, for every page that shows them."""

from db.connections import Connection
from pages.parts.manage import Badge

ROADS = {
    "fhir_read": "Charts from eCW",
    "telephone_encounter": "Telephone encounters to eCW",
    "healow_messages": "Messages from healow",
    "healow_replies": "Replies to healow",
    "copy_for_ecw": "Copy by hand into eCW",
    "check_in_forms": "Check-in forms from healow",
    "write_patient": "Demographics into eCW",
    "write_coverage": "Insurance into eCW",
    "write_allergy": "Allergies into eCW",
    "write_medication": "Medications into eCW",
    "write_condition": "Problems into eCW",
    "write_answers": "Structured answers into eCW",
    "claim_files": "Files from the clearinghouse",
    "sftp_files": "Files by SFTP",
    "visit_transcripts": "Transcripts of visits",
    "note_document": "Notes as documents",
    "note_hl7": "Notes by HL7",
    "note_sections": "Notes into sections",
    "note_ccda": "Notes as C-CDA files",
    "write_charges": "Charges into eCW",
    "submit_claims": "Claims to the clearinghouse",
    "claim_enquiries": "Enquiries about claims",
    "appeals": "Appeals to payers",
}
ROAD_BADGES: dict[str, Badge] = {
    "ok": ("Working", "green", ":material/check_circle:"),
    "down": ("No answer", "red", ":material/cloud_off:"),
    "needs_authorization": ("Needs authorization", "red", ":material/key_off:"),
    "unknown": ("Not used yet", "gray", ":material/help:"),
}
CLOSED: Badge = ("Not open here", "gray", ":material/lock:")


def name_of(road: Connection) -> str:
    """The road in words."""
    return ROADS.get(road.road, road.road)


def standing(road: Connection) -> Badge:
    """The badge that says how *road* is doing."""
    if not road.able:
        return CLOSED
    if road.state == "unknown" and road.road == "copy_for_ecw":
        return ROAD_BADGES["ok"]
    return ROAD_BADGES.get(road.state, ROAD_BADGES["unknown"])
