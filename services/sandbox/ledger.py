"""Every write the sandbox accepted, in order: what a test asks instead of asking the sender."""

from dataclasses import asdict, dataclass, field

from services.sandbox.shapes import Json


@dataclass(frozen=True)
class Write:
    """One accepted write. ``at`` is an ISO 8601 UTC stamp; absent parts are empty.

    ``values`` is the resource as it was sent, for what check-in writes.
    """

    kind: str
    practice: str
    id: str
    patient: str
    text: str
    at: str
    thread: str = ""
    client_ref: str = ""
    idempotency_key: str = ""
    notes: str = ""
    reason: str = ""
    values: Json = field(default_factory=dict, repr=False)


class Ledger:
    """The list, and nothing that could take a line off it but a reset."""

    def __init__(self) -> None:
        self.writes: list[Write] = []

    def accept(self, write: Write) -> None:
        """Enter one write."""
        self.writes.append(write)

    def lines(self, practice: str = "") -> list[Json]:
        """The writes of one practice, or of all."""
        return [asdict(w) for w in self.writes if practice in ("", w.practice)]
