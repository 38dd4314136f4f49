"""What the chart says of the day of service, as facts for a letter: no more than the appeal needs.

Minimum necessary (45 CFR 164.502(b)): problems only of a kind that was billed, findings and orders
only from shortly before the service, nothing that is specially protected unless it was billed.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from db.denials import Denial
from db.letter_drafts import LetterDraft, LetterDrafts
from services.ai.injection import possible_injection
from services.codes.diagnoses import ICD10, find_diagnosis
from services.desk import Desk
from services.ehr.ports import Allergy, Medication, Problem, ResultValue, ServiceRecord, Visit
from services.workflows.denials.letters.letter import Fact, Facts, Named, Source

TEMPLATES = ("necessity", "authorization")  # the appeals that rest on the chart
MOST = 6  # entries of one kind
KINDS = ("visit", "problem", "medication", "allergy", "result")
NAMES = frozenset(
    f"{kind}_{n}{end}" for kind in KINDS for n in range(1, MOST + 1) for end in ("", "_on")
)
PROTECTED = Path(__file__).with_name("protected.toml")
LEFT_OUT = (
    "An entry of the chart reads like an instruction to a machine and was left out. "
    "Please look at the chart in eCW."
)
Entry = Visit | Problem | Medication | Allergy | ResultValue


def keep(desk: Desk, row: LetterDraft, record: ServiceRecord) -> None:
    """Seal *record* beside the work on the letter, dated."""
    desk.vault.seal_into(row, chart=msgspec.json.encode(record).decode())
    row.chart_at = desk.now


def of_denial(desk: Desk, denial: Denial, billed: Sequence[str], service_on: date) -> Facts:
    """The facts of the chart that was read for this denial; none before it was."""
    row = desk.open(LetterDrafts).of_denial(denial.id)
    record = _kept(desk, row)
    if row is None or row.chart_at is None or record is None:
        return {}
    zone = desk.options.zone
    read_on = f"{row.chart_at.astimezone(zone):%m/%d/%Y}"
    return chart_facts(record, billed, service_on, read_on, zone)


def has_orders(desk: Desk, denial: Denial) -> bool:
    """Whether an entry was left out because it reads like an instruction."""
    record = _kept(desk, desk.open(LetterDrafts).of_denial(denial.id))
    return record is not None and any(possible_injection(_said(one)) for one in _entries(record))


def chart_facts(
    record: ServiceRecord, billed: Sequence[str], service_on: date, read_on: str, zone: ZoneInfo
) -> Facts:
    """*record* as facts, each with its entry; *billed* are the diagnoses on the claim.

    ``clinical`` says visits and problems in one sentence, for a letter from a template.
    """
    visits = [one for one in record.visits if _may_go(one)][:MOST]
    problems = [one for one in record.problems if _is_billed(one, billed) and _is_plain(one)][:MOST]
    found = [
        *_named("visit", visits, read_on, zone),
        *_named("problem", problems, read_on, zone),
        *_named("medication", [m for m in record.medications if _may_go(m)][:MOST], read_on, zone),
        *_named("allergy", [a for a in record.allergies if _may_go(a)][:MOST], read_on, zone),
        *_named("result", [r for r in record.results if _may_go(r)][:MOST], read_on, zone),
    ]
    facts = dict(found)
    return facts | _clinical(facts, f"{service_on:%m/%d/%Y}")


def _named(kind: str, entries: Sequence[Entry], read_on: str, zone: ZoneInfo) -> Named:
    for n, entry in enumerate(entries, start=1):
        source = (Source(f"chart read {read_on}, {_place(entry)}", entry.ref),)
        if text := _said(entry):
            yield f"{kind}_{n}", Fact(text, source)
        if not isinstance(entry, Visit) and (day := _day(_when(entry), zone)):
            yield f"{kind}_{n}_on", Fact(day, source)


def _clinical(facts: Facts, service_on: str) -> Facts:
    visits = [facts[name] for name in facts if re.fullmatch(r"visit_\d", name)]
    problems = {name: fact for name, fact in facts.items() if re.fullmatch(r"problem_\d", name)}
    told = [f"for {service_on} the chart records a {one.text}" for one in visits]
    since = [
        fact.text + (f" since {facts[f'{name}_on'].text}" if f"{name}_on" in facts else "")
        for name, fact in problems.items()
    ]
    told += [f"the problem list has {'; '.join(since)}"] if since else []
    if not told:
        return {}
    text = " and ".join(told)
    sources = dict.fromkeys(s for one in (*visits, *problems.values()) for s in one.sources)
    return {"clinical": Fact(f"{text[0].upper()}{text[1:]}.", tuple(sources))}


def _said(entry: Entry) -> str:
    """An entry as a letter says it, without its date."""
    match entry:
        case Visit():
            return f"visit for {entry.reason}" if entry.reason else "visit"
        case Medication():
            return f"{entry.text} {entry.dose}".strip()
        case Allergy():
            return f"{entry.text} ({entry.reaction})" if entry.reaction else entry.text
        case ResultValue():
            return f"{entry.text} {entry.value} {entry.unit}".strip()
    return entry.text


def _when(entry: Problem | Medication | Allergy | ResultValue) -> str:
    match entry:
        case Problem():
            return entry.onset
        case Medication():
            return entry.authored
        case ResultValue():
            return entry.when
    return ""


def _place(entry: Entry) -> str:
    match entry:
        case Visit():
            return "visits"
        case Problem():
            return "problem list"
        case Medication():
            return "orders"
        case Allergy():
            return "allergies"
    return "results"


def _day(text: str, zone: ZoneInfo) -> str:
    """A FHIR date as a letter has it; a year or a month stays what it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text if re.fullmatch(r"\d{4}(?:-\d{2})?", text) else ""
    return f"{moment.astimezone(zone) if moment.tzinfo else moment:%m/%d/%Y}"


def _is_billed(problem: Problem, billed: Sequence[str]) -> bool:
    """Whether a problem is of a kind that the claim names: the same ICD-10-CM category."""
    found = find_diagnosis(problem.code) or find_diagnosis(problem.text)
    category = found.code[:3] if found and found.system == ICD10 else ""
    return bool(category) and category in {code[:3].upper() for code in billed}


def _may_go(entry: Entry) -> bool:
    return _is_plain(entry) and not _protected().search(_said(entry))


def _is_plain(entry: Entry) -> bool:
    return not possible_injection(_said(entry))


@cache
def _protected() -> re.Pattern[str]:
    words = tomllib.loads(PROTECTED.read_text(encoding="utf-8"))["words"]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})", re.IGNORECASE)


def _entries(record: ServiceRecord) -> Iterator[Entry]:
    yield from record.visits
    yield from record.problems
    yield from record.medications
    yield from record.allergies
    yield from record.results


def _kept(desk: Desk, row: LetterDraft | None) -> ServiceRecord | None:
    sealed = desk.vault.read(row, "chart").text if row else ""
    return msgspec.json.decode(sealed, type=ServiceRecord) if sealed else None
