"""Spoken English as a transcript holds it, tidied without changing what it says."""

import re
from collections.abc import Iterator, Sequence

from services.notes.words.vocabulary import words_of

_JOINED = (
    (re.compile(r"\b(ca)\s?n't\b", re.I), r"\1n't"),
    (re.compile(r"\b(\w+)\s+n't\b", re.I), r"\1n't"),
    (re.compile(r"\bgon\s?na\b", re.I), "going to"),
    (re.compile(r"\bwan\s?na\b", re.I), "want to"),
    (re.compile(r"\bgot\s?ta\b", re.I), "have to"),
    (re.compile(r"\blem\s?me\b", re.I), "let me"),
    (re.compile(r"\bgim\s?me\b", re.I), "give me"),
    (re.compile(r"\bkinda\b", re.I), "kind of"),
    (re.compile(r"\bsorta\b", re.I), "sort of"),
    (re.compile(r"\bcuz\b|'cause\b", re.I), "because"),
    (re.compile(r"\s+('(?:s|m|re|ve|ll|d)\b)", re.I), r"\1"),
    (re.compile(r"\balright\b", re.I), "all right"),
    (re.compile(r"(?<!\w)\.\s?(\d+)\b"), r"0.\1"),
    # A recogniser's "a . five centimeter stone".
    (
        re.compile(
            r"(?:(?<=\ba)|(?<= is)|(?<= of)|(?<= to)|(?<= at))\s+\.\s+(?=(?:one|two|three|four|five|six|seven|eight|nine)\b)"
        ),
        " 0 point ",
    ),
    (re.compile(r"\b(?:mm+-?hm+|uh-huh|mhm|m-hm+)\b", re.I), "mm-hmm"),
)
# Words that carry nothing. "like" only between commas: elsewhere it compares.
_FILLERS = re.compile(
    r"(?:,\s*)?(?<!-)\b(?:u[hm]+|e[rh]m?|a+h+|hm+|mm+)\b(?![-'])(?:\s*,)?"
    r"|,\s*(?:you know|i mean|like|well|right|i guess)\s*,|\byou know\s*,\s*|\bi mean\s*,\s*"
    r"|\byou know\b(?!\s+(?:what|how|if|that|who|when|where|why|the|about|it|any))"
    r"|\bkind of\b(?=\s+(?:a|in|feel|have|had|went|just|been|of)\b)",
    re.I,
)
_BROKEN_OFF = re.compile(r"(?<=\s)[a-z']+-+(?=\s|$)|^[a-z']+-+(?=\s)", re.I)
_TWICE = re.compile(r"\b((?:[a-z']+\s+){0,2}[a-z']+)(?:\s*(?:,|\.\.\.)?\s+\1\b)+", re.I)
_SPACES = re.compile(r"\s+([.,;:?!%])")
_STOPS = re.compile(r"(?<=[?!])\s+|(?<=[^.\d]\.)\s+|(?<=\d\.)\s+(?=[A-Za-z])|\n+")
# After these the same sentence goes on: "I think that | you have".
_LEADING = frozenset(
    words_of(
        "that if like when where which who what how why whether of the a an or to for with as than while"
        " because since see say said says think know and but so not until unless after before let's"
    )
)
_CLAUSE = 10  # words of a condition, at most
_LONG = 22  # words without a full stop: a recogniser that writes none
_OPENERS = re.compile(
    r"\b(?:okay|all right|so|now|but|and then|well|yeah|do you|have you(?! been able)|are you|did you"
    r"|tell me|let me|let's|i'm going to|i am going to|i want to|i'd like to|i would like to|i will|i'll|we'll"
    r"|i also|we're going to|for your (?:\w+ ){0,2}(?:problem|issue|diagnosis)|for your (?:first|second|third|next|last)"
    r"|on your|on exam\w*|on physical exam\w*|you have|you can|you may|there is|there's|there are"
    r"|i think|i don't|and do you|and have you|and i|and how|and what|and are you|and any|and your|how about|what about"
    r"|how is|how are|how long|when did|it's|it is|hey dragon|i've been|i have|he has|she has)\b",
    re.I,
)  # fmt: skip


def tidy(text: str) -> str:
    """*text* without fillers, false starts and doubled words; negations and numbers stay."""
    for pattern, better in _JOINED:
        text = pattern.sub(better, text)
    text = _BROKEN_OFF.sub(" ", text)
    text = _FILLERS.sub(" ", text)
    text = _TWICE.sub(_once, text)
    text = _SPACES.sub(r"\1", re.sub(r"\s*\.\.\.+\s*", ", ", text))
    return re.sub(r"(?:,\s*)+,|\s+", lambda m: ", " if "," in m.group() else " ", text).strip(" ,")


def utterances(text: str) -> Iterator[str]:
    """The sentences of one tidied turn; where a recogniser wrote no stops, where one may begin."""
    for piece in _STOPS.split(text):
        piece = piece.strip(" ,")
        if len(piece.split()) > _LONG:
            yield from _shorter(piece)
        elif piece:
            yield piece


def _shorter(piece: str) -> Iterator[str]:
    began = 0
    for opener in _OPENERS.finditer(piece):
        said = piece[began : opener.start()].split()
        if len(said) >= 5 and said[-1].lower() not in _LEADING and not _hangs(said):
            yield piece[began : opener.start()].strip(" ,")
            began = opener.start()
    if piece[began:].strip(" ,"):
        yield piece[began:].strip(" ,")


def _hangs(said: Sequence[str]) -> bool:
    """Whether a condition has begun that what follows may hang on: "if it is not better | we'll …"."""
    return any(word.lower() in ("if", "unless", "until", "once") for word in said[-_CLAUSE:])


def _once(twice: re.Match[str]) -> str:
    # "no no" is said once as well; but numbers and letters one by one are left as they are.
    return twice[1]
