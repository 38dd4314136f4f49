"""What the patient came for and tells: chief complaint, HPI, and the histories."""

import re
from collections.abc import Iterator, Sequence

from services.codes.drug_names import names_in
from services.codes.lists import folded
from services.notes.draft import Sentence
from services.notes.local.cues import cue
from services.notes.local.hearing import Heard, Zone
from services.notes.local.person import Pronouns, of_patient, to_patient
from services.notes.local.writing import bare, is_worth_writing, listed, sentence, without_yes_or_no
from services.notes.sections import SectionKey
from services.notes.values import EncounterFacts, Kind, Role
from services.notes.words.answers import answer_of
from services.notes.words.findings import kind_of, mentions
from services.notes.words.numbers import quantities
from services.notes.words.sides import sides

Found = tuple[SectionKey, Sentence]
_OPENING = re.compile(
    r"\b(?P<age>\d{1,3}|[a-z]+[ -][a-z]+|\w+)[ -]years?[ -]old\b|\b(?:presents|presenting|comes in|is here|came in|here today|here for)\b",
    re.I,
)
_HISTORY_OF = re.compile(
    r"\b(?:past medical )?history (?:significant )?(?:of|for)?\b|\bpast medical history\b", re.I
)
# Said to the patient, or to whoever writes the note; what is only possible is no history.
_NOT_OPENING = re.compile(
    r"\b(?:you|please|summarize|possibl\w+|etiolog\w+|differential|rule out|let's)\b", re.I
)
_REASON = re.compile(
    r"\b(?:presents|presenting|comes in|came in|is here|here)\b(?: today| to the clinic| in (?:the )?clinic| with us)*"
    r"(?: for| with| complaining of| to discuss| because of)(?: an?| the| evaluation of| her| his| follow[- ]?up of)* (?P<why>[^.,;]{3,80})", re.I
)  # fmt: skip
_TELLING = re.compile(
    r"\b(?:pain\w*|hurt\w*|ache\w*|feel\w*|felt|swell\w*|swollen|better|worse|start\w*|began|tak(?:e|ing|en)|took|sleep\w*|eat\w*|diet"
    r"|injur\w*|fell|twist\w*|stumbl\w*|symptom\w*|medic\w*|pill\w*|weight|blood|pressure|sugar\w*|doctor|hospital|emergency|er"
    r"|constant\w*|comes? and go\w*|bad|severe|mild|sharp|dull|throbb\w*|burn\w*|itch\w*|walk\w*|exercis\w*|run|running|stairs|bend"
    r"|lift\w*|reach\w*|mov\w*|ice|heat|rest\w*|help\w*|reliev\w*|relief|trouble|difficult\w*|problem\w*|diagnos\w*|scan|test\w*"
    r"|appetite|breath\w*|infection|lump|stiff|popp\w*|click\w*|locking|weak\w*|tired|energy|stress\w*|worr\w*|mood|therapy|treat\w*"
    r"|prescri\w*|inhaler|insulin|monitor\w*|check\w*|bowel|urin\w*|pee\w*|period\w*|pregnan\w*|bit(?:e|ten)?|tick|burning|numb\w*)\b", re.I
)  # fmt: skip
_ASKED = (
    (re.compile(r"\bhow long\b|\bhow many (?:days|weeks|months|years)\b", re.I), "Duration"),
    (re.compile(r"\bwhen (?:did|was|were)\b|\bwhen's\b", re.I), "Onset"),
    (
        re.compile(r"\bwhere (?:is|does|do|exactly|are|did|about)\b|\bcan you point\b", re.I),
        "Location",
    ),
    (
        re.compile(
            r"\bhow (?:bad|severe)\b|\bscale\b|\brate (?:your|the|that|it)\b|\bone to ten\b", re.I
        ),
        "Severity",
    ),
    (re.compile(r"\bhow often\b|\bhow frequent", re.I), "Frequency"),
    (
        re.compile(
            r"\b(?:better or worse|makes? it (?:better|worse)|make it (?:better|worse)|anything help|what helps)\b",
            re.I,
        ),
        "Modifying factors",
    ),
    (
        re.compile(
            r"\bwhat (?:have you|did you|are you) (?:taken|tried|been taking|take|taking|try)\b",
            re.I,
        ),
        "Treatment so far",
    ),
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|am|'m|'s|'ve|have|has|had|do|does|did|don't|feel|felt|think|get|got|started|began|hurts?|takes?|took|been|can|can't|could|would|will|went|goes|comes?|came|tried|use|need|want|know|say|said|seems?)\b",
    re.I,
)
_OWN = re.compile(
    r"\b(?:my|i have(?: had)?|i've (?:got|had)|i had|history of|diagnosed with|i got)(?: (?!no\b)\w+){0,2} $",
    re.I,
)
_YOURS = re.compile(
    r"\b(?:your|you have(?: a)?(?: history of)?|you've had|history (?:of|for|significant for))(?: (?!no\b|family\b|risk\b)\w+){0,2} $",
    re.I,
)
_ASKS_HISTORY = re.compile(r"\b(?:medical (?:history|problems|conditions)|diagnosed)\b", re.I)
_LASTING = frozenset((
    "hypertension", "diabetes", "high cholesterol", "heart failure", "coronary artery disease", "heart attack",
    "atrial fibrillation", "stroke", "asthma", "copd", "gerd", "chronic kidney disease", "hypothyroidism", "anemia",
    "osteoarthritis", "rheumatoid arthritis", "osteoporosis", "gout", "cancer", "lymphoma", "depression", "anxiety",
    "bipolar disorder", "migraine", "epilepsy", "hepatitis", "neuropathy", "kidney stone", "psoriasis", "eczema",
    "fibroids", "dementia", "sleep apnea", "diverticulitis", "glaucoma", "prediabetes", "carpal tunnel syndrome",
))  # fmt: skip
_PARTS = {
    SectionKey.SURGICAL_HISTORY: "surgical",
    SectionKey.FAMILY_HISTORY: "family",
    SectionKey.SOCIAL_HISTORY: "social",
    SectionKey.ALLERGIES: "allergy",
}


def chief_complaint(heard: Sequence[Heard], facts: EncounterFacts) -> Iterator[Found]:
    """The reason of the appointment; without one, what the opening or the first complaint says."""
    reasons = facts.of(Kind.REASON)
    for cited, fact in reasons:
        yield SectionKey.CHIEF_COMPLAINT, sentence(fact.text, (cited,))
    if not reasons and (found := next(_complaints(heard), None)):
        yield SectionKey.CHIEF_COMPLAINT, found


def told(heard: Sequence[Heard], who: Pronouns) -> Iterator[Found]:
    """What was said before the examination, sentence by sentence in the order it was said."""
    first = True
    for one in heard:
        if one.zone in (Zone.PLAN, Zone.RESULTS) and not one.is_patient:
            continue
        yield from _chronic(one)
        if not one.is_patient:
            yield from _opening(one)
        elif found := _told(one, who, first):
            yield from found
            first = False


def _complaints(heard: Sequence[Heard]) -> Iterator[Sentence]:
    for one in heard[:40]:
        if not one.is_patient and (why := _REASON.search(one.text)):
            yield sentence(to_patient(bare(why["why"])), one.sources)
    for one in heard[:40]:
        if one.is_patient and (names := [m for m in mentions(one.text) if not m.denied]):
            side = next(iter(sides(one.text)), None)
            named = (
                f"{side.side} {names[0].name}"
                if side and side.part in names[0].name and side.part
                else names[0].name
            )
            yield sentence(named, one.sources)


def _opening(one: Heard) -> Iterator[Found]:
    """The clinician's own introduction: who comes, with which history, why."""
    if one.asks or not (_OPENING.search(one.text) or _HISTORY_OF.search(one.text)):
        return
    if one.says_nothing or len(one.text.split()) < 6 or _NOT_OPENING.search(one.text):
        return
    yield SectionKey.HPI, sentence(bare(one.text), one.sources)
    if history := _HISTORY_OF.search(one.text):
        yield from _conditions(one, history.end())


def _chronic(one: Heard) -> Iterator[Found]:
    """Illnesses that are spoken of as the patient's own: "your high blood pressure", "I have asthma"."""
    if one.zone is Zone.EXAM or one.asks or cue("history", "family").search(one.text):
        return
    asked = one.question.text if one.question else ""
    in_history = bool(_ASKS_HISTORY.search(asked))
    yield from _lasting(one, one.text, None if in_history else _OWN if one.is_patient else _YOURS)
    if one.is_patient and answer_of(one.text) is not False:
        yield from _lasting(one, asked, _YOURS)


def _lasting(one: Heard, text: str, spoken_of: re.Pattern[str] | None) -> Iterator[Found]:
    for found in mentions(text):
        before = text[max(0, found.start - 30) : found.start]
        is_theirs = spoken_of is None or spoken_of.search(before)
        if found.name in _LASTING and not found.denied and is_theirs:
            yield SectionKey.MEDICAL_HISTORY, sentence(found.name, one.sources)


def _conditions(one: Heard, after: int = 0) -> Iterator[Found]:
    told = one.text[after:]
    end = re.search(r"\b(?:who|presents|presenting|here|is here|comes)\b", told)
    for found in mentions(told[: end.start()] if end else told):
        if not found.denied and kind_of(found.name) in ("conditions", "symptoms"):
            yield SectionKey.MEDICAL_HISTORY, sentence(found.name, one.sources)


def _told(one: Heard, who: Pronouns, first: bool) -> list[Found]:
    """One sentence of the patient as a note has it; nothing for an echo or small talk."""
    if one.role is Role.GUEST:
        who, first = Pronouns(), True
    subject = "The patient" if first or who.is_plural else who.subject.capitalize()
    subject = "The person with the patient" if one.role is Role.GUEST else subject
    said = without_yes_or_no(bare(one.text)) or one.text
    key = _key(one)
    if one.zone is Zone.EXAM or (one.zone is Zone.PLAN and not _tells(said)):
        return []
    if (label := _label(one)) and one.opens and len(said.split()) <= 22 and not one.asks:
        return [(key, sentence(f"{label}: {of_patient(said, who)}", one.sources))]
    tells = _tells(said) or (key is not SectionKey.HPI and len(said.split()) > 2)
    if one.asks or not tells or not is_worth_writing(said):
        return _yes_or_no(one, who, key)
    if _VERB.search(said):
        return [(key, sentence(f"{subject} reports that {of_patient(said, who)}", one.sources))]
    return [(key, sentence(f"{subject} reports {of_patient(said, who)}", one.sources))]


def _yes_or_no(one: Heard, who: Pronouns, key: SectionKey) -> list[Found]:
    """A bare yes or no with what was asked, if that is a history, a drug or a finding."""
    answer = answer_of(one.text) if one.question else None
    if answer is None or one.question is None or one.question.zone is not Zone.HISTORY:
        return []
    if names := list(dict.fromkeys(m.name for m in mentions(one.question.text) if not m.denied)):
        verb = "reports" if answer else "denies"
        return [
            (
                key,
                sentence(
                    f"The patient {verb} {listed(names, 'and' if answer else 'or')}", one.sources
                ),
            )
        ]
    if key is SectionKey.HPI and not names_in(folded(one.question.text)):
        return []
    asked = to_patient(bare(one.question.text))
    return [
        (
            key,
            sentence(
                f'Asked: "{asked}?" The patient says {"yes" if answer else "no"}', one.sources
            ),
        )
    ]


def _label(one: Heard) -> str:
    asked = one.question.text if one.question else ""
    return next((label for pattern, label in _ASKED if pattern.search(asked)), "")


def _key(one: Heard) -> SectionKey:
    """Which history a sentence belongs to, by its own words or the question it answers."""
    both = f"{one.question.text if one.question else ''} {one.text}"
    return next(
        (key for key, name in _PARTS.items() if cue("history", name).search(both)), SectionKey.HPI
    )


def _tells(text: str) -> bool:
    """Whether *text* says something of health rather than of the weather."""
    return bool(
        _TELLING.search(text) or mentions(text) or sides(text) or names_in(folded(text))
        or any(q.unit for q in quantities(text))
    )  # fmt: skip
