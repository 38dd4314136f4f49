"""Where a claim stands: the rows of a 277CA (005010X214) and of a 277 (005010X212)."""

from datetime import date

from services.ehr.x12.rows import Dated, Named, Reference, Row

REJECTIONS = frozenset(("A3", "A6", "A7", "A8"))
ADJUDICATIONS = ("F", "P", "R")  # categories of a 277 that a 277CA must not use (X12 RFI 2203)


class Verdict(Row, frozen=True):
    """One composite of STC: category (code source 507), status (508), and whom it is about."""

    category: str
    status: str
    entity: str = ""

    @property
    def is_rejection(self) -> bool:
        """It was refused before anybody adjudicated it: to be corrected and sent again."""
        return self.category in REJECTIONS


class StatusReport(Row, frozen=True):
    """One STC. ``action`` is WQ (accepted) or U (rejected) in a 277CA. Amounts in cents.

    ``message`` is the payer's free text and may name the patient.
    """

    verdicts: tuple[Verdict, ...]
    on: date | None
    action: str
    charge: int | None
    paid: int | None
    message: str = ""

    @property
    def is_rejected(self) -> bool:
        """Any of its verdicts is a rejection, or the action says so."""
        return self.action == "U" or any(verdict.is_rejection for verdict in self.verdicts)


class LineStatus(Row, frozen=True):
    """Loop 2220: one service of a claim."""

    procedure: str
    modifiers: tuple[str, ...]
    charge: int
    reports: tuple[StatusReport, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()


class ClaimStatus(Row, frozen=True):
    """A claim's latest status; ``claim_id`` is TRN02, what the practice called it."""

    segment: int
    claim_id: str
    patient: Named
    reports: tuple[StatusReport, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Dated, ...] = ()
    lines: tuple[LineStatus, ...] = ()
    is_acknowledgement: bool = False

    @property
    def payer_claim_id(self) -> str:
        """REF*1K: what the payer called it."""
        return next((r.value for r in self.references if r.qualifier == "1K"), "")

    @property
    def verdict(self) -> Verdict:
        """The first verdict, or an empty one."""
        found = (verdict for report in self.reports for verdict in report.verdicts)
        return next(found, Verdict("", ""))

    @property
    def is_rejected(self) -> bool:
        """A rejection, never a denial: nobody has adjudicated the claim."""
        reports = (*self.reports, *(r for line in self.lines for r in line.reports))
        if self.is_acknowledgement:
            return any(report.is_rejected for report in reports)
        return any(verdict.is_rejection for r in self.reports for verdict in r.verdicts)


class BatchStatus(Row, frozen=True):
    """A status of everything of one payer (20), receiver (21), provider (19) or transaction."""

    segment: int
    level: str
    trace: str
    reports: tuple[StatusReport, ...]

    @property
    def is_rejected(self) -> bool:
        """All of it is refused."""
        return any(report.is_rejected for report in self.reports)
