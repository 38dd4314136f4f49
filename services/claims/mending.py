"""Mending a denied claim: the few fields a remark can name, changed by a person and looked at again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from db.claims import Claim
from services.claims import scrubbing
from services.claims.billed import content_of
from services.claims.sending import NEVER_SEEN
from services.codes.billing import is_npi
from services.desk import Desk
from services.ehr.x12 import claim as x12
from services.ehr.x12.claim_writer import corrected
from services.ehr.x12.rows import Named, Reference
from services.errors import Invalid
from services.scrub import Finding, scrub

MEMBER, AUTHORIZATION, REFERRING, REFERRER, RENDERING, ATTENDING = (
    "member_id", "authorization", "referring_npi", "referring_name", "rendering_npi",
    "attending_npi",
)  # fmt: skip
LABELS = {
    MEMBER: "Member ID",
    AUTHORIZATION: "Prior authorization number",
    REFERRING: "Referring provider's NPI",
    REFERRER: "Referring provider's name (Last, First)",
    RENDERING: "Rendering provider's NPI",
    ATTENDING: "Attending provider's NPI",
}
# Which field a remark names: the words of the RARC list, by its code.
NAMED_BY = {
    "N286": REFERRING, "N285": REFERRER, "N575": REFERRER, "N382": MEMBER, "MA27": MEMBER,
    "N290": RENDERING, "N253": ATTENDING, "M62": AUTHORIZATION, "N54": AUTHORIZATION, "N519": "modifiers",
    "N822": "modifiers", "M78": "modifiers", "M76": "pointers", "M64": "pointers",
    "MA63": "pointers",
}  # fmt: skip
ROLE_OF = {REFERRING: "DN", RENDERING: "82", ATTENDING: "71"}
_LINE = re.compile(r"line(\d{1,2})_(modifiers|pointers)")
_PLAIN = re.compile(r"[A-Za-z0-9 .,'/-]{1,50}")
_MOST_MODIFIERS, _MOST_POINTERS = 4, 4
Changes = Mapping[str, str]


@dataclass(frozen=True)
class Editable:
    """One field that may be changed. ``named`` says that the payer's remark names it."""

    path: str
    label: str
    value: str = field(repr=False)
    named: bool = False


def editable(desk: Desk, claim: Claim, remarks: Sequence[str]) -> tuple[Editable, ...]:
    """The fields of *claim* that may be changed, those that *remarks* name first."""
    billed = content_of(desk, claim)
    if billed is None:
        return ()
    kinds = {NAMED_BY[remark] for remark in remarks if remark in NAMED_BY}
    if REFERRING in kinds:
        kinds.add(REFERRER)  # a provider who was not named at all needs both
    found = [
        Editable(path, label, value, named=bool(kinds & {path, path.partition("_")[2]}))
        for path, label, value in _fields(billed)
    ]
    return tuple(sorted(found, key=lambda one: not one.named))


def mended(desk: Desk, claim: Claim, changes: Changes) -> tuple[x12.Claim, tuple[Finding, ...]]:
    """The replacement of *claim* with *changes*, and what the rules find on it.

    Raises ``Invalid`` where it cannot be written, nothing was changed, or a value has no sense.
    """
    billed = content_of(desk, claim)
    if billed is None:
        raise Invalid(NEVER_SEEN)
    control = desk.vault.read(claim, "payer_control").text
    before = {path: value for path, _, value in _fields(billed)}
    real = {path: value.strip() for path, value in changes.items() if path in before}
    real = {path: value for path, value in real.items() if value != before[path]}
    if not real:
        raise Invalid("Nothing is different from the claim the payer has. Please correct a field.")
    for path, value in sorted(real.items()):
        billed = _changed(billed, path, value)
    referring = billed.party("DN")
    if referring and not (referring.name.last and referring.name.npi):
        raise Invalid("A referring provider needs both a name and an NPI.")
    new = corrected(billed, control)
    return new, tuple(scrub(new, scrubbing.context_of(desk, claim, new)))


def _fields(billed: x12.Claim) -> Iterator[tuple[str, str, str]]:
    referring, rendering = billed.party("DN") or billed.party("P3"), billed.party("82")
    by_path = {
        MEMBER: billed.coverage.member_id,
        AUTHORIZATION: billed.prior_authorization,
        REFERRING: referring.name.npi if referring else "",
        REFERRER: _full_name(referring),
        RENDERING: rendering.name.npi if rendering else "",
    }
    attending = billed.party("71")
    if attending:  # of an institutional claim, where lines do not point to diagnoses
        by_path[ATTENDING] = attending.name.npi
    yield from ((path, LABELS[path], value) for path, value in by_path.items())
    for number, line in enumerate(billed.lines, start=1):
        told = f"Line {number} ({line.procedure})"
        yield f"line{number}_modifiers", f"{told}: modifiers", " ".join(line.modifiers)
        if billed.kind == x12.INSTITUTIONAL:
            continue
        yield f"line{number}_pointers", f"{told}: diagnoses", " ".join(map(str, line.pointers))


def _full_name(party: x12.Party | None) -> str:
    return ", ".join(part for part in (party.name.last, party.name.first) if part) if party else ""


def _changed(billed: x12.Claim, path: str, value: str) -> x12.Claim:
    if value and not _PLAIN.fullmatch(value):
        raise Invalid("A field has a character that claims do not have, or it is too long.")
    if line := _LINE.fullmatch(path):
        return _with_line(billed, int(line[1]), line[2], value)
    match path:
        case "member_id":
            return _with_member(billed, value)
        case "authorization":
            others = tuple(r for r in billed.references if r.qualifier != "G1")
            mine = (Reference("G1", value),) if value else ()
            return replace(billed, references=(*others, *mine))
        case "referring_npi" | "rendering_npi" | "attending_npi":
            if not is_npi(value):
                raise Invalid("The NPI is not valid: its check digit does not fit.")
            return _with_party(billed, ROLE_OF[path], id=value)
        case _:
            last, _, first = (part.strip() for part in value.partition(","))
            return _with_party(billed, "DN", last=last, first=first)


def _with_member(billed: x12.Claim, value: str) -> x12.Claim:
    subscriber = billed.coverage.subscriber
    if subscriber is None or not value:
        raise Invalid("The claim needs the subscriber's member ID.")
    named = replace(subscriber.name, id=value, qualifier=subscriber.name.qualifier or "MI")
    coverage = replace(billed.coverage, subscriber=replace(subscriber, name=named))
    return replace(billed, coverage=coverage)


def _with_party(billed: x12.Claim, role: str, **told: str) -> x12.Claim:
    """The claim with this provider told otherwise; one that it did not name comes first."""
    known = billed.party(role)
    if known is None:
        known = x12.Party(Named(role, "1", qualifier="XX"))
        billed = replace(billed, parties=(known, *billed.parties))
    named = replace(known.name, **(told | ({"qualifier": "XX"} if "id" in told else {})))
    mine = replace(known, name=named)
    return replace(billed, parties=tuple(mine if p is known else p for p in billed.parties))


def _with_line(billed: x12.Claim, number: int, what: str, value: str) -> x12.Claim:
    parts = tuple(value.replace(",", " ").upper().split())
    line = billed.lines[number - 1]
    if what == "modifiers":
        if len(parts) > _MOST_MODIFIERS or any(len(part) != 2 for part in parts):
            raise Invalid("A line has at most four modifiers of two characters each.")
        line = replace(line, modifiers=parts)
    else:
        if not 0 < len(parts) <= _MOST_POINTERS or not all(part.isdigit() for part in parts):
            raise Invalid("A line points to one to four of the claim's diagnoses, by number.")
        line = replace(line, pointers=tuple(map(int, parts)))
    lines = (*billed.lines[: number - 1], line, *billed.lines[number:])
    return replace(billed, lines=lines)
