"""An AA is not the truth: what stands in eCW, section by section, is; and other people's MLLP agrees with ours."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import hl7 as python_hl7
import pytest
from hl7.mllp import open_hl7_connection, start_hl7_server

from services.ehr.hl7 import build, control_id
from services.ehr.hl7.comparing import differences
from services.ehr.hl7.mllp import Mllp
from services.sandbox import Running
from tests.services.ehr.hl7.notes import AT, CODES, KEYS, PROFILE, note

CONTROL = control_id("delivery-1")
NOTE = note(cc="Cough.", exam="Clear | both sides.", plan="Rest.\n\nBack in a week.")
KEY_OF = dict(zip(CODES, KEYS, strict=True))


def read_back(sandbox: Running) -> dict[str, str]:
    return {KEY_OF[code]: s["text"] for code, s in sandbox.control.notes("ap.116").items()}


def test_what_arrived_whole_differs_in_nothing(mllp: Mllp, sandbox: Running) -> None:
    mllp.send(build(NOTE, PROFILE, CONTROL, AT))
    assert differences(NOTE, read_back(sandbox)) == []


def test_a_section_that_was_dropped_in_silence_is_found_missing(
    mllp: Mllp, sandbox: Running
) -> None:
    """The practice changed its template in eCW and told nobody."""
    sandbox.control.note_template("Location/l.1", ["CC", "PLAN", "PE"])
    assert mllp.send(build(NOTE, PROFILE, CONTROL, AT)).remote_id == CONTROL
    assert differences(NOTE, read_back(sandbox)) == [
        "The section plan did not arrive in eCW, although eCW took the note."
    ]


def test_a_yes_after_which_nothing_is_there(mllp: Mllp, sandbox: Running) -> None:
    sandbox.control.fault("hl7", "silent_drop", times=1)
    mllp.send(build(NOTE, PROFILE, CONTROL, AT))
    assert len(differences(NOTE, read_back(sandbox))) == 3


def test_a_note_of_one_location_does_not_fit_the_other(mllp: Mllp, sandbox: Running) -> None:
    sandbox.control.note_template("Location/l.2", ["CC", "HPI", "PE", "PLAN"])
    elsewhere = replace(PROFILE, location="Location/l.2")
    full = note(ros="Negative.", assessment="Viral.", plan="Rest.")
    mllp.send(build(full, elsewhere, CONTROL, AT))
    assert [line.split()[2] for line in differences(full, read_back(sandbox))] == [
        "ros", "assessment",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"cc": " Cough.\r\n", "exam": "Clear | both sides.", "plan": "Rest. \r\rBack in a week."}, []),
        ({"cc": "Cough", "exam": "Clear | both sides.", "plan": NOTE.sections["plan"]},
         ["The section cc stands in eCW, but not as it was sent."]),
        ({"cc": "Clear | both sides.", "exam": "Cough.", "plan": NOTE.sections["plan"]},
         ["The section cc stands in eCW, but not as it was sent.",
          "The text of section cc stands under exam in eCW.",
          "The section exam stands in eCW, but not as it was sent.",
          "The text of section exam stands under cc in eCW."]),
        ({**NOTE.sections, "ros": "Somebody else's."}, []),
    ],
)  # fmt: skip
def test_what_counts_as_the_same(found: dict[str, str], said: list[str]) -> None:
    assert differences(NOTE, found) == said


@contextmanager
def python_hl7_server(received: list[str]) -> Iterator[int]:
    """The MLLP server of python-hl7 with its own way to make an ACK, in a thread."""

    async def serve(reader: Any, writer: Any) -> None:
        message = await reader.readmessage()
        received.append(str(message))
        writer.writemessage(message.create_ack())
        await writer.drain()
        writer.close()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = start_hl7_server(serve, host="127.0.0.1", port=0, encoding="utf-8")
    server = asyncio.run_coroutine_threadsafe(starting, loop).result(10)
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def test_a_server_that_we_did_not_write_takes_our_frame_and_we_its_answer() -> None:
    received: list[str] = []
    message = build(NOTE, PROFILE, CONTROL, AT)
    with python_hl7_server(received) as port:
        receipt = Mllp("127.0.0.1", port, deadline=timedelta(seconds=10)).send(message)
    assert receipt.remote_id == CONTROL
    assert [r.rstrip("\r") for r in received] == [message.decode().rstrip("\r")]


def test_a_client_that_we_did_not_write_is_understood_by_the_sandbox(sandbox: Running) -> None:
    async def exchange() -> Any:
        reader, writer = await open_hl7_connection("127.0.0.1", sandbox.mllp_port, encoding="utf-8")
        writer.writemessage(python_hl7.parse(build(NOTE, PROFILE, CONTROL, AT)))
        await writer.drain()
        answer = await reader.readmessage()
        writer.close()
        return answer

    with ThreadPoolExecutor(1) as own:  # a browser's tests may have left a loop in this thread
        answer = own.submit(asyncio.run, asyncio.wait_for(exchange(), 10)).result()
    assert (str(answer["MSA.F1"]), str(answer["MSA.F2"])) == ("AA", CONTROL)
    assert differences(NOTE, read_back(sandbox)) == []
