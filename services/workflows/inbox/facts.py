"""What a model may know about one conversation: the allow-listed facts, in words."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from db.conversations import Conversation
from db.patients import Patient
from db.places import Places
from db.practices import Practice
from services import chart
from services.ai import Facts
from services.desk import Desk
from services.ehr.ports import ChartSummary, Visit
from services.options import PracticeOptions

MOST = 12  # entries of one kind: a model needs the current picture, not the archive


def gather(
    desk: Desk, practice: Practice, options: PracticeOptions, conversation: Conversation,
    patient: Patient, text: str, subject: str,
) -> Facts:  # fmt: skip
    """Facts of one patient and the practice; ``services.ai.minimum`` decides which leave."""
    summary = chart.read(desk, patient)
    values = dict(_practice_values(desk, practice, options, conversation))
    if summary:
        values |= {k: v for k, v in _chart_values(summary, options.zone) if v}
    return Facts(
        text=text,
        subject=subject,
        values={key: value for key, value in values.items() if value},
        contacts=tuple(c for c in (options.phone, *options.contacts) if c),
        identifiers=_identifiers(summary),
    )


def _practice_values(
    desk: Desk, practice: Practice, options: PracticeOptions, conversation: Conversation
) -> Iterator[tuple[str, str]]:
    places = desk.open(Places).by_ref()
    yield "practice_name", practice.name
    yield "practice_phone", options.phone
    yield "today", f"{desk.now.astimezone(options.zone):%A, %B %d, %Y}"
    for key, ref in (("provider", conversation.provider), ("location", conversation.location)):
        if ref in places:
            yield key, places[ref].name


def _chart_values(summary: ChartSummary, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    yield "language", summary.patient.language
    yield "problems", "; ".join(p.text for p in summary.problems[:MOST])
    yield "medications", "; ".join(f"{m.text} {m.dose}".strip() for m in summary.medications[:MOST])
    yield "allergies", "; ".join(a.text for a in summary.allergies[:MOST])
    yield (
        "results",
        "; ".join(f"{r.text} {r.value} {r.unit} ({r.when[:10]})" for r in summary.results[:MOST]),
    )
    yield "next_visit", _visit(summary.next_visit)
    yield "last_visit", _visit(summary.last_visit)


def _visit(visit: Visit | None) -> str:
    return f"{visit.start[:16].replace('T', ' ')} {visit.reason}".strip() if visit else ""


def _identifiers(summary: ChartSummary | None) -> tuple[str, ...]:
    if summary is None:
        return ()
    person = summary.patient
    return tuple(x for x in (person.given, person.family, person.birth_date, person.mrn) if x)
