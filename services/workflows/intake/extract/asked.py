"""One question with the lines that answer it, and the findings they come to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.documents.pages import Word
from services.workflows.intake.extract import ticks
from services.workflows.intake.extract.cells import Cell, around, said, sure_of
from services.workflows.intake.extract.dictionary import Meaning
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.fields import Source
from services.workflows.intake.normal import doses

LISTS = ("allergies", "medications", "problems", "family", "immunizations", "ros", "surgeries")
FREE = (*(f"{name}.list" for name in LISTS), "visit.reason", "social.other")
RUN_TOGETHER = "It cannot be told where this answer ends."


@dataclass
class Open:
    """A question still being answered."""

    label: str
    meaning: Meaning
    cell: Cell
    words: list[list[Word]] = field(default_factory=list)
    label_words: tuple[Word, ...] = ()

    @property
    def is_list(self) -> bool:
        """Whether any number of lines may answer it."""
        return self.meaning.slot in FREE

    @property
    def text(self) -> str:
        """What was answered so far."""
        return _joined([said(line) for line in self.words])


def findings_of(asked: Open) -> list[Finding]:
    """What an answered question comes to; ticked boxes are read as the options they tick."""
    words = [word for line in asked.words for word in line]
    box = around(words) or around(asked.label_words)
    source = Source(label=asked.label.strip(" :"), box=box)
    sure = asked.meaning.sure * sure_of(words)
    slot, text = asked.meaning.slot, asked.text
    if not ticks.has_boxes(text):
        return [Finding(slot, text, source, sure)]
    return _ticked(slot, asked, source, sure)


def _ticked(slot: str, asked: Open, source: Source, sure: float) -> list[Finding]:
    if asked.is_list:
        return _ticked_entries(slot, asked, source, sure)
    options = ticks.options(asked.text)
    ticked = [option.text for option in options if option.ticked]
    if not options or len(ticked) > 1:
        return [Finding(slot, " / ".join(ticked) or asked.text, source, sure)]
    return [Finding(slot, "".join(ticked), source, sure)]


def _ticked_entries(slot: str, asked: Open, source: Source, sure: float) -> list[Finding]:
    found = []
    for line in asked.words:
        here = Source(label=source.label, box=around(line) or source.box)
        options = ticks.options(said(line))
        texts = [option.text for option in options if option.ticked]
        texts += [] if options or ticks.has_boxes(said(line)) else [said(line)]
        found += [Finding(slot, text, here, sure) for text in texts]
    return found


def run_together(asked: Open) -> Finding:
    """A question whose answer runs into the next one: a person reads it."""
    source = Source(label=asked.label.strip(" :"), box=asked.cell.box)
    return Finding(asked.meaning.slot, asked.text, source, fault=RUN_TOGETHER)


def sentence(words: list[Word]) -> list[Finding]:
    """A consent: a sentence somebody agrees to, with or without a box before it."""
    # A scan's "I" at the beginning of a sentence is often read as a stroke.
    text = re.sub(r"^\|\s", "I ", said(words))
    options = ticks.options(text)
    name = options[0].text if options else text
    if len(name.split()) < 4:
        return []
    answer = ("yes" if options[0].ticked else "no") if options else ""
    return [
        Finding("consent.sentence", answer, Source(label=name, box=around(words)), sure_of(words))
    ]


def continues_address(asked: Open, cell: Cell) -> bool:
    """Whether *cell* may be the next line of an address that has no ZIP code yet."""
    last = said(asked.words[-1])
    has_zip = any(part.isdigit() and len(part) == 5 for part in last.replace("-", " ").split()[1:])
    return not has_zip and len(asked.words) < 3 and cell.is_under(asked.cell)


def _joined(lines: Sequence[str]) -> str:
    """Lines as one text; a line that goes on in the middle of an entry is joined to it."""
    text = ""
    for line in lines:
        begins_inside = text.endswith((",", ":", "-", " and", " or")) or not (
            doses.medication_line(line).name
        )
        text = f"{text}{' ' if begins_inside else chr(10)}{line}" if text else line
    return text
