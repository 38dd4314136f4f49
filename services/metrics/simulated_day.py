"""The facts of one simulated day, as gathering would keep them; seeded."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from db.facts import Mode
from services.metrics.deriving.happening import Happening
from services.metrics.simulated_rollout import PILOT, SHADOW, WIDER, Cast, Story

SEED = 20_260_302
DAYS = 90  # since when payers owe less
CATEGORIES = ("appointment", "refill", "result", "clinical", "billing", "admin")
COSTS = {
    "notes": 0.3,
    "intake": 0.1,
    "summaries": 0.05,
    "denials": 0.05,
}  # shares of what models cost a day
CARCS = ("16", "50", "197", "29", "18")


def happenings(story: Story, day: date, ago: int, zone: ZoneInfo) -> Iterator[Happening]:
    """Every happening of a day, the same for the same day, places and rollout."""
    dice = random.Random(SEED + day.toordinal())  # noqa: S311  (not for secrets)
    yield from _Day(dice, story, day, ago, datetime.combine(day, time(9), zone)).everything()


@dataclass
class _Day:
    dice: random.Random
    story: Story
    day: date
    ago: int
    opens: datetime
    wrong: dict[str, float] = field(default_factory=dict)  # categories to correct, by location

    @property
    def cast(self) -> Cast:
        return self.story.cast

    @property
    def is_open(self) -> bool:
        return self.day.weekday() < 5

    def everything(self) -> Iterator[Happening]:
        yield from self._owed()
        if not self.is_open:
            return
        for number in range(self.dice.randint(24, 34)):
            yield from self._message(number)
        for number in range(self.dice.randint(14, 20)):
            yield from self._note(number)
        for number in range(self.dice.randint(8, 12)):
            yield from self._form(number)
        for number in range(self.dice.randint(14, 20)):
            yield from self._visit(number)
        for number in range(self.dice.randint(10, 16) if self.cast.payers else 0):
            yield from self._claim(number)
        cost = self.dice.randint(200_000, 900_000) * self._piloted()
        yield self._tell("ai.cost", 0, cost, on=True)
        for number, (workflow, share) in enumerate(COSTS.items(), start=1):
            yield self._tell(f"ai.{workflow}_cost", number, cost * share, on=True)

    def _piloted(self) -> int:
        """0 before the pilot, 1 in it, 2 when it was widened."""
        return (self.ago <= PILOT) + (self.ago <= WIDER)

    def _drafts(self, workflow: str, number: int) -> bool:
        """Whether this item has a draft beside it: most have, where the workflow is."""
        at, location, provider = self._spot(workflow, number)
        has = self.story.has(workflow, self.ago, at, location, provider)
        return self.dice.random() < 0.8 and has

    def _spot(self, noun: str, number: int) -> tuple[datetime, str, str]:
        """When and where an item comes."""
        spot = hash_of(self.day, noun, number)
        return (
            self.opens + timedelta(minutes=spot % 470),
            _pick(self.cast.locations, spot), _pick(self.cast.providers, spot // 7),
        )  # fmt: skip

    def _minutes(self, mean: float) -> int:
        """Seconds around so many minutes, with a long tail as people have it."""
        return max(20, int(self.dice.lognormvariate(0, 0.45) * mean * 60))

    def _tell(
        self, kind: str, number: int, value: float, *, on: bool = False, label: str = "",
        payer: str = "", noun: str = "",
    ) -> Happening:  # fmt: skip
        noun = noun or kind.partition(".")[0]
        at, location, provider = self._spot(noun, number)
        return Happening(
            kind, f"simulated/{noun}-{self.day:%Y%m%d}-{number}", at, int(value), label,
            location=location, provider=provider, payer=payer, mode=Mode.ON if on else Mode.OFF,
        )  # fmt: skip

    def _owed(self) -> Iterator[Happening]:
        for number, payer in enumerate(self.cast.payers):
            owed = self.dice.randint(5_200_000, 5_900_000) - (DAYS - self.ago) * 9_000
            yield self._tell("claims.owed", number, owed, payer=payer, on=True)
            old = owed * self.dice.uniform(0.1, 0.17)
            yield self._tell("claims.owed_old", number, old, payer=payer, on=True)

    def _message(self, number: int) -> Iterator[Happening]:
        on, label = self._drafts("inbox", number), self.dice.choice(CATEGORIES)
        needed = self.dice.random() < 0.8
        faster = 0.55 if on else 1.0
        open_time = self._minutes(170 * faster)
        touches = 1 if self.dice.random() < (0.7 if on else 0.42) else self.dice.randint(2, 4)
        spent = self._minutes(0.36 if on else 0.95)
        values = {
            "inbox.touch_open": open_time * 0.4, "inbox.touch": open_time * 0.9,
            "inbox.closed_open": open_time * 1.3, "inbox.closed": open_time * 3,
            "inbox.by_staff": self.dice.random() < (0.78 if on else 0.61),
            "inbox.touches": touches, "inbox.one_touch": touches == 1,
            "inbox.reopened": self.dice.random() < 0.05,
            "inbox.late_touches": self.dice.random() < (0.05 if on else 0.12),
            "inbox.time": spent,
        }  # fmt: skip
        if needed:
            answered = self.dice.random() < (0.98 if on else 0.92)
            yield self._tell("inbox.needed", number, answered, on=on, label=label)
            if answered:
                values |= {"inbox.response": open_time * 2.2, "inbox.response_open": open_time,
                           "inbox.sla": open_time < 4 * 3600}  # fmt: skip
        for kind, value in values.items():
            yield self._tell(kind, number, value, on=on, label=label)
        yield from self._suggested(number, label, on=on)

    def _suggested(self, number: int, label: str, *, on: bool) -> Iterator[Happening]:
        def tell(kind: str, value: float, *, on: bool = True) -> Happening:
            return self._tell(kind, number, value, on=on, label=label, noun="inbox")

        if SHADOW >= self.ago > PILOT:
            yield tell("ai.shadow_agrees", self.dice.random() < 0.89, on=False)
            yield tell("ai.shadow_missed", 0, on=False)
        if not on:
            return
        draft = self.dice.choices(("used", "edited", "discarded"), (52, 36, 12))[0]
        for kind in ("used", "edited", "discarded"):
            yield tell(f"ai.draft_{kind}", kind == draft)
        if draft != "discarded":
            yield tell("ai.untouched", draft == "used")
        yield tell("ai.corrected", self._is_corrected(number))
        yield tell("ai.raised", self.dice.random() < 0.02)
        yield tell("ai.missed", 0)
        yield tell("ai.inbox_cost", self.dice.randint(3_000, 9_000))

    def _is_corrected(self, number: int) -> bool:
        """A share of the day's messages at each place, so that no bad throw makes a bad day."""
        _, location, _ = self._spot("inbox", number)
        bad = self.story.goes_wrong(self.ago, location)
        before = self.wrong.get(location, self.dice.random())
        now = before + (self.dice.uniform(0.3, 0.4) if bad else self.dice.uniform(0.02, 0.09))
        self.wrong[location] = now
        return int(now) > int(before)

    def _note(self, number: int) -> Iterator[Happening]:
        on = self._drafts("notes", number)
        spent = self._minutes(4.1 if on else 9.6)
        yield self._tell("notes.time", number, spent, on=on)
        yield self._tell("notes.filed", number, spent + self._minutes(60 if on else 300), on=on)
        if on:
            yield self._tell("notes.as_drafted", number, self.dice.random() < 0.21, on=True)

    def _form(self, number: int) -> Iterator[Happening]:
        fields = self.dice.randint(18, 40)
        accepted = fields - self.dice.randint(0, 4)
        for kind, value in {
            "intake.time": self._minutes(2.2), "intake.wait": self._minutes(240),
            "intake.conflicts": self.dice.choice((0, 0, 0, 1, 1, 2)), "intake.fields": fields,
            "intake.accepted": accepted,
        }.items():  # fmt: skip
            yield self._tell(kind, number, value, on=True, label="check_in")

    def _visit(self, number: int) -> Iterator[Happening]:
        reminded = self.dice.random() < 0.85
        yield self._tell("visits.noshow", number, self.dice.random() < (0.06 if reminded else 0.13),
                         on=reminded)  # fmt: skip
        if reminded:
            confirmed = self.dice.random() < 0.58
            yield self._tell("reminders.confirmed", number, confirmed, on=True)
            change = not confirmed and self.dice.random() < 0.12
            yield self._tell("reminders.change", number, change, on=True)

    def _claim(self, number: int) -> Iterator[Happening]:
        payer, cents = _pick(self.cast.payers, number), self.dice.randint(9_000, 42_000)
        on = self.ago <= PILOT
        denied = self.dice.random() < (0.07 if on else 0.11)
        values = {"claims.charged": cents * 3, "claims.accepted": self.dice.random() < 0.985,
                  "claims.denied": denied, "claims.remitted": cents * 3,
                  "claims.clean": self.dice.random() < (0.96 if on else 0.9)}  # fmt: skip
        for kind, value in values.items():
            yield self._tell(kind, number, value, on=on, payer=payer)
        if denied:
            label = self.dice.choice(CARCS)
            yield self._tell("denials.denied", number, cents * 2.4, on=on, payer=payer, label=label)
            waited = self.dice.randint(1, 5 if on else 11) * 86_400
            yield self._tell(
                "denials.first_action", number, waited, on=on, payer=payer, label=label
            )
            won = self.dice.random() < 0.55
            yield self._tell("denials.appeal", number, won, on=on, payer=payer, label=label)
            if won:
                yield self._tell("denials.recovered", number, cents * 0.7, on=on, payer=payer)


def hash_of(day: date, noun: str, number: int) -> int:
    """A number that is the same in every process, unlike ``hash``."""
    return (day.toordinal() * 31 + sum(noun.encode()) * 17 + number * 7919) % 1_000_003


def _pick(of: Sequence[str], number: int) -> str:
    return of[number % len(of)] if of else ""
