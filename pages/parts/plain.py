"""Words from outside in native controls, whose labels are Markdown: shown as they are."""

import re

_MARKS = re.compile(r"[\\`*_{}\[\]<>|$~]|:(?=\S)")
# A list, a heading or an address that would become a link begins like this.
_STARTS = re.compile(r"(^\s*|^\s*\d+|\bwww)([#+\-.)])", re.MULTILINE | re.IGNORECASE)


def harmless(label: str) -> str:
    """*label* for a native control, whose labels are Markdown: as it is, and nothing more."""
    return _STARTS.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", label))
