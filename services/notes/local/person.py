"""Speech turned into the third person of a note: "I've been tired" becomes "she has been tired"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.notes.words.vocabulary import words_of

_BASE = frozenset(
    words_of(
        "feel think know want need take get go try use eat drink run walk work live see notice like love"
        " sleep wake sit stand lay lie say smoke check look start stop remember believe guess hope monitor"
        " move play watch exercise make forget put keep come find struggle hear cough vape travel seem"
        " experience lift wear reach turn bend put wish plan prefer ride swim mean bring give call end"
        " enjoy tend suffer avoid follow cook drive spend weigh understand continue agree appear lose gain"
    )
)
_ADVERBS = (
    r"just|also|really|usually|always|never|still|only|actually|sometimes|probably|definitely|honestly"
    r"|generally|typically|often|kind of|sort of|even|occasionally|certainly|then|currently|mostly|mainly"
)
_CONTRACTED: tuple[tuple[str, str], ...] = (
    (r"\bi'm\b", "i am"), (r"\bi've\b", "i have"), (r"\bi'll\b", "i will"), (r"\bi'd been\b", "i had been"),
    (r"\bi'd\b", "i would"), (r"\byou're\b", "you are"), (r"\byou've\b", "you have"),
    (r"\byou'll\b", "you will"), (r"\byou'd\b", "you would"), (r"\bdon't\b", "do not"),
    (r"\bdoesn't\b", "does not"), (r"\bdidn't\b", "did not"), (r"\bhaven't\b", "have not"),
    (r"\bhasn't\b", "has not"), (r"\bwasn't\b", "was not"), (r"\bcan't\b", "cannot"), (r"\bit's been\b", "it has been"),
    (r"\bit's\b", "it is"), (r"\bthat's\b", "that is"), (r"\bthere's\b", "there is"), (r"\bisn't\b", "is not"),
    (r"\bweren't\b", "were not"), (r"\baren't\b", "are not"), (r"\bcouldn't\b", "could not"),
    (r"\bwouldn't\b", "would not"), (r"\bwon't\b", "will not"), (r"\bhe's\b", "he is"), (r"\bshe's\b", "she is"),
    (r"\bwe've\b", "we have"), (r"\bwe're\b", "we are"), (r"\bthey're\b", "they are"), (r"\bthey've\b", "they have"),
    (r"\bi was like\b", "i was"),
)  # fmt: skip


# "Do you have" asks of one person "does the patient have": the verb after it stays as it is.
_ASKED = re.compile(r"\b(do|are|have|were|did|can|could|would|will|should) you\b", re.I)
_INVERTED = {"do": "does", "are": "is", "have": "has", "were": "was"}
_PLURAL = {"am": "are", "was": "were"}
# "The mother" could be anybody's.
_RELATIONS = (
    "mother|father|mom|dad|parents?|wife|husband|spouse|partner|son|daughter|children|kids|brother|sister|family|own"
    "|doctor|work|job|name"
)


@dataclass(frozen=True)
class Pronouns:
    """How the patient is spoken of, after the chart's sex; ``they`` where that is not known."""

    subject: str = "they"
    object: str = "them"
    possessive: str = "their"
    own: str = "theirs"
    reflexive: str = "themselves"

    @property
    def is_plural(self) -> bool:
        """Whether verbs stay as they are: "they feel"."""
        return self.subject == "they"


def pronouns(sex: str) -> Pronouns:
    """The pronouns for *sex* as the chart has it."""
    known = {
        "male": Pronouns("he", "him", "his", "his", "himself"),
        "female": Pronouns("she", "her", "her", "hers", "herself"),
    }
    return known.get(sex.strip().lower(), Pronouns())


def of_patient(said: str, who: Pronouns) -> str:
    """What the patient *said* of themselves, told by another: "my knee" becomes "his knee"."""
    text = _agreeing(written_out(said), "i", who.subject, who.is_plural)
    return _replaced(text, {
        "my": who.possessive, "me": who.object, "mine": who.own, "myself": who.reflexive,
        "i": who.subject, "we": "they", "our": "their", "us": "them", "am": "is" if not who.is_plural else "are",
    })  # fmt: skip


def to_patient(said: str) -> str:
    """What the clinician *said* to the patient, told of them: "your knee" becomes "the knee"."""
    text = _ASKED.sub(
        lambda m: f"{_INVERTED.get(m[1].lower(), m[1])} the patient", written_out(said)
    )
    text = _agreeing(text, "you", "the patient", plural=False)
    text = re.sub(rf"\byour(?= (?:{_RELATIONS})\b)", "the patient's", text, flags=re.IGNORECASE)
    return _replaced(text, {
        "your": "the", "yours": "the patient's", "yourself": "themselves", "you": "the patient",
    })  # fmt: skip


def written_out(text: str) -> str:
    """*text* without contractions, so that "don't" and "do not" read alike."""
    for short, whole in _CONTRACTED:
        text = re.sub(short, whole, text, flags=re.IGNORECASE)
    return text


def _agreeing(text: str, subject: str, told: str, plural: bool) -> str:
    """*told* for *subject* wherever a verb follows, with the verb's ending changed to fit."""
    follows = rf"\b{subject}\s+(?P<adverbs>(?:(?:{_ADVERBS})\s+)*)(?P<verb>[a-z]+)\b"

    def changed(found: re.Match[str]) -> str:
        verb = found["verb"].lower()
        agreed = _PLURAL.get(verb, verb) if plural else _third(verb)
        return f"{told} {found['adverbs']}{agreed}"

    return re.sub(follows, changed, text, flags=re.IGNORECASE)


def _third(verb: str) -> str:
    irregular = {"am": "is", "are": "is", "have": "has", "do": "does", "were": "was", "go": "goes"}
    if verb in irregular:
        return irregular[verb]
    if verb not in _BASE:
        return verb
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}s"


def _replaced(text: str, words: Mapping[str, str]) -> str:
    pattern = re.compile(rf"\b(?:{'|'.join(words)})\b", re.I)
    return pattern.sub(lambda found: words[found.group().lower()], text)
