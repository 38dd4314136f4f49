"""What is filed for each encounter, section by section and with the road it came by, and who signed it."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from services.sandbox.shapes import Json, moment


@dataclass(frozen=True)
class Filed:
    """One section as it lies in the note. ``road`` is ``sections``, ``hl7`` or ``ecw`` (typed there)."""

    code: str
    text: str
    road: str
    delivery: str
    at: str


@dataclass
class Cabinet:
    """One practice's notes: sections by encounter id and code, signatures, and what was said."""

    filed: dict[str, dict[str, Filed]] = field(default_factory=dict)
    signed: dict[str, str] = field(default_factory=dict)
    talks: dict[str, str] = field(default_factory=dict)
    changes: int = 0

    def file(self, encounter: str, section: Filed) -> None:
        """Put one section in its place; what lay there before is replaced."""
        self.filed.setdefault(encounter, {})[section.code] = section
        self.changes += 1

    def sign(self, encounter: str, at: str) -> None:
        """Lock the note of an encounter."""
        self.signed[encounter] = at
        self.changes += 1

    def shown(self, encounter: str, now: datetime, settle: float) -> dict[str, Filed]:
        """The sections of an encounter that have settled for *settle* seconds, by code."""
        found = self.filed.get(encounter, {})
        return {c: f for c, f in found.items() if (now - moment(f.at)).total_seconds() >= settle}

    def kept(self) -> Json:
        """Everything in it, as JSON values."""
        return asdict(self)

    def restore(self, kept: Json) -> None:
        """Take up what :meth:`kept` gave."""
        for encounter, sections in kept.get("filed", {}).items():
            self.filed[encounter] = {code: Filed(**one) for code, one in sections.items()}
        self.signed |= kept.get("signed", {})
        self.talks |= kept.get("talks", {})

    def retype(self, encounter: str, code: str, text: str, at: str) -> None:
        """A person changes the words of one section in eCW."""
        known = self.filed.get(encounter, {}).get(code, Filed(code, "", "ecw", "", at))
        self.file(encounter, replace(known, text=text, road="ecw", at=at))
