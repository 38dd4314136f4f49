"""Editing template profiles: a new version each time, previewed, and tried on real notes before."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from db.note_profiles import NoteProfile, NoteProfiles
from db.staff import StaffList
from db.visit_notes import VisitNotes
from services.container import Container
from services.desk import Actor, Desk, working
from services.ehr.notebook import NoteSection
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.notes.sections import SectionKey
from services.outbox import NOTE_ROADS
from services.workflows.notes import standing
from services.workflows.notes.profiles import Layout, differences, placed, sections_of

READ = "notes.read_templates"
TRIED = 50  # notes of a dry run, newest first


class SectionTable(BaseModel):
    """One ``[[section]]`` of a profile."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    key: SectionKey
    code: str = Field(min_length=1, max_length=40)
    text: str = Field(min_length=1, max_length=80)
    system: str = Field("L", min_length=1, max_length=20)
    road: str = ""  # its own; empty follows the template's


class ProfileFile(BaseModel):
    """A profile as a TOML file: ``name``, ``location`` and ordered ``[[section]]`` tables."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=80)
    location: str = Field("", max_length=80)
    department: str = Field("", max_length=80)
    road: str = ""
    section: tuple[SectionTable, ...] = Field(min_length=1, max_length=60)


@dataclass(frozen=True)
class TemplateRow:
    """One profile in force, with who wrote it and how it differs from what eCW told."""

    location: str
    department: str
    name: str
    version: int
    road: str
    toml: str
    is_discovered: bool
    edited_by: str
    edited_at: datetime
    told_at: datetime | None
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """What a profile would do to past notes: how many would fit, and what would have no place."""

    notes: int
    fit: int
    homeless: tuple[tuple[str, int], ...]
    example: tuple[str, ...] = field(default=(), repr=False)


def templates(container: Container, actor: Actor) -> tuple[TemplateRow, ...]:
    """Every profile in force. Raises ``NotAllowed``."""
    with working(container, actor) as desk:
        desk.require(READ, "read templates")
        names = desk.open(StaffList).names()
        return tuple(_row(profile, names) for profile in desk.open(NoteProfiles).newest())


def read_profile(text: str) -> ProfileFile:
    """A profile from TOML. Raises ``Invalid`` with one sentence for what is wrong first."""
    try:
        found = ProfileFile(**tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"This is not TOML: {error}.") from None
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise Invalid(f"{where}: {str(fault['msg'])[:1].lower()}{str(fault['msg'])[1:]}.") from None
    _require_consistent(found)
    return found


def try_out(container: Container, actor: Actor, text: str) -> Trial:
    """A dry run: the newest notes of that place as they would leave by this profile. Sends nothing."""
    profile = read_profile(text)
    own = {str(section.key): section.road for section in profile.section if section.road}
    layout = Layout(profile.name, 0, sections_of(_tables(profile)), profile.road, "", own=own)
    with working(container, actor) as desk:
        desk.require(READ, "try templates")
        desk.record("notes.template_tried", "note_profile", reason=profile.name)
        return _trial(desk, profile, layout)


@managed("notes.edit_template", "Keep this template")
def save(desk: Desk, text: str, seen_version: int) -> Deed[int]:
    """Keep this as the next version of the template; the versions before stay."""
    wanted = read_profile(text)
    profiles = desk.open(NoteProfiles)
    before = next(iter(profiles.versions(wanted.location, wanted.department)), None)
    if (before.version if before else 0) != seen_version:
        raise Stale("Somebody changed this template since you opened it. Please look again.")
    new = NoteProfile(
        practice_id=desk.practice_id, name=wanted.name, location=wanted.location,
        department=wanted.department, version=seen_version + 1, road=wanted.road,
        sections=_tables(wanted),
        told=before.told if before else [], told_at=before.told_at if before else None,
        edited_by=desk.actor.staff_id, edited_at=desk.now,
    )  # fmt: skip
    profiles.add(new)
    return Deed(
        new.ref, f"version {new.version} of {wanted.location or 'the practice'}", new.version
    )


def to_toml(profile: NoteProfile) -> str:
    """A profile as the TOML that ``read_profile`` reads."""
    head = [f"name = {_quoted(profile.name)}"]
    for name in ("location", "department", "road"):
        if value := getattr(profile, name):
            head.append(f"{name} = {_quoted(value)}")
    tables = (
        "\n".join(["[[section]]", *(f"{k} = {_quoted(str(v))}" for k, v in table.items())])
        for table in profile.sections
    )
    return "\n\n".join(["\n".join(head), *tables]) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: what JSON escapes, TOML escapes the same way."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _require_consistent(profile: ProfileFile) -> None:
    keys = [section.key for section in profile.section]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise Invalid(f"The section “{twice}” stands twice in the template.")
    codes = [(section.system, section.code) for section in profile.section]
    if len(set(codes)) < len(codes):
        raise Invalid("Two sections have the same code, so eCW could not tell them apart.")
    for road in (profile.road, *(section.road for section in profile.section)):
        if road and road not in NOTE_ROADS:
            raise Invalid(f"road: one of {', '.join(NOTE_ROADS)}.")


def _tables(profile: ProfileFile) -> list[dict[str, str]]:
    """The sections as they are kept: a road only where one is named."""
    dumped = (section.model_dump(mode="json") for section in profile.section)
    return [{k: v for k, v in table.items() if k != "road" or v} for table in dumped]


def _trial(desk: Desk, profile: ProfileFile, layout: Layout) -> Trial:
    past = desk.open(VisitNotes).newest_at(profile.location, TRIED)
    homeless: dict[str, int] = {}
    fit = 0
    example: tuple[str, ...] = ()
    for note in past:
        if not (kept := desk.vault.read(note, "text").text):
            continue
        found = placed(standing.read(kept), layout)
        fit += not found.homeless
        example = example or tuple(_example(s, layout) for s in found.sections)
        for title in found.homeless:
            homeless[title] = homeless.get(title, 0) + 1
    return Trial(len(past), fit, tuple(sorted(homeless.items(), key=lambda one: -one[1])), example)


def _example(section: NoteSection, layout: Layout) -> str:
    road = layout.own.get(section.key, layout.road)
    return f"{section.code} {section.title}{f' ({road})' if road else ''}"


def _row(profile: NoteProfile, names: Mapping[UUID, str]) -> TemplateRow:
    ours, told = sections_of(profile.sections), sections_of(profile.told)
    return TemplateRow(
        location=profile.location, department=profile.department, name=profile.name,
        version=profile.version, road=profile.road, toml=to_toml(profile),
        is_discovered=profile.is_discovered,
        edited_by=names.get(profile.edited_by, "") if profile.edited_by else "",
        edited_at=profile.edited_at, told_at=profile.told_at,
        differences=differences(ours, told) if told else (),
    )  # fmt: skip
