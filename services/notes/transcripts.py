"""Transcripts as recognisers and people write them, read into turns; tags may be missing or odd."""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from services.errors import Invalid
from services.notes.values import Role, Transcript, Turn

LONGEST = 400_000  # characters; four hours of speech have about 200,000
_TAG = re.compile(
    r"^\s*(?:\[(?P<bracket>[\w -]{1,30})\]|(?P<name>[A-Za-z][\w ]{0,28}?)\s*:)\s*", re.MULTILINE
)
ROLES: Mapping[str, Role] = {
    **dict.fromkeys(("doctor", "dr", "clinician", "provider", "physician", "nurse", "np", "pa"), Role.CLINICIAN),
    **dict.fromkeys(("patient", "pt"), Role.PATIENT),
    **dict.fromkeys(("patient_guest", "guest", "guest_family", "guest_clinician", "mother", "father", "wife", "husband",
                     "daughter", "son", "parent", "caregiver", "family", "interpreter"), Role.GUEST),
}  # fmt: skip


def read_transcript(text: str) -> Transcript:
    """The turns of *text*: ``[doctor] …`` or ``Doctor: …``, one a line; a line without a tag goes on.

    Turns are numbered from 1 in order. Raises ``Invalid`` when it is empty, too long, or nobody
    is named as speaking.
    """
    if not text.strip():
        raise Invalid("The transcript is empty.")
    if len(text) > LONGEST:
        raise Invalid(f"The transcript is too long: more than {LONGEST:,} characters.")
    turns = tuple(_turns(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")))
    if not any(turn.role in (Role.CLINICIAN, Role.PATIENT) for turn in turns):
        raise Invalid(
            "The transcript names nobody as speaking. Begin lines with Doctor: or Patient:."
        )
    return Transcript(turns)


def _turns(text: str) -> Iterator[Turn]:
    tags = [tag for tag in _TAG.finditer(text) if tag["bracket"] or _role(tag) is not Role.UNKNOWN]
    if tags and text[: tags[0].start()].strip():
        yield Turn(1, Role.UNKNOWN, text[: tags[0].start()].strip())
    before = bool(tags and text[: tags[0].start()].strip())
    number = 1 + before
    for tag, following in zip_longest(tags, tags[1:]):
        said = text[tag.end() : following.start() if following else len(text)].strip()
        if said:
            yield Turn(number, _role(tag), said)
            number += 1


def _role(tag: re.Match[str]) -> Role:
    name = (tag["bracket"] or tag["name"]).strip().lower().replace(" ", "_")
    known = ROLES.get(name) or ROLES.get(name.split("_")[0].rstrip("0123456789"))
    return known or ROLES.get(name.rstrip("0123456789_"), Role.UNKNOWN)
