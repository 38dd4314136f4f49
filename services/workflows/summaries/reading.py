"""One summary opened: part by part beside the signed sentences, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from db.deliveries import Deliveries, DeliveryState
from db.reminders import ReminderPreferences
from db.staff import StaffList
from db.vault import Unreadable
from db.visit_summaries import SummaryState, VisitSummaries, VisitSummary
from services import rollout
from services.actions import places_of
from services.container import Container
from services.desk import Actor, Desk, working
from services.errors import Invalid
from services.notes.summary.asking import Written
from services.options import PracticeOptions
from services.policy import ALLOWED, may
from services.sent import SentEntry, sent_entry
from services.workflows.summaries import signed, standing
from services.workflows.summaries.listing import READ, Row, cannot_send, rows_of
from services.workflows.summaries.sending import require_decided, require_fit
from services.workflows.summaries.standing import SummaryText


@dataclass(frozen=True)
class OpenSummary:
    """Everything the open pane shows of one summary.

    ``sources`` are the signed sentences by citation, with the title of their section. ``earlier``
    is what a person had written before it was written anew. ``undecided`` says what must be
    decided first, ``unfit`` what keeps it from healow; ``unsettled`` is the delivery of which a
    person must say whether healow has it. ``wants_no_reminders`` tells what the patient asked for.
    """

    row: Row
    text: SummaryText = field(repr=False)
    sources: Mapping[str, tuple[str, str]] = field(repr=False)
    how: str
    earlier: SummaryText | None = field(repr=False)
    undecided: str
    unfit: str
    cannot_send: str
    unsettled: UUID | None
    wants_no_reminders: bool
    sent: tuple[SentEntry, ...]
    options: PracticeOptions
    verbs: frozenset[str]


def open_summary(container: Container, actor: Actor, id: UUID) -> OpenSummary:
    """Open one summary for reading. The audit line is written before anything is returned.

    Raises ``NotFound``, ``NotAllowed`` or ``NotRolledOut``. What was destroyed past its retention,
    or is damaged, is shown without its words.
    """
    with working(container, actor) as desk:
        desk.require(READ, "read summaries")
        summary = desk.open(VisitSummaries).get(id)
        rollout.require(desk, "summaries", places_of(summary), "Visit summaries")
        desk.record("summaries.opened", summary.ref)
        return _open(desk, summary)


def _open(desk: Desk, summary: VisitSummary) -> OpenSummary:
    names, role = desk.open(StaffList).names(), desk.actor.role
    text = _text(desk, summary, "text") or standing.frame(desk, summary)
    deliveries = desk.open(Deliveries).of_summary(summary.id)
    unsettled = [d.id for d in deliveries if d.state is DeliveryState.UNCONFIRMED]
    preference = desk.open(ReminderPreferences).of(summary.patient_id)
    return OpenSummary(
        row=rows_of(desk, [summary])[0],
        text=text,
        sources=_sources(desk, summary),
        how=_how(desk, summary),
        earlier=_text(desk, summary, "earlier"),
        undecided=_why_not(require_decided, text),
        unfit=_why_not(require_fit, text),
        cannot_send=cannot_send(desk),
        unsettled=next(iter(unsettled), None),
        wants_no_reminders=bool(preference and preference.opted_out),
        sent=tuple(sent_entry(delivery, names) for delivery in deliveries),
        options=desk.options,
        verbs=frozenset(v for v in ALLOWED if role is not None and may(role, v)),
    )


def _text(desk: Desk, summary: VisitSummary, column: str) -> SummaryText | None:
    """A wording that was kept; none where there is none, or where it cannot be opened any more."""
    try:
        kept = desk.vault.read(summary, column).text
    except Unreadable:
        return None
    return standing.read(kept) if kept else None


def _sources(desk: Desk, summary: VisitSummary) -> Mapping[str, tuple[str, str]]:
    try:
        return signed.sources(desk, summary)
    except Unreadable:
        return {}


def _how(desk: Desk, summary: VisitSummary) -> str:
    """How the first words came about, in the engine's own sentence."""
    try:
        kept = desk.vault.read(summary, "draft").text
    except Unreadable:
        return ""
    has_text = summary.state is not SummaryState.FAILED
    return Written.from_json(kept).note if kept and has_text else ""


def _why_not(require: Callable[[SummaryText], None], text: SummaryText) -> str:
    try:
        require(text)
    except Invalid as obstacle:
        return str(obstacle)
    return ""
