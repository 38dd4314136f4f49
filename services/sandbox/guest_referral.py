"""HL7's cardiology referral form, told of a patient of the sandbox's, with what a careful reader would find."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from services.sandbox.answering import sample
from services.sandbox.filling import STATES, digits
from services.sandbox.shapes import Json

TWO_MONTHS = timedelta(days=60)
ILLNESSES = ("Hypertension", "Type 2 diabetes")
LEFT_OUT = ("patient_hc_pc", "patient_phone_home")  # no chart here has a Canadian health card
QUESTION = (
    "Progressive exertional dyspnea and bilateral ankle edema x 2 months. BNP elevated at 480. CXR "
    "shows mild cardiomegaly. On furosemide 20mg with partial response. Please assess and advise on "
    "HF management."
)


def cardiology(
    patient: Json, _: random.Random, today: date
) -> tuple[list[Json], dict[str, str | None]]:
    """HL7's cardiology referral: its own clinical story, told of the patient of the visit.

    The age in the story is left out, and the illness began two months ago.
    """
    fields, said = _about(patient)
    illnesses = (f"Suspected CHF (onset {today - TWO_MONTHS:%b %Y})", *ILLNESSES)
    said["cpp_currentprob"] = {"valueString": "\n".join(illnesses)}
    said["Descriptionofclinicalquestion"] = {"valueString": QUESTION}
    items = [item for one in sample("cardiology")["item"] for item in _retold(one, said)]
    return items, fields | _clinical(illnesses)


def _clinical(illnesses: tuple[str, ...]) -> dict[str, str | None]:
    """What a careful reader finds in the referral's free text."""
    drugs = (
        ("Furosemide", "20 mg", "once daily"),
        ("Perindopril", "4 mg", "once daily"),
        ("Metformin", "500 mg", "twice daily"),
        ("Empagliflozin", "10 mg", "once daily"),
    )
    fields: dict[str, str | None] = {
        f"medications[{place}].{name}": value
        for place, drug in enumerate(drugs)
        for name, value in zip(("name", "dose", "frequency"), drug, strict=True)
    }
    told = enumerate((*illnesses, "Left hip replacement (2020)"))
    fields |= {f"problems[{place}]": illness for place, illness in told}
    relative = {"family_history[0].relation": "Mother", "family_history[0].condition": "CHF"}
    return fields | {**relative, "allergies.no_known": "true"}


def _about(patient: Json) -> tuple[dict[str, str | None], dict[str, Json | None]]:
    """The patient's own demographics: the fields, and the answers by linkId; ``None`` says nothing."""
    name, sex = patient["name"][0], patient.get("gender", "unknown")
    address: Json = next(iter(patient.get("address", [])), {})
    state = STATES.get(address.get("state", ""), address.get("state", ""))
    reach = {one["system"]: one["value"] for one in patient.get("telecom", [])}
    told = (
        ("patient_surname", "last_name", name["family"], ""),
        ("patient_firstname", "first_name", name["given"][0], ""),
        ("patient_address_line1", "address", " ".join(address.get("line", [])), ""),
        ("patient_address_line2", "", "", ""),
        ("patient_address_city", "city", address.get("city", ""), ""),
        ("patient_address_province", "state", state, ""),
        ("patient_address_postalcode", "zip", address.get("postalCode", ""), ""),
        ("patient_phone_mobile", "phone", reach.get("phone", ""), digits(reach.get("phone", ""))),
        ("patient_email", "email", reach.get("email", ""), ""),
    )
    said: dict[str, Json | None] = {
        link: {"valueString": text} if text else None for link, _, text, _ in told
    }
    coding = {"code": sex, "display": sex.capitalize()}
    said |= {"patient_date_of_birth": {"valueDate": patient["birthDate"]}}
    said |= {"patient_gender": {"valueCoding": coding}, "additionalinfo_pronouns": None}
    said |= {"additionalinfo_sexassignedatbirth": {"valueCoding": coding}}
    said |= dict.fromkeys(LEFT_OUT)
    fields: dict[str, str | None] = {
        f"demographics.{field}": value or text for _, field, text, value in told if field and text
    }
    fields |= {"demographics.dob": patient["birthDate"], "demographics.sex": sex}
    return fields | {"demographics.language": "en"}, said


def _retold(item: Json, said: dict[str, Json | None]) -> Iterator[Json]:
    """*item* with the patient's own answers in the place of those it came with."""
    link = item["linkId"]
    if link in said and said[link] is None:
        return
    answers = [_within(answer, said) for answer in item.get("answer", [])]
    if link in said:
        inner = [one for answer in answers for one in answer.get("item", [])]
        answers = [{**(said[link] or {}), **({"item": inner} if inner else {})}]
    below = [kept for one in item.get("item", []) for kept in _retold(one, said)]
    if answers or below:
        yield {
            **item,
            **({"answer": answers} if answers else {}),
            **({"item": below} if below else {}),
        }


def _within(answer: Json, said: dict[str, Json | None]) -> Json:
    """*answer* with the questions that hang on it."""
    if "item" not in answer:
        return answer
    return {**answer, "item": [kept for one in answer["item"] for kept in _retold(one, said)]}
