"""One synthetic visit, as chart and conversation, and the drafts that tests make of it."""

from services.notes import (
    Draft,
    EncounterFacts,
    Fact,
    Kind,
    Material,
    Section,
    SectionKey,
    Sentence,
)
from services.notes.transcripts import read_transcript

TALK = """
[doctor] hi , good to see you . so ruth is a 61 year old female with a past medical history of hypertension , who presents today for right knee pain .
[patient] i , uh , twisted my right knee on the stairs three weeks ago and it has been swollen ever since .
[doctor] okay . have you had any fever or chills ?
[patient] no .
[doctor] any chest pain ?
[patient] no , but i have been short of breath on the stairs .
[doctor] are you still taking your lisinopril 20 mg a day ?
[patient] yes , i am .
[doctor] how long does the pain last ?
[patient] about two hours .
[doctor] okay . let's do a quick physical exam . on your heart exam , i hear a two out of six systolic murmur . your lungs are clear . there is no redness of the right knee , and there is some tenderness over the medial joint line .
[patient] okay .
[doctor] i looked at the x-ray of your right knee and there is no fracture . so for your first problem , your right knee pain , i think you have a sprain . i'm going to prescribe meloxicam 15 mg once a day . for your second problem , your high blood pressure , i want to increase the lisinopril to 40 mg a day . i am also going to order an echocardiogram for the murmur . i want you to ice the knee twice a day and call me if the swelling gets worse . come back in two weeks .
[patient] sounds good , thank you .
"""
CHART = (
    Fact(Kind.REASON, "Appointment/1", "Right knee pain"),
    Fact(Kind.PROBLEM, "Condition/1", "Hypertension", "2019-04-02"),
    Fact(Kind.MEDICATION, "MedicationRequest/1", "Lisinopril 20 mg oral tablet, once daily"),
    Fact(Kind.ALLERGY, "AllergyIntolerance/1", "Penicillin: hives"),
    Fact(Kind.VITAL, "Observation/1", "Blood pressure 148/92 mmHg", "2026-03-02"),
    Fact(Kind.RESULT, "Observation/2", "Creatinine 0.9 mg/dL", "2026-02-11"),
    Fact(Kind.ENCOUNTER, "Encounter/9", "Annual visit", "2025-09-15"),
    Fact(Kind.INTAKE, "QuestionnaireResponse/3#hpi", "Knee hurts when I climb stairs"),
)
FACTS = EncounterFacts(
    "Encounter/1", "2026-03-02", "female", "61-year-old", CHART, ("Ruth", "Synthetic")
)
VISIT = Material(FACTS, read_transcript(TALK))


PLAIN = EncounterFacts("Encounter/1", "2026-03-02")


def talk(*lines: str, facts: EncounterFacts = PLAIN) -> Material:
    """A conversation: ``D: …`` is said by the doctor, ``P: …`` by the patient."""
    tags = {"D": "doctor", "P": "patient"}
    text = "\n".join(f"[{tags[line[0]]}] {line[3:]}" for line in lines)
    return Material(facts, read_transcript(text))


def one(text: str, *sources: str, section: SectionKey = SectionKey.HPI) -> Draft:
    """A draft of one sentence."""
    return Draft((Section(section, (Sentence(text, sources),)),), "somebody")


def texts(draft: Draft, key: SectionKey) -> list[str]:
    """The sentences of one section."""
    return [sentence.text for sentence in draft.section(key).sentences]
