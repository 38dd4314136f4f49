"""What kind of document was read, told from its own title and from the fields found on it."""

import re
from collections.abc import Iterator, Mapping, Sequence

from db.vocabulary import DocumentKind
from services.documents.pages import Document, Kind
from services.workflows.intake.contents import Content
from services.workflows.intake.fields import Field
from services.workflows.intake.normal.text import folded

TITLE_LINES = 12  # of the first page: letterhead, then the title
CARD_LINES = 40  # of a card's two sides; more is a form
OWN = ("demographics", "coverage")
ON_A_CARD = ("member_id", "group")

# A title is a line of its own: the same words within a sentence, or as a question, say nothing.
_WORDS = r"(?:[a-z&-]+ ){0,4}?"
TITLES: Mapping[DocumentKind, re.Pattern[str]] = {
    DocumentKind.REFERRAL: re.compile(
        rf"{_WORDS}(referral|referral (form|request|letter|order)|consult(ation)? request)"
    ),
    DocumentKind.RESULT: re.compile(
        rf"{_WORDS}((laboratory|lab|pathology|radiology|imaging|diagnostic|test|echo) "
        r"(report|results?)|results? report)"
    ),
    DocumentKind.OUTSIDE_RECORD: re.compile(
        rf"{_WORDS}(discharge summary|progress notes?|office visit note|operative (report|note)"
        r"|consultation (report|note)|(clinical|visit|care) summary|medical records?)"
    ),
    DocumentKind.PATIENT_FORM: re.compile(
        rf"{_WORDS}(patient|medical history|health history|registration|intake) "
        r"(registration|intake|information|history|form|questionnaire|packet)"
        r"( (form|packet|questionnaire))?"
    ),
}  # fmt: skip


def kind_of(content: Content, found: Sequence[Field]) -> DocumentKind:
    """The kind of a document that was read; ``OTHER`` where neither title nor fields tell."""
    if not isinstance(content, Document):
        return DocumentKind.CHECK_IN
    if content.kind is Kind.CCDA:
        return DocumentKind.OUTSIDE_RECORD
    return _titled(content) or _by_fields(content, found)


def _titled(document: Document) -> DocumentKind | None:
    return next(
        (
            kind
            for line in _top(document)
            for kind, title in TITLES.items()
            if title.fullmatch(line)
        ),
        None,
    )


def _top(document: Document) -> Iterator[str]:
    for page in document.pages[:1]:
        yield from (folded(line.text) for line in page.lines[:TITLE_LINES] if ":" not in line.text)


def _by_fields(document: Document, found: Sequence[Field]) -> DocumentKind:
    groups = {field.group for field in found if field.value}
    if _is_card(document, found) and groups <= set(OWN):
        return DocumentKind.INSURANCE_CARD
    return DocumentKind.PATIENT_FORM if "demographics" in groups else DocumentKind.OTHER


def _is_card(document: Document, found: Sequence[Field]) -> bool:
    """A card is short, has a member's or group's number, and no address to write to."""
    said = {field.path.rpartition(".")[2] for field in found if field.value}
    lines = sum(len(page.lines) for page in document.pages)
    return lines <= CARD_LINES and bool(said & set(ON_A_CARD)) and not said & {"address", "phone"}
