"""Check-in forms: they arrive on a clock, are amended and withdrawn, and what they say is known."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import KeySet, RSAKey

from services.sandbox import Running, running
from tests.services.sandbox.caller import CLIENT, Caller

Json = dict[str, Any]
READS = " ".join(
    f"system/{kind}.read"
    for kind in ("Patient", "Coverage", "Questionnaire", "QuestionnaireResponse", "Encounter")
)
PATIENT = "Patient/p.103"


@pytest.fixture
def clerk(app: Caller) -> Caller:
    """The app, signed in to read forms and registration."""
    return app.sign_in(READS)


@pytest.fixture(scope="session")
def busy(app_key: RSAKey) -> Iterator[Running]:
    """A sandbox with a form for every coming visit."""
    with running(forms=1.0) as sandbox:
        sandbox.control.register(CLIENT, dict(KeySet([app_key]).as_dict(private=False)))
        yield sandbox


def forms_of(caller: Caller, patient: str = PATIENT, **more: Any) -> list[Json]:
    bundle = caller.get("QuestionnaireResponse", patient=patient, **more).json()
    return [entry["resource"] for entry in bundle["entry"]]


def said(form: Json) -> Json:
    """Answers by linkId, the last one of each; choices by code."""
    found: Json = {}
    for item in walk(form["item"]):
        for answer in item.get("answer", []):
            [value] = [v for name, v in answer.items() if name.startswith("value")]
            found[item["linkId"]] = value.get("code") if isinstance(value, dict) else value
    return found


def walk(items: list[Json]) -> Iterator[Json]:
    for item in items:
        yield item
        yield from walk(item.get("item", []))


def test_the_form_asks_every_question_once(clerk: Caller) -> None:
    [entry] = clerk.get("Questionnaire", _id="q.1").json()["entry"]
    links = [item["linkId"] for item in walk(entry["resource"]["item"])]
    assert len(links) == len(set(links)) > 60


def test_a_form_that_repeats_the_chart_differs_in_nothing(clerk: Caller) -> None:
    form = clerk.sandbox.control.form(PATIENT)
    [found] = forms_of(clerk)
    assert found == form
    [truth] = clerk.sandbox.control.truth()
    assert (truth["form"], truth["edits"]) == (form["id"], {})
    assert truth["fields"]["demographics.phone"] == "5552228465"


def test_answers_arrive_letter_by_letter(clerk: Caller) -> None:
    hostile = {"reach.street": "<script>alert(1)</script>", "pharmacy.name": "=cmd|'/c calc'!A1"}
    rows = {"allergy": [{"allergy.substance": "Bees"}, {"allergy.substance": "Nuts"}]}
    clerk.sandbox.control.form(PATIENT, {**hostile, **rows, "no.such.item": "kept"})
    [form] = forms_of(clerk)
    assert hostile.items() <= said(form).items()
    assert [i["linkId"] for i in walk(form["item"])].count("allergy") == 2
    assert said(form)["no.such.item"] == "kept"


def test_a_form_of_anothers_making_keeps_its_own_questions(clerk: Caller) -> None:
    clerk.sandbox.control.form(PATIENT, sample="cardiology")
    [form] = forms_of(clerk)
    assert form["subject"]["reference"] == PATIENT
    assert form["questionnaire"].endswith("CardiologyForm")
    assert said(form)["patient_surname"] == "Santos"
    with pytest.raises(RuntimeError, match="no sample"):
        clerk.sandbox.control.form(PATIENT, sample="../cardiology")


def test_an_amended_form_keeps_its_id_and_is_authored_later(clerk: Caller) -> None:
    first = clerk.sandbox.control.form(
        PATIENT, {"reach.phone": "555-300-4000", "reach.city": "Salem"}
    )
    clerk.sandbox.control.amend(first["id"], {"reach.phone": "555-300-4001", "reach.city": None})
    [form] = forms_of(clerk)
    assert (form["id"], form["status"]) == (first["id"], "amended")
    assert form["authored"] > first["authored"]
    assert said(form) == {"reach.phone": "555-300-4001"}


def test_a_withdrawn_form_says_nothing_any_more(clerk: Caller) -> None:
    first = clerk.sandbox.control.form(PATIENT, {"reach.phone": "555-300-4000"})
    clerk.sandbox.control.withdraw_form(first["id"])
    [form] = forms_of(clerk)
    assert form["status"] == "entered-in-error"
    assert "item" not in form


def test_forms_are_asked_for_by_the_day_they_were_authored(clerk: Caller) -> None:
    now = datetime.now(UTC)
    old = (now - timedelta(days=9)).isoformat()
    clerk.sandbox.control.form(PATIENT, {"reach.city": "Salem"}, authored=old)
    clerk.sandbox.control.form(PATIENT, {"reach.city": "Quincy"})
    assert len(forms_of(clerk)) == 2
    since = f"ge{now - timedelta(days=1):%Y-%m-%d}"
    assert [said(form)["reach.city"] for form in forms_of(clerk, authored=since)] == ["Quincy"]


def test_forms_and_coverage_follow_a_merged_patient(clerk: Caller) -> None:
    clerk.sandbox.control.form(PATIENT, {"reach.city": "Salem"})
    clerk.sandbox.control.merge(PATIENT, into="Patient/p.104")
    assert forms_of(clerk) == []
    assert len(forms_of(clerk, "Patient/p.104")) == 1
    assert clerk.get("Coverage", patient=PATIENT).json()["total"] == 0
    assert clerk.get("Coverage", patient="Patient/p.104").json()["total"] == 3


def test_a_form_for_nobody_is_refused(clerk: Caller) -> None:
    with pytest.raises(RuntimeError, match="not known"):
        clerk.sandbox.control.form("Patient/p.999", {})


def test_a_newcomer_has_a_name_a_birth_date_and_a_visit(clerk: Caller) -> None:
    new = clerk.sandbox.control.newcomer(family="Freshname")
    [entry] = clerk.get("Patient", family="Freshname").json()["entry"]
    assert not {"telecom", "address", "contact", "communication"} & entry["resource"].keys()
    [visit] = clerk.get("Encounter", patient=new["patient"]).json()["entry"]
    assert visit["resource"]["status"] == "planned"


def test_nine_of_a_newcomers_twelve_fields_equal_the_chart(clerk: Caller) -> None:
    new = clerk.sandbox.control.newcomer(fields=12)
    [truth] = clerk.sandbox.control.truth()
    assert truth["form"] == new["form"]
    assert len(truth["fields"]) == 12
    assert set(truth["edits"]) == {
        "demographics.phone",
        "coverage[0].member_id",
        "coverage[0].group",
    }

    [form] = forms_of(clerk, new["patient"])
    chart = clerk.get("Patient", _id=new["patient"].partition("/")[2]).json()["entry"][0][
        "resource"
    ]
    [insurance] = clerk.get("Coverage", patient=new["patient"]).json()["entry"]
    told = said(form)
    assert told["about.last"] == chart["name"][0]["family"]
    assert told["reach.street"] == chart["address"][0]["line"][0]
    assert told["insurance1.payer"] == insurance["resource"]["payor"][0]["display"]
    assert told["reach.phone"] != chart["telecom"][0]["value"]
    assert told["insurance1.member"] != insurance["resource"]["subscriberId"]


def test_every_patient_is_insured_and_can_be_reached(clerk: Caller) -> None:
    people = [e["resource"] for e in clerk.get("Patient", name="").json()["entry"]]
    page = clerk.get("Patient", name="", page="2").json()["entry"]
    for patient in [*people, *(e["resource"] for e in page)]:
        owned = clerk.get("Coverage", patient=f"Patient/{patient['id']}").json()["entry"]
        assert owned
        assert all(e["resource"]["subscriberId"] for e in owned)
        assert {t["system"] for t in patient["telecom"]} == {"phone", "email"}
        assert patient["contact"]


def test_some_insurances_have_ended(clerk: Caller) -> None:
    today = datetime.now(UTC).date().isoformat()
    ends = [
        entry["resource"]["period"].get("end", "9")
        for number in range(101, 125)
        for entry in clerk.get("Coverage", patient=f"Patient/p.{number}").json()["entry"]
    ]
    assert 0 < sum(end < today for end in ends) < len(ends) / 4


def test_most_coming_visits_have_a_form_and_more_are_on_their_way(busy: Running) -> None:
    busy.control.reset()
    there = {truth["form"] for truth in busy.control.truth()}
    busy.control.call("POST", "clock", {"offset_seconds": 2 * 86_400})
    later = {truth["form"] for truth in busy.control.truth()}
    assert len(there) >= 12
    assert there < later
    assert len(later) >= 23


def test_the_stream_has_every_kind_of_form(busy: Running) -> None:
    busy.control.reset()
    busy.control.call("POST", "clock", {"offset_seconds": 2 * 86_400})
    truths = busy.control.truth()
    whys = {why for truth in truths for why in truth["edits"].values()}
    assert whys == {"formatted", "changed", "new", "missing", "contradiction", "unclear"}
    assert {truth["status"] for truth in truths} >= {"completed", "amended"}
    empty = [path for truth in truths for path, value in truth["fields"].items() if value is None]
    assert {"allergies.no_known", "demographics.phone"} <= set(empty)


def test_a_form_shows_at_its_moment_by_the_sandboxs_clock(
    busy: Running, app_key: RSAKey, app: Caller
) -> None:
    busy.control.reset()
    soon = (datetime.now(UTC) + timedelta(seconds=100)).isoformat()
    clerk = Caller(busy, app_key, app.http).sign_in(READS)
    form = busy.control.form(PATIENT, {"reach.city": "Salem"}, authored=soon)

    def shows() -> bool:
        return form["id"] in {f["id"] for f in forms_of(clerk)}

    assert not shows()
    busy.control.call("POST", "clock", {"offset_seconds": 120})
    assert shows()


def test_the_same_seed_makes_the_same_forms(busy: Running) -> None:
    def told() -> list[Json]:
        busy.control.reset()
        return [{k: v for k, v in t.items() if k == "fields"} for t in by_form(busy)]

    assert told() == told()


def by_form(sandbox: Running) -> list[Json]:
    sandbox.control.call("POST", "clock", {"offset_seconds": 2 * 86_400})
    return sorted(sandbox.control.truth(), key=lambda truth: str(truth["patient"]))


def test_forms_and_their_truth_outlive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    with running(state=state) as first:
        made = first.control.form(PATIENT)
        told = first.control.truth()
    with running(state=state) as second:
        assert second.control.truth() == told
        assert second.control.amend(made["id"], {"reach.city": "Salem"})["status"] == "amended"


def test_a_restart_on_the_same_day_repeats_no_form(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    with running(state=state, forms=1.0) as first:
        before = {t["form"]: t["authored"] for t in first.control.truth()}
    with running(state=state, forms=1.0) as second:
        after = {t["form"]: t["authored"] for t in second.control.truth()}
    assert before.items() <= after.items()


def test_thousands_of_forms_at_once(clerk: Caller) -> None:
    answer = clerk.sandbox.control.call("POST", "intake/bulk", {"count": 300})
    assert answer == {"forms": 300}
    assert len(clerk.sandbox.control.truth()) == 300


def test_some_visits_bring_a_form_of_anothers_making_with_its_questions(
    busy: Running, app_key: RSAKey, app: Caller
) -> None:
    busy.control.reset()
    told = [one for one in busy.control.truth() if one["form"].startswith("gf.")]
    assert told
    clerk = Caller(busy, app_key, app.http).sign_in(READS)
    for one in told:
        [form] = forms_of(clerk, one["patient"], _id=one["form"])
        assert form["encounter"]["reference"].startswith("Encounter/")
        _, _, name = form["questionnaire"].partition("/")
        [entry] = clerk.get("Questionnaire", _id=name).json()["entry"]
        asked = {item["linkId"] for item in walk(entry["resource"]["item"])}
        assert said(form).keys() <= asked


def test_a_form_nobody_here_has_cannot_be_filled_in(clerk: Caller) -> None:
    with pytest.raises(RuntimeError, match="no form nonesuch"):
        clerk.sandbox.control.form(PATIENT, guest="nonesuch")
