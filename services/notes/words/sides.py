"""Left, right or both, with the part of the body that a text says it of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PARTS = (
    "knee|shoulder|hip|ankle|foot|feet|wrist|hand|finger|thumb|elbow|arm|leg|eye|ear|breast|lung|kidney|flank"
    "|side|calf|thigh|heel|toe|jaw|cheek|neck|chest|abdomen|abdominal|groin|testicle|ovary|quadrant|extremity"
    "|extremities|forearm|hamstring|buttock|temple|nostril|upper|lower|ureter|base|bases|lobe|carotid|atrium"
    "|atrial|ventricle|ventricular|tibia|fibula|femur|femoral|humerus|radius|radial|ulnar|clavicle|scapula"
    "|trapezius|rotator|shin|palm|index|middle|ring|pinky|great|big|lateral|medial|inner|outer|posterior|anterior"
)
_SIDE = re.compile(
    r"\b(?P<side>left|right|bilateral|bilaterally|both)(?:[- ]sided|[- ]hand)?\b"
    r"(?=(?P<after>(?:\W+\w+){0,3}))", re.I
)  # fmt: skip
_BEFORE = re.compile(rf"\b(?:{PARTS})s?\W+(?:is |are |on |the |my |your |of |to )*$", re.I)
_PART = re.compile(rf"\b({PARTS})s?\b", re.I)
# "All right", "right now", "right here", "just right", "right?": no side of anything.
_NO_SIDE = re.compile(
    r"^right\s*(?:now|away|here|there|after|before|behind|in|at|when|on|then|where|under|over(?! the)|above|below"
    r"|up|down|next|around|into|along|about|through|by|off|out|across|outside|inside|as|because|through)\b"
    r"|^right\s*[?,.!]|^right$|^left\s+(?:it|the (?:house|room|office|hospital|job)|me|my|for|on \w+day|over|untreated)\b",
    re.I,
)
_SAID = re.compile(
    r"\b(?:all|that's|is that|just|you're|yeah|okay|exactly|not|am i|quite)\s+$", re.I
)


@dataclass(frozen=True)
class Side:
    """``left``, ``right`` or ``both``, the part it is said of ("" if none is near), and where."""

    side: str
    part: str
    start: int


def sides(text: str) -> list[Side]:
    """Every side that *text* names."""
    return list(_sides(text))


def _sides(text: str) -> Iterator[Side]:
    for m in _SIDE.finditer(text):
        word = m["side"].lower()
        after = _PART.search(m["after"])
        before = _BEFORE.search(text[: m.start()])
        if word == "both":
            if (after and after[1].lower() not in ("side", "upper", "lower")) or "side" in m[
                "after"
            ]:
                yield Side("both", _one(after[1]) if after else "", m.start())
            continue
        if not after and (_NO_SIDE.match(text[m.start() :]) or _SAID.search(text[: m.start()])):
            continue
        part = (
            _one(after[1]) if after else _one(_PART.findall(before.group())[-1]) if before else ""
        )
        if part or word != "right" or "right-sided" in text.lower() or "right side" in text.lower():
            yield Side("both" if word.startswith("bil") else word, part, m.start())


def _one(part: str) -> str:
    part = part.lower()
    plurals = {"feet": "foot", "extremities": "extremity", "bases": "base"}
    return plurals.get(part, part)
