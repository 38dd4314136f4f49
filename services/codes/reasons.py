"""Why a payer paid less, in plain words: CARC and RARC, what kind of reason it is, and what to do."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from services.codes.lists import rows, table


@dataclass(frozen=True)
class Reason:
    """One adjustment reason or remark.

    ``scenario`` is CAQH CORE's in our words and ``category`` our own; both are empty where our
    table does not say. ``has_ended``: payers may no longer use it.
    """

    code: str
    sentence: str
    scenario: str = ""
    category: str = ""
    has_ended: bool = False


def carc(code: str) -> Reason | None:
    """A claim adjustment reason code; ``None`` for one that the list does not have."""
    found = _adjustments().get(code)
    if found is None:
        return None
    path = _path(code)
    scenario = table_of_reasons()["scenarios"].get(path.get("scenario"), "")
    return Reason(code, found[1], scenario, path.get("category", ""), has_ended=bool(found[0]))


def rarc(code: str) -> Reason | None:
    """A remittance advice remark code; ``None`` for one that the list does not have."""
    found = _remarks().get(code)
    return Reason(code, found[1], has_ended=bool(found[0])) if found else None


def next_steps(carc: str, group: str = "", remarks: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What to do, the surest first: what the remarks ask for, the usual steps, who bears it.

    ``group`` is CO, PR, OA or PI: the same reason under PR and CO differs in who owes. Empty
    where our table knows none of them.
    """
    words = table_of_reasons()
    asked = [words["remarks"][remark] for remark in remarks if remark in words["remarks"]]
    usual = _path(carc).get("steps", [])
    borne = [words["groups"][group]] if group in words["groups"] else []
    return tuple(dict.fromkeys([*asked, *usual, *borne]))


@cache
def table_of_reasons() -> dict[str, Any]:
    """``reasons.toml`` as it stands."""
    return table("reasons")


def _path(code: str) -> dict[str, Any]:
    paths = table_of_reasons()["paths"].values()
    return next((path for path in paths if code in path["codes"]), {})


@cache
def _adjustments() -> dict[str, tuple[str, str]]:
    return {code: (ended, sentence) for code, ended, sentence in rows("carc")}


@cache
def _remarks() -> dict[str, tuple[str, str]]:
    return {code: (ended, sentence) for code, ended, sentence in rows("rarc")}
