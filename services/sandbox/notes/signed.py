"""Visits of yesterday whose notes are signed, so that there is something to charge from the start."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from services.sandbox.notes.cabinet import Filed
from services.sandbox.notes.filing import show_note
from services.sandbox.notes.layout import layout_of
from services.sandbox.notes.today import SLOT, ZONE, add_visit, by_turns
from services.sandbox.shapes import Json, stamp
from services.sandbox.tenants import Tenant
from services.sandbox.world import World

NOTES = Path(__file__).parents[1] / "data" / "notes" / "signed.json"
OPENS = 9  # the hour of the practice's first visit


def sign_yesterday(world: World, tenant: Tenant, count: int) -> None:
    """Let about *count* adults have had a visit yesterday, each with a signed note of its own."""
    now = world.clock.now()
    morning = (now.astimezone(ZONE) - timedelta(days=1)).replace(
        hour=OPENS, minute=0, second=0, microsecond=0
    )
    adults = list(by_turns(tenant, now.astimezone(ZONE).date()))
    for number, patient in enumerate(adults[-count:]):  # today's visits begin at the other end
        note = notes()[number % len(notes())]
        start = morning + number * SLOT
        visit = add_visit(tenant, patient, "finished", start, talk="", reason=note["reason"])
        _sign(world, tenant, visit, note["sections"], start + SLOT)


@cache
def notes() -> list[Json]:
    """The notes: a reason, and texts by LOINC code of the section."""
    read: list[Json] = json.loads(NOTES.read_text(encoding="utf-8"))
    return read


def _sign(world: World, tenant: Tenant, visit: Json, texts: Json, at: datetime) -> None:
    for section in layout_of(visit):
        if text := texts.get(section.loinc):
            tenant.notes.file(visit["id"], Filed(section.code, text, "ecw", "", stamp(at)))
    tenant.notes.sign(visit["id"], stamp(at))
    show_note(world, tenant, visit)
