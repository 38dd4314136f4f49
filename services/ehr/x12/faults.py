"""The one way in which reading or writing X12 fails."""

import re

from services.errors import FoyerError

HARMLESS = re.compile(r"[0-9A-Za-z]{1,9}")


class X12Fault(FoyerError):
    """The file is not X12 as we accept it, and nothing of it may be used.

    ``segment`` counts from 1 in the file and is 0 where no segment is meant. The sentence never
    quotes what the file says of a patient.
    """

    def __init__(self, what: str, segment: int = 0) -> None:
        super().__init__(f"Segment {segment:,}: {what}" if segment else what)
        self.segment = segment


def shown(control: str) -> str:
    """A control number or count as a sentence may quote it: a damaged file may hold a name there."""
    return control if HARMLESS.fullmatch(control) else "something else"
