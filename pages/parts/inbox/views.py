"""The open item as its components show it: values and words, no markup."""

from datetime import date, datetime
from typing import Any

from db.conversations import State
from db.vocabulary import Role
from pages.parts.inbox import words
from services.ehr.ports import ChartSummary, Medication, Visit
from services.options import PracticeOptions
from services.policy import may
from services.wording import difference
from services.workflows.inbox.clocks import ClockState
from services.workflows.inbox.progress import Sent
from services.workflows.inbox.reading import Item, NoteView, Said
from services.workflows.inbox.why import Why

Shown = dict[str, Any]


def item_data(item: Item, options: PracticeOptions, now: datetime) -> Shown:
    """Header, reasons and thread of the open item."""
    row = item.conversation
    unsure = row.category is None or (row.confidence or 0) < options.low_confidence
    return {
        "id": str(row.id),
        "version": row.version,
        "shown": row.content_hash,
        "key": f"{row.id}/{row.version}/{row.content_hash}/{row.triage}",
        "patient": item.patient_name or "Name is being fetched",
        "born": _born(item.birth_date, now.date()),
        "subject": item.subject or "(no subject)",
        "urgency": str(row.urgency),
        "urgencyLabel": words.URGENCY[row.urgency],
        "flags": list(dict.fromkeys(str(f["family"]).replace("_", " ") for f in row.flags)),
        "categoryLabel": words.CATEGORY[row.category],
        "low": unsure,
        "sortedBy": "a person" if row.sorted_by == "staff" else row.sorted_by or "nobody yet",
        "why": _why(item.why, options, now) if item.why else None,
        "marks": _marks(item, options, now),
        "thread": [_said(said, options, now) for said in item.thread],
        "notes": [_note(note, options, now) for note in item.notes],
        "sent": [_sent(sent, options, now) for sent in item.sent],
    }


def _born(birth_date: str, today: date) -> str:
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return "date of birth is being fetched"
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return f"born {born:%b} {born.day}, {born.year} ({years})"


def _why(why: Why, options: PracticeOptions, now: datetime) -> Shown:
    return {
        "evidence": list(why.evidence),
        "confidence": words.percent(why.confidence),
        "engine": "Claude" if why.engine == "claude" else "built-in rules and models",
        "model": why.model,
        "prompt": _instructions(why),
        "made": words.at(why.made_at, options.zone, now),
    }


def _instructions(why: Why) -> str:
    if why.engine != "claude":
        return "none: this engine follows rules and examples"
    return f"{why.instructions} ({why.prompt_digest})" if why.instructions else why.prompt_digest


def _marks(item: Item, options: PracticeOptions, now: datetime) -> list[tuple[str, str]]:
    row = item.conversation
    pool = options.pools.get(row.pool, row.pool)
    marks = [(f"held by {item.owner}" if item.owner else pool, "person")]
    if row.due_at and row.is_open:
        late = row.due_at < now
        marks.append((f"due {words.at(row.due_at, options.zone, now)}", "alert" if late else ""))
    if row.state is State.SNOOZED:
        marks.append((f"snoozed until {words.at(row.snoozed_until, options.zone, now)}", ""))
    elif row.state is not State.OPEN:
        marks.append((row.closed_as or words.STATE[row.state], ""))
    marks += [(name, "") for name in (item.provider, item.location) if name]
    if row.suspicious:
        marks.append(("the text tries to give orders to a model", "warn"))
    if row.trouble:
        marks.append((row.trouble, "alert"))
    return marks


def _said(said: Said, options: PracticeOptions, now: datetime) -> Shown:
    return {
        "author": said.author,
        "by": words.AUTHOR.get(said.author, "Unknown sender"),
        "at": words.at(said.sent_at, options.zone, now),
        "text": "This message was withdrawn by the patient."
        if "withdrawn" in said.flags
        else said.text,
        "spans": [
            {"start": s.start, "end": s.end, "kind": s.kind, "why": s.why.replace("_", " ")}
            for s in said.spans
        ],
        "waiting": said.waiting,
        "earlier": [difference(older, said.text) for older in said.earlier],
        "files": list(said.files),
        "flags": [flag.replace("-", " ") for flag in said.flags],
    }


def _note(note: NoteView, options: PracticeOptions, now: datetime) -> Shown:
    return {
        "author": note.author,
        "text": note.text,
        "at": words.at(note.at, options.zone, now),
    }


def _sent(sent: Sent, options: PracticeOptions, now: datetime) -> Shown:
    told = f"{sent.words}: {sent.error}" if sent.error else sent.words
    return {"state": sent.state, "words": told, "at": words.at(sent.at, options.zone, now)}


def chart_data(item: Item, role: Role | None, options: PracticeOptions, now: datetime) -> Shown:
    """The patient's chart as this role may see it, and as of when."""
    summary, targets = item.chart, _targets(item, options, now)
    if summary is None:
        told = "The chart is being fetched, or your role may not see it."
        return {"sections": [targets], "asOf": told}
    when = words.at(item.chart_as_of, options.zone, now)
    clinical = _clinical(summary) if _clinician(role) else []
    return {
        "sections": [*_everyone(summary, options), *clinical, targets],
        "asOf": f"Chart as of {when}.",
    }


def _targets(item: Item, options: PracticeOptions, now: datetime) -> Shown:
    lines = [
        _line(
            f"{clock.name}: {words.length(clock.taken)}",
            f"due {words.at(clock.due_at, options.zone, now)}",
            clock.state if clock.state in (ClockState.LATE, ClockState.MISSED) else "",
        )
        for clock in item.clocks
    ]
    return _section("Targets, in opening hours", lines, "none")


def _clinician(role: Role | None) -> bool:
    return role is not None and may(role, "chart.read_clinical")


def _everyone(summary: ChartSummary, options: PracticeOptions) -> list[Shown]:
    visits = [("Next visit", summary.next_visit), ("Last visit", summary.last_visit)]
    return [
        *(
            _section(title, [_visit(visit, options)] if visit else [], "none known")
            for title, visit in visits
        ),
        _section("Medications", [_medication(m) for m in summary.medications], "none on file"),
    ]


def _clinical(summary: ChartSummary) -> list[Shown]:
    results = [
        _line(f"{r.text}: {r.value} {r.unit}".strip(), r.when[:10], r.flag)
        for r in summary.results[:8]
    ]
    allergies = [_line(a.text, a.reaction, a.criticality) for a in summary.allergies]
    return [
        _section("Allergies", allergies, "none on file"),
        _section("Active problems", [_line(p.text) for p in summary.problems], "none on file"),
        _section("Last results", results, "none on file"),
    ]


def _section(title: str, lines: list[Shown], none: str) -> Shown:
    return {"title": title, "lines": lines, "none": none}


def _line(text: str, more: str = "", flag: str = "") -> Shown:
    return {"text": text, "more": more, "flag": flag}


def _visit(visit: Visit, options: PracticeOptions) -> Shown:
    return _line(_when(visit.start, options), visit.reason)


def _when(start: str, options: PracticeOptions) -> str:
    try:
        moment = datetime.fromisoformat(start)
    except ValueError:
        return start  # FHIR dates keep their precision: a year, or a year and a month
    local = moment.astimezone(options.zone) if moment.tzinfo else moment
    return f"{local:%a %b} {local.day}, {local:%Y}" + (f", {local:%H:%M}" if "T" in start else "")


def _medication(medication: Medication) -> Shown:
    left = medication.refills_left
    known = [
        medication.dose,
        f"last fill {medication.last_fill[:10]}" if medication.last_fill else "",
        _refills(left),
    ]
    text = ", ".join(part for part in known if part)
    return _line(medication.text, text, "no refills left" if left == 0 else "")


def _refills(left: int | None) -> str:
    if not left:
        return ""
    return "1 refill left" if left == 1 else f"{left} refills left"
