"""One-click actions on the note of a visit: like those on a conversation, on another shelf."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from db.visit_notes import NoteRevision, NoteRevisions, NoteState, VisitNote, VisitNotes
from services.actions import Action
from services.desk import Desk
from services.errors import Invalid
from services.workflows.notes import standing
from services.workflows.notes.standing import NoteText

P = ParamSpec("P")
WRITABLE = (NoteState.READY, NoteState.FAILED)


def note_action(
    verb: str, label: str, *, needs_shown: bool = False
) -> Callable[[Callable[Concatenate[Desk, VisitNote, P], None]], Action[P]]:
    """Make a function of a desk and a note into a one-click action; see ``services.actions``."""

    def wrap(run: Callable[Concatenate[Desk, VisitNote, P], None]) -> Action[P]:
        return Action(verb=verb, label=label, run=run, shelf=VisitNotes, needs_shown=needs_shown)

    return wrap


def text_of(desk: Desk, note: VisitNote) -> NoteText:
    """The note as it stands. Raises ``Invalid`` unless it may still be changed."""
    if note.state not in WRITABLE:
        raise Invalid("This note has left or is closed. Please reopen it first.")
    kept = desk.vault.read(note, "text").text
    return standing.read(kept) if kept else NoteText(())


def keep(desk: Desk, note: VisitNote, text: NoteText) -> None:
    """Keep *text* as the note, and this wording among all earlier ones."""
    desk.vault.seal_into(note, text=text.to_json())
    note.content_hash, note.unsettled = text.digest, text.unsettled
    revision = NoteRevision(
        practice_id=desk.practice_id, note_id=note.id, key_id=note.key_id, version=note.version,
        edited_by=desk.actor.staff_id,
    )  # fmt: skip
    desk.vault.seal_into(revision, text=text.to_json())
    desk.open(NoteRevisions).add(revision)
