"""The X12 reader, fed anything: rows or the one fault, never another exception."""

import io
from contextlib import suppress

from services.ehr.x12 import X12Fault, rows
from services.era_lines import printed
from tests.x12_files import SAMPLES

MARKS = ("~", "*", ":", "^", "\n", "\r", ">", "|")


def target(data: bytes) -> None:
    """Read *data* with and without leave to lack an envelope, and print what it holds."""
    for bare in (False, True):
        with suppress(X12Fault):
            for _, row in rows(io.BytesIO(data), bare=bare):
                if row is not None:
                    printed(row)


def corpus() -> list[bytes]:
    """Where mutations begin."""
    return [path.read_bytes() for path in sorted(SAMPLES.glob("*/*")) if _is_x12(path.name)]


def dictionary() -> list[str]:
    """What a file of X12 is made of."""
    names = {
        segment.split("*")[0].strip()
        for data in corpus()
        for segment in data.decode("latin-1").split("~")
    }
    return [*sorted(name for name in names if name.isalnum() and len(name) < 4), *MARKS]


def _is_x12(name: str) -> bool:
    return not name.startswith("LICENSE") and not name.endswith(".csv")
