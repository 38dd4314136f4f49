"""What the clinician measured and found: vitals, the examination by region, results."""

import re
from collections.abc import Iterator, Sequence

from services.notes.draft import Sentence
from services.notes.local.hearing import Heard, Zone
from services.notes.local.person import to_patient
from services.notes.local.writing import bare, sentence
from services.notes.sections import SectionKey
from services.notes.words.answers import answer_of
from services.notes.words.findings import kind_of, mentions

Found = tuple[SectionKey, Sentence]
_REGIONS = (
    ("Vitals", r"\b(?:blood pressure|heart rate|pulse|temperature|respiratory rate|oxygen\w*|o2 sat\w*|saturation|vital\w*|bmi|weight|height)\b"),
    ("General", r"\b(?:general appearance|no acute distress|alert|well[- ]appearing)\b"),
    ("Eyes", r"\b(?:eyes?|pupils?|conjunctiva|sclera)\b"),
    ("Ears, nose and throat", r"\b(?:ears?|nose|nasal|throat|tonsils?|sinus\w*|oropharynx|mouth|tympanic|turbinates?)\b"),
    ("Neck", r"\b(?:neck|carotids?|thyroid|jugular|jvd|bruits?|lymph|cervical|adenopathy|goiter)\b"),
    ("Respiratory", r"\b(?:lungs?|breath sounds|crackles|rales|wheez\w*|rhonchi|auscultation)\b"),
    ("Cardiovascular", r"\b(?:heart(?! rate)|murmurs?|cardiac|gallops?|rhythm|regular rate|edema|pulses)\b"),
    ("Gastrointestinal", r"\b(?:abdom\w*|belly|stomach|bowel sounds|guarding|rebound|liver|spleen|quadrants?|peritoneal)\b"),
    ("Genitourinary", r"\b(?:cva|flank|costovertebral|kidney|bladder|testic\w*|prostate)\b"),
    ("Skin", r"\b(?:skin|rash|lesions?|ulcer|wound|erythema|redness|bruis\w*|ecchymosis|bullseye)\b"),
    ("Neurological", r"\b(?:neuro\w*|reflexes|sensation|strength|gait|cranial|grips?|light touch|capillary refill|neurovascular\w*)\b"),
    ("Musculoskeletal", r"\b(?:knees?|shoulders?|hips?|ankles?|foot|feet|wrists?|hands?|fingers?|thumb|elbows?|back|spine|lumbar|legs?|arms?|joints?|range of motion|tenderness|tender|swelling|extremit\w*|flexion|extension|straight leg|tinel|phalen|mcmurray|lachman|weight bear\w*|calf|effusion|meniscus|drawer|tuberosity|epicondyle|pronation|supination)\b"),
    ("Psychiatric", r"\b(?:mood|affect)\b"),
)  # fmt: skip
REGIONS = tuple((name, re.compile(pattern, re.I)) for name, pattern in _REGIONS)
_FOUND = re.compile(
    r"\b(?:normal|clear|intact|regular|soft|tender\w*|pain\w*|no|not|n't|positive|negative|mild\w*|moderate\w*|severe\w*|some|decreased|increased|reduced|limited|good|fine|full|equal"
    r"|bilateral\w*|swell\w*|swollen|edema|murmur|crackles|rales|redness|erythema|warm\w*|bruis\w*|present|absent|appreciate|hear|see|feel|notice|is|are|has|have|healing|stable|elevated|high|low|well)\b", re.I
)  # fmt: skip
_TESTS = re.compile(
    r"\b(?:x-?rays?|mri|ct|scan|ekg|ecg|echo\w*|ultrasound|labs?|blood ?(?:work|test\w*)|a1c|hemoglobin|results?|imaging|biopsy|culture|panel|creatinine|glucose|cholesterol|ldl|white (?:blood )?count|platelets|urinalysis|fracture\w*|dislocation|spirometry|pulmonary function|colonoscopy|endoscopy|radiograph\w*|ejection fraction|pumping function)\b", re.I
)  # fmt: skip
_SPOKEN = re.compile(
    r"^(?:(?:on|for|with|as for) (?:your |the |my )?(?:physical |heart |lung |\w+ ){0,3}exam(?:ination)?\b[\s,]*)"
    r"|\b(?:it (?:does )?(?:look|seem|appear)s? like|i (?:do |can |also |don't |do not )?(?:appreciate|hear|see|feel|notice|note)(?: that| an?| some)?\b)", re.I
)  # fmt: skip
_SHOWN = re.compile(
    r"\b(?:x-?rays?|mri|ct(?: scan)?|scan|ekg|echo\w*|ultrasound|labs?|blood work|a1c|hemoglobin|results?|biopsy|cultures?|creatinine|urinalysis|test)\b[^.]{0,60}?"
    r"\b(?:shows?|showed|shown|normal|looks?|looked|reveal\w*|demonstrat\w*|elevated|came back|come back|positive|negative|no (?:fracture|evidence|acute)|is at|was at|is up|is down|is (?:high|low)|reduced)\b", re.I
)  # fmt: skip
_PLANNED = re.compile(
    r"\b(?:order|get|schedule|repeat|going to|will|want|if|once|when|refer|after|until)\b", re.I
)
_ASKS_PAIN = re.compile(r"\b(?:hurt|pain\w*|tender|sore|feel (?:that|this|me)|numb)\b", re.I)


def examined(heard: Sequence[Heard]) -> Iterator[Found]:
    """What the clinician says while examining or reading results, each under its region."""
    for one in heard:
        if one.is_patient:
            yield from _said_when_touched(one)
        elif one.says_nothing or one.asks:
            continue
        elif one.zone in (Zone.EXAM, Zone.RESULTS):
            yield from _finding(one)
        elif _SHOWN.search(one.text) and not _PLANNED.search(one.text):
            yield SectionKey.RESULTS, sentence(to_patient(bare(one.text)), one.sources)


def _finding(one: Heard) -> Iterator[Found]:
    text = bare(one.text)
    if len(text.split()) < 3 or not _FOUND.search(text):
        return
    if _SHOWN.search(text) or (
        one.zone is Zone.RESULTS and (_TESTS.search(text) or not _region(text))
    ):
        if _TESTS.search(text) or mentions(text):
            yield SectionKey.RESULTS, sentence(to_patient(text), one.sources)
    elif region := _region(text):
        section = SectionKey.VITALS if region == "Vitals" else SectionKey.EXAM
        label = "" if region == "Vitals" else f"{region}: "
        yield section, sentence(f"{label}{_as_finding(text)}", one.sources)
    elif _TESTS.search(text):
        yield SectionKey.RESULTS, sentence(to_patient(text), one.sources)


def _as_finding(text: str) -> str:
    """The finding without how it was announced; a denial in the announcement stays."""
    if re.search(r"\bi (?:don't|do not)\b", text, re.I):
        return to_patient(text)
    return to_patient(bare(_SPOKEN.sub("", text)))


def _region(text: str) -> str:
    return next((name for name, pattern in REGIONS if pattern.search(text)), "")


def _said_when_touched(one: Heard) -> Iterator[Found]:
    """The patient's answer to a touch or a movement, with the question it answers."""
    asked = one.question
    if one.zone is not Zone.EXAM or asked is None or not _ASKS_PAIN.search(asked.text):
        return
    answer = answer_of(one.text)
    if answer is None or not (
        _region(asked.text) or any(kind_of(m.name) for m in mentions(asked.text))
    ):
        return
    region = _region(asked.text) or "General"
    said = "yes" if answer else "no"
    text = f'{region}: asked "{to_patient(bare(asked.text))}?", the patient says {said}'
    yield SectionKey.EXAM, sentence(text, one.sources)
