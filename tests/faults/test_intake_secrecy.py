"""S10 for forms: ten marked words through check-in, and every place they must not be."""

import logging
from typing import Any

from db.schema import metadata
from services import job_board, logs
from services.desk import Actor, looking
from services.errors import FoyerError
from services.workflows.intake import propose
from services.workflows.intake.asking import ask_patient
from services.workflows.intake.belonging import confirm_patient, wrong_patient
from services.workflows.intake.deciding import accept, accept_matching, reject
from services.workflows.intake.dropping import drop
from services.workflows.intake.listing import worklist
from services.workflows.intake.searching import find_patient
from tests.faults.test_secrecy import CANARIES, Heard, found_in, heard
from tests.services.documents import files
from tests.services.workflows.intake.conftest import Desk, desk, differing, ehr, seen

__all__ = ["desk", "ehr", "heard"]

WORDS = CANARIES[:10]
LINKS = ("about.first", "about.last", "reach.city", "reach.street", "insurance1.payer",
         "insurance1.plan", "pharmacy.name", "visit.reason", "emergency.name")  # fmt: skip
PATIENT = "Patient/p.107"


def marked(desk: Desk) -> str:
    answers = dict(zip(LINKS, WORDS, strict=False)) | {"history.conditions": [WORDS[9]]}
    id: str = desk.sandbox.control.form(PATIENT, answers)["id"]
    return id


def test_s10_ten_marked_words_of_a_form_stay_where_they_belong(
    desk: Desk, front_desk: Actor, nurse: Actor, heard: Heard, monkeypatch: Any
) -> None:
    """S10: 0 hits in log, errors, trail, runs and in any column in the clear."""
    errors = _a_busy_day(desk, front_desk, nurse, monkeypatch)
    assert len(errors) >= 5, "the faults were not met"
    ours = [error for error in errors if isinstance(error, FoyerError)]
    assert found_in("\n".join(repr(error) + str(error) for error in ours)) == []
    assert found_in("\n".join(logs.described(error) for error in errors)) == []
    assert heard.lines
    assert found_in("\n".join(heard.lines)) == []
    with looking(desk.container, nurse) as at:
        assert found_in(repr(job_board.jobs(at)) + repr(job_board.roads(at))) == []
    assert found_in(_everything_stored(desk)) == []


def test_s10_the_same_words_are_there_for_whoever_may_read_them(desk: Desk, nurse: Actor) -> None:
    """S10, the control: they did come in, and are told to a person but by no repr."""
    came = marked(desk)
    desk.poll()
    desk.read()
    opened = desk.open(nurse, desk.form(came))
    told = "\n".join(r.difference.found.original for r in opened.fields if r.difference.found)
    assert set(found_in(told)) == set(WORDS)
    assert found_in(repr(opened)) == []
    assert found_in(repr(worklist(desk.container, nurse))) == []


def _a_busy_day(
    desk: Desk, front_desk: Actor, nurse: Actor, monkeypatch: Any
) -> list[BaseException]:
    errors: list[BaseException] = []
    came = marked(desk)
    for kind in ("cut", "html"):
        fault = desk.sandbox.control.fault("fhir.search", kind)
        _try(errors, desk.poll)
        desk.sandbox.control.mend(fault)
    desk.poll()
    desk.read()
    form = desk.form(came)
    _try(errors, lambda: accept(desk.container, front_desk, seen(form), WORDS[0]))
    _try(errors, lambda: accept(desk.container, front_desk, seen(form), "hpi", WORDS[1]))
    _try(errors, lambda: reject(desk.container, nurse, seen(form), "hpi", f"{WORDS[2]}\ud800"))
    phone = "demographics.phone"
    _try(errors, lambda: accept(desk.container, nurse, seen(form), phone, WORDS[3]))
    city = "demographics.city"
    ask_patient(desk.container, nurse, seen(form), city, f"Did you mean {WORDS[4]}?")
    accept(desk.container, nurse, seen(desk.form(came)), city, "Springfield")
    _decide_all(errors, desk, nurse, came)
    _answer_badly(desk)
    desk.deliver(times=4)
    find_patient(desk.container, front_desk, WORDS[6])
    _drop_and_break(errors, desk, front_desk, monkeypatch)
    return errors


def _decide_all(errors: list[BaseException], desk: Desk, nurse: Actor, came: str) -> None:
    accept_matching(desk.container, nurse, seen(desk.form(came)))
    while rows := differing(desk.open(nurse, desk.form(came))):
        path, before = rows[0].path, len(errors)
        _try(errors, lambda p=path: accept(desk.container, nurse, seen(desk.form(came)), p))
        if len(errors) > before:
            reject(desk.container, nurse, seen(desk.form(came)), path, f"Not {WORDS[5]}")


def _answer_badly(desk: Desk) -> None:
    """eCW answers writes with the patient's own words in its errors."""
    for code in (200, 422, 500):
        text = f'{{"resourceType": "OperationOutcome", "text": "bad {WORDS[7]}"}}'
        desk.sandbox.control.fault("fhir.write", "body", text=text, code=code, times=2)


def _drop_and_break(
    errors: list[BaseException], desk: Desk, actor: Actor, monkeypatch: Any
) -> None:
    data = files.typed(["Last Name:", WORDS[8]], ["First Name:", WORDS[9]])
    kept = drop(desk.container, actor, data, f"{WORDS[8]}.pdf")
    _try(errors, lambda: drop(desk.container, actor, b"", f"{WORDS[8]}.pdf"))
    desk.read()
    confirm_patient(desk.container, actor, seen(desk.form(kept.form_id)), PATIENT)
    wrong_patient_of = desk.form(kept.form_id)
    desk.read()
    wrong_patient(desk.container, actor, seen(desk.form(wrong_patient_of.id)))

    def breaks(*_: Any) -> Any:
        raise ValueError(WORDS[9])

    monkeypatch.setattr(propose, "reconcile", breaks)
    desk.read()


def _try(errors: list[BaseException], act: Any) -> None:
    try:
        act()
    except Exception as error:  # whatever it is: it may be told somewhere
        logging.getLogger("test").exception("It failed")
        errors.append(error)


def _everything_stored(desk: Desk) -> str:
    """Every cell of every table, as somebody with a copy of the database would read it."""
    told = []
    with desk.container.engine.connect() as connection:
        for table in metadata().sorted_tables:
            for row in connection.execute(table.select()):
                told += [c.decode("latin-1") if isinstance(c, bytes) else str(c) for c in row]
    return "\n".join(told)
