"""Whether a note lies in eCW as it was approved: every section there, in its place, word for word."""

from collections.abc import Callable, Mapping

from services.ehr.notebook import NoteWrite
from services.errors import Refused


def lines(text: str) -> str:
    """*text* without what no reader sees: kinds of line ends, blanks at their ends, outer blank lines."""
    ended = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in ended).strip()


def letters(text: str) -> str:
    """*text* without any white space: a page breaks its lines where it must."""
    return "".join(text.split())


def is_there(note: NoteWrite, found: Mapping[str, str]) -> bool:
    """Whether any section's words are found under any code."""
    known = {lines(text) for text in found.values()}
    return any(lines(section.text) in known for section in note.sections)


def require_same(
    note: NoteWrite, found: Mapping[str, str], plain: Callable[[str], str] = lines
) -> None:
    """Raises ``Refused``, code ``differs``, naming the sections; *found* is text by section code."""
    places: dict[str, str] = {plain(text): code for code, text in found.items()}
    faults = []
    for section in note.sections:
        wanted, shown = plain(section.text), found.get(section.code)
        if shown is not None and plain(shown) == wanted:
            continue
        if wanted in places:
            faults.append(f"{section.title} is in another place")
        elif shown is None:
            faults.append(f"{section.title} is missing")
        else:
            faults.append(f"{section.title} reads otherwise")
    if faults:
        raise Refused(
            f"The note is in eCW, but not as it was approved: {', '.join(faults)}. "
            "Please compare it there.",
            code="differs",
        )
