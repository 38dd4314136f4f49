"""How the local engine puts what it heard into sentences: opened, closed, and cited."""

import re
from collections.abc import Iterable

from services.notes.draft import Sentence
from services.notes.local.cues import cue

_LEAD = re.compile(
    r"^(?:(?:and|so|okay|ok|all right|now|then|but|yeah|yes|yep|well|um|uh|oh|you know|i mean|actually|honestly|basically"
    r"|again|also|great|good|perfect|right|sorry|because|or|like|absolutely|sure|mm-hmm|what|hey|i guess|i would say|i'd say"
    r"|i want to say|let me say)\b[\s,.!]*)+(?=\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,]*(?:\b(?:okay|all right|right|you know|so|and|but|and then|or|now|then|here|yeah)\b[\s,?.]*)+$",
    re.I,
)
# "No numbness" is no answer of its own: without its "no" it would say the contrary.
_SAYS_NO = re.compile(
    r"^(?:\W*(?:yes|yeah|yep|nope|no(?=\s*[,.]|\s+(?:i|it|he|she|we|they|that|just|not|no|there|my|the)\b))\b[\s,.]*)+",
    re.I,
)


def bare(text: str) -> str:
    """*text* without what only leads into it or trails off."""
    text = re.sub(r"^\w-\s+", "", text.strip(" ,.?!-"))
    shorter = _TAIL.sub("", _LEAD.sub("", text)).strip(" ,.?!-")
    return shorter if len(shorter.split()) >= 1 else text.strip(" ,.?!-")


def without_yes_or_no(text: str) -> str:
    """An answer without its first word, where more follows."""
    return _SAYS_NO.sub("", text).strip(" ,.")


def written(text: str) -> str:
    """*text* as a sentence: a capital at its beginning, a full stop at its end, "I" for "i"."""
    text = re.sub(r"\bi\b(?!\.)", "I", re.sub(r"\s+", " ", text).strip(" ,"))
    text = re.sub(r"\s+([.,])", r"\1", text)
    return (
        f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"
        if text
        else ""
    )


def sentence(text: str, sources: Iterable[str]) -> Sentence:
    """A sentence that rests on *sources*."""
    return Sentence(written(text), tuple(dict.fromkeys(sources)))


def is_worth_writing(text: str) -> bool:
    """Whether *text* says anything a note could hold."""
    return len(text.split()) >= 2 and not cue("talk", "empty").search(text)


def listed(names: Iterable[str], word: str = "and") -> str:
    """Names as people write them: ``a, b and c``."""
    *most, last = list(dict.fromkeys(names))
    return f"{', '.join(most)} {word} {last}" if most else last
