"""The words of the Charges page: lists, states, and what a click came to."""

from collections.abc import Mapping

from db.charges import ChargeState
from pages.parts.manage import Color
from services.workflows.charges.coding import Kind

LANES: Mapping[str, tuple[str, str]] = {
    "approve": ("To approve", "Visits whose notes were signed in eCW, earliest first, each with the codes its note supports."),
    "sending": ("On the way", "Approved, and not yet read back in eCW."),
    "done": ("Done", "Entered in eCW in the last 30 days, read back there code by code."),
    "aside": ("Set aside", "Visits of the last 30 days that are not charged from here."),
}  # fmt: skip
EMPTY: Mapping[str, str] = {
    "approve": "No visit waits for you. Visits appear here within minutes of the provider's signature in eCW.",
    "sending": "Nothing is on its way.",
    "done": "Nothing was entered in the last 30 days.",
    "aside": "Nothing was set aside in the last 30 days.",
}
STATES: Mapping[ChargeState, tuple[str, Color, str]] = {
    ChargeState.UNSIGNED: ("Not signed", "gray", ":material/ink_pen:"),
    ChargeState.READY: ("Suggested", "blue", ":material/rule:"),
    ChargeState.SENDING: ("On its way", "blue", ":material/send:"),
    ChargeState.DONE: ("In eCW", "green", ":material/check_circle:"),
    ChargeState.AMENDED: ("Amended in eCW", "red", ":material/report:"),
    ChargeState.SET_ASIDE: ("Set aside", "gray", ":material/inventory_2:"),
}
PROMISES: Mapping[str, tuple[str, Color, str]] = {
    "held": ("Leaves in a moment", "blue", ":material/schedule_send:"),
    "sending": ("Sending", "blue", ":material/send:"),
    "accepted": ("Being read back", "blue", ":material/sync:"),
    "verified": ("In eCW", "green", ":material/check_circle:"),
    "in_doubt": ("Confirming…", "orange", ":material/help:"),
    "unconfirmed": ("Not confirmed", "red", ":material/report:"),
}
DELIVERIES: Mapping[str, str] = {
    "held": "approved, leaves in a moment",
    "sending": "sending",
    "accepted": "accepted by eCW, being read back",
    "verified": "verified in eCW",
    "refused": "refused",
    "in_doubt": "confirming…",
    "unconfirmed": "not confirmed: please look in eCW",
    "cancelled": "taken back",
}
DONE: Mapping[str, str] = {
    "charges.approve": "Approved. The codes leave in a few seconds; until then you can take them back.",
    "charges.take_back": "Taken back.",
    "charges.remove": "Removed. It will not be sent.",
    "charges.restore": "Put back.",
    "charges.change": "Kept.",
    "charges.add": "Added under your name.",
    "charges.set_aside": "Set aside: nothing is charged from here.",
    "charges.reopen": "Reopened.",
    "charges.settle": "Noted.",
    "charges.corrected": "Noted: you settled it in eCW.",
    "charges.entered_by_hand": "Noted: you entered them in eCW. They are not read back.",
}
LEAVES = ("charges.approve", "charges.set_aside", "charges.corrected", "charges.entered_by_hand")
KINDS: Mapping[str, str] = {
    Kind.PROCEDURE: "Procedure or visit",
    Kind.DIAGNOSIS: "Diagnosis",
}
LEVELS: Mapping[str, Color] = {
    "straightforward": "gray",
    "low": "gray",
    "moderate": "blue",
    "high": "orange",
}


def count(number: int, one: str, many: str) -> str:
    """``1 code`` or ``3 codes``."""
    return f"{number} {one if number == 1 else many}"
