"""The people of the sandbox's practices: 24 Synthea charts, their dates moved so that today is now.

The charts and what was changed in them are described in ``data/charts/NOTICE``.
"""

import gzip
import json
import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from services.sandbox.charts import Chart, patient_of
from services.sandbox.directory import SYNTHETIC, resources
from services.sandbox.guest_forms import questionnaires
from services.sandbox.questionnaire import CHECK_IN
from services.sandbox.registered import coverages, registered
from services.sandbox.shapes import Json
from services.sandbox.visits import appointments, dispenses

CHARTS = Path(__file__).parent / "data" / "charts" / "synthea.ndjson.gz"
NEWEST_EVENT = date(2026, 11, 1)
IS_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T|$)")
UNSHIFTED = {"birthDate"}

# The second practice has few patients, under ids and record numbers that the first one uses
# for other people: whoever forgets the practice reads the wrong chart.
SECOND_PRACTICE = {
    "Patient/p.102": "Quartz",
    "Patient/p.103": "Basalt",
    "Patient/p.107": "Feldspar",
    "Patient/p.108": "Obsidian",
}


def first_practice(today: date) -> Chart:
    """All 24 patients, with coming appointments and filled prescriptions around *today*."""
    return _practice(_shifted_charts(today), today)


def second_practice(today: date) -> Chart:
    """Four other people under ids that the first practice also uses."""
    charts = [r for r in _shifted_charts(today) if patient_of(r) in SECOND_PRACTICE]
    return _practice([_renamed(r) for r in charts], today)


def _renamed(resource: Json) -> Json:
    if resource["resourceType"] != "Patient":
        return resource
    family = SECOND_PRACTICE[patient_of(resource)]
    return {**resource, "name": [{"use": "official", "family": family, "given": ["Annex"]}]}


def _practice(charts: Iterable[Json], today: date) -> Chart:
    chart = Chart([*resources(), *charts, _group(), CHECK_IN, *questionnaires()])
    for patient in list(chart.all("Patient")):
        register(chart, patient, today)
    for resource in [*appointments(chart, today), *dispenses(chart, today)]:
        chart.put(resource)
    return chart


def register(chart: Chart, patient: Json, today: date) -> None:
    """Replace the bare patient and their bare coverage by what the front desk has registered."""
    [bare] = chart.of_patient("Coverage", patient_of(patient))
    known = chart.put(registered(patient, today))
    for coverage in coverages(known, bare["payor"][0]["display"], today):
        chart.put(coverage)


@cache
def _shifted_charts(today: date) -> tuple[Json, ...]:
    # Read once a day; nothing changes a resource in place, so every world may share them.
    days = timedelta((today - NEWEST_EVENT).days)
    with gzip.open(CHARTS, "rt", encoding="utf-8") as lines:
        read = (json.loads(line) for line in lines)
        return tuple({n: _shift(n, v, days) for n, v in resource.items()} for resource in read)


def _shift(name: str, value: object, by: timedelta) -> object:
    if isinstance(value, dict):
        return {inner: _shift(inner, v, by) for inner, v in value.items()}
    if isinstance(value, list):
        return [_shift(name, v, by) for v in value]
    if isinstance(value, str) and name not in UNSHIFTED and IS_DATE.match(value):
        return (date.fromisoformat(value[:10]) + by).isoformat() + value[10:]
    return value


def _group() -> Json:
    # eCW exports by the portal's UUID in the identifier, not by the resource's id.
    uuid = "0f0e0d0c-0000-4000-8000-00000000f0e1"
    return {
        "resourceType": "Group",
        "id": "g.1",
        "meta": SYNTHETIC,
        "type": "person",
        "actual": True,
        "name": "All active patients",
        "identifier": [{"system": "urn:foyer:sandbox:group", "value": uuid}],
    }
