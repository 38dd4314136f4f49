"""A 277CA or 277 read in one pass: each claim's status as soon as it is whole."""

from collections.abc import Callable, Iterator

from services.ehr.x12.envelope import Body
from services.ehr.x12.rows import Dated, Named, Reference, named
from services.ehr.x12.status import (
    ADJUDICATIONS,
    BatchStatus,
    ClaimStatus,
    LineStatus,
    StatusReport,
    Verdict,
)
from services.ehr.x12.values import cents

ACKNOWLEDGEMENT = "X214"
PATIENT_LEVELS = ("22", "23", "PT")
EMPTY = [""] * 12
VERDICTS = (1, 10, 11)  # the elements of STC that hold one


def read_statuses(body: Body) -> Iterator[ClaimStatus | BatchStatus]:
    """A row for each claim, and for each batch that has a status of its own. Raises ``X12Fault``."""
    reading = _Reading(body)
    handlers = reading.handlers
    opening = {"HL": reading.open_level, "TRN": reading.trace_it}
    name = ""
    try:
        for elements in body:
            name = elements[0]
            handler = handlers.get(name)
            if handler is not None:
                handler(elements)
            elif name in opening:
                if name == "HL" or reading.level in PATIENT_LEVELS:
                    yield from reading.finished()
                opening[name](elements)
    except ValueError:
        raise body.fault(f"{name} holds an amount that is none.") from None
    except IndexError:
        raise body.fault(f"{name} lacks an element that it must have.") from None
    yield from reading.finished()


class _Reading:
    """One transaction, segment by segment."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.component = body.separators.component
        self.is_acknowledgement = ACKNOWLEDGEMENT in body.header.version
        self.level = ""
        self.patient = Named("QC")
        self.lines: list[LineStatus] = []
        self.service: tuple[str, tuple[str, ...], int] | None = None
        self._begin()
        self.handlers: dict[str, Callable[[list[str]], None]] = {
            "NM1": self._nm1, "STC": self._stc, "REF": self._ref, "DTP": self._dtp,
            "SVC": self._svc,
        }  # fmt: skip

    def finished(self) -> Iterator[ClaimStatus | BatchStatus]:
        """What is complete now that something new begins."""
        if self.level in PATIENT_LEVELS and (self.trace or self.reports or self.service):
            self._end_line()
            reports, references, dates = self.claim
            yield ClaimStatus(
                self.segment, self.trace, self.patient, tuple(reports), tuple(references),
                tuple(dates), tuple(self.lines), self.is_acknowledgement,
            )  # fmt: skip
        elif self.reports:
            yield BatchStatus(self.segment, self.level, self.trace, tuple(self.reports))
        self._begin()
        self.body.rested()

    def _begin(self) -> None:
        self.segment, self.trace = self.body.number, ""
        self.lines, self.service = [], None
        self._begin_part()
        self.claim = (self.reports, self.references, self.dates)

    def _begin_part(self) -> None:
        self.reports: list[StatusReport] = []
        self.references: list[Reference] = []
        self.dates: list[Dated] = []

    def _end_line(self) -> None:
        if self.service is not None:
            parts = tuple(self.reports), tuple(self.references), tuple(self.dates)
            self.lines.append(LineStatus(*self.service, *parts))
            self.service = None

    def open_level(self, elements: list[str]) -> None:
        """HL: a payer, receiver, provider or patient begins."""
        self.level = elements[3]

    def _nm1(self, elements: list[str]) -> None:
        if self.level in PATIENT_LEVELS:
            self.patient = named(elements)

    def trace_it(self, elements: list[str]) -> None:
        """TRN: what the practice called the claim, or the batch."""
        self.trace, self.segment = elements[2], self.body.number

    def _stc(self, elements: list[str]) -> None:
        if len(elements) < 13:
            elements = elements + EMPTY
        verdicts = tuple([self._verdict(elements[at]) for at in VERDICTS if elements[at]])
        if not verdicts:
            raise IndexError
        if self.is_acknowledgement and verdicts[0].category.startswith(ADJUDICATIONS):
            self.body.find("A 277CA must not report what only adjudication can decide (F, P, R).")
        _, _, on, action, charge, paid = elements[:6]
        report = StatusReport(
            verdicts, self.body.day(on) if on else None, action,
            cents(charge) if charge else None, cents(paid) if paid else None, elements[12],
        )  # fmt: skip
        self.reports.append(report)

    def _verdict(self, composite: str) -> Verdict:
        parts = composite.split(self.component)
        return Verdict(*parts[:3]) if len(parts) > 1 else Verdict(composite, "")

    def _ref(self, elements: list[str]) -> None:
        self.references.append(Reference(elements[1], elements[2]))

    def _dtp(self, elements: list[str]) -> None:
        first, _, last = elements[3].partition("-")  # D8, or RD8
        begin, end = self.body.day(first), self.body.day(last) if last else None
        if begin is not None:
            self.dates.append(Dated(elements[1], begin, end))

    def _svc(self, elements: list[str]) -> None:
        self._end_line()
        _, code, *modifiers = [*elements[1].split(self.component), ""]
        kept = tuple([modifier for modifier in modifiers[:4] if modifier])
        self.service = (code, kept, cents(elements[2]))
        self._begin_part()
