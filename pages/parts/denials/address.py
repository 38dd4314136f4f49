"""Which denials the page shows, kept in its address: a lane and filters, never a patient."""

from collections.abc import Mapping

from services.workflows.denials.listing import FATES, Narrowed

LANES = {
    "mine": ("Mine", "Yours, and what nobody has taken yet; most worth a minute first"),
    "open": ("All open", "Everything to decide, whoever has it"),
    "work": ("In work", "With the payer, with intake or coding, or being fixed in eCW"),
    "snoozed": ("Snoozed", "Put aside until a day; they come back by themselves"),
    "closed": ("Closed", "Recovered, the patient's, written off, or no denial any more"),
}
FIRST = "mine"
FILTERS = ("payer", "carc", "location")


def read(params: Mapping[str, str]) -> tuple[str, Narrowed]:
    """The lane and the filters that *params* name; the first lane for a word that is none."""
    asked = params.get("lane", FIRST)
    lane = asked if asked in LANES else FIRST
    fate = str(params.get("fate", ""))
    told = fate if fate in FATES and FATES[fate][0] == lane else ""
    payer, carc, location = (str(params.get(name, ""))[:80] for name in FILTERS)
    return lane, Narrowed(payer, carc, location, told)
