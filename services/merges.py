"""Merged patients: work follows to the record that survived, and a person looks at it again."""

from db.conversations import Conversation
from db.patients import Patient, Patients
from services.desk import Desk

RECHECK = "The patient's record was merged in eCW. Please re-check the patient."


def survivor(desk: Desk, patient: Patient) -> Patient:
    """The record that *patient* lives on in, through any number of merges; often itself.

    A survivor we have not met is kept by its reference alone, for the chart job to fetch.
    """
    patients, seen = desk.open(Patients), {patient.ehr_ref}
    while patient.replaced_by and patient.replaced_by not in seen:
        seen.add(patient.replaced_by)
        known = patients.by_refs([patient.replaced_by]).get(patient.replaced_by)
        patient = known or _met(desk, patient.replaced_by)
    return patient


def follow(desk: Desk, conversation: Conversation) -> bool:
    """Take *conversation* to its patient's survivor. Returns whether it had to move.

    The caller raises the version, so that nothing on a screen can be approved unseen.
    """
    patient = desk.open(Patients).get(conversation.patient_id)
    lives_on = survivor(desk, patient)
    if lives_on.id == patient.id:
        return False
    conversation.patient_id, conversation.trouble = lives_on.id, RECHECK
    desk.record("patient.merged", conversation.ref, sources=lives_on.ref)
    return True


def _met(desk: Desk, ref: str) -> Patient:
    key = desk.vault.new_key()
    desk.session.add(key)
    patient = Patient(practice_id=desk.practice_id, ehr_ref=ref, key_id=key.id)
    return desk.open(Patients).add(patient)
