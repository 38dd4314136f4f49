"""What a provider does to a draft: write, tick, take out, set aside; nothing of it leaves the building."""

from db.visit_notes import NoteState, VisitNote
from services.desk import Desk
from services.errors import Invalid
from services.notes import lines
from services.notes.sections import SectionKey
from services.notes.transcripts import read_transcript
from services.workflows.notes.acting import WRITABLE, keep, note_action, text_of

LONGEST_SECTION = 20_000  # characters


@note_action("notes.edit", "Keep this section", needs_shown=True)
def edit(desk: Desk, note: VisitNote, key: str, text: str) -> None:
    """Keep the section as you wrote it: a sentence a line, yours under your name."""
    if len(text) > LONGEST_SECTION:
        raise Invalid(f"The section is too long: {len(text):,} of {LONGEST_SECTION:,} characters.")
    before = text_of(desk, note)
    keep(desk, note, before.with_part(lines.rewritten(before.part(_key(key)), text)))
    if note.state is NoteState.FAILED:
        note.state, note.trouble = NoteState.READY, ""


@note_action("notes.tick", "I stand for it", needs_shown=True)
def tick(desk: Desk, note: VisitNote, key: str, place: int, seen: str) -> None:
    """You checked this sentence yourself: it stays, under your name."""
    before = text_of(desk, note)
    keep(desk, note, before.with_part(lines.ticked(before.part(_key(key)), place, seen)))


@note_action("notes.remove", "Take it out", needs_shown=True)
def remove(desk: Desk, note: VisitNote, key: str, place: int, seen: str) -> None:
    """Take this sentence out of the note; the first draft keeps it."""
    before = text_of(desk, note)
    keep(desk, note, before.with_part(lines.without(before.part(_key(key)), place, seen)))


@note_action("notes.set_aside", "No note from here")
def set_aside(desk: Desk, note: VisitNote) -> None:
    """This visit needs no note from Foyer: it was written in eCW, or there is none to write."""
    if note.state not in (*WRITABLE, NoteState.WAITING):
        raise Invalid("This note is on its way or closed already.")
    note.state, note.closed_at, note.trouble = NoteState.SET_ASIDE, desk.now, ""


@note_action("notes.reopen", "Reopen")
def reopen(desk: Desk, note: VisitNote) -> None:
    """Write on: the note comes back as it was, or is drafted now if nothing was."""
    # What lies in eCW is changed there: a second draft beside it would be a second note.
    if note.state is not NoteState.SET_ASIDE or note.purged_at:
        raise Invalid("Only what was set aside can be reopened. Change a filed note in eCW.")
    drafted = desk.vault.read(note, "text").text
    note.state = NoteState.READY if drafted else NoteState.WAITING
    note.closed_at, note.trouble, note.lease_until = None, "", None


@note_action("notes.draft_again", "Draft again")
def draft_again(desk: Desk, note: VisitNote) -> None:
    """Gather everything anew and draft again; the wordings so far are kept for the record."""
    if note.state not in WRITABLE:
        raise Invalid("This note has left or is closed. Please reopen it first.")
    note.state, note.lease_until, note.trouble = NoteState.WAITING, None, ""
    note.last_actor = None


@note_action("notes.add_transcript", "Draft from this transcript")
def add_transcript(desk: Desk, note: VisitNote, text: str) -> None:
    """Keep what was said at the visit, speaker by speaker, and draft the note from it."""
    if note.state not in (*WRITABLE, NoteState.WAITING):
        raise Invalid("This note has left or is closed. Please reopen it first.")
    read_transcript(text)  # refused here, where the person can mend it
    desk.vault.seal_into(note, transcript=text)
    note.state, note.lease_until, note.trouble = NoteState.WAITING, None, ""


def _key(key: str) -> SectionKey:
    try:
        return SectionKey(key)
    except ValueError:
        raise Invalid("There is no such section.") from None
