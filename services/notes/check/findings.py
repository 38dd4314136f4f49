"""Sides, symptoms, illnesses and tests of a sentence, affirmed or denied, held against its sources."""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import chain

from services.notes.check.claims import Claim, Rule
from services.notes.check.ground import Ground, Words, stems
from services.notes.words.findings import Mention
from services.notes.words.sides import Side
from services.notes.words.sides import sides as sides_of

Polarity = tuple[bool | None, frozenset[str]]
_ASKED = re.compile(r"\"[^\"]*\?\"")
_ALIKE = 0.6  # of all words of two sentences; below that a sentence is told in words of its own
_OTHER = {"left": "right", "right": "left"}
# Names that one body of evidence may carry for another; kept short, so that little slips through.
_KIN = (
    {"shortness of breath", "dyspnea on exertion", "orthopnea"},
    {"leg swelling", "edema"}, {"joint swelling", "edema"}, {"nausea", "vomiting"} - {"vomiting"},
    {"depression"}, {"anxiety", "stress"} - {"stress"}, {"fall"}, {"heartburn", "gerd"},
    {"headache", "migraine"}, {"nasal congestion", "sinus pressure"} - {"sinus pressure"},
    {"wound", "skin lesion"}, {"seizures", "epilepsy"}, {"seasonal allergies"},
)  # fmt: skip


def sides(said: Words, ground: Ground) -> Iterator[Claim]:
    """Every left, right or both of the sentence."""
    for side in said.sides:
        words = f"{side.side} {side.part}".strip()
        why = f"“{words}” does not stand in the cited sources."
        if _says(ground, Side(_OTHER.get(side.side, ""), side.part, 0)):
            why = f"The sources say {_OTHER[side.side]} {side.part}, not {words}.".replace(
                "  ", " "
            )
        held = _holds(ground, side) and _holds_near(said, ground, side)
        yield Claim(Rule.SIDE, words, held, why)


def findings(said: Words, ground: Ground) -> Iterator[Claim]:
    """Everything the sentence names: that the sources name it, and that they affirm or deny it alike."""
    asked = [m.span() for m in _ASKED.finditer(said.text)]
    for found in said.mentions:
        known = _known(found, ground)
        if known is None:
            words = said.text[found.start : found.end]
            held = ground.has_words(words)
            why = f"“{words}” is not named in the cited sources."
            yield Claim(Rule.FINDING, words, held, why)
        elif not any(start <= found.start < end for start, end in asked):
            yield _polarity(found, _nearest(known, said.stems))


def _polarity(found: Mention, said: Set[bool | None]) -> Claim:
    held = None in said or (not found.denied) in said
    if not said:
        why = f"{found.name.capitalize()} was asked about, and no answer is cited."
    elif found.denied:
        why = f"The sources affirm {found.name}; the sentence denies it."
    else:
        why = f"The sources deny {found.name}; the sentence affirms it."
    return Claim(Rule.NEGATION, found.name, held, why)


def _nearest(known: Sequence[Polarity], words: Set[str]) -> Set[bool | None]:
    """What the sources say; where they say both, what the sentence most like this one says.

    "Tender over the joint, not tender at the ankle" affirms and denies tenderness in one turn.
    """
    said = {polarity for polarity, _ in known}
    if not {True, False} <= said:
        return said
    closest = max(_likeness(words, other) for _, other in known)
    return {polarity for polarity, other in known if _likeness(words, other) >= closest}


def _likeness(words: Set[str], other: Set[str]) -> float:
    return len(words & other) / len(words | other)


def _known(found: Mention, ground: Ground) -> Sequence[Polarity] | None:
    """What the sources say of it, or of what it may go by; ``None`` where they do not name it."""
    names = {found.name}.union(*(kin for kin in _KIN if found.name in kin))
    said = [ground.said[name] for name in names if name in ground.said]
    return list(chain.from_iterable(said)) if said else None


def _holds(ground: Ground, side: Side) -> bool:
    if side.side == "both":
        return _says(ground, side) or (
            _says(ground, Side("left", side.part, 0)) and _says(ground, Side("right", side.part, 0))
        )
    return _says(ground, side) or _says(ground, Side("both", side.part, 0))


def _holds_near(said: Words, ground: Ground, side: Side) -> bool:
    """Where the sources say left and right, what the sentence almost word for word like this one says."""
    if {s.side for s in ground.sides} <= {side.side} or side.side == "both":
        return True
    near = max(ground.sentences, key=lambda text: _likeness(said.stems, stems(text)), default="")
    named = {s.side for s in sides_of(near)}
    is_alike = _likeness(said.stems, stems(near)) >= _ALIKE
    return not (is_alike and named) or bool({side.side, "both"} & named)


def _says(ground: Ground, side: Side) -> bool:
    """Whether the sources say this side of this part; of another part only if they say no side of this."""
    same_side = [s for s in ground.sides if s.side == side.side]
    of_part = [s for s in ground.sides if s.part == side.part and side.part]
    if of_part:
        return any(s.side == side.side for s in of_part)
    return bool(same_side)
