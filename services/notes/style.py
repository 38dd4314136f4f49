"""How a clinician likes their notes: told to an engine as data, and done by rules where rules can."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from services.notes import local
from services.notes.draft import Draft, Section, Sentence
from services.notes.sections import TITLES, SectionKey

LONGEST = 300  # characters of wishes in one's own words
POINT = "- "


class PlanShape(StrEnum):
    """How the plan is written; without a wish as the engine drafts it."""

    AS_DRAFTED = ""
    POINTS = "points"
    SENTENCES = "sentences"


ASKED: Mapping[PlanShape, str] = {
    PlanShape.POINTS: "Plan: short points, one thing a line.",
    PlanShape.SENTENCES: "Plan: full sentences.",
}


@dataclass(frozen=True)
class Style:
    """One clinician's preferences. *words* are theirs, on style alone."""

    plan: PlanShape = PlanShape.AS_DRAFTED
    wanted: tuple[SectionKey, ...] = tuple(SectionKey)
    words: str = field(default="", repr=False)

    @property
    def wishes(self) -> str:
        """What an engine is told; empty where nothing is wished."""
        left_out = [key for key in SectionKey if key not in self.wanted]
        said = (
            ASKED.get(self.plan, ""),
            f"Sections not wanted: {', '.join(left_out)}." if left_out else "",
            " ".join(self.words.split()),
        )
        return " ".join(filter(None, said))


AS_IT_COMES = Style()


def styled(draft: Draft, style: Style) -> Draft:
    """*draft* as far as rules can bring it into *style*; its note tells what was left out or not done.

    Every sentence keeps its place in its section, so that findings of a checker still fit.
    """
    kept = tuple(s for s in draft.sections if s.key in style.wanted)
    said = " ".join(filter(None, (draft.note, *_told(draft, style))))
    return replace(draft, sections=tuple(_shaped(one, style) for one in kept), note=said)


def _shaped(section: Section, style: Style) -> Section:
    if section.key is not SectionKey.PLAN or style.plan is not PlanShape.POINTS:
        return section
    return replace(section, sentences=tuple(_point(one) for one in section.sentences))


def _point(sentence: Sentence) -> Sentence:
    return replace(sentence, text=f"{POINT}{sentence.text.lstrip('-•* ')}")


def _told(draft: Draft, style: Style) -> Iterator[str]:
    dropped = [TITLES[one.key] for one in draft.sections if one.key not in style.wanted]
    if dropped:
        yield f"Left out as you prefer: {', '.join(dropped)}."
    undone = (
        "full sentences in the plan" * (style.plan is PlanShape.SENTENCES),
        "what you wrote in your own words" * bool(style.words),
    )
    if draft.engine == local.ENGINE and any(undone):
        yield f"Rules cannot follow your preferences on {' or '.join(filter(None, undone))}."
