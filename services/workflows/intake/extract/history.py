"""What goes to the clinician as told: the reason for the visit, symptoms, habits, and the consents given."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from services.workflows.intake.extract import splitting
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.making import made, unread
from services.workflows.intake.fields import Field
from services.workflows.intake.normal import words

# What stands before each part of the story; the reason itself comes first and alone.
STORY = {"reason": "", "duration": "for ", "treated": "treated before: "}
SURGERIES = "past surgeries: "  # the chart's lists have no place for them; the clinician reads them
TOPICS = frozenset(
    ("tobacco", "alcohol", "drugs", "occupation", "exercise", "caffeine", "living", "access")
)
CONSENTS = frozenset(("privacy", "treatment", "payment"))
SIGNED = 0.7  # a signature under a sentence agrees to it; a person looks all the same
NOT_SIGNED = "The form is not signed."


def history(findings: Sequence[Finding], today: date) -> Iterator[Field]:
    """Every ``hpi``, ``ros``, ``social_history`` and ``consents`` field."""
    yield from _hpi(findings, today)
    yield from _ros(findings, today)
    yield from _social(findings, today)
    yield from _consents(findings, today)


def _hpi(findings: Sequence[Finding], today: date) -> Iterator[Field]:
    said = [f for f in findings if f.slot in _story_slots() and f.text.strip()]
    told = [f"{_before(f)}{f.text.strip()}" for f in sorted(said, key=_place)]
    if told:
        first = min(said, key=_place)
        yield made("hpi", replace(first, sure=min(f.sure for f in said)), today, "; ".join(told))


def _story_slots() -> list[str]:
    return [*(f"visit.{part}" for part in STORY), "surgeries.list"]


def _place(finding: Finding) -> int:
    return _story_slots().index(finding.slot)


def _before(finding: Finding) -> str:
    return SURGERIES if finding.context == "surgeries" else STORY[finding.part]


def _ros(findings: Sequence[Finding], today: date) -> Iterator[Field]:
    own = [f for f in findings if f.slot == "ros.list" and not words.nothing(f.text)]
    said = [(f, text) for f in own for text in _symptoms(f)]
    for index, (finding, text) in enumerate(said):
        yield made(f"ros[{index}]", finding, today, text)


def _symptoms(finding: Finding) -> list[str]:
    return [finding.text] if finding.whole else splitting.listed(finding.text)


def _social(findings: Sequence[Finding], today: date) -> Iterator[Field]:
    own = [f for f in findings if f.context == "social" and f.text.strip()]
    for index, finding in enumerate(own):
        topic = f"{finding.part.capitalize()}: " if finding.part in TOPICS else ""
        yield made(f"social_history[{index}]", finding, today, f"{topic}{finding.text.strip()}")


def _consents(findings: Sequence[Finding], today: date) -> Iterator[Field]:
    own = [f for f in findings if f.context == "consent"]
    signed = next((f for f in own if f.part == "signature"), None)
    given = [f for f in own if f.part in CONSENTS or f.part == "sentence"]
    for index, finding in enumerate(given):
        name = finding.part if finding.part in CONSENTS else finding.source.label
        yield made(f"consents[{index}].name", finding, today, name)
        yield _answer(f"consents[{index}].answer", finding, signed, today)


def _answer(path: str, finding: Finding, signed: Finding | None, today: date) -> Field:
    if finding.text.strip():
        return made(path, finding, today)
    if signed is None or not signed.text.strip():
        return unread(path, finding, NOT_SIGNED)
    return made(path, finding, today, "yes", SIGNED)
