"""E-mail addresses, tidied but never completed."""

import re

from services.workflows.intake.normal.text import blank, plain
from services.workflows.intake.normal.value import Normal, known, unknown

_ADDRESS = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)


def email(text: str) -> Normal:
    """The one address in *text*, in lower case; the pattern is that of HTML's e-mail field."""
    if empty := blank(text):
        return empty
    bare = re.sub(r"^(mailto:|<)|>$", "", plain(text).lower()).strip(" ,;")
    if _ADDRESS.fullmatch(bare) and ".." not in bare:
        return known(bare)
    joined = re.sub(r"\s*([@.])\s*", r"\1", bare)
    if _ADDRESS.fullmatch(joined) and ".." not in joined:
        return known(joined, 0.85)
    return unknown("This is not a complete e-mail address.")
