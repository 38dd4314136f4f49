"""One thing a form says, before it becomes a field: which question, what was answered, and where."""

from dataclasses import dataclass, field

from services.workflows.intake.fields import Source


@dataclass(frozen=True)
class Finding:
    """An answer to the question ``slot``, such as ``patient.dob``; ``text`` is empty if left blank.

    ``sure`` (0 to 1) is how sure reading and understanding the question are. ``row`` tells the
    entries of a list apart; ``inside`` names the groups around it with the repetition of each.
    ``codes`` are ``system|code`` pairs of the answer. ``whole`` is true
    where the answer is one entry and must not be taken apart. ``fault`` is a sentence for staff
    where the answer cannot be used.
    """

    slot: str
    text: str = field(repr=False)
    source: Source
    sure: float = 1.0
    row: int = 0
    codes: tuple[str, ...] = ()
    whole: bool = False
    fault: str = ""
    inside: tuple[tuple[str, int], ...] = ()

    @property
    def part(self) -> str:
        """What is asked for, without whose it is."""
        return self.slot.partition(".")[2]

    @property
    def context(self) -> str:
        """The part of the form it stands in."""
        return self.slot.partition(".")[0]
