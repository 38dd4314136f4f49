"""The characters that part an interchange's segments, elements and components, read from its ISA."""

from services.ehr.x12.faults import X12Fault
from services.ehr.x12.rows import Row

ISA_LENGTH = 106  # bytes, the segment terminator among them: ISA alone has a fixed width
ELEMENT_ENDS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
REPETITION, VERSION, COMPONENT, TERMINATOR = 82, slice(84, 89), 104, 105
FIRST_WITH_REPETITION = b"00402"  # before that, ISA11 names the standard


class Separators(Row, frozen=True):
    """``repetition`` is empty in versions that have none."""

    element: str = "*"
    component: str = ":"
    terminator: str = "~"
    repetition: str = "^"


def separators_of(isa: bytes, segment: int) -> Separators:
    """What the 106 bytes of an ISA say; raises ``X12Fault`` when they are not an ISA."""
    element = isa[3:4]
    ends = tuple(at for at, byte in enumerate(isa[:TERMINATOR]) if isa[at : at + 1] == element)
    if len(isa) < ISA_LENGTH or not isa.startswith(b"ISA") or ends != ELEMENT_ENDS:
        raise X12Fault("ISA is not the 106 characters that X12 prescribes.", segment)
    repetition = isa[REPETITION : REPETITION + 1]
    if isa[VERSION] < FIRST_WITH_REPETITION or repetition.isalnum():
        repetition = b""
    parting = (element, isa[COMPONENT : COMPONENT + 1], isa[TERMINATOR:ISA_LENGTH], repetition)
    if isa.find(isa[TERMINATOR:ISA_LENGTH]) != TERMINATOR:
        raise X12Fault("ISA ends before the terminator that it names.", segment)
    return _checked(parting, segment)


def _checked(parting: tuple[bytes, ...], segment: int) -> Separators:
    used = [mark for mark in parting if mark]
    if len(set(used)) < len(used) or any(not _can_part(mark) for mark in used):
        raise X12Fault("ISA names separators that cannot part anything.", segment)
    return Separators(*(mark.decode("ascii") for mark in parting))


def _can_part(mark: bytes) -> bool:
    return mark.isascii() and not mark.isalnum() and mark not in (b" ", b"\0", b".", b"-")
