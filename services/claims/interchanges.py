"""Which interchanges of a file are in the books already, each judged by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.x12_files import X12File
from db.x12_interchanges import X12Interchange, X12Interchanges
from services.claims import names
from services.claims.reading import Part
from services.desk import Desk


@dataclass(frozen=True)
class Known:
    """What is known of a file's interchanges, by their numbers.

    ``posted`` are in the books with the same content, ``repeated`` stand in the file itself for a
    second time. ``clash`` says in a sentence which has a number that is in the books with other
    content: either may be the right one, so a person decides.
    """

    of: int
    posted: frozenset[int] = frozenset()
    repeated: frozenset[int] = frozenset()
    clash: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the file is new."""
        return bool(self.posted) and len(self.posted | self.repeated) == self.of

    @property
    def told(self) -> str:
        """A line for the file: what of it was posted before; empty where it is all new."""
        known = len(self.posted | self.repeated)
        if self.is_whole and self.of == 1:
            return "The same interchange is in the books."
        verb = "was" if known == 1 else "were"
        return f"{known:,} of {self.of:,} interchanges {verb} posted before." if known else ""

    def skipped(self, *, meant: bool) -> frozenset[int]:
        """Those not to be posted; with *meant*, a person has let in what was posted before."""
        return self.repeated if meant else self.posted | self.repeated


def look_up(desk: Desk, file: X12File, parts: Sequence[Part]) -> Known:
    """Judge the interchanges of *file*, and remember that it holds them."""
    named = [names.interchange_digest(desk, part.sent.name) for part in parts]
    _remember(desk, file, parts, named)
    before: dict[bytes, set[str]] = {}
    for name, content, _ in desk.open(X12Interchanges).posted(named, file.id):
        before.setdefault(name, set()).add(content)
    here: dict[bytes, set[str]] = {}
    posted, repeated, clashing = set[int](), set[int](), list[Part]()
    for name, part in zip(named, parts, strict=True):
        mine, others = here.setdefault(name, set()), before.get(name, set())
        if part.digest in mine:
            repeated.add(part.sent.number)
        elif part.digest in others:
            posted.add(part.sent.number)
        elif mine or others:
            clashing.append(part)
        mine.add(part.digest)
    clash = _clash(clashing[0]) if clashing else ""
    return Known(len(parts), frozenset(posted), frozenset(repeated), clash)


def first_with(desk: Desk, file: X12File) -> UUID | None:
    """The file that posted an interchange of *file* first, with this very content."""
    rows = desk.open(X12Interchanges)
    mine = {(one.name, one.content) for one in rows.of_file(file.id)}
    posted = rows.posted((name for name, _ in mine), file.id)
    return next((id for name, content, id in posted if (name, content) in mine), None)


def _remember(desk: Desk, file: X12File, parts: Sequence[Part], named: Sequence[bytes]) -> None:
    rows = desk.open(X12Interchanges)
    if rows.of_file(file.id):  # whoever posted it before us died, or a person let it in
        return
    desk.session.add_all(
        X12Interchange(
            practice_id=desk.practice_id, file_id=file.id, number=part.sent.number, name=name,
            content=part.digest,
        )
        for part, name in zip(parts, named, strict=True)
    )  # fmt: skip
    desk.session.flush()


def _clash(part: Part) -> str:
    return (
        f"Interchange {part.sent.number:,} of the file has a control number that was posted before "
        "with other content. Ask the sender which of them counts."
    )
