"""The patient's insurance as the chart has it, beside the form, with how it stands on the visit's day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from db.eligibility import Covered
from pages.parts.inbox.words import at
from pages.parts.intake import words
from pages.parts.intake.sitting import Sitting
from services.claims.coverage import Said
from services.workflows.intake.coverage import CoverageFact, Stand
from services.workflows.intake.reading import OpenForm

Shown = dict[str, Any]
STANDS: Mapping[Stand, tuple[str, str]] = {
    Stand.IN_FORCE: ("in force", "good"),
    Stand.ENDED: ("ended before", "alert"),
    Stand.NOT_YET: ("begins after", "alert"),
    Stand.INACTIVE: ("not active in eCW", "alert"),
    Stand.UNDATED: ("no dates in the chart", "warn"),
}
SAID: Mapping[Covered, tuple[str, str]] = {
    Covered.ACTIVE: ("payer: active", "good"),
    Covered.INACTIVE: ("payer: not active", "alert"),
    Covered.NOT_FOUND: ("payer: member not found", "alert"),
    Covered.UNSAID: ("payer: gave no clear answer", "warn"),
    Covered.FAILED: ("payer: could not answer", "warn"),
}


def insured_data(sitting: Sitting, form: OpenForm, now: datetime) -> Shown | None:
    """One line for each insurance; none where the chart was not read or has none."""
    if not form.coverage:
        return None
    day = (form.row.visit_at or now).astimezone(sitting.options.zone).date()
    read = at(form.compared_at, sitting.options.zone, now)
    asked = any(fact.said for fact in form.coverage)
    heard = "" if asked else "; the payer was not asked"
    return {
        "title": f"Insurance in the chart on {day:%m/%d/%Y}",
        "read": f"chart read {read}{heard}" if read else "",
        "lines": [_line(fact, sitting, now) for fact in form.coverage],
    }


def _line(fact: CoverageFact, sitting: Sitting, now: datetime) -> Shown:
    words, kind = STANDS[fact.stands]
    told = [fact.payer, fact.plan, fact.member_id, _span(fact)]
    if fact.said:
        words, kind = SAID[fact.said.covered]
        told.append(_heard(fact.said, sitting, now))
    return {"text": " · ".join(part for part in told if part), "words": words, "kind": kind}


def _heard(said: Said, sitting: Sitting, now: datetime) -> str:
    """Who said it, when, for which day, and the payer's own dates and plan."""
    dates = [f" from {said.first:%m/%d/%Y}"] if said.first else []
    dates += [f" until {said.last:%m/%d/%Y}"] if said.last else []
    span = f", covered{''.join(dates)}" if dates else ""
    plan = f", {said.plan}" if said.plan else ""
    asked = at(said.at, sitting.options.zone, now)
    return f"{said.payer} asked {asked} for {said.on:%m/%d/%Y}{plan}{span}"


def _span(fact: CoverageFact) -> str:
    start, end = words.value("x.start", fact.start), words.value("x.end", fact.end)
    if start and end:
        return f"{start} to {end}"
    return f"from {start}" if start else f"until {end}" if end else ""
