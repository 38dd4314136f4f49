"""A location's progress-note template: which sections eCW expects, in which order, under which codes."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from services.ehr.hl7.escapes import escaped
from services.errors import Invalid

LONGEST_STRING = 199  # characters as sent; HL7 2.5.1, data type ST
LONGEST_NAMESPACE = 20  # HL7 2.5.1, data type IS, of which HD.1 is


@dataclass(frozen=True)
class Section:
    """One section: Foyer's *key*, and the coded element (OBX-3) under which eCW files it."""

    key: str
    code: str
    text: str = ""
    system: str = "L"

    @property
    def identifier(self) -> str:
        """OBX-3 as it is sent."""
        return "^".join(escaped(part) for part in (self.code, self.text, self.system))


@dataclass(frozen=True)
class Interface:
    """What differs from one HL7 interface to the next, and no public source says of eCW's.

    ``note_code`` is the marker that eCW's guide calls PROG (error 306). ``processing`` is P, T or
    D (production, training, debugging). Documents are at most ``largest_document`` bytes: with
    Base64 that is the longest value that HL7 2.5.1 allows; many interfaces take more.
    """

    sending_application: str = "FOYER"
    sending_facility: str = ""
    receiving_application: str = "ECW"
    receiving_facility: str = ""
    processing: str = "P"
    note_code: str = "PROG"
    note_text: str = "Progress note"
    note_system: str = "L"
    document_type: str = "application"
    document_subtype: str = "pdf"
    largest_document: int = 49_152


class Fixed(NamedTuple):
    """What is the same in every message of a profile, as it is sent: MSH-3 to 6, PV1-3, OBR-4."""

    route: str
    place: str
    marker: str


def _fixed(ours: Interface, location: str) -> Fixed:
    sides = (ours.sending_application, ours.sending_facility, ours.receiving_application,
             ours.receiving_facility)  # fmt: skip
    return Fixed(
        route="|".join(escaped(side) for side in sides),
        # PV1-3.9, a description, is the one part of a location that takes more than 20 characters.
        place=f"^^^^^^^^{escaped(location)}",
        marker="^".join(map(escaped, (ours.note_code, ours.note_text, ours.note_system))),
    )


@dataclass(frozen=True)
class Profile:
    """A template. ``document`` says where a whole file goes, where the interface takes one."""

    name: str
    location: str
    sections: tuple[Section, ...]
    interface: Interface = Interface()
    document: Section | None = None
    identifiers: Mapping[str, str] = field(init=False, compare=False, repr=False)
    keys: Mapping[tuple[str, str], str] = field(init=False, compare=False, repr=False)
    fixed: Fixed = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise Invalid(f"The profile cannot be used: {'; '.join(faults)}.")
        object.__setattr__(self, "identifiers", {s.key: s.identifier for s in self.sections})
        object.__setattr__(self, "keys", {(s.code, s.system): s.key for s in self.sections})
        object.__setattr__(self, "fixed", _fixed(self.interface, self.location))


def load_profile(text: str) -> Profile:
    """A profile from TOML: ``name``, ``location``, ordered ``[[section]]`` tables, and where they
    are needed ``[interface]`` and ``[document]``. Raises ``Invalid`` with what is wrong.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"The profile is not TOML: {error}.") from None
    sections = table.get("section", [])
    if not isinstance(sections, list) or not all(isinstance(each, dict) for each in sections):
        raise Invalid("The profile's sections are not [[section]] tables.")
    document = table.get("document")
    return Profile(
        name=_word(table, "name"),
        location=_word(table, "location"),
        sections=tuple(_section(each) for each in sections),
        interface=_interface(table.get("interface", {})),
        document=_section({"key": "document", **document}) if document else None,
    )


def _section(table: Mapping[str, Any]) -> Section:
    key = _word(table, "key")
    return Section(
        key, _word(table, "code"), _word(table, "text", key), _word(table, "system", "L")
    )


def _interface(table: Mapping[str, Any]) -> Interface:
    known = {f.name: f.type for f in fields(Interface)}
    if strange := sorted(set(table) - set(known)):
        raise Invalid(f"The profile's interface has no setting {', '.join(strange)}.")
    for name, value in table.items():
        if type(value) is not known[name]:
            raise Invalid(f"The profile's interface setting {name} is of the wrong type.")
    return Interface(**table)


def _word(table: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = table.get(name, default)
    if not isinstance(value, str):
        raise Invalid(f"The profile lacks {name}, or it is not a text.")
    return value.strip()


def _faults(profile: Profile) -> Iterator[str]:
    """One clause for each fault."""
    if not profile.sections:
        yield "it has no [[section]]"
    if not profile.location:
        yield "location is empty"
    everything = (*profile.sections, *([profile.document] if profile.document else []))
    yield from _repeated("key", [s.key for s in everything])
    yield from _repeated("code", [f"{s.code} ({s.system})" for s in everything])
    for section in everything:
        if not section.key or not section.code:
            yield "a section has an empty key or code"
        if any(len(escaped(p)) > LONGEST_STRING for p in (section.code, section.text)):
            yield f"section {section.key} has a code or text over {LONGEST_STRING} characters"
    yield from _interface_faults(profile.interface)


def _interface_faults(interface: Interface) -> Iterator[str]:
    for name in ("sending_application", "sending_facility", "receiving_application",
                 "receiving_facility"):  # fmt: skip
        if len(escaped(getattr(interface, name))) > LONGEST_NAMESPACE:
            yield f"{name} has over {LONGEST_NAMESPACE} characters"
    if interface.processing not in ("P", "T", "D"):
        yield "processing is not P, T or D"
    if not interface.note_code:
        yield "note_code is empty"


def _repeated(what: str, values: list[str]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"{what} {value} stands there {count} times"
