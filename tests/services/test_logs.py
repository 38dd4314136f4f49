"""S10: forty ways a patient's words could reach a log, and none that does."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CANARY = "CANARY chest pain since Tuesday"

RAISE = f'raise ValueError("{CANARY}")'
CAUGHT = "try:\n    {raised}\nexcept ValueError as error:\n    {told}"
WAYS = {
    "an exception logged with its traceback": CAUGHT.format(
        raised=RAISE, told="logging.exception('Trouble')"
    ),
    "an exception as an argument": CAUGHT.format(
        raised=RAISE, told="logging.error('Trouble: %s', error)"
    ),
    "an exception as the message": CAUGHT.format(raised=RAISE, told="logging.error(error)"),
    "an exception among named arguments": CAUGHT.format(
        raised=RAISE, told="logging.error('%(what)s', {'what': error})"
    ),
    "a chain of exceptions": CAUGHT.format(
        raised=RAISE,
        told="\n    try:\n        raise RuntimeError('another') from error\n"
        "    except RuntimeError: logging.exception('Trouble')",
    ),
    "Streamlit's own logger": CAUGHT.format(
        raised=RAISE,
        told="from streamlit.logger import get_logger; "
        "get_logger('streamlit.x').error('Uncaught app execution', exc_info=error)",
    ),
    "a thread that dies": f"import threading\ndef run():\n    {RAISE}\n"
    "thread = threading.Thread(target=run); thread.start(); thread.join()",
    "a task nobody waited for": f"import asyncio, gc\nasync def fail():\n    {RAISE}\n"
    "async def main():\n    asyncio.create_task(fail()); await asyncio.sleep(0.05)\n"
    "asyncio.run(main()); gc.collect()",
    "a database error with its parameters": "import sqlalchemy\n"
    "with sqlalchemy.create_engine('sqlite://').connect() as line:\n"
    "    try:\n"
    f"        line.execute(sqlalchemy.text('INSERT INTO gone VALUES (:x)'), {{'x': '{CANARY}'}})\n"
    "    except sqlalchemy.exc.SQLAlchemyError:\n        logging.exception('Trouble')",
    "the end of the process": RAISE,
}


def written(program: str, *, guarded: bool = True) -> str:
    """Everything a process writes that runs *program*."""
    guard = "from services import logs; logs.set_up('DEBUG')" if guarded else "pass"
    source = f"import logging\n{guard}\n{program}"
    ran = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("way", WAYS)
def test_s10_an_exceptions_words_stay_out_of_the_log(way: str) -> None:
    told = written(WAYS[way])
    assert "CANARY" not in told
    assert any(kind in told for kind in ("ValueError", "RuntimeError", "OperationalError", "Task"))


@pytest.mark.parametrize("way", ["an exception logged with its traceback", "a thread that dies"])
def test_s10_without_the_guard_the_words_are_there(way: str) -> None:
    assert "CANARY" in written(WAYS[way], guarded=False)


def test_our_own_sentences_are_kept_because_they_hold_no_patient_data() -> None:
    program = (
        "from services.errors import Unreachable\n"
        "try: raise Unreachable('healow does not answer.')\n"
        "except Unreachable: logging.exception('Trouble')"
    )
    assert "healow does not answer." in written(program)


NAMED = """
import paramiko.util
log = paramiko.util.get_logger("paramiko.transport.sftp")
log.debug("open(b'CANARY.835', 'rb')")
log.error("Traceback: CANARY")
"""


@pytest.mark.parametrize("guarded", [True, False])
def test_names_of_fetched_files_stay_out_of_the_log(guarded: bool) -> None:
    start = "" if guarded else "import logging; logging.basicConfig(level='DEBUG')"
    assert ("CANARY" in written(start + NAMED, guarded=guarded)) is not guarded
