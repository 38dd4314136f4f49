"""X12 read by the shortest loops there are: no envelope, no check, no fault, the file in memory."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any


def cents(text: str) -> int:
    """Of an amount that is surely right."""
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


@cache
def day(text: str) -> date:
    """Of a date that is surely right."""
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def adjustments_only(path: Path) -> tuple[list[Any], list[Any], list[Any]]:
    """Claims, lines and adjustments of an 835: the reference of ``performance.md``."""
    claims: list[Any] = []
    lines: list[Any] = []
    adjustments: list[Any] = []
    for segment in path.read_text().split("~"):
        e = segment.split("*")
        name = e[0]
        if name == "CLP":
            claims.append((e[1], e[2], cents(e[3]), cents(e[4]), cents(e[5]), e[7]))
        elif name == "SVC":
            code = e[1].split(":")
            lines.append((len(claims), code[0], code[1], cents(e[2]), cents(e[3]), e[5]))
        elif name == "CAS":
            for at in range(2, len(e) - 1, 3):
                adjustments.append((len(claims), len(lines), e[1], e[at], cents(e[at + 1])))
    return claims, lines, adjustments


def every_field(path: Path) -> int:
    """An 835 as nested tuples of the fields that ours has: names, dates, references, amounts too.

    Each claim is let go when the next begins, as ours are: keeping them costs more than reading.
    """
    count = 0
    claim: Any = ()
    part: Any = ([], [], [], [])
    for segment in path.read_text().split("~"):
        e = segment.split("*")
        name = e[0]
        if name == "CLP":
            part = ([], [], [], [])
            head = (e[1], e[2], cents(e[3]), cents(e[4]), cents(e[5]), e[6], e[7], e[8], e[9])
            claim = (head, part, [], [])
            count += 1
        elif name == "SVC":
            part = ([], [], [], [])
            qualifier, code, *modifiers = e[1].split(":")
            head = (qualifier, code, modifiers, cents(e[2]), cents(e[3]), e[4], Decimal(e[5]))
            claim[3].append((head, part))
        elif name == "CAS":
            for at in range(2, len(e) - 1, 3):
                part[0].append((e[1], e[at], cents(e[at + 1])))
        elif name == "DTM":
            part[1].append((e[1], day(e[2])))
        elif name == "REF":
            part[2].append((e[1], e[2]))
        elif name == "AMT":
            part[3].append((e[1], cents(e[2])))
        elif name == "NM1":
            claim[2].append((e[1], e[2], e[3], e[4], e[5], e[7], e[8], e[9]))
    return count


def statuses(path: Path) -> int:
    """A 277 as nested tuples of the fields that ours has."""
    count = 0
    claim: Any = ()
    name: Any = ()
    part: Any = ([], [], [])
    for segment in path.read_text().split("~"):
        e = segment.split("*")
        tag = e[0]
        if tag == "NM1":
            name = (e[1], e[2], e[3], *e[4:10])
        elif tag == "TRN":
            part = ([], [], [])
            claim = (e[2], name, part, [])
            count += 1
        elif tag == "STC":
            amounts = [cents(text) if text else None for text in e[4:6]]
            part[0].append((tuple(e[1].split(":")), day(e[2]), e[3], amounts))
        elif tag == "REF":
            part[1].append((e[1], e[2]))
        elif tag == "DTP":
            part[2].append((e[1], day(e[3])))
        elif tag == "SVC":
            part = ([], [], [])
            claim[3].append((e[1].split(":"), cents(e[2]), part))
    return count
