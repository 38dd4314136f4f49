"""What a biller does to suggested codes: take out, put back, change, add; nothing of it leaves the building."""

from dataclasses import replace

from db.charges import ChargeCapture, ChargeState
from services.desk import Desk
from services.errors import Invalid
from services.workflows.charges.acting import charge_action, open_codes, require_here
from services.workflows.charges.coding import MOST_POINTERS, CodeLine, Coding, Kind
from services.workflows.charges.keeping import keep, promised
from services.workflows.charges.lookup import known, modifiers_in

MOST_UNITS, LONGEST_REASON = 999, 300


@charge_action("charges.remove", "Remove", needs_shown=True)
def remove(desk: Desk, capture: ChargeCapture, line: str) -> None:
    """Take this code out; it stays visible, and can be put back."""
    codes = open_codes(desk, capture)
    require_here(desk, capture, codes, codes.line(line))
    keep(desk, capture, codes.with_line(replace(codes.line(line), removed=True)))


@charge_action("charges.restore", "Put back", needs_shown=True)
def restore(desk: Desk, capture: ChargeCapture, line: str) -> None:
    """Put this code back among those to approve."""
    codes = open_codes(desk, capture)
    keep(desk, capture, codes.with_line(replace(codes.line(line), removed=False)))


@charge_action("charges.change", "Keep changes", needs_shown=True)
def change(
    desk: Desk, capture: ChargeCapture, line: str, code: str, modifiers: str = "", units: int = 1,
    pointers: tuple[str, ...] = (), reason: str = "",
) -> None:  # fmt: skip
    """Keep code, modifiers, units and diagnoses as you chose them; another code needs a reason."""
    codes = open_codes(desk, capture)
    old = codes.line(line)
    require_here(desk, capture, codes, old)
    new = replace(
        old, modifiers=modifiers_in(modifiers), units=_units(units), pointers=_of(codes, pointers)
    )
    if code.strip().upper() != old.code:
        found = known(old.kind, code)
        new = replace(
            new, code=found.code, words=found.words, check=found.check, kind=found.kind,
            by="person", reason=_reason(reason),
        )  # fmt: skip
    _require_once(codes, new)
    keep(desk, capture, codes.with_line(new))


@charge_action("charges.add", "Add code", needs_shown=True)
def add(
    desk: Desk, capture: ChargeCapture, kind: str, code: str, reason: str, modifiers: str = "",
    units: int = 1, pointers: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Add a code that the note supports and the rules did not see, with your reason."""
    codes = open_codes(desk, capture)
    found = known(Kind(kind), code)
    line = CodeLine(
        found.kind, found.code, found.words, check=found.check, modifiers=modifiers_in(modifiers),
        units=_units(units), pointers=_of(codes, pointers), by="person", reason=_reason(reason),
    )  # fmt: skip
    _require_once(codes, line)
    keep(desk, capture, codes.with_line(line))


@charge_action("charges.set_aside", "No charges from here")
def set_aside(desk: Desk, capture: ChargeCapture) -> None:
    """This visit is not charged from Foyer: it was charged in eCW, or there is nothing to charge."""
    open_codes(desk, capture)
    if promised(desk, capture):
        raise Invalid("Some codes of this visit have left already.")
    capture.state, capture.closed_at, capture.trouble = ChargeState.SET_ASIDE, desk.now, ""


@charge_action("charges.reopen", "Reopen")
def reopen(desk: Desk, capture: ChargeCapture) -> None:
    """Take the visit up again with its codes as they were."""
    has_codes = capture.coding is not None and capture.purged_at is None
    if capture.state is not ChargeState.SET_ASIDE or not has_codes:
        raise Invalid("Only what was set aside can be reopened. Change entered charges in eCW.")
    capture.state, capture.closed_at, capture.trouble = ChargeState.READY, None, ""


def _units(units: int) -> int:
    if not 0 < units <= MOST_UNITS:
        raise Invalid(f"Units are 1 to {MOST_UNITS}.")
    return units


def _reason(reason: str) -> str:
    said = " ".join(reason.split())
    if not said:
        raise Invalid("Please say why: the reason is kept with the code.")
    return said[:LONGEST_REASON]


def _of(codes: Coding, pointers: tuple[str, ...]) -> tuple[str, ...]:
    ids = {one.id for one in codes.diagnoses()}
    kept = tuple(dict.fromkeys(one for one in pointers if one in ids))
    if len(kept) > MOST_POINTERS:
        raise Invalid(f"A charge is for at most {MOST_POINTERS} diagnoses.")
    return kept


def _require_once(codes: Coding, line: CodeLine) -> None:
    """The same code with the same modifiers twice would be entered twice."""
    for one in codes.lines:
        alike = (one.kind, one.code, one.modifiers) == (line.kind, line.code, line.modifiers)
        if alike and one.id != line.id and not one.removed:
            raise Invalid(f"{line.code} is among the codes already.")
