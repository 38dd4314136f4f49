"""What a provider sets for their own notes: which sections, how the plan reads, and a few words on style."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.base import new_id
from db.note_preferences import NotePreference, NotePreferences
from db.places import Places
from db.staff import StaffList
from db.visit_notes import VisitNote
from services.ai import Facts
from services.ai.minimum import found_in
from services.container import Container
from services.desk import Actor, Desk, looking
from services.errors import Invalid
from services.management import Deed, managed
from services.notes.sections import SectionKey
from services.notes.style import AS_IT_COMES, LONGEST, PlanShape, Style

PREFER = "notes.prefer"


@dataclass(frozen=True)
class Preferences:
    """What one person prefers, whom the EHR knows as *provider*; empty where they never said."""

    provider: str = ""
    style: Style = AS_IT_COMES


@dataclass(frozen=True)
class Choices:
    """A person's preferences as they are, and who they may be in the EHR: reference and name."""

    mine: Preferences
    providers: tuple[tuple[str, str], ...]


def choices(container: Container, actor: Actor) -> Choices:
    """The preferences of the person at this desk. Raises ``NotAllowed``."""
    with looking(container, actor) as desk:
        desk.require(PREFER, "set preferences for notes")
        providers = desk.open(Places).of_kind("provider")
        return Choices(_read(_mine(desk)), tuple((p.ehr_ref, p.name) for p in providers))


@managed(PREFER, "Keep my preferences")
def prefer(desk: Desk, wanted: Preferences) -> Deed[None]:
    """Draft my visits like this from the next draft on; nobody else's change."""
    words = _on_style(wanted.style.words)
    _require_mine(desk, wanted.provider)
    _require_sections(wanted.style.wanted)
    row = _mine(desk) or _new(desk)
    row.provider, row.words = wanted.provider or None, words
    row.plan, row.changed_at = str(wanted.style.plan), desk.now
    row.wanted = [] if set(wanted.style.wanted) == set(SectionKey) else list(wanted.style.wanted)
    desk.session.add(row)
    return Deed(row.ref, _how(row), None)


def style_for(desk: Desk, note: VisitNote) -> Style:
    """How the provider of this visit likes their notes."""
    if not note.provider:
        return AS_IT_COMES
    return _read(desk.open(NotePreferences).of_provider(note.provider)).style


def _on_style(words: str) -> str:
    clean = " ".join(words.split())
    if len(clean) > LONGEST:
        raise Invalid(f"Your words are too long: {len(clean)} of {LONGEST} characters.")
    if found := found_in(clean, Facts(clean)):
        raise Invalid(f"Preferences are about style, not about a patient: they hold a {found[0]}.")
    return clean


def _require_mine(desk: Desk, provider: str) -> None:
    if not provider:
        return
    if provider not in {place.ehr_ref for place in desk.open(Places).of_kind("provider")}:
        raise Invalid("eCW does not name this provider any more. Please choose again.")
    held = desk.open(NotePreferences).of_provider(provider)
    if held and held.staff_id != desk.actor.staff_id:
        name = desk.open(StaffList).names().get(held.staff_id, "A colleague")
        raise Invalid(f"{name} is this provider already. Please choose your own name.")


def _require_sections(wanted: Sequence[SectionKey]) -> None:
    if not wanted:
        raise Invalid("A note needs at least one section.")


def _mine(desk: Desk) -> NotePreference | None:
    staff_id = desk.actor.staff_id
    return desk.open(NotePreferences).of(staff_id) if staff_id else None


def _new(desk: Desk) -> NotePreference:
    if desk.actor.staff_id is None:
        raise Invalid("Only a person has preferences.")
    return NotePreference(
        id=new_id(), practice_id=desk.practice_id, staff_id=desk.actor.staff_id,
        changed_at=desk.now,
    )  # fmt: skip


def _read(row: NotePreference | None) -> Preferences:
    if row is None:
        return Preferences()
    wanted = tuple(key for key in SectionKey if key in row.wanted) or tuple(SectionKey)
    return Preferences(row.provider or "", Style(PlanShape(row.plan), wanted, row.words))


def _how(row: NotePreference) -> str:
    """What was chosen; the words themselves are not for the trail."""
    sections = f"{len(row.wanted)} sections" if row.wanted else "every section"
    return f"{row.provider or 'no provider'}, plan {row.plan or 'as drafted'}, {sections}"
