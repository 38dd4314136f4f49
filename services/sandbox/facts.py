"""What a patient would say of their own chart: "my Lisinopril", "November 27", "Dr. Sample"."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.sandbox.charts import Chart, patient_of, text_of
from services.sandbox.directory import LOCATIONS, PROVIDERS
from services.sandbox.shapes import Json

PRACTICE_ZONE = ZoneInfo("America/New_York")
PACKAGING = re.compile(r"^(NDA\d+ )?([\d.]+ (ACTUAT|HR|ML) )*")
DRUG = re.compile(r"^(Vitamin B 12|[^\d\[]+)")
SALTS = re.compile(r" (hydrochloride|sodium|propionate|maleate|sulfate)$", re.IGNORECASE)
BRANDS = ("NuvaRing", "Camila", "Vitamin B 12")
DOSE = re.compile(r"[\d.]+ MG")
NOT_SAID = ("Body mass", "History of", "Miscarriage")
MONTHS_ES = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def facts_of(chart: Chart, patient: Json, spanish: bool) -> dict[str, str]:
    """The placeholders this patient's chart can fill, by name; what is not there is left out."""
    provider = PROVIDERS[patient["generalPractitioner"][0]["reference"]]
    male = patient["gender"] == "male"
    facts = {
        "first": patient["name"][0]["given"][0],
        "provider": provider.spoken,
        "location": LOCATIONS[provider.location].removesuffix(" (synthetic)"),
        "parent": "my father" if male else "my mother",
        "pronoun": "he" if male else "she",
        **_visits(chart, patient_of(patient), spanish),
        **_medication(chart, patient_of(patient)),
        "result": _result(chart, patient_of(patient)),
        "problem": _problem(chart, patient_of(patient)),
        "payer": _payer(chart, patient_of(patient)),
    }
    return {name: text for name, text in facts.items() if text}


def age_of(patient: Json, today: date) -> int:
    """Whole years."""
    born = date.fromisoformat(patient["birthDate"])
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def speaks_spanish(patient: Json) -> bool:
    """Does the chart say so (BCP 47 ``es``)?"""
    languages = patient.get("communication", [])
    codings = [c for lang in languages for c in lang["language"].get("coding", [])]
    return any(coding.get("code") == "es" for coding in codings)


def drug_in(text: str) -> str:
    """A prescription's drug as a person says it: ``lisinopril``, ``NuvaRing``."""
    found = DRUG.match(PACKAGING.sub("", text))
    name = SALTS.sub("", found.group(1).strip()) if found else text
    return name if name in BRANDS else name.lower()


def _visits(chart: Chart, patient: str, spanish: bool) -> dict[str, str]:
    visits = sorted(chart.of_patient("Encounter", patient), key=lambda e: str(e["period"]["start"]))
    planned = [e for e in visits if e["status"] == "planned"]
    seen = [e for e in visits if e["status"] == "finished"]
    said = {"last_visit": _day(_start(seen[-1]), spanish)} if seen else {}
    if planned:
        start = _start(planned[0])
        said |= {
            "visit": _day(start, spanish),
            "visit_time": f"{start:%I:%M %p}".lstrip("0").lower(),
        }
    return said


def _medication(chart: Chart, patient: str) -> dict[str, str]:
    orders = chart.of_patient("MedicationRequest", patient)
    active = [o["medicationCodeableConcept"]["text"] for o in orders if o["status"] == "active"]
    if not active:
        return {}
    text = active[-1]
    dose = DOSE.search(text)
    inhalers = [t for t in active if "Inhaler" in t]
    said = {"medication": drug_in(text), "inhaler": drug_in(inhalers[-1]) if inhalers else ""}
    return said | ({"dose": dose.group().lower()} if dose else {})


def _result(chart: Chart, patient: str) -> str:
    labs = [
        o
        for o in chart.of_patient("Observation", patient)
        if o["category"][0]["coding"][0]["code"] == "laboratory"
    ]
    text = labs[-1]["code"]["text"] if labs else ""
    return str(re.split(r" \[| in |/", text)[0])


def _problem(chart: Chart, patient: str) -> str:
    said = [
        re.sub(r" \(\w+\)$", "", text_of(c["code"]))
        for c in chart.of_patient("Condition", patient)
        if c["clinicalStatus"]["coding"][0]["code"] == "active"
        and not text_of(c["code"]).startswith(NOT_SAID)
    ]
    return said[-1].lower() if said else ""


def _payer(chart: Chart, patient: str) -> str:
    names = [c["payor"][0]["display"] for c in chart.of_patient("Coverage", patient)]
    return str(names[0]) if names else ""


def _start(encounter: Json) -> datetime:
    return datetime.fromisoformat(encounter["period"]["start"]).astimezone(PRACTICE_ZONE)


def _day(moment: datetime, spanish: bool) -> str:
    if spanish:
        return f"{moment.day} de {MONTHS_ES[moment.month - 1]}"
    return f"{moment:%B} {moment.day}"
