"""Is the trail as it was written? Every line, the head, and the anchors outside the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from db import Session, reading
from db.audit import AuditEntry, AuditHead, AuditTrail, Break
from db.audit import verify as first_break
from db.base import utc_now
from db.engine import is_sqlite
from db.practices import Practice, Practices
from services.audit.anchors import Anchors, read_anchors
from services.container import Container
from services.desk import Actor, Desk
from services.management import Deed, managed

BELOW_ALL = -(2**31)  # lines begin at 1: whoever slips one in below must be seen


@dataclass(frozen=True)
class Verdict:
    """What checking one practice's trail found; *practice* is its code.

    ``broken_seq`` is the first line that is not as written and ``damage`` says how, both
    empty while all is well; ``lines`` and ``anchors`` are how many are as written.
    """

    practice: str
    lines: int
    anchors: int
    last_anchor: datetime | None
    broken_seq: int | None = None
    damage: str = ""

    @property
    def ok(self) -> bool:
        """Whether the whole trail is as it was written."""
        return not self.damage

    @property
    def sentence(self) -> str:
        """The verdict in words, for an operator."""
        if self.ok:
            last = (
                f", the last of {self.last_anchor:%Y-%m-%d %H:%M} UTC" if self.last_anchor else ""
            )
            return f"{self.practice}: intact. {self.lines:,} lines, {self.anchors:,} anchors{last}."
        return f"{self.practice}: BROKEN at line {self.broken_seq:,}. {self.damage}"


def verify(container: Container, practice: Practice) -> Verdict:
    """Check one practice's whole trail: about 15,000 lines a second, changing nothing."""
    key = container.keyring.audit
    with reading(container.engine) as session:
        _keep_still(session)
        anchors = read_anchors(container.settings.anchors, practice.id, key)
        trail = AuditTrail(session, practice.id)
        head = trail.head()
        outside = {anchor.seq: anchor.mac for anchor in anchors.kept}
        broken = first_break(key, _readable(trail), head, outside) or _anchor_break(head, anchors)
    last = anchors.kept[-1].at if anchors.kept else None
    return Verdict(
        practice=practice.code,
        lines=max(broken.seq - 1, 0) if broken else head.seq,
        anchors=len(anchors.kept),
        last_anchor=datetime.fromisoformat(last) if last else None,
        broken_seq=broken.seq if broken else None,
        damage=broken.why if broken else "",
    )


def verify_for(container: Container, actor: Actor) -> Verdict:
    """Check the trail because a person asks, and put that on record. Raises ``NotAllowed``."""
    _record.check(container, actor)
    with reading(container.engine) as session:
        practice = Practices(session).get(actor.practice_id)
    verdict = verify(container, practice)
    _record(container, actor, verdict)
    return verdict


@managed("audit.verify", "Check the audit trail")
def _record(desk: Desk, verdict: Verdict) -> Deed[None]:
    """Put on record that a person had the trail checked, and what came of it."""
    how = f"intact; {verdict.lines} lines" if verdict.ok else f"broken at {verdict.broken_seq}"
    return Deed("audit", how, None)


def _readable(trail: AuditTrail) -> Iterator[AuditEntry]:
    # Damage can be such that a line, and with it its batch, cannot even be read. Then we go
    # line by line, and put a line in its place that no key has signed.
    after = BELOW_ALL
    for batch in (5_000, 1):
        try:
            for entry in trail.in_order(after, batch):
                after = entry.seq
                yield entry
            return
        except (ValueError, TypeError):
            trail.session.expunge_all()
    yield AuditEntry(
        practice_id=trail.practice_id, seq=max(after, 0) + 1, at=utc_now(), actor="", verb="",
        subject="",
    )  # fmt: skip


def _keep_still(session: Session) -> None:
    # Lines are appended while we read; SQLite shows us one moment by itself.
    if not is_sqlite(session):
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _anchor_break(head: AuditHead, anchors: Anchors) -> Break | None:
    if anchors.broken_line is not None:
        return Break(0, f"Line {anchors.broken_line} of the anchor file is not what was written.")
    if head.anchored_seq > max((anchor.seq for anchor in anchors.kept), default=0):
        return Break(head.anchored_seq, "The anchor file has lost its end.")
    return None
