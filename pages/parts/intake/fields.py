"""One row of the review: form and chart side by side, what differs, what was decided and by whom."""

from datetime import datetime
from typing import Any

from db.intake import FormState
from db.intake_fields import Decision
from pages.parts.inbox.words import at
from pages.parts.intake import words
from services.options import PracticeOptions
from services.wording import difference
from services.workflows.intake.asking import question_for
from services.workflows.intake.fields import Step, Verdict, leaf_of
from services.workflows.intake.reading import FieldRow, OpenForm

Shown = dict[str, Any]
Pieces = list[tuple[str, str]]
DECIDED = {
    Decision.ACCEPTED: "Accepted",
    Decision.REJECTED: "Chart kept",
    Decision.ASKED: "Patient asked",
    Decision.ESCALATED: "With a nurse",
}
READERS = {"local": "Foyer's own rules"}
NAMES = ("name", "substance", "payer")  # the leaf by which people know an entry
DELIVERED = {
    "held": "leaving in a few seconds",
    "sending": "sending to eCW",
    "accepted": "in eCW, being looked up there",
    "verified": "verified in the chart",
    "refused": "came back",
    "in_doubt": "confirming…",
    "unconfirmed": "not confirmed: please check in eCW",
}


def field_data(row: FieldRow, form: OpenForm, options: PracticeOptions, now: datetime) -> Shown:
    """A row as the review component shows it. ``seen`` names what the person decides about."""
    one, found = row.difference, row.difference.found
    said, charted = words.value(row.path, found.value if found else None), _charted(row)
    form_side, chart_side = sides(said, charted)
    is_open = _is_open(row, form)
    label = _label(row, form)
    return {
        "path": row.path,
        "paths": [row.path],
        "parts": [],
        "label": label,
        "spoken": f"{label}: form {said or 'nothing'}, chart {charted or 'nothing'}",
        "form": form_side or _original(row),
        "noForm": "not on the form",
        "chart": chart_side,
        "verdict": words.verdict(one),
        "tone": str(one.verdict) if one.verdict is not Verdict.MISSING else "changed",
        "sure": words.sureness(found.confidence)[0] if found and found.value else "",
        "sureKind": words.sureness(found.confidence)[1] if found and found.value else "",
        "read": _read_by(row),
        "told": _told(row),
        "warnings": list(found.warnings) if found else [],
        "choices": _choices(row),
        "value": _offer(row),
        "stop": _stop(row),
        "seen": f"{found.value if found else ''}/{one.chart_value or ''}",
        "edit": said or _first_choice(row),
        "question": _question(row, form),
        "acceptLabel": "Accept" if one.step is not Step.STOP else "It has stopped",
        "keepLabel": "Keep the chart" if one.chart_value else "Leave it out",
        "open": is_open,
        "may": row.may_decide,
        "again": _may_reconsider(row, form),
        "mark": _mark(row) if row.decision is not Decision.OPEN else "",
        "markKind": str(row.decision),
        "by": _by(row, options, now),
        "accepted": _accepted(row),
    }


def _label(row: FieldRow, form: OpenForm) -> str:
    """The field's name; a part of an entry says which entry, as staff know it: by its name."""
    name = _entry_name(row, form)
    whole, _, part = words.label(row.path).partition(": ")
    return f"{whole}, {name}: {part}" if name and part else words.label(row.path)


def _entry_name(row: FieldRow, form: OpenForm) -> str:
    whole = row.path.rpartition(".")[0]
    if leaf_of(row.path) in ("", *NAMES) or not whole.endswith("]"):
        return ""
    named = (r for r in form.fields if r.path in [f"{whole}.{name}" for name in NAMES])
    return next((_charted(r) or _said(r) for r in named), "")


def _said(row: FieldRow) -> str:
    found = row.difference.found
    return words.value(row.path, found.value if found else None)


def in_one_line(row: FieldRow) -> str:
    """A row this reader does not decide: what the form says; the clinical chart is not theirs."""
    found = row.difference.found
    said = _said(row) or (found.original if found else "")
    return said or "not on the form"


def is_plain(row: FieldRow) -> bool:
    """Whether one key confirms it with all others: it matches, or goes to the clinician as it is."""
    verdict = row.difference.verdict
    return verdict is Verdict.SAME or (verdict is Verdict.NEW and not row.asks)


def sides(said: str, charted: str) -> tuple[Pieces, Pieces]:
    """Form and chart in pieces, what is only on the form ``in`` and only in the chart ``out``."""
    if not said or not charted:
        return ([("same", said)] if said else []), ([("same", charted)] if charted else [])
    pieces = difference(charted, said)
    return [p for p in pieces if p[0] != "out"], [p for p in pieces if p[0] != "in"]


def _question(row: FieldRow, form: OpenForm) -> str:
    """What to ask the patient, to start from; in the language the form gives."""
    if row.decision is not Decision.OPEN:
        return ""
    spoken = (r.difference.found for r in form.fields if r.path == "demographics.language")
    language = next((found.value for found in spoken if found and found.value), "en")
    return question_for(row.difference, language)


def _charted(row: FieldRow) -> str:
    return words.value(row.path, row.difference.chart_value)


def _original(row: FieldRow) -> Pieces:
    """What the form says letter by letter, where no value could be made of it."""
    found = row.difference.found
    return [("same", found.original)] if found and found.original else []


def _read_by(row: FieldRow) -> str:
    """Who read the value off the form, for the badge that says how surely."""
    found = row.difference.found
    reader = READERS.get(found.engine, found.engine) if found else ""
    return f"How sure the reading is; read by {reader}" if reader else "How sure the reading is"


def _told(row: FieldRow) -> list[str]:
    one, found = row.difference, row.difference.found
    told = [one.why] if one.why else []
    if found and found.value is None and found.reason and found.reason not in one.why:
        told.append(found.reason)
    if found and found.value and _reads_otherwise(row):
        told.append(f"On the form: “{found.original}”")
    if row.reason:
        told.append(f"Reason: {row.reason}")
    return told


def _reads_otherwise(row: FieldRow) -> bool:
    found = row.difference.found
    if found is None or not found.original:
        return False
    return _bare(found.original) not in (
        _bare(found.value or ""),
        _bare(words.value(row.path, found.value)),
    )


def _bare(text: str) -> str:
    """*text* without what formatting adds."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _choices(row: FieldRow) -> list[Shown]:
    found = row.difference.found
    offered = found.choices if found else ()
    return [{"value": value, "text": words.value(row.path, value)} for value in offered[:9]]


def _first_choice(row: FieldRow) -> str:
    choices = _choices(row)
    return str(choices[0]["text"]) if choices else ""


def _offer(row: FieldRow) -> str | None:
    found = row.difference.found
    return found.value if found and found.value is not None else _stop(row)


def _stop(row: FieldRow) -> str | None:
    """What to accept where an entry only stops: the form has no value of its own for it."""
    one = row.difference
    nothing = one.found is None or one.found.value is None
    return one.chart_value if one.step is Step.STOP and nothing else None


def _is_open(row: FieldRow, form: OpenForm) -> bool:
    waits = row.decision in (Decision.OPEN, Decision.ASKED)
    passed_on = row.decision is Decision.ESCALATED and row.may_decide
    return form.row.state is FormState.READY and (waits or passed_on)


def _may_reconsider(row: FieldRow, form: OpenForm) -> bool:
    decided = row.decision in (Decision.ACCEPTED, Decision.REJECTED)
    return form.row.state is FormState.READY and decided and not row.delivery and row.may_decide


def _mark(row: FieldRow) -> str:
    delivered = DELIVERED.get(row.delivery, "")
    mark = DECIDED[row.decision]
    return f"{mark}, {delivered}" if delivered else mark


def _by(row: FieldRow, options: PracticeOptions, now: datetime) -> str:
    if not row.decided_at:
        return ""
    return f"{row.decided_by or 'a colleague'}, {at(row.decided_at, options.zone, now)}"


def _accepted(row: FieldRow) -> str:
    """What a person took over: of a decided row always, so that all three stand side by side."""
    return words.value(row.path, row.accepted)
