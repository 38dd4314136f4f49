"""Documents that staff drop or a scanner leaves: kept whole or refused whole, matched out loud."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from db import reading
from db.intake import FormState, IntakeForm, IntakeForms, Match
from services.desk import Actor
from services.documents.refusals import Refusal
from services.errors import Invalid, NotAllowed
from services.workflows.intake.belonging import (
    NONE_OF_THEM,
    confirm_patient,
    none_of_these,
    read_again,
    remove,
)
from services.workflows.intake.deciding import accept_matching
from services.workflows.intake.dropping import drop
from services.workflows.intake.fields import Verdict
from services.workflows.intake.folder import collect
from services.workflows.intake.listing import worklist
from services.workflows.intake.searching import likely
from tests.needs import needs_ocr
from tests.services.documents import files
from tests.services.documents.test_refusals import BAD
from tests.services.workflows.intake import card_pictures
from tests.services.workflows.intake.card_pictures import drawn, sent
from tests.services.workflows.intake.conftest import Desk, seen
from tests.services.workflows.intake.test_intake_arrivals import written
from tests.services.workflows.intake.test_intake_story import accept_all

PATIENT = "Patient/p.107"
EXTERNAL = files.CDA.format("<title>&e;</title>")
ENTITY = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>{EXTERNAL}'.encode()
REFUSED_LATER = {
    "encrypted.pdf": (BAD["a PDF with a password"][0], Refusal.ENCRYPTED),
    "bomb.docx": (BAD["a ZIP bomb"][0], Refusal.BOMB),
    "two.pdf": (BAD["a PDF that is a ZIP"][0], Refusal.TWO_KINDS),
    "entity.xml": (lambda: ENTITY, Refusal.XML_TRICKS),
}


def paper(desk: Desk, patient: str = PATIENT, **other: str) -> bytes:
    """A typed form of this patient; *other* replaces what it says."""
    says = dict(desk.ehr.registrar.registration(patient).demographics) | other
    return files.typed(
        ["Last Name:", says["last_name"]],
        ["First Name:", says["first_name"]],
        ["Date of Birth:", says["dob"]],
        ["Phone:", other.get("phone", "(617) 555-0188")],
    )


def dropped(desk: Desk, actor: Actor, data: bytes, name: str = "form.pdf") -> IntakeForm:
    form = desk.form(drop(desk.container, actor, data, name).form_id)
    desk.read()
    return desk.form(form.id)


def everything(desk: Desk) -> list[IntakeForm]:
    with reading(desk.container.engine) as session:
        forms = IntakeForms(session, desk.practice.id)
        return list(forms.all(forms.rows()))


def test_a_document_that_names_one_patient_exactly_is_that_patients(
    desk: Desk, front_desk: Actor
) -> None:
    form = dropped(desk, front_desk, paper(desk))
    assert (form.state, form.match) == (FormState.READY, Match.EXACT)
    assert desk.open(front_desk, form).row.patient
    accept_all(desk, front_desk, form.id)
    desk.deliver()
    assert desk.form(form.id).state is FormState.DONE
    assert desk.ehr.registrar.registration(PATIENT).demographics["phone"] == "6175550188"


def test_a_document_that_nearly_names_a_patient_waits_for_a_person_to_say_so(
    desk: Desk, front_desk: Actor
) -> None:
    known = desk.ehr.registrar.registration(PATIENT).demographics["first_name"]
    form = dropped(desk, front_desk, paper(desk, first_name=known[:-1]))
    assert (form.state, form.match) == (FormState.READY, Match.PROBABLE)
    assert desk.open(front_desk, form).match_reasons
    with pytest.raises(Invalid, match="confirm whose form"):
        accept_matching(desk.container, front_desk, seen(form))
    confirm_patient(desk.container, front_desk, seen(form), PATIENT)
    desk.read()
    assert desk.form(form.id).match is Match.CONFIRMED


@needs_ocr
def test_a_photographed_insurance_card_is_laid_beside_the_chart_once_a_person_says_whose(
    desk: Desk, front_desk: Actor
) -> None:
    picture = sent(drawn(card_pictures.LABELLED))
    form = dropped(desk, front_desk, picture, "card.jpg")
    assert (form.state, form.match) == (FormState.READY, Match.NONE)
    confirm_patient(desk.container, front_desk, seen(form), PATIENT)
    desk.read()
    rows = {row.path: row for row in desk.open(front_desk, desk.form(form.id)).fields}
    number = rows["coverage[0].member_id"].difference
    assert number.found is not None
    assert number.found.value == "W234 567 891"
    assert number.found.source.box is not None
    assert number.verdict in (Verdict.CHANGED, Verdict.NEW)
    holder = rows["coverage[0].subscriber"].difference
    assert holder.verdict is Verdict.UNCLEAR
    assert holder.found is not None
    assert holder.found.choices == ("Rosa Synthetic",)


def test_whoever_may_be_meant_is_offered_with_reasons_and_none_of_them_can_be_said(
    desk: Desk, front_desk: Actor
) -> None:
    known = desk.ehr.registrar.registration(PATIENT).demographics["first_name"]
    form = dropped(desk, front_desk, paper(desk, first_name=known[:-1]))
    [person] = likely(desk.container, front_desk, form.id)
    assert person.ref == PATIENT
    assert person.name
    assert person.reasons == (
        "Last name and date of birth agree.",
        "The first name differs by one letter.",
    )
    none_of_these(desk.container, front_desk, seen(form))
    nobodys = desk.form(form.id)
    assert (nobodys.match, nobodys.patient_id, nobodys.state) == (Match.NONE, None, FormState.READY)
    assert likely(desk.container, front_desk, form.id) == ()
    assert desk.open(front_desk, nobodys).match_reasons == (NONE_OF_THEM,)
    with pytest.raises(Invalid, match="No likely patient"):
        none_of_these(desk.container, front_desk, seen(nobodys))


def test_a_patient_we_have_met_is_offered_where_ecw_finds_nobody_by_name_and_birth_date(
    desk: Desk, front_desk: Actor
) -> None:
    _, known = desk.newcomer()
    says = desk.ehr.registrar.registration(known).demographics
    renamed = paper(desk, known, last_name="Newlywed")
    assert not desk.ehr.registrar.find_people("Newlywed", says["dob"])
    form = dropped(desk, front_desk, renamed)
    assert form.match is Match.PROBABLE
    [person] = likely(desk.container, front_desk, form.id)
    assert (person.ref, person.reasons[-1]) == (known, "The last name differs.")


def test_a_document_of_nobody_we_know_is_nobodys(desk: Desk, front_desk: Actor) -> None:
    form = dropped(desk, front_desk, paper(desk, last_name="Nobody", dob="1901-01-01"))
    assert (form.state, form.match, form.patient_id) == (FormState.READY, Match.NONE, None)
    with pytest.raises(Invalid, match="confirm whose form"):
        accept_matching(desk.container, front_desk, seen(form))
    desk.deliver()
    assert written(desk) == []


def test_the_same_file_twice_is_one_form(desk: Desk, front_desk: Actor) -> None:
    data = paper(desk)
    first = drop(desk.container, front_desk, data, "form.pdf")
    again = drop(desk.container, front_desk, data, "copy.pdf")
    assert (again.form_id, again.is_new, len(everything(desk))) == (first.form_id, False, 1)
    assert drop(desk.container, front_desk, data + b"\n", "other.pdf").is_new


def test_a_file_that_was_removed_says_so_when_it_comes_again(desk: Desk, front_desk: Actor) -> None:
    data = paper(desk)
    form = dropped(desk, front_desk, data)
    remove(desk.container, front_desk, seen(form))
    assert "removed" in drop(desk.container, front_desk, data, "form.pdf").sentence


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", Refusal.EMPTY), (b"%PDF-1.7\n" + bytes(60 * 2**20), Refusal.TOO_LARGE)],
    ids=["nothing", "sixty megabytes"],
)
def test_a_file_of_no_or_too_many_bytes_is_not_taken_at_all(
    desk: Desk, front_desk: Actor, data: bytes, why: Refusal
) -> None:
    with pytest.raises(Invalid) as refused:
        drop(desk.container, front_desk, data, "form.pdf")
    assert str(refused.value) == why
    assert everything(desk) == []


@pytest.mark.parametrize("name", REFUSED_LATER)
def test_a_file_that_cannot_be_read_is_kept_and_says_why(
    desk: Desk, front_desk: Actor, name: str
) -> None:
    make, why = REFUSED_LATER[name]
    form = dropped(desk, front_desk, make(), name)
    assert (form.state, form.trouble, form.fields) == (FormState.FAILED, why, 0)
    opened = desk.open(front_desk, form)
    assert (opened.content, opened.has_original) == (None, True)
    read_again(desk.container, front_desk, seen(form))
    desk.read()
    assert desk.form(form.id).trouble == why
    remove(desk.container, front_desk, seen(desk.form(form.id)))
    assert desk.form(form.id).state is FormState.REMOVED


def test_a_word_file_with_macros_is_read_without_them(desk: Desk, front_desk: Actor) -> None:
    plain = files.word("Last Name: Sample", "Phone: 617-555-0188")
    form = dropped(
        desk, front_desk, files.with_entries(plain, {"word/vbaProject.bin": b"macro"}), "form.docx"
    )
    opened = desk.open(front_desk, form)
    assert form.state is FormState.READY
    assert "macros-ignored" in getattr(opened.content, "flags", ())


def test_only_those_at_a_desk_may_drop_files(desk: Desk, compliance: Actor) -> None:
    with pytest.raises(NotAllowed):
        drop(desk.container, compliance, b"%PDF-1.7", "form.pdf")


@pytest.fixture
def leave(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """A scanner leaves a file in the watched folder, a minute ago."""
    folder = tmp_path / "scans"
    folder.mkdir()

    def leave(name: str, data: bytes) -> Path:
        path = folder / name
        path.write_bytes(data)
        earlier = path.stat().st_mtime - 60
        os.utime(path, (earlier, earlier))
        return path

    return leave


def test_the_watched_folder_takes_refuses_and_loses_nothing(
    desk: Desk, leave: Callable[[str, bytes], Path]
) -> None:
    good = leave("form.pdf", paper(desk))
    leave("empty.pdf", b"")
    leave("large.pdf", b"%PDF-1.7\n" + bytes(26 * 2**20))
    counts = collect(desk.container, desk.practice, good.parent)
    assert (counts["taken"], counts["refused"]) == (1, 2)
    assert (good.parent / "taken" / "form.pdf").exists()
    refused = good.parent / "refused"
    assert (refused / "empty.pdf.reason.txt").read_text().strip() == Refusal.EMPTY
    assert (refused / "large.pdf.reason.txt").read_text().strip() == Refusal.TOO_LARGE
    desk.read()
    assert [form.match for form in everything(desk)] == [Match.EXACT]


def test_a_file_left_twice_is_one_form_and_both_copies_are_kept(
    desk: Desk, leave: Callable[[str, bytes], Path]
) -> None:
    data = paper(desk)
    for _ in range(2):
        folder = leave("form.pdf", data).parent
        collect(desk.container, desk.practice, folder)
    assert len(everything(desk)) == 1
    assert len(list((folder / "taken").iterdir())) == 2


def test_a_file_that_is_still_being_written_is_left_alone(
    desk: Desk, leave: Callable[[str, bytes], Path]
) -> None:
    path = leave("form.pdf", b"%PDF-1.7")
    os.utime(path)
    assert collect(desk.container, desk.practice, path.parent).total() == 0
    assert path.exists()


def test_a_link_in_the_folder_leads_nowhere(
    desk: Desk, leave: Callable[[str, bytes], Path], tmp_path: Path
) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(paper(desk))
    folder = leave("form.pdf", b"").parent
    (folder / "link.pdf").symlink_to(secret)
    collect(desk.container, desk.practice, folder)
    assert everything(desk) == []


def test_odd_names_of_files_keep_no_other_file_waiting(
    desk: Desk, front_desk: Actor, leave: Callable[[str, bytes], Path]
) -> None:
    leave(os.fsdecode(b"a\xff\xfe.pdf"), paper(desk))
    leave("b" * 250 + ".pdf", b"")
    folder = leave("c.pdf", paper(desk, phone="617-555-0101")).parent
    counts = collect(desk.container, desk.practice, folder)
    assert (counts["taken"], counts["refused"], len(everything(desk))) == (2, 1, 2)
    assert len(worklist(desk.container, front_desk).rows) == 2


def test_a_file_that_cannot_be_moved_keeps_no_other_file_waiting(
    desk: Desk, leave: Callable[[str, bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave("a.pdf", paper(desk))
    folder = leave("b.pdf", paper(desk, phone="617-555-0101")).parent
    real = Path.read_bytes

    def guarded(path: Path) -> bytes:
        if path.name == "a.pdf":
            raise PermissionError(path.name)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    counts = collect(desk.container, desk.practice, folder)
    assert (counts["untouched"], counts["taken"]) == (1, 1)


@pytest.mark.parametrize("name", REFUSED_LATER)
def test_a_bad_file_in_the_watched_folder_is_kept_and_says_why(
    desk: Desk, leave: Callable[[str, bytes], Path], name: str
) -> None:
    make, why = REFUSED_LATER[name]
    folder = leave(name, make()).parent
    collect(desk.container, desk.practice, folder)
    desk.read()
    [form] = everything(desk)
    assert (form.state, form.trouble) == (FormState.FAILED, why)
    assert (folder / "taken" / name).exists()


def test_a_document_of_a_patient_with_a_visit_stands_where_the_visit_does(
    desk: Desk, front_desk: Actor
) -> None:
    desk.poll()
    form = dropped(desk, front_desk, paper(desk, last_name="Nobody", dob="1901-01-01"))
    confirm_patient(desk.container, front_desk, seen(form), "Patient/p.103")
    placed = desk.form(form.id)
    assert placed.visit_at is not None
    assert placed.visit_at > desk.clock() - timedelta(minutes=1)
