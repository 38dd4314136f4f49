"""What a model reads in free text: kept only with words of the form behind it, under our own reading."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from pydantic import BaseModel, ConfigDict

from services.ai import Answer, Assistant, Facts, Prompt
from services.documents.pages import Document, Kind
from services.ehr.registration import IncomingForm
from services.errors import Unreachable, Unsure
from services.workflows.intake.extract.cards import kind_of
from services.workflows.intake.extract.clinical import BOTH_WAYS, NONE_PATHS
from services.workflows.intake.extract.lookups import checked
from services.workflows.intake.extract.placing import place_of
from services.workflows.intake.fields import Field, group_of
from services.workflows.intake.normal import of
from services.workflows.intake.normal.text import folded

PROMPT = Prompt.beside(__file__)
LONGEST = 12_000  # characters of a form that a model gets; staff always see all of it
CERTAIN = 0.8  # our own reading stands from here on
BY_MODEL = 0.75  # below certain: a person looks at whatever a model alone has read
DIFFERS = "Two readings of the form differ; please look."
ASKED_FOR = re.compile(
    r"demographics\.(?:sex|language)|coverage\[\d\]\.(?:payer|plan|relationship)"
    r"|allergies\[\d{1,2}\]\.(?:substance|reaction)|allergies\.no_known|medications\.none"
    r"|medications\[\d{1,2}\]\.(?:name|dose|frequency)|(?:problems|immunizations|social_history|ros)\[\d{1,2}\]"
    r"|family_history\[\d{1,2}\]\.(?:relation|condition)|hpi"
)
_ENTRY = re.compile(r"(\w+)\[(\d+)\](.*)")
_DENIED = re.compile(
    r"\b(?:no|not|denies|denied|without|never|negative for)\W+(?:\w+\W+){0,2}$", re.I
)
# Questions for a person's name: "Name" of a relative, "Signed", "Emergency contact".
_NAMES = re.compile(r"\b(?:names?|surname|nombre|apellidos?|sign(?:ed|ature)|contact)\b", re.I)
_THINGS = re.compile(r"medic|drug|plan\b|insur|payer|pharmac|allerg|phone|method|test", re.I)


class Reading(BaseModel):
    """One value with the words of the form that say so."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    path: str
    value: str
    quotation: str


class FormReading(BaseModel):
    """Everything a model read in one form."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    fields: list[Reading]


def complete(
    assistant: Assistant, source: IncomingForm | Document, found: Sequence[Field], today: date,
    prompt: Prompt = PROMPT,
) -> tuple[Field, ...]:  # fmt: skip
    """*found* with what *assistant* reads beyond it; *found* alone where it has no answer.

    A value is kept if its quotation stands in the form, holds the value, and the value has a
    normal form. Certain fields of *found* stay; where the readings differ staff choose.
    """
    text = text_of(source)[:LONGEST]
    if not text or not _is_worth_asking(source, found):
        return tuple(found)
    try:
        answer = assistant.ask(
            prompt, Facts(text=text, identifiers=_identifiers(source, found)), FormReading
        )
    except (Unsure, Unreachable):
        return tuple(found)  # our own reading needs nobody's help
    return merged(found, list(_kept(answer, source, text, today)))


def text_of(source: IncomingForm | Document) -> str:
    """A form as a model gets it: line by line, or question by question. Nothing of a C-CDA."""
    if isinstance(source, Document):
        lines = (line.text for page in source.pages for line in page.lines)
        return "" if source.kind is Kind.CCDA else "\n".join(lines)
    return "\n".join(f"{a.label or a.link_id}: {a.value}" for a in source.answers)


def merged(found: Sequence[Field], read: Sequence[Field]) -> tuple[Field, ...]:
    """Our own reading with a model's under it."""
    own = {field.path: field for field in found}
    for field in _numbered_on(found, read):
        mine = own.get(field.path)
        own[field.path] = _settled(mine, field) if mine else field
    return tuple(_without_contradiction(list(own.values())))


def _settled(mine: Field, read: Field) -> Field:
    same = mine.value is not None and folded(mine.value) == folded(read.value or "")
    if mine.value is not None and (same or mine.confidence >= CERTAIN):
        return mine
    if mine.value is None and not mine.choices:
        return read
    said = (mine.value, *mine.choices, read.value)
    choices = tuple(dict.fromkeys(value for value in said if value))
    return replace(mine, value=None, confidence=0.0, reason=DIFFERS, choices=choices)


def _numbered_on(found: Sequence[Field], read: Sequence[Field]) -> Iterator[Field]:
    """A model's list entries after ours; those that ours has already are left out."""
    known = {(group_of(f.path), folded(f.value or "")) for f in found}
    places: dict[str, int] = {}
    for field in read:
        entry = _ENTRY.fullmatch(field.path)
        if entry is None or entry[1] == "coverage":
            yield field
            continue
        name = f"{entry[1]}[{entry[2]}]"
        if name not in places:
            is_known = (entry[1], folded(field.value or "")) in known
            places[name] = -1 if is_known else _next(entry[1], found, places)
        if places[name] >= 0:
            yield replace(field, path=f"{entry[1]}[{places[name]}]{entry[3]}")


def _next(group: str, found: Sequence[Field], places: dict[str, int]) -> int:
    mine = [int(e[2]) for f in found if (e := _ENTRY.fullmatch(f.path)) and e[1] == group]
    theirs = [place for name, place in places.items() if group_of(name) == group]
    return max([*mine, *theirs], default=-1) + 1


def _without_contradiction(fields: list[Field]) -> Iterator[Field]:
    listed = {group_of(f.path) for f in fields if "[" in f.path and f.value}
    for field in fields:
        group = group_of(field.path)
        if NONE_PATHS.get(group) == field.path and field.value == "true" and group in listed:
            yield replace(field, value=None, confidence=0.0, reason=BOTH_WAYS)
        else:
            yield field


def _kept(
    answer: Answer[FormReading], source: IncomingForm | Document, text: str, today: date
) -> Iterator[Field]:
    engine = f"{answer.engine} {answer.model}".strip()
    for reading in answer.value.fields:
        if not ASKED_FOR.fullmatch(reading.path) or not _is_quoted(reading, text):
            continue
        normal = of(reading.path, reading.value, today)
        if normal.value is not None and _is_held(reading, normal.value, today):
            place = place_of(reading.quotation, source)
            field = Field(reading.path, normal.value, BY_MODEL, place, reading.quotation, engine)
            yield checked(field)


def _is_quoted(reading: Reading, text: str) -> bool:
    """Whether the quotation stands in the form, not behind a "no"."""
    words, whole = " ".join(reading.quotation.split()), " ".join(text.split())
    at = whole.find(words) if len(words) > 1 else -1
    denied = _DENIED.search(whole[max(0, at - 40) : at]) if at >= 0 else None
    return at >= 0 and (denied is None or reading.path in NONE_PATHS.values())


def _is_held(reading: Reading, value: str, today: date) -> bool:
    """Whether the quotation says the value: word for word, or in another notation."""
    quoted = folded(reading.quotation).split()
    word_for_word = set(folded(reading.value).split()) <= set(quoted)
    return word_for_word or of(reading.path, reading.quotation, today).value == value


def _is_worth_asking(source: IncomingForm | Document, found: Sequence[Field]) -> bool:
    """A form of ticks and short answers that was read whole has nothing left for a model.

    A card is never sent: it says who somebody is, and hardly anything else.
    """
    if isinstance(source, Document):
        return kind_of(source) is None
    if any(field.value is None for field in found):
        return True
    return any(len(answer.value.split()) > 6 for answer in source.answers)


def _identifiers(source: IncomingForm | Document, found: Sequence[Field]) -> tuple[str, ...]:
    """Whatever we know to name somebody, the patient or another; it is taken out of what leaves."""
    answers = source.answers if isinstance(source, IncomingForm) else ()
    said = [a.value for a in answers if _NAMES.search(a.label) and not _THINGS.search(a.label)]
    said += [
        value
        for field in found
        if field.path.startswith("demographics.")
        or field.path.endswith((".subscriber", ".member_id", ".group"))
        if field.path not in ("demographics.sex", "demographics.language", "demographics.state")
        for value in (field.value, field.original, *field.choices)
        if value
    ]
    names = [word for value in said for word in value.split() if len(word) > 2 and word.isalpha()]
    return tuple(dict.fromkeys((*said, *names)))
