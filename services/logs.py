"""Logging that cannot carry patient data: of an exception only its type and place are kept.

A message such as ``invalid literal: 'chest pain since...'`` is how patients' words reach log
files. So every record is cleaned as it is made, whichever library makes it and whatever
handler writes it.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from services.errors import FoyerError

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def set_up(level: str) -> None:
    """Log to stderr at *level*, and keep patient data out of every record from now on."""
    logging.basicConfig(level=level, format=FORMAT, stream=sys.stderr)
    for chatty in ("httpx", "httpx2", "httpcore", "anthropic", "authlib", "alembic", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)  # some log whole addresses
    # It writes names of files and whole stack traces into its messages.
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    if logging.getLogRecordFactory() is not clean_record:
        logging.setLogRecordFactory(clean_record)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A log record in which an exception is reduced to ``described``."""
    record = logging.LogRecord(*args, **kwargs)
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text, record.exc_info = described(record.exc_info[1]), None
    if isinstance(record.args, tuple):
        record.args = tuple(_clean(value) for value in record.args)
    elif isinstance(record.args, Mapping):
        record.args = {name: _clean(value) for name, value in record.args.items()}
    if isinstance(record.msg, BaseException):
        record.msg = described(record.msg)
    if record.name == "asyncio":
        # It writes the repr of a failed task, and with it the exception's words, into the message.
        record.msg = str(record.msg).partition("\n")[0]
    return record


def described(error: BaseException) -> str:
    """What may be told about an exception: its type and where it came from.

    Our own errors are sentences written for staff, without patient data, so those are kept.
    """
    sentence = f": {error}" if isinstance(error, FoyerError) else ""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    because = f", because of {described(cause)}" if cause else ""
    return f"{type(error).__name__}{sentence} at {_places(error.__traceback__)}{because}"


def _clean(value: Any) -> Any:
    return described(value) if isinstance(value, BaseException) else value


def _places(trace: TracebackType | None) -> str:
    steps = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)]
    short = [f"{'/'.join(name.split('/')[-3:])}:{line}" for name, line in steps[-4:]]
    return " > ".join(short) or "an unknown place"


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("foyer").critical("Stopped by %s", described(error))
