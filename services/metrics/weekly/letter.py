"""The mail itself: headlines in words, what missed its target first, and the PDF of everything."""

import unicodedata
from collections.abc import Iterator, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlencode

from services.metrics import pdf
from services.metrics.headlines import MISSED, headlines
from services.metrics.pdf import Shown
from services.metrics.report import Reading
from services.metrics.words import change_said, said, standing_said, wish_said
from services.settings import Settings

LONGEST = 60  # characters of a practice's name in a header
PAGE = "/numbers"
FOOT = (
    "No patient and no single person is in these numbers. Foyer sends this once a week to the "
    "addresses that your administrator listed."
)


def letter(shown: Shown, id: str, settings: Settings, to: Sequence[str]) -> EmailMessage:
    """The mail for these addresses. The same *id* makes the same Message-ID, so that servers may
    know a second copy."""
    name = one_line(shown.practice)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=name, addr_spec=settings.smtp_sender)
    mail["To"] = [Address(addr_spec=address) for address in to]
    mail["Subject"] = subject(shown)
    mail["Date"] = format_datetime(shown.now)
    mail["Message-ID"] = f"<report-{id}@{settings.smtp_sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(words(shown, settings)))
    file = f"metrics-{shown.found.span.first}-{shown.found.span.last}.pdf"
    mail.add_attachment(pdf.pdf(shown), maintype="application", subtype="pdf", filename=file)
    return mail


def subject(shown: Shown) -> str:
    """Whose numbers of which days; nothing of what they are."""
    span = shown.found.span
    mark = "[Simulated] " if shown.found.simulated else ""
    return f"{mark}{one_line(shown.practice)}: metrics, {span.first} to {span.last}"


def one_line(text: str) -> str:
    """*text* without whatever could begin another header."""
    plain = (" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join("".join(plain).split())[:LONGEST].strip()


def words(shown: Shown, settings: Settings) -> Iterator[str]:
    """The text, line by line."""
    found, span = shown.found, shown.found.span
    yield f"{one_line(shown.practice)}, {span.first} to {span.last}"
    if found.simulated:
        yield "Simulated practice: no number here is of real patients."
    of = pdf.narrowed(found, shown.narrow)
    yield f"{of[:1].upper()}{of[1:]}. {pdf.as_of_said(found, shown.zone)}"
    told = [one for one in headlines(found) if one.now.count]
    yield from _part("Missed their target", [one for one in told if one.standing in MISSED])
    yield from _part("The rest of the headlines", [x for x in told if x.standing not in MISSED])
    if not told:
        yield from ("", "Nothing was counted on these days.")
    yield from _events(shown)
    yield from ("", "Every metric with its target, and small charts, are in the PDF attached.")
    if settings.secure:
        asked = {"from": str(span.first), "to": str(span.last)} | shown.narrow.places
        yield f"With the rows behind them: {settings.base_url}{PAGE}?{urlencode(asked)}"
    yield from ("", FOOT)


def _part(title: str, readings: Sequence[Reading]) -> Iterator[str]:
    if readings:
        yield from ("", title, *(f"- {_line(one)}" for one in readings))


def _line(one: Reading) -> str:
    metric, wanted = one.metric, one.wanted
    standing = standing_said(one)
    if wanted.target is not None:
        standing += f" ({wish_said(metric, wanted.target)})"
    baseline = "" if wanted.baseline is None else f"baseline {said(metric.unit, wanted.baseline)}"
    told = (standing, change_said(one), baseline, f"{one.now.count:,} counted")
    return f"{metric.title}: {said(metric.unit, one.now.value)}; {', '.join(filter(None, told))}"


def _events(shown: Shown) -> Iterator[str]:
    if shown.happened:
        yield from ("", "What happened")
        yield from (f"- {day} {text}" for _, day, text, _ in shown.happened)
