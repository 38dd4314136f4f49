"""Every option in staff words, part by part, and what differs between two sets of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from db.vocabulary import Category, DocumentKind, Role, Urgency
from services.options import PracticeOptions, Span

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOTHING = "nothing"
URGENCIES = {
    Urgency.EMERGENCY: "emergencies",
    Urgency.URGENT: "urgent messages",
    Urgency.TODAY: "messages for today",
    Urgency.ROUTINE: "routine messages",
}
CATEGORIES = {
    Category.APPOINTMENT: "Appointments",
    Category.REFILL: "Refills",
    Category.RESULT: "Results",
    Category.CLINICAL: "Clinical questions",
    Category.REFERRAL: "Referrals",
    Category.BILLING: "Billing",
    Category.RECORDS_FORMS: "Records and forms",
    Category.PRIOR_AUTH: "Prior authorization",
    Category.ADMIN: "Administrative",
    Category.THANKS: "Thanks",
    Category.OTHER: "Everything else",
}
DOCUMENTS = {
    DocumentKind.CHECK_IN: "Check-in forms",
    DocumentKind.PATIENT_FORM: "Patients' forms",
    DocumentKind.INSURANCE_CARD: "Insurance cards",
    DocumentKind.OUTSIDE_RECORD: "Outside records",
    DocumentKind.REFERRAL: "Referral letters",
    DocumentKind.RESULT: "Results on paper",
    DocumentKind.OTHER: "Other documents",
}
TEAMS = {
    Role.FRONT_DESK: "Front desk",
    Role.NURSE: "Nurses",
    Role.PROVIDER: "Providers",
    Role.BILLER: "Billers",
}


@dataclass(frozen=True)
class Difference:
    """One thing that changes, in words."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}: {self.before} -> {self.after}"


Parts = Callable[[PracticeOptions], Mapping[str, str]]


def differences(
    before: PracticeOptions, after: PracticeOptions, fields: Sequence[str] = ()
) -> tuple[Difference, ...]:
    """What is different in *after*, in the order in which the page shows it."""
    return tuple(
        Difference(what, was.get(what, NOTHING), now.get(what, NOTHING))
        for field in fields or FIELDS
        for was, now in [(FIELDS[field](before), FIELDS[field](after))]
        for what in dict.fromkeys((*was, *now))
        if was.get(what, NOTHING) != now.get(what, NOTHING)
    )


def span_words(span: Span) -> str:
    """``08:00-12:00``."""
    return f"{span[0]:%H:%M}-{span[1]:%H:%M}"


def spans_words(spans: Sequence[Span]) -> str:
    """``08:00-12:00, 13:00-17:00``; empty for a day on which it is closed."""
    return ", ".join(map(span_words, spans))


def day_words(day: date) -> str:
    """``Thu 26 Nov 2026``."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def minutes_words(minutes: int) -> str:
    """``45 min``, ``4 h``, ``1 h 30 min``: in opening hours, which a day has not 24 of."""
    hours, left = divmod(minutes, 60)
    return " ".join(([f"{hours} h"] if hours else []) + ([f"{left} min"] if left else [])) or "0"


def _hours(options: PracticeOptions) -> dict[str, str]:
    return {
        name: spans_words(options.hours.get(day, ())) or "closed" for day, name in enumerate(DAYS)
    }


def _special(options: PracticeOptions) -> dict[str, str]:
    return {f"Open on {day_words(day)}": spans_words(options.special_hours[day])
            for day in sorted(options.special_hours)}  # fmt: skip


def _answer(options: PracticeOptions) -> dict[str, str]:
    told = options.answer_minutes
    return {f"Answer {words} within": minutes_words(told[u]) for u, words in URGENCIES.items()}


def _resolve(options: PracticeOptions) -> dict[str, str]:
    told = options.resolve_minutes
    return {f"Resolve {words} within": minutes_words(told[u]) for u, words in URGENCIES.items()}


def _routes(options: PracticeOptions) -> dict[str, str]:
    return {
        f"{name} go to": _pool(options, options.routes.get(category, "front_desk"))
        for category, name in CATEGORIES.items()
    }


def _documents(options: PracticeOptions) -> dict[str, str]:
    return {
        f"{name} go to": _pool(options, options.route_of(kind)) for kind, name in DOCUMENTS.items()
    }


def _teams(options: PracticeOptions) -> dict[str, str]:
    return {
        f"{name} work through": ", ".join(_pool(options, p) for p in options.pools_of(role))
        or "no pool"
        for role, name in TEAMS.items()
    }


def _pool(options: PracticeOptions, key: str) -> str:
    return options.pools.get(key, key)


def _reminders(options: PracticeOptions) -> dict[str, str]:
    days = [str(day) for day in sorted(options.reminder_days, reverse=True)]
    return {"Remind of visits": f"{' and '.join(days)} days before" if days else "never"}


def _forms(options: PracticeOptions) -> dict[str, str]:
    days = options.form_days
    return {"Remind of check-in forms": f"{days} days before" if days else "never"}


def _said(what: str, field: str) -> Parts:
    return lambda options: {what: str(getattr(options, field)).strip() or NOTHING}


def _each(what: str, field: str, words: Callable[[object], str] = str) -> Parts:
    return lambda options: {f"{what} {words(one)}": "listed" for one in getattr(options, field)}


def _levels(options: PracticeOptions) -> dict[str, str]:
    return {f"Red flag “{phrase}”": str(level) for phrase, level in options.red_flags.items()}


def _authorizations(options: PracticeOptions) -> dict[str, str]:
    told = options.authorization_for
    return {f"Ask payer {payer} first about": ", ".join(told[payer]) for payer in sorted(told)}


def _yes(what: str, field: str) -> Parts:
    return lambda options: {what: "yes" if getattr(options, field) else "no"}


def _or_installation(what: str, field: str, words: str) -> Parts:
    def parts(options: PracticeOptions) -> dict[str, str]:
        own = getattr(options, field)
        return {what: "as the installation says" if own is None else words.format(own)}

    return parts


FIELDS: Mapping[str, Parts] = {
    "hours": _hours,
    "holidays": _each("Holiday", "holidays", lambda day: day_words(day)),  # type: ignore[arg-type]
    "special_hours": _special,
    "quiet_hours": lambda options: {"Write to nobody first": span_words(options.quiet_hours)},
    "answer_minutes": _answer,
    "resolve_minutes": _resolve,
    "pools": lambda options: {f"Pool {key}": name for key, name in options.pools.items()},
    "routes": _routes,
    "document_routes": _documents,
    "teams": _teams,
    "reminder_days": _reminders,
    "form_days": _forms,
    "phone": _said("Telephone", "phone"),
    "address": lambda options: {"Address": ", ".join(options.address) or NOTHING},
    "signature": _said("Signature", "signature"),
    "contacts": _each("Contact", "contacts"),
    "authorization_for": _authorizations,
    "claude_consent": _yes("Claude may draft", "claude_consent"),
    "low_confidence": lambda options: {"Unsure below": f"{options.low_confidence:.0%}"},
    "stale_polls": lambda options: {"Stale after": f"{options.stale_polls} missed polls"},
    "red_flags": _levels,
    "keep_days": _or_installation("Words are kept", "keep_days", "{} days after closing"),
    "ai_dollars_a_day": _or_installation("Claude may cost", "ai_dollars_a_day", "${:,.2f} a day"),
    "summary_grade": lambda options: {"Summaries for grade": str(options.summary_grade)},
    "report_to": _each("Weekly report to", "report_to"),
    "report_weekday": lambda options: {"Weekly report on": DAYS[options.report_weekday]},
    "report_hour": lambda options: {"Weekly report at": f"{options.report_hour:02}:00"},
    "report_places": lambda options: {
        f"Weekly report only of {by}": ref for by, ref in options.report_places.items()
    },
    "second_approver": _yes(
        "A second person approves rollouts and instructions", "second_approver"
    ),
}


def told(found: Sequence[Difference], at_most: int = 8) -> Iterator[str]:
    """The first differences as sentences, and how many more there are."""
    yield from map(str, found[:at_most])
    if len(found) > at_most:
        yield f"and {len(found) - at_most} more"
