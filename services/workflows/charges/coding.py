"""The codes of a visit as they stand: what each rests on, how the level was reached, who changed what."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from uuid import uuid4

from pydantic import TypeAdapter

from services.errors import Invalid


class Kind(StrEnum):
    """What a code is for."""

    VISIT = "visit"
    PROCEDURE = "procedure"
    DIAGNOSIS = "diagnosis"


CHARGED = (Kind.VISIT, Kind.PROCEDURE)
MOST_POINTERS = 4  # diagnoses of one line, as on a claim


@dataclass(frozen=True)
class Support:
    """One sentence of the signed note, and where it stands: the section's title, counted from 1."""

    section: str
    place: int
    text: str = field(repr=False)


@dataclass(frozen=True)
class CodeLine:
    """One code. ``words`` are ours, or ICD-10-CM's own; ``check`` says what to look at.

    ``pointers`` are ids of diagnosis lines, the main one first. ``by`` is ``rules`` or ``person``,
    who gave ``reason``.
    """

    kind: Kind
    code: str = field(repr=False)
    words: str = field(repr=False)
    support: tuple[Support, ...] = field(default=(), repr=False)
    check: str = ""
    modifiers: tuple[str, ...] = ()
    units: int = 1
    pointers: tuple[str, ...] = ()
    by: str = "rules"
    reason: str = field(default="", repr=False)
    removed: bool = False
    id: str = field(default_factory=lambda: uuid4().hex[:8])


@dataclass(frozen=True)
class Column:
    """One of the three columns of decision making: what counted, and the level it gives."""

    name: str
    level: str
    items: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Arithmetic:
    """How the level was reached. ``sums`` are the sentences below the columns, ``missing`` what the
    note does not say, ``above`` why a higher level is not supported.
    """

    columns: tuple[Column, ...]
    patient: str
    sums: tuple[str, ...] = field(repr=False)
    missing: tuple[str, ...] = field(repr=False)
    above: str = field(default="", repr=False)
    by: str = "decision"


@dataclass(frozen=True)
class Coding:
    """All codes of one visit and the arithmetic behind its level; ``None`` where none is suggested."""

    lines: tuple[CodeLine, ...] = ()
    arithmetic: Arithmetic | None = None
    missing: tuple[str, ...] = field(default=(), repr=False)

    def line(self, id: str) -> CodeLine:
        """The line called *id*. Raises ``Invalid`` without one."""
        found = next((line for line in self.lines if line.id == id), None)
        if found is None:
            raise Invalid("This code is not among the suggestions any more. Please look again.")
        return found

    def with_line(self, line: CodeLine) -> "Coding":
        """The same with *line* in its place, or behind the others."""
        known = [one.id for one in self.lines]
        if line.id not in known:
            return replace(self, lines=(*self.lines, line))
        return replace(self, lines=tuple(line if o.id == line.id else o for o in self.lines))

    def charged(self) -> tuple[CodeLine, ...]:
        """Visits and procedures that stand."""
        return tuple(one for one in self.lines if one.kind in CHARGED and not one.removed)

    def diagnoses(self) -> tuple[CodeLine, ...]:
        """Diagnoses that stand, in their order."""
        return tuple(o for o in self.lines if o.kind is Kind.DIAGNOSIS and not o.removed)

    def pointed(self, line: CodeLine) -> tuple[str, ...]:
        """The codes of the diagnoses that *line* is for; those removed are left out."""
        codes = {one.id: one.code for one in self.diagnoses()}
        return tuple(codes[id] for id in line.pointers if id in codes)[:MOST_POINTERS]

    @property
    def suggested(self) -> frozenset[tuple[str, str]]:
        """What the rules found, whatever a person made of it."""
        return frozenset((o.kind, o.code) for o in self.lines if o.by == "rules")

    @property
    def digest(self) -> str:
        """Which codes these are."""
        return sha256(_CODING.dump_json(self)).hexdigest()[:16]

    def to_json(self) -> str:
        """As text to be sealed."""
        return _CODING.dump_json(self).decode()


def read(text: str) -> Coding:
    """A coding kept earlier; none for nothing."""
    return _CODING.validate_json(text) if text else Coding()


def made_anew(old: Coding, fresh: Coding) -> Coding:
    """*fresh* suggestions with what a person decided before: own codes stay, removed ones stay out."""
    gone = {(o.kind, o.code) for o in old.lines if o.removed}
    lines = tuple(replace(o, removed=(o.kind, o.code) in gone) for o in fresh.lines)
    merged = replace(fresh, lines=lines)
    for own in _own_of(old, fresh):
        merged = merged.with_line(replace(own, pointers=tuple(_repointed(own, old, merged))))
    return merged


def _own_of(old: Coding, fresh: Coding) -> Iterator[CodeLine]:
    found = {(o.kind, o.code) for o in fresh.lines}
    own = [o for o in old.lines if o.by == "person" and (o.kind, o.code) not in found]
    yield from sorted(own, key=lambda one: one.kind is not Kind.DIAGNOSIS)


def _repointed(line: CodeLine, old: Coding, fresh: Coding) -> Iterator[str]:
    now = {one.code: one.id for one in fresh.lines if one.kind is Kind.DIAGNOSIS}
    yield from (now[code] for code in old.pointed(line) if code in now)


_CODING: TypeAdapter[Coding] = TypeAdapter(Coding)
