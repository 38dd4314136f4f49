"""Everything that reaches an account, as entries of a log; told again, they rebuild it file by file."""

import base64
from datetime import date, datetime
from typing import Any

from services.sandbox.clearing.appealing import attach
from services.sandbox.clearing.house import House, new_house
from services.sandbox.clearing.insured import Insurance
from services.sandbox.clearing.model import Person
from services.sandbox.clearing.scripting import play
from services.sandbox.clearing.submitting import submit
from services.sandbox.pace import ClaimsPace
from services.sandbox.shapes import Json


def happen(house: House, what: str, at: datetime, **entry: Any) -> Any:
    """Enter one thing into the log and let it happen, after all that was due before it.

    *what* is submit, attach, script, mail, advance or pace. Raises ValueError, with nothing logged.
    """
    house.run(at)
    line = {"what": what, "at": at.isoformat(), **entry}
    result = _apply(house, line, at)
    house.log.append(line)
    return result


def as_kept(house: House) -> Json:
    """What a state file needs to know."""
    return {"born": house.past.born.isoformat(), "log": house.log, "pace": vars(house.first_pace)}


def restored(code: str, number: int, seed: int, kept: Json) -> House:
    """The account as it was: the same past, and the log once more."""
    pace = ClaimsPace(**kept["pace"])
    house = new_house(code, number, date.fromisoformat(kept["born"]), seed, pace)
    for line in kept["log"]:
        at = datetime.fromisoformat(line["at"])
        house.run(at)
        _apply(house, line, at)
        house.log.append(line)
    return house


def _apply(house: House, line: Json, at: datetime) -> Any:
    match line["what"]:
        case "submit":
            raw = base64.b64decode(line["raw"])
            covers = {member: (payer, end) for member, (payer, end) in line["covers"].items()}
            return submit(house, line["key"], raw, line["name"], at, covers)
        case "attach":
            return attach(house, line["key"], line["meta"], line["sha256"], at)
        case "script":
            return play(house, line["asked"], insurance_of(line["one"]), at)
        case "mail":
            raw = base64.b64decode(line["raw"], validate=True)
            return house.cabinet.keep(line["name"], line["kind"], at, raw).id
        case "advance":
            return house.hasten(at, line["past_too"])
        case "pace":
            house.pace = ClaimsPace(**{**vars(house.pace), **line["pace"]})
            return house.pace
    raise ValueError(f"{line['what']} is nothing that happens here.")


def insurance_as_kept(one: Insurance) -> Json:
    """An insurance as JSON values."""
    dates = {"start": one.start.isoformat(), "end": one.end.isoformat()}
    people = {"subject": _person(one.subject), "holder": one.holder and _person(one.holder)}
    return {**vars(one), **people, **dates}


def insurance_of(kept: Json) -> Insurance:
    """The insurance of :func:`insurance_as_kept`."""
    holder = kept["holder"] and _person_of(kept["holder"])
    days = {name: date.fromisoformat(kept[name]) for name in ("start", "end")}
    return Insurance(**{**kept, **days, "subject": _person_of(kept["subject"]), "holder": holder})


def _person(person: Person) -> Json:
    return {**vars(person), "born": person.born.isoformat(), "address": list(person.address)}


def _person_of(kept: Json) -> Person:
    born = date.fromisoformat(kept["born"])
    return Person(**{**kept, "born": born, "address": tuple(kept["address"])})
