"""Everything that can go wrong, said so that staff can read it.

    FoyerError
    ├── NotAllowed        your role may not do this
    ├── NotRolledOut      the practice has not switched it on here yet
    ├── NotAble           this practice's connection cannot do that (a capability is missing)
    ├── Stale             it changed, or someone else already dealt with it
    ├── Invalid           what was entered cannot be used; says what to change
    ├── Misconfigured     settings are wrong; one sentence per fault
    ├── Unsure            the model did not give an answer we can show
    └── EhrError          eCW or healow did not do what we asked
        ├── Unreachable   no answer, and nothing can have happened; tried again by itself
        ├── Refused       a clear no; a person has to look
        └── InDoubt       it may have happened; settled by reading back, never by sending again

The message is shown to staff as it is, so it never contains patient data.
Only ``Unreachable`` is retried.
"""

from collections.abc import Sequence
from datetime import timedelta


class FoyerError(Exception):
    """Something went wrong that staff can understand."""


class NotAllowed(FoyerError):
    """The person's role may not do this."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Your role may not: {what}.")


class NotRolledOut(FoyerError):
    """The workflow is switched off, or not yet on for this person or place."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not switched on here yet.")


class NotAble(FoyerError):
    """The practice's contract or connection cannot do this; the message says why."""


class Stale(FoyerError):
    """It changed since it was shown, or someone else already dealt with it."""


class Invalid(FoyerError):
    """What was entered cannot be used; the message says what to change."""


class Misconfigured(FoyerError):
    """Settings are wrong. ``faults`` holds one sentence for each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class Unsure(FoyerError):
    """The model declined, was cut short, or answered in a shape we do not accept."""


class EhrError(FoyerError):
    """eCW or healow did not do what we asked."""


class Unreachable(EhrError):
    """No answer, and nothing can have been written: safe to try again by itself.

    ``retry_after`` is how long the other side asked us to wait, when it said so.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Throttled(Unreachable):
    """Our own ceiling of calls a minute: nobody was asked, and nothing is wrong with the other side."""


class Refused(EhrError):
    """A clear no: trying again would get the same answer.

    ``code`` is the vendor's own, such as eCW's 101 for a provider that does not match.
    """

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class NeedsAuthorization(Refused):
    """The practice's connection must be authorised again by an administrator."""


class InDoubt(EhrError):
    """The request left, the answer did not come: only a read-back can tell."""
