"""eCW's numeric answers in words staff can act on, by the channel that gave them.

The same number means different things on different channels, so a code is looked up
only in the table of its own. Source: eCW Error Code Reference Guide v1.0 for FHIR
writeback; the HL7 clinical-note interface guide for HL7.
"""

from enum import StrEnum


class Channel(StrEnum):
    """Where a code came from."""

    FHIR_WRITEBACK = "fhir_writeback"
    HL7 = "hl7"
    OPEN_API = "open_api"


SUCCESS = "1"

FHIR_WRITEBACK = {
    "2": "eCW could not save it and does not say why",
    "100": "eCW does not know this patient",
    "101": "provider, location and organization do not belong together in eCW",
    "104": "eCW's to-do list did not take it",
    "107": "eCW does not know this facility",
    "108": "the text has characters that eCW does not support",
    "109": "the text is longer than eCW allows",
    "110": "eCW does not accept this status",
    "111": "eCW does not accept this priority",
    "112": "the upload to eCW failed",
    "113": "eCW does not accept this type of document",
    "114": "eCW does not accept this kind of file",
    "115": "eCW's to-do list did not take it",
    "116": "eCW does not accept the times",
    "123": "the encounter belongs to another patient",
    "137": "eCW does not accept this type of request",
    "138": "eCW does not accept this type of encounter",
    "139": "the encounter is locked in eCW",
    "161": "eCW does not accept the form of this message",
    "201": "several patients match in eCW",
    "202": "the patient is already in eCW",
    "205": "eCW does not accept the insurance",
    "206": "eCW does not accept the insurance's details",
    "412": "the entry changed in eCW meanwhile",
    "308": "no default writeback user is set in eCW; an eCW administrator can set one",
    "600": "eCW does not accept the reason",
    "601": "eCW does not accept who answered",
    "602": "eCW could not create the web encounter",
    "603": "eCW could not handle the prescription renewal",
    "604": "eCW could not handle the prescription renewal",
    "2027": "the two drug codes (RxNorm and NDC) are not for the same drug family",
}
FHIR_WRITEBACK |= {
    str(code): "the questionnaire does not match eCW's structured data" for code in range(301, 308)
}
FHIR_WRITEBACK |= {
    str(code): "eCW does not accept the referral" for code in (610, *range(615, 622))
}
# 701 to 703 are eCW's for charges; which of them is which is our sandbox's reading.
FHIR_WRITEBACK |= {str(code): "eCW does not accept the charge" for code in range(701, 704)}
FHIR_WRITEBACK |= {str(code): "eCW does not accept the medication" for code in (2024, 2025, 2026)}

HL7 = {
    # HL7 table 0357, which any receiver may use
    "100": "the parts of the message are not in their order",
    "101": "a required field is missing",
    "102": "a value is of the wrong type",
    "103": "a coded value is not in eCW's list",
    "200": "the interface does not take this type of message",
    "201": "the interface does not take this event",
    "202": "the interface does not take this processing mode (production, training)",
    "203": "the interface does not take this HL7 version",
    "204": "eCW does not know the patient, or the number is another practice's",
    "205": "eCW has an entry under this number already",
    "206": "the record is locked in eCW; somebody may have it open",
    "207": "eCW's interface failed inside",
    # eCW's clinical-note interface: the same numbers as FHIR writeback, other meanings
    "301": "the message has no header (MSH)",
    "302": "eCW could not write the note's content",
    "303": "the encounter belongs to another patient",
    "304": "eCW does not know the encounter",
    "305": "eCW failed while it worked on the note",
    "306": "the marker of a progress note (PROG) is missing",
    "307": "the request segment (OBR) is missing",
    "308": "the interface is not set up for this location; an eCW administrator can do it",
    "2027": "the drug code (NDC) is not in the practice's eCW drug list",
}

# No vendor source tells the Open API's numbers; these are the ones of writeback that fit a note.
OPEN_API = {
    code: FHIR_WRITEBACK[code]
    for code in ("2", "100", "101", "107", "108", "109", "123", "139", "308")
}
OPEN_API |= {"301": "the note's layout in eCW has no such section"}

WORDS = {Channel.FHIR_WRITEBACK: FHIR_WRITEBACK, Channel.HL7: HL7, Channel.OPEN_API: OPEN_API}


def in_words(code: str, channel: Channel) -> str:
    """A clause for *code*, with the code itself; unknown ones say so."""
    words = WORDS[channel].get(code, "for a reason that Foyer does not know")
    return f"{words} (code {code})"


# What to look at in an entry of check-in, by code and kind of entry. Names are those of the form.
TO_FIX: dict[str, dict[str, tuple[str, ...]]] = {
    "2": {
        "patient": ("last_name", "first_name", "dob"),
        "allergy": ("substance",),
        "condition": ("text",),
    },
    "110": dict.fromkeys(("coverage", "allergy", "medication", "condition"), ("status",)),
    "201": {"patient": ("last_name", "dob")},
    "202": {"patient": ("last_name", "dob")},
    "205": {"coverage": ("payer",)},
    "206": {"coverage": ("member_id",)},
    "2027": {"medication": ("name",)},
}
TO_FIX |= {str(code): {"medication": ("name", "dose")} for code in (2024, 2025, 2026)}
TO_FIX |= {str(code): {"answers": ("answers",)} for code in range(301, 308)}


def to_fix(code: str, kind: str) -> tuple[str, ...]:
    """The names of the fields to look at; none where eCW's code does not tell."""
    return TO_FIX.get(code, {}).get(kind, ())
