"""Filling in a form as someone would whose chart is right in everything: the start of every form."""

import random
import re

from services.sandbox.charts import Chart, patient_of, text_of
from services.sandbox.facts import NOT_SAID, drug_in
from services.sandbox.questionnaire import QUESTIONS, SYMPTOMS
from services.sandbox.registered import PHARMACY, contact_of
from services.sandbox.shapes import Json
from services.sandbox.sheet import Sheet

STATES = {"Massachusetts": "MA"}
DOSE = re.compile(r"([\d.]+) MG\b(?!/)", re.IGNORECASE)
PROBLEMS_SAID = 3
TIMES = {1: "once daily", 2: "twice daily", 3: "three times daily"}
REASONS = (
    "I am here for my follow-up. I have felt tired for about two weeks.",
    "Check-up. My knee has been hurting since last month, worse on stairs.",
    "My blood pressure at home has been around 150 over 90.",
    "I want to go over my medicines, one of them upsets my stomach.",
    "Yearly physical, no complaints.",
    "Cough for ten days, no fever, it gets worse at night.",
)
RELATIVES = (
    ("Mother", "Type 2 diabetes"),
    ("Father", "High blood pressure"),
    ("Brother", "Asthma"),
    ("Grandmother", "Breast cancer"),
)
HABITS = {
    "social.tobacco": ("Never smoked", "Quit smoking in 2015", "Half a pack a day"),
    "social.alcohol": ("None", "A glass of wine on weekends", "Two beers a day"),
}
CONSENTS = ("privacy", "treatment", "payment")


def as_charted(chart: Chart, patient: Json) -> Sheet:
    """A form that says exactly what the chart says."""
    sheet = Sheet()
    fill_about(sheet, patient)
    fill_reach(sheet, patient)
    _people(sheet, patient)
    owned = sorted(chart.of_patient("Coverage", patient_of(patient)), key=_order)
    for number, coverage in enumerate(owned[:2]):
        fill_insurance(sheet, number, coverage)
    _allergies(sheet, chart, patient_of(patient))
    _medications(sheet, chart, patient_of(patient))
    _problems(sheet, chart, patient_of(patient))
    return sheet


def tell_more(sheet: Sheet, patient: Json, draws: random.Random) -> None:
    """What no chart here has: family, habits, the reason for the visit, symptoms, consents."""
    for relation, condition in draws.sample(RELATIVES, draws.randrange(3)):
        row = {"relation": relation, "condition": condition}
        sheet.add("relative", "family_history", row, "new")
    for link, said in HABITS.items():
        sheet.answers[link] = draws.choice(said)
        # "None" alone says nothing: the entry carries the question.
        entry = f"{QUESTIONS[link].item['text']}: {sheet.answers[link]}"
        sheet.know_one("social_history", entry, link, "new")
    sheet.say("visit.reason", draws.choice(REASONS), "hpi", why="new")
    symptoms = draws.sample(SYMPTOMS, draws.randrange(4))
    if symptoms:
        sheet.answers["visit.symptoms"] = [symptom.lower() for symptom in symptoms]
        for symptom in symptoms:
            sheet.know_one("ros", symptom, "visit.symptoms", "new")
    for name in CONSENTS:
        link, given = f"consent.{name}", name != "payment" or draws.random() < 0.9
        sheet.answers[link] = given
        row = {"name": name, "answer": str(given).lower()}
        sheet.know("consents", row, link, "new")
    sheet.say(
        "consent.signature", " ".join([*patient["name"][0]["given"], patient["name"][0]["family"]])
    )


def fill_about(sheet: Sheet, patient: Json) -> None:
    """Name, birth date, sex, language."""
    name = patient["name"][0]
    given = [*name.get("given", []), "", ""]
    sheet.say("about.first", given[0], "demographics.first_name")
    sheet.say("about.middle", given[1], "demographics.middle")
    sheet.say("about.last", name["family"], "demographics.last_name")
    sheet.say("about.born", patient["birthDate"], "demographics.dob")
    if patient.get("gender") != "unknown":
        sheet.say("about.sex", patient.get("gender"), "demographics.sex")
    codes = [
        c["code"]
        for lang in patient.get("communication", [])
        for c in lang["language"].get("coding", [])
    ]
    for code in codes[:1]:
        sheet.say("about.language", code.partition("-")[0], "demographics.language")


def fill_reach(sheet: Sheet, patient: Json) -> None:
    """Address, phone, email."""
    address: Json = next(iter(patient.get("address", [])), {})
    state = address.get("state", "")
    sheet.say("reach.street", " ".join(address.get("line", [])), "demographics.address")
    sheet.say("reach.city", address.get("city"), "demographics.city")
    sheet.say("reach.state", STATES.get(state, state), "demographics.state")
    sheet.say("reach.zip", address.get("postalCode"), "demographics.zip")
    for telecom in patient.get("telecom", []):
        kind, value = telecom["system"], telecom["value"]
        said = digits(value) if kind == "phone" else value
        sheet.say(f"reach.{kind}", value, f"demographics.{kind}", said)


def fill_insurance(sheet: Sheet, number: int, coverage: Json) -> None:
    """One insurance, the first being number 0."""
    link, path = f"insurance{number + 1}", f"coverage[{number}]"
    classes = {code_in(c.get("type")): c.get("value") for c in coverage.get("class", [])}
    relation = code_in(coverage.get("relationship"))
    period = coverage.get("period", {})
    for question, name, said in (
        ("payer", "payer", coverage["payor"][0]["display"]),
        ("plan", "plan", classes.get("plan")),
        ("member", "member_id", coverage.get("subscriberId")),
        ("group", "group", classes.get("group")),
        ("holder", "subscriber", coverage.get("subscriber", {}).get("display")),
        ("relation", "relationship", relation),
        ("start", "start", period.get("start")),
        ("end", "end", period.get("end")),
    ):
        sheet.say(f"{link}.{question}", said, f"{path}.{name}")


def code_in(concept: Json | None) -> str:
    """The first code of a CodeableConcept, or empty."""
    return next((str(c.get("code", "")) for c in (concept or {}).get("coding", [])), "")


def digits(phone: str) -> str:
    """A phone number's ten digits."""
    return re.sub(r"\D", "", phone)[-10:]


def _people(sheet: Sheet, patient: Json) -> None:
    name, phone = contact_of(patient, "C")
    sheet.say("emergency.name", name, "demographics.emergency_contact_name")
    path = "demographics.emergency_contact_phone"
    sheet.say("emergency.phone", phone, path, digits(phone))
    guardian, _ = contact_of(patient, "GUARD")
    sheet.say("guardian.name", guardian, "demographics.guardian")
    for extension in patient.get("extension", []):
        if extension["url"] == PHARMACY:
            parts = {part["url"]: part["valueString"] for part in extension["extension"]}
            sheet.say("pharmacy.name", parts.get("name"), "demographics.pharmacy")
            sheet.say("pharmacy.phone", parts.get("phone"))


def _allergies(sheet: Sheet, chart: Chart, patient: str) -> None:
    known = [a for a in chart.of_patient("AllergyIntolerance", patient) if _is_active(a)]
    for allergy in known:
        sheet.add("allergy", "allergies", {"substance": _substance(text_of(allergy["code"]))})
    if not known:
        sheet.say("allergies.none", True, "allergies.no_known", "true")


def _medications(sheet: Sheet, chart: Chart, patient: str) -> None:
    orders = [
        order
        for kind in ("MedicationRequest", "MedicationStatement")
        for order in chart.of_patient(kind, patient)
        if order["status"] == "active" and text_of(order["medicationCodeableConcept"])
    ]
    for order in orders:
        sheet.add("medication", "medications", _medication(order))
    if not orders:
        sheet.say("medications.none", True, "medications.none", "true")


def _medication(order: Json) -> dict[str, str]:
    text = text_of(order["medicationCodeableConcept"])
    name, dose = drug_in(text), DOSE.search(text)
    instruction: Json = next(iter(order.get("dosageInstruction") or order.get("dosage") or []), {})
    times = instruction.get("timing", {}).get("repeat", {}).get("frequency", 0)
    return {
        "name": name[:1].upper() + name[1:],
        "dose": f"{dose.group(1)} mg" if dose else "",
        "frequency": TIMES.get(times, ""),
    }


def _problems(sheet: Sheet, chart: Chart, patient: str) -> None:
    said = [
        re.sub(r" \(\w+\)$", "", text_of(c["code"]))
        for c in chart.of_patient("Condition", patient)
        if _is_active(c) and text_of(c["code"]) and not text_of(c["code"]).startswith(NOT_SAID)
    ][:PROBLEMS_SAID]
    for problem in said:
        sheet.know_one("problems", problem, "history.conditions")
    if said:
        sheet.answers["history.conditions"] = said


def _substance(text: str) -> str:
    plain = text.removeprefix("Allergy to ").removesuffix(" allergy")
    plain = "animal dander" if plain.startswith("Dander") else plain
    return plain[:1].upper() + plain[1:]


def _is_active(resource: Json) -> bool:
    codings = resource.get("clinicalStatus", {}).get("coding", [])
    return any(coding.get("code") == "active" for coding in codings)


def _order(coverage: Json) -> int:
    return int(coverage.get("order", 1))
