"""One door to all normal forms: the path of a field says which one it has."""

import re
from collections.abc import Callable
from datetime import date

from services.workflows.intake.normal import addresses, dates, doses, members, names, words
from services.workflows.intake.normal.emails import email
from services.workflows.intake.normal.phones import phone
from services.workflows.intake.normal.text import written
from services.workflows.intake.normal.value import Normal

_RULES: dict[str, Callable[[str], Normal]] = {
    "demographics.last_name": names.name_part,
    "demographics.first_name": names.name_part,
    "demographics.middle": names.middle_part,
    "demographics.sex": words.sex,
    "demographics.address": addresses.street,
    "demographics.city": addresses.city,
    "demographics.state": addresses.state,
    "demographics.zip": addresses.zip_code,
    "demographics.phone": phone,
    "demographics.email": email,
    "demographics.language": words.language,
    "demographics.emergency_contact_name": names.whole_name,
    "demographics.emergency_contact_phone": phone,
    "demographics.guardian": names.whole_name,
    "coverage[].member_id": members.member_id,
    "coverage[].group": members.member_id,
    "coverage[].subscriber": names.whole_name,
    "coverage[].relationship": words.relationship,
    "allergies[].criticality": words.criticality,
    "allergies.no_known": words.no_known,
    "medications[].dose": doses.dose,
    "medications[].frequency": doses.frequency,
    "medications.none": words.no_known,
    "consents[].answer": words.yes_no,
}


def of(path: str, text: str, today: date) -> Normal:
    """The normal form of *text* as the field *path* holds it (paths as in ``intake.fields``).

    A path without a rule of its own keeps its text on one line. Never raises for any text.
    """
    kind = re.sub(r"\[\d+\]", "[]", path)
    if kind == "demographics.dob":
        return dates.birth_date(text, today=today)
    if kind in ("coverage[].start", "coverage[].end"):
        return dates.iso_date(text, today=today, past=False)
    return _RULES.get(kind, written)(text)
