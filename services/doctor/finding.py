"""What the doctor says about one thing: well or not, and what to do."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.errors import FoyerError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """One thing that was tried. ``advice`` is what to do, empty while all is well."""

    ok: bool
    what: str
    advice: str = ""


def well(what: str) -> Finding:
    """All is well with *what*."""
    return Finding(True, what)


def ill(what: str, advice: str) -> Finding:
    """Something is wrong, and this is what to do."""
    return Finding(False, what, advice)


def tried(what: str, advice: str, attempt: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """What *attempt* finds. Whatever keeps it from looking is a finding too, with *advice*.

    Only our own sentences are shown of what went wrong; of anything else only its kind,
    since its message may hold a secret.
    """
    found: list[Finding] = []
    try:
        found.extend(attempt())
    except FoyerError as error:
        found.append(ill(f"{what}: {error}", advice))
    except Exception as error:
        log.warning("doctor: %s: %s", what, type(error).__name__)
        found.append(ill(f"{what}: {type(error).__name__}.", advice))
    return found
