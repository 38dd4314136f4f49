"""What time alone brings: snoozed items wake, kept text is destroyed, old traces go."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from db import Session
from db.charges import shred_charges
from db.conversations import Conversations, State
from db.eligibility import shred_answers
from db.job_runs import JobRuns
from db.patients import Patients
from db.practices import Practice
from db.reminders import shred_reminders
from db.rotation import retire
from db.shred import scrub, shred_closed, shred_forms
from db.shred_claims import shred_claims, shred_files
from db.vault import ItemKeys
from db.visit_notes import shred_notes
from db.visit_summaries import shred_summaries
from services.allowances import words_kept
from services.container import Container
from services.desk import Actor, working
from services.options import options_of

BATCH = 200
RUNS_KEPT = timedelta(days=14)
Shred = Callable[[Session, UUID, datetime, datetime, int], Sequence[UUID]]
# How a run counts them, what destroys their keys, and how the trail says it.
ITEMS: tuple[tuple[str, Shred, str, str], ...] = (
    ("purged", shred_closed, "inbox.purged", "conversation"),
    ("forms", shred_forms, "intake.purged", "intake_form"),
    ("reminders", shred_reminders, "reminders.purged", "reminder"),
    ("notes", shred_notes, "notes.purged", "visit_note"),
    ("summaries", shred_summaries, "summaries.purged", "visit_summary"),
    ("charges", shred_charges, "charges.purged", "charge_capture"),
    ("claims", shred_claims, "claims.purged", "claim"),
    ("files", shred_files, "claims.file_purged", "x12_file"),
    ("eligibility", shred_answers, "eligibility.purged", "eligibility_check"),
)


def wake_snoozed(container: Container, practice: Practice) -> Counter[str]:
    """Bring back what was hidden until now."""
    with working(container, Actor.job(practice.id, "sweep.snoozed")) as desk:
        due = desk.open(Conversations).due_again(desk.now, BATCH)
        for conversation in due:
            conversation.state, conversation.snoozed_until = State.OPEN, None
            conversation.version += 1
            desk.record("inbox.woke", conversation.ref)
        return Counter(woken=len(due))


def purge(container: Container, practice: Practice) -> Counter[str]:
    """Destroy the keys of what has been kept long enough; the trail stays.

    Without its key every message, draft, note and payload of a conversation is noise (NIST SP
    800-88, cryptographic erase). A backup still holds the wrapped key: it is out of reach once
    the wrapping key of its time has been rotated away and its copies are destroyed.
    """
    counts: Counter[str] = Counter()
    for counted, shred, verb, noun in ITEMS:
        while gone := _purge(container, practice, shred, verb, noun):
            counts[counted] += gone
    while gone := _forget_patients(container, practice):
        counts["patients"] += gone
    if counts.total():
        scrub(container.engine)
    counts["runs"] = _forget_runs(container, practice)
    return counts


def retire_keys(container: Container) -> Counter[str]:
    """Take wrapping keys that nothing needs any more out of the keyring."""
    return Counter(retired=len(retire(container.engine, container.settings.keyring)))


def _purge(container: Container, practice: Practice, shred: Shred, verb: str, noun: str) -> int:
    billed = timedelta(days=container.settings.claims_retention_days)
    kept = billed if verb.startswith("claims.") else _kept(container, practice)
    with working(container, _sweeper(practice)) as desk:
        gone = shred(desk.session, practice.id, desk.now - kept, desk.now, BATCH)
        for id in gone:
            desk.record(verb, f"{noun}/{id}")
        return len(gone)


def _kept(container: Container, practice: Practice) -> timedelta:
    return words_kept(container.settings, options_of(practice))


def _forget_patients(container: Container, practice: Practice) -> int:
    """Charts go when the last item and visit have gone; who comes again is fetched again."""
    kept = _kept(container, practice)
    with working(container, _sweeper(practice)) as desk:
        patients = desk.open(Patients)
        gone = patients.forgettable(desk.now - kept, BATCH)
        desk.open(ItemKeys).shred([patient.key_id for patient in gone])
        for patient in gone:
            fresh = desk.vault.new_key()
            desk.session.add(fresh)
            patient.key_id, patient.fetched_at, patient.wanted_at = fresh.id, None, None
            patient.name = patient.birth_date = patient.mrn = patient.chart = None
            patients.index(patient, ())
            desk.record("chart.purged", patient.ref)
        return len(gone)


def _forget_runs(container: Container, practice: Practice) -> int:
    with working(container, _sweeper(practice)) as desk:
        return desk.open(JobRuns).forget_before(desk.now - RUNS_KEPT)


def _sweeper(practice: Practice) -> Actor:
    return Actor.job(practice.id, "sweep.retention")
