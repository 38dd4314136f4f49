"""Where an item belongs and since when it is there, as the rollout gate asks it."""

from collections.abc import Iterable
from datetime import datetime


class Where(tuple[str, ...]):
    """EHR references from narrow to wide: provider, department, location.

    ``begun`` is when the item came: what came before a workflow was switched off may be finished.
    """

    begun: datetime | None

    def __new__(cls, places: Iterable[str] = (), begun: datetime | None = None) -> "Where":
        """The places that are not empty, in their order."""
        made = super().__new__(cls, (place for place in places if place))
        made.begun = begun
        return made
