"""What a practice's administrators decide: hours, targets, pools, consent, known contacts."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from db.practices import Practice
from db.vocabulary import Category, DocumentKind, Role, Urgency

Span = tuple[time, time]
FRONT_DESK = "front_desk"  # the pool that every practice has
DOCUMENT_ROUTES: Mapping[DocumentKind, str] = {
    DocumentKind.CHECK_IN: FRONT_DESK,
    DocumentKind.PATIENT_FORM: FRONT_DESK,
    DocumentKind.INSURANCE_CARD: "billing",
    DocumentKind.OUTSIDE_RECORD: "nurses",
    DocumentKind.REFERRAL: "referrals",
    DocumentKind.RESULT: "nurses",
    DocumentKind.OTHER: FRONT_DESK,
}
OFFICE_DAY: tuple[Span, ...] = ((time(8), time(12)), (time(13), time(17)))


class PracticeOptions(BaseModel):
    """One practice's options, kept in ``Practice.options``; every field has a sound default.

    ``hours`` lists the open spans of each weekday (0 is Monday), so that a lunch break
    stops the clock; on ``holidays`` it is closed all day, and a day of ``special_hours`` has
    those instead of its weekday's. ``answer_minutes`` and
    ``resolve_minutes`` are business minutes. Between
    ``quiet_hours`` nobody is written to first. Reminders leave ``reminder_days`` before a visit,
    and one about its form ``form_days`` before; 0 is none.
    Summaries of visits are written for the school grade ``summary_grade``. ``authorization_for`` lists, by payer
    id, the procedures that the payer wants to be asked about first. ``document_routes`` overrides
    ``DOCUMENT_ROUTES`` kind by kind; ``teams`` says which pools each role works through.
    ``keep_days`` after closing the words of an item are destroyed and ``ai_dollars_a_day`` is what
    Claude may cost; where a practice says nothing, the installation does (``services.allowances``).
    ``red_flags`` are phrases of the practice's own that raise a message, beside the built-in ones.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: str = "America/New_York"
    hours: dict[int, tuple[Span, ...]] = Field(
        default_factory=lambda: dict.fromkeys(range(5), OFFICE_DAY)
    )
    holidays: tuple[date, ...] = ()
    special_hours: dict[date, tuple[Span, ...]] = {}
    answer_minutes: dict[Urgency, int] = {
        Urgency.EMERGENCY: 10,
        Urgency.URGENT: 60,
        Urgency.TODAY: 240,
        Urgency.ROUTINE: 960,
    }
    resolve_minutes: dict[Urgency, int] = {
        Urgency.EMERGENCY: 60,
        Urgency.URGENT: 240,
        Urgency.TODAY: 480,
        Urgency.ROUTINE: 1440,
    }
    pools: dict[str, str] = {
        "front_desk": "Front desk",
        "nurses": "Nurses",
        "providers": "Providers",
        "billing": "Billing",
        "referrals": "Referrals",
        "records": "Records",
    }
    routes: dict[Category, str] = {
        Category.REFILL: "nurses",
        Category.RESULT: "nurses",
        Category.CLINICAL: "nurses",
        Category.BILLING: "billing",
        Category.REFERRAL: "referrals",
        Category.PRIOR_AUTH: "referrals",
        Category.RECORDS_FORMS: "records",
    }
    document_routes: dict[DocumentKind, str] = {}
    teams: dict[Role, tuple[str, ...]] = {
        Role.FRONT_DESK: (FRONT_DESK, "referrals", "records"),
        Role.NURSE: ("nurses",),
        Role.PROVIDER: ("providers",),
        Role.BILLER: ("billing",),
    }
    quiet_hours: Span = (time(20), time(8))
    reminder_days: tuple[int, ...] = (3, 1)
    form_days: int = Field(7, ge=0, le=9)
    summary_grade: int = Field(6, ge=3, le=12)
    authorization_for: dict[str, tuple[str, ...]] = {}
    contacts: tuple[str, ...] = ()
    phone: str = ""
    address: tuple[str, ...] = ()  # as a letterhead has it, line by line
    signature: str = ""
    claude_consent: bool = False
    second_approver: bool = False  # of a rollout change that lets somebody in, and of instructions
    red_flags: dict[str, Urgency] = {}
    keep_days: int | None = Field(None, ge=7, le=3650)
    ai_dollars_a_day: float | None = Field(None, ge=0)
    report_to: tuple[str, ...] = ()  # e-mail addresses of the weekly report
    report_weekday: int = Field(0, ge=0, le=6)  # 0 is Monday
    report_hour: int = Field(7, ge=0, le=23)
    report_places: dict[str, str] = {}  # what narrows it: location, department, payer
    low_confidence: float = Field(0.5, ge=0, le=1)
    stale_polls: int = Field(3, ge=2, le=20)

    @property
    def zone(self) -> ZoneInfo:
        """The practice's time zone."""
        return ZoneInfo(self.timezone)

    def hours_on(self, day: date) -> tuple[Span, ...]:
        """The open spans of one day; none is closed."""
        if day in self.holidays:
            return ()
        return self.special_hours.get(day, self.hours.get(day.weekday(), ()))

    def route_of(self, kind: DocumentKind) -> str:
        """The pool that documents of this *kind* go to; the front desk for a pool it has not."""
        pool = self.document_routes.get(kind, DOCUMENT_ROUTES[kind])
        return pool if pool in self.pools else FRONT_DESK

    def pools_of(self, role: Role | None) -> tuple[str, ...]:
        """The pools that people of this *role* work through: all, where the practice names none."""
        named = self.teams.get(role) if role else None
        return tuple(self.pools) if named is None else named


def options_of(practice: Practice) -> PracticeOptions:
    """The options of *practice*; what it never decided has the default."""
    stored: dict[str, Any] = {"timezone": practice.timezone} | practice.options
    return PracticeOptions.model_validate(stored)
