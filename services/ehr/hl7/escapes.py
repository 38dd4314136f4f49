"""Every Unicode text as HL7 v2 writes it, and back: delimiters, line breaks and control characters.

Other readers get these wrong in their own ways: one writes a control character as ``\\X b\\``,
one reads ``\\.br\\`` as CR. Here a line break is ``\\.br\\`` and reads as LF, whoever wrote it, and
every other control character is two hexadecimal digits, so that no frame can break inside a text.
"""

import re
from collections.abc import Callable
from functools import cache

SPECIAL = re.compile(r"[|^~\\&\x00-\x1f\x7f]")
SEQUENCE = re.compile(r"\\([^\\]*)\\")
HEXADECIMAL = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")
SPACING = re.compile(r"\.(?:br|ce|sp\+?([0-9]{1,2})?)")
DELIMITERS = "|^~\\&"
LINE_END = re.compile(r"\r\n|\r")
NULL = '""'  # as a whole field it means "delete what you have", never two quotation marks
HIDDEN_NULL = "\\X22\\\\X22\\"

STRING = {c: f"\\X{ord(c):02X}\\" for c in (*map(chr, range(32)), "\x7f")}
STRING |= {"|": "\\F\\", "^": "\\S\\", "&": "\\T\\"}
STRING |= {"~": "\\R\\", "\\": "\\E\\"}
FORMATTED = STRING | {"\n": "\\.br\\"}


def escaped(text: str) -> str:
    """*text* as a component of type ST: everything may stand in it, a line end as its character."""
    if text == NULL:
        return HIDDEN_NULL
    return SPECIAL.sub(_string, text)


def formatted(text: str) -> str:
    """*text* as a value of type FT, its line ends as ``\\.br\\``."""
    if text == NULL:
        return HIDDEN_NULL
    return SPECIAL.sub(_formatted, text)


def _string(found: re.Match[str]) -> str:
    return STRING[found[0]]


def _formatted(found: re.Match[str]) -> str:
    return FORMATTED[found[0]]


def plain(value: str, delimiters: str = DELIMITERS) -> str:
    """A component's text. *delimiters*: field, component, repetition, escape, subcomponent.

    A sequence that nobody defined stays as it is written, so that nothing is lost unseen.
    """
    if delimiters[3] not in value:
        return "" if value == NULL else value
    return _reader(delimiters)(value)


@cache
def _reader(delimiters: str) -> Callable[[str], str]:
    """Takes the escapes away of a message with these delimiters; made once, used for every field."""
    field, component, repetition, escape, subcomponent = tuple(delimiters)
    signs = {"F": field, "S": component, "R": repetition, "E": escape, "T": subcomponent}
    signs |= {"H": "", "N": "", ".br": "\n"}  # highlighting, which plain text has none of

    def read(value: str) -> str:
        parts = value.split(escape)  # at odd places stand the codes
        for place in range(1, len(parts) - 1, 2):
            known = signs.get(parts[place])
            parts[place] = _rarer(parts[place], escape) if known is None else known
        if len(parts) % 2 == 0:
            parts[-1] = escape + parts[-1]  # one that opens and never closes
        return "".join(parts)

    return read


def _rarer(code: str, escape: str) -> str:
    if spacing := SPACING.fullmatch(code):
        return "\n" * int(spacing[1] or 1)
    if digits := HEXADECIMAL.fullmatch(code):
        return _bytes_as_text(bytes.fromhex(digits[1]))
    return f"{escape}{code}{escape}"


def _bytes_as_text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def is_well_escaped(value: str) -> bool:
    """Whether every escape character in *value* belongs to a sequence that has a meaning."""
    rest = SEQUENCE.sub(lambda found: "" if _known(found[1]) else "\\", value)
    return "\\" not in rest


def _known(code: str) -> bool:
    return code in tuple("FSRTEHN") or bool(SPACING.fullmatch(code) or HEXADECIMAL.fullmatch(code))


def one_kind_of_line_end(text: str) -> str:
    """CR LF and CR as LF: how a line ended on somebody's machine is not part of a note."""
    return LINE_END.sub("\n", text)
