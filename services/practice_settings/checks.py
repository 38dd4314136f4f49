"""What cannot be kept as an option, and what to change about it, in staff words."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

import phonenumbers as numbers

from db.vocabulary import Role, Urgency
from services.ai.redflags.additions import can_be_found
from services.errors import Invalid
from services.mail_address import is_mail_address
from services.options import FRONT_DESK, PracticeOptions, Span
from services.practice_settings.fields import DAYS, TEAMS, URGENCIES, day_words

NEEDED = (FRONT_DESK, "nurses", "providers", "billing")  # actions pass work to these by name
MOST_MINUTES = 14_400  # 30 days of eight hours
FEW = 40  # characters of a name
LINE, LINES = 60, 6  # of a letterhead
PROCEDURE = re.compile(r"[0-9A-Z]\d{3}[0-9A-Z]")  # CPT and HCPCS codes
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+|(https?://)?[\w-]+(\.[\w-]+)+(/\S*)?")
MOST_PHRASES = 200
MOST_ADDRESSES = 30
PLACES = {"location", "department", "payer"}  # no provider: it is never about one person


def check(options: PracticeOptions, fields: Iterable[str]) -> None:
    """Raises ``Invalid`` for the first of *fields* that cannot be kept as it is."""
    for field in fields:
        if field in CHECKS:
            CHECKS[field](options)
    _places(options)  # pools are named in three other options


def _refuse(when: object, why: str) -> None:
    if when:
        raise Invalid(why)


def _hours(options: PracticeOptions) -> None:
    for day, name in enumerate(DAYS):
        _spans(name, options.hours.get(day, ()))
    _refuse(not any(options.hours.values()), "Please keep the practice open on at least one day.")


def _spans(day: str, spans: Sequence[Span]) -> None:
    for opens, closes in spans:
        _refuse(opens >= closes, f"{day}: {opens:%H:%M} is not before {closes:%H:%M}.")
    for (_, closes), (opens, _) in pairwise(spans):
        _refuse(opens <= closes, f"{day}: the hours overlap or touch. Put them in order.")
    _refuse(len(spans) > 4, f"{day}: please give at most four stretches of hours.")


def _holidays(options: PracticeOptions) -> None:
    days = options.holidays
    _refuse(len(days) > 100, "Please keep at most 100 holidays; those in the past can go.")
    for day in days:
        _refuse(not 2020 <= day.year <= 2100, f"{day_words(day)} cannot be right.")
    _no_twins(map(day_words, days), "is listed twice.")


def _special(options: PracticeOptions) -> None:
    days = options.special_hours
    _refuse(len(days) > 100, "Please keep at most 100 days with other hours; the past can go.")
    for day, spans in days.items():
        _refuse(not 2020 <= day.year <= 2100, f"{day_words(day)} cannot be right.")
        _refuse(not spans, f"{day_words(day)} has no hours. A day without any is a holiday.")
        _refuse(day in options.holidays, f"{day_words(day)} is a holiday already.")
        _spans(day_words(day), spans)


def _quiet(options: PracticeOptions) -> None:
    begins, ends = options.quiet_hours
    length = (ends.hour * 60 + ends.minute - begins.hour * 60 - begins.minute) % 1_440
    _refuse(length > 18 * 60, "Quiet hours of more than 18 hours leave no time to write to anyone.")


def _targets(options: PracticeOptions) -> None:
    for words, minutes in (
        ("answer", options.answer_minutes),
        ("resolve", options.resolve_minutes),
    ):
        for urgency in Urgency:
            named = f"The time to {words} {URGENCIES[urgency]}"
            given = minutes.get(urgency, 0)
            _refuse(
                not 0 < given <= MOST_MINUTES, f"{named} must be 1 to {MOST_MINUTES:,} minutes."
            )
        for sooner, later in pairwise(Urgency):
            _refuse(
                minutes[sooner] > minutes[later],
                f"The time to {words} {URGENCIES[sooner]} may not be longer than for "
                f"{URGENCIES[later]}.",
            )
    for urgency in Urgency:
        _refuse(
            options.answer_minutes[urgency] > options.resolve_minutes[urgency],
            f"{URGENCIES[urgency].capitalize()} cannot be resolved sooner than they are answered.",
        )


def _pools(options: PracticeOptions) -> None:
    for key in NEEDED:
        _refuse(
            key not in options.pools,
            f"The pool {key.replace('_', ' ')} is needed: work is passed to it. Rename it instead.",
        )
    for name in options.pools.values():
        _refuse(not 0 < len(name.strip()) <= FEW, f"A pool's name has 1 to {FEW} characters.")
    _no_twins((name.casefold() for name in options.pools.values()), "is the name of two pools.")
    _refuse(len(options.pools) > 30, "Please keep at most 30 pools.")


def _places(options: PracticeOptions) -> None:
    used = [*options.routes.values(), *options.document_routes.values()]
    used += [pool for pools in options.teams.values() for pool in pools]
    for pool in used:
        _refuse(
            pool not in options.pools,
            f"There is no pool {pool}: something still goes there or somebody works through it.",
        )


def _teams(options: PracticeOptions) -> None:
    names = {str(role): name for role, name in TEAMS.items()}
    for role, pools in options.teams.items():
        _no_twins(pools, f"is listed twice for {names.get(str(Role(role)), role)}.")


def _reminders(options: PracticeOptions) -> None:
    days = options.reminder_days
    _refuse(len(days) > 4, "Please send at most four reminders of one visit.")
    _refuse(any(not 1 <= d <= 14 for d in days), "Remind of a visit 1 to 14 days before it.")
    _no_twins(map(str, days), "days before is listed twice.")


def _phone(options: PracticeOptions) -> None:
    phone = options.phone
    _refuse(
        phone and not is_phone(phone),
        "Please enter the telephone number with its area code, such as (555) 010-0199.",
    )


def is_phone(text: str) -> bool:
    """Whether *text* is one whole telephone number of the United States."""
    try:
        number = numbers.parse(text, "US")
    except numbers.NumberParseException:
        return False
    return number.country_code == 1 and numbers.is_possible_number(number)


def _address(options: PracticeOptions) -> None:
    lines = options.address
    too_long = len(lines) > LINES or any(len(line) > LINE for line in lines)
    _refuse(too_long, f"A letterhead has at most {LINES} lines of {LINE} characters.")


def _signature(options: PracticeOptions) -> None:
    _refuse(len(options.signature) > LINE, f"The signature has at most {LINE} characters.")


def _contacts(options: PracticeOptions) -> None:
    for one in options.contacts:
        _refuse(
            not (is_phone(one) or ADDRESS.fullmatch(one)),
            f"“{one[:FEW]}” is no telephone number, e-mail address or web address.",
        )
    _no_twins((one.casefold() for one in options.contacts), "is listed twice.")
    _refuse(len(options.contacts) > 50, "Please keep at most 50 contacts.")


def _authorizations(options: PracticeOptions) -> None:
    for payer, codes in options.authorization_for.items():
        _refuse(not payer.strip(), "Please say which payer wants to be asked first.")
        for code in codes:
            _refuse(
                not PROCEDURE.fullmatch(code),
                f"“{code[:FEW]}” is no procedure code. They have five characters, such as 70551.",
            )
        _refuse(not codes, f"Please name the procedures that {payer} wants to be asked about.")


def _report(options: PracticeOptions) -> None:
    for address in options.report_to:
        _refuse(
            not is_mail_address(address),
            f"“{address[:FEW]}” is no e-mail address. Please write one a line, without names.",
        )
    _no_twins((a.casefold() for a in options.report_to), "is listed twice.")
    _refuse(
        len(options.report_to) > MOST_ADDRESSES, f"Please list at most {MOST_ADDRESSES} addresses."
    )
    odd = options.report_places.keys() - PLACES
    _refuse(odd, "A report is narrowed by location, department or payer.")


def _red_flags(options: PracticeOptions) -> None:
    for phrase, level in options.red_flags.items():
        _refuse(
            not 4 <= len(phrase) <= LINE or not can_be_found(phrase),
            f"A red-flag phrase has 4 to {LINE} characters and some Latin letters.",
        )
        _refuse(
            level is Urgency.ROUTINE,
            f"“{phrase}” would raise nothing as routine. A practice's phrases can only raise.",
        )
    count = len(options.red_flags)
    _refuse(count > MOST_PHRASES, f"Please keep at most {MOST_PHRASES} phrases of your own.")


def _no_twins(words: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for word in words:
        _refuse(word in seen, f"{word} {what}")
        seen.add(word)


def coming(days: Iterable[date], today: date) -> list[date]:
    """Those of *days* that are not over, soonest first."""
    return sorted(day for day in days if day >= today)


CHECKS = {
    "hours": _hours,
    "holidays": _holidays,
    "special_hours": _special,
    "quiet_hours": _quiet,
    "answer_minutes": _targets,
    "resolve_minutes": _targets,
    "pools": _pools,
    "teams": _teams,
    "reminder_days": _reminders,
    "phone": _phone,
    "address": _address,
    "signature": _signature,
    "contacts": _contacts,
    "authorization_for": _authorizations,
    "red_flags": _red_flags,
    "report_to": _report,
    "report_places": _report,
}
