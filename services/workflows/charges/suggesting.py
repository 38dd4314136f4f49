"""What a signed note supports: the level with its arithmetic, procedures and diagnoses, each with its sentences."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from services.codes.diagnoses import find_diagnosis
from services.notes.coding import (
    DiagnosisSuggestion,
    EmSuggestion,
    Gathered,
    Level,
    ProcedureSuggestion,
    diagnoses,
    gather,
    procedures,
    suggest,
)
from services.notes.coding.diagnoses import tables
from services.notes.coding.evidence import (
    RISKS,
    Risk,
    Shown,
    weigh_data,
    weigh_problems,
    weigh_risk,
)
from services.notes.coding.levels import ESTABLISHED, NEW, PROLONGED
from services.notes.words.findings import mentions
from services.workflows.charges.coding import (
    MOST_POINTERS,
    Arithmetic,
    CodeLine,
    Coding,
    Column,
    Kind,
)
from services.workflows.charges.signed_words import Signed, minutes_in

NO_PROBLEM = "The assessment names no problem that was addressed, so no level is suggested."
ONLY_ONE = "The note has one diagnosis, so it is taken to be for that."
UNSAID = "The note does not say which diagnosis it was for: choose it."
MEDICARE = "Medicare takes G2212 instead, with other minutes."


def suggestions(signed: Signed, last_seen: date | None) -> Coding:
    """Every code that the note supports; *last_seen* is the visit before, within three years."""
    found = tuple(_diagnosis(one, signed) for one in diagnoses(signed.sections))
    gathered = gather(signed.sections)
    timed, new = minutes_in(signed), last_seen is None
    unread = tuple(f"The section “{title}” is not one we read." for title in signed.unread)
    done = _procedures(signed, found)
    if not gathered.problems and timed is None:
        return Coding((*done, *found), None, (*gathered.missing, NO_PROBLEM, *unread))
    level = suggest(gathered, new=new, minutes=timed[0] if timed else None)
    visit = _visits(level, gathered, signed, found, new, timed[1] if timed else "")
    arithmetic = _arithmetic(level, gathered, last_seen)
    return Coding((*visit, *done, *found), arithmetic, (*level.missing, *unread))


def visit_words(code: str) -> str:
    """What an office visit's code means, in our words; empty for any other code."""
    for codes, who in ((NEW, "new"), (ESTABLISHED, "known")):
        for level, (number, _) in codes.items():
            if number == code:
                return f"Office visit of a {who} patient, {level.name.lower()} decisions"
    return "Each further quarter of an hour of a long visit" if code == PROLONGED else ""


def _visits(
    level: EmSuggestion, gathered: Gathered, signed: Signed, found: Sequence[CodeLine], new: bool,
    timed: str,
) -> Iterator[CodeLine]:  # fmt: skip
    counted = [timed] if level.by == "time" else _sentences(gathered)
    pointers = tuple(one.id for one in found[:MOST_POINTERS])
    support = tuple(signed.support(text) for text in counted)
    yield CodeLine(Kind.VISIT, level.code, visit_words(level.code), support, pointers=pointers)
    if level.prolonged:
        yield CodeLine(
            Kind.VISIT, PROLONGED, visit_words(PROLONGED), (signed.support(timed),), MEDICARE,
            units=level.prolonged, pointers=pointers,
        )  # fmt: skip


def _sentences(gathered: Gathered) -> list[str]:
    """The sentences behind all three columns, each once."""
    counted = (*gathered.problems, *gathered.data, *_highest(gathered.risks))
    return list(dict.fromkeys(one.sentence for one in counted if one.sentence))


def _highest(risks: Sequence[Shown]) -> list[Shown]:
    """Of risks only the highest one counts."""
    return sorted(risks, key=lambda one: -RISKS[Risk(one.kind)])[:1]


def _diagnosis(one: DiagnosisSuggestion, signed: Signed) -> CodeLine:
    known = find_diagnosis(one.code)
    words = known.name if known else one.name
    return CodeLine(Kind.DIAGNOSIS, one.code, words, (signed.support(one.sentence),), one.note)


def _procedures(signed: Signed, found: Sequence[CodeLine]) -> tuple[CodeLine, ...]:
    """Procedures that were done; a drug is for what the procedure of the same sentence is for."""
    lines: dict[str, CodeLine] = {}
    pointers: dict[str, tuple[str, ...]] = {}
    for one in procedures(signed.sections):
        line = _procedure(one, signed, found, pointers.get(one.sentence, ()))
        pointers.setdefault(one.sentence, line.pointers)
        lines[one.code] = line
    return tuple(lines.values())


def _procedure(
    one: ProcedureSuggestion, signed: Signed, found: Sequence[CodeLine], beside: tuple[str, ...]
) -> CodeLine:
    meant = beside or tuple(d.id for d in found if _is_for(one, d))[:MOST_POINTERS]
    check = one.check
    if not meant:
        is_alone = len(found) == 1 and _usual(one) is None
        check = f"{check} {ONLY_ONE if is_alone else UNSAID}"
        meant = tuple(d.id for d in found) if is_alone else ()
    support = (signed.support(one.sentence),)
    return CodeLine(Kind.PROCEDURE, one.code, one.words, support, check, pointers=meant)


def _is_for(one: ProcedureSuggestion, diagnosis: CodeLine) -> bool:
    """Whether such a procedure is for that problem, or its own sentence names what that rests on."""
    named = {m.name for m in mentions(one.sentence)} | set(_usual(one) or ())
    return any(m.name in named for s in diagnosis.support for m in mentions(s.text))


def _usual(one: ProcedureSuggestion) -> Sequence[str] | None:
    """The problems that such a procedure is for; ``None`` where our table does not say."""
    by_code: dict[str, Sequence[str] | None] = {
        row["code"]: row.get("for") for row in tables()["procedure"]
    }
    return by_code.get(one.code)


def _arithmetic(level: EmSuggestion, gathered: Gathered, last_seen: date | None) -> Arithmetic:
    columns = (
        Column("Problems", *_column(weigh_problems(gathered.problems).level, gathered.problems)),
        Column("Data", *_column(weigh_data(gathered.data).level, gathered.data)),
        Column("Risk", *_column(weigh_risk(gathered.risks).level, _highest(gathered.risks))),
    )
    patient = (
        f"Known patient: last seen here on {last_seen:%B} {last_seen.day}, {last_seen.year}."
        if last_seen
        else "New patient: eCW shows no visit here in the three years before."
    )
    return Arithmetic(
        columns, patient, level.arithmetic[3:], level.missing, _above(level, columns), level.by
    )


def _column(level: Level, counted: Iterable[Shown]) -> tuple[str, tuple[str, ...]]:
    items = dict.fromkeys(f"{one.name}: {one.kind}" for one in counted)
    return level.name.lower(), tuple(items)


def _above(level: EmSuggestion, columns: Sequence[Column]) -> str:
    """Why the next level is not supported: what the note documents, and nothing to be added."""
    if level.level is Level.HIGH:
        return ""
    needed = Level(level.level + 1).name.lower()
    shown = ", ".join(f"{one.name.lower()} {one.level}" for one in columns)
    return (
        f"A higher level is not supported: two of three columns would have to be {needed}, and the "
        f"note documents {shown}."
    )
