"""What billing needs of a clearinghouse, and the values that cross that border."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.ehr.ports import Receipt

LARGEST = 50_000_000  # bytes of one file; a large group's month of remittances has some 10 million
DRAFT = "837-draft"  # claims that eCW has made and that wait to be released


@dataclass(frozen=True)
class RemoteFile:
    """One file of the clearinghouse: ``kind`` such as 835, and its digest there."""

    id: str
    kind: str
    name: str = field(repr=False)
    size: int
    sha256: str
    created: datetime | None


@dataclass(frozen=True)
class FilePage:
    """Files in the order they came, and where to go on."""

    files: tuple[RemoteFile, ...]
    cursor: str
    more: bool


@dataclass(frozen=True)
class ClaimFile:
    """An X12 file to the clearinghouse: released claims, a corrected claim, or an enquiry (276).

    ``kind`` is claim, corrected_claim or claim_enquiry. ``delivery_id`` is the key under which the clearinghouse takes it once. ``numbers`` are the
    claims in it, by the practice's own numbers.
    """

    kind: str
    patient_ref: str
    content: str = field(repr=False)
    name: str
    numbers: tuple[str, ...] = field(repr=False)
    delivery_id: str


@dataclass(frozen=True)
class AppealPacket:
    """A letter as a document to the payer of a claim; ``content`` is the PDF in base64."""

    kind: str
    patient_ref: str
    number: str = field(repr=False)
    payer_control: str = field(repr=False)
    content: str = field(repr=False)
    name: str
    delivery_id: str


class Clearinghouse(Protocol):
    """Where claims go and answers come from."""

    def files(self, after: str) -> FilePage:
        """The files that came after the cursor *after*; from the first on where it is empty.

        Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``.
        """

    def fetch(self, file: RemoteFile) -> bytes:
        """The bytes of *file*, at most ``LARGEST``, checked against its digest.

        Raises ``Unreachable`` if they differ.
        """

    def submit(self, file: ClaimFile) -> Receipt:
        """Send it, once for its delivery id. Raises ``Unreachable`` or ``Refused``."""

    def find(self, file: ClaimFile) -> Receipt | None:
        """What arrived under its delivery id. Raises ``Refused`` where other bytes did."""

    def ask(self, request: bytes) -> bytes:
        """A question answered at once: 276 by a 277, 270 by a 271."""

    def attach(self, packet: AppealPacket) -> Receipt:
        """Send a document, once for its delivery id. Raises ``Unreachable`` or ``Refused``."""

    def find_attachment(self, packet: AppealPacket) -> Receipt | None:
        """What arrived under its delivery id. Raises ``Refused`` where something else did."""


@dataclass(frozen=True)
class FolderFile:
    """A file in a folder of the clearinghouse: its bytes, and when it was changed there (epoch seconds).

    ``name`` may hold a patient's. What is no UTF-8 in it is kept as surrogates.
    """

    name: str = field(repr=False)
    size: int
    changed: int


class OpenFolder(Protocol):
    """The folder during one visit. Everything raises ``Unreachable`` when the line fails."""

    @property
    def moves_done(self) -> bool:
        """Whether what was taken is to be put away."""

    def listed(self) -> Sequence[FolderFile]:
        """Every plain file. Raises ``Refused`` or ``NeedsAuthorization``."""

    def read(self, file: FolderFile) -> bytes:
        """All of it. Raises ``Stale`` if it has changed since, ``Refused`` if it is not given."""

    def put_away(self, file: FolderFile) -> None:
        """Move it to the subfolder ``done``. Raises ``Refused``."""


class FileDrop(Protocol):
    """A folder at the clearinghouse into which it puts files for us."""

    def visit(self) -> AbstractContextManager[OpenFolder]:
        """Sign in, and hang up after the block.

        Raises ``Unreachable``, ``Refused`` or ``NeedsAuthorization``.
        """
