"""Accepted rows become entries of the chart: whole where they are new, small where they change."""

from services.workflows.intake.entries import Accepted, entries, handed_over
from services.workflows.intake.fields import Difference, Field, Source, Step, Verdict


def accepted(
    path: str, value: str, verdict: Verdict = Verdict.NEW, *, ref: str = "",
    step: Step | None = None, codes: tuple[str, ...] = (),
) -> Accepted:  # fmt: skip
    found = Field(path, value, 1.0, Source(label="Question"), codes=codes)
    return Accepted(Difference(path, verdict, found, chart_ref=ref, step=step), value)


def test_all_demographics_leave_together_and_only_what_changed() -> None:
    [entry] = entries(
        [
            accepted("demographics.phone", "6175550101", Verdict.CHANGED),
            accepted("demographics.email", "a@practice.invalid"),
            accepted("demographics.last_name", "Sample", Verdict.SAME),
        ]
    )
    assert entry.kind == "patient"
    assert entry.values == (("phone", "6175550101"), ("email", "a@practice.invalid"))


def test_a_new_insurance_is_written_whole() -> None:
    [entry] = entries(
        [
            accepted("coverage[1].payer", "Blue Plan"),
            accepted("coverage[1].subscriber", "Sample Person", Verdict.SAME),
        ]
    )
    assert (entry.target, dict(entry.values)) == (
        "",
        {"payer": "Blue Plan", "subscriber": "Sample Person"},
    )


def test_a_known_insurance_changes_only_where_the_patient_changed_it() -> None:
    [entry] = entries(
        [
            accepted("coverage[0].payer", "Blue Plan", Verdict.SAME, ref="Coverage/c.1"),
            accepted("coverage[0].member_id", "W1", Verdict.CHANGED, ref="Coverage/c.1"),
        ]
    )
    assert (entry.target, entry.values) == ("Coverage/c.1", (("member_id", "W1"),))


def test_what_is_the_same_everywhere_is_not_written() -> None:
    assert entries([accepted("demographics.phone", "6175550101", Verdict.SAME)]) == ()


def test_a_medication_carries_its_codes_and_one_that_stops_is_told_instead() -> None:
    rows = [
        accepted("medications[0].name", "Lisinopril", step=Step.ADD, codes=("rxnorm|29046",)),
        accepted("medications[0].dose", "10 mg", step=Step.ADD),
        accepted("medications[1].name", "Aspirin", Verdict.MISSING, step=Step.STOP),
    ]
    [entry] = entries(rows)
    assert (entry.kind, entry.codes) == ("medication", ("rxnorm|29046",))
    assert handed_over(rows)["medications"][-1] == "Patient reports stopping: Aspirin"


def test_two_allergies_are_two_entries() -> None:
    rows = [accepted(f"allergies[{n}].substance", name) for n, name in enumerate(("Latex", "Egg"))]
    assert [dict(entry.values) for entry in entries(rows)] == [
        {"substance": "Latex"},
        {"substance": "Egg"},
    ]


def test_a_problem_is_named_by_its_text() -> None:
    [entry] = entries([accepted("problems[0]", "Asthma")])
    assert (entry.kind, entry.values) == ("condition", (("text", "Asthma"),))


def test_history_is_handed_to_the_note_and_administration_is_not() -> None:
    told = handed_over([accepted("hpi", "Cough for a week"), accepted("demographics.city", "Here")])
    assert told == {"hpi": ["Question: Cough for a week"]}
