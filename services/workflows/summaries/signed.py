"""The signed words of one visit as they are kept here: what a summary may rest on, and nothing else."""

from collections.abc import Mapping
from hashlib import sha256

from pydantic import TypeAdapter

from db.visit_summaries import VisitSummary
from services.desk import Desk
from services.ehr import notebook
from services.notes.sections import TITLES, SectionKey
from services.notes.summary import SignedNote
from services.notes.summary.signed import signed_note


def usable(found: notebook.SignedNote) -> SignedNote:
    """The sentences of a signed note that a summary may tell."""
    return signed_note(((one.key, one.text) for one in found.sections), found.signed_at)


def digest(note: SignedNote) -> str:
    """Which signed words these are, whenever they were signed."""
    said = "\x1e".join(f"{key}\x1f{text}" for key, text in _sentences(note))
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def to_json(note: SignedNote) -> str:
    """*note* as text to be sealed."""
    return _NOTE.dump_json(note).decode()


def sources(desk: Desk, summary: VisitSummary) -> Mapping[str, tuple[str, str]]:
    """Each signed sentence by its citation (``T3``), with the title of its section."""
    if summary.signed is None:
        return {}
    note = _NOTE.validate_json(desk.vault.read(summary, "signed").text)
    return {
        f"T{number}": (TITLES[key].removesuffix(" (suggested)"), text)
        for number, (key, text) in enumerate(_sentences(note), 1)
    }


def _sentences(note: SignedNote) -> list[tuple[SectionKey, str]]:
    return [(section.key, s.text) for section in note.sections for s in section.sentences]


_NOTE: TypeAdapter[SignedNote] = TypeAdapter(SignedNote)
