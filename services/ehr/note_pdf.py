"""What a note says on paper: which signs can be printed, and its sections read back from the lines.

The PDF's own fonts know the Latin alphabet of Western Europe (cp1252). A sign that means the same
is printed for one they lack; where none does, the note is refused rather than changed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from services.ehr.notebook import NoteWrite
from services.errors import Refused

HEADING, FOOTING = "\u00a7 ", "\u00b6 "  # how our own lines begin, so that no other does
TITLED = re.compile(r"\u00a7 (?P<title>.*) \((?P<code>[^()]*)\)")
ALIKE = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2032": "'", "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u2026": "...", "\u2022": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\t": "    ",
    "\u2264": "<=", "\u2265": ">=", "\u2192": "->", "\u2190": "<-", "\u2248": "~",
    "\u03bc": "\u00b5", "\u0141": "L", "\u0142": "l", "\u0110": "D", "\u0111": "d",
    "\u0131": "i", "\u0152": "OE", "\u0153": "oe", "\u00ad": "",
    **{chr(0x2080 + digit): str(digit) for digit in range(10)},  # SpO2; a raised digit counts more
})  # fmt: skip


def require_printable(note: NoteWrite) -> None:
    """Raises ``Refused`` with eCW's code 108, naming the section and the character."""
    for section in note.sections:
        if odd := _unprintable(f"{section.title}\n{section.text}"):
            named = unicodedata.name(odd, f"U+{ord(odd):04X}")
            raise Refused(
                f"{section.title} has a character that the PDF cannot show ({named}). Please "
                "write it in other words, or send the note another way.",
                code="108",
            )
        if any(line.startswith((HEADING, FOOTING)) for line in ended(section.text)):
            raise Refused(
                f"{section.title} has a line that begins like a heading of the PDF "
                f"({HEADING.strip()} or {FOOTING.strip()}). Please take that sign away.",
                code="108",
            )


def printed(text: str) -> str:
    """*text* as the page shows it; what it cannot show stays as it is."""
    return "".join(shown(sign) or sign for sign in text)


def sections_in(page_lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Title, code and text of each section in the lines of a note's PDF, top to bottom."""
    titled: re.Match[str] | None = None
    body: list[str] = []
    for line in page_lines:
        if line.startswith(FOOTING):
            continue
        if heading := TITLED.fullmatch(line.strip()):
            if titled:
                yield titled["title"], titled["code"], "\n".join(body)
            titled, body = heading, []
        else:
            body.append(line)
    if titled:
        yield titled["title"], titled["code"], "\n".join(body)


def ended(text: str) -> list[str]:
    """The lines of *text*, whatever ends them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _unprintable(text: str) -> str:
    return next((c for c in text if c not in "\r\n" and not shown(c) and c != "\u00ad"), "")


def shown(sign: str) -> str:
    """A sign as the font knows it, at worst a letter without its accent; empty where it has none."""
    alike = sign.translate(ALIKE)
    if alike == "\n" or (alike and all(_is_known(one) for one in alike)):
        return alike
    # Only a canonical letter with marks: NFKD would print a raised five as a plain one.
    base, *marks = list(unicodedata.normalize("NFD", sign))
    is_marked_letter = bool(marks) and all(unicodedata.category(m) == "Mn" for m in marks)
    return base if base.isascii() and base.isalpha() and is_marked_letter else ""


def _is_known(sign: str) -> bool:
    return " " <= sign <= "~" or "\u00a1" <= sign <= "\u00ff"
