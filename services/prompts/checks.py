"""What a practice's own instructions cannot be, and what to change about them, in staff words."""

from services.ai import Facts
from services.ai.fence import FORGED
from services.ai.injection import HIDDEN, INSTRUCTION
from services.ai.minimum import found_in
from services.ai.port import EDITABLE
from services.errors import Invalid
from services.options import PracticeOptions

SHORTEST, LONGEST, LONGEST_NOTE = 20, 6_000, 200


def check(text: str, note: str, options: PracticeOptions) -> None:
    """Raises ``Invalid`` for the first thing that keeps *text* or *note* from being kept."""
    _length(text, note)
    if EDITABLE in text or FORGED.search(text) or HIDDEN.search(text):
        raise Invalid(
            "This holds marks that look like the frame around a message, or characters that "
            "nobody can see. Please write plain sentences."
        )
    if hit := INSTRUCTION.search(text):
        raise Invalid(
            f"“{hit.group().strip()}” tells the model to set rules aside. The fixed part always "
            "holds; please say what to do instead."
        )
    _nobody_named(text, options)
    _nobody_named(note, options)


def _length(text: str, note: str) -> None:
    if not SHORTEST <= len(text.strip()) <= LONGEST:
        raise Invalid(f"Instructions have {SHORTEST} to {LONGEST:,} characters.")
    if not 0 < len(note.strip()) <= LONGEST_NOTE:
        raise Invalid(
            f"Please say in up to {LONGEST_NOTE} characters what is different and why: whoever "
            "approves it and whoever looks back reads this first."
        )


def _nobody_named(text: str, options: PracticeOptions) -> None:
    # Instructions are not sealed and go out with every question: nobody's number belongs there.
    ours = tuple(c for c in (options.phone, *options.contacts) if c)
    if kinds := found_in(text, Facts(text="", contacts=ours)):
        raise Invalid(
            f"This holds what looks like a {kinds[0]}. Instructions go out with every message: "
            "leave patients' data out. The practice's own contacts are kept on the page Practice."
        )
