"""What a form says of insurance: the first and the second, each with its subscriber."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.making import made, unread
from services.workflows.intake.fields import Field
from services.workflows.intake.normal import words

PARTS = {
    "payer": "payer", "plan": "plan", "member_id": "member_id", "group": "group",
    "subscriber": "subscriber", "start": "start", "end": "end",
}  # fmt: skip
BOTH = ("coverage", "coverage2")
INVERSE = {"parent": "child", "child": "parent"}
# "Relationship: Child" alone does not say who is whose child.
WHOSE = "The form does not say who is whose parent."
TO_HOLDER = re.compile(r"insured|subscriber|holder|policy|member", re.I)
TO_PATIENT = re.compile(r"to\s+(?:the\s+)?patient|with\s+(?:the\s+)?patient", re.I)
UNINSURED = re.compile(r"self.?pay|no insurance|without insurance|uninsured|cash", re.I)


def insurance(findings: Sequence[Finding], today: date) -> Iterator[Field]:
    """Every ``coverage`` field; a second insurance alone on the form is ``coverage[0]``."""
    spoken_of = [name for name in BOTH if any(_is_answered(f, name) for f in findings)]
    for index, context in enumerate(spoken_of or BOTH[:1]):
        yield from _one(findings, context, index, today)


def _is_answered(finding: Finding, context: str) -> bool:
    holder = context.replace("coverage", "subscriber")
    told = finding.text.strip() and not words.nothing(finding.text)
    return finding.context in (context, holder) and bool(told)


def _one(findings: Sequence[Finding], context: str, index: int, today: date) -> Iterator[Field]:
    own = [f for f in findings if f.context == context]
    for finding in own:
        path = f"coverage[{index}].{PARTS.get(finding.part, '')}"
        if finding.part == "payer" and UNINSURED.search(finding.text):
            yield unread(path, finding, "The form says there is no insurance.")
        elif finding.part in PARTS:
            yield made(path, finding, today)
        elif finding.part == "relation":
            yield _relationship(index, finding, today)
    yield from _holder(findings, context.replace("coverage", "subscriber"), index, today)


def _holder(findings: Sequence[Finding], context: str, index: int, today: date) -> Iterator[Field]:
    path = f"coverage[{index}].subscriber"
    parts = {f.part: f for f in findings if f.context == context and f.text.strip()}
    for finding in findings:
        if finding.slot == f"{context}.name":
            yield made(path, finding, today)
        elif finding.slot == f"{context}.relation":
            yield _relationship(index, finding, today)
    if "first" in parts and "last" in parts:
        whole = " ".join(parts[part].text for part in ("first", "middle", "last") if part in parts)
        yield made(path, parts["first"], today, whole)


def _relationship(index: int, finding: Finding, today: date) -> Field:
    """What the patient is to the subscriber, whichever way round the form asks."""
    path, label = f"coverage[{index}].relationship", finding.source.label
    plain = made(path, finding, today)
    if plain.value not in INVERSE or TO_HOLDER.search(_tail(label)):
        return plain
    other = INVERSE[plain.value]
    if TO_PATIENT.search(label):
        return made(path, finding, today, other)
    return unread(path, finding, WHOSE, (plain.value, other))


def _tail(label: str) -> str:
    """What stands behind "relationship": to whom it is."""
    return re.split(r"relation(?:ship)?", label, maxsplit=1, flags=re.I)[-1]
