"""Which queue the page shows, kept in its address: lane names and enums only, never a patient."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from db.conversations import Turn
from db.queue import QueueFilter
from db.vocabulary import Category, Urgency
from services.desk import Actor
from services.workflows.inbox.listing import lanes

Word = TypeVar("Word", bound=StrEnum)

LANES = {
    "mine": ("Mine", "Yours and nobody's"),
    "urgent": ("Urgent", "Urgent and emergency, whoever holds them"),
    "no-reply": ("No reply", "Thanks and acknowledgements that need no reply"),
    "unsorted": ("To sort", "The engine was not sure: a person sorts"),
    "snoozed": ("Snoozed", "Held until a time"),
    "all": ("All", "Everything open"),
    "closed": ("Closed", "Answered or closed"),
}


@dataclass(frozen=True)
class Address:
    """A queue by name and filters; every field is a word from a closed list or a reference."""

    lane: str = "mine"
    category: str = ""
    urgency: str = ""
    pool: str = ""
    turn: str = ""
    location: str = ""
    provider: str = ""

    @property
    def query(self) -> str:
        """The queue as a query string, without what is at its default."""
        standard = Address()
        given = ((f.name, getattr(self, f.name)) for f in fields(self))
        return urlencode([(n, v) for n, v in given if v != getattr(standard, n)])

    @property
    def filters(self) -> int:
        """How many filters narrow the lane."""
        return sum(1 for f in fields(self)[1:] if getattr(self, f.name))


def read(params: Mapping[str, str]) -> Address:
    """The queue that *params* name; what is unknown is left out."""
    known = {f.name: params[f.name] for f in fields(Address) if params.get(f.name)}
    address = Address(**known)
    return replace(
        address,
        lane=address.lane if address.lane in LANES else "mine",
        category=_word(Category, address.category) or "",
        urgency=_word(Urgency, address.urgency) or "",
        turn=_word(Turn, address.turn) or "",
    )


def of_query(query: str) -> Address:
    """The queue of a saved query string."""
    return read(dict(parse_qsl(query)))


def wanted(address: Address, actor: Actor, patients: tuple[UUID, ...] | None) -> QueueFilter:
    """What to ask the queue for. A search looks at every open conversation of those patients."""
    if patients is not None:
        return QueueFilter(patients=patients)
    return replace(
        lanes(actor)[address.lane],
        category=_word(Category, address.category),
        urgency=_word(Urgency, address.urgency),
        turn=_word(Turn, address.turn),
        pool=address.pool,
        location=address.location,
        provider=address.provider,
    )


def _word(vocabulary: type[Word], value: str) -> Word | None:
    return vocabulary(value) if value in set(vocabulary) else None
