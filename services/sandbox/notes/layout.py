"""How a progress note is laid out at each location: its sections in order, with eCW's codes for them."""

from dataclasses import dataclass

from services.sandbox.shapes import Json


@dataclass(frozen=True)
class Section:
    """One section: the location's own code for it, its title, and the LOINC code of what it holds."""

    code: str
    title: str
    loinc: str

    def plain(self) -> Json:
        """As the Open API tells it."""
        return {"code": self.code, "title": self.title, "system": "L", "loinc": self.loinc}


# The codes and the order are of our own making: eCW's are each practice's, and nowhere published.
MAPLE = (
    Section("CC", "Chief Complaint", "10154-3"),
    Section("HPI", "History of Present Illness", "10164-2"),
    Section("ROS", "Review of Systems", "10187-3"),
    Section("VITALS", "Vitals", "8716-3"),
    Section("PE", "Examination", "29545-1"),
    Section("ASSESSMENT", "Assessment", "51848-0"),
    Section("PLAN", "Treatment Plan", "18776-5"),
    Section("ORDERS", "Orders", "46209-3"),
    Section("INSTRUCTIONS", "Patient Instructions", "69730-0"),
)
HARBOR = (
    Section("S10", "Reason for Visit", "10154-3"),
    Section("S20", "HPI", "10164-2"),
    Section("O10", "Vital Signs", "8716-3"),
    Section("O20", "Physical Exam", "29545-1"),
    Section("S30", "ROS", "10187-3"),
    Section("A10", "Impression", "51848-0"),
    Section("P20", "Orders", "46209-3"),
    Section("P10", "Plan", "18776-5"),
    Section("P30", "Instructions", "69730-0"),
)
LAYOUTS: dict[str, tuple[Section, ...]] = {"l.1": MAPLE, "l.2": HARBOR}


def layout_at(location: str) -> tuple[Section, ...]:
    """The layout of a location's id such as ``l.1``; empty for one that the practice has not."""
    return LAYOUTS.get(location, ())


def layout_of(encounter: Json) -> tuple[Section, ...]:
    """The layout that an encounter's note follows: that of where it takes place."""
    places = (stay["location"]["reference"] for stay in encounter.get("location", []))
    return layout_at(next(places, "").partition("/")[2])
