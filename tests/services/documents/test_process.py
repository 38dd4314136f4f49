"""A file is read in a process that can be lost without losing anything else."""

import json
import os
import select
from pathlib import Path
from typing import Any

import pytest

from services.documents import limits, process
from services.documents.answer import Answer
from services.documents.reading import is_ocr_available, read
from services.documents.refusals import Refusal
from services.errors import Invalid
from tests.services.documents import files


@pytest.fixture
def gone_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "CHILD", "tests.services.documents.bad_child")


@pytest.fixture
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.5)


def told(*task: object) -> Any:
    return json.loads(process.run(b"", *task).png)


@pytest.mark.parametrize("task", ["babble", "babble and fail", "die", "take memory"])
@pytest.mark.usefixtures("gone_wrong")
def test_nothing_is_kept_of_a_reading_that_broke_off(task: str) -> None:
    assert process.run(b"", task) == Answer(refused=Refusal.BROKE_OFF)


@pytest.mark.usefixtures("gone_wrong", "short_deadline")
def test_a_reading_without_end_is_stopped() -> None:
    assert process.run(b"", "sleep") == Answer(refused=Refusal.TOO_SLOW)


@pytest.mark.usefixtures("gone_wrong")
def test_a_reading_that_used_up_its_processor_time_says_so() -> None:
    assert process.run(b"", "use up its time") == Answer(refused=Refusal.TOO_SLOW)


@pytest.mark.usefixtures("gone_wrong")
def test_what_the_reading_started_is_stopped_with_it(tmp_path: Path) -> None:
    process.run(b"", "start another", tmp_path / "pid")
    assert ends(int((tmp_path / "pid").read_text()))


def ends(pid: int) -> bool:
    try:
        other = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(other, select.POLLIN)
    ended = bool(poll.poll(20_000))
    os.close(other)
    return ended


@pytest.mark.usefixtures("gone_wrong")
def test_the_reading_process_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOYER_DATABASE_URL", "secret")
    assert "secret" not in json.dumps(told("tell")["environment"])


@pytest.mark.usefixtures("gone_wrong")
def test_the_reading_process_holds_itself_to_its_limits() -> None:
    assert told("tell limits") == {
        "RLIMIT_AS": [limits.ADDRESS_SPACE] * 2,
        "RLIMIT_CPU": [limits.CPU_SECONDS, limits.CPU_SECONDS + 1],
        "RLIMIT_FSIZE": [limits.WRITTEN_BYTES] * 2,
        "RLIMIT_CORE": [0, 0],
    }


@pytest.mark.usefixtures("gone_wrong")
def test_each_reading_has_an_empty_folder_that_goes_with_it() -> None:
    answer = told("tell")
    assert answer["folder"] == []
    assert not Path(answer["environment"]["TMPDIR"]).exists()


def test_a_good_file_is_read_after_a_bad_one() -> None:
    """The negative control: the same road, with the process as it should be."""
    with pytest.raises(Invalid):
        read(files.sample("jane.pdf")[:300])
    assert read(files.sample("jane.pdf")).pages


def test_without_tesseract_a_scan_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PROGRAMS", "/nonexistent")
    scan = files.scanned(files.pictures(files.typed(["Name: Sample"])))
    with pytest.raises(Invalid) as refused:
        read(scan)
    assert not is_ocr_available()
    assert str(refused.value) == Refusal.NO_OCR.value


def test_without_tesseract_a_typed_form_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PROGRAMS", "/nonexistent")
    assert read(files.typed(["Name: Sample"])).engine == "text layer"
