"""The practice's check-in form: one FHIR Questionnaire, with linkIds and questions of our own."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.sandbox.directory import SYNTHETIC
from services.sandbox.shapes import Json

ANSWERS = "urn:foyer:sandbox:answers"
YES_NO, DAY, CHOICE, OPEN = "boolean", "date", "choice", "open-choice"
SEXES = ("female", "male", "other", "unknown")
RELATIONS = ("self", "spouse", "child", "parent", "other")
LANGUAGES = {"en": "English", "es": "Spanish", "zh": "Chinese", "pt": "Portuguese"}
TOBACCO = ("never", "former", "current")
SEVERITIES = ("low", "high")
SYMPTOMS = (
    *("Fever", "Weight loss", "Headache", "Dizziness", "Cough", "Shortness of breath"),
    *("Chest pain", "Nausea", "Diarrhea", "Joint pain", "Rash", "Trouble sleeping"),
)


def _item(link: str, text: str, kind: str = "string", **more: object) -> Json:
    return {"linkId": link, "text": text, "type": kind, **more}


def _needed(link: str, text: str, kind: str = "string") -> Json:
    return _item(link, text, kind, required=True)


def _options(link: str, text: str, codes: dict[str, str], kind: str = CHOICE) -> Json:
    codings = [{"system": ANSWERS, "code": c, "display": shown} for c, shown in codes.items()]
    return _item(link, text, kind, answerOption=[{"valueCoding": c} for c in codings])


def _named(*codes: str) -> dict[str, str]:
    return {code.lower(): code.capitalize() for code in codes}


def _group(link: str, text: str, *items: Json, repeats: bool = False) -> Json:
    more = {"repeats": True} if repeats else {}
    return _item(link, text, "group", item=list(items), **more)


def _insurance(number: int, text: str) -> Json:
    at = f"insurance{number}"
    return _group(
        at,
        text,
        _needed(f"{at}.payer", "Insurance company"),
        _item(f"{at}.plan", "Plan"),
        _needed(f"{at}.member", "Member ID"),
        _item(f"{at}.group", "Group number"),
        _item(f"{at}.holder", "Name of the policy holder"),
        _options(f"{at}.relation", "You are the policy holder's", _named(*RELATIONS)),
        _item(f"{at}.start", "Valid from", DAY),
        _item(f"{at}.end", "Valid until", DAY),
    )


CHECK_IN: Json = {
    "resourceType": "Questionnaire",
    "id": "q.1",
    "meta": SYNTHETIC,
    "status": "active",
    "title": "Check-in form (synthetic)",
    "subjectType": ["Patient"],
    "item": [
        _group(
            "about",
            "About you",
            _needed("about.first", "First name"),
            _item("about.middle", "Middle name"),
            _needed("about.last", "Last name"),
            _needed("about.born", "Date of birth", DAY),
            _options("about.sex", "Sex", _named(*SEXES)),
            _options("about.language", "Language you prefer", LANGUAGES, OPEN),
            _item("about.pregnant", "Are you pregnant?", YES_NO),
        ),
        _group(
            "reach",
            "How we reach you",
            _item("reach.street", "Street"),
            _item("reach.unit", "Apartment or unit"),
            _item("reach.city", "City"),
            _item("reach.state", "State"),
            _item("reach.zip", "ZIP code"),
            _item("reach.phone", "Phone"),
            _item("reach.email", "Email"),
        ),
        _group(
            "emergency",
            "Whom we call in an emergency",
            _item("emergency.name", "Name"),
            _item("emergency.phone", "Phone"),
            _item("emergency.relation", "Who is this to you?"),
        ),
        _group(
            "guardian",
            "For children: parent or guardian",
            _item("guardian.name", "Name"),
            _item("guardian.relation", "Who is this to the child?"),
        ),
        _insurance(1, "Insurance"),
        _insurance(2, "Second insurance"),
        _group(
            "pharmacy",
            "Your pharmacy",
            _item("pharmacy.name", "Pharmacy"),
            _item("pharmacy.phone", "Pharmacy's phone"),
        ),
        _group(
            "allergies",
            "Allergies",
            _item("allergies.none", "I have no allergies", YES_NO),
            _group(
                "allergy",
                "Allergy",
                _needed("allergy.substance", "What are you allergic to?"),
                _item("allergy.reaction", "What happens?"),
                _options("allergy.severity", "How bad is it?", {"low": "Mild", "high": "Severe"}),
                repeats=True,
            ),
        ),
        _group(
            "medications",
            "Medicines you take",
            _item("medications.none", "I take no medicines", YES_NO),
            _group(
                "medication",
                "Medicine",
                _needed("medication.name", "Name"),
                _item("medication.dose", "Dose"),
                _item("medication.frequency", "How often?"),
                repeats=True,
            ),
        ),
        _group(
            "history",
            "Your health so far",
            _item("history.conditions", "Illnesses you have", repeats=True),
            _item("history.surgeries", "Operations you had", "text"),
            _item("history.vaccines", "Recent vaccines", repeats=True),
            _item("history.allergies", "Allergies, in your own words", "text"),
            _item("history.medications", "Medicines, in your own words", "text"),
            _options("history.tobacco", "Tobacco use", _named(*TOBACCO)),
        ),
        _group(
            "family",
            "Illnesses in the family",
            _group(
                "relative",
                "Relative",
                _needed("relative.relation", "Who?"),
                _needed("relative.condition", "Which illness?"),
                repeats=True,
            ),
        ),
        _group(
            "social",
            "How you live",
            _item("social.tobacco", "Tobacco"),
            _item("social.alcohol", "Alcohol"),
            _item("social.other", "Anything else"),
        ),
        _group(
            "visit",
            "Your visit",
            _item("visit.reason", "Why are you coming?", "text"),
            _options("visit.symptoms", "Do you have any of these?", _named(*SYMPTOMS), OPEN)
            | {"repeats": True},
        ),
        _group(
            "consent",
            "Your consent",
            _item("consent.privacy", "I have read the privacy notice", YES_NO),
            _item("consent.treatment", "I agree to be treated", YES_NO),
            _item("consent.payment", "I agree to pay what insurance does not", YES_NO),
            _item("consent.signature", "Signature (type your name)"),
        ),
    ],
}


@dataclass(frozen=True)
class Question:
    """One item of the form and the linkId of the group around it, empty for an outermost one."""

    item: Json
    parent: str

    @property
    def link(self) -> str:
        """Its linkId."""
        return str(self.item["linkId"])

    @property
    def kind(self) -> str:
        """FHIR's item type, such as ``date``."""
        return str(self.item["type"])

    @property
    def options(self) -> dict[str, str]:
        """Codes that may be chosen, and how each is shown."""
        codings = [option["valueCoding"] for option in self.item.get("answerOption", [])]
        return {coding["code"]: coding["display"] for coding in codings}


def _walk(items: list[Json], parent: str) -> Iterator[Question]:
    for item in items:
        yield Question(item, parent)
        yield from _walk(item.get("item", []), item["linkId"])


QUESTIONS = {question.link: question for question in _walk(CHECK_IN["item"], "")}
