"""Text made plain, and two texts compared without their formatting."""

import re
import unicodedata

from services.workflows.intake.normal.value import Normal, known, unknown

# Marks of a field nobody filled in, as people and form software write them.
_BLANKS = frozenset(
    ["", "na", "n a", "not applicable", "nil", "tbd", "to be determined", "pending", "blank",
     "unknown", "unsure", "not sure", "dont know", "do not know", "i dont know", "not provided",
     "select", "select one", "please select", "choose one"]
)  # fmt: skip
_UNREADABLE = frozenset(["illegible", "unreadable", "unclear", "cannot read"])
_POINTING = re.compile(r"(same|as) (as )?(above|below|before|patient|last time|on file)|see (above|attached|card|back|list)|on file")  # fmt: skip


def plain(text: str) -> str:
    """*text* in NFC on one line, without control, zero-width and direction characters."""
    kept = "".join(
        " " if c.isspace() else c
        for c in unicodedata.normalize("NFC", text)
        if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return re.sub(r"\s+", " ", kept).strip()


def folded(text: str) -> str:
    """*text* for comparison: no case, no accents, words apart by one space, no punctuation."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", re.sub(r"['\u2019`]", "", letters)).strip()


def left_blank(text: str) -> bool:
    """Whether nobody filled this in; what cannot be read or points elsewhere was filled in."""
    return folded(text) in _BLANKS and "?" not in text


def blank(text: str) -> Normal | None:
    """Why *text* is no answer at all, or ``None`` if it is one."""
    words = folded(text)
    if left_blank(text):
        return unknown("The form leaves this blank.")
    if words in _UNREADABLE or ("?" in text and len(words) < 2):
        return unknown("This cannot be read.")
    if _POINTING.fullmatch(words):
        return unknown("The form points to another place for this.")
    return None


def written(text: str) -> Normal:
    """Free text as it is, on one line."""
    return blank(text) or known(plain(text))


def titled(text: str) -> str:
    """*text* with capitals where it has none or nothing else, as in ``SPRINGFIELD``."""
    if text != text.upper() and text != text.lower():
        return text
    return re.sub(r"[^\W\d_]+(['\u2019][^\W\d_]{1,2}\b)?", lambda word: word[0].capitalize(), text)
