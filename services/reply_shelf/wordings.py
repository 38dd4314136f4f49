"""Replies of the practice's own: somebody writes, somebody else approves, and it is offered."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from db.practices import Practices
from db.replies import ReplyTemplate, ReplyTemplates
from db.shelf_versions import ShelfVersion, ShelfVersions
from db.vocabulary import Category
from services.ai import Facts
from services.desk import Desk
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.options import PracticeOptions
from services.workflows.inbox.doubts import check
from services.workflows.inbox.replies import LANGUAGES
from services.workflows.inbox.wordings import PLACEHOLDER, Filled, filled

SHELF = "reply"
CHANGED = "Somebody changed this reply since you opened it. Please look again."
LONGEST, LONGEST_TITLE = 2_000, 40
# What a chart or the practice can put in; each with an example for the preview.
BLANKS: Mapping[str, str] = {
    "first_name": "Alex",
    "provider": "Dr. Rivera",
    "location": "Main office",
    "next_visit": "2026-03-09 10:30",
    "last_visit": "2026-01-12 09:00",
    "today": "Monday, March 02, 2026",
    "practice_name": "Our practice",
    "practice_phone": "(555) 010-0199",
    "signature": "The front desk",
}


@dataclass(frozen=True)
class Wording:
    """One reply as somebody wants it. ``key`` names it for macros, also when its title changes."""

    key: str
    language: str
    title: str
    category: str
    text: str

    @property
    def body(self) -> dict[str, str]:
        """What a version keeps."""
        own = asdict(self)
        return {name: own[name] for name in ("title", "category", "text")}


@managed("replies.write", "Save for approval")
def write(desk: Desk, wording: Wording, seen: int) -> Deed[int]:
    """Keep this wording; it is offered once somebody else has approved it.

    *seen* is the newest version on the screen, 0 where there is none. Raises ``Invalid`` or ``Stale``.
    """
    _check(desk, wording)
    newest = _newest(desk, wording.key, wording.language)
    if (newest.number if newest else 0) != seen:
        raise Stale(CHANGED)
    if newest and newest.body == wording.body and not _is_gone(desk, newest):
        raise Invalid("Nothing is different from the newest version.")
    number = _add(desk, wording, seen + 1).number
    return Deed(_subject(wording.key, wording.language), f"version {number} waits", number)


@managed("replies.approve", "Approve")
def approve(desk: Desk, key: str, language: str, number: int) -> Deed[None]:
    """Offer this version in the inbox from now on, in place of the one before.

    Raises ``Stale`` for an older version and ``Invalid`` for one's own.
    """
    version = _newest(desk, key, language)
    if version is None or version.number != number or version.approved_at:
        raise Stale("Somebody changed or approved this reply meanwhile. Please look again.")
    if version.staff_id is not None and version.staff_id == desk.actor.staff_id:
        raise Invalid("Somebody else approves what you wrote.")
    version.approved_by, version.approved_at = desk.actor.staff_id, desk.now
    template = _template(desk, key, language) or ReplyTemplate(
        practice_id=desk.practice_id, key=key, language=language, category="", title="", text=""
    )
    template.title, template.category = version.body["title"], version.body["category"]
    template.text = version.body["text"]
    template.approved_by, template.approved_at = desk.actor.staff_id, desk.now
    desk.open(ReplyTemplates).add(template)
    return Deed(_subject(key, language), f"version {number} approved", None)


@managed("replies.retire", "Offer no longer")
def retire(desk: Desk, key: str, language: str) -> Deed[None]:
    """Take this reply out of the inbox; its versions stay, and writing it again brings it back."""
    template = _template(desk, key, language)
    if template is None or template.approved_at is None:
        raise Stale("It is not offered any more.")
    _newest(desk, key, language)  # that it was approved once stays on its first version
    template.approved_by = template.approved_at = None
    return Deed(_subject(key, language), "offered -> not offered", None)


def preview(text: str, options: PracticeOptions, practice_name: str) -> Filled:
    """*text* as a patient would read it, with examples where the chart will speak."""
    ours = {
        "practice_name": practice_name,
        "practice_phone": options.phone,
        "signature": options.signature or practice_name,
    }
    return filled(text, {**BLANKS, **{name: value for name, value in ours.items() if value}})


def _check(desk: Desk, wording: Wording) -> None:
    if wording.language not in LANGUAGES:
        raise Invalid("A reply is in English or Spanish.")
    if not 0 < len(wording.title.strip()) <= LONGEST_TITLE:
        raise Invalid(f"Please give the reply a title of up to {LONGEST_TITLE} characters.")
    if wording.category and wording.category not in set(Category):
        raise Invalid("There is no such category.")
    if not 10 <= len(wording.text.strip()) <= LONGEST:
        raise Invalid(f"A reply has 10 to {LONGEST:,} characters.")
    check_text(desk, wording.text)


def check_text(desk: Desk, text: str) -> None:
    """Raises ``Invalid`` for a blank that nothing fills, or a contact that is not the practice's."""
    for name in PLACEHOLDER.findall(text):
        if name not in BLANKS:
            raise Invalid(f"Nothing can fill {{{name}}}. There are: {', '.join(BLANKS)}.")
    _no_strangers(desk, text)


def _no_strangers(desk: Desk, text: str) -> None:
    # A reply that names a foreign number would be held at every single sending.
    options = desk.options
    name = Practices(desk.session).get(desk.practice_id).name
    ours = tuple(c for c in (options.phone, *options.contacts) if c)
    facts = Facts(text="", subject="", values={"practice_name": name}, contacts=ours)
    strangers = [doubt.text for doubt in check(text, facts) if doubt.blocks]
    if strangers:
        raise Invalid(
            f"“{strangers[0]}” is not among the practice's own contacts. An administrator adds it "
            "on the page Practice, under Letterhead."
        )


def _newest(desk: Desk, key: str, language: str) -> ShelfVersion | None:
    """The newest version; what stood there before there were versions becomes the first."""
    versions = desk.open(ShelfVersions).of(SHELF, key, language)
    if versions:
        return versions[0]
    template = _template(desk, key, language)
    return _first(desk, template) if template else None


def _is_gone(desk: Desk, newest: ShelfVersion) -> bool:
    """Approved once and offered no longer: the same words may be written to bring it back."""
    template = _template(desk, newest.key, newest.language)
    offered = template is not None and template.approved_at is not None
    return newest.approved_at is not None and not offered


def _first(desk: Desk, template: ReplyTemplate) -> ShelfVersion:
    told = Wording(
        template.key, template.language, template.title, template.category, template.text
    )
    first = _add(desk, told, 1)
    first.staff_id, first.approved_by = None, template.approved_by
    first.approved_at = template.approved_at
    return first


def _add(desk: Desk, wording: Wording, number: int) -> ShelfVersion:
    version = ShelfVersion(
        practice_id=desk.practice_id, created_at=desk.now, shelf=SHELF, key=wording.key,
        language=wording.language, number=number, body=wording.body, staff_id=desk.actor.staff_id,
    )  # fmt: skip
    if not desk.open(ShelfVersions).begin(version):
        raise Stale(CHANGED)
    return version


def _template(desk: Desk, key: str, language: str) -> ReplyTemplate | None:
    return desk.open(ReplyTemplates).of(key, language)


def _subject(key: str, language: str) -> str:
    return f"reply/{key}/{language}"
