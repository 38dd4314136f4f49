"""What a form says of allergies, medications, conditions, vaccines and family, entry by entry."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from services.workflows.intake.extract import lookups, splitting
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.making import made, unread
from services.workflows.intake.fields import Field
from services.workflows.intake.normal import doses, words
from services.workflows.intake.normal.text import blank, folded

PARTED = 0.95  # how sure a free list is taken apart
SENTENCE = "This is in the patient's own words; a person has to read it."
BOTH_WAYS = "The form says there are none and names some all the same."
NOT_NAMED = "The form says there are some and does not name them."
NONE_PATHS = {"allergies": "allergies.no_known", "medications": "medications.none"}


@dataclass(frozen=True)
class Entry:
    """One entry of a list, by the part of its path, with the finding each part comes from."""

    parts: dict[str, tuple[Finding, str]] = field(repr=False)
    sure: float = 1.0
    is_sentence: bool = False


def clinical(findings: Sequence[Finding], today: date) -> Iterator[Field]:
    """Every field of the clinical lists, before answers are settled."""
    for context, entries_of in (("allergies", _allergies), ("medications", _medications)):
        own = [f for f in findings if f.context == context]
        entries = _once(list(entries_of(own)))
        yield from _fields(context, entries, today)
        yield from _none(context, own, bool(entries), today)
    for path, context in (("problems", "problems"), ("immunizations", "immunizations")):
        yield from _names(path, [f for f in findings if f.context == context], today)
    yield from _fields("family_history", list(_relatives(findings)), today)


def _allergies(own: Sequence[Finding]) -> Iterator[Entry]:
    for finding in own:
        if finding.part == "list":
            yield from _free(finding, _of_allergy)
    yield from _rows(own, "substance", ("substance", "reaction", "criticality"))


def _of_allergy(finding: Finding) -> Iterator[Entry]:
    whole = [splitting.AllergyEntry(finding.text)] if finding.whole else None
    for one in whole or splitting.allergies_in(finding.text):
        parts = {"substance": (finding, one.substance)}
        if one.reaction:
            parts["reaction"] = (finding, one.reaction)
        yield Entry(parts, PARTED, splitting.is_sentence(one.substance))


def _medications(own: Sequence[Finding]) -> Iterator[Entry]:
    for finding in own:
        if finding.part == "list":
            yield from _free(finding, _of_medication)
    named = [replace(f, slot="medications.name") if f.part == "medicine" else f for f in own]
    yield from map(_with_its_dose, _rows(named, "name", ("name", "dose", "frequency")))


def _of_medication(finding: Finding) -> Iterator[Entry]:
    for text in splitting.medications_in(finding.text):
        yield _medication(finding, text, PARTED)


def _medication(finding: Finding, text: str, sure: float) -> Entry:
    line = doses.medication_line(text)
    said = {"name": line.name, "dose": line.dose, "frequency": line.frequency}
    parts = {name: (finding, value) for name, value in said.items() if value}
    return Entry(parts, sure, splitting.is_sentence(line.name))


def _with_its_dose(entry: Entry) -> Entry:
    """A name that carries its dose ("Lisinopril 10 mg") gives it up where no dose is told."""
    finding, text = entry.parts["name"]
    line = _medication(finding, text, entry.sure)
    return replace(entry, parts=line.parts | entry.parts | _named(line)) if line.parts else entry


def _named(line: Entry) -> dict[str, tuple[Finding, str]]:
    return {"name": line.parts["name"]} if "name" in line.parts else {}


def _rows(own: Sequence[Finding], head: str, parts: Sequence[str]) -> Iterator[Entry]:
    """Entries that stand in rows: a table, or a group that repeats."""
    for row in dict.fromkeys(f.row for f in own if f.part == head):
        mine = {f.part: (f, f.text) for f in own if f.row == row and f.part in parts}
        said = {name: found for name, found in mine.items() if found[1].strip()}
        if head in said and not words.nothing(said[head][1]) and not blank(said[head][1]):
            yield Entry(said)


def _free(finding: Finding, taken_apart: Callable[[Finding], Iterator[Entry]]) -> Iterator[Entry]:
    if finding.text.strip() and not _says_nothing(finding.text):
        yield from taken_apart(finding)


def _relatives(findings: Sequence[Finding]) -> Iterator[Entry]:
    relation: Finding | None = None
    for finding in findings:
        if finding.slot == "family.list" and not _says_nothing(finding.text):
            for one in splitting.relatives_in(finding.text):
                parts = {"relation": one.relation, "condition": one.condition}
                yield Entry({n: (finding, text) for n, text in parts.items()}, PARTED)
        elif finding.slot == "family.relation":
            relation = finding
        elif finding.slot == "family.condition" and relation and not _says_nothing(finding.text):
            # In the order of the form an illness belongs to the relative named last, if in one group.
            if finding.inside[: len(relation.inside)] != relation.inside:
                continue
            yield Entry(
                {"relation": (relation, relation.text), "condition": (finding, finding.text)}
            )


def _fields(name: str, entries: Sequence[Entry], today: date) -> Iterator[Field]:
    for index, entry in enumerate(entries):
        for part, (finding, text) in entry.parts.items():
            path = f"{name}[{index}].{part}"
            if entry.is_sentence:
                yield unread(path, finding, SENTENCE)
            else:
                dose = entry.parts["dose"][1] if "dose" in entry.parts else ""
                yield lookups.checked(made(path, finding, today, text, entry.sure), dose)


def _names(path: str, own: Sequence[Finding], today: date) -> Iterator[Field]:
    """A list whose entries are single names: conditions, vaccines."""
    said = [(f, text) for f in own for text in _entries(f)]
    first = {_bare(text): (finding, text) for finding, text in reversed(said)}
    for index, (finding, text) in enumerate(sorted(first.values(), key=said.index)):
        if splitting.is_sentence(text):
            yield unread(f"{path}[{index}]", finding, SENTENCE)
        else:
            sure = 1.0 if finding.whole else PARTED
            yield lookups.checked(made(f"{path}[{index}]", finding, today, text, sure))


def _entries(finding: Finding) -> list[str]:
    if finding.part not in ("list", "item", "condition") or _says_nothing(finding.text):
        return []
    if finding.whole:
        return [finding.text.strip(splitting.BULLETS)]
    return splitting.listed(finding.text)


def _bare(text: str) -> str:
    """A name without its remark: "Type 2 diabetes (2012)" is the same illness as without the year."""
    return folded(re.sub(r"\([^)]*\)", "", text))


def _none(context: str, own: Sequence[Finding], has_entries: bool, today: date) -> Iterator[Field]:
    """Whether the form says that there are none: said plainly, by "NKDA", or against itself."""
    path = NONE_PATHS[context]
    said = [made(path, f, today, _as_none(f)) for f in own if _as_none(f)]
    none = [field for field in said if field.value == "true"]
    blanks = [f for f in own if f.part == "list" and not f.text.strip()]
    if none and has_entries:
        yield Field(path, None, 0.0, none[0].source, none[0].original, none[0].engine, BOTH_WAYS)
    elif none:
        yield none[0]
    elif said and not has_entries and any(f.part == "any" for f in own):
        yield Field(path, None, 0.0, said[0].source, said[0].original, said[0].engine, NOT_NAMED)
    elif said and not has_entries:
        yield said[0]
    elif blanks and not has_entries:
        yield made(path, blanks[0], today, "")


def _as_none(finding: Finding) -> str:
    """A finding as an answer to "are there none?"; empty where it does not answer that."""
    if finding.part == "none":
        return finding.text
    if finding.part == "any":
        answer = words.yes_no(finding.text).value
        return {"true": "no", "false": "yes"}.get(answer or "", "")
    is_list = finding.part in ("list", "substance", "name", "medicine")
    return "yes" if is_list and _says_nothing(finding.text) else ""


def _says_nothing(text: str) -> bool:
    return words.nothing(text)


def _once(entries: Sequence[Entry]) -> list[Entry]:
    """Entries that say the same word for word are one."""
    said = {
        tuple((name, text.casefold()) for name, (_, text) in entry.parts.items()): entry
        for entry in reversed(entries)
    }
    return [entry for entry in entries if entry in said.values()]
