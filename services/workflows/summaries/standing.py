"""The summary as it stands: parts of lines, what each rests on, and what a person decided about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import cast

from pydantic import TypeAdapter

from db.practices import Practices
from db.visit_summaries import VisitSummary
from services.desk import Desk
from services.errors import Invalid
from services.notes.lines import Line, unsettled
from services.notes.summary import readability
from services.notes.summary.asking import SECTIONS, Written
from services.notes.summary.writing import Language, tables
from services.options import PracticeOptions

LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Spanish"}
OTHERWISE: Language = "en"
LONGEST = 4_000  # characters of a message in healow
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


@dataclass(frozen=True)
class Part:
    """One titled part of the summary and its lines, in order."""

    name: str
    title: str
    lines: tuple[Line, ...] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        """The part without its title: one sentence a line."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True)
class SummaryText:
    """The whole summary as it stands, with the practice's fixed words around it."""

    language: Language
    grade: int
    opening: str
    parts: tuple[Part, ...]
    closing: tuple[str, ...]

    def part(self, name: str) -> Part:
        """The part called *name*, empty where the summary has none."""
        empty = Part(name, title_of(name, self.language))
        return next((part for part in self.parts if part.name == name), empty)

    def with_part(self, part: Part) -> "SummaryText":
        """The summary with *part* in its place; a part without lines is left out."""
        known = {one.name: one for one in self.parts} | {part.name: part}
        kept = (known[name] for name in SECTIONS if name in known and known[name].lines)
        return replace(self, parts=tuple(kept))

    @property
    def text(self) -> str:
        """All of it, as the patient reads it."""
        said = (
            f"{p.title}\n" + "\n".join(f"- {line.text}" for line in p.lines) for p in self.parts
        )
        return "\n\n".join((self.opening, *said, "\n".join(self.closing)))

    @property
    def digest(self) -> str:
        """Which words these are: what the provider read must be what leaves."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def unsettled(self) -> int:
        """How many sentences a person must still decide about."""
        return sum(1 for _ in unsettled(self.parts))

    @property
    def level(self) -> float | None:
        """The school grade it reads at; ``None`` where the formula does not hold or nothing is said."""
        spoken = "\n".join(part.text for part in self.parts)
        # Flesch and Kincaid counted English: in Spanish the figure would say nothing.
        return readability(spoken).grade if spoken and self.language == "en" else None

    @property
    def is_harder(self) -> bool:
        """Whether it is harder to read than the grade it is for."""
        return self.level is not None and self.level > self.grade

    def to_json(self) -> str:
        """The summary as text to be sealed; ``read`` gives it back unchanged."""
        return _TEXT.dump_json(self).decode()


def read(text: str) -> SummaryText:
    """A summary kept earlier. Raises ``ValueError`` if *text* is none."""
    return _TEXT.validate_json(text)


def language_of(wanted: str) -> Language:
    """The language we write in where *wanted* (BCP 47) is a person's choice or the chart's."""
    wanted = wanted.lower().partition("-")[0]
    return cast(Language, wanted) if wanted in LANGUAGES else OTHERWISE


def grade_of(summary: VisitSummary, options: PracticeOptions) -> int:
    """The school grade it is written for: as a person chose, else the practice's own."""
    return summary.grade or options.summary_grade


def frame(desk: Desk, summary: VisitSummary) -> SummaryText:
    """A summary of *summary* without a word about the visit yet."""
    language, options = language_of(summary.language or summary.spoken), desk.options
    said = tables()["phrases"][language]
    name = options.signature or Practices(desk.session).get(desk.practice_id).name
    closing = (said["emergency"], said["questions"], said["language"], name, options.phone)
    opening = f"{said['opening']}\n{_day(summary.visit_at.astimezone(options.zone), language)}"
    grade = grade_of(summary, options)
    return SummaryText(language, grade, opening, (), tuple(filter(None, closing)))


def of_written(blank: SummaryText, written: Written) -> SummaryText:
    """What an engine wrote in the practice's *blank* frame."""
    parts = tuple(
        Part(
            name,
            title_of(name, blank.language),
            tuple(Line(one.text, one.sources, one.doubts) for one in told),
        )
        for name, told in written.parts
    )
    # A model translates what the clinician wrote; rules leave it in English and say so.
    said_so = tables()["phrases"][blank.language]["language"]
    by_rules = written.engine == "local"
    closing = blank.closing if by_rules else tuple(c for c in blank.closing if c != said_so)
    return replace(blank, parts=parts, closing=closing)


def title_of(name: str, language: Language) -> str:
    """The title of a part. Raises ``Invalid`` for one that no summary has."""
    titles: Mapping[str, str] = tables()["titles"][language]
    if name not in titles:
        raise Invalid("A summary has no such part.")
    return titles[name]


def _day(local: datetime, language: Language) -> str:
    if language == "es":
        return f"Su consulta fue el {local.day} de {MONTHS[local.month - 1]} de {local.year}."
    return f"You were here on {local:%B} {local.day}, {local.year}."


_TEXT: TypeAdapter[SummaryText] = TypeAdapter(SummaryText)
