"""What a note shows of problems, data and risk, sentence by sentence, and what it leaves open."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.notes.coding.evidence import Data, Problem, Risk, Shown
from services.notes.draft import Section
from services.notes.sections import SectionKey
from services.notes.words.findings import kind_of, mentions
from services.notes.words.medicines import medicines

S = SectionKey
CHRONIC = frozenset((
    "hypertension", "diabetes", "high cholesterol", "heart failure", "coronary artery disease", "atrial fibrillation",
    "asthma", "copd", "gerd", "chronic kidney disease", "hypothyroidism", "hyperthyroidism", "anemia", "osteoarthritis",
    "rheumatoid arthritis", "osteoporosis", "gout", "cancer", "lymphoma", "depression", "anxiety", "bipolar disorder",
    "migraine", "epilepsy", "neuropathy", "psoriasis", "eczema", "dementia", "obesity", "prediabetes", "hepatitis",
    "sleep apnea", "glaucoma", "lupus", "fibromyalgia", "multiple sclerosis", "parkinsons",
))  # fmt: skip
_SYSTEMIC = frozenset(("pneumonia", "influenza", "covid-19"))
_OTC = frozenset(("acetaminophen", "ibuprofen", "naproxen", "aspirin", "loratadine", "cetirizine", "omeprazole",
                  "famotidine", "diphenhydramine", "guaifenesin", "polyethylene glycol", "docusate", "cholecalciferol"))  # fmt: skip
_TOXIC = frozenset(
    ("methotrexate", "warfarin", "lithium", "amiodarone", "digoxin", "cyclosporine", "tacrolimus")
)
_SEVERE = re.compile(
    r"\bsevere(?:ly)? (?:exacerbation|worse\w*|uncontrolled|decompensat\w*)|\bacute(?:ly)? decompensat\w*",
    re.I,
)
_WORSE = re.compile(
    r"\b(?:uncontrolled|not (?:well )?controlled|out of control|not (?:at|to) goal|above goal|worse\w*|exacerbat\w*|flare\w*|progress(?:ed|ing|ion)"
    r"|elevated|retaining fluid|poorly controlled|not improv\w*|still high|too high|under better control|side effects?)\b", re.I
)  # fmt: skip
_STABLE = re.compile(
    r"\b(?:stable|well controlled|under control|controlled|at goal|doing (?:well|great|good|really well)|good control|managing it well|unchanged)\b",
    re.I,
)
_UNCERTAIN = re.compile(
    r"\b(?:unclear|unknown|uncertain|undiagnosed|not sure (?:what|why)|further work ?up|etiology|differential)\b",
    re.I,
)
_THREAT = re.compile(
    r"\b(?:life[- ]threatening|sepsis|septic|respiratory failure|myocardial infarction today|acute stroke|suicidal intent|unstable angina)\b",
    re.I,
)
_HISTORY_ONLY = re.compile(r"\b(?:history of|status post|resolved|no evidence of|family)\b", re.I)
_ORDERS = re.compile(
    r"\b(?:order\w*|obtain\w*|get|check|repeat\w*|schedul\w*|send for|draw|perform)\b", re.I
)
_PRESCRIBES = re.compile(
    r"\b(?:prescri\w*|start\w*|stop\w*|discontinu\w*|increas\w*|decreas\w*|continu\w*|refill\w*|switch\w*|taper\w*|add|hold|give|keep|put)\b",
    re.I,
)
_OUTSIDE = re.compile(
    r"\b(?:(?:er|emergency|hospital|outside|discharge|specialist|cardiology|external)\b[^.]{0,30}\b(?:records?|notes?|summary|workup)\b[^.]{0,30}\breview\w*|review\w*[^.]{0,40}\b(?:records?|notes?|summary) (?:from|of) (?:the )?(?:er|emergency|hospital|outside|specialist|cardiolog\w+))",
    re.I,
)
_HISTORIAN = re.compile(
    r"\b(?:mother|father|parent|wife|husband|daughter|son|caregiver|guardian)\b[^.]{0,20}\b(?:reports?|states?|says?|provid\w+ (?:the )?history)\b|\bhistory (?:is |was )?(?:obtained|provided) (?:from|by)\b",
    re.I,
)
_INTERPRETED = re.compile(
    r"\b(?:independent(?:ly)? (?:interpret\w*|review\w*)|my (?:own )?(?:interpretation|read)|i (?:personally|independently) (?:interpret\w*|review\w*|read))\b",
    re.I,
)
_DISCUSSED = re.compile(
    r"\bdiscussed (?:the case |this |management |results? )?with (?:dr\b|the )?\s*(?:\w+ )?(?:cardiolog\w+|surg\w+|radiolog\w+|oncolog\w+|pharmacist|specialist|neurolog\w+|orthop\w+|case manager)",
    re.I,
)
_SURGERY = re.compile(
    r"\b(?:schedul\w*|proceed with|recommend\w*|plan\w* for|decision for|refer\w* for)\b[^.]{0,40}\bsurg\w+",
    re.I,
)
_HOSPITAL = re.compile(
    r"\b(?:admit\w*|hospitali[sz]\w+|send (?:you|the patient|him|her) to the (?:er|emergency)|direct admission)\b",
    re.I,
)
_SOCIAL = re.compile(
    r"\b(?:cannot afford|can't afford|homeless\w*|no transportation|food insecurity|unstable housing|lost (?:her|his|their) insurance)\b",
    re.I,
)
_LOW = re.compile(
    r"\b(?:physical therapy|brace|splint|sling|crutch\w*|over[- ]the[- ]counter|ice|heat|rest|compression)\b",
    re.I,
)
_MONITORED = re.compile(r"\b(?:monitor\w*|level|inr|labs?|blood work)\b", re.I)


@dataclass(frozen=True)
class Gathered:
    """All that counts in one note; ``missing`` holds sentences on what it does not say."""

    problems: tuple[Shown, ...]
    data: tuple[Shown, ...]
    risks: tuple[Shown, ...]
    missing: tuple[str, ...]


def gather(note: Sequence[Section], *, historian: bool = False) -> Gathered:
    """What *note* shows. ``historian``: another than the patient gave the history, as a transcript tells."""
    problems = tuple(_problems(note))
    data = list(_data(note))
    if historian and not any(one.kind is Data.HISTORIAN for one in data):
        data.append(Shown(Data.HISTORIAN, "guest in the conversation"))
    return Gathered(problems, tuple(data), tuple(_risks(note)), tuple(_missing(note, problems)))


def said(note: Sequence[Section], *keys: SectionKey) -> Iterator[str]:
    """The sentences of the sections called *keys*, one by one."""
    for section in note:
        if section.key in keys:
            yield from (sentence.text for sentence in section.sentences)


def addressed(note: Sequence[Section]) -> dict[str, list[str]]:
    """The problems that assessment and plan speak of, each with its sentences; what is denied is none."""
    found: dict[str, list[str]] = {}
    named = ""
    for text in said(note, S.ASSESSMENT, S.PLAN):
        mine = [
            m
            for m in mentions(text)
            if not m.denied and kind_of(m.name) in ("conditions", "symptoms")
        ]
        for one in mine:
            if not _HISTORY_ONLY.search(text[max(0, one.start - 30) : one.start]):
                named = one.name
                found.setdefault(named, []).append(text)
        if not mine and named:
            found[named].append(text)  # "It is a little out of control" goes on about the last one
    return found


def _problems(note: Sequence[Section]) -> Iterator[Shown]:
    judged = set(said(note, S.ASSESSMENT))
    for name, sentences in addressed(note).items():
        own = [text for text in sentences if text in judged]
        if own:
            yield Shown(_kind(name, " ".join(own)), name, own[0])


def _kind(name: str, text: str) -> Problem:
    if _THREAT.search(text):
        return Problem.THREAT
    if name in CHRONIC:
        if _SEVERE.search(text):
            return Problem.SEVERE
        return Problem.WORSE_CHRONIC if _WORSE.search(text) else Problem.STABLE_CHRONIC
    if _UNCERTAIN.search(text):
        return Problem.UNCERTAIN
    return Problem.SYSTEMIC if name in _SYSTEMIC else Problem.ACUTE


def _data(note: Sequence[Section]) -> Iterator[Shown]:
    for text in said(note, S.PLAN, S.ORDERS):
        if _ORDERS.search(text):
            yield from (Shown(Data.ORDERED, name, text) for name in _tests(text))
    for text in said(note, S.RESULTS):
        kind = Data.INTERPRETED if _INTERPRETED.search(text) else Data.REVIEWED
        yield from (Shown(kind, name, text) for name in _tests(text))
    for text in said(note, *SectionKey):
        for pattern, kind in (
            (_OUTSIDE, Data.OUTSIDE),
            (_HISTORIAN, Data.HISTORIAN),
            (_DISCUSSED, Data.DISCUSSED),
        ):
            if found := pattern.search(text):
                yield Shown(kind, found.group().lower(), text)


def _tests(text: str) -> list[str]:
    return list(dict.fromkeys(m.name for m in mentions(text) if kind_of(m.name) == "tests"))


def _risks(note: Sequence[Section]) -> Iterator[Shown]:
    for text in said(note, S.PLAN, S.ORDERS, S.INSTRUCTIONS):
        yield from _drug_risks(text)
        for pattern, kind in (
            (_SURGERY, Risk.SURGERY),
            (_HOSPITAL, Risk.HOSPITAL),
            (_SOCIAL, Risk.SOCIAL),
            (_LOW, Risk.LOW),
        ):
            if found := pattern.search(text):
                yield Shown(kind, found.group().lower(), text)


def _drug_risks(text: str) -> Iterator[Shown]:
    for drug in medicines(text):
        if set(drug.ingredients) & _TOXIC and _MONITORED.search(text):
            yield Shown(Risk.TOXIC, drug.words, text)
        elif not _PRESCRIBES.search(text):
            continue
        elif set(drug.ingredients) <= _OTC and "prescri" not in text.lower():
            yield Shown(Risk.LOW, drug.words, text)
        else:
            yield Shown(Risk.PRESCRIPTION, drug.words, text)


def _missing(note: Sequence[Section], problems: Sequence[Shown]) -> Iterator[str]:
    filled = {section.key for section in note if section.sentences}
    for keys, what in (
        ((S.HPI,), "a history"),
        ((S.EXAM, S.VITALS), "an examination"),
        ((S.ASSESSMENT,), "an assessment"),
        ((S.PLAN,), "a plan"),
    ):
        if not filled & set(keys):
            yield f"The note holds no {what.split(' ', 1)[1]}."
    sentences = addressed(note)
    for one in problems:
        text = " ".join(sentences[one.name])
        if one.name in CHRONIC and not (
            _STABLE.search(text) or _WORSE.search(text) or _SEVERE.search(text)
        ):
            yield f"Whether {one.name} is stable, at its goal or worse is not said; it was counted as stable."
