"""The beginning of an 835: what is paid, by whom, to whom, and by which trace number."""

from collections.abc import Callable
from datetime import date

from services.ehr.x12.envelope import Body
from services.ehr.x12.remittance import Company, Payment
from services.ehr.x12.rows import Dated, Reference
from services.ehr.x12.values import cents


class PaymentHeader:
    """Segments from BPR to the last before the first claim, and the payment they make."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.bpr: list[str] = []
        self.trn: list[str] = []
        self.amount = 0
        self.paid_on: date | None = None
        self.companies: dict[str, tuple[list[str], list[Reference]]] = {}
        self.references: list[Reference] = []
        self.into = self.references  # whose REF is next: the payment's, payer's or payee's
        self.dates: list[Dated] = []
        self.handlers: dict[str, Callable[[list[str]], None]] = {
            "BPR": self._bpr, "TRN": self._trn, "N1": self._n1, "REF": self._ref, "DTM": self._dtm,
        }  # fmt: skip

    def payment(self) -> Payment:
        """The payment; raises ``X12Fault`` where BPR is missing."""
        if len(self.bpr) < 5:
            raise self.body.fault("The transaction has no BPR that says what is paid.")
        bpr, trn = self.bpr + [""] * 17, self.trn + [""] * 4
        return Payment(
            self.amount, bpr[1], bpr[3], bpr[4], self.paid_on, trn[2],
            trn[3], self._company("PR"), self._company("PE"), tuple(self.references),
            tuple(self.dates),
        )  # fmt: skip

    def _company(self, role: str) -> Company:
        n1, references = self.companies.get(role, ([], []))
        _, _, name, qualifier, id, *_ = n1 + [""] * 5
        return Company(name, qualifier, id, tuple(references))

    def _bpr(self, elements: list[str]) -> None:
        self.amount = cents(elements[2])
        if len(elements) > 16 and elements[16]:
            self.paid_on = self.body.day(elements[16])
        self.bpr = elements

    def _trn(self, elements: list[str]) -> None:
        self.trn = self.trn or elements

    def _n1(self, elements: list[str]) -> None:
        self.into = []
        self.companies.setdefault(elements[1], (elements, self.into))

    def _ref(self, elements: list[str]) -> None:
        self.into.append(Reference(elements[1], elements[2]))

    def _dtm(self, elements: list[str]) -> None:
        found = self.body.day(elements[2])
        if found is not None:
            self.dates.append(Dated(elements[1], found))
