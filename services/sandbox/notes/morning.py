"""Visits of this morning whose notes were typed and signed in eCW, for whoever tells patients of them."""

import tomllib
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from services.sandbox.notes.cabinet import Filed
from services.sandbox.notes.filing import show_at
from services.sandbox.notes.layout import layout_of
from services.sandbox.notes.today import ZONE, add_visit
from services.sandbox.shapes import Json, stamp
from services.sandbox.tenants import Tenant

NOTES = Path(__file__).parents[1] / "data" / "notes" / "signed.toml"
AGO = timedelta(minutes=150)


def sign_morning(tenant: Tenant, count: int, now: datetime) -> None:
    """Let the first *count* visits of the list have taken place, and be signed."""
    here = now.astimezone(ZONE)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    for number, one in enumerate(_notes()[:count]):
        patient = tenant.chart.at(one["patient"])
        if patient is None:
            continue
        start = max(here - AGO + number * timedelta(minutes=20), midnight)
        start = start.replace(minute=start.minute // 10 * 10, second=0, microsecond=0)
        visit = add_visit(tenant, patient, "finished", start, talk="", reason=one["reason"])
        _type(tenant, visit, one["sections"], now)
        if not one.get("portal", True):
            tenant.without_portal.add(one["patient"])


def _type(tenant: Tenant, visit: Json, sections: Json, now: datetime) -> None:
    for section in layout_of(visit):
        if text := sections.get(section.loinc, "").strip():
            typed = Filed(section.code, text, "ecw", "", stamp(now))
            tenant.notes.file(visit["id"], typed)
    tenant.notes.sign(visit["id"], stamp(now))
    show_at(tenant, visit, now)


@cache
def _notes() -> list[Json]:
    """The notes there are, sections by LOINC code."""
    found = tomllib.loads(NOTES.read_text(encoding="utf-8"))["note"]
    return list(found)
