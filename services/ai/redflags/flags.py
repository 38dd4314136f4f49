"""What the red-flag floor reports: flags, each with the words that raised it, and their floor."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from db.vocabulary import Urgency

Field = Literal["subject", "text"]


@dataclass(frozen=True, slots=True)
class Flag:
    """One alarm and the words that raised it.

    ``start`` and ``end`` count code points of the field named by ``field``: its slice
    from ``start`` to ``end`` is exactly ``text``. ``rule`` is the id in ``rules/*.toml``
    and ``says`` its sentence for staff, which holds nothing of the message.
    """

    family: str
    level: Urgency
    rule: str
    start: int
    end: int
    text: str
    field: Field = "text"
    says: str = ""


def floor(flags: Iterable[Flag]) -> Urgency:
    """The most urgent level among *flags*; routine when there are none."""
    return min(
        (flag.level for flag in flags), key=lambda level: level.rank, default=Urgency.ROUTINE
    )
