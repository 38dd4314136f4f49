"""Whose form this is: exactly one chart, a probable one with reasons, or none; never silently."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rapidfuzz.distance import DamerauLevenshtein

from services.ehr.ports import PatientRecord
from services.workflows.intake.fields import Field
from services.workflows.intake.normal.names import alike
from services.workflows.intake.normal.text import folded

_NICKNAMES = Path(__file__).parent / "normal" / "nicknames.toml"
_NOBODY = "No chart has this name and date of birth."
_SEVERAL = "More than one chart fits this form."
_INCOMPLETE = "The form does not give last name, first name and date of birth."
PARTS = ("last name", "first name", "date of birth")
_RETIRED = "The chart that fits is merged or not active any more."


@dataclass(frozen=True)
class Candidate:
    """A chart that may be meant, and why: what agrees first, then what does not, as sentences."""

    record: PatientRecord
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """Whose form it is. ``kind`` is ``exact``, ``probable`` or ``none``.

    ``patient_ref`` is empty where no one chart stands out; ``reasons`` are sentences without
    patient data; ``candidates`` are the charts that may be meant, likeliest first.
    """

    kind: str
    patient_ref: str
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class _Person:
    family: str = field(repr=False)
    given: str = field(repr=False)
    middle: str = field(repr=False)
    born: str = field(repr=False)


@dataclass(frozen=True)
class _Likeness:
    record: PatientRecord
    score: int
    reasons: tuple[str, ...]
    agrees: str

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.record, tuple(text for text in (self.agrees, *self.reasons) if text))


def match(found: Sequence[Field], candidates: Sequence[PatientRecord]) -> Match:
    """The chart among *candidates* that the form belongs to.

    Exact means that last name, first name and date of birth agree, formatting aside, with one
    chart and no other. Anything less is probable, with its reasons, for a person to confirm.
    """
    person = _person(found)
    exact = [one for one in candidates if _is_same(person, one)]
    standing = [one for one in exact if one.active and not one.replaced_by]
    if len(standing) == 1:
        return Match("exact", standing[0].ref, (), _whole(standing))
    if exact:
        return _not_exact(standing or exact, bool(standing))
    return _probable(person, candidates)


def _person(found: Sequence[Field]) -> _Person:
    said = {one.path.rpartition(".")[2]: one.value or "" for one in found if _is_own(one)}
    return _Person(
        said.get("last_name", ""), said.get("first_name", ""), said.get("middle", ""),
        said.get("dob", ""),
    )  # fmt: skip


def _is_own(one: Field) -> bool:
    return one.group == "demographics"


def _is_same(person: _Person, record: PatientRecord) -> bool:
    named = bool(person.family and person.given and person.born)
    same = alike(person.family, record.family) and _same_given(person, record.given)
    return named and same and person.born == record.birth_date


def _same_given(person: _Person, given: str) -> bool:
    """Whether the first names agree, and the middle names as far as both have one."""
    whole = f"{person.given} {person.middle}"
    if alike(person.given, given) or alike(whole, given):
        return True
    ours, theirs = folded(whole).split(), folded(given).split()
    if not theirs or ours[:1] != theirs[:1]:
        return False
    rest = list(zip(ours[1:], theirs[1:], strict=False))
    return all(a == b or (1 in (len(a), len(b)) and a[0] == b[0]) for a, b in rest)


def _not_exact(records: Sequence[PatientRecord], standing: bool) -> Match:
    reason = _SEVERAL if standing else _RETIRED
    ref = records[0].ref if len(records) == 1 else ""
    return Match("probable", ref, (reason,), _whole(records))


def _whole(records: Sequence[PatientRecord]) -> tuple[Candidate, ...]:
    """Charts with which everything agrees; those that are in use first."""
    ranked = sorted(records, key=_is_retired)
    return tuple(Candidate(r, (_agree(PARTS), *_retired(r))) for r in ranked)


def _agree(names: Sequence[str]) -> str:
    if len(names) < 2:
        return f"The {names[0]} agrees." if names else ""
    told = f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{told[0].upper()}{told[1:]} agree."


def _is_retired(record: PatientRecord) -> bool:
    return bool(record.replaced_by) or not record.active


def _retired(record: PatientRecord) -> tuple[str, ...]:
    return (_RETIRED,) if _is_retired(record) else ()


def _probable(person: _Person, candidates: Sequence[PatientRecord]) -> Match:
    judged = [one for record in candidates if (one := _likeness(person, record))]
    judged.sort(key=lambda one: -one.score)
    if not judged:
        named = person.family and person.given and person.born
        return Match("none", "", (_NOBODY if named else _INCOMPLETE,))
    likely = tuple(one.candidate for one in judged)
    if len(judged) > 1 and judged[0].score == judged[1].score:
        return Match("probable", "", (_SEVERAL, *judged[0].reasons), likely)
    return Match("probable", judged[0].record.ref, judged[0].reasons, likely)


def _likeness(person: _Person, record: PatientRecord) -> _Likeness | None:
    """How the form is like one chart; ``None`` if not even two of the three agree or nearly do."""
    parts = (_family(person, record), _given(person, record), _born(person, record))
    score = sum(points for points, _ in parts)
    reasons = tuple(reason for _, reason in parts if reason)
    if score < 4 or sum(points == 2 for points, _ in parts) < 1:
        return None
    retired = _retired(record)
    agrees = _agree([name for name, (points, _) in zip(PARTS, parts, strict=True) if points == 2])
    return _Likeness(record, score - len(retired), (*reasons, *retired), agrees)


def _family(person: _Person, record: PatientRecord) -> tuple[int, str]:
    if not person.family:
        return 0, "The form gives no last name."
    if alike(person.family, record.family):
        return 2, ""
    if _one_off(person.family, record.family):
        return 1, "The last name differs by one letter."
    if set(folded(person.family).split()) & set(folded(record.family).split()):
        return 1, "The last name agrees in part."
    return 0, "The last name differs."


def _given(person: _Person, record: PatientRecord) -> tuple[int, str]:
    first, charted = folded(person.given).split()[:1], folded(record.given).split()[:1]
    if not first:
        return 0, "The form gives no first name."
    if _same_given(person, record.given):
        return 2, ""
    if first == charted:
        return 1, "The middle name differs."
    if charted and _short_forms(first[0]) & _short_forms(charted[0]):
        return 1, "The first name may be a short form."
    if charted and _one_off(first[0], charted[0]):
        return 1, "The first name differs by one letter."
    return 0, "The first name differs; this may be a twin or another member of the family."


def _born(person: _Person, record: PatientRecord) -> tuple[int, str]:
    if not person.born:
        return 0, "The form gives no date of birth."
    if person.born == record.birth_date:
        return 2, ""
    year, _, rest = person.born.partition("-")
    month, _, day = rest.partition("-")
    if record.birth_date == f"{year}-{day}-{month}":
        return 1, "Day and month of the birth date are transposed."
    if len(person.born) == len(record.birth_date) and _one_off(person.born, record.birth_date):
        return 1, "The date of birth differs by one digit."
    return 0, "The date of birth differs."


def _one_off(one: str, other: str) -> bool:
    return DamerauLevenshtein.distance(folded(one), folded(other), score_cutoff=1) == 1


def _short_forms(name: str) -> frozenset[str]:
    return _nicknames().get(name, frozenset()) | {name}


@cache
def _nicknames() -> dict[str, frozenset[str]]:
    """Each name and the groups of names it belongs to, as the groups' full names."""
    groups = tomllib.loads(_NICKNAMES.read_text(encoding="utf-8"))
    found: dict[str, frozenset[str]] = {}
    for full, short in groups.items():
        for name in (full, *short):
            found[name] = found.get(name, frozenset()) | {full}
    return found
