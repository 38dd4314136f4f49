"""A practice's own red-flag phrases beside the built-in rules: they add alarms and take none away.

A phrase is found as it is written, whatever its capitals, accents and blanks, and raises also
where it is denied or past: the built-in rules read their surroundings, these never do.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from db.vocabulary import Urgency
from services.ai.redflags.assessment import assess
from services.ai.redflags.flags import Field, Flag
from services.ai.redflags.plain_text import plain_text

FAMILY = "practice_phrase"
SAYS = "Your practice asked to be alarmed by this phrase."


def assess_for(own: Mapping[str, Urgency], text: str, subject: str = "") -> tuple[Flag, ...]:
    """Every flag of the built-in rules, and those of a practice's *own* phrases, by urgency."""
    built_in = assess(text, subject)
    if not own:
        return built_in
    added = (*_found(own, text, "text"), *_found(own, subject, "subject"))
    return tuple(sorted((*built_in, *added), key=lambda flag: flag.level.rank))


def can_be_found(phrase: str) -> bool:
    """Whether *phrase* has letters that the floor reads: it knows the Latin alphabet alone."""
    return any(letter.isalpha() for letter in plain_text(phrase).plain)


def _found(own: Mapping[str, Urgency], text: str, field: Field) -> Iterator[Flag]:
    """The first place of each phrase, one flag for each."""
    plain = plain_text(text)
    for phrase, level in own.items():
        if can_be_found(phrase) and (hit := _pattern(phrase).search(plain.plain)):
            start, end = plain.origin(hit.start()), plain.origin(hit.end() - 1) + 1
            yield Flag(FAMILY, level, _rule(phrase), start, end, text[start:end], field, SAYS)


@lru_cache(maxsize=4_096)
def _pattern(phrase: str) -> re.Pattern[str]:
    words = plain_text(phrase).plain.split()
    return re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + r"(?!\w)")


def _rule(phrase: str) -> str:
    return f"practice: {phrase}"
