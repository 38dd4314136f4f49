"""One practice's account at the clearinghouse: what it holds, what is due, and the log it can be rebuilt from."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count

from services.sandbox.clearing.book import Book
from services.sandbox.clearing.cabinet import Cabinet, File
from services.sandbox.clearing.chronicle import OUT, PAID_AT, carry, file_835
from services.sandbox.clearing.model import Levy, Remittance, Verdict
from services.sandbox.clearing.past import Past, past_of
from services.sandbox.clearing.records import Record
from services.sandbox.clearing.x12 import interchange
from services.sandbox.pace import ClaimsPace
from services.sandbox.shapes import Json

Act = Callable[[datetime], object]


@dataclass(order=True)
class Due:
    """Something that will happen *at* a moment. ``ours`` is false for what the past left behind."""

    at: datetime
    number: int
    act: Act = field(compare=False)
    kind: str = field(compare=False)
    ours: bool = field(compare=False, default=True)


@dataclass(frozen=True)
class Sent:
    """What a sender gets for a key: the same again for the same bytes."""

    id: str
    sha256: str
    control: str = ""


@dataclass
class House:
    """The account. Everything that reaches it from outside is in ``log``, in order."""

    code: str
    past: Past
    seed: int
    cabinet: Cabinet
    book: Book
    records: dict[str, Record]
    carried: dict[str, Levy]
    pace: ClaimsPace = field(default_factory=ClaimsPace)
    log: list[Json] = field(default_factory=list)
    submissions: dict[str, Sent] = field(default_factory=dict)
    attachments: dict[str, Sent] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    queue: list[Due] = field(default_factory=list)
    turns: "count[int]" = field(default_factory=count)
    next_id: int = 0
    first_pace: ClaimsPace = field(default_factory=ClaimsPace)

    def draws(self, about: str) -> random.Random:
        """Dice that fall the same for the same matter."""
        return random.Random(f"{self.seed}:{self.code}:{about}")  # noqa: S311

    def later(self, at: datetime, kind: str, act: Act, ours: bool = True) -> None:
        """Let *act* happen at a moment."""
        heapq.heappush(self.queue, Due(at, next(self.turns), act, kind, ours))

    def run(self, now: datetime) -> int:
        """Let everything happen that is due by *now*, each at its own moment; how many that were."""
        done = 0
        while self.queue and self.queue[0].at <= now:
            due = heapq.heappop(self.queue)
            due.act(due.at)
            done += 1
        return done

    def hasten(self, now: datetime, past_too: bool = False) -> int:
        """Let everything happen now that waits, and what follows from it; how many that were."""
        done = self.run(now)
        while chosen := [due for due in self.queue if due.ours or past_too]:
            self.queue = [due for due in self.queue if not (due.ours or past_too)]
            heapq.heapify(self.queue)
            for due in sorted(chosen):
                due.act(now)
            done += len(chosen)
        return done

    def send(self, kind: str, at: datetime, bodies: Callable[[int], list[str]]) -> File:
        """File one transaction for the practice; *bodies* gets the control number."""
        back = OUT.turned()
        return self.cabinet.file(
            kind, at, lambda control: interchange(kind, [bodies(control)], back, at, control)
        )

    def pay(self, payer: str, verdicts: list[Verdict], at: datetime) -> str:
        """File a remittance and enter its verdicts; the file's id."""
        trace = f"{payer[1:3]}{at:%y%m%d}{len(self.cabinet.files):04}"
        paid = Remittance(payer, at.date(), trace, tuple(verdicts))
        paid = replace(paid, levies=tuple(carry(paid, self.carried)))
        for verdict in verdicts:
            self.records[verdict.claim.id].verdicts.append(verdict)
        return file_835(self.cabinet, paid, at)

    def new_id(self) -> str:
        """The next claim id."""
        self.next_id += 1
        return f"FH{self.next_id - 1}"


def new_house(code: str, number: int, born: date, seed: int, pace: ClaimsPace) -> House:
    """The account as it is on the first day."""
    past = past_of(code, number, born, seed)
    house = House(
        code,
        past,
        seed,
        Cabinet(code, past.files),
        past.book.copy(),
        {i: r.copy() for i, r in past.records.items()},
        dict(past.carried),
        pace,
        next_id=past.next_id,
        first_pace=pace,
    )
    for (day, payer, _), chains in past.coming.items():
        verdicts = [v for chain in chains for v in chain]
        _expect(house, day, payer, verdicts)
    return house


def _expect(house: House, day: date, payer: str, verdicts: list[Verdict]) -> None:
    at = datetime.combine(day, PAID_AT, UTC)
    house.later(at, "835", lambda now: house.pay(payer, verdicts, now), ours=False)
