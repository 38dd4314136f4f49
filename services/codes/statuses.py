"""What a payer's status codes mean and what to do, in our words: code sources 507 (category) and 508.

The lists are X12's; only the codes that matter to a practice are here, each said anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

CATEGORIES: Mapping[str, str] = {
    "A0": "Passed on to another payer or clearinghouse",
    "A1": "Received; nobody has looked at it yet",
    "A2": "Taken in and on its way to a decision",
    "A3": "Sent back: it cannot be processed",
    "A4": "The payer does not find it",
    "A5": "Split into several claims",
    "A6": "Sent back: information is missing",
    "A7": "Sent back: information is wrong",
    "A8": "Sent back: pieces of information contradict each other",
    "P0": "Waiting for a decision",
    "P1": "In process",
    "P2": "Waiting inside the payer",
    "P3": "The payer waits for something from the practice",
    "P4": "The payer waits for something from the patient",
    "P5": "The payer waits for something else",
    "F0": "Decided",
    "F1": "Decided: it is paid",
    "F2": "Decided: it is denied",
    "F3": "Decided anew",
    "F3F": "Decided, and passed on to the next payer",
    "F3N": "Decided, and not passed on",
    "F4": "Decided: nothing more is paid",
    "E0": "The question could not be answered",
    "E1": "The payer's system did not answer",
    "D0": "The payer finds nothing under these data",
}  # fmt: skip

# What is meant, and what to do about it where it was sent back.
STATUSES: Mapping[str, tuple[str, str]] = {
    "0": ("no further details are available", "Ask the payer what is meant."),
    "3": ("it was decided; the payment follows", ""),
    "16": ("it was passed on to the payer", ""),
    "19": ("the payer acknowledges it", ""),
    "20": ("it was accepted for processing", ""),
    "21": ("information is missing or wrong", "Compare the claim with the chart, correct it in eCW and send it again."),
    "24": ("the provider is not known under this number", "Check the provider's enrolment with this payer and the identifiers in eCW."),
    "26": ("the provider does not fit the payer's records", "Check enrolment, NPI and taxonomy with the payer."),
    "33": ("the subscriber is not found", "Check member number, name and date of birth on the card; correct the insurance in eCW."),
    "41": ("it belongs to another payer", "Check which payer is responsible, and bill that one."),
    "54": ("the same claim was sent before", "Do not send it again. Ask the payer where the first one stands."),
    "65": ("it was paid", ""),
    "88": ("the patient was not covered on the day of service", "Check the coverage of that day; bill the payer who covered it."),
    "97": ("the patient's name or relationship does not fit", "Correct the patient's relationship to the subscriber in eCW."),
    "116": ("it was sent to the wrong payer", "Correct the insurance and the payer id in eCW, and send it again."),
    "122": ("the member's address is missing or wrong", "Complete the address in eCW."),
    "124": ("a name, address or telephone number is missing", "Complete it in eCW."),
    "125": ("a name is missing or wrong", "Write the name as the payer's card has it."),
    "126": ("an address is missing or wrong", "Complete the address in eCW."),
    "128": ("the tax number is missing or wrong", "Check the practice's tax number with the payer's records."),
    "145": ("the taxonomy code is missing or wrong", "Set the taxonomy under which the payer knows the provider."),
    "153": ("an identifier is missing or wrong", "Check the identifiers of practice and provider."),
    "158": ("the date of birth is missing or wrong", "Correct the date of birth in eCW."),
    "164": ("the member number is missing or wrong", "Take the member number from the card, correct the insurance in eCW, and send it again."),
    "187": ("a date of service is wrong", "Correct the date of service in eCW; it must not lie in the future or outside the stay."),
    "188": ("the dates of the statement are wrong", "Correct the period in eCW."),
    "218": ("the National Drug Code is missing or wrong", "Enter the drug's NDC with unit and quantity."),
    "228": ("the type of bill is wrong", "Correct the type of bill in eCW."),
    "249": ("the place of service is wrong", "Correct the place of service in eCW."),
    "254": ("the primary diagnosis is wrong", "Correct the first diagnosis in eCW."),
    "255": ("a diagnosis code is wrong or not valid on that day", "Correct the diagnosis in eCW, as specific as the code set asks."),
    "286": ("the other payer's answer is missing", "Send it with the first payer's remittance."),
    "448": ("the amounts do not add up", "Compare the total with the lines in eCW."),
    "453": ("a modifier is wrong", "Correct the modifier in eCW."),
    "454": ("a procedure code is wrong", "Correct the procedure in eCW."),
    "464": ("the payer's number of the first claim is missing or wrong", "Enter the payer's claim number on the corrected claim (it stands on the remittance)."),
    "476": ("the units are missing or wrong", "Correct the units in eCW."),
    "477": ("a line points to a diagnosis that is not there", "Correct the diagnosis pointers of the line in eCW."),
    "481": ("the claim has more lines or bytes than are taken", "Split the claim in eCW."),
    "507": ("a procedure code is wrong for the day", "Correct the procedure in eCW."),
    "535": ("how the claim is sent (new, replaced, void) is wrong", "Correct the frequency code of the claim in eCW."),
    "562": ("the provider's NPI is missing or wrong", "Correct the NPI in eCW; the check digit must fit."),
    "746": ("the same file was sent before", "Nothing needs to be sent again."),
}  # fmt: skip
ENTITIES: Mapping[str, str] = {
    "1P": "provider", "40": "receiver", "41": "sender", "77": "facility", "82": "rendering provider",
    "85": "billing provider", "DN": "referring provider", "IL": "subscriber", "PR": "payer",
    "QC": "patient",
}  # fmt: skip
UNREADABLE = {
    "1": "a transaction is of a kind that is not taken", "2": "it has no end",
    "3": "its control numbers disagree", "4": "its number of segments is wrong",
    "5": "a segment or an element of it is not as it should be",
}  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """What a status says and, where it was sent back, what to do."""

    sentence: str
    fix: str = ""


def meaning(code: str) -> Meaning:
    """The words for ``A7:164``, with an entity ``A7:562:85``; for a 999, ``999:5``."""
    category, _, rest = code.partition(":")
    if category == "999":
        return _of_acknowledgement(rest)
    status, _, entity = rest.partition(":")
    what, fix = STATUSES.get(status, (f"status code {status}" if status else "", ""))
    whom = f" ({ENTITIES[entity]})" if entity in ENTITIES else ""
    said = CATEGORIES.get(category, f"Status {category}" if category else "No status is told")
    return Meaning(f"{said}: {what}{whom}." if what else f"{said}{whom}.", fix)


def _of_acknowledgement(codes: str) -> Meaning:
    if not codes:
        return Meaning("The clearinghouse could read the file.")
    what = "; ".join(UNREADABLE.get(code, f"code {code}") for code in codes.split(","))
    return Meaning(
        f"The clearinghouse could not read the file: {what}.",
        "Nobody has judged the claim. Send it again once the clearinghouse or eCW has been asked.",
    )
