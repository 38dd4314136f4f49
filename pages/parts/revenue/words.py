"""Names of fates and breakdowns, and the address of the denials behind a number."""

from collections.abc import Mapping
from urllib.parse import urlencode

from services.workflows.denials.totals import By, Counted, Fate, Narrow, Revenue

CARDS: Mapping[Fate, tuple[str, str]] = {
    Fate.OPEN: ("To decide", "Nobody has decided about these yet."),
    Fate.IN_WORK: ("In work", "Sent anew or asked about; the payer's answer is awaited."),
    Fate.APPEALED: ("Appealed", "A letter is with the payer."),
    Fate.RECOVERED: ("Recovered", "Paid after all: what the payer paid of what it had denied."),
    Fate.WRITTEN_OFF: ("Written off", "Given up by somebody who may."),
}
OTHERS: Mapping[Fate, str] = {
    Fate.PATIENT: "made the patient's",
    Fate.LOST: "lost",
    Fate.CLEARED: "cleared",
}
BREAKDOWNS: Mapping[By, str] = {
    By.PAYER: "Payer",
    By.REASON: "Reason",
    By.LOCATION: "Location",
    By.MONTH: "Month",
}
LANES = {Fate.OPEN: "open", Fate.IN_WORK: "work", Fate.APPEALED: "work"}


def name_of(found: Revenue | Counted, by: By, value: str) -> str:
    """What staff call a payer, a reason, a place or a month."""
    named = found.names[by].get(value, value)
    if by is By.LOCATION:
        return named or "no location given"
    return named


def denials_address(narrow: Narrow) -> str:
    """The denial list with the same filters; a month is no filter there."""
    lane = LANES.get(narrow.fate, "closed") if narrow.fate else "open"
    asked = {
        "lane": lane, "fate": str(narrow.fate or ""), "payer": narrow.payer, "carc": narrow.carc,
        "location": narrow.location,
    }  # fmt: skip
    return f"/denials?{urlencode({name: value for name, value in asked.items() if value})}"
