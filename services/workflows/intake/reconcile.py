"""A form beside the chart, field by field: same, new, changed, conflicting, missing, unclear."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rapidfuzz import fuzz

from services.codes import find_diagnosis
from services.ehr.ports import Allergy, Medication, Problem
from services.ehr.registration import CoverageRecord, Registration
from services.workflows.intake.contradictions import Contradiction
from services.workflows.intake.fields import (
    Difference,
    Field,
    Step,
    Verdict,
    index_of,
    leaf_of,
)
from services.workflows.intake.normal import doses, members, words
from services.workflows.intake.normal.alike import alike, same_allergen, same_drug
from services.workflows.intake.normal.text import folded, left_blank

_SAME_PAYER = 90  # of 100; rapidfuzz's token_set_ratio of "Aetna" and "Aetna PPO" is 100
_ONE_FITS = "One of the possible readings is what the chart has."
_OTHER_NAME = "The same under another name."
_ALLERGIC = "The form says there are no known allergies, and the chart has some."
_LEFT_OUT = "The chart has this, and the form's list does not."

Entry = Allergy | Medication
Named = Mapping[str, str]


def reconcile(
    found: Sequence[Field], chart: Registration | None, today: date
) -> tuple[Difference, ...]:
    """One row for each field of the form, then the chart's entries that the form leaves out.

    Without a *chart*, as for a new patient, whatever can be read is new. Paths of rows are
    unique: entries only the chart has are numbered after the form's. Never raises for any value.
    """
    if chart is None:
        return tuple(_row(field, "") for field in found)
    rows = [row for one in _sections(found) for row in _section(one, chart, today)]
    return (*rows, *_left_out(found, rows, chart))


def with_contradictions(
    rows: Iterable[Difference], contradictions: Sequence[Contradiction]
) -> tuple[Difference, ...]:
    """*rows*, those that a contradiction names made conflicting, with its sentences as the reason."""
    why: dict[str, list[str]] = {}
    for one in contradictions:
        why.setdefault(one.path, []).append(one.sentence)
    return tuple(_contradicted(row, why[row.path]) if row.path in why else row for row in rows)


def _contradicted(row: Difference, sentences: Sequence[str]) -> Difference:
    return replace(row, verdict=Verdict.CONFLICTING, why=" ".join(dict.fromkeys(sentences)))


def _sections(found: Sequence[Field]) -> Iterator[tuple[Field, ...]]:
    """The form's fields, those of one list entry together, in the form's order."""
    together: dict[tuple[str, int | None], list[Field]] = {}
    for field in found:
        together.setdefault((field.group, index_of(field.path)), []).append(field)
    yield from (tuple(fields) for fields in together.values())


def _section(fields: tuple[Field, ...], chart: Registration, today: date) -> list[Difference]:
    group, index = fields[0].group, index_of(fields[0].path)
    if group == "demographics":
        return [_demographic(field, chart) for field in fields]
    if group == "coverage":
        return _coverage(fields, chart, today)
    if index is None and group in ("allergies", "medications"):
        return [_none_row(field, chart) for field in fields]
    if group in ("allergies", "medications"):
        return _listed(fields, chart)
    return [_plain(field, chart) for field in fields]


def _demographic(field: Field, chart: Registration) -> Difference:
    return _row(field, chart.demographics.get(leaf_of(field.path), ""), chart.patient.ref)


def _row(field: Field, chart_value: str, ref: str = "", step: Step | None = None) -> Difference:
    verdict, why = _judged(field, chart_value)
    return Difference(field.path, verdict, field, chart_value or None, ref, step, why)


def _judged(field: Field, chart_value: str) -> tuple[Verdict, str]:
    if field.value is None:
        return _unread(field, chart_value)
    if not chart_value:
        return Verdict.NEW, ""
    return (Verdict.SAME if alike(field.path, field.value, chart_value) else Verdict.CHANGED), ""


def _unread(field: Field, chart_value: str) -> tuple[Verdict, str]:
    if not field.choices and left_blank(field.original):
        return Verdict.MISSING, field.reason
    fits = chart_value and any(alike(field.path, choice, chart_value) for choice in field.choices)
    return Verdict.UNCLEAR, f"{field.reason} {_ONE_FITS}".strip() if fits else field.reason


def _coverage(fields: tuple[Field, ...], chart: Registration, today: date) -> list[Difference]:
    record = _coverage_of(fields, chart.coverage, today)
    known = _coverage_values(record) if record else {}
    ref = record.ref if record else ""
    return [_row(field, known.get(leaf_of(field.path), ""), ref) for field in fields]


def _coverage_of(
    fields: tuple[Field, ...], records: Sequence[CoverageRecord], today: date
) -> CoverageRecord | None:
    """The chart's insurance meant: by member number, else by payer, else the only current one."""
    said = _values(fields)
    number, payer = members.bare(said.get("member_id", "")), said.get("payer", "")
    by_number = [r for r in records if number and members.bare(r.member_id) == number]
    if by_number:
        return max(by_number, key=lambda record: _payer_score(payer, record))
    current = [r for r in records if r.active and not (r.end and r.end < today.isoformat())]
    if payer:
        fitting = [r for r in current if _payer_score(payer, r) >= _SAME_PAYER]
        return fitting[0] if len(fitting) == 1 else None
    in_order = [r for r in current if r.order == (index_of(fields[0].path) or 0) + 1]
    return in_order[0] if len(in_order) == 1 else None


def _payer_score(payer: str, record: CoverageRecord) -> float:
    return fuzz.token_set_ratio(folded(payer), folded(record.payer)) if record.payer else 0.0


def _coverage_values(record: CoverageRecord) -> Named:
    return {
        "payer": record.payer,
        "plan": record.plan,
        "member_id": record.member_id,
        "group": record.group,
        "subscriber": record.subscriber,
        "relationship": record.relationship,
        "start": record.start,
        "end": record.end,
    }


def _none_row(field: Field, chart: Registration) -> Difference:
    """ "No known allergies" or "no medications" beside what the chart lists."""
    listed = _known_entries(chart, field.group)
    row = Difference(field.path, Verdict.SAME, field, "false" if listed else "true")
    if field.value is None:
        return replace(row, verdict=_unread(field, "")[0], chart_value=None, why=field.reason)
    if field.value == "true" and listed:
        allergies = field.group == "allergies"
        verdict = Verdict.CONFLICTING if allergies else Verdict.CHANGED
        return replace(row, verdict=verdict, why=_ALLERGIC if allergies else "")
    if field.value == "false" and not listed:
        return replace(row, chart_value=None)
    return row


def _known_entries(chart: Registration, group: str) -> Sequence[Entry]:
    """The chart's list without entries such as "No known allergies"."""
    listed: Sequence[Entry] = chart.allergies if group == "allergies" else chart.medications
    return [entry for entry in listed if not words.nothing(entry.text)]


def _listed(fields: tuple[Field, ...], chart: Registration) -> list[Difference]:
    said, group = _values(fields), fields[0].group
    name = said.get("substance" if group == "allergies" else "name", "")
    entry = _entry_of(name, said, _known_entries(chart, group)) if name else None
    if entry is None:
        return [_row(field, "", step=Step.ADD if name else None) for field in fields]
    known = _entry_values(entry)
    return [_stepped(_row(f, known.get(leaf_of(f.path), ""), entry.ref)) for f in fields]


def _entry_of(name: str, said: Named, listed: Sequence[Entry]) -> Entry | None:
    """The chart's entry of this name; of several, the one with the same dose."""
    fitting = [entry for entry in listed if _same_entry(name, entry)]
    same = [e for e in fitting if _entry_values(e).get("dose") == (said.get("dose") or None)]
    return next(iter(same or fitting), None)


def _same_entry(name: str, entry: Entry) -> bool:
    if isinstance(entry, Allergy):
        return same_allergen(name, entry.text)
    return same_drug(name, entry.text)


def _entry_values(entry: Entry) -> Named:
    if isinstance(entry, Allergy):
        return {
            "substance": entry.text,
            "reaction": entry.reaction,
            "criticality": entry.criticality,
        }
    # eCW has the strength in the name and the rest in the instruction.
    line = doses.medication_line(f"{entry.text} {entry.dose}")
    return {"name": entry.text, "dose": line.dose, "frequency": line.frequency}


def _stepped(row: Difference) -> Difference:
    if leaf_of(row.path) in ("name", "substance") and row.verdict is Verdict.CHANGED:
        return replace(row, verdict=Verdict.SAME, step=Step.CONTINUE, why=_OTHER_NAME)
    if row.verdict in (Verdict.NEW, Verdict.CHANGED):
        return replace(row, step=Step.CHANGE)
    return replace(row, step=Step.CONTINUE if row.verdict is Verdict.SAME else None)


def _plain(field: Field, chart: Registration) -> Difference:
    """Problems and immunizations are the chart's or new; history, HPI, ROS and consents are new."""
    listed = {"problems": chart.problems, "immunizations": chart.immunizations}
    entries = listed.get(field.group, ())
    meant = next((entry for entry in entries if _same_problem(field, entry)), None)
    if meant is None or field.value is None:
        return _row(field, "")
    other = "" if folded(field.value) == folded(meant.text) else _OTHER_NAME
    return Difference(field.path, Verdict.SAME, field, meant.text, meant.ref, None, other)


def _same_problem(field: Field, entry: Problem) -> bool:
    if field.value is None:
        return False
    coded = {code.rpartition("|")[2].replace(".", "") for code in field.codes} - {""}
    if folded(field.value) == folded(entry.text) or entry.code.replace(".", "") in coded:
        return True
    first, second = find_diagnosis(field.value), find_diagnosis(entry.text)
    return bool(first and second and first.token == second.token)


def _left_out(
    found: Sequence[Field], rows: Sequence[Difference], chart: Registration
) -> Iterator[Difference]:
    """What only the chart has, of the lists that the form answered; numbered after the form's."""
    seen = {row.chart_ref for row in rows if row.chart_ref}
    for group, entries in _lists(chart).items():
        here = [field for field in found if field.group == group and field.value is not None]
        step = Step.STOP if _is_complete(group, found) else None
        left = [one for one in entries if here and one[0] not in seen and not _told(one, here)]
        for place, (ref, leaf, text) in enumerate(left, start=_next_index(found, group)):
            path = f"{group}[{place}]" + (f".{leaf}" if leaf else "")
            yield Difference(
                path, Verdict.MISSING, None, text, ref, step, _LEFT_OUT if step else ""
            )


def _told(entry: tuple[str, str, str], said: Sequence[Field]) -> bool:
    """Whether the form names this too: a chart may list one drug or problem more than once."""
    ref, leaf, text = entry
    compare = {"name": same_drug, "substance": same_allergen}.get(leaf)
    if compare:
        return any(compare(f.value or "", text) for f in said if leaf_of(f.path) == leaf)
    return not leaf and any(_same_problem(field, Problem(ref, text)) for field in said)


def _lists(chart: Registration) -> dict[str, list[tuple[str, str, str]]]:
    """The chart's lists as reference, name of the field, and text."""
    return {
        "coverage": [(r.ref, "payer", r.payer) for r in chart.coverage if r.active],
        "allergies": [(e.ref, "substance", e.text) for e in _known_entries(chart, "allergies")],
        "medications": [(e.ref, "name", e.text) for e in _known_entries(chart, "medications")],
        "problems": [(p.ref, "", p.text) for p in chart.problems],
    }


def _is_complete(group: str, found: Sequence[Field]) -> bool:
    """Whether the form's list says all there is: it names some or says none, and all is readable.

    "No known allergies" stops nothing: it contradicts the chart, and that is asked once.
    """
    names = {"allergies": "substance", "medications": "name"}
    if group not in names:
        return False
    said = [f for f in found if f.group == group and leaf_of(f.path) == names[group]]
    none = any(f.path == "medications.none" and f.value == "true" for f in found)
    readable = all(f.value is not None or left_blank(f.original) for f in said)
    return readable and (
        any(f.value is not None for f in said) or (group == "medications" and none)
    )


def _next_index(found: Sequence[Field], group: str) -> int:
    taken = [index_of(field.path) for field in found if field.group == group]
    return max((index for index in taken if index is not None), default=-1) + 1


def _values(fields: Iterable[Field]) -> Named:
    return {leaf_of(field.path): field.value for field in fields if field.value is not None}
