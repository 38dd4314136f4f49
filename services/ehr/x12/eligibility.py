"""What a payer answers about coverage: the rows of a 271 (005010X279A1), and how they are read."""

from collections.abc import Iterator

from services.ehr.x12.envelope import Body
from services.ehr.x12.rows import Dated, Named, Row, named
from services.ehr.x12.values import cents, days

ACTIVE = frozenset("12345")  # EB01: active, in its kinds
INACTIVE = frozenset("678")
SHARES = {"A": "coinsurance", "B": "copay", "C": "deductible", "G": "out of pocket"}
OF_PEOPLE = ("IL", "03")


class Benefit(Row, frozen=True):
    """One EB: what ``code`` says of the ``services`` (element 1365); ``amount`` in cents.

    ``percent`` is the patient's share as the payer wrote it, such as ``.2``.
    """

    code: str
    services: tuple[str, ...] = ()
    level: str = ""
    insurance: str = ""
    plan: str = ""
    period: str = ""
    amount: int | None = None
    percent: str = ""
    authorization: str = ""
    network: str = ""

    @property
    def share(self) -> str:
        """What kind of share the patient bears, or nothing."""
        return SHARES.get(self.code, "")


class Eligibility(Row, frozen=True):
    """The answer about one person. ``refusals`` are AAA03 codes: the payer could not answer."""

    person: Named
    payer: Named
    trace: str = ""
    benefits: tuple[Benefit, ...] = ()
    dates: tuple[Dated, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def is_active(self) -> bool | None:
        """Whether coverage is active; ``None`` where the payer did not say."""
        codes = {benefit.code for benefit in self.benefits}
        if codes & ACTIVE:
            return True
        return False if codes & INACTIVE else None

    @property
    def plan(self) -> str:
        """The first name of a plan among the active benefits."""
        named = (b.plan for b in self.benefits if b.code in ACTIVE and b.plan)
        return next(named, "")


def read_eligibility(body: Body) -> Iterator[Eligibility]:
    """A row for each subscriber or dependent that is answered about. Raises ``X12Fault``."""
    reading = _Reading(body)
    for elements in body:
        if elements[0] == "HL":
            yield from reading.finished()
        try:
            reading.take(elements)
        except ValueError:
            raise body.fault(f"{elements[0]} holds an amount that is none.") from None
        except IndexError:
            raise body.fault(f"{elements[0]} lacks an element that it must have.") from None
    yield from reading.finished()


class _Reading:
    """One transaction, segment by segment."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.payer = Named("PR")
        self._begin("")

    def _begin(self, level: str) -> None:
        self.level = level
        self.person: Named | None = None
        self.trace = ""
        self.benefits: list[Benefit] = []
        self.dates: list[Dated] = []
        self.refusals: list[str] = []

    def finished(self) -> Iterator[Eligibility]:
        """The person of the level that ends, if anything was said of one."""
        if self.benefits or self.refusals:
            yield Eligibility(
                self.person or Named("IL"),
                self.payer,
                self.trace,
                tuple(self.benefits),
                tuple(self.dates),
                tuple(self.refusals),
            )
        self._begin("")
        self.body.rested()

    def take(self, elements: list[str]) -> None:
        """One segment; most say nothing that we keep."""
        match elements[0]:
            case "HL":
                self._begin(elements[3])
            case "NM1" if elements[1] == "PR" and self.level == "20":
                self.payer = named(elements)
            case "NM1" if elements[1] in OF_PEOPLE and self.person is None:
                self.person = named(elements)
            case "TRN":
                self.trace = self.trace or elements[2]
            case "AAA":
                self.refusals.append(elements[3])
            case "DTP" if not self.benefits:
                self._dtp(elements)
            case "EB":
                self._eb(elements)

    def _dtp(self, elements: list[str]) -> None:
        try:
            first, last = days(elements[3])
        except ValueError:
            self.body.find("holds a date that no calendar has; it is left out.")
        else:
            self.dates.append(Dated(elements[1], first, last))

    def _eb(self, elements: list[str]) -> None:
        _, code, level, services, insurance, plan, period, amount, percent, *more = [
            *elements, *[""] * 13
        ]  # fmt: skip
        repeated = self.body.separators.repetition
        kept = services.split(repeated) if repeated else [services]
        self.benefits.append(
            Benefit(
                code,
                tuple(service for service in kept if service),
                level,
                insurance,
                plan,
                period,
                cents(amount) if amount else None,
                percent,
                more[2],
                more[3],
            )
        )
