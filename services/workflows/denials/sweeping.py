"""What time alone brings to denials: snoozed ones wake, what others were asked for is looked after."""

from collections import Counter
from collections.abc import Mapping

from db.claim_events import ClaimEvents, EventKind
from db.denials import Denial, Denials, DenialState
from db.practices import Practice
from services.claims import arising
from services.container import Container
from services.desk import Actor, Desk, working

BATCH = 200
SHOWN = (EventKind.CORRECTED, EventKind.SUBMITTED)  # what a fix in eCW looks like in the files
OVERDUE: Mapping[str, str] = {
    "fixed_in_ecw": "No file has shown the fix in eCW for two weeks. Please look again.",
    "other_payer": "No file has shown a bill to the other payer for two weeks. Please look again.",
    "ask_intake": "Intake has not settled this for two weeks. Please look again.",
    "ask_coding": "Coding has not settled this for two weeks. Please look again.",
}


def sweep(container: Container, practice: Practice) -> Counter[str]:
    """Wake what is due, follow what eCW has sent, rank anew what another day ranked. Safe to repeat."""
    with working(container, Actor.job(practice.id, "denials.poll")) as desk:
        denials = desk.open(Denials)
        followed = [d for d in denials.waiting(BATCH) if _follow(desk, d)]
        woken = denials.due_again(desk.now, BATCH)
        for denial in woken:
            _wake(desk, denial)
        stale = denials.ranked_before(desk.today, BATCH)
        for denial in stale:
            arising.rank(desk, denial)
        return Counter(woken=len(woken), ranked=len(stale), followed=len(followed))


def _wake(desk: Desk, denial: Denial) -> None:
    denial.trouble = OVERDUE.get(denial.decision, "") or denial.trouble
    denial.state, denial.snoozed_until, denial.decision = DenialState.OPEN, None, ""
    denial.pool = "billing"
    denial.version += 1
    desk.record("denials.woke", denial.ref)


def _follow(desk: Desk, denial: Denial) -> bool:
    """A claim that left since then is what was promised: now the payer's answer is awaited."""
    steps = desk.open(ClaimEvents).of_kinds(denial.claim_id, SHOWN)
    if denial.decided_at is None or not any(s.at >= denial.decided_at for s in steps):
        return False
    denial.state, denial.snoozed_until = DenialState.IN_WORK, None
    denial.version += 1
    desk.record("denials.followed", denial.ref)
    return True
