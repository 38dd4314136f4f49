"""Template profiles: where each section goes, whether eCW agrees, and what has no place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from db.connections import Connections
from db.note_profiles import NoteProfile, NoteProfiles
from db.visit_notes import VisitNote
from services.desk import Desk
from services.ehr.notebook import LayoutSection, NoteSection
from services.notes.sections import TITLES, SectionKey
from services.outbox import NOTE_ROADS
from services.workflows.notes.standing import NotePart, NoteText

# Where a section goes that the template has no place for: joined to the one it belongs to.
JOINED: Mapping[SectionKey, SectionKey] = {
    SectionKey.MEDICAL_HISTORY: SectionKey.HPI,
    SectionKey.SURGICAL_HISTORY: SectionKey.HPI,
    SectionKey.FAMILY_HISTORY: SectionKey.HPI,
    SectionKey.SOCIAL_HISTORY: SectionKey.HPI,
    SectionKey.MEDICATIONS: SectionKey.HPI,
    SectionKey.ALLERGIES: SectionKey.HPI,
    SectionKey.VITALS: SectionKey.EXAM,
    SectionKey.RESULTS: SectionKey.ASSESSMENT,
    SectionKey.ORDERS: SectionKey.PLAN,
    SectionKey.INSTRUCTIONS: SectionKey.PLAN,
}
PREFERRED = ("note_hl7", "note_sections", "note_document", "note_ccda")  # deepest first


@dataclass(frozen=True)
class Layout:
    """The template in force for a note: its sections in order, its road, and what forbids sending.

    ``road`` is empty where none is open; ``own`` are roads of single sections, by key. ``faults``
    are sentences; with any, nothing is sent.
    """

    name: str
    version: int
    sections: tuple[LayoutSection, ...]
    road: str
    road_reason: str
    faults: tuple[str, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """One way out, empty where it is closed, and the sections that take it."""

    road: str
    sections: tuple[NoteSection, ...] = field(repr=False)


@dataclass(frozen=True)
class Placed:
    """The note as it would leave: its sections in the template's order, and what has no place."""

    sections: tuple[NoteSection, ...] = field(repr=False)
    homeless: tuple[str, ...] = ()


def layout_of(desk: Desk, note: VisitNote) -> Layout:
    """The layout for the place of *note*, checked against what the EHR told of its own."""
    profile = desk.open(NoteProfiles).for_place(note.location, note.department)
    road, reason = _road(desk, profile)
    if profile is None:
        missing = "No template is set up for this location. An administrator does it on Templates."
        return Layout("", 0, (), road, reason, (missing,))
    sections = sections_of(profile.sections)
    faults = differences(sections, sections_of(profile.told)) if profile.told else ()
    own = {one["key"]: one["road"] for one in profile.sections if one.get("road")}
    closed = tuple(_closed(desk, sections, own))
    return Layout(profile.name, profile.version, sections, road, reason, (*faults, *closed), own)


def placed(text: NoteText, layout: Layout) -> Placed:
    """*text* in the order of *layout*; sections without a place are joined to theirs, or named."""
    homes = {section.key for section in layout.sections}
    by_home: dict[str, list[str]] = {}
    homeless: list[str] = []
    for part in text.parts:
        home = _home(part, homes)
        if home:
            by_home.setdefault(home, []).append(_titled(part, home))
        else:
            homeless.append(part.title)
    sections = (
        NoteSection(s.key, s.code, s.title, s.system, "\n".join(by_home[s.key]))
        for s in layout.sections
        if s.key in by_home
    )
    return Placed(tuple(sections), tuple(homeless))


def ways(found: Placed, layout: Layout) -> tuple[Way, ...]:
    """The ways by which *found* would leave: one for each road, in the order of the template."""
    by_road: dict[str, list[NoteSection]] = {}
    for section in found.sections:
        by_road.setdefault(layout.own.get(section.key, layout.road), []).append(section)
    return tuple(Way(road, tuple(sections)) for road, sections in by_road.items())


def named(found: Sequence[Way]) -> str:
    """Which ways these are, as a word that changes whenever a section takes another."""
    if len(found) == 1:
        return found[0].road
    return " ".join(f"{way.road}={','.join(s.code for s in way.sections)}" for way in found)


def sections_of(tables: Sequence[Mapping[str, str]]) -> tuple[LayoutSection, ...]:
    """The sections of a profile's tables."""
    return tuple(
        LayoutSection(one["key"], one["code"], one["text"], one.get("system", "L"))
        for one in tables
    )


def differences(ours: Sequence[LayoutSection], theirs: Sequence[LayoutSection]) -> tuple[str, ...]:
    """How the profile and the EHR's own template differ, each as a sentence; empty where they agree."""
    told = {section.key: section for section in theirs}
    faults = [
        f"eCW has no section “{one.title}” ({one.code}) here." if one.key not in told
        else f"eCW files “{one.title}” under {told[one.key].code}, the template under {one.code}."
        for one in ours
        if one.key not in told or told[one.key].code != one.code
    ]  # fmt: skip
    common = [one.key for one in ours if one.key in told]
    if not faults and common != [one.key for one in theirs if one.key in common]:
        order = ", ".join(one.title for one in theirs)
        faults.append(f"eCW expects another order: {order}.")
    return tuple(faults)


def _closed(desk: Desk, sections: Sequence[LayoutSection], own: Mapping[str, str]) -> Iterator[str]:
    """What forbids sending because a section's own road is closed."""
    connections = desk.open(Connections)
    for one in sections:
        connection = connections.of(NOTE_ROADS[own[one.key]]) if one.key in own else None
        if connection and not connection.able:
            why = connection.reason or "The connection has not been checked yet."
            yield f"“{one.title}” has a way of its own, which is closed. {why}"


def _home(part: NotePart, homes: set[str]) -> str:
    joined = JOINED.get(part.key)
    if part.key in homes:
        return part.key
    return joined if joined and joined in homes else ""


def _titled(part: NotePart, home: str) -> str:
    """What was joined to another section says what it is."""
    return part.text if part.key == home else f"{TITLES[part.key]}:\n{part.text}"


def _road(desk: Desk, profile: NoteProfile | None) -> tuple[str, str]:
    """The road of the profile, else the deepest one that is open; with the reason why or why not."""
    connections = desk.open(Connections)
    wanted = (profile.road,) if profile and profile.road else PREFERRED
    reasons = []
    for kind in wanted:
        connection = connections.of(NOTE_ROADS[kind])
        if connection.able:
            return kind, connection.reason
        reasons.append(connection.reason or "The connection has not been checked yet.")
    return "", reasons[0]
