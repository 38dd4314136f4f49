"""Macros of the practice's own: several steps as one, with an approved wording or none."""

from dataclasses import asdict, dataclass
from uuid import UUID

from db.replies import Macro, Macros, ReplyTemplates
from db.shelf_versions import ShelfVersions
from db.vocabulary import Category
from services.desk import Desk
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.reply_shelf.versions import keep_version

SHELF = "macro"
CHANGED = "Somebody changed this macro since you opened it. Please look again."
LONGEST = 40
MOST_HOURS = 24 * 30


@dataclass(frozen=True)
class MacroBody:
    """What a macro does, as a page shows it and a version keeps it."""

    label: str
    template_key: str = ""
    category: str = ""
    pool: str = ""
    close: bool = True
    snooze_hours: int = 0

    @classmethod
    def of(cls, macro: Macro) -> "MacroBody":
        """What *macro* does now."""
        return cls(
            macro.label, macro.template_key, macro.category, macro.pool, macro.close,
            macro.snooze_hours,
        )  # fmt: skip


@managed("replies.save_macro", "Save this macro")
def save_macro(
    desk: Desk, wanted: MacroBody, id: UUID | None = None, seen: MacroBody | None = None
) -> Deed[Macro]:
    """Offer this macro in the inbox from now on; without *id* it is a new one.

    *seen* is what it did on the screen. Raises ``Invalid`` or ``Stale``.
    """
    macro = desk.open(Macros).find(id) if id else None
    if (MacroBody.of(macro) if macro else None) != seen:
        raise Stale(CHANGED)
    _check(desk, wanted, id)
    before = MacroBody.of(macro).label if macro else "none"
    macro = macro or Macro(practice_id=desk.practice_id, label=wanted.label)
    if seen is not None and not desk.open(ShelfVersions).of(SHELF, str(macro.id)):
        # What it did before there were versions.
        keep_version(desk, SHELF, macro.id, asdict(seen), CHANGED)
    for name, value in asdict(wanted).items():
        setattr(macro, name, value)
    desk.open(Macros).add(macro)
    number = keep_version(desk, SHELF, macro.id, asdict(wanted), CHANGED)
    return Deed(macro.ref, f"{before} -> {wanted.label}, version {number}", macro)


@managed("replies.remove_macro", "Remove this macro")
def remove_macro(desk: Desk, id: UUID, seen: MacroBody) -> Deed[None]:
    """Offer this macro no longer; its versions stay. Raises ``NotFound`` or ``Stale``."""
    macro = desk.open(Macros).get(id)
    if MacroBody.of(macro) != seen:
        raise Stale(CHANGED)
    desk.session.delete(macro)
    return Deed(macro.ref, f"{seen.label} -> removed", None)


def _check(desk: Desk, wanted: MacroBody, id: UUID | None) -> None:
    if not 0 < len(wanted.label.strip()) <= LONGEST:
        raise Invalid(f"Please give the macro a name of up to {LONGEST} characters.")
    others = [m for m in desk.open(Macros).by_label() if m.id != id]
    if any(m.label.casefold() == wanted.label.casefold() for m in others):
        raise Invalid("There is a macro of this name already.")
    approved = {t.key for t in desk.open(ReplyTemplates).approved()}
    if wanted.template_key and wanted.template_key not in approved:
        raise Invalid("Its wording is not approved.")
    if wanted.category and wanted.category not in set(Category):
        raise Invalid("There is no such category.")
    if wanted.pool and wanted.pool not in desk.options.pools:
        raise Invalid("There is no such pool.")
    if not 0 <= wanted.snooze_hours <= MOST_HOURS:
        raise Invalid(f"A macro may snooze for up to {MOST_HOURS} hours.")
    _does_something(wanted)


def _does_something(wanted: MacroBody) -> None:
    steps = (wanted.template_key, wanted.category, wanted.pool, wanted.snooze_hours)
    if not any(steps):
        raise Invalid("Please choose at least one step; closing alone has its own button.")
    if wanted.close and not wanted.template_key and not wanted.snooze_hours:
        raise Invalid("A macro without a wording cannot close: the patient would get no answer.")
