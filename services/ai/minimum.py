"""What may leave the building: the facts each workflow is allowed, without identifiers.

The allow-list is the practice's *minimum necessary* (45 CFR 164.502(b)); the identifiers are
those of the Safe Harbor list (45 CFR 164.514(b)(2)) that patients write into messages.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from services.ai.port import Facts
from services.errors import Unsure


class KeptInside(Unsure):
    """A question that does not leave, whatever the instructions: something in it names a person."""


_CHART = ("visit", "problem", "medication", "allergy", "result")
ALLOWED: Mapping[str, frozenset[str]] = {
    "inbox": frozenset(
        (
            *("today", "practice_name", "practice_phone", "provider", "location"),
            *("language", "problems", "medications", "allergies", "results"),
            *("next_visit", "last_visit"),
        )
    ),
    # Letters of appeal. Of whoever it is about and of every date only the name of the fact leaves.
    "letters": frozenset(
        (
            *("payer", "reason", "code", "remarks", "denied", "charge", "refused"),
            *("procedures", "modified", "diagnoses", "provider", "proof", "days_taken", "limit"),
            *("patient", "member", "number", "payer_number", "authorization"),
            *("service_on", "denied_on", "sent_on", "read_on", "received_on", "proof_on"),
            *(f"{kind}_{n}{end}" for kind in _CHART for n in range(1, 7) for end in ("", "_on")),
        )
    ),
    "notes": frozenset(
        (
            *("day", "sex", "age", "reason", "problems", "medications", "allergies"),
            *("vitals", "results", "visits", "intake", "wishes"),
        )
    ),
    # Of a summary the signed sentences leave as its text, and how they are to be told.
    "summary": frozenset(("language", "grade")),
}
"""Keys of the facts that may leave, by workflow; a workflow not named here sends none."""

_NUMBER = r"(?:number|num|no\.?|n[uú]mero|id|#|is|es|:|-|\s)*"
_STREET = (
    r"st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|boulevard|ct|court|way|pl|place|cir|circle"
    r"|ter|terrace|pkwy|parkway|hwy|highway|trl|trail"
)
PATTERNS: Mapping[str, re.Pattern[str]] = {
    "e-mail": re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+"),
    "web address": re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE),
    "social security number": re.compile(
        rf"\b\d{{3}}[- .]\d{{2}}[- .]\d{{4}}\b|\b(?:ssn|social(?: security)?|seguro social)\b{_NUMBER}\d{{4,9}}",
        re.IGNORECASE,
    ),
    "telephone": re.compile(
        r"(?<![\w/])(?:\+?1[-. ]*)?\(?\b\d{3}\)?[-. ]*\d{3}[-. ]?\d{4}\b(?:\s*(?:x|ext\.?)\s*\d+)?"
        r"|(?<![\w/.-])\d{3}[-.]\d{4}\b(?![-./]\d)",
        re.IGNORECASE,
    ),
    "record number": re.compile(
        r"\b(?:mrn|medical record|record|chart|account|acct|patient|expediente|historia)\b"
        rf"{_NUMBER}\b[a-z]{{0,4}}-?\d{{4,}}\b",
        re.IGNORECASE,
    ),
    "member number": re.compile(
        r"\b(?:member|subscriber|policy|group|insurance|medicare|medicaid|plan|card|claim|p[oó]liza"
        rf"|miembro|seguro)\b{_NUMBER}\b(?=[\w-]*\d{{3}})[a-z0-9][a-z0-9-]{{4,}}\b",
        re.IGNORECASE,
    ),
    # Medicare's own format: CMS, "Understanding the Medicare Beneficiary Identifier".
    "Medicare number": re.compile(
        r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?"
        r"[AC-HJKMNP-RT-Y]{2}\d{2}\b",
        re.IGNORECASE,
    ),
    "date of birth": re.compile(
        r"\b(?:dob|d\.o\.b\.|date of birth|birth ?date|birthday|born|fecha de nacimiento"
        r"|nac[ií](?:o|ó|da)?)\b"
        r"[\s:isonel]*(?:\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|[a-z]{3,10}\.? \d{1,2},? \d{4}"
        r"|\d{1,2} (?:de )?[a-z]{3,10} (?:de )?\d{4})",
        re.IGNORECASE,
    ),
    "street address": re.compile(
        rf"\b\d{{1,6}}\s+(?:[nsew]\.?\s+)?(?:[\w'.]+\s+){{1,4}}?(?:{_STREET})\b\.?"
        r"(?:,?\s*(?:apt|unit|suite|ste|#|apto)\.?\s*[\w-]+)?"
        r"|\b(?:calle|avenida|av\.)\s+[\w'. ]{2,30}?#?\s*\d{1,6}\b|\bp\.?\s?o\.?\s?box\s+\d+",
        re.IGNORECASE,
    ),
    "postal code": re.compile(r"\b[A-Z]{2},?\s+\d{5}(?:-\d{4})?\b|\b\d{5}-\d{4}\b"),
    # Whatever else looks like a key to somebody's file: long digits, payment cards, or letters
    # and digits mixed. Readings such as "120 118 131 125" and ISO dates are left alone.
    "long number": re.compile(
        r"\b\d{8,}\b|\b(?:\d{4}[ -]){3}\d{1,4}\b|\b\d{4}[ -]\d{6}[ -]\d{5}\b"
        r"|\b(?=[A-Z0-9-]*\d{4})(?=[A-Z0-9-]*[A-Z])[A-Z0-9-]{8,}\b"
    ),
}


def outbound(workflow: str, facts: Facts) -> Facts:
    """*facts* as they may leave: allow-listed keys only, identifiers taken out of every text.

    Raises ``KeptInside`` if an identifier is left over: the question stays in the building.
    """
    allowed = ALLOWED.get(workflow, frozenset())
    leaving = replace(
        facts,
        text=scrub(facts.text, facts),
        subject=scrub(facts.subject, facts),
        values={k: scrub(v, facts) for k, v in facts.values.items() if k in allowed},
        identifiers=(),
    )
    if left := found_in(leaving.context(), facts):
        raise KeptInside(f"The message was not sent to the model: it holds a {left[0]}.")
    return leaving


def scrub(text: str, facts: Facts) -> str:
    """*text* with each identifier replaced by its kind in brackets; the practice's own stay."""
    for name, pattern in PATTERNS.items():
        text = pattern.sub(partial(_replacement, name, facts), text)
    known = _known(facts)
    return known.sub("[name or number]", text) if known else text


def found_in(text: str, facts: Facts) -> tuple[str, ...]:
    """The kinds of identifier that occur in *text*."""
    kinds = [
        name
        for name, pattern in PATTERNS.items()
        if any(not _is_ours(hit.group(), facts) for hit in pattern.finditer(text))
    ]
    known = _known(facts)
    if known and known.search(text):
        kinds.append("name or number of the patient")
    return tuple(kinds)


def _replacement(name: str, facts: Facts, hit: re.Match[str]) -> str:
    return hit.group() if _is_ours(hit.group(), facts) else f"[{name}]"


def _is_ours(hit: str, facts: Facts) -> bool:
    """Whether *hit* is one of the practice's own telephone numbers or addresses."""
    return any(bare(hit) in bare(contact) for contact in facts.contacts if len(bare(hit)) >= 7)


def bare(contact: str) -> str:
    """A telephone number, web or mail address without what people write around it."""
    contact = contact.casefold().removeprefix("https://").removeprefix("http://")
    if re.search(r"[a-z@]", contact):
        return contact.removeprefix("www.").strip("/ .,")
    return re.sub(r"\D", "", contact).removeprefix("1")


def _known(facts: Facts) -> re.Pattern[str] | None:
    words = sorted({i.strip() for i in facts.identifiers if len(i.strip()) > 1}, key=len)
    if not words:
        return None
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, reversed(words)))})\b", re.IGNORECASE)
