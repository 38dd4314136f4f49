"""The insurances of a C-CDA: payer, member, group, who holds the policy, and for how long."""

from collections.abc import Iterator

from services.workflows.intake.extract.ccda_header import whole_name
from services.workflows.intake.extract.ccda_xml import (
    Element,
    Record,
    all_of,
    attribute,
    first,
    has_template,
)
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.fields import Source

POLICY = "61"
# HL7 CoverageRoleType: what the covered party is to the subscriber.
RELATIONS = {
    "SELF": "self", "SPSE": "spouse", "FAMDEP": "child", "CHILD": "child", "NCHILD": "child",
    "FSTUD": "child", "PSTUD": "child", "DEPEND": "other", "SPON": "other",
}  # fmt: skip
CONTEXTS = ("coverage", "coverage2")


def payers(record: Record, section: Element) -> Iterator[Finding]:
    """Every part of the first two policies."""
    policies = [act for act in all_of(section, ".//act") if has_template(act, POLICY)]
    for context, policy in zip(CONTEXTS, policies, strict=False):
        for part, text in _parts(record, policy):
            if text:
                yield Finding(f"{context}.{part}", text, Source())


def _parts(record: Record, policy: Element) -> Iterator[tuple[str, str]]:
    payer = next(iter(all_of(policy, "performer/assignedEntity")), None)
    covered, holder = _party(policy, "COV"), _party(policy, "HLD")
    yield "payer", record.text(first(payer, "representedOrganization", "name"))
    yield "member_id", attribute(first(covered, "participantRole"), "id", "extension")
    yield "group", attribute(policy, "id", "extension")
    name = first(holder, "participantRole", "playingEntity", "name")
    yield "subscriber", whole_name(record, name) if name is not None else ""
    yield "relation", RELATIONS.get(attribute(covered, "participantRole", "code", "code"), "")
    yield "start", _day(attribute(covered, "time", "low", "value"))
    yield "end", _day(attribute(covered, "time", "high", "value"))


def _party(policy: Element, kind: str) -> Element | None:
    return next((p for p in all_of(policy, "participant") if p.get("typeCode") == kind), None)


def _day(value: str) -> str:
    return f"{value[:4]}-{value[4:6]}-{value[6:8]}" if len(value) >= 8 else ""
