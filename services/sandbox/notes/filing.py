"""Filing into a note, for every road that reaches one, and the progress note that eCW shows of it."""

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape

from services.sandbox.directory import SYNTHETIC
from services.sandbox.ledger import Write
from services.sandbox.notes.cabinet import Filed
from services.sandbox.notes.documents import keep_binary
from services.sandbox.notes.layout import Section, layout_of
from services.sandbox.shapes import Json, stamp
from services.sandbox.tenants import Tenant
from services.sandbox.world import World

PROGRESS_NOTE = {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]}
LOINC = "2.16.840.1.113883.6.1"
NOT_XML = re.compile("[^\t\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def file_sections(
    world: World, tenant: Tenant, encounter: str, sections: Mapping[str, str], road: str, ours: str
) -> None:
    """File *sections*, text by code, into the note of an encounter id; one line in the ledger.

    *ours* is the sender's identifier. What may be filed is for the road to judge beforehand.
    """
    found = tenant.chart.get("Encounter", encounter)
    if found is None:
        raise KeyError(encounter)
    now = world.clock.now()
    for code, text in sections.items():
        tenant.notes.file(encounter, Filed(code, text, road, ours, stamp(now)))
    write = Write(
        kind=f"note_{road}",
        practice=tenant.code,
        id=encounter,
        patient=found["subject"]["reference"],
        text="",
        at=stamp(now),
        client_ref=ours,
        values={"sections": dict(sections)},
    )
    world.ledger.accept(write)
    show_note(world, tenant, found)


def show_note(world: World, tenant: Tenant, encounter: Json, signed_as: str = "final") -> None:
    """Let the progress note as it is now show in the chart: a DocumentReference and its C-CDA."""
    show_at(tenant, encounter, world.clock.now(), signed_as)


def show_at(tenant: Tenant, encounter: Json, now: datetime, signed_as: str = "final") -> None:
    """The same at a moment; ``signed_as`` is the docStatus of a signed note, such as ``amended``."""
    filed = tenant.notes.filed.get(encounter["id"], {})
    if not filed:
        return
    signed = tenant.notes.signed.get(encounter["id"], "")
    note_id = f"pn.{encounter['id']}"
    body = as_ccda(encounter, layout_of(encounter), filed).encode()
    attachment = keep_binary(tenant, note_id, "text/xml", body, now)
    tenant.write(
        {
            "resourceType": "DocumentReference",
            "id": note_id,
            "meta": SYNTHETIC,
            "status": "current",
            "docStatus": signed_as if signed else "preliminary",
            "type": PROGRESS_NOTE,
            "subject": encounter["subject"],
            "date": signed or stamp(now),
            "description": "Progress note",
            "content": [{"attachment": attachment}],
            "context": {"encounter": [{"reference": f"Encounter/{encounter['id']}"}]},
        },
        now,
    )


def as_ccda(encounter: Json, layout: tuple[Section, ...], filed: Mapping[str, Filed]) -> str:
    """The note as a C-CDA document, cut to what tells its sections apart."""
    shown = [_section(one, filed[one.code].text) for one in layout if one.code in filed]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ClinicalDocument xmlns="urn:hl7-org:v3">'
        f'<id root="urn:foyer:sandbox" extension="{escape(encounter["id"])}"/>'
        f'<code code="11506-3" codeSystem="{LOINC}" displayName="Progress note"/>'
        "<title>Progress note (synthetic)</title>"
        f"<component><structuredBody>{''.join(shown)}</structuredBody></component>"
        "</ClinicalDocument>"
    )


def _section(section: Section, text: str) -> str:
    # A road that carries any character may file what XML cannot hold.
    words = "<br/>".join(escape(NOT_XML.sub("\ufffd", line)) for line in text.split("\n"))
    return (
        f'<component><section><code code="{section.loinc}" codeSystem="{LOINC}">'
        f'<translation code="{section.code}"/></code>'
        f"<title>{escape(section.title)}</title><text>{words}</text></section></component>"
    )
