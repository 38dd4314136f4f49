"""Claims with an outcome that a rehearsal wrote: made, sent, received and answered as asked."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.sandbox.clearing.billing import claims_837
from services.sandbox.clearing.chronicle import OUT
from services.sandbox.clearing.encountering import line_of
from services.sandbox.clearing.house import House
from services.sandbox.clearing.insured import FOREVER, Insurance, claim_on
from services.sandbox.clearing.model import Claim, Line, Rejection, Script
from services.sandbox.clearing.parties import payer_of_plan, payers, renderers
from services.sandbox.clearing.records import Record
from services.sandbox.clearing.submitting import Covers, submit
from services.sandbox.clearing.x12 import interchange
from services.sandbox.pace import ClaimsPace
from services.sandbox.shapes import Json

AT_ONCE = ClaimsPace(0, 0, 0, 0)


def play(house: House, asked: Json, one: Insurance, at: datetime) -> Json:
    """Send ``count`` claims to *one*'s payer in one file; answers ids and files.

    They are answered at once, at the account's pace with ``at_pace``, or at a ``pace`` of their own.
    Raises ValueError.
    """
    script, before = script_in(asked), len(house.cabinet.files)
    claims = list(_claims(house, asked, one, at.date()))
    for claim in claims:
        house.records[claim.id] = Record(claim, script=script)
    pace = house.pace
    house.pace = _pace(asked, pace)
    house.cabinet.control += 1
    control = house.cabinet.control
    body = claims_837(claims, f"B{control:06}", at)
    raw = interchange("837", [body], OUT, at, control)
    covers: Covers = {one.member: (one.payer, one.end.isoformat())}
    submit(house, f"scripted-{control}", raw, "", at, covers)
    house.run(at)
    house.pace = pace
    return {
        "claims": [c.id for c in claims],
        "claim_id": claims[0].id,
        "payer_claim_id": house.records[claims[0].id].number,
        "files": [f.id for f in house.cabinet.files[before:]],
    }


def script_in(asked: Json) -> Script:
    """The outcome in a control call: ``paid``, ``rejected``, or an object. Raises ValueError."""
    said, appeal = asked.get("outcome", "paid"), str(asked.get("appeal", ""))
    match said:
        case "paid":
            return Script("paid", appeal=appeal)
        case "rejected":
            return Script("rejected", rejection=Rejection("A7", "164", "IL"))
        case {"category": str(category), **more}:
            status, entity = str(more.get("status", "21")), str(more.get("entity", ""))
            return Script("rejected", rejection=Rejection(category, status, entity))
        case {"carc": _}:
            return _denial(said, appeal)
    raise ValueError('outcome is "paid", "rejected", {"carc": …} or {"category": …}.')


def _denial(said: Json, appeal: str) -> Script:
    remarks = said.get("remarks") or [said.get("remark", "")]
    return Script(
        "denied",
        str(said.get("group", "CO")),
        str(said["carc"]),
        tuple(str(r) for r in remarks if r),
        int(said.get("line", 0)),
        appeal=appeal,
    )


def insurance_in(asked: Json, ones: list[Insurance], stranger: Insurance) -> Insurance:
    """The insurance a control call means: by payer id or plan, else the first. Raises ValueError.

    A payer the patient has no coverage with gets *stranger*'s person under an invented member id.
    """
    wanted = asked.get("payer", "")
    if not wanted:
        return ones[0] if ones else stranger
    payer = payers().get(wanted) or payer_of_plan(wanted)
    if payer is None:
        raise ValueError(f"payer is one of {', '.join(payers())}, or its plan's name.")
    mine = next((one for one in ones if one.payer == payer.id), None)
    member = f"SCR{payer.id[1:3]}{stranger.member[-6:]}"
    return mine or replace(stranger, payer=payer.id, member=member, end=FOREVER)


def _claims(house: House, asked: Json, one: Insurance, today: date) -> Iterator[Claim]:
    newest = date.fromisoformat(asked["day"]) if "day" in asked else today - timedelta(7)
    provider = random.Random(house.next_id).choice(list(renderers().values()))  # noqa: S311
    lines = tuple(_line(entry) for entry in asked.get("procedures", ["99213"]))
    for back in range(int(asked.get("count", 1))):
        yield claim_on(
            replace(one, order=1),
            id=house.new_id(),
            day=newest - timedelta(back),
            lines=lines,
            diagnoses=tuple(asked.get("diagnoses", ["J069"])),
            rendering=provider.npi,
            facility=provider.facility,
            authorization=str(asked.get("authorization", "")),
        )


def _pace(asked: Json, usual: ClaimsPace) -> ClaimsPace:
    if "pace" in asked:
        return ClaimsPace(**{**vars(usual), **asked["pace"]})
    return usual if asked.get("at_pace") else AT_ONCE


def _line(entry: str | Json) -> Line:
    if isinstance(entry, str):
        return line_of(entry)
    line = line_of(str(entry["code"]), tuple(entry.get("pointers", (1,))), entry.get("units", 1))
    charge = int(entry.get("charge", line.charge))
    return replace(line, charge=charge, modifiers=tuple(entry.get("modifiers", ())))
