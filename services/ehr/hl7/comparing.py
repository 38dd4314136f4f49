"""A note that was read back beside the one that was sent: eCW says AA also to what it drops."""

from collections.abc import Iterator, Mapping

from services.ehr.hl7.escapes import one_kind_of_line_end
from services.ehr.hl7.note import Note


def differences(note: Note, found: Mapping[str, str]) -> list[str]:
    """A sentence for each section that is not in eCW as it was sent; *found* is text by section key.

    Spaces around a line and how it ends may differ, words may not. Sections that stand there and
    were not sent are none of this note's business. No sentence quotes a text.
    """
    return list(_differences(note, found))


def _differences(note: Note, found: Mapping[str, str]) -> Iterator[str]:
    for key, text in note.sections.items():
        if key not in found or not found[key].strip():
            yield f"The section {key} did not arrive in eCW, although eCW took the note."
        elif _words(found[key]) != _words(text):
            yield f"The section {key} stands in eCW, but not as it was sent."
        if other := _elsewhere(key, text, note, found):
            yield f"The text of section {key} stands under {other} in eCW."


def _elsewhere(key: str, text: str, note: Note, found: Mapping[str, str]) -> str:
    """The other section under which this text landed, if it is not that section's own."""
    words = _words(text)
    for other, there in found.items():
        own = note.sections.get(other, "")
        if other != key and _words(there) == words and _words(own) != words:
            return other
    return ""


def _words(text: str) -> list[str]:
    return [line.strip() for line in one_kind_of_line_end(text).strip().split("\n")]
