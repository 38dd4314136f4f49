"""Forms that are not the practice's own: what has a field is typed, and nothing else is lost or guessed."""

from typing import Any

import pytest

from db.intake import FormState, IntakeForm
from services.desk import Actor
from services.ehr.registration import FormAnswer, IncomingForm
from services.errors import NotAllowed
from services.workflows.intake import contents
from services.workflows.intake.deciding import accept, accept_matching
from services.workflows.intake.extract import extract
from services.workflows.intake.fields import OTHER_ANSWERS, group_of
from tests.services.workflows.intake.conftest import Desk, differing, seen
from tests.services.workflows.intake.paper import TODAY
from tests.services.workflows.intake.test_intake_lists import handed_over

PATIENT = "Patient/p.103"
SELF_HARM = "Thoughts that you would be better off dead, or of hurting yourself in some way"


def arrives(desk: Desk, **fields: Any) -> IntakeForm:
    """A form of another's making arrives and is read; the form as it is then."""
    came = desk.sandbox.control.form(PATIENT, **fields)["id"]
    desk.poll()
    desk.read()
    return desk.form(came)


def values(desk: Desk, actor: Actor, form: IntakeForm) -> dict[str, str | None]:
    """What was read, by path."""
    rows = desk.open(actor, form).fields
    return {r.path: r.difference.found.value for r in rows if r.difference.found}


def others(found: dict[str, str | None]) -> list[str]:
    """The answers that are carried as they were given."""
    return [str(v) for path, v in found.items() if group_of(path) == OTHER_ANSWERS]


def truth(desk: Desk) -> dict[str, str]:
    """What a careful reader would find in the only form there is."""
    [told] = desk.sandbox.control.truth()
    return dict(told["fields"])


def item(link: str, text: str, *answers: Any, inner: list[Any] | None = None) -> dict[str, Any]:
    """One item of a response."""
    said = [one if isinstance(one, dict) else {"valueString": one} for one in answers]
    return {"linkId": link, "text": text, **({"answer": said} if said else {}), **(
        {"item": inner} if inner else {})}  # fmt: skip


@pytest.mark.parametrize("name", ["ussg-fhp", "phq9", "CardiologyForm"])
def test_every_field_of_anothers_form_is_found_and_no_other(
    desk: Desk, nurse: Actor, name: str
) -> None:
    form = arrives(desk, guest=name)
    assert form.state is FormState.READY
    found = values(desk, nurse, form)
    typed = {p: v for p, v in found.items() if group_of(p) != OTHER_ANSWERS}
    assert typed == truth(desk)


@pytest.mark.parametrize("name", ["ussg-fhp", "phq9", "CardiologyForm"])
def test_no_answer_of_anothers_form_is_lost(desk: Desk, nurse: Actor, name: str) -> None:
    opened = desk.open(nurse, arrives(desk, guest=name))
    assert isinstance(opened.content, IncomingForm)
    held = {r.difference.found.original for r in opened.fields if r.difference.found}
    said = "\n".join(held)
    assert [a.link_id for a in opened.content.answers if a.value not in said] == []
    assert len(opened.content.answers) > 10


def test_illnesses_and_ages_stay_with_the_relative_they_were_told_of(
    desk: Desk, nurse: Actor
) -> None:
    found = values(desk, nurse, arrives(desk, guest="ussg-fhp"))
    for place in range(2):
        relation = found[f"family_history[{place}].relation"]
        illness = found[f"family_history[{place}].condition"]
        assert any(line.startswith(f"{relation}: Living? ") for line in others(found))
        onset = f"{relation}, {illness}: Age range at onset of disease: "
        assert any(line.startswith(onset) for line in others(found))


def test_what_no_chart_holds_is_handed_to_the_clinician_in_the_patients_words(
    desk: Desk, front_desk: Actor
) -> None:
    form = arrives(desk, guest="phq9")
    accept_matching(desk.container, front_desk, seen(form))
    told = handed_over(desk, form)[OTHER_ANSWERS]
    assert len(told) == 11
    assert sum(line.startswith("Feeling down, depressed, or hopeless? ") for line in told) == 1


def test_thoughts_of_self_harm_wait_for_a_clinician(
    desk: Desk, front_desk: Actor, nurse: Actor
) -> None:
    chosen = {"valueCoding": {"code": "LA6569-3", "display": "Several days"}}
    form = arrives(
        desk, questionnaire="Questionnaire/phq9", items=[item("/44260-8", SELF_HARM, chosen)]
    )
    accept_matching(desk.container, front_desk, seen(form))
    [row] = differing(desk.open(front_desk, desk.form(form.id)))
    assert "self-harm" in row.difference.why or not row.may_decide
    with pytest.raises(NotAllowed):
        accept(desk.container, front_desk, seen(desk.form(form.id)), row.path)
    accept(desk.container, nurse, seen(desk.form(form.id)), row.path)


@pytest.mark.parametrize("said", ["Not at all", "No", "0"])
def test_who_denies_thoughts_of_self_harm_alarms_nobody(
    desk: Desk, nurse: Actor, said: str
) -> None:
    form = arrives(
        desk, questionnaire="Questionnaire/phq9", items=[item("/44260-8", SELF_HARM, said)]
    )
    assert differing(desk.open(nurse, form)) == []


def test_a_form_nobody_knows_is_read_to_the_last_answer_and_nothing_is_guessed(
    desk: Desk, nurse: Actor
) -> None:
    rows = [
        item("a1", "Do you own a cat?", {"valueBoolean": True}),
        item("a2", "Favourite season", "Autumn", "Spring"),
        item("a3", "", "<script>alert(1)</script>"),
        item("g", "At work", inner=[item("g.1", "What lifts you up?", "=cmd|'/c calc'!A1")]),
        item("a4", "Rooms at home", {"valueInteger": 0}),
    ]
    form = arrives(desk, questionnaire="Questionnaire/nobody-knows-it", items=rows)
    assert form.state is FormState.READY
    found = values(desk, nurse, form)
    assert {group_of(path) for path in found} == {OTHER_ANSWERS}
    assert others(found) == [
        "Do you own a cat? yes",
        "Favourite season: Autumn; Spring",
        "a3: <script>alert(1)</script>",
        "At work: What lifts you up? =cmd|'/c calc'!A1",
        "Rooms at home: 0",
    ]


def test_the_family_portrait_as_its_makers_filled_it_in_asks_whose_name_is_right(
    desk: Desk, nurse: Actor
) -> None:
    found = values(desk, nurse, arrives(desk, sample="family_history"))
    assert found["demographics.last_name"] is None  # four names were given
    assert found["demographics.dob"] == "2016-10-27"
    assert found["problems[0]"] == "Blood Clots"
    assert found["problems[1]"] == "Blood Clot in Leg"
    assert "family_history[0].relation" not in found
    assert any("another name 1; another name 2" in line for line in others(found))


def test_the_first_relatives_illness_is_not_the_unnamed_seconds() -> None:
    mother, second = ("f", 0), ("f", 1)
    answers = (
        relative("54136-7", "Mother", mother), relative("54116-9", "Stroke", mother),
        relative("54116-9", "Asthma", second), relative("54139-1", "No", second),
    )  # fmt: skip
    found = {f.path: f.value for f in extract(form_of(answers), TODAY)}
    assert found["family_history[0].condition"] == "Stroke"
    assert "family_history[1].condition" not in found
    assert others(found) == ["54116-9: Asthma", "Asthma: 54139-1: No"]


def test_a_code_of_the_question_is_not_taken_for_the_answers() -> None:
    question = "http://snomed.info/sct|55607006"
    answer = FormAnswer("p", "Problem list", "Asthma, gout", codes=(question,))
    found = {f.path: f for f in extract(form_of((answer,)), TODAY)}
    assert [found[f"problems[{n}]"].value for n in range(2)] == ["Asthma", "gout"]
    assert not any(question in field.codes for field in found.values())


def test_more_answers_than_anyone_would_go_through_stand_together_at_the_end() -> None:
    many = tuple(FormAnswer(f"x{n}", f"Question {n}", f"reply {n}") for n in range(250))
    found = {f.path: f.value for f in extract(form_of(many), TODAY)}
    assert len(found) == 101
    assert all(f"reply {n}" in "\n".join(others(found)) for n in range(250))


def test_a_social_security_number_travels_nowhere() -> None:
    answer = FormAnswer("q", "Social Security Number", "000-00-0000")
    assert extract(form_of((answer,)), TODAY) == ()


def test_a_form_kept_before_sections_were_read_is_still_read() -> None:
    form = form_of((FormAnswer("q", "Do you sing?", "yes", trail=("g",)),))
    text = contents.of_form(form).replace(', "chosen": [], "rows": [], "section": ""', "")
    assert contents.to_content(text) == form
    assert "chosen" not in text


def relative(code: str, value: str, group: tuple[str, int]) -> FormAnswer:
    name, row = group
    return FormAnswer(
        f"/f/{code}", code, value, codes=(f"http://loinc.org|{code}",), trail=(name,), row=row,
        rows=(row,),
    )  # fmt: skip


def form_of(answers: tuple[FormAnswer, ...]) -> IncomingForm:
    from tests.services.workflows.intake.test_extract_answers import form

    return form(*answers)
