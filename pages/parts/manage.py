"""What every management page begins with: who may see it, and plain words when something fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import streamlit as st

from db import reading
from db.audit import Ending
from db.base import NotFound
from db.practices import Practices
from pages.parts.desk import open_building, signed_in
from pages.parts.plain import harmless
from services.desk import Actor, working
from services.errors import FoyerError
from services.policy import may

Color = Literal["green", "red", "orange", "blue", "gray"]
Badge = tuple[str, Color, str]  # label, colour and icon: never colour alone

REFRESH = timedelta(seconds=5)


def open_room(verb: str, what: str) -> Actor:
    """The person at this browser if their role opens this page; else a polite stop, on record."""
    actor = signed_in()
    if not may_do(actor, verb):
        with working(open_building(), actor) as desk:
            desk.record(verb, "page", Ending.REFUSED, reason="NotAllowed")
        st.error(f"Your role may not {what}.", icon=":material/block:")
        st.stop()
    return actor


def may_do(actor: Actor, verb: str) -> bool:
    """Whether to show a control at all; the service asks again when it is used."""
    return actor.role is not None and may(actor.role, verb)


@contextmanager
def said_plainly() -> Iterator[None]:
    """Show what we know how to say where it happened, and go on with the page."""
    try:
        yield
    except (FoyerError, NotFound) as error:
        st.error(harmless(str(error)), icon=":material/error:")


def zone_of(actor: Actor) -> ZoneInfo:
    """The time zone of the person's practice."""
    with reading(open_building().engine) as session:
        return ZoneInfo(Practices(session).get(actor.practice_id).timezone)


def clock_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """``Mon 2 Mar, 09:41`` on the practice's wall clock; ``never`` without a moment."""
    if moment is None:
        return "never"
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


def ago(moment: datetime | None, now: datetime) -> str:
    """``40 s ago``, ``in 20 s`` or ``never``."""
    if moment is None:
        return "never"
    length = span(abs(now - moment))
    return f"{length} ago" if moment <= now else f"in {length}"


def span(length: timedelta) -> str:
    """A length of time in its largest unit: ``40 s``, ``3 min``, ``2 h``, ``5 days``."""
    seconds = int(length.total_seconds())
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
