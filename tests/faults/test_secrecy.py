"""S10: forty marked words of patients through the whole house, and every place they must not be."""

import json
import logging
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import text

from db.conversations import Conversation
from db.queue import QueueFilter
from db.schema import metadata
from jobs.runner import drain, run_slot
from jobs.timetable import timetable
from services import accounts, job_board, logs
from services.desk import Actor, looking
from services.errors import FoyerError
from services.lines import Lines
from services.status import status
from services.web.metrics import Metrics
from services.workflows.inbox.handling import note, recategorise, snooze
from services.workflows.inbox.listing import find, inbox
from services.workflows.inbox.reading import open_item, save_draft
from services.workflows.inbox.sending import send_reply
from tests.services.workflows.conftest import Office, seen

CANARIES = tuple(f"CANARY{n:02d}x" for n in range(40))
ROOT = Path(__file__).parents[2]


class Heard(logging.Handler):
    """Everything anybody logs, formatted as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter(logs.FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def heard() -> Iterator[Heard]:
    """The log of this test at its most talkative, cleaned as in the product."""
    handler, root = Heard(), logging.getLogger()
    level, factory = root.level, logging.getLogRecordFactory()
    logging.setLogRecordFactory(logs.clean_record)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)
    logging.setLogRecordFactory(factory)


def found_in(told: str) -> list[str]:
    return [canary for canary in CANARIES if canary.lower() in told.lower()]


def test_s10_forty_marked_words_stay_where_they_belong(
    office: Office, front_desk: Actor, nurse: Actor, lines: Lines, heard: Heard
) -> None:
    """S10: 0 hits in log, errors, runs, trail, status, metrics and in any column in the clear."""
    errors = _a_busy_day(office, front_desk, nurse, lines)
    assert len(errors) >= 8, "the faults were not met"
    ours = [error for error in errors if isinstance(error, FoyerError)]
    assert found_in("\n".join(repr(error) + str(error) for error in ours)) == []
    assert found_in("\n".join(logs.described(error) for error in errors)) == []
    assert len(ours) < len(errors), "no library's own exception was met"
    assert found_in("\n".join(heard.lines)) == []
    assert found_in(json.dumps(status(office.container), default=str)) == []
    assert found_in(_metrics(office)) == []
    with looking(office.container, nurse) as desk:
        assert found_in(repr(job_board.jobs(desk)) + repr(job_board.roads(desk))) == []
    assert found_in(_everything_stored(office)) == []


def test_s10_the_same_search_finds_what_a_person_may_read(
    office: Office, front_desk: Actor
) -> None:
    """S10, the control: the words did come in, and are there for whoever may see them."""
    _receive_all(office)
    office.poll()
    rows = inbox(office.container, front_desk, QueueFilter(), {}).rows
    shown = "\n".join(row.snippet + row.subject for row in rows)
    assert set(found_in(shown)) == set(CANARIES)
    assert found_in(repr(rows)) == []
    item = open_item(office.container, front_desk, rows[0].id)
    assert found_in(item.thread[0].text)
    assert found_in(repr(item)) == []


def _receive_all(office: Office) -> list[dict[str, Any]]:
    patients = cycle(f"Patient/p.1{n:02d}" for n in range(1, 9))
    return [
        office.sandbox.control.receive(
            f"I have trouble with my {word}, please help.", subject=f"About {word}",
            patient=patient,
            attachments=[{"id": "a-1", "name": f"{word}.jpg", "type": "image/jpeg", "size": 7}],
        )
        for word, patient in zip(CANARIES, patients, strict=False)
    ]  # fmt: skip


def _a_busy_day(
    office: Office, front_desk: Actor, nurse: Actor, lines: Lines
) -> list[BaseException]:
    """Everything the house does with words, and everything that fails on the way."""
    errors: list[BaseException] = []
    _receive_all(office)
    for match, kind in (("healow.messages", "cut"), ("healow.messages", "html")):
        fault = office.sandbox.control.fault(match, kind)
        _try(errors, office.poll)
        office.sandbox.control.mend(fault)
    _run_jobs(lines)
    talks = inbox(office.container, front_desk, QueueFilter(), {}).rows
    for talk, word in zip(talks, CANARIES, strict=False):
        _work_on(errors, office, front_desk, nurse, office.conversation(talk.id), word)
    _answer_badly(office)
    office.clock.wait(office.container.settings.settle)
    _run_jobs(lines)
    _break_on_purpose(errors, office, front_desk, office.conversation(talks[0].id))
    return errors


def _work_on(
    errors: list[BaseException], office: Office, front_desk: Actor, nurse: Actor,
    talk: Conversation, word: str,
) -> None:  # fmt: skip
    open_item(office.container, front_desk, talk.id)
    save_draft(office.container, front_desk, talk.id, f"About {word}", talk.content_hash)
    note(office.container, nurse, seen(talk), f"Called about {word}")
    _try(errors, lambda: send_reply(office.container, front_desk, seen(talk), f"Your {word}."))
    now = office.conversation(talk.id)
    send_reply(office.container, front_desk, seen(now), f"Your {word} is noted.")
    find(office.container, front_desk, word)


def _answer_badly(office: Office) -> None:
    """healow answers replies with the patient's own words in its errors."""
    body = json.dumps({"code": "999", "message": f"bad {CANARIES[0]}", "text": CANARIES[1]})
    office.sandbox.control.fault(
        "healow.reply", "body", text=body, code=422, content_type="application/json", times=5
    )
    office.sandbox.control.fault("healow.reply", "body", text=CANARIES[2], code=500, times=5)
    office.sandbox.control.fault("healow.reply", "body", text=CANARIES[3], code=200, times=5)


def _break_on_purpose(
    errors: list[BaseException], office: Office, actor: Actor, talk: Conversation
) -> None:
    word = CANARIES[4]
    later = office.clock()
    _try(errors, lambda: snooze(office.container, actor, seen(talk), later))
    _try(errors, lambda: recategorise(office.container, actor, seen(talk), word))  # type: ignore[arg-type]
    _try(errors, lambda: save_draft(office.container, actor, talk.id, f"{word}\ud800", "x"))
    _try(errors, lambda: note(office.container, actor, seen(talk), f"{word}\x00"))
    _try(errors, lambda: find(office.container, actor, f"{word}\x00"))
    _try(errors, lambda: accounts.hashed(word[:3], f"{word}@x.invalid", word))
    with office.container.engine.connect() as connection:
        _try(errors, lambda: connection.execute(text("SELECT :w FROM gone"), {"w": word}))


def _run_jobs(lines: Lines) -> None:
    for job in timetable(lines.container.settings):
        if job.drains:
            for _ in range(3):
                drain(job, lines, "worker")
        else:
            run_slot(job, lines, "worker")


def _try(errors: list[BaseException], act: Any) -> None:
    try:
        act()
    except Exception as error:  # whatever it is: it may be told somewhere
        logging.getLogger("test").exception("It failed")
        errors.append(error)


def _metrics(office: Office) -> str:
    registry = CollectorRegistry()
    registry.register(Metrics(office.container))  # type: ignore[arg-type]
    return generate_latest(registry).decode()


def _everything_stored(office: Office) -> str:
    """Every cell of every table, as somebody with a copy of the database would read it."""

    told = []
    with office.container.engine.connect() as connection:
        for table in metadata().sorted_tables:
            for row in connection.execute(table.select()):
                told += [c.decode("latin-1") if isinstance(c, bytes) else str(c) for c in row]
    return "\n".join(told)


LOGGED = re.compile(
    r"\blog(?:ger|ging)?\.(?:debug|info|warning|error|exception|critical)\(\s*f[\"']"
)


def test_s10_no_log_line_is_put_together_from_values() -> None:
    """S10: an f-string could carry anything; arguments are cleaned on their way."""
    sources = [path for room in ("services", "db", "jobs", "pages") for path in
               (ROOT / room).rglob("*.py")]  # fmt: skip
    assert len(sources) > 100
    guilty = [path.name for path in sources if LOGGED.search(path.read_text())]
    assert guilty == []
    assert LOGGED.search('log.info(f"read {message}")')  # the control


def test_s10_errors_for_staff_are_not_put_together_from_patients_words() -> None:
    """S10: what an error of ours may name is a number, a colleague or a word of ours."""
    ours = "|".join(kind.__name__ for kind in FoyerError.__subclasses__())
    named = re.compile(rf"raise (?:{ours})\(\s*f?\"[^\"]*\{{(?P<what>[^}}:]+)")
    suspicious = re.compile(r"\b(?:text|body|subject|snippet|message|patient|birth)\b(?!\.id)")
    guilty = [
        (path.name, match["what"])
        for path in (ROOT / "services").rglob("*.py")
        if "sandbox" not in path.parts
        for match in named.finditer(path.read_text())
        if suspicious.search(match["what"]) and "len(" not in match["what"]
    ]
    assert guilty == []
