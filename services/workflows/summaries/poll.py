"""Find visits whose note was signed, and see what was amended in eCW since."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from db.base import new_id
from db.deliveries import Deliveries
from db.patients import Patients
from db.practices import Practice
from db.visit_notes import VisitNote
from db.visit_summaries import OUT, SummaryState, VisitSummaries, VisitSummary
from services import merges
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr import notebook
from services.ehr.notebook import Notebook
from services.ehr.ports import Road
from services.errors import NeedsAuthorization, Refused
from services.roads import on_road
from services.workflows.summaries import signed
from services.workflows.summaries.acting import begin_anew

SIGNED_WITHIN = timedelta(days=3)  # who switches summaries on gets no pile of old visits
LOOK_EVERY = timedelta(minutes=10)
LOOK_EVERY_AFTER = timedelta(hours=6)  # once the patient has it
AMENDED_WITHIN = timedelta(days=7)
IDLE = (SummaryState.WAITING, SummaryState.SET_ASIDE)  # drafted from the newest, or not at all
BATCH = 50
LOOKS_A_RUN = 5  # calls; eCW takes 250 a minute for everything
AMENDED = "The note was amended in eCW, so this was written anew from it."
CALLED_BACK = "The note was amended in eCW before this left. It was called back and written anew."
ON_ITS_WAY = "The note was amended in eCW while this was on its way."
SENT_BEFORE = "The note was amended in eCW after the patient got this. Draft again to correct it."
UNSIGNED = "The note is not signed in eCW any more, so nothing can be told of it yet."
ELSEWHERE = (
    "eCW has this visit with another patient than Foyer does, so nothing was written. "
    "Please compare it there."
)
PURGED = "The note was destroyed here past its retention; its summary was set aside unsent."


def poll(container: Container, practice: Practice, ehr_notebook: Notebook) -> Counter[str]:
    """One round: new signatures, amendments, notes past their retention. Returns counts.

    Safe to repeat. Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``.
    """
    actor = Actor.job(practice.id, "summaries.poll")
    counts: Counter[str] = Counter()
    counts["new"] = _begin(container, actor)
    counts["set_aside"] = _set_aside(container, actor)
    with on_road(container, actor, Road.FHIR_READ):
        for id, encounter_ref in _to_look_at(container, actor):
            counts[_look(container, actor, ehr_notebook, id, encounter_ref)] += 1
    return +counts


def _begin(container: Container, actor: Actor) -> int:
    """A summary for each visit that was signed; what it says is asked for when it is drafted."""
    with working(container, actor) as desk:
        summaries = desk.open(VisitSummaries)
        notes = summaries.unwritten(desk.now - SIGNED_WITHIN, BATCH)
        for note in notes:
            row = summaries.add(_summary(desk, note))
            desk.record("summaries.arrived", row.ref, sources=note.ref)
        return len(notes)


def _summary(desk: Desk, note: VisitNote) -> VisitSummary:
    key = desk.vault.new_key()
    desk.session.add(key)
    return VisitSummary(
        id=new_id(), practice_id=desk.practice_id, encounter_ref=note.encounter_ref,
        note_id=note.id, patient_id=note.patient_id, key_id=key.id, visit_at=note.visit_at,
        signed_at=note.signed_at or desk.now, location=note.location, department=note.department,
        provider=note.provider,
    )  # fmt: skip


def _set_aside(container: Container, actor: Actor) -> int:
    """Nobody tells a patient of a visit whose note has been destroyed here meanwhile."""
    with working(container, actor) as desk:
        gone = desk.open(VisitSummaries).of_purged_notes(BATCH)
        for row in gone:
            row.state, row.closed_at, row.trouble = SummaryState.SET_ASIDE, desk.now, PURGED
            row.version += 1
            desk.record("summaries.withdrawn", row.ref)
        return len(gone)


def _to_look_at(container: Container, actor: Actor) -> list[tuple[UUID, str]]:
    with looking(container, actor) as desk:
        now = desk.now
        due = desk.open(VisitSummaries).to_look_at(
            now - LOOK_EVERY, now - LOOK_EVERY_AFTER, now - AMENDED_WITHIN, LOOKS_A_RUN
        )
        return [(row.id, row.encounter_ref) for row in due]


def _look(
    container: Container, actor: Actor, ehr_notebook: Notebook, id: UUID, encounter_ref: str
) -> str:
    try:
        found = ehr_notebook.signed(encounter_ref)
    except NeedsAuthorization:
        raise
    except Refused:
        # One visit that eCW does not tell of must not keep all others from being looked at.
        return _seen(container, actor, id)
    return _compare(container, actor, id, found)


def _seen(container: Container, actor: Actor, id: UUID) -> str:
    with working(container, actor) as desk:
        if row := desk.open(VisitSummaries).locked(id):
            row.looked_at = desk.now
    return "refused"


def _compare(
    container: Container, actor: Actor, id: UUID, found: notebook.SignedNote | None
) -> str:
    newest = signed.digest(signed.usable(found)) if found else ""
    with working(container, actor) as desk:
        row = desk.open(VisitSummaries).locked(id)
        if row is None:
            return "gone"
        row.looked_at = desk.now
        if not _is_news(row, newest, found is not None and _has_moved(desk, row, found)):
            return "unchanged"
        row.newest_digest, row.version = newest, row.version + 1
        ending = _amended(desk, row)
        desk.record(f"summaries.{ending}", row.ref)
        return ending


def _has_moved(desk: Desk, row: VisitSummary, found: notebook.SignedNote) -> bool:
    """Whether eCW has the visit with somebody else than the patient of *row*, through any merge."""
    known = desk.open(Patients).by_refs([found.patient_ref]).get(found.patient_ref)
    return known is None or merges.survivor(desk, known).id != row.patient_id


def _is_news(row: VisitSummary, newest: str, has_moved: bool) -> bool:
    """Whether eCW shows something else than it did, or the visit with another patient."""
    if row.state in IDLE:
        return False
    if row.state is SummaryState.FAILED and not row.newest_digest:
        return bool(newest) and not has_moved and row.trouble in (UNSIGNED, ELSEWHERE)
    if row.state in OUT:
        return newest != row.newest_digest
    came_back = row.state is SummaryState.READY and row.is_outdated
    return newest != row.newest_digest or has_moved or came_back


def _amended(desk: Desk, row: VisitSummary) -> str:
    """What an amended or unsigned note does to its summary, by how far that has got."""
    if row.state in OUT:
        row.trouble = SENT_BEFORE if row.is_outdated else ""
        return "told"
    called_back = row.state is SummaryState.SENDING
    if called_back and not _call_back(desk, row):
        row.trouble = ON_ITS_WAY
        return "told"
    if not row.newest_digest:
        row.state, row.trouble = SummaryState.FAILED, UNSIGNED
        return "unsigned"
    begin_anew(row, CALLED_BACK if called_back else AMENDED)
    return "amended"


def _call_back(desk: Desk, row: VisitSummary) -> bool:
    if row.delivery_id is None or not desk.open(Deliveries).cancel(row.delivery_id, desk.now):
        return False
    desk.record("delivery.cancelled", f"delivery/{row.delivery_id}", sources=row.ref)
    row.delivery_id = row.approved_by = row.approved_at = None
    return True
