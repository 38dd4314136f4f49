"""The intake page's own decisions: its words, its rows, where a field stands, and what it shuns."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from db.eligibility import Covered
from db.intake import FormState, Match
from db.intake_fields import Decision
from db.vocabulary import DocumentKind, Role
from pages.parts import components
from pages.parts.intake import address, drop, entries, leaving, snapshot, source, top, words
from pages.parts.intake.deeds import PAST
from pages.parts.intake.fields import DECIDED, DELIVERED, field_data, sides
from pages.parts.intake.insured import SAID, STANDS
from pages.parts.intake.review import review_data
from pages.parts.intake.rows import KINDS, age, list_data
from pages.parts.intake.sitting import Deed, Problem, Sitting
from pages.parts.worklist import KEPT_DEEDS
from services.actions import Target
from services.claims.coverage import Said
from services.desk import Actor
from services.documents.pages import Box, Document, Kind, Line, Page, Word
from services.ehr.registration import FormAnswer, IncomingForm
from services.options import PracticeOptions
from services.sent import SentEntry
from services.workflows.intake import WORKFLOW, listing
from services.workflows.intake.coverage import CoverageFact, Stand
from services.workflows.intake.fields import Difference, Field, Source, Step, Verdict
from services.workflows.intake.listing import Row
from services.workflows.intake.reading import FieldRow, OpenForm
from services.workflows.intake.watching import Progress
from tests.pages.test_inbox_parts import forbidden

PAGES = Path(components.__file__).parents[2]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MARIA = Actor(uuid4(), "staff/1", "Sample desk", Role.FRONT_DESK, uuid4())


def a_row(**more: object) -> Row:
    plain = Row(
        id=uuid4(), version=3, content_hash="h", patient="Synthetic Sample",
        birth_date="1980-02-28", title="Check-in", visit_at=NOW + timedelta(hours=1),
        provider="Dr. Sample", location="", source="check_in", form_status="completed",
        state=FormState.READY, readiness="1 field to decide", tone="ask", fields=2, same=1,
        open_fields=1, conflicts=0, amended=0, pool="front_desk", owner="", assigned_to=None,
        trouble="", authored_at=NOW, kind=DocumentKind.CHECK_IN, note="", noted_by="",
    )  # fmt: skip
    return replace(plain, **more)


def a_field(path: str, said: str | None, charted: str | None, **more: object) -> FieldRow:
    verdict = more.pop("verdict", Verdict.CHANGED if charted else Verdict.NEW)
    kept = {name: more.pop(name) for name in ("step", "why", "chart_ref") if name in more}
    asked = {"decision": Decision.OPEN, "accepted": "", "reason": "", "decided_by": "",
             "decided_at": None, "asks": verdict is not Verdict.SAME, "may_decide": True,
             "delivery": ""}  # fmt: skip
    decided = {name: more.pop(name, standard) for name, standard in asked.items()}
    source = more.pop("source", Source(path, "Question"))
    original = str(more.pop("original", said or ""))
    more["reason"] = more.pop("unread", "")
    found = Field(path, said, more.pop("confidence", 0.95), source, original, **more)
    return FieldRow(path, Difference(path, verdict, found, charted, **kept), **decided)


def an_open_form(*fields: FieldRow, row: Row | None = None, **more: object) -> OpenForm:
    plain = OpenForm(
        row=row or a_row(), match=Match.GIVEN, patient_ref="Patient/p.1", match_reasons=(),
        content=None, fields=fields, compared_at=NOW, new_patient=False, coverage=(),
        to_copy=(), sent=(), may_commit=True, has_original=False,
    )  # fmt: skip
    return replace(plain, **more)


def shown(form: OpenForm, sitting: Sitting | None = None) -> dict[str, object]:
    return review_data(sitting or Sitting(MARIA.staff_id), MARIA, form, NOW)


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("demographics.dob", "Date of birth"),
        ("coverage[0].member_id", "Primary insurance: member ID"),
        ("consents[1].name", "Consent 2: name"),
        ("coverage[1].payer", "Secondary insurance: payer"),
        ("medications[2].dose", "Medication 3: dose"),
        ("problems[0]", "Problem 1"),
        ("allergies.no_known", "No known allergies"),
        ("hpi", "Reason for the visit"),
    ],
)
def test_fields_have_the_names_staff_use(path: str, label: str) -> None:
    assert words.label(path) == label


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("demographics.dob", "1980-02-28", "02/28/1980"),
        ("coverage[0].start", "2026", "2026"),
        ("demographics.phone", "5550101234", "(555) 010-1234"),
        ("demographics.language", "es", "Spanish"),
        ("allergies.no_known", "true", "Yes"),
        ("demographics.sex", "female", "Female"),
        ("demographics.email", "a@b.invalid", "a@b.invalid"),
        ("demographics.middle", None, ""),
    ],
)
def test_values_are_written_as_staff_write_them(path: str, value: str | None, text: str) -> None:
    assert words.value(path, value) == text


def test_every_verdict_decision_and_group_has_words() -> None:
    for verdict in Verdict:
        assert words.verdict(Difference("hpi", verdict, None))
    assert set(DECIDED) == set(Decision) - {Decision.OPEN}
    assert set(leaving.WORDS) - {"cancelled"} == set(DELIVERED)
    assert set(address.LANES) == set(listing.lanes(MARIA, PracticeOptions()))


def test_what_differs_is_marked_on_both_sides_and_nothing_else() -> None:
    form, chart = sides("12 Main St", "14 Main St")
    assert form == [("in", "12"), ("same", " Main St")]
    assert chart == [("out", "14"), ("same", " Main St")]
    assert sides("only", "") == ([("same", "only")], [])


def test_what_matches_takes_one_line_and_differences_one_row_each() -> None:
    same = [a_field(f"demographics.f{n}", "x", "x", verdict=Verdict.SAME) for n in range(9)]
    told = shown(an_open_form(*same, a_field("demographics.phone", "5550101111", "5550102222")))
    assert told["match"]["text"] == "9 fields match"
    assert [len(group["rows"]) for group in told["groups"]] == [1]


def test_what_only_a_clinician_reads_is_folded_with_what_matches() -> None:
    same = a_field("demographics.city", "x", "x", verdict=Verdict.SAME)
    told = shown(an_open_form(same, a_field("hpi", "Headache", None, asks=False, may_decide=False)))
    assert told["match"]["text"] == "1 field matches, 1 more for the clinician, as written"
    assert (told["groups"], told["clinical"]) == ([], None)


def test_who_decides_no_clinical_field_reads_no_clinical_chart() -> None:
    drug = a_field("medications[0].name", "Aspirin", "Secret", may_decide=False)
    assert shown(an_open_form(drug))["clinical"]["rows"] == [
        {"label": "Medication 1: name", "value": "Aspirin"}
    ]


def test_an_unclear_value_is_never_offered_but_its_readings_are() -> None:
    unclear = a_field(
        "demographics.dob", None, None, verdict=Verdict.UNCLEAR, original="3/5/80",
        choices=("1980-03-05", "1980-05-03"), unread="Day and month are not clear.",
    )  # fmt: skip
    row = field_data(unclear, an_open_form(unclear), PracticeOptions(), NOW)
    assert (row["value"], row["sure"]) == (None, "")
    assert [choice["text"] for choice in row["choices"]] == ["03/05/1980", "05/03/1980"]
    assert row["form"] == [("same", "3/5/80")]
    assert row["told"] == ["Day and month are not clear."]


def test_what_only_formatting_changed_is_not_told_twice() -> None:
    plain = a_field("demographics.phone", "5550101234", "5550109999", original="555-010-1234")
    other = a_field("medications[0].frequency", "twice daily", None, original="BID")
    form = an_open_form(plain, other)
    assert field_data(plain, form, PracticeOptions(), NOW)["told"] == []
    assert field_data(other, form, PracticeOptions(), NOW)["told"] == ["On the form: “BID”"]


def test_a_part_of_an_entry_is_named_with_its_entry() -> None:
    name = a_field("medications[0].name", "Lisinopril", "Lisinopril", verdict=Verdict.SAME)
    dose = a_field("medications[0].dose", "20 mg", "10 mg")
    row = field_data(dose, an_open_form(name, dose), PracticeOptions(), NOW)
    assert row["label"] == "Medication 1, Lisinopril: dose"


def test_a_new_entry_is_one_row_unless_a_part_must_be_looked_at() -> None:
    name = a_field("medications[0].name", "Aspirin", None, step=Step.ADD)
    dose = a_field("medications[0].dose", "81 mg", None, step=Step.ADD)
    often = a_field("medications[0].frequency", None, None, verdict=Verdict.UNCLEAR)
    other = a_field("medications[1].name", "Aspirin", None, step=Step.ADD)
    assert entries.together([name, dose, often, other]) == [[name, dose], [often], [other]]


def test_the_patients_question_quotes_the_form_and_not_the_answer() -> None:
    phone = a_field("demographics.phone", "5550101234", "5550109999")
    spanish = a_field("demographics.language", "es", "es", verdict=Verdict.SAME)
    row = field_data(phone, an_open_form(phone, spanish), PracticeOptions(), NOW)
    assert "Question" in row["question"]
    assert "formulario" in row["question"]
    assert "5550101234" not in row["question"]


def test_a_form_of_nobody_shows_no_field_and_no_chart() -> None:
    form = an_open_form(a_field("demographics.phone", "5550101234", None), match=Match.NONE)
    told = shown(form)
    assert (told["groups"], told["match"], told["clinical"]) == ([], None, None)
    assert told["whose"]["people"] == []


@pytest.mark.parametrize(
    ("state", "title"),
    [
        (FormState.WAITING, "Being read…"),
        (FormState.FAILED, "It could not be read."),
        (FormState.WRITING, "On its way to the chart."),
        (FormState.DONE, "Done: the chart shows what was accepted."),
        (FormState.REMOVED, "Off the list."),
        (FormState.WITHDRAWN, "The patient took this form back."),
    ],
)
def test_every_state_says_what_it_is(state: FormState, title: str) -> None:
    assert shown(an_open_form(row=a_row(state=state)))["notice"]["title"] == title


def test_an_entry_that_came_back_says_why_with_ecws_code() -> None:
    sent = SentEntry(
        "chart", "refused", "The payer is not in eCW's list.", "205", "Maria", NOW, NOW
    )
    [line] = shown(an_open_form(sent=(sent,)))["sent"]
    assert line["error"] == "The payer is not in eCW's list. (eCW code 205)"
    assert (line["words"], line["kind"]) == ("came back", "alert")


def test_a_row_tells_partial_amended_and_who_holds_it() -> None:
    row = a_row(form_status="in-progress", amended=1, assigned_to=MARIA.staff_id, owner="Sample")
    sitting = Sitting(MARIA.staff_id, lane="team", rows=[row])
    [told] = list_data(sitting, MARIA, NOW)["rows"]
    assert [mark[0] for mark in told["marks"]] == [
        "partly filled in",
        "changed by the patient",
        "yours",
    ]


def test_each_field_points_to_its_answer_also_where_a_question_comes_twice() -> None:
    answers = [FormAnswer("m", "Medicine", name, row=n) for n, name in enumerate(("A", "B"))]
    form = IncomingForm("r", "q", "t", "p", "completed", NOW, "d", tuple(answers))
    fields = [
        Field(f"medications[{n}].name", name, 1, Source("m", "Medicine"), name)
        for n, name in ((0, "B"), (1, "A"))
    ]
    told = source._answers(form, fields)
    assert [answer["paths"] for answer in told["answers"]] == [
        ["medications[1].name"], ["medications[0].name"],
    ]  # fmt: skip


def test_a_page_has_a_place_for_each_field_on_it() -> None:
    box = Box(2, 0.1, 0.2, 0.3, 0.25)
    field = Field("demographics.dob", "1980-02-28", 1, Source(box=box), "2/28/80")
    [(path, place)] = source._boxes([field, replace(field, source=Source("x"))])
    assert (path, place["page"], place["label"]) == ("demographics.dob", 2, "Date of birth")


def test_a_word_file_shows_its_lines_with_the_one_a_value_stands_in() -> None:
    lines = tuple(Line((Word(text),)) for text in ("Hello", "Phone 555 010 1234"))
    document = Document(Kind.DOCX, "d", "docx", (Page(1, 1, 1, lines),))
    field = Field("demographics.phone", "5550101234", 1, Source(), "555 010 1234")
    told = source._lines(document, [field])
    assert [line["paths"] for line in told["lines"]] == [[], ["demographics.phone"]]


def test_rows_keep_their_place_and_new_ones_wait() -> None:
    first, second, third = a_row(), a_row(), a_row()
    changed = replace(first, version=9)
    kept, new = snapshot.merged([second, first], [changed, third, second])
    assert (kept, new) == ([second, changed], [third])
    assert snapshot.merged([], [third]) == ([third], [])


def test_a_deed_can_be_taken_back_only_while_it_is_held() -> None:
    target = Target(uuid4(), 4, "h")
    sitting = Sitting(None, deeds=[Deed("k", "good", "Goes", target, NOW + timedelta(seconds=9))])
    held = top.line_data(sitting, {target.id: Progress("held", "leaving")}, NOW)["deeds"][0]
    gone = top.line_data(sitting, {target.id: Progress("refused", "came back")}, NOW)["deeds"][0]
    assert (held["text"], bool(held["until"]), held["kind"]) == ("Goes: leaving", True, "good")
    assert (gone["until"], gone["kind"]) == (None, "bad")


def test_an_open_form_is_read_again_when_what_left_got_further() -> None:
    form = an_open_form()
    sitting = Sitting(None, form=form)
    held, sent = Progress("held", "leaving"), Progress("accepted", "accepted by eCW")
    told = [top._moved_on(sitting, {form.row.id: one}) for one in (held, held, sent, sent)]
    assert told == [False, False, True, False]


def test_a_sitting_keeps_the_last_deeds_and_forgets_another_forms_problem() -> None:
    sitting = Sitting(None)
    for number in range(6):
        sitting.say(Deed(f"k{number}", "good", "done"))
    assert len(sitting.deeds) == KEPT_DEEDS
    first = an_open_form()
    sitting.show(first)
    sitting.problem, sitting.pages[1] = Problem("p", "no", 1), b"png"
    sitting.show(first)
    assert sitting.problem
    sitting.show(an_open_form())
    assert (sitting.problem, sitting.pages) == (None, {})


def test_what_a_person_may_not_do_has_no_button() -> None:
    provider = replace(MARIA, role=Role.PROVIDER)
    form = an_open_form(a_field("demographics.phone", "1", "2", decision=Decision.ACCEPTED))
    kinds = {move["kind"] for move in leaving.moves_data(MARIA, form)}
    assert "write" in kinds
    assert "write" not in {move["kind"] for move in leaving.moves_data(provider, form)}


def test_every_form_action_has_words_for_the_line_above() -> None:
    told = {"intake.accept_matching", "intake.accept", "intake.reject", "intake.reconsider",
            "intake.take_over", "intake.commit"}  # fmt: skip
    verbs = {act.verb for act in WORKFLOW.actions}
    assert verbs - told <= set(PAST)


def test_the_drop_zone_takes_what_can_be_read() -> None:
    assert {"pdf", "docx", "xml", "png"} <= set(drop.KINDS)


def keys(source_text: str) -> Iterator[str]:
    """Every changing part of a widget's key."""
    for node in ast.walk(ast.parse(source_text)):
        if isinstance(node, ast.keyword) and node.arg == "key":
            inner = (n for n in ast.walk(node.value) if isinstance(n, ast.FormattedValue))
            yield from (ast.unparse(part.value) for part in inner)


SOURCES = (*(PAGES / "parts/intake").glob("*.py"), PAGES / "front_desk/intake.py")


def test_nothing_on_the_page_can_turn_words_into_markup() -> None:
    assert [(s.name, f) for s in SOURCES for f in forbidden(s.read_text())] == []


def test_no_widget_key_is_made_of_what_a_patient_said() -> None:
    made = {part for s in SOURCES for part in keys(s.read_text())}
    assert made == {"sitting.uploads"}
    assert list(keys('st.button("x", key=f"k/{row.patient}")')) == ["row.patient"]


def test_insurance_of_the_chart_is_told_with_how_it_stands_on_the_day() -> None:
    ended = CoverageFact("Sample Plan", "", "W1", "2025-01-01", "2026-11-30", Stand.ENDED)
    undated = CoverageFact("Other Plan", "Gold", "W2", "", "", Stand.UNDATED)
    told = shown(an_open_form(coverage=(ended, undated)))["insured"]
    assert "payer was not asked" in told["read"]
    assert [(line["text"], line["words"], line["kind"]) for line in told["lines"]] == [
        ("Sample Plan · W1 · 01/01/2025 to 11/30/2026", "ended before", "alert"),
        ("Other Plan · Gold · W2", "no dates in the chart", "warn"),
    ]
    assert shown(an_open_form())["insured"] is None
    assert set(STANDS) == set(Stand)


def test_what_the_payer_said_stands_beside_the_insurance_with_when() -> None:
    day = date(2026, 12, 2)
    said = Said(Covered.INACTIVE, day, NOW, "Sample Payer", "Gold", None, date(2026, 11, 30))
    asked = CoverageFact("Sample Plan", "", "W1", "2025-01-01", "", Stand.IN_FORCE, said)
    other = CoverageFact("Other Plan", "", "W2", "2025-01-01", "", Stand.IN_FORCE)
    told = shown(an_open_form(coverage=(asked, other)))["insured"]
    assert "not asked" not in told["read"]
    [first, second] = told["lines"]
    assert (first["words"], first["kind"]) == ("payer: not active", "alert")
    assert "Sample Payer asked " in first["text"]
    assert "for 12/02/2026, Gold, covered until 11/30/2026" in first["text"]
    assert second["words"] == "in force"
    assert set(SAID) == set(Covered)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "now"), (59, "59 min"), (60, "1 h"), (1439, "23 h"), (1440, "1 d"), (4400, "3 d")],
)
def test_the_age_of_a_form_is_told_in_one_unit(minutes: int, said: str) -> None:
    assert age(timedelta(minutes=minutes)) == said


def test_every_kind_of_document_has_a_name() -> None:
    assert set(KINDS) == set(DocumentKind)
