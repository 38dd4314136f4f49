"""What patients of a practice have to say: the message bank, filled in from each chart, and drawn from."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.sandbox.bank import Template, Turn, templates
from services.sandbox.charts import Chart, patient_of
from services.sandbox.facts import age_of, facts_of, speaks_spanish
from services.sandbox.shapes import Json

# Shares of a primary-care portal inbox, in round numbers; they need not sum to anything.
SHARES = {
    "appointment": 20,
    "refill": 20,
    "clinical": 17,
    "result": 10,
    "billing": 8,
    "thanks": 8,
    "records_forms": 7,
    "referral": 5,
    "prior_auth": 5,
    "admin": 5,
    "other": 3,
}
ADULT, ELDER = 18, 55
ATTACHMENTS = {"photo": ("photo.jpg", "image/jpeg"), "pdf": ("form.pdf", "application/pdf")}


@dataclass(frozen=True)
class Story:
    """One conversation as this patient would have it. ``author`` is ``patient`` or ``proxy``."""

    template: Template
    patient: str
    author: str
    subject: str
    turns: tuple[Turn, ...]

    def attachments(self, draws: random.Random) -> tuple[Json, ...]:
        """What hangs on the first message: names and sizes in bytes, never content."""
        return tuple(
            {"id": f"a-{draws.randrange(10**6)}", "name": name, "type": kind, "size": size}
            for tag, (name, kind) in ATTACHMENTS.items()
            if tag in self.template.tags
            for size in [draws.randint(20_000, 2_000_000)]
        )


# By category, then by patient: so that no one speaks for half the practice.
Repertoire = dict[str, dict[str, list[Story]]]


def repertoire(chart: Chart, today: date) -> Repertoire:
    """Every story every living patient could tell, by category."""
    told: Repertoire = {category: {} for category in SHARES}
    for patient in chart.all("Patient"):
        if patient["active"]:
            for story in _stories_of(chart, patient, today):
                told[story.template.category].setdefault(story.patient, []).append(story)
    return told


def draw(told: Repertoire, draws: random.Random) -> Story:
    """A story at random, each category in its share."""
    kinds = [kind for kind in SHARES if told[kind]]
    [kind] = draws.choices(kinds, [SHARES[k] for k in kinds])
    return draws.choice(draws.choice(list(told[kind].values())))


def _stories_of(chart: Chart, patient: Json, today: date) -> list[Story]:
    spanish = speaks_spanish(patient)
    english = facts_of(chart, patient, False)
    own = facts_of(chart, patient, True) if spanish else english
    return [
        _told(template, patient, own if "es" in template.tags else english)
        for template in templates()
        if template.needs <= english.keys() and _suits(template, patient, spanish, today)
    ]


def _suits(template: Template, patient: Json, spanish: bool, today: date) -> bool:
    age = age_of(patient, today)
    if ("child" in template.tags) != (age < ADULT):
        return False
    wrong_age = "elder" in template.tags and age < ELDER
    wrong_sex = "woman" in template.tags and patient["gender"] != "female"
    return not (wrong_age or wrong_sex or ("es" in template.tags and not spanish))


def _told(template: Template, patient: Json, facts: dict[str, str]) -> Story:
    turns = [Turn(t.author, t.after, t.text.format(**facts)) for t in template.turns]
    proxy = bool(template.tags & {"child", "elder"})
    author, subject = "proxy" if proxy else "patient", template.subject.format(**facts)
    return Story(template, patient_of(patient), author, subject, _signed(turns, author))


def _signed(turns: Sequence[Turn], author: str) -> tuple[Turn, ...]:
    return tuple(t if t.author == "practice" else Turn(author, t.after, t.text) for t in turns)
