"""Which list of forms the page shows, kept in its address: the name of a lane, never a patient."""

from collections.abc import Mapping

LANES = {
    "team": ("My team", "Yours, and what nobody has taken yet of your team's"),
    "unassigned": ("Unassigned", "Nobody's yet, whichever team it waits for"),
    "all": ("All", "Everything to do, whoever has it"),
    "whose": ("Whose?", "A person says whose form it is"),
    "writing": ("Writing", "Accepted, on the way to the chart"),
    "done": ("Done", "In the chart"),
    "removed": ("Removed", "Taken off the list, or taken back by the patient"),
}
FIRST = "team"


def read(params: Mapping[str, str]) -> str:
    """The lane that *params* name; the first one for a word that is none."""
    asked = params.get("lane", FIRST)
    return asked if asked in LANES else FIRST
