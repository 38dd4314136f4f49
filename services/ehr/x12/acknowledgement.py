"""Whether what we sent was taken: 999 (and its forerunner 997) for groups, TA1 for interchanges."""

from collections.abc import Iterator

from services.ehr.x12.envelope import Body
from services.ehr.x12.rows import Row

ACCEPTED, WITH_ERRORS, PARTLY, REJECTED = (
    "accepted", "accepted with errors", "partly accepted", "rejected",
)  # fmt: skip
RESULTS = {"A": ACCEPTED, "E": WITH_ERRORS, "P": PARTLY}


class SegmentError(Row, frozen=True):
    """IK3 with its IK4: where in our transaction, and X12's code for what is wrong with it.

    ``element`` is 0 where the whole segment is meant. What was wrong is not kept: it may be PHI.
    """

    segment: str
    position: int
    loop: str
    code: str
    element: int = 0
    element_code: str = ""


class Acknowledgement(Row, frozen=True):
    """What became of an interchange (TA1), a group (AK9) or one transaction in it (IK5)."""

    level: str
    control: str
    result: str
    type: str = ""
    group_control: str = ""
    codes: tuple[str, ...] = ()
    errors: tuple[SegmentError, ...] = ()

    @property
    def is_rejected(self) -> bool:
        """Nothing of it was taken."""
        return self.result == REJECTED


def read_acknowledgements(body: Body) -> Iterator[Acknowledgement]:
    """Each transaction of a 999, then its group; or the interchange of a TA1. Raises ``X12Fault``."""
    group, about = ["", "", ""], ["", "", ""]
    errors: list[SegmentError] = []
    for elements in body:
        name, padded = elements[0], elements + [""] * 10
        match name.replace("AK3", "IK3").replace("AK4", "IK4"):
            case "AK1":
                group = padded
            case "AK2":
                about, errors = padded, []
            case "IK3":
                errors.append(SegmentError(padded[1], _number(padded[2]), padded[3], padded[4]))
            case "IK4" if errors:
                errors.append(_of_element(errors[-1], padded[1], padded[3], body))
            case "IK5" | "AK5":
                result = _result(padded[1], body)
                codes = tuple(code for code in padded[2:7] if code)
                yield Acknowledgement(
                    "transaction", about[2], result, about[1], group[2], codes, tuple(errors)
                )
                about, errors = ["", "", ""], []
                body.rested()
            case "AK9":
                codes = tuple(code for code in padded[5:10] if code)
                result = _result(padded[1], body)
                yield Acknowledgement("group", group[2], result, group[1], group[2], codes)
            case "TA1":
                codes = tuple(code for code in padded[5:6] if code not in ("", "000"))
                result = _result(padded[4], body)
                yield Acknowledgement("interchange", padded[1], result, "TA1", "", codes)


def _of_element(segment: SegmentError, place: str, code: str, body: Body) -> SegmentError:
    at = place.partition(body.separators.component)[0]
    return SegmentError(
        segment.segment, segment.position, segment.loop, segment.code, _number(at), code
    )


def _result(code: str, body: Body) -> str:
    if not code:
        raise body.fault("The acknowledgement does not say whether it accepts.")
    return RESULTS.get(code, REJECTED)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
