"""Phrases of the practice's own: an abbreviation that becomes a few words in a reply."""

import re
from dataclasses import asdict, dataclass
from uuid import UUID

from db.replies import Phrase, Phrases
from services.desk import Desk
from services.errors import Invalid, Stale
from services.management import Deed, managed
from services.reply_shelf.versions import keep_version
from services.reply_shelf.wordings import check_text

SHELF = "phrase"
CHANGED = "Somebody changed this phrase since you opened it. Please look again."
ABBREVIATION = re.compile(r"\.[a-z0-9]{2,20}")
SHORTEST, LONGEST, MOST = 2, 600, 200


@dataclass(frozen=True)
class PhraseBody:
    """A phrase as a page shows it and a version keeps it."""

    abbreviation: str
    text: str

    @classmethod
    def of(cls, phrase: Phrase) -> "PhraseBody":
        """What *phrase* is now."""
        return cls(phrase.abbreviation, phrase.text)


@managed("replies.save_phrase", "Save this phrase")
def save_phrase(
    desk: Desk, wanted: PhraseBody, id: UUID | None = None, seen: PhraseBody | None = None
) -> Deed[Phrase]:
    """Offer this phrase in replies from now on; without *id* it is a new one.

    A person reads it in the reply before it leaves. *seen* is what it was on the screen. Raises
    ``Invalid`` or ``Stale``.
    """
    phrase = desk.open(Phrases).find(id) if id else None
    if (PhraseBody.of(phrase) if phrase else None) != seen:
        raise Stale(CHANGED)
    _check(desk, wanted, id)
    before = seen.abbreviation if seen else "none"
    phrase = phrase or Phrase(practice_id=desk.practice_id, abbreviation="", text="")
    phrase.abbreviation, phrase.text = wanted.abbreviation, wanted.text
    desk.open(Phrases).add(phrase)
    number = keep_version(desk, SHELF, phrase.id, asdict(wanted), CHANGED)
    return Deed(phrase.ref, f"{before} -> {wanted.abbreviation}, version {number}", phrase)


@managed("replies.remove_phrase", "Remove this phrase")
def remove_phrase(desk: Desk, id: UUID, seen: PhraseBody) -> Deed[None]:
    """Offer this phrase no longer; its versions stay. Raises ``NotFound`` or ``Stale``."""
    phrase = desk.open(Phrases).get(id)
    if PhraseBody.of(phrase) != seen:
        raise Stale(CHANGED)
    desk.session.delete(phrase)
    return Deed(phrase.ref, f"{seen.abbreviation} -> removed", None)


def _check(desk: Desk, wanted: PhraseBody, id: UUID | None) -> None:
    if not ABBREVIATION.fullmatch(wanted.abbreviation):
        raise Invalid(
            "An abbreviation begins with a full stop and goes on with 2 to 20 small letters or "
            "digits, such as .hours: so no word that people write becomes something else."
        )
    if not SHORTEST <= len(wanted.text.strip()) <= LONGEST:
        raise Invalid(f"A phrase has {SHORTEST} to {LONGEST} characters.")
    others = [one for one in desk.open(Phrases).by_abbreviation() if one.id != id]
    if any(one.abbreviation == wanted.abbreviation for one in others):
        raise Invalid(f"There is a phrase {wanted.abbreviation} already.")
    if id is None and len(others) >= MOST:
        raise Invalid(f"Please keep at most {MOST} phrases; one that nobody uses can go.")
    check_text(desk, wanted.text)
