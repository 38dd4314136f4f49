"""Forms of others' making that some visits bring: HL7's cardiology form, family history, PHQ-9; truth known."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path

from services.sandbox.answering import FORMS
from services.sandbox.charts import Chart
from services.sandbox.directory import SYNTHETIC
from services.sandbox.facts import age_of
from services.sandbox.guest_referral import cardiology
from services.sandbox.shapes import Json, stamp
from services.sandbox.tray import Version

ADULT = 18
SEXES = {"male": "LA2-8", "female": "LA3-6", "other": "LA46-8"}
OWN_ILLNESSES = ("Asthma", "Migraine", "Hypertension", "Psoriasis")
OF_RELATIVES = ("Diabetes", "Hypertension", "Stroke", "Colon cancer", "Asthma")
RELATIVES = ("LA10417-6", "LA10416-8", "LA10415-0", "LA10413-5")  # mother, father, brother, ...
AGES = ("LA10398-8", "LA10399-6", "LA10400-2")
ME, RELATIVE = "/54126-8", "/54114-4"


def questionnaires() -> Iterator[Json]:
    """The questions of these forms, as the facade serves them beside the practice's own."""
    for path in sorted((FORMS / "questionnaires").glob("*.json")):
        yield {**_read(path), "meta": SYNTHETIC}


def guest_form(
    chart: Chart, visit: Json, number: int, at: datetime, draws: random.Random
) -> Version:
    """The form of another's making that *visit* brings; the *number* says which. Minors bring no PHQ-9."""
    reference = visit["subject"]["reference"]
    names = list(GUESTS) if _is_grown(chart, reference, at.date()) else ["ussg-fhp"]
    form_id = f"gf.{visit['id'].partition('.')[2]}.{at:%m%d}"
    encounter = f"Encounter/{visit['id']}"
    return filled_guest(chart, names[number % len(names)], form_id, reference, encounter, at, draws)


def filled_guest(
    chart: Chart,
    name: str,
    form_id: str,
    patient: str,
    encounter: str,
    at: datetime,
    draws: random.Random,
) -> Version:
    """The form *name* as *patient* fills it in. Raises KeyError for a name that is not known."""
    items, fields = GUESTS[name](chart.at(patient) or {}, draws, at.date())
    form: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": form_id,
        "meta": {**SYNTHETIC, "versionId": "1"},
        "questionnaire": f"Questionnaire/{name}",
        "status": "completed",
        "subject": {"reference": patient},
        **({"encounter": {"reference": encounter}} if encounter else {}),
        "authored": stamp(at),
        "item": items,
    }
    return Version(form, {"fields": fields, "edits": {}})


Filled = tuple[list[Json], dict[str, str | None]]


def family_portrait(patient: Json, draws: random.Random, _: date) -> Filled:
    """The US Surgeon General's family health portrait: illnesses of one's own and of two relatives."""
    asked = _items("ussg-fhp")
    name, own = patient["name"][0], draws.choice(OWN_ILLNESSES)
    sex = SEXES.get(patient.get("gender", ""))
    given, family = name["given"][0], name["family"]
    me = [
        _said(asked, f"{ME}/54125-0", {"valueString": f"{given} {family}"}),
        *([_chosen(asked, f"{ME}/54131-8", sex)] if sex else []),
        _said(asked, f"{ME}/21112-8", {"valueDate": patient["birthDate"]}),
        _chosen(asked, f"{ME}/54128-4", "LA32-8"),
        _ill(asked, f"{ME}/54137-5", "54140-9", "54130-0", own, draws),
    ]
    fields: dict[str, str | None] = {
        "demographics.first_name": given,
        "demographics.last_name": family,
        "demographics.dob": patient["birthDate"],
        **({"demographics.sex": patient["gender"]} if sex else {}),
        "problems[0]": own,
    }
    relatives = []
    for place, code in enumerate(draws.sample(RELATIVES, 2)):
        illness = draws.choice(OF_RELATIVES)
        relation = _chosen(asked, f"{RELATIVE}/54136-7", code)
        living = _chosen(asked, f"{RELATIVE}/54139-1", draws.choice(("LA33-6", "LA32-8")))
        history = _ill(asked, f"{RELATIVE}/54117-7", "54116-9", "54115-1", illness, draws)
        relatives.append(_group(asked, RELATIVE, [relation, living, history]))
        entry = f"family_history[{place}]"
        fields[f"{entry}.relation"] = relation["answer"][0]["valueCoding"]["display"]
        fields[f"{entry}.condition"] = illness
    return [_group(asked, ME, me), *relatives], fields


def phq9(patient: Json, draws: random.Random, _: date) -> Filled:
    """The PHQ-9: ten questions that no field of a chart holds, so none is to be found."""
    asked = _items("phq9")
    scores = [draws.choice((0, 0, 1, 2)) for _ in range(8)] + [0]
    links = [link for link, item in asked.items() if item["type"] == "choice"]
    items = [_nth(asked, link, score) for link, score in zip(links, scores, strict=False)]
    items.append(_said(asked, "/44261-6", {"valueDecimal": sum(scores)}))
    items.append(_nth(asked, links[-1], draws.randrange(3)))
    return items, {}


GUESTS: dict[str, Callable[[Json, random.Random, date], Filled]] = {
    "ussg-fhp": family_portrait,
    "phq9": phq9,
    "CardiologyForm": cardiology,
}


def _ill(
    asked: dict[str, Json], group: str, what: str, when: str, illness: str, draws: random.Random
) -> Json:
    said = _said(asked, f"{group}/{what}", {"valueCoding": {"display": illness}})
    return _group(asked, group, [said, _chosen(asked, f"{group}/{when}", draws.choice(AGES))])


def _group(asked: dict[str, Json], link: str, items: list[Json]) -> Json:
    return {"linkId": link, "text": asked[link]["text"], "item": items}


def _said(asked: dict[str, Json], link: str, answer: Json) -> Json:
    return {"linkId": link, "text": asked[link]["text"], "answer": [answer]}


def _chosen(asked: dict[str, Json], link: str, code: str) -> Json:
    codings = [option["valueCoding"] for option in asked[link]["answerOption"]]
    return _said(asked, link, {"valueCoding": next(c for c in codings if c["code"] == code)})


def _nth(asked: dict[str, Json], link: str, place: int) -> Json:
    return _said(asked, link, {"valueCoding": asked[link]["answerOption"][place]["valueCoding"]})


def _items(name: str) -> dict[str, Json]:
    return dict(_walk(_read(FORMS / "questionnaires" / f"{name}.json")["item"]))


def _walk(items: list[Json]) -> Iterator[tuple[str, Json]]:
    for item in items:
        yield item["linkId"], item
        yield from _walk(item.get("item", []))


@cache
def _read(path: Path) -> Json:
    found: Json = json.loads(path.read_text("utf-8"))
    return found


def _is_grown(chart: Chart, patient: str, today: date) -> bool:
    return age_of(chart.at(patient) or {}, today) >= ADULT
