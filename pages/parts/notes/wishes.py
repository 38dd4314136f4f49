"""What is clicked on the Notes page, and which note is open beside the list in this tab."""

from uuid import UUID

from pages.parts.beside import Beside
from pages.parts.clicks import Clicks
from pages.parts.notes import words
from services.container import Container
from services.desk import Actor
from services.workflows.notes.listing import Listed, newest, notes
from services.workflows.notes.reading import OpenNote, open_note

CLICKS = Clicks("notes", words.DONE)
NOTE: Beside[Listed, OpenNote] = Beside("notes", newest, notes, open_note)


def carry_out(container: Container, actor: Actor) -> None:
    """Do what was wished; a section that was kept is closed."""
    if CLICKS.carry_out(container, actor):
        NOTE.edit("")


def turn_to(id: UUID | None) -> None:
    """A button's callback: open this note; what became of the last click is told no more."""
    NOTE.open(id)
    CLICKS.forget()
