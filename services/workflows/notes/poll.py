"""Find visits to be written down, learn what eCW's templates are, and see what was signed."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from db.base import new_id
from db.note_profiles import NoteProfile, NoteProfiles
from db.places import Place, Places
from db.practices import Practice
from db.visit_notes import NoteState, VisitNote, VisitNotes
from services.chart import patients_of
from services.container import Container
from services.desk import Actor, Desk, looking, working
from services.ehr.notebook import LayoutSection, Notebook
from services.ehr.ports import Road
from services.ehr.registration import PlannedVisit
from services.errors import NeedsAuthorization
from services.options import options_of
from services.roads import on_road

BEGUN = ("arrived", "triaged", "in-progress", "finished")
TOLD_EVERY = timedelta(hours=6)
LOOK_EVERY = timedelta(minutes=5)
HEARD_WITHIN = timedelta(days=2)  # a recogniser that has said nothing by then will not
HEARD_A_RUN = 10
ELSEWHERE_EVERY = timedelta(minutes=15)  # notes that were written in eCW, not sent from here
ELSEWHERE_WITHIN = timedelta(days=3)
UNSENT = (NoteState.WAITING, NoteState.READY, NoteState.FAILED, NoteState.SET_ASIDE)
SIGNED_A_RUN = 20  # calls; eCW takes 250 a minute for everything


def poll(container: Container, practice: Practice, notebook: Notebook) -> Counter[str]:
    """One round: today's visits that were opened or are over, templates, signatures. Returns counts.

    Safe to repeat. Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``.
    """
    actor = Actor.job(practice.id, "notes.poll")
    counts: Counter[str] = Counter()
    with on_road(container, actor, Road.FHIR_READ):
        counts.update(_visits(container, actor, practice, notebook))
        unsigned = _unsigned(container, actor)  # before hearing dates the same notes as looked at
        counts["heard"] = _heard(container, actor, notebook)
        counts["signed"] = sum(_look(container, actor, notebook, *one) for one in unsigned)
        counts["templates"] = _layouts(container, actor, notebook)
    return +counts


def _visits(
    container: Container, actor: Actor, practice: Practice, notebook: Notebook
) -> Counter[str]:
    with looking(container, actor) as desk:
        providers = [place.ehr_ref for place in desk.open(Places).of_kind("provider")]
    today = container.clock().astimezone(options_of(practice).zone).date()
    counts: Counter[str] = Counter()
    for provider in providers:
        begun = [v for v in notebook.visits(provider, today) if v.status in BEGUN]
        with working(container, actor) as desk:
            counts.update(_keep(desk, begun))
    return counts


def _keep(desk: Desk, visits: Sequence[PlannedVisit]) -> Counter[str]:
    notes = desk.open(VisitNotes)
    held = notes.by_encounters([visit.ref for visit in visits])
    patients = patients_of(desk, {visit.patient_ref for visit in visits})
    counts: Counter[str] = Counter()
    for visit in visits:
        note = held.get(visit.ref)
        if note is None:
            notes.add(_note(desk, visit, patients[visit.patient_ref].id))
            counts["new"] += 1
        elif note.visit_status != visit.status:
            note.visit_status, note.version = visit.status, note.version + 1
    return counts


def _note(desk: Desk, visit: PlannedVisit, patient_id: UUID) -> VisitNote:
    key = desk.vault.new_key()
    desk.session.add(key)
    note = VisitNote(
        id=new_id(), practice_id=desk.practice_id, encounter_ref=visit.ref, patient_id=patient_id,
        key_id=key.id, visit_at=visit.start, visit_status=visit.status,
        location=visit.location_ref, provider=visit.provider_ref,
    )  # fmt: skip
    desk.vault.seal_into(note, reason=visit.reason)
    desk.record("notes.arrived", note.ref)
    return note


def _heard(container: Container, actor: Actor, notebook: Notebook) -> int:
    """Ask after transcripts that came when the draft was made already; untouched ones begin anew."""
    with looking(container, actor) as desk:
        since, before = desk.now - HEARD_WITHIN, desk.now - LOOK_EVERY
        waiting = [
            (note.id, note.version, note.encounter_ref)
            for note in desk.open(VisitNotes).without_transcript(since, before, HEARD_A_RUN)
        ]
    return sum(_listen(container, actor, notebook, *one) for one in waiting)


def _listen(
    container: Container, actor: Actor, notebook: Notebook, id: UUID, version: int, ref: str
) -> bool:
    try:
        came = notebook.transcript(ref) is not None
    except NeedsAuthorization:
        return False  # no recogniser is contracted; a person may bring a transcript
    with working(container, actor) as desk:
        note = desk.open(VisitNotes).locked(id)
        if note is None or note.version != version:
            return False  # somebody has taken it up meanwhile
        note.looked_at = desk.now
        if came:
            note.state, note.lease_until = NoteState.WAITING, None
            note.version += 1
            desk.record("notes.heard", note.ref)
        return came


def _unsigned(container: Container, actor: Actor) -> list[tuple[UUID, str]]:
    """Notes to ask after: drafts that lie in eCW, and visits that are over and were written there."""
    with looking(container, actor) as desk:
        now, notes = desk.now, desk.open(VisitNotes)
        filed = notes.unsigned(now - LOOK_EVERY, SIGNED_A_RUN)
        elsewhere = notes.written_elsewhere(
            UNSENT, now - ELSEWHERE_WITHIN, now - ELSEWHERE_EVERY, SIGNED_A_RUN - len(filed)
        )
        return [(note.id, note.encounter_ref) for note in (*filed, *elsewhere)]


def _look(
    container: Container, actor: Actor, notebook: Notebook, id: UUID, encounter_ref: str
) -> bool:
    """What was signed is closed for good: nothing more can be filed into a locked visit."""
    try:
        signed = notebook.signed(encounter_ref)
    except NeedsAuthorization:
        signed = None  # where documents may not be read, only the Open API tells of a signature
    with working(container, actor) as desk:
        note = desk.open(VisitNotes).locked(id)
        if note is None or note.state not in (NoteState.FILED, *UNSENT):
            return False
        note.looked_at = desk.now
        if signed:
            note.state, note.signed_at = NoteState.SIGNED, signed.signed_at
            note.closed_at, note.trouble = note.closed_at or desk.now, ""
            note.version += 1
            desk.record("notes.signed", note.ref)
        return signed is not None


def _layouts(container: Container, actor: Actor, notebook: Notebook) -> int:
    """Ask eCW for the template of each location; what it tells is kept beside the practice's own."""
    with looking(container, actor) as desk:
        known = {(p.location, p.department): p.told_at for p in desk.open(NoteProfiles).newest()}
        due = [
            place.ehr_ref for place in desk.open(Places).of_kind("location")
            if not (at := known.get((place.ehr_ref, ""))) or desk.now - at > TOLD_EVERY
        ]  # fmt: skip
    told = [(location, notebook.layout(location, "")) for location in due]
    with working(container, actor) as desk:
        for location, sections in told:
            _tell(desk, location, sections)
    return sum(1 for _, sections in told if sections)


def _tell(desk: Desk, location: str, sections: Sequence[LayoutSection]) -> None:
    """Keep what eCW told; where nobody made a template yet, its own is the first version."""
    profiles = desk.open(NoteProfiles)
    newest = next(iter(profiles.versions(location, "")), None)
    tables = [_table(section) for section in sections]
    if newest:
        newest.told, newest.told_at = tables, desk.now
        return
    if not tables:
        return
    named = (
        desk.open(Places)
        .by_ref()
        .get(location, Place(practice_id=desk.practice_id, ehr_ref="", kind="", name=location))
    )
    profile = NoteProfile(
        practice_id=desk.practice_id, name=f"{named.name} (from eCW)", location=location,
        sections=tables, told=tables, told_at=desk.now, edited_at=desk.now, is_discovered=True,
    )  # fmt: skip
    profiles.add(profile)
    desk.record("notes.template_discovered", profile.ref)


def _table(section: LayoutSection) -> dict[str, str]:
    return {
        "key": section.key, "code": section.code, "text": section.title, "system": section.system,
    }  # fmt: skip
