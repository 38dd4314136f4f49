"""Fields from the answers of a check-in form: by linkId, by LOINC, and by the question's words at last."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from services.ehr.registration import FormAnswer, IncomingForm
from services.workflows.intake.extract.assembling import assembled
from services.workflows.intake.extract.dictionary import (
    LIKELY,
    Meaning,
    context_of,
    heading_of,
    is_neutral,
    meaning_of,
    meaning_of_code,
    meaning_of_link_id,
)
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.remaining import inside, remaining
from services.workflows.intake.fields import Field, Source
from services.workflows.intake.normal import words

# Systems whose codes name an illness or a drug.
CHOSEN = re.compile(r"http://(?:snomed\.info/sct|hl7\.org/fhir/sid/|www\.nlm\.nih\.gov/)")
# Yes-or-no items that are one entry of a list each, as in a grid of conditions.
TICKED = {"problems": "problems.item", "ros": "ros.list"}
ENTRIES = frozenset(("problems.list", "problems.item", "immunizations.list", "ros.list"))


def from_answers(form: IncomingForm, today: date) -> tuple[Field, ...]:
    """The fields of *form*; an answer that no field holds goes to the clinician as it was given.

    A withdrawn form has no answers and so no fields. LOINC maps follow https://loinc.org.
    """
    asked = [(answer, _meaning(answer)) for answer in form.answers]
    found = assembled(list(_findings(asked)), today)
    return (*found, *remaining(asked, found))


def _findings(asked: Sequence[tuple[FormAnswer, Meaning | None]]) -> Iterator[Finding]:
    for answer, meaning in asked:
        if meaning:
            yield _finding(answer, meaning)
        elif ticked := _ticked(answer):
            yield ticked


def _finding(answer: FormAnswer, meaning: Meaning) -> Finding:
    return Finding(
        meaning.slot,
        answer.value,
        Source(link_id=answer.link_id, label=answer.label),
        meaning.sure,
        row=answer.row,
        codes=tuple(code for code in answer.chosen if CHOSEN.match(code)),
        whole=_is_one_entry(answer, meaning),
        inside=inside(answer),
    )


def _meaning(answer: FormAnswer) -> Meaning | None:
    return (
        meaning_of_link_id(answer.link_id, answer.trail)
        or meaning_of_code(answer.codes)
        or _by_label(answer)
    )


def _by_label(answer: FormAnswer) -> Meaning | None:
    """What the question's own words ask for; "First name" alone may be anybody's."""
    around = context_of((*answer.trail, answer.link_id))
    found = meaning_of(answer.label, around or "")
    if found is None and is_neutral((*answer.trail, answer.link_id)):
        found = meaning_of(answer.label, "patient")
    return Meaning(found.slot, found.sure * LIKELY) if found else None


def _is_one_entry(answer: FormAnswer, meaning: Meaning) -> bool:
    # A choice is one entry even where its display has a comma in it.
    return meaning.slot in ENTRIES and any(
        "loinc.org|LA" in c or "snomed" in c for c in answer.chosen
    )


def _ticked(answer: FormAnswer) -> Finding | None:
    """A condition or a symptom that was ticked in a grid of them."""
    context = context_of(answer.trail) or heading_of(answer.label)
    slot = TICKED.get(context or "")
    if slot is None or not answer.label or words.yes_no(answer.value).value != "true":
        return None
    source = Source(link_id=answer.link_id, label=answer.label)
    return Finding(slot, answer.label, source, LIKELY, answer.row, whole=True)
