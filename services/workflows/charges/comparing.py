"""Whether claims that came later bill what was approved here: by patient and day, code by code."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from db.charges import ChargeCapture, ChargeCaptures, ChargeState
from db.claims import Claims
from db.patients import Patients
from services.claims.billed import content_of
from services.desk import Desk
from services.workflows.charges.keeping import coding_of

ONE_DAY = timedelta(days=1)
Billed = tuple[str, tuple[str, ...]]  # a procedure and its modifiers


@dataclass(frozen=True)
class Comparison:
    """What claims of the day bill beside what was approved; ``together`` counts visits of that day."""

    claims: int
    together: int
    not_billed: tuple[str, ...] = field(default=(), repr=False)
    not_approved: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_same(self) -> bool:
        """Whether the claims bill exactly what was approved."""
        return not self.not_billed and not self.not_approved


def compared(desk: Desk, capture: ChargeCapture) -> Comparison | None:
    """The claims of the patient's day beside what was approved; ``None`` where none has come yet.

    Claims do not name a visit: where a patient had two that day, both are counted together.
    """
    if capture.state not in (ChargeState.DONE, ChargeState.AMENDED):
        return None
    day = capture.visit_at.astimezone(desk.options.zone).date()
    patient = desk.open(Patients).get(capture.patient_id)
    claims = [c for c in desk.open(Claims).same_day(patient.id, day) if c.purged_at is None]
    contents = [one for claim in claims if (one := content_of(desk, claim))]
    if not contents:
        return None
    billed = Counter(_units((o.procedure, o.modifiers, int(o.units or 1)) for c in contents for o in c.lines))  # fmt: skip
    captures = _same_day(desk, capture)
    approved: Counter[Billed] = Counter()
    for each in captures:
        approved.update(_approved(desk, each))
    return Comparison(
        len(contents), len(captures), _named(approved - billed), _named(billed - approved)
    )


def _same_day(desk: Desk, capture: ChargeCapture) -> list[ChargeCapture]:
    near = desk.open(ChargeCaptures).of_day(
        capture.patient_id, capture.visit_at - ONE_DAY, capture.visit_at + ONE_DAY
    )
    zone = desk.options.zone
    day = capture.visit_at.astimezone(zone).date()
    return [
        one for one in near
        if one.visit_at.astimezone(zone).date() == day and one.state is not ChargeState.SET_ASIDE
        and one.purged_at is None
    ]  # fmt: skip


def _approved(desk: Desk, capture: ChargeCapture) -> Counter[Billed]:
    codes = coding_of(desk, capture).charged()
    return _units((o.code, o.modifiers, o.units) for o in codes)


def _units(lines: Iterable[tuple[str, tuple[str, ...], int]]) -> Counter[Billed]:
    counted: Counter[Billed] = Counter()
    for code, modifiers, units in lines:
        counted[(code, tuple(sorted(modifiers)))] += units
    return counted


def _named(counted: Counter[Billed]) -> tuple[str, ...]:
    return tuple(
        " ".join([code, *modifiers]) + (f" x {units}" if units > 1 else "")
        for (code, modifiers), units in sorted(counted.items())
    )
