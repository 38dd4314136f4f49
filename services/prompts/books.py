"""Every prompt there is: what it is for, and whether past work can be put to another one."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.ai import Prompt
from services.errors import Invalid
from services.notes.asking import PROMPT as NOTES
from services.notes.summary.asking import PROMPT as SUMMARY
from services.workflows.denials.letters.asking import PROMPT as LETTERS
from services.workflows.inbox.propose import PROMPT as INBOX
from services.workflows.intake.reading_model import PROMPT as INTAKE

NO_DECISIONS = (
    "People do not sort these, so there is nothing to compare a new version with. A second person "
    "reads it instead before it goes live."
)


@dataclass(frozen=True)
class Book:
    """One prompt. ``compares`` where people decide the same thing that an engine does."""

    key: str
    title: str
    about: str
    prompt: Prompt
    compares: bool = False


BOOKS: Mapping[str, Book] = {
    book.key: book
    for book in (
        Book("inbox", "Inbox", "How messages are sorted and replies are drafted.", INBOX, True),
        Book("intake", "Intake", "How free text on forms is read.", INTAKE),
        Book("notes", "Notes", "How a visit becomes the draft of a note.", NOTES),
        Book("summary", "Summaries", "How a signed note is told to the patient.", SUMMARY),
        Book("letters", "Letters of appeal", "How a denied claim is argued.", LETTERS),
    )
}


def book(key: str) -> Book:
    """The prompt of this name. Raises ``Invalid``."""
    if key not in BOOKS:
        raise Invalid(f"There are no such instructions. There are: {', '.join(BOOKS)}.")
    return BOOKS[key]
