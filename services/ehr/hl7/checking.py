"""What would keep eCW from filing a message, or make it drop a part in silence; said before it leaves."""

from collections.abc import Iterator

from services.ehr.hl7.escapes import is_well_escaped
from services.ehr.hl7.profile import Interface, Profile
from services.ehr.hl7.reading import Message, Observation, observations

REQUIRED = {
    "MSH": (7, 9, 10, 11, 12), "PID": (3, 5), "PV1": (2, 19), "OBR": (4,), "OBX": (3, 11),
}  # fmt: skip
LONGEST_CONTROL = 20
ORDER = ("MSH", "PID", "PV1", "OBR", "OBX")
EARLIEST_LINE = {name: number for number, name in enumerate(ORDER)}


def findings(message: Message, profile: Profile | None = None) -> list[str]:
    """A sentence for each fault, none quoting the patient; with *profile* also the template's order."""
    found = observations(message)
    interface = profile.interface if profile else Interface()
    return [
        *_kind(message, interface.note_code),
        *_segments(message),
        *_fields(message),
        *_numbering(found),
        *_values(message),
        *(_template(found, profile) if profile else ()),
    ]


def _kind(message: Message, marker: str) -> Iterator[str]:
    head = message.segments[0]
    if (message.text(head, 9, 1), message.text(head, 9, 2)) != ("ORU", "R01"):
        yield "MSH-9 is not ORU^R01."
    if message.text(head, 12) != "2.5.1":
        yield "MSH-12 is not version 2.5.1."
    if message.text(head, 11) not in ("P", "T", "D"):
        yield "MSH-11 is not P, T or D."
    if len(message.control) > LONGEST_CONTROL:
        yield f"MSH-10 has more than {LONGEST_CONTROL} characters."
    request = next(message.named("OBR"), None)
    if request and message.text(request, 4) != marker:
        yield f"OBR-4 is not {marker}, the marker of a progress note (code 306)."


def _segments(message: Message) -> Iterator[str]:
    names = [segment[0] for segment in message.segments]
    for name in ORDER:
        if name not in names:
            code = " (code 307)" if name == "OBR" else ""
            yield f"The segment {name} is missing{code}."
    known = [EARLIEST_LINE[name] for name in names if name in EARLIEST_LINE]
    if known != sorted(known):
        yield "The segments are not in the order MSH, PID, PV1, OBR, OBX (code 100)."


def _fields(message: Message) -> Iterator[str]:
    for name, numbers in REQUIRED.items():
        for place, segment in enumerate(message.named(name), start=1):
            for number in numbers:
                if number >= len(segment) or not segment[number].strip():
                    which = f"{name} {place}" if name == "OBX" else name
                    yield f"{which} lacks field {number} (code 101)."


def _numbering(found: list[Observation]) -> Iterator[str]:
    for number, one in enumerate(found, start=1):
        if one.set_id != str(number):
            yield f"OBX {number} does not carry its number as set id; eCW may drop it."
    places = [(one.code, one.system) for one in found]
    for number, place in enumerate(places, start=1):
        if place in places[: number - 1]:
            yield f"OBX {number} repeats a code; eCW would keep one of the two."


def _values(message: Message) -> Iterator[str]:
    for place, segment in enumerate(message.segments, start=1):
        if any(not is_well_escaped(value) for value in _escapable(segment, place)):
            yield f"Segment {place} ({segment[0]}) has an escape sequence that HL7 does not define."
        if any("\x00" <= sign < " " for value in segment for sign in value):
            yield f"Segment {place} ({segment[0]}) has a control character that is not escaped."
    for number, one in enumerate(observations(message), start=1):
        if one.type not in ("FT", "TX", "ST", "ED"):
            yield f"OBX {number} is of a type that the note interface does not take (code 102)."


def _escapable(segment: list[str], place: int) -> list[str]:
    return segment[3:] if place == 1 else segment[1:]  # MSH-2 names the escape character itself


def _template(found: list[Observation], profile: Profile) -> Iterator[str]:
    """The rule by which eCW drops: forward through the template, never back."""
    order = {(s.code, s.system): n for n, s in enumerate(profile.sections)}
    if profile.document:
        order[profile.document.code, profile.document.system] = len(order)
    reached = -1
    for number, one in enumerate(found, start=1):
        place = order.get((one.code, one.system))
        if place is None:
            yield f"OBX {number} is not in the template {profile.name}; eCW would drop it."
        elif place < reached:
            yield f"OBX {number} is out of the template's order; eCW would drop it."
        else:
            reached = place
