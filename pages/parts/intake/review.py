"""The open form beside the chart: what matches folded, one row for each decision."""

from datetime import date, datetime
from typing import Any

from db.intake import CERTAIN, OPEN, FormState, Match
from db.intake_fields import Decision
from pages.parts.inbox.words import at
from pages.parts.intake import entries, leaving, words
from pages.parts.intake.fields import field_data, in_one_line, is_plain
from pages.parts.intake.insured import insured_data
from pages.parts.intake.rows import marks_of, name_of
from pages.parts.intake.sitting import Sitting
from services.desk import Actor
from services.workflows.intake.fields import Verdict
from services.workflows.intake.reading import FieldRow, OpenForm
from services.workflows.intake.searching import Person

Shown = dict[str, Any]
REASONS = (
    "The chart is newer",
    "Checked with the patient",
    "A mistake on the form",
    "Left as it is, for the visit",
)
SEARCH_HELP = (
    "Patient data is stored encrypted, so only the exact name, date of birth (1980-02-28 or "
    "2/28/1980) or MRN finds somebody."
)


def review_data(sitting: Sitting, actor: Actor, form: OpenForm, now: datetime) -> Shown:
    """Everything the review component shows of the open form."""
    certain = form.match in CERTAIN
    same = [row for row in form.fields if is_plain(row)]
    asked = [row for row in form.fields if certain and row.asks]
    others = [row for row in asked if not row.may_decide]
    return {
        "form": str(form.row.id),
        "version": form.row.version,
        "shown": form.row.content_hash,
        "handled": sitting.handled.get("intake_review", 0),
        "head": _head(sitting, actor, form, now),
        "notice": _notice(form),
        "whose": None if certain else _whose(sitting, form),
        "match": _matching(form, same, sitting, now) if certain and same else None,
        "groups": _groups(sitting, form, [row for row in asked if row.may_decide], now),
        "clinical": _clinical(form, others) if others else None,
        "missing": _missing(form) if certain else None,
        "copy": [leaving.copy_data(form, entry) for entry in form.to_copy],
        "sent": leaving.sent_data(sitting, form, now),
        "moves": leaving.moves_data(actor, form),
        "assign": leaving.assign_data(sitting, form),
        "kinds": leaving.kinds_data(sitting, form),
        "note": _note(form),
        "insured": insured_data(sitting, form, now),
        "reasons": list(REASONS),
        "problem": _problem(sitting),
    }


def _head(sitting: Sitting, actor: Actor, form: OpenForm, now: datetime) -> Shown:
    row = form.row
    visit = at(row.visit_at, sitting.options.zone, now)
    told = [f"Visit {visit}" if visit else "No visit is known", row.provider, row.location]
    chips = [
        (row.readiness, _TONES.get(row.tone, ""), None),
        *marks_of(row, actor, sitting.options),
    ]
    if form.new_patient:
        chips.append(("new patient", "here", "eCW has no chart to compare with yet"))
    return {
        "patient": name_of(row),
        "born": _born(row.birth_date, now.date()),
        "visit": " · ".join(part for part in told if part),
        "chips": chips,
    }


_TONES = {"ok": "good", "ask": "today", "alarm": "urgent"}


def _born(birth_date: str, today: date) -> str:
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return ""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return f"born {born:%m/%d/%Y} ({years})"


def _notice(form: OpenForm) -> Shown | None:
    match form.row.state:
        case FormState.WAITING:
            return _said("plain", "Being read…", "It appears here by itself, usually in seconds.")
        case FormState.FAILED:
            return _said("bad", form.row.trouble or "It could not be read.",
                         "Read it again, enter it by hand in eCW, or remove it.")  # fmt: skip
        case FormState.REMOVED:
            return _said("plain", "Off the list.", "Restore puts it back.")
        case FormState.WITHDRAWN:
            return _said("plain", "The patient took this form back.", "Nothing of it is written.")
        case FormState.DONE:
            return _said("good", "Done: the chart shows what was accepted.", "")
        case FormState.WRITING if not form.to_copy:
            return _said("plain", "On its way to the chart.", "It is read back there by itself.")
    if form.row.trouble:
        return _said("bad", form.row.trouble, "")
    return None


def _note(form: OpenForm) -> Shown:
    """The note for colleagues, and whether one can be left now."""
    return {"text": form.row.note, "by": form.row.noted_by, "may": form.row.state in OPEN}


def _said(kind: str, title: str, next: str) -> Shown:
    return {"kind": kind, "title": title, "next": next}


# --- whose form it is -------------------------------------------------------------------------


def _whose(sitting: Sitting, form: OpenForm) -> Shown | None:
    if form.row.state is not FormState.READY:
        return None
    found = sitting.found
    number = len(sitting.people) if form.match is Match.PROBABLE else 0
    return {
        "title": _ask(number),
        # With several, each has its own reasons beside the name.
        "reasons": [] if number and sitting.people[0].reasons else list(form.match_reasons),
        "likely": bool(number),
        "people": [_person(one) for one in sitting.people],
        "found": None if found is None else [_person(one) for one in found],
        "none": "Nobody has exactly this name, birth date or MRN."
        if found is not None
        else "Find the patient below. Nothing is written before you say whose form it is.",
        "help": SEARCH_HELP,
    }


def _ask(number: int) -> str:
    if number > 1:
        return f"Whose form is it? {number} patients are likely, the likeliest first"
    return "Is it this patient's form?" if number else "Whose form is it?"


def _person(person: Person) -> Shown:
    told = (words.value("demographics.dob", person.birth_date), person.mrn)
    born, mrn = (f"born {told[0]}" if told[0] else "", f"MRN {told[1]}" if told[1] else "")
    return {
        "ref": person.ref,
        "name": person.name or "(name not fetched)",
        "detail": ", ".join(part for part in (born, mrn) if part),
        "reasons": list(person.reasons),
    }


# --- fields -----------------------------------------------------------------------------------


def _matching(form: OpenForm, same: list[FieldRow], sitting: Sitting, now: datetime) -> Shown:
    text = _counted(same)
    done = next((row for row in same if row.decided_at), None)
    if done:
        when = at(done.decided_at, sitting.options.zone, now)
        text += f", accepted by {done.decided_by or 'a colleague'}, {when}"
    can_ask = form.row.state is FormState.READY and any(not row.decided_at for row in same)
    return {
        "text": text,
        "ask": "Accept all" if can_ask else "",
        "rows": [_plain(row) for row in same],
    }


def _counted(rows: list[FieldRow]) -> str:
    number = sum(row.difference.verdict is Verdict.SAME for row in rows)
    passed = len(rows) - number
    matches = f"{words.count(number, 'field')} {'matches' if number == 1 else 'match'}"
    told = f"{passed} more for the clinician, as written" if passed else ""
    return ", ".join(part for part in (matches if number else "", told) if part)


def _plain(row: FieldRow) -> Shown:
    found, path = row.difference.found, row.path
    text = row.difference.chart_value or (found.value if found else None)
    return {"label": words.label(path), "value": words.value(path, text)}


def _groups(sitting: Sitting, form: OpenForm, rows: list[FieldRow], now: datetime) -> list[Shown]:
    titles = dict.fromkeys(words.GROUPS.values())
    together = {title: [r for r in rows if words.group(r.path) == title] for title in titles}
    return [
        {
            "title": title,
            "left": "",
            "rows": [_row(sitting, form, bundle, now) for bundle in entries.together(found)],
        }
        for title, found in together.items()
        if found
    ]


def _row(sitting: Sitting, form: OpenForm, rows: list[FieldRow], now: datetime) -> Shown:
    shown = [field_data(row, form, sitting.options, now) for row in rows]
    return entries.bundled(rows, shown) if len(rows) > 1 else shown[0]


def _clinical(form: OpenForm, rows: list[FieldRow]) -> Shown:
    """What this person may not decide: one line, with the key that passes it on."""
    waits = [row for row in rows if row.decision is Decision.OPEN]
    told = f"{words.count(len(rows), 'clinical field')}: a nurse or the provider decides"
    if not waits:
        told = f"{words.count(len(rows), 'clinical field')}, passed to a nurse or decided"
    against = sum(row.difference.verdict is Verdict.CONFLICTING for row in waits)
    if against:
        told += f", {words.count(against, 'contradiction')} among them"
    can_pass = bool(waits) and form.row.state is FormState.READY
    return {
        "text": told,
        "ask": "Pass to a nurse" if can_pass else "",
        "rows": [{"label": words.label(r.path), "value": in_one_line(r)} for r in rows],
    }


def _missing(form: OpenForm) -> Shown | None:
    rows = [r for r in form.fields if r.difference.verdict is Verdict.MISSING and not r.asks]
    known = [row for row in rows if row.difference.chart_value]
    if not known:
        return None
    text = f"{words.count(len(known), 'field')} of the chart the form does not mention; kept as is"
    return {"text": text, "rows": [_plain(row) for row in known]}


def _problem(sitting: Sitting) -> Shown | None:
    problem = sitting.problem
    if problem is None:
        return None
    return {"path": problem.path, "text": problem.text, "n": problem.number}
